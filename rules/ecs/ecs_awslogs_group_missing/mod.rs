//! A container that writes its log to a group that is not there.

use iaclint_lint::{Check, Confidence, Draft, Fix, RuleInfo, Safety, Severity};
use iaclint_model::arn::Arn;
use iaclint_model::ecs::{Container, TaskDefinition};
use iaclint_model::logs::LogGroup;
use iaclint_model::{Model, Prop, ResourceId};
use iaclint_value::{Text, Value};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::Medium,
    summary: "a container writes its log to a group that does not exist",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    let groups: Vec<(LogGroup<'_>, Prop<Text>)> =
        model.all::<LogGroup<'_>>().into_iter().map(|g| (g, g.name())).collect();
    for task in model.all::<TaskDefinition<'_>>() {
        for container in task.containers().items {
            if let Some(log) = log(&container) {
                log_check(cx, &task, &container, &log, &groups);
            }
        }
    }
}

/// Where a container writes its log to.
struct Log<'m> {
    group: &'m Value,
    name: Text,
    region: Option<&'m Value>,
    /// Whether the group is made when it is not there; `None` when that is not known.
    created: Option<bool>,
}

fn log<'m>(container: &Container<'m>) -> Option<Log<'m>> {
    if !container.log_driver().must(|d| d == "awslogs") {
        return None;
    }
    let Prop::Known { value: options, .. } = container.log_options() else { return None };
    let object = options.as_object()?;
    let group = object.get("awslogs-group")?;
    let created = match object.get("awslogs-create-group") {
        Some(created) if !created.is_null() => created.as_bool(),
        _ => object.complete.then_some(false),
    };
    Some(Log { group, name: group.to_text()?, region: object.get("awslogs-region"), created })
}

fn log_check<'m>(
    cx: &mut Check<'_, 'm>,
    task: &TaskDefinition<'m>,
    container: &Container<'m>,
    log: &Log<'m>,
    groups: &[(LogGroup<'m>, Prop<Text>)],
) {
    let model = cx.model();
    let named = model.mentions(log.group);
    let declared = groups.iter().find(|(group, name)| {
        named.contains(&group.id())
            || model.same_root(group.id(), task.id()) && name.known() == Some(&log.name)
    });
    let draft = match declared {
        Some((group, _)) => elsewhere(cx, task, log, group.id()),
        // It is read from something that knows it, a data source perhaps.
        None if !named.is_empty() => None,
        None if log.created == Some(false) => missing(cx, task, log, groups),
        None if log.created == Some(true) => not_allowed(cx, task, log),
        None => None,
    };
    if let Some(draft) = draft {
        draft
            .part(container.label())
            .identity(container.label())
            .trail(cx, log.group.origin)
            .of_written_values()
            .report(cx);
    }
}

/// The group is there, but in another region.
fn elsewhere<'m>(
    cx: &Check<'_, 'm>,
    task: &TaskDefinition<'m>,
    log: &Log<'m>,
    group: ResourceId,
) -> Option<Draft> {
    let model = cx.model();
    let written = log.region?;
    let wanted = written.as_str()?;
    let region = model.resource(group).region.as_deref()?;
    if wanted == region {
        return None;
    }
    let name = model.short(group);
    let title = format!("write the log to {region}");
    let fix = Fix::rewrite(cx, Safety::Unsafe, title, (task.id(), written.origin), &wanted, region);
    Some(
        cx.finding(task.id(), format!("the log goes to {name} in {wanted}, and it is in {region}"))
            .confidence(Confidence::High)
            .at(cx, written.origin, format!("there is no such group in {wanted}"))
            .related(cx, group, format!("is made in {region}"))
            .fix(fix)
            .help(format!("write `awslogs-region` as {region}")),
    )
}

/// No group has this name, and nobody makes it.
fn missing<'m>(
    cx: &Check<'_, 'm>,
    task: &TaskDefinition<'m>,
    log: &Log<'m>,
    groups: &[(LogGroup<'m>, Prop<Text>)],
) -> Option<Draft> {
    let model = cx.model();
    let wanted = log.name.as_str()?;
    let here: Vec<_> = groups.iter().filter(|(g, _)| model.same_root(g.id(), task.id())).collect();
    if here.iter().any(|(_, name)| name.is_uncertain()) || log.group.is_unknown() {
        return None;
    }
    let near = here.iter().find_map(|(group, name)| {
        let known = name.known()?.as_str()?;
        // A group that another container uses may have a namesake elsewhere, but none that differs in separators alone.
        let meant =
            is_same(&wanted, &known) || is_near(&wanted, &known) && !serves_a_container(model, group.id());
        meant.then(|| (known.into_owned(), group.id()))
    });
    if let Some((known, id)) = near {
        return Some(
            cx.finding(
                task.id(),
                format!("the log goes to the group `{wanted}`, while it is declared as `{known}`"),
            )
            .at(cx, log.group.origin, "no group has this name")
            .related(cx, id, format!("declares `{known}`"))
            .note("ECS starts no task whose log group does not exist")
            .help(format!("read the name from {}: `{known}`", model.short(id))),
        );
    }
    // What AWS itself makes, or another stack.
    if wanted.starts_with("/aws/") {
        return None;
    }
    Some(
        cx.finding(
            task.id(),
            format!("the log goes to the group `{wanted}`, which nothing in the configuration makes"),
        )
        .severity(Severity::Advice)
        .at(cx, log.group.origin, "no group of this name is declared")
        .note("ECS starts no task whose log group does not exist")
        .help(format!(
            "declare the log group `{wanted}` and read its name from there, or set `awslogs-create-group`"
        )),
    )
}

/// The group would be made, by a role that may not make it.
fn not_allowed<'m>(cx: &Check<'_, 'm>, task: &TaskDefinition<'m>, log: &Log<'m>) -> Option<Draft> {
    let model = cx.model();
    let role = task.execution_role()?;
    if !task.is_fargate().must(|f| *f) {
        return None;
    }
    let wanted = log.name.as_str()?;
    let arn = Arn::of_value(model, log.group).behind("arn:aws:logs:{region}:{account}:log-group:");
    if !cx.analysis.may(role, "logs:CreateLogGroup", &arn).is_denied() {
        return None;
    }
    let name = model.short(role);
    Some(
        cx.finding(task.id(), format!("{name} may not make the log group `{wanted}`"))
            // Where somebody else has made it, nothing is wrong.
            .severity(Severity::Warning)
            .at(cx, log.group.origin, "to be made at the start, since nothing in the configuration makes it")
            .related(cx, role, "lacks logs:CreateLogGroup")
            .note("the managed policy AmazonECSTaskExecutionRolePolicy allows to make streams and to write, not to make groups")
            .help(format!("allow {name} `logs:CreateLogGroup`, or declare the log group `{wanted}`")),
    )
}

/// Whether two names are the same but for case and separators.
fn is_same(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.trim_matches('/').to_ascii_lowercase().replace(['_', '.', '/'], "-");
    plain(a) == plain(b)
}

/// Whether two names are the same but for case, separators, or a part before them.
fn is_near(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.trim_matches('/').to_ascii_lowercase().replace(['_', '.'], "-");
    let (a, b) = (plain(a), plain(b));
    let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('/'));
    is_same(&a, &b) || ends(&a, &b) || ends(&b, &a)
}

/// Whether the containers of a task definition write to a group: then it is nobody else's.
fn serves_a_container<'m>(model: &'m Model<'m>, group: ResourceId) -> bool {
    let by_reference = |task: &TaskDefinition<'m>| model.used_by(task.id()).contains(&group);
    model.all::<TaskDefinition<'m>>().iter().any(by_reference)
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn names_are_near_that_differ_in_case_separators_or_a_beginning() {
        assert!(
            is_near("/ecs/api", "ecs/api") && is_near("/ecs/api", "/ECS/Api") && is_near("api", "/ecs/api")
        );
        assert!(is_near("/ecs/my_app", "/ecs/my-app") && is_near("/ecs-api", "/ecs/api"));
        assert!(!is_near("/ecs/api", "/aws/lambda/api") && !is_near("/ecs/api", "/ecs/worker"));
        assert!(!is_near("/ecs/api", "/ecs/my-api"));
    }
}
