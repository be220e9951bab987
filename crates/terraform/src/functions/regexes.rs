//! `regex`, `regexall` and the pattern form of `replace`, in the syntax of Go's RE2.

use iaclint_value::OriginId;
use regex::{Captures, Regex, RegexBuilder};

use super::strings::str;
use super::{Call, CallError, error, wrong};
use crate::ty::{Field, Ty};
use crate::val::{K, Val};

/// Compiles a pattern of RE2: the classes `\d \w \s \b` are ASCII there, and `\Q…\E` quotes.
fn compiled(pattern: &str) -> Result<Regex, CallError> {
    RegexBuilder::new(&translated(pattern)).size_limit(1 << 22).build().map_err(|e| {
        wrong(0, format!("the pattern is not valid: {}", e.to_string().lines().last().unwrap_or_default()))
    })
}

fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(char) = rest.chars().next() {
        let after = &rest[char.len_utf8()..];
        if char != '\\' {
            match char {
                '[' if in_class && !after.starts_with(':') => out.push_str("\\["),
                '[' if !in_class => {
                    in_class = true;
                    out.push('[');
                    rest = after;
                    if let Some(negated) = rest.strip_prefix('^') {
                        out.push('^');
                        rest = negated;
                    }
                    // A bracket that stands first is itself.
                    if let Some(bracket) = rest.strip_prefix(']') {
                        out.push_str("\\]");
                        rest = bracket;
                    }
                    continue;
                }
                '[' => {
                    let end = after.find(":]").map_or(after.len(), |at| at + 2);
                    out.push('[');
                    out.push_str(&after[..end]);
                    rest = &after[end..];
                    continue;
                }
                ']' if in_class => {
                    in_class = false;
                    out.push(']');
                }
                // Set operations of the `regex` crate, plain characters to RE2.
                '&' | '~' if in_class => {
                    out.push('\\');
                    out.push(char);
                }
                '-' if in_class && after.starts_with('-') => out.push_str("\\-"),
                _ => out.push(char),
            }
            rest = after;
            continue;
        }
        let Some(escaped) = after.chars().next() else {
            out.push('\\');
            break;
        };
        let behind = &after[escaped.len_utf8()..];
        rest = behind;
        match (escaped, in_class) {
            ('d', false) => out.push_str("[0-9]"),
            ('d', true) => out.push_str("0-9"),
            ('D', _) => out.push_str("[^0-9]"),
            ('w', false) => out.push_str("[0-9A-Za-z_]"),
            ('w', true) => out.push_str("0-9A-Za-z_"),
            ('W', _) => out.push_str("[^0-9A-Za-z_]"),
            ('s', false) => out.push_str("[\\t\\n\\f\\r ]"),
            ('s', true) => out.push_str("\\t\\n\\f\\r "),
            ('S', _) => out.push_str("[^\\t\\n\\f\\r ]"),
            ('b', false) => out.push_str("(?-u:\\b)"),
            ('B', false) => out.push_str("(?-u:\\B)"),
            ('C', false) => out.push_str("(?s:.)"),
            ('Q', _) => {
                let end = behind.find("\\E");
                out.push_str(&regex::escape(&behind[..end.unwrap_or(behind.len())]));
                rest = end.map_or("", |at| &behind[at + 2..]);
            }
            _ => {
                out.push('\\');
                out.push(escaped);
            }
        }
    }
    out
}

/// What a match gives: the match itself, a tuple of the groups, or an object of the named ones.
fn captured(regex: &Regex, captures: &Captures<'_>, origin: OriginId) -> Val {
    let group = |at: usize| match captures.get(at) {
        Some(found) => Val::str(found.as_str(), origin),
        None => Val::new(K::Null(Ty::String), origin),
    };
    match shape(regex) {
        Shape::Whole => group(0),
        Shape::Groups(count) => Val::tuple((1..=count).map(group).collect(), origin),
        Shape::Named(names) => Val::object(
            names.into_iter().map(|(at, name)| (name.into(), OriginId::NONE, group(at))).collect(),
            origin,
        ),
    }
}

enum Shape {
    Whole,
    Groups(usize),
    Named(Vec<(usize, String)>),
}

fn shape(regex: &Regex) -> Shape {
    let names: Vec<(usize, String)> =
        regex.capture_names().enumerate().filter_map(|(at, n)| n.map(|n| (at, n.to_owned()))).collect();
    match (names.is_empty(), regex.captures_len()) {
        (false, _) => Shape::Named(names),
        (true, 1) => Shape::Whole,
        (true, count) => Shape::Groups(count - 1),
    }
}

fn result_type(regex: &Regex) -> Ty {
    match shape(regex) {
        Shape::Whole => Ty::String,
        Shape::Groups(count) => Ty::Tuple(vec![Ty::String; count].into()),
        Shape::Named(mut names) => {
            names.sort_by(|a, b| a.1.cmp(&b.1));
            Ty::Object(names.into_iter().map(|(_, name)| Field::new(name.into(), Ty::String)).collect())
        }
    }
}

/// Named and unnamed groups together are refused.
fn checked(regex: &Regex) -> Result<(), CallError> {
    match shape(regex) {
        Shape::Named(names) if names.len() + 1 != regex.captures_len() => {
            Err(wrong(0, "a pattern cannot have both named and unnamed groups"))
        }
        _ => Ok(()),
    }
}

pub(super) fn regex(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let regex = compiled(str(arguments, 0)?)?;
    checked(&regex)?;
    let origin = call.origin();
    match regex.captures(str(arguments, 1)?) {
        Some(captures) => Ok(captured(&regex, &captures, origin)),
        None => Err(error("the pattern does not match the string")),
    }
}

pub(super) fn regexall(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let regex = compiled(str(arguments, 0)?)?;
    checked(&regex)?;
    let origin = call.origin();
    let items = regex.captures_iter(str(arguments, 1)?).map(|c| captured(&regex, &c, origin)).collect();
    Ok(Val::list(result_type(&regex), items, origin))
}

/// Replaces every match; `$1`, `${name}` and `$name` in the replacement are groups, as in Go.
pub(super) fn replace_all(pattern: &str, subject: &str, with: &str) -> Result<String, CallError> {
    let regex = compiled(pattern).map_err(|e| wrong(1, e.message))?;
    Ok(regex.replace_all(subject, with).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_ascii_and_quotes_are_understood() {
        assert!(!compiled("^\\d$").unwrap().is_match("٣"));
        assert!(compiled("^[\\w.]+$").unwrap().is_match("a_1."));
        assert!(compiled("\\Qa.b\\E+").unwrap().is_match("a.bb"));
        assert!(compiled("^[[:alpha:]&&]+$").unwrap().is_match("a&"));
        assert!(compiled("^[^]a]$").unwrap().is_match("b"));
        assert_eq!(replace_all("(a)(b)?", "ab-a", "$2$1").unwrap(), "ba-a");
    }
}
