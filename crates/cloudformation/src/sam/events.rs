//! What calls a function.

use iaclint_value::{Name, Value};

use super::api::IMPLICIT_STAGE;
use super::function::{permission, target};
use super::role::Policies;
use super::{Lowering, Serverless, attribute, named, object, plain, reference, renamed, text};

/// What Lambda reads for a function: the event, the property that names the source, the managed policy that the role gets for it.
const READ: [(&str, &str, Option<&str>); 7] = [
    ("SQS", "Queue", Some("service-role/AWSLambdaSQSQueueExecutionRole")),
    ("Kinesis", "Stream", Some("service-role/AWSLambdaKinesisExecutionRole")),
    ("DynamoDB", "Stream", Some("service-role/AWSLambdaDynamoDBExecutionRole")),
    ("MSK", "Stream", Some("service-role/AWSLambdaMSKExecutionRole")),
    ("MQ", "Broker", None),
    ("DocumentDB", "Cluster", None),
    ("SelfManagedKafka", "", None),
];

impl Lowering<'_> {
    /// Adds what an entry of `Events` makes.
    pub(super) fn event(
        &mut self,
        this: &Serverless<'_>,
        name: &str,
        event: &Value,
        policies: &mut Policies,
    ) {
        let kind = event.get("Type").and_then(Value::as_str).unwrap_or_default().into_owned();
        let empty = Value::object([], event.origin);
        let properties = event.get("Properties").unwrap_or(&empty);
        let id = this.name(name);
        if let Some((_, source, policy)) = READ.iter().find(|(event, _, _)| *event == kind) {
            match policy {
                Some(policy) => policies.aws(policy, this.origin),
                None => policies.and_more(),
            }
            self.mapping(this, id, properties, source);
            return;
        }
        let origin = this.origin;
        match kind.as_str() {
            "SNS" => self.subscription(this, &id, properties),
            "S3" => self.permit(this, &id, "s3.amazonaws.com", None),
            "Schedule" => {
                let mut fields = vec![("Targets", target(this, properties, &id))];
                fields.extend(renamed(properties.get("Schedule"), "ScheduleExpression"));
                fields.extend(renamed(properties.get("State"), "State"));
                self.rule(this, &id, fields);
            }
            "EventBridgeRule" | "CloudWatchEvent" => {
                let mut fields = vec![("Targets", target(this, properties, &id))];
                fields.extend(renamed(properties.get("Pattern"), "EventPattern"));
                fields.extend(renamed(properties.get("EventBusName"), "EventBusName"));
                fields.extend(renamed(properties.get("State"), "State"));
                self.rule(this, &id, fields);
            }
            "ScheduleV2" => self.schedule(this, id, properties),
            "CloudWatchLogs" => {
                let mut fields = vec![("DestinationArn", attribute(this.id, "Arn", origin))];
                fields.extend(renamed(properties.get("LogGroupName"), "LogGroupName"));
                fields.extend(renamed(properties.get("FilterPattern"), "FilterPattern"));
                self.permit(this, &id, "logs.amazonaws.com", None);
                self.add(this, id, "AWS::Logs::SubscriptionFilter", object(fields, origin));
            }
            "Api" => {
                let stage = self.stage_of(properties);
                let name = Name::from(format!("{id}Permission{stage}"));
                let permission = permission(this, "apigateway.amazonaws.com", None);
                self.add(this, name, "AWS::Lambda::Permission", permission);
            }
            "HttpApi" => self.permit(this, &id, "apigateway.amazonaws.com", None),
            "Cognito" => self.permit(this, &id, "cognito-idp.amazonaws.com", None),
            "IoTRule" => self.permit(this, &id, "iot.amazonaws.com", None),
            "AlexaSkill" => self.permit(this, &id, "alexa-appkit.amazon.com", None),
            _ => {}
        }
    }

    /// The name of the stage that an event of the type `Api` belongs to, as far as names are made of it.
    fn stage_of(&self, event: &Value) -> String {
        let Some(api) = event.get("RestApiId") else { return IMPLICIT_STAGE.to_owned() };
        let api = named(api).and_then(|id| self.sibling(&id));
        let stage = api.and_then(|(_, api)| api.get("Properties")?.get("StageName")?.as_str());
        stage.map(|name| plain(&name)).unwrap_or_default()
    }

    fn mapping(&mut self, this: &Serverless<'_>, id: Name, properties: &Value, source: &str) {
        let mut fields = vec![("FunctionName", reference(this.id, this.origin))];
        fields.extend(renamed(properties.get(source), "EventSourceArn"));
        for name in [
            "BatchSize",
            "Enabled",
            "FilterCriteria",
            "FunctionResponseTypes",
            "MaximumBatchingWindowInSeconds",
            "ScalingConfig",
            "SourceAccessConfigurations",
            "StartingPosition",
            "Topics",
        ] {
            fields.extend(renamed(properties.get(name), name));
        }
        self.add(this, id, "AWS::Lambda::EventSourceMapping", object(fields, this.origin));
    }

    fn permit(&mut self, this: &Serverless<'_>, event: &str, principal: &str, source: Option<Value>) {
        let name = Name::from(format!("{event}Permission"));
        self.add(this, name, "AWS::Lambda::Permission", permission(this, principal, source));
    }

    fn rule(&mut self, this: &Serverless<'_>, id: &Name, fields: Vec<(&str, Value)>) {
        let arn = attribute(id, "Arn", this.origin);
        self.permit(this, id, "events.amazonaws.com", Some(arn));
        self.add(this, id.clone(), "AWS::Events::Rule", object(fields, this.origin));
    }

    /// A schedule, which calls by a role: one that is made when the event names none.
    fn schedule(&mut self, this: &Serverless<'_>, id: Name, properties: &Value) {
        let (origin, arn) = (this.origin, attribute(this.id, "Arn", this.origin));
        let role = properties.get("RoleArn").cloned().unwrap_or_else(|| {
            let name = Name::from(format!("{id}Role"));
            let mut policies = Policies::new();
            policies.allows("lambda:InvokeFunction", arn.clone(), origin);
            self.role(this, name.clone(), "scheduler.amazonaws.com", policies);
            attribute(&name, "Arn", origin)
        });
        let mut fields = vec![("Target", object(vec![("Arn", arn), ("RoleArn", role)], origin))];
        for name in ["ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "State"] {
            fields.extend(renamed(properties.get(name), name));
        }
        self.add(this, id, "AWS::Scheduler::Schedule", object(fields, origin));
    }

    /// A topic's messages. What comes by way of a queue is left alone: the queue, its policy and its mapping are made together.
    fn subscription(&mut self, this: &Serverless<'_>, id: &Name, properties: &Value) {
        if properties.get("SqsSubscription").is_some_and(|by| by.as_bool() != Some(false)) {
            return;
        }
        let topic = properties.get("Topic");
        self.permit(this, id, "sns.amazonaws.com", topic.cloned());
        let endpoint = attribute(this.id, "Arn", this.origin);
        let mut fields = vec![("Protocol", text("lambda", this.origin)), ("Endpoint", endpoint)];
        fields.extend(renamed(topic, "TopicArn"));
        fields.extend(renamed(properties.get("FilterPolicy"), "FilterPolicy"));
        self.add(this, id.clone(), "AWS::SNS::Subscription", object(fields, this.origin));
    }
}
