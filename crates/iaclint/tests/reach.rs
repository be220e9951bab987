//! The way from a client to a server, hop by hop: which hop closes it, and which cannot be told.

use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_analysis::path::HopKind;
use iaclint_analysis::reach::Answer;
use iaclint_model::Model;
use iaclint_parser::{Options, parse};
use iaclint_source::Memory;

/// A function that is given the address of a database in another subnet of its VPC.
const PROJECT: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "app" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_subnet" "data" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}

resource "aws_db_subnet_group" "main" {
  subnet_ids = [aws_subnet.data.id]
}

resource "aws_security_group" "app" {
  vpc_id = aws_vpc.main.id

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "data" {
  vpc_id = aws_vpc.main.id

  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["10.0.1.0/24"]
  }
}

resource "aws_db_instance" "main" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.data.id]
}

resource "aws_lambda_function" "app" {
  environment {
    variables = { DB_HOST = aws_db_instance.main.address }
  }

  vpc_config {
    subnet_ids         = [aws_subnet.app.id]
    security_group_ids = [aws_security_group.app.id]
  }
}
"#;

/// The verdict of the whole way, and the verdict of each hop.
fn path(project: &str) -> (Answer, Vec<(HopKind, Answer)>) {
    let options = Options { paths: vec!["/".into()], project_root: Some("/".into()), ..Options::default() };
    let parsed = parse(Arc::new(Memory::of([("main.tf", project)])), &options).expect("it is a project");
    let model = Model::new(&parsed.graph, parsed.project.sources());
    let analysis = Analysis::new(&model);
    let need = analysis.needs().first().expect("the function is given the address");
    let path = analysis.path(need);
    (path.open, path.hops.iter().map(|hop| (hop.kind, hop.open)).collect())
}

fn closed_at(project: &str) -> Vec<HopKind> {
    let (open, hops) = path(project);
    assert_eq!(open, Answer::No, "{hops:?}");
    hops.into_iter().filter(|(_, open)| *open == Answer::No).map(|(kind, _)| kind).collect()
}

#[test]
fn a_way_whose_every_hop_is_open_is_open() {
    let (open, hops) = path(PROJECT);
    assert_eq!(open, Answer::Yes, "{hops:?}");
    assert_eq!(hops.len(), 4);
}

#[test]
fn the_groups_of_either_side_close_the_way() {
    let server = PROJECT.replace("10.0.1.0/24\"]", "192.168.0.0/24\"]");
    assert_eq!(closed_at(&server), [HopKind::ServerGroups]);
    let client = PROJECT.replace("cidr_blocks = [\"0.0.0.0/0\"]", "cidr_blocks = [\"192.168.0.0/24\"]");
    assert_eq!(closed_at(&client), [HopKind::ClientGroups]);
}

#[test]
fn another_vpc_without_a_route_closes_the_way() {
    let vpc = "resource \"aws_vpc\" \"data\" {\n  cidr_block = \"10.1.0.0/16\"\n}\n";
    let subnet = "resource \"aws_subnet\" \"data\" {\n  vpc_id     = aws_vpc.";
    let project = PROJECT.replace(&format!("{subnet}main"), &format!("{subnet}data")) + vpc;
    assert_eq!(closed_at(&project), [HopKind::Route]);
}

#[test]
fn an_acl_closes_the_way_back() {
    let acl = |back: &str| {
        format!(
            "{PROJECT}\nresource \"aws_network_acl\" \"data\" {{\n  vpc_id = aws_vpc.main.id\n  subnet_ids = [aws_subnet.data.id]\n\
             ingress {{\n rule_no = 1\n action = \"allow\"\n protocol = \"tcp\"\n from_port = 5432\n to_port = 5432\n cidr_block = \"10.0.0.0/16\"\n}}\n\
             egress {{\n rule_no = 1\n action = \"allow\"\n protocol = \"tcp\"\n {back}\n cidr_block = \"10.0.1.0/24\"\n}}\n}}\n"
        )
    };
    assert_eq!(closed_at(&acl("from_port = 443\n to_port = 443")), [HopKind::Acls]);
    assert_eq!(path(&acl("from_port = 1024\n to_port = 65535")).0, Answer::Yes);
    assert_eq!(path(&acl("from_port = 2000\n to_port = 3000")).0, Answer::Maybe);
}

#[test]
fn an_unknown_closes_nothing() {
    let variable = "variable \"cidr\" {\n  type = string\n}\n";
    let (open, _) = path(&(PROJECT.replace("[\"10.0.1.0/24\"]", "[var.cidr]") + variable));
    assert_eq!(open, Answer::Maybe);
    let (open, _) = path(&(PROJECT.replace("[aws_subnet.app.id]", "[var.cidr]") + variable));
    assert_eq!(open, Answer::Maybe);
}
