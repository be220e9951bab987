//! Words: quotes and escapes removed, expansions resolved or turned into holes.

use std::ops::Range;

use iaclint_value::{Name, OriginId, Piece, Text};
use tree_sitter::Node;

use super::{Lowering, children};
use crate::script::ScopeKind;
use crate::{Expansion, ExpansionKind, Word};

/// Which characters a backslash escapes.
#[derive(Clone, Copy, PartialEq)]
enum Escapes {
    /// All: outside quotes.
    All,
    /// `$`, backquote, `"`, backslash, newline: inside double quotes.
    Double,
    /// As `Double`, without the quote: in a heredoc.
    Heredoc,
    /// None.
    None,
}

#[derive(Default)]
struct Made {
    pieces: Vec<Piece>,
    expansions: Vec<Expansion>,
}

impl Lowering<'_> {
    pub(super) fn word(&mut self, node: Node<'_>) -> Word {
        let mut made = Made::default();
        self.deeper(|s| s.word_into(node, &mut made));
        let first =
            if node.kind() == "concatenation" { node.child(0).map_or("", |n| n.kind()) } else { node.kind() };
        let quoted = matches!(first, "string" | "raw_string" | "ansi_c_string" | "translated_string");
        self.finish(made, node.byte_range(), quoted)
    }

    fn finish(&self, made: Made, range: Range<usize>, quoted: bool) -> Word {
        let written = self.written(range.clone()).into();
        Word {
            text: Text::of(made.pieces),
            written,
            expansions: made.expansions,
            quoted,
            span: self.span(range),
        }
    }

    /// A word that stands as it is.
    pub(super) fn plain_word(&self, range: Range<usize>) -> Word {
        let mut made = Made::default();
        self.literal(range.clone(), Escapes::None, &mut made);
        self.finish(made, range, false)
    }

    /// An arithmetic expression, known variables replaced by their values.
    pub(super) fn arithmetic(&mut self, node: Node<'_>, inner: Range<usize>) -> Word {
        let mut made = Made::default();
        self.deeper(|s| s.expanded(node, inner.clone(), Escapes::None, true, &mut made));
        self.finish(made, inner, false)
    }

    pub(super) fn heredoc(&mut self, node: Node<'_>, quoted: bool, stripped: bool) -> Word {
        let mut range = node.byte_range();
        // With `<<-` the grammar leaves the first line's tabs out, and puts the last line's into the body.
        if stripped {
            let text = self.written(range.clone());
            range.end = range.start + text.trim_end_matches('\t').len();
        }
        let mut made = Made::default();
        if quoted {
            self.literal(range.clone(), Escapes::None, &mut made);
        } else {
            self.deeper(|s| s.expanded(node, range.clone(), Escapes::Heredoc, false, &mut made));
        }
        let mut word = self.finish(made, range, true);
        if stripped {
            word.text = without_leading_tabs(&word.text);
        }
        word
    }

    fn word_into(&mut self, node: Node<'_>, made: &mut Made) {
        let range = node.byte_range();
        match node.kind() {
            "concatenation" => {
                for (_, child) in children(node) {
                    self.deeper(|s| s.word_into(child, made));
                }
            }
            "string" | "translated_string" => {
                let written = self.written(range.clone());
                let open = usize::from(written.starts_with('$')) + 1;
                let close = usize::from(written.len() > open && written.ends_with('"'));
                let inner = range.start + open..range.end - close;
                if inner.start <= inner.end {
                    self.expanded(node, inner, Escapes::Double, false, made);
                }
            }
            "raw_string" => self.literal(inner(&range, 1), Escapes::None, made),
            "ansi_c_string" => self.ansi(inner(&range, 2), made),
            "simple_expansion"
            | "expansion"
            | "command_substitution"
            | "arithmetic_expansion"
            | "process_substitution" => {
                self.expansion(node, made);
            }
            "array" => self.expanded(node, range, Escapes::None, false, made),
            _ => self.literal(range, Escapes::All, made),
        }
    }

    /// The text of `inner`, in which the expansions below `node` stand.
    fn expanded(
        &mut self,
        node: Node<'_>,
        inner: Range<usize>,
        escapes: Escapes,
        arithmetic: bool,
        made: &mut Made,
    ) {
        let mut found = Vec::new();
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            for (_, child) in children(node).into_iter().rev() {
                match child.kind() {
                    "simple_expansion"
                    | "expansion"
                    | "command_substitution"
                    | "arithmetic_expansion"
                    | "process_substitution" => found.push(child),
                    "variable_name" | "word" if arithmetic => found.push(child),
                    _ if child.child_count() > 0 => stack.push(child),
                    _ => {}
                }
            }
        }
        found.sort_by_key(Node::start_byte);
        let mut at = inner.start;
        for node in found {
            let range = node.byte_range();
            if range.start < at || range.end > inner.end {
                continue;
            }
            self.literal(at..range.start, escapes, made);
            at = range.end;
            if matches!(node.kind(), "variable_name" | "word") {
                let name: Name = self.written(range.clone()).into();
                match self.variables.get(&name, range.start) {
                    Some(text) => made.pieces.extend_from_slice(text.pieces()),
                    None => self.literal(range, Escapes::None, made),
                }
            } else {
                self.expansion(node, made);
            }
        }
        self.literal(at..inner.end, escapes, made);
    }

    fn expansion(&mut self, node: Node<'_>, made: &mut Made) {
        let range = node.byte_range();
        let kind = match node.kind() {
            "simple_expansion" | "expansion" => self.variable(node),
            "command_substitution" => {
                self.substitution(node);
                ExpansionKind::Commands(self.written(range.clone()).into())
            }
            "process_substitution" => {
                self.substitution(node);
                ExpansionKind::Process
            }
            _ => {
                let open = if self.written(range.clone()).starts_with("$((") { 3 } else { 2 };
                let inner =
                    (range.start + open).min(range.end)..range.end.saturating_sub(open - 1).max(range.start);
                let inner = inner.start..inner.end.max(inner.start);
                let mut expression = Made::default();
                self.deeper(|s| s.expanded(node, inner, Escapes::None, true, &mut expression));
                ExpansionKind::Arithmetic(crate::counter::spelled_pieces(&expression.pieces).into())
            }
        };
        if let ExpansionKind::Variable { name, default: None } = &kind
            && let Some(text) = self.variables.get(name, range.start)
        {
            made.pieces.extend_from_slice(text.pieces());
            return;
        }
        let piece = match &kind {
            // With its variables resolved, since limits of waits are computed so.
            ExpansionKind::Arithmetic(expression) => {
                crate::word::expansion_hole(&format!("$(({expression}))"))
            }
            _ => crate::word::expansion_hole(self.written(range.clone())),
        };
        made.pieces.push(piece);
        made.expansions.push(Expansion { kind, span: self.span(range) });
    }

    /// `$NAME` or `${NAME…}`. Anything but a plain name keeps the text between the braces as its name, so that it is never resolved.
    fn variable(&mut self, node: Node<'_>) -> ExpansionKind {
        for (_, child) in children(node) {
            if matches!(child.kind(), "command_substitution" | "process_substitution") {
                self.substitution(child);
            }
        }
        let written = self.written(node.byte_range());
        let inner = written.trim_start_matches('$').trim_start_matches('{').trim_end_matches('}');
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = inner.find(|c| !plain(c)).unwrap_or(inner.len());
        let (name, rest) = inner.split_at(end);
        if name.is_empty() || rest.is_empty() {
            return ExpansionKind::Variable { name: inner.into(), default: None };
        }
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        match rest.strip_prefix(['-', '=']) {
            Some(default) => ExpansionKind::Variable {
                name: name.into(),
                default: Some(default.trim_matches(['"', '\'']).into()),
            },
            None => ExpansionKind::Variable { name: inner.into(), default: None },
        }
    }

    fn substitution(&mut self, node: Node<'_>) {
        self.scoped(ScopeKind::Substitution, 0..0, node, |s| {
            s.deeper(|s| s.contained(node, |s| s.sequence(&children(node))));
        });
    }

    fn literal(&self, range: Range<usize>, escapes: Escapes, made: &mut Made) {
        let text = self.written(range.clone());
        let mut from = 0;
        if escapes != Escapes::None {
            let bytes = text.as_bytes();
            let mut at = 0;
            while at < bytes.len() {
                if bytes[at] != b'\\' {
                    at += 1;
                    continue;
                }
                let next = bytes.get(at + 1).copied();
                let is_escaped = match next {
                    None => false,
                    Some(b'\n' | b'$' | b'`' | b'\\') => true,
                    Some(b'"') => escapes != Escapes::Heredoc,
                    Some(_) => escapes == Escapes::All,
                };
                if is_escaped {
                    self.verbatim(range.start + from..range.start + at, made);
                    from = if next == Some(b'\n') { at + 2 } else { at + 1 };
                }
                at += 2;
            }
        }
        self.verbatim((range.start + from).min(range.end)..range.end, made);
    }

    fn verbatim(&self, range: Range<usize>, made: &mut Made) {
        if !range.is_empty() {
            made.pieces.extend_from_slice(self.text.slice(&self.flat, range).pieces());
        }
    }

    fn ansi(&self, range: Range<usize>, made: &mut Made) {
        let text = self.written(range.clone());
        let mut from = 0;
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|t| t.find('\\')) {
            at += found;
            let Some(next) = text.get(at + 1..).and_then(|t| t.chars().next()) else { break };
            let made_of = match next {
                'n' => "\n",
                't' => "\t",
                'r' => "\r",
                '\'' => "'",
                '"' => "\"",
                '\\' => "\\",
                _ => {
                    at += 1 + next.len_utf8();
                    continue;
                }
            };
            self.verbatim(range.start + from..range.start + at, made);
            made.pieces.extend_from_slice(Text::plain(made_of, OriginId::NONE).pieces());
            at += 2;
            from = at;
        }
        self.verbatim(range.start + from..range.end, made);
    }
}

/// `range` without the opening quote of `open` bytes and the closing one.
fn inner(range: &Range<usize>, open: usize) -> Range<usize> {
    let start = (range.start + open).min(range.end);
    start..range.end.saturating_sub(1).max(start)
}

fn without_leading_tabs(text: &Text) -> Text {
    let flat = text.flatten();
    let mut pieces = Vec::new();
    let mut at = 0;
    for line in flat.text.split_inclusive('\n') {
        let tabs = line.len() - line.trim_start_matches('\t').len();
        pieces.extend_from_slice(text.slice(&flat, at + tabs..at + line.len()).pieces());
        at += line.len();
    }
    Text::of(pieces)
}
