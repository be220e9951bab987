//! A database that nothing protects, and whose deletion leaves nothing.

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::rds::{ClusterEnd, DbInstance};
use iaclint_model::{Entity, Field, Language, Model, Prop, ResourceId};
use iaclint_value::{OriginId, Text};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "a database can be deleted at once and leaves no snapshot",
};

/// Parts of names that say that the data does not matter.
const THROWAWAY: [&str; 13] = [
    "dev",
    "development",
    "test",
    "tests",
    "testing",
    "preview",
    "sandbox",
    "staging",
    "stage",
    "qa",
    "demo",
    "example",
    "ephemeral",
];

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for db in cx.model().all::<DbInstance<'_>>() {
        // Members of a cluster hold no data of their own, and replicas hold another's.
        let member = cx.model().language(db.id()) != Language::Terraform && !db.cluster_written().is_absent();
        if db.replica_of().is_absent() && !member {
            let fix = protect(cx, &db, DbInstance::TABLE.field("deletion_protection"));
            judge(cx, db.id(), &db.skip_final_snapshot(), &db.deletion_protection(), &db.identifier(), fix);
        }
    }
    for cluster in cx.model().all::<ClusterEnd<'_>>() {
        let fix = protect(cx, &cluster, ClusterEnd::TABLE.field("deletion_protection"));
        judge(
            cx,
            cluster.id(),
            &cluster.skip_final_snapshot(),
            &cluster.deletion_protection(),
            &cluster.identifier(),
            fix,
        );
    }
}

/// What holds a deletion up, whatever it would leave.
fn protect<'m>(cx: &Check<'_, 'm>, database: &impl Entity<'m>, field: Field) -> Option<Fix> {
    Fix::set(cx, Safety::Unsafe, "protect it from deletion", database, &[(field, true.into())])
}

fn judge(
    cx: &mut Check<'_, '_>,
    id: ResourceId,
    skip: &Prop<bool>,
    protected: &Prop<bool>,
    identifier: &Prop<Text>,
    fix: Option<Fix>,
) {
    let model = cx.model();
    let Some(origin) = leaves_nothing(model, id, skip) else { return };
    let kept = model
        .resource(id)
        .meta
        .get("lifecycle")
        .is_some_and(|l| l.display().contains("prevent_destroy = true"));
    if !protected.must(|p| !p) || kept {
        return;
    }
    let file = model.sources().file(model.resource(id).span.file).path.clone();
    let written = identifier.known().map(|t| t.flatten().text).unwrap_or_default();
    let words: Vec<String> = [model.address(id), &written, &file].iter().flat_map(|t| words_of(t)).collect();
    if words.iter().any(|w| THROWAWAY.contains(&w.as_str())) {
        return;
    }
    let production = words.iter().any(|w| w == "prod" || w == "production" || w == "live");
    let own = model.short(id);
    let help = match model.language(id) {
        Language::Terraform => format!(
            "set `deletion_protection = true`, `skip_final_snapshot = false` and a `final_snapshot_identifier` on {own}"
        ),
        Language::Cdk => {
            "pass `deletionProtection: true` and `removalPolicy: RemovalPolicy.SNAPSHOT` to the database"
                .to_owned()
        }
        Language::CloudFormation => {
            format!("set `DeletionProtection: true` and `DeletionPolicy: Snapshot` on {own}")
        }
    };
    cx.finding(id, format!("{own} can be deleted at once and leaves no snapshot"))
        .severity(if production { Severity::Warning } else { Severity::Advice })
        .at(cx, origin, "its deletion leaves nothing")
        .label(cx, protected.origin(), "nothing holds the deletion up")
        .note("automated backups are deleted with the instance unless they are told to stay")
        .fix(fix)
        .help(help)
        .report(cx);
}

/// What says that the deletion leaves nothing.
fn leaves_nothing(model: &Model<'_>, id: ResourceId, skip: &Prop<bool>) -> Option<OriginId> {
    if model.language(id) == Language::Terraform {
        return skip.must(|s| *s).then(|| skip.origin());
    }
    let policy = model.resource(id).meta.get("DeletionPolicy")?;
    policy.as_str().is_some_and(|p| p == "Delete").then_some(policy.origin)
}

/// The words of a name, also where capitals part them: `OnyxProdData`.
fn words_of(text: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for char in text.chars() {
        if !char.is_ascii_alphanumeric() || (char.is_ascii_uppercase() && before.is_ascii_lowercase()) {
            out.push(String::new());
        }
        if char.is_ascii_alphanumeric()
            && let Some(word) = out.last_mut()
        {
            word.push(char.to_ascii_lowercase());
        }
        before = char;
    }
    out.retain(|word| !word.is_empty());
    out
}
