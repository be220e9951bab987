//! YAML as `yamlencode` writes it.

use crate::val::{K, MAX_DEPTH, Val};

/// The YAML text of a value; `None` when something in it is unknown.
pub(crate) fn yaml(value: &Val) -> Option<String> {
    let mut out = String::new();
    write(value, &mut out, 0, Place::Top)?;
    if matches!(value.k, K::Null(_) | K::Bool(_) | K::Num(_)) {
        // A plain scalar alone is closed by the end of the document.
        out.push_str("...\n");
    }
    Some(out)
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    /// Behind `key:`.
    Field,
    /// Behind `-`.
    Item,
}

fn write(value: &Val, out: &mut String, indent: usize, place: Place) -> Option<()> {
    if indent > MAX_DEPTH {
        return None;
    }
    let space = if place == Place::Field { " " } else { "" };
    let scalar = |out: &mut String, text: &str| {
        out.push_str(space);
        out.push_str(text);
        out.push('\n');
    };
    match &value.k {
        K::Null(_) => scalar(out, "null"),
        K::Bool(bool) => scalar(out, if *bool { "true" } else { "false" }),
        K::Num(num) => scalar(out, &num.to_string()),
        K::Str(str) => string(&str.text, out, indent, place),
        K::List(_, items) | K::Set(_, items) | K::Tuple(items) => {
            if items.is_empty() {
                scalar(out, "[]");
                return Some(());
            }
            if place == Place::Field {
                out.push('\n');
            }
            // A list stands at the indentation of its key.
            let own = if place == Place::Field { indent.saturating_sub(1) } else { indent };
            for (at, item) in items.iter().enumerate() {
                if at > 0 || place != Place::Item {
                    out.push_str(&"  ".repeat(own));
                }
                out.push_str("- ");
                write(item, out, own + 1, Place::Item)?;
            }
        }
        K::Map(_, fields) | K::Object(fields) => {
            if fields.is_empty() {
                scalar(out, "{}");
                return Some(());
            }
            if place == Place::Field {
                out.push('\n');
            }
            for (at, (name, _, item)) in fields.iter().enumerate() {
                if at > 0 || place != Place::Item {
                    out.push_str(&"  ".repeat(indent));
                }
                out.push_str(&quoted(name));
                out.push(':');
                write(item, out, indent + 1, Place::Field)?;
            }
        }
        K::Unknown(_) => return None,
    }
    Some(())
}

fn string(text: &str, out: &mut String, indent: usize, place: Place) {
    if place == Place::Field {
        out.push(' ');
    }
    // A text of several lines is written as a block, unless white space at the end of a line would be lost.
    let block = text.contains('\n')
        && !text.ends_with(' ')
        && !text.contains(" \n")
        && text.chars().all(|c| c == '\n' || is_printable(c));
    if !block {
        out.push_str(&quoted(text));
        out.push('\n');
        return;
    }
    let trailing = text.len() - text.trim_end_matches('\n').len();
    // Where the indentation does not show by itself, it is told.
    out.push_str(if text.starts_with([' ', '\n', '\u{2028}', '\u{2029}']) { "|2" } else { "|" });
    out.push_str(match trailing {
        0 => "-\n",
        1 if !text.trim_end_matches('\n').ends_with(['\u{2028}', '\u{2029}']) && text.len() > 1 => "\n",
        _ => "+\n",
    });
    let lines = text.strip_suffix('\n').unwrap_or(text);
    let depth = indent.max(1);
    // The separators of lines and paragraphs end a line too.
    let mut starts = true;
    for char in lines.chars().chain(['\n']) {
        let ends = matches!(char, '\n' | '\u{2028}' | '\u{2029}');
        if starts && !ends {
            out.push_str(&"  ".repeat(depth));
        }
        starts = ends;
        out.push(char);
    }
}

/// What need not be escaped: nothing beyond 16 bits.
fn is_printable(char: char) -> bool {
    matches!(char, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn quoted(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len() + 2);
    let marked = text.starts_with('\u{feff}');
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{0}' => out.push_str("\\0"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            // A byte-order mark at the start spreads over the rest.
            c if !marked && is_printable(c) => out.push(c),
            c => {
                let _ = match c as u32 {
                    code @ ..=0xff => write!(out, "\\x{code:02X}"),
                    code @ ..=0xffff => write!(out, "\\u{code:04X}"),
                    code => write!(out, "\\U{code:08X}"),
                };
            }
        }
    }
    out.push('"');
    out
}
