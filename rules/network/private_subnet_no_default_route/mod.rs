//! One of several subnets of a workload that lacks the default route which its siblings have.

use std::collections::BTreeMap;

use iaclint_analysis::network::{Internet, NoWay};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ResourceId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "one subnet of a workload has no default route although the others have one",
};

/// A subnet without the route.
struct Lacking {
    way: NoWay,
    sibling: ResourceId,
    route: ResourceId,
    users: Vec<ResourceId>,
    surely: bool,
}

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    let mut found: BTreeMap<ResourceId, Lacking> = BTreeMap::new();
    for workload in analysis.workloads() {
        let Some(subnets) = analysis.subnets_of(workload) else { continue };
        let exists = &model.resource(workload.id).existence;
        let ways: Vec<(ResourceId, Internet)> =
            subnets.iter().map(|s| (*s, analysis.network().internet(*s, exists))).collect();
        let open = ways.iter().find_map(|(subnet, way)| match way {
            Internet::Nat(route) | Internet::Gateway(route) => Some((*subnet, route.holder)),
            Internet::None(_) | Internet::CannotTell(_) => None,
        });
        let Some((sibling, route)) = open else { continue };
        for (subnet, way) in ways {
            let Internet::None(way) = way else { continue };
            if way.elsewhere {
                continue;
            }
            let surely = analysis.on_fargate(workload) && !way.exported;
            let entry = found.entry(subnet).or_insert(Lacking {
                way,
                sibling,
                route,
                users: Vec::new(),
                surely: false,
            });
            entry.users.push(workload.id);
            entry.surely |= surely;
        }
    }
    for (subnet, lacking) in found {
        let name = model.short(subnet);
        let (_, origin) = analysis.network().routing_place(subnet, &lacking.way);
        let what = if lacking.way.association.is_some() {
            "tied here to a table without a default route"
        } else {
            "tied to no route table"
        };
        let mut draft = cx
            .finding(
                subnet,
                format!(
                    "{name} has no default route, although the other subnets of {} have one",
                    model.short(lacking.users[0])
                ),
            )
            .at(cx, origin, what)
            .related(cx, lacking.sibling, "this subnet of the same workload has one")
            .related(cx, lacking.route, "holds the route of the other subnet");
        for user in &lacking.users {
            draft = draft.related(cx, *user, "runs in both");
        }
        if !lacking.surely {
            draft = draft.severity(Severity::Warning).confidence(Confidence::Medium);
        }
        draft
            .note("what is started in this subnet times out at every call to the outside, what is started in the others does not")
            .help(format!("tie {name} to a route table with a route for 0.0.0.0/0, as {} is", model.short(lacking.sibling)))
            .report(cx);
    }
}
