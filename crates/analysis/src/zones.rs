//! Zones: over how many availability zones a list of subnets is spread.

use iaclint_model::ec2::Subnet;
use iaclint_model::{Language, Link, Model, Prop, ResourceId};
use iaclint_value::{Data, OriginId, Reference, Value};

/// How subnets are spread over availability zones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Spread {
    /// All are in one zone: one subnet, or several that name the same zone.
    One,
    /// Two of them are in one zone, others elsewhere: the two.
    Doubled(ResourceId, ResourceId),
    /// It cannot be said, or each has a zone of its own.
    Other,
}

/// The number of elements in a list as it is written; `None` when it is not known.
pub fn count(list: &Prop<&Value>) -> Option<usize> {
    let Prop::Known { value, .. } = list else { return None };
    let items = value.as_list().filter(|l| l.complete)?;
    let whole = |v: &Value| match &v.data {
        Data::Text(_) => true,
        Data::Reference(reference) => !reference.path.contains(&iaclint_value::Step::Any),
        _ => false,
    };
    items.items.iter().all(whole).then_some(items.items.len())
}

/// The subnets that a list names, if each of its elements is exactly one of the graph.
pub fn subnets<'m>(model: &'m Model<'m>, list: &Prop<&'m Value>) -> Option<Vec<(ResourceId, OriginId)>> {
    let count = count(list)?;
    let Prop::Known { value, .. } = list else { return None };
    let links = model.links_in(value);
    let known: Option<Vec<_>> = links.items.iter().map(|link| only_subnet(model, link)).collect();
    known.filter(|k| links.complete && k.len() == count)
}

/// Whether a list reads one subnet alone, and that one is not of the graph: it was looked up. Its zone is not known, and it has just one. A list that a
/// variable holds may be another one at the next deployment.
pub fn is_one_elsewhere<'m>(model: &'m Model<'m>, list: &Prop<&'m Value>) -> bool {
    let Prop::Known { value, .. } = list else { return false };
    let is_read = value.as_list().is_some_and(|l| l.items.iter().all(|v| v.as_reference().is_some()));
    let elsewhere = |link: &Link| link.id().is_none_or(|id| model.get::<Subnet<'m>>(id).is_none());
    count(list) == Some(1) && is_read && model.links_in(value).items.iter().all(elsewhere)
}

/// The subnet of the graph that a property names.
pub fn subnet<'m>(model: &'m Model<'m>, property: &Prop<&'m Value>) -> Option<(ResourceId, OriginId)> {
    let Prop::Known { value, .. } = property else { return None };
    let links = model.links_in(value);
    let [link] = &*links.items else { return None };
    links.complete.then(|| only_subnet(model, link))?
}

fn only_subnet<'m>(model: &'m Model<'m>, link: &Link) -> Option<(ResourceId, OriginId)> {
    let id = link.id()?;
    let subnet = model.get::<Subnet<'m>>(id)?;
    // What stands on the premises of a customer has rules of its own.
    let ordinary = subnet.outpost().is_absent() && !model.resource(id).existence.any_number;
    ordinary.then_some((id, link.origin()))
}

/// How subnets are spread.
pub fn spread<'m>(model: &'m Model<'m>, subnets: &[(ResourceId, OriginId)]) -> Spread {
    let zones: Vec<Option<Zone<'m>>> = subnets.iter().map(|(id, _)| zone(model, *id)).collect();
    let same =
        |a: usize, b: usize| subnets[a].0 == subnets[b].0 || zones[a].is_some() && zones[a] == zones[b];
    if !subnets.is_empty() && (1..subnets.len()).all(|at| same(0, at)) {
        return Spread::One;
    }
    for a in 0..subnets.len() {
        for b in a + 1..subnets.len() {
            if same(a, b) && subnets[a].0 != subnets[b].0 {
                return Spread::Doubled(subnets[a].0, subnets[b].0);
            }
        }
    }
    Spread::Other
}

/// The name of a zone, as far as it is known: the same reference is the same zone.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Zone<'m> {
    Named(String),
    Read(&'m Reference),
}

fn zone<'m>(model: &'m Model<'m>, subnet: ResourceId) -> Option<Zone<'m>> {
    let Prop::Known { value, .. } = model.get::<Subnet<'m>>(subnet)?.zone() else { return None };
    if let Some(name) = value.as_str() {
        // Local and Wavelength zones (`us-west-2-lax-1a`) have rules of their own.
        let ordinary = name.split('-').count() == if name.contains("-gov-") { 4 } else { 3 };
        return ordinary.then(|| Zone::Named(name.into_owned()));
    }
    let reference = value.as_reference()?;
    (!reference.path.contains(&iaclint_value::Step::Any)).then_some(Zone::Read(reference))
}

/// What a zone is called in a message.
pub fn zone_words<'m>(model: &'m Model<'m>, subnet: ResourceId) -> String {
    match zone(model, subnet) {
        Some(Zone::Named(name)) => format!("the availability zone {name}"),
        Some(Zone::Read(reference)) if model.language(subnet) == Language::Terraform => {
            format!("the availability zone {reference}")
        }
        _ => "the same availability zone".to_owned(),
    }
}
