//! What a root reads of what another one makes: outputs in its state, and resources that a data source finds by their name.

use std::sync::Arc;

use iaclint_value::{
    Data, List, Name, Object, OriginId, Origins, Path, Piece, Reference, References, ResourceKey, Step,
    Target, Text, Unknown, Value, Via,
};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::state::{self, SOURCE};
use crate::{Graph, Mode, Resource, ResourceId};

/// How many states and data sources may read each other in a row.
const MAX_DEPTH: usize = 8;

/// Values deeper than this are left as they are.
const MAX_NESTING: usize = 128;

/// The resources that data sources find.
type Found = FxHashMap<ResourceKey, ResourceId>;

impl Graph {
    /// Puts what is read in the place of the reference to the reading.
    pub(crate) fn join(&mut self) {
        let found = self.found();
        if found.is_empty() && self.states.is_empty() {
            return;
        }
        // Few values read anything, and whether one does is seen without touching it.
        let reads: Vec<bool> = self.resources.par_iter().map(|r| self.reads(&found, &r.body)).collect();
        let mut origins = std::mem::take(&mut self.origins);
        let mut joining = Joining { graph: self, found: &found, origins: &mut origins };
        let mut bodies = Vec::new();
        for ((id, resource), _) in self.iter().zip(&reads).filter(|(_, reads)| **reads) {
            bodies.extend(joining.value(&resource.body, 0, 0).map(|body| (id, body)));
        }
        let mut outputs = Vec::new();
        for (root, at) in self.roots.iter().zip(0..) {
            for (scope, in_root) in root.scopes.iter().zip(0..) {
                for (output, in_scope) in scope.outputs.iter().zip(0..) {
                    outputs.extend(joining.value(&output.value, 0, 0).map(|v| ((at, in_root, in_scope), v)));
                }
            }
        }
        let mut inputs = Vec::new();
        for (root, at) in self.roots.iter().zip(0..) {
            for (opaque, number) in root.opaque.iter().zip(0..) {
                inputs.extend(joining.value(&opaque.inputs, 0, 0).map(|v| ((at, number), v)));
            }
        }
        for (id, body) in bodies {
            self.resources[id.0 as usize].body = body;
        }
        for ((root, scope, output), value) in outputs {
            let (root, scope, output): (usize, usize, usize) = (root, scope, output);
            self.roots[root].scopes[scope].outputs[output].value = value;
        }
        for ((root, opaque), value) in inputs {
            let (root, opaque): (usize, usize) = (root, opaque);
            self.roots[root].opaque[opaque].inputs = value;
        }
        self.origins = origins;
    }

    /// Whether something in a value is read from a state or found by a data source.
    fn reads(&self, found: &Found, value: &Value) -> bool {
        let mut reads = false;
        let is_read = |reference: &Reference| match &reference.target {
            Target::Resource(key) => self.states.contains_key(key) || found.contains_key(key),
            _ => false,
        };
        value.walk(&mut |inner| {
            reads |= match &inner.data {
                Data::Reference(reference) => is_read(reference),
                Data::Unknown(unknown) => unknown.depends_on.iter().any(|r| is_read(r)),
                _ => false,
            };
        });
        reads
    }

    /// The managed resources that data sources find: the only one of the run that has the name, in a region that does not differ.
    fn found(&self) -> Found {
        let mut by_name: FxHashMap<(Name, Name, Name), Vec<ResourceId>> = FxHashMap::default();
        let sources: Vec<(&Resource, Vec<Name>, Name)> = self
            .resources
            .iter()
            .filter(|r| r.mode == Mode::Data)
            .filter_map(|r| Some((r, self.looked_for(r)?.0, self.looked_for(r)?.1)))
            .collect();
        // Every type is looked through once for every path by which it is looked for.
        let mut looked: Vec<(&Name, &Name)> = sources.iter().map(|(_, by, _)| (&by[0], &by[1])).collect();
        looked.sort_unstable();
        looked.dedup();
        for (type_name, path) in looked {
            for id in self.of_type(type_name) {
                let resource = self.resource(*id);
                let Some(name) = named(resource, path).filter(|_| self.may_be_found(resource)) else {
                    continue;
                };
                by_name.entry((type_name.clone(), path.clone(), name)).or_default().push(*id);
            }
        }
        let mut found = Found::default();
        // Where a thing lies is itself looked for, so that is found first.
        for placed in [false, true] {
            for (source, by, name) in &sources {
                let place = source.body.get("vpc_id");
                let candidates = by_name.get(&(by[0].clone(), by[1].clone(), name.clone()));
                let Some([only]) = candidates.map(Vec::as_slice) else { continue };
                let managed = self.resource(*only);
                let regions_differ =
                    matches!((&source.region, &managed.region), (Some(a), Some(b)) if a != b);
                let elsewhere = self.differ(&found, place, managed.body.get("vpc_id"));
                if place.is_some() == placed && !regions_differ && !elsewhere {
                    found.insert(source.key.clone(), *only);
                }
            }
        }
        found
    }

    /// The type and path by which a data source looks for something, and the name that it looks for.
    fn looked_for(&self, source: &Resource) -> Option<(Vec<Name>, Name)> {
        if self.root(source.key.root).library {
            return None;
        }
        let look = source.meta.get(SOURCE)?;
        let text = |name: &str| look.get(name)?.as_str().map(|t| Name::from(t.as_ref()));
        Some((vec![text("type")?, text("by")?], text("name")?))
    }

    /// Whether two places differ, as far as can be told: two things of the run, or one of the run and one that no root makes.
    fn differ(&self, found: &Found, a: Option<&Value>, b: Option<&Value>) -> bool {
        let (Some(a), Some(b)) = (a, b) else { return false };
        if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
            return a != b;
        }
        let (Some(a), Some(b)) = (self.place(found, a), self.place(found, b)) else { return false };
        a != b
    }

    /// Where a reference to a VPC leads.
    fn place(&self, found: &Found, value: &Value) -> Option<Place> {
        let key = value.as_reference()?.key()?;
        if let Some(id) = found.get(key) {
            return Some(Place::Made(*id));
        }
        let [id] = self.resolve(key) else { return None };
        Some(if self.resource(*id).mode == Mode::Managed { Place::Made(*id) } else { Place::Elsewhere })
    }

    fn may_be_found(&self, resource: &Resource) -> bool {
        resource.mode == Mode::Managed
            && !resource.existence.any_number
            && !self.root(resource.key.root).library
    }
}

/// Where something lies.
#[derive(PartialEq, Eq)]
enum Place {
    /// In this managed resource.
    Made(ResourceId),
    /// In one that a data source looks up and no root makes.
    Elsewhere,
}

/// The known text at a path of a resource's body.
fn named(resource: &Resource, path: &str) -> Option<Name> {
    let mut at = &resource.body;
    for name in path.split('.') {
        at = at.get(name)?;
    }
    at.as_str().map(|t| Name::from(t.as_ref()))
}

struct Joining<'g, 'o> {
    graph: &'g Graph,
    found: &'g Found,
    origins: &'o mut Origins,
}

impl Joining<'_, '_> {
    /// A value with what is read in it; `None` where nothing is.
    fn value(&mut self, value: &Value, reads: usize, nesting: usize) -> Option<Value> {
        if reads > MAX_DEPTH || nesting > MAX_NESTING {
            return None;
        }
        let inner = |me: &mut Self, v: &Value| me.value(v, reads, nesting + 1);
        let data = match &value.data {
            Data::Reference(reference) => {
                return Some(self.read(reference, value.origin, reads)?.marked(value.marks));
            }
            Data::List(list) => {
                let items = all(&list.items, |v| inner(self, v))?;
                Data::List(Arc::new(List { items, complete: list.complete }))
            }
            Data::Object(object) => {
                let read: Vec<Option<Value>> = object.fields.iter().map(|(.., v)| inner(self, v)).collect();
                read.iter().any(Option::is_some).then_some(())?;
                let fields = object.fields.iter().zip(read);
                let fields = fields
                    .map(|((name, at, old), new)| (name.clone(), *at, new.unwrap_or_else(|| old.clone())))
                    .collect();
                Data::Object(Arc::new(Object { fields, complete: object.complete }))
            }
            Data::Text(text) => Data::Text(self.text(text, reads, nesting)?),
            Data::Encoded(encoded) => Data::Encoded(Arc::new((encoded.0, inner(self, &encoded.1)?))),
            Data::Unknown(unknown) => {
                let candidates = all(&unknown.candidates, |v| inner(self, v));
                let mut depends_on = References::none();
                for reference in unknown.depends_on.iter() {
                    let read = self.read(reference, value.origin, reads);
                    match read {
                        Some(read) => {
                            read.references().into_iter().for_each(|r| depends_on.add(r, usize::MAX));
                        }
                        None => depends_on.add(reference, usize::MAX),
                    }
                }
                if candidates.is_none() && depends_on == unknown.depends_on {
                    return None;
                }
                let candidates = candidates.unwrap_or_else(|| unknown.candidates.clone());
                Data::Unknown(Arc::new(Unknown { depends_on, candidates, ..(**unknown).clone() }))
            }
            Data::Null | Data::Bool(_) | Data::Number(_) => return None,
        };
        Some(Value { data, ..value.clone() })
    }

    fn text(&mut self, text: &Text, reads: usize, nesting: usize) -> Option<Text> {
        let read: Vec<Option<Value>> = text
            .pieces()
            .iter()
            .map(|piece| match piece {
                Piece::Hole(hole) => self.value(hole, reads, nesting + 1),
                Piece::Literal(_) => None,
            })
            .collect();
        read.iter().any(Option::is_some).then_some(())?;
        let pieces = text.pieces().iter().zip(read);
        Some(Text::of(pieces.map(|(old, new)| match new {
            // A number in a text is its digits.
            Some(new) => Piece::Hole(match new.to_text() {
                Some(text) => Value { data: Data::Text(text), ..new },
                None => new,
            }),
            None => old.clone(),
        })))
    }

    /// What a reference to a state or to a data source yields.
    fn read(&mut self, reference: &Reference, at: OriginId, reads: usize) -> Option<Value> {
        let Target::Resource(key) = &reference.target else { return None };
        let (value, via) = if let Some(state) = self.graph.states.get(key) {
            let (name, rest) = state::output_read(&reference.path)?;
            let name = state::state_output(state, name);
            (step_into(self.graph.exports.get(&name)?.clone(), rest)?, Via::Import(name))
        } else {
            let managed = self.graph.resource(*self.found.get(key)?);
            let value = of_managed(managed, self.renamed(key, &reference.path));
            (value, Via::Attribute(managed.key.clone()))
        };
        let value = self.value(&value, reads + 1, 0).unwrap_or(value);
        let Some(span) = self.origins.span(at) else { return Some(value) };
        let origin = self.origins.add_beside(at, span, via, [value.origin]);
        Some(Value { origin, ..value })
    }
}

impl Joining<'_, '_> {
    /// A path into a data source as the managed type calls it.
    fn renamed(&self, source: &ResourceKey, path: &[Step]) -> Path {
        let source = self.graph.resolve(source).first().map(|id| self.graph.resource(*id));
        let names = source.and_then(|s| s.meta.get(SOURCE)).and_then(|s| s.get("renamed"));
        let mut path = Path::from(path);
        if let Some(Step::Attr(first)) = path.first_mut()
            && let Some(other) = names.and_then(|n| n.get(first)).and_then(Value::as_str)
        {
            *first = other.as_ref().into();
        }
        path
    }
}

/// Values of which at least one changes.
fn all(values: &[Value], mut change: impl FnMut(&Value) -> Option<Value>) -> Option<Vec<Value>> {
    let changed: Vec<Option<Value>> = values.iter().map(&mut change).collect();
    changed.iter().any(Option::is_some).then_some(())?;
    Some(values.iter().zip(changed).map(|(old, new)| new.unwrap_or_else(|| old.clone())).collect())
}

/// An attribute of a resource: what its configuration says, as far as it says more than a block, or a reference.
fn of_managed(resource: &Resource, path: Path) -> Value {
    if let [Step::Attr(name)] = path.as_slice()
        && let Some(value) = resource.body.get(name)
        && matches!(value.data, Data::Text(_) | Data::Number(_) | Data::Bool(_) | Data::Reference(_))
    {
        return value.clone();
    }
    let target = Target::Resource(resource.key.clone());
    Value::reference(Reference { target, path }, resource.body.origin)
}

/// A part of an output.
fn step_into(value: Value, rest: &[Step]) -> Option<Value> {
    let mut value = value;
    for (at, step) in rest.iter().enumerate() {
        if let Data::Reference(reference) = &value.data {
            let mut path = reference.path.clone();
            path.extend(rest[at..].iter().cloned());
            let reference = Reference { target: reference.target.clone(), path };
            return Some(Value::reference(reference, value.origin).marked(value.marks));
        }
        let part = match step {
            Step::Attr(name) => value.get(name),
            Step::Index(index) => value.at(*index as usize),
            Step::Any => None,
        };
        value = part?.clone().marked(value.marks);
    }
    Some(value)
}
