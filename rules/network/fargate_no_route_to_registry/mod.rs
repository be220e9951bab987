//! A Fargate service in subnets from which no registry is reached.

use iaclint_analysis::calls::{Barred, calls};
use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::ecs::Service;
use iaclint_model::workload::Workload;
use iaclint_model::{Answer, Entity, Field, Language, Prop, ResourceId, Scalar};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a Fargate service runs in subnets from which it cannot pull its image",
};

const PUBLIC_ADDRESS: Field = Service::TABLE.field("assign_public_ip");

/// The services that an image in ECR takes, as endpoints call them.
const ECR: [&str; 3] = ["ecr.api", "ecr.dkr", "s3"];

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for workload in analysis.workloads() {
        let Some(service) = &workload.service else { continue };
        if !analysis.on_fargate(workload) {
            continue;
        }
        let Some(subnets) = analysis.subnets_of(workload) else { continue };
        let exists = &model.resource(workload.id).existence;
        let public_ip = service.public_ip();
        let mut barred: Vec<(ResourceId, Barred)> = Vec::new();
        for subnet in &subnets {
            if let (Answer::Yes, Some(why)) = analysis.barred(*subnet, &public_ip, exists)
                && !has_other_way(&why)
                && has_no_endpoints(cx, workload, *subnet)
            {
                barred.push((*subnet, why));
            }
        }
        // Where only some of the subnets are barred, the slip is in the routes: private-subnet-no-default-route.
        if barred.len() == subnets.len() {
            report(cx, workload, &public_ip, &barred);
        }
    }
}

/// Whether the table leads to another network, where endpoints or an appliance may stand.
fn has_other_way(why: &Barred) -> bool {
    matches!(why, Barred::NoRoute(way) if way.elsewhere)
}

/// Whether no endpoint of the VPC serves what the image takes. Where some do, vpc-endpoints-incomplete says which are missing; an image
/// that is on the internet alone is served by none.
fn has_no_endpoints<'m>(cx: &Check<'_, 'm>, workload: &Workload<'m>, subnet: ResourceId) -> bool {
    if calls(cx.model(), workload).iter().any(|c| c.service.is_none()) {
        return true;
    }
    ECR.iter()
        .filter(|s| **s != "s3")
        .all(|service| cx.analysis.network().serves(subnet, service) == Answer::No)
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    workload: &Workload<'m>,
    public_ip: &Prop<bool>,
    barred: &[(ResourceId, Barred)],
) {
    let model = cx.model();
    let Some((subnet, why)) = barred.first() else { return };
    let name = model.short(workload.id);
    let image =
        calls(model, workload).into_iter().find(|c| c.service.is_none() || c.service == Some("ecr.dkr"));
    let mut draft = match why {
        Barred::NoAddress { origin } => cx
            .finding(
                workload.id,
                format!("{name} cannot pull its image: its tasks have no public address in a public subnet"),
            )
            .at(
                cx,
                *origin,
                if public_ip.written_value().is_some() {
                    "no public address"
                } else {
                    "assigns no public address"
                },
            ),
        Barred::NoRoute(way) => {
            let (holder, origin) = cx.analysis.network().routing_place(*subnet, way);
            cx.finding(
                workload.id,
                format!(
                    "{name} cannot pull its image: its subnets have no route to the internet and no endpoints"
                ),
            )
            .at(cx, subnets_origin(workload), "its tasks run in these subnets")
            .label(
                cx,
                origin,
                format!(
                    "{} ties {} to a table without a default route",
                    model.short(holder),
                    model.short(*subnet)
                ),
            )
        }
    };
    if let Some(image) = &image {
        draft = draft.label(cx, image.origin, image.what.clone());
    }
    for (subnet, why) in barred {
        let words = match why {
            Barred::NoAddress { .. } => {
                "its default route is an internet gateway, which serves public addresses only"
            }
            Barred::NoRoute(_) => "has no default route",
        };
        draft = draft.related(cx, *subnet, words);
    }
    if barred.iter().any(|(_, why)| matches!(why, Barred::NoRoute(way) if way.exported)) {
        draft = draft
            .severity(Severity::Warning)
            .confidence(Confidence::Medium)
            .note("the network is handed to other configurations through outputs, and one of them may add the route");
    }
    // Each subnet leads to the internet, for a task that has an address there.
    let address = barred.iter().all(|(_, why)| matches!(why, Barred::NoAddress { .. }));
    let fix = workload.service.as_ref().filter(|_| address).and_then(|service| {
        let on = match model.language(workload.id) {
            Language::Terraform => Scalar::Bool(true),
            Language::Cdk | Language::CloudFormation => Scalar::from("ENABLED"),
        };
        Fix::set(cx, Safety::Unsafe, "give the tasks public addresses", service, &[(PUBLIC_ADDRESS, on)])
    });
    draft.fix(fix).help(help(model.language(workload.id), why, &name)).report(cx);
}

/// The place where the service names its subnets.
fn subnets_origin(workload: &Workload<'_>) -> iaclint_value::OriginId {
    workload.subnets.items.first().map_or(iaclint_value::OriginId::NONE, iaclint_model::Link::origin)
}

fn help(language: Language, why: &Barred, name: &str) -> String {
    match (why, language) {
        (Barred::NoAddress { .. }, Language::Terraform) => {
            format!(
                "set assign_public_ip = true in {name}, or move it to subnets that route to a NAT gateway"
            )
        }
        (Barred::NoAddress { .. }, Language::Cdk) => {
            format!(
                "give {name} `assignPublicIp: true`, or `vpcSubnets: {{ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }}`"
            )
        }
        (Barred::NoAddress { .. }, Language::CloudFormation) => {
            format!(
                "set AssignPublicIp: ENABLED in {name}, or move it to subnets that route to a NAT gateway"
            )
        }
        (Barred::NoRoute(_), Language::Cdk) => format!(
            "place {name} in subnets of the type PRIVATE_WITH_EGRESS, or add the endpoints ECR, ECR_DOCKER, CLOUDWATCH_LOGS and S3 to the VPC"
        ),
        (Barred::NoRoute(_), _) => format!(
            "route 0.0.0.0/0 of the subnets of {name} to a NAT gateway, or add VPC endpoints for ecr.api, ecr.dkr, logs and s3"
        ),
    }
}
