//! `docs/incidents.md`: every failure mode of every incident, where the program finds it; made from what it really finds.

#[path = "support/run.rs"]
mod run;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_lint::Finding;
use iaclint_source::{Disk, Sources, Span};
use serde::Deserialize;

use run::{Outcome, run};

/// `incident.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Incident {
    /// Its title.
    title: String,
    /// What broke.
    what: String,
    /// The rules that find it.
    modes: Vec<String>,
}

const LANGUAGES: [(&str, &str); 2] = [("terraform", "Terraform"), ("cdk", "CDK")];

const INTRODUCTION: &str = "# The five incidents

Whole projects in `fixtures/incidents`, broken and corrected, in Terraform and as CDK apps. Each failure mode is found in the broken project
where it stands, and not in the corrected one. This table is made by `crates/iaclint/tests/incident_table.rs` from what `iaclint check --level
advice` finds; `IACLINT_BLESS=1 cargo test -p iaclint --test incident_table` writes it anew.
";

fn incidents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/incidents")
}

fn checked(project: &Path) -> Outcome {
    let outcome =
        run(Arc::new(Disk), &run::project(project), iaclint_rules::RULES).expect("the project can be read");
    assert!(outcome.faults_of_input.is_empty(), "{}: {:?}", project.display(), outcome.faults_of_input);
    assert!(outcome.resources > 0, "{} has no resources", project.display());
    outcome
}

/// `file:line`.
fn place(span: Span, sources: &Sources) -> String {
    let file = sources.file(span.file);
    format!("{}:{}", file.path, file.lines().line(span.start))
}

/// The line that a finding shows, that of the user's own program first. The name of an asset's directory is a hash and is cut.
fn shown(finding: &Finding, sources: &Sources) -> String {
    let primary = place(finding.primary.span, sources);
    let parts = primary.split('/').map(|part| if part.starts_with("asset.") { "asset.…" } else { part });
    let primary = parts.collect::<Vec<_>>().join("/");
    match finding.subject.source {
        Some(source) => format!("`{}` (`{primary}`)", place(source, sources)),
        None => format!("`{primary}`"),
    }
}

/// The rows of one mode in one language.
fn rows(mode: &str, language: &str, outcome: &Outcome) -> Vec<String> {
    let findings = outcome.findings.iter().filter(|f| f.rule == mode);
    findings
        .map(|f| {
            let page = format!("../rules/{}/{}/README.md", group(mode), mode.replace('-', "_"));
            format!(
                "| [{mode}]({page}) | {language} | {} | {} |\n",
                shown(f, &outcome.sources),
                f.severity.name()
            )
        })
        .collect()
}

fn group(mode: &str) -> &'static str {
    iaclint_rules::RULES.iter().find(|rule| rule.id == mode).map_or("", |rule| rule.group)
}

#[test]
fn every_mode_is_found_where_the_table_says() {
    let mut directories: Vec<PathBuf> =
        std::fs::read_dir(incidents()).unwrap().map(|entry| entry.unwrap().path()).collect();
    directories.sort();
    let mut table = INTRODUCTION.to_owned();
    let mut wrong = Vec::new();
    for directory in directories {
        let text = std::fs::read_to_string(directory.join("incident.toml")).unwrap();
        let incident: Incident = toml::from_str(&text).unwrap();
        let _ = write!(table, "\n## {}\n\n{}\n\n", incident.title, incident.what.trim());
        table.push_str("| mode | language | file and line | level |\n|---|---|---|---|\n");
        let outcomes = LANGUAGES.map(|(folder, name)| {
            (
                name,
                checked(&directory.join(folder).join("bad")),
                checked(&directory.join(folder).join("good")),
            )
        });
        for mode in &incident.modes {
            for (language, bad, good) in &outcomes {
                let rows = rows(mode, language, bad);
                if rows.is_empty() {
                    wrong.push(format!("{}, {language}: {mode} is not found in bad", incident.title));
                }
                if good.findings.iter().any(|f| f.rule == mode) {
                    wrong.push(format!("{}, {language}: {mode} is found in good", incident.title));
                }
                table.extend(rows);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/incidents.md");
    if std::env::var_os("IACLINT_BLESS").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == table,
        "docs/incidents.md is stale: IACLINT_BLESS=1 cargo test -p iaclint --test incident_table"
    );
}
