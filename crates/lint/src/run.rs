//! Runs rules and puts their findings in order.

use std::collections::{BTreeMap, HashMap};

use iaclint_analysis::Analysis;
use iaclint_source::{FileId, Span};
use rayon::prelude::*;

use crate::suppression::GROUP;
use crate::{Check, Finding, Ledger, Rule, Severity};

/// The stack of a thread that runs rules, in bytes: they walk values as deep as the front ends make them.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Which rules run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these, if any are named.
    pub only: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// Severities by rule, in the place of their own.
    pub severities: BTreeMap<String, Severity>,
    /// The day of the run (`2027-03-01`), after which suppressions with an earlier last day count no more; without it all count.
    pub today: Option<String>,
    /// Suppressed findings are shown like any other.
    pub show_suppressed: bool,
}

/// What rules found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What is shown.
    pub shown: Vec<Finding>,
    /// What the user does not want to see.
    pub suppressed: Vec<Finding>,
}

impl Selection {
    /// Whether a rule runs.
    pub fn runs(&self, rule: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|r| r == rule))
            && !self.ignore.iter().any(|r| r == rule)
    }
}

/// Runs every selected rule and gives what is not suppressed.
pub fn run(analysis: &Analysis<'_>, rules: &[Rule], selection: &Selection) -> Vec<Finding> {
    judge(analysis, rules, selection).shown
}

/// Runs every selected rule. One fault is one finding: what stands at the same place in several instances is joined. Sorted by file,
/// offset and rule.
pub fn judge(analysis: &Analysis<'_>, rules: &[Rule], selection: &Selection) -> Findings {
    judge_watched(analysis, rules, selection, &|| {})
}

/// The same; `after_each` is called when a rule has run, from several threads.
pub fn judge_watched(
    analysis: &Analysis<'_>,
    rules: &[Rule],
    selection: &Selection,
    after_each: &(dyn Fn() + Sync),
) -> Findings {
    let mut out = Findings::default();
    let mut ledger = Ledger::new(analysis.model, selection);
    ledger.rules = rules.iter().map(|r| r.id).collect();
    let (last, first): (Vec<&Rule>, Vec<&Rule>) =
        rules.iter().filter(|r| selection.runs(r.id)).partition(|r| r.group == GROUP);
    // The judges remember their answers, so rules that ask the same share the work; what they found is taken in the rules' order.
    let at_work = |rule| {
        let mut check = Check::new(analysis, rule);
        (rule.check)(&mut check);
        after_each();
        check
    };
    let checks: Vec<Check<'_, '_>> = match rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build() {
        Ok(pool) => pool.install(|| first.into_par_iter().map(at_work).collect()),
        Err(_) => first.into_iter().map(at_work).collect(),
    };
    for check in checks {
        ledger.ran.push(check.rule().id);
        out.take(check, &mut ledger, selection);
    }
    let uses = ledger.clone();
    for rule in last {
        let mut check = Check::new(analysis, rule).of_suppressions(&uses);
        (rule.check)(&mut check);
        out.take(check, &mut ledger, selection);
    }
    let sources = analysis.sources();
    for findings in [&mut out.shown, &mut out.suppressed] {
        findings
            .sort_by_cached_key(|f| (sources.sort_key(f.primary.span), f.rule, f.subject.address.clone()));
    }
    out
}

impl Findings {
    /// Takes in what one rule found. What is suppressed in one instance and not in another is not joined.
    fn take(&mut self, check: Check<'_, '_>, ledger: &mut Ledger<'_>, selection: &Selection) {
        let model = check.model();
        let (mut shown, mut suppressed) = (Vec::new(), Vec::new());
        for (subject, mut finding) in check.into_parts() {
            if let Some(severity) = selection.severities.get(finding.rule) {
                finding.severity = *severity;
            }
            if ledger.cover(model, subject, &mut finding) && !selection.show_suppressed {
                suppressed.push(finding);
            } else {
                shown.push(finding);
            }
        }
        self.shown.extend(joined(shown));
        self.suppressed.extend(joined(suppressed));
    }
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
