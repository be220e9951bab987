//! The order and identity of a set's elements.

use std::cmp::Ordering;
use std::fmt::Write;

use iaclint_value::{Marks, OriginId};

use crate::ty::Ty;
use crate::val::{K, MAX_DEPTH, Val};

/// A set of these elements: each once, in Terraform's order. Behind the known elements stand those that are not known, and null is the last; the marks of the elements are the set's.
pub(crate) fn set(element: Ty, items: Vec<Val>, origin: OriginId) -> Val {
    let mut marks = Marks::NONE;
    if items.iter().all(|item| matches!(item.k, K::Str(_))) {
        let mut items = items;
        marks = items.iter().fold(marks, |marks, item| marks.and(item.marks));
        items.sort_by(order);
        items.dedup_by(|a, b| a.as_str() == b.as_str());
        return Val::new(K::Set(element, items.into()), origin).marked(marks);
    }
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
    alike(a, b, 0)
}

/// Whether the identities of two values are one and nothing in them is unknown.
fn alike(a: &Val, b: &Val, depth: usize) -> bool {
    let all =
        |a: &[Val], b: &[Val]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b, depth + 1));
    match (&a.k, &b.k) {
        _ if depth > MAX_DEPTH => !a.has_unknown() && !b.has_unknown(),
        (K::Null(_), K::Null(_)) => true,
        (K::Bool(a), K::Bool(b)) => a == b,
        (K::Num(a), K::Num(b)) => a == b,
        (K::Str(a), K::Str(b)) => a.text == b.text,
        (K::List(_, a) | K::Set(_, a), K::List(_, b) | K::Set(_, b)) | (K::Tuple(a), K::Tuple(b)) => {
            all(a, b)
        }
        (K::Map(_, a), K::Map(_, b)) => {
            a.len() == b.len()
                && a.iter().zip(b.iter()).all(|(a, b)| a.0 == b.0 && alike(&a.2, &b.2, depth + 1))
        }
        (K::Object(a), K::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| alike(&a.2, &b.2, depth + 1))
        }
        // The empty ones; a tuple and an object of equal parts have one identity too.
        (K::Tuple(a), K::Object(b)) | (K::Object(b), K::Tuple(a)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| alike(a, &b.2, depth + 1))
        }
        _ => false,
    }
}

fn order(a: &Val, b: &Val) -> Ordering {
    let rank = |v: &Val| match v.k {
        K::Null(_) => 2,
        K::Unknown(_) => 1,
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
