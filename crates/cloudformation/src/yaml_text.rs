//! From the characters of a YAML scalar back to the bytes of the file.

use std::ops::Range;

use granit_parser::ScalarStyle;
use iaclint_source::{SourceFile, Span};
use iaclint_value::Placed;

/// The place of a scalar: `bytes` is what the parser gives for it, quotes included.
pub(crate) fn placed(file: &SourceFile, bytes: Range<usize>, text: &str, style: ScalarStyle) -> Placed {
    let bytes = match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if bytes.len() >= 2 => {
            bytes.start + 1..bytes.end - 1
        }
        _ => bytes,
    };
    let Some(mut written) = file.text.get(bytes.clone()) else {
        return Placed::verbatim(Span::new(file.id, bytes.start..bytes.start));
    };
    let mut bytes = bytes;
    if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) && !text.ends_with(char::is_whitespace) {
        // The indentation of what follows is not the scalar's.
        written = written.trim_end();
        bytes.end = bytes.start + written.len();
    }
    let span = Span::new(file.id, bytes.clone());
    if written == text {
        return Placed::verbatim(span);
    }
    let breaks = match style {
        ScalarStyle::Literal => literal_breaks(written, text),
        _ => flowed_breaks(written, text, style),
    };
    let breaks: Vec<(u32, u32)> =
        breaks.into_iter().map(|(t, w)| (t as u32, (w + bytes.start) as u32)).collect();
    Placed { span, breaks: breaks.into() }
}

/// Each line of a literal block is the end of a line of the file.
fn literal_breaks(written: &str, text: &str) -> Vec<(usize, usize)> {
    let mut breaks = Vec::new();
    // The parser's range starts at the first line with content; the empty lines before it are text all the same.
    let blank = written.lines().take_while(|line| line.trim().is_empty()).count();
    let mut text_at = text.bytes().take_while(|&b| b == b'\n').count().saturating_sub(blank);
    if text_at > 0 {
        breaks.push((0, 0));
    }
    let mut lines = text.get(text_at..).unwrap_or_default().split_inclusive('\n');
    let mut written_at = 0;
    for line in written.split_inclusive('\n') {
        let Some(of_text) = lines.next() else { break };
        let bare = line.trim_end_matches(['\n', '\r']);
        let content = of_text.trim_end_matches('\n');
        let offset = if bare.ends_with(content) {
            bare.len() - content.len()
        } else {
            bare.len() - bare.trim_start().len()
        };
        breaks.push((text_at, written_at + offset));
        text_at += of_text.len();
        written_at += line.len();
    }
    breaks
}

/// Folded, quoted and plain scalars over several lines: what is not white space stands in the same order in both.
fn flowed_breaks(written: &str, text: &str, style: ScalarStyle) -> Vec<(usize, usize)> {
    let mut breaks: Vec<(usize, usize)> = Vec::new();
    let bytes = written.as_bytes();
    let mut at = 0;
    // Where the text would go on if it stood verbatim.
    let mut expected = None;
    for (index, char) in text.char_indices() {
        if style == ScalarStyle::DoubleQuoted {
            // A backslash before a line break joins the lines.
            while bytes.get(at) == Some(&b'\\') && matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) {
                at += 1;
                while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                    at += 1;
                }
            }
        }
        let escaped = style == ScalarStyle::DoubleQuoted && bytes.get(at) == Some(&b'\\');
        if !char.is_whitespace() && !escaped {
            while written.get(at..).and_then(|w| w.chars().next()).is_some_and(char::is_whitespace) {
                at += written.get(at..).and_then(|w| w.chars().next()).map_or(1, char::len_utf8);
            }
        }
        let escaped = style == ScalarStyle::DoubleQuoted && bytes.get(at) == Some(&b'\\');
        let taken = if escaped {
            escape_length(written, at)
        } else if style == ScalarStyle::SingleQuoted && written.get(at..).is_some_and(|w| w.starts_with("''"))
        {
            2
        } else if written.get(at..).is_some_and(|w| w.starts_with(char)) {
            char.len_utf8()
        } else {
            0
        };
        if expected != Some(at) {
            breaks.push((index, at));
        }
        expected = (taken == char.len_utf8()).then_some(at + taken);
        at = (at + taken).min(written.len());
    }
    breaks
}

/// The bytes of the escape that starts here.
fn escape_length(written: &str, at: usize) -> usize {
    let length = match written.as_bytes().get(at + 1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 2,
    };
    // A surrogate pair is one character.
    let high = length == 6
        && written
            .get(at + 2..at + 4)
            .is_some_and(|h| matches!(h.to_ascii_lowercase().as_str(), "d8" | "d9" | "da" | "db"));
    let length = if high { 12 } else { length };
    let mut end = (at + length).min(written.len());
    while !written.is_char_boundary(end) {
        end += 1;
    }
    end - at
}
