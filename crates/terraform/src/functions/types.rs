//! Conversions by name, marks, and the functions whose answer only the run knows.

use std::sync::Arc;

use iaclint_value::{Marks, OriginId, Why};

use super::{Call, CallError, wrong};
use crate::convert::convert;
use crate::ty::Ty;
use crate::val::{Fields, K, MAX_DEPTH, Unk, Val};

fn to(arguments: &[Val], ty: &Ty) -> Result<Val, CallError> {
    convert(&arguments[0], ty).map_err(|message| wrong(0, message))
}

pub(super) fn tobool(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    to(arguments, &Ty::Bool)
}

pub(super) fn tonumber(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    to(arguments, &Ty::Number)
}

pub(super) fn tostring(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    to(arguments, &Ty::String)
}

pub(super) fn tolist(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if call.host.is_strict() {
        return to(&[super::planned::ordered(arguments[0].clone())], &Ty::list(Ty::Dynamic));
    }
    to(arguments, &Ty::list(Ty::Dynamic))
}

pub(super) fn toset(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    to(arguments, &Ty::set(Ty::Dynamic))
}

pub(super) fn tomap(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    to(arguments, &Ty::map(Ty::Dynamic))
}

pub(super) fn sensitive(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    Ok(arguments[0].clone().marked(Marks::SENSITIVE))
}

pub(super) fn nonsensitive(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let mut value = arguments[0].clone();
    value.marks = value.marks.without(Marks::SENSITIVE);
    Ok(value)
}

pub(super) fn issensitive(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let value = &arguments[0];
    if value.marks.has(Marks::SENSITIVE) {
        return Ok(Val::bool(true, OriginId::NONE));
    }
    Ok(if value.is_unknown() { call.unknown(arguments) } else { Val::bool(false, OriginId::NONE) })
}

pub(super) fn ephemeralasnull(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    Ok(kept(&arguments[0], 0))
}

/// A value without what is ephemeral in it.
fn kept(value: &Val, depth: usize) -> Val {
    if depth > MAX_DEPTH || !value.deep_marks().has(Marks::EPHEMERAL) {
        return value.clone();
    }
    let marks = value.marks.without(Marks::EPHEMERAL);
    if value.marks.has(Marks::EPHEMERAL) {
        return Val { k: K::Null(Ty::of(value)), origin: value.origin, marks };
    }
    let items = |items: &[Val]| items.iter().map(|item| kept(item, depth + 1)).collect::<Vec<_>>().into();
    let fields = |fields: &Fields| {
        let each = fields.iter().map(|(name, at, value)| (name.clone(), *at, kept(value, depth + 1)));
        Arc::new(each.collect::<Fields>())
    };
    let k = match &value.k {
        K::List(ty, inner) => K::List(ty.clone(), items(inner)),
        K::Set(ty, inner) => K::Set(ty.clone(), items(inner)),
        K::Tuple(inner) => K::Tuple(items(inner)),
        K::Map(ty, inner) => K::Map(ty.clone(), fields(inner)),
        K::Object(inner) => K::Object(fields(inner)),
        other => other.clone(),
    };
    Val { k, origin: value.origin, marks }
}

/// `timestamp`, `uuid`, `bcrypt` ...: another answer at every run, or one that takes a secret key.
pub(super) fn impure(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let mut unk = Unk::of(arguments, Ty::String).not_null();
    unk.why = Why::Impure(call.name.into());
    let origin = call.origin();
    Ok(Val::unk(unk, origin))
}

/// Only the run decrypts; what can never be decrypted is told before.
pub(super) fn rsadecrypt(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if let [Some(text), Some(key)] = [0, 1].map(|at| arguments.get(at).and_then(Val::as_str)) {
        if super::encoding::decoded(text).is_err() {
            return Err(wrong(0, "the text is not base64"));
        }
        if !key.contains("-----BEGIN ") {
            return Err(wrong(1, "the key is no private key in PEM"));
        }
    }
    impure(call, arguments)
}
