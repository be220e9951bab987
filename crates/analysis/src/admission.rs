//! Admission: may a service of AWS bring this there, in its own name or with the role that it is given?

use iaclint_model::arn::{Answer, Arn};
use iaclint_model::condition::Context;
use iaclint_model::deliveries::{Delivery, Sender};
use iaclint_model::lambda::{Callee, callee};
use iaclint_model::policy::Effect;
use iaclint_model::resource_policies::{Queue, Topic};
use iaclint_model::triggers::StateMachine;
use iaclint_model::{Prop, ResourceId};
use iaclint_value::{OriginId, Value};

use crate::Analysis;
use crate::authority::{Refusal, Request, Tally, Verdict, Witness};

/// Where a delivery arrives.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A function is invoked.
    Function(Callee),
    /// A message is put into a queue.
    Queue(ResourceId),
    /// A message is published to a topic.
    Topic(ResourceId),
    /// A state machine is started.
    StateMachine(ResourceId),
    /// A task is started.
    Task,
}

impl Destination {
    /// The resource, where it is one.
    pub fn id(&self) -> Option<ResourceId> {
        match self {
            Destination::Function(callee) => Some(callee.function),
            Destination::Queue(id) | Destination::Topic(id) | Destination::StateMachine(id) => Some(*id),
            Destination::Task => None,
        }
    }

    /// What the sender does there.
    pub fn action(&self) -> &'static str {
        match self {
            Destination::Function(_) => "lambda:InvokeFunction",
            Destination::Queue(_) => "sqs:SendMessage",
            Destination::Topic(_) => "sns:Publish",
            Destination::StateMachine(_) => "states:StartExecution",
            Destination::Task => "ecs:RunTask",
        }
    }
}

/// What keeps a permission of a function from fitting a delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misfit {
    /// It is for another alias or version, or for the function without one.
    Qualifier,
    /// It is for another source.
    Source,
    /// It allows another action.
    Action,
}

/// A permission for the same service that does not fit.
#[derive(Clone, Copy, Debug)]
pub struct Misfitting {
    /// The permission.
    pub id: ResourceId,
    /// The place that does not fit.
    pub origin: OriginId,
    /// Why.
    pub why: Misfit,
}

impl<'m> Analysis<'m> {
    /// Where a delivery arrives, if that is of the graph.
    pub fn destination(&self, delivery: &Delivery<'m>) -> Option<Destination> {
        let model = self.model;
        if !delivery.task.is_absent() {
            return Some(Destination::Task);
        }
        if let Some(callee) = callee(model, delivery.target) {
            return Some(Destination::Function(callee));
        }
        let links = model.links_in(delivery.target);
        let [link] = links.items.as_slice() else { return None };
        let id = link.id()?;
        if model.get::<Queue<'m>>(id).is_some() {
            Some(Destination::Queue(id))
        } else if model.get::<Topic<'m>>(id).is_some() {
            Some(Destination::Topic(id))
        } else if model.get::<StateMachine<'m>>(id).is_some() {
            Some(Destination::StateMachine(id))
        } else {
            None
        }
    }

    /// Whether a delivery is let in where it arrives.
    pub fn admitted(&self, delivery: &Delivery<'m>, to: &Destination) -> Verdict {
        let by_role = match &delivery.role {
            Prop::Absent { .. } => None,
            role => Some(self.admitted_with(role, to)),
        };
        match by_role {
            Some(verdict) if !verdict.is_denied() => verdict,
            // Where services come in their own name, a role is not asked.
            Some(verdict) if matches!(delivery.sender, Sender::Schedule | Sender::Pipe | Sender::Api) => {
                verdict
            }
            by_role => match self.admitted_itself(delivery, to) {
                Some(verdict) => verdict,
                None => by_role.unwrap_or_else(|| Verdict::CannotTell("no role is given".to_owned())),
            },
        }
    }

    /// Whether a role that a delivery is made with is let in.
    fn admitted_with(&self, role: &Prop<&'m Value>, to: &Destination) -> Verdict {
        let links = role.known().map(|value| self.model.links_in(value));
        let role = links.as_ref().and_then(|links| match links.items.as_slice() {
            [link] => link.id(),
            _ => None,
        });
        let (Some(role), Some(on)) = (role, to.id()) else {
            return Verdict::CannotTell("the role is not here".to_owned());
        };
        let Some(mut arn) = Arn::of_resource(self.model, on) else {
            return Verdict::CannotTell("its ARN is not known".to_owned());
        };
        if let Destination::Function(Callee { qualifier: Some(qualifier), .. }) = to {
            // A version that is not known may be none.
            arn = if qualifier.is_unknown() {
                arn.then_anything()
            } else {
                arn.then(":").followed_by(qualifier)
            };
        }
        self.may(role, to.action(), &arn)
    }

    /// Whether the sender itself is let in; `None` where no policy at the destination can say so.
    fn admitted_itself(&self, delivery: &Delivery<'m>, to: &Destination) -> Option<Verdict> {
        Some(match to {
            Destination::Function(callee) => self.may_invoke(delivery, callee),
            Destination::Queue(id) | Destination::Topic(id) => {
                let mut context = Context::new().with("aws:SourceAccount", Arn::account());
                if let Some(source) = &delivery.source {
                    context = context.with("aws:SourceArn", source.clone());
                }
                self.service_may(delivery.sender.service(), to.action(), *id, &context)
            }
            Destination::StateMachine(_) | Destination::Task => return None,
        })
    }

    fn may_invoke(&self, delivery: &Delivery<'m>, callee: &Callee) -> Verdict {
        let permissions = self.function_permissions().get(&callee.function);
        let mut refusal = Refusal::default();
        let mut perhaps = None;
        let service = delivery.sender.service();
        for permission in permissions.iter().flat_map(|p| &p.items) {
            let witness = Witness { id: permission.id(), origin: permission.origin() };
            match permission.admits(delivery.id, callee, service, delivery.source.as_ref()) {
                Answer::Yes => return Verdict::Allowed(witness),
                Answer::Maybe => {
                    perhaps
                        .get_or_insert_with(|| format!("{} may allow it", self.model.short(permission.id())));
                }
                Answer::No if permission.is_of(service) == Answer::Yes => {
                    refusal.elsewhere.get_or_insert(witness);
                }
                Answer::No => {
                    refusal.otherwise.get_or_insert(witness);
                }
            }
        }
        match perhaps.or_else(|| permissions.and_then(|p| p.unknown.clone())) {
            Some(reason) => Verdict::CannotTell(reason),
            None => Verdict::Denied(refusal),
        }
    }

    /// The permission of a function that is for a delivery's service, but does not fit it.
    pub fn misfitting(&self, delivery: &Delivery<'m>, callee: &Callee) -> Option<Misfitting> {
        let permissions = self.function_permissions().get(&callee.function)?;
        let service = delivery.sender.service();
        let permission = permissions.items.iter().find(|p| p.is_of(service) == Answer::Yes)?;
        let (why, origin) = if permission.is_for(callee) == Answer::No {
            let qualifier = permission.qualifier();
            let place = if qualifier.is_absent() { permission.function() } else { qualifier };
            (Misfit::Qualifier, place.origin())
        } else if permission.is_on_behalf_of(delivery.source.as_ref()) == Answer::No {
            (Misfit::Source, permission.source_arn().origin())
        } else {
            (Misfit::Action, permission.action().origin())
        };
        Some(Misfitting { id: permission.id(), origin, why })
    }

    /// Whether the policies at a resource let a service (`sns`) do `action` with it.
    pub fn service_may(&self, service: &str, action: &str, owner: ResourceId, context: &Context) -> Verdict {
        match Arn::of_resource(self.model, owner) {
            Some(on) => self.service_may_on(service, action, owner, &on, context),
            None => Verdict::CannotTell("its ARN is not known".to_owned()),
        }
    }

    /// Whether the policies at a resource let a service do `action` with something in it: an object of a bucket.
    pub fn service_may_on(
        &self,
        service: &str,
        action: &str,
        owner: ResourceId,
        on: &Arn,
        context: &Context,
    ) -> Verdict {
        let request = Request { action, on, context };
        let mut tally = Tally::default();
        let policies = self.resource_policies().get(&owner);
        for (_, document, certain) in policies.iter().flat_map(|p| &p.documents) {
            let there = if *certain { Answer::Yes } else { Answer::Maybe };
            for statement in &document.statements {
                let of = statement.is_for_service(service);
                // Denials are written for people; that a service is meant by one to everybody is not sure.
                let of = if statement.effect() == Effect::Deny { of.min(Answer::Maybe) } else { of };
                tally.see(statement, there.min(of), request);
            }
        }
        if let Some(witness) = tally.allowed {
            return match tally.perhaps_denied {
                Some(by) => {
                    Verdict::CannotTell(format!("a statement of {} may deny it", self.model.short(by.id)))
                }
                None => Verdict::Allowed(witness),
            };
        }
        match tally.perhaps_allowed {
            Some(by) => {
                Verdict::CannotTell(format!("a statement of {} may allow it", self.model.short(by.id)))
            }
            None if policies.is_some_and(|p| p.open) => {
                Verdict::CannotTell(format!("the policy of {} is not known", self.model.short(owner)))
            }
            None => Verdict::Denied(tally.refusal),
        }
    }
}
