//! Maps and objects: `keys`, `values`, `lookup`.

use std::sync::Arc;

use iaclint_value::{Name, OriginId, Step, Why};

use super::collections::{inside, partly};
use super::{Call, CallError, error, wrong};
use crate::convert::convert;
use crate::ty::Ty;
use crate::val::{Fields, K, MAX_CANDIDATES, Val};

fn may_be_map(value: &Val) -> bool {
    matches!(Ty::outline(value), Ty::Map(_) | Ty::Object(_) | Ty::Dynamic)
}

/// The fields of a map or object, or what is known of them.
pub(super) fn some_fields(value: &Val) -> Option<&Fields> {
    value.fields().or_else(|| value.as_unknown()?.partial.as_ref()?.fields())
}

pub(super) fn keys(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let value = &arguments[0];
    if !may_be_map(value) {
        return Err(wrong(0, "a map or object is required"));
    }
    let origin = call.origin();
    let key = |name: &Name, at: OriginId| Val::str(name.clone(), if at.is_some() { at } else { origin });
    let names = some_fields(value).map(|f| f.iter().map(|(name, at, _)| key(name, *at)).collect::<Vec<_>>());
    Ok(match (&value.k, names) {
        (K::Map(..), Some(names)) => Val::list(Ty::String, names, origin),
        (K::Object(_), Some(names)) => Val::tuple(names, origin),
        (K::Unknown(unk), names) => match &unk.ty {
            Ty::Object(fields) => {
                Val::tuple(fields.iter().map(|f| Val::str(f.name.clone(), origin)).collect(), origin)
            }
            _ => partly(call, arguments, names.unwrap_or_default()),
        },
        _ => call.unknown(arguments),
    })
}

pub(super) fn values(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let value = &arguments[0];
    if !may_be_map(value) {
        return Err(wrong(0, "a map or object is required"));
    }
    let origin = call.origin();
    let items: Vec<Val> =
        some_fields(value).map(|f| f.iter().map(|f| f.2.clone()).collect()).unwrap_or_default();
    Ok(match &value.k {
        K::Map(ty, _) => Val::list(ty.clone(), items, origin),
        K::Object(_) => Val::tuple(items, origin),
        _ => partly(call, arguments, items),
    })
}

pub(super) fn lookup(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let map = &arguments[0];
    if !may_be_map(map) {
        return Err(wrong(0, "a map or object is required"));
    }
    if arguments.len() > 3 {
        return Err(error("lookup() takes two or three arguments"));
    }
    let element = match Ty::outline(map) {
        Ty::Map(element) => (*element).clone(),
        _ => Ty::Dynamic,
    };
    let default = match arguments.get(2) {
        Some(default) => Some(convert(default, &element).map_err(|message| wrong(2, message))?),
        None => None,
    };
    let Some(key) = arguments[1].as_str() else {
        let mut result = call.unknown_of(arguments, element);
        if let (K::Unknown(unk), Some(fields)) = (&mut result.k, map.fields())
            && fields.len() < MAX_CANDIDATES
        {
            Arc::make_mut(unk).candidates = fields.iter().map(|f| f.2.clone()).chain(default).collect();
        }
        return Ok(result);
    };
    if let Some(field) = some_fields(map).and_then(|f| f.iter().find(|f| f.0 == key)) {
        return Ok(field.2.clone());
    }
    let Some(unk) = map.as_unknown() else {
        return default.ok_or_else(|| wrong(0, format!("there is no key {key:?}, and no default is given")));
    };
    let mut inner = inside(map, unk, Step::Attr(key.into()), element);
    if let (K::Unknown(unk), Some(default)) = (&mut inner.k, default) {
        let unk = Arc::make_mut(unk);
        if let Some(reference) = unk.reference.take() {
            unk.why = Why::Condition;
            unk.candidates = vec![Val::reference(Arc::unwrap_or_clone(reference), map.origin), default];
        }
    }
    Ok(inner)
}
