//! Encodings: JSON, YAML, base64, gzip, CSV, URLs, character sets.

use std::fmt::Write as _;
use std::io::Write as _;

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
const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Base64 of these bytes.
pub(crate) fn base64_text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Base64 of these bytes, gzipped.
pub(crate) fn gzip_text(bytes: &[u8]) -> String {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    base64_text(&written.unwrap_or_default())
}

/// What a string is known to encode.
fn inside(value: &Val, encoding: Encoding) -> Option<Val> {
    let found = match &value.k {
        K::Str(str) => str.detail.as_deref()?.encoded.as_ref(),
        K::Unknown(unk) => unk.encoded.as_ref(),
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

pub(super) fn jsondecode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if let Some(inner) = inside(&arguments[0], Encoding::Json) {
        return Ok(plain(&inner, 0));
    }
    let Some(source) = parts(&arguments[0]) else { return Ok(call.unknown(arguments)) };
    let read = json::parse(&source, call.host.origins());
    match read {
        Ok(read) => Ok(import(&read.value)),
        Err(_) if arguments[0].is_unknown() => Ok(call.unknown(arguments)),
        Err(problem) => Err(wrong(0, format!("the text is not JSON: {}", problem.message))),
    }
}

pub(super) fn yamldecode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if let Some(inner) = inside(&arguments[0], Encoding::Yaml) {
        return Ok(plain(&inner, 0));
    }
    let Some(source) = parts(&arguments[0]) else { return Ok(call.unknown(arguments)) };
    let read = yaml_in::read(&source, call.host.origins());
    match read {
        Ok(value) => Ok(value),
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

fn decoded(text: &str) -> Result<Vec<u8>, CallError> {
    // Line breaks are passed over.
    let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    STANDARD.decode(text).map_err(|_| error("the text is not base64"))
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

/// A character set by its name.
enum Charset {
    Utf16 {
        big: bool,
    },
    /// Code points up to this one, byte for byte.
    Narrow(u32),
    Other(&'static encoding_rs::Encoding),
}

fn charset(name: &str) -> Option<Charset> {
    Some(match name.to_ascii_uppercase().as_str() {
        "UTF-16LE" => Charset::Utf16 { big: false },
        "UTF-16BE" | "UTF-16" => Charset::Utf16 { big: true },
        "US-ASCII" | "ASCII" => Charset::Narrow(0x7f),
        "ISO-8859-1" | "LATIN1" | "ISO_8859-1" => Charset::Narrow(0xff),
        _ => Charset::Other(encoding_rs::Encoding::for_label(name.as_bytes())?),
    })
}

pub(super) fn textencodebase64(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (source, name) = (str(arguments, 0)?, str(arguments, 1)?);
    let charset =
        charset(name).ok_or_else(|| wrong(1, format!("there is no character encoding {name:?}")))?;
    let missing = || wrong(0, format!("the text has characters that {name} lacks"));
    let bytes: Vec<u8> = match charset {
        Charset::Utf16 { big } => {
            source.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        }
        Charset::Narrow(last) => source
            .chars()
            .map(|c| u8::try_from(c as u32).ok().filter(|b| u32::from(*b) <= last).ok_or_else(missing))
            .collect::<Result<_, _>>()?,
        Charset::Other(encoding) => {
            let (bytes, _, lossy) = encoding.encode(source);
            if lossy {
                return Err(missing());
            }
            bytes.into_owned()
        }
    };
    Ok(call.str(base64_text(&bytes)))
}

pub(super) fn textdecodebase64(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let name = str(arguments, 1)?;
    let charset =
        charset(name).ok_or_else(|| wrong(1, format!("there is no character encoding {name:?}")))?;
    let bytes = decoded(str(arguments, 0)?).map_err(|e| wrong(0, e.message))?;
    let broken = || wrong(0, format!("the bytes are not text in {name}"));
    let text = match charset {
        Charset::Utf16 { big } => {
            let units: Vec<u16> = bytes
                .chunks(2)
                .map(|pair| match (pair, big) {
                    ([a, b], true) => u16::from_be_bytes([*a, *b]),
                    ([a, b], false) => u16::from_le_bytes([*a, *b]),
                    _ => 0xfffd,
                })
                .collect();
            String::from_utf16_lossy(&units)
        }
        Charset::Narrow(last) => bytes
            .iter()
            .map(|b| if u32::from(*b) <= last { Ok(char::from(*b)) } else { Err(broken()) })
            .collect::<Result<_, _>>()?,
        Charset::Other(encoding) => {
            let (text, lossy) = encoding.decode_without_bom_handling(&bytes);
            if lossy {
                return Err(broken());
            }
            text.into_owned()
        }
    };
    Ok(call.str(text))
}

pub(super) fn csvdecode(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let origin = call.origin();
    csv::read(&text(&arguments[0]), origin).map_err(error)
}

/// The characters of a file's bytes for `filebase64`.
pub(super) fn base64_value(bytes: &[u8]) -> Val {
    Val::str(base64_text(bytes), OriginId::NONE)
}
