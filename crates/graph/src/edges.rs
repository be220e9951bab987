//! Who uses what, from references and from origins.

use iaclint_value::{Data, Name, Origin, OriginId, ResourceKey, RootId, Value, Via};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::{Graph, Language, Resource, ResourceId};

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
    dormant: FxHashMap<ResourceId, Vec<Name>>,
}

impl Edges {
    pub(crate) fn new(graph: &Graph) -> Self {
        let count = graph.resources().len();
        let mut edges = Edges {
            uses: vec![Vec::new(); count],
            used_by: vec![Vec::new(); count],
            dormant: FxHashMap::default(),
        };
        // Looking is the work, so it is shared; what is found is put together in the order of the resources.
        let numbered = graph.resources().par_iter().enumerate();
        let found: Vec<Vec<(ResourceId, Use)>> = numbered
            .map_init(Behind::default, |behind, (index, resource)| {
                of_resource(graph, behind, ResourceId(index as u32), resource)
            })
            .collect();
        for (target, at) in found.into_iter().flatten() {
            edges.link(target, at);
        }
        let mut behind = Behind::default();
        for root in graph.roots() {
            // A module's outputs reach its caller's values; only what leaves the root is a use of its own.
            for output in root.scopes.iter().take(1).flat_map(|s| &s.outputs) {
                let user = User::Output(root.id, output.name.clone());
                edges.add(graph, &mut behind, &user, &output.name, &output.value);
            }
            // What a Terraform root exports are its outputs once more.
            let exports: &[_] = if root.language == Language::Terraform { &[] } else { &root.exports };
            for (name, value) in exports {
                let user = User::Output(root.id, name.clone());
                edges.add(graph, &mut behind, &user, name, value);
            }
            for opaque in &root.opaque {
                let user = User::Opaque(root.id, opaque.address.clone());
                edges.add(graph, &mut behind, &user, &opaque.address, &opaque.inputs);
            }
            for dormant in &root.dormant {
                named(graph, &mut behind, &dormant.names, &mut |target, _| {
                    let users = edges.dormant.entry(target).or_default();
                    if !users.contains(&dormant.address) {
                        users.push(dormant.address.clone());
                    }
                });
            }
        }
        edges
    }

    fn add(&mut self, graph: &Graph, behind: &mut Behind, user: &User, attribute: &Name, value: &Value) {
        named(graph, behind, value, &mut |target, origin| {
            self.link(target, Use { by: user.clone(), attribute: attribute.clone(), origin });
        });
    }

    fn link(&mut self, target: ResourceId, at: Use) {
        if let User::Resource(by) = at.by {
            if by == target {
                return;
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

    pub(crate) fn uses(&self, id: ResourceId) -> &[Use] {
        &self.uses[id.0 as usize]
    }

    pub(crate) fn used_by(&self, id: ResourceId) -> &[ResourceId] {
        &self.used_by[id.0 as usize]
    }

    pub(crate) fn dormant(&self, id: ResourceId) -> &[Name] {
        self.dormant.get(&id).map(Vec::as_slice).unwrap_or_default()
    }
}

/// What a resource uses, an attribute's use of another resource once.
fn of_resource(
    graph: &Graph,
    behind: &mut Behind,
    id: ResourceId,
    resource: &Resource,
) -> Vec<(ResourceId, Use)> {
    let user = User::Resource(id);
    let mut found: Vec<(ResourceId, Use)> = Vec::new();
    for part in [&resource.body, &resource.meta] {
        let Some(object) = part.as_object() else { continue };
        for (name, _, value) in &object.fields {
            let own = found.len();
            named(graph, behind, value, &mut |target, origin| {
                if !found[own..].iter().any(|(other, _)| *other == target) {
                    found.push((target, Use { by: user.clone(), attribute: name.clone(), origin }));
                }
            });
        }
    }
    for target in resource.depends_on.iter().flat_map(|key| graph.resolve(key)) {
        let at = Use { by: user.clone(), attribute: "depends_on".into(), origin: OriginId::NONE };
        found.push((*target, at));
    }
    found
}

/// The resources that a value names, each with the place.
fn named(graph: &Graph, behind: &mut Behind, value: &Value, tell: &mut dyn FnMut(ResourceId, OriginId)) {
    value.walk(&mut |v| {
        let mut link =
            |key: &ResourceKey| graph.resolve(key).iter().for_each(|target| tell(*target, v.origin));
        match &v.data {
            Data::Reference(reference) => {
                if let Some(key) = graph.follow(reference).key() {
                    link(key);
                }
            }
            Data::Unknown(unknown) => {
                unknown.depends_on.iter().filter_map(|r| graph.follow(r).key()).for_each(&mut link);
            }
            _ => {}
        }
        for target in behind.resources(graph, v.origin) {
            tell(*target, v.origin);
        }
    });
}

/// The resources behind an origin, remembered.
#[derive(Default)]
struct Behind {
    known: FxHashMap<OriginId, Vec<ResourceId>>,
}

impl Behind {
    fn resources(&mut self, graph: &Graph, origin: OriginId) -> &[ResourceId] {
        // Most values are literals.
        let plain = |o: Origin<'_>| o.from.is_empty() && !matches!(o.via, Via::Attribute(_));
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
