//! A service whose tasks take a fixed port of their machine, and whose deployments want old and new ones at the same time.

use iaclint_analysis::agreement::{Running, running};
use iaclint_analysis::cluster_hosts::most_machines;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::cluster::Cluster;
use iaclint_model::ecs::PortMapping;
use iaclint_model::{Link, Prop};
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::Medium,
    summary: "a deployment waits for a port of the machine that the old task holds",
};

/// The part of the tasks in percent that must go on running when the service does not say.
const MINIMUM: i64 = 100;

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for running in running(cx.model()) {
        let service = &running.service;
        let rolling = service.deployment_controller().must(|c| c == "ECS")
            && service.scheduling_strategy().must(|s| s == "REPLICA")
            && !service.is_fargate();
        let Some(wanted) = service.desired_count().known().copied().filter(|n| *n > 0 && rolling) else {
            continue;
        };
        let minimum = service.minimum_healthy_percent().or(MINIMUM);
        // Whether not one task may be stopped before another one runs.
        if !minimum.must(|percent| wanted * percent > (wanted - 1) * 100) {
            continue;
        }
        if let Some((port, origin)) = fixed_port(&running) {
            report(cx, &running, wanted, port, origin, &minimum);
        }
    }
}

/// A port of the machine that every task takes.
fn fixed_port(running: &Running<'_>) -> Option<(i64, OriginId)> {
    let mode = running.network_mode();
    let (host, bridge) = (mode.must(|m| m == "host"), mode.must(|m| m == "bridge"));
    let of = |mapping: PortMapping<'_>| {
        let port = if host { mapping.container_port() } else { mapping.host_port() };
        port.known().filter(|p| **p > 0).map(|p| (*p, port.origin()))
    };
    let containers = running.task.containers().items.into_iter().filter(|_| host || bridge);
    containers.flat_map(|c| c.ports().items).find_map(of)
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    running: &Running<'m>,
    wanted: i64,
    port: i64,
    origin: OriginId,
    minimum: &Prop<i64>,
) {
    let model = cx.model();
    let service = &running.service;
    let cluster =
        service.cluster().items.first().and_then(Link::id).and_then(|id| model.get::<Cluster<'_>>(id));
    let machines = cluster.as_ref().and_then(|c| most_machines(model, c));
    if machines.is_some_and(|most| most > wanted) {
        return;
    }
    let name = model.short(service.id());
    let tasks = if wanted == 1 { "its task runs".to_owned() } else { format!("all {wanted} tasks run") };
    let (headline, severity) = match machines {
        Some(most) => (
            format!(
                "a deployment of {name} needs port {port} of one machine more than the {most} that there are"
            ),
            Severity::Error,
        ),
        None => (
            format!(
                "a deployment of {name} needs a machine more than it has tasks, since port {port} is fixed"
            ),
            Severity::Advice,
        ),
    };
    let mut draft = cx
        .finding(service.id(), headline)
        .severity(severity)
        .at(cx, origin, format!("every task takes port {port} of its machine"))
        .label(cx, minimum.origin(), format!("{tasks} until another one does"))
        .label(cx, service.desired_count().origin(), format!("{wanted} wanted"))
        .related(cx, running.task.id(), "takes a fixed port");
    if let Some(cluster) = cluster.filter(|_| machines.is_some()) {
        draft = draft.related(cx, cluster.id(), "its machines are all taken");
    }
    draft
        .help(format!(
            "take any free port (`hostPort = 0`) behind a target group, or let {name} stop a task first: a minimum healthy percent of {}",
            (wanted - 1) * 100 / wanted
        ))
        .of_written_values().report(cx);
}
