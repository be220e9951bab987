//! A statement that allows actions on objects, but names the bucket alone; or on the bucket, but names its objects alone.

use iaclint_analysis::authority::Verdict;
use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::arn::Arn;
use iaclint_model::iam::RolePolicies;
use iaclint_model::policy::{Effect, Statement, document};
use iaclint_model::{Answer, Language, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "an S3 action is allowed on a bucket where objects are meant, or the other way round",
};

/// Actions whose resource is an object. Source: Service Authorization Reference, Amazon S3.
const OBJECT_ACTIONS: [&str; 15] = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectAttributes",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:RestoreObject",
];

/// Actions whose resource is a bucket, and without which programs fail.
const BUCKET_ACTIONS: [&str; 3] = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"];

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let roles: Vec<(ResourceId, RolePolicies<'_>)> =
        cx.analysis.role_policies().iter().map(|(id, p)| (*id, p.clone())).collect();
    for (role, policies) in roles {
        for grant in policies.grants {
            let Some(read) = document(cx.model(), grant.id, grant.document) else { continue };
            for statement in
                read.statements.iter().filter(|s| s.effect() == Effect::Allow && s.actions_known())
            {
                judge(cx, role, statement);
            }
        }
    }
}

fn judge(cx: &mut Check<'_, '_>, role: ResourceId, statement: &Statement<'_>) {
    let (resources, complete) = statement.resources();
    if !complete || statement.names_others() {
        return;
    }
    // A statement may speak of several services; what is not certainly of S3 could be anything.
    if resources.iter().any(|(arn, _)| !arn.starts_with("arn:aws:")) {
        return;
    }
    let buckets: Vec<&Arn> =
        resources.iter().map(|(arn, _)| arn).filter(|a| a.starts_with("arn:aws:s3:::")).collect();
    let Some(first) = buckets.first() else { return };
    let actions = statement.action_names();
    let of = |known: &[&'static str]| -> Vec<&'static str> {
        known.iter().copied().filter(|k| actions.iter().any(|(a, _)| a.eq_ignore_ascii_case(k))).collect()
    };
    let (objects, lists) = (of(&OBJECT_ACTIONS), of(&BUCKET_ACTIONS));
    let without_objects = |b: &&&Arn| b.reaches_below(5) == Answer::No;
    // A statement about objects alone means those of every bucket; one that also lists may mean other buckets by that.
    let about_objects = || actions.iter().all(|(action, _)| is_about_objects(action));
    let bare = if buckets.iter().all(|b| without_objects(&b)) || about_objects() {
        buckets.iter().find(without_objects)
    } else {
        None
    };
    if let Some(bucket) = bare.filter(|_| !objects.is_empty()) {
        let object = (*bucket).clone().then("/x");
        let refused: Vec<&str> = refused(cx, role, &objects, &object);
        if !refused.is_empty() {
            report(cx, role, statement, &refused, true);
        }
    } else if !lists.is_empty() && buckets.iter().all(|b| b.has_slash()) {
        let bucket = first.before_slash();
        let refused = refused(cx, role, &lists, &bucket);
        if !refused.is_empty() {
            report(cx, role, statement, &refused, false);
        }
    }
}

/// Whether an action is done on objects, by its name: `s3:GetObject`, `s3:*Object`, but not `s3:PutBucketObjectLockConfiguration`.
fn is_about_objects(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    action.contains("object") && !action.contains("bucket")
}

/// The actions that no other statement allows either.
fn refused<'a>(cx: &Check<'_, '_>, role: ResourceId, actions: &[&'a str], on: &Arn) -> Vec<&'a str> {
    actions
        .iter()
        .copied()
        .filter(|action| matches!(cx.analysis.may(role, action, on), Verdict::Denied(_)))
        .collect()
}

/// The objects of the one bucket that a statement names, in its place or, where the statement is about the bucket too, beside it.
fn with_objects(cx: &Check<'_, '_>, statement: &Statement<'_>) -> Option<Fix> {
    let model = cx.model();
    let value = statement.resource_value()?;
    let list = value.as_list();
    let bucket = match list {
        Some(list) => list.items.first().filter(|_| list.complete && list.items.len() == 1)?,
        None => value,
    };
    let span = model.origins().span(bucket.origin)?;
    let file = model.sources().file(span.file);
    let written = file.slice(span);
    let of_path = |c: char| c.is_ascii_alphanumeric() || "_-.[]\"".contains(c);
    let is_reference = written.starts_with(|c: char| c.is_ascii_alphabetic()) && written.contains('.');
    if !is_reference || !written.chars().all(of_path) || model.language(statement.id) != Language::Terraform {
        return None;
    }
    let objects = format!("\"${{{written}}}/*\"");
    let alone = statement.action_names().iter().all(|(action, _)| is_about_objects(action));
    let text = match (alone, list) {
        (true, _) => objects,
        (false, Some(_)) => format!("{written}, {objects}"),
        (false, None) => format!("[{written}, {objects}]"),
    };
    Fix::replace(cx, Safety::Unsafe, "name the objects of the bucket", span, text)
}

fn report(
    cx: &mut Check<'_, '_>,
    role: ResourceId,
    statement: &Statement<'_>,
    actions: &[&str],
    objects: bool,
) {
    let model = cx.model();
    let origin = statement.resource_value().map_or(statement.origin(), |v| v.origin);
    let listed = actions.join(", ");
    let (headline, label, help) = if objects {
        (
            format!("{listed} allowed on the bucket, where objects are meant"),
            "this is the bucket; its objects are below /*",
            "add the bucket's ARN followed by /* to the resources of this statement",
        )
    } else {
        (
            format!("{listed} allowed on objects, where the bucket is meant"),
            "these are objects; the action is done on the bucket itself",
            "add the bucket's ARN without /* to the resources of this statement",
        )
    };
    let mut draft = cx.finding(statement.id, headline).identity(listed.clone());
    if !objects {
        draft = draft.severity(Severity::Warning);
    }
    draft = draft.at(cx, origin, label);
    if role != statement.id {
        draft = draft.related(cx, role, "the role that gets this policy");
    }
    let fix = if objects { with_objects(cx, statement) } else { None };
    draft.fix(fix).note(format!("no other policy of {} allows it", model.short(role))).help(help).report(cx);
}
