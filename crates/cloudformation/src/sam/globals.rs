//! `Globals`: what holds for all resources of a kind.

use iaclint_value::{Data, List, Object, Value};

use crate::eval::intrinsic;

/// Deeper objects are not merged, but taken from the resource.
const MAX_DEPTH: u32 = 64;

/// A resource's value over the global one: objects are merged, lists are put one behind the other, anything else is the resource's.
pub(super) fn merged(global: &Value, own: &Value, depth: u32) -> Value {
    match (&global.data, &own.data) {
        (Data::Object(a), Data::Object(b)) if depth < MAX_DEPTH && !calls(global) && !calls(own) => {
            let mut fields = Vec::with_capacity(a.fields.len() + b.fields.len());
            for (name, origin, value) in &a.fields {
                match b.get(name) {
                    Some(mine) => fields.push((name.clone(), *origin, merged(value, mine, depth + 1))),
                    None => fields.push((name.clone(), *origin, value.clone())),
                }
            }
            fields.extend(b.fields.iter().filter(|(name, _, _)| a.get(name).is_none()).cloned());
            let object = Object { fields, complete: a.complete && b.complete };
            Value::new(Data::Object(object.into()), own.origin)
        }
        (Data::List(a), Data::List(b)) => {
            let items = a.items.iter().chain(&b.items).cloned().collect();
            Value::new(Data::List(List { items, complete: a.complete && b.complete }.into()), own.origin)
        }
        _ => own.clone(),
    }
}

fn calls(value: &Value) -> bool {
    value.as_object().is_some_and(|object| intrinsic(object).is_some())
}
