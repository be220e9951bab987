//! Key users: services that encrypt with a key in their own name, which the key's policy must allow.

use std::collections::BTreeMap;

use iaclint_model::arn::Arn;
use iaclint_model::condition::Context;
use iaclint_model::deliveries::Sender;
use iaclint_model::encryption::{NamedKey, Trail, key_of_destination, named_key};
use iaclint_model::logs::LogGroup;
use iaclint_model::resource_policies::Topic;
use iaclint_model::triggers::AlarmActions;
use iaclint_model::{Link, ResourceId};
use iaclint_value::OriginId;

use crate::Analysis;
use crate::admission::Destination;
use crate::authority::Verdict;

/// A service that uses a key in its own name.
#[derive(Clone, Debug)]
pub struct KeyUser {
    /// The key.
    pub key: NamedKey,
    /// The service, as principals begin.
    pub service: &'static str,
    /// What is encrypted: a log group, a queue, a topic, a trail.
    pub encrypted: ResourceId,
    /// Where the service comes from, when that is another resource.
    pub by: Option<ResourceId>,
    /// The place that names the key.
    pub origin: OriginId,
    /// What the service does with the key.
    pub actions: &'static [&'static str],
    /// What is known of its requests.
    pub context: Context,
}

/// Source: Amazon CloudWatch Logs User Guide, Encrypt log data (the service reads and writes).
const LOGS: &[&str] = &["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"];
/// Source: Amazon SNS and Amazon SQS Developer Guides, key policies for event sources from AWS services.
const MESSAGES: &[&str] = &["kms:GenerateDataKey", "kms:Decrypt"];
/// Source: AWS CloudTrail User Guide, Configure AWS KMS key policies.
const TRAILS: &[&str] = &["kms:GenerateDataKey"];

impl Analysis<'_> {
    /// All services that use a key in their own name.
    pub fn key_users(&self) -> Vec<KeyUser> {
        let model = self.model;
        let mut out = Vec::new();
        let user = |key: NamedKey, service, encrypted, actions| {
            let origin = match key {
                NamedKey::Own(_, origin) | NamedKey::OfAws(origin) => origin,
            };
            let context = Context::new().with("aws:SourceAccount", Arn::account());
            KeyUser { key, service, encrypted, by: None, origin, actions, context }
        };
        for group in model.all::<LogGroup<'_>>() {
            if let Some(key) = named_key(model, &group.kms_key()) {
                let mut user = user(key, "logs", group.id(), LOGS);
                if let Some(arn) = Arn::of_resource(model, group.id()) {
                    let context =
                        user.context.with("kms:EncryptionContext:aws:logs:arn", arn.then_anything());
                    user = KeyUser { context, ..user };
                }
                out.push(user);
            }
        }
        for trail in model.all::<Trail<'_>>() {
            if let Some(key) = named_key(model, &trail.kms_key()) {
                out.push(user(key, "cloudtrail", trail.id(), TRAILS));
            }
        }
        for delivery in self.deliveries() {
            let in_own_name = matches!(delivery.sender, Sender::Topic | Sender::Bucket | Sender::Rule);
            if !in_own_name || !delivery.role.is_absent() {
                continue;
            }
            let Some(Destination::Queue(id) | Destination::Topic(id)) = self.destination(delivery) else {
                continue;
            };
            if let Some(key) = key_of_destination(model, id) {
                let mut user = user(key, delivery.sender.service(), id, MESSAGES);
                if let Some(source) = &delivery.source {
                    user.context = user.context.with("aws:SourceArn", source.clone());
                }
                out.push(KeyUser { by: Some(delivery.id), ..user });
            }
        }
        for alarm in model.all::<AlarmActions<'_>>() {
            for topic in alarm.actions().items.iter().filter_map(Link::id) {
                if model.get::<Topic<'_>>(topic).is_some()
                    && let Some(key) = key_of_destination(model, topic)
                {
                    let user = user(key, "cloudwatch", topic, MESSAGES);
                    out.push(KeyUser { by: Some(alarm.id()), ..user });
                }
            }
        }
        out
    }

    /// What a service may certainly not do with the key that it uses.
    pub fn refused_by_key(&self, user: &KeyUser) -> Vec<&'static str> {
        match user.key {
            // Their policies name the principals of the account alone.
            NamedKey::OfAws(_) if user.by.is_some() => user.actions.to_vec(),
            NamedKey::OfAws(_) => Vec::new(),
            NamedKey::Own(key, _) => {
                let refused = |action: &&&str| {
                    let verdict = self.service_may(user.service, action, key, &user.context);
                    matches!(verdict, Verdict::Denied(_))
                };
                user.actions.iter().filter(refused).copied().collect()
            }
        }
    }

    /// The services that certainly may not use a key, each with all that it uses the key for.
    pub fn refused_key_users(&self) -> BTreeMap<(ResourceId, &'static str), Vec<KeyUser>> {
        let mut out: BTreeMap<(ResourceId, &'static str), Vec<KeyUser>> = BTreeMap::new();
        for user in self.key_users() {
            let subject = match user.key {
                NamedKey::Own(key, _) => key,
                NamedKey::OfAws(_) => user.encrypted,
            };
            if !self.refused_by_key(&user).is_empty() {
                out.entry((subject, user.service)).or_default().push(user);
            }
        }
        out
    }
}
