//! Expressions from the parser's tree.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{BinaryOperator, Expression, ObjectKey, TraversalOperator, UnaryOperator};
use iaclint_value::Name;

use super::Lowering;
use super::literal::{Assembly, Spelling};
use super::template::Style;
use crate::ir::{Call, E, Expr, For, Item, Key, Part, Step, StepKind};
use crate::num::Num;
use crate::ops::{BinaryOp, UnaryOp};

impl Lowering<'_> {
    /// Lowers an expression. The parser bounds how deep they nest.
    pub(super) fn expr(&mut self, expr: &Expression) -> Expr {
        let range = expr.span().unwrap_or(0..0);
        let kind = match expr {
            Expression::Null(_) => E::Null,
            Expression::Bool(bool) => E::Bool(*bool.value()),
            Expression::Number(number) => self.number(number.value(), range.clone()),
            Expression::String(_) => {
                let inner = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
                let mut assembly = Assembly::new();
                assembly.push(self.source, inner.clone(), Spelling::Quoted);
                let (text, placed) = assembly.finish(self.file, self.base, inner.start);
                E::Text(text, placed)
            }
            Expression::Array(array) => E::Tuple(array.iter().map(|e| self.expr(e)).collect()),
            Expression::Object(object) => {
                E::Object(object.iter().map(|(key, value)| self.item(key, value.expr())).collect())
            }
            Expression::StringTemplate(template) => {
                let style = Style { spelling: Spelling::Quoted, dedent: false };
                let parts = self.template(template, style);
                wrap(parts, range.start + self.base + 1, self.file)
            }
            Expression::HeredocTemplate(heredoc) => {
                let dedent = self.source.get(range.clone()).is_some_and(|s| s.starts_with("<<-"));
                let parts = self.template(&heredoc.template, Style { spelling: Spelling::Bare, dedent });
                match <[Part; 1]>::try_from(parts) {
                    Ok([Part::Literal(text, placed)]) => E::Text(text, placed),
                    Ok(parts) => E::Template(parts.into()),
                    Err(parts) if parts.is_empty() => wrap(parts, range.start + self.base, self.file),
                    Err(parts) => E::Template(parts.into()),
                }
            }
            Expression::Parenthesis(inner) => E::Paren(Box::new(self.expr(inner.inner()))),
            Expression::Variable(name) => E::Root(name.as_str().into()),
            Expression::Conditional(inner) => E::Conditional(Box::new([
                self.expr(&inner.cond_expr),
                self.expr(&inner.true_expr),
                self.expr(&inner.false_expr),
            ])),
            Expression::FuncCall(call) => {
                let mut name = String::new();
                for scope in &call.name.namespace {
                    name.push_str(scope.as_str());
                    name.push_str("::");
                }
                name.push_str(call.name.name.as_str());
                E::Call(Box::new(Call {
                    name: name.into(),
                    name_span: self.span(call.name.name.span().unwrap_or(range.clone())),
                    arguments: call.args.iter().map(|a| self.expr(a)).collect(),
                    expand: call.args.expand_final(),
                }))
            }
            Expression::Traversal(traversal) => {
                let base = Box::new(self.expr(&traversal.expr));
                let steps = traversal.operators.iter().map(|o| self.step(o.value(), o.span())).collect();
                E::Access(base, steps)
            }
            Expression::UnaryOp(op) => {
                let operator = match op.operator.value() {
                    UnaryOperator::Neg => UnaryOp::Neg,
                    UnaryOperator::Not => UnaryOp::Not,
                };
                E::Unary(operator, Box::new(self.expr(&op.expr)))
            }
            Expression::BinaryOp(op) => {
                let sides = Box::new([self.expr(&op.lhs_expr), self.expr(&op.rhs_expr)]);
                E::Binary(binary(*op.operator.value()), sides)
            }
            Expression::ForExpr(each) => E::For(Box::new(For {
                key_name: each.intro.key_var.as_ref().map(|k| k.as_str().into()),
                value_name: each.intro.value_var.as_str().into(),
                collection: self.expr(&each.intro.collection_expr),
                key: each.key_expr.as_ref().map(|k| self.expr(k)),
                value: self.expr(&each.value_expr),
                grouping: each.grouping,
                condition: each.cond.as_ref().map(|c| self.expr(&c.expr)),
            })),
        };
        Expr { kind, span: self.span(range) }
    }

    /// A number from its text, since the parser's own is a double.
    fn number(&self, number: &hcl_edit::Number, range: Range<usize>) -> E {
        let text: String =
            self.source.get(range).unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
        match Num::parse(&text).or_else(|| Num::parse(&number.to_string())) {
            Some(num) => E::Num(num),
            None => E::Null,
        }
    }

    fn item(&mut self, key: &ObjectKey, value: &Expression) -> Item {
        let key = match key {
            ObjectKey::Ident(name) => {
                let at = name.span().or_else(|| value.span().map(|s| s.start..s.start)).unwrap_or(0..0);
                let written = self.source.get(at.clone()).map(str::trim).filter(|w| !w.is_empty());
                Key::Word(written.unwrap_or(name.as_str()).into(), self.span(at))
            }
            ObjectKey::Expression(expr) => match self.key(expr) {
                Expr { kind: E::Text(text, placed), .. } => Key::Word(text, placed.span),
                // A word, whatever it means elsewhere.
                Expr { kind: E::Null, span } => Key::Word("null".into(), span),
                other => Key::Expr(other),
            },
        };
        Item { key, value: self.expr(value) }
    }

    /// A computed key, from the source as it is: one that stands twice was given another name for the parser.
    fn key(&mut self, expr: &Expression) -> Expr {
        let range = expr.span().unwrap_or(0..0);
        let written = self.source.get(range.clone()).unwrap_or_default();
        let renamed = match expr {
            Expression::Parenthesis(inner) => match inner.inner() {
                Expression::Variable(name) => !written.contains(name.as_str()),
                _ => false,
            },
            Expression::String(_) => written.starts_with("\"${"),
            _ => false,
        };
        let parsed = if renamed { hcl_edit::parser::parse_expr(written).ok() } else { None };
        match parsed {
            Some(parsed) => {
                Lowering { source: written, file: self.file, base: self.base + range.start }.expr(&parsed)
            }
            None => self.expr(expr),
        }
    }

    fn step(&mut self, operator: &TraversalOperator, span: Option<Range<usize>>) -> Step {
        let span = self.span(operator.span().or(span).unwrap_or(0..0));
        let kind = match operator {
            TraversalOperator::AttrSplat(_) => StepKind::AttrSplat,
            TraversalOperator::FullSplat(_) => StepKind::FullSplat,
            TraversalOperator::GetAttr(name) => StepKind::Attr(name.as_str().into()),
            TraversalOperator::LegacyIndex(index) => StepKind::Legacy(*index.value()),
            TraversalOperator::Index(index) => match self.expr(index) {
                // `x["a"]` and `x.a` are the same for maps and objects, and the shorter form is the faster.
                Expr { kind: E::Text(text, _), .. }
                    if !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()) =>
                {
                    StepKind::Attr(text)
                }
                other => StepKind::Index(Box::new(other)),
            },
        };
        Step { kind, span }
    }
}

/// A quoted template: nothing, one literal, one value, or several parts.
fn wrap(mut parts: Vec<Part>, at: usize, file: iaclint_source::FileId) -> E {
    if parts.len() > 1 {
        return E::Template(parts.into());
    }
    match parts.pop() {
        Some(Part::Literal(text, placed)) => E::Text(text, placed),
        Some(Part::Value(expr)) => E::Wrap(Box::new(expr)),
        Some(part) => E::Template([part].into()),
        None => {
            let span = iaclint_source::Span::new(file, at..at);
            E::Text(Name::new(), iaclint_value::Placed::verbatim(span))
        }
    }
}

fn binary(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Eq => BinaryOp::Eq,
        BinaryOperator::NotEq => BinaryOp::NotEq,
        BinaryOperator::LessEq => BinaryOp::LessEq,
        BinaryOperator::GreaterEq => BinaryOp::GreaterEq,
        BinaryOperator::Less => BinaryOp::Less,
        BinaryOperator::Greater => BinaryOp::Greater,
        BinaryOperator::Plus => BinaryOp::Add,
        BinaryOperator::Minus => BinaryOp::Sub,
        BinaryOperator::Mul => BinaryOp::Mul,
        BinaryOperator::Div => BinaryOp::Div,
        BinaryOperator::Mod => BinaryOp::Mod,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Or => BinaryOp::Or,
    }
}
