//! A function in a VPC whose role may not make network interfaces.

use iaclint_analysis::authority::Verdict;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::Prop;
use iaclint_model::arn::Arn;
use iaclint_model::lambda::Function;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a function runs in a VPC, but its role may not make network interfaces",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for function in model.all::<Function<'_>>() {
        let (Some(role), Prop::Known { origin, .. }) = (function.role(), function.vpc()) else { continue };
        if function.subnets().items.is_empty() {
            continue;
        }
        let Verdict::Denied(_) = cx.analysis.may(role, "ec2:CreateNetworkInterface", &Arn::of_text("*"))
        else {
            continue;
        };
        let role_name = model.short(role);
        cx.finding(
            function.id(),
            format!(
                "{} runs in a VPC, but its role {role_name} may not make network interfaces",
                model.short(function.id())
            ),
        )
        .at(cx, origin, "in a VPC, Lambda makes network interfaces with the function's role")
        .related(cx, role, "the function's role")
        .note(format!("every policy of {role_name} is known, and none allows ec2:CreateNetworkInterface"))
        .help(format!("attach AWSLambdaVPCAccessExecutionRole to {role_name}"))
        .report(cx);
    }
}
