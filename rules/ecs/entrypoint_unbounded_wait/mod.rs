//! A container or machine that waits for a server and never gives up.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_scripts::{Bound, Script, WaitLoop, probes, wait_loops};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::High,
    summary: "a container waits for a server in a loop that never ends",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for program in analysis.programs() {
        for part in &program.parts {
            for wait in endless(&part.script) {
                let span = wait.span.unwrap_or_else(|| model.span(program.task, part.origin));
                let mut draft = cx
                    .finding(
                        program.task,
                        format!("{} waits for `{}` without end", program.container.label(), wait.waits_for),
                    )
                    .part(program.container.label())
                    .identity(wait.waits_for.clone())
                    .at_span(span, "never gives up");
                if let Some(file) = &part.file {
                    let label = format!("runs {}", file.rsplit('/').next().unwrap_or(file));
                    draft = draft.label(cx, part.origin, label).confidence(Confidence::Medium);
                }
                if let Some(own) = part.source(span) {
                    draft = draft.source(own);
                }
                finish(draft, &wait).of_written_values().report(cx);
            }
        }
    }
    for host in analysis.hosts() {
        for script in host.data.scripts() {
            for wait in endless(script) {
                let span = host.span(model, wait.span);
                // A wait for the machine itself, its docker or its network, hardly ever hangs.
                let looks_away = probes(script)
                    .iter()
                    .any(|p| wait.condition.contains(&p.at) && p.is_local() != Some(true));
                let draft = cx
                    .finding(
                        host.machine.id,
                        format!("the user data waits for `{}` without end", wait.waits_for),
                    )
                    .identity(wait.waits_for.clone())
                    .severity(if looks_away { Severity::Warning } else { Severity::Advice })
                    .at_span(span, "never gives up");
                finish(draft, &wait).of_written_values().report(cx);
            }
        }
    }
}

/// The waits that hold the script up and surely have no end.
fn endless(script: &Script) -> Vec<WaitLoop> {
    wait_loops(script).into_iter().filter(|w| w.bound == Bound::None && !w.background).collect()
}

fn finish(draft: iaclint_lint::Draft, wait: &WaitLoop) -> iaclint_lint::Draft {
    let pause = wait.sleep.map_or_else(String::new, |s| format!(" every {s} s"));
    draft
        .note(format!("what cannot be reached is tried{pause} for ever: the task looks alive, and nothing says why it does not serve"))
        .help("count the tries and `exit 1` after a minute or two, so that the log and the stopped task show the reason")
}
