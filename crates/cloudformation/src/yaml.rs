//! YAML templates as the same tree that JSON gives: short tags become functions, every value keeps its bytes.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, StructureStyle, options};
use iaclint_source::{Problem, ProblemKind, SourceFile, Span};
use iaclint_value::json::JsonError;
use iaclint_value::{Data, Literal, Name, Number, Object, OriginArena, OriginId, Text, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// The deepest nesting that is read, aliases included.
const MAX_DEPTH: usize = 256;
/// The most values that aliases may stand for in one file.
const MAX_ALIASED: usize = 100_000;

/// The most lines of quoted scalars that are read although they are not indented.
const MAX_UNINDENTED: usize = 64;
/// Each of them costs another run of the parser, at most over so many bytes together.
const MAX_PARSED: usize = 32 << 20;

/// What keeps a file from being read.
enum Refusal {
    /// A line of a quoted scalar that begins here is not indented enough.
    Unindented(usize, JsonError),
    Other(JsonError),
}

impl From<JsonError> for Refusal {
    fn from(error: JsonError) -> Self {
        Self::Other(error)
    }
}

/// Reads a file. What does not keep the rest from being read goes to `problems`.
///
/// Lines of a quoted scalar need no indentation: YAML wants some, and the parsers that AWS and its tools read templates with do not.
pub(crate) fn parse(
    file: &SourceFile,
    arena: &mut OriginArena,
    problems: &mut Vec<Problem>,
) -> Result<Value, JsonError> {
    let mut text = Cow::Borrowed(&*file.text);
    let mut parsed = 0;
    for _ in 0..MAX_UNINDENTED {
        let before = problems.len();
        let (at, error) = match parse_text(&text, file, arena, problems) {
            Ok(value) => return Ok(value),
            Err(Refusal::Other(error)) => return Err(error),
            Err(Refusal::Unindented(at, error)) => (at, error),
        };
        parsed += at;
        let Some(joined) = join_lines(&text, at).filter(|_| parsed < MAX_PARSED) else { return Err(error) };
        text = Cow::Owned(joined);
        problems.truncate(before);
    }
    parse_text(&text, file, arena, problems).map_err(|refusal| match refusal {
        Refusal::Unindented(_, error) | Refusal::Other(error) => error,
    })
}

/// The text with the line break before `at` as spaces, one of which a quoted scalar folds it into anyway. No byte changes its place.
fn join_lines(text: &str, at: usize) -> Option<String> {
    let end = text.get(..at)?.rfind('\n')?;
    let start = if text[..end].ends_with('\r') { end - 1 } else { end };
    let mut joined = String::with_capacity(text.len());
    joined.push_str(&text[..start]);
    joined.extend(std::iter::repeat_n(' ', end + 1 - start));
    joined.push_str(&text[end + 1..]);
    Some(joined)
}

fn parse_text(
    text: &str,
    file: &SourceFile,
    arena: &mut OriginArena,
    problems: &mut Vec<Problem>,
) -> Result<Value, Refusal> {
    let mut reader = Reader {
        file,
        arena,
        problems,
        frames: Vec::new(),
        anchors: FxHashMap::default(),
        aliased: 0,
        root: None,
    };
    let options =
        options! { emit_comments: false, flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
    let mut documents = 0;
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, place) = next.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
            let end = (at + 1..=text.len()).find(|&e| text.is_char_boundary(e)).unwrap_or(at);
            let message = match error.kind() {
                ErrorKind::RecursionLimitExceeded => format!("nested deeper than {MAX_DEPTH} levels"),
                _ => error.info(),
            };
            let refused = JsonError { message, span: Some(Span::new(file.id, at..end)) };
            match error.kind() {
                ErrorKind::InvalidQuotedScalarIndent => Refusal::Unindented(at, refused),
                _ => Refusal::Other(refused),
            }
        })?;
        let bytes = place.byte_range().unwrap_or(0..0);
        let tag_start = place.tag_start().and_then(|m| m.byte_offset());
        match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    let message = "the file holds more than one document; only the first is read";
                    let span = Span::new(file.id, bytes.start..bytes.end);
                    reader
                        .problems
                        .push(Problem::at(ProblemKind::Invalid, span, message).in_file(&file.path));
                    break;
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let tag = Tag::new(tag.as_deref(), tag_start);
                reader.scalar(&text, style, bytes, anchor, tag);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tag = Tag::new(tag.as_deref(), tag_start);
                reader.open(Items::List(Vec::new()), style, bytes, anchor, tag)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = Tag::new(tag.as_deref(), tag_start);
                let map = Map {
                    fields: Vec::new(),
                    names: FxHashSet::default(),
                    key: Key::Next,
                    merged: Vec::new(),
                };
                reader.open(Items::Map(map), style, bytes, anchor, tag)?;
            }
            Event::SequenceEnd | Event::MappingEnd => reader.close(bytes.end),
            Event::Alias(anchor) => reader.alias(anchor, bytes)?,
            _ => {}
        }
    }
    let whole = Span::new(file.id, 0..text.len());
    let nothing = || JsonError { message: "the file holds no value".into(), span: Some(whole) };
    reader.root.take().ok_or_else(|| nothing().into())
}

/// A tag with the offset of its `!`.
struct Tag {
    name: Name,
    start: Option<usize>,
}

impl Tag {
    fn new(tag: Option<&granit_parser::Tag>, start: Option<usize>) -> Option<Self> {
        let tag = tag?;
        let core = tag.is_yaml_core_schema().then(|| tag.core_suffix()).flatten();
        let name =
            core.map_or_else(|| tag.suffix().trim_start_matches('!').to_owned(), |core| format!("!!{core}"));
        (!name.is_empty()).then(|| Self { name: name.into(), start })
    }

    /// The function that the tag is short for.
    fn function(&self) -> Option<Name> {
        match self.name.as_str() {
            name if name.starts_with("!!") => None,
            "Ref" | "Condition" => Some(self.name.clone()),
            name => Some(format!("Fn::{name}").into()),
        }
    }
}

/// A finished value with its bytes, the number of values in it and its depth.
#[derive(Clone)]
struct Node {
    value: Value,
    start: usize,
    end: usize,
    count: usize,
    depth: usize,
}

/// Where a mapping stands between keys and values.
enum Key {
    /// A key comes next.
    Next,
    /// The value of this key comes next.
    Of(Name, Span),
    /// The value of a key that is no text comes next.
    NoText,
}

struct Map {
    fields: Vec<(Name, OriginId, Value)>,
    names: FxHashSet<Name>,
    /// The key whose value comes next.
    key: Key,
    /// The fields that `<<` brings.
    merged: Vec<(Name, OriginId, Value)>,
}

enum Items {
    List(Vec<Value>),
    Map(Map),
}

struct Frame {
    items: Items,
    flow: bool,
    start: usize,
    end: usize,
    count: usize,
    depth: usize,
    anchor: usize,
    tag: Option<Tag>,
}

struct Reader<'a> {
    file: &'a SourceFile,
    arena: &'a mut OriginArena,
    problems: &'a mut Vec<Problem>,
    frames: Vec<Frame>,
    anchors: FxHashMap<usize, Node>,
    aliased: usize,
    root: Option<Value>,
}

impl Reader<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file.id, start..end.max(start))
    }

    fn refuse<T>(&self, start: usize, end: usize, message: String) -> Result<T, JsonError> {
        Err(JsonError { message, span: Some(self.span(start, end)) })
    }

    fn open(
        &mut self,
        items: Items,
        style: StructureStyle,
        bytes: std::ops::Range<usize>,
        anchor: usize,
        tag: Option<Tag>,
    ) -> Result<(), JsonError> {
        if self.frames.len() >= MAX_DEPTH {
            return self.refuse(bytes.start, bytes.end, format!("nested deeper than {MAX_DEPTH} levels"));
        }
        let flow = style == StructureStyle::Flow;
        let (start, end) = (bytes.start, bytes.end);
        self.frames.push(Frame { items, flow, start, end, count: 1, depth: 1, anchor, tag });
        Ok(())
    }

    fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        // The end of a block collection stands where the next thing begins.
        let end = if frame.flow { end } else { frame.end };
        let origin = self.arena.written(self.span(frame.start, end));
        let value = match frame.items {
            Items::List(items) => Value::list(items, origin),
            Items::Map(mut map) => {
                for field in map.merged {
                    if map.names.insert(field.0.clone()) {
                        map.fields.push(field);
                    }
                }
                Value::new(Data::Object(Object { fields: map.fields, complete: true }.into()), origin)
            }
        };
        let node = Node { value, start: frame.start, end, count: frame.count, depth: frame.depth };
        self.finish(node, frame.anchor, frame.tag);
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        bytes: std::ops::Range<usize>,
        anchor: usize,
        tag: Option<Tag>,
    ) {
        let end = if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let written = self.file.text.get(bytes.clone()).unwrap_or_default();
            bytes.start + written.trim_end().len()
        } else {
            bytes.end
        };
        let span = self.span(bytes.start, end);
        if let Some(Frame { items: Items::Map(map), start, .. }) = self.frames.last_mut()
            && matches!(map.key, Key::Next)
            && tag.is_none()
        {
            *start = (*start).min(bytes.start);
            map.key = Key::Of(text.into(), span);
            if anchor != 0 {
                let value = Value::text(text);
                self.anchors.insert(anchor, Node { value, start: bytes.start, end, count: 1, depth: 1 });
            }
            return;
        }
        let origin = self.arena.written(span);
        let as_text = tag.as_ref().is_some_and(|t| t.name == "!!str" || t.function().is_some());
        let data = if style == ScalarStyle::Plain && !as_text { plain(text, bytes.is_empty()) } else { None };
        let data = data.unwrap_or_else(|| {
            let placed = crate::yaml_text::placed(self.file, bytes.clone(), text, style);
            Data::Text(Text::literal(Literal {
                text: text.into(),
                placed: Some(placed),
                origin: OriginId::NONE,
            }))
        });
        let node = Node { value: Value::new(data, origin), start: bytes.start, end, count: 1, depth: 1 };
        self.finish(node, anchor, tag);
    }

    fn alias(&mut self, anchor: usize, bytes: std::ops::Range<usize>) -> Result<(), JsonError> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            return self.refuse(bytes.start, bytes.end, "an alias stands inside what it names".into());
        };
        self.aliased += node.count;
        if self.aliased > MAX_ALIASED || self.frames.len() + node.depth > MAX_DEPTH {
            return self.refuse(bytes.start, bytes.end, "the aliases expand to too many values".into());
        }
        self.finish(Node { start: bytes.start, end: bytes.end, ..node }, 0, None);
        Ok(())
    }

    /// Wraps a value in the function of its tag, remembers it under its anchor, and puts it where it belongs.
    fn finish(&mut self, mut node: Node, anchor: usize, tag: Option<Tag>) {
        if let Some(tag) = tag
            && let Some(function) = tag.function()
        {
            node.start = tag.start.unwrap_or(node.start).min(node.start);
            let origin = self.arena.written(self.span(node.start, node.end));
            let name_end = tag.start.map_or(node.start, |s| s + 1 + tag.name.len()).min(node.end);
            let name = self.arena.written(self.span(node.start, name_end));
            let fields = vec![(function, name, node.value)];
            node.value = Value::new(Data::Object(Object { fields, complete: true }.into()), origin);
            node.count += 1;
            node.depth += 1;
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.frames.last_mut() else {
            self.root.get_or_insert(node.value);
            return;
        };
        frame.start = frame.start.min(node.start);
        frame.end = frame.end.max(node.end);
        frame.count += node.count;
        frame.depth = frame.depth.max(node.depth + 1);
        let map = match &mut frame.items {
            Items::List(items) => {
                items.push(node.value);
                return;
            }
            Items::Map(map) => map,
        };
        let place = Span::new(self.file.id, node.start..node.end);
        match std::mem::replace(&mut map.key, Key::Next) {
            Key::Next => {
                let name = node.value.as_str().map(|text| (Name::from(&*text), place));
                if name.is_none() {
                    let message = "a key is not a text";
                    self.problems
                        .push(Problem::at(ProblemKind::Invalid, place, message).in_file(&self.file.path));
                }
                map.key = name.map_or(Key::NoText, |(name, span)| Key::Of(name, span));
            }
            Key::NoText => {}
            Key::Of(name, _) if name == "<<" => merge(&node.value, &mut map.merged),
            Key::Of(name, span) => {
                let origin = self.arena.written(span);
                if map.names.insert(name.clone()) {
                    map.fields.push((name, origin, node.value));
                } else {
                    self.problems.push(crate::template::duplicate(&name, Some(span), self.file));
                    if let Some(field) = map.fields.iter_mut().find(|f| f.0 == name) {
                        *field = (name, origin, node.value);
                    }
                }
            }
        }
    }
}

/// The fields that a merge key brings: of one object or of several, the first first.
fn merge(value: &Value, into: &mut Vec<(Name, OriginId, Value)>) {
    match &value.data {
        Data::Object(object) => into.extend(object.fields.iter().cloned()),
        Data::List(list) => {
            list.items
                .iter()
                .filter_map(Value::as_object)
                .for_each(|o| into.extend(o.fields.iter().cloned()));
        }
        _ => {}
    }
}

/// What a plain scalar is when it is no text. A number with leading zeros is a text, as an account id is meant to be.
fn plain(text: &str, is_empty: bool) -> Option<Data> {
    if is_empty || matches!(text, "~" | "null" | "Null" | "NULL") {
        return Some(Data::Null);
    }
    match text {
        "true" | "True" | "TRUE" => return Some(Data::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Data::Bool(false)),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let leading_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if leading_zero || !numeric {
        return None;
    }
    // `1.10` is a version as often as a number: only what is spelled as it prints is taken as one.
    Number::parse(text).filter(|n| n.to_string() == text).map(Data::Number)
}
