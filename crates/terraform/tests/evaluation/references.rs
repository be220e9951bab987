//! References survive every way that a value takes, and the way is told.

use std::path::Path;

use crate::support::{load, main_tf};
use iaclint_graph::Graph;
use iaclint_source::Project;
use iaclint_terraform::{Inputs, Loader};
use iaclint_value::{Data, Encoding, Piece, RootId};

#[test]
fn an_endpoint_keeps_its_reference_and_trail_through_module_output_and_input() {
    let loaded = load([
        (
            "main.tf",
            "module \"postgres\" {\n  source = \"./modules/postgres\"\n}\nmodule \"app\" {\n  source  = \"./modules/app\"\n  db_host = module.postgres.host\n}\n",
        ),
        (
            "modules/postgres/main.tf",
            "resource \"aws_db_instance\" \"main\" {\n  port = 5432\n}\noutput \"host\" {\n  value = aws_db_instance.main.endpoint\n}\n",
        ),
        (
            "modules/app/main.tf",
            "variable \"db_host\" { type = string }\nresource \"aws_x\" \"task\" {\n  url = \"postgres://${var.db_host}:5432\"\n  host = var.db_host\n}\n",
        ),
    ]);
    assert_eq!(loaded.problems(), [""; 0]);
    let host = loaded.value("module.app.aws_x.task", "host");
    assert_eq!(host.as_reference().unwrap().to_string(), "module.postgres.aws_db_instance.main.endpoint");
    assert_eq!(
        loaded.trail(host.origin),
        [
            "written modules/app/main.tf:4:10",
            "var db_host main.tf:6:13",
            "written main.tf:6:13",
            "output host modules/postgres/main.tf:5:11",
            "attribute module.postgres.aws_db_instance.main modules/postgres/main.tf:5:11",
        ]
    );
    let Data::Text(text) = &loaded.value("module.app.aws_x.task", "url").data else { panic!("not a text") };
    assert_eq!((text.prefix().as_str(), text.suffix().as_str()), ("postgres://", ":5432"));
    let flat = text.flatten();
    let port = flat.text.find("5432").unwrap();
    let span = text.span(&flat, port..port + 4).unwrap();
    assert_eq!(loaded.sources().display(span), "modules/app/main.tf:3:36");
}

#[test]
fn a_configured_argument_of_another_resource_is_known_and_uses_it() {
    let loaded = main_tf(
        "resource \"aws_cloudwatch_log_group\" \"app\" {\n  name = \"app-logs\"\n}\nresource \"aws_x\" \"a\" {\n  group = aws_cloudwatch_log_group.app.name\n  arn   = aws_cloudwatch_log_group.app.arn\n}\n",
    );
    let group = loaded.value("aws_x.a", "group");
    assert_eq!(group.as_str().as_deref(), Some("app-logs"));
    assert_eq!(
        loaded.trail(group.origin),
        ["attribute aws_cloudwatch_log_group.app main.tf:5:11", "written main.tf:2:10"]
    );
    assert_eq!(loaded.value("aws_x.a", "arn").display(), "${aws_cloudwatch_log_group.app.arn}");
    let used = loaded.graph.used_by(loaded.graph.of_type("aws_x")[0]);
    assert_eq!(used, loaded.graph.of_type("aws_cloudwatch_log_group"));
}

#[test]
fn a_block_of_another_resource_gives_what_is_written_and_refers_to_the_rest() {
    let loaded = main_tf(
        "resource \"aws_eks_cluster\" \"c\" {\n  vpc_config {\n    endpoint_public_access = true\n  }\n}\noutput \"public\" { value = aws_eks_cluster.c.vpc_config[0].endpoint_public_access }\noutput \"group\" { value = aws_eks_cluster.c.vpc_config[0].cluster_security_group_id }\n",
    );
    assert_eq!(loaded.shown("public"), "true");
    assert_eq!(loaded.shown("group"), "${aws_eks_cluster.c.vpc_config[0].cluster_security_group_id}");
    assert_eq!(loaded.problems(), [""; 0]);
}

#[test]
fn a_block_of_another_provider_may_be_an_object() {
    let loaded = main_tf(
        "resource \"datadog_integration_aws_account\" \"d\" {\n  auth_config {\n    aws_auth_config_role { role_name = \"r\" }\n  }\n}\noutput \"id\" { value = datadog_integration_aws_account.d.auth_config.aws_auth_config_role.external_id }\n",
    );
    assert_eq!(
        loaded.shown("id"),
        "${datadog_integration_aws_account.d.auth_config.aws_auth_config_role.external_id}"
    );
    assert_eq!(loaded.problems(), [""; 0]);
}

#[test]
fn a_whole_resource_may_pass_through_a_module_input() {
    let loaded = load([
        (
            "main.tf",
            "resource \"aws_vpc\" \"v\" { cidr_block = \"10.0.0.0/16\" }\nmodule \"m\" {\n  source = \"./m\"\n  vpc    = aws_vpc.v\n}\n",
        ),
        (
            "m/main.tf",
            "variable \"vpc\" { type = object({ id = string }) }\nresource \"aws_x\" \"a\" {\n  vpc  = var.vpc.id\n  cidr = var.vpc[\"id\"]\n}\n",
        ),
    ]);
    assert_eq!(loaded.value("module.m.aws_x.a", "vpc").display(), "${aws_vpc.v.id}");
    assert_eq!(loaded.problems(), [""; 0]);
}

#[test]
fn splats_and_values_over_repeated_resources_give_their_attributes() {
    let loaded = main_tf(
        "resource \"aws_subnet\" \"a\" {\n  for_each = toset([\"x\", \"y\"])\n}\nresource \"aws_subnet\" \"n\" {\n  count = 2\n  cidr_block = \"10.0.${count.index}.0/24\"\n}\noutput \"values\" { value = values(aws_subnet.a)[*].id }\noutput \"splat\" { value = aws_subnet.n[*].id }\noutput \"legacy\" { value = aws_subnet.n.*.cidr_block }\noutput \"for\" { value = { for k, s in aws_subnet.a : k => s.arn } }\noutput \"one\" { value = aws_subnet.a[\"y\"].id }\n",
    );
    assert_eq!(loaded.problems(), [""; 0]);
    assert_eq!(loaded.shown("values"), "[${aws_subnet.a[\"x\"].id}, ${aws_subnet.a[\"y\"].id}]");
    assert_eq!(loaded.shown("splat"), "[${aws_subnet.n[0].id}, ${aws_subnet.n[1].id}]");
    assert_eq!(loaded.shown("legacy"), "[10.0.0.0/24, 10.0.1.0/24]");
    assert_eq!(loaded.shown("for"), "{x = ${aws_subnet.a[\"x\"].arn}, y = ${aws_subnet.a[\"y\"].arn}}");
    assert_eq!(loaded.shown("one"), "${aws_subnet.a[\"y\"].id}");
}

#[test]
fn an_unknown_key_refers_to_any_instance() {
    let loaded = main_tf(
        "variable \"services\" { type = map(object({ port = number })) }\nresource \"aws_lb_target_group\" \"t\" {\n  for_each = var.services\n  port     = each.value.port\n  protocol = \"HTTP\"\n}\nresource \"aws_x\" \"a\" {\n  for_each = var.services\n  group    = aws_lb_target_group.t[each.key].arn\n  protocol = aws_lb_target_group.t[\"web\"].protocol\n  all      = values(aws_lb_target_group.t)[*].arn\n}\n",
    );
    assert_eq!(loaded.addresses(), ["aws_lb_target_group.t", "aws_x.a"]);
    assert!(loaded.resource("aws_x.a").existence.any_number);
    assert_eq!(loaded.value("aws_x.a", "group").display(), "${aws_lb_target_group.t[*].arn}");
    assert_eq!(loaded.value("aws_x.a", "protocol").as_str().as_deref(), Some("HTTP"));
    let used = loaded.graph.used_by(loaded.graph.of_type("aws_x")[0]);
    assert_eq!(used, loaded.graph.of_type("aws_lb_target_group"));
    assert_eq!(loaded.problems(), [""; 0]);
}

#[test]
fn container_definitions_keep_the_place_of_every_field() {
    let loaded = main_tf(
        "resource \"aws_elasticache_cluster\" \"r\" {}\nresource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode([{\n    name = \"app\"\n    environment = [\n      { name = \"REDIS\", value = \"${aws_elasticache_cluster.r.cache_nodes[0].address}:6379\" },\n    ]\n  }])\n}\n",
    );
    let value = loaded.value("aws_ecs_task_definition.t", "container_definitions");
    let decoded = value.decoded(Encoding::Json).unwrap_or_else(|| panic!("not encoded: {value}"));
    let redis = decoded.at(0).unwrap().get("environment").unwrap().at(0).unwrap().get("value").unwrap();
    let Data::Text(text) = &redis.data else { panic!("not a text: {redis}") };
    let [Piece::Hole(hole), Piece::Literal(port)] = text.pieces() else { panic!("{redis}") };
    assert_eq!(hole.as_reference().unwrap().to_string(), "aws_elasticache_cluster.r.cache_nodes[0].address");
    assert_eq!(port.text, ":6379");
    assert_eq!(loaded.sources().display(port.placed.as_ref().unwrap().span), "main.tf:6:85");
}

#[test]
fn a_registry_module_is_a_reference_to_its_outputs() {
    let loaded = main_tf(
        "module \"vpc\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n  name   = aws_x.a.id\n}\nresource \"aws_x\" \"a\" {}\nresource \"aws_y\" \"b\" {\n  subnets = module.vpc.private_subnets\n  first   = module.vpc.private_subnets[0]\n}\n",
    );
    assert_eq!(loaded.value("aws_y.b", "subnets").display(), "${module.vpc.private_subnets}");
    assert_eq!(loaded.value("aws_y.b", "first").display(), "${module.vpc.private_subnets[0]}");
    let opaque = &loaded.graph.roots()[0].opaque;
    assert_eq!(opaque.len(), 1);
    assert_eq!(opaque[0].inputs.display(), "{name = ${aws_x.a.id}}");
    assert_eq!(
        loaded.problems(),
        ["main.tf:2:12: the module terraform-aws-modules/vpc/aws is not here, so what it makes is not known"]
    );
}

#[test]
fn a_policy_document_is_its_statements() {
    let loaded = main_tf(
        "resource \"aws_s3_bucket\" \"b\" {}\ndata \"aws_iam_policy_document\" \"base\" {\n  statement {\n    sid = \"Base\"\n    actions = [\"sqs:SendMessage\"]\n    resources = [\"*\"]\n  }\n}\ndata \"aws_iam_policy_document\" \"d\" {\n  source_policy_documents = [data.aws_iam_policy_document.base.json]\n  statement {\n    effect    = \"Deny\"\n    actions   = [\"s3:GetObject\"]\n    resources = [\"${aws_s3_bucket.b.arn}/*\"]\n    principals {\n      type        = \"Service\"\n      identifiers = [\"ecs-tasks.amazonaws.com\"]\n    }\n    condition {\n      test     = \"StringEquals\"\n      variable = \"aws:SourceAccount\"\n      values   = [data.aws_caller_identity.me.account_id]\n    }\n  }\n}\ndata \"aws_caller_identity\" \"me\" {}\nresource \"aws_iam_policy\" \"p\" {\n  policy = data.aws_iam_policy_document.d.json\n}\n",
    );
    assert_eq!(loaded.problems(), [""; 0]);
    let policy = loaded.value("aws_iam_policy.p", "policy");
    let document = policy.decoded(Encoding::Json).unwrap_or_else(|| panic!("not encoded: {policy}"));
    let statements = document.get("Statement").unwrap().as_list().unwrap();
    assert!(statements.complete);
    assert_eq!(statements.items[0].get("Sid").unwrap().as_str().as_deref(), Some("Base"));
    let statement = &statements.items[1];
    assert_eq!(statement.get("Resource").unwrap().display(), "[${aws_s3_bucket.b.arn}/*]");
    assert_eq!(statement.get("Effect").unwrap().display(), "Deny");
    assert_eq!(statement.get("Principal").unwrap().display(), "{Service = [ecs-tasks.amazonaws.com]}");
    assert_eq!(
        statement.get("Condition").unwrap().get("StringEquals").unwrap().display(),
        "{aws:SourceAccount = [${AWS::AccountId}]}"
    );
    let action = statement.get("Action").unwrap().at(0).unwrap();
    let place = loaded.graph.origins().root_span(action.origin).unwrap();
    assert_eq!(loaded.sources().display(place), "main.tf:13:18");
}

#[test]
fn comments_in_yaml_are_no_values() {
    let loaded = load([
        ("main.tf", "output \"o\" { value = yamldecode(file(\"a.yml\")).port }\n"),
        ("a.yml", "# first\nport: 80 # second\n"),
    ]);
    assert_eq!(loaded.problems(), [""; 0]);
    assert_eq!(loaded.shown("o"), "80");
}

#[test]
fn a_module_that_init_has_fetched_is_read() {
    let loaded = load([
        (
            "main.tf",
            "module \"vpc\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\noutput \"id\" { value = module.vpc.id }\n",
        ),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"vpc","Source":"x","Dir":".terraform/modules/vpc"}]}"#,
        ),
        (
            ".terraform/modules/vpc/main.tf",
            "resource \"aws_vpc\" \"this\" {}\noutput \"id\" { value = aws_vpc.this.id }\n",
        ),
    ]);
    assert_eq!(loaded.problems(), [""; 0]);
    assert_eq!(loaded.shown("id"), "${module.vpc.aws_vpc.this.id}");
}

#[test]
fn a_provider_passed_to_a_module_gives_its_resources_their_region() {
    let loaded = load([
        (
            "main.tf",
            "variable \"region\" { default = \"eu-west-1\" }\nprovider \"aws\" { region = var.region }\nprovider \"aws\" {\n  alias  = \"us\"\n  region = \"us-east-1\"\n}\nresource \"aws_x\" \"a\" {}\nmodule \"m\" {\n  source    = \"./m\"\n  providers = { aws = aws.us }\n}\ndata \"aws_region\" \"now\" {}\noutput \"r\" { value = data.aws_region.now.name }\n",
        ),
        ("m/main.tf", "resource \"aws_x\" \"b\" {}\n"),
    ]);
    assert_eq!(loaded.resource("aws_x.a").region.as_deref(), Some("eu-west-1"));
    assert_eq!(loaded.resource("module.m.aws_x.b").region.as_deref(), Some("us-east-1"));
    assert_eq!(loaded.shown("r"), "eu-west-1");
}

#[test]
fn meta_arguments_stand_apart_from_the_body() {
    let loaded = main_tf(
        "resource \"aws_x\" \"a\" {\n  n = 1\n  lifecycle {\n    ignore_changes = [desired_count, tags[\"x\"]]\n    create_before_destroy = true\n  }\n  timeouts {\n    create = \"10m\"\n  }\n}\n",
    );
    let resource = loaded.resource("aws_x.a");
    assert_eq!(resource.body.display(), "{n = 1}");
    assert_eq!(
        resource.meta.display(),
        "{lifecycle = [{ignore_changes = [desired_count, tags[\"x\"]], create_before_destroy = true}], timeouts = [{create = 10m}]}"
    );
}

#[test]
fn a_remote_state_leads_to_the_root_that_leaves_it() {
    let project = Project::in_memory([
        (
            "net/main.tf",
            "terraform {\n  backend \"s3\" {\n    bucket = \"states\"\n    key = \"net\"\n  }\n}\nresource \"aws_vpc\" \"main\" {}\noutput \"vpc_id\" { value = aws_vpc.main.id }\noutput \"ids\" { value = [aws_vpc.main.id] }\n",
        ),
        (
            "app/main.tf",
            "variable \"env\" { default = \"net\" }\ndata \"terraform_remote_state\" \"net\" {\n  backend = \"s3\"\n  config = {\n    bucket = \"states\"\n    key = var.env\n  }\n}\nresource \"aws_security_group\" \"a\" { vpc_id = data.terraform_remote_state.net.outputs.vpc_id }\nresource \"aws_security_group\" \"b\" { vpc_id = data.terraform_remote_state.net.outputs.ids[0] }\nresource \"aws_security_group\" \"c\" { vpc_id = data.terraform_remote_state.net.outputs.other }\n",
        ),
    ]);
    let loader = Loader::new(&project);
    let load = |path: &str, id| loader.load(Path::new(path), RootId(id), &Inputs::default());
    let graph = Graph::new(vec![load("/app", 0), load("/net", 1)]);
    let read = |name: &str| {
        let found = graph.resources().iter().find(|r| r.name == name).unwrap();
        found.body.get("vpc_id").unwrap()
    };
    let shown = |name: &str| read(name).as_reference().unwrap().to_string();
    assert_eq!(shown("a"), "aws_vpc.main.id");
    assert_eq!(shown("b"), "aws_vpc.main.id");
    assert_eq!(shown("c"), "data.terraform_remote_state.net.outputs.other");
    let trail = graph.origins().trail(read("a").origin);
    let files: Vec<String> = trail.iter().map(|o| project.sources().file(o.span.file).path.clone()).collect();
    assert!(
        files.contains(&"app/main.tf".to_owned()) && files.contains(&"net/main.tf".to_owned()),
        "{files:?}"
    );
    let vpc = graph.of_type("aws_vpc")[0];
    assert_eq!(graph.uses(vpc).len(), 4, "two outputs and two security groups: {:?}", graph.uses(vpc));
}

/// The `x` of `aws_x.out` in `/app`, with `/net` beside it.
fn across(net: &str, app: &str) -> String {
    let project = Project::in_memory([("net/main.tf", net), ("app/main.tf", app)]);
    let loader = Loader::new(&project);
    let load = |path: &str, id| loader.load(Path::new(path), RootId(id), &Inputs::default());
    let graph = Graph::new(vec![load("/app", 0), load("/net", 1)]);
    let out = graph
        .of_type("aws_x")
        .iter()
        .map(|id| graph.resource(*id))
        .find(|r| r.name == "out")
        .expect("it is there");
    out.body.get("x").expect("it is set").display()
}

#[test]
fn an_output_of_another_state_is_its_value() {
    let net = "output \"zone\" { value = \"10.0.0.0/16\" }\noutput \"ids\" { value = aws_subnet.s[*].id }\nresource \"aws_subnet\" \"s\" { count = 2 }\n";
    let app = |x: &str| {
        format!(
            "data \"terraform_remote_state\" \"net\" {{\n  backend = \"local\"\n  config  = {{ path = \"../net/terraform.tfstate\" }}\n}}\nresource \"aws_x\" \"out\" {{ x = {x} }}\n"
        )
    };
    let read = |x: &str| across(net, &app(x));
    assert_eq!(read("data.terraform_remote_state.net.outputs.zone"), "10.0.0.0/16");
    assert_eq!(read("\"to ${data.terraform_remote_state.net.outputs.zone}\""), "to 10.0.0.0/16");
    assert_eq!(
        read("data.terraform_remote_state.net.outputs.ids"),
        "[${aws_subnet.s[0].id}, ${aws_subnet.s[1].id}]"
    );
}

#[test]
fn a_data_source_finds_the_only_thing_that_has_the_name() {
    let db = "resource \"aws_db_instance\" \"d\" {\n  identifier = \"main\"\n  port = 5433\n}\n";
    let app = "data \"aws_db_instance\" \"d\" { db_instance_identifier = \"main\" }\nresource \"aws_x\" \"out\" { x = \"${data.aws_db_instance.d.address}:${data.aws_db_instance.d.db_instance_port}\" }\n";
    assert_eq!(across(db, app), "${aws_db_instance.d.address}:5433");
    let unfound = "${data.aws_db_instance.d.address}:${data.aws_db_instance.d.db_instance_port}";
    let twice = format!("{db}{}", db.replace("\"d\"", "\"e\""));
    assert_eq!(across(&twice, app), unfound, "two have the name");
    assert_eq!(across(&db.replace("\"main\"", "var.name"), app), unfound, "the name is not known");
    let elsewhere = format!("provider \"aws\" {{ region = \"eu-west-1\" }}\n{db}");
    let here = format!("provider \"aws\" {{ region = \"us-east-1\" }}\n{app}");
    assert_eq!(across(&elsewhere, &here), unfound, "another region");
    assert_eq!(across(&elsewhere, app), "${aws_db_instance.d.address}:5433");
    let other = app.replace(
        "{ db_instance_identifier = \"main\" }",
        "{\n  db_instance_identifier = \"main\"\n  provider = aws.other\n}",
    );
    assert_eq!(across(db, &other), unfound, "perhaps another account");
}

#[test]
fn a_data_source_finds_by_the_tag_name() {
    let net = "resource \"aws_vpc\" \"v\" { tags = { Name = \"main\" } }\nresource \"aws_vpc\" \"w\" {}\nresource \"aws_security_group\" \"s\" {\n  name   = \"db\"\n  vpc_id = aws_vpc.v.id\n}\n";
    let app = |x: &str| {
        format!(
            "data \"aws_vpc\" \"v\" {{\n  filter {{\n    name   = \"tag:Name\"\n    values = [\"main\"]\n  }}\n}}\ndata \"aws_vpc\" \"other\" {{ tags = {{ Name = \"other\" }} }}\ndata \"aws_security_group\" \"s\" {{\n  name   = \"db\"\n  vpc_id = data.aws_vpc.v.id\n}}\ndata \"aws_security_group\" \"t\" {{\n  name   = \"db\"\n  vpc_id = data.aws_vpc.other.id\n}}\nresource \"aws_x\" \"out\" {{ x = {x} }}\n"
        )
    };
    assert_eq!(across(net, &app("data.aws_vpc.v.id")), "${aws_vpc.v.id}");
    assert_eq!(across(net, &app("data.aws_vpc.other.id")), "${data.aws_vpc.other.id}");
    assert_eq!(across(net, &app("data.aws_security_group.s.id")), "${aws_security_group.s.id}");
    assert_eq!(across(net, &app("data.aws_security_group.t.id")), "${data.aws_security_group.t.id}");
}

#[test]
fn a_state_that_two_roots_leave_is_not_read() {
    let backend = "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"k\"\n  }\n}\noutput \"o\" { value = 1 }\n";
    let app = format!(
        "{backend}data \"terraform_remote_state\" \"n\" {{\n  backend = \"s3\"\n  config = {{\n    bucket = \"b\"\n    key = \"k\"\n  }}\n}}\nresource \"aws_x\" \"out\" {{ x = data.terraform_remote_state.n.outputs.o }}\n"
    );
    assert_eq!(across(backend, &app), "${data.terraform_remote_state.n.outputs.o}");
}

#[test]
fn an_output_that_is_not_there_can_be_tried() {
    let loaded = load([
        (
            "main.tf",
            "module \"m\" { source = \"./m\" }\noutput \"tried\" { value = try(module.m.nope, \"other\") }\noutput \"can\" { value = [for m in [module.m] : [can(m.nope), can(m.a)]] }\n",
        ),
        ("m/main.tf", "output \"a\" { value = 1 }\n"),
    ]);
    assert_eq!(loaded.problems(), Vec::<String>::new());
    assert_eq!((loaded.shown("tried"), loaded.shown("can")), ("other".into(), "[[false, true]]".into()));
}

#[test]
fn files_may_be_listed_from_above() {
    let loaded = load([
        ("main.tf", "module \"m\" { source = \"./m\" }\noutput \"o\" { value = module.m.o }\n"),
        ("m/main.tf", "output \"o\" { value = fileset(path.module, \"{../jobs/*.yaml,*.json}\") }\n"),
        ("m/a.json", "{}"),
        ("jobs/b.yaml", ""),
        ("jobs/c.txt", ""),
    ]);
    assert_eq!(loaded.shown("o"), "[../jobs/b.yaml, a.json]");
}
