//! Whole realistic projects: what each incident is made of is found where it stands, nothing else is, and the corrected twin is clean.

#[path = "support/run.rs"]
mod run;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_lint::{Finding, Severity};
use iaclint_source::{Disk, Sources, Span};
use serde::Deserialize;

use run::{Outcome, run};

/// `expected.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    fault: Vec<Fault>,
}

/// One fault of a `bad` project.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    /// The rule's id.
    mode: String,
    /// The resource.
    address: String,
    /// The file, relative to the project.
    file: String,
    /// The line that is wrong.
    line: u32,
    /// Other lines of the same file that will do.
    #[serde(default)]
    also: Vec<u32>,
    /// The file of the CDK app behind it.
    source_file: Option<String>,
    /// The line there.
    source_line: Option<u32>,
    /// What is wrong and what happens, for people.
    note: String,
    /// No rule finds it yet.
    #[serde(default)]
    pending: bool,
}

impl Fault {
    /// Whether a finding is of this rule and resource.
    fn names(&self, finding: &Finding) -> bool {
        finding.rule == self.mode
            && (finding.subject.address == self.address || finding.instances.contains(&self.address))
    }

    /// Whether it points at the line.
    fn places(&self, finding: &Finding, sources: &Sources) -> bool {
        let spans = [finding.primary.span, finding.subject.span];
        let mut spans = spans.into_iter().chain(finding.labels.iter().map(|l| l.span));
        spans.any(|span| {
            let (file, line) = place(span, sources);
            file == self.file && (line == self.line || self.also.contains(&line))
        })
    }

    /// Whether it shows the line of the app, if one is expected.
    fn shows_source(&self, finding: &Finding, sources: &Sources) -> bool {
        let (Some(file), Some(line)) = (&self.source_file, self.source_line) else { return true };
        finding.subject.source.is_some_and(|span| place(span, sources) == (file.clone(), line))
    }
}

fn place(span: Span, sources: &Sources) -> (String, u32) {
    let file = sources.file(span.file);
    (file.path.clone(), file.lines().line(span.start))
}

/// A finding in one line.
fn line(finding: &Finding, sources: &Sources) -> String {
    let source = finding.subject.source.map(|s| format!(" ({})", sources.display(s))).unwrap_or_default();
    format!(
        "{} [{}] {}{source}: {}: {}",
        sources.display(finding.primary.span),
        finding.severity.name(),
        finding.rule,
        finding.subject.address,
        finding.headline
    )
}

/// Findings in a line each, below what is said of them.
fn lines<'f>(findings: impl Iterator<Item = &'f Finding>, sources: &Sources) -> String {
    findings.fold(String::new(), |out, f| out + "\n        seen: " + &line(f, sources))
}

/// What differs between the findings of a `bad` project and what is expected.
fn mismatches(expected: &[Fault], findings: &[Finding], sources: &Sources) -> Vec<String> {
    let mut out = Vec::new();
    for fault in expected {
        let Fault { mode, address, file, line: at, note, .. } = fault;
        let named: Vec<&Finding> = findings.iter().filter(|f| fault.names(f)).collect();
        let placed: Vec<&&Finding> = named.iter().filter(|f| fault.places(f, sources)).collect();
        let seen = || lines(named.iter().copied(), sources);
        if fault.pending {
            if !named.is_empty() {
                out.push(format!("no longer pending: remove the flag of {mode} at {address}{}", seen()));
            }
        } else if named.is_empty() {
            let others = findings.iter().filter(|f| f.rule == mode);
            let others = lines(others, sources);
            out.push(format!("not found: {mode} at {address}, {file}:{at}\n        {note}{others}"));
        } else if placed.is_empty() {
            out.push(format!("found elsewhere: {mode} at {address} is expected at {file}:{at}{}", seen()));
        } else if !placed.iter().any(|f| fault.shows_source(f, sources)) {
            let (file, line) =
                (fault.source_file.as_deref().unwrap_or_default(), fault.source_line.unwrap_or_default());
            out.push(format!(
                "another source line: {mode} at {address} is expected to show {file}:{line}{}",
                seen()
            ));
        }
    }
    for finding in findings.iter().filter(|f| f.severity > Severity::Advice) {
        if !expected.iter().any(|fault| fault.names(finding)) {
            out.push(format!("not expected: {}", line(finding, sources)));
        }
    }
    out
}

/// The directories `fixtures/incidents/*/{terraform,cdk}`.
fn fixtures() -> Vec<PathBuf> {
    let incidents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/incidents");
    let mut out = Vec::new();
    for incident in std::fs::read_dir(incidents).into_iter().flatten().flatten() {
        for language in ["terraform", "cdk"] {
            let directory = incident.path().join(language);
            if directory.is_dir() {
                out.push(directory);
            }
        }
    }
    out.sort();
    out
}

fn checked(project: &Path) -> Result<Outcome, String> {
    let outcome = run(Arc::new(Disk), &run::project(project), iaclint_rules::RULES)?;
    if !outcome.faults_of_input.is_empty() {
        return Err(outcome.faults_of_input.join("\n    "));
    }
    if outcome.resources == 0 {
        return Err("has no resources".to_owned());
    }
    Ok(outcome)
}

/// Runs `judge` over every fixture and reports all that differs at once.
fn over_fixtures(judge: impl Fn(&Path) -> Vec<String>) {
    let fixtures = fixtures();
    assert!(!fixtures.is_empty(), "there are no fixtures");
    let mut report = Vec::new();
    for fixture in fixtures {
        let name: PathBuf =
            fixture.components().rev().take(2).collect::<Vec<_>>().into_iter().rev().collect();
        for words in judge(&fixture) {
            report.push(format!("{}: {words}", name.display()));
        }
    }
    assert!(report.is_empty(), "\n\n{}\n", report.join("\n"));
}

fn expected(fixture: &Path) -> Result<Expected, String> {
    let text =
        std::fs::read_to_string(fixture.join("expected.toml")).map_err(|e| format!("expected.toml: {e}"))?;
    toml::from_str(&text).map_err(|e| format!("expected.toml: {e}"))
}

#[test]
fn every_fault_of_an_incident_is_found_and_nothing_else() {
    over_fixtures(|fixture| {
        let result = expected(fixture).and_then(|expected| Ok((expected, checked(&fixture.join("bad"))?)));
        match result {
            Ok((expected, outcome)) => mismatches(&expected.fault, &outcome.findings, &outcome.sources),
            Err(words) => vec![format!("bad: {words}")],
        }
    });
}

#[test]
fn the_corrected_twin_is_clean() {
    over_fixtures(|fixture| match checked(&fixture.join("good")) {
        Ok(outcome) => {
            let loud = outcome.findings.iter().filter(|f| f.severity > Severity::Advice);
            loud.map(|f| format!("good: {}", line(f, &outcome.sources))).collect()
        }
        Err(words) => vec![format!("good: {words}")],
    });
}

#[test]
fn expected_lines_exist_and_modes_that_are_not_pending_have_a_rule() {
    over_fixtures(|fixture| {
        let expected = match expected(fixture) {
            Ok(expected) => expected,
            Err(words) => return vec![words],
        };
        let mut out = Vec::new();
        for fault in expected.fault {
            if !fault.pending && !iaclint_rules::RULES.iter().any(|rule| rule.id == fault.mode) {
                out.push(format!("there is no rule {}", fault.mode));
            }
            let lines = |file: &str| {
                std::fs::read_to_string(fixture.join("bad").join(file)).map_or(0, |text| text.lines().count())
            };
            for (file, line) in
                [(Some(&fault.file), Some(fault.line)), (fault.source_file.as_ref(), fault.source_line)]
            {
                if let (Some(file), Some(line)) = (file, line)
                    && !(1..=lines(file)).contains(&(line as usize))
                {
                    out.push(format!("{}: there is no line {line} in {file}", fault.mode));
                }
            }
        }
        out
    });
}

// The comparison itself.

#[test]
fn the_comparison_tells_all_ways_to_be_wrong() {
    let sources = Sources::new();
    let file = sources.add("main.tf", "one\ntwo\nthree\n".to_owned());
    let span = Span::new(file.id, 4..7);
    let fault = Fault {
        mode: "rule".into(),
        address: "a.b".into(),
        file: "main.tf".into(),
        line: 2,
        also: Vec::new(),
        source_file: None,
        source_line: None,
        note: String::new(),
        pending: false,
    };
    let finding = Finding {
        rule: "rule",
        severity: Severity::Error,
        confidence: iaclint_lint::Confidence::High,
        subject: iaclint_lint::Subject {
            address: "a.b".into(),
            type_name: "a".into(),
            span,
            source: None,
            construct: None,
            stack: ".".into(),
        },
        part: None,
        headline: "it is wrong".into(),
        primary: iaclint_lint::Label { span, text: String::new() },
        labels: Vec::new(),
        related: Vec::new(),
        trail: Vec::new(),
        notes: Vec::new(),
        help: String::new(),
        fix: None,
        instances: Vec::new(),
        environments: Vec::new(),
        identity: String::new(),
        suppressed: None,
        fingerprint: 0,
    };
    let compare = |fault: Fault, findings: &[Finding]| -> Vec<String> {
        let words = mismatches(&[fault], findings, &sources);
        words.iter().map(|w| w.split(':').next().unwrap_or_default().to_owned()).collect()
    };
    let found = std::slice::from_ref(&finding);
    assert!(compare(fault.clone(), found).is_empty());
    assert_eq!(compare(fault.clone(), &[]), ["not found"]);
    assert_eq!(compare(Fault { line: 3, ..fault.clone() }, found), ["found elsewhere"]);
    assert!(compare(Fault { line: 3, also: vec![2], ..fault.clone() }, found).is_empty());
    assert_eq!(
        compare(Fault { address: "a.c".into(), ..fault.clone() }, found),
        ["not found", "not expected"]
    );
    assert_eq!(compare(Fault { pending: true, ..fault.clone() }, found), ["no longer pending"]);
    let source = Fault { source_file: Some("app.ts".into()), source_line: Some(1), ..fault };
    assert_eq!(compare(source, found), ["another source line"]);
}
