//! `==` of the language, where it may be undecided.

use iaclint_value::Name;

use crate::sets;
use crate::ty::Ty;
use crate::val::{Fields, K, MAX_DEPTH, Unk, Val};

/// Whether two values are equal as `==` sees it; `None` when that is not known. Values of different types are different.
pub(crate) fn equals(left: &Val, right: &Val) -> Option<bool> {
    at_depth(left, right, 0)
}

fn at_depth(left: &Val, right: &Val, depth: usize) -> Option<bool> {
    if depth > MAX_DEPTH {
        return None;
    }
    match (&left.k, &right.k) {
        (K::Null(_), K::Null(_)) => Some(true),
        (K::Null(_), K::Unknown(unk)) | (K::Unknown(unk), K::Null(_)) => unk.not_null.then_some(false),
        (K::Null(_), _) | (_, K::Null(_)) => Some(false),
        // Both may turn out null, whatever their types.
        (K::Unknown(_), K::Unknown(_)) => None,
        (K::Unknown(unk), _) => with_unknown(unk, right),
        (_, K::Unknown(unk)) => with_unknown(unk, left),
        (K::Bool(a), K::Bool(b)) => Some(a == b),
        (K::Num(a), K::Num(b)) => Some(a == b),
        (K::Str(a), K::Str(b)) => Some(a.text == b.text),
        (K::List(a, x), K::List(b, y)) if !different(a, b) => sequence(x, y, depth),
        (K::Tuple(x), K::Tuple(y)) => {
            if x.len() == y.len() && different(&Ty::of(left), &Ty::of(right)) {
                return Some(false);
            }
            sequence(x, y, depth)
        }
        (K::Set(a, x), K::Set(b, y)) if !different(a, b) => set(x, y),
        (K::Map(a, x), K::Map(b, y)) if !different(a, b) => fields(x, y, depth),
        (K::Object(x), K::Object(y)) => {
            if different(&Ty::of(left), &Ty::of(right)) {
                return Some(false);
            }
            fields(x, y, depth)
        }
        _ => Some(false),
    }
}

/// Whether no value of the one type can be equal to one of the other.
fn different(a: &Ty, b: &Ty) -> bool {
    match (a, b) {
        (Ty::Dynamic, _) | (_, Ty::Dynamic) => false,
        (Ty::List(a), Ty::List(b)) | (Ty::Set(a), Ty::Set(b)) | (Ty::Map(a), Ty::Map(b)) => different(a, b),
        (Ty::Tuple(a), Ty::Tuple(b)) => {
            a.len() != b.len() || a.iter().zip(&**b).any(|(a, b)| different(a, b))
        }
        (Ty::Object(a), Ty::Object(b)) => {
            a.len() != b.len()
                || a.iter().zip(&***b).any(|(a, b)| a.name != b.name || different(&a.ty, &b.ty))
        }
        (a, b) => a != b,
    }
}

fn with_unknown(unk: &Unk, known: &Val) -> Option<bool> {
    if different(&unk.ty, &Ty::of(known)) {
        return Some(false);
    }
    if let (Some((least, most)), Some(num)) = (unk.range.as_deref(), known.as_num())
        && (num < least || most.as_ref().is_some_and(|most| num > most))
    {
        return Some(false);
    }
    if let Some(text) = known.as_str()
        && !text.starts_with(unk.prefix.as_str())
    {
        return Some(false);
    }
    let length = match &known.k {
        K::List(_, items) | K::Set(_, items) => u32::try_from(items.len()).ok(),
        K::Map(_, fields) => u32::try_from(fields.len()).ok(),
        _ => None,
    };
    if let Some(length) = length
        && !known.has_unknown()
        && (length < unk.len.0 || unk.len.1.is_some_and(|most| length > most))
    {
        return Some(false);
    }
    None
}

/// The first pair that differs or is undecided decides.
fn sequence(x: &[Val], y: &[Val], depth: usize) -> Option<bool> {
    if x.len() != y.len() {
        return Some(false);
    }
    for (a, b) in x.iter().zip(y) {
        if !at_depth(a, b, depth + 1)? {
            return Some(false);
        }
    }
    Some(true)
}

fn fields(x: &Fields, y: &Fields, depth: usize) -> Option<bool> {
    let names = |f: &Fields| f.iter().map(|f| f.0.clone()).collect::<Vec<Name>>();
    if names(x) != names(y) {
        return Some(false);
    }
    for (a, b) in x.iter().zip(y) {
        if !at_depth(&a.2, &b.2, depth + 1)? {
            return Some(false);
        }
    }
    Some(true)
}

fn set(x: &[Val], y: &[Val]) -> Option<bool> {
    if x.iter().chain(y).any(Val::has_unknown) {
        if x.is_empty() || y.is_empty() {
            return Some(false);
        }
        return None;
    }
    Some(x.len() == y.len() && x.iter().zip(y).all(|(a, b)| sets::same(a, b)))
}
