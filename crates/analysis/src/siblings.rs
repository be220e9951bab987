//! Services that are deployed together, and what their settings have in common.

use iaclint_model::ecs::Container;
use iaclint_model::workload::Workload;
use iaclint_model::{Link, Many, Model, Prop};
use iaclint_value::{Data, OriginId, Piece, Value};

/// Whether two services are deployed together and run in one cluster, or share subnets.
pub fn are_siblings(model: &Model<'_>, a: &Workload<'_>, b: &Workload<'_>) -> bool {
    let (Some(first), Some(second)) = (&a.service, &b.service) else { return false };
    let same =
        |x: &Many<Link>, y: &Many<Link>| x.items.iter().any(|l| y.items.iter().any(|m| same_thing(l, m)));
    model.same_root(a.id, b.id)
        && a.definition != b.definition
        && model.resource(a.id).existence.compatible(&model.resource(b.id).existence)
        && (same(&first.cluster(), &second.cluster()) || same(&a.subnets, &b.subnets))
}

fn same_thing(a: &Link, b: &Link) -> bool {
    match (a, b) {
        (Link::Resource { id: a, .. }, Link::Resource { id: b, .. }) => a == b,
        (Link::Literal { text: a, .. }, Link::Literal { text: b, .. })
        | (Link::Outside { name: a, .. }, Link::Outside { name: b, .. }) => a == b,
        _ => false,
    }
}

/// An image of a service that a sibling runs too, without its tag, and where the service names it.
pub fn shared_image(workload: &Workload<'_>, sibling: &Workload<'_>) -> Option<(String, OriginId)> {
    let theirs = images(sibling);
    images(workload).into_iter().find(|(image, _)| theirs.iter().any(|(other, _)| image == other))
}

fn images(workload: &Workload<'_>) -> Vec<(String, OriginId)> {
    let containers = workload.task.map(|task| task.containers().items).unwrap_or_default();
    containers.iter().filter_map(repository).collect()
}

/// A container's image without its tag.
fn repository(container: &Container<'_>) -> Option<(String, OriginId)> {
    let Prop::Known { value, origin, .. } = container.image() else { return None };
    let known = value.as_str()?;
    let without_digest = known.split('@').next().unwrap_or_default();
    let repository = match without_digest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => without_digest,
    };
    Some((repository.to_owned(), origin))
}

/// A value in characters, the same whichever way it came: what it refers to stands for itself, imports of other stacks followed. `None`
/// when a part of it is not known.
pub fn essence<'m>(model: &Model<'m>, value: &'m Value) -> Option<String> {
    match &value.data {
        Data::Reference(reference) => Some(format!("${{{}}}", model.follow(reference))),
        Data::Text(text) => text
            .pieces()
            .iter()
            .map(|piece| match piece {
                Piece::Literal(literal) => Some(literal.text.to_string()),
                Piece::Hole(hole) => essence(model, hole),
            })
            .collect(),
        Data::Number(_) | Data::Bool(_) => Some(value.display()),
        Data::Null | Data::List(_) | Data::Object(_) | Data::Encoded(_) | Data::Unknown(_) => None,
    }
}
