//! Hashes, of texts and of files.

use std::fmt::Write;

use sha1::Digest;

use super::encoding::base64_text;
use super::files::bytes;
use super::strings::str;
use super::{Call, CallError, error};
use crate::val::Val;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn digest<D: Digest>(bytes: &[u8]) -> Vec<u8> {
    D::digest(bytes).to_vec()
}

macro_rules! hashes {
    ($($text:ident, $file:ident: $digest:ty, $shown:path;)*) => {$(
        pub(super) fn $text(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
            let digest = digest::<$digest>(str(arguments, 0)?.as_bytes());
            Ok(call.str($shown(&digest)))
        }

        pub(super) fn $file(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
            let digest = digest::<$digest>(&bytes(call, arguments)?);
            Ok(call.str($shown(&digest)))
        }
    )*};
}

hashes! {
    md5, filemd5: md5::Md5, hex;
    sha1, filesha1: sha1::Sha1, hex;
    sha256, filesha256: sha2::Sha256, hex;
    sha512, filesha512: sha2::Sha512, hex;
    base64sha256, filebase64sha256: sha2::Sha256, base64_text;
    base64sha512, filebase64sha512: sha2::Sha512, base64_text;
}

/// The name spaces of RFC 4122 differ in one byte.
fn namespace(name: &str) -> Option<[u8; 16]> {
    let known = |last: u8| {
        let mut id =
            [0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
        id[3] = last;
        Some(id)
    };
    match name {
        "dns" => known(0x10),
        "url" => known(0x11),
        "oid" => known(0x12),
        "x500" => known(0x14),
        other => parse_uuid(other),
    }
}

fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    // Whatever stands around 36 characters is taken for braces.
    let text = match text.get(..9) {
        Some(start) if start.eq_ignore_ascii_case("urn:uuid:") => text.get(9..)?,
        _ if text.len() == 38 => text.get(1..37)?,
        _ => text,
    };
    let dashes = text.len() != 36 || [8, 13, 18, 23].iter().all(|at| text.as_bytes().get(*at) == Some(&b'-'));
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    if !dashes
        || !matches!(text.len(), 36 | 32)
        || digits.len() != 32
        || !digits.bytes().all(|b| b.is_ascii_hexdigit())
    {
        return None;
    }
    let mut out = [0; 16];
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(out)
}

pub(super) fn uuidv5(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let space = str(arguments, 0)?;
    let Some(id) = namespace(space) else {
        return Err(error(format!("{space:?} is neither a UUID nor one of dns, url, oid, x500")));
    };
    let mut input = id.to_vec();
    input.extend_from_slice(str(arguments, 1)?.as_bytes());
    let mut digest = digest::<sha1::Sha1>(&input);
    digest.truncate(16);
    // Version 5, variant of RFC 4122.
    digest[6] = (digest[6] & 0x0f) | 0x50;
    digest[8] = (digest[8] & 0x3f) | 0x80;
    let hex = hex(&digest);
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
        .map(|(from, to)| hex.get(from..to).unwrap_or_default());
    Ok(call.str(parts.join("-")))
}
