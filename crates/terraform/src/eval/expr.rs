//! Expressions.

use std::sync::Arc;

use iaclint_source::Span;
use iaclint_value::{Marks, Name, OriginId, Via, Why};

use super::access::add_references;
use super::{Env, Evaluator, Fault};
use crate::convert::convert;
use crate::ir::{E, Expr, Item, Key, Step};
use crate::ops::{self, BinaryOp, UnaryOp};
use crate::ty::Ty;
use crate::val::{Fields, K, Unk, Val};
use crate::version::Language;

impl Evaluator<'_, '_> {
    /// Evaluates an expression.
    pub(super) fn eval(&mut self, expr: &Expr, env: Env<'_>) -> Result<Val, Fault> {
        // A literal rests on nothing.
        if let E::Null | E::Bool(_) | E::Num(_) | E::Text(..) = expr.kind {
            return Ok(self.literal(expr));
        }
        if self.depth > super::MAX_DEPTH {
            return Ok(self.too_deep(expr.span));
        }
        self.depth += 1;
        let (mut value, rests) = self.resting(|me| me.shape(expr, env));
        if let Err(fault) = &mut value {
            fault.0.assumed.get_or_insert(rests);
        }
        self.depth -= 1;
        if self.planning { value.map(without_choice) } else { value }
    }

    /// A literal as a value, `null` among them.
    fn literal(&mut self, expr: &Expr) -> Val {
        let origin = self.written(expr.span);
        match &expr.kind {
            E::Bool(bool) => Val::bool(*bool, origin),
            E::Num(num) => Val::num(num.clone(), origin),
            E::Text(text, _) => Val::literal(text, expr.placed(), origin),
            _ => Val::null(origin),
        }
    }

    /// It calls itself through all that is written inside, so what it does on the way stays out of its frame: a small one stays in
    /// the nearest cache.
    fn shape(&mut self, expr: &Expr, env: Env<'_>) -> Result<Val, Fault> {
        let span = expr.span;
        match &expr.kind {
            E::Null | E::Bool(_) | E::Num(_) | E::Text(..) => Ok(self.literal(expr)),
            E::Wrap(inner) | E::Paren(inner) => self.eval(inner, env),
            E::Template(parts) => self.template(parts, span, env),
            E::Tuple(items) => self.tuple(items, span, env),
            E::Object(items) => self.object(items, span, env),
            E::Root(name) => {
                let value = self.traversal(name, span, &[], span, env)?;
                Ok(self.planned_whole(value))
            }
            E::Access(base, steps) => {
                if let E::Root(name) = &base.kind {
                    let value = self.traversal(name, base.span, steps, span, env)?;
                    return Ok(self.planned_whole(value));
                }
                self.access(base, steps, span, env)
            }
            E::Call(call) => self.call(call, span, env),
            E::Unary(op, inner) => self.unary(*op, inner, span, env),
            E::Binary(op @ (BinaryOp::And | BinaryOp::Or), sides) if self.short_circuits(env.scope) => {
                self.logical(*op, sides, span, env)
            }
            E::Binary(op, sides) => self.binary(*op, sides, span, env),
            E::Conditional(parts) => self.conditional(parts, span, env),
            E::For(each) => self.for_expr(each, span, env),
        }
    }

    #[inline(never)]
    fn tuple(&mut self, items: &[Expr], span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            let value = self.eval(item, env);
            out.push(self.part(value)?);
        }
        let origin = self.written(span);
        Ok(Val::tuple(out, origin))
    }

    /// Steps behind what is no name.
    #[inline(never)]
    fn access(&mut self, base: &Expr, steps: &[Step], span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let of = self.eval(base, env)?;
        // What is null at first sight is of no type to a splat.
        let of = if matches!(&of.k, K::Null(ty) if !ty.is_sequence()) && is_constant(base) {
            Val::null(of.origin).marked(of.marks)
        } else {
            of
        };
        let value = self.steps(of, steps, env)?;
        Ok(self.step(value, span, Via::Written))
    }

    #[inline(never)]
    fn unary(&mut self, op: UnaryOp, inner: &Expr, span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let operand = self.eval(inner, env)?;
        let value = ops::unary(op, &operand).map_err(|e| Fault::new(inner.span, e))?;
        Ok(self.computed(value, span, &[&operand]))
    }

    #[inline(never)]
    fn binary(&mut self, op: BinaryOp, sides: &[Expr; 2], span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let left = self.eval(&sides[0], env)?;
        let right = self.eval(&sides[1], env)?;
        let (left, right) = (self.whole(left), self.whole(right));
        let value = ops::binary(op, &left, &right)
            .map_err(|e| Fault::new(operand_at(op, &left, &right, sides).unwrap_or(span), e))?;
        Ok(self.computed(value, span, &[&left, &right]))
    }

    /// To a plan, a resource or module is the object of what it has, wherever it goes.
    fn planned_whole(&mut self, value: Val) -> Val {
        if self.planning { self.deep_whole(value, 0) } else { value }
    }

    /// Whether one side may decide alone: in the language of newer versions, and where nothing says which versions run it. A plan needs
    /// proof.
    fn short_circuits(&self, scope: usize) -> bool {
        let speaks = |wanted: fn(Language) -> bool| {
            [scope, 0].iter().any(|at| self.scopes.get(*at).is_some_and(|s| wanted(s.module.language)))
        };
        speaks(|l| l >= Language::ShortCircuit) || !self.planning && !speaks(|l| l <= Language::BothSides)
    }

    /// `&&` and `||` as of Terraform 1.12: where one side decides, whatever is wrong with the other is of no matter; and as long as
    /// the left side is not known, so is what is wrong with the right one.
    #[inline(never)]
    fn logical(&mut self, op: BinaryOp, sides: &[Expr; 2], span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let decisive = op == BinaryOp::Or;
        let (left, rests) = self.resting(|me| me.eval(&sides[0], env).map(|v| me.whole(v)));
        let truth = |value: &Result<Val, Fault>| {
            let value = value.as_ref().ok()?;
            convert(value, &Ty::Bool).ok()?.as_bool()
        };
        if let (Ok(value), true) = (&left, truth(&left) == Some(decisive)) {
            let decided = Val::bool(decisive, OriginId::NONE).marked(value.marks);
            return Ok(self.computed(decided, span, &[value]));
        }
        let open = left.as_ref().is_ok_and(Val::is_unknown);
        let right = if left.is_err() || open {
            let doubtful = std::mem::replace(&mut self.doubtful, true);
            let right = self.led_by(rests, |me| me.eval(&sides[1], env).map(|v| me.whole(v)));
            self.doubtful = doubtful;
            right
        } else {
            self.led_by(rests, |me| me.eval(&sides[1], env).map(|v| me.whole(v)))
        };
        match (left, right) {
            (left, Ok(value)) if truth(&Ok(value.clone())) == Some(decisive) => {
                let marks = left.map_or(Marks::NONE, |left| left.marks).and(value.marks);
                let decided = Val::bool(decisive, OriginId::NONE).marked(marks);
                Ok(self.computed(decided, span, &[&value]))
            }
            (Ok(left), Err(_)) if open => {
                let unknown = Val::unk(Unk::of([&left], Ty::Bool).not_null(), OriginId::NONE);
                Ok(self.computed(unknown.marked(left.marks), span, &[&left]))
            }
            (Ok(left), Ok(right)) => {
                let value = ops::binary(op, &left, &right).map_err(|e| Fault::new(span, e))?;
                Ok(self.computed(value, span, &[&left, &right]))
            }
            (Err(fault), _) | (_, Err(fault)) => Err(fault),
        }
    }

    /// The result of an operator: its place, with the operands behind it.
    fn computed(&mut self, value: Val, span: Span, operands: &[&Val]) -> Val {
        let origin = self.origins.add(span, Via::Written, operands.iter().map(|o| o.origin));
        value.with_origin(origin)
    }

    #[inline(never)]
    fn conditional(&mut self, parts: &[Expr; 3], span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let (condition, rests) = self.resting(|me| me.eval(&parts[0], env));
        let condition = condition?;
        // An unknown one is taken as it is, whatever its type: so does Terraform.
        let decided = match condition.as_unknown() {
            Some(_) => condition,
            None => convert(&condition, &Ty::Bool).map_err(|e| Fault::new(parts[0].span, e))?,
        };
        if decided.is_null() {
            return Err(Fault::new(parts[0].span, "the condition is null"));
        }
        let chosen = decided.as_bool();
        let (then, otherwise) = self.led_by(rests, |me| {
            (me.branch(&parts[1], env, chosen), me.branch(&parts[2], env, chosen.map(|c| !c)))
        });
        let (then, otherwise) = match (chosen, then, otherwise) {
            (_, Ok(then), Ok(otherwise)) => (then, otherwise),
            // The branch that is not taken lends its type at most.
            (Some(true), Ok(value), Err(_)) | (Some(false), Err(_), Ok(value)) => {
                return Ok(self.step(value, span, Via::Branch).marked(decided.marks));
            }
            // What cannot be evaluated is not what the condition leads to.
            (None, Ok(value), Err(_)) | (None, Err(_), Ok(value)) => {
                let value = super::access::possible(&decided, value);
                return Ok(self.step(value, span, Via::Branch).marked(decided.marks));
            }
            // Terraform lets it pass as long as it does not know which of the two it takes.
            (None, Err(_), Err(_)) => {
                let origin = self.written(span);
                let unk = Unk::of([&decided], Ty::Dynamic);
                return Ok(Val::unk(Unk { why: Why::Condition, ..unk }, origin).marked(decided.marks));
            }
            (_, Err(fault), _) | (_, _, Err(fault)) => return Err(fault),
        };
        let origin = match chosen {
            Some(true) => then.origin,
            Some(false) => otherwise.origin,
            None => OriginId::NONE,
        };
        let both = parts[1].span.to(parts[2].span);
        let mut value = ops::conditional(&decided, &then, &otherwise).map_err(|e| Fault::new(both, e))?;
        // What a plan has converted it knows no more.
        if let K::Unknown(unk) = &mut value.k
            && self.planning
            && matches!(unk.ty, Ty::List(_) | Ty::Set(_))
            && Ty::of(&then) != Ty::of(&otherwise)
        {
            Arc::make_mut(unk).candidates = Vec::new();
        }
        let from: Vec<OriginId> =
            if origin.is_some() { vec![origin] } else { vec![then.origin, otherwise.origin, decided.origin] };
        let origin = self.origins.add(span, Via::Branch, from);
        Ok(value.with_origin(origin))
    }

    /// A branch; the errors of one that is not surely taken are of no matter.
    fn branch(&mut self, expr: &Expr, env: Env<'_>, taken: Option<bool>) -> Result<Val, Fault> {
        let doubtful = self.doubtful || taken != Some(true);
        let doubtful = std::mem::replace(&mut self.doubtful, doubtful);
        let value = self.eval(expr, env);
        self.doubtful = doubtful;
        if taken == Some(false) { value } else { value.map(|v| self.whole(v)) }
    }

    #[inline(never)]
    fn object(&mut self, items: &[Item], span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let mut fields: Fields = Vec::with_capacity(items.len());
        let mut open: Option<Unk> = None;
        let mut marks = Marks::NONE;
        for item in items {
            let (key, key_origin) = match &item.key {
                Key::Word(name, key_span) => (Some(name.clone()), self.written(*key_span)),
                // In `providers`, which is not evaluated, it is the name of a provider.
                Key::Expr(expr) if is_reference(expr) => {
                    let message = "a key with dots is either a text in quotes or a reference in parentheses";
                    return Err(Fault::new(expr.span, message));
                }
                Key::Expr(expr) => {
                    let key = self.eval(expr, env);
                    let key = self.part(key)?;
                    marks = marks.and(key.marks);
                    let compound =
                        |u: &Unk| !matches!(u.ty, Ty::Dynamic | Ty::Bool | Ty::Number | Ty::String);
                    if self.planning && key.as_unknown().is_some_and(compound) {
                        return Err(Fault::new(expr.span, "this is no key: a string is required"));
                    }
                    (key_name(&key, expr.span, &mut open)?, key.origin)
                }
            };
            let value = self.eval(&item.value, env);
            let value = self.part(value)?;
            match key {
                Some(key) => fields.push((key, key_origin, value)),
                None => {
                    if let (Some(open), Some(unk)) = (&mut open, value.as_unknown()) {
                        add_references(&mut open.depends_on, &unk.depends_on);
                    }
                }
            }
        }
        let origin = self.written(span);
        let known = Val::object(fields, origin).marked(marks);
        Ok(match open {
            None => known,
            Some(mut unk) => {
                unk.not_null = true;
                unk.partial = Some(Box::new(known));
                Val::new(K::Unknown(Arc::new(unk)), origin).marked(marks)
            }
        })
    }
}

/// The operand that an operator cannot work on.
fn operand_at(op: BinaryOp, left: &Val, right: &Val, sides: &[Expr; 2]) -> Option<Span> {
    let ty = match op {
        BinaryOp::Eq | BinaryOp::NotEq => return None,
        BinaryOp::Or | BinaryOp::And => Ty::Bool,
        _ => Ty::Number,
    };
    let bad = |value: &Val| convert(value, &ty).is_err();
    if bad(left) {
        Some(sides[0].span)
    } else if bad(right) {
        Some(sides[1].span)
    } else {
        None
    }
}

/// Whether an expression is a call that is given `null` alone.
fn is_constant(expr: &Expr) -> bool {
    match &expr.bare().kind {
        E::Call(call) => call.arguments.iter().all(|a| matches!(a.bare().kind, E::Null)),
        _ => false,
    }
}

/// Whether an expression is a name with steps that are written out.
fn is_reference(expr: &Expr) -> bool {
    let E::Access(base, steps) = &expr.kind else { return false };
    matches!(base.kind, E::Root(_)) && steps.iter().all(Step::is_plain)
}

/// A plan does not tell which texts and numbers an undecided value may be, only what all of them have in common.
fn without_choice(mut value: Val) -> Val {
    if let K::Unknown(unk) = &mut value.k
        && !unk.candidates.is_empty()
        && unk.candidates.iter().all(|c| matches!(Ty::outline(c), Ty::Bool | Ty::Number | Ty::String))
    {
        Arc::make_mut(unk).candidates = Vec::new();
    }
    value
}

/// The name that a key is; for an unknown one `open` tells why the object is not known whole.
pub(super) fn key_name(key: &Val, span: Span, open: &mut Option<Unk>) -> Result<Option<Name>, Fault> {
    if key.is_null() {
        return Err(Fault::new(span, "the key is null"));
    }
    if let Some(unk) = key.as_unknown() {
        let into = open.get_or_insert_with(|| Unk::new(unk.why.clone()));
        add_references(&mut into.depends_on, &unk.depends_on);
        return Ok(None);
    }
    let key = convert(key, &Ty::String).map_err(|e| Fault::new(span, format!("this is no key: {e}")))?;
    Ok(key.as_str().map(Name::from))
}
