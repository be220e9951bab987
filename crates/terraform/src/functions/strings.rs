//! Strings: case, trimming, searching, joining.

use iaclint_value::{OriginId, Piece, Text};

use super::graphemes::{grapheme_indices, graphemes};
use super::texts::{edges, made, map_literals, parts, slice, text};
use super::{Call, CallError, error, wrong};
use crate::export::from_text;
use crate::num::Num;
use crate::val::{K, Val};

/// The known string among the arguments.
pub(super) fn str(arguments: &[Val], at: usize) -> Result<&str, CallError> {
    arguments.get(at).and_then(Val::as_str).ok_or_else(|| wrong(at, "a known string is required"))
}

fn truth(value: bool) -> Val {
    Val::bool(value, OriginId::NONE)
}

/// A string changed character by character: the known parts of an unknown one are changed, too.
fn changed(call: &mut Call<'_>, arguments: &[Val], value: &Val, change: impl Fn(&str) -> String) -> Val {
    match (value.as_str(), parts(value)) {
        (Some(known), _) => call.str(change(known)),
        (None, Some(text)) => {
            let origin = call.origin();
            Val::text(map_literals(&text, change), origin)
        }
        (None, None) => call.unknown(arguments),
    }
}

/// Case is changed character for character: `ß` has no single capital letter and stays.
fn one_to_one<I: ExactSizeIterator<Item = char>>(char: char, mut mapped: I) -> char {
    if mapped.len() == 1 { mapped.next().unwrap_or(char) } else { char }
}

/// The upper case of a character as one character; a Greek letter with an iota below keeps it.
fn upper_case(char: char) -> char {
    let by = match char {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => return one_to_one(char, char.to_uppercase()),
    };
    char::from_u32(char as u32 + by).unwrap_or(char)
}

pub(super) fn upper(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    Ok(changed(call, arguments, &arguments[0], |t| t.chars().map(upper_case).collect()))
}

pub(super) fn lower(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let lower = |c: char| if c == 'İ' { 'i' } else { one_to_one(c, c.to_lowercase()) };
    Ok(changed(call, arguments, &arguments[0], |t| t.chars().map(lower).collect()))
}

pub(super) fn title(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(known) = arguments[0].as_str() else { return Ok(call.unknown(arguments)) };
    let mut out = String::with_capacity(known.len());
    let mut start = true;
    for char in known.chars() {
        out.push(if start { title_case(char) } else { char });
        start = match char {
            '0'..='9' | 'A'..='Z' | 'a'..='z' | '_' => false,
            _ if char.is_ascii() => true,
            _ if char.is_alphanumeric() => false,
            _ => char.is_whitespace(),
        };
    }
    Ok(call.str(out))
}

/// The form of a letter at the beginning of a word: an upper case, but of two letters in one only the first is, and Georgian has none.
fn title_case(char: char) -> char {
    match char {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10ff}' => char,
        _ => upper_case(char),
    }
}

pub(super) fn strrev(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let reversed: String = {
        let text = str(arguments, 0)?;
        graphemes(text).collect::<Vec<_>>().into_iter().rev().collect()
    };
    Ok(call.str(reversed))
}

pub(super) fn substr(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if arguments[1].is_unknown() || arguments[2].is_unknown() {
        return Ok(call.unknown(arguments));
    }
    let numbers = (super::numeric::whole(arguments, 1), super::numeric::whole(arguments, 2));
    let (offset, length) = match numbers {
        (Ok(offset), Ok(length)) => (offset, length),
        _ if arguments[0].is_unknown() => return Ok(call.unknown(arguments)),
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    let Some(known) = arguments[0].as_str() else {
        // The known beginning of a text may be all that is asked for: the one value that it can have.
        let prefix = arguments[0].as_unknown().map(|u| u.prefix.clone()).unwrap_or_default();
        let mut value = call.unknown(arguments);
        let (Ok(from), Ok(count)) = (usize::try_from(offset), usize::try_from(length)) else {
            return Ok(value);
        };
        if prefix.is_ascii()
            && let Some(part) = prefix.get(from..from.saturating_add(count))
            && let K::Unknown(unk) = &mut value.k
        {
            // The last character known may be joined by a combining one from the hole.
            if from + count < prefix.len() {
                let known = Val::str(part, value.origin);
                std::sync::Arc::make_mut(unk).candidates = vec![known];
            }
        }
        return Ok(value);
    };
    let value = text(&arguments[0]);
    let bounds: Vec<usize> = grapheme_indices(known).map(|(at, _)| at).chain([known.len()]).collect();
    let count = bounds.len() - 1;
    let from = usize::try_from(offset)
        .unwrap_or_else(|_| {
            count.saturating_sub(usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX))
        })
        .min(count);
    // Counted from the end, no length means all the rest.
    let to = match usize::try_from(length) {
        Ok(0) if offset < 0 => count,
        Ok(length) => from.saturating_add(length).min(count),
        Err(_) => count,
    };
    if known.len() != value.flatten().text.len() {
        return Ok(call.str(&known[bounds[from]..bounds[to]]));
    }
    let part = slice(&value, &value.flatten(), bounds[from], bounds[to]);
    let origin = call.origin();
    Ok(from_text(part, origin))
}

/// A text without some of its ends. A hole at an end stays what it is: what is trimmed is not what addresses begin or end with.
fn trimmed(call: &mut Call<'_>, arguments: &[Val], range: impl Fn(&str) -> (usize, usize)) -> Val {
    let Some(value) = parts(&arguments[0]) else { return call.unknown(arguments) };
    let flat = value.flatten();
    let (start, end) = range(&flat.text);
    let origin = call.origin();
    from_text(slice(&value, &flat, start, end), origin)
}

fn inner(text: &str, part: &str) -> (usize, usize) {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    (start, start + part.len())
}

pub(super) fn trimspace(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if arguments[0].as_unknown().is_some_and(|u| u.reference.is_some()) {
        return Ok(arguments[0].clone());
    }
    Ok(trimmed(call, arguments, |t| inner(t, t.trim())))
}

pub(super) fn chomp(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    Ok(trimmed(call, arguments, |t| inner(t, t.trim_end_matches(['\n', '\r']))))
}

pub(super) fn trim(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(set) = arguments[1].as_str() else { return Ok(call.unknown(arguments)) };
    let set: Vec<char> = set.chars().collect();
    if arguments[0].is_unknown() && (set.iter().any(|c| !c.is_whitespace())) {
        // The holes may begin or end with these characters.
        let Some(value) = parts(&arguments[0]) else { return Ok(call.unknown(arguments)) };
        let origin = call.origin();
        let opaque = map_literals(&value, str::to_owned);
        let flat = opaque.flatten();
        let (start, end) = inner(&flat.text, flat.text.trim_matches(|c| set.contains(&c)));
        return Ok(Val::text(slice(&opaque, &flat, start, end), origin));
    }
    Ok(trimmed(call, arguments, |t| inner(t, t.trim_matches(|c| set.contains(&c)))))
}

pub(super) fn trimprefix(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    affix(call, arguments, true)
}

pub(super) fn trimsuffix(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    affix(call, arguments, false)
}

fn affix(call: &mut Call<'_>, arguments: &[Val], front: bool) -> Result<Val, CallError> {
    let Some(affix) = arguments[1].as_str() else { return Ok(call.unknown(arguments)) };
    let Some(value) = parts(&arguments[0]) else { return Ok(call.unknown(arguments)) };
    let (prefix, suffix) = edges(&value);
    let edge = if front { prefix } else { suffix };
    let has = if front { edge.starts_with(affix) } else { edge.ends_with(affix) };
    let hole_decides = arguments[0].is_unknown()
        && !has
        && if front { affix.starts_with(&edge) } else { affix.ends_with(&edge) };
    if hole_decides {
        return Ok(call.unknown(arguments));
    }
    if !has {
        return Ok(arguments[0].clone());
    }
    let flat = value.flatten();
    let (start, end) =
        if front { (affix.len(), flat.text.len()) } else { (0, flat.text.len() - affix.len()) };
    let origin = call.origin();
    Ok(from_text(slice(&value, &flat, start, end), origin))
}

pub(super) fn startswith(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(prefix) = arguments[1].as_str() else { return Ok(call.unknown(arguments)) };
    Ok(match (&arguments[0].k, &arguments[0]) {
        (K::Unknown(unk), _) if unk.prefix.starts_with(prefix) => truth(true),
        (K::Unknown(unk), _) if !prefix.starts_with(unk.prefix.as_str()) => truth(false),
        (K::Unknown(_), _) => call.unknown(arguments),
        (_, known) => truth(known.as_str().unwrap_or_default().starts_with(prefix)),
    })
}

pub(super) fn endswith(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (Some(known), Some(suffix)) = (arguments[0].as_str(), arguments[1].as_str()) else {
        return Ok(call.unknown(arguments));
    };
    Ok(truth(known.ends_with(suffix)))
}

pub(super) fn strcontains(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (Some(known), Some(part)) = (arguments[0].as_str(), arguments[1].as_str()) else {
        return Ok(call.unknown(arguments));
    };
    Ok(truth(known.contains(part)))
}

pub(super) fn indent(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (Some(spaces), Some(value)) = (arguments[0].as_num(), parts(&arguments[1])) else {
        return Ok(call.unknown(arguments));
    };
    let spaces = spaces.as_i64().and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= 10_000);
    let Some(spaces) = spaces else {
        return Err(wrong(0, "a whole number that is not negative is required"));
    };
    let padding = " ".repeat(spaces);
    let pieces = value.pieces().iter().flat_map(|piece| match piece {
        Piece::Hole(_) => vec![piece.clone()],
        Piece::Literal(literal) => {
            let whole = Text::literal(literal.clone());
            let flat = whole.flatten();
            let mut out = Vec::new();
            let mut start = 0;
            for (at, _) in literal.text.match_indices('\n') {
                out.extend_from_slice(slice(&whole, &flat, start, at + 1).pieces());
                out.push(made(&padding, literal.origin));
                start = at + 1;
            }
            out.extend_from_slice(slice(&whole, &flat, start, literal.text.len()).pieces());
            out
        }
    });
    let text = Text::of(pieces.collect::<Vec<_>>());
    let origin = call.origin();
    Ok(from_text(text, origin))
}

pub(super) fn join(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some((separator, lists)) = arguments.split_first() else {
        return Err(error("a separator is required"));
    };
    if lists.is_empty() {
        return Err(error("at least one list is required"));
    }
    let mut items: Vec<&Val> = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        match list.elements() {
            Some(elements) => items.extend(elements),
            None => return Ok(joined_partly(call, arguments)),
        }
        if let Some(null) = items.iter().position(|v| v.is_null()) {
            return Err(wrong(at + 1, format!("element {null} is null, and null cannot be joined")));
        }
    }
    let between = text(separator);
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            pieces.extend_from_slice(between.pieces());
        }
        pieces.extend_from_slice(text(item).pieces());
    }
    let origin = call.origin();
    Ok(match items.as_slice() {
        [one] if one.is_unknown() => (*one).clone(),
        _ => from_text(Text::of(pieces), origin),
    })
}

/// Joined from lists of which not all is known.
fn joined_partly(call: &mut Call<'_>, arguments: &[Val]) -> Val {
    call.unknown(arguments)
}

/// The number of characters as a reader counts them.
pub(super) fn characters(text: &str) -> Num {
    Num::Int(i64::try_from(graphemes(text).count()).unwrap_or(i64::MAX))
}
