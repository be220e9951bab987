//! Character sets: `textencodebase64` and `textdecodebase64`.

use iaclint_value::Why;

use super::encoding::{base64_text, decoded};
use super::strings::str;
use super::{Call, CallError, wrong};
use crate::val::{Unk, Val};

/// Labels of the web that are no names in IANA's register, where Terraform looks.
const WEB_ONLY: [&str; 24] = [
    "UTF8",
    "UNICODE-1-1-UTF-8",
    "ASCII",
    "SJIS",
    "WINDOWS-31J",
    "MS932",
    "KOREAN",
    "KS_C_5601-1987",
    "KSC5601",
    "KSC_5601",
    "GB2312",
    "GB_2312-80",
    "CHINESE",
    "CSGB2312",
    "BIG5-HKSCS",
    "CN-BIG5",
    "TIS-620",
    "ISO-8859-11",
    "DOS-874",
    "KOI",
    "KOI8",
    "KOI8_R",
    "LOGICAL",
    "VISUAL",
];
/// Code pages that Terraform knows and are not at hand here.
const NOT_HERE: [&str; 9] = ["437", "850", "852", "855", "00858", "860", "862", "037", "1047"];

/// A character set by its name.
enum Charset {
    /// With a mark of the byte order; without one the first byte is the high one.
    Utf16Marked,
    Utf16 {
        big: bool,
    },
    /// Code points up to this one, byte for byte.
    Narrow(u32),
    Other(&'static encoding_rs::Encoding),
    NotHere,
}

fn charset(name: &str) -> Result<Charset, CallError> {
    let upper = name.to_ascii_uppercase();
    Ok(match upper.as_str() {
        "UTF-16" => Charset::Utf16Marked,
        "UTF-16LE" => Charset::Utf16 { big: false },
        "UTF-16BE" => Charset::Utf16 { big: true },
        "US-ASCII" | "ISO646-US" | "ANSI_X3.4-1968" | "CSASCII" => Charset::Narrow(0x7f),
        "ISO-8859-1" | "ISO_8859-1" | "LATIN1" | "L1" | "IBM819" | "CP819" | "CSISOLATIN1" => {
            Charset::Narrow(0xff)
        }
        "CSUTF8" => Charset::Other(encoding_rs::UTF_8),
        "LATIN-9" => Charset::Other(encoding_rs::ISO_8859_15),
        "HZ-GB-2312" => Charset::NotHere,
        "MAC" | "CSMACINTOSH" => Charset::Other(encoding_rs::MACINTOSH),
        "CP936" | "MS936" | "WINDOWS-936" => Charset::Other(encoding_rs::GBK),
        page if NOT_HERE.iter().any(|n| ["IBM", "CP"].iter().any(|p| page.strip_prefix(p) == Some(*n))) => {
            Charset::NotHere
        }
        page => {
            let web_only = WEB_ONLY.contains(&page)
                || ["X-", "CP125", "ISO8859", "UNICODE"].iter().any(|prefix| page.starts_with(prefix));
            let known =
                encoding_rs::Encoding::for_label_no_replacement(name.as_bytes()).filter(|_| !web_only);
            Charset::Other(known.ok_or_else(|| wrong(1, format!("there is no character encoding {name:?}")))?)
        }
    })
}

/// The control characters that code pages of Windows have no place for, and the web's do.
fn is_control(encoding: &'static encoding_rs::Encoding, char: char) -> bool {
    encoding.name().starts_with("windows-") && ('\u{80}'..='\u{9f}').contains(&char)
}

fn not_here(call: &mut Call<'_>) -> Val {
    let mut unk = Unk::new(Why::Unsupported("character set".into())).not_null();
    unk.ty = crate::ty::Ty::String;
    let origin = call.origin();
    Val::unk(unk, origin)
}

pub(super) fn textencodebase64(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (source, name) = (str(arguments, 0)?, str(arguments, 1)?);
    let missing = || wrong(0, format!("the text has characters that {name} lacks"));
    let bytes: Vec<u8> = match charset(name)? {
        Charset::Utf16Marked => {
            [0xfeff].into_iter().chain(source.encode_utf16()).flat_map(u16::to_be_bytes).collect()
        }
        Charset::Utf16 { big } => {
            source.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        }
        Charset::Narrow(last) => source
            .chars()
            .map(|c| u8::try_from(c as u32).ok().filter(|b| u32::from(*b) <= last).ok_or_else(missing))
            .collect::<Result<_, _>>()?,
        Charset::Other(encoding) => {
            let (bytes, _, lossy) = encoding.encode(source);
            if lossy || source.chars().any(|c| is_control(encoding, c)) {
                return Err(missing());
            }
            bytes.into_owned()
        }
        Charset::NotHere => return Ok(not_here(call)),
    };
    Ok(call.str(base64_text(&bytes)))
}

pub(super) fn textdecodebase64(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let name = str(arguments, 1)?;
    let charset = charset(name)?;
    let bytes = decoded(str(arguments, 0)?).map_err(|e| wrong(0, e.message))?;
    let broken = || wrong(0, format!("the bytes are not text in {name}"));
    let text = match charset {
        Charset::Utf16Marked => match bytes.as_slice() {
            [0xff, 0xfe, rest @ ..] => utf16(rest, false),
            [0xfe, 0xff, rest @ ..] => utf16(rest, true),
            rest => utf16(rest, true),
        }
        .ok_or_else(broken)?,
        Charset::Utf16 { big } => utf16(&bytes, big).ok_or_else(broken)?,
        Charset::Narrow(last) => bytes
            .iter()
            .map(|b| if u32::from(*b) <= last { Ok(char::from(*b)) } else { Err(broken()) })
            .collect::<Result<_, _>>()?,
        Charset::Other(encoding) => {
            let (text, lossy) = encoding.decode_without_bom_handling(&bytes);
            if lossy || text.chars().any(|c| is_control(encoding, c)) {
                return Err(broken());
            }
            text.into_owned()
        }
        Charset::NotHere => return Ok(not_here(call)),
    };
    Ok(call.str(text))
}

fn utf16(bytes: &[u8], big: bool) -> Option<String> {
    let units: Option<Vec<u16>> = bytes
        .chunks(2)
        .map(|pair| match pair {
            [a, b] => Some(if big { u16::from_be_bytes([*a, *b]) } else { u16::from_le_bytes([*a, *b]) }),
            _ => None,
        })
        .collect();
    String::from_utf16(&units?).ok()
}
