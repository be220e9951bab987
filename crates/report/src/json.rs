//! For other programs: a format of our own, with a version.

use std::fmt::Write;

use iaclint_lint::{Finding, Fix, Severity};
use iaclint_source::{Edit, Problem, ProblemKind, Span};
use serde::Serialize;

use crate::mask::{self, message, name};
use crate::{Format, Report, fails};

/// The version of the format: it changes when a field changes its meaning or goes, not when one is added.
const VERSION: u32 = 1;

/// The report as one JSON object.
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl Format for Json {
    fn render(&self, report: &Report<'_>) -> String {
        let problems = report.distinct_problems();
        let document = Document {
            version: VERSION,
            findings: report.findings.iter().map(|f| finding(report, f)).collect(),
            suppressed: report.suppressed.iter().map(|f| finding(report, f)).collect(),
            summary: Counts {
                errors: report.count(Severity::Error),
                warnings: report.count(Severity::Warning),
                advice: report.count(Severity::Advice),
                hidden_warnings: report.summary.hidden_warnings,
                hidden_advice: report.summary.hidden_advice,
                resources: report.summary.resources,
                roots: report.summary.roots,
                unknown_values: report.unknowns.len(),
                failed: problems.iter().any(|p| fails(p.kind)),
            },
            problems: problems.into_iter().map(|p| problem(report, p)).collect(),
            unknowns: report
                .unknowns
                .iter()
                .map(|u| Unknown {
                    address: name(&u.address),
                    attribute: name(&u.attribute),
                    why: message(&u.why),
                    place: u.span.map(|s| place(report, s)),
                })
                .collect(),
        };
        text(&document)
    }
}

#[derive(Serialize)]
struct Document {
    version: u32,
    findings: Vec<Found>,
    suppressed: Vec<Found>,
    problems: Vec<Trouble>,
    unknowns: Vec<Unknown>,
    summary: Counts,
}

#[derive(Serialize)]
struct Found {
    rule: &'static str,
    severity: &'static str,
    confidence: &'static str,
    headline: String,
    address: String,
    #[serde(rename = "type")]
    type_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    instances: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    environments: Vec<String>,
    #[serde(flatten)]
    place: Place,
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    construct: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Place>,
    labels: Vec<Labelled>,
    related: Vec<Related>,
    trail: Vec<Labelled>,
    notes: Vec<String>,
    help: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Fixed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<Suppression>,
    fingerprint: String,
}

#[derive(Serialize)]
struct Fixed {
    title: String,
    safety: &'static str,
    edits: Vec<Edited>,
}

/// The text of the place gives way to this one. `offset` and `end_offset` count bytes behind a byte-order mark.
#[derive(Serialize)]
struct Edited {
    #[serde(flatten)]
    place: Place,
    offset: u32,
    end_offset: u32,
    text: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
}

/// Lines and columns count from 1, columns in Unicode scalar values; the end is the place behind the last character.
#[derive(Serialize)]
struct Place {
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Labelled {
    #[serde(flatten)]
    place: Place,
    text: String,
}

#[derive(Serialize)]
struct Related {
    address: String,
    #[serde(flatten)]
    place: Place,
    text: String,
}

#[derive(Serialize)]
struct Trouble {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

#[derive(Serialize)]
struct Unknown {
    address: String,
    attribute: String,
    why: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
}

#[derive(Serialize)]
struct Counts {
    errors: usize,
    warnings: usize,
    advice: usize,
    hidden_warnings: usize,
    hidden_advice: usize,
    resources: usize,
    roots: usize,
    unknown_values: usize,
    failed: bool,
}

fn place(report: &Report<'_>, span: Span) -> Place {
    let file = report.sources.file(span.file);
    let (start, end) = (file.line_col(span.start), file.line_col(span.end));
    Place {
        path: name(&file.path),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn labelled(report: &Report<'_>, span: Span, text: &str) -> Labelled {
    Labelled { place: place(report, span), text: message(text) }
}

fn finding(report: &Report<'_>, finding: &Finding) -> Found {
    Found {
        rule: finding.rule,
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        headline: message(&finding.headline),
        address: name(&finding.subject.address),
        type_name: name(&finding.subject.type_name),
        part: finding.part.as_deref().map(name),
        instances: finding.instances.iter().map(|i| name(i)).collect(),
        environments: finding.environments.iter().map(|e| name(e)).collect(),
        place: place(report, finding.primary.span),
        label: message(&finding.primary.text),
        construct: finding.subject.construct.as_deref().map(name),
        source: finding.subject.source.map(|s| place(report, s)),
        labels: finding.labels.iter().map(|l| labelled(report, l.span, &l.text)).collect(),
        related: finding
            .related
            .iter()
            .map(|r| Related {
                address: name(&r.address),
                place: place(report, r.span),
                text: message(&r.text),
            })
            .collect(),
        trail: finding.trail.iter().map(|s| labelled(report, s.span, &s.text)).collect(),
        notes: finding.notes.iter().map(|n| message(n)).collect(),
        help: message(&finding.help),
        fix: finding.fix.as_ref().map(|fix| fixed(report, fix)),
        suppression: finding.suppressed.as_ref().map(|s| Suppression {
            kind: if s.span.is_some() { "directive" } else { "baseline" },
            reason: message(&s.reason),
            place: s.span.map(|s| place(report, s)),
        }),
        fingerprint: format!("{:016x}", finding.fingerprint),
    }
}

fn fixed(report: &Report<'_>, fix: &Fix) -> Fixed {
    let edit = |edit: &Edit| Edited {
        place: place(report, edit.span),
        offset: edit.span.start,
        end_offset: edit.span.end,
        text: edit.text.clone(),
    };
    Fixed {
        title: message(&fix.title),
        safety: fix.safety.name(),
        edits: fix.edits.iter().map(edit).collect(),
    }
}

fn problem(report: &Report<'_>, problem: &Problem) -> Trouble {
    let path = match (problem.span, &problem.path) {
        (Some(_), _) => None,
        (None, path) => path.as_deref().map(name),
    };
    Trouble {
        kind: kind(problem.kind),
        message: message(&problem.message),
        path,
        place: problem.span.map(|s| place(report, s)),
        help: problem.help.as_deref().map(message),
    }
}

/// A document as text. What steers a terminal is escaped where JSON would let it stand.
pub(crate) fn text(document: &impl Serialize) -> String {
    // Texts, numbers and lists always serialize.
    let text = serde_json::to_string_pretty(document).map(|text| text + "\n").unwrap_or_default();
    let steers = |c: char| c != '\n' && mask::steers(c);
    if !text.contains(steers) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            // Nothing but words holds such a character, so the escape stands within quotes.
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// The name of a kind of problem in machine formats.
pub(crate) fn kind(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Unreadable => "unreadable",
        ProblemKind::Invalid => "invalid",
        ProblemKind::NotEvaluated => "not-evaluated",
        ProblemKind::Limit => "limit",
    }
}
