//! A port of a container on a machine that clients use and that no security group admits.

use iaclint_analysis::machine_ports::published;
use iaclint_analysis::needs::addresses;
use iaclint_analysis::programs::Host;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ec2::{Permission, Ports, Protocol};
use iaclint_model::machine::MachineKind;
use iaclint_model::server::server;
use iaclint_model::workload::Setting;
use iaclint_model::{Link, Many, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::Medium,
    summary: "a port that a machine publishes and clients use is admitted by none of its security groups",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts().iter().filter(|h| h.machine.kind == MachineKind::Instance) {
        host_check(cx, host);
    }
}

fn host_check<'m>(cx: &mut Check<'_, 'm>, host: &Host<'m>) {
    let id = host.machine.id;
    let analysis = cx.analysis;
    let Some(server) = server(cx.model(), id) else { return };
    let groups: Vec<ResourceId> = server.security_groups.items.iter().filter_map(Link::id).collect();
    if !server.security_groups.complete
        || groups.is_empty()
        || groups.len() != server.security_groups.items.len()
    {
        return;
    }
    let admissions: Vec<&Many<Permission<'_>>> =
        groups.iter().filter_map(|g| analysis.admissions().get(g)).collect();
    if admissions.len() != groups.len() || admissions.iter().any(|a| !a.complete) {
        return;
    }
    for (port, span) in published(host) {
        let admitted = admissions.iter().flat_map(|a| &a.items).any(|p| may_admit(p, port));
        let user = (!admitted).then(|| uses(cx, id, port)).flatten();
        let Some((client, setting)) = user else { continue };
        let group = groups[0];
        let name = cx.model().short(group);
        let span = host.span(cx.model(), span);
        let setting_name = setting.name.clone().unwrap_or_default();
        cx.finding(
            group,
            format!(
                "{name} does not admit port {port}, which {} publishes and clients use",
                cx.model().short(id)
            ),
        )
        .identity(port.to_string())
        .at_span(cx.model().resource(group).span, format!("no rule for port {port}"))
        .label_span(span, "published here")
        .label(cx, setting.origin, format!("`{setting_name}` of {}", cx.model().short(client)))
        .related(cx, client, format!("is told to use port {port}"))
        .related(cx, id, format!("publishes port {port}"))
        .note("packets that no rule admits are dropped: clients wait until their connect timeout")
        .help(format!("add a rule to {name} that admits TCP port {port} from the clients"))
        .of_written_values()
        .report(cx);
    }
}

fn may_admit(permission: &Permission<'_>, port: i64) -> bool {
    let tcp = !matches!(&permission.protocol, Protocol::Only(p) if p != "tcp");
    tcp && match permission.ports {
        Ports::Range(from, to) => (from..=to).contains(&port),
        Ports::All | Ports::Of(_) | Ports::Unknown => true,
    }
}

/// A client that is given the machine's address, and the setting that gives it the port.
fn uses<'a, 'm>(cx: &Check<'a, 'm>, machine: ResourceId, port: i64) -> Option<(ResourceId, &'a Setting<'m>)> {
    let model = cx.model();
    cx.analysis.workloads().iter().find_map(|workload| {
        let settings = &workload.settings.items;
        let mut found = settings
            .iter()
            .flat_map(|s| addresses(model, s.value).into_iter().map(move |a| (s, a)))
            .filter(|(_, a)| a.id == machine);
        let (first, address) = found.next()?;
        if address.port == Some(port) {
            return Some((workload.definition, first));
        }
        let behind = found.find(|(_, a)| a.port == Some(port)).map(|(s, _)| s);
        let alone = || {
            settings.iter().find(|s| {
                s.value.as_i64() == Some(port)
                    && s.name.as_deref().is_some_and(|n| n.to_ascii_uppercase().contains("PORT"))
            })
        };
        Some((workload.definition, behind.or_else(alone)?))
    })
}
