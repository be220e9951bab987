//! Where a text holds a secret: by the name that it is assigned to, or by its shape.
//!
//! It reads neither HCL nor JSON nor YAML nor shell, but what they share: a name, a separator, a value. It is made to find too much
//! rather than too little, in one pass, in any text.

use std::ops::Range;

use iaclint_value::{MASK, secret_name};

/// Whether a text is a message of ours rather than a file: there `password: …` is a sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prose {
    /// A message.
    Yes,
    /// A file.
    No,
}

/// The longest name that is looked at.
const MAX_NAME: usize = 128;
/// The longest user and password in a URL.
const MAX_AUTHORITY: usize = 1024;

/// The byte ranges that hold secrets, in order, without overlap.
pub fn secrets(text: &str, prose: Prose) -> Vec<Range<usize>> {
    let mut finder = Finder {
        text,
        bytes: text.as_bytes(),
        prose,
        frames: vec![Frame::default()],
        block: None,
        out: Vec::new(),
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        finder.line(start..end);
        start += line.len();
    }
    finder.shapes();
    merged(finder.out)
}

/// What is known of an object or block while it is read.
#[derive(Default)]
struct Frame {
    /// Its own name is a secret's: its default is one.
    secret: bool,
    /// Its `name` is a secret's: its `value` is one.
    pair: bool,
    /// Its `value`, until its `name` is known.
    value: Option<Range<usize>>,
    /// Its `default`, until it is known to be sensitive.
    default: Option<Range<usize>>,
}

/// A YAML mapping under a key, known by its indentation.
struct Block {
    indent: usize,
    frame: Frame,
}

struct Finder<'a> {
    text: &'a str,
    bytes: &'a [u8],
    prose: Prose,
    frames: Vec<Frame>,
    block: Option<Block>,
    out: Vec<Range<usize>>,
}

impl Finder<'_> {
    fn line(&mut self, line: Range<usize>) {
        let text = self.text.get(line.clone()).unwrap_or_default();
        let indent = text.len() - text.trim_start().len();
        let item = text[indent..].starts_with("- ");
        if item && let Some(frame) = self.frames.last_mut() {
            *frame = Frame::default();
        }
        if indent < text.len() && self.block.as_ref().is_some_and(|b| indent <= b.indent) {
            self.block = None;
        }
        let first = line.start + indent + if item { 2 } else { 0 };
        let mut at = line.start;
        while at < line.end {
            match self.bytes[at] {
                b'{' => {
                    let secret = self.name_before(at, line.start).is_some_and(|n| secret_name(&self.text[n]));
                    if self.frames.len() < 256 {
                        self.frames.push(Frame { secret, ..Frame::default() });
                    }
                }
                b'}' if self.frames.len() > 1 => drop(self.frames.pop()),
                b'=' | b':' => self.separator(at, first, line.clone()),
                b'-' if self.prose == Prose::No => self.option(at, line.end),
                _ => {}
            }
            at += 1;
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or_default()
    }

    /// The name that ends before `at`, quotes, spaces and separators skipped.
    fn name_before(&self, at: usize, from: usize) -> Option<Range<usize>> {
        let oldest = at.saturating_sub(2 * MAX_NAME).max(from);
        let back = |mut end: usize, skipped: &dyn Fn(u8) -> bool| {
            while end > oldest && skipped(self.bytes[end - 1]) {
                end -= 1;
            }
            end
        };
        let mut end = back(at, &|b| matches!(b, b' ' | b'\t' | b'=' | b':'));
        if end > oldest && matches!(self.bytes[end - 1], b'"' | b'\'') {
            end = back(end - 1, &|b| b == b'\\');
        }
        let start = back(end, &is_name);
        (start < end).then_some(start..end)
    }

    /// A `=` or `:` that may assign.
    fn separator(&mut self, at: usize, first: usize, line: Range<usize>) {
        let colon = self.byte(at) == b':';
        if matches!(self.byte(at + 1), b'=' | b'>' | b':') || (colon && self.byte(at + 1) == b'/') {
            return;
        }
        let Some(name) = self.name_before(at, line.start) else { return };
        let key = &self.text[name.clone()];
        let role = Role::of(key);
        let mut from = at + 1;
        while from < line.end && matches!(self.bytes[from], b' ' | b'\t') {
            from += 1;
        }
        let yaml = colon && name.start == first && self.prose == Prose::No;
        if yaml && from >= line.end {
            let secret = role == Role::Secret;
            let indent = name.start - line.start;
            let inside = self.block.as_ref().is_some_and(|b| b.frame.secret && b.indent < indent);
            if !inside {
                self.block = Some(Block { indent, frame: Frame { secret, ..Frame::default() } });
            }
            return;
        }
        if role == Role::Other {
            return;
        }
        let Some(value) = self.value(at, from, yaml, line.end) else { return };
        if role == Role::Secret {
            if is_literal(&self.text[value.clone()]) {
                self.out.push(value);
            }
            return;
        }
        let frame = match &mut self.block {
            Some(block) if yaml && matches!(role, Role::Default | Role::Sensitive) => &mut block.frame,
            _ => match self.frames.last_mut() {
                Some(frame) => frame,
                None => return,
            },
        };
        let text = &self.text[value.clone()];
        match role {
            Role::Name => {
                frame.pair = secret_name(text);
                if frame.pair {
                    self.out.extend(frame.value.take());
                }
            }
            Role::Value if is_literal(text) => {
                if frame.pair {
                    self.out.push(value);
                } else {
                    frame.value = Some(value);
                }
            }
            Role::Default if is_literal(text) => {
                if frame.secret {
                    self.out.push(value);
                } else {
                    frame.default = Some(value);
                }
            }
            Role::Sensitive if text == "true" => {
                frame.secret = true;
                self.out.extend(frame.default.take());
            }
            _ => {}
        }
    }

    /// The value that starts at `from` after the separator `at`: inside quotes, or bare where the language has bare texts.
    fn value(&self, at: usize, from: usize, yaml: bool, end: usize) -> Option<Range<usize>> {
        if let Some(quoted) = self.quoted(from, end) {
            return Some(quoted);
        }
        let bare = match (self.byte(at), yaml) {
            (b':', true) => {
                let value = self.text.get(from..end)?;
                let value = value.split(" #").next().unwrap_or_default().trim_end();
                let starts = value.chars().next()?;
                (!"!{[|>&*$#%@<".contains(starts)).then_some(from..from + value.len())?
            }
            (b'=', _) => {
                let assigned = from == at + 1 && at > 0 && is_name(self.byte(at - 1));
                let word = self.word(from, end);
                let sensitive = self.text.get(word.clone()) == Some("true");
                ((assigned && self.byte(word.end) != b'(') || sensitive).then_some(word)?
            }
            (b':', false) if self.text.get(from..end)?.starts_with("true") => from..from + 4,
            (b':', false) if from > at + 1 && self.prose == Prose::No && self.frames.len() > 1 => {
                let value = self.text.get(from..end)?.split([',', '}', ']']).next()?.trim_end();
                let bare = value.starts_with(|c: char| c.is_alphanumeric() || "_./+".contains(c));
                (bare && !is_expression(value)).then_some(from..from + value.len())?
            }
            _ => return None,
        };
        (!bare.is_empty()).then_some(bare)
    }

    /// What stands inside the quotes that open at `from`, whether they are escaped or not.
    fn quoted(&self, from: usize, end: usize) -> Option<Range<usize>> {
        let mut open = from;
        while open < end && self.bytes[open] == b'\\' {
            open += 1;
        }
        let escapes = open - from;
        let quote = self.byte(open);
        if open >= end || !matches!(quote, b'"' | b'\'') {
            return None;
        }
        let start = open + 1;
        let mut run = 0;
        for at in start..end {
            match self.bytes[at] {
                b'\\' => run += 1,
                byte if byte == quote && (run == escapes || (escapes == 0 && run % 2 == 0)) => {
                    return Some(start..at - escapes);
                }
                _ => run = 0,
            }
        }
        Some(start..end)
    }

    /// The bare word at `from`, as a shell or a query string ends it.
    fn word(&self, from: usize, end: usize) -> Range<usize> {
        let mut to = from;
        while to < end
            && !matches!(
                self.bytes[to],
                b' ' | b'\t'
                    | b'"'
                    | b'\''
                    | b','
                    | b';'
                    | b'&'
                    | b'|'
                    | b'('
                    | b')'
                    | b'<'
                    | b'>'
                    | b'}'
                    | b'\\'
                    | b'`'
            )
        {
            to += 1;
        }
        from..to
    }

    /// `--password value`, also as two elements of a list.
    fn option(&mut self, at: usize, end: usize) {
        if self.byte(at + 1) != b'-'
            || (at > 0 && (is_name(self.bytes[at - 1]) || self.bytes[at - 1] == b'-'))
        {
            return;
        }
        let mut name = at + 2;
        while name < end && name - at < MAX_NAME && is_name(self.bytes[name]) {
            name += 1;
        }
        let mut from = name;
        while from < end && matches!(self.bytes[from], b' ' | b'"' | b'\'' | b',') {
            from += 1;
        }
        if from == name || !self.text.get(at + 2..name).is_some_and(secret_name) {
            return;
        }
        let word = self.word(from, end);
        if self.byte(from) != b'-' && self.text.get(word.clone()).is_some_and(is_literal) {
            self.out.push(word);
        }
    }

    fn shapes(&mut self) {
        for (at, _) in self.text.match_indices("://") {
            self.out.extend(self.password(at + 3));
        }
        for prefix in ["AKIA", "ASIA"] {
            self.tokens(prefix, |b| b.is_ascii_uppercase() || b.is_ascii_digit());
        }
        for prefix in ["ghp_", "gho_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk_live_", "npm_"] {
            self.tokens(prefix, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        }
        self.private_keys();
    }

    fn private_keys(&mut self) {
        let (mut from, mut ends) = (0, true);
        while let Some(at) = self.find(from, "-----BEGIN") {
            from = at + 10;
            let header = self.find(from, "-----").map_or(self.text.len(), |p| p + 5);
            if !self.text[at..header].ends_with("PRIVATE KEY-----") {
                continue;
            }
            // Once no end follows, none follows any later key either.
            let foot = if ends { self.find(header, "-----END") } else { None };
            ends = foot.is_some();
            from = match foot {
                Some(foot) => self.find(foot + 8, "-----").map_or(foot + 8, |p| p + 5),
                None => self.find(header, "\n").unwrap_or(self.text.len()),
            };
            self.out.push(at..from);
        }
    }

    fn find(&self, from: usize, what: &str) -> Option<usize> {
        self.text[from..].find(what).map(|at| from + at)
    }

    /// The password of a URL whose authority starts at `from`.
    fn password(&self, from: usize) -> Option<Range<usize>> {
        let mut end = from;
        while end < self.bytes.len()
            && end - from < MAX_AUTHORITY
            && !matches!(self.bytes[end], b'/' | b'?' | b' ' | b'"' | b'\n')
        {
            end += 1;
        }
        let authority = &self.bytes[from..end];
        let at = authority.iter().rposition(|b| *b == b'@')?;
        let colon = authority[..at].iter().position(|b| *b == b':')?;
        let password = from + colon + 1..from + at;
        let text = self.text.get(password.clone())?;
        (!text.is_empty() && text != MASK && !text.starts_with(['$', '<', '{', '\u{fffc}']))
            .then_some(password)
    }

    fn tokens(&mut self, prefix: &str, of_token: impl Fn(u8) -> bool) {
        for (at, _) in self.text.match_indices(prefix) {
            let rest = self.bytes[at + prefix.len()..].iter().take_while(|b| of_token(**b)).count();
            if rest >= 16 {
                self.out.push(at..at + prefix.len() + rest);
            }
        }
    }
}

/// What a name says about its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Secret,
    Name,
    Value,
    Default,
    Sensitive,
    Other,
}

impl Role {
    fn of(key: &str) -> Self {
        let is = |names: &[&str]| names.iter().any(|n| key.eq_ignore_ascii_case(n));
        if is(&["name", "key", "ParameterKey"]) {
            Role::Name
        } else if is(&["value", "ParameterValue"]) {
            Role::Value
        } else if is(&["default"]) {
            Role::Default
        } else if is(&["sensitive", "NoEcho"]) {
            Role::Sensitive
        } else if secret_name(key) {
            Role::Secret
        } else {
            Role::Other
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether a bare text is a call or a member of something, as programs have them where YAML has texts.
fn is_expression(text: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word.bytes().all(|b| is_name(b) && b != b'-')
    };
    text.contains('(') || (text.contains('.') && text.split('.').all(is_word))
}

/// Whether a value holds something of its own, rather than saying where the secret is.
fn is_literal(value: &str) -> bool {
    const ELSEWHERE: [&str; 13] = [
        "arn:", "{{", "<", "var.", "local.", "module.", "data.", "each.", "aws_", "random_", "true", "false",
        "null",
    ];
    if value == MASK || ELSEWHERE.iter().any(|p| value.starts_with(p)) {
        return false;
    }
    if value.starts_with('$') && !value.starts_with("${") {
        return false;
    }
    let mut rest = value;
    while let Some(start) = rest.find("${") {
        if rest[..start].contains(|c: char| c.is_alphanumeric()) {
            return true;
        }
        match rest[start..].find('}') {
            Some(end) => rest = &rest[start + end + 1..],
            None => return false,
        }
    }
    !rest.trim().is_empty()
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|r| (r.start, r.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

#[cfg(test)]
mod tests;
