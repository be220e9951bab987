//! A target group for instances behind a service whose tasks have addresses of their own, or the other way round.

use iaclint_analysis::agreement::{Balanced, Running, balanced};
use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::lb::TargetGroup;
use iaclint_model::{Entity, Field, Language};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a target group takes another kind of target than the service's tasks are",
};

const KIND: Field = TargetGroup::TABLE.field("target_type");

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for balanced in balanced(cx.model()) {
        let (Some(group), Some(running)) = (balanced.target_group(), balanced.running()) else { continue };
        let mode = running.network_mode();
        let kind = group.target_type();
        // Load balancers and functions as targets have nothing to do with tasks, but who writes that has something else in mind.
        if mode.must(|m| m == "awsvpc") && kind.must(|k| k == "instance") {
            report(cx, &balanced, &running, &group, "ip");
        } else if mode.must(|m| m == "bridge" || m == "host") && kind.must(|k| k == "ip") {
            report(cx, &balanced, &running, &group, "instance");
        }
    }
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    balanced: &Balanced<'m>,
    running: &Running<'m>,
    group: &TargetGroup<'m>,
    wanted: &str,
) {
    let model = cx.model();
    let (service, task) = (running.service.id(), running.task.id());
    let (mode, kind) = (running.network_mode(), group.target_type());
    let (Some(mode_text), Some(kind_text)) = (mode.known(), kind.known()) else { return };
    let name = model.short(group.id());
    let property = match model.language(group.id()) {
        Language::Terraform => format!("`target_type = \"{wanted}\"`"),
        Language::CloudFormation => format!("`TargetType: {wanted}`"),
        Language::Cdk => format!("`targetType: elbv2.TargetType.{}`", wanted.to_uppercase()),
    };
    let label = if kind.written_value().is_some() {
        format!("takes targets of the type {kind_text}")
    } else {
        format!("takes targets of the type {kind_text}, since it does not say otherwise")
    };
    let title = format!("take targets of the type {wanted}");
    let fix = Fix::set(cx, Safety::Unsafe, title, group, &[(KIND, wanted.into())]);
    cx.finding(
        group.id(),
        format!(
            "{name} takes targets of the type {kind_text}, and the tasks of {} are `{mode_text}`",
            model.short(service)
        ),
    )
    .identity(model.plain_name(service))
    .at(cx, kind.origin(), label)
    .label(cx, balanced.balancer.origin(), "the service puts its tasks in there")
    .label(cx, mode.origin(), format!("the tasks are `{mode_text}`"))
    .related(cx, service, "puts its tasks into the target group")
    .related(cx, task, format!("its tasks are `{mode_text}`"))
    .trail(cx, kind.origin())
    .fix(fix)
    .note("a target group cannot change its type: it is replaced")
    .help(format!("give {name} {property}"))
    .of_written_values()
    .report(cx);
}
