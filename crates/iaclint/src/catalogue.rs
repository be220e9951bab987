//! `iaclint rules` and `iaclint explain`: what there is to find.

use std::fmt::Write;

use iaclint_lint::{Rule, closest};
use iaclint_report::Look;
use iaclint_rules::RULES;
use serde::Serialize;

use crate::Status;
use crate::arguments::{Color, ListFormat, Rules};
use crate::output::{self, Failure};

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
pub fn explain(rule: &str, color: Color) -> Result<Status, Failure> {
    let rule = find(rule)?;
    output::print(&rendered(rule.page, output::look_of_stdout(color)))?;
    Ok(Status::Clean)
}

/// A page as a terminal shows it: headings stand out, code is indented, and what its fences say to the tests is left out.
fn rendered(page: &str, look: Look) -> String {
    let mut out = String::new();
    let mut fence: Option<usize> = None;
    for line in page.trim_end().lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            None if ticks >= 3 => {
                let words = line[ticks..].split_whitespace();
                let file = words.clone().find_map(|word| word.strip_prefix("file="));
                if let Some(file) = file {
                    let _ = writeln!(out, "    {}", look.faint(&format!("# {file}")));
                }
                fence = Some(ticks);
            }
            Some(open) if ticks >= open && ticks == line.len() => fence = None,
            Some(_) if line.is_empty() => out.push('\n'),
            Some(_) => {
                let _ = writeln!(out, "    {line}");
            }
            None => match line.strip_prefix("# ").or_else(|| line.strip_prefix("## ")) {
                Some(heading) => {
                    let _ = writeln!(out, "{}", look.strong(heading));
                }
                // A remark for whoever reads the source.
                None if line.starts_with("<!--") => {}
                None => {
                    let _ = writeln!(out, "{}", inline(line, look));
                }
            },
        }
    }
    out
}

/// Code and emphasis within a line.
fn inline(line: &str, look: Look) -> String {
    if !look.color {
        return line.replace("**", "");
    }
    let mut out = String::new();
    for (index, part) in line.replace("**", "").split('`').enumerate() {
        out.push_str(&if index % 2 == 1 { look.key(part) } else { part.to_owned() });
    }
    out
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
    fn a_page_is_shown_without_what_its_fences_say_to_the_tests() {
        let page = "# x\n\n<!-- terraform only: why -->\n## Bad\n\n```hcl bad case=1 file=a.tf\nx = 1\n```\n\nSee `y`, **now**.\n";
        assert_eq!(rendered(page, Look::PLAIN), "x\n\nBad\n\n    # a.tf\n    x = 1\n\nSee `y`, now.\n");
    }

    #[test]
    fn the_table_is_aligned() {
        let rule = |id| Listed { id, group: "g", severity: "error", confidence: "high", summary: "s" };
        assert_eq!(table(&[rule("a"), rule("bcd")]), "a    error    high    s\nbcd  error    high    s\n");
    }
}
