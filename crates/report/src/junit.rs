//! JUnit XML: for build servers that show test results.

use std::fmt::Write;

use iaclint_lint::{Finding, Severity};
use iaclint_source::{Problem, Span};

use crate::concise::one_line;
use crate::json::kind;
use crate::mask::{message, name};
use crate::{Format, Report, environments, fails, place};

/// The report as one suite: each finding is a failed case, each problem a case with an error, and a run without either one that passed.
#[derive(Clone, Copy, Debug)]
pub struct JUnit;

impl Format for JUnit {
    fn render(&self, report: &Report<'_>) -> String {
        let problems: Vec<&Problem> =
            report.distinct_problems().into_iter().filter(|p| fails(p.kind)).collect();
        let (failures, errors) = (report.findings.len(), problems.len());
        let tests = (failures + errors).max(1);
        let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"iaclint\" {counts}>\n  <testsuite name=\"iaclint\" {counts}>\n"
        );
        for finding in report.findings {
            out.push_str(&case(report, finding));
        }
        for problem in problems {
            let place = match (problem.span, &problem.path) {
                (Some(span), _) => at(report, span),
                (None, path) => path.as_deref().map(name).unwrap_or_default(),
            };
            let _ = writeln!(
                out,
                "    <testcase classname=\"{}\" name=\"{}\">\n      <error message=\"{}\"/>\n    </testcase>",
                kind(problem.kind),
                escaped(&place),
                escaped(&one_line(&message(&problem.message)))
            );
        }
        if failures + errors == 0 {
            out.push_str("    <testcase classname=\"iaclint\" name=\"check\"/>\n");
        }
        out.push_str("  </testsuite>\n</testsuites>\n");
        out
    }
}

fn case(report: &Report<'_>, finding: &Finding) -> String {
    let place = place(finding);
    let name_of_case = match finding.subject.address.as_str() {
        "" => at(report, place),
        address => name(address),
    };
    let mut text = format!("{}\n", at(report, place));
    if let Some(environments) = environments(finding) {
        let _ = writeln!(text, "{environments}");
    }
    for note in &finding.notes {
        let _ = writeln!(text, "note: {}", message(note));
    }
    if !finding.help.is_empty() {
        let _ = writeln!(text, "help: {}", message(&finding.help));
    }
    format!(
        "    <testcase classname=\"{}\" name=\"{}\">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
        finding.rule,
        escaped(&name_of_case),
        level(finding.severity),
        escaped(&one_line(&message(&finding.headline))),
        escaped(text.trim_end())
    )
}

fn level(severity: Severity) -> &'static str {
    severity.name()
}

fn at(report: &Report<'_>, span: Span) -> String {
    let file = report.sources.file(span.file);
    format!("{}:{}", name(&file.path), file.line_col(span.start).line)
}

/// A text as XML takes it. Masked texts hold no control characters but line breaks.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no place for these, escaped or not.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            char if char.is_control() && !matches!(char, '\n' | '\t') => out.push('\u{fffd}'),
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_would_read_is_escaped() {
        assert_eq!(escaped("a[\"x\"] <b> & \u{1b}\n"), "a[&quot;x&quot;] &lt;b&gt; &amp; \u{fffd}\n");
    }
}
