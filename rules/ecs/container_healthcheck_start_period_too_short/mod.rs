//! A container that its own health check ends while it still starts.

use iaclint_analysis::programs::Program;
use iaclint_analysis::timing::{
    ASSUMED, ContainerPatience, LONGEST_START_PERIOD, Start, longest_grace, own_start,
};
use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::{Language, Prop};
use iaclint_scripts::{HealthCheck, health_check};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a container's health check fails it while it still starts",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for program in analysis.programs() {
        program_check(cx, program);
    }
}

fn program_check<'m>(cx: &mut Check<'_, 'm>, program: &Program<'m>) {
    let container = &program.container;
    let Prop::Known { value: command, .. } = container.health_check_command() else { return };
    if !matches!(health_check(command), Some(HealthCheck::Runs { .. })) {
        return;
    }
    let Some(patience) = ContainerPatience::of(container) else { return };
    let start = own_start(program);
    // Beyond the longest start period nothing can be done here.
    if start.seconds() <= patience.seconds() || patience.start_period >= LONGEST_START_PERIOD {
        return;
    }
    // A task that no service of the configuration runs is replaced by nobody that we know.
    let grace = longest_grace(cx.model(), program.task).unwrap_or(0);
    if start.seconds() > grace {
        report(cx, program, patience, grace, &start);
    }
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    program: &Program<'m>,
    patience: ContainerPatience,
    grace: i64,
    start: &Start,
) {
    let Some(slowest) = start.slowest() else { return };
    let container = &program.container;
    let seconds = patience.seconds().max(grace);
    let field = match cx.model().language(program.task) {
        Language::Terraform => "startPeriod",
        Language::CloudFormation | Language::Cdk => "StartPeriod",
    };
    let wanted = (start.seconds() + start.seconds() / 2).clamp(ASSUMED, LONGEST_START_PERIOD);
    let draft = cx
        .finding(
            program.task,
            format!(
                "{} is failed {seconds} s after its start, while it still runs `{}`",
                container.label(),
                slowest.work.words
            ),
        )
        .part(container.label())
        .identity(container.label())
        .confidence(if start.is_stated() { Confidence::High } else { Confidence::Medium });
    let place = patience.written.unwrap_or_else(|| container.health_check_command().origin());
    let counts = match patience.start_period {
        0 => "without a start period failures count from the beginning".to_owned(),
        start => format!("failures count from {start} s on"),
    };
    let draft = draft.at(cx, place, counts);
    let draft = match slowest.work.span {
        Some(span) => draft.label_span(span, "this takes its time"),
        None => draft.label(cx, slowest.origin, "this takes its time"),
    };
    let draft = draft.note(patience.words()).note(start.words());
    let draft = if grace > 0 {
        draft.note(format!("the service ignores failing checks for {grace} s: its health check grace period"))
    } else {
        draft
    };
    let fix = patience.written.and_then(|origin| {
        let (place, old) = ((program.task, origin), patience.start_period.to_string());
        Fix::rewrite(cx, Safety::Unsafe, format!("give it {wanted} s to start"), place, &old, wanted)
    });
    draft.fix(fix).help(format!("set `{field}` of {} to {wanted}", container.label())).report(cx);
}
