//! Resources of a stack that wait for each other.

use iaclint_analysis::order::Cycle;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ResourceId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "resources of a stack wait for each other",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for cycle in cx.analysis.order().cycles() {
        report(cx, &cycle);
    }
}

fn report(cx: &mut Check<'_, '_>, cycle: &Cycle) {
    let model = cx.model();
    let steps = &cycle.steps;
    let Some(&(first, origin)) = steps.first() else { return };
    let name = |id: ResourceId| model.short(id);
    let next = |at: usize| steps[(at + 1) % steps.len()].0;
    let headline = match steps.len() {
        1 => format!("{} waits for itself", name(first)),
        2 => format!("{} and {} wait for each other", name(first), name(next(0))),
        _ => format!("{} waits for itself through {} others", name(first), steps.len() - 1),
    };
    let waits = |at: usize| format!("{} waits for {}", name(steps[at].0), name(next(at)));
    let mut draft = cx.finding(first, headline).at(cx, origin, waits(0));
    for (at, (id, origin)) in steps.iter().enumerate().skip(1) {
        draft = if origin.is_some() {
            draft.label(cx, *origin, waits(at))
        } else {
            draft.related(cx, *id, format!("{}, by DependsOn", waits(at)))
        };
    }
    draft
        .note("which of them could be made first cannot be said, so CloudFormation makes none")
        .help(help(cx, steps))
        .report(cx);
}

fn help(cx: &Check<'_, '_>, steps: &[(ResourceId, iaclint_value::OriginId)]) -> String {
    let model = cx.model();
    let kind = |id: ResourceId| model.resource(id).type_name.as_str();
    let holds =
        |wanted: &str| steps.iter().find(|(id, _)| kind(*id) == wanted).map(|(id, _)| model.short(*id));
    if steps.iter().all(|(id, _)| kind(*id) == "AWS::EC2::SecurityGroup") {
        let group = model.short(steps[0].0);
        return format!(
            "take the rule out of {group}: an AWS::EC2::SecurityGroupIngress or Egress of its own waits for the groups, and no group for it"
        );
    }
    if let Some(bucket) = holds("AWS::S3::Bucket") {
        return format!(
            "give {bucket} a name that the others can spell without a reference to it, or attach its notification later"
        );
    }
    "take one of these references or dependencies out, or put what it is for into a resource of its own"
        .to_owned()
}
