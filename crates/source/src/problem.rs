//! What went wrong while reading the user's files, without stopping.

use crate::Span;

/// Whose fault a problem is, and so what becomes of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// A file could not be read or parsed: it is the input's fault, and the exit status says so.
    Unreadable,
    /// The input is wrong in a way that its own tool would refuse (a cycle, an undeclared variable, a missing module).
    Invalid,
    /// The input is fine, but something it needs is not here or is beyond what we evaluate; counted, shown on demand.
    NotEvaluated,
    /// A limit of ours was met (size, depth, number of instances).
    Limit,
}

/// Something that kept a part of the input from being understood. The rest is checked all the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Whose fault it is.
    pub kind: ProblemKind,
    /// What is wrong: present tense, lower case, no full stop.
    pub message: String,
    /// The file, relative to the project root where it lies inside, as in [`crate::SourceFile::path`].
    pub path: Option<String>,
    /// The place, where one is known.
    pub span: Option<Span>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without a place.
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), path: None, span: None, help: None }
    }

    /// A problem at a place.
    pub fn at(kind: ProblemKind, span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::new(kind, message) }
    }

    /// The same problem in the file `path`.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The same problem with a way out.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
