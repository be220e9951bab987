//! Values of a plan: what is known stands in the plan, what is not is what its expression refers to.

use std::ops::Range;
use std::sync::Arc;

use iaclint_value::{
    Data, Encoding, Kind, List, Literal, Marks, Name, Object, OriginArena, Piece, Reference, Step, Text,
    Unknown, Value, Via, Why, json,
};

use super::configuration::is_expression;
use super::links::{At, Links, Sources};
use super::names::stands_alone;

/// Shorter texts are not looked for inside of others: too much is called `api`.
const MIN_PART: usize = 8;

/// Values deeper than this are not looked into.
const MAX_DEPTH: usize = 64;

/// Attributes that hold nothing but the name of another thing, though they do not end in `_id` or `_arn`.
const LINKS: [&str; 9] = [
    "bucket",
    "cluster",
    "group",
    "policy_arns",
    "role",
    "security_groups",
    "subnets",
    "task_definition",
    "user",
];

/// Attributes that end like a link and may hold more than one: `"${aws_s3_bucket.b.arn}/*"`.
const PATTERNS: [&str; 2] = ["source_arn", "resource_arn"];

/// A planned value with what is said of it.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// The value; `None` where it is left out.
    pub(super) value: Option<&'a Value>,
    /// `true` where it is not known yet.
    pub(super) unknown: Option<&'a Value>,
    /// `true` where it is sensitive.
    pub(super) sensitive: Option<&'a Value>,
}

impl<'a> Part<'a> {
    fn field(self, name: &str) -> Part<'a> {
        self.map(|v| v.get(name))
    }

    fn item(self, index: usize) -> Part<'a> {
        self.map(|v| v.at(index))
    }

    fn map(self, part: impl Fn(&'a Value) -> Option<&'a Value>) -> Part<'a> {
        // `true` says it of all that is inside.
        let said = |mask: &'a Value| if mask.as_bool() == Some(true) { Some(mask) } else { part(mask) };
        Part {
            value: self.value.and_then(&part),
            unknown: self.unknown.and_then(said),
            sensitive: self.sensitive.and_then(said),
        }
    }

    fn is_unknown(self) -> bool {
        self.unknown.and_then(Value::as_bool) == Some(true)
    }

    /// How many elements it has as a list.
    fn length(self) -> Option<usize> {
        let length = |v: Option<&Value>| v.and_then(Value::as_list).map(|l| l.items.len());
        length(self.value).into_iter().chain(length(self.unknown)).max()
    }

    /// The names of its fields as an object, with what they are written in.
    fn names(self) -> Option<Vec<Name>> {
        let objects = [self.value, self.unknown].into_iter().flatten().filter_map(Value::as_object);
        let mut out: Option<Vec<Name>> = None;
        for object in objects {
            let names = out.get_or_insert_default();
            for (name, ..) in &object.fields {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        out
    }
}

/// Makes values of the graph from those of a plan.
pub(super) struct Reader<'a, 'p> {
    pub(super) links: &'a Links<'p>,
    pub(super) arena: &'a mut OriginArena,
}

impl Reader<'_, '_> {
    /// The value of an attribute or of the blocks called `field`, whose expressions are `expression`.
    pub(super) fn value(
        &mut self,
        field: &str,
        part: Part<'_>,
        expression: Option<&Value>,
        at: At<'_>,
        depth: usize,
    ) -> Value {
        let marks = match part.sensitive.and_then(Value::as_bool) {
            Some(true) => Marks::SENSITIVE,
            _ => Marks::NONE,
        };
        if depth > MAX_DEPTH {
            return Value::unknown(Why::Limit, iaclint_value::OriginId::NONE);
        }
        if part.is_unknown() {
            return self.unknown(field, expression, at).marked(marks);
        }
        let origin = part.value.or(expression).map_or(iaclint_value::OriginId::NONE, |v| v.origin);
        if let Some(count) = part.length() {
            let items = self.items(field, part, count, expression, at, depth);
            return Value::list(items, origin).marked(marks);
        }
        if let Some(names) = part.names() {
            let mut fields = Vec::with_capacity(names.len());
            for name in names {
                // The fields of a block have expressions of their own; those of a map share the map's.
                let (inner, inner_field) = match expression {
                    Some(e) if !is_expression(e) => (e.get(&name), name.as_str()),
                    other => (other, field),
                };
                let value = self.value(inner_field, part.field(&name), inner, at, depth + 1);
                let place = part.value.and_then(Value::as_object).and_then(|o| o.name_origin(&name));
                fields.push((name, place.unwrap_or(origin), value));
            }
            let data = Data::Object(Arc::new(Object { fields, complete: true }));
            return Value::new(data, origin).marked(marks);
        }
        let Some(known) = part.value else { return Value::null(origin) };
        self.known(known, expression, at).marked(marks)
    }

    fn items(
        &mut self,
        field: &str,
        part: Part<'_>,
        count: usize,
        expression: Option<&Value>,
        at: At<'_>,
        depth: usize,
    ) -> Vec<Value> {
        // Elements of which none is known are those that the expression lists, when it lists as many.
        let blank = (0..count).all(|index| part.item(index).is_unknown());
        if let Some(expression) = expression.filter(|e| blank && is_expression(e)) {
            let sources = self.links.sources(expression, at);
            let linked: Vec<Reference> = sources.references.iter().filter_map(|r| link(field, r)).collect();
            if !sources.lossy && linked.len() == count && sources.references.len() == count {
                return linked.into_iter().map(|r| Value::reference(r, expression.origin)).collect();
            }
        }
        (0..count)
            .map(|index| {
                let item = part.item(index);
                let inner = match expression {
                    Some(e) if !is_expression(e) => block(e, item.value, index, count),
                    other => other,
                };
                self.value(field, item, inner, at, depth + 1)
            })
            .collect()
    }

    /// What is not known yet.
    fn unknown(&mut self, field: &str, expression: Option<&Value>, at: At<'_>) -> Value {
        let origin = expression.map_or(iaclint_value::OriginId::NONE, |e| e.origin);
        let sources = expression.map(|e| self.links.sources(e, at)).unwrap_or_default();
        let linked: Vec<Reference> = sources.references.iter().filter_map(|r| link(field, r)).collect();
        let all = !sources.lossy && !linked.is_empty() && linked.len() == sources.references.len();
        let values = || linked.iter().map(|r| Value::reference(r.clone(), origin)).collect::<Vec<_>>();
        if is_plural(field) && !linked.is_empty() {
            return Value::new(Data::List(Arc::new(List { items: values(), complete: false })), origin);
        }
        if let ([reference], true) = (linked.as_slice(), all) {
            return Value::reference(reference.clone(), origin);
        }
        let unknown = Unknown {
            why: Why::Computed(field.into()),
            kind: if is_plural(field) { Some(Kind::List) } else { None },
            depends_on: sources.references.into_iter().collect(),
            candidates: if all { values() } else { Vec::new() },
        };
        Value::new(Data::Unknown(Arc::new(unknown)), origin)
    }

    /// A known value; a text in which the name of another resource stands refers to that resource.
    fn known(&mut self, known: &Value, expression: Option<&Value>, at: At<'_>) -> Value {
        let Data::Text(text) = &known.data else { return known.clone() };
        let sources = expression.map(|e| self.links.sources(e, at)).unwrap_or_default();
        self.text(text, known, &sources, 0)
    }

    fn text(&mut self, text: &Text, known: &Value, sources: &Sources, depth: usize) -> Value {
        if json::looks_like_json(text)
            && depth < 4
            && let Ok(read) = json::parse(text, self.arena)
        {
            let inner = self.inside(&read.value, sources, depth + 1);
            return Value::encoded(Encoding::Json, inner, known.origin);
        }
        let Some(flat) = text.as_str() else { return known.clone() };
        let found = self.found(&flat, sources);
        if let [(range, reference)] = found.as_slice()
            && range.len() == flat.len()
        {
            return self.tie(reference, known);
        }
        if found.is_empty() {
            return known.clone();
        }
        let places = text.flatten();
        let mut pieces: Vec<Piece> = Vec::new();
        let mut end = 0;
        for (range, reference) in found {
            pieces.extend(text.slice(&places, end..range.start).pieces().iter().cloned());
            let part = Value::new(Data::Text(text.slice(&places, range.clone())), known.origin);
            pieces.push(Piece::Hole(self.tie(&reference, &part)));
            end = range.end;
        }
        pieces.extend(text.slice(&places, end..flat.len()).pieces().iter().cloned());
        Value::new(Data::Text(Text::of(pieces)), known.origin)
    }

    /// Where which references stand in a known text: those that its expression names, then all that only one resource is called.
    fn found(&self, text: &str, sources: &Sources) -> Vec<(Range<usize>, Reference)> {
        let mut out: Vec<(Range<usize>, Reference)> = Vec::new();
        let overlaps = |out: &[(Range<usize>, Reference)], range: &Range<usize>| {
            out.iter().any(|(other, _)| other.start < range.end && range.start < other.end)
        };
        for (reference, name) in sources.references.iter().flat_map(|r| self.names(r)) {
            for (start, _) in text.match_indices(name.as_str()) {
                let range = start..start + name.len();
                let whole = range.len() == text.len();
                if (whole || (name.len() >= MIN_PART && stands_alone(text, &range)))
                    && !overlaps(&out, &range)
                {
                    out.push((range, reference.clone()));
                }
            }
        }
        for (range, reference) in self.links.names.find(text) {
            if !overlaps(&out, &range) {
                out.push((range, reference.clone()));
            }
        }
        out.sort_by_key(|(range, _)| range.start);
        out
    }

    /// The texts inside a decoded structure.
    fn inside(&mut self, value: &Value, sources: &Sources, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return value.clone();
        }
        let data = match &value.data {
            Data::Text(text) => return self.text(text, value, sources, depth),
            Data::List(list) => {
                let items = list.items.iter().map(|v| self.inside(v, sources, depth + 1)).collect();
                Data::List(Arc::new(List { items, complete: list.complete }))
            }
            Data::Object(object) => {
                let inner = object.fields.iter();
                let fields = inner
                    .map(|(name, at, v)| (name.clone(), *at, self.inside(v, sources, depth + 1)))
                    .collect();
                Data::Object(Arc::new(Object { fields, complete: object.complete }))
            }
            _ => return value.clone(),
        };
        Value { data, origin: value.origin, marks: value.marks }
    }

    /// The texts by which a reference may stand in a value, longest first: of a whole resource, all that the deployment named it.
    fn names(&self, reference: &Reference) -> Vec<(Reference, Name)> {
        let planned = reference.key().and_then(|key| self.links.planned(&key.address));
        let Some(planned) = planned else { return Vec::new() };
        let known = |path: &[Step]| {
            let mut value = &planned.values;
            for step in path {
                value = match step {
                    Step::Attr(name) => value.get(name)?,
                    Step::Index(index) => value.at(*index as usize)?,
                    Step::Any => return None,
                };
            }
            value.as_str().filter(|t| !t.is_empty()).map(|t| Name::from(t.as_ref()))
        };
        if !reference.path.is_empty() {
            return known(&reference.path).map(|text| (reference.clone(), text)).into_iter().collect();
        }
        let attribute = |name: &str| {
            let step = Step::Attr(name.into());
            Some((reference.then(step.clone()), known(&[step])?))
        };
        let mut out: Vec<_> = ["arn", "id"].into_iter().filter_map(attribute).collect();
        out.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
        out
    }

    /// The reference in the place of a known text; what the configuration wrote stays a text that was read from there.
    fn tie(&mut self, reference: &Reference, known: &Value) -> Value {
        let written = reference.key().and_then(|key| {
            let planned = self.links.planned(&key.address)?;
            let module = self.links.configuration.module(&planned.module)?;
            let Some(Step::Attr(first)) = reference.path.first() else { return None };
            module.resources.get(&planned.declared)?.get("expressions")?.get(first)
        });
        match (written, reference.key(), self.arena.get(known.origin).map(|o| o.span)) {
            (Some(_), Some(key), Some(span)) => {
                let origin = self.arena.add(span, Via::Attribute(key.clone()), [known.origin]);
                match &known.data {
                    Data::Text(text) if text.as_str().is_some() => {
                        let pieces = text.pieces().iter().map(|piece| match piece {
                            Piece::Literal(literal) => Piece::Literal(Literal { origin, ..literal.clone() }),
                            Piece::Hole(_) => piece.clone(),
                        });
                        Value::new(Data::Text(Text::of(pieces)), origin)
                    }
                    _ => known.clone(),
                }
            }
            _ => Value::reference(reference.clone(), known.origin),
        }
    }
}

/// The expressions of the block behind an element: by its number, or the only one whose constants are the element's.
fn block<'e>(blocks: &'e Value, item: Option<&Value>, index: usize, count: usize) -> Option<&'e Value> {
    let Some(list) = blocks.as_list() else { return Some(blocks) };
    if list.items.len() == 1 {
        return list.items.first();
    }
    let agrees = |block: &Value| {
        let fields = block.as_object().into_iter().flat_map(|o| &o.fields);
        fields.into_iter().all(|(name, _, e)| {
            match (e.get("constant_value"), item.and_then(|i| i.get(name))) {
                (Some(constant), Some(value)) => constant == value,
                _ => true,
            }
        })
    };
    let mut fitting = list.items.iter().filter(|b| agrees(b));
    match (fitting.next(), fitting.next()) {
        (Some(block), None) => Some(block),
        // A set has an order of its own, a list that of the blocks; of equal blocks any will do.
        (Some(_), Some(_)) if list.items.len() == count => list.items.get(index).filter(|b| agrees(b)),
        _ => None,
    }
}

fn is_plural(field: &str) -> bool {
    ["_ids", "_arns", "_actions"].iter().any(|end| field.ends_with(end))
        || matches!(field, "security_groups" | "subnets")
}

/// The attribute that an argument of this name is, when all that is known of it is that it was made of `reference`: an argument that takes
/// an id or an ARN and refers to one is that.
fn link(field: &str, reference: &Reference) -> Option<Reference> {
    let is_link =
        is_plural(field) || ["_id", "_arn"].iter().any(|end| field.ends_with(end)) || LINKS.contains(&field);
    if !is_link || PATTERNS.contains(&field) {
        return None;
    }
    match reference.path.as_slice() {
        [] => {
            let attribute = if field.trim_end_matches('s').ends_with("_arn") { "arn" } else { "id" };
            Some(reference.then(Step::Attr(attribute.into())))
        }
        [Step::Attr(name)] if name == "id" || name == "arn" => Some(reference.clone()),
        [Step::Attr(name)] if name.ends_with("_id") || name.ends_with("_arn") => Some(reference.clone()),
        [Step::Attr(name)] if name == "name" && LINKS.contains(&field) => Some(reference.clone()),
        _ => None,
    }
}
