//! A container whose memory limit is below its heap, or below what its image needs.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ecs::{Container, Secret, TaskDefinition, Variable};
use iaclint_model::images::{FloorKind, ImageFloor, floor};
use iaclint_model::{Language, Prop};
use iaclint_scripts::{heap_flag, is_heap_flag};
use iaclint_value::{OriginId, Value};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a container's memory limit is below its heap, or below what its image needs to start",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for task in cx.model().all::<TaskDefinition<'_>>() {
        for container in task.containers().items {
            let Some(limit) = limit(&task, &container) else { continue };
            let heaps = heaps(&container);
            match heaps.iter().filter(|h| h.mib >= limit.mib).max_by_key(|h| h.mib) {
                Some(heap) => report_heap(cx, &task, &container, limit, heap),
                None if heaps.is_empty() => report_floor(cx, &task, &container, limit),
                // Who sets the heap by hand has sized the container by hand.
                None => {}
            }
        }
    }
}

/// The memory at which a container is killed.
#[derive(Clone, Copy)]
struct Limit {
    mib: i64,
    origin: OriginId,
    of_task: bool,
}

/// The container's own hard limit, or the task's on Fargate.
fn limit(task: &TaskDefinition<'_>, container: &Container<'_>) -> Option<Limit> {
    match container.memory() {
        Prop::Known { value: mib, origin, .. } => Some(Limit { mib, origin, of_task: false }),
        Prop::Absent { .. } => match task.memory_mib() {
            Prop::Known { value: mib, origin, .. } => Some(Limit { mib, origin, of_task: true }),
            _ => None,
        },
        Prop::OneOf { .. } | Prop::Unknown { .. } => None,
    }
}

/// A heap size that the container is told.
struct Heap {
    mib: i64,
    flag: String,
    origin: OriginId,
}

/// The heaps that the environment and the command set.
fn heaps(container: &Container<'_>) -> Vec<Heap> {
    let mut out = Vec::new();
    let mut words: Vec<(String, OriginId)> = Vec::new();
    for list in [container.entry_point(), container.command()] {
        if let Prop::Known { value, .. } = list {
            value.walk(&mut |v| words.extend(words_of(v)));
        }
    }
    out.extend(last_heap(words));
    // A flag behind `java` itself wins over those that an environment variable puts before it.
    if out.is_empty() {
        for variable in container.variables().items {
            if let Prop::Known { value, .. } = variable.value() {
                out.extend(last_heap(words_of(value)));
            }
        }
    }
    out
}

fn words_of(value: &Value) -> Vec<(String, OriginId)> {
    let Some(text) = value.to_text() else { return Vec::new() };
    let text = text.flatten().text;
    let words = text.split(|c: char| c.is_whitespace() || c == '"' || c == '\'').filter(|w| !w.is_empty());
    words.map(|word| (word.to_owned(), value.origin)).collect()
}

/// The heap that counts: the last flag of several; none when that one is not known.
fn last_heap(words: Vec<(String, OriginId)>) -> Option<Heap> {
    let (flag, origin) = words.into_iter().rev().find(|(word, _)| is_heap_flag(word))?;
    Some(Heap { mib: heap_flag(&flag)?, flag, origin })
}

fn report_heap<'m>(
    cx: &mut Check<'_, 'm>,
    task: &TaskDefinition<'m>,
    container: &Container<'m>,
    limit: Limit,
    heap: &Heap,
) {
    let Limit { mib, origin, of_task } = limit;
    let whose = if of_task { "the task" } else { "the container" };
    let wanted = heap.mib + heap.mib / 3;
    cx.finding(
        task.id(),
        format!("the heap of {} may grow to {} MiB, and {whose} has {mib}", container.label(), heap.mib),
    )
    .severity(Severity::Error)
    .confidence(Confidence::High)
    .part(container.label())
    .identity(format!("heap:{}", container.label()))
    .at(cx, origin, format!("{whose} is killed at {mib} MiB (exit code 137)"))
    .label(cx, heap.origin, format!("`{}` lets the heap grow to {} MiB", heap.flag, heap.mib))
    .trail(cx, origin)
    .note("a process needs memory beside its heap: stacks, code, buffers")
    .help(format!("raise the memory to {wanted} MiB or more, or lower `{}`", heap.flag))
    .of_written_values()
    .report(cx);
}

fn report_floor<'m>(
    cx: &mut Check<'_, 'm>,
    task: &TaskDefinition<'m>,
    container: &Container<'m>,
    limit: Limit,
) {
    let Prop::Known { value: image, origin: image_origin, .. } = container.image() else { return };
    let Some(floor) = floor(&image.flatten().text) else { return };
    if limit.mib >= floor.minimum_mib || may_be_sized_by_hand(container, floor) {
        return;
    }
    let field = match cx.model().language(task.id()) {
        Language::Terraform => "memory",
        Language::CloudFormation | Language::Cdk => "Memory",
    };
    cx.finding(
        task.id(),
        format!(
            "{} has {} MiB, and {} needs {} at least",
            container.label(),
            limit.mib,
            floor.what,
            floor.minimum_mib
        ),
    )
    .part(container.label())
    .identity(format!("floor:{}", container.label()))
    .at(cx, limit.origin, format!("killed at {} MiB (exit code 137)", limit.mib))
    .label(cx, image_origin, format!("{} needs {} MiB", floor.what, floor.minimum_mib))
    .trail(cx, limit.origin)
    .note(match floor.kind {
        FloorKind::Heap => {
            format!("its heap is {} MiB unless it is told otherwise: {}", floor.minimum_mib, floor.source)
        }
        FloorKind::Container => {
            format!("the least memory of {} is documented at {}", floor.what, floor.source)
        }
    })
    .help(format!("set `{field}` of {} to {} or more", container.label(), floor.minimum_mib))
    .of_written_values()
    .report(cx);
}

/// Whether one of the variables by which the image is sized is set, or may be.
fn may_be_sized_by_hand(container: &Container<'_>, floor: &ImageFloor) -> bool {
    let (variables, secrets) = (container.variables(), container.secret_variables());
    let names = variables.items.iter().map(Variable::name).chain(secrets.items.iter().map(Secret::name));
    let is_flag = |name: &String| floor.heap_flags.contains(name);
    let known_all = variables.complete && secrets.complete;
    !floor.heap_flags.is_empty() && (!known_all || names.into_iter().any(|name| name.may(is_flag)))
}
