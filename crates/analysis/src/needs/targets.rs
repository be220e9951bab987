//! Load balancers and what stands behind them.

use iaclint_model::lb::{TargetAttachment, TargetGroup, load_balancers_of};
use iaclint_model::{Link, Many, Prop, ResourceId};
use iaclint_value::OriginId;

use super::{Evidence, Need};
use crate::Analysis;

/// A target in a group.
struct Target {
    group: ResourceId,
    id: ResourceId,
    /// Its port; the group's own when absent.
    port: Prop<i64>,
    origin: OriginId,
}

/// The needs of all load balancers.
pub(super) fn needs(analysis: &Analysis<'_>) -> Vec<Need> {
    let model = analysis.model;
    let mut out: Vec<Need> = Vec::new();
    for Target { group, id, port, origin } in targets(analysis) {
        let Some(server) = analysis.listener(id) else { continue };
        let port = match model.get::<TargetGroup<'_>>(group) {
            Some(group) if port.is_absent() => group.port(),
            _ => port,
        };
        for balancer in load_balancers_of(model, group).items {
            let existence = &model.resource(balancer).existence;
            let Some(client) = analysis.client(balancer) else { continue };
            let known = out
                .iter()
                .any(|n| (n.client.id, n.server.id, n.port.known()) == (balancer, server.id, port.known()));
            if known || !existence.compatible(&model.resource(server.id).existence) {
                continue;
            }
            out.push(Need {
                client,
                workload: None,
                server: server.clone(),
                port: port.clone(),
                evidence: Evidence::Target(group),
                setting: None,
                origin,
                settings: Vec::new(),
                lookup: None,
            });
        }
    }
    out
}

/// Every target in every group that has an address of its own: tasks of services and instances.
fn targets(analysis: &Analysis<'_>) -> Vec<Target> {
    let model = analysis.model;
    let mut out = Vec::new();
    for workload in analysis.workloads() {
        let Some(service) = &workload.service else { continue };
        for target in service.targets().items {
            let port = target.container_port();
            let Some(group) = target.target_group() else { continue };
            out.push(Target { group, id: workload.id, origin: port.origin(), port });
        }
    }
    let only = |links: Many<Link>| links.items.first().and_then(Link::id);
    for attachment in model.all::<TargetAttachment<'_>>() {
        if let (Some(group), Some(id)) = (only(attachment.target_group()), only(attachment.target())) {
            out.push(Target { group, id, port: attachment.port(), origin: attachment.origin() });
        }
    }
    for group in model.all::<TargetGroup<'_>>() {
        for target in group.entries().items {
            if let Some(id) = only(target.target()) {
                out.push(Target { group: group.id(), id, port: target.port(), origin: target.origin() });
            }
        }
    }
    out
}
