//! What a configuration demands of its own values, and what the language demands of a configuration.

use crate::support::{load, main_tf};

#[test]
fn a_validation_fails_where_the_value_is_given() {
    let loaded = load([
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n  env = \"staging\"\n}\n"),
        (
            "m/main.tf",
            "variable \"env\" {\n  validation {\n    condition = contains([\"dev\", \"prod\"], var.env)\n    error_message = \"dev or prod, not ${var.env}.\"\n  }\n}\n",
        ),
    ]);
    assert_eq!(loaded.problems(), ["main.tf:3:9: var.env is not valid: dev or prod, not staging"]);
}

#[test]
fn a_condition_on_what_is_not_known_is_met() {
    let loaded = main_tf(
        "variable \"env\" {\n  validation {\n    condition = var.env != \"\"\n    error_message = \"empty\"\n  }\n}\nresource \"aws_vpc\" \"v\" {\n  lifecycle {\n    postcondition {\n      condition = self.main_route_table_id != \"\"\n      error_message = \"none\"\n    }\n  }\n}\n",
    );
    assert_eq!(loaded.problems(), Vec::<String>::new());
}

#[test]
fn a_condition_that_fails_is_told_at_its_place() {
    let loaded = main_tf(
        "resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/8\"\n  lifecycle {\n    postcondition {\n      condition = self.cidr_block == \"x\"\n      error_message = \"wide\"\n    }\n  }\n}\noutput \"o\" {\n  value = 1\n  precondition {\n    condition = aws_vpc.v.cidr_block == \"y\"\n    error_message = \"other\"\n  }\n}\ncheck \"c\" {\n  assert {\n    condition = false\n    error_message = \"a warning of Terraform's\"\n  }\n}\n",
    );
    assert_eq!(
        loaded.problems(),
        [
            "main.tf:5:19: a postcondition of aws_vpc.v is not met: wide",
            "main.tf:13:17: a precondition of the output \"o\" is not met: other",
        ]
    );
}

#[test]
fn a_resource_that_names_itself_and_a_key_of_what_has_none_are_told() {
    let loaded = main_tf(
        "resource \"aws_vpc\" \"a\" { tags = { a = aws_vpc.a.id } }\noutput \"o\" { value = aws_vpc.a[0].id }\nresorce \"aws_vpc\" \"b\" {}\n",
    );
    let mut told = loaded.problems();
    told.sort();
    assert_eq!(
        told,
        [
            "main.tf:1:39: aws_vpc.a refers to itself",
            "main.tf:2:32: aws_vpc.a has neither count nor for_each, so it has no instance keys",
            "main.tf:3:1: there is no block type \"resorce\"",
        ]
    );
}
