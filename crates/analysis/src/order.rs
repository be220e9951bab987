//! Order: what is made after what, as the deployment decides it: by references, `depends_on` and `DependsOn`, transitively, through
//! modules, their outputs and nested stacks.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use iaclint_model::{Answer, Language, Model, ResourceId};
use iaclint_source::Span;
use iaclint_value::{Data, Name, OriginId, Piece, ResourceKey, RootId, Target, Value, Via};

/// What every resource is made after.
#[derive(Debug)]
pub struct Order<'m> {
    model: &'m Model<'m>,
    /// What each resource waits for by itself.
    before: Vec<Vec<ResourceId>>,
    /// Whether it also waits for a module whose source is not here, and so for whatever that one is given.
    outside: Vec<bool>,
}

/// A resource that waits for itself, through others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cycle {
    /// Each waits for the next, the last for the first; with the place that says so, where one does.
    pub steps: Vec<(ResourceId, OriginId)>,
}

impl<'m> Order<'m> {
    pub(crate) fn new(model: &'m Model<'m>) -> Self {
        let mut modules = Modules { model, known: BTreeMap::new() };
        let outputs = waiting_outputs(model);
        let mut order = Order { model, before: Vec::new(), outside: Vec::new() };
        for id in model.ids() {
            let resource = model.resource(id);
            let mut before = model.used_by(id).to_vec();
            let mut outside = speaks_of_a_module(&resource.body);
            let through = keys_through_outputs(model, &resource.body, &outputs);
            for key in resource.depends_on.iter().chain(through) {
                let (members, opaque) = modules.members(key);
                before.extend(members.iter().filter(|m| **m != id));
                outside |= opaque;
            }
            order.before.push(before);
            order.outside.push(outside);
        }
        order
    }

    /// Whether a resource is made after another one. Stacks may wait for each other in ways that no template shows.
    pub fn after(&self, later: ResourceId, earlier: ResourceId) -> Answer {
        let mut seen = BTreeSet::from([later]);
        let mut todo = VecDeque::from([later]);
        let mut outside = false;
        while let Some(at) = todo.pop_front() {
            if at == earlier {
                return Answer::Yes;
            }
            outside |= self.outside.get(at.0 as usize).copied().unwrap_or(true);
            let before = self.before.get(at.0 as usize).map_or(&[][..], Vec::as_slice);
            todo.extend(before.iter().copied().filter(|b| seen.insert(*b)));
        }
        let (a, b) = (self.model.resource(later), self.model.resource(earlier));
        let stacks = self.model.language(later) != Language::Terraform && a.scope != b.scope;
        if outside || stacks || a.key.root != b.key.root { Answer::Maybe } else { Answer::No }
    }

    /// The circles in which the resources of a stack wait for each other, the shortest of each knot.
    pub fn cycles(&self) -> Vec<Cycle> {
        let waits: Vec<Vec<(ResourceId, OriginId)>> =
            self.model.ids().map(|id| waits_in_stack(self.model, id)).collect();
        let mut knotted: BTreeSet<ResourceId> = BTreeSet::new();
        let mut out = Vec::new();
        for id in self.model.ids() {
            if knotted.contains(&id) {
                continue;
            }
            if let Some(steps) = shortest_way_back(&waits, id) {
                knotted.extend(steps.iter().map(|(id, _)| *id));
                if self.exist_together(&steps) {
                    out.push(Cycle { steps });
                }
            }
        }
        out
    }

    /// Whether there surely is a deployment with all of them: they exist under the same conditions.
    fn exist_together(&self, steps: &[(ResourceId, OriginId)]) -> bool {
        let mut existences = steps.iter().map(|(id, _)| &self.model.resource(*id).existence);
        let most = existences.clone().max_by_key(|e| e.conditions.len());
        most.is_some_and(|most| existences.all(|e| e.implied_by(most)))
    }
}

/// What resources and modules hold, by their addresses.
struct Modules<'m> {
    model: &'m Model<'m>,
    known: BTreeMap<(RootId, Name), (Vec<ResourceId>, bool)>,
}

impl Modules<'_> {
    /// The resource at an address or those below it (`module.a`), and whether a module whose source is not here stands there.
    fn members(&mut self, key: &ResourceKey) -> &(Vec<ResourceId>, bool) {
        let model = self.model;
        let named = model.graph().resolve(key);
        self.known.entry((key.root, key.address.clone())).or_insert_with(|| {
            if !named.is_empty() {
                return (named.to_vec(), false);
            }
            let below = |address: &str| {
                let rest = address.strip_prefix(key.address.as_str());
                rest.is_some_and(|r| r.is_empty() || r.starts_with(['.', '[']))
            };
            let own = |id: &ResourceId| {
                let at = &model.resource(*id).key;
                at.root == key.root && below(&at.address)
            };
            let opaque = model.graph().root(key.root).opaque.iter().any(|o| below(&o.address));
            (model.ids().filter(own).collect(), opaque)
        })
    }
}

/// The outputs that say themselves what their readers wait for, by the place of their values.
fn waiting_outputs<'m>(model: &'m Model<'m>) -> HashMap<Span, Vec<&'m ResourceKey>> {
    let mut out: HashMap<Span, Vec<&ResourceKey>> = HashMap::new();
    for output in model.graph().roots().iter().flat_map(|r| &r.scopes).flat_map(|s| &s.outputs) {
        if let (Some(span), false) = (model.origins().span(output.value.origin), output.depends_on.is_empty())
        {
            out.entry(span).or_default().extend(&output.depends_on);
        }
    }
    out
}

/// What a value waits for by the outputs that it came through.
fn keys_through_outputs<'m>(
    model: &'m Model<'m>,
    value: &Value,
    outputs: &HashMap<Span, Vec<&'m ResourceKey>>,
) -> Vec<&'m ResourceKey> {
    let mut out = Vec::new();
    if !outputs.is_empty() {
        value.walk(&mut |v| {
            model.origins().walk(v.origin, &mut |origin| {
                if let (Via::Output(_), Some(keys)) = (&origin.via, outputs.get(&origin.span)) {
                    out.extend(keys);
                }
            });
        });
    }
    out
}

/// Whether a value holds an output of a module whose source is not here.
fn speaks_of_a_module(value: &Value) -> bool {
    value.references().iter().any(|r| matches!(r.target, Target::Module { .. }))
}

/// What a resource of a stack surely waits for in that stack. What one of several branches says is left out.
fn waits_in_stack<'m>(model: &'m Model<'m>, id: ResourceId) -> Vec<(ResourceId, OriginId)> {
    let resource = model.resource(id);
    if model.language(id) == Language::Terraform || is_rewritten(model, id) {
        return Vec::new();
    }
    let mut out: Vec<(ResourceId, OriginId)> = Vec::new();
    let mut add = |key: &ResourceKey, origin: OriginId| {
        if let [target] = model.graph().resolve(key)
            && model.resource(*target).scope == resource.scope
            && !out.iter().any(|(known, _)| known == target)
        {
            out.push((*target, origin));
        }
    };
    certain_references(&resource.body, &mut add);
    for key in &resource.depends_on {
        add(key, OriginId::NONE);
    }
    out
}

/// Whether a macro makes something else of a resource before it is deployed: SAM makes several resources of one of its own, of which
/// each waits for others.
fn is_rewritten<'m>(model: &'m Model<'m>, id: ResourceId) -> bool {
    let resource = model.resource(id);
    let stack = &model.graph().scope(resource).address;
    let of_user = |o: &iaclint_model::Opaque| o.address == *stack && !o.source.starts_with("AWS::");
    resource.type_name.starts_with("AWS::Serverless::")
        || model.graph().root(resource.key.root).opaque.iter().any(of_user)
}

fn certain_references(value: &Value, add: &mut dyn FnMut(&ResourceKey, OriginId)) {
    match &value.data {
        Data::Reference(reference) => {
            if let Target::Resource(key) = &reference.target {
                add(key, value.origin);
            }
        }
        Data::List(list) => list.items.iter().for_each(|v| certain_references(v, add)),
        Data::Object(object) => object.fields.iter().for_each(|(_, _, v)| certain_references(v, add)),
        Data::Encoded(inner) => certain_references(&inner.1, add),
        Data::Text(text) => {
            for piece in text.pieces() {
                if let Piece::Hole(hole) = piece {
                    certain_references(hole, add);
                }
            }
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Unknown(_) => {}
    }
}

/// The shortest way from a resource back to itself.
fn shortest_way_back(
    waits: &[Vec<(ResourceId, OriginId)>],
    start: ResourceId,
) -> Option<Vec<(ResourceId, OriginId)>> {
    let mut came: BTreeMap<ResourceId, (ResourceId, OriginId)> = BTreeMap::new();
    let mut todo = VecDeque::from([start]);
    while let Some(at) = todo.pop_front() {
        for (next, origin) in waits.get(at.0 as usize)? {
            if *next == start {
                let mut steps = vec![(at, *origin)];
                let mut back = at;
                while back != start {
                    let (before, origin) = came.get(&back)?;
                    steps.push((*before, *origin));
                    back = *before;
                }
                steps.reverse();
                return Some(steps);
            }
            if !came.contains_key(next) {
                came.insert(*next, (at, *origin));
                todo.push_back(*next);
            }
        }
    }
    None
}
