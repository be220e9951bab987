//! Deliveries: what services of AWS bring to a function, queue, topic or cluster, and with whose right.

use iaclint_value::{Encoding, OriginId, Value};

use crate::arn::Arn;
use crate::lb::{TargetAttachment, TargetGroup};
use crate::resource_policies::Bucket;
use crate::triggers::{
    BucketNotification, CdkBucketNotification, DocumentedApi, EventRule, EventTarget, HttpAuthorizer,
    HttpIntegration, IotRule, LogSubscription, NotifyingBucket, OwnSubscription, Pipe, RestAuthorizer,
    RestIntegration, Rotation, RuleTarget, Schedule, StateMachine, SubscribedTopic, Subscription, UserPool,
};
use crate::{Entity, Many, Model, Node, Prop, ResourceId};

/// What delivers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sender {
    /// A topic, to its subscriptions.
    Topic,
    /// A bucket, its notifications.
    Bucket,
    /// A rule of EventBridge.
    Rule,
    /// A schedule.
    Schedule,
    /// A pipe.
    Pipe,
    /// A REST, HTTP or WebSocket API.
    Api,
    /// A target group of a load balancer.
    TargetGroup,
    /// A log group, its lines.
    LogGroup,
    /// A pool of users.
    UserPool,
    /// The rotation of a secret.
    Rotation,
    /// A rule of AWS IoT.
    IotRule,
    /// A state of a state machine.
    StateMachine,
}

impl Sender {
    /// The service, by the first words of its principal's name.
    pub fn service(self) -> &'static str {
        match self {
            Sender::Topic => "sns",
            Sender::Bucket => "s3",
            Sender::Rule => "events",
            Sender::Schedule => "scheduler",
            Sender::Pipe => "pipes",
            Sender::Api => "apigateway",
            Sender::TargetGroup => "elasticloadbalancing",
            Sender::LogGroup => "logs",
            Sender::UserPool => "cognito-idp",
            Sender::Rotation => "secretsmanager",
            Sender::IotRule => "iot",
            Sender::StateMachine => "states",
        }
    }

    /// Whether it always takes a role, and is never let in by the destination alone.
    pub fn takes_a_role(self) -> bool {
        matches!(self, Sender::Schedule | Sender::Pipe | Sender::StateMachine)
    }

    /// What delivers, in words.
    pub fn words(self) -> &'static str {
        match self {
            Sender::Topic => "a subscription of a topic",
            Sender::Bucket => "a notification of a bucket",
            Sender::Rule => "a rule of EventBridge",
            Sender::Schedule => "a schedule",
            Sender::Pipe => "a pipe",
            Sender::Api => "an API",
            Sender::TargetGroup => "a target group",
            Sender::LogGroup => "a subscription of a log group",
            Sender::UserPool => "a user pool",
            Sender::Rotation => "the rotation of a secret",
            Sender::IotRule => "a rule of AWS IoT",
            Sender::StateMachine => "a state machine",
        }
    }
}

/// Something that a service brings somewhere.
#[derive(Clone, Debug)]
pub struct Delivery<'m> {
    /// The resource that orders it.
    pub id: ResourceId,
    /// What delivers.
    pub sender: Sender,
    /// Where it goes, as it is written.
    pub target: &'m Value,
    /// What it comes from: `aws:SourceArn`.
    pub source: Option<Arn>,
    /// The role that the service takes for it; absent where it comes in its own name.
    pub role: Prop<&'m Value>,
    /// The task definition that it starts.
    pub task: Prop<&'m Value>,
}

impl Delivery<'_> {
    /// The place of the target.
    pub fn origin(&self) -> OriginId {
        self.target.origin
    }
}

/// Everything that services bring to something.
pub fn deliveries<'m>(model: &'m Model<'m>) -> Vec<Delivery<'m>> {
    let mut reader = Reader { model, out: Vec::new() };
    reader.subscriptions();
    reader.notifications();
    reader.rules();
    reader.schedules();
    reader.state_machines();
    reader.apis();
    reader.documents();
    reader.target_groups();
    reader.others();
    reader.out.sort_by_key(|delivery| delivery.id);
    reader.out
}

struct Reader<'m> {
    model: &'m Model<'m>,
    out: Vec<Delivery<'m>>,
}

impl<'m> Reader<'m> {
    /// A delivery in the service's own name.
    fn add(&mut self, id: ResourceId, sender: Sender, target: &Prop<&'m Value>, source: Option<Arn>) {
        let absent = Prop::Absent { origin: OriginId::NONE };
        self.add_with(id, sender, target, source, absent.clone(), absent);
    }

    fn add_with(
        &mut self,
        id: ResourceId,
        sender: Sender,
        target: &Prop<&'m Value>,
        source: Option<Arn>,
        role: Prop<&'m Value>,
        task: Prop<&'m Value>,
    ) {
        if let Prop::Known { value: target, .. } = target {
            self.out.push(Delivery { id, sender, target, source, role, task });
        }
    }

    fn arn_of(&self, value: &Prop<&'m Value>) -> Option<Arn> {
        value.known().map(|value| Arn::of_value(self.model, value))
    }

    /// The ARN of the one resource of a kind that a value names.
    fn named<E: Entity<'m>>(&self, value: &Prop<&'m Value>) -> Option<Arn> {
        let mentions = self.model.mentions(value.known()?);
        let mut named = mentions.into_iter().filter(|id| self.model.get::<E>(*id).is_some());
        match (named.next(), named.next()) {
            (Some(id), None) => Arn::of_resource(self.model, id),
            _ => None,
        }
    }

    fn subscriptions(&mut self) {
        for subscription in self.model.all::<Subscription<'m>>() {
            // Others go to the network, or have a role of their own.
            if subscription.protocol().must(|p| p == "sqs" || p == "lambda") {
                let source = self.arn_of(&subscription.topic());
                self.add(subscription.id(), Sender::Topic, &subscription.endpoint_value(), source);
            }
        }
        for topic in self.model.all::<SubscribedTopic<'m>>() {
            let source = Arn::of_resource(self.model, topic.id());
            for subscription in topic.subscriptions().map(OwnSubscription::of).items {
                if subscription.protocol().must(|p| p == "sqs" || p == "lambda") {
                    self.add(topic.id(), Sender::Topic, &subscription.endpoint_value(), source.clone());
                }
            }
        }
    }

    fn notifications(&mut self) {
        for all in self.model.all::<BucketNotification<'m>>() {
            let source = self.named::<Bucket<'m>>(&all.bucket());
            for (nodes, field) in [
                (all.functions(), "lambda_function_arn"),
                (all.queues(), "queue_arn"),
                (all.topics(), "topic_arn"),
            ] {
                self.notify(all.id(), &nodes, field, source.as_ref());
            }
        }
        for all in self.model.all::<NotifyingBucket<'m>>() {
            let source = Arn::of_resource(self.model, all.id());
            for (nodes, field) in
                [(all.functions(), "Function"), (all.queues(), "Queue"), (all.topics(), "Topic")]
            {
                self.notify(all.id(), &nodes, field, source.as_ref());
            }
        }
        for all in self.model.all::<CdkBucketNotification<'m>>() {
            let source = self.named::<Bucket<'m>>(&all.bucket());
            for (nodes, field) in [
                (all.functions(), "LambdaFunctionArn"),
                (all.queues(), "QueueArn"),
                (all.topics(), "TopicArn"),
            ] {
                self.notify(all.id(), &nodes, field, source.as_ref());
            }
        }
    }

    fn notify(&mut self, id: ResourceId, nodes: &Many<Node<'m>>, field: &'static str, source: Option<&Arn>) {
        for node in &nodes.items {
            self.add(id, Sender::Bucket, &node.raw(field, field), source.cloned());
        }
    }

    fn rules(&mut self) {
        for target in self.model.all::<EventTarget<'m>>() {
            let source = target.rule().and_then(|rule| Arn::of_resource(self.model, rule));
            self.rule(&RuleTarget::of(target.node()), source);
        }
        for rule in self.model.all::<EventRule<'m>>() {
            for target in rule.targets().items {
                self.rule(&RuleTarget::of(target), Arn::of_resource(self.model, rule.id()));
            }
        }
    }

    fn rule(&mut self, target: &RuleTarget<'m>, source: Option<Arn>) {
        self.add_with(target.id(), Sender::Rule, &target.arn(), source, target.role(), target.task());
    }

    fn schedules(&mut self) {
        for schedule in self.model.all::<Schedule<'m>>() {
            let (role, task) = (schedule.role(), schedule.task());
            self.add_with(schedule.id(), Sender::Schedule, &schedule.arn(), None, role, task);
        }
        for pipe in self.model.all::<Pipe<'m>>() {
            let (role, task) = (pipe.role(), pipe.task());
            self.add_with(pipe.id(), Sender::Pipe, &pipe.arn(), None, role, task);
        }
    }

    fn state_machines(&mut self) {
        for machine in self.model.all::<StateMachine<'m>>() {
            let written = [machine.definition(), machine.definition_object()];
            let Some(value) = written.iter().find_map(Prop::known) else { continue };
            let mut states = Vec::new();
            value.decoded(Encoding::Json).unwrap_or(value).walk(&mut |part| {
                states.extend(part.get("Resource").map(|resource| (part, resource)));
            });
            for (state, resource) in states {
                self.state(&machine, machine.node().within(state), resource);
            }
        }
    }

    /// What a state calls: by the integration that its resource names, or the function that its resource is.
    fn state(&mut self, machine: &StateMachine<'m>, state: Node<'m>, resource: &'m Value) {
        let absent = Prop::Absent { origin: OriginId::NONE };
        let called = resource.to_text().map(|text| text.suffix()).unwrap_or_default();
        let integration = |name: &str| called.contains(&format!(":states:::{name}"));
        let argument = |name: [&'static str; 2]| {
            let [parameters, arguments] = name.map(|path| state.raw(path, path));
            if parameters.is_absent() { arguments } else { parameters }
        };
        let (target, task) = if integration("ecs:runTask") {
            let task = argument(["Parameters.TaskDefinition", "Arguments.TaskDefinition"]);
            (argument(["Parameters.Cluster", "Arguments.Cluster"]), task)
        } else if integration("lambda:invoke") {
            (argument(["Parameters.FunctionName", "Arguments.FunctionName"]), absent)
        } else if integration("sqs:sendMessage") {
            (argument(["Parameters.QueueUrl", "Arguments.QueueUrl"]), absent)
        } else if integration("sns:publish") {
            (argument(["Parameters.TopicArn", "Arguments.TopicArn"]), absent)
        } else if integration("states:startExecution") {
            (argument(["Parameters.StateMachineArn", "Arguments.StateMachineArn"]), absent)
        } else {
            (Prop::written(resource, resource.origin), absent)
        };
        self.add_with(machine.id(), Sender::StateMachine, &target, None, machine.role(), task);
    }

    fn apis(&mut self) {
        let absent = || Prop::Absent { origin: OriginId::NONE };
        for all in self.model.all::<RestIntegration<'m>>() {
            let method = all.method();
            let source = self.requests(&all.api()).map(|api| {
                let stage = api.then("/").then_anything().then("/");
                match method.known().filter(|method| *method != "ANY") {
                    Some(method) => stage.then(method),
                    None => stage.then_anything(),
                }
                .then("/")
                .then_anything()
            });
            self.add_with(all.id(), Sender::Api, &all.uri(), source, all.credentials(), absent());
        }
        for all in self.model.all::<RestAuthorizer<'m>>() {
            let source = self.requests(&all.api()).map(|api| api.then("/authorizers/").then_anything());
            self.add_with(all.id(), Sender::Api, &all.uri(), source, all.credentials(), absent());
        }
        for all in self.model.all::<HttpIntegration<'m>>() {
            let source =
                self.requests(&all.api()).map(|api| api.then("/").then_anything().then("/").then_anything());
            self.add_with(all.id(), Sender::Api, &all.uri(), source, all.credentials(), absent());
        }
        for all in self.model.all::<HttpAuthorizer<'m>>() {
            let source = self.requests(&all.api()).map(|api| api.then("/authorizers/").then_anything());
            self.add_with(all.id(), Sender::Api, &all.uri(), source, all.credentials(), absent());
        }
    }

    /// What APIs call that are written as OpenAPI documents.
    fn documents(&mut self) {
        for api in self.model.all::<DocumentedApi<'m>>() {
            let Prop::Known { value, .. } = api.body() else { continue };
            let source = Arn::of_resource(self.model, api.id())
                .map(|api| api.then("/").then_anything().then("/").then_anything());
            let mut integrations = Vec::new();
            value.decoded(Encoding::Json).unwrap_or(value).walk(&mut |part| {
                let fields = part.as_object().map(|object| object.fields.as_slice()).unwrap_or_default();
                let is_integration = |name: &str| name == "x-amazon-apigateway-integration";
                integrations.extend(fields.iter().filter(|(n, _, _)| is_integration(n)).map(|(_, _, v)| v));
            });
            for integration in integrations {
                let node = api.node().within(integration);
                let (uri, role) = (node.raw("uri", "uri"), node.raw("credentials", "credentials"));
                let absent = Prop::Absent { origin: OriginId::NONE };
                self.add_with(api.id(), Sender::Api, &uri, source.clone(), role, absent);
            }
        }
    }

    /// What the requests to the one API that a value names come from.
    fn requests(&self, value: &Prop<&'m Value>) -> Option<Arn> {
        let links = self.model.links_in(value.known()?);
        match links.items.as_slice() {
            [link] if links.complete => Arn::of_resource(self.model, link.id()?),
            _ => None,
        }
    }

    fn target_groups(&mut self) {
        let model = self.model;
        let is_for_functions = |group: &TargetGroup<'m>| group.target_type().must(|kind| kind == "lambda");
        for attachment in model.all::<TargetAttachment<'m>>() {
            let links = attachment.target_group();
            let group = links.items.iter().find_map(|link| model.get::<TargetGroup<'m>>(link.id()?));
            if group.is_some_and(|group| is_for_functions(&group)) {
                let target = attachment.node().raw("target_id", "");
                self.add(attachment.id(), Sender::TargetGroup, &target, None);
            }
        }
        for group in model.all::<TargetGroup<'m>>().into_iter().filter(is_for_functions) {
            for target in group.targets().items {
                self.add(group.id(), Sender::TargetGroup, &target.raw("", "Id"), None);
            }
        }
    }

    fn others(&mut self) {
        for all in self.model.all::<LogSubscription<'m>>() {
            self.add(all.id(), Sender::LogGroup, &all.destination(), None);
        }
        for pool in self.model.all::<UserPool<'m>>() {
            let source = Arn::of_resource(self.model, pool.id());
            let Prop::Known { value, .. } = pool.functions() else { continue };
            for node in pool.node().elements_of(value).items {
                for (_, _, function) in node.value.as_object().iter().flat_map(|o| &o.fields) {
                    let function = Prop::written(function, function.origin);
                    self.add(pool.id(), Sender::UserPool, &function, source.clone());
                }
            }
        }
        for rule in self.model.all::<IotRule<'m>>() {
            let source = Arn::of_resource(self.model, rule.id());
            let in_actions =
                rule.actions().items.into_iter().map(|action| action.raw("", "Lambda.FunctionArn"));
            let functions = rule.functions().items.into_iter().map(|node| node.raw("function_arn", ""));
            for function in functions.chain(in_actions) {
                self.add(rule.id(), Sender::IotRule, &function, source.clone());
            }
        }
        for rotation in self.model.all::<Rotation<'m>>() {
            let source = self.arn_of(&rotation.secret());
            self.add(rotation.id(), Sender::Rotation, &rotation.function(), source);
        }
    }
}
