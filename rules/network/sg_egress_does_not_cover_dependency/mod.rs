//! A client whose security groups let something out, but not to what it depends on.

use iaclint_analysis::needs::server_words;
use iaclint_analysis::reach::Verdict;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::{Answer, Language, Link, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a client's security groups do not let it out to a server whose address it is given, or to its registry",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    to_servers(cx);
    to_registry(cx);
}

fn to_servers(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for need in analysis.deployed_needs() {
        let (Verdict::Closed(closed), Some(port)) = (analysis.emits(need), need.port.known()) else {
            continue;
        };
        // Groups that let nothing out at all are security-group-no-egress.
        if closed.client_groups.iter().all(|g| analysis.lets_nothing_out(*g) == Answer::Yes) {
            continue;
        }
        let Some(&group) = closed.client_groups.first() else { continue };
        let (name, who, server) =
            (model.short(group), model.short(need.client.id), server_words(model, &need.server));
        let draft = cx
            .finding(group, format!("{name} does not let {who} out to {server} on port {port}"))
            .identity(format!("{}:{port}", model.plain_name(need.server.id)));
        let draft = match closed.other_ports.first().or_else(|| closed.others.first()) {
            Some(rule) => draft.at(cx, rule.origin, "lets it out, but not to there"),
            None => draft.at(cx, first_rule(cx, group), format!("no rule of the group opens port {port}")),
        };
        draft
            .weighed_by(need)
            .label(cx, need.origin, format!("{who} is given the address here"))
            .related(cx, need.client.id, format!("the client; {name} is its group"))
            .related(cx, need.server.id, "the server")
            .note(format!(
                "packets are dropped, not refused: {who} waits for its connect timeout at every attempt"
            ))
            .help(help(model.language(group), &name, *port))
            .report(cx);
    }
}

/// A task on Fargate pulls its image over 443, wherever the registry is.
fn to_registry(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for workload in analysis.workloads() {
        let links = &workload.security_groups;
        let groups: Vec<ResourceId> = links.items.iter().filter_map(Link::id).collect();
        let known = links.complete && !groups.is_empty() && groups.len() == links.items.len();
        if !known || !analysis.on_fargate(workload) {
            continue;
        }
        let silent = |g: &ResourceId| analysis.lets_nothing_out(*g) == Answer::Yes;
        let barred = groups.iter().all(|g| analysis.lets_out_on(*g, 443) == Answer::No);
        if !barred || groups.iter().all(silent) {
            continue;
        }
        let group = groups[0];
        let (name, who) = (model.short(group), model.short(workload.id));
        cx.finding(group, format!("{name} does not let {who} out on port 443, so it cannot pull its image"))
            .identity("443")
            .at(cx, first_rule(cx, group), "lets it out, but not on port 443")
            .related(cx, workload.id, format!("runs on Fargate; {name} is its group"))
            .note("registries, secrets and logs are all called on port 443")
            .help(help(model.language(group), &name, 443))
            .report(cx);
    }
}

fn first_rule(cx: &Check<'_, '_>, group: ResourceId) -> iaclint_value::OriginId {
    let rule = cx.analysis.emissions().get(&group).and_then(|e| e.rules.items.first());
    rule.map_or(cx.model().resource(group).body.origin, |r| r.origin)
}

fn help(language: Language, group: &str, port: i64) -> String {
    match language {
        Language::Terraform => format!(
            "add an `aws_vpc_security_group_egress_rule` to {group} with from_port = to_port = {port} and ip_protocol = \"tcp\""
        ),
        Language::Cdk => format!("allow it: `client.connections.allowTo(server, ec2.Port.tcp({port}))`"),
        Language::CloudFormation => {
            format!(
                "add a rule to SecurityGroupEgress of {group} with FromPort and ToPort {port} and IpProtocol tcp"
            )
        }
    }
}
