//! Data of a container on the disk of a machine that is replaced together with it.

use iaclint_analysis::programs::Host;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity, Span};
use iaclint_model::machine::{MachineKind, VolumeAttachment};
use iaclint_model::{Model, User};
use iaclint_scripts::ContainerRun;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "a container keeps its data on the disk of an instance that changes of its user data replace",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts().iter().filter(|h| h.machine.kind == MachineKind::Instance) {
        if host.machine.replaced_with_user_data(cx.model()) != Some(true) || has_other_disks(cx.model(), host)
        {
            continue;
        }
        let runs = host.runs();
        let Some((directory, span)) = runs.iter().find_map(data_directory) else { continue };
        let span = host.span(cx.model(), span);
        let name = cx.model().short(host.machine.id);
        cx.finding(
            host.machine.id,
            format!("`{directory}` is lost whenever the user data of {name} changes"),
        )
        .at(cx, host.machine.user_data_origin(), "each change of this makes a new instance with a new disk")
        .label_span(span, format!("`{directory}` lies on the root volume"))
        .help("put the directory on an EBS volume of its own that is attached and mounted, or on EFS")
        .of_written_values()
        .report(cx);
    }
}

/// Whether a disk that outlives the instance may be in use.
fn has_other_disks<'m>(model: &'m Model<'m>, host: &Host<'m>) -> bool {
    let attached = model.uses(host.machine.id).iter().any(|used| match used.by {
        User::Resource(by) => model.get::<VolumeAttachment<'m>>(by).is_some(),
        User::Opaque(..) => true,
        User::Output(..) => false,
    });
    let mounts = host.data.scripts().iter().flat_map(|s| &s.commands).any(|c| {
        matches!(
            c.name().as_deref(),
            Some("mount" | "mkfs" | "mkfs.xfs" | "mkfs.ext4" | "blkid" | "mount.efs" | "restic" | "rsync")
        )
    });
    attached || mounts || host.data.has_unknown_parts()
}

/// A directory of the machine in which a container keeps what it writes.
fn data_directory(run: &ContainerRun) -> Option<(String, Option<Span>)> {
    run.volumes.iter().find_map(|volume| {
        let text = volume.known()?;
        let (directory, rest) = text.split_once(':')?;
        let data = ["/opt/", "/data", "/srv/", "/var/lib/", "/mnt/"].iter().any(|d| directory.starts_with(d));
        let other =
            ["conf", "cert", "ssl", "log", "sock", "script", "etc"].iter().any(|w| directory.contains(w));
        (data && !other && !rest.ends_with(":ro")).then(|| (directory.to_owned(), volume.span))
    })
}
