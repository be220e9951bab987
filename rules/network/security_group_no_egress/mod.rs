//! A security group that lets nothing out, on something that has to call out.

use std::collections::BTreeMap;

use iaclint_analysis::Analysis;
use iaclint_analysis::reach::Verdict;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ec2::Instance;
use iaclint_model::{Answer, Language, Link, Many, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a security group lets nothing out, and what it is attached to has to call out",
};

/// Something that has to call out and cannot.
struct Caller {
    id: ResourceId,
    /// What it cannot do: `cannot pull its image`.
    cannot: String,
    /// Whether it surely has to.
    surely: bool,
}

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    let mut found: BTreeMap<ResourceId, (Vec<ResourceId>, Vec<Caller>)> = BTreeMap::new();
    for (caller, groups) in callers(analysis) {
        let Some(silent) = silent_groups(analysis, &groups) else { continue };
        let entry = found.entry(silent[0]).or_default();
        entry.0 = silent;
        entry.1.push(caller);
    }
    for (group, (groups, callers)) in found {
        let Some(first) = callers.iter().find(|c| c.surely).or_else(|| callers.first()) else { continue };
        let name = model.short(group);
        let client = model.short(first.id);
        let mut draft = cx.finding(group, format!("{name} lets nothing out, and {client} {}", first.cannot));
        let rule = analysis.emissions().get(&group).and_then(|e| e.rules.items.first());
        draft = match rule {
            Some(rule) => draft.at(cx, rule.origin, "the only rule for what leaves leads nowhere"),
            None if model.language(group) == Language::Terraform => draft.at(
                cx,
                model.resource(group).body.origin,
                "it has no egress rule, and Terraform removes the one that AWS makes",
            ),
            None => draft.at(cx, model.resource(group).body.origin, "it has no egress rule"),
        };
        for caller in &callers {
            draft = draft.related(cx, caller.id, format!("{}: {name} is its group", caller.cannot));
        }
        for other in groups.iter().filter(|g| **g != group) {
            draft = draft.related(cx, *other, "attached as well, and lets nothing out either");
        }
        if !first.surely {
            draft = draft.severity(Severity::Warning).confidence(Confidence::Medium);
        }
        draft
            .note("packets are dropped, not refused: whatever calls out waits for its timeout")
            .help(help(model.language(group), &name))
            .report(cx);
    }
}

/// Everything that has to call out, with its security groups.
fn callers(analysis: &Analysis<'_>) -> Vec<(Caller, Many<Link>)> {
    let model = analysis.model;
    let mut out = Vec::new();
    for (index, workload) in analysis.workloads().iter().enumerate() {
        let id = workload.id;
        let groups = workload.security_groups.clone();
        if analysis.on_fargate(workload) {
            let cannot = "cannot pull its image".to_owned();
            out.push((Caller { id, cannot, surely: true }, groups));
            continue;
        }
        let need = analysis
            .needs()
            .iter()
            .find(|n| n.workload == Some(index) && matches!(analysis.emits(n), Verdict::Closed(_)));
        if let Some(need) = need {
            let cannot = format!("cannot reach {}", model.short(need.server.id));
            out.push((Caller { id, cannot, surely: true }, groups));
        } else if workload.service.is_none()
            && workload.settings.items.iter().any(|s| !model.mentions(s.value).is_empty())
        {
            // A function that is only called needs no way out; one that is told of other resources calls them.
            let cannot = "can call nothing, neither in its VPC nor outside".to_owned();
            out.push((Caller { id, cannot, surely: false }, groups));
        }
    }
    for instance in model.all::<Instance<'_>>() {
        if !instance.user_data().is_absent() || !instance.user_data_base64().is_absent() {
            let cannot = "can download nothing in its user data".to_owned();
            out.push((Caller { id: instance.id(), cannot, surely: false }, instance.all_security_groups()));
        }
    }
    out
}

/// The groups, if all are known and none lets anything out. One that does is enough for all.
fn silent_groups(analysis: &Analysis<'_>, groups: &Many<Link>) -> Option<Vec<ResourceId>> {
    let ids: Vec<ResourceId> = groups.items.iter().filter_map(Link::id).collect();
    let known = groups.complete && !ids.is_empty() && ids.len() == groups.items.len();
    (known && ids.iter().all(|id| analysis.lets_nothing_out(*id) == Answer::Yes)).then_some(ids)
}

fn help(language: Language, group: &str) -> String {
    match language {
        Language::Terraform => format!(
            "add an `aws_vpc_security_group_egress_rule` with security_group_id = {group}.id, ip_protocol = \"-1\" and cidr_ipv4 = \"0.0.0.0/0\""
        ),
        Language::Cdk => format!(
            "create {group} with `allowAllOutbound: true`, or add what it has to reach with `connections.allowTo`"
        ),
        Language::CloudFormation => {
            format!(
                "remove SecurityGroupEgress from {group}, so that AWS's own rule stays, or add what it has to reach"
            )
        }
    }
}
