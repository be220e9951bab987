//! What a plan knows, laid over what the configuration alone tells. Places stay those of the configuration.

use std::sync::Arc;

use iaclint_graph::{Existence, Fragment, Mode, Resource, declared};
use iaclint_value::{
    Data, List, Literal, Marks, Name, Object, OriginArena, OriginId, Piece, ResourceKey, Target, Text, Value,
    json,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::configuration::Configuration;
use super::fragment::Made;
use super::{Plan, Planned};

/// Values deeper than this are left as they are.
const MAX_DEPTH: usize = 64;

/// Fills a fragment of the configuration with what its plan knows.
pub(crate) fn fill(fragment: &mut Fragment, plan: &Plan) {
    let mut instances: FxHashMap<Name, Vec<&Planned>> = FxHashMap::default();
    for planned in &plan.resources {
        instances.entry(declared(&planned.address)).or_default().push(planned);
    }
    let mut out = Vec::with_capacity(fragment.resources.len());
    for mut resource in std::mem::take(&mut fragment.resources) {
        if let Some(planned) = plan.resource(&resource.key.address) {
            resource.existence = Existence::default();
            over(&mut resource, planned, &mut fragment.origins);
            out.push(resource);
        } else if let Some(found) =
            instances.get(&resource.key.address).filter(|_| resource.existence.any_number)
        {
            for planned in found {
                let mut one = resource.clone();
                one.key = ResourceKey::new(resource.key.root, planned.address.clone());
                one.instance.clone_from(&planned.index);
                one.existence = Existence::default();
                over(&mut one, planned, &mut fragment.origins);
                out.push(one);
            }
        } else if resource.existence.is_certain() || resource.mode == Mode::Data || !plan.is_whole() {
            out.push(resource);
        }
    }
    fragment.resources = out;
    missing(fragment, plan);
}

/// Adds what modules make that are not here.
fn missing(fragment: &mut Fragment, plan: &Plan) {
    let opaque: Vec<Name> = fragment.root.opaque.iter().map(|o| o.address.clone()).collect();
    let of_opaque = |planned: &Planned| {
        let inside = |call: &Name| {
            let rest = planned.address.strip_prefix(call.as_str());
            rest.is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        opaque.iter().any(inside)
    };
    let there: FxHashSet<&Name> = fragment.resources.iter().map(|r| &r.key.address).collect();
    let absent: Vec<&Planned> =
        plan.resources.iter().filter(|p| !there.contains(&p.address) && of_opaque(p)).collect();
    if absent.is_empty() {
        return;
    }
    let scopes = std::mem::take(&mut fragment.root.scopes);
    let configuration = Configuration::read(plan.configuration());
    let made = Made::new(plan, &configuration, fragment.root.id, &mut fragment.origins);
    let mut made = made.with_scopes(scopes);
    let resources: Vec<Resource> = absent.iter().map(|planned| made.resource(planned)).collect();
    fragment.root.scopes = made.scopes;
    fragment.resources.extend(resources);
    if plan.is_whole() {
        // Everything that they make is there now.
        fragment.root.opaque.clear();
    }
}

fn over(resource: &mut Resource, planned: &Planned, arena: &mut OriginArena) {
    let Data::Object(body) = &resource.body.data else { return };
    if body.complete && body.fields.iter().all(|(_, _, v)| v.is_known()) {
        return;
    }
    let mut body = (**body).clone();
    for (name, _, value) in &mut body.fields {
        let mask = |of: &Option<Value>| of.as_ref().and_then(|m| m.get(name)).cloned();
        let (unknown, sensitive) = (mask(&planned.unknown), mask(&planned.sensitive));
        if let Some(known) = planned.values.get(name) {
            *value = laid(value, known, unknown.as_ref(), sensitive.as_ref(), arena, 0);
        }
    }
    resource.body.data = Data::Object(Arc::new(body));
}

/// A value of the configuration with what the plan knows in the place of what is not known.
fn laid(
    value: &Value,
    known: &Value,
    unknown: Option<&Value>,
    sensitive: Option<&Value>,
    arena: &mut OriginArena,
    depth: usize,
) -> Value {
    let says = |mask: Option<&Value>| mask.and_then(Value::as_bool) == Some(true);
    if depth > MAX_DEPTH || says(unknown) || value.is_known() {
        return value.clone();
    }
    let inner = |mask: Option<&Value>, part: &dyn Fn(&Value) -> Option<Value>| {
        mask.and_then(|m| if m.as_bool() == Some(true) { Some(m.clone()) } else { part(m) })
    };
    let data = match (&value.data, &known.data) {
        (Data::Object(ours), Data::Object(_)) if ours.complete => {
            let mut fields = ours.fields.clone();
            for (name, _, field) in &mut fields {
                let part = |m: &Value| m.get(name).cloned();
                let (unknown, sensitive) = (inner(unknown, &part), inner(sensitive, &part));
                if let Some(known) = known.get(name) {
                    *field = laid(field, known, unknown.as_ref(), sensitive.as_ref(), arena, depth + 1);
                }
            }
            Data::Object(Arc::new(Object { fields, complete: true }))
        }
        // A set has an order of its own; then only what is alike in all elements could be told, and a single one.
        (Data::List(ours), Data::List(theirs))
            if ours.complete && ours.items.len() == 1 && theirs.items.len() == 1 =>
        {
            let part = |m: &Value| m.at(0).cloned();
            let (unknown, sensitive) = (inner(unknown, &part), inner(sensitive, &part));
            let item = laid(
                &ours.items[0],
                &theirs.items[0],
                unknown.as_ref(),
                sensitive.as_ref(),
                arena,
                depth + 1,
            );
            Data::List(Arc::new(List { items: vec![item], complete: true }))
        }
        (Data::Encoded(ours), Data::Text(text)) => match json::parse(text, arena) {
            Ok(read) => {
                let item = laid(&ours.1, &read.value, None, None, arena, depth + 1);
                Data::Encoded(Arc::new((ours.0, item)))
            }
            Err(_) => return value.clone(),
        },
        _ if speaks_of_a_resource(value) || has_unknown(unknown) || known.is_null() => return value.clone(),
        _ => {
            let marks = if says(sensitive) { Marks::SENSITIVE } else { Marks::NONE };
            return placed(known, value.origin, arena, 0).marked(value.marks).marked(marks);
        }
    };
    Value { data, origin: value.origin, marks: value.marks }
}

/// Whether a value holds a link to another resource, which says more than the text that stands for it now.
fn speaks_of_a_resource(value: &Value) -> bool {
    let mut found = false;
    value.walk(&mut |v| {
        if let Data::Reference(reference) = &v.data {
            found |= matches!(&reference.target, Target::Resource(_));
        }
    });
    found
}

fn has_unknown(mask: Option<&Value>) -> bool {
    let mut found = false;
    if let Some(mask) = mask {
        mask.walk(&mut |v| found |= v.as_bool() == Some(true));
    }
    found
}

/// A planned value at a place of the configuration.
fn placed(value: &Value, origin: OriginId, arena: &mut OriginArena, depth: usize) -> Value {
    if !origin.is_some() || depth > MAX_DEPTH {
        return value.clone();
    }
    let data = match &value.data {
        Data::List(list) => {
            let items = list.items.iter().map(|v| placed(v, origin, arena, depth + 1)).collect();
            Data::List(Arc::new(List { items, complete: list.complete }))
        }
        Data::Object(object) => {
            let fields = object.fields.iter();
            let fields =
                fields.map(|(n, _, v)| (n.clone(), origin, placed(v, origin, arena, depth + 1))).collect();
            Data::Object(Arc::new(Object { fields, complete: object.complete }))
        }
        Data::Text(text) => {
            if json::looks_like_json(text)
                && let Ok(read) = json::parse(text, arena)
            {
                let inner = placed(&read.value, origin, arena, depth + 1);
                return Value::encoded(iaclint_value::Encoding::Json, inner, origin);
            }
            let pieces = text.pieces().iter().map(|piece| match piece {
                Piece::Literal(literal) => {
                    Piece::Literal(Literal { text: literal.text.clone(), placed: None, origin })
                }
                Piece::Hole(_) => piece.clone(),
            });
            Data::Text(Text::of(pieces))
        }
        other => other.clone(),
    };
    Value { data, origin, marks: value.marks }
}
