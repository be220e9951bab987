//! `iaclint rules` and `iaclint explain`: what there is to find.

use std::fmt::Write;

use iaclint_lint::{Rule, closest};
use iaclint_report::Look;
use iaclint_rules::RULES;
use serde::Serialize;

use crate::Status;
use crate::arguments::{Color, ListFormat, Rules};
use crate::output::{self, Failure};
use crate::page;

/// A rule in the list.
#[derive(Serialize)]
struct Listed {
    id: &'static str,
    group: &'static str,
    severity: &'static str,
    confidence: &'static str,
    summary: &'static str,
}

/// Lists every rule.
pub fn rules(arguments: &Rules, color: Color) -> Result<Status, Failure> {
    let listed: Vec<Listed> = RULES
        .iter()
        .map(|rule| Listed {
            id: rule.id,
            group: rule.group,
            severity: rule.info.severity.name(),
            confidence: rule.info.confidence.name(),
            summary: rule.info.summary,
        })
        .collect();
    let text = match arguments.format {
        ListFormat::Human => table(&listed, output::look_of_stdout(color)),
        ListFormat::Json => serde_json::to_string_pretty(&listed).map(|t| t + "\n").unwrap_or_default(),
    };
    output::print(&text)?;
    Ok(Status::Clean)
}

/// Prints the page of a rule.
pub fn explain(rule: &str, color: Color) -> Result<Status, Failure> {
    let rule = find(rule)?;
    output::print(&page::rendered(rule.page, output::look_of_stdout(color)))?;
    Ok(Status::Clean)
}

/// The rule of this id.
pub fn find(id: &str) -> Result<&'static Rule, Failure> {
    if let Some(rule) = RULES.iter().find(|r| r.id == id) {
        return Ok(rule);
    }
    let failure = Failure::new(format!("there is no rule {id}"));
    let ids = RULES.iter().map(|r| r.id);
    Err(match closest(id, ids) {
        Some(other) => failure.with_help(format!("did you mean {other}?")),
        None => failure.with_help("`iaclint rules` lists them"),
    })
}

/// A line for each rule; on a narrow terminal, its summary below.
fn table(rules: &[Listed], look: Look) -> String {
    let width = rules.iter().map(|r| r.id.len()).max().unwrap_or_default();
    let line = |rule: &Listed| {
        let Listed { id, severity, confidence, summary, .. } = rule;
        format!("{id:width$}  {severity:7}  {confidence:6}  {summary}\n")
    };
    let longest = rules.iter().map(|rule| line(rule).trim_end().chars().count()).max().unwrap_or_default();
    if look.columns.is_none_or(|columns| longest <= columns) {
        return rules.iter().map(line).collect();
    }
    let mut out = String::new();
    for Listed { id, severity, confidence, summary, .. } in rules {
        let _ = writeln!(
            out,
            "{} {}",
            look.strong(id),
            look.faint(&format!("{severity}, {confidence} confidence"))
        );
        let _ = writeln!(out, "   {}", look.wrapped(summary, 3, 3));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_aligned() {
        let rule = |id| Listed { id, group: "g", severity: "error", confidence: "high", summary: "s" };
        let rules = [rule("a"), rule("bcd")];
        assert_eq!(table(&rules, Look::PLAIN), "a    error    high    s\nbcd  error    high    s\n");
    }

    #[test]
    fn on_a_narrow_terminal_each_summary_stands_below_its_rule() {
        let summary = "a container is started before what it needs is there";
        let rule = Listed { id: "a-rule", group: "g", severity: "error", confidence: "high", summary };
        assert_eq!(
            table(&[rule], Look { columns: Some(40), ..Look::PLAIN }),
            "a-rule error, high confidence\n   a container is started before what it\n   needs is there\n"
        );
    }
}
