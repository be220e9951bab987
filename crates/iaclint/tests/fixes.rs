//! Fixes on the fixtures: what they mend is gone, the second time changes nothing, and moved lines make no difference.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The incidents whose Terraform and whose plain templates are edited.
fn fixtures() -> Vec<PathBuf> {
    let incidents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/incidents");
    let mut out: Vec<PathBuf> = std::fs::read_dir(incidents)
        .expect("fixtures and scratch files can be read and written")
        .map(|entry| {
            entry.expect("fixtures and scratch files can be read and written").path().join("terraform/bad")
        })
        .filter(|path| path.is_dir())
        .collect();
    out.sort();
    out
}

/// A directory of its own for a test, empty.
fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(std::fs::remove_dir_all(&path));
    std::fs::create_dir_all(&path).expect("fixtures and scratch files can be read and written");
    path
}

fn copy(from: &Path, to: &Path, change: &dyn Fn(&Path, String) -> String) {
    std::fs::create_dir_all(to).expect("fixtures and scratch files can be read and written");
    for entry in std::fs::read_dir(from).expect("fixtures and scratch files can be read and written") {
        let path = entry.expect("fixtures and scratch files can be read and written").path();
        let target = to.join(path.file_name().expect("fixtures and scratch files can be read and written"));
        if path.is_dir() {
            copy(&path, &target, change);
        } else {
            let text =
                std::fs::read_to_string(&path).expect("fixtures and scratch files can be read and written");
            std::fs::write(&target, change(&path, text))
                .expect("fixtures and scratch files can be read and written");
        }
    }
}

fn iaclint(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_iaclint"))
        .args(["check", "--project-root", ".", "--level", "advice", "--no-config"])
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("fixtures and scratch files can be read and written")
}

/// The fingerprints of the findings, and of those that have a fix.
fn findings(directory: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let output = iaclint(directory, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let of = |fixed: bool| {
        let all = report["findings"].as_array().expect("a list").iter();
        all.filter(|f| !fixed || f.get("fix").is_some())
            .map(|f| {
                format!(
                    "{} {}",
                    f["rule"].as_str().expect("a text"),
                    f["fingerprint"].as_str().expect("a text")
                )
            })
            .collect()
    };
    (of(false), of(true))
}

/// The texts of all files below a directory.
fn texts(directory: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(directory).expect("fixtures and scratch files can be read and written") {
        let path = entry.expect("fixtures and scratch files can be read and written").path();
        if path.is_dir() {
            out.extend(texts(&path));
        } else {
            out.push(format!(
                "{}\n{}",
                path.display(),
                std::fs::read_to_string(&path).expect("fixtures and scratch files can be read and written")
            ));
        }
    }
    out.sort();
    out
}

/// Fixes all that can be fixed, and compares before with after.
fn round_trip(directory: &Path) -> usize {
    let (before, fixable) = findings(directory);
    assert!(!iaclint(directory, &["--diff", "--unsafe-fixes"]).stdout.is_empty() || fixable.is_empty());
    iaclint(directory, &["--fix", "--unsafe-fixes"]);
    let (after, _) = findings(directory);
    // One edit may mend the findings of other rules too.
    let others: BTreeSet<_> = before.difference(&fixable).cloned().collect();
    let left: Vec<_> = after.difference(&others).collect();
    assert!(left.is_empty(), "{}: {left:?}", directory.display());
    let once = texts(directory);
    iaclint(directory, &["--fix", "--unsafe-fixes"]);
    assert_eq!(texts(directory), once, "the second time changes {}", directory.display());
    fixable.len()
}

fn name_of(fixture: &Path) -> String {
    let incident = fixture
        .ancestors()
        .nth(2)
        .and_then(Path::file_name)
        .expect("fixtures and scratch files can be read and written");
    incident.to_string_lossy().into_owned()
}

#[test]
fn what_fixes_mend_is_gone_and_nothing_else_comes() {
    let root = scratch("fixes");
    let mut fixed = 0;
    for fixture in fixtures() {
        let directory = root.join(name_of(&fixture));
        copy(&fixture, &directory, &|_, text| text);
        fixed += round_trip(&directory);
    }
    assert!(fixed >= 6, "only {fixed} findings of the incidents have a fix");
}

#[test]
fn fixes_hold_when_lines_have_moved() {
    let root = scratch("fixes-moved");
    for fixture in fixtures() {
        let directory = root.join(name_of(&fixture));
        copy(&fixture, &directory, &|path, text| {
            let terraform = path.extension().is_some_and(|e| e == "tf");
            if terraform { format!("# moved\r\n\r\n\n{text}\n# ends without a newline") } else { text }
        });
        round_trip(&directory);
    }
}

#[test]
fn a_template_that_people_write_is_mended_and_one_of_the_cdk_is_not() {
    let root = scratch("fixes-template");
    let template = "Resources:\n  Cluster:\n    Type: AWS::ECS::Cluster\n  Api:\n    Type: AWS::ECS::Service\n    Properties:\n      Cluster: !Ref Cluster\n      TaskDefinition: api\n      DesiredCount: 2\n";
    std::fs::write(root.join("app.yaml"), template).unwrap();
    assert_eq!(round_trip(&root), 1);
    let text = std::fs::read_to_string(root.join("app.yaml")).unwrap();
    let wanted = "      DeploymentConfiguration:\n        DeploymentCircuitBreaker:\n          Enable: true\n          Rollback: true\n      Cluster: !Ref Cluster\n";
    assert!(text.contains(wanted), "{text}");

    let cdk = scratch("fixes-cdk");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/incidents");
    for incident in std::fs::read_dir(from).unwrap() {
        let bad = incident.unwrap().path().join("cdk/bad");
        if bad.is_dir() {
            let directory = cdk.join(name_of(&bad));
            copy(&bad, &directory, &|_, text| text);
            assert_eq!(findings(&directory).1, BTreeSet::new());
        }
    }
}

#[test]
fn templates_are_mended_wherever_their_lines_stand() {
    let yaml = "Resources:\n  Cluster:\n    Type: AWS::ECS::Cluster\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      RequiresCompatibilities: [FARGATE]\n      NetworkMode: awsvpc\n      Cpu: '1024'\n      Memory: '1024' # too little\n      ContainerDefinitions:\n        - { Name: api, Image: example/api }\n  Api:\n    Type: AWS::ECS::Service\n    Properties:\n      Cluster: !Ref Cluster\n      TaskDefinition: !Ref Task\n      DesiredCount: 2\n";
    let json = r#"{
  "Resources": {
    "Cluster": { "Type": "AWS::ECS::Cluster" },
    "Task": {
      "Type": "AWS::ECS::TaskDefinition",
      "Properties": {
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "Cpu": "1024",
        "Memory": "1024",
        "ContainerDefinitions": [{ "Name": "api", "Image": "example/api" }]
      }
    },
    "Api": {
      "Type": "AWS::ECS::Service",
      "Properties": {
        "Cluster": { "Ref": "Cluster" },
        "TaskDefinition": { "Ref": "Task" },
        "DesiredCount": 2
      }
    }
  }
}
"#;
    let root = scratch("fixes-templates-moved");
    for (number, (name, text)) in [
        ("app.yaml", yaml.to_owned()),
        ("app.yaml", format!("# moved\r\n\r\n{}", yaml.replace('\n', "\r\n"))),
        ("app.json", json.to_owned()),
        ("app.json", format!("\n\n{json}")),
    ]
    .into_iter()
    .enumerate()
    {
        let directory = root.join(number.to_string());
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join(name), text).unwrap();
        assert_eq!(round_trip(&directory), 2, "{number}");
        let mended = std::fs::read_to_string(directory.join(name)).unwrap();
        assert!(mended.contains("2048") && mended.contains("DeploymentCircuitBreaker"), "{mended}");
    }
}

/// Editors move the start of a region behind the indentation of its line, so a fix must not begin inside of one.
#[test]
fn editors_make_the_edits_of_sarif_where_they_belong() {
    let mut seen = 0;
    for fixture in fixtures() {
        let output = iaclint(&fixture, &["--format", "sarif"]);
        let log: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the log is JSON");
        let results = log["runs"][0]["results"].as_array().expect("a list");
        let fixes = results.iter().filter_map(|r| r["fixes"].as_array()).flatten();
        for change in fixes.filter_map(|f| f["artifactChanges"].as_array()).flatten() {
            let path = change["artifactLocation"]["uri"].as_str().expect("a text");
            let text = std::fs::read_to_string(fixture.join(path)).expect("the fixture has the file");
            for replacement in change["replacements"].as_array().expect("a list") {
                let number = |key: &str| replacement["deletedRegion"][key].as_u64().expect("a number");
                let line = text.lines().nth(usize::try_from(number("startLine")).unwrap() - 1);
                let line = line.expect("a line of the file");
                let indentation = line.len() - line.trim_start().len();
                assert!(number("startColumn") > indentation as u64, "{path}: {line}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 6, "only {seen} edits");
}
