//! The reader against a second one that nobody here wrote, and against sources that end anywhere.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Body as TheirBody, Structure};
use hcl_edit::template::{Directive, Element};
use iaclint_source::{Disk, FileKind, FileSystem as _, Sources};

use crate::ir::{Body, E, Expr, ForPart, IfPart, Key, Part, StepKind};

/// The Terraform files of this repository.
fn files() -> Vec<(PathBuf, String)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut todo = vec![here.join("tests"), here.join("../../fixtures")];
    let mut out = Vec::new();
    while let Some(directory) = todo.pop() {
        for entry in Disk.read_dir(&directory).unwrap() {
            let path = directory.join(&entry.name);
            match entry.kind {
                FileKind::Directory => todo.push(path),
                FileKind::File(_) if path.extension().is_some_and(|e| e == "tf") => {
                    let text = String::from_utf8(Disk.read(&path).unwrap()).unwrap();
                    out.push((path, text));
                }
                _ => {}
            }
        }
    }
    out.sort();
    out
}

#[test]
fn files_have_the_shape_that_hcl_edit_sees() {
    let mut compared = 0;
    for (path, text) in files() {
        let Ok(theirs) = hcl_edit::parser::parse_body(&text) else { continue };
        let file = Sources::new().add("main.tf", text);
        let lowered = super::file(&file);
        assert!(lowered.problems.is_empty(), "{}: {:?}", path.display(), lowered.problems);
        let (mut ours_seen, mut theirs_seen) = (String::new(), String::new());
        body(&lowered.body, &mut ours_seen);
        their_body(&theirs, &mut theirs_seen);
        assert_eq!(ours_seen, theirs_seen, "{}", path.display());
        compared += 1;
    }
    assert!(compared > 100, "only {compared} files are read by both");
}

#[test]
fn a_source_that_ends_anywhere_is_read_or_refused() {
    for (_, text) in files().into_iter().filter(|(_, text)| text.len() < 1_000).take(12) {
        for (at, _) in text.char_indices() {
            let file = Sources::new().add("main.tf", text[..at].to_owned());
            let lowered = super::file(&file);
            let spans = lowered.problems.iter().filter_map(|p| p.span);
            assert!(spans.into_iter().all(|s| s.range().end <= at), "{:?}", lowered.problems);
        }
    }
}

/// Arguments before blocks, since the compact form keeps them apart.
fn body(body: &Body, out: &mut String) {
    for attribute in &body.attributes {
        let _ = write!(out, "{}@{}=", attribute.name, attribute.name_span.start);
        expr(&attribute.value, out);
        out.push('\n');
    }
    for block in &body.blocks {
        let _ = writeln!(out, "{} {:?}@{:?} {{", block.kind, block.labels, block.whole.range());
        self::body(&block.body, out);
        out.push_str("}\n");
    }
}

fn their_body(body: &TheirBody, out: &mut String) {
    use hcl_edit::Span as _;
    for attribute in body.attributes() {
        let _ = write!(out, "{}@{}=", attribute.key.as_str(), attribute.key.span().unwrap().start);
        their_expr(&attribute.value, out);
        out.push('\n');
    }
    for structure in body {
        let Structure::Block(block) = structure else { continue };
        let labels: Vec<&str> = block.labels.iter().map(hcl_edit::structure::BlockLabel::as_str).collect();
        let _ = writeln!(out, "{} {labels:?}@{:?} {{", block.ident.as_str(), block.span().unwrap());
        their_body(&block.body, out);
        out.push_str("}\n");
    }
}

fn many<'x, T: 'x>(all: impl IntoIterator<Item = T>, out: &mut String, one: impl Fn(T, &mut String)) {
    out.push('(');
    for item in all {
        one(item, out);
        out.push(' ');
    }
    out.push(')');
}

fn expr(expr: &Expr, out: &mut String) {
    let _ = write!(out, "{:?}", expr.span.range());
    match &expr.kind {
        E::Text(..) | E::Template(_) | E::Wrap(_) => template(expr, out),
        E::Null => out.push_str("null"),
        E::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        E::Num(_) => out.push_str("number"),
        E::Tuple(items) => many(items, out, self::expr),
        E::Object(items) => many(items, out, |item, out| {
            match &item.key {
                Key::Word(word, _) => out.push_str(word),
                Key::Expr(key) => self::expr(key, out),
            }
            out.push_str(" = ");
            self::expr(&item.value, out);
        }),
        E::Paren(inner) => many([&**inner], out, self::expr),
        E::Root(name) => out.push_str(name),
        E::Access(base, steps) => {
            self::expr(base, out);
            many(steps, out, |step, out| match &step.kind {
                StepKind::Attr(name) => out.push_str(name),
                StepKind::Index(index) => self::expr(index, out),
                StepKind::Legacy(index) => {
                    let _ = write!(out, "{index}");
                }
                StepKind::AttrSplat => out.push_str(".*"),
                StepKind::FullSplat => out.push_str("[*]"),
            });
        }
        E::Call(call) => {
            let _ = write!(out, "{}{}", call.name, if call.expand { "..." } else { "" });
            many(&call.arguments, out, self::expr);
        }
        E::Unary(_, operand) => many([&**operand], out, self::expr),
        E::Binary(_, sides) => many(&**sides, out, self::expr),
        E::Conditional(sides) => many(&**sides, out, self::expr),
        E::For(each) => {
            let _ = write!(out, "for {:?} {} {}", each.key_name, each.value_name, each.grouping);
            let of = [Some(&each.collection), each.key.as_ref(), Some(&each.value), each.condition.as_ref()];
            many(of.into_iter().flatten(), out, self::expr);
        }
    }
}

fn their_expr(expr: &Expression, out: &mut String) {
    use hcl_edit::Span as _;
    let _ = write!(out, "{:?}", expr.span().unwrap());
    match expr {
        Expression::String(text) => {
            let _ = write!(out, "{:?}", text.as_str());
        }
        Expression::StringTemplate(template) => their_template(template, out),
        Expression::HeredocTemplate(heredoc) => their_template(&heredoc.template, out),
        Expression::Null(_) => out.push_str("null"),
        Expression::Bool(bool) => out.push_str(if *bool.value() { "true" } else { "false" }),
        Expression::Number(_) => out.push_str("number"),
        Expression::Array(items) => many(items, out, their_expr),
        Expression::Object(items) => many(items, out, |(key, value), out| {
            match key {
                ObjectKey::Ident(word) => out.push_str(word.as_str()),
                ObjectKey::Expression(Expression::String(text)) => out.push_str(text.as_str()),
                ObjectKey::Expression(key) => their_expr(key, out),
            }
            out.push_str(" = ");
            their_expr(value.expr(), out);
        }),
        Expression::Parenthesis(inner) => many([inner.inner()], out, their_expr),
        Expression::Variable(name) => out.push_str(name.as_str()),
        Expression::Traversal(traversal) => {
            their_expr(&traversal.expr, out);
            many(&traversal.operators, out, |operator, out| match operator.value() {
                TraversalOperator::GetAttr(name) => out.push_str(name.as_str()),
                TraversalOperator::Index(Expression::String(text)) => out.push_str(text.as_str()),
                TraversalOperator::Index(index) => their_expr(index, out),
                TraversalOperator::LegacyIndex(index) => {
                    let _ = write!(out, "{}", index.value());
                }
                TraversalOperator::AttrSplat(_) => out.push_str(".*"),
                TraversalOperator::FullSplat(_) => out.push_str("[*]"),
            });
        }
        Expression::FuncCall(call) => {
            for scope in &call.name.namespace {
                let _ = write!(out, "{}::", scope.as_str());
            }
            let _ = write!(
                out,
                "{}{}",
                call.name.name.as_str(),
                if call.args.expand_final() { "..." } else { "" }
            );
            many(call.args.iter(), out, their_expr);
        }
        Expression::UnaryOp(op) => many([&op.expr], out, their_expr),
        Expression::BinaryOp(op) => many([&op.lhs_expr, &op.rhs_expr], out, their_expr),
        Expression::Conditional(sides) => {
            many([&sides.cond_expr, &sides.true_expr, &sides.false_expr], out, their_expr);
        }
        Expression::ForExpr(each) => {
            let key = each.intro.key_var.as_ref().map(|k| k.as_str());
            let _ = write!(out, "for {key:?} {} {}", each.intro.value_var.as_str(), each.grouping);
            let condition = each.cond.as_ref().map(|c| &c.expr);
            let of = [
                Some(&each.intro.collection_expr),
                each.key_expr.as_ref(),
                Some(&each.value_expr),
                condition,
            ];
            many(of.into_iter().flatten(), out, their_expr);
        }
    }
}

/// Texts with the values in them; what is trimmed is for others to show.
fn template(expr: &Expr, out: &mut String) {
    match &expr.kind {
        E::Text(text, _) => {
            let _ = write!(out, "{:?}", text.as_str());
        }
        E::Wrap(inner) => many([&**inner], out, self::expr),
        E::Template(all) => parts(all, out),
        _ => {}
    }
}

fn parts(all: &[Part], out: &mut String) {
    for part in all {
        match part {
            Part::Literal(..) => {}
            Part::Value(value) => many([value], out, self::expr),
            Part::If(branches) => {
                let IfPart { condition, then, otherwise } = &**branches;
                many([condition], out, self::expr);
                parts(then, out);
                parts(otherwise, out);
            }
            Part::For(each) => {
                let ForPart { collection, body, .. } = &**each;
                many([collection], out, self::expr);
                parts(body, out);
            }
        }
    }
}

fn their_template<'t>(template: impl IntoIterator<Item = &'t Element>, out: &mut String) {
    let all: Vec<&Element> = template.into_iter().collect();
    if let [Element::Literal(text)] = all.as_slice() {
        let _ = write!(out, "{:?}", text.as_str());
    }
    for element in all {
        match element {
            Element::Literal(_) => {}
            Element::Interpolation(inner) => many([&inner.expr], out, their_expr),
            Element::Directive(directive) => match &**directive {
                Directive::If(inner) => {
                    many([&inner.if_expr.cond_expr], out, their_expr);
                    their_template(&inner.if_expr.template, out);
                    inner.else_expr.iter().for_each(|e| their_template(&e.template, out));
                }
                Directive::For(inner) => {
                    many([&inner.for_expr.collection_expr], out, their_expr);
                    their_template(&inner.for_expr.template, out);
                }
            },
        }
    }
}
