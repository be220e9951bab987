//! The model: a graph seen as entities.

use iaclint_graph::{Asset, Graph, Language, Output, Resource, ResourceId, Root, Scope, Use};
use iaclint_source::{Sources, Span};
use iaclint_value::{Data, OriginId, Origins, Piece, Reference, RootId, Step, Target, Value};

use crate::{Entity, Link, Many, Node};

/// An output that whoever deploys a root gets to see.
#[derive(Clone, Debug)]
pub struct DeployedOutput<'g> {
    /// The root.
    pub root: RootId,
    /// What it is an output of, as [`Model::stack`] names it.
    pub stack: String,
    /// Its address: `output.url`, `<Stack>/<LogicalId>`.
    pub address: String,
    /// The output.
    pub output: &'g Output,
}

fn stack(root: &Root, scope: &Scope) -> String {
    let name = if root.language == Language::Cdk { scope.address.as_str() } else { root.path.as_str() };
    if name.is_empty() { ".".to_owned() } else { name.to_owned() }
}

/// A graph seen as entities of AWS.
#[derive(Clone, Copy, Debug)]
pub struct Model<'g> {
    graph: &'g Graph,
    sources: &'g Sources,
}

impl<'g> Model<'g> {
    /// The model of a graph.
    pub fn new(graph: &'g Graph, sources: &'g Sources) -> Self {
        Self { graph, sources }
    }

    /// The files.
    pub fn sources(&self) -> &'g Sources {
        self.sources
    }

    /// Where values come from.
    pub fn origins(&self) -> &'g Origins {
        self.graph.origins()
    }

    /// A resource.
    pub fn resource(&self, id: ResourceId) -> &'g Resource {
        self.graph.resource(id)
    }

    /// Number of resources.
    pub fn len(&self) -> usize {
        self.graph.resources().len()
    }

    /// Whether there are no resources.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every resource.
    pub fn ids(&self) -> impl Iterator<Item = ResourceId> + use<> {
        (0..self.len() as u32).map(ResourceId)
    }

    /// The language of a resource.
    pub fn language(&self, id: ResourceId) -> Language {
        self.graph.root(self.resource(id).key.root).language
    }

    /// Whether a resource stands in a module that nobody calls and that has required variables: its values are only possible ones.
    pub fn in_library(&self, id: ResourceId) -> bool {
        self.graph.root(self.resource(id).key.root).library
    }

    /// Who uses a resource.
    pub fn uses(&self, id: ResourceId) -> &'g [Use] {
        self.graph.uses(id)
    }

    /// What a resource uses.
    pub fn used_by(&self, id: ResourceId) -> &'g [ResourceId] {
        self.graph.used_by(id)
    }

    /// The declarations without an instance in this run that name a resource: where they have one it is used.
    pub fn dormant_users(&self, id: ResourceId) -> &'g [iaclint_value::Name] {
        self.graph.dormant_users(id)
    }

    /// The node of a resource.
    pub fn node(&'g self, id: ResourceId) -> Node<'g> {
        Node { model: self, id, value: &self.resource(id).body, language: self.language(id) }
    }

    /// All entities of a kind, in the order of the graph.
    pub fn all<E: Entity<'g>>(&'g self) -> Vec<E> {
        let mut ids: Vec<ResourceId> = Vec::new();
        for type_name in E::TABLE.terraform.iter().chain(E::TABLE.cloudformation) {
            ids.extend_from_slice(self.graph.of_type(type_name));
        }
        ids.sort();
        ids.into_iter()
            .filter(|id| self.resource(*id).mode == iaclint_graph::Mode::Managed)
            .map(|id| E::of(self.node(id)))
            .collect()
    }

    /// A resource as an entity, if it is one of that kind.
    pub fn get<E: Entity<'g>>(&'g self, id: ResourceId) -> Option<E> {
        let resource = self.resource(id);
        let name = resource.type_name.as_str();
        let table = E::TABLE;
        let is = table.terraform.contains(&name) || table.cloudformation.contains(&name);
        (is && resource.mode == iaclint_graph::Mode::Managed).then(|| E::of(self.node(id)))
    }

    /// What a reference points at, exports of other stacks followed.
    pub fn follow(&self, reference: &'g Reference) -> &'g Reference {
        self.graph.follow(reference)
    }

    /// The resources that a reference names: several when it names all instances of a declaration.
    pub fn resolve(&self, reference: &'g Reference) -> &'g [ResourceId] {
        self.follow(reference).key().map_or(&[], |key| self.graph.resolve(key))
    }

    /// What a value names: the resources behind its references, or literals.
    pub fn links_in(&self, value: &'g Value) -> Many<Link> {
        let mut many = Many::none();
        self.collect_links(value, &mut many);
        many
    }

    fn collect_links(&self, value: &'g Value, many: &mut Many<Link>) {
        match &value.data {
            Data::Null => {}
            Data::Reference(reference) => self.link_of(reference, value.origin, many),
            Data::List(list) => {
                many.complete &= list.complete;
                list.items.iter().for_each(|item| self.collect_links(item, many));
            }
            Data::Text(text) => {
                if let Some(known) = text.as_str() {
                    self.literal(&known, value.origin, many);
                } else {
                    // `aws:…:${ref}` or a lone `"${ref}"`: it names what its holes name.
                    let holes: Vec<&Value> = text.holes().collect();
                    let mut named = Many::none();
                    match holes[..] {
                        [hole] => self.collect_links(hole, &mut named),
                        _ => named.complete = false,
                    }
                    let lone = text.pieces().len() == 1;
                    if !lone || !named.items.iter().any(|l| l.id().is_some()) {
                        // A name made of an unknown variable or of another resource's attribute (`app-${random_id.x.hex}`), read from
                        // a resource, names that resource.
                        let behind = self.behind_links(value.origin);
                        if !behind.is_empty() {
                            named = Many { items: behind, complete: true };
                        }
                    }
                    many.items.append(&mut named.items);
                    many.complete &= named.complete;
                }
            }
            Data::Unknown(unknown) => {
                many.complete = false;
                unknown.candidates.iter().for_each(|c| self.collect_links(c, many));
            }
            Data::Bool(_) | Data::Number(_) | Data::Object(_) | Data::Encoded(_) => many.complete = false,
        }
    }

    fn literal(&self, text: &str, origin: OriginId, many: &mut Many<Link>) {
        let mut behind = self.behind_links(origin);
        if behind.is_empty() {
            behind.push(Link::Literal { text: text.to_owned(), origin });
        }
        many.items.append(&mut behind);
    }

    fn behind_links(&self, origin: OriginId) -> Vec<Link> {
        self.behind(origin).into_iter().map(|id| Link::Resource { id, origin }).collect()
    }

    fn link_of(&self, reference: &'g Reference, origin: OriginId, many: &mut Many<Link>) {
        let reference = self.follow(reference);
        let Target::Resource(key) = &reference.target else {
            // An unknown name that was read from a resource names that resource.
            let mut behind = self.behind_links(origin);
            if behind.is_empty() {
                behind.push(Link::Outside { name: reference.to_string(), origin });
            }
            many.items.append(&mut behind);
            return;
        };
        let ids = self.graph.resolve(key);
        let data = |id: &ResourceId| self.resource(*id).mode == iaclint_graph::Mode::Data;
        match ids {
            [] => many.items.push(Link::Outside { name: reference.to_string(), origin }),
            // A data source's result is something outside, whatever made it.
            _ if ids.iter().any(data) => {
                many.items.push(Link::Outside { name: reference.to_string(), origin });
            }
            _ => {
                if ids.len() > 1 && !reference.path.contains(&Step::Any) {
                    // One instance of several, and we do not know which.
                    many.complete = false;
                }
                many.items.extend(ids.iter().map(|id| Link::Resource { id: *id, origin }));
            }
        }
    }

    /// The resources from whose attributes a known value was read.
    pub fn behind(&self, origin: OriginId) -> Vec<ResourceId> {
        self.origins()
            .resources(origin)
            .into_iter()
            .flat_map(|key| self.graph.resolve(key))
            .copied()
            .collect()
    }

    /// The asset of the CDK that a value of a resource names: how the image of a container is built, the code of a function, a script.
    pub fn asset(&self, id: ResourceId, value: &'g Value) -> Option<&'g Asset> {
        self.graph.asset(self.resource(id).key.root, value)
    }

    /// Every resource that a value speaks of: references anywhere in it, and what known parts were read from.
    pub fn mentions(&self, value: &'g Value) -> Vec<ResourceId> {
        let mut out: Vec<ResourceId> = Vec::new();
        let mut add = |ids: &[ResourceId]| {
            for id in ids {
                if !out.contains(id) {
                    out.push(*id);
                }
            }
        };
        value.walk(&mut |v| {
            match &v.data {
                Data::Reference(reference) => add(self.resolve(reference)),
                Data::Unknown(unknown) => unknown.depends_on.iter().for_each(|r| add(self.resolve(r))),
                Data::Text(text) => {
                    for piece in text.pieces() {
                        if let Piece::Literal(literal) = piece {
                            add(&self.behind(literal.origin));
                        }
                    }
                }
                _ => {}
            }
            add(&self.behind(v.origin));
        });
        out
    }

    /// The place of an origin; that of the resource's header where it has none.
    pub fn span(&self, id: ResourceId, origin: OriginId) -> Span {
        self.origins().span(origin).unwrap_or(self.resource(id).span)
    }

    /// The address of a resource.
    pub fn address(&self, id: ResourceId) -> &'g str {
        &self.resource(id).key.address
    }

    /// The path of the construct of the CDK that made a resource.
    pub fn construct(&self, id: ResourceId) -> Option<String> {
        let path = self.resource(id).meta.get("Metadata")?.get("aws:cdk:path")?;
        path.as_str().map(std::borrow::Cow::into_owned)
    }

    /// A name for messages that leaves no doubt: `aws_ecs_service.api` where that is unique in its root, else the whole address; the
    /// logical id elsewhere.
    pub fn short(&self, id: ResourceId) -> String {
        let resource = self.resource(id);
        if self.language(id) != Language::Terraform {
            return resource.name.to_string();
        }
        let unique =
            self.graph.of_type(&resource.type_name).iter().map(|other| self.resource(*other)).all(|other| {
                other.name != resource.name
                    || other.key.root != resource.key.root
                    || other.scope == resource.scope
            });
        if unique {
            let data = if resource.mode == iaclint_graph::Mode::Data { "data." } else { "" };
            format!("{data}{}.{}", resource.type_name, resource.name)
        } else {
            resource.key.address.to_string()
        }
    }

    /// The name alone, without modules and instances: `aws_ecs_service.api`, the logical id. For what must stay the same when modules
    /// are called again or under another name; not for messages.
    pub fn plain_name(&self, id: ResourceId) -> String {
        let resource = self.resource(id);
        match self.language(id) {
            Language::Terraform => format!("{}.{}", resource.type_name, resource.name),
            Language::CloudFormation | Language::Cdk => resource.name.to_string(),
        }
    }

    /// Whether a resource is made after another one for sure: it uses it or depends on it, perhaps by way of others.
    pub fn comes_after(&self, id: ResourceId, first: ResourceId) -> bool {
        let (mut seen, mut next) = (vec![id], vec![id]);
        while let Some(at) = next.pop() {
            for used in self.used_by(at) {
                if *used == first {
                    return true;
                }
                if !seen.contains(used) {
                    seen.push(*used);
                    next.push(*used);
                }
            }
        }
        false
    }

    /// Whether two resources stand in one root: what is deployed together.
    pub fn same_root(&self, a: ResourceId, b: ResourceId) -> bool {
        self.resource(a).key.root == self.resource(b).key.root
    }

    /// What is handed out to whoever deploys: the outputs of root modules and of stacks that no other stack deploys. A library's are not.
    pub fn deployed_outputs(&self) -> Vec<DeployedOutput<'g>> {
        let mut out = Vec::new();
        for root in self.graph.roots().iter().filter(|root| !root.library) {
            for scope in root.scopes.iter().filter(|scope| scope.calls.is_empty()) {
                out.extend(scope.outputs.iter().map(|output| DeployedOutput {
                    root: root.id,
                    stack: stack(root, scope),
                    address: match root.language {
                        Language::Terraform => format!("output.{}", output.name),
                        Language::CloudFormation | Language::Cdk => {
                            format!("{}/{}", scope.address, output.name)
                        }
                    },
                    output,
                }));
            }
        }
        out
    }

    /// What a resource is deployed with, by a name that people know: the directory of its root module, the template, the stack of an
    /// assembly.
    pub fn stack(&self, id: ResourceId) -> String {
        let resource = self.resource(id);
        stack(self.graph.root(resource.key.root), self.graph.scope(resource))
    }

    /// Whether one resource exists whenever the other does.
    pub fn exists_with(&self, id: ResourceId, other: ResourceId) -> bool {
        self.resource(id).existence.implied_by(&self.resource(other).existence)
    }

    /// The graph, for judges that need the edges themselves.
    pub fn graph(&self) -> &'g Graph {
        self.graph
    }
}
