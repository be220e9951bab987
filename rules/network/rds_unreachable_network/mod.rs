//! A database in a network that its client has no route to.

use std::collections::BTreeMap;

use iaclint_analysis::joined::{Apart, Gap, Joined};
use iaclint_analysis::needs::{Evidence, Need, server_words};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ec2::SecurityGroup;
use iaclint_model::server::{Placement, ServerKind, server};
use iaclint_model::vpc::vpc_behind;
use iaclint_model::{Language, Link, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a database or cache stands in a VPC that a client which is given its address has no route to",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    let mut found: BTreeMap<ResourceId, Vec<(&Need, Apart)>> = BTreeMap::new();
    for need in analysis.deployed_needs() {
        if let Joined::Apart(apart) = analysis.joined(&need.client, &need.server) {
            // With the password alone, a function outside of the VPC may use the data API.
            if apart.gap == Gap::Outside && need.evidence != Evidence::Address {
                continue;
            }
            let apart_needs = found.entry(need.server.id).or_default();
            if !apart_needs.iter().any(|(known, _)| known.client.id == need.client.id) {
                apart_needs.push((need, apart));
            }
        }
    }
    for id in model.ids().filter(|id| !found.contains_key(id)) {
        guarded_from_elsewhere(cx, id);
    }
    for (server, needs) in found {
        let Some((need, apart)) = needs.first() else { continue };
        let name = server_words(model, &need.server);
        let client_name = model.short(need.client.id);
        let vpc = apart.server_vpc.map_or_else(|| "the default VPC".to_owned(), |vpc| model.short(vpc));
        let client_vpc = apart.client_vpc.map(|vpc| model.short(vpc)).unwrap_or_default();
        let headline = match apart.gap {
            Gap::NoRoute => {
                format!("{client_name} has no route to {name}: it is in {client_vpc}, the server in {vpc}")
            }
            _ => format!("{client_name} cannot reach {name}: {}", analysis.gap_words(apart)),
        };
        let placed = if apart.gap == Gap::NoInternet {
            "it is outside of every VPC".to_owned()
        } else {
            format!("this places it in {vpc}")
        };
        let mut draft = cx.finding(server, headline).at(cx, apart.placed, placed).label(
            cx,
            need.origin,
            format!("{client_name} is given the address here"),
        );
        for (vpc, words) in
            [(apart.client_vpc, "the VPC of the client"), (apart.server_vpc, "the VPC of the server")]
        {
            if let Some(vpc) = vpc {
                draft = draft.related(cx, vpc, words);
            }
        }
        for (other, apart) in &needs {
            let words = match apart.gap {
                Gap::NoRoute => "a client; no route of its subnets leads out of its VPC to the server",
                _ => "a client",
            };
            draft = draft.related(cx, other.client.id, words);
        }
        if apart.exported {
            draft = draft
                .severity(Severity::Warning)
                .confidence(Confidence::Medium)
                .note("the client's route table is handed to other configurations, and one of them may add the route");
        } else {
            draft = draft.weighed_by(need);
        }
        draft
            .note("a security group that admits the client's addresses does not help: the packets never get there")
            .help(help(cx, need, apart))
            .report(cx);
    }
}

/// A database in the default VPC whose security group belongs to another VPC: RDS refuses to make it.
fn guarded_from_elsewhere(cx: &mut Check<'_, '_>, id: ResourceId) {
    let model = cx.model();
    let Some(server) = server(model, id).filter(|s| s.id == id && s.kind == ServerKind::Database) else {
        return;
    };
    let Placement::DefaultVpc(placed) = &server.placement else { return };
    let elsewhere = server.security_groups.items.iter().find_map(|link| {
        let group = model.get::<SecurityGroup<'_>>(link.id()?)?;
        let vpcs = group.vpc();
        let [Link::Resource { id: vpc, .. }] = vpcs.items[..] else { return None };
        Some((link.origin(), group.id(), vpc_behind(model, vpc)?))
    });
    let Some((guard, group, vpc)) = elsewhere else { return };
    let (name, vpc_name) = (model.short(id), model.short(vpc));
    let group_name = model.short(group);
    cx.finding(
        id,
        format!("{name} has no subnet group, and {group_name}, which guards it, is in {vpc_name}"),
    )
    .at(cx, *placed, "without a subnet group it is placed in the account's default VPC")
    .label(cx, guard, format!("a security group in {vpc_name}"))
    .related(cx, group, "guards the database")
    .related(cx, vpc, "the VPC of the security group")
    .note("RDS answers `The DB instance and EC2 security group are in different VPCs` and makes nothing")
    .help(format!("give {name} a subnet group with subnets of {vpc_name}"))
    .report(cx);
}

fn help(cx: &Check<'_, '_>, need: &Need, apart: &Apart) -> String {
    let model = cx.model();
    let client = model.short(need.client.id);
    let (server, at) = (model.short(need.server.id), model.short(apart.at));
    let name =
        |vpc: Option<ResourceId>| vpc.map_or_else(|| "the other VPC".to_owned(), |vpc| model.short(vpc));
    let (client_vpc, server_vpc) = (name(apart.client_vpc), name(apart.server_vpc));
    match apart.gap {
        Gap::NoRoute | Gap::LeadsElsewhere(_) => {
            format!(
                "place {server} in subnets of {client_vpc}, or peer the two VPCs and add routes on both sides"
            )
        }
        Gap::NoWayBack(by) => format!(
            "add a route to the addresses of {client_vpc} through {} to the route table of {at}",
            model.short(by)
        ),
        Gap::NoInternet => format!("add a default route through a NAT gateway to the route table of {at}"),
        Gap::Outside => {
            let placed = if model.language(apart.at) == Language::Terraform {
                "a `vpc_config`"
            } else {
                "a VpcConfig"
            };
            format!(
                "give {client} {placed} with subnets of {server_vpc} and a security group that {server} admits"
            )
        }
    }
}
