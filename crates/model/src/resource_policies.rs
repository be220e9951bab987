//! Policies that stand at a resource: of secrets, buckets, queues, topics, keys, repositories.

use std::collections::BTreeMap;

use iaclint_graph::User;
use iaclint_value::Value;

use crate::ecs::Repository;
use crate::entity::entities;
use crate::policy::{Document, document};
use crate::secrets::SecretsManagerSecret;
use crate::{Entity, Model, Prop, ResourceId};

entities! {
    /// The policy of a secret.
    SecretPolicy: ["aws_secretsmanager_secret_policy"] | ["AWS::SecretsManager::ResourcePolicy"] {
        /// The secret.
        of: raw = "secret_arn" | "SecretId";
        /// The document.
        document: raw = "policy" | "ResourcePolicy";
    }

    /// The policy of a bucket.
    BucketPolicy: ["aws_s3_bucket_policy"] | ["AWS::S3::BucketPolicy"] {
        /// The bucket.
        of: raw = "bucket" | "Bucket";
        /// The document.
        document: raw = "policy" | "PolicyDocument";
    }

    /// The policy of queues.
    QueuePolicy: ["aws_sqs_queue_policy"] | ["AWS::SQS::QueuePolicy"] {
        /// The queues.
        of: raw = "queue_url" | "Queues";
        /// The document.
        document: raw = "policy" | "PolicyDocument";
    }

    /// The policy of one queue, in CloudFormation's newer form.
    SingleQueuePolicy: [] | ["AWS::SQS::QueueInlinePolicy"] {
        /// The queue.
        of: raw = "" | "Queue";
        /// The document.
        document: raw = "" | "PolicyDocument";
    }

    /// The policy of topics.
    TopicPolicy: ["aws_sns_topic_policy"] | ["AWS::SNS::TopicPolicy"] {
        /// The topics.
        of: raw = "arn" | "Topics";
        /// The document.
        document: raw = "policy" | "PolicyDocument";
    }

    /// The policy of a key, as a resource of its own.
    KeyPolicy: ["aws_kms_key_policy"] | [] {
        /// The key.
        of: raw = "key_id" | "";
        /// The document.
        document: raw = "policy" | "";
    }

    /// The policy of a repository.
    RepositoryPolicy: ["aws_ecr_repository_policy"] | [] {
        /// The repository.
        of: raw = "repository" | "";
        /// The document.
        document: raw = "policy" | "";
    }

    /// A key.
    KmsKey: ["aws_kms_key"] | ["AWS::KMS::Key"] {
        /// Its policy; without one, the account's policies decide.
        policy: raw = "policy" | "KeyPolicy";
    }

    /// Another name of a key.
    KmsAlias: ["aws_kms_alias"] | ["AWS::KMS::Alias"] {
        /// Its name, which begins with `alias/`.
        name: str = "name" | "AliasName";
        /// The key.
        key: link = "target_key_id" | "TargetKeyId";
    }

    /// A queue.
    Queue: ["aws_sqs_queue"] | ["AWS::SQS::Queue"] {
        /// Seconds for which a message that is being worked on is hidden from others.
        visibility_timeout: int = "visibility_timeout_seconds" | "VisibilityTimeout", default 30_i64;
        /// Its policy, in Terraform.
        policy: raw = "policy" | "";
        /// The key that encrypts it.
        kms_key: raw = "kms_master_key_id" | "KmsMasterKeyId";
    }

    /// A topic.
    Topic: ["aws_sns_topic"] | ["AWS::SNS::Topic"] {
        /// Its policy, in Terraform.
        policy: raw = "policy" | "";
        /// The key that encrypts it.
        kms_key: raw = "kms_master_key_id" | "KmsMasterKeyId";
    }

    /// A bucket.
    Bucket: ["aws_s3_bucket"] | ["AWS::S3::Bucket"] {
        /// Its policy, in old Terraform.
        policy: raw = "policy" | "";
    }
}

/// The policies of one resource.
#[derive(Clone, Debug, Default)]
pub struct Policies<'m> {
    /// The documents, each with the resource that carries it and whether it is there for certain.
    pub documents: Vec<(ResourceId, Document<'m>, bool)>,
    /// Whether there may be others, or statements that cannot be read.
    pub open: bool,
}

/// A policy that is a resource of its own.
struct Written<'m> {
    id: ResourceId,
    of: Prop<&'m Value>,
    document: Prop<&'m Value>,
    /// All resources that it could be of.
    all: Vec<ResourceId>,
}

/// The policies of every resource that has one, or may have.
pub fn resource_policies<'m>(model: &'m Model<'m>) -> BTreeMap<ResourceId, Policies<'m>> {
    let mut out: BTreeMap<ResourceId, Policies<'m>> = BTreeMap::new();
    let mut written: Vec<Written<'m>> = Vec::new();
    macro_rules! collect {
        ($policy:ident of $owner:ident) => {
            let all = || model.all::<$owner<'m>>().iter().map(Entity::node).map(|n| n.id).collect::<Vec<_>>();
            for policy in model.all::<$policy<'m>>() {
                written.push(Written {
                    id: policy.id(),
                    of: policy.of(),
                    document: policy.document(),
                    all: all(),
                });
            }
        };
    }
    collect!(BucketPolicy of Bucket);
    collect!(QueuePolicy of Queue);
    collect!(SingleQueuePolicy of Queue);
    collect!(TopicPolicy of Topic);
    collect!(KeyPolicy of KmsKey);
    collect!(RepositoryPolicy of Repository);
    for policy in model.all::<SecretPolicy<'m>>() {
        let all = model.all::<SecretsManagerSecret<'m>>().iter().map(SecretsManagerSecret::id).collect();
        written.push(Written { id: policy.id(), of: policy.of(), document: policy.document(), all });
    }
    for Written { id, of, document, all } in written {
        let in_root = || all.iter().copied().filter(|o| model.same_root(*o, id));
        match of {
            Prop::Known { value, .. } => {
                let links = model.links_in(value);
                let owners: Vec<ResourceId> = links.items.iter().filter_map(crate::Link::id).collect();
                if !links.complete {
                    let open: Vec<ResourceId> =
                        if owners.is_empty() { in_root().collect() } else { owners.clone() };
                    for owner in open {
                        out.entry(owner).or_default().open = true;
                    }
                }
                for owner in owners {
                    add(model, &mut out, owner, id, &document);
                }
            }
            _ => in_root().for_each(|o| out.entry(o).or_default().open = true),
        }
    }
    macro_rules! own {
        ($owner:ident) => {
            for owner in model.all::<$owner<'m>>() {
                if !owner.policy().is_absent() {
                    add(model, &mut out, owner.id(), owner.id(), &owner.policy());
                }
                given_away(model, &mut out, owner.id());
            }
        };
    }
    own!(KmsKey);
    own!(Queue);
    own!(Topic);
    own!(Bucket);
    own!(Repository);
    for secret in model.all::<SecretsManagerSecret<'m>>() {
        let inline = secret.node().raw("policy", "");
        if !inline.is_absent() {
            add(model, &mut out, secret.id(), secret.id(), &inline);
        }
        given_away(model, &mut out, secret.id());
    }
    out
}

fn add<'m>(
    model: &'m Model<'m>,
    out: &mut BTreeMap<ResourceId, Policies<'m>>,
    owner: ResourceId,
    id: ResourceId,
    policy: &Prop<&'m Value>,
) {
    let policies = out.entry(owner).or_default();
    let read = policy.known().and_then(|value| document(model, id, value));
    match read {
        Some(document) => {
            policies.open |= !document.complete;
            let certain = model.resource(id).existence.implied_by(&model.resource(owner).existence);
            policies.documents.push((id, document, certain));
        }
        None => policies.open = true,
    }
}

/// What is given to a module that is not here, or has grants, may be open to others.
fn given_away<'m>(model: &'m Model<'m>, out: &mut BTreeMap<ResourceId, Policies<'m>>, id: ResourceId) {
    let open = model.uses(id).iter().any(|at| match &at.by {
        User::Opaque(..) => true,
        User::Resource(by) => model.resource(*by).type_name == "aws_kms_grant",
        User::Output(..) => false,
    });
    if open {
        out.entry(id).or_default().open = true;
    }
}
