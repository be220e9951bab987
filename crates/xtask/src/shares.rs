//! `cargo xtask shares DIR..`: how much of the values in checkouts is known, symbolic or not known, and what reading them costs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use iaclint_parser::{Options, parse};
use iaclint_source::{Disk, Problem, ProblemKind};
use iaclint_value::{Data, Value, Why};
use serde::{Deserialize, Serialize};

use crate::crater::{aligned, peak};

/// What was read of one checkout.
#[derive(Serialize, Deserialize, Default, Debug, PartialEq)]
struct Shares {
    files: usize,
    resources: usize,
    /// Problems that are the configuration's own fault, those of one file that say the same once.
    refused: BTreeSet<String>,
    known: usize,
    symbolic: usize,
    /// By reason.
    unknown: BTreeMap<String, usize>,
    seconds: f64,
    megabytes: Option<u64>,
}

/// Prints a table of checkouts. Each is read by a process of its own, so that the memory is its own too.
pub(crate) fn run(words: &[&str]) -> Vec<String> {
    if let ["--one", directory] = words {
        return match measured(Path::new(directory)) {
            Ok(shares) => {
                println!("{}", serde_json::to_string(&shares).unwrap_or_default());
                std::process::exit(0)
            }
            Err(error) => vec![error],
        };
    }
    let mut rows = vec![
        [
            "checkout",
            "files",
            "resources",
            "problems",
            "known",
            "symbolic",
            "unknown",
            "seconds",
            "MB",
            "reasons",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    let (mut faults, mut refused) = (Vec::new(), Vec::new());
    for directory in words {
        match of_child(directory) {
            Ok(shares) => {
                rows.push(shares.row(directory));
                refused.extend(shares.refused);
            }
            Err(fault) => faults.push(format!("{directory}: {fault}")),
        }
    }
    println!("{}", aligned(&rows));
    for problem in refused {
        println!("{problem}");
    }
    faults
}

/// Whether a problem is the configuration's own.
fn is_fault(kind: ProblemKind) -> bool {
    matches!(kind, ProblemKind::Unreadable | ProblemKind::Invalid)
}

fn shown(problem: &Problem) -> String {
    let path = problem.path.as_deref().unwrap_or_default();
    format!("{path}: {}", problem.message)
}

fn of_child(directory: &str) -> Result<Shares, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(own).args(["shares", "--one", directory]).output();
    let output = output.map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn measured(directory: &Path) -> Result<Shares, String> {
    let begin = Instant::now();
    let options = Options {
        paths: vec![directory.to_path_buf()],
        project_root: Some(directory.to_path_buf()),
        ..Options::default()
    };
    let parsed = parse(Arc::new(Disk), &options).map_err(|error| error.to_string())?;
    let mut shares = Shares {
        resources: parsed.graph.resources().len(),
        refused: parsed.graph.problems().iter().filter(|p| is_fault(p.kind)).map(shown).collect(),
        ..Shares::default()
    };
    shares.seconds = begin.elapsed().as_secs_f64();
    let sources = parsed.project.sources();
    shares.files = sources.len();
    for resource in parsed.graph.resources() {
        shares.count(&resource.body);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    shares.megabytes = peak(&status);
    Ok(shares)
}

impl Shares {
    /// Counts the leaves of a value.
    fn count(&mut self, value: &Value) {
        match &value.data {
            Data::Null | Data::Bool(_) | Data::Number(_) => self.known += 1,
            Data::Reference(_) => self.symbolic += 1,
            Data::Encoded(inner) => self.count(&inner.1),
            Data::Text(text) => {
                let opaque = text.holes().find_map(|hole| match &hole.data {
                    Data::Unknown(unknown) if unknown.depends_on.is_empty() => Some(&unknown.why),
                    _ => None,
                });
                match opaque {
                    Some(why) => self.unknown(why),
                    None if text.holes().next().is_some() => self.symbolic += 1,
                    None => self.known += 1,
                }
            }
            Data::List(list) => {
                list.items.iter().for_each(|item| self.count(item));
                self.rest(list.items.is_empty(), list.complete);
            }
            Data::Object(object) => {
                object.fields.iter().for_each(|(_, _, field)| self.count(field));
                self.rest(object.fields.is_empty(), object.complete);
            }
            // What may be one of a few values is as good as those.
            Data::Unknown(unknown) if !unknown.candidates.is_empty() => self.symbolic += 1,
            Data::Unknown(unknown) => self.unknown(&unknown.why),
        }
    }

    /// A collection without elements is a value itself; one that may have more has an unknown part.
    fn rest(&mut self, empty: bool, complete: bool) {
        if !complete {
            self.unknown(&Why::Count);
        } else if empty {
            self.known += 1;
        }
    }

    fn unknown(&mut self, why: &Why) {
        *self.unknown.entry(reason(why).to_owned()).or_default() += 1;
    }

    fn row(&self, directory: &str) -> Vec<String> {
        let unknown: usize = self.unknown.values().sum();
        let all = (self.known + self.symbolic + unknown).max(1);
        let share = |part: usize| format!("{}.{} %", part * 100 / all, part * 1000 / all % 10);
        let reasons: Vec<String> = self.unknown.iter().map(|(why, count)| format!("{why} {count}")).collect();
        let name = Path::new(directory).file_name().map(|n| n.to_string_lossy().into_owned());
        vec![
            name.unwrap_or_else(|| directory.to_owned()),
            self.files.to_string(),
            self.resources.to_string(),
            self.refused.len().to_string(),
            share(self.known),
            share(self.symbolic),
            share(unknown),
            format!("{:.2}", self.seconds),
            self.megabytes.map_or("?".to_owned(), |m| m.to_string()),
            reasons.join(", "),
        ]
    }
}

fn reason(why: &Why) -> &'static str {
    match why {
        Why::Input(_) => "input",
        Why::Computed(_) | Why::Attribute(_) => "computed",
        Why::ModuleNotHere(_) => "module",
        Why::Condition => "condition",
        Why::Count => "count",
        Why::Impure(_) => "impure",
        Why::File(_) => "file",
        Why::Unsupported(_) => "unsupported",
        Why::Cycle => "cycle",
        Why::Invalid => "invalid",
        Why::Limit => "limit",
        Why::LookUp(_) => "look-up",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iaclint_value::OriginId;

    #[test]
    fn leaves_are_counted_by_what_is_known_of_them() {
        let none = OriginId::NONE;
        let unknown = Value::unknown(Why::Condition, none);
        let list = Value::list(vec![Value::text("a"), unknown, Value::int(1, none)], none);
        let mut shares = Shares::default();
        shares.count(&Value::object([("a".into(), list), ("b".into(), Value::list(Vec::new(), none))], none));
        assert_eq!((shares.known, shares.symbolic), (3, 0));
        assert_eq!(shares.unknown, BTreeMap::from([("condition".to_owned(), 1)]));
        assert_eq!(shares.row("x/y")[4..7], ["75.0 %", "0.0 %", "25.0 %"]);
    }
}
