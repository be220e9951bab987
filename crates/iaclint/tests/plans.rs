//! Plans: the faults of an incident are found in what `terraform show -json` prints, with the configuration beside it and without.

#[path = "support/run.rs"]
mod run;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_lint::Severity;
use iaclint_parser::Options;
use iaclint_source::Memory;

use run::{Outcome, project, run};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn plan(name: &str) -> String {
    std::fs::read_to_string(fixtures().join("plans").join(name)).expect("a fixture")
}

/// Adds the files below a directory of the disk under `to`.
fn add(memory: &mut Memory, from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a fixture") {
        let entry = entry.expect("a fixture");
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            add(memory, &path, &to);
        } else if entry.file_name() != "terraform.tfvars" {
            memory.insert(to, std::fs::read(&path).expect("a fixture"));
        }
    }
}

fn checked(memory: Memory, options: &Options) -> Outcome {
    let outcome = run(Arc::new(memory), options, iaclint_rules::RULES).expect("something to check");
    assert_eq!(outcome.faults_of_input, Vec::<String>::new());
    assert!(outcome.resources > 0);
    outcome
}

/// The plan without its configuration.
fn alone(name: &str) -> Outcome {
    let mut memory = Memory::new();
    memory.insert("/p/plan.json", plan(name));
    checked(memory, &Options { paths: vec!["/p/plan.json".into()], ..Options::default() })
}

/// Rules with the files that they point at, of all that is more than advice.
fn found(outcome: &Outcome) -> BTreeSet<(&'static str, String)> {
    let loud = outcome.findings.iter().filter(|f| f.severity > Severity::Advice);
    loud.map(|f| (f.rule, outcome.sources.file(f.primary.span.file).path.clone())).collect()
}

#[test]
fn a_plan_of_what_is_deployed_shows_its_faults_without_the_configuration() {
    let outcome = alone("onyx-bad-deployed.json");
    let rules = [
        "app-database-name-not-created",
        "ecs-container-memory-too-small",
        "ecs-execution-role-cannot-read-secret",
        "ecs-service-no-health-check-grace-period",
        "endpoint-port-duplicated",
        "fargate-container-memory-exceeds-task",
        "iam-role-lacks-permission-for-configured-resource",
        "iam-s3-object-action-without-object-arn",
        "rds-skip-final-snapshot-data-loss",
        "redis-tls-client-mismatch",
        "target-group-health-check-cannot-pass",
    ];
    assert_eq!(found(&outcome), rules.map(|rule| (rule, "plan.json".to_owned())).into());
}

#[test]
fn groups_and_clients_are_told_apart_by_the_ids_that_they_got() {
    let outcome = alone("redis-bad-deployed.json");
    assert_eq!(found(&outcome), [("sg-ingress-missing-client-group", "plan.json".to_owned())].into());
    assert_eq!(found(&alone("redis-good-deployed.json")), BTreeSet::new());
}

#[test]
fn what_is_not_deployed_yet_is_no_fault_of_a_plan() {
    assert_eq!(found(&alone("redis-bad-new.json")), BTreeSet::new());
}

#[test]
fn nothing_sensitive_in_a_plan_is_shown() {
    let outcome = alone("onyx-bad-deployed.json");
    assert!(plan("onyx-bad-deployed.json").contains("Pa55"), "the plan holds passwords");
    for finding in &outcome.findings {
        let words = format!("{} {:?} {} {:?}", finding.headline, finding.labels, finding.help, finding.notes);
        assert!(!words.contains("Pa55"), "{words}");
    }
}

#[test]
fn with_the_configuration_beside_it_a_fault_stands_there() {
    for (place, options) in [
        ("/p/plan.json", Options { paths: vec!["/p/plan.json".into()], ..Options::default() }),
        ("/p/out/plan.json", Options { plans: vec!["/p/out/plan.json".into()], ..project("/p") }),
    ] {
        let mut memory = Memory::new();
        // The variables' values are known from the plan alone.
        add(&mut memory, &fixtures().join("incidents/redis/terraform/bad"), Path::new("/p"));
        memory.insert(place, plan("redis-bad-new.json"));
        let outcome = checked(memory, &options);
        assert_eq!(
            found(&outcome),
            [("sg-ingress-missing-client-group", "modules/cache/main.tf".to_owned())].into(),
            "{place}"
        );
    }
}

#[test]
fn a_plan_of_something_else_is_refused() {
    let mut memory = Memory::new();
    add(&mut memory, &fixtures().join("incidents/onyx/terraform/bad"), Path::new("/p"));
    memory.insert("/p/out/plan.json", plan("redis-bad-new.json"));
    let options = Options { plans: vec!["/p/out/plan.json".into()], ..project("/p") };
    let refusal = run(Arc::new(memory), &options, iaclint_rules::RULES).unwrap_err();
    assert!(refusal.contains("no root that is checked declares what it plans"), "{refusal}");
}
