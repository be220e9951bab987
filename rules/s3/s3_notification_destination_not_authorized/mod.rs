//! A bucket that notifies a function, queue or topic which does not let it.

use iaclint_analysis::admission::Destination;
use iaclint_analysis::authority::{Refusal, Verdict};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ResourceId;
use iaclint_model::deliveries::{Delivery, Sender};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a bucket notifies a function, queue or topic that does not let it",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let mut seen: Vec<(ResourceId, ResourceId)> = Vec::new();
    for delivery in analysis.deliveries() {
        if delivery.sender != Sender::Bucket {
            continue;
        }
        let Some(to) = analysis.destination(delivery) else { continue };
        let (Some(id), Verdict::Denied(refusal)) = (to.id(), analysis.admitted(delivery, &to)) else {
            continue;
        };
        // Several events of one bucket go to one destination.
        if !seen.contains(&(delivery.id, id)) {
            seen.push((delivery.id, id));
            report(cx, delivery, &to, id, &refusal);
        }
    }
}

fn report(
    cx: &mut Check<'_, '_>,
    delivery: &Delivery<'_>,
    to: &Destination,
    id: ResourceId,
    refusal: &Refusal,
) {
    let model = cx.model();
    let name = model.short(id);
    let (what, action) = (
        match to {
            Destination::Queue(_) => "queue",
            Destination::Topic(_) => "topic",
            _ => "function",
        },
        to.action(),
    );
    let mut draft = cx
        .finding(
            delivery.id,
            format!("a bucket notifies the {what} {name}, which does not let s3.amazonaws.com"),
        )
        .identity(model.plain_name(id))
        .at(cx, delivery.origin(), "S3 asks the destination before it takes this over")
        .related(cx, id, format!("the {what}"));
    if let Some(witness) = refusal.denied_by {
        draft = draft.label(cx, witness.origin, "this statement denies it");
    } else if let Some(witness) = refusal.elsewhere {
        draft = draft.label(cx, witness.origin, "this lets S3 in, but not for this bucket or destination");
    } else if let Some(witness) = refusal.otherwise.filter(|_| !matches!(to, Destination::Function(_))) {
        draft = draft.label(cx, witness.origin, "this lets S3 do other things");
    }
    let help = match (to, refusal.elsewhere) {
        (Destination::Function(_), Some(_)) => {
            format!("make the bucket's ARN the source of the permission for {name}")
        }
        (Destination::Function(_), None) => format!(
            "add an {} for {name} with the principal s3.amazonaws.com and the bucket's ARN as its source",
            model.node(delivery.id).spelling("aws_lambda_permission", "AWS::Lambda::Permission")
        ),
        _ => format!(
            "give {name} a policy that allows s3.amazonaws.com {action}, with the bucket's ARN as aws:SourceArn"
        ),
    };
    draft.help(help).report(cx);
}
