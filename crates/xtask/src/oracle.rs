//! Terraform's recorded answers: ours in the same form, to compare with.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use iaclint_source::{Disk, Project};
use iaclint_terraform::{Assigned, Inputs, Loader, Provider, oracle};
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

/// Prints what a first deployment of the root module in `directory` would make. A recorded configuration says in its `cmd.json` how it
/// was planned: with which arguments and variables of the environment, and with which stand-in for the provider.
pub(crate) fn plan(root: &Path, directory: &Path, options: &[&str]) -> ExitCode {
    let Some((project, directory)) = project(directory) else { return ExitCode::from(2) };
    let mut request = Request::default();
    request.inputs.environment = std::env::vars().collect();
    let read = request
        .recorded(root, &directory)
        .and_then(|()| request.options(&directory, options.iter().map(|o| (*o).to_owned())));
    if let Err(error) = read {
        eprintln!("{error}");
        return ExitCode::from(2);
    }
    let plan = oracle::plan(&Loader::new(&project), &directory, &request.inputs, request.provider.as_ref());
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

/// With what a plan is made.
#[derive(Default)]
struct Request {
    inputs: Inputs,
    provider: Option<Arc<Provider>>,
}

impl Request {
    fn options(&mut self, directory: &Path, options: impl IntoIterator<Item = String>) -> Result<(), String> {
        let mut options = options.into_iter();
        while let Some(option) = options.next() {
            let (name, value) = match option.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (option.clone(), options.next()),
            };
            let not_understood = || format!("{option} is not understood");
            let value = value.ok_or_else(not_understood)?;
            match name.trim_start_matches('-') {
                "var-file" => self.inputs.assigned.push(Assigned::File(file_of(directory, &value))),
                "var" => {
                    let (name, value) = value.split_once('=').ok_or_else(not_understood)?;
                    self.inputs.assigned.push(Assigned::Value(name.to_owned(), value.to_owned()));
                }
                "provider" => self.provider = Some(provider_of(&file_of(directory, &value))?),
                _ => return Err(not_understood()),
            }
        }
        Ok(())
    }

    fn recorded(&mut self, root: &Path, directory: &Path) -> Result<(), String> {
        let Ok(text) = std::fs::read_to_string(directory.join("cmd.json")) else { return Ok(()) };
        let command: Value = serde_json::from_str(&text).map_err(|error| format!("cmd.json: {error}"))?;
        for (name, value) in command["env"].as_object().into_iter().flatten() {
            self.inputs.environment.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
        }
        if let Some(name) = command["stub"].as_str() {
            let beside = directory.ancestors().take(4).map(|d| d.join("stub").join(name));
            let own = root.join("crates/terraform/tests/data/providers").join(name);
            let file = beside.chain([own]).find(|file| file.is_file());
            self.provider = Some(provider_of(&file.ok_or_else(|| format!("{name} is not here"))?)?);
        }
        let arguments = command["args"].as_array().into_iter().flatten();
        self.options(directory, arguments.filter_map(|a| a.as_str().map(ToOwned::to_owned)))
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

fn provider_of(file: &Path) -> Result<Arc<Provider>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Provider::read(&text).map(Arc::new).map_err(|error| format!("{}: {error}", file.display()))
}
