//! A script that sets up a service, goes on after errors, and tells nobody.

use iaclint_analysis::programs::Host;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::machine::MachineKind;
use iaclint_scripts::{
    PartKind, Script, container_runs, service_actions, stack_helpers, stops_on_error, traps,
};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "user data that sets up a service goes on after errors",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts().iter().filter(|h| h.machine.kind == MachineKind::Instance) {
        for part in &host.data.parts {
            if let PartKind::Script(script) = &part.kind
                && sets_up(script)
                && !tells(script)
            {
                report(cx, host, script);
            }
        }
    }
}

/// Whether the machine is of no use unless the script succeeds.
fn sets_up(script: &Script) -> bool {
    script.interpreter.is_shell()
        && !script.has_unknown_parts()
        && (!container_runs(script).is_empty() || service_actions(script).iter().any(|a| a.starts))
}

/// Whether somebody hears of a failure.
fn tells(script: &Script) -> bool {
    let fails = script
        .commands
        .iter()
        .any(|c| c.name().as_deref() == Some("exit") && c.words.get(1).is_some_and(|w| !w.is("0")));
    stops_on_error(script) || fails || !traps(script).is_empty() || !stack_helpers(script).is_empty()
}

fn report(cx: &mut Check<'_, '_>, host: &Host<'_>, script: &Script) {
    let first = host.span(cx.model(), script.shebang.as_ref().and_then(|s| s.span));
    let mut draft = cx
        .finding(
            host.machine.id,
            "the user data goes on after errors, and nothing looks whether the service came up",
        )
        .at_span(first, "no `set -e`, no check at the end");
    if let Some(run) = container_runs(script).first() {
        draft = draft.label_span(host.span(cx.model(), run.span), "nothing notices when this fails");
    }
    draft
        .note("an instance passes its status checks whatever its user data does")
        .help("begin with `set -euo pipefail`, and end with a check that exits with an error when the service does not answer")
        .of_written_values().report(cx);
}
