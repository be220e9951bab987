//! Runs rules and puts their findings in order.

use iaclint_analysis::Analysis;

use crate::{Check, Finding, Rule};

/// Which rules run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these, if any are named.
    pub only: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
}

impl Selection {
    /// Whether a rule runs.
    pub fn runs(&self, rule: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|r| r == rule)) && !self.ignore.iter().any(|r| r == rule)
    }
}

/// Runs every selected rule. One fault is one finding: what stands at the same place in several instances is joined. Sorted by file,
/// offset and rule.
pub fn run(analysis: &Analysis<'_>, rules: &[Rule], selection: &Selection) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for rule in rules.iter().filter(|r| selection.runs(r.id)) {
        let mut check = Check::new(analysis, rule);
        (rule.check)(&mut check);
        findings.extend(joined(check.into_findings()));
    }
    let sources = analysis.sources();
    findings.sort_by_cached_key(|f| (sources.sort_key(f.primary.span), f.rule, f.subject.address.clone()));
    findings
}

/// Joins findings of one rule at one place.
fn joined(findings: Vec<Finding>) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    for finding in findings {
        match out.iter_mut().find(|f| f.primary.span == finding.primary.span && f.part == finding.part) {
            Some(first) => {
                if finding.severity > first.severity {
                    let addresses = std::mem::take(&mut first.instances);
                    let before = std::mem::replace(first, finding);
                    first.instances = addresses;
                    first.instances.push(before.subject.address);
                } else if finding.subject.address != first.subject.address {
                    first.instances.push(finding.subject.address);
                }
                first.instances.sort();
                first.instances.dedup();
            }
            None => out.push(finding),
        }
    }
    out
}
