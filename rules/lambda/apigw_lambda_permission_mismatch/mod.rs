//! An API that calls a function which no permission lets it invoke.

use iaclint_analysis::admission::{Destination, Misfit};
use iaclint_analysis::authority::Verdict;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::arn::Arn;
use iaclint_model::deliveries::{Delivery, Sender};
use iaclint_model::lambda::Callee;
use iaclint_model::{Language, Prop, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "an API calls a function that no permission lets it invoke",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let mut seen: Vec<(ResourceId, ResourceId)> = Vec::new();
    for delivery in analysis.deliveries() {
        if delivery.sender != Sender::Api {
            continue;
        }
        let Some(to) = analysis.destination(delivery) else { continue };
        if let (Destination::Function(callee), Verdict::Denied(_)) = (&to, analysis.admitted(delivery, &to)) {
            // Several routes of one API lead to one function.
            if !seen.contains(&(delivery.id, callee.function)) {
                seen.push((delivery.id, callee.function));
                report(cx, delivery, callee);
            }
        }
    }
}

fn report<'m>(cx: &mut Check<'_, 'm>, delivery: &Delivery<'m>, callee: &Callee) {
    let model = cx.model();
    let name = model.short(callee.function);
    let mut draft = cx
        .finding(delivery.id, format!("the API calls {name}, which it may not invoke"))
        .identity(model.plain_name(callee.function))
        .at(cx, delivery.origin(), "it is called from here")
        .related(cx, callee.function, "the function");
    if let Prop::Known { origin, .. } = delivery.role {
        draft
            .label(cx, origin, "with this role, which may not invoke it")
            .help(format!("allow the role lambda:InvokeFunction on {name}"))
            .report(cx);
        return;
    }
    let misfitting = cx.analysis.misfitting(delivery, callee);
    if let Some(permission) = misfitting {
        let words = match permission.why {
            Misfit::Qualifier => "this permission is for another alias or version of the function",
            Misfit::Source => "this permission is for another API, stage, method or path",
            Misfit::Action => "this permission allows another action",
        };
        draft = draft.label(cx, permission.origin, words);
    }
    let source = delivery.source.as_ref().and_then(Arn::resource).map_or_else(
        || "the ARN of the API's requests, with /*/* behind it,".to_owned(),
        |api| match model.language(api) {
            Language::Terraform => format!("\"${{{}.execution_arn}}/*/*\"", model.short(api)),
            _ => format!("the execute-api ARN of {}, with /*/* behind it,", model.short(api)),
        },
    );
    draft
        .help(match misfitting.map(|m| m.why) {
            Some(Misfit::Qualifier) => {
                "permit the same alias or version that the API calls, in the permission's qualifier"
                    .to_owned()
            }
            Some(Misfit::Source) => format!("make {source} the source of the permission"),
            Some(Misfit::Action) => "allow lambda:InvokeFunction in the permission".to_owned(),
            None => format!(
                "add an {} for {name} with the principal apigateway.amazonaws.com and {source} as its source",
                model.node(delivery.id).spelling("aws_lambda_permission", "AWS::Lambda::Permission")
            ),
        })
        .report(cx);
}
