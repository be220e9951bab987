//! A service, or a scheduled task, that has a network configuration where its task definition wants none, or none where it wants one.

use iaclint_analysis::agreement::running;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ecs::TaskDefinition;
use iaclint_model::scheduled::task_targets;
use iaclint_model::{Many, Node, Prop, ResourceId};
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a network configuration does not go with the network mode of the task definition",
};

/// Who starts tasks.
struct Starter<'m> {
    id: ResourceId,
    /// The place of its entry, where it has several.
    origin: OriginId,
    configuration: Many<Node<'m>>,
    task: TaskDefinition<'m>,
    mode: Prop<String>,
    refusal: &'static str,
}

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for running in running(model) {
        // Elsewhere it is told with every set of tasks.
        if !running.service.deployment_controller().must(|c| c != "EXTERNAL") {
            continue;
        }
        let starter = Starter {
            id: running.service.id(),
            origin: running.service.origin(),
            configuration: running.service.network_configuration(),
            task: running.task,
            mode: running.network_mode(),
            refusal: "ECS refuses the service",
        };
        compare(cx, &starter);
    }
    for target in task_targets(model) {
        let task = target.task_definition().and_then(|id| model.get::<TaskDefinition<'_>>(id));
        let Some(task) = task else { continue };
        let starter = Starter {
            id: target.id(),
            origin: target.origin(),
            configuration: target.network_configuration(),
            task,
            mode: task.network_mode(),
            refusal: "the rule is created, and every start of the task fails",
        };
        compare(cx, &starter);
    }
}

fn compare(cx: &mut Check<'_, '_>, starter: &Starter<'_>) {
    let model = cx.model();
    let configuration = &starter.configuration;
    let mode = &starter.mode;
    let (name, task) = (model.short(starter.id), model.short(starter.task.id()));
    let draft = if mode.must(|m| m == "awsvpc") && configuration.complete && configuration.items.is_empty() {
        cx.finding(starter.id, format!("{name} has no network configuration, and {task} is `awsvpc`"))
            .at(cx, starter.origin, "says nothing of subnets and security groups")
            .help(format!(
                "give {name} a network configuration with the subnets and security groups of its tasks"
            ))
    } else if let ([block], true) =
        (&*configuration.items, mode.must(|m| m == "bridge" || m == "host" || m == "none"))
    {
        cx.finding(starter.id, format!("{name} has a network configuration, and {task} is not `awsvpc`"))
            .at(cx, block.origin(), "for tasks that are `awsvpc` only")
            .help(format!(
                "give {task} the network mode `awsvpc`, or remove the network configuration of {name}"
            ))
    } else {
        return;
    };
    let shown = mode.known().map_or("", String::as_str);
    draft
        .identity(model.plain_name(starter.task.id()))
        .label(
            cx,
            mode.origin(),
            if mode.written_value().is_some() {
                "the network mode"
            } else {
                "the network mode is `bridge`, since none is written"
            },
        )
        .related(cx, starter.task.id(), format!("its network mode is `{shown}`"))
        .trail(cx, mode.origin())
        .note(starter.refusal)
        .of_written_values()
        .report(cx);
}
