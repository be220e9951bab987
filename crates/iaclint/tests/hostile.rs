//! A directory of inputs that are made to hang, to exhaust or to mislead: each is told in one clear problem, and what is sound beside them is read.
#![cfg(unix)]

#[path = "support/scratch.rs"]
mod scratch;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use scratch::Scratch;
use serde_json::Value;

/// What each directory is told, in part; nothing for those that are merely odd.
const TOLD: [(&str, &str); 16] = [
    ("alias", "inside what it names"),
    ("bomb", "aliases"),
    ("bytes", "is not UTF-8"),
    ("count", "instances"),
    ("deep", "nests"),
    ("deep-template", "nested deeper"),
    ("doubling", "too large"),
    ("for-each", "more than 1024 values"),
    ("itself", "itself"),
    ("link-loop", "symbolic link"),
    ("manifest-itself", "contains itself"),
    ("manifest-outside", "outside the project root"),
    ("pipe", "is not a regular file"),
    ("twice", "stands twice"),
    ("truncated", "no end"),
    ("file-outside", "outside the project root"),
];

fn write(directory: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = directory.join(name);
    std::fs::create_dir_all(path.parent().expect("scratch files can be made and read"))
        .expect("scratch files can be made and read");
    std::fs::write(path, text).expect("scratch files can be made and read");
}

/// The directory.
fn estate(root: &Path) {
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    let stack = |properties: &str| {
        format!(
            r#"{{"artifacts": {{"A": {{"type": "aws:cloudformation:stack", "properties": {{{properties}}}}}}}}}"#
        )
    };
    write(root, "fine/main.tf", "resource \"aws_sns_topic\" \"fine\" {}\n");
    write(
        root,
        "alias/t.yaml",
        "AWSTemplateFormatVersion: 2010-09-09\nResources: &a\n  T: {Type: AWS::SNS::Topic, Properties: *a}\n",
    );
    let line = |i: usize| format!("  a{i}: &a{i} [{}]\n", vec![format!("*a{}", i.max(1) - 1); 9].join(", "));
    let bomb: String = (1..12).map(line).collect();
    write(
        root,
        "bomb/t.yaml",
        format!(
            "AWSTemplateFormatVersion: 2010-09-09\nMetadata:\n  a0: &a0 [x, x, x]\n{bomb}Resources: {{T: {{Type: AWS::SNS::Topic}}}}\n"
        ),
    );
    write(root, "bytes/main.tf", b"# caf\xe9\n");
    write(root, "count/main.tf", "resource \"aws_vpc\" \"v\" {\n  count = 10000000\n}\n");
    write(root, "deep/main.tf", format!("locals {{\n  deep = {}\n}}\n", nested("[", "]")));
    write(
        root,
        "deep-template/t.json",
        format!(
            r#"{{"Resources": {{"T": {{"Type": "AWS::SNS::Topic", "Properties": {}}}}}}}"#,
            nested("[", "]")
        ),
    );
    let mut doubling = String::from("locals {\n  l64 = [1]\n");
    for at in 0..64 {
        let _ = writeln!(doubling, "  l{at} = concat(local.l{}, local.l{})", at + 1, at + 1);
    }
    write(
        root,
        "doubling/main.tf",
        format!("{doubling}}}\nresource \"aws_vpc\" \"v\" {{\n  tags = {{ x = length(local.l0) }}\n}}\n"),
    );
    write(
        root,
        "for-each/main.tf",
        "resource \"aws_vpc\" \"v\" {\n  for_each = toset([for x in range(10000000) : tostring(x)])\n}\n",
    );
    write(
        root,
        "itself/main.tf",
        "resource \"aws_vpc\" \"v\" {\n  tags = { x = templatefile(\"${path.module}/a.tftpl\", { a = 1 }) }\n}\n",
    );
    write(root, "itself/a.tftpl", "${templatefile(\"a.tftpl\", { a = a })}");
    let keys = (0..100_000).fold(String::new(), |mut out, n| {
        let _ = writeln!(out, "  k{n} = {n}");
        out
    });
    write(root, "keys/main.tf", format!("locals {{\n x = {{\n{keys}}}\n}}\n"));
    write(root, "link-loop/own.tf", "resource \"aws_sns_topic\" \"t\" {}\n");
    symlink("main.tf", root.join("link-loop/main.tf")).expect("scratch files can be made and read");
    symlink(".", root.join("link-loop/again")).expect("scratch files can be made and read");
    let directory =
        r#"{"artifacts": {"A": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}}}"#;
    write(root, "manifest-itself/cdk.out/manifest.json", directory);
    write(
        root,
        "manifest-outside/cdk.out/manifest.json",
        stack(r#""templateFile": "../../../../../etc/hostname""#),
    );
    write(root, "pipe/own.tf", "resource \"aws_sns_topic\" \"t\" {}\n");
    assert!(
        Command::new("mkfifo")
            .arg(root.join("pipe/main.tf"))
            .status()
            .expect("scratch files can be made and read")
            .success()
    );
    write(
        root,
        "twice/t.yaml",
        "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  T: {Type: AWS::SNS::Topic}\n  T: {Type: AWS::SQS::Queue}\n",
    );
    write(root, "truncated/cdk.out/manifest.json", stack(r#""templateFile": "t.json""#));
    write(root, "truncated/cdk.out/t.json", r#"{"Resources": {"T": {"Type": "AWS::SNS::Topic", "Prop"#);
    write(
        root,
        "file-outside/main.tf",
        "resource \"aws_vpc\" \"v\" {\n  tags = { x = file(\"../../../../../etc/hostname\") }\n}\n",
    );
}

#[test]
fn each_hostile_input_is_told_once_and_the_rest_is_read() {
    let scratch = Scratch::new("hostile");
    estate(&scratch.0);
    let output = Command::new(env!("CARGO_BIN_EXE_iaclint"))
        .args(["check", "--project-root", ".", "--format", "json", "--show-unknown"])
        .current_dir(&scratch.0)
        .output()
        .expect("scratch files can be made and read");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("scratch files can be made and read");
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for problem in report["problems"].as_array().expect("scratch files can be made and read") {
        let path = problem["path"].as_str().or(problem["place"]["path"].as_str()).unwrap_or_default();
        let directory = path.split('/').next().unwrap_or_default().to_owned();
        told.entry(directory)
            .or_default()
            .push(problem["message"].as_str().expect("scratch files can be made and read").to_owned());
    }
    let mut faults = Vec::new();
    for (directory, words) in TOLD {
        let messages = told.remove(directory).unwrap_or_default();
        if !matches!(&messages[..], [one] if one.contains(words)) {
            faults.push(format!("{directory}: {messages:#?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(told.is_empty(), "{told:?}");
    assert!(
        report["summary"]["resources"].as_u64().expect("scratch files can be made and read") >= 5,
        "{}",
        report["summary"]
    );
}
