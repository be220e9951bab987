//! What the serverless transform makes of its resources.

use std::path::Path;

use iaclint_cloudformation::load_template;
use iaclint_graph::Fragment;
use iaclint_source::Project;
use iaclint_value::{Data, RootId};

fn load(text: &str) -> Fragment {
    let project = Project::in_memory([("/app.yaml", text)]);
    load_template(&project, Path::new("app.yaml"), &[], RootId(0))
}

/// The resources with their types, sorted.
fn types(fragment: &Fragment) -> Vec<String> {
    let mut out: Vec<_> = fragment.resources.iter().map(|r| format!("{} {}", r.name, r.type_name)).collect();
    out.sort();
    out
}

fn property(fragment: &Fragment, name: &str, property: &str) -> String {
    let resource = fragment.resources.iter().find(|r| r.name == name);
    let resource = resource.unwrap_or_else(|| panic!("no {name}"));
    resource.body.get(property).map_or_else(|| "absent".to_owned(), iaclint_value::Value::display)
}

const SHOP: &str = r"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.13
    Timeout: 10
    Environment:
      Variables: {TABLE: !Ref Orders, LOG_LEVEL: info}
    VpcConfig:
      SubnetIds: [subnet-1]
Conditions:
  Never: !Equals [a, b]
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
  Jobs:
    Type: AWS::SQS::Queue
  Api:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: api.handler
      Timeout: 30
      Environment:
        Variables: {LOG_LEVEL: debug}
      VpcConfig:
        SubnetIds: [subnet-2]
      Policies:
        - AWSLambdaExecute
        - Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]
      Events:
        List: {Type: Api, Properties: {Path: /, Method: get}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Role: arn:aws:iam::111122223333:role/worker
      CodeUri: s3://code/worker.zip
      Events:
        Job:
          Type: SQS
          Properties: {Queue: !GetAtt Jobs.Arn, BatchSize: 5}
        Nightly:
          Type: Schedule
          Properties: {Schedule: rate(1 day)}
  Gone:
    Type: AWS::Serverless::Function
    Condition: Never
    Properties: {InlineCode: pass}
Outputs:
  Url: {Value: !Sub 'https://${ServerlessRestApi}.example/${ApiRole.Arn}'}
";

#[test]
fn functions_become_what_the_transform_makes_of_them() {
    let shop = load(SHOP);
    assert_eq!(shop.problems, []);
    assert_eq!(
        types(&shop),
        [
            "Api AWS::Lambda::Function",
            "ApiListPermissionProd AWS::Lambda::Permission",
            "ApiRole AWS::IAM::Role",
            "Jobs AWS::SQS::Queue",
            "Orders AWS::DynamoDB::Table",
            "ServerlessRestApi AWS::ApiGateway::RestApi",
            "ServerlessRestApiDeployment AWS::ApiGateway::Deployment",
            "ServerlessRestApiProdStage AWS::ApiGateway::Stage",
            "Worker AWS::Lambda::Function",
            "WorkerJob AWS::Lambda::EventSourceMapping",
            "WorkerNightly AWS::Events::Rule",
            "WorkerNightlyPermission AWS::Lambda::Permission",
        ]
    );
    assert_eq!(property(&shop, "WorkerJob", "EventSourceArn"), "${app/Jobs.Arn}");
    assert_eq!(property(&shop, "WorkerJob", "FunctionName"), "${app/Worker.Ref}");
    assert_eq!(property(&shop, "Worker", "Role"), "arn:aws:iam::111122223333:role/worker");
    assert_eq!(property(&shop, "Worker", "Code"), "{S3Bucket = code, S3Key = worker.zip}");
    assert_eq!(property(&shop, "Api", "Code"), "{, …}");
    let outputs = &shop.root.scopes[0].outputs;
    assert_eq!(outputs[0].value.display(), "https://${app/ServerlessRestApi.Ref}.example/${app/ApiRole.Arn}");
}

#[test]
fn globals_hold_for_every_function_beneath_its_own_properties() {
    let shop = load(SHOP);
    assert_eq!(property(&shop, "Api", "Runtime"), "python3.13");
    assert_eq!(
        (property(&shop, "Api", "Timeout"), property(&shop, "Worker", "Timeout")),
        ("30".into(), "10".into())
    );
    let variables = "{Variables = {TABLE = ${app/Orders.Ref}, LOG_LEVEL = debug}}";
    assert_eq!(property(&shop, "Api", "Environment"), variables);
    assert_eq!(property(&shop, "Api", "VpcConfig"), "{SubnetIds = [subnet-1, subnet-2]}");
    assert_eq!(property(&shop, "Worker", "VpcConfig"), "{SubnetIds = [subnet-1]}");
}

#[test]
fn a_role_holds_what_the_function_is_given() {
    let shop = load(SHOP);
    let managed = property(&shop, "ApiRole", "ManagedPolicyArns");
    for name in ["AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSLambdaExecute"] {
        assert!(managed.contains(name), "{managed}");
    }
    let role = shop.resources.iter().find(|r| r.name == "ApiRole").unwrap();
    let document = role.body.get("Policies").and_then(|p| p.at(0)).and_then(|p| p.get("PolicyDocument"));
    let action =
        document.and_then(|d| d.get("Statement")).and_then(|s| s.at(0)).and_then(|s| s.get("Action"));
    assert_eq!(action.map(iaclint_value::Value::display).as_deref(), Some("s3:GetObject"));
    let trust =
        role.body.get("AssumeRolePolicyDocument").and_then(|d| d.get("Statement")).and_then(|s| s.at(0));
    assert!(trust.is_some_and(|t| t.display().contains("lambda.amazonaws.com")));
}

#[test]
fn a_schedule_calls_by_a_role_of_its_own() {
    let text = r"
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: pass
      Events:
        Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
";
    let fragment = load(text);
    let target = property(&fragment, "ApiNightly", "Target");
    assert_eq!(target, "{Arn = ${app/Api.Arn}, RoleArn = ${app/ApiNightlyRole.Arn}}");
    let trust = property(&fragment, "ApiNightlyRole", "AssumeRolePolicyDocument");
    assert!(types(&fragment).contains(&"ApiNightlyRole AWS::IAM::Role".to_owned()), "{trust}");
}

#[test]
fn templates_of_policies_and_connectors_leave_open_what_a_role_may_do() {
    let text = r"
Resources:
  Jobs: {Type: 'AWS::SQS::Queue'}
  Api:
    Type: AWS::Serverless::Function
    Connectors:
      Send: {Properties: {Destination: {Id: Jobs}, Permissions: [Write]}}
    Properties:
      InlineCode: pass
      Policies: [{S3ReadPolicy: {BucketName: b}}]
  Topic: {Type: 'AWS::SNS::Topic'}
  Link:
    Type: AWS::Serverless::Connector
    Properties: {Source: {Id: Topic}, Destination: {Id: Jobs}, Permissions: [Write]}
";
    let fragment = load(text);
    assert_eq!(fragment.problems, []);
    let role = fragment.resources.iter().find(|r| r.name == "ApiRole").unwrap();
    let Some(Data::List(policies)) = role.body.get("Policies").map(|v| &v.data) else { panic!("a list") };
    assert!(!policies.complete);
    assert_eq!(property(&fragment, "ApiSendPolicy", "Roles"), "[${app/ApiRole.Ref}]");
    assert_eq!(property(&fragment, "ApiSendPolicy", "PolicyDocument"), "{, …}");
    assert_eq!(property(&fragment, "LinkDestination0", "Queues"), "[${app/Jobs.Ref}]");
}

#[test]
fn other_resources_and_names_of_the_transform_are_left_alone() {
    let text = r"
Resources:
  Chat: {Type: 'AWS::Serverless::WebSocketApi'}
  Api:
    Type: AWS::Serverless::Function
    Properties: {InlineCode: pass, AutoPublishAlias: live}
  User:
    Type: T::T::T
    Properties: {P: !Ref Api.Version}
";
    let fragment = load(text);
    assert_eq!(fragment.problems, []);
    assert!(types(&fragment).contains(&"Chat AWS::Serverless::WebSocketApi".to_owned()));
    assert!(types(&fragment).contains(&"ApiAliaslive AWS::Lambda::Alias".to_owned()));
    assert_eq!(property(&fragment, "User", "P"), "${?}");
}

#[test]
fn what_is_written_goes_before_what_is_made() {
    let text = r"
Resources:
  Api: {Type: 'AWS::Serverless::Function', Properties: {InlineCode: pass}}
  ApiRole: {Type: 'T::T::T'}
";
    assert_eq!(types(&load(text)), ["Api AWS::Lambda::Function", "ApiRole T::T::T"]);
}
