//! Plans: what is known, what is not yet, and what either refers to.

use iaclint_graph::{Fragment, Mode, Resource};
use iaclint_source::{Problem, Project};
use iaclint_terraform::{Inputs, Loader, is_plan};
use iaclint_value::{Marks, RootId, Value};
use std::path::Path;

/// A plan of these parts, each JSON.
fn plan(planned: &str, changes: &str, configuration: &str) -> String {
    format!(
        r#"{{"format_version":"1.2","terraform_version":"1.11.4","complete":true,
            "variables":{{"name":{{"value":"shop"}}}},
            "planned_values":{{"root_module":{planned}}},
            "resource_changes":{changes},
            "configuration":{{"root_module":{configuration}}}}}"#
    )
}

fn alone(plan: &str) -> Fragment {
    let project = Project::in_memory([("/plan.json", plan)]);
    let fragment = Loader::new(&project).load_plan(Path::new("/plan.json"), RootId(0));
    assert_eq!(fragment.problems, []);
    fragment
}

fn resource<'f>(fragment: &'f Fragment, address: &str) -> &'f Resource {
    fragment.resources.iter().find(|r| r.key.address == address).expect("it is there")
}

fn value<'f>(fragment: &'f Fragment, address: &str, name: &str) -> &'f Value {
    resource(fragment, address).body.get(name).expect("it is set")
}

const GROUPS: &str = r#"{"resources":[
    {"address":"aws_security_group.web","mode":"managed","type":"aws_security_group","name":"web",
     "values":{"name":"web","description":"x"},"sensitive_values":{}},
    {"address":"aws_vpc_security_group_ingress_rule.web","mode":"managed","type":"aws_vpc_security_group_ingress_rule","name":"web",
     "values":{"from_port":80,"description":"secret words"},"sensitive_values":{"description":true}}]}"#;

fn groups(expression: &str) -> String {
    let changes = r#"[{"address":"aws_vpc_security_group_ingress_rule.web",
        "change":{"actions":["create"],"after_unknown":{"id":true,"security_group_id":true}}},
        {"address":"aws_instance.old","change":{"actions":["delete"],"after_unknown":{}}}]"#;
    let configuration = format!(
        r#"{{"resources":[
            {{"address":"aws_security_group.web","expressions":{{"name":{{"references":["var.name"]}}}}}},
            {{"address":"aws_vpc_security_group_ingress_rule.web","depends_on":["aws_security_group.web"],"expressions":{{
                "from_port":{{"constant_value":80}},"description":{{"references":["var.name"]}},
                "security_group_id":{expression}}}}}]}}"#
    );
    plan(GROUPS, changes, &configuration)
}

const RULE: &str = "aws_vpc_security_group_ingress_rule.web";

#[test]
fn a_plan_is_told_by_what_it_holds() {
    assert!(is_plan(&groups("{}")));
    assert!(!is_plan(r#"{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{}}}"#));
    assert!(!is_plan(r#"{"Resources":{}}"#));
}

#[test]
fn an_id_that_is_not_known_yet_is_the_attribute_that_it_refers_to() {
    let fragment = alone(&groups(r#"{"references":["aws_security_group.web.id","aws_security_group.web"]}"#));
    assert_eq!(value(&fragment, RULE, "security_group_id").display(), "${aws_security_group.web.id}");
    assert_eq!(resource(&fragment, RULE).depends_on[0].address, "aws_security_group.web");
    assert_eq!(value(&fragment, RULE, "from_port").as_i64(), Some(80));
}

#[test]
fn what_may_come_through_a_local_is_not_known() {
    let fragment =
        alone(&groups(r#"{"references":["aws_security_group.web.id","aws_security_group.web","local.x"]}"#));
    let group = value(&fragment, RULE, "security_group_id");
    assert!(group.is_unknown());
    assert_eq!(group.references()[0].to_string(), "aws_security_group.web.id");
}

#[test]
fn one_of_several_references_is_a_possible_value() {
    let fragment =
        alone(&groups(r#"{"references":["aws_security_group.web.id","aws_security_group.other.id"]}"#));
    let group = value(&fragment, RULE, "security_group_id");
    assert!(!group.is_unknown() && !group.is_known() && group.as_reference().is_none());
    assert_eq!(group.references().len(), 4, "two that it depends on, the same two that it may be");
}

#[test]
fn what_is_deleted_is_not_there_and_what_the_provider_fills_in_is_not_written() {
    let fragment = alone(&groups("{}"));
    assert_eq!(fragment.resources.len(), 2);
    let group = resource(&fragment, "aws_security_group.web");
    assert!(group.body.get("name").is_some() && group.body.get("description").is_none());
}

#[test]
fn sensitive_parts_are_marked() {
    let fragment = alone(&groups("{}"));
    assert!(value(&fragment, RULE, "description").marks.has(Marks::SENSITIVE));
    assert!(!value(&fragment, RULE, "from_port").marks.has(Marks::SENSITIVE));
}

#[test]
fn references_are_followed_through_modules_and_keys() {
    let planned = r#"{"resources":[
        {"address":"aws_sqs_queue.q[\"a\"]","mode":"managed","type":"aws_sqs_queue","name":"q","index":"a","values":{}},
        {"address":"aws_sqs_queue.q[\"b\"]","mode":"managed","type":"aws_sqs_queue","name":"q","index":"b","values":{}}],
        "child_modules":[{"address":"module.policy[\"b\"]","resources":[
            {"address":"module.policy[\"b\"].aws_sqs_queue_policy.p","mode":"managed","type":"aws_sqs_queue_policy","name":"p","values":{}}]}]}"#;
    let changes = r#"[{"address":"module.policy[\"b\"].aws_sqs_queue_policy.p",
        "change":{"actions":["create"],"after_unknown":{"queue_arn":true}}}]"#;
    let configuration = r#"{"resources":[{"address":"aws_sqs_queue.q","for_each_expression":{},"expressions":{}}],
        "module_calls":{"policy":{"for_each_expression":{"references":["aws_sqs_queue.q"]},
            "expressions":{"queue":{"references":["aws_sqs_queue.q","each.key"]}},
            "module":{"resources":[{"address":"aws_sqs_queue_policy.p","expressions":{"queue_arn":{"references":["var.queue"]}}}]}}}}"#;
    let fragment = alone(&plan(planned, changes, configuration));
    let arn = value(&fragment, r#"module.policy["b"].aws_sqs_queue_policy.p"#, "queue_arn");
    assert_eq!(arn.display(), r#"${aws_sqs_queue.q["b"].arn}"#);
    let scopes: Vec<_> = fragment.root.scopes.iter().map(|s| s.address.as_str()).collect();
    assert_eq!(scopes, ["", r#"module.policy["b"]"#]);
}

#[test]
fn a_known_name_in_a_text_refers_to_what_has_it() {
    let planned = r#"{"resources":[
        {"address":"aws_db_instance.d","mode":"managed","type":"aws_db_instance","name":"d",
         "values":{"address":"d.abc.eu-west-1.rds.amazonaws.com","endpoint":"d.abc.eu-west-1.rds.amazonaws.com:5432"}},
        {"address":"aws_ssm_parameter.p","mode":"managed","type":"aws_ssm_parameter","name":"p",
         "values":{"value":"{\"url\":\"postgres://d.abc.eu-west-1.rds.amazonaws.com:5432/x\"}"}}]}"#;
    let configuration = r#"{"resources":[{"address":"aws_db_instance.d","expressions":{}},
        {"address":"aws_ssm_parameter.p","expressions":{"value":{"references":["local.url"]}}}]}"#;
    let fragment = alone(&plan(planned, "[]", configuration));
    let value = value(&fragment, "aws_ssm_parameter.p", "value");
    assert_eq!(value.display(), "{url = postgres://${aws_db_instance.d.address}:5432/x}");
}

#[test]
fn a_plan_tells_what_the_configuration_leaves_open() {
    let configuration = r#"
variable "name" {}
data "aws_availability_zones" "all" {}
data "external" "tags" { program = ["tags"] }
resource "aws_subnet" "s" {
  for_each          = toset(data.aws_availability_zones.all.names)
  availability_zone = each.key
  tags              = { Name = var.name, Team = data.external.tags.result.team }
}
resource "aws_instance" "i" {
  count         = data.external.tags.result.team == "y" ? 1 : 0
  instance_type = timestamp()
}
"#;
    let planned = r#"{"resources":[
        {"address":"aws_subnet.s[\"a\"]","mode":"managed","type":"aws_subnet","name":"s","index":"a","values":{"availability_zone":"a"}},
        {"address":"aws_subnet.s[\"b\"]","mode":"managed","type":"aws_subnet","name":"s","index":"b","values":{"availability_zone":"b"}},
        {"address":"data.aws_availability_zones.all","mode":"data","type":"aws_availability_zones","name":"all","values":{"names":["a","b"]}},
        {"address":"data.external.tags","mode":"data","type":"external","name":"tags","values":{"result":{"team":"x"}}}]}"#;
    let declared = r#"{"resources":[{"address":"aws_subnet.s"},{"address":"aws_instance.i"}]}"#;
    let plan = plan(planned, "[]", declared);
    let project = Project::in_memory([("/main.tf", configuration), ("/plan.json", &plan)]);
    let loader = Loader::new(&project);
    let path = Path::new("/plan.json");
    assert_eq!(loader.strange_to(Path::new("/"), path), Ok(Vec::new()));
    let inputs = Inputs { plan: Some(path.to_path_buf()), ..Inputs::default() };
    let fragment = loader.load(Path::new("/"), RootId(0), &inputs);
    assert_eq!(fragment.problems, [] as [Problem; 0]);
    let managed: Vec<&Resource> = fragment.resources.iter().filter(|r| r.mode == Mode::Managed).collect();
    let addresses: Vec<&str> = managed.iter().map(|r| r.key.address.as_str()).collect();
    assert_eq!(addresses, [r#"aws_subnet.s["a"]"#, r#"aws_subnet.s["b"]"#]);
    assert_eq!(managed[0].body.get("tags").unwrap().display(), "{Name = shop, Team = x}");
}

#[test]
fn what_the_module_does_not_declare_is_strange_to_it() {
    let project = Project::in_memory([("/main.tf", "variable \"name\" {}"), ("/plan.json", &groups("{}"))]);
    let strange = Loader::new(&project).strange_to(Path::new("/"), Path::new("/plan.json")).unwrap();
    assert_eq!(strange[0], "aws_security_group.web");
}

#[test]
fn a_text_that_is_no_plan_is_a_problem_at_its_place() {
    let project = Project::in_memory([("/plan.json", "{\"planned_values\": oops}")]);
    let fragment = Loader::new(&project).load_plan(Path::new("/plan.json"), RootId(0));
    assert_eq!(fragment.problems[0].message, "expected a JSON value");
    assert!(fragment.problems[0].span.is_some());
}
