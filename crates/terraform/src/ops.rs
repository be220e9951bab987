//! Operators.

use iaclint_value::{OriginId, Why};

use crate::convert::convert;
pub(crate) use crate::equality::equals;
use crate::num::Num;
pub(crate) use crate::template::{TemplatePart, template};
use crate::ty::Ty;
use crate::unify::unify;
use crate::val::{K, MAX_CANDIDATES, Unk, Val};
use crate::weight::Weights;

/// A possible value with more parts than this is not kept: undecided values inside it would double it again and again.
const MAX_CANDIDATE: usize = 10_000;

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BinaryOp {
    Or,
    And,
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

/// A unary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum UnaryOp {
    Not,
    Neg,
}

/// Applies an operator; unknown operands give an unknown, or what is certain all the same. The result has no origin.
pub(crate) fn binary(op: BinaryOp, left: &Val, right: &Val) -> Result<Val, String> {
    let marks = left.deep_marks().and(right.deep_marks());
    let (operands, result) = match op {
        BinaryOp::Eq | BinaryOp::NotEq => (Ty::Dynamic, Ty::Bool),
        BinaryOp::Or | BinaryOp::And => (Ty::Bool, Ty::Bool),
        BinaryOp::Less | BinaryOp::LessEq | BinaryOp::Greater | BinaryOp::GreaterEq => (Ty::Number, Ty::Bool),
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod => {
            (Ty::Number, Ty::Number)
        }
    };
    let (left, right) = (operand(left, &operands)?, operand(right, &operands)?);
    if let Some(known) = decided(op, &left, &right)? {
        return Ok(known.marked(marks));
    }
    let value = undecided(&[&left, &right], &result, |values| match values {
        [left, right] => decided(op, left, right).ok().flatten(),
        _ => None,
    });
    Ok(value.marked(marks))
}

/// Applies a unary operator. The result has no origin.
pub(crate) fn unary(op: UnaryOp, value: &Val) -> Result<Val, String> {
    let ty = match op {
        UnaryOp::Not => Ty::Bool,
        UnaryOp::Neg => Ty::Number,
    };
    let marks = value.marks;
    let value = operand(value, &ty)?;
    let apply = |value: &Val| match &value.k {
        K::Bool(bool) => Some(Val::bool(!bool, OriginId::NONE)),
        K::Num(num) => Some(Val::num(num.neg(), OriginId::NONE)),
        _ => None,
    };
    Ok(apply(&value)
        .unwrap_or_else(|| undecided(&[&value], &ty, |v| v.first().copied().and_then(apply)))
        .marked(marks))
}

fn operand(value: &Val, ty: &Ty) -> Result<Val, String> {
    if *ty == Ty::Dynamic {
        return Ok(value.clone());
    }
    if value.is_null() {
        return Err("the operand is null, so the operation cannot be done".into());
    }
    convert(value, ty).map_err(|error| format!("unsuitable operand: {error}"))
}

/// The result, if both operands are known well enough.
fn decided(op: BinaryOp, left: &Val, right: &Val) -> Result<Option<Val>, String> {
    let truth = |bool| Ok(Some(Val::bool(bool, OriginId::NONE)));
    match op {
        BinaryOp::Eq => return Ok(equals(left, right).map(|b| Val::bool(b, OriginId::NONE))),
        BinaryOp::NotEq => return Ok(equals(left, right).map(|b| Val::bool(!b, OriginId::NONE))),
        BinaryOp::Or | BinaryOp::And => {
            let (Some(a), Some(b)) = (left.as_bool(), right.as_bool()) else { return Ok(None) };
            return truth(if op == BinaryOp::Or { a || b } else { a && b });
        }
        _ => {}
    }
    if let (true, Some(left), Some(right)) =
        (left.is_unknown() || right.is_unknown(), left.range(), right.range())
    {
        return in_range(op, left, right).map_or(Ok(None), truth);
    }
    let (Some(a), Some(b)) = (left.as_num(), right.as_num()) else { return Ok(None) };
    let number = match op {
        BinaryOp::Less => return truth(a < b),
        BinaryOp::LessEq => return truth(a <= b),
        BinaryOp::Greater => return truth(a > b),
        BinaryOp::GreaterEq => return truth(a >= b),
        BinaryOp::Add => a.add(b),
        BinaryOp::Sub => a.sub(b),
        BinaryOp::Mul => a.mul(b),
        BinaryOp::Mod if a.is_zero() && b.is_zero() => Some(Num::Int(0)),
        BinaryOp::Mod => a.rem(b),
        BinaryOp::Div if a.is_zero() && b.is_zero() => return Err("zero cannot be divided by zero".into()),
        _ => a.div(b),
    };
    match number {
        Some(num) => Ok(Some(Val::num(num, OriginId::NONE))),
        None => Err("the result is too large a number".into()),
    }
}

/// A comparison of numbers of which only bounds are known, where they do not meet.
fn in_range(op: BinaryOp, a: (&Num, Option<&Num>), b: (&Num, Option<&Num>)) -> Option<bool> {
    let beyond = |a: (&Num, Option<&Num>), b: (&Num, Option<&Num>)| b.1.is_some_and(|most| a.0 > most);
    let (above, below) = (beyond(a, b), beyond(b, a));
    match op {
        BinaryOp::Greater | BinaryOp::GreaterEq if above || below => Some(above),
        BinaryOp::Less | BinaryOp::LessEq if above || below => Some(below),
        _ => None,
    }
}

/// What is made of an undecided value: an unknown with the results for its candidates. A number or truth value that they all agree
/// on is known.
fn undecided(values: &[&Val], ty: &Ty, apply: impl Fn(&[&Val]) -> Option<Val>) -> Val {
    let mut unk = Unk::of(values.iter().copied(), ty.clone()).not_null();
    let open: Vec<usize> = (0..values.len()).filter(|at| values[*at].is_unknown()).collect();
    if let [at] = open.as_slice()
        && let Some(undecided) = values[*at].as_unknown()
        && !undecided.candidates.is_empty()
    {
        let mut row: Vec<&Val> = values.to_vec();
        let mut results: Vec<Val> = Vec::new();
        let mut complete = true;
        for candidate in &undecided.candidates {
            row[*at] = candidate;
            match apply(&row) {
                Some(result) if results.iter().any(|r| crate::sets::same(r, &result)) => {}
                Some(result) => results.push(result),
                None => complete = false,
            }
        }
        if complete {
            if *ty == Ty::Bool
                && undecided.ty == Ty::Number
                && let [one] = results.as_slice()
            {
                return one.clone();
            }
            unk.candidates = results;
        }
    }
    Val::unk(unk, OriginId::NONE)
}

/// `cond ? then : else_`: both branches are brought to one type; an unknown condition leaves both as candidates.
pub(crate) fn conditional(cond: &Val, then: &Val, else_: &Val) -> Result<Val, String> {
    let marks = cond.marks.and(then.marks).and(else_.marks);
    if let Some(decided) = cond.as_bool()
        && let (K::Bool(_), K::Bool(_)) | (K::Num(_), K::Num(_)) | (K::Str(_), K::Str(_)) =
            (&then.k, &else_.k)
    {
        return Ok(if decided { then } else { else_ }.clone().marked(marks));
    }
    let untyped = |value: &Val| matches!(value.k, K::Null(Ty::Dynamic));
    // What stands beside a null without a type has the type that it has.
    match cond.as_bool() {
        Some(true) if untyped(else_) && !then.is_null() => return Ok(then.clone().marked(marks)),
        Some(false) if untyped(then) && !else_.is_null() => return Ok(else_.clone().marked(marks)),
        _ => {}
    }
    let (then_ty, else_ty) = (Ty::of(then), Ty::of(else_));
    let open = |value: &Val, ty: &Ty| *ty == Ty::Dynamic && !value.is_null();
    let ty = if untyped(then) {
        else_ty.plain()
    } else if untyped(else_) {
        then_ty.plain()
    } else if open(then, &then_ty) || open(else_, &else_ty) {
        Ty::Dynamic
    } else {
        unify(&[then_ty.clone(), else_ty.clone()], true).ok_or_else(|| {
            format!(
                "the branches of a conditional must have one type, but the true result is {} and the false result is {}",
                then_ty.friendly(),
                else_ty.friendly()
            )
        })?
    };
    if cond.is_null() {
        return Err("the condition is null; it must be true or false".into());
    }
    if !cond.is_unknown() {
        let decided = convert(cond, &Ty::Bool)
            .map_err(|error| format!("the condition must be true or false: {error}"))?;
        let chosen = if decided.as_bool() == Some(true) { then } else { else_ };
        return Ok(convert(chosen, &ty)?.marked(marks));
    }
    if then.is_null() && else_.is_null() {
        return Ok(Val::new(K::Null(ty), then.origin).marked(marks));
    }
    let one_type = then_ty == else_ty;
    // A branch that cannot be converted is not the one that is taken.
    let value = match (convert(then, &ty), convert(else_, &ty)) {
        (Ok(then), Ok(else_)) => undecided_branch(cond, &then, &else_, &ty, one_type),
        (Ok(only), Err(_)) | (Err(_), Ok(only)) => undecided_branch(cond, &only, &only, &ty, false),
        (Err(_), Err(_)) => Val::unk(Unk::of([cond, then, else_], ty), then.origin),
    };
    Ok(value.marked(marks))
}

/// Both branches as the possible values of what an unknown condition chooses. What both have in common is known if they were of
/// one type from the start.
fn undecided_branch(cond: &Val, then: &Val, else_: &Val, ty: &Ty, one_type: bool) -> Val {
    let origin = then.origin;
    if let (K::Num(a), K::Num(b)) = (&then.k, &else_.k)
        && a == b
        && one_type
    {
        return then.clone();
    }
    // Of two lists of one length the length is known.
    if let (K::List(element, a), K::List(_, b)) = (&then.k, &else_.k)
        && a.len() == b.len()
        && one_type
    {
        let items = a
            .iter()
            .zip(b.iter())
            .map(|(a, b)| undecided_branch(cond, a, b, element, false).marked(a.marks.and(b.marks)));
        return Val::list(element.clone(), items.collect(), origin);
    }
    // So is that of two sets of one element.
    if let (K::Set(element, a), K::Set(_, b)) = (&then.k, &else_.k)
        && let ([a], [b]) = (&**a, &**b)
        && one_type
    {
        return Val::set(element.clone(), vec![undecided_branch(cond, a, b, element, false)], origin);
    }
    let mut unk = Unk::of([cond, then, else_], ty.clone());
    unk.why = Why::Condition;
    let not_null = |v: &Val| match &v.k {
        K::Null(_) => false,
        K::Unknown(unk) => unk.not_null,
        _ => true,
    };
    unk.not_null = not_null(then) && not_null(else_);
    if one_type && let (Some((a, most_a)), Some((b, most_b))) = (bounds(then), bounds(else_)) {
        unk.len = (a.min(b), most_a.zip(most_b).map(|(a, b)| a.max(b)));
    }
    if let (Some((a, most_a)), Some((b, most_b))) = (then.range(), else_.range())
        && one_type
    {
        unk.range = Some(Box::new((a.min(b).clone(), most_a.zip(most_b).map(|(a, b)| a.max(b).clone()))));
    }
    let mut candidates: Vec<Val> = Vec::new();
    for branch in [then, else_] {
        let possible = match branch.as_unknown() {
            Some(inner) if !inner.candidates.is_empty() => inner.candidates.as_slice(),
            _ => std::slice::from_ref(branch),
        };
        for value in possible {
            if !candidates.iter().any(|c| crate::sets::same(c, value)) {
                candidates.push(value.clone());
            }
        }
    }
    // Where one of the values can be anything, the list of them says nothing that `depends_on` does not; but a reference is one.
    let tells = |v: &Val| {
        v.as_unknown().is_none_or(|u| {
            u.reference.is_some() || u.text.is_some() || u.encoded.is_some() || u.partial.is_some()
        })
    };
    let light = candidates.iter().all(|v| !Weights::default().outweighs(v, MAX_CANDIDATE));
    if candidates.len() <= MAX_CANDIDATES && light && candidates.iter().any(tells) {
        unk.candidates = candidates;
    }
    Val::unk(unk, origin)
}

/// The least and the greatest length of a collection.
fn bounds(value: &Val) -> Option<(u32, Option<u32>)> {
    let known = |n: usize| u32::try_from(n).ok().map(|n| (n, Some(n)));
    match &value.k {
        K::List(_, items) => known(items.len()),
        K::Set(_, items) if items.iter().any(Val::has_unknown) => {
            known(items.len()).map(|(n, most)| (n.min(1), most))
        }
        K::Set(_, items) => known(items.len()),
        K::Map(_, fields) => known(fields.len()),
        K::Unknown(unk) if unk.ty.element().is_some() => Some(unk.len),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: OriginId = OriginId::NONE;

    fn unknown(ty: Ty) -> Val {
        let mut unk = Unk::new(Why::Condition);
        unk.ty = ty;
        Val::unk(unk, NONE)
    }

    fn answer(value: Result<Val, String>) -> String {
        value.map_or("error".into(), |v| crate::json_out::answer(&v))
    }

    #[test]
    fn types_decide_equality() {
        let (one, text) = (Val::int(1, NONE), Val::str("1", NONE));
        assert_eq!(equals(&one, &text), Some(false));
        let tuple = Val::tuple(vec![text.clone()], NONE);
        assert_eq!(equals(&tuple, &convert(&tuple, &Ty::list(Ty::String)).unwrap()), Some(false));
        assert_eq!(equals(&tuple, &tuple), Some(true));
        assert_eq!(equals(&unknown(Ty::set(Ty::String)), &Val::object(Vec::new(), NONE)), Some(false));
        assert_eq!(equals(&unknown(Ty::String), &text), None);
        assert_eq!(equals(&unknown(Ty::String), &Val::null(NONE)), None);
    }

    #[test]
    fn a_conditional_has_one_type() {
        let yes = Val::bool(true, NONE);
        assert_eq!(
            answer(conditional(&yes, &Val::int(1, NONE), &Val::str("x", NONE))),
            r#"{"json":"\"1\"","type":"string"}"#
        );
        assert!(conditional(&yes, &Val::int(1, NONE), &yes).is_err());
        let empty = Val::tuple(Vec::new(), NONE);
        let one = Val::tuple(vec![Val::str("a", NONE)], NONE);
        assert_eq!(answer(conditional(&yes, &empty, &one)), r#"{"json":"[]","type":["list","string"]}"#);
    }

    #[test]
    fn an_undecided_conditional_keeps_both_values() {
        let cond = unknown(Ty::Bool);
        let value = conditional(&cond, &Val::int(80, NONE), &Val::int(443, NONE)).unwrap();
        assert_eq!(value.as_unknown().unwrap().candidates.len(), 2);
        let sum = binary(BinaryOp::Add, &value, &Val::int(1, NONE)).unwrap();
        let sums: Vec<_> =
            sum.as_unknown().unwrap().candidates.iter().map(|v| v.as_num().unwrap().to_string()).collect();
        assert_eq!(sums, ["81", "444"]);
        assert_eq!(binary(BinaryOp::Greater, &value, &Val::int(1, NONE)).unwrap().as_bool(), Some(true));
        let list = |text: &str| {
            convert(&Val::tuple(vec![Val::str(text, NONE)], NONE), &Ty::list(Ty::String)).unwrap()
        };
        let lists = conditional(&cond, &list("a"), &list("b")).unwrap();
        assert_eq!(answer(Ok(lists)), r#"{"after":[null],"after_unknown":[true]}"#);
    }

    #[test]
    fn no_operator_short_circuits() {
        assert!(binary(BinaryOp::And, &Val::bool(false, NONE), &unknown(Ty::Bool)).unwrap().is_unknown());
        assert!(binary(BinaryOp::Or, &Val::null(NONE), &Val::bool(true, NONE)).is_err());
        assert!(binary(BinaryOp::Div, &Val::int(0, NONE), &Val::int(0, NONE)).is_err());
        assert!(binary(BinaryOp::Add, &Val::bool(true, NONE), &Val::int(0, NONE)).is_err());
        assert!(unary(UnaryOp::Neg, &Val::null(NONE)).is_err());
    }
}
