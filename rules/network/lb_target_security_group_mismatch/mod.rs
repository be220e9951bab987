//! A load balancer and its targets whose security groups do not let each other through.

use iaclint_analysis::reach::{Closed, End, Verdict, client_end};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ec2::Instance;
use iaclint_model::lb::{LoadBalancer, TargetAttachment, TargetGroup, load_balancers_of};
use iaclint_model::{Language, Link, Many, ResourceId};
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "the security groups of a load balancer and its targets do not let the traffic through",
};

/// A target of a load balancer on a port.
struct Target {
    id: ResourceId,
    groups: Many<Link>,
    subnets: Many<Link>,
    group: ResourceId,
    port: i64,
    /// The place that says the port.
    origin: OriginId,
}

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for target in targets(cx) {
        if model.in_library(target.id) {
            continue;
        }
        let balancers = load_balancers_of(model, target.group);
        for id in balancers.items {
            let Some(balancer) = model.get::<LoadBalancer<'_>>(id) else { continue };
            // A network load balancer may keep the client's address: its groups do not decide.
            if !balancer.kind().must(|k| k == "application") {
                continue;
            }
            let mut groups = balancer.security_groups();
            // Without groups of its own it has the VPC's default one.
            groups.complete &= !groups.items.is_empty();
            let subnets = balancer.subnets();
            let from = End { id, groups: &groups, subnets: Some(&subnets) };
            let to = End { id: target.id, groups: &target.groups, subnets: Some(&target.subnets) };
            if let Verdict::Closed(closed) = analysis.let_in(from, to, target.port) {
                not_let_in(cx, &target, id, &closed);
            } else if let Verdict::Closed(closed) = analysis.let_out(from, to, target.port) {
                not_let_out(cx, &target, id, &closed);
            }
        }
    }
}

fn targets(cx: &Check<'_, '_>) -> Vec<Target> {
    let model = cx.model();
    let mut out = Vec::new();
    for workload in cx.analysis.workloads() {
        let Some(service) = &workload.service else { continue };
        for balancer in service.targets().items {
            let port = balancer.container_port();
            if let (Some(target_group), Some(number)) = (balancer.target_group(), port.known()) {
                let end = client_end(workload);
                out.push(Target {
                    id: workload.id,
                    groups: end.groups.clone(),
                    subnets: workload.subnets.clone(),
                    group: target_group,
                    port: *number,
                    origin: port.origin(),
                });
            }
        }
    }
    for attachment in model.all::<TargetAttachment<'_>>() {
        let (Some(group), Some(instance)) = (
            attachment.target_group().items.first().and_then(Link::id),
            attachment.target().items.first().and_then(Link::id),
        ) else {
            continue;
        };
        let Some(instance) = model.get::<Instance<'_>>(instance) else { continue };
        let port = match model.get::<TargetGroup<'_>>(group) {
            Some(target_group) if attachment.port().is_absent() => target_group.port(),
            _ => attachment.port(),
        };
        let Some(number) = port.known() else { continue };
        out.push(Target {
            id: instance.id(),
            groups: instance.all_security_groups(),
            subnets: instance.subnet(),
            group,
            port: *number,
            origin: port.origin(),
        });
    }
    out
}

fn not_let_in(cx: &mut Check<'_, '_>, target: &Target, balancer: ResourceId, closed: &Closed) {
    let model = cx.model();
    let Some(&group) = closed.server_groups.first() else { return };
    let (name, from, to) = (model.short(group), model.short(balancer), model.short(target.id));
    let port = target.port;
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
        .label(cx, target.origin, format!("{to} takes its traffic here"))
        .related(cx, balancer, format!("the load balancer; it sends from {from_group}"))
        .related(cx, target.id, format!("the target; {name} guards it"))
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

fn not_let_out(cx: &mut Check<'_, '_>, target: &Target, balancer: ResourceId, closed: &Closed) {
    let model = cx.model();
    let Some(&group) = closed.client_groups.first() else { return };
    let (name, from, to) = (model.short(group), model.short(balancer), model.short(target.id));
    let port = target.port;
    let draft = cx
        .finding(group, format!("{name} does not let the load balancer {from} out to {to} on port {port}"))
        .identity(format!("{to}:{port}"));
    let rule = closed.other_ports.first().or_else(|| closed.others.first());
    let draft = match rule {
        Some(rule) => draft.at(cx, rule.origin, "lets it out, but not to there"),
        None => draft.at(cx, model.resource(group).body.origin, "no rule lets anything out on this port"),
    };
    draft
        .label(cx, target.origin, format!("{to} takes its traffic here"))
        .related(cx, balancer, format!("the load balancer; {name} is its group"))
        .related(cx, target.id, "the target; its groups admit the load balancer")
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
