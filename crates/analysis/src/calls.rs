//! Calls: which services of AWS a task must reach before its containers run.

use iaclint_model::ecs::Registry;
use iaclint_model::workload::{SettingKind, Workload};
use iaclint_model::{Answer, Existence, Link, Model, Prop, ResourceId};
use iaclint_value::{Data, OriginId, Piece, Value};

use crate::Analysis;
use crate::network::{Internet, NoWay};

/// A service that a task calls before its containers run.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service as endpoints call it: `ecr.api`. `None`: a host that is on the internet alone.
    pub service: Option<&'static str>,
    /// The place that asks for it.
    pub origin: OriginId,
    /// What it is for: `the image of container api`.
    pub what: String,
}

/// Why a subnet gives a task no way to the internet.
#[derive(Clone, Debug)]
pub enum Barred {
    /// Its table has no route there.
    NoRoute(NoWay),
    /// Its table has one for whoever has a public address, and the task has none.
    NoAddress {
        /// The place that says so, or that does not say otherwise.
        origin: OriginId,
    },
}

/// What a task calls before its containers run, in the order of the containers; each service once.
pub fn calls<'m>(model: &'m Model<'m>, workload: &Workload<'m>) -> Vec<Call> {
    let mut out: Vec<Call> = Vec::new();
    let mut add = |service: Option<&'static str>, origin: OriginId, what: String| {
        if !out.iter().any(|c| c.service == service) {
            out.push(Call { service, origin, what });
        }
    };
    let Some(task) = &workload.task else { return out };
    for container in task.containers().items {
        let label = container.label();
        let origin = container.image().origin();
        match container.registry() {
            Registry::Ecr => {
                for service in ["ecr.api", "ecr.dkr"] {
                    add(Some(service), origin, format!("the image of {label}"));
                }
                add(Some("s3"), origin, format!("the layers of the image of {label}"));
            }
            Registry::Internet => add(None, origin, format!("the image of {label}")),
            Registry::Unknown => {}
        }
        let driver = container.log_driver();
        if driver.must(|d| d == "awslogs") {
            add(Some("logs"), driver.origin(), format!("the log of {label}"));
        }
    }
    for setting in workload.settings.items.iter().filter(|s| s.kind == SettingKind::Secret) {
        if let Some(service) = secret_service(model, setting.value) {
            let name = setting.name.as_deref().unwrap_or("a secret");
            add(Some(service), setting.origin, format!("the secret {name}"));
        }
    }
    out
}

/// Which service holds what a secret's `valueFrom` names.
fn secret_service<'m>(model: &'m Model<'m>, value: &'m Value) -> Option<&'static str> {
    for id in model.mentions(value) {
        let kind = model.resource(id).type_name.to_ascii_lowercase();
        if kind.contains("secretsmanager") {
            return Some("secretsmanager");
        }
        if kind.contains("ssm") && kind.contains("parameter") {
            return Some("ssm");
        }
    }
    let Data::Text(text) = &value.data else { return None };
    text.pieces().iter().find_map(|piece| match piece {
        Piece::Literal(literal) if literal.text.contains("secretsmanager:") => Some("secretsmanager"),
        Piece::Literal(literal) if literal.text.contains(":ssm:") || literal.text.contains(":parameter/") => {
            Some("ssm")
        }
        _ => None,
    })
}

impl Analysis<'_> {
    /// Whether a workload surely runs on Fargate.
    pub fn on_fargate(&self, workload: &Workload<'_>) -> bool {
        let (Some(service), Some(task)) = (&workload.service, &workload.task) else { return false };
        let silent = service.launch_type().is_absent() && {
            let providers = service.capacity_providers();
            providers.complete && providers.items.is_empty()
        };
        service.is_fargate() || (silent && task.is_fargate().must(|f| *f))
    }

    /// Whether a task in a subnet, with or without a public address, is surely barred from the internet; and how sure that it is.
    pub fn barred(
        &self,
        subnet: ResourceId,
        public_ip: &Prop<bool>,
        exists: &Existence,
    ) -> (Answer, Option<Barred>) {
        match self.network().internet(subnet, exists) {
            Internet::Nat(_) => (Answer::No, None),
            Internet::CannotTell(_) => (Answer::Maybe, None),
            Internet::None(way) => (Answer::Yes, Some(Barred::NoRoute(way))),
            Internet::Gateway(_) => {
                if public_ip.must(|p| !p) {
                    (Answer::Yes, Some(Barred::NoAddress { origin: public_ip.origin() }))
                } else if public_ip.must(|p| *p) {
                    (Answer::No, None)
                } else {
                    (Answer::Maybe, None)
                }
            }
        }
    }

    /// The subnets of a workload, if all are of the graph.
    pub fn subnets_of(&self, workload: &Workload<'_>) -> Option<Vec<ResourceId>> {
        let links = &workload.subnets;
        let ids: Vec<ResourceId> = links.items.iter().filter_map(Link::id).collect();
        (links.complete && !ids.is_empty() && ids.len() == links.items.len()).then_some(ids)
    }
}
