//! A task whose execution role may not read a secret that a container is given.

use iaclint_analysis::authority::{Refusal, Verdict};
use iaclint_analysis::left_out::LeftOut;
use iaclint_analysis::secret_reads::{SecretRead, Store, secret_reads};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ResourceId;
use iaclint_model::ecs::TaskDefinition;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "the execution role may not read a secret that a container is given",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for task in cx.model().all::<TaskDefinition<'_>>() {
        let Some(role) = task.execution_role() else { continue };
        for fault in refused(cx, &task, role) {
            report(cx, &task, role, &fault);
        }
        for forgotten in cx.analysis.left_out(&task) {
            report_left_out(cx, &task, role, &forgotten);
        }
    }
}

fn refused<'m>(cx: &Check<'_, 'm>, task: &TaskDefinition<'m>, role: ResourceId) -> Vec<Refused<'m>> {
    let mut out: Vec<Refused<'m>> = Vec::new();
    for read in secret_reads(task) {
        let Verdict::Denied(refusal) = cx.analysis.may(role, read.store.action(), &read.arn) else {
            continue;
        };
        let key = match read.resource() {
            Some(id) => cx.model().short(id),
            None => read.value.display(),
        };
        match out.iter_mut().find(|r| r.key == key) {
            Some(known) => known.others.push(read),
            None => out.push(Refused { key, read, refusal, others: Vec::new() }),
        }
    }
    out
}

/// One secret that may not be read, with everything that needs it.
struct Refused<'m> {
    key: String,
    read: SecretRead<'m>,
    refusal: Refusal,
    others: Vec<SecretRead<'m>>,
}

fn report(cx: &mut Check<'_, '_>, task: &TaskDefinition<'_>, role: ResourceId, fault: &Refused<'_>) {
    let model = cx.model();
    let read = &fault.read;
    let (store, action) = (read.store, read.store.action());
    let role_name = model.short(role);
    let secret = read.resource().map_or_else(|| format!("this {}", store.noun()), |id| model.short(id));
    let mut draft = cx
        .finding(task.id(), format!("the execution role {role_name} may not read {secret}"))
        .identity(read.purpose.clone())
        .part(read.container.label())
        .at(cx, read.value.origin, format!("{} is read from here before the container starts", read.purpose))
        .related(cx, role, "the execution role")
        .trail(cx, read.value.origin);
    if read.resource().is_none() {
        // A policy at the secret itself, which is not here, could admit the role.
        draft = draft.confidence(Confidence::Medium);
    }
    for other in fault.others.iter().filter(|o| o.value.origin != read.value.origin).take(4) {
        draft = draft.label(cx, other.value.origin, format!("and {} too", other.purpose));
    }
    if let Some(witness) = fault.refusal.denied_by {
        draft = draft.label(cx, witness.origin, "this statement denies it");
    } else if let Some(witness) = fault.refusal.elsewhere {
        draft = draft.label(
            cx,
            witness.origin,
            format!("{action} is allowed here, but not on this {}", store.noun()),
        );
    } else if let Some(witness) = fault.refusal.otherwise {
        draft = draft.label(
            cx,
            witness.origin,
            format!("this statement names the {}, but not {action}", store.noun()),
        );
    }
    let allowed = |role: ResourceId, action: &str| cx.analysis.may(role, action, &read.arn).is_allowed();
    if let Some(task_role) = task.task_role().filter(|t| *t != role)
        && allowed(task_role, action)
    {
        draft = draft.note(format!(
            "the task role {} may read it, but the agent reads it before the task starts, with the execution role",
            model.short(task_role)
        ));
    }
    if store == Store::ParameterStore && allowed(role, "ssm:GetParameter") {
        draft =
            draft.note("the agent asks for ssm:GetParameters, with an s; ssm:GetParameter is another action");
    }
    draft
        .note(format!("every policy of {role_name} is known, and none allows {action} here"))
        .help(format!("allow {action} on {secret} in a policy of {role_name}"))
        .report(cx);
}

fn report_left_out(
    cx: &mut Check<'_, '_>,
    task: &TaskDefinition<'_>,
    role: ResourceId,
    forgotten: &LeftOut<'_>,
) {
    let LeftOut { container, variable, value, list, listed } = forgotten;
    let role_name = cx.model().short(role);
    let secret = value.as_reference().map_or_else(|| value.display(), ToString::to_string);
    cx.finding(
        task.id(),
        format!(
            "the execution role {role_name} may read other secrets of {} by name, but not {secret}",
            container.label()
        ),
    )
    .severity(Severity::Warning)
    .confidence(Confidence::Medium)
    // What is not in a list is missing in every deployment of a library.
    .of_written_values()
    .identity(variable.as_str())
    .part(container.label())
    .at(cx, value.origin, format!("{variable} is read from here before the container starts"))
    .label(cx, list.origin, format!("lists {listed} others of the task"))
    .related(cx, role, "the execution role")
    .trail(cx, value.origin)
    .note("what the variables hold is not known; unless two of them hold the same ARN, no task starts")
    .help(format!("add {secret} to this list"))
    .report(cx);
}
