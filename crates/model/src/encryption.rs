//! What is encrypted with which key.

use iaclint_value::{OriginId, Value};

use crate::entity::entities;
use crate::resource_policies::{KmsAlias, KmsKey, Queue, Topic};
use crate::{Model, Prop, ResourceId};

entities! {
    /// A trail.
    Trail: ["aws_cloudtrail"] | ["AWS::CloudTrail::Trail"] {
        /// The key of its files.
        kms_key: raw = "kms_key_id" | "KMSKeyId";
    }
}

/// A key as a property names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NamedKey {
    /// A key of the graph.
    Own(ResourceId, OriginId),
    /// One that AWS manages for a service: nobody can change its policy.
    OfAws(OriginId),
}

/// The key that a property names: by itself or by an alias.
pub fn named_key<'m>(model: &'m Model<'m>, property: &Prop<&'m Value>) -> Option<NamedKey> {
    let Prop::Known { value, origin, .. } = property else { return None };
    // By its name, or as the end of its ARN.
    if value.to_text().is_some_and(|text| text.suffix().contains("alias/aws/")) {
        return Some(NamedKey::OfAws(*origin));
    }
    let links = model.links_in(value);
    let [link] = &*links.items else { return None };
    let id = link.id()?;
    let key = match model.get::<KmsAlias<'m>>(id) {
        Some(alias) => alias.key()?,
        None => id,
    };
    model.get::<KmsKey<'m>>(key).map(|key| NamedKey::Own(key.id(), *origin))
}

/// The key that a queue or topic is encrypted with.
pub fn key_of_destination<'m>(model: &'m Model<'m>, id: ResourceId) -> Option<NamedKey> {
    let property = match (model.get::<Queue<'m>>(id), model.get::<Topic<'m>>(id)) {
        (Some(queue), _) => queue.kms_key(),
        (_, Some(topic)) => topic.kms_key(),
        _ => return None,
    };
    named_key(model, &property)
}
