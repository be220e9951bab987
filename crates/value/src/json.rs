//! JSON read over a [`Text`], so that every value keeps its place in the file and holes survive inside strings.
//!
//! It reads template files (a text of one literal) and JSON that is itself a value: container definitions in a heredoc, a policy
//! document in `Fn::Sub`. RFC 8259, strictly, but that a hole may stand for any value.

use std::ops::Range;
use std::sync::Arc;

use iaclint_source::{SourceFile, Span};
use rustc_hash::FxHashSet;

use crate::{
    Data, Flat, Literal, Name, Number, Object, OriginArena, OriginId, Piece, Placed, Text, Value, Via, Why,
};

/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 256;

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, in lower case.
    pub message: String,
    /// Where, if the text has a place there.
    pub span: Option<Span>,
}

/// What was read.
#[derive(Clone, Debug)]
pub struct Json {
    /// The value. Of an object's duplicate keys the last stands.
    pub value: Value,
    /// Keys that stand twice in an object, at their later place.
    pub duplicates: Vec<(Name, Option<Span>)>,
}

/// Reads a whole file.
pub fn parse_file(file: &SourceFile, arena: &mut OriginArena) -> Result<Json, JsonError> {
    let span = Span::new(file.id, 0..file.text.len());
    let literal = Literal {
        text: file.text.as_str().into(),
        placed: Some(Placed::verbatim(span)),
        origin: OriginId::NONE,
    };
    parse(&Text::literal(literal), arena)
}

/// Reads a text.
pub fn parse(text: &Text, arena: &mut OriginArena) -> Result<Json, JsonError> {
    read(text, arena, false)
}

/// Reads the value that a text starts with, as Terraform's `jsondecode` does: what follows a bracket that closes nothing is not
/// looked at.
pub fn parse_start(text: &Text, arena: &mut OriginArena) -> Result<Json, JsonError> {
    read(text, arena, true)
}

fn read(text: &Text, arena: &mut OriginArena, start: bool) -> Result<Json, JsonError> {
    let mut parser = Parser { text, flat: text.flatten(), at: 0, arena, depth: 0, duplicates: Vec::new() };
    parser.space();
    let value = parser.value()?;
    parser.space();
    let rest = parser.flat.text.get(parser.at..).unwrap_or_default();
    let ignored = start && rest.starts_with(['}', ']']);
    if !rest.is_empty() && !ignored {
        return Err(parser.error("text after the end of the JSON value"));
    }
    Ok(Json { value, duplicates: parser.duplicates })
}

/// Whether it is worth trying: the first character that is not white space opens an object or a list.
pub fn looks_like_json(text: &Text) -> bool {
    for piece in text.pieces() {
        let Piece::Literal(literal) = piece else { return false };
        if let Some(first) = literal.text.trim_start().chars().next() {
            return first == '{' || first == '[';
        }
    }
    false
}

struct Parser<'a> {
    text: &'a Text,
    flat: Flat,
    at: usize,
    arena: &'a mut OriginArena,
    depth: usize,
    duplicates: Vec<(Name, Option<Span>)>,
}

impl Parser<'_> {
    fn error(&self, message: impl Into<String>) -> JsonError {
        let written = self.flat.text.trim_end();
        if self.at >= written.len() {
            // Behind the end there is nothing to show: the last that is there is where it was cut.
            let last = written.char_indices().next_back().map_or(0, |(at, _)| at);
            let span = self.text.span(&self.flat, last..written.len());
            return JsonError { message: format!("it ends too early: {}", message.into()), span };
        }
        let mut end = (self.at + 1).min(self.flat.text.len());
        while !self.flat.text.is_char_boundary(end) {
            end += 1;
        }
        JsonError { message: message.into(), span: self.text.span(&self.flat, self.at..end) }
    }

    fn peek(&self) -> Option<u8> {
        self.flat.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The origin of what stands at `range`: its place, with the origin of the text's piece behind it.
    fn origin(&mut self, range: Range<usize>) -> OriginId {
        let behind = match self.text.pieces() {
            [Piece::Literal(literal)] => literal.origin,
            _ => match self.text.piece_at(&self.flat, range.start) {
                Some(Piece::Literal(literal)) => literal.origin,
                Some(Piece::Hole(hole)) => hole.origin,
                None => OriginId::NONE,
            },
        };
        match self.text.span(&self.flat, range) {
            // A file is read once, and no two values of it stand in one place.
            Some(span) if !behind.is_some() => self.arena.add_new(span),
            Some(span) => self.arena.add(span, Via::Written, [behind]),
            None => behind,
        }
    }

    fn value(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => {
                let text = self.string()?;
                let origin = self.origin(start..self.at);
                Ok(Value::new(Data::Text(text), origin))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Data::Bool(true)),
            Some(b'f') => self.word("false", Data::Bool(false)),
            Some(b'n') => self.word("null", Data::Null),
            Some(_) if self.flat.hole_at(start).is_some() => Ok(self.bare_hole()),
            Some(_) => Err(self.error("expected a JSON value")),
            None => Err(self.error("expected a JSON value")),
        }
    }

    /// A hole outside a string: alone it is its value, joined to other characters nothing is known of it.
    fn bare_hole(&mut self) -> Value {
        let start = self.at;
        while let Some(byte) = self.peek() {
            if matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r') {
                break;
            }
            self.at += 1;
        }
        if let [Piece::Hole(value)] = self.text.slice(&self.flat, start..self.at).pieces() {
            return value.clone();
        }
        let origin = self.origin(start..self.at);
        Value::unknown(Why::Unsupported("a JSON value put together from parts".into()), origin)
    }

    fn word(&mut self, word: &str, data: Data) -> Result<Value, JsonError> {
        if !self.flat.text[self.at..].starts_with(word) {
            return Err(self.error("expected a JSON value"));
        }
        let start = self.at;
        self.at += word.len();
        let origin = self.origin(start..self.at);
        Ok(Value::new(data, origin))
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        let digits = |parser: &mut Self| {
            let from = parser.at;
            while matches!(parser.peek(), Some(b'0'..=b'9')) {
                parser.at += 1;
            }
            parser.at > from
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let integer = self.at;
        let mut valid =
            digits(self) && (self.flat.text.as_bytes()[integer] != b'0' || self.at == integer + 1);
        if self.peek() == Some(b'.') {
            self.at += 1;
            valid &= digits(self);
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            valid &= digits(self);
        }
        if self.flat.hole_at(self.at).is_some() {
            self.at = start;
            return Ok(self.bare_hole());
        }
        let text = &self.flat.text[start..self.at];
        let number = if valid {
            Number::parse(text).or_else(|| Some(Number::decimal(text.into(), f64::MAX)))
        } else {
            None
        };
        let Some(number) = number else {
            self.at = start;
            return Err(self.error("not a JSON number"));
        };
        let origin = self.origin(start..self.at);
        Ok(Value::new(Data::Number(number), origin))
    }

    /// The text between the quotes, escapes resolved.
    fn string(&mut self) -> Result<Text, JsonError> {
        let open = self.at;
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let text = self.text.slice(&self.flat, start..self.at);
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => return self.escaped_string(open),
                Some(0..0x20) => return Err(self.error("a control character stands in a JSON string")),
                Some(_) => self.at += 1,
                None => {
                    self.at = open;
                    return Err(self.error("this string has no end"));
                }
            }
        }
    }

    fn escaped_string(&mut self, open: usize) -> Result<Text, JsonError> {
        self.at = open + 1;
        let mut pieces: Vec<Piece> = Vec::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..0x20)) {
                self.at += 1;
            }
            pieces.extend_from_slice(self.text.slice(&self.flat, start..self.at).pieces());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Text::of(joined(pieces)));
                }
                Some(b'\\') => {
                    let from = self.at;
                    let char = self.escape()?;
                    let place = self.text.slice(&self.flat, from..self.at);
                    let (placed, origin) = match place.pieces().first() {
                        Some(Piece::Literal(l)) => (l.placed.as_ref().map(|p| p.span), l.origin),
                        _ => (None, OriginId::NONE),
                    };
                    let text = Name::from(char);
                    pieces.push(Piece::Literal(Literal {
                        text,
                        placed: placed.map(Placed::verbatim),
                        origin,
                    }));
                }
                Some(_) => return Err(self.error("a control character stands in a JSON string")),
                None => {
                    self.at = open;
                    return Err(self.error("this string has no end"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let kind = self.flat.text.as_bytes().get(self.at + 1).copied();
        let char = match kind {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.hex(self.at + 2).ok_or_else(|| self.error("not a \\u escape"))?;
                self.at += 6;
                if !(0xd800..0xdc00).contains(&high) {
                    return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                let low =
                    if self.flat.text[self.at..].starts_with("\\u") { self.hex(self.at + 2) } else { None };
                let Some(low) = low.filter(|l| (0xdc00..0xe000).contains(l)) else {
                    return Ok(char::REPLACEMENT_CHARACTER);
                };
                self.at += 6;
                return Ok(char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
                    .unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => return Err(self.error("not a JSON escape")),
        };
        self.at += 2;
        Ok(char)
    }

    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.flat.text.get(at..at + 4)?;
        if digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            u32::from_str_radix(digits, 16).ok()
        } else {
            None
        }
    }

    fn deeper(&mut self) -> Result<(), JsonError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            Err(self.error(format!("nested deeper than {MAX_DEPTH} levels")))
        } else {
            Ok(())
        }
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        self.deeper()?;
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
        } else {
            loop {
                self.space();
                items.push(self.value()?);
                self.space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b']') => {
                        self.at += 1;
                        break;
                    }
                    _ => return Err(self.error("expected a comma or the end of the list")),
                }
            }
        }
        self.depth -= 1;
        let origin = self.origin(start..self.at);
        Ok(Value::list(items, origin))
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        self.deeper()?;
        let start = self.at;
        self.at += 1;
        let mut object = Object { fields: Vec::new(), complete: true };
        let mut names: FxHashSet<Name> = FxHashSet::default();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                self.space();
                let key_start = self.at;
                if self.peek() != Some(b'"') {
                    return Err(self.error("expected a key in double quotes"));
                }
                let key = self.string()?;
                let key_range = key_start..self.at;
                self.space();
                if self.peek() != Some(b':') {
                    return Err(self.error("expected a colon behind the key"));
                }
                self.at += 1;
                self.space();
                let value = self.value()?;
                match key.as_str() {
                    None => object.complete = false,
                    Some(name) => {
                        let name = Name::from(&*name);
                        let origin = self.origin(key_range.clone());
                        if names.insert(name.clone()) {
                            object.fields.push((name, origin, value));
                        } else {
                            self.duplicates.push((name.clone(), self.text.span(&self.flat, key_range)));
                            if let Some(field) = object.fields.iter_mut().find(|f| f.0 == name) {
                                *field = (name, origin, value);
                            }
                        }
                    }
                }
                self.space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => {
                        self.at += 1;
                        break;
                    }
                    _ => return Err(self.error("expected a comma or the end of the object")),
                }
            }
        }
        self.depth -= 1;
        let origin = self.origin(start..self.at);
        Ok(Value::new(Data::Object(Arc::new(object)), origin))
    }
}

/// Joins neighbouring literals that stand side by side in one file into one with breaks.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut run: Option<Run> = None;
    for piece in pieces {
        let Piece::Literal(Literal { text, placed: Some(placed), origin }) = piece else {
            out.extend(run.take().map(Run::piece));
            out.push(piece);
            continue;
        };
        if !run.as_ref().is_some_and(|r| r.goes_on_at(&placed, origin)) {
            out.extend(run.take().map(Run::piece));
        }
        run.get_or_insert_with(|| Run::at(placed.span, origin)).add(&text, &placed);
    }
    out.extend(run.map(Run::piece));
    out
}

/// Literals that stand side by side.
struct Run {
    text: String,
    span: Span,
    breaks: Vec<(u32, u32)>,
    origin: OriginId,
}

impl Run {
    fn at(span: Span, origin: OriginId) -> Self {
        Self { text: String::new(), span, breaks: Vec::new(), origin }
    }

    fn goes_on_at(&self, placed: &Placed, origin: OriginId) -> bool {
        self.span.file == placed.span.file && self.span.end == placed.span.start && self.origin == origin
    }

    fn add(&mut self, text: &str, placed: &Placed) {
        let base = self.text.len() as u32;
        if placed.breaks.is_empty() {
            self.breaks.push((base, placed.span.start));
        } else {
            self.breaks.extend(placed.breaks.iter().map(|&(t, f)| (t + base, f)));
        }
        self.text.push_str(text);
        self.span = self.span.to(placed.span);
    }

    fn piece(self) -> Piece {
        let placed = Placed { span: self.span, breaks: self.breaks.into() };
        Piece::Literal(Literal { text: self.text.into(), placed: Some(placed), origin: self.origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iaclint_source::Sources;

    fn read(text: &str) -> Result<Json, JsonError> {
        let sources = Sources::new();
        let file = sources.add("t.json", text.into());
        parse_file(&file, &mut OriginArena::new(0))
    }

    #[test]
    fn what_is_cut_short_is_told_where_it_ends() {
        for (text, last) in [("{\n  \"a\": [1,\n\n", 11), ("{ \"a\": {\n", 7), ("[1", 1)] {
            let error = read(text).unwrap_err();
            assert!(error.message.starts_with("it ends too early: "), "{}", error.message);
            assert_eq!(error.span.map(Span::range), Some(last..last + 1), "{text}");
        }
        assert_eq!(read(" \n").unwrap_err().message, "it ends too early: expected a JSON value");
    }

    #[test]
    fn every_value_knows_its_place() {
        let sources = Sources::new();
        let text = "{\n  \"a\": [1, \"x\\ny\", {\"b\": null}]\n}";
        let file = sources.add("t.json", text.into());
        let mut arena = OriginArena::new(0);
        let json = parse_file(&file, &mut arena).unwrap();
        let item = json.value.get("a").unwrap().at(1).unwrap();
        assert_eq!(item.as_str().unwrap(), "x\ny");
        let span = arena.get(item.origin).unwrap().span;
        assert_eq!(file.slice(span), "\"x\\ny\"");
        let Data::Text(string) = &item.data else { panic!("a text") };
        let place = string.span(&string.flatten(), 2..3).unwrap();
        assert_eq!((file.slice(place), place.start as usize), ("y", text.find('y').unwrap()));
        let b = json.value.get("a").unwrap().at(2).unwrap().as_object().unwrap().name_origin("b").unwrap();
        assert_eq!(file.slice(arena.get(b).unwrap().span), "\"b\"");
    }

    #[test]
    fn holes_survive_in_strings_and_as_values() {
        let hole = || Piece::Hole(Value::unknown(Why::Condition, OriginId::NONE));
        let lit = |t: &str| Piece::Literal(Literal { text: t.into(), placed: None, origin: OriginId::NONE });
        let text = Text::of([
            lit("{\"url\": \"pg://"),
            hole(),
            lit(":5432\", \"port\": "),
            hole(),
            lit(", \"n\": 1"),
            hole(),
            lit("}"),
        ]);
        let json = parse(&text, &mut OriginArena::new(0)).unwrap();
        let Some(Data::Text(url)) = json.value.get("url").map(|v| &v.data) else { panic!("a text") };
        assert_eq!((url.prefix().as_str(), url.suffix().as_str()), ("pg://", ":5432"));
        assert!(json.value.get("port").unwrap().is_unknown() && json.value.get("n").unwrap().is_unknown());
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        for bad in [
            "{'a': 1}",
            "[1,]",
            "{\"a\" 1}",
            "01",
            "1.",
            "nul",
            "\"a\nb\"",
            "\"a",
            "{} x",
            "",
            "[1 2]",
            "\"\\x\"",
            "-",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(read("[\n1,\n}").unwrap_err().span.unwrap().start, 5);
        let deep = "[".repeat(100_000);
        assert!(read(&deep).unwrap_err().message.contains("deeper"));
    }

    #[test]
    fn of_duplicate_keys_the_last_stands_and_it_is_told() {
        let json = read("{\"a\": 1, \"a\": 2}").unwrap();
        assert_eq!(json.value.get("a").unwrap().as_i64(), Some(2));
        assert_eq!(json.duplicates.len(), 1);
    }

    #[test]
    fn surrogate_pairs_and_large_numbers_are_read() {
        assert_eq!(read("\"\\ud83e\\udd80\"").unwrap().value.as_str().unwrap(), "🦀");
        assert_eq!(read("1e3").unwrap().value.as_i64(), Some(1000));
        assert!(matches!(read("123456789012345678901234567890").unwrap().value.data, Data::Number(_)));
    }
}
