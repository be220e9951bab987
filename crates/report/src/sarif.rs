//! SARIF 2.1.0: for code hosts and editors.

mod limits;
mod log;
mod rules;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use iaclint_lint::{Confidence, Finding, Fix, Severity, Suppressed};
use iaclint_source::{Problem, SourceFile, Span};
use iaclint_value::MASK;

use crate::excerpt::line_at;
use crate::json::{self, kind};
use crate::mask::{self, Masks};
use crate::{Format, HOME, Report, counted, environments, fails};
use limits::{LOCATIONS, RESULTS, STEPS, admitted, outer};
use log::{
    ArtifactChange, ArtifactLocation, CodeFlow, Content, Driver, Found, Invocation, Location, Log,
    LogicalLocation, Message, Notification, PhysicalLocation, Reference, Region, Replacement, Run, Step,
    Suppression, ThreadFlow, Tool, Where,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";
/// Columns of the line around a place.
const SNIPPET_COLUMNS: usize = 200;
/// A longer place goes without its words: what is cut is not what stands there.
const SNIPPET_BYTES: usize = 4096;

/// The report as a SARIF log of one run.
#[derive(Clone, Copy, Debug)]
pub struct Sarif;

impl Sarif {
    /// What there is to say beside the log when it does not hold all results.
    pub fn remark(findings: &[Finding], suppressed: &[Finding]) -> Option<String> {
        admitted(findings, suppressed).1.map(left_out_words)
    }
}

impl Format for Sarif {
    fn render(&self, report: &Report<'_>) -> String {
        let writer = Writer { report, masks: Masks::default() };
        let problems = report.distinct_problems();
        let successful = !problems.iter().any(|p| fails(p.kind));
        let (results, left_out) = admitted(report.findings, report.suppressed);
        let notes = problems.into_iter().map(|p| writer.notification(p)).chain(left_out.map(left_out_note));
        let run = Run {
            tool: Tool {
                driver: Driver {
                    name: "iaclint",
                    full_name: concat!("iaclint ", env!("CARGO_PKG_VERSION")),
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: HOME,
                    rules: report.rules.iter().map(rules::descriptor).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: successful,
                tool_execution_notifications: notes.collect(),
            }],
            original_uri_base_ids: BTreeMap::from([(ROOT, base(report.root))]),
            results: results.into_iter().map(|f| writer.result(f)).collect(),
            column_kind: "utf16CodeUnits",
            redaction_tokens: [MASK],
        };
        let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
        json::text(&log)
    }
}

struct Writer<'a> {
    report: &'a Report<'a>,
    masks: Masks,
}

impl Writer<'_> {
    fn result(&self, finding: &Finding) -> Found {
        let subject = &finding.subject;
        let mut locations = Vec::new();
        let primary = match subject.source {
            Some(source) => {
                locations.push((finding.primary.span, "the place in the template".to_owned()));
                source
            }
            None => finding.primary.span,
        };
        locations.extend(finding.labels.iter().map(|l| (l.span, words(&l.text))));
        locations.extend(finding.related.iter().map(|r| {
            let text = if r.text.is_empty() { String::new() } else { format!(": {}", words(&r.text)) };
            (r.span, format!("{}{text}", mask::name(&r.address)))
        }));
        // The primary one is a location too.
        let related = locations
            .into_iter()
            .take(LOCATIONS - 1)
            .enumerate()
            .map(|(index, (span, text))| Location { id: Some(index + 1), ..self.location(span, text) });
        Found {
            rule_id: finding.rule,
            rule_index: self.report.rules.iter().position(|r| r.id == finding.rule),
            level: level(finding.severity),
            message: Message::plain(text_of(finding)),
            locations: [self.primary(primary, finding)],
            related_locations: related.collect(),
            code_flows: self.flow(finding),
            suppressions: self.suppressions(finding),
            fixes: finding.fix.iter().map(|fix| self.fix(fix)).collect(),
            properties: (!finding.environments.is_empty()).then(|| Where {
                environments: finding.environments.iter().map(|name| mask::name(name)).collect(),
            }),
            partial_fingerprints: BTreeMap::from([("iaclint/v1", format!("{:016x}", finding.fingerprint))]),
        }
    }

    /// Where a result is shown, with the words that are there.
    fn primary(&self, span: Span, finding: &Finding) -> Location {
        let mut location = self.location(span, String::new());
        location.logical_locations = logical(finding);
        let file = self.report.sources.file(span.file);
        let written = self.written(&file, span.range());
        let fits = !written.is_empty() && written.len() <= SNIPPET_BYTES;
        if let Some(region) = location.physical_location.region.as_mut().filter(|_| fits) {
            region.snippet = Some(Message::plain(written));
        }
        location
    }

    /// The way of the value from where it is written to where it is used.
    fn flow(&self, finding: &Finding) -> Vec<CodeFlow> {
        if finding.trail.is_empty() {
            return Vec::new();
        }
        let steps = finding.trail.iter().rev().map(|s| (s.span, s.text.as_str()));
        let used = if finding.primary.text.is_empty() { "used here" } else { &finding.primary.text };
        let locations = outer(steps.chain([(finding.primary.span, used)]).collect(), STEPS)
            .into_iter()
            .map(|(span, text)| Step { location: self.location(span, words(text)) })
            .collect();
        vec![CodeFlow { thread_flows: [ThreadFlow { locations }] }]
    }

    fn suppressions(&self, finding: &Finding) -> Vec<Suppression> {
        let suppression = |s: &Suppressed| Suppression {
            kind: if s.span.is_some() { "inSource" } else { "external" },
            status: "accepted",
            justification: (!s.reason.is_empty()).then(|| words(&s.reason)),
            location: s.span.map(|span| self.location(span, String::new())),
        };
        finding.suppressed.iter().map(suppression).collect()
    }

    fn fix(&self, fix: &Fix) -> log::Fix {
        let mut changes: BTreeMap<String, Vec<Replacement>> = BTreeMap::new();
        for edit in &fix.edits {
            let path = self.report.sources.file(edit.span.file).path.clone();
            changes.entry(path).or_default().push(Replacement {
                deleted_region: self.region(edit.span),
                inserted_content: Content { text: edit.text.clone() },
            });
        }
        let change = |(path, replacements): (String, Vec<Replacement>)| ArtifactChange {
            artifact_location: artifact(&path),
            replacements,
        };
        log::Fix {
            description: Message::plain(format!("{} ({})", words(&fix.title), fix.safety.name())),
            artifact_changes: changes.into_iter().map(change).collect(),
        }
    }

    fn region(&self, span: Span) -> Region {
        let file = self.report.sources.file(span.file);
        let (start, end) = (file.line_col(span.start), file.line_col(span.end));
        Region {
            start_line: start.line,
            start_column: Some(start.column_utf16),
            end_line: end.line,
            end_column: Some(end.column_utf16),
            snippet: None,
        }
    }

    fn location(&self, span: Span, text: String) -> Location {
        let file = self.report.sources.file(span.file);
        Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: artifact(&file.path),
                region: Some(self.region(span)),
                context_region: self.lines_around(&file, span),
            },
            logical_locations: Vec::new(),
            message: (!text.is_empty()).then(|| Message::plain(text)),
        }
    }

    /// What stands in a part of a file, line by line.
    fn written(&self, file: &SourceFile, range: Range<usize>) -> String {
        let mut start = range.start;
        let mut lines = Vec::new();
        for line in file.text.get(range).unwrap_or_default().split('\n') {
            let end = start + line.trim_end_matches('\r').len();
            lines.push(self.masks.part(file, start..end).text);
            start += line.len() + 1;
        }
        lines.join("\n")
    }

    /// The lines of a place.
    fn lines_around(&self, file: &SourceFile, span: Span) -> Option<Region> {
        let (first, last) = (file.lines().line(span.start), file.lines().line(span.end));
        let text = if first == last {
            line_at(file, span, &self.masks, SNIPPET_COLUMNS)
        } else {
            let of = |line| file.lines().line_range(&file.text, line);
            self.written(file, of(first)?.start..of(last)?.end).trim_end_matches('\n').to_owned()
        };
        (!text.is_empty() && text.len() <= SNIPPET_BYTES).then(|| Region {
            start_line: first,
            start_column: None,
            end_line: last,
            end_column: None,
            snippet: Some(Message::plain(text)),
        })
    }

    fn notification(&self, problem: &Problem) -> Notification {
        let mut text = words(&problem.message);
        if let Some(help) = &problem.help {
            let _ = write!(text, "\nhelp: {}", words(help));
        }
        let location = match (problem.span, &problem.path) {
            (Some(span), _) => Some(self.location(span, String::new())),
            (None, Some(path)) => Some(Location {
                id: None,
                physical_location: PhysicalLocation {
                    artifact_location: artifact(path),
                    region: None,
                    context_region: None,
                },
                logical_locations: Vec::new(),
                message: None,
            }),
            (None, None) => None,
        };
        Notification {
            descriptor: Reference { id: kind(problem.kind) },
            level: if fails(problem.kind) { "error" } else { "note" },
            message: Message::plain(text),
            locations: location.into_iter().collect(),
        }
    }
}

/// What is said where not every result fits.
fn left_out_note(count: usize) -> Notification {
    Notification {
        descriptor: Reference { id: "left-out" },
        level: "warning",
        message: Message::plain(left_out_words(count)),
        locations: Vec::new(),
    }
}

/// The same, in words.
fn left_out_words(count: usize) -> String {
    let results = counted(count, "result", "results");
    format!(
        "{results} of the lowest severity left out of the SARIF log: code hosts refuse more than {RESULTS}"
    )
}

/// A message as it may be shown; nothing in it is a link to a viewer, which reads `[text](target)` as one.
fn words(text: &str) -> String {
    mask::message(text).replace("](", "] (")
}

fn text_of(finding: &Finding) -> String {
    let mut text = words(&finding.headline);
    if !finding.subject.address.is_empty() {
        let _ = write!(text, "\n{}", mask::name(&finding.subject.address));
    }
    if let Some(part) = &finding.part {
        let _ = write!(text, ", {}", mask::name(part));
    }
    if let Some(environments) = environments(finding) {
        let _ = write!(text, " ({environments})");
    }
    for note in &finding.notes {
        let _ = write!(text, "\nnote: {}", words(note));
    }
    if !finding.help.is_empty() {
        let _ = write!(text, "\nhelp: {}", words(&finding.help));
    }
    if finding.confidence == Confidence::Low {
        text.push_str("\nconfidence: low");
    }
    text
}

/// The resources that have the fault.
fn logical(finding: &Finding) -> Vec<LogicalLocation> {
    std::iter::once(&finding.subject.address)
        .chain(&finding.instances)
        .filter(|address| !address.is_empty())
        .take(LOCATIONS)
        .map(|address| LogicalLocation { fully_qualified_name: mask::name(address), kind: "resource" })
        .collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation { uri: Some(encoded(path)), uri_base_id: Some(ROOT), description: None }
}

fn base(root: Option<&Path>) -> ArtifactLocation {
    let uri = root.map(|root| {
        let path = encoded(&root.to_string_lossy().replace('\\', "/")).replace("%3A", ":");
        let slash = if path.starts_with('/') { "" } else { "/" };
        format!("file://{slash}{}/", path.trim_end_matches('/'))
    });
    let description = uri.is_none().then(|| Message::plain("the root of the project"));
    ArtifactLocation { uri, uri_base_id: None, description }
}

/// A path as a relative URI reference.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/@!$&'()*+,;=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(encoded("modules/a b/é:#?.tf"), "modules/a%20b/%C3%A9%3A%23%3F.tf");
        assert_eq!(base(Some(Path::new("/srv/my app"))).uri.unwrap(), "file:///srv/my%20app/");
        assert_eq!(base(Some(Path::new("/"))).uri.unwrap(), "file:///");
    }
}
