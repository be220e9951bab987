//! A VPC without a way out that has endpoints for some of the services that a task takes, but not for all.

use iaclint_analysis::calls::{Barred, Call, calls};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::workload::Workload;
use iaclint_model::{Answer, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a VPC without a way out lacks an endpoint for a service that a Fargate task calls before it runs",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for workload in analysis.workloads() {
        if !analysis.on_fargate(workload) {
            continue;
        }
        let Some(subnets) = analysis.subnets_of(workload) else { continue };
        let needed = calls(model, workload);
        // An image that is on the internet alone is no matter of endpoints.
        if needed.iter().any(|c| c.service.is_none()) {
            continue;
        }
        for subnet in subnets {
            if let Some((missing, exported)) = missing(cx, workload, subnet, &needed) {
                report(cx, workload, subnet, &missing, exported);
                break;
            }
        }
    }
}

/// The calls that no endpoint serves from a subnet without a way out, if others are served.
fn missing<'c>(
    cx: &Check<'_, '_>,
    workload: &Workload<'_>,
    subnet: ResourceId,
    needed: &'c [Call],
) -> Option<(Vec<&'c Call>, bool)> {
    let analysis = cx.analysis;
    let public_ip = workload.service.as_ref()?.public_ip();
    let exists = &cx.model().resource(workload.id).existence;
    let (Answer::Yes, Some(why)) = analysis.barred(subnet, &public_ip, exists) else { return None };
    let mut exported =
        analysis.network().vpc_of(subnet).and_then(|vpc| analysis.network().endpoints(vpc))?.exported;
    if let Barred::NoRoute(way) = &why {
        if way.elsewhere {
            return None;
        }
        exported |= way.exported;
    }
    let serves = |service| analysis.network().serves(subnet, service);
    // Without any endpoint for the registry it is fargate-no-route-to-registry.
    if serves("ecr.api") == Answer::No && serves("ecr.dkr") == Answer::No {
        return None;
    }
    let missing: Vec<&Call> =
        needed.iter().filter(|c| c.service.is_some_and(|s| serves(s) == Answer::No)).collect();
    (!missing.is_empty()).then_some((missing, exported))
}

fn report(
    cx: &mut Check<'_, '_>,
    workload: &Workload<'_>,
    subnet: ResourceId,
    missing: &[&Call],
    exported: bool,
) {
    let model = cx.model();
    let names: Vec<&str> = missing.iter().filter_map(|c| c.service).collect();
    let list = names.join(", ");
    let name = model.short(workload.id);
    let Some(first) = missing.first() else { return };
    let mut draft = cx
        .finding(
            workload.id,
            format!("{name} runs without a way out, and its VPC has no endpoint for {list}"),
        )
        .identity(list.clone())
        .at(
            cx,
            first.origin,
            format!("{} is reached by the endpoint for {}", first.what, first.service.unwrap_or("it")),
        );
    for call in missing.iter().skip(1).filter(|c| c.origin != first.origin) {
        draft = draft.label(
            cx,
            call.origin,
            format!("{} is reached by the endpoint for {}", call.what, call.service.unwrap_or("it")),
        );
    }
    if let Some(vpc) = analysis_vpc(cx, subnet) {
        draft = draft.related(cx, vpc, "the VPC; it has endpoints for other services");
    }
    draft = draft.related(cx, subnet, "has no way to the internet");
    if missing.iter().any(|c| c.service == Some("s3")) {
        draft = draft.note("ECR keeps the layers of images in S3: a gateway endpoint for s3 must name the route table of the task's subnet");
    }
    if exported {
        draft = draft.severity(Severity::Warning).confidence(Confidence::Medium).note(
            "the VPC is handed to other configurations through outputs, and one of them may add the endpoint",
        );
    }
    draft.help(format!("add endpoints for {list} to the VPC, tied to {}", model.short(subnet))).report(cx);
}

fn analysis_vpc(cx: &Check<'_, '_>, subnet: ResourceId) -> Option<ResourceId> {
    cx.analysis.network().vpc_of(subnet)
}
