//! SARIF 2.1.0: for code hosts and editors.

mod log;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use iaclint_lint::{Confidence, Finding, Fix, Rule, Severity, Suppressed};
use iaclint_source::{Problem, Span};

use crate::excerpt::line_at;
use crate::json::kind;
use crate::mask::{self, Masks};
use crate::{Format, Report, fails};
use log::{
    ArtifactChange, ArtifactLocation, CodeFlow, Configuration, Content, Descriptor, Driver, Found,
    Invocation, Location, Log, LogicalLocation, Message, Notification, PhysicalLocation, Properties,
    Reference, Region, Replacement, Run, Step, Suppression, ThreadFlow, Tool,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = env!("CARGO_PKG_REPOSITORY");
const ROOT: &str = "%SRCROOT%";
/// Columns of a snippet; it is one line.
const SNIPPET_COLUMNS: usize = 200;

/// The report as a SARIF log of one run.
#[derive(Clone, Copy, Debug)]
pub struct Sarif;

impl Format for Sarif {
    fn render(&self, report: &Report<'_>) -> String {
        let writer = Writer { report, masks: Masks::default() };
        let problems = report.distinct_problems();
        let run = Run {
            tool: Tool {
                driver: Driver {
                    name: "iaclint",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: HOME,
                    rules: report.rules.iter().map(descriptor).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: !problems.iter().any(|p| fails(p.kind)),
                tool_execution_notifications: problems.into_iter().map(|p| writer.notification(p)).collect(),
            }],
            original_uri_base_ids: BTreeMap::from([(ROOT, base(report.root))]),
            results: report.findings.iter().chain(report.suppressed).map(|f| writer.result(f)).collect(),
            column_kind: "utf16CodeUnits",
        };
        let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
        // Texts, numbers and lists always serialize.
        serde_json::to_string_pretty(&log).map(|text| text + "\n").unwrap_or_default()
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
        locations.extend(finding.labels.iter().map(|l| (l.span, mask::message(&l.text))));
        locations.extend(finding.related.iter().map(|r| {
            let text =
                if r.text.is_empty() { String::new() } else { format!(": {}", mask::message(&r.text)) };
            (r.span, format!("{}{text}", mask::name(&r.address)))
        }));
        let related = locations
            .into_iter()
            .enumerate()
            .map(|(index, (span, text))| Location { id: Some(index + 1), ..self.location(span, text) });
        Found {
            rule_id: finding.rule,
            rule_index: self.report.rules.iter().position(|r| r.id == finding.rule),
            level: level(finding.severity),
            message: Message::plain(text_of(finding)),
            locations: [Location {
                logical_locations: logical(finding),
                message: None,
                ..self.location(primary, mask::message(&finding.primary.text))
            }],
            related_locations: related.collect(),
            code_flows: self.flow(finding),
            suppressions: self.suppressions(finding),
            fixes: finding.fix.iter().map(|fix| self.fix(fix)).collect(),
            partial_fingerprints: BTreeMap::from([("iaclint/v1", format!("{:016x}", finding.fingerprint))]),
        }
    }

    /// The way of the value from where it is written to where it is used.
    fn flow(&self, finding: &Finding) -> Vec<CodeFlow> {
        if finding.trail.is_empty() {
            return Vec::new();
        }
        let steps = finding.trail.iter().rev().map(|s| (s.span, s.text.as_str()));
        let used = if finding.primary.text.is_empty() { "used here" } else { &finding.primary.text };
        let locations = steps
            .chain([(finding.primary.span, used)])
            .map(|(span, text)| Step { location: self.location(span, mask::message(text)) })
            .collect();
        vec![CodeFlow { thread_flows: [ThreadFlow { locations }] }]
    }

    fn suppressions(&self, finding: &Finding) -> Vec<Suppression> {
        let suppression = |s: &Suppressed| Suppression {
            kind: if s.span.is_some() { "inSource" } else { "external" },
            status: "accepted",
            justification: (!s.reason.is_empty()).then(|| mask::message(&s.reason)),
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
            description: Message::plain(format!("{} ({})", mask::message(&fix.title), fix.safety.name())),
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
        let (start, end) = (file.line_col(span.start), file.line_col(span.end));
        let line = line_at(&file, span, &self.masks, SNIPPET_COLUMNS);
        Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: artifact(&file.path),
                region: Some(self.region(span)),
                context_region: (start.line == end.line && !line.is_empty()).then(|| Region {
                    start_line: start.line,
                    start_column: None,
                    end_line: start.line,
                    end_column: None,
                    snippet: Some(Message::plain(line)),
                }),
            },
            logical_locations: Vec::new(),
            message: (!text.is_empty()).then(|| Message::plain(text)),
        }
    }

    fn notification(&self, problem: &Problem) -> Notification {
        let mut text = mask::message(&problem.message);
        if let Some(help) = &problem.help {
            let _ = write!(text, "\nhelp: {}", mask::message(help));
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

fn descriptor(rule: &Rule) -> Descriptor {
    let page = rule.page.trim();
    Descriptor {
        id: rule.id,
        short_description: Message::plain(rule.info.summary),
        full_description: Message::plain(
            section(page, "What it flags").unwrap_or_else(|| rule.info.summary.to_owned()),
        ),
        help_uri: format!("{HOME}/blob/main/rules/{}/{}/README.md", rule.group, rule.id.replace('-', "_")),
        help: Message { text: page.to_owned(), markdown: Some(page.to_owned()) },
        default_configuration: Configuration { level: level(rule.info.severity) },
        properties: Properties {
            tags: vec![rule.group],
            precision: rule.info.confidence.name(),
            severity: match rule.info.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "recommendation",
            },
        },
    }
}

/// The text under a heading of a page, as one paragraph.
fn section(page: &str, heading: &str) -> Option<String> {
    let mut lines = page.lines().skip_while(|l| l.strip_prefix("## ").map(str::trim) != Some(heading));
    lines.next()?;
    let words: Vec<_> = lines.take_while(|l| !l.starts_with("## ")).flat_map(str::split_whitespace).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn text_of(finding: &Finding) -> String {
    let mut text = mask::message(&finding.headline);
    if !finding.subject.address.is_empty() {
        let _ = write!(text, "\n{}", mask::name(&finding.subject.address));
    }
    if let Some(part) = &finding.part {
        let _ = write!(text, ", {}", mask::name(part));
    }
    for note in &finding.notes {
        let _ = write!(text, "\nnote: {}", mask::message(note));
    }
    if !finding.help.is_empty() {
        let _ = write!(text, "\nhelp: {}", mask::message(&finding.help));
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

    #[test]
    fn a_section_of_a_page_is_one_paragraph() {
        let page = "# x\n\n## What it flags\n\nA port\nthat  stands twice.\n\n## What breaks\n\nAll.\n";
        assert_eq!(section(page, "What it flags").unwrap(), "A port that stands twice.");
        assert_eq!(section(page, "Bad"), None);
    }
}
