//! A machine whose memory is not enough for the containers that its script starts.

use iaclint_analysis::programs::Host;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity, Span};
use iaclint_model::images::floor;
use iaclint_model::sizes::instance_memory;
use iaclint_model::{Model, Prop};
use iaclint_scripts::{ContainerRun, heap_flag, is_heap_flag};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "an instance has less memory than the containers of its user data need",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts() {
        if !adds_swap(host) {
            host_check(cx, host);
        }
    }
}

/// What a container needs at least.
struct Appetite {
    mib: i64,
    words: String,
    span: Option<Span>,
}

fn host_check(cx: &mut Check<'_, '_>, host: &Host<'_>) {
    let Prop::Known { value: name, origin, .. } = &host.machine.instance_type else { return };
    let Some(memory) = instance_memory(name) else { return };
    let appetites: Vec<Appetite> = host.runs().iter().filter_map(appetite).collect();
    let needed: i64 = appetites.iter().map(|a| a.mib).sum();
    if appetites.is_empty() || needed < memory {
        return;
    }
    let words: Vec<&str> = appetites.iter().map(|a| a.words.as_str()).collect();
    let id = host.machine.id;
    let mut draft = cx
        .finding(id, format!("{name} has {memory} MiB, and {}", words.join(", ")))
        .at(cx, *origin, format!("{memory} MiB for the system and everything on it"))
        .trail(cx, *origin);
    for appetite in &appetites {
        draft = draft.label_span(host.span(cx.model(), appetite.span), appetite.words.clone());
    }
    draft
        .note("the kernel ends the largest process when memory runs out; a restart policy starts it again, to the same end")
        .help(format!("take an instance type with {} MiB or more for {}", suggestion(needed), name_of(cx.model(), host)))
        .of_written_values().report(cx);
}

/// A heap needs as much again for everything else, and sizes come in powers of two.
fn suggestion(needed: i64) -> i64 {
    let mut size = 1024;
    while size < needed * 2 {
        size *= 2;
    }
    size
}

fn name_of(model: &Model<'_>, host: &Host<'_>) -> String {
    model.short(host.machine.id)
}

/// The heap that the command sets, or what is known of the image.
fn appetite(run: &ContainerRun) -> Option<Appetite> {
    let values = run.environment.iter().filter_map(|v| v.value.as_ref());
    let texts: Vec<String> = values.chain(&run.command).map(|word| word.text.flatten().text).collect();
    // The last flag of several counts.
    let flag = texts.iter().flat_map(|text| text.split_whitespace()).rfind(|word| is_heap_flag(word));
    let heap = match flag {
        Some(flag) => Some((flag.to_owned(), heap_flag(flag)?)),
        None => None,
    };
    let image = run.image.as_ref()?.text.flatten().text;
    let floor = floor(&image);
    let what =
        floor.map_or_else(|| image.rsplit('/').next().unwrap_or_default().to_owned(), |f| f.what.clone());
    if let Some((flag, mib)) = heap {
        return Some(Appetite {
            mib,
            words: format!("{what} is given a heap of {mib} MiB by `{flag}`"),
            span: run.span,
        });
    }
    // A file of variables, or one that sizes the heap in a way that is not known, may say less.
    let floor = floor?;
    let sized = run.environment.iter().any(|v| floor.heap_flags.iter().any(|f| *f == v.name.as_str()));
    if sized || !run.environment_files.is_empty() || run.opaque {
        return None;
    }
    Some(Appetite {
        mib: floor.minimum_mib,
        words: format!("{what} needs {} MiB", floor.minimum_mib),
        span: run.span,
    })
}

/// Whether a script makes swap space.
fn adds_swap(host: &Host<'_>) -> bool {
    host.data
        .scripts()
        .iter()
        .flat_map(|s| &s.commands)
        .any(|c| matches!(c.name().as_deref(), Some("swapon" | "mkswap" | "zramctl")))
}
