//! A load balancer and its targets whose security groups do not let each other through.

use iaclint_analysis::needs::Need;
use iaclint_analysis::reach::{Closed, Verdict};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::Language;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "the security groups of a load balancer and its targets do not let the traffic through",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for need in cx.analysis.deployed_targets() {
        if let Verdict::Closed(closed) = cx.analysis.admits(need) {
            not_let_in(cx, need, &closed);
        } else if let Verdict::Closed(closed) = cx.analysis.emits(need) {
            not_let_out(cx, need, &closed);
        }
    }
}

fn not_let_in(cx: &mut Check<'_, '_>, need: &Need, closed: &Closed) {
    let model = cx.model();
    let (Some(&group), Some(port)) = (closed.server_groups.first(), need.port.known()) else { return };
    let (name, from, to) = (model.short(group), model.short(need.client.id), model.short(need.server.id));
    let draft = cx
        .finding(group, format!("{name} does not admit the load balancer {from} on port {port} of {to}"))
        .identity(format!("{to}:{port}"));
    let rule = closed.other_ports.first().or_else(|| closed.others.first());
    let draft = match rule {
        Some(rule) if closed.other_ports.is_empty() => {
            draft.at(cx, rule.origin, "admits others on this port")
        }
        Some(rule) => draft.at(cx, rule.origin, "admits the load balancer on another port"),
        None => {
            draft.at(cx, model.resource(group).body.origin, format!("no rule admits anybody on port {port}"))
        }
    };
    let from_group = closed.client_groups.first().map(|g| model.short(*g)).unwrap_or_default();
    draft
        .label(cx, need.port.origin(), format!("{to} takes its traffic here"))
        .related(cx, need.client.id, format!("the load balancer; it sends from {from_group}"))
        .related(cx, need.server.id, format!("the target; {name} guards it"))
        .note("health checks end in Target.Timeout, and clients get 502 or 504")
        .help(match model.language(group) {
            Language::Terraform => format!(
                "add an `aws_vpc_security_group_ingress_rule` to {name} with from_port = to_port = {port}, ip_protocol = \"tcp\" and \
                 referenced_security_group_id = {from_group}.id"
            ),
            Language::Cdk => format!("allow it: `service.connections.allowFrom(loadBalancer, ec2.Port.tcp({port}))`"),
            Language::CloudFormation => format!(
                "add an AWS::EC2::SecurityGroupIngress for {name} with FromPort and ToPort {port}, IpProtocol tcp and \
                 SourceSecurityGroupId !GetAtt {from_group}.GroupId"
            ),
        })
        .report(cx);
}

fn not_let_out(cx: &mut Check<'_, '_>, need: &Need, closed: &Closed) {
    let model = cx.model();
    let (Some(&group), Some(port)) = (closed.client_groups.first(), need.port.known()) else { return };
    let (name, from, to) = (model.short(group), model.short(need.client.id), model.short(need.server.id));
    let draft = cx
        .finding(group, format!("{name} does not let the load balancer {from} out to {to} on port {port}"))
        .identity(format!("{to}:{port}"));
    let rule = closed.other_ports.first().or_else(|| closed.others.first());
    let draft = match rule {
        Some(rule) => draft.at(cx, rule.origin, "lets it out, but not to there"),
        None => draft.at(cx, model.resource(group).body.origin, "no rule lets anything out on this port"),
    };
    draft
        .label(cx, need.port.origin(), format!("{to} takes its traffic here"))
        .related(cx, need.client.id, format!("the load balancer; {name} is its group"))
        .related(cx, need.server.id, "the target; its groups admit the load balancer")
        .note("health checks end in Target.Timeout, and clients get 502 or 504")
        .help(match model.language(group) {
            Language::Terraform => format!(
                "add an `aws_vpc_security_group_egress_rule` to {name} with from_port = to_port = {port}, ip_protocol = \"tcp\" and \
                 referenced_security_group_id of the targets"
            ),
            Language::Cdk => format!("allow it: `loadBalancer.connections.allowTo(service, ec2.Port.tcp({port}))`"),
            Language::CloudFormation => {
                format!("add an AWS::EC2::SecurityGroupEgress for {name} with FromPort and ToPort {port} and IpProtocol tcp")
            }
        })
        .report(cx);
}
