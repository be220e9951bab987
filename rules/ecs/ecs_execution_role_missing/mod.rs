//! A task definition without an execution role, although the agent needs one to start the task.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ecs::{Registry, TaskDefinition};
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a task definition has no execution role, although its secrets, image or logs need one",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for task in cx.model().all::<TaskDefinition<'_>>() {
        if !task.execution_role_written().is_absent() {
            continue;
        }
        let Some((origin, words)) = need(&task) else { continue };
        let name = cx.model().short(task.id());
        cx.finding(task.id(), format!("{name} has no execution role"))
            .at(cx, origin, words)
            .trail(cx, origin)
            .help(format!("give {name} an execution role with the AmazonECSTaskExecutionRolePolicy and what its secrets need"))
            .report(cx);
    }
}

/// What the agent cannot do without a role: the strongest reason first.
fn need(task: &TaskDefinition<'_>) -> Option<(OriginId, &'static str)> {
    let containers = task.containers().items;
    for container in &containers {
        if let Some(secret) = container.secret_variables().items.first() {
            return Some((secret.origin(), "this secret is read with the execution role"));
        }
        if let Some(option) = container.log_secret_options().items.first() {
            return Some((option.origin(), "this option is read with the execution role"));
        }
        if let Some(value) = container.registry_credentials().known() {
            return Some((value.origin, "these credentials are read with the execution role"));
        }
    }
    // On instances of the user's own, the instance's role pulls images and writes logs.
    if !task.is_fargate().must(|fargate| *fargate) {
        return None;
    }
    containers.iter().find_map(|container| {
        if container.registry() == Registry::Ecr {
            return Some((
                container.image().origin(),
                "on Fargate this image is pulled with the execution role",
            ));
        }
        let driver = container.log_driver();
        driver
            .must(|driver| driver == "awslogs")
            .then(|| (driver.origin(), "on Fargate these logs are written with the execution role"))
    })
}
