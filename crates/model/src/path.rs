//! Looking up a path in a value, through block lists, undecided conditions and unknowns.

use iaclint_value::{Data, Encoding, OriginId, Value};

/// What stands at a path.
#[derive(Clone, Debug)]
pub enum Found<'v> {
    /// This value; never null.
    Value(&'v Value),
    /// One of these: an undecided condition on the way.
    OneOf(Vec<&'v Value>, OriginId),
    /// Nothing; the origin of what lacks it.
    Absent(OriginId),
    /// It cannot be said.
    Unknown(OriginId),
}

/// Looks up a path of names joined by dots. A list on the way stands for its only element (Terraform's single blocks). A null is
/// absent; an encoded JSON text is looked into.
pub fn look_up<'v>(value: &'v Value, path: &str) -> Found<'v> {
    let mut all = Vec::new();
    let mut absent = None;
    let mut unknown = None;
    walk(value, path, &mut all, &mut absent, &mut unknown);
    if let Some(origin) = unknown {
        return Found::Unknown(origin);
    }
    match (all.len(), absent) {
        (0, Some(origin)) => Found::Absent(origin),
        (0, None) => Found::Absent(value.origin),
        (1, None) => Found::Value(all[0]),
        // Present on one branch of a condition and absent on the other: neither can be relied on.
        (_, Some(origin)) => Found::Unknown(origin),
        _ => Found::OneOf(all, value.origin),
    }
}

fn walk<'v>(
    value: &'v Value,
    path: &str,
    all: &mut Vec<&'v Value>,
    absent: &mut Option<OriginId>,
    unknown: &mut Option<OriginId>,
) {
    if let Data::Unknown(u) = &value.data {
        if u.candidates.is_empty() {
            *unknown = Some(value.origin);
        }
        for candidate in &u.candidates {
            if candidate.is_null() {
                *absent = Some(value.origin);
            } else {
                walk(candidate, path, all, absent, unknown);
            }
        }
        return;
    }
    if value.is_null() {
        *absent = Some(value.origin);
        return;
    }
    if path.is_empty() {
        all.push(value);
        return;
    }
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    match &value.data {
        Data::Object(object) => match object.get(name) {
            Some(next) => walk_into(next, rest, all, absent, unknown),
            None if object.complete => *absent = Some(value.origin),
            None => *unknown = Some(value.origin),
        },
        Data::Encoded(inner) if inner.0 == Encoding::Json => walk(&inner.1, path, all, absent, unknown),
        Data::List(_) => walk_into(value, path, all, absent, unknown),
        _ => *unknown = Some(value.origin),
    }
}

/// Goes on behind a name: with more of the path to go, a list stands for its only element.
fn walk_into<'v>(
    value: &'v Value,
    rest: &str,
    all: &mut Vec<&'v Value>,
    absent: &mut Option<OriginId>,
    unknown: &mut Option<OriginId>,
) {
    if let (Data::List(list), false) = (&value.data, rest.is_empty()) {
        match (&*list.items, list.complete) {
            ([only], true) => walk(only, rest, all, absent, unknown),
            ([], true) => *absent = Some(value.origin),
            _ => *unknown = Some(value.origin),
        }
    } else {
        walk(value, rest, all, absent, unknown);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use iaclint_value::{List, Object, OriginId, References, Unknown, Why};

    use super::*;

    fn object(fields: Vec<(&str, Value)>) -> Value {
        Value::object(fields.into_iter().map(|(n, v)| (n.into(), v)), OriginId::NONE)
    }

    #[test]
    fn a_single_block_is_looked_through() {
        let block = Value::list(vec![object(vec![("port", Value::int(1, OriginId::NONE))])], OriginId::NONE);
        let value = object(vec![("health_check", block)]);
        assert!(matches!(look_up(&value, "health_check.port"), Found::Value(v) if v.as_i64() == Some(1)));
        assert!(matches!(look_up(&value, "health_check.path"), Found::Absent(_)));
        assert!(matches!(look_up(&value, "other.path"), Found::Absent(_)));
    }

    #[test]
    fn what_is_not_complete_is_unknown_not_absent() {
        let list = Data::List(Arc::new(List { items: vec![], complete: false }));
        let value = object(vec![("block", Value::new(list, OriginId::NONE))]);
        assert!(matches!(look_up(&value, "block.x"), Found::Unknown(_)));
        let open =
            Value::new(Data::Object(Arc::new(Object { fields: vec![], complete: false })), OriginId::NONE);
        assert!(matches!(look_up(&open, "x"), Found::Unknown(_)));
    }

    #[test]
    fn an_undecided_condition_gives_all_values() {
        let candidates = vec![Value::int(1, OriginId::NONE), Value::int(2, OriginId::NONE)];
        let unknown = Unknown { why: Why::Condition, kind: None, depends_on: References::none(), candidates };
        let value = object(vec![("x", Value::new(Data::Unknown(Arc::new(unknown)), OriginId::NONE))]);
        assert!(matches!(look_up(&value, "x"), Found::OneOf(v, _) if v.len() == 2));
    }
}
