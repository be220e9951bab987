//! A server that an application depends on and that no alarm watches, where others are watched.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::alarm::Alarm;
use iaclint_model::rds::{DbClusterInstance, DbInstance};
use iaclint_model::server::ServerKind;
use iaclint_model::{Model, Prop, ResourceId, User};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "no alarm watches a server that applications depend on",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    let alarms = model.all::<Alarm<'_>>();
    let mut seen: Vec<ResourceId> = Vec::new();
    for need in analysis.needs() {
        let id = need.server.id;
        if seen.contains(&id) || need.server.kind == ServerKind::Listener {
            continue;
        }
        seen.push(id);
        // Who has no alarms at all watches with something else.
        let near: Vec<&Alarm<'_>> = alarms.iter().filter(|a| model.same_root(a.id(), id)).collect();
        if near.is_empty() || near.iter().any(|a| may_watch_anything(model, a)) || is_watched(model, id) {
            continue;
        }
        let Some(client) = analysis.workload_of(need) else { continue };
        let name = model.short(id);
        cx.finding(id, format!("no alarm watches {name}, which {} depends on", model.short(client.id)))
            .at_span(model.resource(id).span, "nobody is told when it fails")
            .label(cx, need.origin, "the dependency")
            .related(cx, near[0].id(), "others are watched")
            .help(format!("add an alarm on the memory, the CPU or the status of {name}"))
            .report(cx);
    }
}

/// Whether an alarm names what it watches in a way that leads to no resource.
fn may_watch_anything<'m>(model: &'m Model<'m>, alarm: &Alarm<'m>) -> bool {
    match alarm.dimensions() {
        Prop::Known { value, .. } => model.mentions(value).is_empty(),
        _ => true,
    }
}

/// Whether an alarm names the server, or a member of the cluster that it is; or a module that is not here may have one.
fn is_watched<'m>(model: &'m Model<'m>, id: ResourceId) -> bool {
    let members =
        model.all::<DbClusterInstance<'m>>().into_iter().filter(|m| m.cluster() == Some(id)).map(|m| m.id());
    let instances =
        model.all::<DbInstance<'m>>().into_iter().filter(|m| m.cluster() == Some(id)).map(|m| m.id());
    let by_alarm = |id: ResourceId| {
        model.uses(id).iter().any(|used| match used.by {
            User::Resource(by) => model.get::<Alarm<'m>>(by).is_some(),
            User::Opaque(..) => true,
            User::Output(..) => false,
        })
    };
    std::iter::once(id).chain(members).chain(instances).any(by_alarm)
}
