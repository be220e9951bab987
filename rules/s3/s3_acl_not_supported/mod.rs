//! An ACL for a bucket that takes none.

use iaclint_lint::{Check, Confidence, Draft, RuleInfo, Severity};
use iaclint_model::bucket_acl::{AclBucket, BucketAcl, OwnershipControls, OwnershipRule};
use iaclint_model::{Entity, Language, Link, Model, Prop, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "an ACL is set on a bucket whose ownership setting takes no ACLs",
};

/// What S3 takes even when a bucket has no ACLs.
const HARMLESS: &str = "bucket-owner-full-control";

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for acl in cx.model().all::<BucketAcl<'_>>() {
        resource_acl(cx, &acl);
    }
    for bucket in cx.model().all::<AclBucket<'_>>() {
        inline_acl(cx, &bucket);
    }
}

/// Whether a bucket takes ACLs, as far as the configuration says.
enum Ownership {
    /// It says so, in these controls.
    Takes(ResourceId),
    /// It says that it does not.
    Refuses(ResourceId),
    /// It says nothing, and new buckets do not.
    Silent,
    /// It cannot be told.
    Unknown,
}

/// What the ownership controls that name a bucket say.
fn ownership<'m>(model: &'m Model<'m>, bucket: ResourceId) -> Ownership {
    let mut answer = Ownership::Silent;
    for controls in model.all::<OwnershipControls<'m>>() {
        let links = controls.bucket();
        let names_it = links.items.iter().any(|l| l.id() == Some(bucket));
        // The id of what belongs to a bucket (its policy, its public access block) is the name of the bucket.
        let is_bucket = |id: ResourceId| model.get::<AclBucket<'m>>(id).is_some();
        let may_name_it =
            !links.complete || links.items.iter().any(|l| l.id().is_none_or(|id| !is_bucket(id)));
        if names_it {
            let value = controls.object_ownership();
            if value.must(|o| o == "BucketOwnerPreferred" || o == "ObjectWriter") {
                return Ownership::Takes(controls.id());
            }
            answer = if value.must(|o| o == "BucketOwnerEnforced") {
                Ownership::Refuses(controls.id())
            } else {
                Ownership::Unknown
            };
        } else if may_name_it && model.same_root(controls.id(), bucket) {
            answer = Ownership::Unknown;
        }
    }
    answer
}

fn resource_acl<'m>(cx: &mut Check<'_, 'm>, acl: &BucketAcl<'m>) {
    let model = cx.model();
    let buckets = acl.bucket();
    let ([Link::Resource { id: bucket, .. }], true) = (&*buckets.items, buckets.complete) else { return };
    let (bucket, canned) = (*bucket, acl.acl());
    if canned.is_absent() && acl.policy().is_absent() || canned.may(|a| a == HARMLESS) {
        return;
    }
    // Under a condition of its own it may stand for the buckets that take ACLs.
    if !model.resource(acl.id()).existence.is_certain() {
        return;
    }
    let refusing = match ownership(model, bucket) {
        Ownership::Takes(controls) => return order(cx, acl, bucket, controls),
        Ownership::Unknown => return,
        Ownership::Refuses(controls) => Some(controls),
        Ownership::Silent => None,
    };
    let name = model.short(bucket);
    let origin = if canned.is_absent() { acl.policy().origin() } else { canned.origin() };
    let mut draft = cx
        .finding(acl.id(), format!("a new {name} takes no ACLs, so this one cannot be set"))
        .at(cx, origin, "AccessControlListNotSupported")
        .related(cx, bucket, "a bucket takes no ACLs unless its ownership controls say so");
    draft = match refusing {
        Some(controls) => draft.related(cx, controls, "BucketOwnerEnforced: no ACLs"),
        None => of_unknown_age(draft),
    };
    let own = model.short(acl.id());
    let private = canned.must(|a| a == "private");
    draft
        .note("buckets that are made since April 2023 belong to their owner with all objects in them, and have no ACLs")
        .help(if private {
            format!("remove {own}: a bucket is private without it")
        } else {
            format!("add an aws_s3_bucket_ownership_controls with `BucketOwnerPreferred` for {name}, and let {own} depend on it; or use a bucket policy")
        })
        .of_written_values().report(cx);
}

/// A bucket without ownership controls that was made before April 2023 keeps its ACLs, and nothing says how old it is.
fn of_unknown_age(draft: Draft) -> Draft {
    draft.severity(Severity::Warning).confidence(Confidence::Medium)
}

/// Controls that take ACLs, and an ACL that may be set before them.
fn order<'m>(cx: &mut Check<'_, 'm>, acl: &BucketAcl<'m>, bucket: ResourceId, controls: ResourceId) {
    let model = cx.model();
    if model.comes_after(acl.id(), controls) || !model.same_root(acl.id(), controls) {
        return;
    }
    let (name, own, first) = (model.short(bucket), model.short(acl.id()), model.short(controls));
    cx.finding(acl.id(), format!("{own} may be set before {first}, while {name} still takes no ACLs"))
        .severity(Severity::Warning)
        .identity("order")
        .at(cx, acl.acl().origin(), "AccessControlListNotSupported, when it comes first")
        .related(cx, controls, "from here on the bucket takes ACLs")
        .note("nothing says which of the two comes first; a second apply goes through")
        .help(format!("add `depends_on = [{first}]` to {own}"))
        .of_written_values()
        .report(cx);
}

fn inline_acl<'m>(cx: &mut Check<'_, 'm>, bucket: &AclBucket<'m>) {
    let model = cx.model();
    let acl = bucket.acl();
    let Prop::Known { value, origin, .. } = &acl else { return };
    // A private bucket is what AWS makes anyway, and takes the word for it.
    if matches!(
        value.to_ascii_lowercase().replace('-', "").as_str(),
        "private" | "bucketownerfullcontrol" | "bucketownerread"
    ) {
        return;
    }
    let terraform = model.language(bucket.id()) == Language::Terraform;
    let ownership = if terraform { ownership(model, bucket.id()) } else { inline_ownership(bucket) };
    let refusing = match ownership {
        Ownership::Takes(_) | Ownership::Unknown => return,
        Ownership::Refuses(controls) => Some(controls),
        Ownership::Silent => None,
    };
    let name = model.short(bucket.id());
    let mut draft = cx
        .finding(
            bucket.id(),
            format!("{name} cannot be made with the ACL `{value}`: new buckets take no ACLs"),
        )
        .at(cx, *origin, "InvalidBucketAclWithObjectOwnership");
    draft = match refusing {
        Some(controls) if controls != bucket.id() => {
            draft.related(cx, controls, "BucketOwnerEnforced: no ACLs")
        }
        Some(_) => draft,
        None => of_unknown_age(draft),
    };
    draft
        .note("buckets that are made since April 2023 belong to their owner with all objects in them, and have no ACLs")
        .help(if terraform {
            format!("remove `acl` from {name}; where others must write into it, use a bucket policy")
        } else {
            format!("add `OwnershipControls: {{Rules: [{{ObjectOwnership: BucketOwnerPreferred}}]}}` to {name}, or remove `AccessControl` and use a bucket policy")
        })
        .of_written_values().report(cx);
}

/// What the ownership controls in a bucket of a stack say.
fn inline_ownership(bucket: &AclBucket<'_>) -> Ownership {
    if bucket.ownership().is_absent() {
        return Ownership::Silent;
    }
    let rules = bucket.ownership_rules();
    let enforces = |rule| OwnershipRule::of(rule).object_ownership().must(|o| o == "BucketOwnerEnforced");
    if rules.complete && !rules.items.is_empty() && rules.items.into_iter().all(enforces) {
        Ownership::Refuses(bucket.id())
    } else {
        Ownership::Unknown
    }
}
