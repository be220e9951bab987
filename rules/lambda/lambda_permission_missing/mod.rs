//! A function that a service is to invoke, but may not.

use iaclint_analysis::admission::{Destination, Misfit};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::deliveries::{Delivery, Sender};
use iaclint_model::lambda::Callee;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a service is to invoke a function that does not let it",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for delivery in analysis.deliveries() {
        // Buckets and APIs have rules of their own: they fail in other ways.
        if matches!(delivery.sender, Sender::Bucket | Sender::Api) {
            continue;
        }
        let Some(to @ Destination::Function(_)) = analysis.destination(delivery) else { continue };
        if delivery.role.is_absent() && analysis.admitted(delivery, &to).is_denied() {
            let Destination::Function(callee) = to else { continue };
            report(cx, delivery, &callee);
        }
    }
}

fn report<'m>(cx: &mut Check<'_, 'm>, delivery: &Delivery<'m>, callee: &Callee) {
    let model = cx.model();
    let name = model.short(callee.function);
    let service = format!("{}.amazonaws.com", delivery.sender.service());
    let misfitting = cx.analysis.misfitting(delivery, callee);
    let mut draft = cx
        .finding(delivery.id, format!("{name} does not let {service} invoke it"))
        .identity(model.plain_name(callee.function))
        .at(cx, delivery.origin(), format!("{} invokes it", delivery.sender.words()))
        .related(cx, callee.function, "the function");
    if let Some(permission) = misfitting {
        draft = draft.label(
            cx,
            permission.origin,
            match permission.why {
                Misfit::Qualifier => "this permission is for another alias or version of the function",
                Misfit::Source => "this permission is for another source",
                Misfit::Action => "this permission allows another action",
            },
        );
    }
    draft
        .help(match misfitting.map(|m| m.why) {
            Some(Misfit::Qualifier) => {
                format!("give {service} a permission for the same alias or version that is invoked")
            }
            Some(Misfit::Source) => format!("make the permission's source what invokes {name}"),
            Some(Misfit::Action) => "allow lambda:InvokeFunction in the permission".to_owned(),
            None => format!(
                "add an {} for {name} with the principal {service}",
                model.node(callee.function).spelling("aws_lambda_permission", "AWS::Lambda::Permission")
            ),
        })
        .report(cx);
}
