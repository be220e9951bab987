//! A service behind a load balancer whose new tasks are stopped before they can answer.

use iaclint_analysis::timing::{TargetPatience, task_start};
use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity, Span};
use iaclint_model::ecs::Service;
use iaclint_model::lb::TargetGroup;
use iaclint_model::{Entity, Field, Language, Prop};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a service behind a load balancer stops its tasks before they can pass a health check",
};

const GRACE: Field = Service::TABLE.field("grace_period");

/// A target group that waits this many seconds is as good as a grace period.
const PATIENT: i64 = 300;

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for service in cx.model().all::<Service<'_>>() {
        let scheduled = service.desired_count().known().is_none_or(|n| *n != 0);
        let external = service.deployment_controller().may(|c| c == "EXTERNAL");
        if scheduled && !external {
            service_check(cx, &service);
        }
    }
}

fn service_check<'m>(cx: &mut Check<'_, 'm>, service: &Service<'m>) {
    let model = cx.model();
    // The least patient of its target groups decides.
    let mut least: Option<(TargetPatience, Option<String>)> = None;
    for target in service.targets().items {
        let group = target.target_group().and_then(|id| model.get::<TargetGroup<'m>>(id));
        let Some(patience) = group.and_then(|group| TargetPatience::of(service, &group)) else { continue };
        if least.as_ref().is_none_or(|(p, _)| patience.gives_up() < p.gives_up()) {
            least = Some((patience, target.container_name().known().cloned()));
        }
    }
    let Some((patience, target)) = least else { return };
    match slow_start(cx, service, target.as_deref(), patience) {
        Some(evidence) => report(cx, service, patience, Some(evidence)),
        // A written number was chosen by somebody; the CDK writes 60 by itself.
        None if patience.grace > 0 => {}
        None if patience.gives_up() >= PATIENT => {}
        None => report(cx, service, patience, None),
    }
}

/// What shows that a task needs longer than it is given.
struct Evidence {
    words: String,
    needs: i64,
    place: Option<Span>,
    arithmetic: Option<String>,
}

fn slow_start<'m>(
    cx: &Check<'_, 'm>,
    service: &Service<'m>,
    target: Option<&str>,
    patience: TargetPatience,
) -> Option<Evidence> {
    let task = service.task()?;
    let limit = patience.seconds();
    for container in task.containers().items {
        let name = container.name().known().cloned();
        if target.is_some() && name.as_deref() != target {
            continue;
        }
        let start = name.map(|name| task_start(cx.analysis, task.id(), &name)).unwrap_or_default();
        if let Some(slowest) = start.slowest()
            && start.seconds() > limit
        {
            let place = slowest.work.span.or_else(|| cx.model().origins().span(slowest.origin));
            return Some(Evidence {
                words: format!("{} runs `{}` before it serves", slowest.container, slowest.work.words),
                needs: start.seconds(),
                place,
                arithmetic: Some(start.words()),
            });
        }
        if let Prop::Known { value, origin, .. } = container.health_check_start_period()
            && value > limit
        {
            return Some(Evidence {
                words: format!("{} is allowed {value} s to start by its own health check", container.label()),
                needs: value,
                place: cx.model().origins().span(origin),
                arithmetic: None,
            });
        }
    }
    None
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    service: &Service<'m>,
    patience: TargetPatience,
    evidence: Option<Evidence>,
) {
    let model = cx.model();
    let limit = patience.seconds();
    let headline = match (&evidence, patience.grace) {
        (Some(e), 0) => {
            format!("no health check grace period: a task is stopped after {limit} s, while {}", e.words)
        }
        (Some(e), grace) => format!("a health check grace period of {grace} s is too short: {}", e.words),
        (None, _) => {
            format!("no health check grace period: a task that does not answer within {limit} s is stopped")
        }
    };
    let suggested = evidence.as_ref().map_or(120, |e| (e.needs * 2).max(300));
    // A quick start needs no grace period, however soon the target group gives up: many healthy services are built so.
    let (severity, confidence) = match &evidence {
        Some(_) => (Severity::Warning, Confidence::Medium),
        None => (Severity::Advice, Confidence::Low),
    };
    let draft = cx.finding(service.id(), headline).severity(severity).confidence(confidence);
    let mut draft = match patience.written {
        Some(origin) => draft.at(cx, origin, format!("{} s for a task to start", patience.grace)),
        None => draft.at_span(model.resource(service.id()).span, "this service has no grace period"),
    };
    draft = draft
        .related(cx, patience.group, format!("gives up after {} s", patience.gives_up()))
        .note(patience.words());
    if let Some(Evidence { place, arithmetic, .. }) = evidence {
        if let Some(place) = place {
            draft = draft.label_span(place, "this takes its time");
        }
        if let Some(arithmetic) = arithmetic {
            draft = draft.note(arithmetic);
        }
    }
    let name = model.short(service.id());
    let title = format!("set a grace period of {suggested} s");
    let fix = Fix::set(cx, Safety::Unsafe, title, service, &[(GRACE, suggested.into())]);
    draft
        .help(match model.language(service.id()) {
            Language::Terraform => format!("set `health_check_grace_period_seconds = {suggested}` on {name}"),
            Language::Cdk => {
                format!("pass `healthCheckGracePeriod: cdk.Duration.seconds({suggested})` to the service")
            }
            Language::CloudFormation => format!("set `HealthCheckGracePeriodSeconds: {suggested}` on {name}"),
        })
        .fix(fix)
        .report(cx);
}
