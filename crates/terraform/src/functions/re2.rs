//! Patterns in the syntax of Go's RE2, for the `regex` crate.

use std::fmt::Write as _;

use regex::{Captures, Regex, RegexBuilder};

/// The most repetitions that RE2 counts.
const MAX_REPEAT: u32 = 1000;
/// Properties of Unicode that the `regex` crate knows and RE2 does not; it has categories and scripts alone.
const NOT_IN_RE2: [&str; 8] =
    ["alphabetic", "lowercase", "uppercase", "whitespace", "math", "emoji", "ideographic", "hexdigit"];

/// The classes in brackets of POSIX and the one of Perl.
const CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// A compiled pattern. Names of groups may stand twice in RE2, so they are kept beside it.
pub(super) struct Pattern {
    regex: Regex,
    /// The name of each group, the whole match first.
    names: Vec<Option<String>>,
}

impl Pattern {
    /// Compiles a pattern; says what is wrong with it.
    pub(super) fn new(pattern: &str) -> Result<Pattern, String> {
        let mut translation = Translation { rest: pattern, out: String::new(), names: vec![None] };
        translation.run()?;
        let regex = RegexBuilder::new(&translation.out).size_limit(1 << 22).build();
        let regex = regex.map_err(|e| e.to_string().lines().last().unwrap_or_default().to_owned())?;
        Ok(Pattern { regex, names: translation.names })
    }

    pub(super) fn captures<'s>(&self, subject: &'s str) -> Option<Captures<'s>> {
        self.regex.captures(subject)
    }

    pub(super) fn captures_iter<'s>(&self, subject: &'s str) -> impl Iterator<Item = Captures<'s>> {
        self.regex.captures_iter(subject)
    }

    /// The name of each group, the whole match first.
    pub(super) fn names(&self) -> &[Option<String>] {
        &self.names
    }

    /// Replaces every match; `$1`, `$name` and `${name}` are groups, `$$` is a dollar sign.
    pub(super) fn replace_all(&self, subject: &str, with: &str) -> String {
        let replace = |captures: &Captures<'_>| {
            let mut out = String::new();
            let mut rest = with;
            while let Some(at) = rest.find('$') {
                out.push_str(&rest[..at]);
                rest = &rest[at + 1..];
                if let Some(after) = rest.strip_prefix('$') {
                    out.push('$');
                    rest = after;
                } else if let Some((name, after)) = group_name(rest) {
                    out.push_str(self.group(captures, name));
                    rest = after;
                } else {
                    out.push('$');
                }
            }
            out.push_str(rest);
            out
        };
        self.regex.replace_all(subject, replace).into_owned()
    }

    fn group<'s>(&self, captures: &Captures<'s>, name: &str) -> &'s str {
        let found = if let Ok(number) = name.parse::<usize>() {
            captures.get(number)
        } else {
            let mut named = self.names.iter().enumerate().filter(|(_, n)| n.as_deref() == Some(name));
            named.find_map(|(at, _)| captures.get(at))
        };
        found.map_or("", |m| m.as_str())
    }
}

/// The name behind a `$`, and what follows it.
fn group_name(text: &str) -> Option<(&str, &str)> {
    let (inner, braced) = match text.strip_prefix('{') {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let end = inner.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inner.len());
    let (name, after) = inner.split_at(end);
    let after = if braced { after.strip_prefix('}')? } else { after };
    (!name.is_empty()).then_some((name, after))
}

/// A translation under way.
struct Translation<'a> {
    rest: &'a str,
    out: String,
    names: Vec<Option<String>>,
}

impl<'a> Translation<'a> {
    fn run(&mut self) -> Result<(), String> {
        // Whether a repetition was just closed: a second one right behind it is an error.
        let mut repeated = false;
        while let Some(char) = self.rest.chars().next() {
            let after = &self.rest[char.len_utf8()..];
            let repeat = match char {
                '*' | '+' | '?' => Some(1),
                '{' => counted(self.rest)?,
                _ => None,
            };
            if let Some(width) = repeat {
                if repeated {
                    return Err(format!("two repetitions follow each other at {:?}", self.rest));
                }
                self.copy(width);
                if self.rest.starts_with('?') {
                    self.copy(1);
                }
                repeated = true;
                continue;
            }
            repeated = false;
            match char {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' => self.group()?,
                '{' | '}' => {
                    self.out.push('\\');
                    self.copy(1);
                }
                _ => {
                    self.out.push(char);
                    self.rest = after;
                }
            }
        }
        Ok(())
    }

    fn copy(&mut self, bytes: usize) {
        let (head, rest) = self.rest.split_at(bytes);
        self.out.push_str(head);
        self.rest = rest;
    }

    /// An opening parenthesis with the flags or the name behind it.
    fn group(&mut self) -> Result<(), String> {
        let Some(kind) = self.rest.strip_prefix("(?") else {
            self.names.push(None);
            self.copy(1);
            return Ok(());
        };
        if let Some(named) = kind.strip_prefix("P<").or_else(|| kind.strip_prefix('<')) {
            let unnamed = || format!("{:?} is not the name of a group", self.rest);
            let (name, after) = named.split_once('>').ok_or_else(unnamed)?;
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err(unnamed());
            }
            self.names.push(Some(name.to_owned()));
            self.out.push('(');
            self.rest = after;
            return Ok(());
        }
        let end = kind.find([':', ')']).unwrap_or(kind.len());
        let flags = &kind[..end];
        if !flags.bytes().all(|b| matches!(b, b'i' | b'm' | b's' | b'U' | b'-')) {
            return Err(format!("(?{flags} is no group of RE2"));
        }
        if let Some(after) = kind.strip_prefix(')') {
            self.rest = after;
        } else {
            self.copy(2 + end + usize::from(end < kind.len()));
        }
        Ok(())
    }

    /// A class in brackets.
    fn class(&mut self) -> Result<(), String> {
        self.copy(1);
        if self.rest.starts_with('^') {
            self.copy(1);
        }
        // The last character, where it may begin a range.
        let mut last: Option<char> = None;
        let mut first = true;
        while let Some(char) = self.rest.chars().next() {
            let after = &self.rest[char.len_utf8()..];
            match char {
                // A bracket that stands first is itself.
                ']' if !first => {
                    self.copy(1);
                    return Ok(());
                }
                '[' if after.starts_with(':') && after.contains(":]") => {
                    let end = after.find(":]").map_or(0, |at| at + 3);
                    let name = self.rest.get(2..end - 2).unwrap_or_default();
                    if !CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                        return Err(format!("[:{name}:] is no character class of RE2"));
                    }
                    self.copy(end);
                    last = None;
                }
                '\\' => {
                    self.escape(true)?;
                    last = None;
                }
                '-' if after.starts_with('-') && last.is_some() => {
                    // From the last character to a minus sign.
                    self.out.push_str("-\\-");
                    self.rest = &after[1..];
                    last = None;
                }
                '-' if after.starts_with('-') => {
                    self.out.push_str("\\-");
                    self.rest = after;
                    last = Some('-');
                }
                // Plain characters to RE2, set operations of the `regex` crate.
                '[' | ']' | '&' | '~' => {
                    self.out.push('\\');
                    self.copy(1);
                    last = Some(char);
                }
                _ => {
                    self.out.push(char);
                    self.rest = after;
                    last = (char != '-').then_some(char);
                }
            }
            first = false;
        }
        Err("a class in brackets is not closed".to_owned())
    }

    /// A backslash with what it escapes.
    fn escape(&mut self, in_class: bool) -> Result<(), String> {
        let after = &self.rest[1..];
        let Some(escaped) = after.chars().next() else { return Err("a backslash stands last".to_owned()) };
        let behind = &after[escaped.len_utf8()..];
        let invalid = || format!("\\{escaped} is no escape of RE2");
        self.rest = behind;
        match (escaped, in_class) {
            // The classes are ASCII in RE2.
            ('d', false) => self.out.push_str("[0-9]"),
            ('d', true) => self.out.push_str("0-9"),
            ('D', _) => self.out.push_str("[^0-9]"),
            ('w', false) => self.out.push_str("[0-9A-Za-z_]"),
            ('w', true) => self.out.push_str("0-9A-Za-z_"),
            ('W', _) => self.out.push_str("[^0-9A-Za-z_]"),
            ('s', false) => self.out.push_str("[\\t\\n\\f\\r ]"),
            ('s', true) => self.out.push_str("\\t\\n\\f\\r "),
            ('S', _) => self.out.push_str("[^\\t\\n\\f\\r ]"),
            ('b', false) => self.out.push_str("(?-u:\\b)"),
            ('B', false) => self.out.push_str("(?-u:\\B)"),
            ('Q', false) => {
                let end = behind.find("\\E");
                let quoted = &behind[..end.unwrap_or(behind.len())];
                self.out.push_str(&regex::escape(quoted));
                self.rest = end.map_or("", |at| &behind[at + 2..]);
            }
            ('p' | 'P', _) => self.property(escaped)?,
            ('0', _) => self.octal(after, 3),
            ('1'..='7', _) if behind.starts_with(|c: char| ('0'..='7').contains(&c)) => self.octal(after, 3),
            ('x', _) => {
                let digits = match behind.strip_prefix('{') {
                    Some(braced) => braced.split_once('}').ok_or_else(invalid)?.0,
                    None => behind.get(..2).ok_or_else(invalid)?,
                };
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'));
                let code = code.filter(|code| *code <= 0x0010_ffff).ok_or_else(invalid)?;
                let _ = write!(self.out, "\\x{{{code:x}}}");
                self.rest = &behind[digits.len() + if behind.starts_with('{') { 2 } else { 0 }..];
            }
            ('a' | 'f' | 't' | 'n' | 'r' | 'v', _) | ('A' | 'z', false) => {
                self.out.push('\\');
                self.out.push(escaped);
            }
            (punctuation, _) if punctuation.is_ascii_punctuation() || punctuation == ' ' => {
                self.out.push_str(&regex::escape(punctuation.encode_utf8(&mut [0; 4])));
                if punctuation == '-' && in_class {
                    self.out.pop();
                    self.out.push_str(if self.out.ends_with('\\') { "-" } else { "\\-" });
                }
            }
            _ => return Err(invalid()),
        }
        Ok(())
    }

    fn octal(&mut self, digits: &'a str, most: usize) {
        let count = digits.bytes().take(most).take_while(|b| (b'0'..=b'7').contains(b)).count();
        let value = u32::from_str_radix(&digits[..count], 8).unwrap_or(0);
        let _ = write!(self.out, "\\x{{{value:x}}}");
        self.rest = &digits[count..];
    }

    /// `\pL`, `\p{Greek}`, `\p{^Greek}`.
    fn property(&mut self, sign: char) -> Result<(), String> {
        let Some(braced) = self.rest.strip_prefix('{') else {
            self.out.push('\\');
            self.out.push(sign);
            return Ok(());
        };
        let (name, after) = braced.split_once('}').ok_or("a property of Unicode is not closed")?;
        let (name, negated) = match name.strip_prefix('^') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let plain = name.to_ascii_lowercase().replace(['_', ' ', '-'], "");
        if name.contains(['=', ':', '!']) || NOT_IN_RE2.contains(&plain.as_str()) {
            return Err(format!("{name:?} is no character class of RE2"));
        }
        let sign = if (sign == 'P') == negated { 'p' } else { 'P' };
        let _ = write!(self.out, "\\{sign}{{{name}}}");
        self.rest = after;
        Ok(())
    }
}

/// The width of a repetition with counts: `{2}`, `{2,}`, `{2,3}`. Anything else in braces is itself.
fn counted(text: &str) -> Result<Option<usize>, String> {
    let Some((inner, _)) = text.strip_prefix('{').and_then(|t| t.split_once('}')) else { return Ok(None) };
    let (least, most) = inner.split_once(',').unwrap_or((inner, inner));
    let is_count = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !is_count(least) || !(most.is_empty() || is_count(most)) {
        return Ok(None);
    }
    let over = |t: &str| !t.is_empty() && t.parse::<u32>().map_or(true, |n| n > MAX_REPEAT);
    if over(least) || over(most) {
        return Err(format!("more than {MAX_REPEAT} repetitions"));
    }
    Ok(Some(inner.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, subject: &str) -> bool {
        Pattern::new(pattern).unwrap().captures(subject).is_some()
    }

    #[test]
    fn classes_are_ascii_and_quotes_are_understood() {
        assert!(!matches("^\\d$", "٣"));
        assert!(matches("^[\\w.]+$", "a_1."));
        assert!(matches("\\Qa.b\\E+", "a.bb"));
        assert!(matches("^[[:alpha:]&&]+$", "a&"));
        assert!(matches("^[^]a]$", "b"));
        assert!(matches("^[\\w-]+[\\-.]$", "a-b."));
        assert!(matches("\\101\\x42\\<", "AB<"));
    }

    #[test]
    fn what_only_the_crate_understands_is_refused() {
        for pattern in
            ["(?x) a", "a**", "a{2}{3}", "\\C", "\\u0041", "\\p{Script=Greek}", "[a--b]", "a{1001}", "\\1"]
        {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
        for pattern in ["a{,2}", "a{", "{", "(?)a", "\\p{^Greek}", "a{2}?"] {
            assert!(Pattern::new(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn groups_are_put_in_as_go_does() {
        let replaced = |pattern: &str, with: &str| Pattern::new(pattern).unwrap().replace_all("abc", with);
        assert_eq!(replaced("(a)(x)?", "$2$1"), "abc");
        assert_eq!(replaced("(?P<n>b)", "[$n]"), "a[b]c");
        assert_eq!(replaced("(b)", "$1x"), "ac");
        assert_eq!(replaced("b", "$$ ${} $"), "a$ ${} $c");
    }
}
