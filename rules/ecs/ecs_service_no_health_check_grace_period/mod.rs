//! A service behind a load balancer whose new tasks are stopped before they can answer.

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity, Span};
use iaclint_model::ecs::{Container, Service};
use iaclint_model::lb::TargetGroup;
use iaclint_model::{Entity, Field, Language, Prop};
use iaclint_scripts::start_work_of_command;
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a service behind a load balancer stops its tasks before they can pass a health check",
};

const GRACE: Field = Service::TABLE.field("grace_period");

/// A task whose start includes migrations or a wait gets at least this long, in seconds.
const SLOW_START: i64 = 120;

/// A target group that waits this many seconds is as good as a grace period.
const PATIENT: i64 = 300;

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for service in cx.model().all::<Service<'_>>() {
        let scheduled = service.desired_count().known().is_none_or(|n| *n != 0);
        let external = service.deployment_controller().may(|c| c == "EXTERNAL");
        if scheduled && !external && !cx.model().in_library(service.id()) {
            service_check(cx, &service);
        }
    }
}

/// How long a new task has.
struct Patience {
    grace: i64,
    grace_written: bool,
    interval: i64,
    threshold: i64,
    origin: OriginId,
}

impl Patience {
    /// Seconds from the registration until the target group calls a silent target unhealthy.
    fn gives_up(&self) -> i64 {
        self.interval * self.threshold
    }

    /// Seconds until ECS stops a task that never answered.
    fn killed_after(&self) -> i64 {
        self.gives_up().max(self.grace)
    }

    fn arithmetic(&self) -> String {
        let Self { grace, interval, threshold, .. } = self;
        let gives_up = self.gives_up();
        let first = format!(
            "the target group gives up after {threshold} failed checks {interval} s apart: {gives_up} s"
        );
        if *grace == 0 {
            format!("{first}; without a grace period ECS stops the task at once then")
        } else {
            format!(
                "{first}; the grace period is {grace} s, so ECS stops a silent task after {} s",
                self.killed_after()
            )
        }
    }
}

fn service_check<'m>(cx: &mut Check<'_, 'm>, service: &Service<'m>) {
    let model = cx.model();
    let (grace, grace_written, origin) = match service.grace_period() {
        Prop::Known { value, origin, .. } => (value, true, origin),
        Prop::Absent { origin } => (0, false, origin),
        Prop::OneOf { .. } | Prop::Unknown { .. } => return,
    };
    // The least patient of its target groups decides.
    let mut least: Option<(Patience, TargetGroup<'m>, Option<String>)> = None;
    for target in service.targets().items {
        let Some(group) = target.target_group().and_then(|id| model.get::<TargetGroup<'m>>(id)) else {
            continue;
        };
        let (interval, unhealthy) = (group.interval(), group.unhealthy_after());
        let (Some(interval), Some(threshold)) = (interval.known(), unhealthy.known()) else { continue };
        let patience = Patience { grace, grace_written, interval: *interval, threshold: *threshold, origin };
        if least.as_ref().is_none_or(|(p, _, _)| patience.gives_up() < p.gives_up()) {
            least = Some((patience, group, target.container_name().known().cloned()));
        }
    }
    let Some((patience, group, container)) = least else { return };
    let containers = service.task().map(|t| t.containers().items).unwrap_or_default();
    match slow_start(&containers, container.as_deref(), &patience) {
        Some(evidence) => report(cx, service, &patience, &group, Some(evidence)),
        // A written number was chosen by somebody; the CDK writes 60 by itself.
        None if patience.grace_written && patience.grace > 0 => {}
        None if patience.gives_up() >= PATIENT => {}
        None => report(cx, service, &patience, &group, None),
    }
}

/// What shows that a task needs longer than it is given.
struct Evidence {
    words: String,
    needs: i64,
    origin: Option<OriginId>,
    span: Option<Span>,
}

fn slow_start(containers: &[Container<'_>], target: Option<&str>, patience: &Patience) -> Option<Evidence> {
    let limit = patience.killed_after();
    for container in containers {
        let receives = target.is_none_or(|t| container.name().known().is_some_and(|n| n == t));
        for command in [container.entry_point(), container.command()] {
            let Prop::Known { value, .. } = command else { continue };
            if limit >= SLOW_START {
                continue;
            }
            // A container that the target waits for counts as much as the target itself.
            if let Some(work) = start_work_of_command(value).into_iter().next() {
                return Some(Evidence {
                    words: format!("{} runs `{}` before it serves", container.label(), work.words),
                    needs: SLOW_START,
                    origin: Some(value.origin),
                    span: work.span,
                });
            }
        }
        if let Prop::Known { value, origin, .. } = container.health_check_start_period()
            && receives
            && value > limit
        {
            return Some(Evidence {
                words: format!("{} is allowed {value} s to start by its own health check", container.label()),
                needs: value,
                origin: Some(origin),
                span: None,
            });
        }
    }
    None
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    service: &Service<'m>,
    patience: &Patience,
    group: &TargetGroup<'m>,
    evidence: Option<Evidence>,
) {
    let model = cx.model();
    let limit = patience.killed_after();
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
    let mut draft = if patience.grace_written {
        draft.at(cx, patience.origin, format!("{} s for a task to start", patience.grace))
    } else {
        draft.at_span(model.resource(service.id()).span, "this service has no grace period")
    };
    if let Some(evidence) = evidence {
        draft = match (evidence.span, evidence.origin) {
            (Some(span), _) => draft.label_span(span, "this takes its time"),
            (None, Some(origin)) => draft.label(cx, origin, "this takes its time"),
            (None, None) => draft,
        };
    }
    let title = format!("set a grace period of {suggested} s");
    let fix = Fix::set(cx, Safety::Unsafe, title, service, &[(GRACE, suggested.into())]);
    draft
        .related(cx, group.id(), format!("gives up after {} s", patience.gives_up()))
        .note(patience.arithmetic())
        .help(match model.language(service.id()) {
            Language::Terraform => {
                format!(
                    "set `health_check_grace_period_seconds = {suggested}` on {}",
                    model.short(service.id())
                )
            }
            Language::Cdk => {
                format!("pass `healthCheckGracePeriod: cdk.Duration.seconds({suggested})` to the service")
            }
            Language::CloudFormation => {
                format!("set `HealthCheckGracePeriodSeconds: {suggested}` on {}", model.short(service.id()))
            }
        })
        .fix(fix)
        .report(cx);
}
