//! A search domain in a VPC that has not one subnet for each zone that it is spread over.

use iaclint_analysis::zones::count;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::elasticache::OpenSearchDomain;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a search domain has another number of subnets than zones",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for domain in model.all::<OpenSearchDomain<'_>>() {
        let list = domain.subnets_written();
        let Some(subnets) = count(&list).and_then(|n| i64::try_from(n).ok()) else { continue };
        let zones = domain.wanted_zones();
        let Some(wanted) = zones.known().copied() else { continue };
        if subnets == 0 || subnets == wanted {
            continue;
        }
        let name = model.short(domain.id());
        let (headline, label, help) = if wanted == 1 {
            (
                format!("{name} has {subnets} subnets and no zone awareness, which wants exactly one"),
                "zone awareness is off",
                format!("turn on zone awareness of {name} for {subnets} zones, or give it one subnet"),
            )
        } else {
            (
                format!(
                    "{name} is spread over {wanted} zones and has {subnets} {}",
                    if subnets == 1 { "subnet" } else { "subnets" }
                ),
                "over so many zones",
                format!("give {name} {wanted} subnets, one of each zone"),
            )
        };
        cx.finding(domain.id(), headline)
            .at(cx, list.origin(), format!("{subnets} of them"))
            .label(cx, zones.origin(), label)
            .trail(cx, list.origin())
            .help(help)
            .of_written_values()
            .report(cx);
    }
}
