//! Resources that applications are told of, and use under their own role.

use iaclint_model::workload::{Setting, SettingKind};
use iaclint_model::{Model, ResourceId};
use iaclint_value::Value;

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
    handles: &'static [&'static str],
    /// Its name, in both languages.
    names: [&'static str; 2],
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

/// The resource that an environment variable names, if it is its name, ARN or URL and nothing else.
pub fn configured<'m>(
    model: &'m Model<'m>,
    setting: &Setting<'m>,
) -> Option<(ResourceId, &'static ConfiguredKind)> {
    let value = Some(setting.value).filter(|_| setting.kind == SettingKind::Environment)?;
    let kind = |id: &ResourceId| {
        let type_name = model.resource(*id).type_name.as_str();
        KINDS.iter().find(|k| k.terraform == type_name || k.cloudformation == type_name)
    };
    if let Some(reference) = value.as_reference()
        && let [id] = model.resolve(reference)
    {
        let kind = kind(id)?;
        let managed = model.resource(*id).mode == iaclint_model::Mode::Managed;
        return (managed && kind.handles.contains(&model.follow(reference).attribute().as_str()))
            .then_some((*id, kind));
    }
    // A known name that was read from the resource.
    let text = value.as_str()?;
    let named = model.behind(value.origin).into_iter().find(|id| {
        let body = &model.resource(*id).body;
        let name = kind(id).and_then(|k| k.names.iter().find_map(|field| body.get(field)));
        name.and_then(Value::as_str).is_some_and(|n| n == text)
    })?;
    Some((named, kind(&named)?))
}
