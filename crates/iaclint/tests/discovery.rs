//! Services that call each other by name: in the DNS of a namespace, and by Service Connect, in both languages.

#[path = "support/run.rs"]
mod run;

use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_analysis::needs::Evidence;
use iaclint_analysis::path::HopKind;
use iaclint_model::{Answer, Model};
use iaclint_parser::{Options, parse};
use iaclint_rules::RULES;
use iaclint_source::Memory;

use run::run;

const RULE: &str = "sg-ingress-missing-client-group";

/// Two services in one VPC: `web` is told of `api`. CLIENT, SERVER and URL are to be filled, and what `api` admits on PORT.
const TERRAFORM: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_service_discovery_private_dns_namespace" "main" {
  name = "shop.internal"
  vpc  = aws_vpc.main.id
}

resource "aws_service_discovery_service" "api" {
  name = "api"

  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.main.id

    dns_records {
      ttl  = 10
      type = "A"
    }
  }
}

resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "api" {
  vpc_id = aws_vpc.main.id

  ingress {
    from_port       = ADMITTED
    to_port         = ADMITTED
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }
}

resource "aws_ecs_cluster" "main" {
  name = "shop"
}

resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name        = "web"
    image       = "shop/web:1"
    memory      = 512
    environment = [{ name = "BACKEND", value = URL }]
  }])
}

resource "aws_ecs_task_definition" "api" {
  family       = "api"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name         = "api"
    image        = "shop/api:1"
    memory       = 512
    portMappings = [{ name = "http", containerPort = 8080 }]
  }])
}

resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn

  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }

  CLIENT
}

resource "aws_ecs_service" "api" {
  name            = "api"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.api.arn

  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.api.id]
  }

  SERVER
}
"#;

const REGISTERED: &str = "service_registries {
    registry_arn = aws_service_discovery_service.api.arn
  }";

const OFFERED: &str = "service_connect_configuration {
    enabled   = true
    namespace = aws_service_discovery_private_dns_namespace.main.arn

    service {
      port_name      = \"http\"
      discovery_name = \"api\"

      client_alias {
        port     = 80
        dns_name = \"api\"
      }
    }
  }";

const TAKING_PART: &str = "service_connect_configuration {
    enabled   = true
    namespace = \"shop.internal\"
  }";

/// What the parts make: who takes part how, what the client is told, and the port that the server's group admits.
fn project(client: &str, server: &str, url: &str, admitted: &str) -> String {
    let parts = [("CLIENT", client), ("SERVER", server), ("URL", url), ("ADMITTED", admitted)];
    parts.iter().fold(TERRAFORM.to_owned(), |text, (name, part)| text.replace(name, part))
}

/// The port and the name hop of the only need by name, with the verdict of its way.
fn need(file: &str, project: &str) -> Option<(Option<i64>, Answer, Answer)> {
    let options = Options { paths: vec!["/".into()], project_root: Some("/".into()), ..Options::default() };
    let parsed = parse(Arc::new(Memory::of([(file, project)])), &options).expect("it is a project");
    let model = Model::new(&parsed.graph, parsed.project.sources());
    let analysis = Analysis::new(&model);
    let mut needs = analysis.needs().iter().filter(|need| matches!(need.evidence, Evidence::Name(_)));
    let need = needs.next()?;
    assert!(needs.next().is_none(), "one need");
    let path = analysis.path(need);
    let name = path.hops.iter().find(|hop| hop.kind == HopKind::Name).map(|hop| hop.open)?;
    Some((need.port.known().copied(), name, path.open))
}

fn findings(file: &str, project: &str) -> Vec<String> {
    let all =
        run(Arc::new(Memory::of([(file, project)])), &run::project("/"), RULES).expect("it is a project");
    assert!(all.faults_of_input.is_empty() && all.resources > 0, "{:?}", all.faults_of_input);
    assert!(!all.sources.is_empty());
    let of_rule =
        all.findings.iter().filter(|finding| finding.rule == RULE || finding.rule == "sg-port-mismatch");
    of_rule.map(|finding| finding.headline.clone()).collect()
}

#[test]
fn a_name_in_the_dns_of_a_namespace_leads_to_the_service_that_registers_there() {
    let spellings = [
        "\"http://api.shop.internal:8080\"",
        "\"http://${aws_service_discovery_service.api.name}.${aws_service_discovery_private_dns_namespace.main.name}:8080\"",
    ];
    for url in spellings {
        let open = project("", REGISTERED, url, "8080");
        assert_eq!(need("main.tf", &open), Some((Some(8080), Answer::Yes, Answer::Yes)), "{url}");
        assert_eq!(findings("main.tf", &open), [""; 0]);
        let closed = project("", REGISTERED, url, "9090");
        assert_eq!(need("main.tf", &closed), Some((Some(8080), Answer::Yes, Answer::No)), "{url}");
        assert_eq!(findings("main.tf", &closed).len(), 1);
    }
}

#[test]
fn service_connect_calls_the_port_of_the_container_not_that_of_the_alias() {
    let open = project(TAKING_PART, OFFERED, "\"http://api\"", "8080");
    assert_eq!(need("main.tf", &open), Some((Some(8080), Answer::Yes, Answer::Yes)));
    assert_eq!(findings("main.tf", &open), [""; 0]);
    let closed = project(TAKING_PART, OFFERED, "\"http://api\"", "80");
    assert_eq!(need("main.tf", &closed), Some((Some(8080), Answer::Yes, Answer::No)));
    assert_eq!(findings("main.tf", &closed).len(), 1);
}

#[test]
fn a_client_without_service_connect_does_not_know_the_alias() {
    let url = "\"http://api\"";
    let outside = project("", OFFERED, url, "8080");
    assert_eq!(need("main.tf", &outside), Some((Some(8080), Answer::No, Answer::No)));
    let elsewhere = TAKING_PART.replace("shop.internal", "other.internal");
    let elsewhere = project(&elsewhere, OFFERED, url, "8080");
    assert_eq!(need("main.tf", &elsewhere), Some((Some(8080), Answer::No, Answer::No)));
    // Whose groups admit whom is no question where the name is not found.
    assert_eq!(findings("main.tf", &project("", OFFERED, url, "9")), [""; 0]);
}

#[test]
fn an_alias_answers_on_its_own_port_alone() {
    let wrong = project(TAKING_PART, OFFERED, "\"http://api:8080\"", "8080");
    assert_eq!(need("main.tf", &wrong), Some((None, Answer::No, Answer::No)));
}

#[test]
fn a_namespace_that_is_not_known_decides_nothing() {
    let unknown = "service_connect_configuration {
    enabled   = true
    namespace = var.namespace
  }";
    let project = project(unknown, OFFERED, "\"http://api\"", "9") + "\nvariable \"namespace\" {}\n";
    assert_eq!(need("main.tf", &project).map(|need| need.1), Some(Answer::Maybe));
    assert_eq!(findings("main.tf", &project), [""; 0]);
}

#[test]
fn a_word_that_is_also_a_name_leads_nowhere() {
    for value in ["\"api\"", "\"shop/api:1\"", "\"https://example.com/api\""] {
        assert_eq!(need("main.tf", &project(TAKING_PART, OFFERED, value, "9")), None, "{value}");
    }
}

/// The same two services in a template.
const TEMPLATE: &str = r#"{
  "Resources": {
    "Vpc": { "Type": "AWS::EC2::VPC", "Properties": { "CidrBlock": "10.0.0.0/16" } },
    "A": { "Type": "AWS::EC2::Subnet", "Properties": { "VpcId": { "Ref": "Vpc" }, "CidrBlock": "10.0.1.0/24" } },
    "Names": { "Type": "AWS::ServiceDiscovery::PrivateDnsNamespace", "Properties": { "Name": "shop.internal", "Vpc": { "Ref": "Vpc" } } },
    "Entry": { "Type": "AWS::ServiceDiscovery::Service", "Properties": {
      "Name": "api", "DnsConfig": { "NamespaceId": { "Fn::GetAtt": ["Names", "Id"] }, "DnsRecords": [{ "TTL": 10, "Type": "A" }] } } },
    "WebGroup": { "Type": "AWS::EC2::SecurityGroup", "Properties": { "GroupDescription": "web", "VpcId": { "Ref": "Vpc" } } },
    "ApiGroup": { "Type": "AWS::EC2::SecurityGroup", "Properties": { "GroupDescription": "api", "VpcId": { "Ref": "Vpc" },
      "SecurityGroupIngress": [{ "IpProtocol": "tcp", "FromPort": ADMITTED, "ToPort": ADMITTED, "SourceSecurityGroupId": { "Fn::GetAtt": ["WebGroup", "GroupId"] } }] } },
    "Cluster": { "Type": "AWS::ECS::Cluster", "Properties": { "ServiceConnectDefaults": { "Namespace": { "Fn::GetAtt": ["Names", "Arn"] } } } },
    "WebTask": { "Type": "AWS::ECS::TaskDefinition", "Properties": { "NetworkMode": "awsvpc", "ContainerDefinitions": [
      { "Name": "web", "Image": "shop/web:1", "Memory": 512, "Environment": [{ "Name": "BACKEND", "Value": URL }] }] } },
    "ApiTask": { "Type": "AWS::ECS::TaskDefinition", "Properties": { "NetworkMode": "awsvpc", "ContainerDefinitions": [
      { "Name": "api", "Image": "shop/api:1", "Memory": 512, "PortMappings": [{ "Name": "http", "ContainerPort": 8080 }] }] } },
    "Web": { "Type": "AWS::ECS::Service", "Properties": { "Cluster": { "Ref": "Cluster" }, "TaskDefinition": { "Ref": "WebTask" },
      "NetworkConfiguration": { "AwsvpcConfiguration": { "Subnets": [{ "Ref": "A" }], "SecurityGroups": [{ "Ref": "WebGroup" }] } }CLIENT } },
    "Api": { "Type": "AWS::ECS::Service", "Properties": { "Cluster": { "Ref": "Cluster" }, "TaskDefinition": { "Ref": "ApiTask" },
      "NetworkConfiguration": { "AwsvpcConfiguration": { "Subnets": [{ "Ref": "A" }], "SecurityGroups": [{ "Ref": "ApiGroup" }] } }SERVER } }
  }
}"#;

fn template(client: &str, server: &str, url: &str, admitted: &str) -> String {
    let parts = [("CLIENT", client), ("SERVER", server), ("URL", url), ("ADMITTED", admitted)];
    parts.iter().fold(TEMPLATE.to_owned(), |text, (name, part)| text.replace(name, part))
}

#[test]
fn templates_know_names_of_namespaces_too() {
    let server = r#", "ServiceRegistries": [{ "RegistryArn": { "Fn::GetAtt": ["Entry", "Arn"] } }]"#;
    let url = r#"{ "Fn::Sub": "http://api.shop.internal:8080/v1" }"#;
    let open = template("", server, url, "8080");
    assert_eq!(need("template.json", &open), Some((Some(8080), Answer::Yes, Answer::Yes)));
    let closed = template("", server, url, "22");
    assert_eq!(need("template.json", &closed), Some((Some(8080), Answer::Yes, Answer::No)));
    assert_eq!(findings("template.json", &closed).len(), 1);
}

#[test]
fn services_without_a_namespace_of_their_own_are_in_that_of_the_cluster() {
    let client = r#", "ServiceConnectConfiguration": { "Enabled": true }"#;
    let server = r#", "ServiceConnectConfiguration": { "Enabled": true, "Services": [
        { "PortName": "http", "ClientAliases": [{ "Port": 80 }] }] }"#;
    // Without a name the alias is the port's, in the namespace.
    let open = template(client, server, "\"http://http.shop.internal\"", "8080");
    assert_eq!(need("template.json", &open), Some((Some(8080), Answer::Yes, Answer::Yes)));
    let outside = template("", server, "\"http://http.shop.internal\"", "8080");
    assert_eq!(need("template.json", &outside), Some((Some(8080), Answer::No, Answer::No)));
}
