//! A suppression that covers no finding.

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Severity};

/// What is fixed about the rule.
pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::High,
    summary: "a suppression covers no finding",
};

/// Reports each.
pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let Some(ledger) = cx.ledger() else { return };
    // What could not be read may hold what it covers.
    if !ledger.complete {
        return;
    }
    for entry in ledger.uses.iter().filter(|u| u.directive.fault.is_none() && !u.expired) {
        for ((name, span), used) in entry.directive.rules.iter().zip(&entry.used) {
            let ran = name == "*" || ledger.ran.iter().any(|rule| rule == name);
            if *used || !ran {
                continue;
            }
            let what = if name == "*" { "any rule".to_owned() } else { name.to_string() };
            cx.remark(*span, format!("there is no finding of {what} to ignore here"))
                .identity(format!("{name} {}", entry.directive.reason))
                .fix(Fix::without_directive(cx, entry.directive, Some(*span)))
                .help(if entry.directive.rules.len() == 1 {
                    "delete it".to_owned()
                } else {
                    format!("delete `{name}` from its list")
                })
                .report(cx);
        }
    }
}
