//! Containers that ask for more memory or CPU than their task has.

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::ecs::{Container, TaskDefinition};
use iaclint_model::sizes::fargate_sizes;
use iaclint_model::{Entity, Field, Language, Many, Prop};

const MEMORY: Field = TaskDefinition::TABLE.field("memory");

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "containers ask for more memory or CPU than their task has",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for task in cx.model().all::<TaskDefinition<'_>>() {
        let Many { items: containers, complete } = task.containers();
        if let Prop::Known { value: limit, origin, .. } = task.memory_mib() {
            let size = Size { limit, origin, what: "memory", unit: " MiB" };
            let single = single(cx, &task, &containers, size, |c| [c.memory(), c.memory_reservation()]);
            // Of a list that is not known whole, some may stand for one another.
            if !single
                && complete
                && !sum(
                    cx,
                    &task,
                    &containers,
                    size,
                    "memory reservations",
                    Container::memory_reservation,
                    None,
                )
            {
                hard_limits(cx, &task, &containers, size);
            }
        }
        if let Prop::Known { value: limit, origin, .. } = task.cpu_units() {
            let size = Size { limit, origin, what: "CPU", unit: " units" };
            if !single(cx, &task, &containers, size, |c| [c.cpu(), c.cpu()]) && complete {
                sum(cx, &task, &containers, size, "CPU units", Container::cpu, None);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Size {
    limit: i64,
    origin: iaclint_value::OriginId,
    what: &'static str,
    unit: &'static str,
}

/// One container above the task: refused at once.
fn single<'m>(
    cx: &mut Check<'_, 'm>,
    task: &TaskDefinition<'m>,
    containers: &[Container<'m>],
    size: Size,
    asks: impl Fn(&Container<'m>) -> [Prop<i64>; 2],
) -> bool {
    let mut found = false;
    for container in containers {
        let Some(Prop::Known { value, origin, .. }) =
            asks(container).into_iter().find(|p| p.known().is_some_and(|v| *v > size.limit))
        else {
            continue;
        };
        found = true;
        let Size { limit, what, unit, .. } = size;
        let field = task_field(cx, task, what);
        let fix = enough(cx, task, what, value);
        cx.finding(
            task.id(),
            format!("{} asks for {value}{unit} of {what} in a task of {limit}", container.label()),
        )
        .part(container.label())
        .identity(format!("{what}:{}", container.label()))
        .at(cx, origin, format!("the container asks for {value}{unit}"))
        .label(cx, size.origin, format!("the whole task has {limit}"))
        .trail(cx, origin)
        .fix(fix)
        .help(format!(
            "raise `{field}` of {} to {value} or more, or lower the container's to {limit} or less",
            cx.model().short(task.id())
        ))
        .of_written_values()
        .report(cx);
    }
    found
}

/// The task with the least memory that Fargate has for its CPU units and that is enough.
fn enough<'m>(cx: &Check<'_, 'm>, task: &TaskDefinition<'m>, what: &str, asked: i64) -> Option<Fix> {
    let cpu =
        task.cpu_units().known().copied().filter(|_| what == "memory" && task.is_fargate().must(|f| *f))?;
    let size = fargate_sizes().iter().find(|size| size.cpu == cpu)?;
    let memory = size.memory.iter().find(|memory| **memory >= asked)?.to_string();
    let title = format!("give the task {memory} MiB");
    Fix::set(cx, Safety::Unsafe, title, task, &[(MEMORY, memory.as_str().into())])
}

fn task_field(cx: &Check<'_, '_>, task: &TaskDefinition<'_>, what: &str) -> &'static str {
    let terraform = cx.model().language(task.id()) == Language::Terraform;
    match (what, terraform) {
        ("memory", true) => "memory",
        ("memory", false) => "Memory",
        (_, true) => "cpu",
        (_, false) => "Cpu",
    }
}

/// All containers together above the task. What is not known counts as nothing, so the sum is a lower bound.
fn sum<'m>(
    cx: &mut Check<'_, 'm>,
    task: &TaskDefinition<'m>,
    containers: &[Container<'m>],
    size: Size,
    words: &str,
    ask: impl Fn(&Container<'m>) -> Prop<i64>,
    severity: Option<Severity>,
) -> bool {
    let asked: Vec<(String, i64, _)> = containers
        .iter()
        .filter_map(|c| match ask(c) {
            Prop::Known { value, origin, .. } if value > 0 => Some((c.label(), value, origin)),
            _ => None,
        })
        .collect();
    let total: i64 = asked.iter().map(|a| a.1).sum();
    if total <= size.limit || asked.len() < 2 {
        return false;
    }
    let Size { limit, unit, what, .. } = size;
    let terms: Vec<String> =
        asked.iter().map(|a| format!("{} {}", a.0.trim_start_matches("container "), a.1)).collect();
    let field = task_field(cx, task, what);
    let fix = enough(cx, task, what, total);
    let mut draft = cx
        .finding(
            task.id(),
            format!("the {words} of the containers add up to {total}{unit} in a task of {limit}"),
        )
        .identity(format!("sum:{words}"))
        .at(cx, size.origin, format!("the whole task has {limit}{unit}"));
    for (label, value, origin) in &asked {
        draft = draft.label(cx, *origin, format!("{label}: {value}"));
    }
    if let Some(severity) = severity {
        draft = draft.severity(severity).confidence(Confidence::Medium);
    }
    draft
        .fix(fix)
        .note(format!("{} = {total}, and the task has {limit}", terms.join(" + ")))
        .help(format!(
            "raise `{field}` of {} to {total} or more, or lower the containers'",
            cx.model().short(task.id())
        ))
        .of_written_values()
        .report(cx);
    true
}

/// Hard limits above the task are legal; on Fargate the task is killed when they are used.
fn hard_limits<'m>(
    cx: &mut Check<'_, 'm>,
    task: &TaskDefinition<'m>,
    containers: &[Container<'m>],
    size: Size,
) {
    if task.is_fargate().must(|f| *f) {
        sum(cx, task, containers, size, "hard memory limits", Container::memory, Some(Severity::Advice));
    }
}
