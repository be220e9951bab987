//! A subnet group of a database that lies in one availability zone.

use iaclint_analysis::zones::{Spread, is_one_elsewhere, spread, subnets, zone_words};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::rds::DatabaseSubnets;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a database's subnet group lies in one availability zone",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for group in model.all::<DatabaseSubnets<'_>>() {
        let list = group.subnets();
        let subnets = match subnets(model, &list) {
            Some(subnets) if spread(model, &subnets) == Spread::One => subnets,
            None if is_one_elsewhere(model, &list) => Vec::new(),
            _ => continue,
        };
        let name = model.short(group.id());
        let (headline, label) = match &*subnets {
            [] | [_] => {
                (format!("{name} has one subnet, and so one availability zone"), "one subnet".to_owned())
            }
            [(first, _), ..] => (
                format!("all {} subnets of {name} are in {}", subnets.len(), zone_words(model, *first)),
                "all in one availability zone".to_owned(),
            ),
        };
        let mut draft = cx.finding(group.id(), headline).at(cx, list.origin(), label);
        for (subnet, _) in &subnets {
            draft = draft.related(cx, *subnet, "one of its subnets");
        }
        draft
            .trail(cx, list.origin())
            .note("a database needs two zones even when it runs in one, so that it can be moved")
            .help(format!("add a subnet of another availability zone to {name}"))
            .of_written_values()
            .report(cx);
    }
}
