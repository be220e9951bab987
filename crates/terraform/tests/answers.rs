//! Expressions with the answers that the real Terraform 1.11 gave: none of ours may contradict one of them.

use std::path::Path;
use std::sync::Arc;

use iaclint_source::{Disk, Project};
use iaclint_terraform::{Loader, oracle};
use serde_json::Value;

/// How our answer compares.
#[derive(Debug, PartialEq, Clone, Copy)]
enum Verdict {
    Same,
    /// Less known, and nothing in it contradicts Terraform's.
    Vague,
    /// A value where Terraform reports an error.
    Lenient,
    /// A value where Terraform knows none.
    Bold,
    Wrong,
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => {
            let (x, y) = (x.as_f64().unwrap_or(f64::NAN), y.as_f64().unwrap_or(f64::NAN));
            (x - y).abs() <= 1e-15 * x.abs()
        }
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(a, b)| same(a, b)),
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(k, a)| y.get(k).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn any_unknown(unknown: &Value) -> bool {
    match unknown {
        Value::Bool(bool) => *bool,
        Value::Array(items) => items.iter().any(any_unknown),
        Value::Object(fields) => fields.values().any(any_unknown),
        _ => false,
    }
}

/// Whether every known part of ours is Terraform's.
fn vague(got: &Value, open: &Value, want: &Value, want_open: &Value) -> bool {
    match (open, want) {
        (Value::Bool(true), _) => true,
        _ if *want_open == Value::Bool(true) => false,
        (Value::Object(fields), Value::Object(wanted)) => {
            let known = |k: &String| fields.contains_key(k) || got.get(k).is_some();
            wanted.keys().all(known)
                && wanted.keys().chain(fields.keys()).all(|k| {
                    let no = Value::Bool(false);
                    let at = |v: &Value| v.get(k).cloned().unwrap_or(Value::Null);
                    let open = fields.get(k).unwrap_or(&no);
                    vague(&at(got), open, &at(want), want_open.get(k).unwrap_or(&no))
                })
        }
        (Value::Array(items), Value::Array(wanted)) if items.len() == wanted.len() => {
            items.iter().zip(wanted).enumerate().all(|(at, (open, want))| {
                let no = Value::Bool(false);
                vague(got.get(at).unwrap_or(&Value::Null), open, want, want_open.get(at).unwrap_or(&no))
            })
        }
        _ => !any_unknown(want_open) && same(got, want),
    }
}

/// The value and where it is unknown; `None` for an error.
fn read(answer: &Value) -> Option<(Value, Value)> {
    if answer.get("error").is_some() {
        return None;
    }
    if answer.get("unknown").is_some() {
        return Some((Value::Null, Value::Bool(true)));
    }
    if let Some(open) = answer.get("after_unknown") {
        return Some((answer.get("after").cloned().unwrap_or(Value::Null), open.clone()));
    }
    let text = answer.get("json").and_then(Value::as_str).expect("an answer has a value");
    Some((serde_json::from_str(text).expect("a value is JSON"), Value::Bool(false)))
}

fn judge(want: &Value, got: &Value) -> Verdict {
    match (read(want), read(got)) {
        (None, None) => Verdict::Same,
        (None, Some((_, Value::Bool(true)))) => Verdict::Vague,
        (None, Some(_)) => Verdict::Lenient,
        (Some(_), None) => Verdict::Wrong,
        (Some((want, want_open)), Some((got, open))) => {
            if want_open == open && same(&got, &want) {
                Verdict::Same
            } else if want_open == Value::Bool(true) {
                Verdict::Bold
            } else if vague(&got, &open, &want, &want_open) {
                if want_open == open { Verdict::Same } else { Verdict::Vague }
            } else if any_unknown(&want_open) && !any_unknown(&open) {
                Verdict::Bold
            } else {
                Verdict::Wrong
            }
        }
    }
}

#[test]
fn no_answer_contradicts_terraform() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/answers");
    let fixture = data.join("fixture");
    let project = Project::new(Arc::new(Disk), &fixture).unwrap();
    let loader = Loader::new(&project);
    let (mut count, mut same) = (0, 0);
    let mut unsound = Vec::new();
    let tables = ["terraform-1.11.jsonl", "terraform-1.11-corners.jsonl"];
    let tables = tables.map(|name| std::fs::read_to_string(data.join(name)).unwrap());
    for line in tables.iter().flat_map(|table| table.lines()) {
        let want: Value = serde_json::from_str(line).unwrap();
        // Later versions answer otherwise, so either answer is right.
        if want.get("version_sensitive").is_some() {
            continue;
        }
        let expression = want["expr"].as_str().unwrap();
        let answer = oracle::answer(&loader, project.root(), expression);
        count += 1;
        match judge(&want, &serde_json::from_str(&answer).unwrap()) {
            Verdict::Same => same += 1,
            Verdict::Vague => {}
            verdict => unsound.push(format!("{verdict:?} {expression}\n    {line}\n    {answer}")),
        }
    }
    assert!(unsound.is_empty(), "{}", unsound.join("\n"));
    assert!(same * 100 >= count * 98, "only {same} of {count} are known as well as Terraform knows them");
}
