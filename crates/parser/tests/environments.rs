//! Several environments of one root: what each of them sees.

use std::path::PathBuf;
use std::sync::Arc;

use iaclint_graph::Mode;
use iaclint_parser::{Environment, Options, Parsed, parse_each};
use iaclint_source::Memory;

const NETWORK: &str = "variable \"cidr\" {\n  type = string\n}\nresource \"aws_vpc\" \"main\" {\n  cidr_block = var.cidr\n}\n\
    resource \"aws_db_subnet_group\" \"main\" {\n  name = \"shared\"\n}\n\
    output \"cidr\" {\n  value = aws_vpc.main.cidr_block\n}\n\
    terraform {\n  backend \"s3\" {\n    bucket = \"states\"\n    key = \"network\"\n    region = \"eu-west-1\"\n  }\n}\n";
const APP: &str = "data \"terraform_remote_state\" \"network\" {\n  backend = \"s3\"\n  config = {\n    bucket = \"states\"\n    key = \"network\"\n    region = \"eu-west-1\"\n  }\n}\n\
    resource \"aws_sqs_queue\" \"jobs\" {\n  name = data.terraform_remote_state.network.outputs.cidr\n}\n";

fn environment(name: &str, roots: &[(&str, &str)]) -> Environment {
    let root_files =
        roots.iter().map(|(root, file)| (PathBuf::from(root), vec![PathBuf::from(file)])).collect();
    Environment { name: name.to_owned(), root_files, template_files: Vec::new() }
}

fn parsed(environments: Vec<Environment>) -> Vec<Parsed> {
    let files = [
        ("/network/main.tf", NETWORK),
        ("/app/main.tf", APP),
        ("/envs/dev.tfvars", "cidr = \"10.1.0.0/16\"\n"),
        ("/envs/prod.tfvars", "cidr = \"10.2.0.0/16\"\n"),
    ];
    let options = Options {
        paths: vec![PathBuf::from("/")],
        project_root: Some(PathBuf::from("/")),
        environments,
        ..Options::default()
    };
    parse_each(Arc::new(Memory::of(files)), &options).expect("there is something to check")
}

fn both() -> Vec<Parsed> {
    let network = |name: &str| environment(name, &[("/network", &format!("/envs/{name}.tfvars"))]);
    parsed(vec![network("dev"), network("prod")])
}

#[test]
fn each_environment_reads_the_state_of_its_own() {
    let queue = |parsed: &Parsed| {
        let [id] = parsed.graph.of_type("aws_sqs_queue") else { panic!("there is one queue") };
        parsed
            .graph
            .resource(*id)
            .body
            .get("name")
            .and_then(iaclint_value::Value::as_str)
            .map(|t| t.to_string())
    };
    let names: Vec<_> = both().iter().map(|p| (p.environment.clone().unwrap(), queue(p).unwrap())).collect();
    assert_eq!(
        names,
        [("dev".to_owned(), "10.1.0.0/16".to_owned()), ("prod".to_owned(), "10.2.0.0/16".to_owned())]
    );
}

#[test]
fn a_graph_holds_the_resources_of_one_environment() {
    for parsed in both() {
        let managed = parsed.graph.resources().iter().filter(|r| r.mode == Mode::Managed).count();
        assert_eq!((managed, parsed.roots.len()), (3, 2));
        let of: Vec<_> = parsed.roots.iter().map(|r| (r.path.as_str(), r.environment.is_some())).collect();
        assert_eq!(of, [("app", false), ("network", true)]);
    }
}

#[test]
fn a_file_has_one_number_in_all_environments() {
    let both = both();
    let spans: Vec<_> = both.iter().map(|p| p.graph.resource(p.graph.of_type("aws_vpc")[0]).span).collect();
    assert_eq!(spans[0], spans[1]);
    assert!(Arc::ptr_eq(&both[0].project, &both[1].project));
}

#[test]
fn a_root_is_left_out_of_environments_that_only_others_name() {
    let found = parsed(vec![
        environment("dev", &[("/network", "/envs/dev.tfvars")]),
        environment("prod", &[("/app", "/envs/prod.tfvars")]),
    ]);
    let roots = |p: &Parsed| p.roots.iter().map(|r| r.path.clone()).collect::<Vec<_>>();
    assert_eq!(found.iter().map(roots).collect::<Vec<_>>(), [["network"], ["app"]]);
}

#[test]
fn environments_of_roots_elsewhere_do_not_count() {
    let found = parsed(vec![
        environment("dev", &[("/other", "/envs/dev.tfvars")]),
        environment("prod", &[("/another", "/envs/prod.tfvars")]),
    ]);
    assert_eq!(found.iter().map(|p| p.environment.clone()).collect::<Vec<_>>(), [None]);
}
