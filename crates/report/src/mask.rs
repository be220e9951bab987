//! What must not reach a reader: values of secrets, and characters that steer a terminal.

mod secrets;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use iaclint_source::{FileId, SourceFile};
use iaclint_value::{MASK, looks_like_secret};

pub use secrets::{Prose, secrets};

/// The secrets of the files that are shown: each file is searched once.
#[derive(Debug, Default)]
pub struct Masks {
    known: RefCell<BTreeMap<FileId, Rc<[Range<usize>]>>>,
}

impl Masks {
    /// The byte ranges of a file that hold secrets, in order, without overlap.
    pub fn of(&self, file: &SourceFile) -> Rc<[Range<usize>]> {
        self.known
            .borrow_mut()
            .entry(file.id)
            .or_insert_with(|| secrets(&file.text, Prose::No).into())
            .clone()
    }

    /// A part of a file as it may be shown. `range` must lie on character boundaries; another gives nothing.
    pub fn part(&self, file: &SourceFile, range: Range<usize>) -> Shown {
        let Some(text) = file.text.get(range.clone()) else { return Shown::default() };
        let known = self.of(file);
        let first = known.partition_point(|m| m.end <= range.start);
        let inside: Vec<_> = known
            .iter()
            .skip(first)
            .take_while(|m| m.start < range.end)
            .map(|m| m.start.max(range.start) - range.start..m.end.min(range.end) - range.start)
            .collect();
        Shown::new(text, &inside)
    }

    /// A line (from 1) without its indentation and line ending, runs of spaces as one, cut after `columns`.
    pub fn trimmed_line(&self, file: &SourceFile, line: u32, columns: usize) -> String {
        let Some(range) = file.lines().line_range(&file.text, line) else { return String::new() };
        let text = file.text.get(range.clone()).unwrap_or_default();
        let start = range.start + (text.len() - text.trim_start().len());
        let end = (range.start + text.trim_end().len()).max(start);
        let cut = boundary(&file.text, end.min(start + columns * 4));
        let words: Vec<_> = self.part(file, start..cut).text.split_whitespace().map(str::to_owned).collect();
        shorten(&words.join(" "), columns)
    }
}

/// A message as it may be shown.
pub fn message(text: &str) -> String {
    Shown::new(text, &secrets(text, Prose::Yes)).text
}

/// A name, path or address as it may be shown: it stays on one line and steers no terminal.
pub fn name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        visible(character, &mut out);
    }
    out
}

/// The first `columns` characters, with an ellipsis where something was cut.
pub fn shorten(text: &str, columns: usize) -> String {
    match text.char_indices().nth(columns) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

/// The nearest character boundary at or before `at`.
pub fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A text as it may be shown, with the way from places in the original to places in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shown {
    /// What is shown: one line.
    pub text: String,
    /// Where the two texts stop running in step: an offset in the original, and the shown range of what stands there.
    steps: Vec<(Range<usize>, Range<usize>)>,
}

impl Shown {
    /// `text` with the ranges in `masked` hidden.
    pub fn new(text: &str, masked: &[Range<usize>]) -> Self {
        let mut shown = Shown::default();
        let mut at = 0;
        for range in masked {
            let (start, end) = (boundary(text, range.start).max(at), boundary(text, range.end));
            if end <= start {
                continue;
            }
            shown.copy(text, at..start);
            shown.replace(start..end, MASK);
            at = end;
        }
        shown.copy(text, at..text.len());
        if looks_like_secret(&shown.text.replace(MASK, "")) {
            let indent = text.len() - text.trim_start().len();
            shown = Shown::default();
            shown.copy(text, 0..indent);
            shown.replace(indent..text.len(), MASK);
        }
        shown
    }

    /// Where an offset of the original stands. Inside something that was replaced it is that thing's start.
    pub fn start(&self, offset: usize) -> usize {
        self.map(offset, |shown| shown.start)
    }

    /// The same for the end of a range.
    pub fn end(&self, offset: usize) -> usize {
        self.map(offset, |shown| shown.end)
    }

    fn map(&self, offset: usize, inside: impl Fn(&Range<usize>) -> usize) -> usize {
        let index = self.steps.partition_point(|(original, _)| original.end <= offset);
        if let Some((original, shown)) = self.steps.get(index)
            && original.start < offset
        {
            return inside(shown);
        }
        let (original, shown) = match index.checked_sub(1).and_then(|i| self.steps.get(i)) {
            Some((original, shown)) => (original.end, shown.end),
            None => (0, 0),
        };
        (shown + (offset - original)).min(self.text.len())
    }

    fn copy(&mut self, text: &str, range: Range<usize>) {
        for (at, character) in text[range.clone()].char_indices() {
            let at = range.start + at;
            let before = self.text.len();
            visible(character, &mut self.text);
            let after = self.text.len();
            if after - before != character.len_utf8() {
                self.steps.push((at..at + character.len_utf8(), before..after));
            }
        }
    }

    fn replace(&mut self, range: Range<usize>, with: &str) {
        let before = self.text.len();
        self.text.push_str(with);
        self.steps.push((range, before..self.text.len()));
    }
}

/// Adds a character in a form that cannot steer a terminal or reorder a line.
fn visible(character: char, out: &mut String) {
    match character {
        '\t' => out.push_str("    "),
        '\n' => out.push(' '),
        '\r' => {}
        _ if steers(character) => out.extend(character.escape_unicode()),
        _ => out.push(character),
    }
}

/// Whether a character steers a terminal, or changes how what follows is read.
pub fn steers(character: char) -> bool {
    character.is_control() || reorders(character)
}

/// Invisible characters that change how what follows is read: bidirectional controls, zero-width marks, tags.
fn reorders(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Shown {
        Shown::new(text, &secrets(text, Prose::No))
    }

    #[test]
    fn places_after_a_mask_move_with_it() {
        let text = "password = \"hunter2-and-more\" # note";
        let shown = shown(text);
        assert_eq!(shown.text, "password = \"(masked)\" # note");
        assert_eq!(&shown.text[shown.start(text.find("# note").unwrap())..], "# note");
        let inside = text.find("and").unwrap();
        assert_eq!(&shown.text[shown.start(inside)..shown.end(inside + 3)], "(masked)");
        assert_eq!(shown.start(0), 0);
        assert_eq!(shown.end(text.len()), shown.text.len());
    }

    #[test]
    fn what_steers_a_terminal_is_made_visible() {
        assert_eq!(message("a\u{1b}[31mb\u{202e}c\nd\te\u{7f}"), "a\\u{1b}[31mb\\u{202e}c d    e\\u{7f}");
        assert_eq!(name("x\u{9b}y"), "x\\u{9b}y");
    }

    #[test]
    fn places_after_a_visible_escape_move_with_it() {
        let text = "a\u{1b}b";
        let shown = shown(text);
        assert_eq!(&shown.text[shown.start(2)..], "b");
        assert_eq!(&shown.text[shown.start(1)..shown.end(2)], "\\u{1b}");
    }

    #[test]
    fn a_part_of_a_secret_of_several_lines_is_hidden() {
        let sources = iaclint_source::Sources::new();
        let text = "a: 1\nkey: |\n  -----BEGIN RSA PRIVATE KEY-----\n  MIIEpAIBAAKCAQEA\n  -----END RSA PRIVATE KEY-----\nb: 2\n";
        let file = sources.add("t.yaml", text.to_owned());
        let masks = Masks::default();
        assert_eq!(masks.trimmed_line(&file, 4, 100), "(masked)");
        assert_eq!(masks.trimmed_line(&file, 6, 100), "b: 2");
        assert_eq!(masks.trimmed_line(&file, 99, 100), "");
    }

    #[test]
    fn a_long_line_is_cut_with_an_ellipsis() {
        assert_eq!(shorten("ééé", 2), "éé…");
        assert_eq!(shorten("ééé", 3), "ééé");
    }

    #[test]
    fn nothing_that_looks_like_a_secret_is_left() {
        for text in [
            "postgres://app:hunter2@db:5432/app",
            "x AKIAABCDEFGHIJKLMNOP y",
            "token = ghp_abcdefghijklmnopqrstuvwxyz012345",
            "docker run -e ADMIN_PASSWORD=Sup3r! x",
            "odd ://u:p@ and '://a:b c@d'",
        ] {
            let shown = shown(text).text;
            assert!(!looks_like_secret(&shown.replace(MASK, "")), "{text} is shown as {shown}");
            assert!(!looks_like_secret(&message(text).replace(MASK, "")), "{text}");
        }
    }
}
