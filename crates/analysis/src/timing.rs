//! When a new task is given up, and when its start can be done.

use iaclint_model::ecs::{Container, ContainerDependency, Service};
use iaclint_model::lb::TargetGroup;
use iaclint_model::{Entity, Model, Prop, ResourceId};
use iaclint_scripts::{Bound, StartWork, WorkKind, start_work};
use iaclint_value::OriginId;

use crate::Analysis;
use crate::programs::Program;

/// The longest start period that ECS takes, in seconds (API reference, `HealthCheck`: "between 0 and 300 seconds").
pub const LONGEST_START_PERIOD: i64 = 300;

/// What work counts that has no limit and of which nobody knows how long it takes, in seconds. This is a choice and no measurement: the
/// patience that a migration or a wait for a server is given before anything is said.
pub const ASSUMED: i64 = 120;

/// How long a container's own health check lets it be silent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContainerPatience {
    /// Seconds in which failures do not count.
    pub start_period: i64,
    /// Where that is written; `None` when it is not.
    pub written: Option<OriginId>,
    /// Seconds between two checks.
    pub interval: i64,
    /// Failures in a row until the container is unhealthy.
    pub retries: i64,
}

impl ContainerPatience {
    /// That of a container, where all of it is known.
    pub fn of(container: &Container<'_>) -> Option<Self> {
        let (start_period, written) = match container.health_check_start_period() {
            Prop::Known { value, origin, .. } => (value, Some(origin)),
            Prop::Absent { .. } => (0, None),
            Prop::OneOf { .. } | Prop::Unknown { .. } => return None,
        };
        let interval = *container.health_check_interval().known()?;
        let retries = *container.health_check_retries().known()?;
        Some(Self { start_period, written, interval, retries })
    }

    /// Seconds from the container's start until it is unhealthy.
    pub fn seconds(&self) -> i64 {
        self.start_period + self.interval * self.retries
    }

    /// The arithmetic.
    pub fn words(&self) -> String {
        let Self { start_period, interval, retries, .. } = self;
        format!(
            "start period {start_period} s, then {retries} failures {interval} s apart: {} s",
            self.seconds()
        )
    }
}

/// How long a service behind a load balancer lets a new task be silent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TargetPatience {
    /// The target group.
    pub group: ResourceId,
    /// The grace period of the service in seconds, 0 without one.
    pub grace: i64,
    /// Where that is written; `None` when it is not.
    pub written: Option<OriginId>,
    /// Seconds between two checks.
    pub interval: i64,
    /// Failures in a row until the target is unhealthy.
    pub threshold: i64,
}

impl TargetPatience {
    /// That of a target group in a service, where all of it is known.
    pub fn of(service: &Service<'_>, group: &TargetGroup<'_>) -> Option<Self> {
        let (grace, written) = grace(service)?;
        let (interval, threshold) = (*group.interval().known()?, *group.unhealthy_after().known()?);
        Some(Self { group: group.id(), grace, written, interval, threshold })
    }

    /// Seconds from the registration until the target group calls a silent target unhealthy.
    pub fn gives_up(&self) -> i64 {
        self.interval * self.threshold
    }

    /// Seconds until ECS stops a task that never answered.
    pub fn seconds(&self) -> i64 {
        self.gives_up().max(self.grace)
    }

    /// The arithmetic.
    pub fn words(&self) -> String {
        let Self { grace, interval, threshold, .. } = self;
        let gives_up = self.gives_up();
        let first = format!(
            "the target group gives up after {threshold} failed checks {interval} s apart: {gives_up} s"
        );
        if *grace == 0 {
            format!("{first}; without a grace period ECS stops the task at once then")
        } else {
            let seconds = self.seconds();
            format!("{first}; the grace period is {grace} s, so ECS stops a silent task after {seconds} s")
        }
    }
}

/// The grace period of a service and where it is written: 0 when it is not, `None` when it is not known. While it lasts, the scheduler
/// ignores load balancers and the health checks of containers alike (API reference, `healthCheckGracePeriodSeconds`).
pub fn grace(service: &Service<'_>) -> Option<(i64, Option<OriginId>)> {
    match service.grace_period() {
        Prop::Known { value, origin, .. } => Some((value, Some(origin))),
        Prop::Absent { .. } => Some((0, None)),
        Prop::OneOf { .. } | Prop::Unknown { .. } => None,
    }
}

/// The longest grace period of the services that run a task definition; `None` when one of them is not known, or when no service of the
/// configuration runs it.
pub fn longest_grace<'m>(model: &'m Model<'m>, task: ResourceId) -> Option<i64> {
    let mut longest = None;
    for service in model.all::<Service<'m>>() {
        if service.task_definition() == Some(task) {
            let (seconds, _) = grace(&service)?;
            longest = longest.max(Some(seconds));
        }
    }
    longest
}

/// One piece of work before a container serves.
#[derive(Clone, Debug)]
pub struct Step {
    /// The container that does it.
    pub container: String,
    /// What it is.
    pub work: StartWork,
    /// The seconds that it may take.
    pub seconds: i64,
    /// Whether the script itself says so; otherwise they are [`ASSUMED`].
    pub stated: bool,
    /// The place of the words that run it.
    pub origin: OriginId,
}

/// Everything that is done before a container serves.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The work, one after the other.
    pub steps: Vec<Step>,
}

impl Start {
    /// The seconds that it may take.
    pub fn seconds(&self) -> i64 {
        self.steps.iter().map(|step| step.seconds).sum()
    }

    /// Whether scripts say all of it.
    pub fn is_stated(&self) -> bool {
        self.steps.iter().all(|step| step.stated)
    }

    /// The step that takes longest, the first of several.
    pub fn slowest(&self) -> Option<&Step> {
        self.steps.iter().rev().max_by_key(|step| step.seconds)
    }

    /// The arithmetic.
    pub fn words(&self) -> String {
        let step = |step: &Step| {
            let seconds = step.seconds;
            let how = match (step.stated, step.work.bound) {
                (true, _) => format!("{seconds} s at most"),
                (false, Some(Bound::None)) => format!("no limit, taken as {seconds} s"),
                (false, _) => format!("of unknown length, taken as {seconds} s"),
            };
            format!("`{}` {how}", step.work.words)
        };
        let steps: Vec<String> = self.steps.iter().map(step).collect();
        match &*steps {
            [only] => format!("before it serves: {only}"),
            several => format!("before it serves: {}: {} s", several.join(", then "), self.seconds()),
        }
    }
}

/// What a container does itself before it serves.
pub fn own_start(program: &Program<'_>) -> Start {
    let mut steps = Vec::new();
    for part in &program.parts {
        for work in start_work(&part.script) {
            // A script of the image serves whatever the command says; a command of its own must serve behind the work.
            if work.before.is_none() && part.file.is_none() {
                continue;
            }
            steps.extend(step(program, work, part.origin));
        }
    }
    Start { steps }
}

fn step(program: &Program<'_>, work: StartWork, origin: OriginId) -> Option<Step> {
    let (seconds, stated) = match (work.what, work.seconds, work.bound) {
        (_, Some(seconds), _) => (i64::try_from(seconds).ok()?, true),
        (WorkKind::Migration | WorkKind::Seed | WorkKind::Build | WorkKind::Install, None, _)
        | (WorkKind::Wait, None, Some(Bound::None)) => (ASSUMED, false),
        (WorkKind::Wait | WorkKind::Assets, None, _) => return None,
    };
    Some(Step { container: program.container.label(), work, seconds, stated, origin })
}

/// How deep containers may wait for one another.
const DEPTH: usize = 8;

/// What is done from the start of a task until a container serves: the longest way through the containers that it waits for, then its own
/// work. A container that only had to be started before runs beside it; what asks it serves when both do.
pub fn task_start(analysis: &Analysis<'_>, task: ResourceId, container: &str) -> Start {
    start_behind(analysis, task, container, DEPTH)
}

fn start_behind(analysis: &Analysis<'_>, task: ResourceId, container: &str, depth: usize) -> Start {
    let Some(program) = program_of(analysis, task, container) else { return Start::default() };
    let (mut before, mut beside) = (Start::default(), Start::default());
    for dependency in program.container.depends_on().map(ContainerDependency::of).items {
        let (Some(name), Some(condition)) =
            (dependency.container_name().known().cloned(), dependency.condition().known().cloned())
        else {
            continue;
        };
        if depth == 0 {
            continue;
        }
        let mut start = start_behind(analysis, task, &name, depth - 1);
        if matches!(condition.as_str(), "COMPLETE" | "SUCCESS") {
            start.steps.extend(whole_job(analysis, task, &name));
        }
        let longest = if condition == "START" { &mut beside } else { &mut before };
        if start.seconds() > longest.seconds() {
            *longest = start;
        }
    }
    before.steps.extend(own_start(program).steps);
    if beside.seconds() > before.seconds() { beside } else { before }
}

/// The work of a container that others wait for to end: all of it comes before them, also what nothing follows.
fn whole_job(analysis: &Analysis<'_>, task: ResourceId, container: &str) -> Vec<Step> {
    let Some(program) = program_of(analysis, task, container) else { return Vec::new() };
    let commands = program.parts.iter().filter(|part| part.file.is_none());
    commands
        .flat_map(|part| start_work(&part.script).into_iter().map(|work| (work, part.origin)))
        .filter(|(work, _)| work.before.is_none())
        .filter_map(|(work, origin)| step(program, work, origin))
        .collect()
}

fn program_of<'a, 'm>(
    analysis: &'a Analysis<'m>,
    task: ResourceId,
    container: &str,
) -> Option<&'a Program<'m>> {
    let is_it =
        |p: &&Program<'m>| p.task == task && p.container.name().known().is_some_and(|n| n == container);
    analysis.programs().iter().find(is_it)
}
