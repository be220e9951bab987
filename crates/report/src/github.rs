//! Annotations of GitHub Actions: lines that a workflow prints and the pull request shows.

use std::fmt::Write;

use iaclint_lint::{Finding, Severity};
use iaclint_source::{Problem, Span};

use crate::json::kind;
use crate::mask::{message, name};
use crate::{Format, Report, counted, fails, place, subject};

/// GitHub shows so many annotations of one level from one step and drops the others without a word.
const SHOWN: usize = 10;

/// The report as annotations, the most severe first within each level's limit; what does not fit is counted in one more line.
#[derive(Clone, Copy, Debug)]
pub struct GitHub;

impl Format for GitHub {
    fn render(&self, report: &Report<'_>) -> String {
        let mut errors: Vec<String> = report
            .distinct_problems()
            .into_iter()
            .filter(|p| fails(p.kind))
            .map(|p| problem(report, p))
            .collect();
        let (mut warnings, mut notices) = (Vec::new(), Vec::new());
        for f in report.findings {
            let line = finding(report, f);
            match f.severity {
                Severity::Error => errors.push(line),
                Severity::Warning => warnings.push(line),
                Severity::Advice => notices.push(line),
            }
        }
        let mut dropped = 0;
        // The line that says what was dropped is a notice too.
        for (lines, limit) in [(&mut errors, SHOWN), (&mut warnings, SHOWN), (&mut notices, SHOWN - 1)] {
            dropped += lines.len().saturating_sub(limit);
            lines.truncate(limit);
        }
        let mut out: String = errors.into_iter().chain(warnings).chain(notices).collect();
        if dropped > 0 {
            let more = counted(dropped, "more finding", "more findings");
            let _ = writeln!(out, "::notice title=iaclint::{more}; the log of this step shows all");
        }
        out
    }
}

fn finding(report: &Report<'_>, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "notice",
    };
    let mut text = message(&finding.headline);
    let subject = subject(finding);
    if !subject.is_empty() {
        let _ = write!(text, "\n{subject}");
    }
    if !finding.help.is_empty() {
        let _ = write!(text, "\nhelp: {}", message(&finding.help));
    }
    line(level, Some(&properties(report, place(finding))), finding.rule, &text)
}

fn problem(report: &Report<'_>, problem: &Problem) -> String {
    let at = match (problem.span, &problem.path) {
        (Some(span), _) => Some(properties(report, span)),
        (None, Some(path)) => Some(format!("file={}", property(&name(path)))),
        (None, None) => None,
    };
    line("error", at.as_deref(), kind(problem.kind), &message(&problem.message))
}

fn properties(report: &Report<'_>, span: Span) -> String {
    let file = report.sources.file(span.file);
    let (start, end) = (file.line_col(span.start), file.line_col(span.end));
    let mut out = format!("file={},line={},endLine={}", property(&name(&file.path)), start.line, end.line);
    // Columns over several lines are refused.
    if start.line == end.line {
        let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
    }
    out
}

fn line(level: &str, at: Option<&str>, title: &str, text: &str) -> String {
    let at = at.map(|at| format!("{at},")).unwrap_or_default();
    format!("::{level} {at}title={}::{}\n", property(title), data(text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_of_its_own_is_escaped() {
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
        assert_eq!(line("error", None, "r", "a::b\nc"), "::error title=r::a::b%0Ac\n");
    }
}
