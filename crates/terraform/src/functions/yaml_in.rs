//! YAML read over a text, as `yamldecode` understands it: values keep their places, and holes stay holes inside plain and quoted scalars.

use std::collections::HashMap;
use std::ops::Range;

use base64::Engine as _;
use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};
use iaclint_value::{Flat, OriginArena, OriginId, Text, Via};

use super::encoding::STANDARD;
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
    if source.trim_start_matches([' ', '\n', '\r']).starts_with('\t') {
        return Err("a tab cannot stand at the start".into());
    }
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
            Event::StreamEnd => return document.ok_or_else(|| "there is no document".into()),
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
            Event::SequenceStart(_, anchor, tag) => {
                known_tag(tag.as_deref(), &["seq"])?;
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
            Event::MappingStart(_, anchor, tag) => {
                known_tag(tag.as_deref(), &["map"])?;
                (self.mapping(span.byte_range(), depth)?, anchor)
            }
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
        let mut open = false;
        let end = loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break span.byte_range();
            }
            let merge = matches!(&event, Event::Scalar(text, ..) if text == "<<");
            let key = self.value(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.value(event, span, depth + 1)?;
            if merge {
                let inner = value.fields().ok_or("only a map can be merged with <<")?;
                fields.extend(inner.iter().cloned());
                continue;
            }
            match crate::convert::convert(&key, &Ty::String)? {
                Val { k: K::Str(name), .. } => fields.push((name.text, key.origin, value)),
                Val { k: K::Unknown(_), .. } => open = true,
                _ => return Err("a key is null".into()),
            }
        };
        let origin = self.origin(joined(start, end));
        let object = Val::object(fields, origin);
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
        let core = known_tag(tag, &["str", "int", "float", "bool", "null", "binary", "timestamp"])?;
        if style == ScalarStyle::Plain
            && core.is_none()
            && tag.is_none()
            && let Some(found) = resolved(value, origin)?
        {
            return Ok(found);
        }
        let plain = style == ScalarStyle::Plain;
        match core {
            Some("binary") if STANDARD.decode(value.replace(['\n', ' '], "")).is_err() => {
                return Err(format!("{value:?} is not base64"));
            }
            Some("timestamp") => {
                let time = timestamp(value).ok_or_else(|| format!("{value:?} is not a time"))?;
                return Ok(Val::str(time, origin));
            }
            // What stands in quotes is text, whatever is said of it.
            Some("int" | "float") if plain => {
                return Num::parse(value)
                    .map(|n| Val::num(n, origin))
                    .ok_or_else(|| format!("{value:?} is not a number"));
            }
            Some("bool") if plain => {
                return Ok(truth(value).map_or_else(|| Val::str(value, origin), |b| Val::bool(b, origin)));
            }
            Some("null") if plain => return Ok(Val::null(origin)),
            _ => {}
        }
        let Some(range) = range else { return Ok(Val::str(value, origin)) };
        // Of a block that ends with the text, not with a line, the parser makes one line more.
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let cut = block && value.ends_with('\n') && !self.flat.text.ends_with('\n');
        let value = if cut && self.flat.text.trim_end().len() <= range.end {
            &value[..value.len() - 1]
        } else {
            value
        };
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
    if matches!(unsigned, ".nan" | ".NaN" | ".NAN") {
        return Err("this is not a number".into());
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Ok(Some(Val::num(Num::Infinite { negative: text.starts_with('-') }, origin)));
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') || text.len() - unsigned.len() > 1 {
        return Ok(None);
    }
    if let Some(time) = timestamp(text) {
        return Ok(Some(Val::str(time, origin)));
    }
    let radix = |prefix: &str, radix: u32| {
        text.strip_prefix(prefix).filter(|d| !d.is_empty()).and_then(|d| i64::from_str_radix(d, radix).ok())
    };
    let int = radix("0x", 16).or_else(|| radix("0o", 8));
    let num = int.map(Num::Int).or_else(|| Num::parse(unsigned));
    Ok(num.map(|num| Val::num(if text.starts_with('-') { num.neg() } else { num }, origin)))
}

/// The name of a tag of YAML's own; any other is refused.
fn known_tag<'t>(tag: Option<&'t Tag>, known: &[&str]) -> Result<Option<&'t str>, String> {
    let Some(tag) = tag else { return Ok(None) };
    let own = tag.handle().ends_with("yaml.org,2002:") || tag.handle() == "!!";
    match own.then(|| tag.suffix()).filter(|name| known.contains(name)) {
        Some(name) => Ok(Some(name)),
        None => Err(format!("the tag {}{} is not supported", tag.handle(), tag.suffix())),
    }
}

/// A date or time becomes its text in RFC 3339: `2012-10-17` without quotes loses its shape.
fn timestamp(text: &str) -> Option<String> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((text.as_bytes()[at], &text[at + 1..]))),
        None => (text, None),
    };
    let number = |part: &str, widths: std::ops::RangeInclusive<usize>, most: u32| {
        let plain = widths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u32>().ok().filter(|n| plain && *n <= most)
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let year = number(year, 4..=4, 9999)?;
    let (month, day) = (number(month, 1..=2, 12)?, number(day, 1..=2, 31)?);
    let days = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if month == 0 || day == 0 || day > days {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    let Some((separator, time)) = time else { return Some(format!("{date}T00:00:00Z")) };
    let zone_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    // With a blank there is no zone, with a letter there must be one.
    if (separator == b' ') != zone.is_empty() {
        return None;
    }
    let clock = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (hour, minute, second) =
        (number(hour, 1..=2, 23)?, number(minute, 1..=2, 59)?, number(second, 1..=2, 59)?);
    let zone_is_valid = matches!(zone, "" | "Z")
        || zone.len() == 6
            && zone[1..]
                .split_once(':')
                .is_some_and(|(h, m)| number(h, 2..=2, 23).is_some() && number(m, 2..=2, 59).is_some());
    let zone = if zone.is_empty() { "Z" } else { zone };
    zone_is_valid.then(|| format!("{date}T{hour:02}:{minute:02}:{second:02}{zone}"))
}
