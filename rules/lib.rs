//! The rules of iaclint, a folder each.
// This file is written by `cargo xtask sync`; do not edit it.

use iaclint_lint::Rule;

/// Every rule, by id.
pub static RULES: &[Rule] = &[];
