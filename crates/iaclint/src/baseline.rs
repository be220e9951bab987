//! The baseline: what was found on the day it was written, so that only what is new is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use iaclint_lint::{Finding, Suppressed};
use iaclint_model::family;
use iaclint_report::mask;
use iaclint_source::Disk;
use serde::{Deserialize, Serialize};

use crate::input;
use crate::output::{self, Failure};

/// The version of the file.
const VERSION: u32 = 1;

/// The file.
#[derive(Serialize, Deserialize, Debug)]
pub struct Baseline {
    version: u32,
    findings: Vec<Entry>,
}

/// One finding, told from others by what stays when lines move.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Entry {
    rule: String,
    address: String,
    fingerprint: String,
}

/// What a baseline hides, and what of it is not found any more.
#[derive(Default, Debug)]
pub struct Applied {
    /// What it hides.
    pub hidden: Vec<Finding>,
    /// The number of entries that nothing was found for.
    pub stale: usize,
}

impl Entry {
    fn of(finding: &Finding) -> Self {
        Entry {
            rule: finding.rule.to_owned(),
            address: mask::name(&family(&finding.subject.address)),
            fingerprint: format!("{:016x}", finding.fingerprint),
        }
    }
}

impl Baseline {
    /// What was found today.
    pub fn of(findings: &[Finding]) -> Self {
        let mut findings: Vec<Entry> = findings.iter().map(Entry::of).collect();
        findings.sort();
        Baseline { version: VERSION, findings }
    }

    /// Number of findings in it.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = input::text(&Disk, path)?;
        let baseline: Baseline = serde_json::from_str(&text).map_err(|e| {
            Failure::new(format!("{shown} is no baseline: {e}"))
                .with_help(format!("write it anew with `iaclint baseline -o {shown}`"))
        })?;
        if baseline.version != VERSION {
            let words = format!("{shown} has version {}; this iaclint reads {VERSION}", baseline.version);
            return Err(Failure::new(words));
        }
        Ok(baseline)
    }

    /// Writes a file.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        // Texts and numbers always serialize.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        output::write(path, &format!("{text}\n"))
    }

    /// Takes what the baseline holds out of `findings`: of equal ones as many as there were. What was found for none of `ran` may be there
    /// all the same and is not stale. With `prune`, stale entries are deleted.
    pub fn apply(&mut self, findings: &mut Vec<Finding>, ran: &BTreeSet<&str>, name: &str) -> Applied {
        let mut left: BTreeMap<Entry, usize> = BTreeMap::new();
        for entry in &self.findings {
            *left.entry(entry.clone()).or_default() += 1;
        }
        let mut applied = Applied::default();
        let mut shown = Vec::new();
        for mut finding in findings.drain(..) {
            match left.get_mut(&Entry::of(&finding)).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    finding.suppressed = Some(Suppressed { span: None, reason: format!("in {name}") });
                    applied.hidden.push(finding);
                }
                None => shown.push(finding),
            }
        }
        *findings = shown;
        self.findings.retain(|entry| match left.get_mut(entry).filter(|count| **count > 0) {
            Some(count) if ran.contains(entry.rule.as_str()) => {
                *count -= 1;
                applied.stale += 1;
                false
            }
            _ => true,
        });
        applied
    }
}

#[cfg(test)]
mod tests {
    use iaclint_lint::{Confidence, Label, Severity, Subject};
    use iaclint_source::{FileId, Span};
    use proptest::prelude::*;

    use super::*;

    fn finding(address: &str, fingerprint: u64) -> Finding {
        let span = Span::new(FileId(0), 0..1);
        Finding {
            rule: "a-rule",
            severity: Severity::Warning,
            confidence: Confidence::High,
            subject: Subject {
                address: address.to_owned(),
                type_name: String::new(),
                span,
                source: None,
                construct: None,
                stack: ".".into(),
            },
            part: None,
            headline: String::new(),
            primary: Label { span, text: String::new() },
            labels: Vec::new(),
            related: Vec::new(),
            trail: Vec::new(),
            notes: Vec::new(),
            help: String::new(),
            fix: None,
            instances: Vec::new(),
            environments: Vec::new(),
            identity: String::new(),
            suppressed: None,
            fingerprint,
        }
    }

    #[test]
    fn what_was_there_is_hidden_and_what_is_new_is_not() {
        let mut baseline = Baseline::of(&[finding("a.b[0]", 1), finding("a.c", 2)]);
        let mut findings = vec![finding("a.b[1]", 1), finding("a.b[2]", 1), finding("a.d", 3)];
        let applied = baseline.apply(&mut findings, &BTreeSet::from(["a-rule"]), "b.json");
        assert_eq!((applied.hidden.len(), applied.stale), (1, 1));
        assert_eq!(
            findings.iter().map(|f| f.subject.address.as_str()).collect::<Vec<_>>(),
            ["a.b[2]", "a.d"]
        );
        assert_eq!(baseline.len(), 1);
    }

    #[test]
    fn what_did_not_run_is_not_stale() {
        let mut baseline = Baseline::of(&[finding("a.b", 1)]);
        let applied = baseline.apply(&mut Vec::new(), &BTreeSet::from(["another"]), "b.json");
        assert_eq!((applied.stale, baseline.len()), (0, 1));
    }

    /// Findings of few rules, addresses and fingerprints, so that many are equal, at any place.
    fn findings() -> impl Strategy<Value = Vec<Finding>> {
        let addresses = prop::sample::select(vec!["a.b", "a.b[0]", "a.b[\"x\"]", "a.c", "module.m[0].a.b"]);
        let rules = prop::sample::select(vec!["a-rule", "another"]);
        let one =
            (rules, addresses, 0..3_u64, 0..1_000_usize).prop_map(|(rule, address, fingerprint, at)| {
                let mut finding = finding(address, fingerprint);
                finding.rule = rule;
                finding.primary.span = Span::new(FileId(0), at..at + 1);
                finding
            });
        prop::collection::vec(one, 0..20)
    }

    fn counted<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> BTreeMap<Entry, usize> {
        let mut out = BTreeMap::new();
        for finding in findings {
            *out.entry(Entry::of(finding)).or_default() += 1;
        }
        out
    }

    proptest! {
        #[test]
        fn a_baseline_hides_as_many_as_it_holds_and_never_another(old in findings(), new in findings()) {
            let (held, mut shown) = (counted(&old), new.clone());
            let applied = Baseline::of(&old).apply(&mut shown, &BTreeSet::new(), "b.json");
            let (hidden, left) = (counted(&applied.hidden), counted(&shown));
            for (entry, count) in counted(&new) {
                let of = |counts: &BTreeMap<Entry, usize>| counts.get(&entry).copied().unwrap_or_default();
                prop_assert_eq!(of(&hidden), count.min(of(&held)));
                prop_assert_eq!(of(&hidden) + of(&left), count);
            }
            prop_assert!(hidden.keys().all(|entry| held.contains_key(entry)));
        }
    }
}
