//! Small configurations with what the real Terraform 1.11 said of them: the same outputs, or errors at the same places.

use std::collections::BTreeSet;
use std::path::Path;

use iaclint_source::Project;
use iaclint_terraform::{Inputs, Loader, oracle};
use serde_json::Value;

/// Where the errors are.
fn places(diagnostics: &Value) -> BTreeSet<(String, u64, u64)> {
    let place = |diagnostic: &Value| {
        let range = diagnostic.get("range")?;
        let byte = |end: &str| range[end]["byte"].as_u64();
        Some((range["filename"].as_str()?.to_owned(), byte("start")?, byte("end")?))
    };
    diagnostics.as_array().into_iter().flatten().filter_map(place).collect()
}

#[test]
fn small_configurations_are_planned_or_refused_as_by_terraform() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/small-plans.jsonl");
    let table = std::fs::read_to_string(path).expect("the test data is whole");
    let mut wrong = Vec::new();
    for line in table.lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let name = case["name"].as_str().expect("a case has a name");
        let files = case["files"]
            .as_object()
            .expect("a case has files")
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str().expect("a file is a text")));
        let project = Project::in_memory(files);
        let inputs = Inputs::default();
        let ours = oracle::plan(&Loader::new(&project), project.root(), &inputs, None);
        let ours: Value = serde_json::from_str(&ours).expect("a plan is JSON");
        let same = match case.get("at") {
            Some(at) => {
                let wanted: BTreeSet<(String, u64, u64)> =
                    serde_json::from_value(at.clone()).expect("the places of a case");
                places(&ours["diagnostics"]) == wanted
            }
            None => ours["output_changes"] == case["outputs"],
        };
        if !same {
            wrong.push(format!("{name}\n    {case}\n    {ours}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
