//! The resource graph: what both front ends produce and everything above reads.
//!
//! A front end gives a [`Fragment`] for each root; [`Graph::new`] joins them. Edges are derived from references *and* from origins: a
//! known text that was read from another resource's attribute uses that resource as much as a reference does.

mod addition;
mod address;
mod directive;
mod edges;
mod joined;
mod resource;
mod root;
mod state;

use iaclint_source::{Problem, Span};
use iaclint_value::{Data, Name, OriginId, Origins, Reference, ResourceKey, RootId, Target, Value, Why};
use rustc_hash::FxHashMap;

pub use addition::{Addition, Content, Scalar};
pub use address::{declared, family};
pub use directive::{Directive, DirectiveScope, is_date, may_hold_directives};
pub use edges::{Use, User};
pub use resource::{Call, Existence, Mode, Resource, ResourceId};
pub use root::{Asset, AssetKind, Dormant, Fragment, Language, Opaque, Output, Root, Scope, ScopeId};
pub use state::{SOURCE, STATE, state_output};

use edges::Edges;

/// All resources of a run.
#[derive(Debug, Default)]
pub struct Graph {
    roots: Vec<Root>,
    resources: Vec<Resource>,
    origins: Origins,
    problems: Vec<Problem>,
    directives: Vec<Directive>,
    by_key: FxHashMap<ResourceKey, ResourceId>,
    by_declared: FxHashMap<ResourceKey, Vec<ResourceId>>,
    by_type: FxHashMap<Name, Vec<ResourceId>>,
    exports: FxHashMap<Name, Value>,
    /// The states that data sources read.
    states: FxHashMap<ResourceKey, Name>,
    edges: Edges,
}

/// A value that could not be evaluated.
#[derive(Debug, Clone)]
pub struct UnknownAt {
    /// The resource that holds it.
    pub resource: ResourceId,
    /// The attribute at the top of the way to it.
    pub attribute: Name,
    /// The reason.
    pub why: Why,
    /// Its origin.
    pub origin: OriginId,
}

impl Graph {
    /// Joins the fragments. `fragments[i].root.id` must be `RootId(i)`, and its arena's id `i`.
    pub fn new(fragments: Vec<Fragment>) -> Self {
        let mut graph = Graph::default();
        let mut ambiguous = Vec::new();
        let mut said: FxHashMap<Span, Vec<usize>> = FxHashMap::default();
        graph.resources.reserve_exact(fragments.iter().map(|f| f.resources.len()).sum());
        for fragment in fragments {
            for (name, value) in &fragment.root.exports {
                let before = graph.exports.insert(name.clone(), value.clone());
                if before.is_some() && fragment.root.language == Language::Terraform {
                    ambiguous.push(name.clone());
                }
            }
            graph.roots.push(fragment.root);
            graph.origins.insert(fragment.origins);
            graph.problems.extend(fragment.problems);
            for directive in fragment.directives {
                // A file that several roots read says what it says once.
                let known = said.entry(directive.span).or_default();
                if !known.iter().any(|at| graph.directives.get(*at) == Some(&directive)) {
                    known.push(graph.directives.len());
                    graph.directives.push(directive);
                }
            }
            graph.resources.extend(fragment.resources);
        }
        for (index, resource) in graph.resources.iter().enumerate() {
            let id = ResourceId(index as u32);
            graph.by_key.entry(resource.key.clone()).or_insert(id);
            let declared = ResourceKey::new(resource.key.root, declared(&resource.key.address));
            graph.by_declared.entry(declared).or_default().push(id);
            if let Some(state) = state::state_read(resource) {
                graph.states.insert(resource.key.clone(), state);
            }
            graph.by_type.entry(resource.type_name.clone()).or_default().push(id);
        }
        // Of a state that two roots leave we do not know whose it is.
        for name in ambiguous {
            graph.exports.remove(&name);
        }
        graph.join();
        graph.edges = Edges::new(&graph);
        graph
    }

    /// All roots, by id.
    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// A root.
    pub fn root(&self, id: RootId) -> &Root {
        &self.roots[id.0 as usize]
    }

    /// All resources, by id.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// A resource.
    pub fn resource(&self, id: ResourceId) -> &Resource {
        &self.resources[id.0 as usize]
    }

    /// All resources with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (ResourceId, &Resource)> {
        self.resources.iter().enumerate().map(|(i, r)| (ResourceId(i as u32), r))
    }

    /// Where values come from.
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// What kept parts of the input from being understood.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What the user says about findings.
    pub fn directives(&self) -> &[Directive] {
        &self.directives
    }

    /// The resources of a type (`aws_ecs_service`, `AWS::ECS::Service`), in order.
    pub fn of_type(&self, type_name: &str) -> &[ResourceId] {
        self.by_type.get(type_name).map_or(&[], Vec::as_slice)
    }

    /// The scope (module instance or stack) of a resource.
    pub fn scope(&self, resource: &Resource) -> &Scope {
        &self.root(resource.key.root).scopes[resource.scope.0 as usize]
    }

    /// The resources that a key names: one instance, or all instances of a declaration.
    pub fn resolve(&self, key: &ResourceKey) -> &[ResourceId] {
        if let Some(id) = self.by_key.get(key) {
            return std::slice::from_ref(id);
        }
        self.by_declared.get(key).map_or(&[], Vec::as_slice)
    }

    /// The asset of a root that a value names: the image of a container, the code of a function, a script in user data.
    pub fn asset(&self, root: RootId, value: &Value) -> Option<&Asset> {
        let root = self.root(root);
        if root.assets.is_empty() {
            return None;
        }
        let mut found = None;
        value.walk(&mut |v| {
            if found.is_none()
                && let Data::Text(text) = &v.data
            {
                found = root.asset(&text.flatten().text);
            }
        });
        found
    }

    /// The value behind an export of any stack of the run.
    pub fn export(&self, name: &str) -> Option<&Value> {
        self.exports.get(name)
    }

    /// What a reference points at after following exports of other stacks of the run: usually itself.
    pub fn follow<'a>(&'a self, reference: &'a Reference) -> &'a Reference {
        let mut at = reference;
        for _ in 0..8 {
            let next = match &at.target {
                Target::Import(name) => self.exports.get(name).and_then(Value::as_reference),
                _ => None,
            };
            let Some(next) = next else { break };
            at = next;
        }
        at
    }

    /// Who uses a resource: every resource and root output that refers to it or holds a value read from it.
    pub fn uses(&self, id: ResourceId) -> &[Use] {
        self.edges.uses(id)
    }

    /// The resources that a resource refers to or holds values of, each once, in order.
    pub fn used_by(&self, id: ResourceId) -> &[ResourceId] {
        self.edges.used_by(id)
    }

    /// The declarations without an instance in this run that name a resource: one of them would use it.
    pub fn dormant_users(&self, id: ResourceId) -> &[Name] {
        self.edges.dormant(id)
    }

    /// Every value in a resource's body that could not be evaluated. A reference to what the deployment makes is not one.
    pub fn unknowns(&self) -> Vec<UnknownAt> {
        let mut out = Vec::new();
        for (id, resource) in self.iter() {
            let Some(body) = resource.body.as_object() else { continue };
            for (name, _, value) in &body.fields {
                value.walk(&mut |v| {
                    if let Data::Unknown(unknown) = &v.data {
                        out.push(UnknownAt {
                            resource: id,
                            attribute: name.clone(),
                            why: unknown.why.clone(),
                            origin: v.origin,
                        });
                    }
                });
            }
        }
        out
    }
}
