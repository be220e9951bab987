//! FIXME: what is looked at, and when that is a fault, in one sentence.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "FIXME: what it flags, in one line",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let faulty: Vec<_> = cx.model().ids().filter(|_| false).collect();
    for subject in faulty {
        cx.finding(subject, "FIXME: what is wrong").help("FIXME: what to type").report(cx);
    }
}
