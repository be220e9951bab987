//! A database in a network that its client has no route to.

use std::collections::BTreeMap;

use iaclint_analysis::needs::{Evidence, Need, server_words};
use iaclint_analysis::path::{Apart, Joined};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ResourceId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a database or cache stands in a VPC that a client which is given its address has no route to",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    let mut found: BTreeMap<ResourceId, Vec<(&Need<'_>, Apart)>> = BTreeMap::new();
    for (need, client) in analysis.deployed_needs() {
        if let Joined::Apart(apart) = analysis.joined(client, &need.server) {
            let apart_needs = found.entry(need.server.id).or_default();
            if !apart_needs.iter().any(|(known, _)| known.client == need.client) {
                apart_needs.push((need, apart));
            }
        }
    }
    for (server, needs) in found {
        let Some((need, apart)) = needs.first() else { continue };
        let client = &analysis.workloads()[need.client];
        let name = server_words(model, &need.server);
        let client_name = model.short(client.id);
        let vpc = apart.server_vpc.map_or_else(|| "the default VPC".to_owned(), |vpc| model.short(vpc));
        let client_vpc = model.short(apart.client_vpc);
        let mut draft = cx
            .finding(
                server,
                format!("{client_name} has no route to {name}: it is in {client_vpc}, the server in {vpc}"),
            )
            .at(cx, apart.placed, format!("this places it in {vpc}"))
            .label(cx, need.origin, format!("{client_name} is given the address here"))
            .related(cx, apart.client_vpc, "the VPC of the client");
        if let Some(vpc) = apart.server_vpc {
            draft = draft.related(cx, vpc, "the VPC of the server");
        }
        for (other, _) in &needs {
            let client = analysis.workloads()[other.client].id;
            draft = draft.related(
                cx,
                client,
                "a client; no route of its subnets leads out of its VPC to the server",
            );
        }
        let password = matches!(need.evidence, Evidence::Password(_));
        if apart.exported {
            draft = draft
                .severity(Severity::Warning)
                .confidence(Confidence::Medium)
                .note("the client's route table is handed to other configurations, and one of them may add the route");
        } else if password {
            draft = draft.confidence(Confidence::Medium);
        }
        draft
            .note("a security group that admits the client's addresses does not help: the packets never get there")
            .help(format!("place {} in subnets of {client_vpc}, or peer the two VPCs and add routes on both sides", model.short(server)))
            .report(cx);
    }
}
