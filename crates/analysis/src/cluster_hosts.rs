//! The machines of ECS clusters, and which cluster their scripts make them join.

use iaclint_model::cluster::{AutoScalingGroup, Cluster, groups_of, looked_up_clusters, providers_of};
use iaclint_model::ecs::Service;
use iaclint_model::machine::{Machine, machines};
use iaclint_model::{Model, Prop, ResourceId};
use iaclint_value::{Flat, Piece, Text};

/// What the machines that a cluster gets its capacity from are made from.
#[derive(Clone, Debug)]
pub struct ClusterHost<'m> {
    /// The cluster.
    pub cluster: Cluster<'m>,
    /// The group of machines.
    pub group: AutoScalingGroup<'m>,
    /// The launch template or configuration.
    pub machine: Machine<'m>,
}

/// Every launch template behind a capacity provider of a cluster.
pub fn cluster_hosts<'m>(model: &'m Model<'m>) -> Vec<ClusterHost<'m>> {
    let machines = machines(model);
    let mut out = Vec::new();
    for cluster in model.all::<Cluster<'m>>() {
        for group in groups_of(model, &cluster).unwrap_or_default() {
            let template = group.template();
            if let Some(machine) = machines.iter().find(|m| Some(m.id) == template) {
                out.push(ClusterHost { cluster, group, machine: machine.clone() });
            }
        }
    }
    out
}

/// Machines of a group whose script says which cluster they join.
#[derive(Clone, Debug)]
pub struct JoiningHost<'m> {
    /// The group of machines.
    pub group: AutoScalingGroup<'m>,
    /// The launch template or configuration.
    pub machine: Machine<'m>,
    /// The cluster that the script names.
    pub joins: Joins,
}

/// Every launch template of a group of machines with what its script says of a cluster.
pub fn joining_hosts<'m>(model: &'m Model<'m>) -> Vec<JoiningHost<'m>> {
    let machines = machines(model);
    let mut out: Vec<JoiningHost<'m>> = Vec::new();
    for group in model.all::<AutoScalingGroup<'m>>() {
        let template = group.template();
        let Some(machine) = machines.iter().find(|m| Some(m.id) == template) else { continue };
        if out.iter().all(|known| known.machine.id != machine.id) {
            out.push(JoiningHost { group, machine: machine.clone(), joins: joins(model, machine) });
        }
    }
    out
}

/// The one cluster of a root that is left without machines, when those of this host join one that no configuration of the run knows.
/// `None` where the cluster may get machines from elsewhere, or needs none.
pub fn abandoned<'m>(
    model: &'m Model<'m>,
    host: &JoiningHost<'m>,
    all: &[JoiningHost<'m>],
) -> Option<Cluster<'m>> {
    let Joins::Named(joined) = &host.joins else { return None };
    let clusters = model.all::<Cluster<'m>>();
    let here = |id: ResourceId| model.same_root(id, host.machine.id);
    let mut own = clusters.iter().filter(|c| here(c.id()));
    let (Some(cluster), None) = (own.next(), own.next()) else { return None };
    // A name that AWS makes holds the logical id, and may have been copied.
    let may_be_named = |c: &Cluster<'m>| match c.name() {
        Prop::Known { value, .. } => value.as_str().is_none_or(|name| name == *joined),
        Prop::Absent { .. } => joined.contains(model.resource(c.id()).name.as_str()),
        Prop::OneOf { .. } | Prop::Unknown { .. } => true,
    };
    let looked_up = looked_up_clusters(model).any(here);
    let joined_by_others = all
        .iter()
        .filter(|other| other.machine.id != host.machine.id)
        .any(|other| here(other.machine.id) && !matches!(&other.joins, Joins::Named(name) if name == joined));
    let runs_there = |s: &Service<'m>| s.cluster().items.iter().any(|link| link.id() == Some(cluster.id()));
    let services: Vec<Service<'m>> = model.all::<Service<'m>>().into_iter().filter(runs_there).collect();
    let is_for_fargate =
        !services.is_empty() && services.iter().all(|s| s.launch_type().may(|t| t == "FARGATE"));
    let is_plain = providers_of(model, cluster).is_some_and(|providers| providers.is_empty());
    let known_elsewhere = looked_up || clusters.iter().any(may_be_named);
    (is_plain && !known_elsewhere && !joined_by_others && !is_for_fargate).then_some(*cluster)
}

/// What a script says of the cluster that its machine joins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Joins {
    /// Nothing, and it fetches nothing that might: the agent joins the cluster `default`.
    Default,
    /// This one.
    Named(String),
    /// The one that this resource is, if it is a cluster.
    Cluster(ResourceId),
    /// It cannot be said.
    Unknown,
}

/// The setting of the agent that names the cluster.
const SETTING: &str = "ECS_CLUSTER=";
/// What might write the setting from elsewhere.
const FETCHES: [&str; 10] = [
    "ecs.config",
    "[settings.ecs",
    "cfn-init",
    "s3 ",
    "curl",
    "wget",
    "ansible",
    "source ",
    "#include",
    "git ",
];

/// Which cluster a machine joins by its script.
pub fn joins(model: &Model<'_>, machine: &Machine<'_>) -> Joins {
    let text = match &machine.user_data {
        Prop::Absent { .. } => return Joins::Default,
        Prop::Known { value, .. } => value,
        Prop::OneOf { .. } | Prop::Unknown { .. } => return Joins::Unknown,
    };
    let flat = text.flatten();
    let mut found: Option<Joins> = None;
    for (at, _) in flat.text.match_indices(SETTING) {
        let joins = named_at(model, text, &flat, at + SETTING.len());
        match &found {
            Some(known) if *known != joins => return Joins::Unknown,
            _ => found = Some(joins),
        }
    }
    let unread = text.holes().any(|hole| hole.is_unknown() || hole.as_reference().is_some());
    found.unwrap_or_else(|| {
        let fetches = FETCHES.iter().any(|word| flat.text.contains(word));
        if unread || fetches || flat.text.contains("ECS_CLUSTER") { Joins::Unknown } else { Joins::Default }
    })
}

/// The cluster named right behind the setting: a word, or one hole.
fn named_at(model: &Model<'_>, text: &Text, flat: &Flat, start: usize) -> Joins {
    let rest = &flat.text[start..];
    let quoted = rest.trim_start_matches(['"', '\'']);
    let start = start + rest.len() - quoted.len();
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '>' | '|' | '\\' | ')');
    let end = quoted.find(ends).unwrap_or(quoted.len());
    let name = &quoted[..end];
    if name.is_empty() || name.contains(['$', '`', '{']) {
        return Joins::Unknown;
    }
    if !flat.has_hole(start..start + end) {
        return Joins::Named(name.to_owned());
    }
    let hole = flat.hole_at(start).filter(|_| end == Flat::HOLE.len_utf8());
    let Some(Piece::Hole(value)) = hole.and_then(|at| text.pieces().get(at)) else { return Joins::Unknown };
    let named = value.as_reference().and_then(|r| r.key()).map_or(&[][..], |key| model.graph().resolve(key));
    match named {
        [id] => Joins::Cluster(*id),
        _ => Joins::Unknown,
    }
}

/// The most machines that a cluster can have; `None` when it may get others.
pub fn most_machines<'m>(model: &'m Model<'m>, cluster: &Cluster<'m>) -> Option<i64> {
    let groups = groups_of(model, cluster)?;
    if groups.is_empty() {
        return None;
    }
    groups.iter().map(|group| group.max_size().known().copied()).sum()
}
