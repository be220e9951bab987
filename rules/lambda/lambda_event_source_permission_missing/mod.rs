//! A function that is fed from a queue or stream which its role may not read.

use iaclint_analysis::authority::Verdict;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::arn::Arn;
use iaclint_model::lambda::Function;
use iaclint_model::triggers::{EventSourceMapping, event_source};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a function is fed from a queue or stream that its role may not read",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for mapping in model.all::<EventSourceMapping<'_>>() {
        let function = mapping.function().and_then(|id| model.get::<Function<'_>>(id));
        let (Some(function), Some(source)) = (function, mapping.source()) else { continue };
        let Some(role) = function.role() else { continue };
        let Some(kind) = event_source(&model.resource(source).type_name) else { continue };
        let Some(arn) = Arn::of_resource(model, source).map(|a| a.then(kind.below)) else { continue };
        let refused: Vec<&str> = kind
            .actions
            .iter()
            .copied()
            .filter(|action| matches!(cx.analysis.may(role, action, &arn), Verdict::Denied(_)))
            .collect();
        if refused.is_empty() {
            continue;
        }
        let (role_name, name) = (model.short(role), model.short(source));
        let listed = refused.join(", ");
        cx.finding(
            mapping.id(),
            format!("{} is fed from {name}, which its role may not read", model.short(function.id())),
        )
        .at(cx, mapping.source_arn().origin(), format!("Lambda reads it with {role_name}"))
        .related(cx, role, "the function's role")
        .note(format!("every policy of {role_name} is known, and none allows {listed} here"))
        .help(format!("attach {} to {role_name}, or allow {listed} on {name}", kind.policy))
        .report(cx);
    }
}
