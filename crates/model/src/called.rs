//! What is called over a service's own interface, not on a port of the network.

/// What such a resource is, whatever service it is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Called {
    /// A queue, topic, stream or bus.
    Queue,
    /// A bucket or table.
    Storage,
    /// A secret or parameter.
    Secret,
    /// Runs a program: a function, a service.
    Program,
}

/// What a resource of this type is; `None` for what is not called that way.
pub fn called(type_name: &str) -> Option<Called> {
    Some(match type_name {
        "aws_sqs_queue" | "AWS::SQS::Queue" => Called::Queue,
        "aws_sns_topic" | "AWS::SNS::Topic" => Called::Queue,
        "aws_kinesis_stream" | "AWS::Kinesis::Stream" => Called::Queue,
        "aws_cloudwatch_event_bus" | "AWS::Events::EventBus" => Called::Queue,
        "aws_s3_bucket" | "AWS::S3::Bucket" => Called::Storage,
        "aws_dynamodb_table" | "AWS::DynamoDB::Table" => Called::Storage,
        "aws_secretsmanager_secret" | "AWS::SecretsManager::Secret" => Called::Secret,
        "aws_ssm_parameter" | "AWS::SSM::Parameter" => Called::Secret,
        "aws_lambda_function" | "AWS::Lambda::Function" => Called::Program,
        "aws_ecs_service" | "AWS::ECS::Service" => Called::Program,
        _ => return None,
    })
}

/// A kind of resource that applications use under their own role.
#[derive(Debug)]
pub struct ConfiguredKind {
    terraform: &'static str,
    cloudformation: &'static str,
    /// The service, as its actions begin.
    pub service: &'static str,
    /// All its actions.
    pub anything: &'static str,
    /// The service as endpoints call it.
    pub endpoint: Option<&'static str>,
    /// What it is called.
    pub noun: &'static str,
    /// Attributes that say which one it is, besides names and ARNs.
    pub handles: &'static [&'static str],
    /// Its name, in both languages.
    pub names: [&'static str; 2],
    /// An action that applications often do.
    pub example: &'static str,
}

const KINDS: [ConfiguredKind; 5] = [
    ConfiguredKind {
        terraform: "aws_s3_bucket",
        cloudformation: "AWS::S3::Bucket",
        service: "s3",
        anything: "s3:*",
        endpoint: Some("s3"),
        noun: "bucket",
        handles: &["arn", "bucket", "id", "Ref", "Arn"],
        names: ["bucket", "BucketName"],
        example: "s3:GetObject",
    },
    ConfiguredKind {
        terraform: "aws_sqs_queue",
        cloudformation: "AWS::SQS::Queue",
        service: "sqs",
        anything: "sqs:*",
        endpoint: Some("sqs"),
        noun: "queue",
        handles: &["arn", "name", "id", "url", "Ref", "Arn", "QueueName", "QueueUrl"],
        names: ["name", "QueueName"],
        example: "sqs:SendMessage",
    },
    ConfiguredKind {
        terraform: "aws_sns_topic",
        cloudformation: "AWS::SNS::Topic",
        service: "sns",
        anything: "sns:*",
        endpoint: Some("sns"),
        noun: "topic",
        handles: &["arn", "id", "Ref", "TopicArn"],
        names: ["name", "Name"],
        example: "sns:Publish",
    },
    ConfiguredKind {
        terraform: "aws_dynamodb_table",
        cloudformation: "AWS::DynamoDB::Table",
        service: "dynamodb",
        anything: "dynamodb:*",
        endpoint: Some("dynamodb"),
        noun: "table",
        handles: &["arn", "name", "id", "Ref", "Arn"],
        names: ["name", "TableName"],
        example: "dynamodb:GetItem",
    },
    ConfiguredKind {
        terraform: "aws_kinesis_stream",
        cloudformation: "AWS::Kinesis::Stream",
        service: "kinesis",
        anything: "kinesis:*",
        endpoint: Some("kinesis-streams"),
        noun: "stream",
        handles: &["arn", "name", "id", "Ref", "Arn"],
        names: ["name", "Name"],
        example: "kinesis:PutRecord",
    },
];

/// What applications do with a resource of this type under their own role.
pub fn configured_kind(type_name: &str) -> Option<&'static ConfiguredKind> {
    KINDS.iter().find(|kind| kind.terraform == type_name || kind.cloudformation == type_name)
}
