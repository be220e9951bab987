//! What somebody has to do by hand after a deployment, because nothing in the configuration does it.

use std::collections::BTreeMap;

use iaclint_model::ecs::TaskDefinition;
use iaclint_model::lambda::Function;
use iaclint_model::lb::{Listener, LoadBalancer};
use iaclint_model::{DeployedOutput, Entity, Model, ResourceId, User};
use iaclint_value::{OriginId, RootId, Value};

use crate::Analysis;
use crate::databases::MissingDatabase;

/// A load balancer that clients can only reach by a name of one's own, for which nothing makes a record; its own name is handed out.
#[derive(Clone, Debug)]
pub struct UnrecordedName<'m> {
    /// The load balancer.
    pub load_balancer: ResourceId,
    /// The output that hands its name out.
    pub output: DeployedOutput<'m>,
    /// A listener with a certificate: no certificate is for the load balancer's own name.
    pub listener: ResourceId,
    /// Where the certificate is named.
    pub certificate: OriginId,
}

/// One step.
#[derive(Clone, Debug)]
pub enum Step<'a, 'm> {
    /// A record for the load balancer.
    Record(&'a UnrecordedName<'m>),
    /// A database.
    Database(&'a MissingDatabase<'m>),
    /// An output that says what to do.
    Instruction(DeployedOutput<'m>),
}

/// Words of outputs that hold instructions.
const INSTRUCTIONS: [&str; 6] =
    ["next_steps", "manual_steps", "post_deploy", "post_apply", "after_apply", "instructions"];

/// The steps of every root.
pub fn steps<'a, 'm>(analysis: &'a Analysis<'m>) -> BTreeMap<RootId, Vec<Step<'a, 'm>>> {
    let model = analysis.model;
    let mut out: BTreeMap<RootId, Vec<Step<'a, 'm>>> = BTreeMap::new();
    for name in analysis.unrecorded_names() {
        out.entry(name.output.root).or_default().push(Step::Record(name));
    }
    for missing in analysis.missing_databases() {
        let root = model.resource(missing.definition).key.root;
        out.entry(root).or_default().push(Step::Database(missing));
    }
    for output in model.deployed_outputs() {
        let name = snake(&output.output.name);
        if INSTRUCTIONS.iter().any(|word| name.contains(word)) {
            out.entry(output.root).or_default().push(Step::Instruction(output));
        }
    }
    out
}

/// `NextSteps` as `next_steps`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(if c == '-' { '_' } else { c.to_ascii_lowercase() });
    }
    out
}

/// Every load balancer whose name somebody has to write into a record elsewhere.
pub(crate) fn unrecorded_names<'m>(model: &'m Model<'m>) -> Vec<UnrecordedName<'m>> {
    let listeners = model.all::<Listener<'m>>();
    let outputs = model.deployed_outputs();
    let mut out = Vec::new();
    for balancer in model.all::<LoadBalancer<'m>>() {
        let id = balancer.id();
        if !balancer.is_internal().must(|internal| !internal)
            || model.in_library(id)
            || is_recorded(model, id)
        {
            continue;
        }
        let secured = listeners.iter().find_map(|listener| {
            let is_its = listener.load_balancer().items.iter().any(|l| l.id() == Some(id));
            Some((listener.id(), listener.certificate_origin().filter(|_| is_its)?))
        });
        let handed_out = outputs.iter().find(|o| names(model, &o.output.value, id));
        if let (Some((listener, certificate)), Some(output)) = (secured, handed_out) {
            out.push(UnrecordedName { load_balancer: id, output: output.clone(), listener, certificate });
        }
    }
    out
}

/// Whether anything may make a record of a load balancer: a resource that is given its name, a module that is not here, a
/// configuration that looks the load balancer up.
fn is_recorded<'m>(model: &'m Model<'m>, id: ResourceId) -> bool {
    let looked_up = model.ids().any(|other| {
        let resource = model.resource(other);
        LoadBalancer::TABLE.terraform.contains(&resource.type_name.as_str())
            && resource.mode == iaclint_model::Mode::Data
            && !model.same_root(other, id)
    });
    looked_up
        || model.uses(id).iter().any(|used| match used.by {
            User::Opaque(..) => true,
            User::Output(..) => false,
            User::Resource(by) => {
                // An application that is told the name makes no record of it.
                let is_application =
                    model.get::<TaskDefinition<'m>>(by).is_some() || model.get::<Function<'m>>(by).is_some();
                !is_application && names(model, &model.resource(by).body, id)
            }
        })
}

/// Whether a value holds the name of a load balancer, or the zone that a record of it needs.
fn names<'m>(model: &Model<'m>, value: &'m Value, id: ResourceId) -> bool {
    value.references().into_iter().any(|reference| {
        let attribute = model.follow(reference).attribute();
        matches!(attribute.as_str(), "dns_name" | "zone_id" | "DNSName" | "CanonicalHostedZoneID")
            && model.resolve(reference).contains(&id)
    })
}
