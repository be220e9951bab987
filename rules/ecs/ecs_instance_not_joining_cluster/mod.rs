//! Machines of a cluster's capacity provider that join another cluster, or none.

use iaclint_analysis::cluster_hosts::{
    ClusterHost, JoiningHost, Joins, abandoned, cluster_hosts, joining_hosts, joins,
};
use iaclint_lint::{Check, Confidence, Draft, RuleInfo, Severity};
use iaclint_model::machine::{Machine, has_ecs_agent};
use iaclint_model::{Model, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "the machines of a cluster's capacity provider do not join the cluster",
};

/// What becomes of the machines.
const UNUSED: &str = "the machines run and are paid for, and no task is ever placed on them";
/// The cluster that the agent joins when nothing is said.
const DEFAULT: &str = "default";

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    let mut seen: Vec<(ResourceId, ResourceId)> = Vec::new();
    for host in cluster_hosts(model) {
        let pair = (host.cluster.id(), host.machine.id);
        if seen.contains(&pair) {
            continue;
        }
        seen.push(pair);
        if let Some(draft) = fault(cx, &host) {
            draft
                .identity(model.plain_name(host.cluster.id()))
                .related(cx, host.cluster.id(), "the cluster that waits for them")
                .related(
                    cx,
                    host.group.id(),
                    "the group of these machines, behind a capacity provider of the cluster",
                )
                .note(UNUSED)
                .of_written_values()
                .report(cx);
        }
    }
    let hosts = joining_hosts(model);
    for host in hosts.iter().filter(|h| seen.iter().all(|(_, machine)| *machine != h.machine.id)) {
        by_script_alone(cx, host, &hosts);
    }
}

/// Machines that no capacity provider ties to a cluster: their script alone says which one they are for.
fn by_script_alone<'m>(cx: &mut Check<'_, 'm>, host: &JoiningHost<'m>, all: &[JoiningHost<'m>]) {
    let model = cx.model();
    let machine = &host.machine;
    let template = model.short(machine.id);
    let draft = if machine.profile.is_absent() && !brings_credentials(machine) {
        let name = match &host.joins {
            Joins::Named(name) => format!("`{name}`"),
            Joins::Cluster(cluster) if is_cluster(model, *cluster) => model.short(*cluster),
            Joins::Cluster(_) | Joins::Default | Joins::Unknown => return,
        };
        cx.finding(machine.id, format!("the machines of {template} have no role, and cannot join {name}"))
            .at(cx, machine.profile.origin(), "no instance profile")
            .label(cx, machine.user_data_origin(), "the script lets them join it")
            .help(format!(
                "give {template} an instance profile whose role has the policy AmazonEC2ContainerServiceforEC2Role"
            ))
    } else {
        let (Some(cluster), Joins::Named(joined)) = (abandoned(model, host, all), &host.joins) else {
            return;
        };
        let name = model.short(cluster.id());
        cx.finding(
            machine.id,
            format!("the machines of {template} join the cluster `{joined}`, which is not here, and {name} has none"),
        )
        .severity(Severity::Warning)
        .confidence(Confidence::Medium)
        .at(cx, machine.user_data_origin(), format!("joins `{joined}`"))
        .related(cx, cluster.id(), "the only cluster beside them, which no machine joins")
        .help(format!("let the script of {template} write `ECS_CLUSTER=` with the name of {name} into /etc/ecs/ecs.config"))
    };
    draft
        .related(cx, host.group.id(), "the group of these machines")
        .note(UNUSED)
        .of_written_values()
        .report(cx);
}

/// Whether the script gives the agent keys of its own.
fn brings_credentials(machine: &Machine<'_>) -> bool {
    machine.user_data.known().is_none_or(|text| text.flatten().text.contains("AWS_ACCESS_KEY"))
}

fn fault<'m>(cx: &Check<'_, 'm>, host: &ClusterHost<'m>) -> Option<Draft> {
    let model = cx.model();
    let (cluster, machine) = (&host.cluster, &host.machine);
    let (name, template) = (model.short(cluster.id()), model.short(machine.id));
    let script = machine.user_data_origin();
    let known = cluster.name().known().and_then(|text| text.as_str().map(std::borrow::Cow::into_owned));
    let help = format!(
        "let the script of {template} write `ECS_CLUSTER=` with the name of {name} into /etc/ecs/ecs.config"
    );
    let draft = match joins(model, machine) {
        Joins::Named(joined) if known.as_ref().is_some_and(|k| *k != joined) => cx
            .finding(
                machine.id,
                format!("the machines of {template} join the cluster `{joined}`, and they are {name}'s"),
            )
            .at(cx, script, format!("joins `{joined}`"))
            .label(cx, cluster.name().origin(), "the cluster's name"),
        Joins::Cluster(other) if other != cluster.id() && is_cluster(model, other) => cx
            .finding(
                machine.id,
                format!("the machines of {template} join {}, and they are {name}'s", model.short(other)),
            )
            .at(cx, script, "joins another cluster")
            .related(cx, other, "the cluster that they join"),
        Joins::Default if known.as_deref().is_none_or(|k| k != DEFAULT) && has_ecs_agent(model, machine) => {
            cx.finding(
                machine.id,
                format!("the machines of {template} join the cluster `{DEFAULT}`, and they are {name}'s"),
            )
            .at(cx, script, "says nothing of a cluster")
        }
        _ if machine.profile.is_absent() => {
            return Some(
                cx.finding(machine.id, format!("the machines of {template} have no role, and cannot join {name}"))
                    .at(cx, machine.profile.origin(), "no instance profile")
                    .help(format!(
                        "give {template} an instance profile whose role has the policy AmazonEC2ContainerServiceforEC2Role"
                    )),
            );
        }
        _ => return None,
    };
    Some(draft.help(help))
}

fn is_cluster(model: &Model<'_>, id: ResourceId) -> bool {
    model.get::<iaclint_model::cluster::Cluster<'_>>(id).is_some()
}
