//! Values as `terraform fmt` would leave them: what the language's own provider functions write.

use std::fmt::Write;

use super::graphemes::graphemes;
use crate::ir::is_identifier;
use crate::val::{Fields, K, MAX_DEPTH, Val};

/// A known value as an expression; `None` when something in it is unknown or it is nested too deep.
pub(crate) fn expression(value: &Val) -> Option<String> {
    let mut writer = Writer { lines: vec![Line::default()] };
    writer.value(value, 0)?;
    Some(writer.formatted())
}

/// Known values as `name = value` lines; an error names the key that is no name.
pub(crate) fn attributes(fields: &Fields) -> Result<Option<String>, String> {
    let mut writer = Writer { lines: Vec::new() };
    for (name, _, value) in fields {
        if !is_identifier(name) {
            return Err(format!("{name:?} cannot be the name of a variable"));
        }
        writer.lines.push(Line { key: Some(name.to_string()), ..Line::default() });
        if writer.value(value, 0).is_none() {
            return Ok(None);
        }
    }
    let mut text = writer.formatted();
    if !text.is_empty() {
        text.push('\n');
    }
    Ok(Some(text))
}

#[derive(Default)]
struct Line {
    /// What stands before the equals sign.
    key: Option<String>,
    text: String,
    /// Brackets that it opens beyond those that it closes.
    net: i64,
}

struct Writer {
    lines: Vec<Line>,
}

impl Writer {
    fn put(&mut self, text: &str, net: i64) {
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(text);
            line.net += net;
        }
    }

    fn value(&mut self, value: &Val, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match &value.k {
            K::Null(_) => self.put("null", 0),
            K::Bool(bool) => self.put(if *bool { "true" } else { "false" }, 0),
            K::Num(num) => self.put(&num.to_string(), 0),
            K::Str(str) => self.put(&quoted(&str.text), 0),
            K::List(_, items) | K::Set(_, items) | K::Tuple(items) => {
                self.put("[", 1);
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.put(", ", 0);
                    }
                    self.value(item, depth + 1)?;
                }
                self.put("]", -1);
            }
            K::Map(_, fields) | K::Object(fields) => {
                self.put("{", 1);
                for (name, _, item) in fields.iter() {
                    let key = if is_identifier(name) { name.to_string() } else { quoted(name) };
                    self.lines.push(Line { key: Some(key), ..Line::default() });
                    self.value(item, depth + 1)?;
                }
                if !fields.is_empty() {
                    self.lines.push(Line::default());
                }
                self.put("}", -1);
            }
            K::Unknown(_) => return None,
        }
        Some(())
    }

    /// The lines indented by their brackets; the equals signs of neighbours that open no bracket stand in one column.
    fn formatted(&self) -> String {
        let width = |line: &Line| line.key.as_deref().filter(|_| line.net == 0).map(|k| graphemes(k).count());
        let mut out = String::new();
        let mut open: Vec<i64> = Vec::new();
        let mut column = 0;
        for (at, line) in self.lines.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            let mut closed = -line.net;
            while closed > 0
                && let Some(last) = open.last_mut()
            {
                *last -= closed;
                closed = -*last;
                if *last <= 0 {
                    open.pop();
                }
            }
            out.push_str(&"  ".repeat(open.len()));
            if line.net > 0 {
                open.push(line.net);
            }
            if let Some(key) = &line.key {
                if at == 0 || width(&self.lines[at - 1]).is_none() {
                    column = self.lines[at..].iter().map_while(width).max().unwrap_or(0);
                }
                let fill = width(line).map_or(0, |own| column - own);
                let _ = write!(out, "{key}{} = ", " ".repeat(fill));
            }
            out.push_str(&line.text);
        }
        out
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                out.push(char);
                out.push(char);
            }
            _ if char.is_control() || (char.is_whitespace() && char != ' ') => {
                let _ = if char as u32 > 0xffff {
                    write!(out, "\\U{:08x}", char as u32)
                } else {
                    write!(out, "\\u{:04x}", char as u32)
                };
            }
            _ => out.push(char),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use iaclint_value::OriginId;

    #[test]
    fn brackets_indent_and_equals_signs_of_neighbours_stand_in_one_column() {
        let none = OriginId::NONE;
        let object = |fields: &[(&str, Val)]| {
            Val::object(fields.iter().map(|(n, v)| ((*n).into(), none, v.clone())).collect(), none)
        };
        let inner = object(&[("b", Val::int(1, none)), ("cc", Val::str("${", none))]);
        let list = Val::tuple(vec![Val::int(1, none), object(&[("c", Val::null(none))])], none);
        assert_eq!(
            expression(&object(&[("aaa", inner), ("b", list), ("x y", object(&[]))])).unwrap(),
            "{\n  aaa = {\n    b  = 1\n    cc = \"$${\"\n  }\n  b = [1, {\n    c = null\n  }]\n  \"x y\" = {}\n}"
        );
        let pair =
            Val::tuple(vec![object(&[("a", Val::int(1, none))]), object(&[("b", Val::int(2, none))])], none);
        assert_eq!(expression(&pair).unwrap(), "[{\n  a = 1\n  }, {\n  b = 2\n}]");
    }
}
