//! Sets: union, intersection, difference, product.

use super::collections::{partly, some_elements};
use super::{Call, CallError, error, wrong};
use crate::convert::convert;
use crate::sets::same;
use crate::ty::Ty;
use crate::unify::unify;
use crate::val::{K, Val};

/// The most combinations that are made.
const MAX_PRODUCT: usize = 100_000;

/// All arguments as sets of one type.
fn alike(arguments: &[Val]) -> Result<(Ty, Vec<Val>), CallError> {
    // With one of no type beside it, a set may be of any.
    let open = |v: &Val| v.is_unknown() && Ty::outline(v).element().is_none_or(|ty| *ty == Ty::Dynamic);
    if arguments.iter().any(open) {
        return Ok((Ty::Dynamic, arguments.to_vec()));
    }
    // An empty set of no type is of any.
    let empty = |v: &Val, ty: &Ty| *ty == Ty::Dynamic && v.elements().is_some_and(<[Val]>::is_empty);
    let types = arguments.iter().map(|v| (v, Ty::outline(v).element().cloned().unwrap_or(Ty::Dynamic)));
    let types: Vec<Ty> = types.filter(|(v, ty)| !empty(v, ty)).map(|(_, ty)| ty).collect();
    let element = unify(&types, true).ok_or_else(|| error("the elements of all sets must have one type"))?;
    let ty = Ty::set(element.clone());
    let sets: Result<Vec<Val>, String> = arguments.iter().map(|v| convert(v, &ty)).collect();
    let sets = sets.map_err(error)?;
    // Where no type was found for all, each has kept its own.
    let own: Vec<Ty> = sets.iter().filter(|v| !v.is_unknown()).map(Ty::of).collect();
    if element == Ty::Dynamic && own.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(error("the elements of all sets must have one type"));
    }
    Ok((element, sets))
}

pub(super) fn setunion(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (element, sets) = alike(arguments)?;
    let items: Vec<Val> = sets.iter().flat_map(some_elements).cloned().collect();
    if sets.iter().any(Val::is_unknown) {
        let mut value = partly(call, arguments, items);
        if let K::Unknown(unk) = &mut value.k {
            std::sync::Arc::make_mut(unk).ty = Ty::set(element);
        }
        return Ok(value);
    }
    let origin = call.origin();
    Ok(Val::set(element, items, origin))
}

pub(super) fn setintersection(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (element, sets) = alike(arguments)?;
    if sets.iter().any(Val::has_unknown) {
        return Ok(call.unknown(arguments));
    }
    let origin = call.origin();
    let Some((first, rest)) = sets.split_first() else { return Ok(call.unknown(arguments)) };
    let within = |item: &Val, set: &Val| some_elements(set).iter().any(|other| same(item, other));
    let items = some_elements(first)
        .iter()
        .filter(|item| rest.iter().all(|set| within(item, set)))
        .cloned()
        .collect();
    Ok(Val::set(element, items, origin))
}

pub(super) fn setsubtract(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (element, sets) = alike(arguments)?;
    if sets.iter().any(Val::has_unknown) {
        return Ok(call.unknown(arguments));
    }
    let origin = call.origin();
    let [from, what] = sets.as_slice() else { return Ok(call.unknown(arguments)) };
    let stays = |item: &&Val| !some_elements(what).iter().any(|other| same(item, other));
    let items = some_elements(from).iter().filter(stays).cloned().collect();
    Ok(Val::set(element, items, origin))
}

pub(super) fn setproduct(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if arguments.len() < 2 {
        return Err(error("at least two lists or sets are required"));
    }
    let mut types = Vec::new();
    let mut columns: Vec<Vec<Val>> = Vec::new();
    let mut size = 1usize;
    for (at, value) in arguments.iter().enumerate() {
        let ty = Ty::outline(value);
        if !(ty.is_sequence() || ty == Ty::Dynamic) {
            return Err(wrong(at, format!("a list, set or tuple is required, not {}", ty.friendly())));
        }
    }
    for (at, value) in arguments.iter().enumerate() {
        let ty = Ty::of(value);
        let element = match &ty {
            Ty::List(element) | Ty::Set(element) => (**element).clone(),
            Ty::Tuple(items) => {
                unify(items, false).ok_or_else(|| wrong(at, "all elements must have one type"))?
            }
            Ty::Dynamic => Ty::Dynamic,
            other => {
                return Err(wrong(at, format!("a list, set or tuple is required, not {}", other.friendly())));
            }
        };
        let open = call.host.is_strict() && super::planned::ordered(value.clone()).is_unknown();
        let Some(items) = value.elements().filter(|_| !open) else { return Ok(call.unknown(arguments)) };
        let items: Result<Vec<Val>, String> = items.iter().map(|v| convert(v, &element)).collect();
        let items = items.map_err(|message| wrong(at, message))?;
        size = size.saturating_mul(items.len());
        types.push(element);
        columns.push(items);
    }
    if size > MAX_PRODUCT {
        return Err(error(format!("more than {MAX_PRODUCT} combinations")));
    }
    let origin = call.origin();
    let mut rows: Vec<Vec<Val>> = vec![Vec::new()];
    for column in &columns {
        rows = rows
            .iter()
            .flat_map(|row| column.iter().map(|v| row.iter().cloned().chain([v.clone()]).collect()))
            .collect();
    }
    let rows = rows.into_iter().map(|row| Val::tuple(row, origin)).collect();
    let ty = Ty::Tuple(types.into());
    let sets = arguments.iter().any(|v| matches!(v.k, K::Set(..)));
    Ok(if sets { Val::set(ty, rows, origin) } else { Val::list(ty, rows, origin) })
}
