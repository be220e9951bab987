//! YAML over a text with places, as far as cloud-config needs it.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle};
use iaclint_value::{OriginId, Text};

use crate::script::MAX_DEPTH;

/// A node of YAML.
#[derive(Clone, Debug)]
pub(crate) enum Yaml {
    Scalar(Text),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
    /// An alias, or nothing.
    Other,
}

impl Yaml {
    pub(crate) fn get(&self, name: &str) -> Option<&Yaml> {
        match self {
            Yaml::Map(fields) => fields.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&Text> {
        match self {
            Yaml::Scalar(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn items(&self) -> &[Yaml] {
        match self {
            Yaml::List(items) => items,
            _ => &[],
        }
    }
}

enum Open {
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>, Option<String>),
}

/// Reads the first document of `text`. `None` when it is not YAML or nests too deep.
pub(crate) fn read(text: &Text) -> Option<Yaml> {
    let flat = text.flatten();
    let source = crate::lower::parsed_text(&flat);
    let mut open: Vec<Open> = Vec::new();
    let mut found = None;
    for event in Parser::new_from_str(&source) {
        let (event, span) = event.ok()?;
        let node = match event {
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Vec::new(), None));
                None
            }
            Event::SequenceEnd => match open.pop()? {
                Open::List(items) => Some(Yaml::List(items)),
                Open::Map(..) => return None,
            },
            Event::MappingEnd => match open.pop()? {
                Open::Map(fields, _) => Some(Yaml::Map(fields)),
                Open::List(_) => return None,
            },
            Event::Scalar(value, style, ..) => {
                let range = span.byte_range().unwrap_or(0..0);
                Some(Yaml::Scalar(scalar(text, &flat, &source, range, &value, style)))
            }
            Event::Alias(..) => Some(Yaml::Other),
            Event::DocumentEnd => break,
            _ => None,
        };
        if open.len() > MAX_DEPTH {
            return None;
        }
        let Some(node) = node else { continue };
        match open.last_mut() {
            None => found = Some(node),
            Some(Open::List(items)) => items.push(node),
            Some(Open::Map(fields, key)) => match key.take() {
                Some(key) => fields.push((key, node)),
                None => *key = Some(node.text().map(|t| t.flatten().text).unwrap_or_default()),
            },
        }
    }
    found
}

/// The text of a scalar: slices of the source, so that places and holes stay, if they say the same as the parser.
fn scalar(
    text: &Text,
    flat: &iaclint_value::Flat,
    source: &str,
    range: Range<usize>,
    value: &str,
    style: ScalarStyle,
) -> Text {
    let raw = source.get(range.clone()).unwrap_or_default();
    let made = match style {
        ScalarStyle::Literal => Some(literal(text, flat, source, range.clone())),
        ScalarStyle::Plain => {
            let end = range.start + raw.trim_end().len();
            Some(text.slice(flat, range.start..end))
        }
        _ => {
            let quoted = raw.len() >= 2
                && (raw.starts_with('"') && raw.ends_with('"')
                    || raw.starts_with('\'') && raw.ends_with('\''));
            quoted.then(|| text.slice(flat, range.start + 1..range.end - 1))
        }
    };
    let says_the_same = |t: &Text| {
        let flat = t.flatten();
        crate::lower::parsed_text(&flat).trim_end_matches('\n') == value.trim_end_matches('\n')
    };
    made.filter(says_the_same).unwrap_or_else(|| {
        // Escapes or folded lines: what the parser made of it stands at the place of the whole scalar.
        if flat.has_hole(range.clone()) { text.slice(flat, range) } else { placed(text, flat, range, value) }
    })
}

/// A text that the parser made of what stands at `range`.
fn placed(text: &Text, flat: &iaclint_value::Flat, range: Range<usize>, value: &str) -> Text {
    let Some(span) = text.span(flat, range) else { return Text::plain(value, OriginId::NONE) };
    let placed = iaclint_value::Placed { span, breaks: [(0, span.start)].into() };
    Text::literal(iaclint_value::Literal { text: value.into(), placed: Some(placed), origin: OriginId::NONE })
}

/// The lines of `|`, each without the indentation of the first.
fn literal(text: &Text, flat: &iaclint_value::Flat, source: &str, range: Range<usize>) -> Text {
    let mut start = range.start;
    if source.get(range.clone()).is_some_and(|r| r.starts_with('|')) {
        start = source[range.clone()].find('\n').map_or(range.end, |n| range.start + n + 1);
    } else {
        // The place may begin behind the first line's indentation.
        start = source[..start].rfind('\n').map_or(0, |n| n + 1);
    }
    let Some(body) = source.get(start..range.end) else { return Text::of([]) };
    let indent =
        body.lines().find(|l| !l.trim().is_empty()).map_or(0, |l| l.len() - l.trim_start_matches(' ').len());
    let mut pieces = Vec::new();
    let mut at = start;
    for line in body.split_inclusive('\n') {
        let blank = line.len() - line.trim_start_matches(' ').len();
        pieces.extend_from_slice(text.slice(flat, at + blank.min(indent)..at + line.len()).pieces());
        at += line.len();
    }
    Text::of(pieces)
}
