//! YAML templates as a tree of values; short tags become objects of one member, as they are in JSON.

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, options};

use super::{Content, Member, Node};

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 128;

enum Items {
    List(Vec<Node>),
    Map { members: Vec<Member>, key: Option<(String, usize)> },
}

struct Frame {
    items: Items,
    is_flow: bool,
    start: usize,
    end: usize,
    function: Option<String>,
}

struct Reader {
    frames: Vec<Frame>,
    root: Option<Node>,
}

/// The content of a file; nothing when it does not parse, or holds what a simple tree does not (aliases).
pub(super) fn parse(text: &str) -> Option<Node> {
    let options =
        options! { emit_comments: false, flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
    let mut reader = Reader { frames: Vec::new(), root: None };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, place) = next.ok()?;
        let bytes = place.byte_range().unwrap_or(0..0);
        let tagged = |tag: Option<&granit_parser::Tag>| function(tag);
        let start = place.tag_start().and_then(|m| m.byte_offset()).unwrap_or(bytes.start);
        match event {
            Event::Scalar(value, style, _, tag) => {
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let written = text.get(bytes.clone())?;
                let end = if is_block { bytes.start + written.trim_end().len() } else { bytes.end };
                let node = Node { span: bytes.start..end, content: Content::Literal(value.to_string()) };
                reader.finish(tag_around(node, tagged(tag.as_deref()), start));
            }
            Event::SequenceStart(style, _, tag) => {
                reader.open(Items::List(Vec::new()), style, start, tagged(tag.as_deref()))?;
            }
            Event::MappingStart(style, _, tag) => {
                let items = Items::Map { members: Vec::new(), key: None };
                reader.open(items, style, start, tagged(tag.as_deref()))?;
            }
            Event::SequenceEnd | Event::MappingEnd => reader.close(bytes.end)?,
            Event::Alias(_) => return None,
            _ => {}
        }
    }
    reader.root
}

/// The function that a short tag stands for.
fn function(tag: Option<&granit_parser::Tag>) -> Option<String> {
    let tag = tag.filter(|tag| !tag.is_yaml_core_schema())?;
    match tag.suffix().trim_start_matches('!') {
        "" => None,
        name @ ("Ref" | "Condition") => Some(name.to_owned()),
        name => Some(format!("Fn::{name}")),
    }
}

fn tag_around(value: Node, function: Option<String>, start: usize) -> Node {
    let Some(key) = function else { return value };
    let span = start..value.span.end;
    let member = Member { key, labels: Vec::new(), span: span.clone(), value };
    Node { span, content: Content::Object(vec![member]) }
}

impl Reader {
    fn open(
        &mut self,
        items: Items,
        style: StructureStyle,
        start: usize,
        function: Option<String>,
    ) -> Option<()> {
        let is_flow = style == StructureStyle::Flow;
        self.frames.push(Frame { items, is_flow, start, end: start, function });
        (self.frames.len() <= MAX_DEPTH).then_some(())
    }

    fn close(&mut self, end: usize) -> Option<()> {
        let frame = self.frames.pop()?;
        // The end of a block collection stands where the next thing begins.
        let end = if frame.is_flow { end } else { frame.end };
        let content = match frame.items {
            Items::List(nodes) => Content::List(nodes),
            Items::Map { members, .. } => Content::Object(members),
        };
        let node = Node { span: frame.start..end, content };
        self.finish(tag_around(node, frame.function, frame.start));
        Some(())
    }

    fn finish(&mut self, node: Node) {
        let Some(frame) = self.frames.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        frame.end = frame.end.max(node.span.end);
        match &mut frame.items {
            Items::List(nodes) => nodes.push(node),
            Items::Map { members, key } => match key.take() {
                None => *key = Some((node.literal().unwrap_or_default().to_owned(), node.span.start)),
                Some((name, start)) => {
                    let span = start..node.span.end;
                    members.push(Member { key: name, labels: Vec::new(), span, value: node });
                }
            },
        }
    }
}
