//! Advice by what is deployed together, then by rule.

use iaclint_lint::{Finding, Severity};

/// The advice for one stack.
pub(crate) struct Advised<'a> {
    /// The stack: a directory, a template, the stack of an assembly.
    pub stack: &'a str,
    /// The findings of each rule.
    pub rules: Vec<Vec<&'a Finding>>,
}

impl Advised<'_> {
    /// How many findings there are.
    pub fn count(&self) -> usize {
        self.rules.iter().map(Vec::len).sum()
    }
}

/// The advice among findings, stacks and rules in the order of their first finding.
pub(crate) fn advised(findings: &[Finding]) -> Vec<Advised<'_>> {
    let mut out: Vec<Advised<'_>> = Vec::new();
    for finding in findings.iter().filter(|f| f.severity == Severity::Advice) {
        let name = finding.subject.stack.as_str();
        let at = out.iter().position(|a| a.stack == name).unwrap_or_else(|| {
            out.push(Advised { stack: name, rules: Vec::new() });
            out.len() - 1
        });
        let Some(stack) = out.get_mut(at) else { continue };
        match stack.rules.iter_mut().find(|of| of.first().is_some_and(|f| f.rule == finding.rule)) {
            Some(rule) => rule.push(finding),
            None => stack.rules.push(vec![finding]),
        }
    }
    out
}
