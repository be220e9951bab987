//! What calls or feeds something: subscriptions, notifications, rules, schedules, pipes, integrations of APIs.

use crate::entity::entities;
use crate::resource_policies::Queue;
use crate::{Entity, Model, Prop, ResourceId};

entities! {
    /// A subscription of a topic.
    Subscription: ["aws_sns_topic_subscription"] | ["AWS::SNS::Subscription"] {
        /// The topic.
        topic: raw = "topic_arn" | "TopicArn";
        /// `sqs`, `lambda`, `https`...
        protocol: str = "protocol" | "Protocol";
        /// Where its messages go.
        endpoint: link = "endpoint" | "Endpoint";
        /// Where its messages go, as it stands.
        endpoint_value: raw = "endpoint" | "Endpoint";
    }

    /// A topic with the subscriptions that it is made with, in CloudFormation.
    SubscribedTopic: [] | ["AWS::SNS::Topic"] {
        /// Its subscriptions; see [`OwnSubscription`].
        subscriptions: nodes = "" | "Subscription";
    }

    /// A subscription that a topic is made with.
    OwnSubscription: [] | ["AWS::SNS::Topic/Subscription"] {
        /// `sqs`, `lambda`, `https`...
        protocol: str = "" | "Protocol";
        /// Where its messages go.
        endpoint: link = "" | "Endpoint";
        /// Where its messages go, as it stands.
        endpoint_value: raw = "" | "Endpoint";
    }

    /// What Lambda reads from a queue or stream for a function.
    EventSourceMapping: ["aws_lambda_event_source_mapping"] | ["AWS::Lambda::EventSourceMapping"] {
        /// The function.
        function: link = "function_name" | "FunctionName";
        /// The same as it is named, perhaps with a qualifier.
        function_value: raw = "function_name" | "FunctionName";
        /// The queue or stream.
        source: link = "event_source_arn" | "EventSourceArn";
        /// Its ARN.
        source_arn: raw = "event_source_arn" | "EventSourceArn";
        /// Whether it reads.
        enabled: bool = "enabled" | "Enabled", default true;
    }

    /// The notifications of a bucket, in Terraform.
    BucketNotification: ["aws_s3_bucket_notification"] | [] {
        /// The bucket.
        bucket: raw = "bucket" | "";
        /// Those to functions.
        functions: nodes = "lambda_function" | "";
        /// Those to queues.
        queues: nodes = "queue" | "";
        /// Those to topics.
        topics: nodes = "topic" | "";
    }

    /// A bucket with the notifications that are written into it, in CloudFormation.
    NotifyingBucket: [] | ["AWS::S3::Bucket"] {
        /// Those to functions.
        functions: nodes = "" | "NotificationConfiguration.LambdaConfigurations";
        /// Those to queues.
        queues: nodes = "" | "NotificationConfiguration.QueueConfigurations";
        /// Those to topics.
        topics: nodes = "" | "NotificationConfiguration.TopicConfigurations";
    }

    /// The notifications that the CDK's own resource puts at a bucket.
    CdkBucketNotification: [] | ["Custom::S3BucketNotifications"] {
        /// The bucket.
        bucket: raw = "" | "BucketName";
        /// Those to functions.
        functions: nodes = "" | "NotificationConfiguration.LambdaFunctionConfigurations";
        /// Those to queues.
        queues: nodes = "" | "NotificationConfiguration.QueueConfigurations";
        /// Those to topics.
        topics: nodes = "" | "NotificationConfiguration.TopicConfigurations";
    }

    /// A rule of EventBridge; in CloudFormation with its targets.
    EventRule: ["aws_cloudwatch_event_rule"] | ["AWS::Events::Rule"] {
        /// Its targets; see [`RuleTarget`].
        targets: nodes = "" | "Targets";
    }

    /// A target of a rule, as a resource of Terraform.
    EventTarget: ["aws_cloudwatch_event_target"] | [] {
        /// The rule's name.
        rule: link = "rule" | "";
    }

    /// What a rule starts or sends to.
    RuleTarget: ["aws_cloudwatch_event_target"] | ["AWS::Events::Rule/Targets"] {
        /// Its ARN.
        arn: raw = "arn" | "Arn";
        /// The role that EventBridge takes.
        role: raw = "role_arn" | "RoleArn";
        /// The task definition, when the target is a cluster.
        task: raw = "ecs_target.task_definition_arn" | "EcsParameters.TaskDefinitionArn";
    }

    /// A schedule.
    Schedule: ["aws_scheduler_schedule"] | ["AWS::Scheduler::Schedule"] {
        /// What it starts or sends to.
        arn: raw = "target.arn" | "Target.Arn";
        /// The role that the scheduler takes.
        role: raw = "target.role_arn" | "Target.RoleArn";
        /// The task definition, when the target is a cluster.
        task: raw = "target.ecs_parameters.task_definition_arn" | "Target.EcsParameters.TaskDefinitionArn";
    }

    /// A pipe.
    Pipe: ["aws_pipes_pipe"] | ["AWS::Pipes::Pipe"] {
        /// What it reads.
        source: raw = "source" | "Source";
        /// What it sends to.
        arn: raw = "target" | "Target";
        /// The role that it takes.
        role: raw = "role_arn" | "RoleArn";
        /// The task definition, when the target is a cluster.
        task: raw = "target_parameters.ecs_task_parameters.task_definition_arn" | "TargetParameters.EcsTaskParameters.TaskDefinitionArn";
    }

    /// A state machine.
    StateMachine: ["aws_sfn_state_machine"] | ["AWS::StepFunctions::StateMachine"] {
        /// Its states, as a text.
        definition: raw = "definition" | "DefinitionString";
        /// Its states, as an object.
        definition_object: raw = "" | "Definition";
        /// The role that it takes.
        role: raw = "role_arn" | "RoleArn";
    }

    /// A rule of AWS IoT.
    IotRule: ["aws_iot_topic_rule"] | ["AWS::IoT::TopicRule"] {
        /// The functions that it calls, in Terraform.
        functions: nodes = "lambda" | "";
        /// What it does, in CloudFormation.
        actions: nodes = "" | "TopicRulePayload.Actions";
    }

    /// An API that is written as an OpenAPI document.
    DocumentedApi: ["aws_api_gateway_rest_api", "aws_apigatewayv2_api"] | ["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"] {
        /// The document.
        body: raw = "body" | "Body";
    }

    /// What a method of a REST API calls.
    RestIntegration: ["aws_api_gateway_integration"] | ["AWS::ApiGateway::Method"] {
        /// The API.
        api: raw = "rest_api_id" | "RestApiId";
        /// The method: `GET`, `ANY`.
        method: str = "http_method" | "HttpMethod";
        /// What is called.
        uri: raw = "uri" | "Integration.Uri";
        /// A role to call it with.
        credentials: raw = "credentials" | "Integration.Credentials";
    }

    /// The function that authorizes requests to a REST API.
    RestAuthorizer: ["aws_api_gateway_authorizer"] | ["AWS::ApiGateway::Authorizer"] {
        /// The API.
        api: raw = "rest_api_id" | "RestApiId";
        /// What is called.
        uri: raw = "authorizer_uri" | "AuthorizerUri";
        /// A role to call it with.
        credentials: raw = "authorizer_credentials" | "AuthorizerCredentials";
    }

    /// What the routes of an HTTP or WebSocket API call.
    HttpIntegration: ["aws_apigatewayv2_integration"] | ["AWS::ApiGatewayV2::Integration"] {
        /// The API.
        api: raw = "api_id" | "ApiId";
        /// What is called.
        uri: raw = "integration_uri" | "IntegrationUri";
        /// A role to call it with.
        credentials: raw = "credentials_arn" | "CredentialsArn";
    }

    /// The function that authorizes requests to an HTTP or WebSocket API.
    HttpAuthorizer: ["aws_apigatewayv2_authorizer"] | ["AWS::ApiGatewayV2::Authorizer"] {
        /// The API.
        api: raw = "api_id" | "ApiId";
        /// What is called.
        uri: raw = "authorizer_uri" | "AuthorizerUri";
        /// A role to call it with.
        credentials: raw = "authorizer_credentials_arn" | "AuthorizerCredentialsArn";
    }

    /// What a log group sends its lines to.
    LogSubscription: ["aws_cloudwatch_log_subscription_filter"] | ["AWS::Logs::SubscriptionFilter"] {
        /// The group's name.
        group: raw = "log_group_name" | "LogGroupName";
        /// Where the lines go.
        destination: raw = "destination_arn" | "DestinationArn";
    }

    /// A pool of users.
    UserPool: ["aws_cognito_user_pool"] | ["AWS::Cognito::UserPool"] {
        /// The functions that it calls, by occasion.
        functions: raw = "lambda_config" | "LambdaConfig";
    }

    /// What an alarm tells when it goes off.
    AlarmActions: ["aws_cloudwatch_metric_alarm"] | ["AWS::CloudWatch::Alarm"] {
        /// Topics, functions and the like.
        actions: links = "alarm_actions" | "AlarmActions";
    }

    /// The rotation of a secret.
    Rotation: ["aws_secretsmanager_secret_rotation"] | ["AWS::SecretsManager::RotationSchedule"] {
        /// The secret.
        secret: raw = "secret_id" | "SecretId";
        /// The function that rotates it.
        function: raw = "rotation_lambda_arn" | "RotationLambdaARN";
    }
}

/// The queues that topics send to, each with the subscription, or the topic that is made with it.
pub fn subscribed_queues<'m>(model: &'m Model<'m>) -> Vec<(ResourceId, Queue<'m>)> {
    let of_queue = |by: ResourceId, protocol: &Prop<String>, endpoint: Option<ResourceId>| {
        let queue = endpoint.filter(|_| protocol.must(|p| p == "sqs"))?;
        Some((by, model.get::<Queue<'m>>(queue)?))
    };
    let alone = model.all::<Subscription<'m>>().into_iter();
    let mut out: Vec<(ResourceId, Queue<'m>)> =
        alone.filter_map(|s| of_queue(s.id(), &s.protocol(), s.endpoint())).collect();
    for topic in model.all::<SubscribedTopic<'m>>() {
        let own = topic.subscriptions().map(OwnSubscription::of).items.into_iter();
        out.extend(own.filter_map(|s| of_queue(topic.id(), &s.protocol(), s.endpoint())));
    }
    out
}

/// How Lambda reads a kind of event source.
#[derive(Clone, Copy, Debug)]
pub struct EventSource {
    /// The actions that it takes.
    pub actions: &'static [&'static str],
    /// What stands below the ARN of what is read.
    pub below: &'static str,
    /// The policy of AWS that allows them.
    pub policy: &'static str,
}

/// How Lambda reads a resource of this type.
/// Source: AWS Lambda Developer Guide, permissions for event source mappings.
pub fn event_source(type_name: &str) -> Option<EventSource> {
    Some(match type_name {
        "aws_sqs_queue" | "AWS::SQS::Queue" => EventSource {
            actions: &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            below: "",
            policy: "AWSLambdaSQSQueueExecutionRole",
        },
        "aws_kinesis_stream" | "AWS::Kinesis::Stream" => EventSource {
            actions: &["kinesis:GetRecords", "kinesis:GetShardIterator"],
            below: "",
            policy: "AWSLambdaKinesisExecutionRole",
        },
        "aws_dynamodb_table" | "AWS::DynamoDB::Table" => EventSource {
            actions: &["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"],
            below: "/stream/x",
            policy: "AWSLambdaDynamoDBExecutionRole",
        },
        _ => return None,
    })
}
