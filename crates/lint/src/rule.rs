//! What a rule is.

use crate::{Check, Confidence, Severity};

/// What is fixed about a rule.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo {
    /// What its findings are by default; a rule may report a lower one where the evidence is weaker.
    pub severity: Severity,
    /// How sure it is by default.
    pub confidence: Confidence,
    /// One line: what it flags. Lower case, no full stop.
    pub summary: &'static str,
}

/// A rule with its page.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its id, in kebab-case: the failure that it finds.
    pub id: &'static str,
    /// The folder that it stands in: `ecs`, `network`.
    pub group: &'static str,
    /// What is fixed about it.
    pub info: RuleInfo,
    /// Its page in Markdown.
    pub page: &'static str,
    /// The check.
    pub check: for<'a, 'c, 'm> fn(&'a mut Check<'c, 'm>),
}
