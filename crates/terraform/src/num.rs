//! Numbers: whole numbers fast, any other decimal exact.

use std::sync::Arc;

use bigdecimal::BigDecimal;

/// A number of Terraform's language. `Int` whenever it is whole and fits.
#[derive(Clone, Debug)]
pub(crate) enum Num {
    Int(i64),
    Big(Arc<BigDecimal>),
}
