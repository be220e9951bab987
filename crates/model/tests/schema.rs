//! Every field of the model's tables against the schemas of both languages: a misspelt attribute makes a dead rule.
//!
//! `data/tf_aws_*.json`: resources of hashicorp/aws 6.66.0 (from @cdktn/provider-aws 25.7.0). `data/cfn_types.json`: CloudFormation
//! types (from @aws-cdk/aws-service-spec 0.1.216). Names and flags only.

use iaclint_model::{Table, tables};
use serde_json::Value;

fn load(name: &str) -> Value {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the data file is in the tree"))
        .expect("the data file is in the tree")
}

/// Why a Terraform path is not in the schema, or nothing.
fn terraform_fault(schema: &Value, type_name: &str, path: &str) -> Option<String> {
    let (resource, prefix) = type_name.split_once('/').unwrap_or((type_name, ""));
    // Alias types share the schema of their new name.
    let resource = match resource {
        "aws_alb" => "aws_lb",
        "aws_alb_target_group" => "aws_lb_target_group",
        "aws_alb_listener" => "aws_lb_listener",
        "aws_alb_listener_rule" => "aws_lb_listener_rule",
        "aws_alb_target_group_attachment" => "aws_lb_target_group_attachment",
        other => other,
    };
    let mut at = schema["resources"].get(resource).or_else(|| {
        (resource == "aws_default_security_group").then(|| &schema["resources"]["aws_security_group"])
    });
    if at.is_none() {
        return Some(format!("no resource type {resource}"));
    }
    for name in prefix.split('/').chain(path.split('.')).filter(|n| !n.is_empty()) {
        let Some(attribute) = at.and_then(|a| a.get(name)) else {
            return Some(format!("{resource} has no {prefix}/{path} (at {name})"));
        };
        if name == "container_definitions" {
            return None;
        }
        at = match attribute.get("of") {
            Some(of) => Some(of),
            None => Some(attribute),
        };
    }
    None
}

fn cloudformation_fault(schema: &Value, type_name: &str, path: &str) -> Option<String> {
    let (resource, prefix) = type_name.split_once('/').unwrap_or((type_name, ""));
    let Some(known) = schema["data"].get(resource) else { return Some(format!("no type {resource}")) };
    let first = prefix.split('/').chain(path.split('.')).find(|n| !n.is_empty())?;
    let properties = known["props"].as_array()?;
    (!properties.iter().any(|p| p == first)).then(|| format!("{resource} has no property {first}"))
}

/// Types that are spelt in the language but are not in the schema files: the CDK's notifications are a custom resource.
const OUTSIDE: [&str; 1] = ["Custom::S3BucketNotifications"];

fn faults(tables: &[Table]) -> Vec<String> {
    let (mut terraform, cloudformation) = (load("tf_aws_core.json"), load("cfn_types.json"));
    for file in [
        "tf_aws_agreement.json",
        "tf_aws_incidents.json",
        "tf_aws_network.json",
        "tf_aws_policies.json",
        "tf_aws_triggers.json",
    ] {
        if let (Some(all), Value::Object(more)) =
            (terraform["resources"].as_object_mut(), load(file)["resources"].take())
        {
            all.extend(more);
        }
    }
    let mut out = Vec::new();
    for table in tables {
        for field in table.fields {
            for type_name in table.terraform.iter().filter(|_| !field.terraform.is_empty()) {
                out.extend(
                    terraform_fault(&terraform, type_name, field.terraform)
                        .map(|f| format!("{}: {f}", table.entity)),
                );
            }
            let types = table.cloudformation.iter().filter(|t| !OUTSIDE.contains(t));
            for type_name in types.filter(|_| !field.cloudformation.is_empty()) {
                // One entity may stand for types of which not all have every field.
                let fault = cloudformation_fault(&cloudformation, type_name, field.cloudformation);
                let elsewhere = table.cloudformation.iter().any(|t| {
                    t != type_name && cloudformation_fault(&cloudformation, t, field.cloudformation).is_none()
                });
                out.extend(fault.filter(|_| !elsewhere).map(|f| format!("{}: {f}", table.entity)));
            }
        }
    }
    out
}

#[test]
fn every_field_is_in_the_schema_of_both_languages() {
    let faults = faults(&tables());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_misspelt_field_is_found() {
    let field = |terraform, cloudformation| iaclint_model::Field { name: "x", terraform, cloudformation };
    let fields = Box::leak(Box::new([field("helth_check.path", "Prot")]));
    let table = Table {
        entity: "Wrong",
        terraform: &["aws_lb_target_group"],
        cloudformation: &["AWS::ElasticLoadBalancingV2::TargetGroup"],
        fields,
    };
    assert_eq!(faults(&[table]).len(), 2);
}
