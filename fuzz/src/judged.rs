//! A run of `iaclint check` over files in memory: every rule, every format.

use std::path::Path;
use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_lint::{Findings, Selection, judge};
use iaclint_model::Model;
use iaclint_parser::{Options, Parsed, parse};
use iaclint_report::{
    Concise, Format, GitHub, GitLab, Human, JUnit, Json, Markdown, Report, Sarif, Summary,
};
use iaclint_rules::RULES;
use iaclint_source::Memory;

use crate::sound;

/// Reads everything below the root; nothing when there is nothing to check.
pub fn read(files: Memory) -> Option<Parsed> {
    let options = Options { paths: vec!["/".into()], project_root: Some("/".into()), ..Options::default() };
    parse(Arc::new(files), &options).ok()
}

/// What every rule finds; all places lie in their files.
pub fn findings(parsed: &Parsed, selection: &Selection) -> Findings {
    let sources = parsed.project.sources();
    let model = Model::new(&parsed.graph, sources);
    let findings = judge(&Analysis::new(&model), RULES, selection);
    for finding in findings.shown.iter().chain(&findings.suppressed) {
        sound::lies_in_its_file(finding.primary.span, sources);
        sound::lies_in_its_file(finding.subject.span, sources);
        finding.labels.iter().for_each(|label| sound::lies_in_its_file(label.span, sources));
        finding.trail.iter().for_each(|step| sound::lies_in_its_file(step.span, sources));
    }
    findings
}

/// Prints the findings in every format.
///
/// # Panics
/// When a format of JSON is not JSON, or one for terminals could steer them.
pub fn printed(parsed: &Parsed, findings: &Findings) {
    let sources = parsed.project.sources();
    let report = Report {
        findings: &findings.shown,
        problems: parsed.graph.problems(),
        rules: RULES,
        sources,
        root: Some(Path::new("/")),
        unknowns: &[],
        suppressed: &findings.suppressed,
        remarks: &[],
        summary: Summary::default(),
    };
    for json in [Json.render(&report), Sarif.render(&report), GitLab.render(&report)] {
        serde_json::from_str::<serde_json::Value>(&json).expect("it is JSON");
    }
    let human = Human::PLAIN;
    let texts = [human.render(&report), human.remarks(&report), Concise.render(&report), GitHub.render(&report)];
    for text in texts.into_iter().chain([JUnit.render(&report), Markdown.render(&report)]) {
        let steers = |c: char| c.is_control() && c != '\n';
        assert!(!text.contains(steers), "{text:?}");
    }
}
