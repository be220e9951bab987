//! Healthy applications of many kinds of resources: nothing is found in them that deserves a warning.

#[path = "support/run.rs"]
mod run;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_lint::Severity;
use iaclint_source::Disk;

/// The directories `fixtures/healthy/*/*`.
fn applications() -> Vec<PathBuf> {
    let healthy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/healthy");
    let below = |directory: PathBuf| std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut out: Vec<PathBuf> =
        below(healthy).flat_map(|application| below(application.path())).map(|form| form.path()).collect();
    out.retain(|path| path.is_dir());
    out.sort();
    out
}

fn faults(application: &Path) -> Vec<String> {
    let outcome = match run::run(Arc::new(Disk), &run::project(application), iaclint_rules::RULES) {
        Ok(outcome) => outcome,
        Err(words) => return vec![words],
    };
    let loud = outcome.findings.iter().filter(|f| f.severity > Severity::Advice);
    let mut out: Vec<String> = loud
        .map(|f| format!("{}: {}: {}", outcome.sources.display(f.primary.span), f.rule, f.headline))
        .collect();
    out.extend(outcome.faults_of_input);
    if outcome.resources == 0 {
        out.push("has no resources".to_owned());
    }
    out
}

#[test]
fn nothing_is_found_in_a_healthy_application() {
    let applications = applications();
    assert!(!applications.is_empty(), "there are no applications");
    let mut report = Vec::new();
    for application in applications {
        report.extend(
            faults(&application).into_iter().map(|words| format!("{}: {words}", application.display())),
        );
    }
    assert!(report.is_empty(), "\n\n{}\n", report.join("\n"));
}
