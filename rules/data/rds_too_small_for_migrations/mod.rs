//! A database of one gibibyte that services migrate when they start.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::Prop;
use iaclint_model::rds::DbInstance;
use iaclint_model::sizes::database_memory;
use iaclint_scripts::{WorkKind, start_work};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Low,
    summary: "services migrate a database that has 1 GiB of memory or less",
};

/// With so much memory in MiB or less a database has no room for the locks and sorts of a migration.
const SMALL: i64 = 1024;

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for db in model.all::<DbInstance<'_>>() {
        let Prop::Known { value: class, origin, .. } = db.class() else { continue };
        let Some(memory) = database_memory(&class).filter(|m| *m <= SMALL) else { continue };
        let mut migrations = Vec::new();
        for need in analysis.needs().iter().filter(|n| n.server.id == db.id()) {
            let Some(workload) = analysis.workload_of(need) else { continue };
            for program in analysis.programs().iter().filter(|p| p.task == workload.definition) {
                for part in &program.parts {
                    let step = start_work(&part.script).into_iter().find(|w| w.what == WorkKind::Migration);
                    migrations.extend(step.map(|s| (program, part, s)));
                }
            }
        }
        let Some((program, part, step)) = migrations.into_iter().next() else { continue };
        let words = format!("{} runs `{}` when it starts", program.container.label(), step.words);
        let span = step.span.unwrap_or_else(|| model.span(program.task, part.origin));
        cx.finding(
            db.id(),
            format!("{} has {memory} MiB of memory for its migrations", model.short(db.id())),
        )
        .at(cx, origin, format!("{class}: {memory} MiB"))
        .label_span(span, words)
        .trail(cx, origin)
        .help("take a class with 4 GiB or more, `db.t4g.medium`, at least for large migrations")
        .of_written_values()
        .report(cx);
    }
}
