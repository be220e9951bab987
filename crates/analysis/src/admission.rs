//! Admission: may a service of AWS bring this there, in its own name or with the role that it is given?

use iaclint_model::arn::Arn;
use iaclint_model::condition::Context;
use iaclint_model::deliveries::{Delivery, Sender};
use iaclint_model::ecs::TaskDefinition;
use iaclint_model::lambda::{Callee, callee};
use iaclint_model::policy::{Effect, Principal, Statement};
use iaclint_model::resource_policies::{Queue, Topic};
use iaclint_model::triggers::StateMachine;
use iaclint_model::{Answer, Prop, ResourceId};
use iaclint_value::{OriginId, Text, Value};

use crate::Analysis;
use crate::authority::{Refusal, Request, Tally, Verdict, Witness};
use crate::demands::worst;

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

/// Something that a role must do to start a task.
#[derive(Clone, Debug)]
pub struct ToStart {
    /// The action.
    pub action: &'static str,
    /// The task definition, or the role that is passed.
    pub on: ResourceId,
    /// Whether it may.
    pub verdict: Verdict,
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
            // Whoever always takes a role is given one elsewhere.
            Prop::Absent { .. } if delivery.sender.takes_a_role() => {
                return Verdict::CannotTell("no role is given".to_owned());
            }
            Prop::Absent { .. } => None,
            role => Some(self.admitted_with(role, to)),
        };
        match by_role {
            Some(verdict) if !verdict.is_denied() => verdict,
            // Where services come in their own name, a role is not asked.
            Some(verdict) if delivery.sender.takes_a_role() || delivery.sender == Sender::Api => verdict,
            by_role => match self.admitted_itself(delivery, to) {
                Some(verdict) => verdict,
                None => by_role.unwrap_or_else(|| Verdict::CannotTell("no role is given".to_owned())),
            },
        }
    }

    /// Whether a role that a delivery is made with is let in.
    fn admitted_with(&self, role: &Prop<&'m Value>, to: &Destination) -> Verdict {
        let (Some(role), Some(on)) = (self.role_named(role), to.id()) else {
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

    /// The role of the graph that a property names.
    pub fn role_named(&self, role: &Prop<&'m Value>) -> Option<ResourceId> {
        let links = self.model.links_in(role.known()?);
        match links.items.as_slice() {
            [link] if links.complete => link.id().filter(|id| self.role_policies().contains_key(id)),
            _ => None,
        }
    }

    /// What a role must do to start the tasks of a definition: run them, and pass them their roles. Each with its verdict.
    pub fn to_start(&self, role: ResourceId, task: &TaskDefinition<'m>, cluster: &'m Value) -> Vec<ToStart> {
        let mut out: Vec<ToStart> = Vec::new();
        let mut ask = |action: &'static str, on: ResourceId, context: &Context| {
            if out.iter().any(|asked| asked.on == on) {
                return;
            }
            if let Some(arn) = Arn::of_resource(self.model, on) {
                out.push(ToStart { action, on, verdict: self.may_in(role, action, &arn, context) });
            }
        };
        let in_cluster = Context::new().with("ecs:cluster", Arn::of_value(self.model, cluster));
        ask("ecs:RunTask", task.id(), &in_cluster);
        let to_tasks = Context::new().with("iam:PassedToService", Arn::of_text("ecs-tasks.amazonaws.com"));
        for passed in task.execution_role().into_iter().chain(task.task_role()) {
            ask("iam:PassRole", passed, &to_tasks);
        }
        out
    }

    /// Whether a role may start the tasks of a definition.
    pub fn may_start(&self, role: ResourceId, task: &TaskDefinition<'m>, cluster: &'m Value) -> Verdict {
        worst(self.to_start(role, task, cluster).into_iter().map(|asked| asked.verdict))
    }

    /// The task definition that a delivery starts.
    pub fn task_of(&self, delivery: &Delivery<'m>) -> Option<TaskDefinition<'m>> {
        let mentions = self.model.mentions(delivery.task.known()?);
        let mut tasks = mentions.into_iter().filter_map(|id| self.model.get::<TaskDefinition<'m>>(id));
        tasks.next().filter(|_| tasks.next().is_none())
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
            Some(on) => {
                let request = Request { action, on: &on, context };
                self.judge_at(owner, request, |statement| statement.is_for_service(service))
            }
            None => Verdict::CannotTell("its ARN is not known".to_owned()),
        }
    }

    /// Whether the policies at a bucket let load balancers write access logs below `prefix`.
    pub fn logs_may_be_written(&self, bucket: ResourceId, prefix: &Prop<Text>) -> Verdict {
        let Some(arn) = Arn::of_resource(self.model, bucket) else {
            return Verdict::CannotTell("its ARN is not known".to_owned());
        };
        let below = match prefix {
            Prop::Known { value, .. } if value.as_str().as_deref() != Some("") => {
                let known = value.as_str();
                let prefix = known.map_or_else(Arn::unknown, |text| Arn::of_text(text.trim_matches('/')));
                arn.then("/").followed_by(&prefix)
            }
            Prop::Absent { .. } | Prop::Known { .. } => arn,
            Prop::OneOf { .. } | Prop::Unknown { .. } => arn.then("/").then_anything(),
        };
        let on = below.then("/AWSLogs/").followed_by(&Arn::account()).then("/").then_anything();
        let context = Context::new()
            .with("aws:SourceAccount", Arn::account())
            .with("s3:x-amz-acl", Arn::of_text("bucket-owner-full-control"));
        let of = |statement: &Statement<'_>| self.is_for_log_delivery(statement);
        self.judge_at(bucket, Request { action: "s3:PutObject", on: &on, context: &context }, of)
    }

    /// Whether a statement speaks of whoever writes access logs: a service, or in older regions an account of AWS's own.
    fn is_for_log_delivery(&self, statement: &Statement<'_>) -> Answer {
        let services =
            ["logdelivery.elasticloadbalancing", "logdelivery.elb", "delivery.logs", "elasticloadbalancing"];
        let by_service = services.map(|service| statement.is_for_service(service));
        let root = Arn::account().behind("arn:aws:iam::").then(":root");
        let may_be_of_aws = |principal: &Principal| match principal {
            Principal::Aws(arn) => {
                let is_here = arn.resource().is_some_and(|id| self.role_policies().contains_key(&id));
                !is_here && arn.covers(&root).max(arn.covers(&Arn::account())) != Answer::Yes
            }
            _ => false,
        };
        let by_account =
            if statement.principals().0.iter().any(may_be_of_aws) { Answer::Maybe } else { Answer::No };
        by_service.into_iter().fold(by_account, Answer::max)
    }

    /// What the policies at a resource say of a request by whomever `of` finds in a statement.
    fn judge_at(
        &self,
        owner: ResourceId,
        request: Request<'_>,
        of: impl Fn(&Statement<'_>) -> Answer,
    ) -> Verdict {
        let mut tally = Tally::default();
        let policies = self.resource_policies().get(&owner);
        for (_, document, certain) in policies.iter().flat_map(|p| &p.documents) {
            let there = if *certain { Answer::Yes } else { Answer::Maybe };
            for statement in &document.statements {
                let of = of(statement);
                // Denials are written for people; that a service is meant by one to everybody is not sure.
                let of = if statement.effect() == Effect::Deny { of.min(Answer::Maybe) } else { of };
                tally.see_there(statement, there.min(of), request);
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
