//! What a configuration says about the language that it is written in.

use crate::support::{load, main_tf};

const BUCKET: &str = "resource \"aws_s3_bucket\" \"b\" {}\n";

fn with_version(constraint: &str, value: &str) -> crate::support::Loaded {
    main_tf(&format!(
        "{BUCKET}terraform {{\n  required_version = \"{constraint}\"\n}}\noutput \"o\" {{\n  value = {value}\n}}\n"
    ))
}

#[test]
fn logical_operators_short_circuit_unless_only_older_versions_are_admitted() {
    for value in ["false && tobool(\"x\")", "true || tobool(\"x\")", "true || aws_s3_bucket.b.id.nope"] {
        assert!(with_version(">= 1.12", value).problems().is_empty(), "{value}");
        assert!(with_version(">= 1.11", value).problems().is_empty(), "{value}");
        assert!(!with_version("~> 1.11.0", value).problems().is_empty(), "{value}");
    }
    assert_eq!(with_version("~> 1.13.0", "false && tobool(\"x\")").shown("o"), "false");
    assert!(!with_version(">= 1.12", "true && tobool(\"x\")").problems().is_empty());
}

#[test]
fn what_stands_right_of_an_unknown_is_judged_when_that_is_known() {
    let loaded = with_version(">= 1.12", "aws_s3_bucket.b.bucket_prefix == \"x\" && tobool(\"y\")");
    assert!(loaded.problems().is_empty(), "{:?}", loaded.problems());
    assert_eq!(with_version(">= 1.12", "aws_s3_bucket.b.bucket_prefix == \"x\" || true").shown("o"), "true");
}

#[test]
fn a_value_is_converted_to_a_type_that_is_written() {
    let loaded =
        main_tf("output \"o\" { value = convert({ a = {} }, map(object({ b = optional(number, 5) }))) }\n");
    assert_eq!(loaded.shown("o"), "{a = {b = 5}}");
    let wrong = main_tf("output \"o\" { value = convert(\"x\", number) }\n");
    assert!(wrong.problems()[0].contains("a number is required"), "{:?}", wrong.problems());
}

#[test]
fn the_functions_of_opentofu_are_known() {
    let loaded = load([(
        "main.tofu",
        "output \"o\" { value = [cidrcontains(\"10.0.0.0/8\", \"10.1.2.3\"), cidrcontains(\"10.0.0.0/16\", \"10.0.0.0/8\"), urldecode(\"a%2Fb+c\"), base64gunzip(base64gzip(\"x\"))] }\n",
    )]);
    assert!(loaded.problems().is_empty(), "{:?}", loaded.problems());
    assert_eq!(loaded.shown("o"), "[true, false, a/b c, x]");
}

#[test]
fn the_source_of_a_module_may_be_made_of_variables() {
    let loaded = load([
        (
            "main.tf",
            "variable \"kind\" {\n  const = true\n  default = \"a\"\n}\nmodule \"m\" {\n  source = \"./modules/${var.kind}\"\n}\n",
        ),
        ("modules/a/main.tf", BUCKET),
    ]);
    assert_eq!(loaded.addresses(), ["module.m.aws_s3_bucket.b"]);
}
