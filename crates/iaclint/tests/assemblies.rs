//! Assemblies in every form that the CDK writes them: each finding shows the line of the app that it is about.

#[path = "support/run.rs"]
mod run;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_lint::Finding;
use iaclint_source::{Disk, Sources, Span};
use serde::Deserialize;

use run::run;

/// `expected.toml`: every finding of an app.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    finding: Vec<Row>,
}

/// A finding with the line of the app that it shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    rule: String,
    address: String,
    /// `file:line`, from the project's directory.
    source: String,
    /// What stands there.
    text: String,
}

/// The line that a span starts in, read from the file anew.
fn line(directory: &Path, span: Span, sources: &Sources) -> (String, String) {
    let file = sources.file(span.file);
    let number = file.lines().line(span.start);
    let text = std::fs::read_to_string(directory.join(&file.path)).unwrap_or_default();
    let line = text.lines().nth(number as usize - 1).unwrap_or_default().trim().to_owned();
    (format!("{}:{number}", file.path), line)
}

fn row(directory: &Path, finding: &Finding, sources: &Sources) -> Row {
    let (source, text) =
        finding.subject.source.map_or_else(Default::default, |span| line(directory, span, sources));
    Row { rule: finding.rule.to_owned(), address: finding.subject.address.clone(), source, text }
}

fn found(directory: &Path) -> Result<BTreeSet<Row>, String> {
    let outcome = run(Arc::new(Disk), &run::project(directory), iaclint_rules::RULES)?;
    if !outcome.faults_of_input.is_empty() || outcome.resources == 0 {
        return Err(format!("not read as a whole: {:?}", outcome.faults_of_input));
    }
    Ok(outcome.findings.iter().map(|finding| row(directory, finding, &outcome.sources)).collect())
}

fn below(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(directory);
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut out: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    out.sort();
    out
}

#[test]
fn every_form_of_an_assembly_gives_the_findings_at_the_lines_of_the_app() {
    let apps = below("assemblies");
    assert!(apps.len() >= 4, "{apps:?}");
    for app in apps {
        let text = std::fs::read_to_string(app.join("expected.toml")).unwrap();
        let expected: Expected = toml::from_str(&text).unwrap();
        let expected: BTreeSet<Row> = expected.finding.into_iter().collect();
        let found = found(&app).unwrap();
        let missing: Vec<_> = expected.difference(&found).collect();
        let others: Vec<_> = found.difference(&expected).collect();
        assert!(
            missing.is_empty() && others.is_empty(),
            "{}\nmissing: {missing:#?}\nothers: {others:#?}",
            app.display()
        );
    }
}

#[test]
fn every_finding_in_the_assembly_of_an_incident_names_a_line_of_the_app() {
    let incidents: Vec<PathBuf> = below("incidents").into_iter().map(|i| i.join("cdk/bad")).collect();
    assert!(incidents.len() >= 5 && incidents.iter().all(|app| app.is_dir()));
    for app in incidents {
        let found = found(&app).unwrap();
        assert!(!found.is_empty(), "{}", app.display());
        for row in found {
            let is_program = !row.source.is_empty() && !row.source.starts_with("cdk.out/");
            assert!(is_program && row.text.len() > 2, "{}: {row:?}", app.display());
        }
    }
}
