//! Terraform's recorded answers: ours in the same form, to compare with.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use iaclint_source::{Disk, Project};
use iaclint_terraform::{Inputs, Loader, oracle};
use serde_json::{Map, Value};

/// Answers each row of standard input as a local of the module in `directory`.
pub(crate) fn answers(directory: &Path) -> ExitCode {
    let Some((project, directory)) = project(directory) else { return ExitCode::from(2) };
    let loader = Loader::new(&project);
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        if line.trim().is_empty() {
            continue;
        }
        let row: Value = match serde_json::from_str(&line) {
            Ok(row) => row,
            Err(error) => {
                eprintln!("not a row: {error}");
                return ExitCode::from(2);
            }
        };
        let Some(expression) = row.get("expr").and_then(Value::as_str) else {
            eprintln!("a row has no expr: {line}");
            return ExitCode::from(2);
        };
        let answer = oracle::answer(&loader, &directory, expression);
        let mut answer: Map<String, Value> = match serde_json::from_str(&answer) {
            Ok(answer) => answer,
            Err(error) => {
                eprintln!("{expression}: the answer is not JSON: {error}: {answer}");
                return ExitCode::FAILURE;
            }
        };
        for key in ["id", "expr"] {
            if let Some(value) = row.get(key) {
                answer.insert(key.to_owned(), value.clone());
            }
        }
        if writeln!(out, "{}", Value::Object(answer)).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Prints what a first deployment of the root module in `directory` would make.
pub(crate) fn plan(directory: &Path, options: &[&str]) -> ExitCode {
    let Some((project, directory)) = project(directory) else { return ExitCode::from(2) };
    let mut inputs = Inputs { environment: std::env::vars().collect(), ..Inputs::default() };
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (*option, options.next().copied()),
        };
        match (name.trim_start_matches('-'), value) {
            ("var-file", Some(file)) => inputs.var_files.push(file_of(&directory, file)),
            ("var", Some(pair)) if pair.contains('=') => {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                inputs.variables.push((name.to_owned(), value.to_owned()));
            }
            _ => {
                eprintln!("{option} is not understood");
                return ExitCode::from(2);
            }
        }
    }
    let plan = oracle::plan(&Loader::new(&project), &directory, &inputs);
    match serde_json::from_str::<Value>(&plan) {
        Ok(plan) => {
            println!("{plan:#}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the plan is not JSON: {error}: {plan}");
            ExitCode::FAILURE
        }
    }
}

/// Terraform reads files wherever they are, so the project is the whole disk.
fn project(directory: &Path) -> Option<(Project, PathBuf)> {
    let found = std::fs::canonicalize(directory).and_then(|d| {
        let root = d.ancestors().last().unwrap_or(&d).to_path_buf();
        Project::new(Arc::new(Disk), &root).map(|p| (p, d)).map_err(|e| std::io::Error::other(e.to_string()))
    });
    match found {
        Ok(found) => Some(found),
        Err(error) => {
            eprintln!("{}: {error}", directory.display());
            None
        }
    }
}

/// A variable file is looked for in the directory, as when the tool runs there, and then from here.
fn file_of(directory: &Path, file: &str) -> PathBuf {
    let beside = directory.join(file);
    if beside.exists() {
        return beside;
    }
    std::env::current_dir().map_or_else(|_| PathBuf::from(file), |here| here.join(file))
}
