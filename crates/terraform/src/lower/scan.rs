//! A quick look over a file: where its top-level items and its comments lie.

use std::ops::Range;

/// How the blocks start that are never inside another.
const TOP_LEVEL: [&[u8]; 8] = [
    b"resource \"",
    b"data \"",
    b"module \"",
    b"variable \"",
    b"output \"",
    b"locals {",
    b"provider \"",
    b"terraform {",
];

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The top-level items: blocks and attributes.
    pub(super) items: Vec<Range<usize>>,
    /// The comments, with their signs.
    pub(super) comments: Vec<Range<usize>>,
}

/// Scans a file.
pub(super) fn scan(source: &str) -> Scan {
    let mut scanner = Scanner { bytes: source.as_bytes(), at: 0, out: Scan::default(), open: 0 };
    scanner.run();
    scanner.out
}

/// Where the item that starts on the line at `start` ends: that line's end, or the end of the line where its last bracket is closed.
pub(super) fn end_of_item(source: &str, start: usize) -> usize {
    let bytes = source.as_bytes();
    let mut scanner = Scanner { bytes, at: start, out: Scan::default(), open: 0 };
    while let Some(byte) = bytes.get(scanner.at).copied() {
        if byte == b'\n' && scanner.open == 0 {
            break;
        }
        if byte.is_ascii_whitespace() {
            scanner.at += 1;
        } else if !scanner.comment() {
            if scanner.at > start && scanner.at_block_start() {
                break;
            }
            scanner.token(byte);
        }
    }
    scanner.at.min(bytes.len())
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    out: Scan,
    /// How many brackets are open.
    open: usize,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn run(&mut self) {
        let mut start: Option<usize> = None;
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            if byte == b'\n' {
                if self.open == 0
                    && let Some(from) = start.take()
                {
                    self.out.items.push(from..self.at);
                }
                self.at += 1;
                continue;
            }
            if byte.is_ascii_whitespace() {
                self.at += 1;
                continue;
            }
            if self.comment() {
                continue;
            }
            // A line that starts like a block at the first column ends whatever was left open before it.
            if self.open > 0 && self.at_block_start() {
                self.open = 0;
                if let Some(from) = start.take() {
                    self.out.items.push(from..self.at);
                }
            }
            start.get_or_insert(self.at);
            self.token(byte);
            self.words();
        }
        if let Some(from) = start {
            self.out.items.push(from..self.bytes.len());
        }
    }

    /// Goes past what is neither the end of a line nor of any meaning here.
    fn words(&mut self) {
        if self.bytes.get(self.at.wrapping_sub(1)) != Some(&b'\n') {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let plain = |byte: &u8| {
                !matches!(byte, b'\n' | b'"' | b'{' | b'}' | b'[' | b']' | b'(' | b')' | b'<' | b'#' | b'/')
            };
            self.at += rest.iter().take_while(|byte| plain(byte)).count();
        }
    }

    fn token(&mut self, byte: u8) {
        match byte {
            b'"' => self.string(),
            b'{' | b'[' | b'(' => {
                self.open += 1;
                self.at += 1;
            }
            b'}' | b']' | b')' => {
                self.open = self.open.saturating_sub(1);
                self.at += 1;
            }
            b'<' if self.peek(1) == b'<' => self.heredoc(),
            _ => self.at += 1,
        }
    }

    fn comment(&mut self) -> bool {
        let start = self.at;
        match (self.peek(0), self.peek(1)) {
            (b'#', _) | (b'/', b'/') => self.line_end(),
            (b'/', b'*') => {
                self.at += 2;
                while self.at < self.bytes.len() && (self.peek(0), self.peek(1)) != (b'*', b'/') {
                    self.at += 1;
                }
                self.at += 2;
            }
            _ => return false,
        }
        self.out.comments.push(start..self.at.min(self.bytes.len()));
        true
    }

    fn line_end(&mut self) {
        while self.at < self.bytes.len() && self.bytes[self.at] != b'\n' {
            self.at += 1;
        }
    }

    /// Whether a line starts here with the name of a top-level block and no indentation.
    fn at_block_start(&self) -> bool {
        if self.at > 0 && self.bytes[self.at - 1] != b'\n' {
            return false;
        }
        let rest = &self.bytes[self.at..];
        TOP_LEVEL.iter().any(|kind| rest.starts_with(kind))
    }

    /// A quoted text with the interpolations in it; it ends at the end of its line at the latest, unless one is open.
    fn string(&mut self) {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\n' => return,
                b'$' | b'%' if self.peek(1) == self.peek(0) => self.at += 2,
                b'$' | b'%' if self.peek(1) == b'{' => {
                    self.at += 2;
                    self.interpolation();
                }
                _ => self.at += 1,
            }
        }
    }

    fn interpolation(&mut self) {
        let mut depth = 1_usize;
        let mut strings: Vec<usize> = Vec::new();
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\\' if strings.last() == Some(&depth) => self.at += 1,
                b'"' => {
                    if strings.last() == Some(&depth) {
                        strings.pop();
                    } else {
                        strings.push(depth);
                    }
                }
                b'$' | b'%' if strings.last() == Some(&depth) && self.peek(1) == b'{' => {
                    depth += 1;
                    self.at += 1;
                }
                b'{' if strings.last() != Some(&depth) => depth += 1,
                b'}' if strings.last() != Some(&depth) => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn heredoc(&mut self) {
        self.at += 2;
        if self.peek(0) == b'-' {
            self.at += 1;
        }
        let name_start = self.at;
        while matches!(self.peek(0), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-') {
            self.at += 1;
        }
        let name = &self.bytes[name_start..self.at];
        if name.is_empty() || !matches!(self.peek(0), b'\n' | b'\r') {
            return;
        }
        loop {
            self.line_end();
            if self.at >= self.bytes.len() {
                return;
            }
            self.at += 1;
            let line_start = self.at;
            let mut end = line_start;
            while end < self.bytes.len() && self.bytes[end] != b'\n' {
                end += 1;
            }
            if self.bytes[line_start..end].trim_ascii() == name {
                self.at = end;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(source: &str) -> Vec<&str> {
        scan(source).items.into_iter().map(|r| &source[r]).collect()
    }

    #[test]
    fn items_are_found_past_strings_comments_and_heredocs() {
        let source = "# a {\nlocals {\n  a = \"}${\"}\"}\"\n  b = <<-E\n }\n  E\n} // {\n\nx = 1\nresource \"a\" \"b\" {}\n";
        let found = items(source);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("locals") && found[1] == "x = 1" && found[2].starts_with("resource"));
    }

    #[test]
    fn an_open_bracket_ends_at_the_next_block() {
        let found = items("resource \"a\" \"b\" {\n  x = [\n}\nresource \"a\" \"c\" {}\n");
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
