//! Conversions by name, marks, and the functions whose answer only the run knows.

use iaclint_value::{Marks, OriginId, Why};

use super::{Call, CallError, wrong};
use crate::convert::convert;
use crate::ty::Ty;
use crate::val::{Unk, Val};

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
    let value = &arguments[0];
    Ok(if value.marks.has(Marks::EPHEMERAL) { Val::null(value.origin) } else { value.clone() })
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
