//! Agreement: linked resources that must state the same thing, found by their links.

use std::collections::BTreeSet;

use iaclint_model::ecs::{Service, ServiceLoadBalancer, TaskDefinition};
use iaclint_model::lambda::{Function, callee};
use iaclint_model::lb::{Listener, ListenerRule, TargetGroup};
use iaclint_model::resource_policies::Queue;
use iaclint_model::triggers::EventSourceMapping;
use iaclint_model::{Entity, Model, Prop, ResourceId, Use, User};
use iaclint_value::RootId;

/// A service with the task definition that it runs.
#[derive(Clone, Copy, Debug)]
pub struct Running<'m> {
    /// The service.
    pub service: Service<'m>,
    /// What it runs.
    pub task: TaskDefinition<'m>,
}

/// A service of which a load balancer knows the tasks.
#[derive(Clone, Copy, Debug)]
pub struct Balanced<'m> {
    /// The service.
    pub service: Service<'m>,
    /// What it says of the load balancer.
    pub balancer: ServiceLoadBalancer<'m>,
}

/// Every service whose task definition is of the graph and can exist together with it.
pub fn running<'m>(model: &'m Model<'m>) -> Vec<Running<'m>> {
    model.all::<Service<'m>>().into_iter().filter_map(Running::of).collect()
}

/// Every service with each of its load balancers.
pub fn balanced<'m>(model: &'m Model<'m>) -> Vec<Balanced<'m>> {
    let with = |service: Service<'m>| {
        service.targets().items.into_iter().map(move |balancer| Balanced { service, balancer })
    };
    model.all::<Service<'m>>().into_iter().flat_map(with).collect()
}

impl<'m> Balanced<'m> {
    /// The service with what it runs, if that is of the graph.
    pub fn running(&self) -> Option<Running<'m>> {
        Running::of(self.service)
    }

    /// The target group, if it is of the graph and can exist together with the service.
    pub fn target_group(&self) -> Option<TargetGroup<'m>> {
        let model = self.balancer.node().model;
        let group = model.get::<TargetGroup<'m>>(self.balancer.target_group()?)?;
        together(model, self.service.id(), group.id()).then_some(group)
    }
}

impl<'m> Running<'m> {
    fn of(service: Service<'m>) -> Option<Self> {
        let task = service.task()?;
        together(service.node().model, service.id(), task.id()).then_some(Self { service, task })
    }

    /// The network mode of the tasks: what ECS takes when none is written is `bridge`, and on Fargate nothing but `awsvpc` runs.
    pub fn network_mode(&self) -> Prop<String> {
        let written = self.task.network_mode();
        if !written.is_absent() {
            return written;
        }
        let providers = self.service.capacity_providers();
        let on_machines = self.service.launch_type().must(|t| t.eq_ignore_ascii_case("EC2"))
            || self.task.requires_compatibilities().is_absent()
                && self.service.launch_type().is_absent()
                && self.service.network_configuration().items.is_empty()
                && providers.complete
                && !self.service.is_fargate();
        if on_machines {
            written.or("bridge".to_owned())
        } else {
            Prop::Unknown { origin: self.task.origin() }
        }
    }
}

/// A function that reads a queue.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'m> {
    /// What ties them.
    pub mapping: EventSourceMapping<'m>,
    /// The queue.
    pub queue: Queue<'m>,
    /// The function.
    pub function: Function<'m>,
}

/// Every function of the graph that reads a queue of the graph.
pub fn readers<'m>(model: &'m Model<'m>) -> Vec<Reader<'m>> {
    let mut out = Vec::new();
    for mapping in model.all::<EventSourceMapping<'m>>() {
        let (Some(queue), Some(function)) =
            (mapping.source().and_then(|id| model.get::<Queue<'m>>(id)), function_of(model, &mapping))
        else {
            continue;
        };
        if together(model, mapping.id(), queue.id()) && together(model, queue.id(), function.id()) {
            out.push(Reader { mapping, queue, function });
        }
    }
    out
}

/// The function that is named, also by an alias or a version.
fn function_of<'m>(model: &'m Model<'m>, mapping: &EventSourceMapping<'m>) -> Option<Function<'m>> {
    let Prop::Known { value, .. } = mapping.function_value() else { return None };
    model.get(callee(model, value)?.function)
}

/// The roots with a listener or a rule of which not all actions are known: it may send requests to any target group there.
pub fn unread_forwarders<'m>(model: &'m Model<'m>) -> BTreeSet<RootId> {
    let listeners = model.all::<Listener<'m>>().into_iter().map(|l| (l.id(), l.actions().complete));
    let rules = model.all::<ListenerRule<'m>>().into_iter().map(|r| (r.id(), r.actions().complete));
    let unread = listeners.chain(rules).filter(|(_, complete)| !complete);
    unread.map(|(id, _)| model.resource(id).key.root).collect()
}

/// The listeners and rules that send requests to a target group. `None` when there may be others that are not seen, as in the roots
/// `unread`.
pub fn forwarders<'m>(
    model: &'m Model<'m>,
    target_group: ResourceId,
    unread: &BTreeSet<RootId>,
) -> Option<Vec<ResourceId>> {
    if unread.contains(&model.resource(target_group).key.root) {
        return None;
    }
    let mut out = Vec::new();
    for used in attaching_uses(model, target_group) {
        match used.by {
            User::Resource(by) => {
                let forwards =
                    model.get::<Listener<'m>>(by).is_some() || model.get::<ListenerRule<'m>>(by).is_some();
                if forwards && !out.contains(&by) {
                    out.push(by);
                }
            }
            // Somebody outside may attach it.
            User::Output(..) | User::Opaque(..) => return None,
        }
    }
    Some(out)
}

/// The uses of a target group by what may attach it to a load balancer: what only waits for it does not.
pub fn attaching_uses<'m>(
    model: &'m Model<'m>,
    target_group: ResourceId,
) -> impl Iterator<Item = &'m Use> + use<'m> {
    model.uses(target_group).iter().filter(|used| &*used.attribute != "depends_on")
}

/// Whether two resources can exist in one deployment.
fn together<'m>(model: &'m Model<'m>, a: ResourceId, b: ResourceId) -> bool {
    model.resource(a).existence.compatible(&model.resource(b).existence)
}
