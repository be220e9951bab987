//! A task with a volume on a file system whose mount targets it does not reach.

use std::collections::BTreeSet;

use iaclint_analysis::ends::Client;
use iaclint_analysis::reach::{End, Verdict};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ecs::{TaskDefinition, TaskVolume};
use iaclint_model::efs::{FileSystem, MountTarget};
use iaclint_model::workload::Workload;
use iaclint_model::{Answer, Entity, Language, Link, Many, Model, ResourceId, User};
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a task mounts a file system that has no mount target which the task reaches",
};

const NFS: i64 = 2049;
/// What becomes of the task.
const WAITS: &str = "the task waits for the mount and stops: mount.nfs4: Connection timed out";

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    let targets = model.all::<MountTarget<'_>>();
    // A mount target of a file system that is not known may be one of any.
    if !targets.iter().all(|target| target.file_system().complete) {
        return;
    }
    for workload in analysis.workloads() {
        for mount in workload.task.iter().flat_map(|task| mounts(model, task, &targets)) {
            judge(cx, workload, mount.file_system, mount.origin, &mount.targets);
        }
    }
    // What no service runs is started by something else, from where is not known: but where nobody is let in, it is not either.
    let served: BTreeSet<ResourceId> = analysis.workloads().iter().map(|w| w.definition).collect();
    for task in model.all::<TaskDefinition<'_>>().iter().filter(|task| !served.contains(&task.id())) {
        for mount in mounts(model, task, &targets) {
            shut(cx, task.id(), &mount);
        }
    }
}

/// A file system that a task mounts.
struct Mount<'t, 'm> {
    file_system: ResourceId,
    /// Where the task names it.
    origin: OriginId,
    /// All its mount targets.
    targets: Vec<&'t MountTarget<'m>>,
}

/// The file systems that a task mounts, of which all mount targets are known.
fn mounts<'t, 'm>(
    model: &'m Model<'m>,
    task: &TaskDefinition<'m>,
    targets: &'t [MountTarget<'m>],
) -> Vec<Mount<'t, 'm>> {
    let mount = |volume| {
        let links = TaskVolume::of(volume).file_system();
        let [Link::Resource { id, origin }] = links.items[..] else { return None };
        let known = links.complete && model.get::<FileSystem<'_>>(id).is_some() && !handed_out(model, id);
        let own = |t: &&MountTarget<'_>| t.file_system().items.iter().any(|l| l.id() == Some(id));
        known.then(|| Mount { file_system: id, origin, targets: targets.iter().filter(own).collect() })
    };
    task.volumes().items.into_iter().filter_map(mount).collect()
}

/// A file system whose mount targets let nobody in.
fn shut(cx: &mut Check<'_, '_>, task: ResourceId, mount: &Mount<'_, '_>) {
    let Mount { file_system, origin, targets } = mount;
    let analysis = cx.analysis;
    let model = cx.model();
    let lets_nobody_in = |target: &&MountTarget<'_>| {
        let groups = target.security_groups();
        let is_shut = |l: &Link| l.id().is_some_and(|id| analysis.lets_in_on(id, NFS) == Answer::No);
        groups.complete && !groups.items.is_empty() && groups.items.iter().all(is_shut)
    };
    let Some(first) = targets.first().filter(|_| targets.iter().all(lets_nobody_in)) else { return };
    let Some(group) = first.security_groups().items.first().and_then(Link::id) else { return };
    let (name, group_name, who) = (model.short(*file_system), model.short(group), model.short(task));
    cx.finding(group, format!("{group_name} admits nobody on port 2049 of {name}"))
        .identity(who.clone())
        .at(cx, model.resource(group).body.origin, "no rule admits anybody on port 2049")
        .label(cx, *origin, format!("{who} mounts the file system"))
        .related(cx, first.id(), format!("the mount target; {group_name} guards it"))
        .note(WAITS)
        .help(format!("admit the group of the tasks of {who} on TCP port 2049 in {group_name}"))
        .report(cx);
}

fn handed_out(model: &Model<'_>, id: ResourceId) -> bool {
    model.uses(id).iter().any(|u| matches!(u.by, User::Output(..) | User::Opaque(..)))
}

fn judge(
    cx: &mut Check<'_, '_>,
    workload: &Workload<'_>,
    file_system: ResourceId,
    origin: OriginId,
    targets: &[&MountTarget<'_>],
) {
    let analysis = cx.analysis;
    let model = cx.model();
    let (name, who) = (model.short(file_system), model.short(workload.id));
    if targets.is_empty() {
        cx.finding(workload.definition, format!("{who} mounts {name}, which has no mount target"))
            .identity(name.clone())
            .at(cx, origin, "this file system has no address in any subnet")
            .related(cx, file_system, "no mount target names it")
            .help(match model.language(file_system) {
                Language::Terraform => {
                    format!("add an `aws_efs_mount_target` for {name} in a subnet of every zone of {who}")
                }
                Language::Cdk | Language::CloudFormation => {
                    format!("add an AWS::EFS::MountTarget for {name} in a subnet of every zone of {who}")
                }
            })
            .report(cx);
        return;
    }
    let client = Client::of(workload);
    let client = client.end();
    let mut first = None;
    for target in targets {
        let mut groups: Many<Link> = target.security_groups();
        groups.complete &= !groups.items.is_empty();
        let subnets = target.subnet();
        let end = End { id: target.id(), groups: &groups, subnets: Some(&subnets) };
        let Verdict::Closed(closed) = analysis.let_in(client, end, NFS) else { return };
        let Some(&group) = closed.server_groups.first() else { return };
        first.get_or_insert((target.id(), group, closed));
    }
    let Some((target, group, closed)) = first else { return };
    let group_name = model.short(group);
    let draft = cx
        .finding(group, format!("{group_name} does not admit {who} on port 2049 of {name}"))
        .identity(who.clone());
    let draft = match closed.others.first().or_else(|| closed.other_ports.first()) {
        Some(rule) => draft.at(cx, rule.origin, "admits others, or on another port"),
        None => draft.at(cx, model.resource(group).body.origin, "no rule admits anybody on port 2049"),
    };
    let from = closed.client_groups.first().map(|g| model.short(*g)).unwrap_or_default();
    draft
        .label(cx, origin, format!("{who} mounts the file system"))
        .related(cx, target, format!("the mount target; {group_name} guards it"))
        .related(cx, workload.id, format!("the client; it sends from {from}"))
        .note(WAITS)
        .help(format!("admit {from} on TCP port 2049 in {group_name}"))
        .report(cx);
}
