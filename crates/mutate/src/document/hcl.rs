//! Terraform as a tree of values.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::template::{Directive, Element, Template};

use super::{Content, Member, Node};

/// The content of a file; nothing when it does not parse.
pub(super) fn parse(text: &str) -> Option<Node> {
    let parsed = hcl_edit::parser::parse_body(text).ok()?;
    Some(Node { span: 0..text.len(), content: Content::Object(body(&parsed)) })
}

fn body(body: &Body) -> Vec<Member> {
    body.iter()
        .filter_map(|structure| match structure {
            Structure::Attribute(attribute) => {
                let value = expr(&attribute.value);
                let start = attribute.key.span()?.start;
                let span = start..value.span.end;
                Some(Member { key: attribute.key.to_string(), labels: Vec::new(), span, value })
            }
            Structure::Block(nested) => block(nested),
        })
        .collect()
}

fn block(block: &Block) -> Option<Member> {
    let span = block.span()?;
    let labels = block.labels.iter().map(|label| label.as_str().to_owned()).collect();
    let value = Node { span: span.clone(), content: Content::Object(body(&block.body)) };
    Some(Member { key: block.ident.to_string(), labels, span, value })
}

fn expr(parsed: &Expression) -> Node {
    let span = parsed.span().unwrap_or(0..0);
    let content = match parsed {
        Expression::Bool(value) => Content::Literal(value.value().to_string()),
        Expression::Number(value) => Content::Literal(value.value().to_string()),
        Expression::String(value) => Content::Literal(value.value().clone()),
        Expression::Array(array) => Content::List(array.iter().map(expr).collect()),
        Expression::Object(object) => {
            Content::Object(object.iter().map(|(key, value)| member(key, value.expr())).collect())
        }
        Expression::FuncCall(call) => {
            Content::Call(call.name.name.to_string(), call.args.iter().map(expr).collect())
        }
        Expression::StringTemplate(template) => Content::Other(holes(template)),
        Expression::HeredocTemplate(heredoc) => Content::Other(holes(&heredoc.template)),
        Expression::Parenthesis(inner) => Content::Other(vec![expr(inner.inner())]),
        Expression::Conditional(c) => {
            Content::Other(vec![expr(&c.cond_expr), expr(&c.true_expr), expr(&c.false_expr)])
        }
        Expression::Traversal(traversal) => {
            let mut inside = vec![expr(&traversal.expr)];
            for operator in &traversal.operators {
                if let TraversalOperator::Index(index) = operator.value() {
                    inside.push(expr(index));
                }
            }
            Content::Other(inside)
        }
        Expression::UnaryOp(op) => Content::Other(vec![expr(&op.expr)]),
        Expression::BinaryOp(op) => Content::Other(vec![expr(&op.lhs_expr), expr(&op.rhs_expr)]),
        Expression::ForExpr(each) => {
            Content::Other(vec![expr(&each.intro.collection_expr), expr(&each.value_expr)])
        }
        Expression::Null(_) | Expression::Variable(_) => Content::Other(Vec::new()),
    };
    Node { span, content }
}

fn member(key: &ObjectKey, value: &Expression) -> Member {
    let value = expr(value);
    let (name, at): (String, Option<Range<usize>>) = match key {
        ObjectKey::Ident(ident) => (ident.to_string(), ident.span()),
        ObjectKey::Expression(Expression::String(text)) => (text.value().clone(), text.span()),
        ObjectKey::Expression(other) => (String::new(), other.span()),
    };
    let start = at.map_or(value.span.start, |at| at.start);
    Member { key: name, labels: Vec::new(), span: start..value.span.end, value }
}

fn holes(template: &Template) -> Vec<Node> {
    let mut out = Vec::new();
    for element in template {
        match element {
            Element::Interpolation(hole) => out.push(expr(&hole.expr)),
            Element::Directive(directive) => match &**directive {
                Directive::If(directive) => {
                    out.extend(holes(&directive.if_expr.template));
                    if let Some(other) = &directive.else_expr {
                        out.extend(holes(&other.template));
                    }
                }
                Directive::For(directive) => out.extend(holes(&directive.for_expr.template)),
            },
            Element::Literal(_) => {}
        }
    }
    out
}
