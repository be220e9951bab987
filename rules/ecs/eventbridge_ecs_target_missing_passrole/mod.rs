//! A rule, schedule, pipe or state machine that starts tasks with a role which may not run them or pass them their roles.

use iaclint_analysis::admission::ToStart;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ResourceId;
use iaclint_model::deliveries::Delivery;
use iaclint_model::ecs::TaskDefinition;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "tasks are started with a role that may not run them or pass them their roles",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for delivery in analysis.deliveries() {
        let role = analysis.role_named(&delivery.role);
        let (Some(role), Some(task)) = (role, analysis.task_of(delivery)) else { continue };
        let mut refused = analysis.to_start(role, &task, delivery.target);
        refused.retain(|asked| asked.verdict.is_denied());
        if !refused.is_empty() {
            report(cx, delivery, role, &task, &refused);
        }
    }
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    delivery: &Delivery<'m>,
    role: ResourceId,
    task: &TaskDefinition<'m>,
    refused: &[ToStart],
) {
    let model = cx.model();
    let (role_name, task_name) = (model.short(role), model.short(task.id()));
    let lacks_run = refused.iter().any(|r| r.on == task.id());
    let headline = if lacks_run {
        format!("{} starts {task_name} with {role_name}, which may not run it", delivery.sender.words())
    } else {
        let passed: Vec<String> = refused.iter().map(|r| model.short(r.on)).collect();
        format!(
            "{} starts {task_name} with {role_name}, which may not pass it {}",
            delivery.sender.words(),
            passed.join(" and ")
        )
    };
    let mut draft = cx
        .finding(delivery.id, headline)
        .identity(model.plain_name(task.id()))
        .at(cx, delivery.role.origin(), "tasks are started with this role")
        .related(cx, role, "the role")
        .related(cx, task.id(), "the task definition");
    for passed in refused.iter().filter(|r| r.on != task.id()) {
        let place = if task.execution_role() == Some(passed.on) {
            (task.execution_role_written().origin(), "the task's execution role, which must be passed")
        } else {
            (task.task_role_written().origin(), "the task's own role, which must be passed")
        };
        draft = draft.label(cx, place.0, place.1);
    }
    let wanted: Vec<String> =
        refused.iter().map(|r| format!("{} on {}", r.action, model.short(r.on))).collect();
    draft
        .note(format!("every policy of {role_name} is known, and none allows it"))
        .help(format!("allow {} in a policy of {role_name}", wanted.join(", ")))
        .report(cx);
}
