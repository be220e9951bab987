//! Encodings: JSON, YAML, base64, gzip, CSV, URLs.

use std::fmt::Write as _;
use std::io::Read as _;

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use iaclint_value::{Encoding, OriginId, json};

use super::strings::str;
use super::texts::{parts, text};
use super::{Call, CallError, csv, error, wrong, yaml_in};
use crate::export::{encoded, import};
use crate::val::{K, Val};

pub(super) fn jsonencode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if arguments[0].has_infinite() {
        return Err(error("a number that was divided by zero cannot be written in JSON"));
    }
    let origin = call.origin();
    Ok(encoded(Encoding::Json, arguments[0].clone(), origin))
}

pub(super) fn yamlencode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let origin = call.origin();
    Ok(encoded(Encoding::Yaml, arguments[0].clone(), origin))
}

pub(super) fn base64encode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let origin = call.origin();
    Ok(encoded(Encoding::Base64, arguments[0].clone(), origin))
}

pub(super) fn base64gzip(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let origin = call.origin();
    Ok(encoded(Encoding::GzipBase64, arguments[0].clone(), origin))
}

/// Padding is needed, but the bits that the last character has too many may be anything, as in Go.
pub(super) const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Base64 of these bytes.
pub(crate) fn base64_text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The longest text whose compressed form is told.
const MAX_ZIPPED: usize = 40;

/// Base64 of these bytes as Terraform compresses them: a block that is flushed, and an empty one that ends the stream. `None` where
/// compressors differ: in a longer text, and in one that repeats itself.
pub(crate) fn gzip_text(bytes: &[u8]) -> Option<String> {
    let mut pieces: Vec<&[u8]> = bytes.windows(3).collect();
    pieces.sort_unstable();
    if bytes.len() > MAX_ZIPPED || pieces.windows(2).any(|pair| pair[0] == pair[1]) {
        return None;
    }
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    if bytes.is_empty() {
        out.extend([0, 0, 0, 0xff, 0xff]);
    } else {
        let mut block = Vec::with_capacity(bytes.len() * 2 + 64);
        let mut compress = flate2::Compress::new(flate2::Compression::default(), false);
        compress.compress_vec(bytes, &mut block, flate2::FlushCompress::Sync).ok()?;
        out.extend(block);
    }
    out.extend([1, 0, 0, 0xff, 0xff]);
    let mut checksum = flate2::Crc::new();
    checksum.update(bytes);
    out.extend(checksum.sum().to_le_bytes());
    out.extend(checksum.amount().to_le_bytes());
    Some(base64_text(&out))
}

/// What a string is known to encode.
fn inside(value: &Val, encoding: Encoding) -> Option<Val> {
    let found = match &value.k {
        K::Str(str) => str.encoded.as_deref(),
        K::Unknown(unk) => unk.encoded.as_deref(),
        _ => None,
    };
    found.filter(|(have, _)| *have == encoding).map(|(_, inner)| inner.clone())
}

/// Decoded values are tuples and objects, whatever was encoded.
fn plain(value: &Val, depth: usize) -> Val {
    let k = match &value.k {
        K::Null(_) => K::Null(crate::ty::Ty::Dynamic),
        K::List(_, items) | K::Set(_, items) | K::Tuple(items) if depth < crate::val::MAX_DEPTH => {
            K::Tuple(items.iter().map(|v| plain(v, depth + 1)).collect())
        }
        K::Map(_, fields) | K::Object(fields) if depth < crate::val::MAX_DEPTH => {
            K::Object(std::sync::Arc::new(
                fields.iter().map(|(n, at, v)| (n.clone(), *at, plain(v, depth + 1))).collect(),
            ))
        }
        other => other.clone(),
    };
    Val { k, ..value.clone() }
}

/// What was read from a text; to a plan, of a text with holes only what it may be.
fn decided(call: &mut Call<'_>, arguments: &[Val], value: Val) -> Val {
    if !arguments[0].is_unknown() || !call.host.is_strict() {
        return value;
    }
    let mut result = call.unknown_of(&[arguments[0].clone(), value.clone()], crate::ty::Ty::Dynamic);
    if let K::Unknown(unk) = &mut result.k {
        let unk = std::sync::Arc::make_mut(unk);
        unk.not_null = false;
        unk.candidates = vec![value];
    }
    result
}

pub(super) fn jsondecode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if let Some(inner) = inside(&arguments[0], Encoding::Json) {
        return Ok(decided(call, arguments, plain(&inner, 0)));
    }
    let Some(source) = parts(&arguments[0]) else { return Ok(call.unknown(arguments)) };
    let read = json::parse_start(&source, call.host.origins());
    match read {
        Ok(read) => Ok(decided(call, arguments, import(&read.value))),
        Err(_) if arguments[0].is_unknown() => Ok(call.unknown(arguments)),
        Err(problem) => Err(wrong(0, format!("the text is not JSON: {}", problem.message))),
    }
}

pub(super) fn yamldecode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if let Some(inner) = inside(&arguments[0], Encoding::Yaml) {
        return Ok(decided(call, arguments, plain(&inner, 0)));
    }
    let Some(source) = parts(&arguments[0]) else { return Ok(call.unknown(arguments)) };
    let read = yaml_in::read(&source, call.host.origins());
    match read {
        Ok(value) => Ok(decided(call, arguments, value)),
        Err(_) if arguments[0].is_unknown() => Ok(call.unknown(arguments)),
        Err(message) => Err(error(format!("the text is not YAML: {message}"))),
    }
}

pub(super) fn base64decode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if let Some(inner) = inside(&arguments[0], Encoding::Base64) {
        return Ok(inner);
    }
    if arguments[0].is_unknown() {
        return Ok(call.unknown(arguments));
    }
    let bytes = decoded(str(arguments, 0)?)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(call.str(text)),
        Err(_) => Err(error("the decoded bytes are not text in UTF-8")),
    }
}

/// The bytes of a base64 text.
pub(super) fn decoded(text: &str) -> Result<Vec<u8>, CallError> {
    // Line breaks are passed over.
    let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    STANDARD.decode(text).map_err(|_| error("the text is not base64"))
}

/// The most bytes that are unpacked.
const MAX_UNPACKED: u64 = 10 << 20;

pub(super) fn base64gunzip(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if let Some(inner) = inside(&arguments[0], Encoding::GzipBase64) {
        return Ok(inner);
    }
    if arguments[0].is_unknown() {
        return Ok(call.unknown(arguments));
    }
    let bytes = decoded(str(arguments, 0)?)?;
    let mut text = String::new();
    let read =
        flate2::read::GzDecoder::new(bytes.as_slice()).take(MAX_UNPACKED + 1).read_to_string(&mut text);
    if read.is_err() || text.len() as u64 > MAX_UNPACKED {
        return Err(error("the bytes are not a gzipped text of at most 10 MB"));
    }
    Ok(call.str(text))
}

pub(super) fn urldecode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let mut out = Vec::new();
    let mut rest = str(arguments, 0)?.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        out.push(match first {
            b'+' => b' ',
            b'%' => {
                let digits = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
                let byte = digits.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                rest = after.get(2..).unwrap_or_default();
                byte.ok_or_else(|| error("a percent sign is not followed by two hexadecimal digits"))?
            }
            other => *other,
        });
    }
    let text = String::from_utf8(out).map_err(|_| error("the decoded bytes are not text in UTF-8"))?;
    Ok(call.str(text))
}

pub(super) fn urlencode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let mut out = String::new();
    for byte in str(arguments, 0)?.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    Ok(call.str(out))
}

pub(super) fn csvdecode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let origin = call.origin();
    csv::read(&text(&arguments[0]), origin).map_err(error)
}

/// The characters of a file's bytes for `filebase64`.
pub(super) fn base64_value(bytes: &[u8]) -> Val {
    Val::str(base64_text(bytes), OriginId::NONE)
}
