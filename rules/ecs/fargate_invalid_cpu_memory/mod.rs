//! A Fargate task of a size that does not exist.

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::ecs::TaskDefinition;
use iaclint_model::sizes::{FargateSize, fargate_sizes};
use iaclint_model::{Entity, Field, Language, Prop};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a Fargate task has a size that does not exist",
};

const MEMORY: Field = TaskDefinition::TABLE.field("memory");

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for task in cx.model().all::<TaskDefinition<'_>>() {
        if task.is_fargate().must(|fargate| *fargate) {
            task_check(cx, &task);
        }
    }
}

fn task_check<'m>(cx: &mut Check<'_, 'm>, task: &TaskDefinition<'m>) {
    let (cpu, memory) = (task.cpu_units(), task.memory_mib());
    // For a task that only a service puts on Fargate, the service is what is refused.
    let says_so =
        task.requires_compatibilities().must(|v| v.display().to_ascii_uppercase().contains("FARGATE"));
    for (what, absent) in [("cpu", cpu.is_absent()), ("memory", memory.is_absent())] {
        if absent && says_so {
            let field = field(cx.model().language(task.id()), what);
            cx.finding(task.id(), format!("a Fargate task needs `{field}` of the whole task"))
                .identity(what)
                .at(
                    cx,
                    task.is_fargate().origin(),
                    "Fargate takes its size from the task, not from the containers",
                )
                .help(format!("set `{field}` on {}", cx.model().short(task.id())))
                .report(cx);
        }
    }
    let (
        Prop::Known { value: units, origin: cpu_origin, .. },
        Prop::Known { value: mib, origin: memory_origin, .. },
    ) = (cpu, memory)
    else {
        return;
    };
    let size = fargate_sizes().iter().find(|s| s.cpu == units);
    if size.is_some_and(|s| s.memory.contains(&mib)) {
        return;
    }
    let language = cx.model().language(task.id());
    let fix = size.and_then(|size| {
        let next = nearest(size, mib).to_string();
        let title = format!("give the task {next} MiB");
        Fix::set(cx, Safety::Unsafe, title, task, &[(MEMORY, next.as_str().into())])
    });
    let draft = cx.finding(task.id(), format!("Fargate has no task of {units} CPU units and {mib} MiB"));
    let draft = if let Some(size) = size {
        draft
            .at(cx, memory_origin, format!("{units} CPU units go with {}", amounts(size)))
            .label(cx, cpu_origin, format!("{units} CPU units"))
            .trail(cx, memory_origin)
            .help(format!("set `{}` to {}", field(language, "memory"), nearest(size, mib)))
    } else {
        let all: Vec<String> = fargate_sizes().iter().map(|s| s.cpu.to_string()).collect();
        draft.at(cx, cpu_origin, "no such number of CPU units").trail(cx, cpu_origin).help(format!(
            "set `{}` to one of {}",
            field(language, "cpu"),
            all.join(", ")
        ))
    };
    draft.fix(fix).report(cx);
}

fn field(language: Language, name: &str) -> &str {
    match (language, name) {
        (Language::Terraform, name) => name,
        (_, "cpu") => "Cpu",
        (_, _) => "Memory",
    }
}

/// `512, 1024 or 2048 MiB`, `1024 to 4096 MiB in steps of 1024`.
fn amounts(size: &FargateSize) -> String {
    match &*size.memory {
        [first, second, .., last] if size.memory.len() > 3 => {
            format!("{first} to {last} MiB in steps of {}", second - first)
        }
        all => format!("{} MiB", all.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// The next amount above, or the largest.
fn nearest(size: &FargateSize, mib: i64) -> i64 {
    size.memory.iter().find(|m| **m >= mib).or(size.memory.last()).copied().unwrap_or(mib)
}
