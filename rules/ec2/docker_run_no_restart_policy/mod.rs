//! A container of a machine's script that nothing starts again.

use std::borrow::Cow;

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity, Span};
use iaclint_scripts::ContainerRun;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a container in user data is started without a restart policy",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts() {
        if host.may_start_more() {
            continue;
        }
        let runs = host.runs();
        let updated = host.data.scripts().iter().flat_map(|s| &s.commands).any(|c| {
            let words: Vec<String> = c.words.iter().filter_map(|w| w.known().map(Cow::into_owned)).collect();
            words.iter().any(|w| w == "update") && words.iter().any(|w| w.starts_with("--restart"))
        });
        for run in runs.iter().filter(|run| stays_down(run, &runs) && !updated) {
            let name = run
                .name
                .as_ref()
                .or(run.image.as_ref())
                .map_or_else(|| "it".to_owned(), |w| format!("`{}`", w.display()));
            let span = host.span(cx.model(), run.span);
            let fix = fix(cx, span);
            cx.finding(host.machine.id, format!("container {name} is started without a restart policy"))
                .identity(name.clone())
                .at_span(span, "runs once, at the first start of the machine")
                .note("user data runs at the first start only: after a crash, a reboot or a restart of docker the container stays down")
                .fix(fix)
                .help("add `--restart unless-stopped` to the command")
                .of_written_values().report(cx);
        }
    }
}

/// The policy behind the words that start the container.
fn fix(cx: &Check<'_, '_>, command: Span) -> Option<Fix> {
    let file = cx.model().sources().file(command.file);
    let text = file.slice(command);
    let end =
        ["docker run ", "podman run "].iter().find_map(|start| Some(text.find(start)? + start.len()))?;
    Fix::replace(
        cx,
        Safety::Unsafe,
        "start it again after a failure",
        command.slice(end..end),
        "--restart unless-stopped ",
    )
}

/// Whether a container is to run for long and nothing brings it back.
fn stays_down(run: &ContainerRun, all: &[ContainerRun]) -> bool {
    let long = run.detached && !run.removed && run.unit.is_none() && run.service.is_none();
    let name = run.name.as_ref().and_then(|n| n.known().map(Cow::into_owned));
    let kept_by_unit = all.iter().any(|other| {
        other.unit.is_some()
            && other.name.as_ref().is_some_and(|n| n.known().is_none_or(|k| name.as_deref() == Some(&*k)))
    });
    long && run.comes_back() == Some(false) && !kept_by_unit
}
