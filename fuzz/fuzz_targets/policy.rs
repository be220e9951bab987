//! Policy documents: of roles, queues, keys and buckets, in both languages, before every rule.
#![no_main]

use iaclint_fuzz::judged;
use iaclint_lint::Selection;
use iaclint_source::Memory;
use libfuzzer_sys::fuzz_target;

/// Whoever needs permissions, and what carries them. `@` stands for a document.
const TEMPLATE: &str = r#"{"Resources": {
  "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": @}},
  "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": {"Ref": "Key"}}},
  "Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": @}},
  "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"NotificationConfiguration": {
    "QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": {"Fn::GetAtt": ["Queue", "Arn"]}}]}}},
  "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": @, "PermissionsBoundary": {"Ref": "Bound"},
    "Policies": [{"PolicyName": "p", "PolicyDocument": @}]}},
  "Bound": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": @}},
  "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]},
    "Environment": {"Variables": {"QUEUE_URL": {"Ref": "Queue"}, "BUCKET": {"Ref": "Bucket"}}}}},
  "Source": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "Function"},
    "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}}}
}}"#;

/// The same as texts that hold JSON.
const MODULE: &str = r#"
locals { document = <<-JSON
@
  JSON
}
resource "aws_sqs_queue" "queue" { policy = local.document }
resource "aws_iam_role" "role" {
  assume_role_policy = local.document
  inline_policy { policy = jsonencode(jsondecode(local.document)) }
}
resource "aws_lambda_function" "function" {
  role        = aws_iam_role.role.arn
  environment { variables = { QUEUE_URL = aws_sqs_queue.queue.url } }
}
resource "aws_lambda_event_source_mapping" "source" {
  event_source_arn = aws_sqs_queue.queue.arn
  function_name    = aws_lambda_function.function.arn
}
"#;

fuzz_target!(|input: &[u8]| {
    let Ok(document) = std::str::from_utf8(input) else { return };
    let files = [("template.json", TEMPLATE.replace('@', document)), ("main.tf", MODULE.replace('@', document))];
    let files = Memory::of(files.iter().map(|(name, text)| (*name, text.as_str())));
    if let Some(parsed) = judged::read(files) {
        judged::findings(&parsed, &Selection::default());
    }
});
