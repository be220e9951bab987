//! Lists, sets and tuples: `contains`, `element`, `length`, `one`, `slice`, `sort` ...

use iaclint_value::{OriginId, Reference, Step, Target};

use super::graphemes::graphemes;
use super::numeric::whole;
use super::{Call, CallError, error, strings, wrong};
use crate::equality::equals;
use crate::num::Num;
use crate::ty::Ty;
use crate::val::{K, MAX_CANDIDATES, Unk, Val};

/// The unknown result of a call of which these elements are surely a part.
pub(super) fn partly(call: &mut Call<'_>, arguments: &[Val], known: Vec<Val>) -> Val {
    let mut value = call.unknown(arguments);
    if let K::Unknown(unk) = &mut value.k
        && !known.is_empty()
    {
        let unk = std::sync::Arc::make_mut(unk);
        unk.partial = Some(Box::new(Val::tuple(known, value.origin)));
    }
    value
}

/// The elements of a list, set or tuple, or what is known of them.
pub(super) fn some_elements(value: &Val) -> &[Val] {
    value.elements().or_else(|| value.as_unknown()?.partial.as_ref()?.elements()).unwrap_or_default()
}

/// An unknown that is one step inside another; it keeps the reference.
pub(super) fn inside(value: &Val, unk: &Unk, step: Step, ty: Ty) -> Val {
    let Some(reference) = &unk.reference else {
        let mut inner = Unk::new(unk.why.clone());
        inner.depends_on.clone_from(&unk.depends_on);
        inner.ty = ty;
        return Val::unk(inner, value.origin);
    };
    let mut inner = Val::reference(reference.then(step), value.origin);
    if let K::Unknown(unk) = &mut inner.k {
        std::sync::Arc::make_mut(unk).ty = ty;
    }
    inner
}

fn truth(value: bool) -> Val {
    Val::bool(value, OriginId::NONE)
}

fn count(number: usize) -> Val {
    Val::int(i64::try_from(number).unwrap_or(i64::MAX), OriginId::NONE)
}

/// Whether a value may still be a list, set or tuple.
fn may_be_sequence(value: &Val) -> bool {
    let ty = Ty::outline(value);
    ty == Ty::Dynamic || ty.is_sequence()
}

/// A number of elements that is not known, but lies in bounds.
fn counted(call: &mut Call<'_>, arguments: &[Val], least: usize, most: Option<u32>) -> Val {
    let mut value = call.unknown(arguments);
    if let K::Unknown(unk) = &mut value.k {
        let least = Num::Int(i64::try_from(least).unwrap_or(i64::MAX));
        std::sync::Arc::make_mut(unk).range = Some(Box::new((least, most.map(|n| Num::Int(i64::from(n))))));
    }
    value
}

pub(super) fn length(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let value = &arguments[0];
    Ok(match &value.k {
        K::Str(str) => Val::num(strings::characters(&str.text), OriginId::NONE),
        K::Set(_, items) if items.len() > 1 && items.iter().any(Val::has_unknown) => {
            counted(call, arguments, 1, u32::try_from(items.len()).ok())
        }
        K::List(_, items) | K::Set(_, items) | K::Tuple(items) => count(items.len()),
        K::Map(_, fields) | K::Object(fields) => count(fields.len()),
        K::Unknown(unk) => match &unk.ty {
            Ty::Tuple(types) => count(types.len()),
            Ty::Object(fields) => count(fields.len()),
            Ty::Bool | Ty::Number => return Err(error("a string, a list or a map is required")),
            _ if unk.len.1 == Some(unk.len.0) => count(unk.len.0 as usize),
            Ty::Dynamic => call.unknown(arguments),
            Ty::String => counted(call, arguments, graphemes(&unk.prefix).count(), None),
            _ => counted(call, arguments, unk.len.0 as usize, unk.len.1),
        },
        _ => return Err(error("a string, a list or a map is required")),
    })
}

pub(super) fn element(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let value = &arguments[0];
    if !matches!(Ty::outline(value), Ty::List(_) | Ty::Tuple(_) | Ty::Dynamic) {
        return Err(error(format!("cannot take an element of a {}", Ty::outline(value).friendly())));
    }
    let index = if arguments[1].is_unknown() { None } else { Some(whole(arguments, 1)?) };
    let Some(items) = value.elements() else {
        let ty = Ty::outline(value).element().cloned().unwrap_or(Ty::Dynamic);
        let Some(unk) = value.as_unknown() else { return Ok(call.unknown(arguments)) };
        // Beyond the first the index may have been wrapped around.
        let step = if index == Some(0) { Step::Index(0) } else { Step::Any };
        let inner = inside(value, unk, step, ty.clone());
        return Ok(if unk.reference.is_some() { inner } else { call.unknown_of(arguments, ty) });
    };
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if let Some(index) = index {
        if items.is_empty() {
            return Err(error("cannot take an element of an empty list"));
        }
        // A list is gone around backwards too; a tuple only as far as the remainder is not negative.
        let wrapped = if matches!(value.k, K::Tuple(_)) { index % count } else { index.rem_euclid(count) };
        let found = usize::try_from(wrapped).ok().and_then(|at| items.get(at));
        return found.cloned().ok_or_else(|| error("the index must not be negative"));
    }
    let ty = Ty::outline(value).element().cloned().unwrap_or(Ty::Dynamic);
    let mut result = call.unknown_of(arguments, ty);
    if let (K::Unknown(unk), true) = (&mut result.k, items.len() <= MAX_CANDIDATES) {
        std::sync::Arc::make_mut(unk).candidates = items.to_vec();
    }
    Ok(result)
}

pub(super) fn one(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let value = &arguments[0];
    if !may_be_sequence(value) {
        return Err(wrong(0, "a list, set or tuple of none or one element is required"));
    }
    match (&value.k, value.elements()) {
        (_, Some([])) => Ok(Val::null(value.origin)),
        (_, Some([only])) => Ok(only.clone()),
        (K::Set(..), Some(items)) if items.iter().any(Val::has_unknown) => Ok(call.unknown(arguments)),
        (_, Some(_)) => Err(wrong(0, "the list has more than one element")),
        (K::Unknown(unk), None) if unk.reference.is_some() => {
            let ty = unk.ty.element().cloned().unwrap_or(Ty::Dynamic);
            Ok(inside(value, unk, Step::Index(0), ty))
        }
        _ => Ok(call.unknown(arguments)),
    }
}

pub(super) fn contains(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if !may_be_sequence(&arguments[0]) {
        return Err(error("a list, set or tuple is required"));
    }
    let known = arguments[0].elements();
    let mut undecided = known.is_none();
    for item in some_elements(&arguments[0]) {
        match equals(item, &arguments[1]) {
            Some(true) => return Ok(truth(true)),
            Some(false) => {}
            None => undecided = true,
        }
    }
    Ok(if undecided { call.unknown(arguments) } else { truth(false) })
}

pub(super) fn index(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if !matches!(Ty::outline(&arguments[0]), Ty::List(_) | Ty::Tuple(_) | Ty::Dynamic) {
        return Err(error("a list or tuple is required"));
    }
    let Some(items) = arguments[0].elements() else { return Ok(call.unknown(arguments)) };
    for (at, item) in items.iter().enumerate() {
        match equals(item, &arguments[1]) {
            Some(true) => return Ok(count(at)),
            Some(false) => {}
            None => return Ok(call.unknown(arguments)),
        }
    }
    Err(error("the value is not in the list"))
}

pub(super) fn alltrue(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(items) = arguments[0].elements() else { return Ok(call.unknown(arguments)) };
    for item in items {
        if item.is_unknown() {
            return Ok(call.unknown(arguments));
        }
        if item.as_bool() != Some(true) {
            return Ok(truth(false));
        }
    }
    Ok(truth(true))
}

pub(super) fn anytrue(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(items) = arguments[0].elements() else { return Ok(call.unknown(arguments)) };
    if items.iter().any(|v| v.as_bool() == Some(true)) {
        return Ok(truth(true));
    }
    Ok(if items.iter().any(Val::is_unknown) { call.unknown(arguments) } else { truth(false) })
}

pub(super) fn distinct(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let mut out: Vec<Val> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for item in some_elements(&arguments[0]) {
        // The two zeros are equal.
        let zero = item.as_num().is_some_and(Num::is_negative_zero);
        let identity = || if zero { "0".to_owned() } else { crate::sets::identity(item) };
        if item.has_unknown() || seen.insert(identity()) {
            out.push(item.clone());
        }
    }
    let K::List(ty, items) = &arguments[0].k else { return Ok(partly(call, arguments, out)) };
    if items.iter().any(Val::has_unknown) {
        let mut value = partly(call, arguments, out);
        if let K::Unknown(unk) = &mut value.k {
            let unk = std::sync::Arc::make_mut(unk);
            unk.ty = Ty::list(ty.clone());
            unk.len = (1, u32::try_from(items.len()).ok());
        }
        return Ok(value);
    }
    let origin = call.origin();
    Ok(Val::list(ty.clone(), out, origin))
}

pub(super) fn compact(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    // A resource's attribute is taken to be a text that is not empty; an input may be empty or null.
    let surely = |v: &Val| match &v.k {
        K::Str(str) => !str.text.is_empty(),
        K::Unknown(unk) => {
            unk.text.is_some()
                || unk
                    .reference
                    .as_ref()
                    .is_some_and(|r| matches!(r.target, Target::Resource(_) | Target::Pseudo(_)))
        }
        _ => false,
    };
    let items = some_elements(&arguments[0]);
    let out: Vec<Val> = items.iter().filter(|v| surely(v)).cloned().collect();
    if arguments[0].is_unknown() || items.iter().any(Val::is_unknown) {
        return Ok(partly(call, arguments, out));
    }
    let origin = call.origin();
    Ok(Val::list(Ty::String, out, origin))
}

pub(super) fn sort(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let items = some_elements(&arguments[0]);
    if items.iter().any(Val::is_null) {
        return Err(error("the list has a null element"));
    }
    let mut out = items.to_vec();
    out.sort_by(|a, b| a.as_str().map(str::as_bytes).cmp(&b.as_str().map(str::as_bytes)));
    if arguments[0].is_unknown() {
        return Ok(partly(call, arguments, out));
    }
    let origin = call.origin();
    if items.iter().any(Val::is_unknown) {
        // Which stands where is not known, only how many there are.
        let anywhere = |_: &Val| {
            let mut unk = Unk::of(items, Ty::String);
            if items.len() <= MAX_CANDIDATES {
                unk.candidates = items.to_vec();
            }
            Val::unk(unk, origin)
        };
        return Ok(Val::list(Ty::String, items.iter().map(anywhere).collect(), origin));
    }
    Ok(Val::list(Ty::String, out, origin))
}

pub(super) fn reverse(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let value = &arguments[0];
    if !may_be_sequence(value) {
        return Err(wrong(0, format!("a list is required, not {}", Ty::outline(value).friendly())));
    }
    let out: Vec<Val> = some_elements(value).iter().rev().cloned().collect();
    let origin = call.origin();
    Ok(match &value.k {
        // To Terraform what is not known comes last in a set, and so first here.
        K::List(ty, _) | K::Set(ty, _) => Val::list(ty.clone(), out, origin),
        K::Tuple(_) => Val::tuple(out, origin),
        _ => partly(call, arguments, out),
    })
}

/// More elements than this are not told apart in a list that is not known.
const MAX_SLICE: usize = 64;

/// Whether a reference is to what a data source reads.
fn is_of_data(reference: &Reference) -> bool {
    reference.key().is_some_and(|k| k.address.starts_with("data.") || k.address.contains(".data."))
}

pub(super) fn slice(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let value = &arguments[0];
    if !matches!(Ty::outline(value), Ty::List(_) | Ty::Tuple(_) | Ty::Dynamic) {
        return Err(wrong(0, "a list or tuple is required; a set has no order"));
    }
    let whole_or_open =
        |at: usize| if arguments[at].is_unknown() { Ok(None) } else { whole(arguments, at).map(Some) };
    let (from, to) = (whole_or_open(1)?, whole_or_open(2)?);
    if from.is_some_and(|from| from < 0) {
        return Err(wrong(1, "the start index must not be negative"));
    }
    let (Some(from), Some(to)) = (from, to) else { return Ok(call.unknown(arguments)) };
    if from > to {
        return Err(wrong(1, "the start index must not be greater than the end index"));
    }
    let (Ok(start), Ok(end)) = (usize::try_from(from), usize::try_from(to)) else {
        return Err(wrong(2, "the end index is too large"));
    };
    if let Some(unk) = value.as_unknown()
        && unk.reference.as_deref().is_some_and(is_of_data)
        && end - start <= MAX_SLICE
    {
        // A list that is read before the deployment is as long as is asked for, or else nothing is deployed.
        let ty = Ty::outline(value).element().cloned().unwrap_or(Ty::Dynamic);
        let items = (start..end).filter_map(|n| u32::try_from(n).ok());
        let items = items.map(|n| inside(value, unk, Step::Index(n), ty.clone())).collect();
        let origin = call.origin();
        return Ok(Val::tuple(items, origin));
    }
    let Some(items) = value.elements() else { return Ok(call.unknown(arguments)) };
    let Some(part) = items.get(start..end) else {
        let at = if start > items.len() { 1 } else { 2 };
        return Err(wrong(at, format!("the list has only {} elements", items.len())));
    };
    let origin = call.origin();
    Ok(match &value.k {
        K::List(ty, _) => Val::list(ty.clone(), part.to_vec(), origin),
        _ => Val::tuple(part.to_vec(), origin),
    })
}

pub(super) fn chunklist(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let K::List(ty, items) = &arguments[0].k else { return Ok(call.unknown(arguments)) };
    let Ok(size) = usize::try_from(whole(arguments, 1)?) else {
        return Err(error("the size must not be negative"));
    };
    let origin = call.origin();
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks = items.chunks(size).map(|c| Val::list(ty.clone(), c.to_vec(), origin)).collect();
    Ok(Val::list(Ty::list(ty.clone()), chunks, origin))
}

pub(super) fn matchkeys(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let key_types =
        [&arguments[1], &arguments[2]].map(|v| Ty::outline(v).element().cloned().unwrap_or(Ty::Dynamic));
    let common =
        crate::unify::unify(&key_types, true).ok_or_else(|| error("the keys must all be of one type"))?;
    let (K::List(ty, values), Some(keys), Some(wanted)) =
        (&arguments[0].k, arguments[1].elements(), arguments[2].elements())
    else {
        return Ok(call.unknown(arguments));
    };
    if values.len() != keys.len() {
        return Err(error("the lists of values and of keys must be of one length"));
    }
    if !wanted.is_empty() && values.iter().chain(keys).any(Val::has_unknown) {
        return Ok(call.unknown(arguments));
    }
    let alike = |list: &[Val]| -> Vec<Option<Val>> {
        list.iter().map(|v| crate::convert::convert(v, &common).ok()).collect()
    };
    let (keys, wanted) = (alike(keys), alike(wanted));
    let mut out = Vec::new();
    for (value, key) in values.iter().zip(&keys) {
        let Some(key) = key else { continue };
        for want in wanted.iter().flatten() {
            match equals(key, want) {
                Some(true) => {
                    out.push(value.clone());
                    break;
                }
                Some(false) => {}
                // A plan gives up with an empty list.
                None if call.host.is_strict() => {
                    let origin = call.origin();
                    return Ok(Val::list(ty.clone(), Vec::new(), origin));
                }
                None => return Ok(call.unknown(arguments)),
            }
        }
    }
    let origin = call.origin();
    Ok(Val::list(ty.clone(), out, origin))
}
