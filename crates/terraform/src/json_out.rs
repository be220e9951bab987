//! JSON as `jsonencode` writes it.

use std::fmt::Write;

use crate::val::{K, Val};

/// The deepest nesting that is written.
const MAX_DEPTH: usize = 256;

/// The JSON text of a value; `None` when something in it is unknown, or when it is nested too deep.
pub(crate) fn json(value: &Val) -> Option<String> {
    let mut out = String::new();
    write(value, &mut out, 0)?;
    Some(out)
}

fn write(value: &Val, out: &mut String, depth: usize) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    match &value.k {
        K::Null(_) => out.push_str("null"),
        K::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        K::Num(num) => write!(out, "{num}").ok()?,
        K::Str(str) => push_quoted(&str.text, out),
        K::List(_, items) | K::Set(_, items) | K::Tuple(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out, depth + 1)?;
            }
            out.push(']');
        }
        K::Map(_, fields) | K::Object(fields) => {
            out.push('{');
            for (at, (name, _, item)) in fields.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                push_quoted(name, out);
                out.push(':');
                write(item, out, depth + 1)?;
            }
            out.push('}');
        }
        K::Unknown(_) => return None,
    }
    Some(())
}

/// A JSON string, escaped as Go does it for HTML.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(text, &mut out);
    out
}

fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", char as u32);
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}

/// `{"json":…,"type":…}`, `{"unknown":true}` or `{"after":…,"after_unknown":…}`: the answer as the tables of Terraform's own answers have it.
pub(crate) fn answer(value: &Val) -> String {
    match json(value) {
        Some(text) => {
            let ty = if value.is_null() { "\"dynamic\"".to_owned() } else { crate::ty::Ty::of(value).json() };
            format!("{{\"json\":{},\"type\":{ty}}}", quoted(&text))
        }
        None if value.as_unknown().is_some() => "{\"unknown\":true}".to_owned(),
        None => {
            let (mut after, mut unknown) = (String::new(), String::new());
            split(value, &mut after, &mut unknown, 0);
            format!("{{\"after\":{after},\"after_unknown\":{unknown}}}")
        }
    }
}

/// What is known of a value, and where it is not, as plans have them.
pub(crate) fn halves(value: &Val) -> (String, String) {
    let (mut after, mut unknown) = (String::new(), String::new());
    split(value, &mut after, &mut unknown, 0);
    // A plan leaves nothing behind where all is known.
    (after, if value.has_unknown() { unknown } else { "false".to_owned() })
}

/// What is known, with null at the unknown places of a list and nothing at those of an object; and where it is not.
fn split(value: &Val, after: &mut String, unknown: &mut String, depth: usize) {
    if let (None, None, Some(text)) = (value.elements(), value.fields(), json(value)) {
        after.push_str(&text);
        unknown.push_str("false");
    } else if let (Some(items), true) = (value.elements(), depth <= MAX_DEPTH) {
        after.push('[');
        unknown.push('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                after.push(',');
                unknown.push(',');
            }
            split(item, after, unknown, depth + 1);
        }
        after.push(']');
        unknown.push(']');
    } else if let (Some(fields), true) = (value.fields(), depth <= MAX_DEPTH) {
        let (mut shown, mut hidden) = (Vec::new(), Vec::new());
        for (name, _, item) in fields {
            let (mut a, mut u) = (String::new(), String::new());
            split(item, &mut a, &mut u, depth + 1);
            if u != "true" {
                shown.push(format!("{}:{a}", quoted(name)));
            }
            if u != "false" {
                hidden.push(format!("{}:{u}", quoted(name)));
            }
        }
        let _ = write!(after, "{{{}}}", shown.join(","));
        let _ = write!(unknown, "{{{}}}", hidden.join(","));
    } else {
        after.push_str("null");
        unknown.push_str("true");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iaclint_value::{OriginId, Why};

    #[test]
    fn what_html_minds_is_escaped_and_keys_are_sorted() {
        let none = OriginId::NONE;
        let fields = vec![
            ("z".into(), none, Val::str("<a>&\u{2028}\u{1}\u{7f}", none)),
            ("a".into(), none, Val::int(1, none)),
        ];
        let value = Val::object(fields, none);
        assert_eq!(json(&value).unwrap(), "{\"a\":1,\"z\":\"\\u003ca\\u003e\\u0026\\u2028\\u0001\u{7f}\"}");
    }

    #[test]
    fn what_is_unknown_is_told_apart() {
        let none = OriginId::NONE;
        let unknown = Val::unknown(Why::Condition, none);
        let fields = vec![
            ("a".into(), none, unknown.clone()),
            ("b".into(), none, Val::tuple(vec![Val::int(1, none), unknown], none)),
        ];
        assert_eq!(
            answer(&Val::object(fields, none)),
            "{\"after\":{\"b\":[1,null]},\"after_unknown\":{\"a\":true,\"b\":[false,true]}}"
        );
    }
}
