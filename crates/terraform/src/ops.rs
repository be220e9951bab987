//! Operators.

use iaclint_value::{OriginArena, OriginId, Text};

use crate::val::Val;

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

/// Applies an operator; unknown operands give an unknown, or what is certain all the same.
pub(crate) fn binary(op: BinaryOp, left: &Val, right: &Val) -> Result<Val, String> {
    let _ = (op, right);
    Ok(left.clone())
}

/// A unary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum UnaryOp {
    Not,
    Neg,
}

/// Applies a unary operator.
pub(crate) fn unary(op: UnaryOp, operand: &Val) -> Result<Val, String> {
    let _ = op;
    Ok(operand.clone())
}

/// Whether two values are equal as `==` sees it; `None` when that is not known.
pub(crate) fn equals(left: &Val, right: &Val) -> Option<bool> {
    let _ = (left, right);
    None
}

/// `cond ? then : else_`: both branches are brought to one type; an unknown condition leaves both as candidates.
pub(crate) fn conditional(cond: &Val, then: &Val, else_: &Val) -> Result<Val, String> {
    let _ = (cond, else_);
    Ok(then.clone())
}

/// A part of a template.
#[derive(Clone, Debug)]
pub(crate) enum TemplatePart {
    /// Literal text with its place.
    Literal(Text),
    /// An interpolated value.
    Value(Val),
}

/// Joins the parts of a template; a lone interpolation keeps its type. `origin` is that of the whole template.
pub(crate) fn template(parts: Vec<TemplatePart>, origin: OriginId, arena: &mut OriginArena) -> Result<Val, String> {
    let _ = (parts, arena);
    Ok(Val::str("", origin))
}
