//! Whole configurations with the plans that the real Terraform 1.11 made of them: ours are the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_source::{Disk, Project};
use iaclint_terraform::{Assigned, Inputs, Loader, Provider, oracle};
use serde_json::Value;

struct Recorded {
    name: String,
    expected: Value,
    ours: Value,
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn read(path: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect("the test data is whole"))
}

fn recorded(name: &str) -> Recorded {
    let path = data().join("configurations").join(name);
    let command = read(&path.join("cmd.json")).unwrap_or_default();
    let mut inputs = Inputs::default();
    for argument in command["args"].as_array().into_iter().flatten() {
        let file = argument.as_str().and_then(|a| a.strip_prefix("-var-file=")).expect("a variable file");
        inputs.assigned.push(Assigned::File(file.into()));
    }
    for (name, value) in command["env"].as_object().into_iter().flatten() {
        inputs.environment.push((name.clone(), value.as_str().expect("a text").to_owned()));
    }
    let provider = command["stub"].as_str().map(|name| {
        let text = std::fs::read_to_string(data().join("providers").join(name));
        Arc::new(Provider::read(&text.expect("the test data is whole")).expect("a schema"))
    });
    let project = Project::new(Arc::new(Disk), &path).expect("the test data is whole");
    let ours = oracle::plan(&Loader::new(&project), project.root(), &inputs, provider.as_ref());
    Recorded {
        name: name.to_owned(),
        expected: read(&path.join("expected.json")).expect("the test data is whole"),
        ours: serde_json::from_str(&ours).expect("a plan is JSON"),
    }
}

fn all() -> Vec<Recorded> {
    let entries = std::fs::read_dir(data().join("configurations")).expect("the test data is whole");
    let mut names: Vec<String> =
        entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names.len(), 18);
    names.iter().map(|name| recorded(name)).collect()
}

/// The values of all managed resources, by address.
fn resources<'j>(module: &'j Value, out: &mut BTreeMap<&'j str, &'j Value>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if resource["mode"] == "managed" {
            out.insert(resource["address"].as_str().expect("an address"), &resource["values"]);
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        resources(child, out);
    }
}

fn checks(plan: &Value) -> BTreeMap<String, String> {
    let checks = plan["checks"].as_array().into_iter().flatten();
    checks.map(|c| (c["address"].to_string(), c["status"].to_string())).collect()
}

/// File, start and end of each error.
fn ranges(plan: &Value) -> Vec<(String, u64, u64)> {
    let mut ranges: Vec<_> = plan["diagnostics"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|d| {
            let range = &d["range"];
            let byte = |end: &str| range[end]["byte"].as_u64().expect("a place");
            (range["filename"].to_string(), byte("start"), byte("end"))
        })
        .collect();
    ranges.sort();
    ranges
}

#[test]
fn plans_are_those_that_terraform_makes() {
    for case in all().iter().filter(|c| c.expected["error"] != true) {
        assert_eq!(case.ours["output_changes"], case.expected["output_changes"], "{}", case.name);
        let (mut ours, mut theirs) = (BTreeMap::new(), BTreeMap::new());
        resources(&case.ours["planned_values"]["root_module"], &mut ours);
        resources(&case.expected["planned_values"]["root_module"], &mut theirs);
        assert_eq!(ours, theirs, "{}", case.name);
        assert_eq!(checks(&case.ours), checks(&case.expected), "{}", case.name);
    }
}

#[test]
fn errors_stand_where_terraform_tells_them() {
    let cases = all();
    let faulty: Vec<&Recorded> = cases.iter().filter(|c| c.expected["error"] == true).collect();
    assert_eq!(faulty.len(), 4);
    for case in faulty {
        assert_eq!(ranges(&case.ours), ranges(&case.expected), "{}", case.name);
    }
}

#[test]
fn what_a_provider_decides_stays_open_without_its_schema() {
    let path = data().join("configurations/35-vpc-data-sources");
    let project = Project::new(Arc::new(Disk), &path).expect("the test data is whole");
    let plan = oracle::plan(&Loader::new(&project), project.root(), &Inputs::default(), None);
    let plan: Value = serde_json::from_str(&plan).expect("a plan is JSON");
    assert_eq!(plan["output_changes"]["az_of"]["after_unknown"], true);
    assert_eq!(plan["output_changes"]["ids"]["after_unknown"], serde_json::json!([true, true]));
}
