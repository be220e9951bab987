//! A service whose failing deployment nobody ends.

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::ecs::Service;
use iaclint_model::{Entity, Field, Language};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::High,
    summary: "a failing deployment of the service goes on for hours",
};

const ENABLED: Field = Service::TABLE.field("circuit_breaker");
const ROLLBACK: Field = Service::TABLE.field("circuit_breaker_rollback");

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for service in cx.model().all::<Service<'_>>() {
        let rolling = service.deployment_controller().must(|c| c == "ECS")
            && service.scheduling_strategy().must(|s| s == "REPLICA");
        let never = service.circuit_breaker().must(|on| !on) && service.deployment_alarms().must(|on| !on);
        let runs = !service.desired_count().must(|n| *n == 0);
        if rolling && never && runs {
            report(cx, &service);
        }
    }
}

fn report<'m>(cx: &mut Check<'_, 'm>, service: &Service<'m>) {
    let (model, id) = (cx.model(), service.id());
    let name = model.short(id);
    let help = match model.language(id) {
        Language::Terraform => format!(
            "add a `deployment_circuit_breaker` block with `enable = true` and `rollback = true` to {name}"
        ),
        Language::Cdk => "pass `circuitBreaker: { rollback: true }` to the service".to_owned(),
        Language::CloudFormation => {
            format!(
                "add `DeploymentConfiguration: {{DeploymentCircuitBreaker: {{Enable: true, Rollback: true}}}}` to {name}"
            )
        }
    };
    let values = [(ENABLED, true.into()), (ROLLBACK, true.into())];
    let fix = Fix::set(cx, Safety::Unsafe, "end a failing deployment and go back", service, &values);
    cx.finding(id, format!("a failing deployment of {name} has no end"))
        .at_span(model.resource(id).span, "no deployment circuit breaker")
        .note(
            "ECS starts new tasks for as long as they fail; CloudFormation waits up to three hours for that",
        )
        .help(help)
        .fix(fix)
        .report(cx);
}
