//! Collections made of several: `concat`, `merge`, `flatten`, `coalesce`, `zipmap`, `transpose`.

use std::collections::BTreeMap;
use std::sync::Arc;

use iaclint_value::{Marks, Name, OriginId, Why};

use super::collections::{partly, some_elements};
use super::lookup::some_fields;
use super::{Call, CallError, error, wrong};
use crate::convert::convert;
use crate::ty::Ty;
use crate::unify::unify;
use crate::val::{Fields, K, MAX_CANDIDATES, MAX_DEPTH, Val};

pub(super) fn concat(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if arguments.is_empty() {
        return Err(error("at least one list is required"));
    }
    let types: Vec<Ty> = arguments.iter().map(Ty::outline).collect();
    if let Some(at) = types.iter().position(|t| !matches!(t, Ty::List(_) | Ty::Tuple(_) | Ty::Dynamic)) {
        // Behind a list that is not known Terraform looks no further.
        if arguments[..at].iter().any(Val::is_unknown) {
            return Ok(call.unknown_of(arguments, Ty::Dynamic));
        }
        return Err(wrong(at, format!("a list or tuple is required, not {}", types[at].friendly())));
    }
    let lists = types.iter().all(|t| matches!(t, Ty::List(_)));
    let common = if lists { unify(&types, true).and_then(|t| t.element().cloned()) } else { None };
    let mut items: Vec<Val> = arguments.iter().flat_map(some_elements).cloned().collect();
    if let Some(common) = &common {
        for item in &mut items {
            *item = convert(item, common).map_err(error)?;
        }
    }
    if arguments.iter().any(Val::is_unknown) {
        let least = items.len() as u32;
        let mut value = partly(call, arguments, items);
        if let K::Unknown(unk) = &mut value.k {
            let unk = Arc::make_mut(unk);
            unk.ty = common.map_or(Ty::Dynamic, Ty::list);
            unk.len.0 = least;
        }
        return Ok(value);
    }
    let origin = call.origin();
    Ok(match common {
        Some(common) => Val::list(common, items, origin),
        None => Val::tuple(items, origin),
    })
}

pub(super) fn merge(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let types: Vec<Ty> = arguments.iter().map(Ty::outline).collect();
    let wrong = |t: &Ty| !matches!(t, Ty::Map(_) | Ty::Object(_) | Ty::Dynamic);
    if let Some(at) = types.iter().position(wrong) {
        // Behind an argument of no type the types are not looked at; then only what has elements is an error.
        let open = arguments[..at].iter().find(|v| Ty::outline(v) == Ty::Dynamic);
        if open.is_some_and(Val::is_unknown) {
            return Ok(call.unknown(arguments));
        }
        let harmless =
            |(value, ty): (&Val, &Ty)| !wrong(ty) || value.elements().is_some_and(<[Val]>::is_empty);
        if open.is_none() || !arguments.iter().zip(&types).all(harmless) {
            return Err(error(format!("maps or objects are required, not {}", types[at].friendly())));
        }
    }
    let fields: Fields = arguments.iter().filter_map(some_fields).flatten().cloned().collect();
    let origin = call.origin();
    if arguments.iter().any(Val::is_unknown) {
        let mut value = call.unknown(arguments);
        if let K::Unknown(unk) = &mut value.k {
            let unk = Arc::make_mut(unk);
            if let [first @ Ty::Map(_), rest @ ..] = types.as_slice()
                && rest.iter().all(|t| t == first)
            {
                unk.ty = first.clone();
            }
            if !fields.is_empty() {
                unk.partial = Some(Box::new(Val::object(fields, origin)));
            }
        }
        return Ok(value);
    }
    Ok(match types.as_slice() {
        [Ty::Map(element), rest @ ..] if rest.iter().all(|t| *t == types[0]) => {
            Val::map((**element).clone(), fields, origin)
        }
        _ => Val::object(fields, origin),
    })
}

pub(super) fn flatten(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let value = &arguments[0];
    let ty = Ty::outline(value);
    // Of a value that is not known whole, Terraform does not look at the type.
    let open = value.has_unknown() && (value.is_unknown() || value.fields().is_some());
    if !(ty.is_sequence() || ty == Ty::Dynamic || open) {
        return Err(error("a list, set or tuple is required"));
    }
    if let Some(fields) = value.fields() {
        let items: Vec<Val> = fields.iter().map(|(_, _, v)| v.clone()).collect();
        return flatten(call, &[Val::tuple(items, value.origin).marked(value.marks)]);
    }
    let mut out = Vec::new();
    let mut complete = !value.is_unknown();
    let mut marks = Marks::NONE;
    flat(some_elements(value), &mut out, &mut complete, &mut marks, 0)?;
    let open = |v: &Val| super::planned::ordered(v.clone()).is_unknown() && matches!(v.k, K::Set(..));
    if open(value) || call.host.is_strict() && value.elements().is_some_and(|items| items.iter().any(open)) {
        complete = false;
    }
    if !complete {
        return Ok(partly(call, arguments, out).marked(marks));
    }
    let origin = call.origin();
    Ok(Val::tuple(out, origin).marked(marks))
}

fn flat(
    items: &[Val],
    out: &mut Vec<Val>,
    complete: &mut bool,
    marks: &mut Marks,
    depth: usize,
) -> Result<(), CallError> {
    if depth > MAX_DEPTH {
        return Err(error("the list is nested too deep"));
    }
    for item in items {
        match &item.k {
            K::List(_, inner) | K::Set(_, inner) | K::Tuple(inner) => {
                *marks = marks.and(item.marks);
                flat(inner, out, complete, marks, depth + 1)?;
            }
            K::Unknown(unk) if unk.ty == Ty::Dynamic || unk.ty.is_sequence() => {
                *complete = false;
                flat(some_elements(item), out, complete, marks, depth + 1)?;
            }
            _ => out.push(item.clone()),
        }
    }
    Ok(())
}

pub(super) fn coalesce(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let types: Vec<Ty> = arguments.iter().map(Ty::of).collect();
    let open = arguments.iter().any(|v| v.as_unknown().is_some_and(|u| u.ty == Ty::Dynamic));
    let common = if open {
        Ty::Dynamic
    } else {
        unify(&types, true).ok_or_else(|| error("all arguments must have one type"))?
    };
    let empty = |v: &Val| v.is_null() || v.as_str().is_some_and(str::is_empty);
    let filled = |v: &Val| {
        v.as_unknown()
            .is_none_or(|u| !u.prefix.is_empty() || (u.not_null && !matches!(u.ty, Ty::String | Ty::Dynamic)))
    };
    chosen(call, arguments, &common, empty, filled)
}

pub(super) fn coalescelist(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if arguments.is_empty() {
        return Err(error("at least one list is required"));
    }
    // The first list that is not known leaves open what follows it.
    if let Some(bad) = arguments
        .iter()
        .take_while(|v| !v.is_unknown())
        .find(|v| v.is_null() || !matches!(Ty::outline(v), Ty::List(_) | Ty::Tuple(_) | Ty::Dynamic))
    {
        let what = if bad.is_null() { "null".to_owned() } else { Ty::outline(bad).friendly() };
        return Err(error(format!("lists or tuples are required, not {what}")));
    }
    let empty = |v: &Val| v.elements().is_some_and(<[Val]>::is_empty);
    let filled = |v: &Val| v.as_unknown().is_none_or(|u| u.len.0 > 0);
    chosen(call, arguments, &Ty::Dynamic, empty, filled)
}

/// The first argument that is not empty; where that is undecided, those that may be it.
fn chosen(
    call: &mut Call<'_>,
    arguments: &[Val],
    ty: &Ty,
    empty: impl Fn(&Val) -> bool,
    filled: impl Fn(&Val) -> bool,
) -> Result<Val, CallError> {
    let mut possible: Vec<Val> = Vec::new();
    for value in arguments {
        let value = convert(value, ty).map_err(error)?;
        if empty(&value) {
            continue;
        }
        let last = filled(&value);
        possible.push(value);
        if last {
            break;
        }
    }
    match possible.as_slice() {
        [] => Err(error("there is no argument that is neither null nor empty")),
        [one] => Ok(one.clone()),
        _ => {
            let mut value = call.unknown_of(&possible, ty.clone());
            if let (K::Unknown(unk), true) = (&mut value.k, possible.len() <= MAX_CANDIDATES) {
                let unk = Arc::make_mut(unk);
                unk.why = Why::Condition;
                unk.candidates = possible;
            }
            Ok(value)
        }
    }
}

pub(super) fn zipmap(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if !matches!(Ty::outline(&arguments[1]), Ty::List(_) | Ty::Tuple(_) | Ty::Dynamic) {
        return Err(wrong(1, "a list or tuple is required"));
    }
    let (Some(keys), Some(values)) = (arguments[0].elements(), arguments[1].elements()) else {
        return Ok(call.unknown(arguments));
    };
    if keys.iter().any(Val::is_unknown) {
        return Ok(open_zip(call, arguments, keys, values));
    }
    if keys.len() != values.len() {
        return Err(error(format!("there are {} keys, but {} values", keys.len(), values.len())));
    }
    let origin = call.origin();
    let mut fields = Fields::new();
    for (key, value) in keys.iter().zip(values) {
        match key.as_str() {
            Some(name) => fields.push((Name::from(name), key.origin, value.clone())),
            None => return Err(wrong(0, "a key is null")),
        }
    }
    // Whose key is a secret is one itself.
    let marks = keys.iter().fold(Marks::NONE, |marks, key| marks.and(key.marks));
    Ok(match &arguments[1].k {
        K::List(ty, _) => Val::map(ty.clone(), fields, origin),
        _ => Val::object(fields, origin),
    }
    .marked(marks))
}

/// What is known of an object of which not all keys are.
fn open_zip(call: &mut Call<'_>, arguments: &[Val], keys: &[Val], values: &[Val]) -> Val {
    let origin = call.origin();
    let known = keys.iter().zip(values);
    let fields: Fields = known
        .filter_map(|(key, value)| Some((Name::from(key.as_str()?), key.origin, value.clone())))
        .collect();
    let mut value = call.unknown(arguments);
    if let (K::Unknown(unk), false) = (&mut value.k, fields.is_empty()) {
        Arc::make_mut(unk).partial = Some(Box::new(Val::object(fields, origin)));
    }
    value
}

pub(super) fn transpose(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(fields) = arguments[0].fields() else { return Ok(call.unknown(arguments)) };
    let origin = call.origin();
    let mut out: BTreeMap<Name, Vec<Name>> = BTreeMap::new();
    for (name, _, list) in fields {
        let Some(items) = list.elements() else { return Err(wrong(0, "a list of strings is null")) };
        for item in items {
            let Some(item) = item.as_str() else { return Err(wrong(0, "an element of a list is null")) };
            out.entry(item.into()).or_default().push(name.clone());
        }
    }
    let list = |mut names: Vec<Name>| {
        names.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
        Val::list(Ty::String, names.into_iter().map(|n| Val::str(n, origin)).collect(), origin)
    };
    let fields = out.into_iter().map(|(name, names)| (name, OriginId::NONE, list(names))).collect();
    Ok(Val::map(Ty::list(Ty::String), fields, origin))
}
