//! From the bytes of a file to its compact form.
//!
//! The reader is our own: the compact form comes out of one pass, names and texts keep their places, and what Terraform reads is read,
//! however large or oddly broken into lines.

#[cfg(test)]
mod agreement;
mod body;
mod cursor;
mod directives;
mod expr;
mod json;
mod literal;
mod operand;
mod scan;
mod template;

use std::ops::Range;

use iaclint_graph::may_hold_directives;
use iaclint_source::{FileId, Problem, SourceFile};
use iaclint_value::Name;

use crate::ir::{Body, E, Expr, File, Part};
use cursor::Parser;

/// Lowers a file. What cannot be parsed becomes a problem; the blocks around it are kept.
pub(crate) fn file(file: &SourceFile) -> File {
    let mut out = File::default();
    match read(file, 0..file.text.len(), &mut out.problems) {
        Ok(body) => out.body = body,
        Err(problem) => {
            out.problems.clear();
            by_items(file, problem, &mut out);
        }
    }
    if may_hold_directives(&file.text) {
        out.directives = directives::of(file, &scan::scan(&file.text).comments);
    }
    out
}

/// Reads the top-level items of a file each on its own, since one of them is wrong.
fn by_items(file: &SourceFile, problem: Problem, out: &mut File) {
    let items = scan::scan(&file.text).items;
    if items.len() <= 1 {
        out.problems.push(problem);
        return;
    }
    for range in items {
        match read(file, range, &mut out.problems) {
            Ok(body) => {
                out.body.attributes.extend(body.attributes);
                out.body.blocks.extend(body.blocks);
            }
            Err(problem) => out.problems.push(problem),
        }
    }
}

/// Reads a part of a file as a body.
fn read(file: &SourceFile, range: Range<usize>, problems: &mut Vec<Problem>) -> Result<Body, Problem> {
    let base = range.start;
    let source = file.text.get(range).unwrap_or_default();
    let mut parser = Parser::new(source, file.id, base);
    // Most files have as many.
    parser.attributes.reserve(16);
    parser.blocks.reserve(16);
    parser.items.reserve(16);
    let body = parser.whole_body();
    problems.extend(parser.faults.iter().map(|fault| fault.problem(file.id, &file.path, source, base)));
    body.map_err(|error| error.problem(file.id, &file.path, source, base))
}

/// Lowers a template file, or a text that stands at `base` of a file.
pub(crate) fn template(file: FileId, path: &str, source: &str, base: usize) -> Result<Vec<Part>, Problem> {
    whole(file, path, source, base, Parser::whole_template)
}

/// Lowers one expression: a value given on the command line.
pub(crate) fn expression(file: FileId, path: &str, source: &str, base: usize) -> Result<Expr, Problem> {
    whole(file, path, source, base, Parser::whole_expr)
}

fn whole<'s, T>(
    file: FileId,
    path: &str,
    source: &'s str,
    base: usize,
    read: impl FnOnce(&mut Parser<'s>) -> cursor::Parsed<T>,
) -> Result<T, Problem> {
    let mut parser = Parser::new(source, file, base);
    let result = read(&mut parser);
    // Here nothing is worth keeping beside a fault.
    let result = match parser.faults.pop() {
        Some(fault) => Err(fault),
        None => result,
    };
    result.map_err(|error| error.problem(file, path, source, base))
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
