//! Variables: where their values come from, and what their types make of them.

use crate::support::{load, load_with, main_tf};
use iaclint_terraform::Inputs;
use iaclint_value::{Marks, Target};

#[test]
fn later_sources_of_a_variable_go_before_earlier_ones() {
    let variables: Vec<String> = "abcdefg"
        .chars()
        .map(|c| {
            format!("variable \"{c}\" {{ default = \"default\" }}\noutput \"{c}\" {{ value = var.{c} }}\n")
        })
        .collect();
    let inputs = Inputs {
        var_files: vec!["extra.tfvars".into()],
        variables: vec![("g".into(), "cli".into())],
        environment: vec![("TF_VAR_b".into(), "env".into()), ("TF_VAR_c".into(), "env".into())],
        ..Inputs::default()
    };
    let loaded = load_with(
        [
            ("main.tf", variables.concat().as_str()),
            (
                "terraform.tfvars",
                "c = \"tfvars\"\nd = \"tfvars\"\ne = \"tfvars\"\nf = \"tfvars\"\ng = \"tfvars\"\n",
            ),
            ("terraform.tfvars.json", "{\"d\": \"json\", \"e\": \"json\", \"f\": \"${json}\"}"),
            ("b.auto.tfvars", "e = \"b\"\nf = \"b\"\n"),
            ("a.auto.tfvars", "e = \"a\"\n"),
            ("extra.tfvars", "f = \"extra\"\ng = \"extra\"\n"),
        ],
        &inputs,
    );
    let values: Vec<String> = "abcdefg".chars().map(|c| loaded.shown(&c.to_string())).collect();
    assert_eq!(values, ["default", "env", "tfvars", "json", "b", "extra", "cli"]);
    let trail = loaded.trail(loaded.output("e").origin);
    assert!(trail.contains(&"given e b.auto.tfvars:1:5".to_owned()), "{trail:?}");
}

#[test]
fn a_required_variable_without_a_value_is_a_reference_to_the_input() {
    let loaded = main_tf(
        "variable \"image\" { type = string }\noutput \"o\" { value = var.image }\noutput \"t\" { value = \"${var.image}:latest\" }\n",
    );
    let reference = loaded.output("o").as_reference().unwrap();
    assert!(matches!(&reference.target, Target::Input { name, .. } if name == "var.image"));
    assert_eq!(loaded.shown("t"), "${var.image}:latest");
}

#[test]
fn optional_attributes_take_their_defaults() {
    let loaded = main_tf(
        "variable \"c\" {\n  type = object({\n    port = optional(number, 80)\n    name = string\n  })\n  default = { name = \"x\", more = true, port = null }\n}\noutput \"o\" { value = var.c }\n",
    );
    assert_eq!(loaded.problems(), [""; 0]);
    assert_eq!(loaded.shown("o"), "{name = x, port = 80}");
}

#[test]
fn sensitive_variables_mark_what_is_made_of_them() {
    let loaded = main_tf(
        "variable \"p\" {\n  sensitive = true\n  default = \"hunter2\"\n}\noutput \"o\" { value = \"x-${var.p}\" }\n",
    );
    assert!(loaded.output("o").marks.has(Marks::SENSITIVE));
}

#[test]
fn a_value_from_the_command_line_is_read_by_the_type_of_its_variable() {
    let inputs = Inputs {
        variables: vec![("l".into(), "[\"a\", \"b\"]".into()), ("s".into(), "[x]".into())],
        ..Inputs::default()
    };
    let files = [(
        "main.tf",
        "variable \"l\" { type = list(string) }\nvariable \"s\" {}\noutput \"l\" { value = var.l }\noutput \"s\" { value = var.s }\n",
    )];
    let loaded = load_with(files, &inputs);
    assert_eq!((loaded.shown("l").as_str(), loaded.shown("s").as_str()), ("[a, b]", "[x]"));
}

#[test]
fn what_fails_for_a_default_of_the_root_is_not_certain() {
    let loaded = load([
        (
            "main.tf",
            r#"
variable "subnets" { default = [] }
variable "name" {
  default = null
  validation {
    condition     = length(var.name) > 3
    error_message = "short"
  }
}
resource "aws_subnet" "s" { count = length(var.subnets) }
resource "aws_nat_gateway" "n" { subnet_id = aws_subnet.s[0].id }
module "m" {
  source = "./m"
  ids    = var.subnets
}
"#,
        ),
        (
            "m/main.tf",
            "variable \"ids\" {\n  validation {\n    condition = length(var.ids) > 0\n    error_message = \"none\"\n  }\n}\noutput \"first\" { value = var.ids[0] }\n",
        ),
    ]);
    assert_eq!(loaded.faults(), Vec::<String>::new());
}

#[test]
fn what_fails_whatever_the_root_is_given_is_certain() {
    let loaded = load([
        (
            "main.tf",
            "variable \"n\" { default = 1 }\nlocals {\n  a = [var.n]\n  none = []\n}\noutput \"o\" { value = local.none[0] }\nmodule \"m\" { source = \"./m\" }\n",
        ),
        ("m/main.tf", "variable \"ids\" { default = [] }\noutput \"first\" { value = var.ids[0] }\n"),
    ]);
    assert_eq!(
        loaded.faults(),
        [
            "m/main.tf:2:34: the list has 0 elements, so there is none at index 0",
            "main.tf:6:33: the list has 0 elements, so there is none at index 0",
        ]
    );
    let given = load([
        ("main.tf", "variable \"ids\" { default = [] }\noutput \"o\" { value = var.ids[0] }\n"),
        ("terraform.tfvars", "ids = []\n"),
    ]);
    assert_eq!(given.faults().len(), 1);
}
