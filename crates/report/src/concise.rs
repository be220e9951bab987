//! One line a finding, for `grep` and editors: `path:line:column: severity[rule] headline (address)`.

use std::fmt::Write;

use iaclint_source::Span;

use crate::json::kind;
use crate::mask::{message, name};
use crate::{Format, Report, fails, place, subject};

/// The report as lines.
#[derive(Clone, Copy, Debug)]
pub struct Concise;

impl Format for Concise {
    fn render(&self, report: &Report<'_>) -> String {
        let mut out = String::new();
        for finding in report.findings {
            let _ = write!(
                out,
                "{}: {}[{}] {}",
                at(report, place(finding)),
                finding.severity.name(),
                finding.rule,
                one_line(&message(&finding.headline))
            );
            let subject = subject(finding);
            if !subject.is_empty() {
                let _ = write!(out, " ({subject})");
            }
            out.push('\n');
        }
        for problem in report.distinct_problems().into_iter().filter(|p| fails(p.kind)) {
            let place = match (problem.span, &problem.path) {
                (Some(span), _) => at(report, span),
                (None, Some(path)) => format!("{}:1:1", name(&report.sources.shown(path))),
                (None, None) => "iaclint".to_owned(),
            };
            let words = one_line(&message(&problem.message));
            let _ = writeln!(out, "{place}: error[{}] {words}", kind(problem.kind));
        }
        out
    }
}

fn at(report: &Report<'_>, span: Span) -> String {
    name(&report.sources.display(span))
}

/// A text with its line breaks as spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
}
