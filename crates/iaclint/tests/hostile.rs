//! A directory of inputs that are made to hang, to exhaust or to mislead: each is told in one clear problem, and what is sound beside them is read.
#![cfg(unix)]

#[path = "support/hostile.rs"]
mod hostile;
#[path = "support/scratch.rs"]
mod scratch;

use std::collections::BTreeMap;
use std::process::Command;

use scratch::Scratch;
use serde_json::Value;

/// A problem as the report shows it: the line, if it names one, and the words.
type Told = (Option<u64>, String);

/// The problems by the directory of their file.
fn told(report: &Value) -> BTreeMap<String, Vec<Told>> {
    let mut told: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for problem in report["problems"].as_array().expect("the report lists problems") {
        let place = &problem["place"];
        let path = problem["path"].as_str().or(place["path"].as_str()).unwrap_or_default();
        let directory = path.split('/').next().unwrap_or_default().to_owned();
        let words = problem["message"].as_str().unwrap_or_default().to_owned();
        told.entry(directory).or_default().push((place["line"].as_u64(), words));
    }
    told
}

#[test]
fn each_hostile_input_is_told_once_at_its_line_and_the_rest_is_read() {
    let scratch = Scratch::new("hostile");
    hostile::write(&scratch.0).expect("scratch files can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_iaclint"))
        .args(["check", "--project-root", ".", "--format", "json", "--show-unknown"])
        .current_dir(&scratch.0)
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let mut told = told(&report);
    let mut faults = Vec::new();
    for input in hostile::ALL {
        let problems = told.remove(input.name).unwrap_or_default();
        let right = match (input.told, &problems[..]) {
            (None, []) => true,
            (Some(words), [(line, one)]) => one.contains(words) && *line == input.line,
            _ => false,
        };
        if !right {
            faults.push(format!("{} ({:?} in line {:?}): {problems:#?}", input.name, input.told, input.line));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(told.is_empty(), "{told:?}");
    let resources = report["summary"]["resources"].as_u64().expect("resources are counted");
    assert!(resources >= 20, "{}", report["summary"]);
}
