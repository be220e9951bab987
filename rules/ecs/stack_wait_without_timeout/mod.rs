//! A deployment that waits for something that may never come.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ecs::Service;
use iaclint_model::machine::MachineKind;
use iaclint_model::{Language, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "a deployment waits long for what may never come",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    services(cx);
    signals(cx);
}

fn services(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for service in model.all::<Service<'_>>() {
        let id = service.id();
        let rolling = service.deployment_controller().must(|c| c == "ECS")
            && service.scheduling_strategy().must(|s| s == "REPLICA");
        let ends = !service.circuit_breaker().must(|on| !on) || !service.deployment_alarms().must(|on| !on);
        let runs = !service.desired_count().must(|n| *n == 0);
        if !rolling || ends || !runs || model.in_library(id) {
            continue;
        }
        let name = model.short(id);
        match model.language(id) {
            Language::Terraform => {
                let wait = service.wait_for_steady_state();
                let limited = model.resource(id).meta.get("timeouts").is_some();
                if wait.must(|w| *w) && !limited {
                    cx.finding(
                        id,
                        format!(
                            "the apply waits for {name} to be stable, which a failing deployment never is"
                        ),
                    )
                    .at(cx, wait.origin(), "waits for 20 minutes, then says only that it gave up")
                    .help(format!(
                        "turn on the deployment circuit breaker of {name}, or give it a `timeouts` block"
                    ))
                    .report(cx);
                }
            }
            Language::Cdk | Language::CloudFormation => {
                cx.finding(id, format!("the stack waits up to three hours for {name} to be stable"))
                    .at_span(model.resource(id).span, "a failing deployment is never stable")
                    .help(format!("turn on the deployment circuit breaker of {name}, which ends the wait after a few failed tasks"))
                    .report(cx);
            }
        }
    }
}

/// Instances of a stack that are to send a signal and never do.
fn signals(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts().iter().filter(|h| h.machine.kind == MachineKind::Instance) {
        let id: ResourceId = host.machine.id;
        let policy = cx.model().resource(id).meta.get("CreationPolicy").and_then(|p| p.get("ResourceSignal"));
        let text = host.text.flatten().text.to_ascii_lowercase();
        if let Some(signal) = policy
            && !host.data.has_unknown_parts()
            && host.text.as_str().is_some()
            && !text.contains("signal")
        {
            let name = cx.model().short(id);
            cx.finding(id, format!("the stack waits for a signal of {name} that its user data never sends"))
                .severity(Severity::Error)
                .at(cx, signal.origin, "waits until its timeout, then the stack rolls back")
                .label(cx, host.machine.user_data_origin(), "no cfn-signal in here")
                .help("end the user data with `/opt/aws/bin/cfn-signal -e $? --stack ... --resource ...`, or remove the creation policy")
                .report(cx);
        }
    }
}
