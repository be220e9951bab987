//! A three-valued answer.

/// Whether something is so. The least of several is what all of them are, the greatest what any of them is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Answer {
    /// Certainly not.
    No,
    /// It cannot be said.
    Maybe,
    /// For certain.
    Yes,
}
