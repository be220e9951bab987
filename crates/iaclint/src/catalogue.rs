//! `iaclint rules` and `iaclint explain`: what there is to find.

use std::fmt::Write;

use iaclint_lint::Rule;
use iaclint_rules::RULES;
use serde::Serialize;

use crate::Status;
use crate::arguments::{Explain, ListFormat, Rules};
use crate::output::{self, Failure};

/// The likeness from which a name is worth suggesting.
const ALIKE: f64 = 0.75;

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
pub fn rules(arguments: &Rules) -> Result<Status, Failure> {
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
        ListFormat::Human => table(&listed),
        ListFormat::Json => serde_json::to_string_pretty(&listed).map(|t| t + "\n").unwrap_or_default(),
    };
    output::print(&text)?;
    Ok(Status::Clean)
}

/// Prints the page of a rule.
pub fn explain(arguments: &Explain) -> Result<Status, Failure> {
    let rule = find(&arguments.rule)?;
    output::print(&format!("{}\n", rule.page.trim_end()))?;
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

fn closest<'a>(id: &str, ids: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness =
        |other: &str| strsim::normalized_damerau_levenshtein(id, other).max(strsim::jaro(id, other));
    ids.map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other)
}

fn table(rules: &[Listed]) -> String {
    let width = rules.iter().map(|r| r.id.len()).max().unwrap_or_default();
    let mut out = String::new();
    for Listed { id, severity, confidence, summary, .. } in rules {
        let _ = writeln!(out, "{id:width$}  {severity:7}  {confidence:6}  {summary}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_rule_finds_its_neighbour() {
        let ids = ["endpoint-port-duplicated", "sg-stale-reference"];
        assert_eq!(closest("endpoint-port-duplicate", ids.into_iter()), Some("endpoint-port-duplicated"));
        assert_eq!(closest("sg-stale-refrence", ids.into_iter()), Some("sg-stale-reference"));
        assert_eq!(closest("xyz", ids.into_iter()), None);
    }

    #[test]
    fn the_table_is_aligned() {
        let rule = |id| Listed { id, group: "g", severity: "error", confidence: "high", summary: "s" };
        assert_eq!(table(&[rule("a"), rule("bcd")]), "a    error    high    s\nbcd  error    high    s\n");
    }
}
