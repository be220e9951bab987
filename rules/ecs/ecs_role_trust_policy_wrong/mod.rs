//! A role that is given to a service which may not take it.

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::ec2::Instance;
use iaclint_model::ecs::TaskDefinition;
use iaclint_model::iam::{InstanceProfile, Role};
use iaclint_model::lambda::Function;
use iaclint_model::policy::{Effect, document};
use iaclint_model::{Answer, Prop, ResourceId};
use iaclint_value::Value;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a role is given to a service that may not take it",
};

/// Somebody who is given a role.
struct User {
    id: ResourceId,
    role: ResourceId,
    /// The service that takes it.
    service: &'static str,
    what: &'static str,
}

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    let mut users: Vec<User> = Vec::new();
    for task in model.all::<TaskDefinition<'_>>() {
        for (role, what) in [(task.execution_role(), "execution role"), (task.task_role(), "task role")] {
            users.extend(role.map(|role| User { id: task.id(), role, service: "ecs-tasks", what }));
        }
    }
    for function in model.all::<Function<'_>>() {
        users.extend(function.role().map(|role| User {
            id: function.id(),
            role,
            service: "lambda",
            what: "role",
        }));
    }
    for instance in model.all::<Instance<'_>>() {
        let Prop::Known { value, .. } = instance.profile() else { continue };
        let profile =
            model.links_in(value).items.iter().find_map(|l| model.get::<InstanceProfile<'_>>(l.id()?));
        let role = profile.and_then(|p| p.role());
        users.extend(role.map(|role| User {
            id: instance.id(),
            role,
            service: "ec2",
            what: "role of its profile",
        }));
    }
    for user in &users {
        // A role that several services take needs all of them in its policy.
        let alone = users.iter().all(|other| other.role != user.role || other.service == user.service);
        judge(cx, user, alone);
    }
}

fn judge(cx: &mut Check<'_, '_>, user: &User, alone: bool) {
    let model = cx.model();
    let Some(role) = model.get::<Role<'_>>(user.role) else { return };
    let Prop::Known { value, origin, .. } = role.trust() else { return };
    let Some(read) = document(model, role.id(), value).filter(|d| d.complete) else { return };
    if read.statements.is_empty() {
        return;
    }
    let admits = |s: &iaclint_model::policy::Statement<'_>| {
        s.effect() != Effect::Deny
            && s.speaks_of("sts:AssumeRole") != Answer::No
            && s.is_for_service(user.service) != Answer::No
    };
    if read.statements.iter().any(admits) {
        return;
    }
    let (name, consumer) = (model.short(role.id()), model.short(user.id));
    let service = format!("{}.amazonaws.com", user.service);
    let place = read.statements.first().map_or(origin, iaclint_model::policy::Statement::principal_origin);
    let fix = match &read.statements[..] {
        [statement] if alone => statement.only_service().and_then(|written| trust(cx, written, &service)),
        _ => None,
    };
    cx.finding(
        role.id(),
        format!("{name} is the {} of {consumer}, but {service} may not assume it", user.what),
    )
    .identity(user.service)
    .at(cx, place, format!("{service} is not among those who may assume the role"))
    .related(cx, user.id, format!("uses it as {}", user.what))
    .fix(fix)
    .help(format!("name {service} as a service principal in the trust policy of {name}"))
    .report(cx);
}

/// Another service in the place of the one that the policy names.
fn trust(cx: &Check<'_, '_>, written: &Value, service: &str) -> Option<Fix> {
    let old = written.as_str()?;
    let span = cx.model().origins().span(written.origin)?;
    let file = cx.model().sources().file(span.file);
    let at = file.slice(span).find(&*old).filter(|_| file.slice(span).trim_matches('"') == old)?;
    let title = format!("let {service} take the role");
    Fix::replace(cx, Safety::Unsafe, title, span.slice(at..at + old.len()), service)
}
