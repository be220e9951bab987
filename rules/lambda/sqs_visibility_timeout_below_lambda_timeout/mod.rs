//! A queue that shows a message to others while the function that works on it may still run.

use iaclint_analysis::agreement::{Reader, readers};
use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::resource_policies::Queue;
use iaclint_model::{Entity, Field, Prop, Why};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a queue's visibility timeout is shorter than the timeout of the function that reads it",
};

const VISIBILITY: Field = Queue::TABLE.field("visibility_timeout");

/// The longest that a queue can hide a message, in seconds.
const LONGEST: i64 = 43_200;

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for reader in readers(cx.model()) {
        let (Prop::Known { value: hidden, .. }, Prop::Known { value: runs, .. }) =
            (reader.queue.visibility_timeout(), reader.function.timeout())
        else {
            continue;
        };
        // Lambda compares them when a mapping is switched on.
        if hidden < runs && reader.mapping.enabled().must(|on| *on) {
            report(cx, &reader, hidden, runs);
        }
    }
}

fn report<'m>(cx: &mut Check<'_, 'm>, reader: &Reader<'m>, hidden: i64, runs: i64) {
    let model = cx.model();
    let (queue, function) = (reader.queue.id(), reader.function.id());
    let (timeout, run) = (reader.queue.visibility_timeout(), reader.function.timeout());
    let by_default = |prop: &Prop<i64>| {
        if matches!(prop, Prop::Known { why: Why::Defaulted, .. }) { ", the default" } else { "" }
    };
    let (queue_name, function_name) = (model.short(queue), model.short(function));
    let advised = runs.saturating_mul(6).min(LONGEST);
    let fix = Fix::set(
        cx,
        Safety::Unsafe,
        format!("hide messages for {advised} seconds"),
        &reader.queue,
        &[(VISIBILITY, advised.into())],
    );
    cx.finding(
        queue,
        format!("{queue_name} hides a message for {hidden} seconds, and {function_name} may work on it for {runs}"),
    )
    .identity(model.plain_name(function))
    .at(cx, timeout.origin(), format!("hidden for {hidden} seconds{}", by_default(&timeout)))
    .label(cx, run.origin(), format!("may run for {runs} seconds{}", by_default(&run)))
    .related(cx, reader.mapping.id(), "makes the function read the queue")
    .related(cx, function, "reads the queue")
    .trail(cx, timeout.origin())
    .fix(fix)
    .note("Lambda refuses to read a queue that shows a message again while a function may still work on it; AWS advises six times the function's timeout")
    .help(format!("give {queue_name} a visibility timeout of at least {runs} seconds, better {advised}"))
    .of_written_values()
    .report(cx);
}
