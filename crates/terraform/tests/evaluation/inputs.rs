//! Variables: where their values come from, and what their types make of them.

use crate::support::{load, load_with, main_tf};
use iaclint_terraform::{Assigned, Inputs};
use iaclint_value::{Marks, Target};

fn file(path: &str) -> Assigned {
    Assigned::File(path.into())
}

fn value(name: &str, text: &str) -> Assigned {
    Assigned::Value(name.to_owned(), text.to_owned())
}

/// As `terraform plan` of 1.11.4 prints it for `-var a=cli -var-file=x.tfvars -var b=cli`.
#[test]
fn files_and_values_of_the_command_line_go_in_their_order() {
    let text = "variable \"a\" {}\nvariable \"b\" {}\noutput \"o\" { value = \"${var.a} ${var.b}\" }\n";
    let files = [("main.tf", text), ("x.tfvars", "a = \"x\"\nb = \"x\"\n")];
    let assigned = vec![value("a", "cli"), file("x.tfvars"), value("b", "cli")];
    let loaded = load_with(files, &Inputs { assigned, ..Inputs::default() });
    assert_eq!(loaded.shown("o"), "x cli");
}

/// The expected values are what `terraform plan` of 1.11.4 prints for these files and
/// `-var-file=x.tfvars -var-file=y.tfvars -var h=cli -var i=cli`.
#[test]
fn later_sources_of_a_variable_go_before_earlier_ones() {
    let variables: Vec<String> = "abcdefghi"
        .chars()
        .map(|c| {
            format!("variable \"{c}\" {{ default = \"default\" }}\noutput \"{c}\" {{ value = var.{c} }}\n")
        })
        .collect();
    let environment = ["b", "c", "d", "h"].map(|name| (format!("TF_VAR_{name}"), "env".to_owned()));
    let inputs = Inputs {
        assigned: vec![file("x.tfvars"), file("y.tfvars"), value("h", "cli"), value("i", "cli")],
        environment: environment.to_vec(),
        ..Inputs::default()
    };
    let loaded = load_with(
        [
            ("main.tf", variables.concat().as_str()),
            ("terraform.tfvars", "c = \"tfvars\"\nd = \"tfvars\"\ne = \"tfvars\"\nf = \"tfvars\"\n"),
            ("terraform.tfvars.json", "{\"d\": \"json\", \"e\": \"json\", \"f\": \"${json}\"}"),
            ("b.auto.tfvars", "e = \"b\"\nf = \"b\"\n"),
            ("a.auto.tfvars.json", "{\"e\": \"a.json\", \"f\": \"a.json\"}"),
            ("a.auto.tfvars", "e = \"a\"\nf = \"a\"\n"),
            ("x.tfvars", "f = \"x\"\ng = \"x\"\nh = \"x\"\n"),
            ("y.tfvars", "g = \"y\"\nh = \"y\"\n"),
        ],
        &inputs,
    );
    let values: Vec<String> = "abcdefghi".chars().map(|c| loaded.shown(&c.to_string())).collect();
    assert_eq!(values, ["default", "env", "tfvars", "json", "b", "x", "y", "cli", "cli"]);
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
    let inputs =
        Inputs { assigned: vec![value("l", "[\"a\", \"b\"]"), value("s", "[x]")], ..Inputs::default() };
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
fn a_default_beside_a_fault_does_not_make_it_less_certain() {
    let loaded = main_tf(
        r#"
variable "name" { default = "x" }
variable "on" { default = true }
variable "names" { default = ["a"] }
locals { none = [] }
resource "aws_x" "beside" { list = [var.name, local.none[0], "${var.name}-${local.none[1]}"] }
resource "aws_x" "led" { value = var.on ? local.none[2] : "off" }
resource "aws_x" "each" { value = [for n in var.names : local.none[3]] }
resource "aws_x" "then" { value = [for n in ["a"] : local.none[4] if var.on] }
resource "aws_x" "of" { value = local.none[length(var.names)] }
resource "aws_x" "block" {
  dynamic "b" {
    for_each = var.names
    content { value = local.none[5] }
  }
  first = local.none[6]
}
"#,
    );
    let lines: Vec<String> =
        loaded.faults().iter().filter_map(|f| f.split(": ").next().map(str::to_owned)).collect();
    assert_eq!(lines, ["main.tf:16:22", "main.tf:6:58", "main.tf:6:88"]);
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
