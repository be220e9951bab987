//! A suppression that is written wrongly or names a rule that there is not.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity, closest};

/// What is fixed about the rule.
pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::High,
    summary: "a suppression is written wrongly or names no rule",
};

/// Reports each.
pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let Some(ledger) = cx.ledger() else { return };
    for entry in &ledger.uses {
        let directive = entry.directive;
        if let Some((fault, span)) = &directive.fault {
            cx.remark(*span, format!("this suppression covers nothing: {fault}"))
                .identity(fault.clone())
                .help("write `iaclint: ignore[RULE] REASON`, with `until=YYYY-MM-DD` in the brackets if it is to end")
                .report(cx);
            continue;
        }
        for (name, span) in &directive.rules {
            if name == "*" || ledger.rules.iter().any(|rule| rule == name) {
                continue;
            }
            let help = match closest(name, ledger.rules.iter().copied()) {
                Some(other) => format!("did you mean {other}?"),
                None => "`iaclint rules` lists them".to_owned(),
            };
            cx.remark(*span, format!("there is no rule {name}"))
                .identity(name.as_str())
                .help(help)
                .report(cx);
        }
    }
}
