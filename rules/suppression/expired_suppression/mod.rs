//! A suppression whose last day has passed.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};

/// What is fixed about the rule.
pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::High,
    summary: "the last day of a suppression has passed",
};

/// Reports each.
pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let Some(ledger) = cx.ledger() else { return };
    for entry in ledger.uses.iter().filter(|u| u.expired) {
        let directive = entry.directive;
        let Some((until, span)) = &directive.until else { continue };
        let rules: Vec<&str> = directive.rules.iter().map(|(name, _)| name.as_str()).collect();
        let mut draft = cx
            .remark(*span, format!("this suppression of {} ended on {until}", rules.join(", ")))
            .identity(format!("{} {until} {}", rules.join(","), directive.reason))
            .help("mend what it covered and delete it, or give it a later day");
        if !directive.reason.is_empty() {
            draft = draft.note(format!("its reason was: {}", directive.reason));
        }
        draft.report(cx);
    }
}
