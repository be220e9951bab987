//! The machines of ECS clusters, and which cluster their scripts make them join.

use iaclint_model::cluster::{AutoScalingGroup, Cluster, groups_of};
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
