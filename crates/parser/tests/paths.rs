//! What a path means: which roots are found below it, which are not, and what is said when there are none.

use std::path::PathBuf;
use std::sync::Arc;

use iaclint_parser::{Assigned, Options, ParseError, Parsed, RootKind, parse};
use iaclint_source::{Memory, ProblemKind};

const QUEUE: &str = "resource \"aws_sqs_queue\" \"jobs\" {\n  name = \"jobs\"\n}\n";
const REQUIRED: &str = "variable \"name\" {\n  type = string\n}\n";
const BACKEND: &str = "terraform {\n  backend \"s3\" {}\n}\n";
const TEMPLATE: &str = r#"{ "Resources": { "Jobs": { "Type": "AWS::SQS::Queue" } } }"#;
const YAML: &str = "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n";
const MANIFEST: &str = r#"{ "version": "36.0.0", "artifacts": { "App": { "type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region", "properties": { "templateFile": "App.template.json" } } } }"#;

fn options(paths: &[&str]) -> Options {
    Options {
        paths: paths.iter().map(PathBuf::from).collect(),
        project_root: Some(PathBuf::from("/")),
        ..Options::default()
    }
}

fn parsed(files: &[(&str, &str)], paths: &[&str]) -> Result<Parsed, ParseError> {
    parse(Arc::new(Memory::of(files.iter().copied())), &options(paths))
}

/// The roots found, `kind path`, in order.
fn roots(files: &[(&str, &str)], paths: &[&str]) -> Vec<String> {
    let parsed = parsed(files, paths).expect("there is something to check");
    let short = |kind: RootKind| match kind {
        RootKind::Terraform => "terraform",
        RootKind::Library => "library",
        RootKind::Plan => "plan",
        RootKind::Assembly => "assembly",
        RootKind::Template => "template",
    };
    parsed.roots.iter().map(|root| format!("{} {}", short(root.kind), root.path)).collect()
}

fn call(source: &str) -> String {
    format!("module \"m\" {{\n  source = \"{source}\"\n}}\n")
}

#[test]
fn a_directory_that_nobody_calls_is_a_root() {
    let live = call("../modules/queue");
    let files = [("live/main.tf", live.as_str()), ("modules/queue/main.tf", QUEUE), ("other/main.tf", QUEUE)];
    assert_eq!(roots(&files, &["/"]), ["terraform live", "terraform other"]);
}

#[test]
fn a_module_given_by_itself_is_a_root_and_may_read_its_neighbours() {
    let middle = call("../queue");
    let live = call("../modules/middle");
    let files = [
        ("live/main.tf", live.as_str()),
        ("modules/middle/main.tf", &middle),
        ("modules/queue/main.tf", QUEUE),
    ];
    let parsed = parsed(&files, &["/modules/middle"]).unwrap();
    assert_eq!(parsed.roots.len(), 1);
    assert_eq!(parsed.graph.resources()[0].key.address, "module.m.aws_sqs_queue.jobs");
}

#[test]
fn required_variables_that_nobody_gives_make_a_library() {
    let module = format!("{REQUIRED}{QUEUE}");
    let deployed = format!("{BACKEND}{module}");
    let files = [
        ("library/main.tf", module.as_str()),
        ("given/main.tf", &module),
        ("given/terraform.tfvars", "name = \"x\"\n"),
        ("deployed/main.tf", &deployed),
    ];
    assert_eq!(roots(&files, &["/"]), ["terraform deployed", "terraform given", "library library"]);
}

#[test]
fn values_on_the_command_line_make_the_path_a_root() {
    let module = format!("{REQUIRED}{QUEUE}");
    let fs = Memory::of([
        ("a/main.tf", module.as_str()),
        ("a/modules/b/main.tf", &module),
        ("p.tfvars", "name = \"x\""),
    ]);
    let mut options = options(&["/a"]);
    options.assigned = vec![Assigned::File("/p.tfvars".into())];
    let parsed = parse(Arc::new(fs.clone()), &options).unwrap();
    let kinds: Vec<RootKind> = parsed.roots.iter().map(|r| r.kind).collect();
    assert_eq!(kinds, [RootKind::Terraform, RootKind::Library]);
    options.assigned = vec![Assigned::File("/none.tfvars".into())];
    assert_eq!(parse(Arc::new(fs), &options).unwrap_err(), ParseError::NotFound("/none.tfvars".into()));
}

#[test]
fn a_module_repository_is_checked_through_its_examples() {
    let module = format!("{REQUIRED}{QUEUE}");
    let example = "module \"m\" {\n  source = \"../../\"\n  name   = \"x\"\n}\n";
    let files = [("main.tf", module.as_str()), ("examples/complete/main.tf", example)];
    assert_eq!(roots(&files, &["/"]), ["terraform examples/complete"]);
}

#[test]
fn a_terraform_file_means_its_directory_and_limits_the_findings() {
    let live = call("./queue");
    let files = [("main.tf", live.as_str()), ("queue/main.tf", QUEUE), ("queue/more.tf", QUEUE)];
    let parsed = parsed(&files, &["/queue/main.tf"]).unwrap();
    assert_eq!(parsed.roots[0].path, "queue");
    assert_eq!(parsed.limited_to, Some(vec!["queue/main.tf".to_owned()]));
    let both = self::parsed(&files, &["/queue/main.tf", "/"]).unwrap();
    assert_eq!(both.limited_to, None);
    assert_eq!(both.roots.len(), 2, "the file's directory is a root although it is called");
}

#[test]
fn templates_are_told_by_their_content() {
    let files = [
        ("a/queue.json", TEMPLATE),
        ("a/queue.yaml", YAML),
        ("a/queue.template", YAML),
        ("a/data.json", "{\"Resources\": [1]}"),
        ("a/broken.json", "{ nothing"),
        ("a/workflow.yml", "on: push\njobs: {}\n"),
    ];
    assert_eq!(
        roots(&files, &["/"]),
        ["template a/queue.json", "template a/queue.template", "template a/queue.yaml"]
    );
    let parsed = parsed(&files, &["/"]).unwrap();
    assert_eq!(parsed.graph.problems(), [], "other JSON and YAML is none of our business");
}

#[test]
fn a_broken_template_is_a_problem_with_a_place() {
    let files = [("a.json", &TEMPLATE[..TEMPLATE.len() - 3]), ("b.yaml", YAML)];
    let parsed = parsed(&files, &["/"]).unwrap();
    let problem = &parsed.graph.problems()[0];
    assert!(problem.kind == ProblemKind::Unreadable && problem.span.is_some(), "{problem:?}");
    assert_eq!(parsed.graph.of_type("AWS::SQS::Queue").len(), 1, "the other template is read");
}

#[test]
fn a_file_that_is_nothing_is_an_error_in_words() {
    let files = [("notes.json", "{\"a\": 1}"), ("x.template.json", "not JSON")];
    let error = parsed(&files, &["/notes.json"]).unwrap_err();
    let words = "cannot check /notes.json: it is neither a Terraform file nor a plan of `terraform show -json` nor a CloudFormation template nor the manifest \
                 of a cloud assembly";
    assert_eq!(error.to_string(), words);
    let claimed = parsed(&files, &["/x.template.json"]).unwrap();
    assert_eq!(claimed.graph.problems()[0].kind, ProblemKind::Unreadable);
}

#[test]
fn an_assembly_is_one_root_with_all_that_is_in_it() {
    let nested = r#"{ "version": "36.0.0", "artifacts": {
        "Own": { "type": "aws:cloudformation:stack", "properties": { "templateFile": "Own.template.json" } },
        "assembly-Prod": { "type": "cdk:cloud-assembly", "properties": { "directoryName": "assembly-Prod" } } } }"#;
    let files = [
        ("app/cdk.json", "{}"),
        ("app/cdk.out/manifest.json", nested),
        ("app/cdk.out/Own.template.json", TEMPLATE),
        ("app/cdk.out/assembly-Prod/manifest.json", MANIFEST),
        ("app/cdk.out/assembly-Prod/App.template.json", TEMPLATE),
        ("app/cdk.out/asset.1/main.tf", QUEUE),
    ];
    for path in ["/", "/app", "/app/cdk.out", "/app/cdk.out/manifest.json"] {
        assert_eq!(roots(&files, &[path]), ["assembly app/cdk.out"], "{path}");
        assert_eq!(parsed(&files, &[path]).unwrap().graph.resources().len(), 2, "{path}");
    }
    assert_eq!(roots(&files, &["/app/cdk.out/assembly-Prod"]), ["assembly app/cdk.out/assembly-Prod"]);
    assert_eq!(roots(&files, &["/app", "/app/cdk.out/assembly-Prod"]), ["assembly app/cdk.out"]);
    assert_eq!(
        roots(&files, &["/app/cdk.out/Own.template.json"]),
        ["template app/cdk.out/Own.template.json"]
    );
}

#[test]
fn a_cdk_app_without_an_assembly_is_told_how_to_make_one() {
    let files = [("app/cdk.json", "{}"), ("app/app.ts", ""), ("live/main.tf", QUEUE)];
    let parsed = parsed(&files, &["/"]).unwrap();
    let problem = &parsed.graph.problems()[0];
    assert_eq!(problem.kind, ProblemKind::NotEvaluated);
    assert_eq!(problem.help.as_deref(), Some("run `npx cdk synth -q` there and check again"));
    let error = self::parsed(&files, &["/app"]).unwrap_err();
    let words = "nothing to check in /app: no Terraform files, templates or cdk.out; run `npx cdk synth -q` in app first";
    assert_eq!(error.to_string(), words);
}

#[test]
fn an_empty_directory_and_a_missing_path_are_told_apart() {
    let files = [("empty/readme.md", "")];
    let nothing = parsed(&files, &["/empty"]).unwrap_err();
    assert_eq!(nothing.to_string(), "nothing to check in /empty: no Terraform files, templates or cdk.out");
    assert_eq!(parsed(&files, &["/none"]).unwrap_err(), ParseError::NotFound("/none".into()));
}

#[test]
fn ids_follow_the_paths_and_runs_are_equal() {
    let files = [
        ("b/main.tf", QUEUE),
        ("a/queue.yaml", YAML),
        ("c/cdk.out/manifest.json", MANIFEST),
        ("c/cdk.out/App.template.json", TEMPLATE),
    ];
    let wanted = ["template a/queue.yaml", "terraform b", "assembly c/cdk.out"];
    assert_eq!(roots(&files, &["/"]), wanted);
    assert_eq!(roots(&files, &["/c", "/b", "/a"]), wanted);
    let addresses: Vec<String> =
        parsed(&files, &["/"]).unwrap().graph.resources().iter().map(|r| r.key.address.to_string()).collect();
    assert_eq!(addresses, ["queue/Jobs", "aws_sqs_queue.jobs", "App/Jobs"]);
}

#[test]
fn a_problem_in_a_module_of_two_roots_is_told_once() {
    let module = format!("{QUEUE}resource \"aws_sqs_queue\" \"more\" {{\n  name = local.nowhere\n}}\n");
    let a = call("../m");
    let files = [("a/main.tf", a.as_str()), ("b/main.tf", &a), ("m/main.tf", &module)];
    let parsed = parsed(&files, &["/"]).unwrap();
    assert_eq!(parsed.roots.len(), 2);
    assert_eq!(parsed.graph.problems().len(), 1, "{:?}", parsed.graph.problems());
}

#[test]
fn a_template_that_another_one_nests_is_a_part_of_it() {
    let nests = |path: &str| {
        format!(
            "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: {path}\n"
        )
    };
    let (outer, middle) = (nests("stacks/middle.yaml"), nests("./inner.yaml"));
    let application = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Shop:\n    Type: AWS::Serverless::Application\n    Properties:\n      Location: ../shop/template.yaml\n";
    let files = [
        ("infra/outer.yaml", outer.as_str()),
        ("infra/stacks/middle.yaml", &middle),
        ("infra/stacks/inner.yaml", YAML),
        ("infra/stacks/other.yaml", YAML),
        ("app/template.yaml", application),
        ("shop/template.yaml", YAML),
    ];
    let found =
        ["template app/template.yaml", "template infra/outer.yaml", "template infra/stacks/other.yaml"];
    assert_eq!(roots(&files, &["/"]), found);
    let graph = parsed(&files, &["/infra"]).unwrap().graph;
    let addresses: Vec<_> = graph.resources().iter().map(|r| r.key.address.as_str()).collect();
    assert!(addresses.contains(&"outer/Inner/Inner/Jobs"), "{addresses:?}");
    // One that is asked for is looked at on its own as well.
    assert_eq!(roots(&files, &["/infra/stacks/inner.yaml"]), ["template infra/stacks/inner.yaml"]);
}

#[test]
fn a_template_that_is_uploaded_before_it_is_nested_is_a_part_all_the_same() {
    let nests = |url: &str| {
        format!(
            "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: {url}\n"
        )
    };
    for url in [
        "https://s3.amazonaws.com/templates/infra/vpc.yaml",
        "!Sub https://${Bucket}.s3.amazonaws.com/${Prefix}infra/vpc.yaml",
        "!Join ['', ['https://s3.amazonaws.com/', !Ref Bucket, /infra/vpc.yaml]]",
    ] {
        let main =
            format!("Parameters:\n  Bucket: {{Type: String}}\n  Prefix: {{Type: String}}\n{}", nests(url));
        let files = [("main.yaml", main.as_str()), ("infra/vpc.yaml", YAML)];
        assert_eq!(roots(&files, &["/"]), ["template main.yaml"], "{url}");
        let graph = parsed(&files, &["/"]).unwrap().graph;
        assert!(graph.resources().iter().any(|r| r.key.address == "main/Inner/Jobs"), "{url}");
    }
}

#[test]
fn a_module_that_a_template_names_is_no_template_of_its_own() {
    let rain = "Resources:\n  Net:\n    Type: !Rain::Module ../modules/net.yaml\n";
    let packaged =
        "Modules:\n  Net:\n    Source: ../modules/net.yaml\nResources:\n  A:\n    Type: AWS::SQS::Queue\n";
    for main in [rain, packaged] {
        let files = [("app/main.yaml", main), ("modules/net.yaml", YAML)];
        assert_eq!(roots(&files, &["/"]), ["template app/main.yaml"], "{main}");
        assert_eq!(parsed(&files, &["/"]).unwrap().graph.problems(), []);
    }
    // One that uses the tool's own directives may leave names to whoever includes it.
    let module = "Resources:\n  A:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub ${Outer.Name}\n      Tags: !Rain::Constant tags\n";
    assert_eq!(parsed(&[("modules/a.yaml", module)], &["/"]).unwrap().graph.problems(), []);
}

#[test]
fn templates_that_nest_each_other_are_entered_through_the_first() {
    let nests = |path: &str| {
        format!(
            "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: {path}\n"
        )
    };
    let (a, b) = (nests("b.yaml"), nests("a.yaml"));
    let files = [("a.yaml", a.as_str()), ("b.yaml", &b)];
    assert_eq!(roots(&files, &["/"]), ["template a.yaml"]);
}

#[test]
fn a_nested_template_that_is_not_there_is_not_a_fault() {
    let text = "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./built/inner.yaml\n";
    let parsed = parsed(&[("a.yaml", text)], &["/"]).unwrap();
    let kinds: Vec<_> = parsed.graph.problems().iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [ProblemKind::NotEvaluated]);
}

#[test]
fn a_plan_is_of_the_configuration_beside_it_or_a_root_of_its_own() {
    let plan = r#"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{}},
        "configuration":{"root_module":{"resources":[{"address":"aws_vpc.a"}]}}}"#;
    let files = [
        ("/a/main.tf", "resource \"aws_vpc\" \"a\" {}"),
        ("/a/p.json", plan),
        ("/b/main.tf", ""),
        ("/b/p.json", plan),
    ];
    let found = |path: &str| parse(Arc::new(Memory::of(files)), &options(&[path])).unwrap();
    let beside = found("/a/p.json");
    assert_eq!((beside.roots[0].kind, beside.roots[0].path.as_str()), (RootKind::Terraform, "a"));
    let alone = found("/b/p.json");
    assert_eq!((alone.roots[0].kind, alone.roots[0].path.as_str()), (RootKind::Plan, "b/p.json"));
    let message = &alone.graph.problems()[0].message;
    assert!(message.contains("does not declare aws_vpc.a"), "{message}");
    assert!(found("/a").graph.problems().is_empty(), "a directory is not searched for plans");
}
