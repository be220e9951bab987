//! Markdown: for a comment under a pull request, or the summary of a pipeline.

use std::fmt::Write;

use iaclint_lint::Severity;

use crate::concise::one_line;
use crate::mask::{message, name};
use crate::{Format, Report, counted, environments, fails, place};

/// Rows of the table; GitHub refuses comments of more than 65,536 characters.
const ROWS: usize = 100;

/// The report as a table under a line of counts.
#[derive(Clone, Copy, Debug)]
pub struct Markdown;

impl Format for Markdown {
    fn render(&self, report: &Report<'_>) -> String {
        let counts: Vec<String> = [
            (Severity::Error, "error", "errors"),
            (Severity::Warning, "warning", "warnings"),
            (Severity::Advice, "piece of advice", "pieces of advice"),
        ]
        .into_iter()
        .map(|(severity, one, many)| (report.count(severity), one, many))
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
        let found = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
        let mut out = format!(
            "### iaclint: {found}\n\n{} of {} were checked.\n",
            counted(report.summary.resources, "resource", "resources"),
            counted(report.summary.roots, "root", "roots")
        );
        if !report.findings.is_empty() {
            out.push_str("\n| | Rule | Where | What |\n|---|---|---|---|\n");
        }
        for finding in report.findings.iter().take(ROWS) {
            let span = place(finding);
            let file = report.sources.file(span.file);
            let at = format!("{}:{}", name(&file.path), file.line_col(span.start).line);
            let address = match finding.subject.address.as_str() {
                "" => String::new(),
                address => format!("<br>{}", code(&name(address))),
            };
            let environments = environments(finding).map(|words| format!("<br>{}", text(&words)));
            let environments = environments.unwrap_or_default();
            let help = match finding.help.as_str() {
                "" => String::new(),
                help => format!("<br>*{}*", text(&message(help))),
            };
            let _ = writeln!(
                out,
                "| {} | {} | {}{address}{environments} | {}{help} |",
                finding.severity.name(),
                code(finding.rule),
                code(&at),
                text(&message(&finding.headline))
            );
        }
        if report.findings.len() > ROWS {
            let more = counted(report.findings.len() - ROWS, "more finding", "more findings");
            let _ = writeln!(out, "\nand {more}");
        }
        let problems: Vec<_> = report.grouped_problems();
        let mut failing = problems.iter().filter(|p| fails(p.first.kind)).peekable();
        if failing.peek().is_some() {
            out.push_str("\nWhat kept parts from being checked:\n\n");
        }
        for problem in failing.take(ROWS) {
            let place = match (problem.first.span, &problem.first.path) {
                (Some(span), _) => {
                    let file = report.sources.file(span.file);
                    format!("{}:{}", name(&file.path), file.line_col(span.start).line)
                }
                (None, path) => path.as_deref().map(name).unwrap_or_default(),
            };
            let place = if place.is_empty() { place } else { format!("{}: ", code(&place)) };
            let more = match problem.more.len() {
                0 => String::new(),
                count => format!(" (and {})", counted(count, "more place", "more places")),
            };
            let _ = writeln!(out, "- {place}{}{more}", text(&message(&problem.first.message)));
        }
        out
    }
}

/// A text that Markdown and HTML leave as it is, in one line of a table.
fn text(words: &str) -> String {
    let mut out = String::new();
    for char in one_line(words).chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A mention would call somebody.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(char);
            }
            char => out.push(char),
        }
    }
    out
}

/// A name as code.
fn code(words: &str) -> String {
    // A backslash before a bar would take the escape away from it.
    format!("`{}`", one_line(words).replace('`', "'").replace("\\|", "\\ |").replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_users_own_is_read_as_markup() {
        assert_eq!(text("a|b `c` <img> @me"), "a\\|b \\`c\\` &lt;img&gt; &#64;me");
        assert_eq!(code("a[\"x|y`\"]"), "`a[\"x\\|y'\"]`");
        assert_eq!(code("a\\|b"), "`a\\ \\|b`");
    }
}
