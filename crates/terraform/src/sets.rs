//! The order and identity of a set's elements.

use std::cmp::Ordering;
use std::fmt::Write;

use iaclint_value::{Marks, OriginId};

use crate::ty::Ty;
use crate::val::{K, MAX_DEPTH, Val};

/// A set of these elements: each once, in Terraform's order. Unknown elements stand last; the marks of the elements are the set's.
pub(crate) fn set(element: Ty, items: Vec<Val>, origin: OriginId) -> Val {
    let mut marks = Marks::NONE;
    let mut keyed: Vec<(String, Val)> = Vec::with_capacity(items.len());
    for item in items {
        marks = marks.and(item.marks);
        keyed.push((identity(&item), item));
    }
    keyed.sort_by(|a, b| order(&a.1, &b.1).then_with(|| a.0.cmp(&b.0)));
    keyed.dedup_by(|a, b| a.0 == b.0 && !a.1.has_unknown());
    Val::new(K::Set(element, keyed.into_iter().map(|(_, v)| v).collect()), origin).marked(marks)
}

/// Whether two values are the same element.
pub(crate) fn same(a: &Val, b: &Val) -> bool {
    !a.has_unknown() && !b.has_unknown() && identity(a) == identity(b)
}

fn order(a: &Val, b: &Val) -> Ordering {
    let rank = |v: &Val| match v.k {
        K::Unknown(_) => 2,
        K::Null(_) => 1,
        _ => 0,
    };
    match (&a.k, &b.k) {
        (K::Str(a), K::Str(b)) => a.text.as_bytes().cmp(b.text.as_bytes()),
        (K::Num(a), K::Num(b)) => a.cmp(b),
        (K::Bool(a), K::Bool(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// A text that two known values share only if they are equal; compound elements are sorted by it.
pub(crate) fn identity(value: &Val) -> String {
    let mut out = String::new();
    push(value, &mut out, 0);
    out
}

fn push(value: &Val, out: &mut String, depth: usize) {
    match &value.k {
        K::Unknown(_) => out.push('?'),
        _ if depth > MAX_DEPTH => out.push('?'),
        K::Null(_) => out.push('~'),
        K::Bool(bool) => out.push(if *bool { 'T' } else { 'F' }),
        K::Num(num) => {
            let _ = write!(out, "{num}");
        }
        K::Str(str) => out.push_str(&crate::functions::format::go_quoted(&str.text)),
        K::List(_, items) | K::Set(_, items) => {
            out.push('[');
            for item in items.iter() {
                push(item, out, depth + 1);
                out.push(';');
            }
            out.push(']');
        }
        K::Tuple(items) => {
            out.push('<');
            for item in items.iter() {
                push(item, out, depth + 1);
                out.push(';');
            }
            out.push('>');
        }
        K::Map(_, fields) => {
            out.push('{');
            for (name, _, item) in fields.iter() {
                out.push_str(&crate::functions::format::go_quoted(name));
                out.push(':');
                push(item, out, depth + 1);
                out.push(';');
            }
            out.push('}');
        }
        K::Object(fields) => {
            // The names are part of the elements' common type.
            out.push('<');
            for (_, _, item) in fields.iter() {
                push(item, out, depth + 1);
                out.push(';');
            }
            out.push('>');
        }
    }
}
