//! A client that is known to talk to a server whose security groups do not admit it.

use iaclint_analysis::needs::{Evidence, Need, server_words};
use iaclint_analysis::reach::{Admitted, Closed, Verdict};
use iaclint_lint::{Check, Confidence, Draft, RuleInfo, Severity};
use iaclint_model::ec2::group_name;
use iaclint_model::server::ServerKind;
use iaclint_model::{Language, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a server's security group does not admit a client that is given the server's address",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for need in analysis.deployed_needs() {
        let (Verdict::Closed(closed), Some(port)) = (analysis.admits(need), need.port.known()) else {
            continue;
        };
        let Some(&group) = closed.server_groups.first() else { continue };
        // The client is admitted, but on another port: that is sg-port-mismatch. A machine has as many ports as it publishes:
        // published-port-not-in-security-group.
        let machine = need.server.kind == ServerKind::Machine;
        if closed.is_other_port() && !machine
            || machine && analysis.published_ports(need.server.id).contains(port)
        {
            continue;
        }
        let server = server_words(model, &need.server);
        let guard = group_name(model, group);
        let client_group = closed.client_groups.first().map(|g| group_name(model, *g)).unwrap_or_default();
        let client_name = model.short(need.client.id);
        let draft = cx
            .finding(group, format!("{guard} does not admit {client_name} on port {port} of {server}"))
            .identity(format!("{}:{port}", model.plain_name(need.client.id)));
        let draft = primary(cx, draft, &closed, group).weighed_by(need);
        draft
            .label(cx, need.origin, given(&client_name, need))
            .related(cx, need.client.id, format!("the client; it sends from {client_group}"))
            .related(cx, need.server.id, format!("the server; {guard} guards it"))
            .trail(cx, need.origin)
            .note(format!("packets are dropped, not refused: {client_name} waits for its connect timeout at every attempt"))
            .help(help(cx, group, &closed, *port))
            .report(cx);
    }
}

/// How the client knows of the server.
fn given(client: &str, need: &Need) -> String {
    match (&need.evidence, &need.setting) {
        (Evidence::Name(_), Some(setting)) => format!("{client} is given its name here, as {setting}"),
        (_, Some(setting)) => format!("{client} is given the address here, as {setting}"),
        (Evidence::Script, None) => format!("{client} is given the address here, in its script"),
        (_, None) => format!("{client} is given the address here, in its command"),
    }
}

/// The nearest rule: one on the right port for others, else one for the client on another port, else the group.
fn primary(cx: &Check<'_, '_>, draft: Draft, closed: &Closed, group: ResourceId) -> Draft {
    let model = cx.model();
    let names = |rule: &Admitted| {
        let names: Vec<String> = rule.groups.iter().map(|g| group_name(model, *g)).collect();
        if names.is_empty() { "others".to_owned() } else { names.join(", ") }
    };
    if let Some(rule) = closed.others.first() {
        let mut draft =
            draft.at(cx, rule.origin, format!("only {} may enter on this port", all_names(cx, closed)));
        for other in closed.others.iter().skip(1) {
            if other.origin != rule.origin {
                draft = draft.label(cx, other.origin, format!("admits {}", names(other)));
            }
        }
        return draft;
    }
    if let Some(rule) = closed.other_ports.first() {
        return draft.at(cx, rule.origin, "the client may enter, but on another port");
    }
    let words = if closed.client_groups.contains(&group) {
        "client and server share this group, and no rule admits its own members"
    } else {
        "no rule admits anybody on this port"
    };
    draft.at_span(model.resource(group).span, words)
}

fn all_names(cx: &Check<'_, '_>, closed: &Closed) -> String {
    let mut names: Vec<String> = Vec::new();
    for group in closed.others.iter().flat_map(|o| &o.groups) {
        let name = group_name(cx.model(), *group);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { "other addresses".to_owned() } else { names.join(" and ") }
}

fn help(cx: &Check<'_, '_>, group: ResourceId, closed: &Closed, port: i64) -> String {
    let model = cx.model();
    let client = closed.client_groups.first().map(|g| model.short(*g)).unwrap_or_default();
    match model.language(group) {
        Language::Terraform => format!(
            "add an `aws_vpc_security_group_ingress_rule` to {} with from_port = to_port = {port}, ip_protocol = \"tcp\" and \
             referenced_security_group_id = {client}.id",
            model.short(group)
        ),
        Language::Cdk => format!(
            "in the app, allow the connection: `server.connections.allowFrom(client, ec2.Port.tcp({port}))` adds a rule for {client}"
        ),
        Language::CloudFormation => format!(
            "add an AWS::EC2::SecurityGroupIngress for {} with FromPort and ToPort {port}, IpProtocol tcp and SourceSecurityGroupId \
             !GetAtt {client}.GroupId",
            model.short(group)
        ),
    }
}
