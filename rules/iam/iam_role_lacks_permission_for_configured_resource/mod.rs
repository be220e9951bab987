//! An application that is given a bucket, queue, topic, table or stream which its role may do nothing with.

use iaclint_analysis::authority::Verdict;
use iaclint_analysis::configured::configured;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::arn::Arn;
use iaclint_model::called::ConfiguredKind;
use iaclint_model::iam::Role;
use iaclint_model::policy::{Effect, Principal, document};
use iaclint_model::workload::{Setting, Workload};
use iaclint_model::{Prop, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "an application is given a bucket, queue, topic or table that its role may do nothing with",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for workload in analysis.workloads() {
        let Some(role) = workload.role else { continue };
        // With keys or a role of its own, or one that it hands on, the application is somebody else.
        if !workload.settings.complete || has_own_keys(workload) || takes_other_roles(cx, role) {
            continue;
        }
        let mut seen: Vec<ResourceId> = Vec::new();
        for setting in &workload.settings.items {
            let Some((id, kind)) = configured(cx.model(), setting) else { continue };
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            judge(cx, workload, role, setting, id, kind);
        }
    }
}

/// Whether the application may take another role, or pass one to a service that does the work.
fn takes_other_roles(cx: &Check<'_, '_>, role: ResourceId) -> bool {
    ["iam:PassRole", "sts:AssumeRole"]
        .iter()
        .any(|action| !cx.analysis.may(role, action, &Arn::unknown()).is_denied())
}

/// The roles that other roles of the configuration may take: an application may be handed the credentials of such a one.
fn lent_roles(cx: &Check<'_, '_>) -> Vec<ResourceId> {
    let model = cx.model();
    let is_role = |id: ResourceId| model.get::<Role<'_>>(id).is_some();
    let taken_by_role = |principal: &Principal| matches!(principal, Principal::Aws(arn) if arn.resource().is_some_and(is_role));
    let lent = |role: &&Role<'_>| {
        let Prop::Known { value, .. } = role.trust() else { return false };
        document(model, role.id(), value).is_some_and(|trust| {
            let allowing = trust.statements.iter().filter(|s| s.effect() != Effect::Deny);
            allowing.flat_map(|s| s.principals().0).any(|principal| taken_by_role(&principal))
        })
    };
    model.all::<Role<'_>>().iter().filter(lent).map(Role::id).collect()
}

fn has_own_keys(workload: &Workload<'_>) -> bool {
    let own =
        |name: &str| name.contains("ACCESS_KEY") || name.contains("AWS_PROFILE") || name.contains("ROLE_ARN");
    workload.settings.items.iter().any(|s| s.name.as_deref().is_none_or(|n| own(&n.to_ascii_uppercase())))
}

fn judge(
    cx: &mut Check<'_, '_>,
    workload: &Workload<'_>,
    role: ResourceId,
    setting: &Setting<'_>,
    id: ResourceId,
    kind: &ConfiguredKind,
) {
    let model = cx.model();
    let Some(arn) = Arn::of_resource(model, id) else { return };
    let on = [arn.clone(), arn.then("/x")];
    let Verdict::Denied(_) = cx.analysis.may_anything(role, kind.service, &on) else { return };
    if lent_roles(cx)
        .into_iter()
        .any(|lent| lent != role && !cx.analysis.may_anything(lent, kind.service, &on).is_denied())
    {
        return;
    }
    let (role_name, name) = (model.short(role), model.short(id));
    let variable = setting.name.clone().unwrap_or_else(|| "a variable".to_owned());
    let mut draft = cx
        .finding(
            workload.definition,
            format!("{variable} names the {} {name}, with which {role_name} may do nothing", kind.noun),
        )
        .identity(variable)
        .at(cx, setting.value.origin, format!("the application is given this {}", kind.noun))
        .related(cx, role, "the application's role")
        .related(cx, id, format!("the {}", kind.noun))
        .trail(cx, setting.value.origin);
    if let Some(container) = setting.container {
        draft = draft.part(container.label());
    }
    draft
        .note(format!("every policy of {role_name} is known, and none speaks of {name}"))
        .help(format!(
            "allow what the application does with it ({}, ...) on {name} in a policy of {role_name}",
            kind.example
        ))
        .report(cx);
}
