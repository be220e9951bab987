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
    let services = model.all::<Service<'_>>();
    let mut told: Vec<(ResourceId, Vec<ResourceId>)> = Vec::new();
    for service in services.iter().filter(|s| may_never_be_stable(s)) {
        let id = service.id();
        if model.language(id) == Language::Terraform {
            apply(cx, service);
            continue;
        }
        let together =
            |other: ResourceId| model.same_root(other, id) && model.stack(other) == model.stack(id);
        // What holds up nothing but itself is told by the rule for circuit breakers.
        if services.iter().filter(|s| together(s.id())).count() < 2 {
            continue;
        }
        match told.iter_mut().find(|(first, _)| together(*first)) {
            Some((_, others)) => others.push(id),
            None => told.push((id, Vec::new())),
        }
    }
    for (first, others) in told {
        stack(cx, first, &others);
    }
}

/// Whether nothing ends a deployment of a service that keeps failing.
fn may_never_be_stable(service: &Service<'_>) -> bool {
    let rolling = service.deployment_controller().must(|c| c == "ECS")
        && service.scheduling_strategy().must(|s| s == "REPLICA");
    let ends = !service.circuit_breaker().must(|on| !on) || !service.deployment_alarms().must(|on| !on);
    rolling && !ends && !service.desired_count().must(|n| *n == 0)
}

fn apply<'m>(cx: &mut Check<'_, 'm>, service: &Service<'m>) {
    let model = cx.model();
    let (id, wait) = (service.id(), service.wait_for_steady_state());
    let limited = model.resource(id).meta.get("timeouts").is_some();
    if !wait.must(|w| *w) || limited {
        return;
    }
    let name = model.short(id);
    cx.finding(id, format!("the apply waits for {name} to be stable, which a failing deployment never is"))
        .at(cx, wait.origin(), "waits for 20 minutes, then says only that it gave up")
        .help(format!("turn on the deployment circuit breaker of {name}, or give it a `timeouts` block"))
        .report(cx);
}

/// One finding a stack: whichever service fails, everything else waits with it.
fn stack(cx: &mut Check<'_, '_>, first: ResourceId, others: &[ResourceId]) {
    let model = cx.model();
    let name = model.short(first);
    let mut draft = cx
        .finding(first, format!("the stack waits up to three hours for {name} to be stable"))
        .at_span(model.resource(first).span, "a failing deployment is never stable");
    for other in others {
        draft = draft.related(cx, *other, "the same");
    }
    draft
        .note("until then the other services of the stack can neither be changed nor stay: they are rolled back with it")
        .help(format!("turn on the deployment circuit breaker of {name}, which ends the wait after a few failed tasks"))
        .report(cx);
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
