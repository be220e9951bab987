//! A load balancer whose subnets are not each of another availability zone, or whose only zone is too few.

use iaclint_analysis::zones::{Spread, is_one_elsewhere, spread, subnet, subnets, zone_words};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::lb::{LoadBalancer, SubnetMapping};
use iaclint_model::{Entity, ResourceId};
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a load balancer lies in one availability zone, or twice in the same",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for balancer in model.all::<LoadBalancer<'_>>() {
        let kind = balancer.kind();
        let name = model.short(balancer.id());
        let list = balancer.subnets_written();
        if balancer.subnet_mappings().items.is_empty()
            && kind.must(|k| k == "application")
            && is_one_elsewhere(model, &list)
        {
            cx.finding(
                balancer.id(),
                format!("{name} has one subnet, and an application load balancer needs two zones"),
            )
            .at(cx, list.origin(), "one subnet")
            .trail(cx, list.origin())
            .help(format!("give {name} one subnet of each of two or more availability zones"))
            .report(cx);
            continue;
        }
        let Some((subnets, origin)) = places(&balancer) else { continue };
        let draft = match spread(model, &subnets) {
            Spread::One if subnets.len() == 1 && kind.must(|k| k == "application") => cx
                .finding(
                    balancer.id(),
                    format!("{name} has one subnet, and an application load balancer needs two zones"),
                )
                .at(cx, origin, "one subnet"),
            Spread::One if subnets.len() > 1 => {
                let zone = zone_words(model, subnets[0].0);
                cx.finding(balancer.id(), format!("all {} subnets of {name} are in {zone}", subnets.len()))
                    .at(cx, origin, "all in one availability zone")
            }
            Spread::Doubled(a, b) => {
                let (a, b, zone) = (model.short(a), model.short(b), zone_words(model, a));
                cx.finding(balancer.id(), format!("{a} and {b} of {name} are both in {zone}"))
                    .at(cx, origin, "two of these are in one availability zone")
                    .note("a load balancer takes one subnet of each zone")
            }
            Spread::One | Spread::Other => continue,
        };
        let mut draft = draft;
        for (subnet, _) in &subnets {
            draft = draft.related(cx, *subnet, "one of its subnets");
        }
        draft
            .trail(cx, origin)
            .help(format!("give {name} one subnet of each of two or more availability zones"))
            .of_written_values()
            .report(cx);
    }
}

/// The subnets of a load balancer, if all are known, with the place where they are named.
fn places(balancer: &LoadBalancer<'_>) -> Option<(Vec<(ResourceId, OriginId)>, OriginId)> {
    let model = balancer.node().model;
    let mappings = balancer.subnet_mappings();
    let list = balancer.subnets_written();
    if !mappings.complete {
        return None;
    }
    let Some(first) = mappings.items.first() else {
        return Some((subnets(model, &list)?, list.origin()));
    };
    if !list.is_absent() {
        return None;
    }
    let mut out = Vec::new();
    for mapping in &mappings.items {
        out.push(subnet(model, &SubnetMapping::of(*mapping).subnet())?);
    }
    Some((out, first.origin()))
}
