//! An interface endpoint whose security groups do not admit those who call the service through it.

use iaclint_analysis::calls::calls;
use iaclint_analysis::ends::Client;
use iaclint_analysis::network::ServiceEndpoint;
use iaclint_analysis::reach::{End, Verdict};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ec2::Vpc;
use iaclint_model::{Answer, Language, Link, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "the security groups of an interface endpoint do not admit its clients on port 443",
};

/// Services that are called on port 443 alone. Others (mail, message brokers, file transfer) have ports of their own.
const ON_443: [&str; 55] = [
    "application-autoscaling",
    "athena",
    "autoscaling",
    "backup",
    "batch",
    "bedrock",
    "bedrock-agent",
    "bedrock-agent-runtime",
    "bedrock-runtime",
    "cloudformation",
    "cloudtrail",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "comprehend",
    "config",
    "dynamodb",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "ecs-agent",
    "ecs-telemetry",
    "eks",
    "elasticache",
    "elasticfilesystem",
    "elasticloadbalancing",
    "events",
    "execute-api",
    "glue",
    "kendra",
    "kinesis-firehose",
    "kinesis-streams",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "rds",
    "rds-data",
    "redshift-data",
    "rekognition",
    "sagemaker.api",
    "sagemaker.runtime",
    "secretsmanager",
    "servicediscovery",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "states",
    "sts",
    "textract",
    "translate",
    "xray",
];

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for vpc in model.all::<Vpc<'_>>() {
        let Some(endpoints) = analysis.network().endpoints(vpc.id()) else { continue };
        for endpoint in &endpoints.items {
            // Without private DNS nobody is led to it by the service's own name.
            if endpoint.interface != Some(true) || !endpoint.endpoint.private_dns().must(|p| *p) {
                continue;
            }
            let groups = &endpoint.security_groups;
            let ids: Vec<ResourceId> = groups.items.iter().filter_map(Link::id).collect();
            if !groups.complete || ids.is_empty() || ids.len() != groups.items.len() {
                continue;
            }
            let on_443 = endpoint.service.as_deref().is_some_and(|s| ON_443.contains(&s));
            let shut = on_443 && ids.iter().all(|g| analysis.lets_in_on(*g, 443) == Answer::No);
            if shut || !barred_clients(cx, endpoint, vpc.id()).is_empty() {
                report(cx, endpoint, vpc.id(), ids[0], shut);
            }
        }
    }
}

/// The workloads of the VPC that surely call the service and are not admitted.
fn barred_clients<'m>(
    cx: &Check<'_, 'm>,
    endpoint: &ServiceEndpoint<'m>,
    vpc: ResourceId,
) -> Vec<ResourceId> {
    let analysis = cx.analysis;
    let Some(service) = &endpoint.service else { return Vec::new() };
    let server = End {
        id: endpoint.endpoint.id(),
        groups: &endpoint.security_groups,
        subnets: Some(&endpoint.subnets),
    };
    let mut out = Vec::new();
    for workload in analysis.workloads() {
        let here = analysis.network().vpc_of_any(&workload.subnets) == Some(vpc);
        let asks = here
            && analysis.on_fargate(workload)
            && calls(cx.model(), workload).iter().any(|c| c.service == Some(service.as_str()));
        if asks && matches!(analysis.let_in(Client::of(workload).end(), server, 443), Verdict::Closed(_)) {
            out.push(workload.id);
        }
    }
    out
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    endpoint: &ServiceEndpoint<'m>,
    vpc: ResourceId,
    group: ResourceId,
    shut: bool,
) {
    let model = cx.model();
    let id = endpoint.endpoint.id();
    let (name, group_name) = (model.short(id), model.short(group));
    let service = endpoint.service.clone().unwrap_or_else(|| "its service".to_owned());
    let clients = barred_clients(cx, endpoint, vpc);
    let who = match clients.first() {
        Some(client) if !shut => model.short(*client),
        _ => "anybody".to_owned(),
    };
    let mut draft = cx
        .finding(id, format!("{group_name} does not admit {who} on port 443 of the endpoint for {service}"))
        .identity(who.clone());
    let place = endpoint.security_groups.items.first().map_or(model.resource(id).body.origin, Link::origin);
    draft = draft.at(cx, place, format!("{group_name} guards {name}")).related(
        cx,
        group,
        "has no rule that admits them on port 443",
    );
    for client in clients {
        draft = draft.related(
            cx,
            client,
            format!("calls {service}, and is led to the endpoint by its private DNS name"),
        );
    }
    draft
        .note("an endpoint with private DNS takes over the service's name in the whole VPC: a NAT gateway does not help any more")
        .help(match model.language(group) {
            Language::Terraform => format!(
                "add an `aws_vpc_security_group_ingress_rule` to {group_name} with from_port = to_port = 443, ip_protocol = \"tcp\" and \
                 cidr_ipv4 = the VPC's cidr_block"
            ),
            Language::Cdk => "let the construct open it (`open: true`), or call `endpoint.connections.allowDefaultPortFrom(client)`".to_owned(),
            Language::CloudFormation => {
                format!("add to SecurityGroupIngress of {group_name}: IpProtocol tcp, FromPort and ToPort 443, CidrIp of the VPC")
            }
        })
        .report(cx);
}
