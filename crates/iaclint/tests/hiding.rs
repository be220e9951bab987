//! A comment hides what it names and nothing else, and a finding is the same one when lines have moved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_lint::{Finding, Findings, Selection, judge};
use iaclint_model::Model;
use iaclint_parser::{Options, parse};
use iaclint_rules::RULES;
use iaclint_source::Memory;
use proptest::prelude::*;

/// Files by their paths.
type Project = BTreeMap<String, String>;

/// The incidents in Terraform, with their faults.
fn incidents() -> Vec<Project> {
    let incidents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/incidents");
    let entries = std::fs::read_dir(incidents).expect("the fixtures are here");
    let mut roots: Vec<PathBuf> = entries.flatten().map(|entry| entry.path().join("terraform/bad")).collect();
    roots.sort();
    let project = |root: PathBuf| {
        let mut files = Project::new();
        collect(&root, &root, &mut files);
        files
    };
    roots.into_iter().filter(|root| root.is_dir()).map(project).collect()
}

fn collect(root: &Path, directory: &Path, files: &mut Project) {
    for path in std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(root, &path, files);
        } else if let (Ok(name), Ok(text)) = (path.strip_prefix(root), std::fs::read_to_string(&path)) {
            files.insert(name.to_string_lossy().into_owned(), text);
        }
    }
}

fn found(project: &Project) -> Findings {
    let files = Memory::of(project.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let options = Options { paths: vec!["/".into()], project_root: Some("/".into()), ..Options::default() };
    let parsed = parse(Arc::new(files), &options).expect("it is a project");
    let model = Model::new(&parsed.graph, parsed.project.sources());
    judge(&Analysis::new(&model), RULES, &Selection::default())
}

/// What tells findings apart wherever they stand; those about comments left out.
fn told_apart<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<(&'static str, String, u64)> {
    let is_about_comments = |rule: &str| RULES.iter().any(|r| r.id == rule && r.group == "suppression");
    let mut out: Vec<_> = findings
        .into_iter()
        .filter(|finding| !is_about_comments(finding.rule))
        .map(|finding| (finding.rule, finding.subject.address.clone(), finding.fingerprint))
        .collect();
    out.sort();
    out
}

/// A project with a line before one of its blocks.
fn with_line(project: &Project, file: usize, block: usize, line: &str) -> Project {
    let mut project = project.clone();
    let configurations =
        project.iter_mut().filter(|(name, _)| Path::new(name).extension().is_some_and(|e| e == "tf"));
    let mut texts: Vec<&mut String> = configurations.map(|(_, text)| text).collect();
    let count = texts.len();
    let text: &mut String = &mut *texts[file % count];
    let mut starts: Vec<usize> = text.match_indices("\n}\n").map(|(at, _)| at + 3).collect();
    starts.push(0);
    let at = starts[block % starts.len()];
    text.insert_str(at, line);
    project
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn moved_lines_change_no_finding(
        incident in 0..5_usize,
        moves in prop::collection::vec((0..20_usize, 0..40_usize, "(\n|# [a-z ]{0,9}\n|\t\r\n){1,4}"), 1..6),
    ) {
        let incidents = incidents();
        let project = &incidents[incident % incidents.len()];
        let moved = moves.iter().fold(project.clone(), |p, (file, block, line)| with_line(&p, *file, *block, line));
        prop_assert_eq!(told_apart(&found(project).shown), told_apart(&found(&moved).shown));
    }

    #[test]
    fn a_comment_hides_nothing_that_it_does_not_name(
        incident in 0..5_usize,
        file in 0..20_usize,
        block in 0..40_usize,
        pick in 0..30_usize,
        verb in prop::sample::select(vec!["ignore", "ignore-file"]),
    ) {
        let incidents = incidents();
        let project = &incidents[incident % incidents.len()];
        let before = found(project);
        let rule = before.shown[pick % before.shown.len()].rule;
        let after = found(&with_line(project, file, block, &format!("# iaclint: {verb}[{rule}] known\n")));
        prop_assert!(after.suppressed.iter().all(|finding| finding.rule == rule));
        // Instances of one fault that are not all hidden count on both sides.
        let (all, seen) = (told_apart(&before.shown), told_apart(after.shown.iter().chain(&after.suppressed)));
        prop_assert!(all.iter().all(|finding| seen.contains(finding)), "{:?}", all);
        let others = |all: &[(&'static str, String, u64)]| -> Vec<_> {
            all.iter().filter(|(other, ..)| *other != rule).cloned().collect()
        };
        prop_assert_eq!(others(&all), others(&told_apart(&after.shown)));
    }
}
