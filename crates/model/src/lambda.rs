//! (being written)
/// Tables.
pub const TABLES: &[crate::Table] = &[];
