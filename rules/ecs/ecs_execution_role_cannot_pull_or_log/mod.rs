//! A task whose execution role may not pull its images or write its logs.

use iaclint_analysis::authority::{Refusal, Verdict};
use iaclint_analysis::start_requests::{Purpose, StartRequest, start_requests};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ResourceId;
use iaclint_model::ecs::TaskDefinition;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "the execution role may not pull the image of a task or write its log",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for task in cx.model().all::<TaskDefinition<'_>>() {
        let Some(role) = task.execution_role() else { continue };
        // On machines of the user's own, their role pulls images and writes logs.
        if !task.is_fargate().must(|fargate| *fargate) {
            continue;
        }
        let requests: Vec<StartRequest<'_>> =
            start_requests(&task).into_iter().filter(StartRequest::is_up_to_the_role).collect();
        for purpose in [Purpose::Image, Purpose::Log] {
            let mut refused: Vec<(&StartRequest<'_>, Refusal)> = Vec::new();
            for request in requests.iter().filter(|request| request.purpose == purpose) {
                if let Verdict::Denied(refusal) = cx.analysis.may_request(role, request) {
                    refused.push((request, refusal));
                }
            }
            report(cx, &task, role, &refused);
        }
    }
}

fn report(
    cx: &mut Check<'_, '_>,
    task: &TaskDefinition<'_>,
    role: ResourceId,
    refused: &[(&StartRequest<'_>, Refusal)],
) {
    let Some((first, refusal)) = refused.first() else { return };
    let model = cx.model();
    let name = model.short(role);
    let (what, does) = match first.purpose {
        Purpose::Image => ("pull", "is pulled with the execution role"),
        Purpose::Log => ("write", "is written with the execution role"),
    };
    let mut draft = cx
        .finding(task.id(), format!("the execution role {name} may not {what} {}", first.words()))
        .identity(what)
        .part(first.container.label())
        .at(cx, first.origin, format!("{} {does}", first.words()))
        .related(cx, role, "the execution role")
        .trail(cx, first.origin);
    for (other, _) in refused.iter().filter(|(other, _)| other.origin != first.origin).take(4) {
        draft = draft.label(cx, other.origin, format!("{} too", other.words()));
    }
    if let Some(witness) = refusal.denied_by {
        draft = draft.label(cx, witness.origin, "this statement denies it");
    } else if let Some(witness) = refusal.elsewhere {
        draft = draft.label(cx, witness.origin, format!("{} is allowed here, but not on this", first.action));
    }
    let mut actions: Vec<&str> = Vec::new();
    for (request, _) in refused {
        if !actions.contains(&request.action) {
            actions.push(request.action);
        }
    }
    let on = match (first.action, first.object) {
        ("ecr:GetAuthorizationToken", _) => " on `*`".to_owned(),
        (_, Some(object)) => format!(" on {}", model.short(object)),
        (_, None) => String::new(),
    };
    draft
        .note(format!("every policy of {name} is known, and none allows {}{on}", first.action))
        .help(format!(
            "attach the managed policy AmazonECSTaskExecutionRolePolicy to {name}, or allow {} in a policy of its own",
            actions.join(", ")
        ))
        .report(cx);
}
