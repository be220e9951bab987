//! A service whose failing deployment nobody ends.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ecs::Service;
use iaclint_model::{Language, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::High,
    summary: "a failing deployment of the service goes on for hours",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for service in cx.model().all::<Service<'_>>() {
        let rolling = service.deployment_controller().must(|c| c == "ECS")
            && service.scheduling_strategy().must(|s| s == "REPLICA");
        let never = service.circuit_breaker().must(|on| !on) && service.deployment_alarms().must(|on| !on);
        let runs = !service.desired_count().must(|n| *n == 0);
        if rolling && never && runs && !cx.model().in_library(service.id()) {
            report(cx, service.id());
        }
    }
}

fn report(cx: &mut Check<'_, '_>, id: ResourceId) {
    let model = cx.model();
    let name = model.short(id);
    let help = match model.language(id) {
        Language::Terraform => format!(
            "add `deployment_circuit_breaker {{ enable = true, rollback = true }}` to {name}, each on a line of its own"
        ),
        Language::Cdk => "pass `circuitBreaker: { rollback: true }` to the service".to_owned(),
        Language::CloudFormation => {
            format!(
                "add `DeploymentConfiguration: {{DeploymentCircuitBreaker: {{Enable: true, Rollback: true}}}}` to {name}"
            )
        }
    };
    cx.finding(id, format!("a failing deployment of {name} has no end"))
        .at_span(model.resource(id).span, "no deployment circuit breaker")
        .note(
            "ECS starts new tasks for as long as they fail; CloudFormation waits up to three hours for that",
        )
        .help(help)
        .report(cx);
}
