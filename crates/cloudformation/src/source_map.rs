//! Source maps: from a place in compiled JavaScript to the place that it was compiled from.

use iaclint_source::SourceFile;
use iaclint_value::{Name, OriginArena, OriginId, Text, Value, json};

use crate::program::Frame;

/// The most bytes of mappings that are read.
const MAX_MAPPINGS: usize = 8 << 20;

/// The most maps that a map may be put together of.
const MAX_SECTIONS: usize = 10_000;

/// A source map, version 3: a plain one, or one that is put together of others (`sections`).
#[derive(Debug)]
pub(crate) struct SourceMap {
    /// The parts by where in the compiled file they start, each with its line and column counted from 0.
    parts: Vec<((u32, u32), Part)>,
}

/// The map of a part of a compiled file.
#[derive(Debug)]
struct Part {
    /// The files that were compiled, as paths from the project root or absolute ones.
    sources: Vec<Name>,
    /// For each line of the compiled file, its segments by their columns.
    lines: Vec<Vec<Segment>>,
}

/// From a column on, the compiled text comes from here. All are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    column: u32,
    source: u32,
    line: u32,
    source_column: u32,
}

impl SourceMap {
    /// Reads a `.map` file.
    pub fn of_file(file: &SourceFile) -> Option<Self> {
        let mut arena = OriginArena::new(u32::MAX - 1);
        let map = json::parse_file(file, &mut arena).ok()?.value;
        Self::of(&map, &file.path)
    }

    /// Reads a map that stands in the compiled file itself, in base64.
    pub fn inline(base64: &str, compiled: &SourceFile) -> Option<Self> {
        let text = String::from_utf8(from_base64(base64)?).ok()?;
        let mut arena = OriginArena::new(u32::MAX - 1);
        let map = json::parse(&Text::plain(&text, OriginId::NONE), &mut arena).ok()?.value;
        Self::of(&map, &compiled.path)
    }

    /// `path` is that of the file that holds the map.
    fn of(map: &Value, path: &str) -> Option<Self> {
        let Some(sections) = map.get("sections").and_then(Value::as_list) else {
            return Some(Self { parts: vec![((0, 0), Part::of(map, path)?)] });
        };
        if sections.items.len() > MAX_SECTIONS {
            return None;
        }
        let mut parts = Vec::new();
        for section in &sections.items {
            let offset = |field: &str| section.get("offset")?.get(field)?.as_i64()?.try_into().ok();
            let start: (u32, u32) = (offset("line")?, offset("column")?);
            parts.push((start, Part::of(section.get("map")?, path)?));
        }
        parts.sort_by_key(|(start, _)| *start);
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// Where a place of the compiled file comes from; line and column are counted from 1.
    pub fn original(&self, line: u32, column: u32) -> Option<Frame> {
        let (line, column) = (line.checked_sub(1)?, column.saturating_sub(1));
        let after = self.parts.partition_point(|(start, _)| *start <= (line, column));
        let ((first_line, first_column), part) = self.parts.get(after.checked_sub(1)?)?;
        // Only the first line of a part starts in the middle of one of the file.
        let column = if line == *first_line { column - first_column } else { column };
        part.original(line - first_line, column)
    }
}

impl Part {
    fn of(map: &Value, path: &str) -> Option<Self> {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        let root = map.get("sourceRoot").and_then(Value::as_str).unwrap_or_default();
        let sources = map.get("sources")?.as_list()?.items.iter();
        let sources = sources.map(|source| {
            let source = source.as_str().unwrap_or_default();
            let source = source.split_once("://").map_or(&*source, |(_, rest)| rest);
            let whole = if root.is_empty() || source.starts_with('/') {
                source.to_owned()
            } else {
                format!("{}/{source}", root.trim_end_matches('/'))
            };
            joined(directory, &whole)
        });
        let mappings = map.get("mappings")?.as_str()?;
        Some(Self { sources: sources.collect(), lines: lines(&mappings)? })
    }

    /// Where a place of this part comes from; line and column are counted from 0.
    fn original(&self, line: u32, column: u32) -> Option<Frame> {
        let segments = self.lines.get(line as usize)?;
        let after = segments.partition_point(|s| s.column <= column);
        let segment = segments.get(after.saturating_sub(1))?;
        let file = self.sources.get(segment.source as usize).filter(|f| !f.is_empty())?.clone();
        Some(Frame { file, line: segment.line + 1, column: Some(segment.source_column + 1) })
    }
}

/// `path` seen from `directory`, freed of `.` and `..`. What climbs out of the project stays as it is and is found nowhere.
fn joined(directory: &str, path: &str) -> Name {
    if path.is_empty() || path.starts_with('/') {
        return path.into();
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Name::from(parts.join("/"))
}

/// Decodes the mappings: lines behind `;`, segments behind `,`, each of differences to the one before.
fn lines(mappings: &str) -> Option<Vec<Vec<Segment>>> {
    if mappings.len() > MAX_MAPPINGS {
        return None;
    }
    let mut out = Vec::new();
    let (mut source, mut line, mut source_column) = (0i64, 0i64, 0i64);
    for text in mappings.split(';') {
        let mut segments = Vec::new();
        let mut column = 0i64;
        for segment in text.split(',').filter(|s| !s.is_empty()) {
            let numbers = numbers(segment)?;
            column += numbers.first()?;
            // A segment of one number comes from nowhere.
            let [_, by_source, by_line, by_column, ..] = *numbers.as_slice() else { continue };
            source += by_source;
            line += by_line;
            source_column += by_column;
            let whole = |number: i64| u32::try_from(number).ok();
            segments.push(Segment {
                column: whole(column)?,
                source: whole(source)?,
                line: whole(line).filter(|l| *l < u32::MAX)?,
                source_column: whole(source_column).filter(|c| *c < u32::MAX)?,
            });
        }
        segments.sort_by_key(|s| s.column);
        out.push(segments);
    }
    Some(out)
}

/// Numbers in base 64 of variable length: five bits each, the sixth says that there are more; the lowest bit of a number is its sign.
fn numbers(segment: &str) -> Option<Vec<i64>> {
    let mut out = Vec::new();
    let (mut number, mut shift) = (0i64, 0u32);
    for byte in segment.bytes() {
        let digit = i64::from(digit(byte)?);
        number |= (digit & 31) << shift;
        if digit & 32 == 0 {
            out.push(if number & 1 == 1 { -(number >> 1) } else { number >> 1 });
            (number, shift) = (0, 0);
        } else {
            shift += 5;
            // No number of a map has more than 32 bits.
            if shift > 30 {
                return None;
            }
        }
    }
    (shift == 0).then_some(out)
}

fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.trim().trim_end_matches('=').bytes() {
        bits = (bits << 6) | u32::from(digit(byte)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use iaclint_source::Sources;

    use super::*;

    fn map(path: &str, json: &str) -> Option<SourceMap> {
        SourceMap::of_file(&Sources::new().add(path, json.to_owned()))
    }

    #[test]
    fn places_are_found_by_the_last_segment_before_them() {
        // Line 2: column 0 from line 1 column 0, column 4 from line 1 column 8; line 3: column 0 from line 2 column 2.
        let map = map(
            "dist/lib/a.js.map",
            r#"{"version": 3, "sources": ["../../lib/a.ts"], "mappings": ";AAAA,IAAQ;AACN"}"#,
        );
        let map = map.unwrap();
        let at = |line, column| map.original(line, column).map(|f| (f.file.to_string(), f.line, f.column));
        assert_eq!(at(1, 1), None);
        assert_eq!(at(2, 3), Some(("lib/a.ts".into(), 1, Some(1))));
        assert_eq!(at(2, 9), Some(("lib/a.ts".into(), 1, Some(9))));
        assert_eq!(at(3, 1), Some(("lib/a.ts".into(), 2, Some(3))));
        assert_eq!(at(9, 1), None);
    }

    #[test]
    fn the_root_of_sources_and_schemes_are_understood() {
        let of = |json: &str| map("dist/a.js.map", json).unwrap().original(1, 1).map(|f| f.file.to_string());
        let rooted = r#"{"sourceRoot": "../src/", "sources": ["a.ts"], "mappings": "AAAA"}"#;
        assert_eq!(of(rooted).as_deref(), Some("src/a.ts"));
        let packed = r#"{"sources": ["file:///home/me/app/lib/a.ts"], "mappings": "AAAA"}"#;
        assert_eq!(of(packed).as_deref(), Some("/home/me/app/lib/a.ts"));
    }

    #[test]
    fn a_map_of_sections_is_read_as_one() {
        let section = |line: u32, column: u32, source: &str| {
            format!(
                r#"{{"offset": {{"line": {line}, "column": {column}}}, "map": {{"sources": ["{source}"], "mappings": "AAAA;AACA"}}}}"#
            )
        };
        let text = format!(
            r#"{{"version": 3, "sections": [{}, {}]}}"#,
            section(2, 4, "b.ts"),
            section(0, 0, "a.ts")
        );
        let map = map("dist/all.js.map", &text).unwrap();
        let at = |line, column| map.original(line, column).map(|f| (f.file.to_string(), f.line));
        assert_eq!(at(2, 7), Some(("dist/a.ts".into(), 2)));
        assert_eq!(at(3, 4), None);
        assert_eq!(at(3, 5), Some(("dist/b.ts".into(), 1)));
        assert_eq!(at(4, 1), Some(("dist/b.ts".into(), 2)));
    }

    #[test]
    fn what_is_no_map_gives_none() {
        for json in [
            "{",
            r#"{"sources": ["a"], "mappings": "!"}"#,
            r#"{"sources": ["a"], "mappings": "gggggggggggggggggg"}"#,
            r#"{"sources": ["a"], "mappings": "ADDD"}"#,
            r#"{"sources": ["a"], "mappings": "g"}"#,
            r#"{"sections": []}"#,
            r#"{"sections": [{"offset": {"line": 0, "column": 0}}]}"#,
            r#"{"sections": [{"offset": {"line": -1, "column": 0}, "map": {"sources": ["a"], "mappings": "AAAA"}}]}"#,
        ] {
            assert!(map("a.js.map", json).is_none(), "{json}");
        }
    }

    #[test]
    fn base64_is_read() {
        assert_eq!(from_base64("eyJhIjoxfQ==").unwrap(), b"{\"a\":1}");
        assert_eq!(from_base64("e!"), None);
    }
}
