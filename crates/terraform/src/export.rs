//! From the evaluator's values to the values that leave the crate.

use iaclint_value::{OriginArena, Value, Why};

use crate::val::Val;

/// The value as the rest of the program sees it.
pub(crate) fn export(value: &Val, arena: &mut OriginArena) -> Value {
    let _ = arena;
    Value::unknown(Why::Unsupported("export".into()), value.origin)
}
