//! What the ARNs of resources look like, and which attributes give them or their names.
//!
//! Source: Service Authorization Reference, "Resource types defined by ..." of each service; attributes from both languages' schemas.

use iaclint_graph::Language;

use crate::{Field, Table};

/// What CloudFormation's `Ref` of a resource yields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ref {
    Arn,
    Name,
    Other,
}

/// The ARN of a kind of resource.
#[derive(Debug)]
pub(crate) struct ArnForm {
    terraform: &'static str,
    cloudformation: &'static str,
    /// The ARN; in braces what differs: `region`, `account`, `name`, `/name` (with one slash before it), `random`, `path`, `revision`, `bus/`.
    pub(crate) arn: &'static str,
    /// The argument that holds the name in Terraform; empty when the service names it.
    pub(crate) terraform_name: &'static str,
    /// The property that holds the name in CloudFormation.
    pub(crate) cloudformation_name: &'static str,
    terraform_arns: &'static [&'static str],
    terraform_names: &'static [&'static str],
    reference: Ref,
    cloudformation_arns: &'static [&'static str],
}

static FORMS: &[ArnForm] = &[
    ArnForm {
        terraform: "aws_secretsmanager_secret",
        cloudformation: "AWS::SecretsManager::Secret",
        arn: "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{random}",
        terraform_name: "name",
        cloudformation_name: "Name",
        terraform_arns: &["arn", "id"],
        terraform_names: &["name"],
        reference: Ref::Arn,
        cloudformation_arns: &["Id"],
    },
    ArnForm {
        terraform: "aws_ssm_parameter",
        cloudformation: "AWS::SSM::Parameter",
        arn: "arn:aws:ssm:{region}:{account}:parameter{/name}",
        terraform_name: "name",
        cloudformation_name: "Name",
        terraform_arns: &["arn"],
        terraform_names: &["name", "id"],
        reference: Ref::Name,
        cloudformation_arns: &[],
    },
    ArnForm {
        terraform: "aws_s3_bucket",
        cloudformation: "AWS::S3::Bucket",
        arn: "arn:aws:s3:::{name}",
        terraform_name: "bucket",
        cloudformation_name: "BucketName",
        terraform_arns: &["arn"],
        terraform_names: &["bucket", "id"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_sqs_queue",
        cloudformation: "AWS::SQS::Queue",
        arn: "arn:aws:sqs:{region}:{account}:{name}",
        terraform_name: "name",
        cloudformation_name: "QueueName",
        terraform_arns: &["arn"],
        terraform_names: &["name"],
        reference: Ref::Other,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_sns_topic",
        cloudformation: "AWS::SNS::Topic",
        arn: "arn:aws:sns:{region}:{account}:{name}",
        terraform_name: "name",
        cloudformation_name: "TopicName",
        terraform_arns: &["arn", "id"],
        terraform_names: &["name"],
        reference: Ref::Arn,
        cloudformation_arns: &["TopicArn"],
    },
    ArnForm {
        terraform: "aws_dynamodb_table",
        cloudformation: "AWS::DynamoDB::Table",
        arn: "arn:aws:dynamodb:{region}:{account}:table/{name}",
        terraform_name: "name",
        cloudformation_name: "TableName",
        terraform_arns: &["arn"],
        terraform_names: &["name", "id"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_kms_key",
        cloudformation: "AWS::KMS::Key",
        arn: "arn:aws:kms:{region}:{account}:key/{name}",
        terraform_name: "",
        cloudformation_name: "",
        terraform_arns: &["arn"],
        terraform_names: &["key_id", "id"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_lambda_function",
        cloudformation: "AWS::Lambda::Function",
        arn: "arn:aws:lambda:{region}:{account}:function:{name}",
        terraform_name: "function_name",
        cloudformation_name: "FunctionName",
        terraform_arns: &["arn"],
        terraform_names: &["function_name", "id"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_iam_role",
        cloudformation: "AWS::IAM::Role",
        arn: "arn:aws:iam::{account}:role{path}{name}",
        terraform_name: "name",
        cloudformation_name: "RoleName",
        terraform_arns: &["arn"],
        terraform_names: &["name", "id"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_ecs_task_definition",
        cloudformation: "AWS::ECS::TaskDefinition",
        arn: "arn:aws:ecs:{region}:{account}:task-definition/{name}:{revision}",
        terraform_name: "family",
        cloudformation_name: "Family",
        terraform_arns: &["arn"],
        terraform_names: &["family", "id"],
        reference: Ref::Arn,
        cloudformation_arns: &["TaskDefinitionArn"],
    },
    ArnForm {
        terraform: "aws_kinesis_stream",
        cloudformation: "AWS::Kinesis::Stream",
        arn: "arn:aws:kinesis:{region}:{account}:stream/{name}",
        terraform_name: "name",
        cloudformation_name: "Name",
        terraform_arns: &["arn", "id"],
        terraform_names: &["name"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_cloudwatch_log_group",
        cloudformation: "AWS::Logs::LogGroup",
        arn: "arn:aws:logs:{region}:{account}:log-group:{name}",
        terraform_name: "name",
        cloudformation_name: "LogGroupName",
        terraform_arns: &["arn"],
        terraform_names: &["name", "id"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_ecr_repository",
        cloudformation: "AWS::ECR::Repository",
        arn: "arn:aws:ecr:{region}:{account}:repository/{name}",
        terraform_name: "name",
        cloudformation_name: "RepositoryName",
        terraform_arns: &["arn"],
        terraform_names: &["name", "id"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_cloudwatch_event_rule",
        cloudformation: "AWS::Events::Rule",
        arn: "arn:aws:events:{region}:{account}:rule/{bus/}{name}",
        terraform_name: "name",
        cloudformation_name: "Name",
        terraform_arns: &["arn"],
        terraform_names: &["name"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_sfn_state_machine",
        cloudformation: "AWS::StepFunctions::StateMachine",
        arn: "arn:aws:states:{region}:{account}:stateMachine:{name}",
        terraform_name: "name",
        cloudformation_name: "StateMachineName",
        terraform_arns: &["arn", "id"],
        terraform_names: &["name"],
        reference: Ref::Arn,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_cognito_user_pool",
        cloudformation: "AWS::Cognito::UserPool",
        arn: "arn:aws:cognito-idp:{region}:{account}:userpool/{name}",
        terraform_name: "",
        cloudformation_name: "",
        terraform_arns: &["arn"],
        terraform_names: &["id"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_ecs_cluster",
        cloudformation: "AWS::ECS::Cluster",
        arn: "arn:aws:ecs:{region}:{account}:cluster/{name}",
        terraform_name: "name",
        cloudformation_name: "ClusterName",
        terraform_arns: &["arn", "id"],
        terraform_names: &["name"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    ArnForm {
        terraform: "aws_iot_topic_rule",
        cloudformation: "AWS::IoT::TopicRule",
        arn: "arn:aws:iot:{region}:{account}:rule/{name}",
        terraform_name: "name",
        cloudformation_name: "RuleName",
        terraform_arns: &["arn"],
        terraform_names: &["name", "id"],
        reference: Ref::Name,
        cloudformation_arns: &["Arn"],
    },
    // What its requests come from; the ARN of the API itself is another.
    ArnForm {
        terraform: "aws_api_gateway_rest_api",
        cloudformation: "AWS::ApiGateway::RestApi",
        arn: "arn:aws:execute-api:{region}:{account}:{name}",
        terraform_name: "",
        cloudformation_name: "",
        terraform_arns: &["execution_arn"],
        terraform_names: &["id"],
        reference: Ref::Name,
        cloudformation_arns: &[],
    },
    ArnForm {
        terraform: "aws_apigatewayv2_api",
        cloudformation: "AWS::ApiGatewayV2::Api",
        arn: "arn:aws:execute-api:{region}:{account}:{name}",
        terraform_name: "",
        cloudformation_name: "",
        terraform_arns: &["execution_arn"],
        terraform_names: &["id"],
        reference: Ref::Name,
        cloudformation_arns: &[],
    },
];

/// The form of a type.
pub(crate) fn form(type_name: &str) -> Option<&'static ArnForm> {
    FORMS.iter().find(|f| f.terraform == type_name || f.cloudformation == type_name)
}

impl ArnForm {
    /// Whether an attribute gives the ARN.
    pub(crate) fn is_arn(&self, language: Language, attribute: &str) -> bool {
        match language {
            Language::Terraform => self.terraform_arns.contains(&attribute),
            _ => {
                self.cloudformation_arns.contains(&attribute)
                    || (attribute == "Ref" && self.reference == Ref::Arn)
            }
        }
    }

    /// Whether an attribute gives the name.
    pub(crate) fn is_name(&self, language: Language, attribute: &str) -> bool {
        match language {
            Language::Terraform => self.terraform_names.contains(&attribute),
            _ => {
                (attribute == "Ref" && self.reference == Ref::Name)
                    || (!self.cloudformation_name.is_empty() && attribute == self.cloudformation_name)
            }
        }
    }

    /// The argument for the beginning of a name that Terraform completes.
    pub(crate) fn prefix(&self) -> &'static str {
        if self.terraform == "aws_s3_bucket" { "bucket_prefix" } else { "name_prefix" }
    }
}

/// The forms as tables, for the test that compares them with the schemas.
pub(crate) fn tables() -> Vec<Table> {
    FORMS
        .iter()
        .map(|form| Table {
            entity: "ArnForm",
            terraform: std::slice::from_ref(&form.terraform),
            cloudformation: std::slice::from_ref(&form.cloudformation),
            fields: Vec::leak(vec![Field {
                name: "name",
                terraform: form.terraform_name,
                cloudformation: form.cloudformation_name,
            }]),
        })
        .collect()
}
