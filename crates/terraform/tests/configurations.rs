//! Whole configurations with what the real Terraform 1.11 planned for them: nothing that we know contradicts it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use iaclint_graph::{Fragment, Mode};
use iaclint_source::{Disk, Project};
use iaclint_terraform::{Assigned, Inputs, Loader};
use iaclint_value::{Data, Encoding, RootId, Value};
use serde_json::{Map, Value as Json};

struct Case {
    name: String,
    expected: Json,
    fragment: Fragment,
    project: Project,
}

fn cases() -> Vec<Case> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/configurations");
    let mut names: Vec<_> = std::fs::read_dir(&data)
        .expect("the test data is whole")
        .map(|e| e.expect("the test data is whole").path())
        .collect();
    names.sort();
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .ok()
            .map(|t| serde_json::from_str::<Json>(&t).expect("the test data is whole"))
    };
    names
        .into_iter()
        .map(|path| {
            let mut inputs = Inputs::default();
            if let Some(command) = read(&path.join("cmd.json")) {
                for argument in command["args"].as_array().into_iter().flatten() {
                    let file = argument
                        .as_str()
                        .expect("the test data is whole")
                        .strip_prefix("-var-file=")
                        .expect("the test data is whole");
                    inputs.assigned.push(Assigned::File(file.into()));
                }
                for (name, value) in command["env"].as_object().into_iter().flatten() {
                    inputs
                        .environment
                        .push((name.clone(), value.as_str().expect("the test data is whole").to_owned()));
                }
            }
            let project = Project::new(Arc::new(Disk), &path).expect("the test data is whole");
            let fragment = Loader::new(&project).load(project.root(), RootId(0), &inputs);
            let name = path.file_name().expect("the test data is whole").to_string_lossy().into_owned();
            Case {
                name,
                expected: read(&path.join("expected.json")).expect("the test data is whole"),
                fragment,
                project,
            }
        })
        .collect()
}

/// A value as JSON; `None` where it, or a part of it, is not known.
fn json(value: &Value) -> Option<Json> {
    Some(match &value.data {
        Data::Null => Json::Null,
        Data::Bool(bool) => Json::Bool(*bool),
        Data::Number(number) => serde_json::from_str(&number.to_string()).ok()?,
        Data::Text(text) => Json::String(text.as_str()?.into_owned()),
        Data::List(list) if list.complete => Json::Array(list.items.iter().map(json).collect::<Option<_>>()?),
        Data::Object(object) if object.complete => {
            let fields: Option<Map<String, Json>> =
                object.fields.iter().map(|(n, _, v)| Some((n.to_string(), json(v)?))).collect();
            Json::Object(fields?)
        }
        Data::Encoded(inner) if inner.0 == Encoding::Json => Json::String(json(&inner.1)?.to_string()),
        _ => return None,
    })
}

/// Whether what we know is what Terraform knows. Terraform fills objects of blocks up with nulls, orders the blocks of a set by
/// itself, and writes what a provider's schema makes of a value.
fn agrees(ours: &Value, theirs: &Json) -> bool {
    match (&ours.data, theirs) {
        (Data::Object(object), Json::Object(fields)) => object
            .fields
            .iter()
            .all(|(name, _, value)| fields.get(name.as_str()).is_none_or(|t| agrees(value, t))),
        (Data::List(list), Json::Array(items)) => {
            (!list.complete || list.items.len() == items.len())
                && list.items.iter().all(|item| items.iter().any(|t| agrees(item, t)))
        }
        (Data::Encoded(inner), Json::String(text)) => {
            serde_json::from_str::<Json>(text).is_ok_and(|decoded| agrees(&inner.1, &decoded))
        }
        _ => match json(ours) {
            None => true,
            Some(Json::Number(a)) => {
                theirs
                    .as_f64()
                    .is_some_and(|b| (a.as_f64().expect("the test data is whole") - b).abs() < 1e-9)
                    || theirs.as_str() == Some(&a.to_string())
            }
            Some(ours) => {
                ours == *theirs || (ours.is_boolean() && theirs.as_str() == Some(&ours.to_string()))
            }
        },
    }
}

fn planned<'j>(module: &'j Json, out: &mut Vec<&'j Json>) {
    out.extend(module["resources"].as_array().into_iter().flatten());
    for child in module["child_modules"].as_array().into_iter().flatten() {
        planned(child, out);
    }
}

#[test]
fn outputs_are_those_that_terraform_plans() {
    let (mut known, mut all) = (0, 0);
    let mut wrong = Vec::new();
    for case in cases().iter().filter(|c| c.expected["error"] != true) {
        for output in &case.fragment.root.scopes[0].outputs {
            let theirs = &case.expected["output_changes"][output.name.as_str()];
            if theirs["after_unknown"] == true {
                continue;
            }
            all += 1;
            known += usize::from(json(&output.value).is_some());
            if theirs["after_unknown"] == false && !agrees(&output.value, &theirs["after"]) {
                wrong
                    .push(format!("{} {}: {} for {}", case.name, output.name, output.value, theirs["after"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(known * 100 >= all * 75, "only {known} of {all} outputs are known");
}

#[test]
fn resources_and_their_arguments_are_those_that_terraform_plans() {
    let mut wrong = Vec::new();
    for case in cases().iter().filter(|c| c.expected["error"] != true) {
        let mut theirs = Vec::new();
        planned(&case.expected["planned_values"]["root_module"], &mut theirs);
        let planned = theirs.iter().filter(|r| r["mode"] == "managed");
        let of_theirs: BTreeSet<&str> = planned.filter_map(|r| r["address"].as_str()).collect();
        let managed = || case.fragment.resources.iter().filter(|r| r.mode == Mode::Managed);
        let ours: BTreeSet<&str> = managed().map(|r| r.key.address.as_str()).collect();
        // A data source that Terraform reads while it plans decides what we leave open.
        let open = managed().any(|r| r.existence.any_number);
        if !open && ours != of_theirs {
            wrong.push(format!("{}: {ours:?} for {of_theirs:?}", case.name));
        }
        for resource in managed() {
            let Some(plan) = theirs.iter().find(|r| r["address"] == resource.key.address.as_str()) else {
                continue;
            };
            if !agrees(&resource.body, &plan["values"]) {
                wrong.push(format!(
                    "{} {}: {} for {}",
                    case.name, resource.key.address, resource.body, plan["values"]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_terraform_plans_has_no_problems() {
    for case in cases().iter().filter(|c| c.expected["error"] != true) {
        let problems: Vec<_> = case
            .fragment
            .problems
            .iter()
            .map(|p| (p.span.map(|s| case.project.sources().display(s)), &p.message))
            .collect();
        assert!(problems.is_empty(), "{}: {problems:?}", case.name);
    }
}

#[test]
fn undeclared_names_are_told_where_terraform_tells_them() {
    let cases = cases();
    let case = cases.iter().find(|c| c.name == "25-error-references").unwrap();
    let theirs: BTreeSet<u64> = case.expected["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["range"]["start"]["byte"].as_u64().unwrap())
        .collect();
    let ours: BTreeSet<u64> =
        case.fragment.problems.iter().filter_map(|p| Some(u64::from(p.span?.start))).collect();
    // What nobody uses is not evaluated: the first local.
    assert!(ours.is_subset(&theirs), "{ours:?} for {theirs:?}");
    assert_eq!(ours.len() + 1, theirs.len());
}
