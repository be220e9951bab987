//! A container that its own health check ends while it still starts.

use iaclint_analysis::programs::Program;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity, Span};
use iaclint_model::{Language, Prop};
use iaclint_scripts::{Bound, HealthCheck, StartWork, WorkKind, health_check, start_work};
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a container's health check fails it while it still starts",
};

/// A start that migrates a database or waits without end gets at least this long, in seconds.
const SLOW_START: i64 = 120;

/// The longest start period that ECS takes, in seconds.
const LONGEST: i64 = 300;

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for program in analysis.programs() {
        if !cx.model().in_library(program.task) {
            program_check(cx, program);
        }
    }
}

/// What the container does before it can answer.
struct Work {
    words: String,
    needs: i64,
    /// Whether the script itself says how long it may take.
    stated: bool,
    span: Option<Span>,
    origin: OriginId,
}

fn program_check(cx: &mut Check<'_, '_>, program: &Program<'_>) {
    let container = &program.container;
    let Prop::Known { value: command, origin: command_origin, .. } = container.health_check_command() else {
        return;
    };
    if !matches!(health_check(command), Some(HealthCheck::Runs { .. })) {
        return;
    }
    let (start, start_origin) = match container.health_check_start_period() {
        Prop::Known { value, origin, .. } => (value, Some(origin)),
        Prop::Absent { .. } => (0, None),
        Prop::OneOf { .. } | Prop::Unknown { .. } => return,
    };
    let (Some(interval), Some(retries)) = (
        container.health_check_interval().known().copied(),
        container.health_check_retries().known().copied(),
    ) else {
        return;
    };
    let patience = start + interval * retries;
    let Some(work) = work(program) else { return };
    // Beyond the longest start period nothing can be done here.
    if work.needs <= patience || start >= LONGEST {
        return;
    }
    let field = match cx.model().language(program.task) {
        Language::Terraform => "startPeriod",
        Language::CloudFormation | Language::Cdk => "StartPeriod",
    };
    let wanted = (work.needs + work.needs / 2).max(SLOW_START).min(LONGEST);
    let draft = cx
        .finding(
            program.task,
            format!("{} is failed {patience} s after its start, while {}", container.label(), work.words),
        )
        .part(container.label())
        .identity(container.label())
        .confidence(if work.stated { Confidence::High } else { Confidence::Medium });
    let draft = match start_origin {
        Some(origin) => draft.at(cx, origin, format!("failures count from {start} s on")),
        None => draft.at(cx, command_origin, "without a start period failures count from the beginning"),
    };
    let draft = match work.span {
        Some(span) => draft.label_span(span, "this takes its time"),
        None => draft.label(cx, work.origin, "this takes its time"),
    };
    draft
        .note(format!("start period {start} s, then {retries} failures {interval} s apart: {patience} s"))
        .help(format!("set `{field}` of {} to {wanted}", container.label()))
        .report(cx);
}

/// All work before the server, over all scripts of the container, called by its slowest step.
fn work(program: &Program<'_>) -> Option<Work> {
    let mut slowest: Option<(i64, Work)> = None;
    let mut all = 0;
    let mut stated = true;
    for part in &program.parts {
        for step in start_work(&part.script) {
            let Some((needs, by_script)) = duration(&step) else { continue };
            // A script of the image serves whatever the command says; a command of its own must serve behind the work.
            if step.before.is_none() && part.file.is_none() {
                continue;
            }
            all += needs;
            stated &= by_script;
            if slowest.as_ref().is_none_or(|(most, _)| needs > *most) {
                let words = format!("it still runs `{}`", step.words);
                slowest = Some((needs, Work { words, needs, stated, span: step.span, origin: part.origin }));
            }
        }
    }
    slowest.map(|(_, work)| Work { needs: all, stated, ..work })
}

/// The seconds that a step may take, and whether the script says so.
fn duration(step: &StartWork) -> Option<(i64, bool)> {
    match (step.what, step.seconds, step.bound) {
        (_, Some(seconds), _) => i64::try_from(seconds).ok().map(|s| (s, true)),
        (WorkKind::Migration, None, _) => Some((SLOW_START, false)),
        (WorkKind::Wait, None, Some(Bound::None)) => Some((SLOW_START, false)),
        _ => None,
    }
}
