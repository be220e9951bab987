//! A service that sends its load balancer's traffic to a container, or a port of one, that its task definition does not have.

use iaclint_analysis::agreement::{Balanced, Running, balanced};
use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity, closest};
use iaclint_model::ecs::{Container, PortMapping, ServiceLoadBalancer};
use iaclint_model::{Entity, Field, Many, Prop};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a service sends traffic to a container or port that its task definition does not have",
};

const NAME: Field = ServiceLoadBalancer::TABLE.field("container_name");
const PORT: Field = ServiceLoadBalancer::TABLE.field("container_port");

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for balanced in balanced(cx.model()) {
        let Some(running) = balanced.running() else { continue };
        let containers = running.task.containers();
        let Prop::Known { value: wanted, .. } = balanced.balancer.container_name() else { continue };
        match containers.items.iter().find(|c| c.name().known() == Some(&wanted)) {
            Some(container) => port(cx, &balanced, &running, container),
            None => name(cx, &balanced, &running, &containers, &wanted),
        }
    }
}

fn name<'m>(
    cx: &mut Check<'_, 'm>,
    balanced: &Balanced<'m>,
    running: &Running<'m>,
    containers: &Many<Container<'m>>,
    wanted: &str,
) {
    let names: Option<Vec<String>> = containers.items.iter().map(|c| c.name().known().cloned()).collect();
    let Some(names) = names.filter(|n| containers.complete && !n.is_empty()) else { return };
    let model = cx.model();
    let (service, task) = (running.service.id(), running.task.id());
    let task_name = model.short(task);
    let meant = closest(wanted, names.iter().map(String::as_str)).unwrap_or(&names[0]);
    let list = names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let written = balanced.balancer.container_name();
    // With several containers the nearest name is a guess.
    let fix = (names.len() == 1).then(|| {
        let title = format!("send it to `{meant}`");
        Fix::set(cx, Safety::Safe, title, &balanced.balancer, &[(NAME, meant.into())])
    });
    cx.finding(
        service,
        format!(
            "{} sends traffic to the container `{wanted}`, which {task_name} does not have",
            model.short(service)
        ),
    )
    .identity("container_name")
    .at(cx, written.origin(), "no container of this name")
    .label(cx, containers.items[0].name().origin(), "the name in the task definition")
    .related(cx, task, format!("has {list}"))
    .trail(cx, written.origin())
    .fix(fix.flatten())
    .help(format!("send it to `{meant}`, or give the container the name `{wanted}`"))
    .of_written_values()
    .report(cx);
}

fn port<'m>(
    cx: &mut Check<'_, 'm>,
    balanced: &Balanced<'m>,
    running: &Running<'m>,
    container: &Container<'m>,
) {
    let written = balanced.balancer.container_port();
    let Prop::Known { value: wanted, .. } = written else { return };
    let mappings = container.ports();
    if !mappings.complete || mappings.items.iter().any(|m| may_be(m, wanted)) {
        return;
    }
    let model = cx.model();
    let (service, task) = (running.service.id(), running.task.id());
    let label = container.label();
    let ports: Vec<String> =
        mappings.items.iter().filter_map(|m| m.container_port().known().map(i64::to_string)).collect();
    let (has, help) = match ports.first() {
        Some(first) => (
            format!("{label} has {}", ports.join(", ")),
            format!("send it to port {first}, or map the port {wanted} of {label}"),
        ),
        None => (format!("{label} maps no port"), format!("map the port {wanted} of {label}")),
    };
    let only = match &mappings.items[..] {
        [only] => only.container_port().known().copied(),
        _ => None,
    };
    // Which of the two ports the program listens on cannot be known.
    let fix = only.and_then(|only| {
        let title = format!("send it to port {only}");
        Fix::set(cx, Safety::Unsafe, title, &balanced.balancer, &[(PORT, only.into())])
    });
    let place = mappings.items.first().map_or(container.origin(), |m| m.container_port().origin());
    cx.finding(
        service,
        format!("{} sends traffic to port {wanted} of {label}, which does not map it", model.short(service)),
    )
    .identity("container_port")
    .at(cx, written.origin(), "no such port")
    .label(cx, place, if ports.is_empty() { "without a port" } else { "the port in the task definition" })
    .related(cx, task, has)
    .trail(cx, written.origin())
    .note(
        "the port of the target group may be another one: every task is registered with its container's port",
    )
    .fix(fix)
    .help(help)
    .of_written_values()
    .report(cx);
}

fn may_be(mapping: &PortMapping<'_>, wanted: i64) -> bool {
    let in_range = match mapping.container_range() {
        Prop::Known { value, .. } => match value.split_once('-') {
            Some((from, to)) => match (from.trim().parse::<i64>(), to.trim().parse::<i64>()) {
                (Ok(from), Ok(to)) => (from..=to).contains(&wanted),
                _ => true,
            },
            None => true,
        },
        range => !range.is_absent(),
    };
    in_range || mapping.container_port().may(|port| *port == wanted)
}
