//! GitLab's code quality report.

use std::collections::BTreeMap;

use iaclint_lint::Severity;
use serde::Serialize;

use crate::concise::one_line;
use crate::json;
use crate::mask::{message, name};
use crate::{Format, Report, fails, place, subject};

/// The report as a JSON list of issues.
#[derive(Clone, Copy, Debug)]
pub struct GitLab;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl Format for GitLab {
    fn render(&self, report: &Report<'_>) -> String {
        // GitLab drops issues of one fingerprint but the first.
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut unique = |fingerprint: String| {
            let count = seen.entry(fingerprint.clone()).or_default();
            *count += 1;
            if *count == 1 { fingerprint } else { format!("{fingerprint}-{count}") }
        };
        let mut issues = Vec::new();
        for finding in report.findings {
            let span = place(finding);
            let file = report.sources.file(span.file);
            let mut description = one_line(&message(&finding.headline));
            let subject = subject(finding);
            if !subject.is_empty() {
                description = format!("{description} ({subject})");
            }
            issues.push(Issue {
                description,
                check_name: finding.rule.to_owned(),
                fingerprint: unique(format!("{:016x}", finding.fingerprint)),
                severity: match finding.severity {
                    Severity::Error => "critical",
                    Severity::Warning => "major",
                    Severity::Advice => "info",
                },
                location: Location {
                    path: name(&file.path),
                    lines: Lines { begin: file.line_col(span.start).line },
                },
            });
        }
        for problem in report.distinct_problems().into_iter().filter(|p| fails(p.kind)) {
            let (path, begin) = match (problem.span, &problem.path) {
                (Some(span), _) => {
                    let file = report.sources.file(span.file);
                    (file.path.clone(), file.line_col(span.start).line)
                }
                (None, Some(path)) => (path.clone(), 1),
                (None, None) => continue,
            };
            let check_name = json::kind(problem.kind);
            issues.push(Issue {
                description: one_line(&message(&problem.message)),
                check_name: check_name.to_owned(),
                fingerprint: unique(format!(
                    "{check_name}:{}:{}",
                    name(&path),
                    one_line(&message(&problem.message))
                )),
                severity: "blocker",
                location: Location { path: name(&path), lines: Lines { begin } },
            });
        }
        json::text(&issues)
    }
}
