//! Mistakes with queues, topics, buckets and the keys that they are encrypted with.

use super::functions::QUEUES;
use super::roles::{POLICIES, ROLES};
use crate::document::Node;
use crate::edit::Edit;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::identity;
use crate::project::{Resource, Slot};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "queue-policy-forgotten",
        rules: &["sns-to-sqs-policy-missing"],
        mistake: "left out the policy of a queue that a topic sends to",
        places: |sight| queue_policy_forgotten(sight, SUBSCRIPTIONS),
    },
    Injector {
        id: "queue-key-of-aws",
        rules: &["sns-to-sqs-aws-managed-kms-key"],
        mistake: "encrypted a queue that a topic sends to with `alias/aws/sqs`",
        places: queue_key_of_aws,
    },
    Injector {
        id: "notified-queue-policy-forgotten",
        rules: &["s3-notification-destination-not-authorized"],
        mistake: "left out the policy of a queue that a bucket notifies",
        places: |sight| queue_policy_forgotten(sight, NOTIFICATIONS),
    },
    Injector {
        id: "acl-without-owner",
        rules: &["s3-acl-not-supported"],
        mistake: "set the ownership of a bucket that has an ACL to `BucketOwnerEnforced`",
        places: acl_without_owner,
    },
    Injector {
        id: "objects-meant-bucket-named",
        rules: &["iam-s3-object-action-without-object-arn"],
        mistake: "forgot the `/*` behind the ARN of a bucket whose objects a role is to read or write",
        places: objects_meant_bucket_named,
    },
    Injector {
        id: "key-statement-forgotten",
        rules: &["kms-key-policy-missing-service-principal"],
        mistake: "left out the statement of a key's policy that lets a service encrypt with it",
        places: key_statement_forgotten,
    },
];

/// What subscribes a queue, and where it names it.
const SUBSCRIPTIONS: &[(&str, &str)] = &[
    ("aws_sns_topic_subscription", "endpoint"),
    ("AWS::SNS::Subscription", "Endpoint"),
    ("AWS::SNS::Topic", "Subscription.Endpoint"),
];
/// What notifies a queue of the objects of a bucket.
const NOTIFICATIONS: &[(&str, &str)] = &[
    ("aws_s3_bucket_notification", "queue.queue_arn"),
    ("AWS::S3::Bucket", "NotificationConfiguration.QueueConfigurations.Queue"),
    ("Custom::S3BucketNotifications", "NotificationConfiguration.QueueConfigurations.QueueArn"),
];
/// Policies of queues.
const QUEUE_POLICIES: &[&str] = &["aws_sqs_queue_policy", "AWS::SQS::QueuePolicy"];
/// Keys.
const KEYS: &[&str] = &["aws_kms_key", "AWS::KMS::Key"];

/// The queues that something names, each with who does.
fn fed_queues<'p>(sight: &Sight<'p>, by: &[(&str, &str)]) -> Vec<(Resource<'p>, Vec<Resource<'p>>)> {
    let mut out = Vec::new();
    for queue in sight.resources(QUEUES) {
        let users: Vec<Resource<'p>> =
            by.iter().flat_map(|(kind, path)| sight.users(&queue, &[kind], path)).collect();
        if !users.is_empty() {
            out.push((queue, users));
        }
    }
    out
}

/// Where the queue has one policy, which is for nothing else.
fn queue_policy_forgotten(sight: &Sight<'_>, by: &[(&str, &str)]) -> Vec<Place> {
    let mut out = Vec::new();
    for (queue, users) in fed_queues(sight, by) {
        let policies = sight.users(&queue, QUEUE_POLICIES, "queue_url | Queues");
        let [policy] = &policies[..] else { continue };
        let mut place = sight.left_out(policy);
        for user in &users {
            place = place.map(|p| p.concerning(user));
        }
        out.extend(place.map(|p| p.concerning(&queue)));
    }
    out
}

/// Where the queue has a key of its own.
fn queue_key_of_aws(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for (queue, users) in fed_queues(sight, SUBSCRIPTIONS) {
        for slot in queue.at("kms_master_key_id | KmsMasterKeyId") {
            let mut place = sight.replaced(&queue, slot, "\"alias/aws/sqs\"");
            for user in &users {
                place = place.concerning(user);
            }
            out.push(place);
        }
    }
    out
}

/// Where an ACL is set and the ownership, which takes it, is written out.
fn acl_without_owner(sight: &Sight<'_>) -> Vec<Place> {
    const TAKES: [&str; 2] = ["BucketOwnerPreferred", "ObjectWriter"];
    let mut out = Vec::new();
    for bucket in sight.resources(&["aws_s3_bucket", "AWS::S3::Bucket"]) {
        let acls = sight.users(&bucket, &["aws_s3_bucket_acl"], "bucket");
        let controls = sight.users(&bucket, &["aws_s3_bucket_ownership_controls"], "bucket");
        let is_told = !acls.is_empty() || !bucket.at("acl | AccessControl").is_empty();
        let mut slots: Vec<Slot<'_>> = bucket.at("none | OwnershipControls.Rules.ObjectOwnership");
        slots.extend(controls.iter().flat_map(|c| sight.written(c, "rule.object_ownership")));
        for slot in
            slots.into_iter().filter(|s| is_told && s.node.literal().is_some_and(|l| TAKES.contains(&l)))
        {
            let mut place = sight.reworded(&bucket, slot, "BucketOwnerEnforced");
            for acl in acls.iter().chain(&controls) {
                place = place.concerning(acl);
            }
            out.push(place);
        }
    }
    out
}

/// A statement of a policy, with the resource that it stands in.
struct Statement<'p> {
    holder: Resource<'p>,
    slot: Slot<'p>,
}

/// The statements of the policies of roles: inline, in documents, in policies that are attached.
fn statements<'p>(sight: &Sight<'p>) -> Vec<(Resource<'p>, Statement<'p>)> {
    let mut out: Vec<(Resource<'p>, Statement<'p>)> = Vec::new();
    for role in sight.resources(ROLES) {
        let mut holders = sight.users(&role, POLICIES, "role | Roles");
        holders.extend(sight.users(&role, POLICIES, "role | RoleName"));
        let attached: Vec<Resource<'p>> =
            holders.iter().flat_map(|h| sight.named(h, "policy_arn", &["aws_iam_policy"])).collect();
        holders.extend(attached);
        holders.push(role);
        for holder in holders {
            let mut found = sight.written(&holder, "policy.Statement | PolicyDocument.Statement");
            found.extend(
                sight.written(&holder, "inline_policy.policy.Statement | Policies.PolicyDocument.Statement"),
            );
            for slot in sight.written(&holder, "policy") {
                found.extend(slot.step("Statement"));
                for named in sight.mentions.in_slot(&slot) {
                    if let Some(data) = sight.mentions.resource(&named).filter(|r| r.is_data) {
                        found.extend(data.at("statement"));
                    }
                }
            }
            for slot in found.iter().flat_map(Slot::elements) {
                if !out.iter().any(|(_, s)| std::ptr::eq(s.slot.node, slot.node)) {
                    out.push((role, Statement { holder, slot }));
                }
            }
        }
    }
    out
}

impl Statement<'_> {
    fn is_about_objects(&self) -> bool {
        let actions = self.slot.step("Action").into_iter().chain(self.slot.step("actions"));
        let literals = actions.flat_map(|a| a.literals());
        let words: Vec<&str> = literals.filter_map(|l| l.node.literal()).collect();
        !words.is_empty()
            && words.iter().all(|w| {
                ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:GetBucketLocation"]
                    .contains(w)
            })
            && words.iter().any(|w| w.ends_with("Object"))
    }
}

/// Where a statement of a role names the objects of one bucket, and no other statement of the role is about S3.
fn objects_meant_bucket_named(sight: &Sight<'_>) -> Vec<Place> {
    let statements = statements(sight);
    let mut out = Vec::new();
    for (role, statement) in statements.iter().filter(|(_, s)| s.is_about_objects()) {
        let others = statements.iter().filter(|(of, s)| {
            identity(of) == identity(role)
                && !std::ptr::eq(s.slot.node, statement.slot.node)
                && (s.slot.text().contains("Object") && s.slot.text().contains("s3:")
                    || s.slot.text().contains("s3:*"))
        });
        if others.count() > 0 {
            continue;
        }
        let mut edits: Vec<(Slot<'_>, Edit)> = Vec::new();
        for list in statement.slot.step("Resource").into_iter().chain(statement.slot.step("resources")) {
            for slot in list.elements() {
                edits.extend(bucket_alone(sight, slot).map(|edit| (slot, edit)));
            }
        }
        if let [(slot, edit)] = &edits[..] {
            let place = sight.place(&statement.holder, *slot, [edit.clone()]);
            out.push(place.concerning(role));
        }
    }
    out
}

/// The ARN of the bucket in the place of that of its objects, when the bucket is of this configuration.
fn bucket_alone(sight: &Sight<'_>, slot: Slot<'_>) -> Option<Edit> {
    let named = sight.mentions.in_node(slot.document, slot.node);
    let buckets = named.iter().filter_map(|n| sight.mentions.resource(n));
    if buckets.filter(|b| b.kind == "aws_s3_bucket" || b.kind == "AWS::S3::Bucket").count() != 1 {
        return None;
    }
    let text = slot.text();
    let start = slot.node.span.start;
    if let Some(before) = text.strip_suffix("/*\"") {
        let has_path = before.rsplit('}').next().is_some_and(|words| words.contains('/'));
        let end = before.len() + 2;
        return (!has_path).then(|| Edit::new(start + end - 2..start + end, ""));
    }
    // The pieces of a join, the last of them the objects.
    let piece = slot.node.walk().into_iter().find(|n| n.literal() == Some("/*"))?;
    let list = slot.node.walk().into_iter().find(|n| n.elements().iter().any(|e| std::ptr::eq(e, piece)))?;
    let is_path = |n: &Node| !std::ptr::eq(n, piece) && n.literal().is_some_and(|words| words.contains('/'));
    let has_path = list.elements().iter().any(is_path);
    if has_path { None } else { slot.document.without_element(list, piece) }
}

/// What a service encrypts with a key in its own name, and where that names the key.
const ENCRYPTED: &[(&str, &str, &str)] = &[
    ("logs", "aws_cloudwatch_log_group", "kms_key_id"),
    ("logs", "AWS::Logs::LogGroup", "KmsKeyId"),
    ("cloudtrail", "aws_cloudtrail", "kms_key_id"),
    ("cloudtrail", "AWS::CloudTrail::Trail", "KMSKeyId"),
];
/// What brings something to an encrypted queue or topic.
const BRINGS: &[(&str, &str, &str)] = &[
    ("sns", "aws_sns_topic_subscription", "endpoint"),
    ("sns", "AWS::SNS::Subscription", "Endpoint"),
    ("s3", "aws_s3_bucket_notification", "queue.queue_arn"),
    ("s3", "aws_s3_bucket_notification", "topic.topic_arn"),
    ("s3", "AWS::S3::Bucket", "NotificationConfiguration.QueueConfigurations.Queue"),
    ("s3", "AWS::S3::Bucket", "NotificationConfiguration.TopicConfigurations.Topic"),
    ("s3", "Custom::S3BucketNotifications", "NotificationConfiguration.QueueConfigurations.QueueArn"),
    ("events", "aws_cloudwatch_event_target", "arn"),
    ("events", "AWS::Events::Rule", "Targets.Arn"),
    ("cloudwatch", "aws_cloudwatch_metric_alarm", "alarm_actions"),
    ("cloudwatch", "AWS::CloudWatch::Alarm", "AlarmActions"),
];

/// What a service uses a key for.
fn uses<'p>(sight: &Sight<'p>, key: &Resource<'p>, service: &str) -> Vec<Resource<'p>> {
    let of = |(s, ..): &&(&str, &str, &str)| *s == service;
    let mut out: Vec<Resource<'p>> =
        ENCRYPTED.iter().filter(of).flat_map(|(_, kind, path)| sight.users(key, &[kind], path)).collect();
    for room in sight.users(
        key,
        &["aws_sqs_queue", "aws_sns_topic", "AWS::SQS::Queue", "AWS::SNS::Topic"],
        "kms_master_key_id | KmsMasterKeyId",
    ) {
        let brings: Vec<Resource<'p>> =
            BRINGS.iter().filter(of).flat_map(|(_, kind, path)| sight.users(&room, &[kind], path)).collect();
        if !brings.is_empty() {
            out.push(room);
            out.extend(brings);
        }
    }
    out
}

/// Where a statement of the key's policy names one service, which uses the key, and no other statement names it.
fn key_statement_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for key in sight.resources(KEYS) {
        let mut lists = sight.written(&key, "policy.Statement | KeyPolicy.Statement");
        for slot in sight.written(&key, "policy") {
            let named = sight.mentions.in_slot(&slot);
            let documents = named.iter().filter_map(|n| sight.mentions.resource(n));
            lists.extend(documents.filter(|r| r.is_data).flat_map(|r| r.at("statement")));
        }
        let statements: Vec<Slot<'_>> = lists.iter().flat_map(Slot::elements).collect();
        for service in ["logs", "cloudtrail", "sns", "s3", "events", "cloudwatch"] {
            let naming: Vec<&Slot<'_>> = statements.iter().filter(|s| principals(s, service)).collect();
            let uses = uses(sight, &key, service);
            let [statement] = naming[..] else { continue };
            if uses.is_empty() || statement.text().matches(".amazonaws.com").count() != 1 {
                continue;
            }
            let mut place = sight.without(&key, *statement);
            for user in &uses {
                place = place.map(|p| p.concerning(user));
            }
            out.extend(place);
        }
    }
    out
}

/// Whether a statement names a service as its principal, of a region or of all.
fn principals(statement: &Slot<'_>, service: &str) -> bool {
    let who = ["Principal", "principals"].iter().flat_map(|key| statement.step(key));
    let mut texts = who.map(|s| s.text());
    texts.any(|text| text.contains(&format!("\"{service}.")) && text.contains("amazonaws.com"))
}
