//! Expressions: conditionals, operators, and the steps of traversals.

use iaclint_source::Span;
use smallvec::SmallVec;

use super::cursor::{Parsed, Parser, Syntax};
use crate::ir::{E, Expr, Step, StepKind};
use crate::num::Num;
use crate::ops::{BinaryOp, UnaryOp};

/// How many operators may stand on one way down into an expression.
const MAX_OPERATORS: usize = 500;

impl Parser<'_> {
    /// An expression that is the whole source.
    pub(super) fn whole_expr(&mut self) -> Parsed<Expr> {
        let expr = self.with_lines(true, Self::expr)?;
        self.lines();
        if self.is_at_end() { Ok(expr) } else { self.fail("the end belongs here") }
    }

    /// An expression.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.nested(|me| {
            let condition = me.binary(0)?;
            me.space();
            if me.peek() != b'?' {
                return Ok(condition);
            }
            me.at += 1;
            let then = me.expr()?;
            me.expect(b':', "a colon belongs here, before what holds otherwise")?;
            let otherwise = me.expr()?;
            let span = condition.span.to(otherwise.span);
            Ok(Expr { kind: E::Conditional(Box::new([condition, then, otherwise])), span })
        })
    }

    /// Operands joined by operators that bind at least as close as `least`.
    fn binary(&mut self, least: u8) -> Parsed<Expr> {
        let outside = std::mem::take(&mut self.operators);
        let mut left = self.unary()?;
        loop {
            self.space();
            let Some((operator, binds, width)) = self.operator().filter(|o| o.1 >= least) else { break };
            let at = self.at;
            self.at += width;
            let below = std::mem::take(&mut self.operators);
            let right = self.binary(binds + 1)?;
            self.operators = self.operators.max(below) + 1;
            if self.operators > MAX_OPERATORS {
                let message =
                    format!("more than {MAX_OPERATORS} operators follow each other, which is not read");
                return Err(Syntax::limit(at, message));
            }
            let span = left.span.to(right.span);
            left = Expr { kind: E::Binary(operator, Box::new([left, right])), span };
        }
        self.operators = self.operators.max(outside);
        Ok(left)
    }

    /// The operator that stands here, how close it binds, and its width.
    fn operator(&self) -> Option<(BinaryOp, u8, usize)> {
        let next = self.ahead(1);
        Some(match self.peek() {
            b'|' if next == b'|' => (BinaryOp::Or, 0, 2),
            b'&' if next == b'&' => (BinaryOp::And, 1, 2),
            b'=' if next == b'=' => (BinaryOp::Eq, 2, 2),
            b'!' if next == b'=' => (BinaryOp::NotEq, 2, 2),
            b'<' if next == b'=' => (BinaryOp::LessEq, 3, 2),
            b'>' if next == b'=' => (BinaryOp::GreaterEq, 3, 2),
            b'<' => (BinaryOp::Less, 3, 1),
            b'>' => (BinaryOp::Greater, 3, 1),
            b'+' => (BinaryOp::Add, 4, 1),
            b'-' => (BinaryOp::Sub, 4, 1),
            b'*' => (BinaryOp::Mul, 5, 1),
            b'/' => (BinaryOp::Div, 5, 1),
            b'%' => (BinaryOp::Mod, 5, 1),
            _ => return None,
        })
    }

    fn unary(&mut self) -> Parsed<Expr> {
        self.space();
        match self.peek() {
            b'-' => self.prefixed(UnaryOp::Neg),
            b'!' => self.prefixed(UnaryOp::Not),
            _ => self.traversal(),
        }
    }

    /// An operand behind an operator.
    #[inline(never)]
    fn prefixed(&mut self, operator: UnaryOp) -> Parsed<Expr> {
        let start = self.at;
        self.at += 1;
        let operand = self.nested(Self::unary)?;
        let span = self.span(start..start).to(operand.span);
        let kind = match (operator, operand) {
            (UnaryOp::Neg, Expr { kind: E::Num(number), .. }) => match Num::parse(&format!("-{number}")) {
                Some(negative) => E::Num(negative),
                None => E::Unary(operator, Box::new(Expr { kind: E::Num(number), span })),
            },
            (_, operand) => E::Unary(operator, Box::new(operand)),
        };
        Ok(Expr { kind, span })
    }

    /// An operand and the steps into it.
    fn traversal(&mut self) -> Parsed<Expr> {
        let start = self.at;
        let operand = self.operand()?;
        let end = self.at;
        self.space();
        // Most operands are whole.
        if matches!(self.peek(), b'.' | b'[') { self.stepped(operand, start, end) } else { Ok(operand) }
    }

    /// The steps into an operand that stands from `start` to `end`.
    #[inline(never)]
    fn stepped(&mut self, operand: Expr, start: usize, mut end: usize) -> Parsed<Expr> {
        let mut steps: SmallVec<[Step; 4]> = SmallVec::new();
        loop {
            self.space();
            match self.peek() {
                // Three dots are no step.
                b'.' if self.ahead(1) != b'.' => {
                    let step = self.attribute_step()?;
                    let dotted = |step: &&Step| {
                        let name = matches!(step.kind, StepKind::Attr(_))
                            && self.source.as_bytes().get(self.at_of(step.span)) != Some(&b'"');
                        name || matches!(step.kind, StepKind::Legacy(_))
                    };
                    let behind = steps.iter().rev().find(|step| !dotted(step));
                    let splat = |step: &Step| matches!(step.kind, StepKind::AttrSplat);
                    if splat(&step) && behind.is_some_and(splat) {
                        let message = "a splat with a dot cannot stand inside another: write [*]";
                        self.faults.push(Syntax::new(self.at, message));
                    }
                    steps.push(step);
                }
                b'[' => steps.push(self.index_step()?),
                _ => break,
            }
            end = self.at;
        }
        if steps.is_empty() {
            return Ok(operand);
        }
        Ok(Expr { kind: E::Access(Box::new(operand), steps.into_boxed_slice()), span: self.span(start..end) })
    }

    /// Where in the source a span starts.
    fn at_of(&self, span: Span) -> usize {
        (span.start as usize).saturating_sub(self.base)
    }

    /// `.name`, `.0`, `.*`.
    fn attribute_step(&mut self) -> Parsed<Step> {
        self.at += 1;
        self.lines();
        let start = self.at;
        let kind = match self.peek() {
            b'*' => {
                self.at += 1;
                StepKind::AttrSplat
            }
            b'0'..=b'9' => {
                while self.peek().is_ascii_digit() {
                    self.at += 1;
                }
                if self.peek() == b'.' && self.ahead(1).is_ascii_digit() {
                    let message = "two indices behind dots cannot follow each other: write [0][0]";
                    self.faults.push(Syntax::new(start, message));
                }
                match self.text(start..self.at).parse() {
                    Ok(index) => StepKind::Legacy(index),
                    Err(_) => return Err(Syntax::new(start, "this index is too large")),
                }
            }
            _ if self.at_name() => StepKind::Attr(self.name()?.0),
            _ => return self.fail("the name of an attribute belongs behind the dot"),
        };
        Ok(Step { kind, span: self.since(start) })
    }

    /// `[key]`, `[*]`.
    fn index_step(&mut self) -> Parsed<Step> {
        self.at += 1;
        self.with_lines(true, |me| {
            me.space();
            let start = me.at;
            let step = if me.peek() == b'*' {
                me.at += 1;
                Step { kind: StepKind::FullSplat, span: me.since(start) }
            } else {
                let index = me.expr()?;
                let span = index.span;
                let kind = match index.kind {
                    // `x["a"]` and `x.a` are the same for maps and objects, and the shorter form is the faster.
                    E::Text(text, _)
                        if !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()) =>
                    {
                        StepKind::Attr(text)
                    }
                    kind => StepKind::Index(Box::new(Expr { kind, span })),
                };
                Step { kind, span }
            };
            me.expect(b']', "a closing bracket belongs here")?;
            Ok(step)
        })
    }
}
