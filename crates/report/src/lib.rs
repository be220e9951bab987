//! Every output format, and what may stand in it.
//!
//! A finding has no colour, line or column before it arrives here. Whatever leaves went through [`mask`].

mod excerpt;
mod human;
mod json;
mod look;
pub mod mask;
mod sarif;
mod snippet;

use std::path::Path;

use iaclint_lint::{Finding, Rule, Severity};
use iaclint_source::{Problem, ProblemKind, Sources, Span};

pub use human::Human;
pub use json::Json;
pub use look::Look;
pub use sarif::Sarif;

/// All that there is to say about a run.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The findings to show, in order.
    pub findings: &'a [Finding],
    /// What kept parts of the input from being understood.
    pub problems: &'a [Problem],
    /// Every rule there is.
    pub rules: &'a [Rule],
    /// The files behind the spans.
    pub sources: &'a Sources,
    /// The project root, which paths are relative to; left out where outputs must not depend on the machine.
    pub root: Option<&'a Path>,
    /// Values that could not be evaluated.
    pub unknowns: &'a [UnknownValue],
    /// What was looked at.
    pub summary: Summary,
}

/// What was looked at, and what is not shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Number of resources.
    pub resources: usize,
    /// Number of roots: root modules, assemblies, templates.
    pub roots: usize,
    /// Warnings below the level shown.
    pub hidden_warnings: usize,
    /// Advice below the level shown.
    pub hidden_advice: usize,
}

/// A value that could not be evaluated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownValue {
    /// The resource that holds it.
    pub address: String,
    /// Its attribute at the top.
    pub attribute: String,
    /// The reason, in words.
    pub why: String,
    /// The place, where one is known.
    pub span: Option<Span>,
}

/// A format of the whole report.
pub trait Format {
    /// The report as a text that ends in a newline; empty when there is nothing to say.
    fn render(&self, report: &Report<'_>) -> String;
}

impl Report<'_> {
    /// Number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }

    /// The problems, each once, in order of kind, file and place.
    pub fn distinct_problems(&self) -> Vec<&Problem> {
        let mut problems: Vec<&Problem> = self.problems.iter().collect();
        problems.sort_by_cached_key(|p| {
            let place = match p.span {
                Some(span) => self.sources.sort_key(span),
                None => (p.path.clone().unwrap_or_default(), 0, 0),
            };
            (p.kind == ProblemKind::NotEvaluated, place, p.kind, p.message.clone())
        });
        problems.dedup();
        problems
    }
}

/// Whether a problem is a fault of the input or a limit met, so that the run did not see all it was asked to.
pub fn fails(kind: ProblemKind) -> bool {
    kind != ProblemKind::NotEvaluated
}

/// `1 error`, `2 errors`.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
