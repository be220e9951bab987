//! From the bytes of a file to its compact form: the only place that sees the parser's types.

mod directives;
mod expr;
mod json;
mod literal;
mod scan;
mod template;

use std::borrow::Cow;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::structure::{Block as ParsedBlock, BlockLabel, Body as ParsedBody, Structure};
use iaclint_source::{FileId, Problem, ProblemKind, SourceFile, Span};
use iaclint_value::Name;

use crate::ir::{Attribute, Block, Body, E, Expr, File, Part};
use crate::num::Num;
use literal::Spelling;
use template::Style;

/// More than this many duplicate keys in one item are not mended.
const MAX_MENDED: usize = 200;

/// Lowers a file. What cannot be parsed becomes a problem; the blocks around it are kept.
pub(crate) fn file(file: &SourceFile) -> File {
    let mut out = File::default();
    let seen = scan::scan(&file.text);
    out.directives = directives::of(file, &seen.comments);
    if let Some(at) = seen.too_large {
        let span = Span::new(file.id, at..at + 1);
        let message = "an object of more than 8,000 entries is not read".to_owned();
        out.problems.push(Problem::at(ProblemKind::Limit, span, message).in_file(&file.path));
        return out;
    }
    let mut part = Piece { file, base: 0, end: file.text.len() };
    match part.parse() {
        Ok(body) => {
            out.body = body;
            return out;
        }
        Err(_) if seen.items.len() > 1 => {}
        Err(problem) => {
            out.problems.push(problem);
            return out;
        }
    }
    for range in seen.items {
        part.base = range.start;
        part.end = range.end;
        match part.parse() {
            Ok(body) => {
                out.body.attributes.extend(body.attributes);
                out.body.blocks.extend(body.blocks);
            }
            Err(problem) => out.problems.push(problem),
        }
    }
    out
}

/// Lowers a template file, or a text that stands at `base` of a file.
pub(crate) fn template(file: FileId, path: &str, source: &str, base: usize) -> Result<Vec<Part>, Problem> {
    match hcl_edit::parser::parse_template(source) {
        Ok(parsed) => {
            let mut lowering = Lowering { source, file, base };
            Ok(lowering.template(&parsed, Style { spelling: Spelling::Bare, dedent: false }))
        }
        Err(error) => Err(problem(file, path, source, base, &error)),
    }
}

/// Lowers one expression: a value given on the command line.
pub(crate) fn expression(file: FileId, path: &str, source: &str, base: usize) -> Result<Expr, Problem> {
    match hcl_edit::parser::parse_expr(source) {
        Ok(parsed) => Ok(Lowering { source, file, base }.expr(&parsed)),
        Err(error) => Err(problem(file, path, source, base, &error)),
    }
}

/// What is lowered at once, and where it lies.
pub(crate) struct Lowering<'a> {
    source: &'a str,
    file: FileId,
    /// Offset of `source` in its file.
    base: usize,
}

/// A part of a file that is parsed on its own.
struct Piece<'a> {
    file: &'a SourceFile,
    base: usize,
    end: usize,
}

impl Piece<'_> {
    fn parse(&mut self) -> Result<Body, Problem> {
        let source = self.file.text.get(self.base..self.end).unwrap_or_default();
        let mut text = Cow::Borrowed(source);
        for mended in 0..=MAX_MENDED {
            match hcl_edit::parser::parse_body(&text) {
                // Names and texts are read from the source as it is: what was mended has the same places.
                Ok(parsed) => {
                    return Ok(Lowering { source, file: self.file.id, base: self.base }.body(&parsed));
                }
                Err(error) => {
                    if !mend(&mut text, error.location().offset(), error.message(), mended) {
                        return Err(problem(self.file.id, &self.file.path, source, self.base, &error));
                    }
                }
            }
        }
        let span = Span::new(self.file.id, self.base..self.base + 1);
        Err(Problem::at(ProblemKind::Limit, span, "too many keys stand twice here").in_file(&self.file.path))
    }
}

/// Changes the source, byte for byte of the same length, where the parser refuses what the language allows.
fn mend(text: &mut Cow<'_, str>, at: usize, message: &str, mended: usize) -> bool {
    if message.contains("redefined object key") {
        let Some(key) = key_at(text, at) else { return false };
        // A word of the same length that no other key has.
        let mut count = mended;
        let mut letter = |first: u8| {
            let letter = char::from(first + (count % 26) as u8);
            count /= 26;
            letter
        };
        let placeholder: String = match key.len() {
            1 => letter(b'A').to_string(),
            length => std::iter::once('_').chain((1..length).map(|_| letter(b'A'))).collect(),
        };
        text.to_mut().replace_range(key, &placeholder);
        return true;
    }
    // A number that no double holds, or whose point has no digit behind it.
    if let Some(number) = number_around(text, at) {
        let digits = "1".repeat(number.len());
        text.to_mut().replace_range(number, &digits);
        return true;
    }
    // A line in a heredoc that only starts like its end.
    if let Some(word) = false_end(text, at) {
        text.to_mut().replace_range(word, "_");
        return true;
    }
    // A line break around the marks of a conditional inside an object's `for`.
    let bytes = text.as_bytes();
    // The parser stops at the mark itself where the line before it could have been the end.
    let mut line_break = if matches!(bytes.get(at), Some(b'?' | b':')) { at.saturating_sub(1) } else { at };
    while line_break > 0
        && line_break < bytes.len()
        && bytes[line_break] != b'\n'
        && bytes[line_break].is_ascii_whitespace()
    {
        line_break -= 1;
    }
    if !matches!(bytes.get(line_break), Some(b'\n')) {
        return false;
    }
    let before = text[..line_break].trim_end().chars().next_back();
    let after = text[line_break..].trim_start().chars().next();
    if !matches!(before, Some('?' | ':' | '&' | '|' | '=' | '+'))
        && !matches!(after, Some('?' | ':' | '&' | '|'))
    {
        return false;
    }
    text.to_mut().replace_range(line_break..=line_break, " ");
    true
}

/// The number at a place, if it is not written in digits alone.
fn number_around(text: &str, at: usize) -> Option<Range<usize>> {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-' | b'_');
    let bytes = text.as_bytes();
    let before = bytes.get(..at)?.iter().rev().take_while(|b| part(b)).count();
    let after = bytes.get(at..)?.iter().take_while(|b| part(b)).count();
    let mut start = at - before;
    // A sign stands before the number, or an operator and its left side.
    let run = text.get(start..at + after)?;
    if let Some(sign) =
        run.char_indices().rev().find(|(i, c)| matches!(c, '+' | '-') && !run[..*i].ends_with(['e', 'E']))
    {
        start += sign.0 + 1;
    }
    let number = text.get(start..at + after)?;
    let special = number.contains(['e', 'E']) || number.contains(".e");
    (special && number.starts_with(|c: char| c.is_ascii_digit()) && Num::parse(number).is_some())
        .then_some(start..at + after)
}

/// The first letter of the word that a line before `at` starts with, if a heredoc is named so and more follows in the line.
fn false_end(text: &str, at: usize) -> Option<Range<usize>> {
    let line_start = text.get(..at)?.rfind('\n')? + 1;
    let line_end = text[at..].find('\n').map_or(text.len(), |n| at + n);
    let line = &text[line_start..line_end];
    let indentation = line.len() - line.trim_start().len();
    let word: &str =
        line.trim_start().split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).next()?;
    let follows = !line.trim_start()[word.len()..].trim().is_empty();
    let first = word.chars().next()?;
    let opened = |dash: &str| text[..line_start].contains(&format!("<<{dash}{word}\n"));
    if !follows || !first.is_ascii() || !(opened("") || opened("-")) {
        return None;
    }
    let at = line_start + indentation;
    Some(at..at + 1)
}

/// The key that starts at `at`, without its quotes or parentheses.
fn key_at(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    if rest.starts_with('(') || rest.starts_with("\"${") {
        let end = scan::end_of_key(text, at)?;
        return Some(at + 1..end - 1);
    }
    let (skipped, inner) = match rest.strip_prefix('"') {
        Some(inner) => (1, inner),
        None => (0, rest),
    };
    let length =
        inner.find(
            |c: char| if skipped == 1 { c == '"' } else { !(c.is_alphanumeric() || c == '_' || c == '-') },
        )?;
    let key = &inner[..length];
    if length == 0 || key.contains(['\\', '$', '%', '\n']) {
        return None;
    }
    Some(at + skipped..at + skipped + length)
}

fn problem(file: FileId, path: &str, source: &str, base: usize, error: &hcl_edit::parser::Error) -> Problem {
    let mut at = error.location().offset().min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    // The parser stands before the white space that it could not get past.
    at += source[at..].len() - source[at..].trim_start_matches([' ', '\t']).len();
    let width = source[at..].chars().next().map_or(0, char::len_utf8);
    let span = Span::new(file, base + at..base + at + width);
    // Terraform itself has no such bounds.
    let (kind, message) = match error.message() {
        m if m.contains("chained binary operators") => {
            (ProblemKind::Limit, "more than 128 operators follow each other, which is not read".to_owned())
        }
        m if m.contains("nesting depth") => {
            (ProblemKind::Limit, "this nests deeper than 64 levels, which is not read".to_owned())
        }
        m => (ProblemKind::Unreadable, format!("syntax error: {m}")),
    };
    Problem::at(kind, span, message).in_file(path)
}

impl Lowering<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start + self.base..range.end + self.base)
    }

    fn body(&mut self, body: &ParsedBody) -> Body {
        let mut out = Body {
            attributes: Vec::with_capacity(body.attributes().count()),
            blocks: Vec::with_capacity(body.blocks().count()),
        };
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let value = self.expr(&attribute.value);
                    let start = value.span;
                    let name_span = attribute.key.span().map_or(start, |s| self.span(s));
                    out.attributes.push(Attribute { name: attribute.key.as_str().into(), name_span, value });
                }
                Structure::Block(block) => {
                    let block = self.block(block);
                    out.blocks.push(block);
                }
            }
        }
        out
    }

    fn block(&mut self, block: &ParsedBlock) -> Block {
        let whole = self.span(block.span().unwrap_or(0..0));
        let mut header = block.ident.span().map_or(whole, |s| self.span(s));
        let mut labels = Vec::with_capacity(block.labels.len());
        for label in &block.labels {
            let (name, span): (Name, _) = match label {
                BlockLabel::Ident(name) => (name.as_str().into(), name.span()),
                BlockLabel::String(name) => (name.as_str().into(), name.span()),
            };
            if let Some(span) = span {
                header = header.to(self.span(span));
            }
            labels.push(name);
        }
        Block { kind: block.ident.as_str().into(), labels, header, whole, body: self.body(&block.body) }
    }
}

/// The text of an expression as it is written, white space made one space: a name for a condition.
pub(crate) fn canonical(file: &SourceFile, expr: &Expr) -> Name {
    let expr = match &expr.kind {
        E::Paren(_) | E::Wrap(_) => expr.bare(),
        _ => expr,
    };
    let mut out = String::new();
    for word in file.slice(expr.span).split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.into()
}

/// Lowers a configuration file in JSON syntax.
pub(crate) fn json(file: &SourceFile) -> File {
    json::configuration(file)
}

/// Lowers a variable file in JSON syntax.
pub(crate) fn json_variables(file: &SourceFile) -> File {
    json::variables(file)
}
