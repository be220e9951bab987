//! A database proxy that its database's security groups do not admit.

use iaclint_analysis::needs::server_words;
use iaclint_analysis::reach::{End, Verdict, server_end};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::rds::{DbProxy, DbProxyTarget};
use iaclint_model::server::server;
use iaclint_model::{Language, Link, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a database proxy and its database have security groups that do not let them talk",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for tie in model.all::<DbProxyTarget<'_>>() {
        let Some(proxy) = tie.proxy().items.first().and_then(Link::id) else { continue };
        for link in tie.instances().items.iter().chain(&tie.clusters().items) {
            if let Some(database) = link.id() {
                judge(cx, proxy, database, tie.id());
            }
        }
    }
}

fn judge(cx: &mut Check<'_, '_>, proxy: ResourceId, database: ResourceId, tie: ResourceId) {
    let analysis = cx.analysis;
    let model = cx.model();
    let (Some(entity), Some(server)) = (model.get::<DbProxy<'_>>(proxy), server(model, database)) else {
        return;
    };
    let Some(&port) = server.port.known() else { return };
    let mut groups = entity.security_groups();
    // Without groups of its own it has the VPC's default one.
    groups.complete &= !groups.items.is_empty();
    let subnets = entity.subnets();
    let from = End { id: proxy, groups: &groups, subnets: Some(&subnets) };
    let words = server_words(model, &server);
    let name = model.short(proxy);
    let (group, headline, rule, nothing) = match (
        analysis.let_in(from, server_end(&server), port),
        analysis.let_out(from, server_end(&server), port),
    ) {
        (Verdict::Closed(closed), _) => {
            let Some(&group) = closed.server_groups.first() else { return };
            let rule = closed.others.first().or_else(|| closed.other_ports.first()).map(|r| r.origin);
            (
                group,
                format!("{} does not admit the proxy {name} on port {port} of {words}", model.short(group)),
                rule,
                "no rule admits anybody on this port",
            )
        }
        (_, Verdict::Closed(closed)) => {
            let Some(&group) = closed.client_groups.first() else { return };
            let rule = closed.others.first().or_else(|| closed.other_ports.first()).map(|r| r.origin);
            (
                group,
                format!("{} does not let the proxy {name} out to {words} on port {port}", model.short(group)),
                rule,
                "no rule lets anything out on this port",
            )
        }
        _ => return,
    };
    let draft = cx.finding(group, headline).identity(format!("{name}:{port}"));
    let draft = match rule {
        Some(rule) => draft.at(cx, rule, "is for others, or for another port"),
        None => draft.at(cx, model.resource(group).body.origin, nothing),
    };
    draft
        .related(cx, proxy, "the proxy")
        .related(cx, server.id, "the database behind it")
        .related(cx, tie, "ties the two together")
        .note("the proxy is created, and its target group never becomes available")
        .help(match model.language(group) {
            Language::Cdk => "call `proxy.connections.allowTo(database, ec2.Port.tcp(port))`, or give both the same security groups".to_owned(),
            Language::Terraform | Language::CloudFormation => {
                format!("add a rule to {} for TCP port {port} and the group of the other side", model.short(group))
            }
        })
        .report(cx);
}
