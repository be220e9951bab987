//! A place in the source that moves on: blanks, comments, names, and what goes wrong on the way.

use std::borrow::Cow;
use std::ops::Range;

use iaclint_source::{FileId, Problem, ProblemKind, Span};
use iaclint_value::Name;

use crate::ir::{Attribute, Block, Expr, Item};

/// How deep brackets, interpolations and blocks may nest. Terraform has no such bound; what is deeper was not written by a person.
const MAX_DEPTH: usize = 200;

/// What is wrong in the source.
#[derive(Debug)]
pub(super) struct Syntax {
    /// Offset in the source.
    at: usize,
    message: Cow<'static, str>,
    /// A limit of ours, and not a fault of the file.
    limit: bool,
}

/// What was read, or why reading ends here.
pub(super) type Parsed<T> = Result<T, Syntax>;

impl Syntax {
    pub(super) fn new(at: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Self { at, message: message.into(), limit: false }
    }

    pub(super) fn limit(at: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Self { at, message: message.into(), limit: true }
    }

    /// The problem of a source that stands at `base` of a file.
    pub(super) fn problem(&self, file: FileId, path: &str, source: &str, base: usize) -> Problem {
        let mut at = self.at.min(source.len());
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        let width = source[at..].chars().next().map_or(0, char::len_utf8);
        let span = Span::new(file, base + at..base + at + width);
        let (kind, message) = if self.limit {
            (ProblemKind::Limit, self.message.to_string())
        } else {
            (ProblemKind::Unreadable, format!("syntax error: {}", self.message))
        };
        Problem::at(kind, span, message).in_file(path)
    }
}

/// Reads a source from its start to its end.
pub(super) struct Parser<'a> {
    pub(super) source: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) file: FileId,
    /// Offset of the source in its file.
    pub(super) base: usize,
    /// Line ends are blanks: between parentheses and square brackets, and in interpolations.
    pub(super) multiline: bool,
    /// The most operators on one way down into what was read since this was last zero.
    pub(super) operators: usize,
    /// What is wrong without making the rest unreadable.
    pub(super) faults: Vec<Syntax>,
    /// What was read of the bodies, lists and objects that are open, the outermost first: how many there will be is not known before
    /// the end of each.
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
    pub(super) items: Vec<Item>,
    pub(super) exprs: Vec<Expr>,
    depth: usize,
}

/// The bytes of names, those beyond ASCII aside.
static IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        table[at] = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        at += 1;
    }
    table
};

impl<'a> Parser<'a> {
    pub(super) fn new(source: &'a str, file: FileId, base: usize) -> Self {
        Self {
            source,
            bytes: source.as_bytes(),
            at: 0,
            file,
            base,
            multiline: false,
            operators: 0,
            faults: Vec::new(),
            attributes: Vec::new(),
            blocks: Vec::new(),
            items: Vec::new(),
            exprs: Vec::new(),
            depth: 0,
        }
    }

    /// The span of a part of the source in its file.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start + self.base..range.end + self.base)
    }

    /// The span from an offset up to here.
    pub(super) fn since(&self, start: usize) -> Span {
        self.span(start..self.at)
    }

    /// The byte here; 0 at the end.
    pub(super) fn peek(&self) -> u8 {
        self.ahead(0)
    }

    /// The byte after so many others; 0 past the end.
    pub(super) fn ahead(&self, by: usize) -> u8 {
        self.bytes.get(self.at + by).copied().unwrap_or(0)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    pub(super) fn fail<T>(&self, message: impl Into<Cow<'static, str>>) -> Parsed<T> {
        Err(Syntax::new(self.at, message))
    }

    /// Goes past a byte that has to stand here, blanks before it aside.
    pub(super) fn expect(&mut self, byte: u8, message: &'static str) -> Parsed<()> {
        self.space();
        if self.peek() != byte {
            return self.fail(message);
        }
        self.at += 1;
        Ok(())
    }

    /// Goes past blanks and comments, and past line ends where they are blanks.
    pub(super) fn space(&mut self) {
        let newline = if self.multiline { b'\n' } else { b' ' };
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let blanks = rest.iter().take_while(|b| matches!(**b, b' ' | b'\t' | b'\r') || **b == newline);
            self.at += blanks.count();
            match self.peek() {
                b'#' => self.skip_line(),
                b'/' if self.ahead(1) == b'/' => self.skip_line(),
                b'/' if self.ahead(1) == b'*' => {
                    let inside = self.source.get(self.at + 2..).unwrap_or_default();
                    let length = inside.find("*/").map_or(inside.len(), |end| end + 2);
                    self.at += 2 + length;
                }
                _ => return,
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    /// Goes past blanks, comments and line ends.
    pub(super) fn lines(&mut self) {
        let multiline = std::mem::replace(&mut self.multiline, true);
        self.space();
        self.multiline = multiline;
    }

    /// Reads something in which line ends are blanks, or are not.
    pub(super) fn with_lines<T>(
        &mut self,
        multiline: bool,
        read: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        let before = std::mem::replace(&mut self.multiline, multiline);
        let result = read(self);
        self.multiline = before;
        result
    }

    /// Reads something one level deeper.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            let message = format!("this nests deeper than {MAX_DEPTH} levels, which is not read");
            return Err(Syntax::limit(self.at, message));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Whether a name starts here.
    pub(super) fn at_name(&self) -> bool {
        match self.peek() {
            byte if byte.is_ascii() => byte.is_ascii_alphabetic() || byte == b'_',
            _ => self.char().is_some_and(char::is_alphabetic),
        }
    }

    fn char(&self) -> Option<char> {
        self.source.get(self.at..)?.chars().next()
    }

    /// The range of the name that starts here; empty where none does.
    pub(super) fn name_range(&mut self) -> Range<usize> {
        let start = self.at;
        if self.at_name() {
            loop {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                self.at += rest.iter().take_while(|byte| IN_NAME[usize::from(**byte)]).count();
                match self.char() {
                    Some(char) if !char.is_ascii() && char.is_alphanumeric() => self.at += char.len_utf8(),
                    _ => break,
                }
            }
        }
        start..self.at
    }

    /// The name that starts here.
    pub(super) fn name(&mut self) -> Parsed<(Name, Span)> {
        if !self.at_name() {
            return self.fail("a name belongs here");
        }
        let range = self.name_range();
        Ok((self.text(range.clone()).into(), self.span(range)))
    }

    /// A part of the source.
    pub(super) fn text(&self, range: Range<usize>) -> &'a str {
        self.source.get(range).unwrap_or_default()
    }

    /// Whether this word stands here, and not only as the start of a longer name.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.starts_with(word)
            && !matches!(self.ahead(word.len()), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | 128..)
    }

    /// Goes past a word, if it stands here.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.at += word.len();
        }
        found
    }
}
