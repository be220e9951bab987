//! `count`, `for_each`, `dynamic` and the conditions under which things exist.

use crate::support::{load, load_with, main_tf};

#[test]
fn unknown_count_yields_one_instance_that_stands_for_any_number() {
    let loaded = main_tf(
        "variable \"n\" { type = number }\nresource \"aws_x\" \"a\" {\n  count = var.n\n  i = count.index\n}\noutput \"ids\" { value = aws_x.a[*].id }\n",
    );
    assert_eq!(loaded.addresses(), ["aws_x.a"]);
    assert!(loaded.resource("aws_x.a").existence.any_number);
    assert_eq!(loaded.shown("ids"), "${aws_x.a[*].id}");
}

#[test]
fn an_undecided_condition_is_named_with_its_outcome() {
    let loaded = main_tf(
        "variable \"public\" { type = bool }\nresource \"aws_x\" \"a\" {\n  count = var.public ? 1 : 0\n}\nresource \"aws_x\" \"b\" {\n  count = !var.public ? 1 : 0\n}\nlocals { create = var.public && true }\nresource \"aws_x\" \"c\" {\n  count = local.create ? 1 : 0\n}\noutput \"a\" { value = aws_x.a[0].id }\noutput \"one\" { value = try(aws_x.a[0].id, null) }\n",
    );
    assert_eq!(loaded.addresses(), ["aws_x.a[0]", "aws_x.b[0]", "aws_x.c[0]"]);
    let conditions = |address| loaded.resource(address).existence.conditions.clone();
    assert_eq!(conditions("aws_x.a[0]"), [("var.public".into(), true)]);
    assert_eq!(conditions("aws_x.b[0]"), [("var.public".into(), false)]);
    assert_eq!(conditions("aws_x.c[0]"), [("local.create".into(), true)]);
    assert!(!loaded.resource("aws_x.a[0]").existence.any_number);
    assert_eq!(loaded.shown("a"), "${aws_x.a[0].id}");
    assert_eq!(loaded.shown("one"), "${aws_x.a[0].id}");
    assert_eq!(loaded.problems(), [""; 0]);
}

#[test]
fn conditions_of_a_module_call_hold_for_all_inside() {
    let loaded = load([
        (
            "main.tf",
            "variable \"on\" { type = bool }\nmodule \"m\" {\n  count  = var.on ? 1 : 0\n  source = \"./m\"\n  depends_on = [aws_y.y]\n}\nresource \"aws_y\" \"y\" {}\noutput \"id\" { value = module.m[0].id }\noutput \"ids\" { value = module.m[*].id }\n",
        ),
        (
            "m/main.tf",
            "resource \"aws_x\" \"a\" {\n  depends_on = [aws_x.b]\n}\nresource \"aws_x\" \"b\" {}\noutput \"id\" { value = aws_x.a.id }\n",
        ),
    ]);
    let resource = loaded.resource("module.m[0].aws_x.a");
    assert_eq!(resource.existence.conditions, [("var.on".into(), true)]);
    let depends_on: Vec<_> = resource.depends_on.iter().map(|k| k.address.as_str()).collect();
    assert_eq!(depends_on, ["aws_y.y", "module.m[0].aws_x.b"]);
    assert_eq!(loaded.shown("id"), "${module.m[0].aws_x.a.id}");
    assert_eq!(loaded.problems(), [""; 0]);
}

#[test]
fn module_instances_have_their_keys_calls_and_directories() {
    let loaded = load([
        (
            "main.tf",
            "module \"t\" {\n  for_each = { acme = 80, bolt = 81 }\n  source   = \"./t\"\n  name     = each.key\n  port     = each.value\n}\noutput \"ports\" { value = { for k, m in module.t : k => m.port } }\noutput \"all\" { value = module.t }\n",
        ),
        (
            "t/main.tf",
            "variable \"name\" {}\nvariable \"port\" { type = number }\nresource \"aws_x\" \"a\" {\n  name = \"svc-${var.name}\"\n}\noutput \"port\" { value = var.port }\n",
        ),
    ]);
    assert_eq!(loaded.addresses(), ["module.t[\"acme\"].aws_x.a", "module.t[\"bolt\"].aws_x.a"]);
    assert_eq!(loaded.value("module.t[\"bolt\"].aws_x.a", "name").as_str().as_deref(), Some("svc-bolt"));
    assert_eq!(loaded.shown("ports"), "{acme = 80, bolt = 81}");
    assert_eq!(loaded.shown("all"), "{acme = {port = 80}, bolt = {port = 81}}");
    let scopes = &loaded.graph.roots()[0].scopes;
    assert_eq!(scopes[2].address, "module.t[\"bolt\"]");
    assert_eq!(scopes[2].path, "t");
    assert_eq!(loaded.sources().display(scopes[2].calls[0].span), "main.tf:1:1");
}

#[test]
fn modules_with_unknown_keys_are_one_instance() {
    let loaded = load([
        (
            "main.tf",
            "variable \"t\" { type = map(string) }\nmodule \"t\" {\n  for_each = var.t\n  source   = \"./t\"\n  name     = each.value\n}\noutput \"one\" { value = module.t[\"a\"].id }\noutput \"all\" { value = [for k, m in module.t : m.id] }\noutput \"values\" { value = values(module.t)[*].id }\n",
        ),
        (
            "t/main.tf",
            "variable \"name\" {}\nresource \"aws_x\" \"a\" {\n  name = var.name\n}\noutput \"id\" { value = aws_x.a.id }\n",
        ),
    ]);
    assert_eq!(loaded.addresses(), ["module.t.aws_x.a"]);
    assert!(loaded.resource("module.t.aws_x.a").existence.any_number);
    assert_eq!(loaded.shown("one"), "${module.t.aws_x.a.id}");
    let references: Vec<String> = loaded.output("all").references().iter().map(ToString::to_string).collect();
    assert!(references.contains(&"module.t.aws_x.a.id".to_owned()), "{references:?}");
    assert_eq!(loaded.problems(), [""; 0]);
}

#[test]
fn dynamic_blocks_become_blocks_and_an_unknown_one_leaves_the_list_open() {
    let loaded = main_tf(
        "variable \"cidrs\" { type = list(string) }\nresource \"aws_security_group\" \"a\" {\n  ingress {\n    from_port = 22\n  }\n  dynamic \"ingress\" {\n    for_each = { http = 80, https = 443 }\n    iterator = rule\n    content {\n      from_port   = rule.value\n      description = rule.key\n    }\n  }\n  dynamic \"egress\" {\n    for_each = var.cidrs\n    content {\n      to_port     = 0\n      cidr_blocks = [egress.value]\n    }\n  }\n}\n",
    );
    let ingress = loaded.value("aws_security_group.a", "ingress");
    assert!(ingress.as_list().unwrap().complete);
    assert_eq!(
        ingress.display(),
        "[{from_port = 22}, {description = http, from_port = 80}, {description = https, from_port = 443}]"
    );
    let egress = loaded.value("aws_security_group.a", "egress").as_list().unwrap_or_else(|| panic!());
    assert!(!egress.complete);
    assert_eq!(egress.items[0].get("to_port").unwrap().as_i64(), Some(0));
    assert_eq!(loaded.problems(), [""; 0]);
}

#[test]
fn a_set_of_unknown_texts_is_one_instance() {
    let loaded = main_tf(
        "resource \"aws_x\" \"a\" {}\nresource \"aws_x\" \"b\" {\n  for_each = toset([aws_x.a.id])\n  v = each.value\n}\n",
    );
    assert_eq!(loaded.addresses(), ["aws_x.a", "aws_x.b"]);
    assert!(loaded.resource("aws_x.b").existence.any_number);
}

#[test]
fn defaults_of_a_library_are_possible_values() {
    let inputs = iaclint_terraform::Inputs { library: true, ..Default::default() };
    let files = [(
        "main.tf",
        "variable \"create\" { default = true }\nvariable \"port\" { default = 80 }\nresource \"aws_x\" \"a\" {\n  count = var.create ? 1 : 0\n  port  = var.port\n}\n",
    )];
    let loaded = load_with(files, &inputs);
    assert_eq!(loaded.resource("aws_x.a[0]").existence.conditions, [("var.create".into(), true)]);
    assert!(!loaded.value("aws_x.a[0]", "port").is_known());
}

#[test]
fn a_module_of_known_and_unknown_keys_is_iterated_by_instances() {
    let loaded = load([
        (
            "main.tf",
            "variable \"more\" { type = map(string) }\nmodule \"t\" {\n  for_each = merge({ a = \"x\" }, var.more)\n  source   = \"./t\"\n}\noutput \"ids\" { value = { for k, m in module.t : k => m.id } }\n",
        ),
        ("t/main.tf", "resource \"aws_x\" \"a\" {}\noutput \"id\" { value = aws_x.a.id }\n"),
    ]);
    assert_eq!(loaded.problems(), [""; 0]);
    assert_eq!(loaded.addresses().len(), 2, "{:?}", loaded.addresses());
    assert!(loaded.shown("ids").contains("aws_x.a.id"), "{}", loaded.shown("ids"));
}

#[test]
fn an_error_in_what_may_not_exist_is_none() {
    let loaded = main_tf(
        "variable \"on\" { type = bool }\nlocals { config = null }\nresource \"aws_x\" \"a\" {\n  count = var.on ? 1 : 0\n  n     = local.config.name\n}\noutput \"o\" { value = var.on ? local.config.name : \"none\" }\noutput \"bad\" { value = local.config.name }\n",
    );
    assert_eq!(loaded.problems(), ["main.tf:8:37: the value is null, so it has no attribute \"name\""]);
}

#[test]
fn what_all_environments_say_alike_is_known_whichever_runs() {
    let loaded = main_tf(
        r#"
locals {
  settings = {
    test = { trail = false, size = 1, name = "a" }
    live = { trail = false, size = 2, name = "a" }
  }
  here = local.settings[terraform.workspace]
}
resource "aws_cloudtrail" "t" {
  count = local.here.trail ? 1 : 0
}
output "name" { value = local.here.name }
output "size" { value = local.here.size }
"#,
    );
    assert_eq!(loaded.addresses(), [""; 0]);
    assert_eq!(loaded.shown("name"), "a");
    assert!(!loaded.output("size").is_known(), "{}", loaded.shown("size"));
}
