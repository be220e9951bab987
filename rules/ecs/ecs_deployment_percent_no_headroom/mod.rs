//! A service that may neither start nor stop a task during a deployment.

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::ecs::Service;
use iaclint_model::{Entity, Field, Prop};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a deployment may neither start nor stop a task",
};

const MAXIMUM: Field = Service::TABLE.field("maximum_percent");

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for service in cx.model().all::<Service<'_>>() {
        let rolling = service.deployment_controller().must(|c| c == "ECS")
            && service.scheduling_strategy().must(|s| s == "REPLICA");
        if rolling {
            service_check(cx, &service);
        }
    }
}

fn service_check<'m>(cx: &mut Check<'_, 'm>, service: &Service<'m>) {
    let (minimum, maximum) = (service.minimum_healthy_percent().or(100), service.maximum_percent().or(200));
    let (Some(low), Some(high)) = (minimum.known().copied(), maximum.known().copied()) else { return };
    let count = service.desired_count();
    // Of a number that something else changes only what holds for every number can be said.
    let words = if low >= 100 && high <= 100 {
        if count.must(|n| *n == 0) {
            return;
        }
        "as many as there are must run, and no more may".to_owned()
    } else {
        let Prop::Known { value: tasks, .. } = count else { return };
        let ignored = cx
            .model()
            .resource(service.id())
            .meta
            .get("lifecycle")
            .is_some_and(|l| l.display().contains("desired_count"));
        // At least so many, rounded up; at most so many, rounded down.
        let (least, most) = ((tasks * low + 99) / 100, tasks * high / 100);
        if tasks < 1 || ignored || least < tasks || most > tasks {
            return;
        }
        format!(
            "of {tasks} tasks {least} must run ({low}%, rounded up), and no more than {most} may ({high}%, rounded down)"
        )
    };
    let name = cx.model().short(service.id());
    let mut draft = cx.finding(
        service.id(),
        format!("a deployment of {name} can neither start a new task nor stop an old one"),
    );
    draft = if maximum.written_value().is_some() {
        draft.at(cx, maximum.origin(), format!("at most {high}% may run"))
    } else {
        draft.at(cx, minimum.origin(), format!("at least {low}% must run"))
    };
    if minimum.written_value().is_some() {
        draft = draft.label(cx, minimum.origin(), format!("at least {low}% must run"));
    }
    let fix = Fix::set(
        cx,
        Safety::Unsafe,
        "allow twice as many tasks during a deployment",
        service,
        &[(MAXIMUM, 200.into())],
    );
    draft
        .fix(fix)
        .trail(cx, maximum.origin())
        .note(words)
        .help("allow more with a maximum of 200 percent, or fewer with a minimum below 100")
        .report(cx);
}
