//! A service without the database or cache settings that its siblings have, although something shows that it needs them.

use std::collections::BTreeMap;

use iaclint_analysis::needs::{Evidence, Need, family, server_words};
use iaclint_analysis::siblings::{are_siblings, shared_image};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::server::ServerKind;
use iaclint_model::workload::Workload;
use iaclint_model::{Link, Prop, ResourceId};
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a service lacks database or cache settings that its siblings have",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let workloads = analysis.workloads();
    let keeps_data = |need: &&Need| matches!(need.server.kind, ServerKind::Database | ServerKind::Cache);
    let asked: Vec<&Need> = analysis.needs().iter().filter(keeps_data).collect();
    let mut talking: BTreeMap<usize, Vec<ServerKind>> = BTreeMap::new();
    for need in &asked {
        if let Some(workload) = need.workload {
            talking.entry(workload).or_default().push(need.server.kind);
        }
    }
    for (index, workload) in workloads.iter().enumerate() {
        // What may still be configured by settings that we do not see is not lacking.
        if workload.service.is_none() || !workload.settings.complete {
            continue;
        }
        let mut lacks: Vec<Lack<'_, '_>> = Vec::new();
        // Whoever talks to one server of a kind is configured for that.
        let talks = |kind: &ServerKind| talking.get(&index).is_some_and(|kinds| kinds.contains(kind));
        for need in asked.iter().copied().filter(|need| !talks(&need.server.kind)) {
            let Some(sibling) = analysis.workload_of(need) else { continue };
            if need.workload == Some(index)
                || !are_siblings(cx.model(), workload, sibling)
                || lacks.iter().any(|l| l.need.server.id == need.server.id)
                || is_configured(cx, workload, need)
            {
                continue;
            }
            let signs = signs(cx, workload, sibling, need);
            if !signs.is_empty() {
                lacks.push(Lack { need, sibling, signs });
            }
        }
        if !lacks.is_empty() {
            report(cx, workload, &lacks);
        }
    }
}

/// A server that a sibling is configured for and this service is not.
struct Lack<'a, 'm> {
    need: &'a Need,
    sibling: &'a Workload<'m>,
    signs: Vec<Sign>,
}

/// What shows that a service needs a server.
struct Sign {
    words: String,
    /// The network says so: somebody opened the server for this service.
    network: bool,
    origin: OriginId,
}

/// Whether a service has settings for a server: it speaks of this one, or has settings of the same family.
fn is_configured<'m>(cx: &Check<'_, 'm>, workload: &Workload<'m>, need: &Need) -> bool {
    let model = cx.model();
    let carrier = match need.evidence {
        Evidence::Secret(id) | Evidence::Password(id) => Some(id),
        _ => None,
    };
    let families: Vec<String> = need.settings.iter().filter_map(|n| family(n)).collect();
    workload.settings.items.iter().any(|setting| {
        let named = setting.name.as_deref().and_then(family).is_some_and(|f| families.contains(&f));
        let mentions = model.mentions(setting.value);
        named || mentions.contains(&need.server.id) || carrier.is_some_and(|c| mentions.contains(&c))
    })
}

/// Everything that shows that a service needs a server.
fn signs<'m>(cx: &Check<'_, 'm>, workload: &Workload<'m>, sibling: &Workload<'m>, need: &Need) -> Vec<Sign> {
    let model = cx.model();
    let mut out = Vec::new();
    let own: Vec<ResourceId> = workload.security_groups.items.iter().filter_map(Link::id).collect();
    let theirs: Vec<ResourceId> = sibling.security_groups.items.iter().filter_map(Link::id).collect();
    for group in need.server.security_groups.items.iter().filter_map(Link::id) {
        let permissions =
            cx.analysis.admissions().get(&group).map(|m| m.items.as_slice()).unwrap_or_default();
        for permission in permissions {
            let admitted = permission.groups.items.iter().find(|l| {
                // A group that both services use was admitted for the sibling's sake.
                l.id().is_some_and(|id| own.contains(&id) && !theirs.contains(&id))
            });
            if let Some(link) = admitted
                && out.is_empty()
            {
                out.push(Sign {
                    words: format!(
                        "{} admits its group {}",
                        model.short(group),
                        link.id().map(|id| model.short(id)).unwrap_or_default()
                    ),
                    network: true,
                    origin: permission.origin,
                });
            }
        }
    }
    if let Evidence::Secret(secret) | Evidence::Password(secret) = need.evidence {
        let roles = [workload.role, workload.execution_role];
        let shared = [sibling.role, sibling.execution_role];
        for role in roles.into_iter().flatten().filter(|r| !shared.contains(&Some(*r))) {
            if let Some(statement) = cx.analysis.allows_mentioning(role, secret) {
                out.push(Sign {
                    words: format!("its role {} may read {}", model.short(role), model.short(secret)),
                    network: false,
                    origin: statement.origin,
                });
            }
        }
    }
    if let Some((image, origin)) = shared_image(workload, sibling) {
        out.push(Sign { words: format!("it runs the same image {image}"), network: false, origin });
    }
    out
}

fn report<'m>(cx: &mut Check<'_, 'm>, workload: &Workload<'m>, lacks: &[Lack<'_, 'm>]) {
    let model = cx.model();
    let names: Vec<String> = lacks.iter().flat_map(|l| l.need.settings.iter().cloned()).collect();
    let sibling = model.short(lacks[0].sibling.id);
    let own = model.short(workload.id);
    let network = lacks.iter().any(|l| l.signs.iter().any(|s| s.network));
    let servers: Vec<String> = lacks.iter().map(|l| server_words(model, &l.need.server)).collect();
    let container = workload.task.and_then(|t| t.containers().items.into_iter().next());
    let place = container.map_or(OriginId::NONE, |c| match c.node_environment() {
        Prop::Known { origin, .. } => origin,
        _ => c.origin(),
    });
    let mut draft = cx
        .finding(workload.definition, format!("{own} has no {}, which {sibling} has", listed(&names)))
        .severity(if network { Severity::Warning } else { Severity::Advice })
        .identity("settings")
        .at(cx, place, format!("nothing here leads to {}", servers.join(" or ")));
    if let Some(container) = container {
        draft = draft.part(container.label());
    }
    for lack in lacks {
        draft = draft.related(cx, lack.sibling.definition, format!("has {}", listed(&lack.need.settings)));
        for sign in &lack.signs {
            draft = draft.label(cx, sign.origin, sign.words.clone());
            draft =
                draft.note(format!("it needs {}: {}", server_words(model, &lack.need.server), sign.words));
        }
    }
    draft
        .note("without the address a client falls back to 127.0.0.1, where nothing listens")
        .help(format!(
            "give {own} the settings {} as {sibling} has them, with the permission to read their secrets",
            listed(&names)
        ))
        .report(cx);
}

/// `A`, `A and B`, `A, B and 3 more`.
fn listed(names: &[String]) -> String {
    match names {
        [] => "settings".to_owned(),
        [one] => one.clone(),
        [most @ .., last] if names.len() <= 6 => format!("{} and {last}", most.join(", ")),
        _ => format!("{} and {} more", names[..5].join(", "), names.len() - 5),
    }
}
