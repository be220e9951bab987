//! Errors are told once, at their place, and the rest is evaluated all the same.

use iaclint_source::ProblemKind;
use iaclint_terraform::Inputs;

use crate::support::{load, load_with, main_tf};

#[test]
fn a_circle_of_locals_is_told_once_whether_anybody_asks_or_not() {
    let circle = "locals {\n  a = local.b\n  b = [local.a]\n  c = 1\n}\n";
    let unasked = main_tf(circle);
    assert_eq!(unasked.problems(), ["main.tf:2:3: local.a depends on itself: local.a → local.b → local.a"]);
    let asked = main_tf(&format!("{circle}output \"x\" {{\n  value = local.b\n}}\n"));
    assert_eq!(asked.problems().len(), 1, "{:?}", asked.problems());
    let own = main_tf("locals {\n  a = try(local.a, 1)\n}\n");
    assert_eq!(own.problems(), ["main.tf:2:3: local.a depends on itself: local.a → local.a"]);
    let bound = main_tf("locals {\n  a = [for local in [{ a = 1 }] : local.a]\n}\n");
    assert_eq!(bound.problems(), [""; 0]);
}

#[test]
fn a_cycle_is_named_from_its_first_place() {
    let loaded = main_tf(
        "locals {\n  a = local.b\n  b = \"${local.c}x\"\n  c = local.a\n}\noutput \"o\" { value = local.c }\n",
    );
    assert_eq!(loaded.problems().len(), 1, "{:?}", loaded.problems());
    assert!(loaded.problems()[0].contains("depends on itself: local."), "{:?}", loaded.problems());
}

#[test]
fn resources_that_need_each_other_are_told_where_the_first_stands() {
    let loaded = main_tf(
        r#"
locals { id = aws_b.b.id }
resource "aws_a" "a" { name = "x-${local.id}" }
resource "aws_b" "b" {
  dynamic "rule" {
    for_each = [aws_a.a.arn]
    content { target = rule.value }
  }
}
resource "aws_c" "c" {
  name = "c"
  lifecycle { ignore_changes = [name] }
}
resource "aws_d" "d" { of = aws_c.c.name }
"#,
    );
    assert_eq!(
        loaded.problems(),
        ["main.tf:3:1: aws_a.a depends on itself: aws_a.a → local.id → aws_b.b → aws_a.a"]
    );
}

#[test]
fn a_block_has_count_or_for_each() {
    let loaded = main_tf("resource \"aws_a\" \"a\" {\n  count = 1\n  for_each = {}\n}\n");
    assert_eq!(loaded.problems(), ["main.tf:3:3: a block has either count or for_each, not both"]);
}

#[test]
fn a_misspelt_name_is_told_with_the_near_one() {
    let loaded = main_tf(
        "variable \"subnet_ids\" { default = [] }\nlocals { name = \"x\" }\noutput \"a\" { value = var.subnet_id }\noutput \"b\" { value = local.nam }\noutput \"c\" { value = aws_x.y.id }\noutput \"d\" { value = module.z.v }\n",
    );
    assert_eq!(
        loaded.problems(),
        [
            "main.tf:3:22: the variable \"subnet_id\" is not declared in this module",
            "main.tf:4:22: the local value \"nam\" is not declared in this module",
            "main.tf:5:22: the resource \"aws_x.y\" is not declared in this module",
            "main.tf:6:22: the module call \"z\" is not declared in this module",
        ]
    );
    assert_eq!(loaded.graph.problems()[0].help.as_deref(), Some("did you mean var.subnet_ids?"));
}

#[test]
fn a_missing_module_directory_is_told_at_the_call() {
    let loaded = main_tf("module \"m\" {\n  source = \"./nope\"\n}\noutput \"o\" { value = module.m.x }\n");
    assert_eq!(loaded.problems(), ["main.tf:2:12: the module directory nope does not exist"]);
    assert_eq!(loaded.shown("o"), "${module.m.x}");
}

#[test]
fn a_syntax_error_leaves_the_other_blocks_standing() {
    let loaded = main_tf(
        "resource \"aws_x\" \"a\" {\n  n = 1\n}\nresource \"aws_x\" \"b\" {\n  n = = 2\n}\nresource \"aws_x\" \"c\" {\n  n = \"${aws_x.a.id}!\"\n}\n",
    );
    assert_eq!(loaded.addresses(), ["aws_x.a", "aws_x.c"]);
    assert_eq!(loaded.problems().len(), 1);
    assert!(loaded.problems()[0].starts_with("main.tf:5:7: syntax error"), "{:?}", loaded.problems());
    let span = loaded.graph.origins().span(loaded.value("aws_x.c", "n").origin).unwrap();
    assert_eq!(loaded.sources().display(span), "main.tf:8:7");
}

#[test]
fn what_terraform_accepts_is_no_error() {
    let loaded = main_tf(
        "\u{feff}locals {\n  twice = { a = 1, b = 2, a = 3 }\n  lines = { for k in [\"x\"] : k => true ?\n    1\n    : 2 }\n  doc = <<EOF\nx\nEOF\" y\nEOF\n}\noutput \"twice\" { value = local.twice }\noutput \"lines\" { value = local.lines }\noutput \"doc\" { value = local.doc }\n",
    );
    assert_eq!(loaded.problems(), [""; 0]);
    assert_eq!(loaded.shown("twice"), "{a = 3, b = 2}");
    assert_eq!(loaded.shown("lines"), "{x = 1}");
    assert_eq!(loaded.shown("doc"), "x\nEOF\" y\n");
}

#[test]
fn an_argument_that_the_module_does_not_take_is_told() {
    let loaded = load([
        ("main.tf", "module \"m\" {\n  source   = \"./m\"\n  subnetid = 1\n}\n"),
        ("m/main.tf", "variable \"subnet_id\" {}\n"),
    ]);
    assert_eq!(
        loaded.problems(),
        [
            "main.tf:3:3: the module m has no variable \"subnetid\"",
            "main.tf:1:1: the module call does not give the variable \"subnet_id\", which has no default",
        ]
    );
}

#[test]
fn a_module_that_calls_itself_ends() {
    let loaded = load([
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n"),
        ("m/main.tf", "module \"m\" {\n  source = \"../m\"\n}\n"),
    ]);
    assert_eq!(loaded.problems(), ["m/main.tf:2:12: the module ../m calls itself"]);
}

#[test]
fn deep_nesting_is_refused_in_words() {
    let deep = format!(
        "locals {{\n  x = {}1{}\n}}\noutput \"o\" {{ value = local.x }}\n",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let loaded = main_tf(&deep);
    assert_eq!(loaded.problems().len(), 2, "{:?}", loaded.problems());
    let mut chain = String::from("locals {\n  l0 = 1\n");
    for n in 1..7_000 {
        use std::fmt::Write as _;
        writeln!(chain, "  l{n} = [local.l{}]", n - 1).unwrap();
    }
    chain.push_str("}\noutput \"o\" { value = local.l6999 }\n");
    let told = main_tf(&chain).problems();
    assert!(told.iter().any(|p| p.contains("nests too deep") || p.contains("is too large")), "{told:?}");
}

#[test]
fn what_another_tool_may_still_declare_in_the_root_is_no_fault() {
    let files = [
        (
            "main.tf",
            "output \"o\" { value = \"${var.region}-${local.name}\" }\nmodule \"m\" { source = \"./m\" }\n",
        ),
        ("m/main.tf", "output \"o\" { value = var.missing }\n"),
    ];
    let loaded = load_with(files, &Inputs { generated: true, ..Inputs::default() });
    let kinds: Vec<_> = loaded.graph.problems().iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [ProblemKind::NotEvaluated, ProblemKind::NotEvaluated, ProblemKind::Invalid]);
    assert_eq!(loaded.output("o").display(), "${var.region}-${local.name}");
}

#[test]
fn a_conditional_may_stand_in_lines_of_its_own_in_an_object() {
    let loaded = main_tf(
        "variable \"a\" { default = true }\noutput \"o\" {\n  value = {\n    for k in [\"x\"] : k =>\n    var.a\n    ? 1\n    : 2\n  }\n}\n",
    );
    assert_eq!(loaded.problems(), Vec::<String>::new());
    assert_eq!(loaded.output("o").display(), "{x = 1}");
}

#[test]
fn a_name_that_has_no_meaning_here_is_told_with_its_attribute() {
    let loaded = main_tf("output \"o\" { value = count.index }\n");
    assert_eq!(loaded.problems(), ["main.tf:1:22: count.index stands outside of a block with count"]);
    let span = loaded.graph.problems()[0].span.unwrap();
    assert_eq!(loaded.sources().file(span.file).slice(span), "count.index");
}

#[test]
fn of_two_declarations_the_first_stands_and_the_second_is_told() {
    let loaded = main_tf(
        r#"
resource "aws_a" "a" { name = "first" }
resource "aws_a" "a" {
  count = 3
  name  = "second-${count.index}"
}
resource "aws_b" "b" { name = aws_a.a.name }
variable "v" { default = "first" }
variable "v" {}
locals { l = "first" }
locals { l = "second" }
output "v" { value = "${var.v} ${local.l}" }
"#,
    );
    assert_eq!(loaded.addresses(), ["aws_a.a", "aws_b.b"]);
    assert_eq!(loaded.value("aws_b.b", "name").display(), "first");
    assert_eq!(loaded.shown("v"), "first first");
    let told = loaded.problems();
    assert_eq!(told.len(), 3, "{told:?}");
    for (problem, place) in told.iter().zip(["main.tf:3:1", "main.tf:9:1", "main.tf:11:10"]) {
        assert!(
            problem.starts_with(place) && problem.ends_with("declared twice in this module"),
            "{problem}"
        );
    }
}

#[test]
fn a_name_that_would_read_as_an_address_is_told_and_its_block_left_out() {
    let loaded = main_tf(
        r#"
module "a.b" { source = "./m" }
resource "aws_a" "a[0]" { name = "x" }
resource "aws_a" "a" { count = 1 }
variable "9" {}
output "o o" { value = 1 }
resource "aws_a" "größe-1" {}
"#,
    );
    assert_eq!(loaded.addresses(), ["aws_a.a[0]", "aws_a.größe-1"]);
    assert_eq!(
        loaded.problems(),
        [
            "main.tf:2:1: invalid name \"a.b\" in this module block",
            "main.tf:3:1: invalid name \"a[0]\" in this resource block",
            "main.tf:5:1: invalid name \"9\" in this variable block",
            "main.tf:6:1: invalid name \"o o\" in this output block",
        ]
    );
}

#[test]
fn arguments_that_a_resource_without_instances_ignores_are_no_names() {
    let loaded = main_tf(
        r#"
resource "aws_lb" "old" {
  count = 0
  tags  = { owner = "x" }
  lifecycle { ignore_changes = [tags["seen"], tags.owner] }
}
"#,
    );
    assert_eq!(loaded.problems(), [""; 0]);
}

#[test]
fn a_function_that_went_away_is_no_fault_where_an_old_version_is_pinned() {
    let main = "locals { tags = map(\"a\", \"b\") }\noutput \"tags\" { value = local.tags }\n";
    let current = load([("main.tf", main)]);
    assert_eq!(current.faults().len(), 1, "{:?}", current.faults());
    let old = load([("main.tf", main), (".terraform-version", "0.12.30\n")]);
    assert_eq!(old.faults(), [""; 0]);
    let newer = load([("main.tf", main), (".terraform-version", "latest:^1.9\n")]);
    assert_eq!(newer.faults().len(), 1, "{:?}", newer.faults());
}

#[test]
fn a_template_that_is_null_is_no_fault() {
    let loaded = main_tf(
        r#"
data "template_file" "policy" { template = null }
resource "aws_iam_policy" "p" { policy = data.template_file.policy.rendered }
"#,
    );
    assert_eq!(loaded.problems(), [""; 0]);
}

#[test]
fn names_in_a_dynamic_block_are_looked_up_when_it_is_made() {
    let main = |rules: &str| {
        format!(
            r#"
variable "rules" {{}}
resource "aws_a" "a" {{
  dynamic "rule" {{
    for_each = {rules}
    content {{ port = local.nowhere }}
  }}
}}
"#
        )
    };
    assert_eq!(main_tf(&main("var.rules")).faults(), [""; 0]);
    let made = main_tf(&main("[1]"));
    assert_eq!(made.faults(), ["main.tf:6:22: the local value \"nowhere\" is not declared in this module"]);
}

#[test]
fn a_key_with_dots_is_a_fault_but_where_it_names_a_provider() {
    let loaded = load([
        (
            "main.tf",
            "provider \"aws\" { alias = \"us\" }\nmodule \"m\" {\n  source    = \"./m\"\n  providers = { aws.other = aws.us }\n}\nlocals {\n  a = { b = 1 }\n  c = { local.a.b = 2 }\n}\noutput \"c\" { value = local.c }\n",
        ),
        ("m/main.tf", "resource \"aws_x\" \"b\" { provider = aws.other }\n"),
    ]);
    assert_eq!(
        loaded.faults(),
        ["main.tf:8:9: a key with dots is either a text in quotes or a reference in parentheses"]
    );
}
