//! YAML read over a text, as `yamldecode` understands it: values keep their places, and holes stay holes inside plain and quoted scalars.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};
use iaclint_value::{Flat, Name, OriginArena, OriginId, Text, Via};

use super::texts::{opaque, slice};
use crate::export::from_text;
use crate::num::Num;
use crate::ty::Ty;
use crate::val::{Fields, K, Unk, Val};

const MAX_DEPTH: usize = 200;
/// Values made of aliases, which can double with every line.
const MAX_VALUES: usize = 200_000;

/// Reads a document.
pub(super) fn read(text: &Text, arena: &mut OriginArena) -> Result<Val, String> {
    let flat = text.flatten();
    let source = flat.text.clone();
    let mut reader = Reader {
        text,
        flat,
        arena,
        parser: Parser::new_from_str(&source),
        anchors: HashMap::new(),
        values: 0,
    };
    let mut document = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(document.unwrap_or_else(|| Val::null(OriginId::NONE))),
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            event => {
                if document.is_some() {
                    return Err("there is more than one document".into());
                }
                document = Some(reader.value(event, span, 0)?);
            }
        }
    }
}

struct Reader<'a, P> {
    text: &'a Text,
    flat: Flat,
    arena: &'a mut OriginArena,
    parser: P,
    anchors: HashMap<usize, Val>,
    values: usize,
}

impl<'s, P: Iterator<Item = Result<(Event<'s>, Span), E>>, E: std::fmt::Display> Reader<'_, P> {
    fn next(&mut self) -> Result<(Event<'s>, Span), String> {
        loop {
            match self.parser.next() {
                None => return Ok((Event::StreamEnd, Span::default())),
                Some(Err(problem)) => return Err(problem.to_string()),
                Some(Ok((Event::Comment(..) | Event::Anchor(..), _))) => {}
                Some(Ok(found)) => return Ok(found),
            }
        }
    }

    fn origin(&mut self, range: Option<Range<usize>>) -> OriginId {
        match range.and_then(|r| self.text.span(&self.flat, r)) {
            Some(span) => self.arena.add(span, Via::Written, []),
            None => OriginId::NONE,
        }
    }

    fn value(&mut self, event: Event<'s>, span: Span, depth: usize) -> Result<Val, String> {
        self.values += 1;
        if depth > MAX_DEPTH || self.values > MAX_VALUES {
            return Err("it is too large or nested too deep".into());
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (self.scalar(&text, style, tag.as_deref(), span.byte_range())?, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                let start = span.byte_range();
                let mut items = Vec::new();
                let end = loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break span.byte_range();
                    }
                    items.push(self.value(event, span, depth + 1)?);
                };
                let origin = self.origin(joined(start, end));
                (Val::tuple(items, origin), anchor)
            }
            Event::MappingStart(_, anchor, _) => (self.mapping(span.byte_range(), depth)?, anchor),
            Event::Alias(id) => {
                let value = self.anchors.get(&id).cloned().ok_or("an alias stands inside what it names")?;
                let mut size = 0;
                value.visit(&mut |_| size += 1);
                self.values += size;
                (value, 0)
            }
            _ => return Err("the document ends too early".into()),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn mapping(&mut self, start: Option<Range<usize>>, depth: usize) -> Result<Val, String> {
        let mut fields = Fields::new();
        let mut merged = Fields::new();
        let mut open = false;
        let end = loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break span.byte_range();
            }
            let merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key = self.value(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.value(event, span, depth + 1)?;
            if merge {
                for map in value.elements().unwrap_or(std::slice::from_ref(&value)) {
                    let Some(inner) = map.fields() else {
                        return Err("only a map can be merged with <<".into());
                    };
                    // What is merged first wins over what is merged later.
                    let known = |f: &(Name, OriginId, Val)| merged.iter().any(|m| m.0 == f.0);
                    let new: Fields = inner.iter().filter(|f| !known(f)).cloned().collect();
                    merged.extend(new);
                }
                continue;
            }
            match crate::convert::convert(&key, &Ty::String)? {
                Val { k: K::Str(name), .. } => fields.push((name.text, key.origin, value)),
                Val { k: K::Unknown(_), .. } => open = true,
                _ => return Err("a key is null".into()),
            }
        };
        let origin = self.origin(joined(start, end));
        merged.extend(fields);
        let object = Val::object(merged, origin);
        Ok(if open { crate::export::partial(object, origin) } else { object })
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        range: Option<Range<usize>>,
    ) -> Result<Val, String> {
        let origin = self.origin(range.clone());
        let core =
            tag.filter(|t| t.handle().ends_with("yaml.org,2002:") || t.handle() == "!!").map(Tag::suffix);
        if style == ScalarStyle::Plain
            && core.is_none()
            && tag.is_none()
            && let Some(found) = resolved(value, origin)?
        {
            return Ok(found);
        }
        match core {
            Some("int" | "float") => {
                return Num::parse(value)
                    .map(|n| Val::num(n, origin))
                    .ok_or_else(|| format!("{value:?} is not a number"));
            }
            Some("bool") => {
                return Ok(truth(value).map_or_else(|| Val::str(value, origin), |b| Val::bool(b, origin)));
            }
            Some("null") => return Ok(Val::null(origin)),
            _ => {}
        }
        let Some(range) = range else { return Ok(Val::str(value, origin)) };
        let written = self.flat.text.get(range.clone()).unwrap_or_default();
        // Where the characters stand verbatim they keep their places.
        if let Some(at) = written.find(value)
            && !value.is_empty()
        {
            let start = range.start + at;
            return Ok(from_text(slice(self.text, &self.flat, start, start + value.len()), origin));
        }
        if !self.flat.has_hole(range.clone()) {
            return Ok(Val::str(value, origin));
        }
        let part = slice(self.text, &self.flat, range.start, range.end);
        let holes =
            Text::of(part.holes().map(|hole| iaclint_value::Piece::Hole(opaque(hole))).collect::<Vec<_>>());
        let mut unk = Unk::of([&Val::text(holes, origin)], Ty::String).not_null();
        unk.text = None;
        Ok(Val::unk(unk, origin))
    }
}

fn joined(start: Option<Range<usize>>, end: Option<Range<usize>>) -> Option<Range<usize>> {
    let (start, end) = (start?, end?);
    Some(start.start..end.end.max(start.end))
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// What a plain scalar means other than its characters.
fn resolved(text: &str, origin: OriginId) -> Result<Option<Val>, String> {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Ok(Some(Val::null(origin)));
    }
    if let Some(bool) = truth(text) {
        return Ok(Some(Val::bool(bool, origin)));
    }
    let unsigned = text.trim_start_matches(['+', '-']);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Err("a number is not finite".into());
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') || text.len() - unsigned.len() > 1 {
        return Ok(None);
    }
    if let Some(date) = date(text) {
        return Ok(Some(Val::str(date, origin)));
    }
    let plain = unsigned.replace('_', "");
    let radix = |prefix: &str, radix: u32| {
        plain.strip_prefix(prefix).filter(|d| !d.is_empty()).and_then(|d| i64::from_str_radix(d, radix).ok())
    };
    let octal = || {
        let digits =
            plain.strip_prefix('0').filter(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))?;
        i64::from_str_radix(digits, 8).ok()
    };
    let int = radix("0x", 16).or_else(|| radix("0b", 2)).or_else(|| radix("0o", 8)).or_else(octal);
    let num = int.map(Num::Int).or_else(|| Num::parse(&plain));
    Ok(num.map(|num| Val::num(if text.starts_with('-') { num.neg() } else { num }, origin)))
}

/// A date is a time stamp, which becomes its text in RFC 3339: `2012-10-17` without quotes loses its shape.
fn date(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digits = |range: Range<usize>| bytes.get(range).is_some_and(|b| b.iter().all(u8::is_ascii_digit));
    let shaped = bytes.len() == 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && digits(0..4)
        && digits(5..7)
        && digits(8..10);
    shaped.then(|| format!("{text}T00:00:00Z"))
}
