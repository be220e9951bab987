//! Demands: what workloads and services ask of AWS besides a way to a server: an image, a secret, a log, an invocation. Each with the
//! verdicts of the judges that have a say in it.

use iaclint_model::arn::Arn;
use iaclint_model::ecs::TaskDefinition;
use iaclint_model::lambda::Function;
use iaclint_model::triggers::{EventSourceMapping, event_source};
use iaclint_model::workload::Workload;
use iaclint_model::{Answer, Model, Prop, ResourceId};
use iaclint_value::OriginId;

use crate::Analysis;
use crate::admission::Destination;
use crate::authority::{Refusal, Verdict, Witness};
use crate::configured::configured;
use crate::needs::Confidence;
use crate::secret_reads::{SecretRead, Store, secret_reads};
use crate::start_requests::{Purpose, start_requests};

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Object {
    /// A resource of the graph.
    Resource(ResourceId),
    /// Something else, by its name or ARN as far as known.
    Named(String),
}

/// Something that is asked of AWS.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Who asks.
    pub client: ResourceId,
    /// For what.
    pub object: Object,
    /// What is done with it: `s3:*` where that is up to the application.
    pub action: &'static str,
    /// How we know.
    pub evidence: String,
    /// How sure we are.
    pub confidence: Confidence,
    /// The place that shows it.
    pub origin: OriginId,
    /// Whether the network lets the request out; `None` where no network of the configuration has a say.
    pub network: Option<Answer>,
    /// Whether policies allow it.
    pub authority: Verdict,
    /// Whether what is asked for is made here; `None` where that is no question.
    pub configuration: Option<Answer>,
}

impl<'m> Analysis<'m> {
    /// Everything that is asked of AWS, by client.
    pub fn demands(&self) -> Vec<Demand> {
        let mut out = Vec::new();
        for workload in self.workloads() {
            match &workload.task {
                Some(task) => self.before_containers(workload, task, &mut out),
                None => self.function_log(workload, &mut out),
            }
            self.configured_demands(workload, &mut out);
        }
        self.delivery_demands(&mut out);
        self.source_demands(&mut out);
        out.sort_by_key(|demand| demand.client);
        out
    }

    /// Images, logs and secrets, which the agent sees to before the containers run.
    fn before_containers(&self, workload: &Workload<'m>, task: &TaskDefinition<'m>, out: &mut Vec<Demand>) {
        for request in start_requests(task) {
            let object = match (request.object, request.purpose) {
                (Some(id), _) => Object::Resource(id),
                (None, Purpose::Image) => Object::Named("its registry".to_owned()),
                (None, Purpose::Log) => Object::Named("its log group".to_owned()),
            };
            out.push(Demand {
                client: workload.id,
                object,
                action: request.action,
                evidence: request.words(),
                confidence: Confidence::Certain,
                origin: request.origin,
                network: self.lets_call(workload, Some(request.service)),
                authority: match workload.execution_role {
                    Some(role) => self.may_request(role, &request),
                    None => Verdict::CannotTell("the role is not here".to_owned()),
                },
                configuration: None,
            });
        }
        for read in secret_reads(task) {
            out.push(self.secret_demand(workload, &read));
        }
    }

    fn secret_demand(&self, workload: &Workload<'m>, read: &SecretRead<'m>) -> Demand {
        let (object, configuration) = match read.resource() {
            Some(id) => (Object::Resource(id), Answer::Yes),
            None => (Object::Named(read.value.display()), Answer::Maybe),
        };
        let service = match read.store {
            Store::SecretsManager => "secretsmanager",
            Store::ParameterStore => "ssm",
        };
        Demand {
            client: workload.id,
            object,
            action: read.store.action(),
            evidence: format!("{} of {}", read.purpose, read.container.label()),
            confidence: Confidence::Certain,
            origin: read.value.origin,
            network: self.lets_call(workload, Some(service)),
            authority: self.may_of(workload.execution_role, read.store.action(), &read.arn),
            configuration: Some(configuration),
        }
    }

    /// The log that every function writes.
    fn function_log(&self, workload: &Workload<'m>, out: &mut Vec<Demand>) {
        let Some(function) = self.model.get::<Function<'m>>(workload.id) else { return };
        let name = function.name().known().map_or_else(Arn::unknown, |name| Arn::of_value(self.model, name));
        let group = name.behind("arn:aws:logs:{region}:{account}:log-group:/aws/lambda/").then(":");
        out.push(Demand {
            client: workload.id,
            object: Object::Named("its log".to_owned()),
            action: "logs:PutLogEvents",
            evidence: "every function writes a log".to_owned(),
            confidence: Confidence::Certain,
            origin: function.origin(),
            network: None,
            authority: self.may_of(workload.role, "logs:PutLogEvents", &group.then_anything()),
            configuration: None,
        });
    }

    /// Resources that the application is told of.
    fn configured_demands(&self, workload: &Workload<'m>, out: &mut Vec<Demand>) {
        for setting in &workload.settings.items {
            let Some((id, kind)) = configured(self.model, setting) else { continue };
            if out.iter().any(|d| d.client == workload.id && d.object == Object::Resource(id)) {
                continue;
            }
            let authority = match (workload.role, Arn::of_resource(self.model, id)) {
                (Some(role), Some(arn)) => {
                    self.may_anything(role, kind.service, &[arn.clone(), arn.then("/x")])
                }
                _ => Verdict::CannotTell("the role is not here".to_owned()),
            };
            let name = setting.name.as_deref().unwrap_or("a setting");
            out.push(Demand {
                client: workload.id,
                object: Object::Resource(id),
                action: kind.anything,
                evidence: format!("{name} names it"),
                confidence: Confidence::Likely,
                origin: setting.value.origin,
                network: self.lets_call(workload, kind.endpoint),
                authority,
                configuration: Some(Answer::Yes),
            });
        }
    }

    /// What services bring to functions, queues, topics, and the tasks that they start.
    fn delivery_demands(&self, out: &mut Vec<Demand>) {
        for delivery in self.deliveries() {
            let Some(to) = self.destination(delivery) else { continue };
            let task = self.task_of(delivery);
            let (authority, id) = match (&to, &task) {
                (Destination::Task, Some(task)) => {
                    let Some(role) = self.role_named(&delivery.role) else { continue };
                    (self.may_start(role, task, delivery.target), Some(task.id()))
                }
                _ => (self.admitted(delivery, &to), to.id()),
            };
            let Some(id) = id else { continue };
            out.push(Demand {
                client: delivery.id,
                object: Object::Resource(id),
                action: to.action(),
                evidence: delivery.sender.words().to_owned(),
                confidence: Confidence::Certain,
                origin: delivery.origin(),
                network: None,
                authority,
                configuration: None,
            });
        }
    }

    /// Queues and streams that Lambda reads for functions.
    fn source_demands(&self, out: &mut Vec<Demand>) {
        for mapping in self.model.all::<EventSourceMapping<'m>>() {
            let function = mapping.function().and_then(|id| self.model.get::<Function<'m>>(id));
            let (Some(function), Some(source)) = (function, mapping.source()) else { continue };
            let Some(kind) = event_source(&self.model.resource(source).type_name) else {
                continue;
            };
            let Some(arn) = Arn::of_resource(self.model, source).map(|arn| arn.then(kind.below)) else {
                continue;
            };
            let verdicts = kind.actions.iter().map(|action| self.may_of(function.role(), action, &arn));
            out.push(Demand {
                client: function.id(),
                object: Object::Resource(source),
                action: kind.actions.first().copied().unwrap_or_default(),
                evidence: format!("{} feeds it", self.model.short(mapping.id())),
                confidence: Confidence::Certain,
                origin: mapping.source_arn().origin(),
                network: None,
                authority: worst(verdicts),
                configuration: None,
            });
        }
    }

    fn may_of(&self, role: Option<ResourceId>, action: &str, on: &Arn) -> Verdict {
        match role {
            Some(role) => self.may(role, action, on),
            None => Verdict::CannotTell("the role is not here".to_owned()),
        }
    }

    /// Whether the network lets a workload call a service of AWS from all its subnets; `None` without a network of its own.
    fn lets_call(&self, workload: &Workload<'m>, service: Option<&str>) -> Option<Answer> {
        if workload.subnets.items.is_empty() && workload.service.is_none() {
            return None;
        }
        let Some(subnets) = self.subnets_of(workload) else { return Some(Answer::Maybe) };
        let origin = OriginId::NONE;
        let public_ip = match &workload.service {
            Some(service) => service.public_ip(),
            // Functions have no public address in a VPC.
            None => Prop::Absent { origin }.or(false),
        };
        let exists = &self.model.resource(workload.id).existence;
        let from = |subnet: ResourceId| match self.barred(subnet, &public_ip, exists).0 {
            Answer::No => Answer::Yes,
            Answer::Maybe => Answer::Maybe,
            Answer::Yes => service.map_or(Answer::No, |service| self.network().serves(subnet, service)),
        };
        let answers: Vec<Answer> = subnets.into_iter().map(from).collect();
        Some(if answers.contains(&Answer::No) {
            Answer::No
        } else if answers.contains(&Answer::Maybe) {
            Answer::Maybe
        } else {
            Answer::Yes
        })
    }
}

/// The verdict on all of several: refused when one is, allowed when all are.
pub(crate) fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let mut worst = None;
    for verdict in verdicts {
        match (&verdict, &worst) {
            (Verdict::Denied(_), _) => return verdict,
            (Verdict::CannotTell(_), None | Some(Verdict::Allowed(_))) | (Verdict::Allowed(_), None) => {
                worst = Some(verdict);
            }
            _ => {}
        }
    }
    worst.unwrap_or_else(|| Verdict::CannotTell("nothing is known of it".to_owned()))
}

impl Verdict {
    /// The answer alone.
    pub fn answer(&self) -> Answer {
        match self {
            Verdict::Allowed(_) => Answer::Yes,
            Verdict::Denied(_) => Answer::No,
            Verdict::CannotTell(_) => Answer::Maybe,
        }
    }

    /// What shows it, in words, with the statement where it is one.
    pub fn words(&self, model: &Model<'_>) -> (String, Option<Witness>) {
        match self {
            Verdict::Allowed(by) => (format!("{} allows it", model.short(by.id)), Some(*by)),
            Verdict::CannotTell(reason) => (reason.clone(), None),
            Verdict::Denied(refusal) => denied(model, refusal),
        }
    }
}

fn denied(model: &Model<'_>, refusal: &Refusal) -> (String, Option<Witness>) {
    let says = |words: &str, by: Witness| (format!("{} {words}", model.short(by.id)), Some(by));
    if let Some(by) = refusal.denied_by {
        says("denies it", by)
    } else if let Some(by) = refusal.bounded_by {
        says("is the role's boundary and does not allow it", by)
    } else if let Some(by) = refusal.kept_by {
        says("has a policy that names neither the role nor the account", by)
    } else if let Some(by) = refusal.elsewhere {
        says("allows it for something else alone", by)
    } else if let Some(by) = refusal.otherwise {
        says("allows other actions alone", by)
    } else {
        ("nothing allows it".to_owned(), None)
    }
}
