//! `iaclint explain --error`: from the error of a failed deployment to its reason in this configuration.

use std::fmt::Write;

use iaclint_lint::{Finding, Selection};
use iaclint_report::{Look, mask};
use iaclint_rules::RULES;
use iaclint_source::Sources;

use crate::Status;
use crate::arguments::{Color, Explain};
use crate::check::{judged, read, show_from_here};
use crate::config::Config;
use crate::output::{self, Failure};
use crate::symptoms::{Match, Symptoms};

/// So many rules are shown that find nothing: one error text has few reasons.
const SHOWN: usize = 6;

/// So many findings of one rule are shown.
const FINDINGS: usize = 3;

/// Shows the rules that explain an error, those that find something here first.
pub fn diagnose(error: &str, arguments: &Explain, color: Color) -> Result<Status, Failure> {
    let matches = Symptoms::new(RULES).explain(error);
    if matches.is_empty() {
        output::remark("no rule explains this text; `iaclint check` looks for everything that there is\n");
        return Ok(Status::Clean);
    }
    let look = output::look_of_stdout(color);
    let config = Config::load(&arguments.input, &arguments.paths)?;
    let parsed = match read(&arguments.paths, &arguments.input, &config) {
        Ok(parsed) => {
            show_from_here(&parsed);
            Some(parsed)
        }
        // Without a configuration the rules alone are an answer.
        Err(failure) => {
            output::remark(&failure.words(output::look_of_stderr(color)));
            None
        }
    };
    let selection =
        Selection { only: matches.iter().map(|m| m.rule.id.to_owned()).collect(), ..Selection::default() };
    let findings = parsed.as_ref().map(|p| (judged(p, &selection, &config).shown, p.project.sources()));
    let text = match &findings {
        Some((findings, sources)) => explained(&matches, Some((findings, sources)), look),
        None => explained(&matches, None, look),
    };
    output::print(&text)?;
    Ok(Status::Clean)
}

fn explained(matches: &[Match], here: Option<(&[Finding], &Sources)>, look: Look) -> String {
    let of = |m: &Match| -> Vec<&Finding> {
        here.map(|(all, _)| all.iter().filter(|f| f.rule == m.rule.id).collect()).unwrap_or_default()
    };
    let mut out = String::new();
    let (here_too, mut elsewhere): (Vec<&Match>, Vec<&Match>) =
        matches.iter().partition(|m| !of(m).is_empty());
    elsewhere.truncate(SHOWN);
    for m in here_too {
        let text = format!("{}: {}", look.strong(m.rule.id), m.rule.info.summary);
        let _ = writeln!(out, "{}", look.wrapped(&text, 0, 3));
        let Some((_, sources)) = here else { continue };
        let findings = of(m);
        for finding in findings.iter().take(FINDINGS) {
            let span = finding.subject.source.unwrap_or(finding.primary.span);
            let place = mask::name(&sources.display(span));
            let text = format!("   {place}: {}", mask::message(&finding.headline));
            let _ = writeln!(out, "{}", look.wrapped(&text, 0, 6));
            if !finding.help.is_empty() {
                let text = format!("      {} {}", look.key("help:"), mask::message(&finding.help));
                let _ = writeln!(out, "{}", look.wrapped(&text, 0, 9));
            }
        }
        if findings.len() > FINDINGS {
            let _ = writeln!(
                out,
                "   and {} more: iaclint check --select {}",
                findings.len() - FINDINGS,
                m.rule.id
            );
        }
        out.push('\n');
    }
    if !elsewhere.is_empty() {
        let words =
            if here.is_some() { "other reasons, which are not found here:" } else { "what explains it:" };
        let _ = writeln!(out, "{}", look.faint(words));
    }
    for m in elsewhere {
        let text = format!("   {}: {}", look.strong(m.rule.id), m.rule.info.summary);
        let _ = writeln!(out, "{}", look.wrapped(&text, 0, 6));
    }
    let _ = writeln!(out, "{} iaclint explain RULE", look.faint("the whole page of one:"));
    out
}
