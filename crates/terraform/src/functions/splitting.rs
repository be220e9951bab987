//! `split` and `replace` on texts of which parts are unknown.

use iaclint_value::{OriginId, Piece, Text, Why};

use super::texts::{made, opaque, parts, slice, text};
use super::{Call, CallError, regexes};
use crate::export::{from_text, partial};
use crate::ty::Ty;
use crate::val::{K, Val};

pub(super) fn split(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(separator) = arguments[0].as_str() else { return Ok(call.unknown(arguments)) };
    let origin = call.origin();
    let value = text(&arguments[1]);
    let flat = value.flatten();
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    if separator.is_empty() {
        let known = arguments[1].as_str().unwrap_or_default();
        let ends: Vec<usize> = known.char_indices().map(|(at, _)| at).skip(1).collect();
        cuts.extend(ends.into_iter().map(|at| (at, at)));
    } else {
        // A hole's place holder may itself be the separator; it is no cut then.
        cuts.extend(
            flat.text
                .match_indices(separator)
                .map(|(at, s)| (at, at + s.len()))
                .filter(|c| !flat.has_hole(c.0..c.1)),
        );
    }
    let mut items: Vec<Text> = Vec::new();
    let mut start = 0;
    for (from, to) in cuts {
        items.push(slice(&value, &flat, start, from));
        start = to;
    }
    items.push(slice(&value, &flat, start, flat.text.len()));
    if arguments[1].as_str().is_some() {
        if separator.is_empty() && flat.text.is_empty() {
            items.clear();
        }
        let items = items.into_iter().map(|t| from_text(t, origin)).collect();
        return Ok(Val::list(Ty::String, items, origin));
    }
    // What is unknown may hold the separator, too: only elements that no hole touches are known to be whole, and not at which index.
    let whole: Vec<Val> = items
        .into_iter()
        .filter(|t| !separator.is_empty() && t.as_str().is_some())
        .map(|t| from_text(t, origin))
        .collect();
    let mut result = call.unknown(arguments);
    if let K::Unknown(unk) = &mut result.k {
        let unk = std::sync::Arc::make_mut(unk);
        unk.why = Why::Unsupported("split".into());
        unk.len.0 = whole.len() as u32 + 1;
        if !whole.is_empty() {
            let known = Val::list(Ty::String, whole, origin);
            unk.partial = partial(known, origin).as_unknown().and_then(|u| u.partial.clone());
        }
    }
    Ok(result)
}

pub(super) fn replace(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (Some(needle), Some(with)) = (arguments[1].as_str(), parts(&arguments[2])) else {
        return Ok(call.unknown(arguments));
    };
    if needle.len() > 1 && needle.starts_with('/') && needle.ends_with('/') {
        let (Some(subject), Some(with)) = (arguments[0].as_str(), arguments[2].as_str()) else {
            return Ok(call.unknown(arguments));
        };
        let replaced = regexes::replace_all(&needle[1..needle.len() - 1], subject, with)?;
        return Ok(call.str(replaced));
    }
    let Some(value) = parts(&arguments[0]) else { return Ok(call.unknown(arguments)) };
    if needle.is_empty() {
        return Ok(match (arguments[0].as_str(), arguments[2].as_str()) {
            (Some(subject), Some(with)) => {
                let mut out = with.to_owned();
                for char in subject.chars() {
                    out.push(char);
                    out.push_str(with);
                }
                call.str(out)
            }
            _ => call.unknown(arguments),
        });
    }
    if let Some(subject) = arguments[0].as_str()
        && !subject.contains(needle)
    {
        return Ok(arguments[0].clone());
    }
    if arguments[0].is_unknown() && straddles(&value, needle) {
        return Ok(call.unknown(arguments));
    }
    let origin = call.origin();
    let known = arguments[0].as_str().is_some();
    let flat = value.flatten();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut start = 0;
    let mut push = |part: Text| {
        pieces.extend(part.pieces().iter().map(|piece| match piece {
            Piece::Hole(hole) if !known => Piece::Hole(opaque(hole)),
            _ => piece.clone(),
        }));
    };
    for (at, _) in flat.text.match_indices(needle) {
        if flat.has_hole(at..at + needle.len()) {
            continue;
        }
        push(slice(&value, &flat, start, at));
        push(with.clone());
        start = at + needle.len();
    }
    push(slice(&value, &flat, start, flat.text.len()));
    if pieces.is_empty() {
        pieces.push(made("", OriginId::NONE));
    }
    Ok(from_text(Text::of(pieces), origin))
}

/// Whether the needle could begin in a literal and end in the hole next to it, or the other way round.
fn straddles(text: &Text, needle: &str) -> bool {
    let pieces = text.pieces();
    let overlaps = |literal: &str, at_end: bool| {
        needle.char_indices().skip(1).any(|(at, _)| {
            if at_end { literal.ends_with(&needle[..at]) } else { literal.starts_with(&needle[at..]) }
        })
    };
    pieces.iter().enumerate().any(|(at, piece)| {
        let Piece::Literal(literal) = piece else { return false };
        let hole =
            |at: Option<usize>| at.and_then(|at| pieces.get(at)).is_some_and(|p| matches!(p, Piece::Hole(_)));
        (hole(at.checked_add(1)) && overlaps(&literal.text, true))
            || (hole(at.checked_sub(1)) && overlaps(&literal.text, false))
    })
}
