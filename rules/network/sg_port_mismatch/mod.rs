//! A rule that admits the client, but on another port than the server listens on.

use iaclint_analysis::needs::server_words;
use iaclint_analysis::path::ports_words;
use iaclint_analysis::reach::Verdict;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ec2::{Ports, Protocol, group_name};
use iaclint_model::server::ServerKind;
use iaclint_model::{Language, Prop};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a security group admits a client on another port than the server listens on",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    wrong_port(cx);
    empty_range(cx);
}

fn wrong_port(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for need in analysis.deployed_needs() {
        let (Verdict::Closed(closed), Some(port)) = (analysis.admits(need), need.port.known()) else {
            continue;
        };
        // A machine listens on as many ports as it publishes.
        if need.server.kind == ServerKind::Machine {
            continue;
        }
        let (Some(rule), true) = (closed.wrong_ports().next(), closed.is_other_port()) else { continue };
        let Some(&group) = closed.server_groups.first() else { continue };
        let server = server_words(model, &need.server);
        let opened = ports_words(rule.ports);
        let draft = cx
            .finding(
                rule.holder,
                format!("{} opens {opened}, but {server} listens on {port}", group_name(model, group)),
            )
            .identity(format!("{port}"))
            .at(cx, rule.origin, format!("admits {} on {opened}", model.short(need.client.id)))
            .related(cx, need.client.id, "the client; it is admitted, but not where the server listens")
            .related(cx, need.server.id, format!("the server; it listens on {port}"));
        let draft = match &need.port {
            Prop::Known { why: iaclint_model::Why::Written, origin, .. } => {
                draft.label(cx, *origin, format!("the port is {port}"))
            }
            _ => draft.note(format!("{port} is the engine's own port, since no other is set")),
        };
        draft.help(help(model.language(rule.holder), &model.short(rule.holder), *port)).report(cx);
    }
}

/// A range that ends before it begins opens nothing; EC2 refuses it.
fn empty_range(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for (group, permissions) in analysis.admissions() {
        for permission in &permissions.items {
            let Ports::Range(from, to) = permission.ports else { continue };
            let tcp = matches!(&permission.protocol, Protocol::Only(p) if p == "tcp" || p == "udp");
            if !tcp || from <= to || to < 0 {
                continue;
            }
            cx.finding(
                permission.holder,
                format!(
                    "a rule of {} opens the ports from {from} to {to}, which is none",
                    group_name(model, *group)
                ),
            )
            .identity(format!("{from}-{to}"))
            .at(cx, permission.origin, format!("the range ends at {to}, before it begins"))
            .help(help(model.language(permission.holder), &model.short(permission.holder), from))
            .report(cx);
        }
    }
}

fn help(language: Language, holder: &str, port: i64) -> String {
    match language {
        Language::Terraform => format!("set from_port = {port} and to_port = {port} in {holder}"),
        Language::Cdk => format!(
            "open `ec2.Port.tcp({port})`, or `connections.allowDefaultPortFrom(client)`, which follows the server's port"
        ),
        Language::CloudFormation => format!("set FromPort and ToPort to {port} in {holder}"),
    }
}
