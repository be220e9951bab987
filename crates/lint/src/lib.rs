//! Findings, rules, and how findings are collected: knows no rule and no output format.

mod check;
mod finding;
mod rule;
mod run;

pub use check::{Check, Draft};
pub use iaclint_source::Span;

pub use finding::{Confidence, Finding, Label, Place, Severity, Subject, TrailStep};
pub use rule::{Rule, RuleInfo};
pub use run::{Selection, run};
