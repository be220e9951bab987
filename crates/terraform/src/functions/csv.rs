//! CSV with a header, as `csvdecode` reads it.

use iaclint_value::{Name, OriginId, Text};

use super::texts::slice;
use crate::export::from_text;
use crate::ty::{Field, Ty};
use crate::val::Val;

/// A list of objects, one for each line behind the header.
pub(super) fn read(text: &Text, origin: OriginId) -> Result<Val, String> {
    let flat = text.flatten();
    let source = flat.text.as_str();
    let mut rows = records(source)?.into_iter();
    let header: Vec<Name> = match rows.next() {
        Some(row) => row.iter().map(|f| Name::from(f.value(source))).collect(),
        None => return Err("the header line is missing".into()),
    };
    for (at, name) in header.iter().enumerate() {
        if header[..at].contains(name) {
            return Err(format!("the column {name:?} stands twice"));
        }
    }
    let mut items = Vec::new();
    for row in rows {
        if row.len() != header.len() {
            return Err(format!("a line has {} fields, but the header has {}", row.len(), header.len()));
        }
        let cell = |field: &Cell| match &field.unescaped {
            Some(value) => Val::str(value.as_str(), origin),
            None => from_text(slice(text, &flat, field.start, field.end), origin),
        };
        let fields = header
            .iter()
            .zip(&row)
            .map(|(name, field)| (name.clone(), OriginId::NONE, cell(field)))
            .collect();
        items.push(Val::object(fields, origin));
    }
    let mut names = header;
    names.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    let ty = Ty::object(names.into_iter().map(|name| Field::new(name, Ty::String)).collect());
    Ok(Val::list(ty, items, origin))
}

/// A field: its place, and its characters where they are not those of the place.
struct Cell {
    start: usize,
    end: usize,
    unescaped: Option<String>,
}

impl Cell {
    fn value<'a>(&'a self, source: &'a str) -> &'a str {
        self.unescaped.as_deref().unwrap_or(&source[self.start..self.end])
    }
}

fn records(source: &str) -> Result<Vec<Vec<Cell>>, String> {
    let bytes = source.as_bytes();
    let mut rows = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        // Empty lines are passed over.
        if bytes[at] == b'\n' || bytes[at..].starts_with(b"\r\n") {
            at += if bytes[at] == b'\n' { 1 } else { 2 };
            continue;
        }
        let mut row = Vec::new();
        loop {
            let field =
                if bytes.get(at) == Some(&b'"') { quoted(source, &mut at)? } else { bare(source, &mut at)? };
            row.push(field);
            match bytes.get(at) {
                Some(b',') => at += 1,
                Some(b'\n') => {
                    at += 1;
                    break;
                }
                Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => {
                    at += 2;
                    break;
                }
                None => break,
                Some(_) => return Err("a quote stands inside a field".into()),
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

fn bare(source: &str, at: &mut usize) -> Result<Cell, String> {
    let start = *at;
    let rest = &source[start..];
    let mut end = rest.find([',', '\n']).unwrap_or(rest.len());
    if rest[end..].starts_with('\n') && rest[..end].ends_with('\r') {
        end -= 1;
    }
    if rest[..end].contains('"') {
        return Err("a quote stands inside a field without quotes".into());
    }
    *at = start + end;
    Ok(Cell { start, end: start + end, unescaped: None })
}

fn quoted(source: &str, at: &mut usize) -> Result<Cell, String> {
    let start = *at + 1;
    let mut from = start;
    loop {
        let Some(found) = source[from..].find('"') else { return Err("a quoted field has no end".into()) };
        let quote = from + found;
        if source[quote + 1..].starts_with('"') {
            from = quote + 2;
            continue;
        }
        *at = quote + 1;
        let inner = &source[start..quote];
        let plain = inner.replace("\"\"", "\"").replace("\r\n", "\n");
        let unescaped = (plain != inner).then_some(plain);
        return Ok(Cell { start, end: quote, unescaped });
    }
}
