//! Findings, rules, and how findings are collected: knows no rule and no output format.

mod check;
mod comment;
mod finding;
mod fix;
mod likeness;
mod rule;
mod run;
mod suppression;

pub use check::{Check, Draft};
pub use iaclint_source::Span;

pub use finding::{Confidence, Finding, Label, Place, Severity, Subject, TrailStep};
pub use fix::{Fix, Safety};
pub use likeness::closest;
pub use rule::{Rule, RuleInfo};
pub use run::{Findings, Selection, judge, judge_watched, run};
pub use suppression::{DirectiveUse, Ledger, Suppressed};
