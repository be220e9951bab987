//! The characters of literals, re-read from the source so that every one keeps its place.

use std::ops::Range;

use iaclint_source::{FileId, Span};
use iaclint_value::{Name, Placed};

/// How the characters of a literal are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spelling {
    /// Between quotes: backslash escapes.
    Quoted,
    /// A heredoc or a template file: only `$${` and `%%{`.
    Bare,
}

/// Puts a literal together from ranges of the source, noting where the map from text to file jumps.
pub(super) struct Assembly {
    text: String,
    breaks: Vec<(u32, u32)>,
    span: Option<Range<usize>>,
    next: usize,
}

impl Assembly {
    pub(super) fn new() -> Self {
        Self { text: String::new(), breaks: Vec::new(), span: None, next: usize::MAX }
    }

    /// Appends what is written at `range` of `source`.
    pub(super) fn push(&mut self, source: &str, range: Range<usize>, spelling: Spelling) {
        let end = range.end.min(source.len());
        let mut at = range.start;
        let mut verbatim = at;
        let bytes = source.as_bytes();
        while at < end {
            let (width, meaning) = match bytes[at] {
                b'\\' if spelling == Spelling::Quoted => escape(source, at, end),
                // The first mark escapes the second.
                mark @ (b'$' | b'%') if end - at >= 3 && bytes[at + 1] == mark && bytes[at + 2] == b'{' => {
                    (1, Meaning::Nothing)
                }
                _ => (1, Meaning::Itself),
            };
            if meaning != Meaning::Itself {
                self.verbatim(source, verbatim..at);
                if let Meaning::Char(char) = meaning {
                    let text_at = self.text.len();
                    self.text.push(char);
                    self.mapped(text_at, at..at + width);
                }
                verbatim = at + width;
            }
            at += width;
        }
        self.verbatim(source, verbatim..end);
    }

    fn verbatim(&mut self, source: &str, range: Range<usize>) {
        let Some(part) = source.get(range.clone()).filter(|p| !p.is_empty()) else { return };
        let text_at = self.text.len();
        self.text.push_str(part);
        self.mapped(text_at, range);
    }

    fn mapped(&mut self, text_at: usize, file: Range<usize>) {
        if self.next != file.start {
            self.breaks.push((text_at as u32, file.start as u32));
        }
        // After an escape the map jumps, unless text and file advanced by as much.
        let advanced = self.text.len() - text_at == file.len();
        self.next = if advanced { file.end } else { usize::MAX };
        self.span = Some(match self.span.take() {
            Some(span) => span.start..file.end,
            None => file,
        });
    }

    /// The text and its place; `empty_at` is the place of an empty text.
    pub(super) fn finish(self, file: FileId, base: usize, empty_at: usize) -> (Name, Placed) {
        let span = self.span.unwrap_or(empty_at..empty_at);
        let span = Span::new(file, span.start + base..span.end + base);
        let verbatim = matches!(self.breaks.as_slice(), [] | [_]);
        let breaks = if verbatim {
            Vec::new()
        } else {
            self.breaks.into_iter().map(|(text, file)| (text, file + base as u32)).collect()
        };
        (self.text.into(), Placed { span, breaks: breaks.into() })
    }
}

/// What bytes of the source stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Itself,
    Nothing,
    Char(char),
}

/// Width of the escape at `at` and the character that it is; one that is not valid stands for itself.
fn escape(source: &str, at: usize, end: usize) -> (usize, Meaning) {
    let rest = &source[at + 1..end];
    let Some(letter) = rest.chars().next() else { return (1, Meaning::Itself) };
    let simple = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '"' => '"',
        '\\' => '\\',
        'u' | 'U' => {
            let digits = if letter == 'u' { 4 } else { 8 };
            let decoded = rest
                .get(1..=digits)
                .and_then(|hex| u32::from_str_radix(hex, 16).ok())
                .and_then(char::from_u32);
            return match decoded {
                Some(char) => (2 + digits, Meaning::Char(char)),
                None => (1, Meaning::Itself),
            };
        }
        _ => return (1, Meaning::Itself),
    };
    (2, Meaning::Char(simple))
}

#[cfg(test)]
mod tests {
    use super::*;
    use iaclint_value::{Literal, OriginId, Text};

    fn read(source: &str, spelling: Spelling) -> (String, Vec<String>) {
        let mut assembly = Assembly::new();
        assembly.push(source, 0..source.len(), spelling);
        let (text, placed) = assembly.finish(FileId(0), 0, 0);
        let text = Text::literal(Literal { text, placed: Some(placed), origin: OriginId::NONE });
        let flat = text.flatten();
        let spans = flat.text.char_indices().map(|(at, c)| {
            let span = text.span(&flat, at..at + c.len_utf8()).unwrap();
            source[span.range()].to_owned()
        });
        (flat.text.clone(), spans.collect())
    }

    #[test]
    fn every_character_keeps_its_place_around_escapes() {
        let (text, spans) = read(r#"a\n\"ü\u00e9$${x}"#, Spelling::Quoted);
        assert_eq!(text, "a\n\"üé${x}");
        assert_eq!(spans, ["a", "\\n", "\\\"", "ü", "\\u00e9$", "$", "{", "x", "}"]);
    }

    #[test]
    fn a_heredoc_knows_no_backslash() {
        assert_eq!(read("a\\n%%{b", Spelling::Bare).0, "a\\n%{b");
    }

    #[test]
    fn an_escape_that_is_not_valid_stands_for_itself() {
        assert_eq!(read(r"a\d\u12", Spelling::Quoted).0, r"a\d\u12");
    }
}
