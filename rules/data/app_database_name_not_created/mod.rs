//! A client that is told of a database that nothing creates.

use iaclint_analysis::databases::MissingDatabase;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a client names a database that nothing in the configuration creates",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for missing in analysis.missing_databases() {
        report(cx, missing);
    }
}

fn report<'m>(cx: &mut Check<'_, 'm>, missing: &MissingDatabase<'m>) {
    let model = cx.model();
    let MissingDatabase { setting, name, .. } = missing;
    let server = model.short(missing.server);
    let exists = missing.existing.as_ref().map_or_else(
        || "is made without a database of its own".to_owned(),
        |e| format!("is made with the database `{e}` only"),
    );
    let variable = setting.name.clone().unwrap_or_default();
    let mut draft = cx
        .finding(
            missing.definition,
            format!("`{variable}` names the database `{name}`, which nothing creates"),
        )
        .identity(name)
        .at(cx, setting.value.origin, format!("`{name}` on {server}"))
        .label(cx, missing.existing_origin, exists.clone())
        .related(cx, missing.server, exists)
        .trail(cx, setting.value.origin)
        .help(format!("name the database of {server}, or create `{name}` before the application starts"));
    if let Some(container) = setting.container {
        draft = draft.part(container.label());
    }
    draft.report(cx);
}
