//! The same stack in Terraform and in the CDK is the same to the model: what runs, what listens, who is admitted, who talks to whom, what is found.

#[path = "support/picture.rs"]
mod picture;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use picture::picture;

/// `twins.toml` of an incident or a healthy application: where its two projects differ on purpose.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Differences {
    #[serde(default)]
    difference: Vec<Difference>,
}

/// One difference: lines of the picture that stand in one project alone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    /// Why, for people.
    why: String,
    /// Whether it is in the `bad` projects, the `good` ones, or both when absent.
    of: Option<String>,
    /// Lines of Terraform's picture alone.
    #[serde(default)]
    terraform: Vec<String>,
    /// Lines of the CDK's picture alone.
    #[serde(default)]
    cdk: Vec<String>,
}

impl Differences {
    fn read(incident: &Path) -> Result<Self, String> {
        let path = incident.join("twins.toml");
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(&path).map_err(|e| format!("twins.toml: {e}"))?;
        toml::from_str(&text).map_err(|e| format!("twins.toml: {e}"))
    }
}

/// What the pictures of two projects do not share beyond the known differences, and the known differences that are none.
fn compare(terraform: &[String], cdk: &[String], known: &[&Difference]) -> Vec<String> {
    let mut left = counts(terraform);
    let mut right = counts(cdk);
    let mut out = Vec::new();
    for difference in known {
        for (side, lines, language) in
            [(&mut left, &difference.terraform, "Terraform"), (&mut right, &difference.cdk, "the CDK")]
        {
            for line in lines {
                match side.get_mut(line) {
                    Some(count) if *count > 0 => *count -= 1,
                    _ => out.push(format!("no longer differs: {language} does not say `{line}`")),
                }
            }
        }
    }
    let lines: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    for line in lines {
        let (a, b) =
            (left.get(line).copied().unwrap_or_default(), right.get(line).copied().unwrap_or_default());
        if a != b {
            out.push(format!("Terraform {a}, CDK {b}: {line}"));
        }
    }
    out
}

fn counts(lines: &[String]) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for line in lines {
        *out.entry(line.clone()).or_default() += 1;
    }
    out
}

/// The directories of the incidents that stand in both languages.
fn incidents() -> Vec<PathBuf> {
    both("incidents")
}

/// The directories of the healthy applications that stand in both.
fn healthy() -> Vec<PathBuf> {
    both("healthy")
}

fn both(group: &str) -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(group);
    let mut out: Vec<PathBuf> =
        std::fs::read_dir(all).into_iter().flatten().flatten().map(|e| e.path()).collect();
    out.retain(|incident| incident.join("terraform").is_dir() && incident.join("cdk").is_dir());
    out.sort();
    out
}

fn twins(projects: &[PathBuf], which: &str) {
    assert!(!projects.is_empty(), "there are no projects");
    let mut report = Vec::new();
    for project in projects {
        let name = project.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let pictures = ["terraform", "cdk"].map(|language| picture(&project.join(language).join(which)));
        let found = match (Differences::read(project), pictures) {
            (Ok(differences), [Ok(terraform), Ok(cdk)]) => {
                let of_these = |d: &&Difference| d.of.as_deref().is_none_or(|of| of == which);
                let known: Vec<&Difference> = differences.difference.iter().filter(of_these).collect();
                compare(&terraform, &cdk, &known)
            }
            (Err(words), _) | (_, [Err(words), _] | [_, Err(words)]) => vec![words],
        };
        report.extend(found.into_iter().map(|words| format!("{name}/{which}: {words}")));
    }
    assert!(report.is_empty(), "\n\n{}\n", report.join("\n"));
}

#[test]
fn the_bad_projects_of_an_incident_are_the_same_to_the_model() {
    twins(&incidents(), "bad");
}

#[test]
fn the_good_projects_of_an_incident_are_the_same_to_the_model() {
    twins(&incidents(), "good");
}

#[test]
fn a_healthy_application_is_the_same_to_the_model_in_both_languages() {
    twins(&healthy(), "");
}

#[test]
fn every_known_difference_says_why_and_is_seen() {
    for incident in incidents().into_iter().chain(healthy()) {
        let differences = Differences::read(&incident).unwrap();
        for difference in differences.difference {
            assert!(!difference.why.is_empty(), "{}", incident.display());
            assert!(
                matches!(difference.of.as_deref(), None | Some("bad" | "good")),
                "{}",
                incident.display()
            );
            assert!(
                !difference.terraform.is_empty() || !difference.cdk.is_empty(),
                "{}: {}",
                incident.display(),
                difference.why
            );
        }
    }
}

// The comparison itself.

#[test]
fn the_comparison_tells_lines_of_one_side_and_differences_that_are_gone() {
    let lines = |lines: &[&str]| lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
    assert!(compare(&lines(&["a", "b"]), &lines(&["b", "a"]), &[]).is_empty());
    assert_eq!(compare(&lines(&["a", "a"]), &lines(&["a"]), &[]), ["Terraform 2, CDK 1: a"]);
    let known = Difference { why: "x".into(), of: None, terraform: lines(&["a"]), cdk: lines(&["c"]) };
    assert!(compare(&lines(&["a", "b"]), &lines(&["b", "c"]), &[&known]).is_empty());
    let gone = compare(&lines(&["b"]), &lines(&["b", "c"]), &[&known]);
    assert_eq!(gone, ["no longer differs: Terraform does not say `a`"]);
}
