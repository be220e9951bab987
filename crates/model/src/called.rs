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
