//! JSON templates as a tree of values.

use super::{Content, Member, Node};

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 128;

/// The content of a file; nothing when it is no JSON.
pub(super) fn parse(text: &str) -> Option<Node> {
    // The library says whether it is JSON at all, so that the reader below need not.
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    Reader { text, at: 0 }.value(0)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Steps over a sign, and the space before it, if it is there.
    fn sign(&mut self, sign: char) -> bool {
        self.space();
        let there = self.rest().starts_with(sign);
        self.at += usize::from(there);
        there
    }

    fn text(&mut self) -> Option<String> {
        let start = self.at;
        let mut bytes = self.rest().bytes().enumerate().skip(1);
        while let Some((offset, byte)) = bytes.next() {
            match byte {
                b'\\' => {
                    bytes.next();
                }
                b'"' => {
                    self.at = start + offset + 1;
                    return serde_json::from_str(self.text.get(start..self.at)?).ok();
                }
                _ => {}
            }
        }
        None
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.space();
        let start = self.at;
        let content = match self.rest().chars().next()? {
            '{' => {
                self.at += 1;
                let mut members = Vec::new();
                while !self.sign('}') {
                    self.sign(',');
                    self.space();
                    let start = self.at;
                    let key = self.text()?;
                    self.sign(':');
                    let value = self.value(depth + 1)?;
                    members.push(Member { key, labels: Vec::new(), span: start..value.span.end, value });
                }
                Content::Object(members)
            }
            '[' => {
                self.at += 1;
                let mut elements = Vec::new();
                while !self.sign(']') {
                    self.sign(',');
                    elements.push(self.value(depth + 1)?);
                }
                Content::List(elements)
            }
            '"' => Content::Literal(self.text()?),
            _ => {
                let rest = self.rest();
                let length = rest.find([',', ']', '}', '\n', '\r', ' ', '\t']).unwrap_or(rest.len());
                let word = rest.get(..length)?.to_owned();
                self.at += length;
                Content::Literal(word)
            }
        };
        Some(Node { span: start..self.at, content })
    }
}
