//! One set of findings through every format.

mod case;

use std::time::Duration;

use case::Case;
use iaclint_lint::Severity;
use iaclint_report::{Concise, Format, GitHub, GitLab, Human, JUnit, Json, Look, Markdown, Sarif, width};

#[test]
fn people_read_findings_with_snippets_trail_and_help() {
    insta::assert_snapshot!(Human::PLAIN.render(&Case::new().report()));
}

#[test]
fn advice_stands_behind_what_breaks_by_stack_and_rule_and_each_rule_explains_itself_once() {
    let case = Case::new();
    let loud = case.findings[0].clone();
    let advice = |stack: &str, rule: &'static str, headline: &str| {
        let mut finding = loud.clone();
        (finding.severity, finding.rule) = (Severity::Advice, rule);
        (finding.headline, finding.subject.stack) = (headline.to_owned(), stack.to_owned());
        finding
    };
    let findings = [
        advice("prod", "no-alarm", "nobody watches the cache"),
        advice("test", "no-alarm", "nobody watches the test cache"),
        loud.clone(),
        advice("prod", "no-breaker", "api has no circuit breaker"),
        advice("prod", "no-alarm", "nobody watches the database"),
    ];
    let mut report = case.report();
    report.findings = &findings;
    let out = Human::PLAIN.render(&report);
    let heads = out.lines().filter(|l| !l.starts_with([' ', '\t']) && !l.is_empty());
    assert_eq!(
        heads.collect::<Vec<_>>(),
        [
            format!("{}[{}]: {}", loud.severity.name(), loud.rule, loud.headline).as_str(),
            "3 pieces of advice for prod",
            "advice[no-alarm]: nobody watches the cache",
            "advice[no-breaker]: api has no circuit breaker",
            "1 piece of advice for test",
            "advice[no-alarm]: nobody watches the test cache",
        ]
    );
    assert!(out.contains("the same: "), "{out}");
    assert_eq!(out.matches("nobody watches the database").count(), 1, "{out}");
}

#[test]
fn terminals_without_unicode_get_ascii_frames() {
    let look = Look { color: false, unicode: false, links: false, columns: None };
    let case = Case::new();
    let mut report = case.report();
    report.findings = &case.findings[..1];
    insta::assert_snapshot!(Human { look, show_unknown: false }.render(&report));
}

#[test]
fn terminals_with_colours_get_them() {
    let look = Look { color: true, unicode: true, links: true, columns: None };
    let case = Case::new();
    let mut report = case.report();
    report.findings = &case.findings[..1];
    let out = Human { look, show_unknown: false }.render(&report);
    insta::assert_snapshot!(out.replace('\u{1b}', "␛"));
}

/// Only a word is longer than a line: an address, a path.
#[test]
fn lines_end_before_the_edge_of_the_terminal() {
    let case = Case::new();
    for columns in [72, 80, 120, 200] {
        let look = Look { columns: Some(columns), ..Look::PLAIN };
        let human = Human { look, show_unknown: true };
        let out = human.render(&case.report()) + &human.remarks(&case.report());
        for line in out.lines().filter(|line| width(line) > columns) {
            let words = line.trim_start().trim_start_matches(['·', '│', '┤', '╰', '─', ' ']);
            assert!(!words.contains(' '), "{columns} columns:\n{line}\n{out}");
        }
    }
}

#[test]
fn a_finding_on_a_terminal_of_eighty_columns() {
    let look = Look { columns: Some(80), ..Look::PLAIN };
    insta::assert_snapshot!(Human { look, show_unknown: false }.render(&Case::new().report()));
}

#[test]
fn problems_and_summary_stand_beside_the_findings() {
    insta::assert_snapshot!(Human::PLAIN.remarks(&Case::new().report()));
}

#[test]
fn the_time_stands_in_the_summary_alone() {
    let case = Case::new();
    let mut report = case.report();
    report.summary.elapsed = Some(Duration::from_millis(1234));
    assert!(Human::PLAIN.remarks(&report).ends_with(" · 1.2 s\n"));
    let formats: [&dyn Format; 8] =
        [&Human::PLAIN, &Json, &Sarif, &Concise, &GitHub, &GitLab, &JUnit, &Markdown];
    for format in formats {
        assert_eq!(format.render(&report), format.render(&case.report()));
    }
}

#[test]
fn what_could_not_be_evaluated_is_listed_on_demand() {
    insta::assert_snapshot!(Human { look: Look::PLAIN, show_unknown: true }.remarks(&Case::new().report()));
}

#[test]
fn programs_read_json() {
    insta::assert_snapshot!(Json.render(&Case::new().report()));
}

#[test]
fn code_hosts_read_sarif() {
    insta::assert_snapshot!(Sarif.render(&Case::new().report()));
}

#[test]
fn editors_read_lines() {
    insta::assert_snapshot!(Concise.render(&Case::new().report()));
}

#[test]
fn workflows_read_annotations() {
    insta::assert_snapshot!(GitHub.render(&Case::new().report()));
}

#[test]
fn annotations_stay_within_their_limits() {
    let case = Case::new();
    let many: Vec<_> = (0..30).map(|_| case.findings[0].clone()).collect();
    let mut report = case.report();
    report.findings = &many;
    let out = GitHub.render(&report);
    assert_eq!(out.lines().filter(|l| l.starts_with("::error ")).count(), 10);
    assert!(out.ends_with("more findings; the log of this step shows all\n"), "{out}");
}

#[test]
fn merge_requests_read_code_quality() {
    insta::assert_snapshot!(GitLab.render(&Case::new().report()));
}

#[test]
fn code_quality_issues_have_fingerprints_of_their_own() {
    let out: serde_json::Value = serde_json::from_str(&GitLab.render(&Case::new().report())).unwrap();
    let all: Vec<_> = out.as_array().unwrap().iter().map(|i| i["fingerprint"].as_str().unwrap()).collect();
    let distinct: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
}

#[test]
fn build_servers_read_junit() {
    insta::assert_snapshot!(JUnit.render(&Case::new().report()));
}

#[test]
fn comments_hold_markdown() {
    insta::assert_snapshot!(Markdown.render(&Case::new().report()));
}

#[test]
fn no_format_shows_a_secret_or_steers_a_terminal() {
    let case = Case::new();
    let report = case.report();
    let human = Human { look: Look::PLAIN, show_unknown: true };
    let formats: [&dyn Format; 8] = [&human, &Json, &Sarif, &Concise, &GitHub, &GitLab, &JUnit, &Markdown];
    let outputs = formats.iter().map(|f| f.render(&report)).chain([human.remarks(&report)]);
    for out in outputs {
        assert!(!out.contains("hunter2"), "{out}");
        assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'), "{out}");
        assert!(!out.contains("\\u001b") && !out.contains("\\u202e"), "{out}");
    }
}

#[test]
fn output_is_the_same_twice() {
    let (one, two) = (Case::new(), Case::new());
    assert_eq!(Sarif.render(&one.report()), Sarif.render(&two.report()));
    assert_eq!(Json.render(&one.report()), Json.render(&two.report()));
    assert_eq!(Human::PLAIN.render(&one.report()), Human::PLAIN.render(&two.report()));
}

#[test]
fn counts_are_of_what_is_shown() {
    let case = Case::new();
    let report = case.report();
    assert_eq!((report.count(Severity::Error), report.count(Severity::Warning)), (4, 1));
}
