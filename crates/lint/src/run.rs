//! Runs rules and puts their findings in order.

use std::collections::HashMap;

use iaclint_analysis::Analysis;
use iaclint_source::{FileId, Span};

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
        (self.only.is_empty() || self.only.iter().any(|r| r == rule))
            && !self.ignore.iter().any(|r| r == rule)
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

/// Joins the findings of one rule that are one fault: at one place of the configuration, or made by one line of the user's program.
fn joined(findings: Vec<Finding>) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    let mut places: HashMap<Key, usize> = HashMap::new();
    for finding in findings {
        let keys = keys(&finding);
        let Some(at) = keys.iter().find_map(|k| places.get(k)).copied() else {
            places.extend(keys.into_iter().map(|k| (k, out.len())));
            out.push(finding);
            continue;
        };
        out[at].join(finding);
        places.extend(keys.into_iter().map(|k| (k, at)));
    }
    out
}

/// What makes two findings of a rule one fault.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    /// The wrong place.
    Place(Span, String),
    /// The line of the user's program, and what is wrong.
    Source(FileId, u32, String),
}

fn keys(finding: &Finding) -> Vec<Key> {
    let mut keys = vec![Key::Place(finding.primary.span, finding.identity.clone())];
    if let Some(source) = finding.subject.source {
        keys.push(Key::Source(source.file, source.start, finding.identity.clone()));
    }
    keys
}
