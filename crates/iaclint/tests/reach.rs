//! The way from a client to a server, hop by hop: which hop closes it, and which cannot be told.

use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_analysis::path::HopKind;
use iaclint_model::{Answer, Model};
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

/// The project with the database in a VPC of its own, and what joins the two.
fn two_vpcs(more: &str) -> String {
    let other = "resource \"aws_vpc\" \"data\" {\n  cidr_block = \"10.1.0.0/16\"\n}\n";
    let moved = PROJECT
        .replace(
            "vpc_id     = aws_vpc.main.id\n  cidr_block = \"10.0.2.0/24\"",
            "vpc_id     = aws_vpc.data.id\n  cidr_block = \"10.1.2.0/24\"",
        )
        .replace(
            "resource \"aws_security_group\" \"data\" {\n  vpc_id = aws_vpc.main.id",
            "resource \"aws_security_group\" \"data\" {\n  vpc_id = aws_vpc.data.id",
        );
    assert!(moved.contains("aws_vpc.data.id"));
    format!("{moved}{other}{more}")
}

/// A route of a VPC's main table.
fn route(name: &str, vpc: &str, to: &str, way: &str) -> String {
    format!(
        "resource \"aws_route\" \"{name}\" {{\n  route_table_id = aws_vpc.{vpc}.main_route_table_id\n  destination_cidr_block = \"{to}\"\n  {way}\n}}\n"
    )
}

const PEERED: &str = "vpc_peering_connection_id = aws_vpc_peering_connection.p.id";

fn peering(accept: bool, ends: (&str, &str)) -> String {
    format!(
        "resource \"aws_vpc_peering_connection\" \"p\" {{\n  vpc_id = aws_vpc.{}.id\n  peer_vpc_id = aws_vpc.{}.id\n  auto_accept = {accept}\n}}\n",
        ends.0, ends.1
    )
}

#[test]
fn peering_needs_routes_on_both_sides() {
    let there = route("there", "main", "10.1.0.0/16", PEERED);
    let back = route("back", "data", "10.0.0.0/16", PEERED);
    let peered = peering(true, ("main", "data"));
    let (open, hops) = path(&two_vpcs(&format!("{peered}{there}{back}")));
    assert_eq!(open, Answer::Yes, "{hops:?}");
    assert_eq!(closed_at(&two_vpcs(&format!("{peered}{there}"))), [HopKind::Route]);
    assert_eq!(closed_at(&two_vpcs(&format!("{peered}{back}"))), [HopKind::Route]);
    // A narrower route to elsewhere goes before.
    let narrow = route("narrow", "main", "10.1.2.0/24", "nat_gateway_id = \"nat-1\"");
    assert_eq!(closed_at(&two_vpcs(&format!("{peered}{there}{back}{narrow}"))), [HopKind::Route]);
}

#[test]
fn peering_is_not_transitive_and_must_be_accepted() {
    let routes =
        route("there", "main", "10.1.0.0/16", PEERED) + &route("back", "data", "10.0.0.0/16", PEERED);
    let third = "resource \"aws_vpc\" \"third\" {\n  cidr_block = \"10.2.0.0/16\"\n}\n";
    let elsewhere = peering(true, ("main", "third"));
    assert_eq!(closed_at(&two_vpcs(&format!("{third}{elsewhere}{routes}"))), [HopKind::Route]);
    let pending = peering(false, ("main", "data"));
    assert_eq!(path(&two_vpcs(&format!("{pending}{routes}"))).0, Answer::Maybe);
    let accepter = "resource \"aws_vpc_peering_connection_accepter\" \"p\" {\n  vpc_peering_connection_id = aws_vpc_peering_connection.p.id\n  auto_accept = true\n}\n";
    assert_eq!(path(&two_vpcs(&format!("{pending}{accepter}{routes}"))).0, Answer::Yes);
}

#[test]
fn a_group_is_referenced_across_a_peering() {
    let routes =
        route("there", "main", "10.1.0.0/16", PEERED) + &route("back", "data", "10.0.0.0/16", PEERED);
    let project = two_vpcs(&format!("{}{routes}", peering(true, ("main", "data"))));
    let named =
        project.replace("cidr_blocks = [\"10.0.1.0/24\"]", "security_groups = [aws_security_group.app.id]");
    assert_eq!(path(&named).0, Answer::Yes);
}

const ATTACHED: &str = r#"
resource "aws_ec2_transit_gateway" "t" {
  DEFAULTS
}

resource "aws_ec2_transit_gateway_vpc_attachment" "main" {
  transit_gateway_id = aws_ec2_transit_gateway.t.id
  vpc_id             = aws_vpc.main.id
  subnet_ids         = [aws_subnet.app.id]
}

resource "aws_ec2_transit_gateway_vpc_attachment" "data" {
  transit_gateway_id = aws_ec2_transit_gateway.t.id
  vpc_id             = aws_vpc.data.id
  subnet_ids         = [aws_subnet.data.id]
}
"#;

const TABLE: &str = r#"
resource "aws_ec2_transit_gateway_route_table" "r" {
  transit_gateway_id = aws_ec2_transit_gateway.t.id
}
"#;

/// The tie of an attachment to the table: an association or a propagation.
fn tie(kind: &str, attachment: &str) -> String {
    format!(
        "resource \"aws_ec2_transit_gateway_route_table_{kind}\" \"{attachment}\" {{\n  transit_gateway_attachment_id =          aws_ec2_transit_gateway_vpc_attachment.{attachment}.id\n  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.r.id\n}}\n"
    )
}

#[test]
fn a_transit_gateway_leads_where_its_tables_do() {
    let way = "transit_gateway_id = aws_ec2_transit_gateway.t.id";
    let routes = route("there", "main", "10.0.0.0/8", way) + &route("back", "data", "10.0.0.0/8", way);
    let by_default = ATTACHED.replace("DEFAULTS", "");
    let (open, hops) = path(&two_vpcs(&format!("{by_default}{routes}")));
    assert_eq!(open, Answer::Yes, "{hops:?}");
    // Without the default table, and without another, nothing is forwarded.
    let defaults =
        "default_route_table_association = \"disable\"\n  default_route_table_propagation = \"disable\"";
    let bare = ATTACHED.replace("DEFAULTS", defaults);
    assert_eq!(closed_at(&two_vpcs(&format!("{bare}{routes}"))), [HopKind::Route]);
    let ties: String = ["association", "propagation"]
        .iter()
        .flat_map(|kind| ["main", "data"].map(|attachment| tie(kind, attachment)))
        .collect();
    assert_eq!(path(&two_vpcs(&format!("{bare}{TABLE}{ties}{routes}"))).0, Answer::Yes);
    let one_way = tie("association", "main") + &tie("association", "data") + &tie("propagation", "data");
    assert_eq!(closed_at(&two_vpcs(&format!("{bare}{TABLE}{one_way}{routes}"))), [HopKind::Route]);
    // The server's VPC is not attached.
    let alone = by_default
        .split("resource \"aws_ec2_transit_gateway_vpc_attachment\" \"data\"")
        .next()
        .unwrap_or_default();
    assert_eq!(closed_at(&two_vpcs(&format!("{alone}{routes}"))), [HopKind::Route]);
    // A gateway that is only looked up may lead anywhere.
    let found = "data \"aws_ec2_transit_gateway\" \"t\" {\n}\n";
    let routes = routes.replace("= aws_ec2_transit_gateway.t.id", "= data.aws_ec2_transit_gateway.t.id");
    assert_eq!(path(&two_vpcs(&format!("{found}{routes}"))).0, Answer::Maybe);
}

#[test]
fn without_groups_the_default_one_of_the_vpc_counts() {
    // Its members let each other in.
    let server = PROJECT.replace("  vpc_security_group_ids = [aws_security_group.data.id]\n", "");
    assert_eq!(closed_at(&server), [HopKind::ServerGroups]);
    let both = server.replace("[aws_security_group.app.id]", "[aws_vpc.main.default_security_group_id]");
    assert_eq!(path(&both).0, Answer::Yes);
    // Taken over without rules, it lets nothing in or out.
    let taken = "resource \"aws_default_security_group\" \"main\" {\n  vpc_id = aws_vpc.main.id\n}\n";
    assert_eq!(closed_at(&format!("{both}{taken}")), [HopKind::ClientGroups, HopKind::ServerGroups]);
    let rule = "resource \"aws_vpc_security_group_ingress_rule\" \"default\" {\n  security_group_id = aws_vpc.main.default_security_group_id\n  ip_protocol = \"-1\"\n  cidr_ipv4 = \"10.0.1.0/24\"\n}\n";
    assert_eq!(path(&format!("{server}{rule}")).0, Answer::Yes);
}

#[test]
fn no_egress_rule_lets_nothing_out_in_terraform() {
    let start = PROJECT.find("  egress {").expect("the client's group has a rule");
    let end = start + PROJECT[start..].find("  }\n").expect("it ends") + 4;
    assert_eq!(closed_at(&format!("{}{}", &PROJECT[..start], &PROJECT[end..])), [HopKind::ClientGroups]);
}

#[test]
fn a_prefix_list_stands_for_its_addresses() {
    let list = |cidr: &str| {
        let list = format!(
            "resource \"aws_ec2_managed_prefix_list\" \"app\" {{\n  name = \"app\"\n  address_family = \"IPv4\"\n  max_entries = 2\n  entry {{\n    cidr = \"{cidr}\"\n  }}\n}}\n"
        );
        PROJECT.replace(
            "cidr_blocks = [\"10.0.1.0/24\"]",
            "prefix_list_ids = [aws_ec2_managed_prefix_list.app.id]",
        ) + &list
    };
    assert_eq!(path(&list("10.0.1.0/24")).0, Answer::Yes);
    assert_eq!(closed_at(&list("10.0.9.0/24")), [HopKind::ServerGroups]);
    let entry = "resource \"aws_ec2_managed_prefix_list_entry\" \"more\" {\n  prefix_list_id = aws_ec2_managed_prefix_list.app.id\n  cidr = \"10.0.0.0/16\"\n}\n";
    assert_eq!(path(&(list("10.0.9.0/24") + entry)).0, Answer::Yes);
    let found =
        PROJECT.replace("cidr_blocks = [\"10.0.1.0/24\"]", "prefix_list_ids = [data.aws_prefix_list.s3.id]");
    assert_eq!(path(&(found + "data \"aws_prefix_list\" \"s3\" {\n}\n")).0, Answer::Maybe);
}

#[test]
fn a_port_is_read_from_the_server() {
    let ports = "from_port   = 5432\n    to_port     = 5432";
    let own = PROJECT.replace(
        ports,
        "from_port   = aws_db_instance.main.port\n    to_port     = aws_db_instance.main.port",
    );
    assert_eq!(path(&own).0, Answer::Yes);
    let other = own.replace(
        "engine                 = \"postgres\"",
        "engine                 = \"postgres\"\n  port = 5433",
    );
    assert_eq!(path(&other).0, Answer::Yes);
    // The address carries another port than the one that the database listens on.
    let wrong = own.replace("aws_db_instance.main.address }", "\"${aws_db_instance.main.address}:5439\" }");
    assert_eq!(closed_at(&wrong), [HopKind::ServerGroups]);
}

#[test]
fn a_subnet_with_both_families_is_not_closed_by_the_addresses_of_one() {
    let both = PROJECT
        .replace(
            "cidr_block = \"10.0.1.0/24\"",
            "cidr_block = \"10.0.1.0/24\"\n  ipv6_cidr_block = \"2001:db8::/64\"",
        )
        .replace("[\"10.0.1.0/24\"]\n", "[\"192.168.0.0/24\"]\n");
    assert_eq!(path(&both).0, Answer::Maybe);
}

#[test]
fn a_function_outside_of_every_vpc_reaches_no_private_address() {
    let start = PROJECT.find("  vpc_config {").expect("the function has a network");
    let outside = format!("{}}}\n", &PROJECT[..start]);
    let (open, hops) = path(&outside);
    assert_eq!(open, Answer::No, "{hops:?}");
    assert_eq!(hops[0], (HopKind::Route, Answer::No));
}

#[test]
fn the_acl_that_a_vpc_is_made_with_may_be_given_rules() {
    let deny = |cidr: &str| {
        format!(
            "{PROJECT}resource \"aws_network_acl_rule\" \"d\" {{\n  network_acl_id = aws_vpc.main.default_network_acl_id\n  rule_number = 50\n  egress = false\n               protocol = \"tcp\"\n  rule_action = \"deny\"\n  cidr_block = \"{cidr}\"\n  from_port = 5432\n  to_port = 5432\n}}\n"
        )
    };
    assert_eq!(closed_at(&deny("10.0.0.0/16")), [HopKind::Acls]);
    assert_eq!(path(&deny("192.168.0.0/16")).0, Answer::Yes);
    let taken = "resource \"aws_default_network_acl\" \"main\" {\n  default_network_acl_id = aws_vpc.main.default_network_acl_id\n}\n";
    assert_eq!(closed_at(&format!("{PROJECT}{taken}")), [HopKind::Acls]);
}

#[test]
fn a_host_that_is_cut_out_of_an_endpoint_is_still_its_address() {
    let spellings = [
        "split(\":\", aws_db_instance.main.endpoint)[0]",
        "element(split(\":\", aws_db_instance.main.endpoint), 0)",
        "sensitive(split(\":\", aws_db_instance.main.endpoint)[0])",
        "replace(aws_db_instance.main.endpoint, \":5432\", \"\")",
        "replace(aws_db_instance.main.endpoint, \"/:.*/\", \"\")",
        "trimsuffix(aws_db_instance.main.endpoint, \":5432\")",
        "regex(\"^[^:]+\", aws_db_instance.main.endpoint)",
        "\"postgres://app@${split(\":\", aws_db_instance.main.endpoint)[0]}:5432/app\"",
        "jsonencode({ host = split(\":\", aws_db_instance.main.endpoint)[0] })",
    ];
    for spelling in spellings {
        let project = PROJECT.replace("aws_db_instance.main.address", spelling);
        assert_ne!(project, PROJECT);
        assert_eq!(path(&project).0, Answer::Yes, "{spelling}");
    }
}
