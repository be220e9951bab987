//! A database that cannot be deleted, since its last snapshot has no name.

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::rds::{ClusterEnd, DbInstance};
use iaclint_model::{Entity, Field, Language, Prop, ResourceId};
use iaclint_value::Value;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::High,
    summary: "a database is to leave a final snapshot that has no name, so its deletion fails",
};

const SNAPSHOT: Field = DbInstance::TABLE.field("final_snapshot");
const CLUSTER_SNAPSHOT: Field = ClusterEnd::TABLE.field("final_snapshot");

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for db in cx.model().all::<DbInstance<'_>>() {
        // Replicas leave no snapshot.
        if db.replica_of().is_absent() {
            let fix = named(cx, &db, SNAPSHOT);
            judge(
                cx,
                db.id(),
                &db.skip_final_snapshot(),
                &db.final_snapshot(),
                &db.deletion_protection(),
                fix,
            );
        }
    }
    for cluster in cx.model().all::<ClusterEnd<'_>>() {
        let fix = named(cx, &cluster, CLUSTER_SNAPSHOT);
        judge(
            cx,
            cluster.id(),
            &cluster.skip_final_snapshot(),
            &cluster.final_snapshot(),
            &cluster.deletion_protection(),
            fix,
        );
    }
}

/// Names the snapshot after the database. Of several databases of one block each would need a name of its own.
fn named<'m>(cx: &Check<'_, 'm>, db: &impl Entity<'m>, field: Field) -> Option<Fix> {
    let model = cx.model();
    let id = db.node().id;
    let own = model.resource(id).name.to_string().replace('_', "-");
    let is_name = own.starts_with(|c: char| c.is_ascii_alphabetic())
        && own.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !own.contains("--");
    let alone = !model.address(id).contains('[');
    let name = format!("{own}-final");
    let title = "give the final snapshot a name";
    (is_name && alone).then(|| Fix::set(cx, Safety::Unsafe, title, db, &[(field, name.as_str().into())]))?
}

fn judge(
    cx: &mut Check<'_, '_>,
    id: ResourceId,
    skip: &Prop<bool>,
    name: &Prop<&Value>,
    protected: &Prop<bool>,
    fix: Option<Fix>,
) {
    let model = cx.model();
    // CloudFormation names the snapshot by itself.
    if model.language(id) != Language::Terraform || !skip.must(|s| !s) || !name.is_absent() {
        return;
    }
    // A database that is protected is not meant to be deleted: by the service, or by Terraform itself.
    let kept = model
        .resource(id)
        .meta
        .get("lifecycle")
        .is_some_and(|l| l.display().contains("prevent_destroy = true"));
    if !protected.must(|p| !p) || kept {
        return;
    }
    let own = model.short(id);
    cx.finding(id, format!("{own} cannot be destroyed: its final snapshot has no name"))
        .at_span(model.resource(id).span, "neither `skip_final_snapshot` nor `final_snapshot_identifier`")
        .fix(fix)
        .note("the provider notices this at the destroy only, or when the database has to be replaced")
        .help(format!("set `final_snapshot_identifier` on {own}, or `skip_final_snapshot = true` where the data does not matter"))
        .report(cx);
}
