//! Which service of AWS a resource is called through, as VPC endpoints name it.

/// The service that whoever is told of a resource of this type calls over the network: `s3`, `secretsmanager`. Only services whose API
/// is on the internet and whose endpoint has this name.
pub fn service_of(type_name: &str) -> Option<&'static str> {
    Some(match type_name {
        "aws_s3_bucket" | "AWS::S3::Bucket" => "s3",
        "aws_dynamodb_table" | "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => "dynamodb",
        "aws_sqs_queue" | "AWS::SQS::Queue" => "sqs",
        "aws_sns_topic" | "AWS::SNS::Topic" => "sns",
        "aws_secretsmanager_secret" | "AWS::SecretsManager::Secret" => "secretsmanager",
        "aws_ssm_parameter" | "AWS::SSM::Parameter" => "ssm",
        "aws_kinesis_stream" | "AWS::Kinesis::Stream" => "kinesis-streams",
        "aws_sfn_state_machine" | "AWS::StepFunctions::StateMachine" => "states",
        "aws_cloudwatch_event_bus" | "AWS::Events::EventBus" => "events",
        _ => return None,
    })
}
