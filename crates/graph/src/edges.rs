//! Who uses what, from references and from origins.

use iaclint_value::{Data, Name, Origin, OriginId, ResourceKey, RootId, Value, Via};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::{Graph, Language, Resource, ResourceId, Root};

/// Who uses a resource.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum User {
    /// Another resource.
    Resource(ResourceId),
    /// An output of a root: somebody outside may use it.
    Output(RootId, Name),
    /// A module whose source is not here.
    Opaque(RootId, Name),
}

/// One use of a resource.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Use {
    /// By whom.
    pub by: User,
    /// In which attribute, argument or field of the user: the first step of the way there.
    pub attribute: Name,
    /// The place of the value that uses it.
    pub origin: OriginId,
}

/// Both directions of the edges.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    uses: Vec<Vec<Use>>,
    used_by: Vec<Vec<ResourceId>>,
}

impl Edges {
    pub(crate) fn new(graph: &Graph) -> Self {
        let count = graph.resources().len();
        let mut edges = Edges { uses: vec![Vec::new(); count], used_by: vec![Vec::new(); count] };
        // Looking is the work, so it is shared; what is found is put together in the order of the resources.
        let numbered = graph.resources().par_iter().enumerate();
        let found: Vec<Found> = numbered
            .map_init(Behind::default, |behind, (index, resource)| {
                of_resource(graph, behind, ResourceId(index as u32), resource)
            })
            .collect();
        for found in found {
            edges.put(found);
        }
        let mut behind = Behind::default();
        for root in graph.roots() {
            edges.of_root(graph, &mut behind, root);
        }
        edges
    }

    fn of_root(&mut self, graph: &Graph, behind: &mut Behind, root: &Root) {
        let mut put = |user: User, attribute: &Name, value: &Value| {
            let mut found = Vec::new();
            add(graph, behind, &user, attribute, value, &mut found);
            self.put(found);
        };
        // A module's outputs reach its caller's values; only what leaves the root is a use of its own.
        for output in root.scopes.iter().take(1).flat_map(|s| &s.outputs) {
            put(User::Output(root.id, output.name.clone()), &output.name, &output.value);
        }
        // What a Terraform root exports are its outputs once more.
        let exports: &[_] = if root.language == Language::Terraform { &[] } else { &root.exports };
        for (name, value) in exports {
            put(User::Output(root.id, name.clone()), name, value);
        }
        for opaque in &root.opaque {
            put(User::Opaque(root.id, opaque.address.clone()), &opaque.address, &opaque.inputs);
        }
    }

    /// Puts the uses of one user to those of all.
    fn put(&mut self, found: Found) {
        for (target, at) in found {
            if let User::Resource(by) = at.by {
                if by == target {
                    continue;
                }
                let used = &mut self.used_by[by.0 as usize];
                if !used.contains(&target) {
                    used.push(target);
                }
            }
            let uses = &mut self.uses[target.0 as usize];
            // One user's edges are added one after another, so only the last entries can be its own.
            if !uses.iter().rev().take_while(|u| u.by == at.by).any(|u| u.attribute == at.attribute) {
                uses.push(at);
            }
        }
    }

    pub(crate) fn uses(&self, id: ResourceId) -> &[Use] {
        &self.uses[id.0 as usize]
    }

    pub(crate) fn used_by(&self, id: ResourceId) -> &[ResourceId] {
        &self.used_by[id.0 as usize]
    }
}

/// The uses that one user makes of resources, an attribute's use of a resource once.
type Found = Vec<(ResourceId, Use)>;

fn of_resource(graph: &Graph, behind: &mut Behind, id: ResourceId, resource: &Resource) -> Found {
    let user = User::Resource(id);
    let mut found = Vec::new();
    for part in [&resource.body, &resource.meta] {
        let Some(object) = part.as_object() else { continue };
        for (name, _, value) in &object.fields {
            add(graph, behind, &user, name, value, &mut found);
        }
    }
    for key in &resource.depends_on {
        for target in graph.resolve(key) {
            let at = Use { by: user.clone(), attribute: "depends_on".into(), origin: OriginId::NONE };
            link(*target, at, &mut found);
        }
    }
    found
}

fn add(graph: &Graph, behind: &mut Behind, user: &User, attribute: &Name, value: &Value, found: &mut Found) {
    value.walk(&mut |v| {
        let at = || Use { by: user.clone(), attribute: attribute.clone(), origin: v.origin };
        let mut targets = |key: &ResourceKey| {
            graph.resolve(key).iter().for_each(|target| link(*target, at(), found));
        };
        match &v.data {
            Data::Reference(reference) => {
                if let Some(key) = graph.follow(reference).key() {
                    targets(key);
                }
            }
            Data::Unknown(unknown) => {
                unknown.depends_on.iter().filter_map(|r| graph.follow(r).key()).for_each(&mut targets);
            }
            _ => {}
        }
        for target in behind.resources(graph, v.origin) {
            link(*target, at(), found);
        }
    });
}

fn link(target: ResourceId, at: Use, found: &mut Found) {
    // The uses of one attribute stand together at the end.
    let mut own = found.iter().rev().take_while(|(_, before)| before.attribute == at.attribute);
    if !own.any(|(other, _)| *other == target) {
        found.push((target, at));
    }
}

/// The resources behind an origin, remembered.
#[derive(Default)]
struct Behind {
    known: FxHashMap<OriginId, Vec<ResourceId>>,
}

impl Behind {
    fn resources(&mut self, graph: &Graph, origin: OriginId) -> &[ResourceId] {
        // Most values are literals.
        let plain = |o: &Origin| o.from.is_empty() && !matches!(o.via, Via::Attribute(_));
        if graph.origins().get(origin).is_none_or(plain) {
            return &[];
        }
        self.known.entry(origin).or_insert_with(|| {
            graph
                .origins()
                .resources(origin)
                .into_iter()
                .flat_map(|key| graph.resolve(key))
                .copied()
                .collect()
        })
    }
}
