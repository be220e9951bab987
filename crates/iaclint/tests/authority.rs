//! What a role may do, and what services may bring where: which statement decides, and what cannot be told.

use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_analysis::authority::Verdict;
use iaclint_analysis::demands::Demand;
use iaclint_analysis::needs::Confidence;
use iaclint_model::arn::Arn;
use iaclint_model::{Model, ResourceId};
use iaclint_parser::{Options, parse};
use iaclint_source::Memory;

fn judged<T>(project: &str, judge: impl FnOnce(&Analysis<'_>, &dyn Fn(&str) -> ResourceId) -> T) -> T {
    let options = Options { paths: vec!["/".into()], project_root: Some("/".into()), ..Options::default() };
    let parsed = parse(Arc::new(Memory::of([("main.tf", project)])), &options).expect("it is a project");
    let model = Model::new(&parsed.graph, parsed.project.sources());
    let id = |address: &str| {
        model.ids().find(|id| model.address(*id) == address).expect("the project has this resource")
    };
    judge(&Analysis::new(&model), &id)
}

/// A role with a policy of these statements, and more resources.
fn project(statements: &str, more: &str) -> String {
    format!(
        r#"
resource "aws_iam_role" "app" {{
  name               = "app"
  assume_role_policy = "{{}}"
  BOUNDARY
}}

resource "aws_iam_role_policy" "app" {{
  role   = aws_iam_role.app.id
  policy = jsonencode({{ Statement = [{statements}] }})
}}

resource "aws_secretsmanager_secret" "db" {{
  name = "prod/db"
}}

resource "aws_kms_key" "main" {{
  KEY
}}

data "aws_caller_identity" "me" {{}}

{more}
"#
    )
}

/// `allowed`, `denied` or `cannot tell`: whether the role may do something with the resource of this address.
fn may(project: &str, action: &str, on: &str) -> &'static str {
    let project = project.replace("BOUNDARY", "").replace("KEY", "");
    judged(&project, |analysis, id| {
        let arn = Arn::of_resource(analysis.model, id(on)).expect("its ARN has a known form");
        word(&analysis.may(id("aws_iam_role.app"), action, &arn))
    })
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed(_) => "allowed",
        Verdict::Denied(_) => "denied",
        Verdict::CannotTell(_) => "cannot tell",
    }
}

const READ: &str = "secretsmanager:GetSecretValue";
const SECRET: &str = "aws_secretsmanager_secret.db";

fn reads(statement: &str) -> &'static str {
    may(&project(statement, ""), READ, SECRET)
}

#[test]
fn a_wildcard_covers_what_it_can_spell() {
    let of = |resource: &str| {
        let statement =
            format!(r#"{{ Effect = "Allow", Action = "secretsmanager:Get*", Resource = "{resource}" }}"#);
        reads(&statement)
    };
    assert_eq!(of("*"), "allowed");
    assert_eq!(of("arn:aws:secretsmanager:*:*:secret:prod/*"), "allowed");
    assert_eq!(of("arn:aws:secretsmanager:*:*:secret:test/*"), "denied");
    assert_eq!(of("arn:aws:secretsmanager:eu-west-1:*:secret:prod/*"), "cannot tell");
}

#[test]
fn not_action_and_not_resource_turn_the_lists_around() {
    assert_eq!(reads(r#"{ Effect = "Allow", NotAction = "iam:*", Resource = "*" }"#), "allowed");
    assert_eq!(reads(r#"{ Effect = "Allow", NotAction = "secretsmanager:*", Resource = "*" }"#), "denied");
    let but =
        |resource: &str| reads(&format!(r#"{{ Effect = "Allow", Action = "*", NotResource = {resource} }}"#));
    assert_eq!(but("\"arn:aws:secretsmanager:*:*:secret:test/*\""), "allowed");
    assert_eq!(but("aws_secretsmanager_secret.db.arn"), "denied");
}

#[test]
fn a_denial_wins_and_a_conditional_one_leaves_it_open() {
    let allow = r#"{ Effect = "Allow", Action = "*", Resource = "*" }"#;
    let deny = |condition: &str| {
        reads(&format!(
            r#"{allow}, {{ Effect = "Deny", Action = "secretsmanager:*", Resource = "*"{condition} }}"#
        ))
    };
    assert_eq!(deny(""), "denied");
    assert_eq!(deny(r#", Condition = { StringNotEquals = { "aws:SourceVpce" = "vpce-1" } }"#), "cannot tell");
    assert_eq!(deny(r#", Condition = { Bool = { "aws:SecureTransport" = "false" } }"#), "allowed");
}

#[test]
fn a_boundary_takes_away_what_it_does_not_allow() {
    let within = |boundary: &str| {
        let allow = r#"{ Effect = "Allow", Action = "*", Resource = "*" }"#;
        let policy = format!(
            "resource \"aws_iam_policy\" \"boundary\" {{\n  policy = jsonencode({{ Statement = [{boundary}] }})\n}}"
        );
        let written = "permissions_boundary = aws_iam_policy.boundary.arn";
        may(&project(allow, &policy).replace("BOUNDARY", written), READ, SECRET)
    };
    assert_eq!(within(r#"{ Effect = "Allow", Action = "secretsmanager:*", Resource = "*" }"#), "allowed");
    assert_eq!(within(r#"{ Effect = "Allow", Action = "s3:*", Resource = "*" }"#), "denied");
    let unknown = project(r#"{ Effect = "Allow", Action = "*", Resource = "*" }"#, "variable \"b\" {}")
        .replace("BOUNDARY", "permissions_boundary = var.b");
    assert_eq!(may(&unknown, READ, SECRET), "cannot tell");
}

#[test]
fn a_policy_of_the_secret_may_admit_the_role_or_shut_it_out() {
    let with = |effect: &str, principal: &str| {
        let policy = format!(
            "resource \"aws_secretsmanager_secret_policy\" \"db\" {{
  secret_arn = aws_secretsmanager_secret.db.arn
  policy = jsonencode({{ Statement = [{{ Effect = \"{effect}\", Action = \"secretsmanager:*\", Resource = \"*\", Principal = {{ AWS = {principal} }} }}] }})
}}"
        );
        let own = if effect == "Deny" { r#"{ Effect = "Allow", Action = "*", Resource = "*" }"# } else { "" };
        may(&project(own, &policy), READ, SECRET)
    };
    assert_eq!(with("Allow", "aws_iam_role.app.arn"), "allowed");
    assert_eq!(with("Allow", "\"arn:aws:iam::111122223333:role/other\""), "denied");
    assert_eq!(with("Deny", "aws_iam_role.app.arn"), "denied");
    assert_eq!(with("Deny", "\"*\""), "denied");
}

#[test]
fn a_key_leaves_the_decision_to_the_account_or_keeps_it() {
    let with = |principal: &str| {
        let key = format!(
            "policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"kms:*\", Resource = \"*\", Principal = {{ AWS = {principal} }} }}] }})"
        );
        let own = r#"{ Effect = "Allow", Action = "kms:Decrypt", Resource = "*" }"#;
        may(&project(own, "").replace("KEY", &key), "kms:Decrypt", "aws_kms_key.main")
    };
    assert_eq!(with("\"arn:aws:iam::${data.aws_caller_identity.me.account_id}:root\""), "allowed");
    assert_eq!(with("aws_iam_role.app.arn"), "allowed");
    assert_eq!(with("\"arn:aws:iam::111122223333:role/admin\""), "denied");
    assert_eq!(with("\"arn:aws:iam::111122223333:root\""), "allowed");
}

#[test]
fn a_key_without_a_policy_of_its_own_leaves_the_decision_to_the_account() {
    let own = r#"{ Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.main.arn }"#;
    assert_eq!(may(&project(own, ""), "kms:Decrypt", "aws_kms_key.main"), "allowed");
    assert_eq!(may(&project("", ""), "kms:Decrypt", "aws_kms_key.main"), "denied");
}

#[test]
fn a_document_that_is_put_together_from_others_is_read_whole() {
    let documents = r#"
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Read"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.db.arn]
  }
}

data "aws_iam_policy_document" "all" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = OVERRIDE
}

data "aws_iam_policy_document" "none" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "all" {
  role   = aws_iam_role.app.name
  policy = data.aws_iam_policy_document.all.json
}
"#;
    let with = |r#override: &str| may(&project("", &documents.replace("OVERRIDE", r#override)), READ, SECRET);
    assert_eq!(with("[]"), "allowed");
    // A statement of the same name is put in its place.
    assert_eq!(with("[data.aws_iam_policy_document.none.json]"), "denied");
}

#[test]
fn every_delivery_is_judged_with_its_own_source() {
    let project = r#"
resource "aws_sns_topic" "a" {}

resource "aws_sns_topic" "b" {}

resource "aws_sqs_queue" "q" {
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.a.arn } }
    }]
  })
}

resource "aws_sns_topic_subscription" "a" {
  topic_arn = aws_sns_topic.a.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.q.arn
}

resource "aws_sns_topic_subscription" "b" {
  topic_arn = aws_sns_topic.b.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.q.arn
}
"#;
    let words = judged(project, |analysis, _| {
        let deliveries = analysis.deliveries().iter();
        let judge =
            |delivery| word(&analysis.admitted(delivery, &analysis.destination(delivery).expect("a queue")));
        deliveries.map(judge).collect::<Vec<_>>()
    });
    assert_eq!(words, ["allowed", "denied"]);
}

/// A task with an image of the registry, a log and a secret, and a function that a queue feeds.
const ASKING: &str = r#"
resource "aws_iam_role" "execution" {
  name               = "execution"
  assume_role_policy = "{}"
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_secretsmanager_secret" "db" {
  name = "db"
}

resource "aws_ecs_task_definition" "api" {
  family             = "api"
  execution_role_arn = aws_iam_role.execution.arn
  container_definitions = jsonencode([{
    name             = "api"
    image            = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:1"
    memory           = 512
    secrets          = [{ name = "DB_PASSWORD", valueFrom = aws_secretsmanager_secret.db.arn }]
    logConfiguration = { logDriver = "awslogs", options = { awslogs-group = "/ecs/api" } }
  }])
}

resource "aws_ecs_service" "api" {
  name            = "api"
  task_definition = aws_ecs_task_definition.api.arn
}

resource "aws_iam_role" "worker" {
  name               = "worker"
  assume_role_policy = "{}"
}

resource "aws_iam_role_policy_attachment" "worker" {
  role       = aws_iam_role.worker.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
}

resource "aws_sqs_queue" "jobs" {}

resource "aws_s3_bucket" "results" {}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = aws_iam_role.worker.arn

  environment {
    variables = { BUCKET = aws_s3_bucket.results.id }
  }
}

resource "aws_lambda_event_source_mapping" "jobs" {
  function_name    = aws_lambda_function.worker.arn
  event_source_arn = aws_sqs_queue.jobs.arn
}
"#;

#[test]
fn tasks_and_functions_ask_for_images_logs_secrets_and_what_they_are_told_of() {
    let asked = judged(ASKING, |analysis, _| {
        let words = |demand: &Demand| {
            let client = analysis.model.address(demand.client).to_owned();
            (client, demand.action, word(&demand.authority), demand.confidence == Confidence::Certain)
        };
        analysis.demands().iter().map(words).collect::<Vec<_>>()
    });
    let of = |client: &str, action, verdict, certain| (client.to_owned(), action, verdict, certain);
    let mut wanted = vec![
        of("aws_ecs_service.api", "ecr:GetAuthorizationToken", "allowed", true),
        of("aws_ecs_service.api", "ecr:BatchGetImage", "allowed", true),
        of("aws_ecs_service.api", "ecr:GetDownloadUrlForLayer", "allowed", true),
        of("aws_ecs_service.api", "logs:CreateLogStream", "allowed", true),
        of("aws_ecs_service.api", "logs:PutLogEvents", "allowed", true),
        of("aws_ecs_service.api", "secretsmanager:GetSecretValue", "denied", true),
        of("aws_lambda_function.worker", "logs:PutLogEvents", "allowed", true),
        of("aws_lambda_function.worker", "s3:*", "denied", false),
        of("aws_lambda_function.worker", "sqs:ReceiveMessage", "allowed", true),
    ];
    wanted.sort();
    let mut asked = asked;
    asked.sort();
    assert_eq!(asked, wanted);
}

#[test]
fn a_role_whose_name_is_made_of_another_resource_is_still_that_role() {
    let random = "resource \"random_id\" \"x\" {\n  byte_length = 8\n}\n";
    let statement = r#"{ Effect = "Allow", Action = "*", Resource = "*" }"#;
    let project = project(statement, random)
        .replace("name               = \"app\"", "name               = \"app-${random_id.x.hex}\"")
        .replace("aws_iam_role.app.id", "aws_iam_role.app.name");
    assert_eq!(may(&project, READ, SECRET), "allowed");
}
