//! Faults that lie between two roots: one reads from the other what the deployment of the other has left.

#[path = "support/run.rs"]
mod run;

use std::collections::BTreeSet;
use std::sync::Arc;

use iaclint_lint::Severity;
use iaclint_source::Memory;

use run::{project, run};

/// The data layer: a cache that admits the group of a worker only.
const DATA: &str = r#"
terraform {
  backend "s3" {
    bucket = "states"
    key    = "data/terraform.tfstate"
  }
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "main" }
}
resource "aws_security_group" "worker" {
  name   = "worker"
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "api" {
  name   = "api"
  vpc_id = aws_vpc.main.id
}
resource "aws_vpc_security_group_egress_rule" "out" {
  for_each          = { api = aws_security_group.api.id, worker = aws_security_group.worker.id }
  security_group_id = each.value
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_security_group" "redis" {
  name   = "redis"
  vpc_id = aws_vpc.main.id
}
resource "aws_vpc_security_group_ingress_rule" "redis" {
  security_group_id            = aws_security_group.redis.id
  referenced_security_group_id = aws_security_group.worker.id
  from_port                    = 6379
  to_port                      = 6379
  ip_protocol                  = "tcp"
}
resource "aws_elasticache_replication_group" "redis" {
  replication_group_id = "redis"
  description          = "sessions"
  node_type            = "cache.t4g.small"
  num_cache_clusters   = 2
  automatic_failover_enabled = true
  security_group_ids   = [aws_security_group.redis.id]
}
output "redis_host" { value = aws_elasticache_replication_group.redis.primary_endpoint_address }
output "api_group_id" { value = aws_security_group.api.id }
"#;

/// The service that is not admitted; `HOST` and `GROUP` stand for how it learns of the data layer.
const SERVICE: &str = r#"
resource "aws_ecs_cluster" "main" {
  name = "main"
}
resource "aws_ecs_task_definition" "api" {
  family                   = "api"
  cpu                      = 512
  memory                   = 1024
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions = jsonencode([{
    name        = "api"
    image       = "example/api:1.0"
    essential   = true
    environment = [{ name = "REDIS_URL", value = "redis://${HOST}:6379/0" }]
  }])
}
resource "aws_ecs_service" "api" {
  name            = "api"
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.api.arn
  desired_count   = 2
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = ["subnet-0123456789abcdef0"]
    security_groups = [GROUP]
  }
}
"#;

/// Rules with the files that they point at, of all that is more than advice.
fn found(data: &str, reading: &str, host: &str, group: &str) -> BTreeSet<(&'static str, String)> {
    let app = format!("{reading}{}", SERVICE.replace("HOST", host).replace("GROUP", group));
    let memory = Memory::of([("/data/main.tf", data), ("/app/main.tf", app.as_str())]);
    let outcome = run(Arc::new(memory), &project("/"), iaclint_rules::RULES).expect("something to check");
    assert_eq!(outcome.faults_of_input, Vec::<String>::new());
    assert!(outcome.resources > 8);
    let loud = outcome.findings.iter().filter(|f| f.severity > Severity::Advice);
    loud.map(|f| (f.rule, outcome.sources.file(f.primary.span.file).path.clone())).collect()
}

const STATE: &str = r#"
data "terraform_remote_state" "data" {
  backend = "s3"
  config = {
    bucket = "states"
    key    = "data/terraform.tfstate"
    region = "eu-west-1"
  }
}
"#;

const LOOKED_UP: &str = r#"
data "aws_vpc" "main" {
  tags = { Name = "main" }
}
data "aws_security_group" "api" {
  name   = "api"
  vpc_id = data.aws_vpc.main.id
}
data "aws_elasticache_replication_group" "redis" {
  replication_group_id = "redis"
}
"#;

fn through_the_state(data: &str) -> BTreeSet<(&'static str, String)> {
    let outputs = "data.terraform_remote_state.data.outputs";
    found(data, STATE, &format!("{outputs}.redis_host"), &format!("{outputs}.api_group_id"))
}

fn by_name(data: &str) -> BTreeSet<(&'static str, String)> {
    let host = "data.aws_elasticache_replication_group.redis.primary_endpoint_address";
    found(data, LOOKED_UP, host, "data.aws_security_group.api.id")
}

fn not_admitted() -> BTreeSet<(&'static str, String)> {
    [("sg-ingress-missing-client-group", "data/main.tf".to_owned())].into()
}

#[test]
fn a_cache_that_does_not_admit_a_service_of_another_root_is_seen_through_the_state() {
    assert_eq!(through_the_state(DATA), not_admitted());
}

#[test]
fn a_cache_that_does_not_admit_a_service_of_another_root_is_seen_by_their_names() {
    assert_eq!(by_name(DATA), not_admitted());
}

#[test]
fn a_cache_that_admits_the_group_is_fine() {
    let good = DATA.replace(
        "referenced_security_group_id = aws_security_group.worker.id",
        "referenced_security_group_id = aws_security_group.api.id",
    );
    assert_eq!(through_the_state(&good), BTreeSet::new());
    assert_eq!(by_name(&good), BTreeSet::new());
}
