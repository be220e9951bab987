//! Inputs that are cut, that name themselves or what is not theirs, or that are very large.

use std::path::Path;
use std::sync::Arc;

use iaclint_cloudformation::{is_template, load_assembly, load_template};
use iaclint_graph::Fragment;
use iaclint_source::{Memory, ProblemKind, Project};
use iaclint_value::RootId;

const JSON: &str = r#"{"Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x\u0041é"]}}, "Parameters": {"P": {"Type": "String", "Default": "y"}},
    "Resources": {"A": {"Type": "T::T::T", "Condition": "C", "Properties": {"P": {"Fn::Sub": ["${A.B}-${x}", {"x": 1.5e3}]}, "Q": [true, null]}}},
    "Outputs": {"O": {"Value": {"Fn::GetAtt": "A.B"}, "Export": {"Name": "é"}}}}"#;

const YAML: &str = "Parameters:\n  P: {Type: String, Default: 'it''s'}\nResources:\n  A:\n    Type: \"T::T::\\u0054\"\n    Properties:\n      P: !Sub >-\n        ${A.B}\n        é\n      Q: [!Ref P, &a *a, |\n        x\n        ]\n      R: !If [C, !GetAtt A.B, !Ref 'AWS::NoValue']\n";

/// Everything up to each character.
fn cuts(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().filter_map(|(at, _)| text.get(..at))
}

fn template(name: &str, text: &str) -> Fragment {
    let path = format!("/{name}");
    let project = Project::in_memory([(&*path, text)]);
    load_template(&project, Path::new(name), &[], RootId(0))
}

fn assembly(files: &[(&str, &str)]) -> Fragment {
    let project = Project::in_memory(files.iter().copied());
    load_assembly(&project, Path::new("cdk.out"), RootId(0))
}

#[test]
fn a_template_that_is_cut_anywhere_is_a_problem() {
    for (name, text) in [("app.json", JSON), ("app.yaml", YAML)] {
        for cut in cuts(text) {
            is_template(cut);
            let fragment = template(name, cut);
            if name == "app.json" {
                assert!(!fragment.problems.is_empty(), "{cut}");
            }
        }
    }
    assert_eq!(template("app.json", JSON).problems, []);
}

#[test]
fn an_assembly_whose_files_are_cut_anywhere_is_read_as_far_as_it_goes() {
    let manifest = r#"{"artifacts": {"X": {"type": "cdk:asset-manifest", "properties": {"file": "X.json"}}, "A": {"type": "aws:cloudformation:stack",
        "properties": {"templateFile": "A.template.json"}, "additionalMetadataFile": "A.metadata.json"}}}"#;
    let metadata = r#"{"/A/A": [{"type": "aws:cdk:logicalId", "data": "A"}, {"type": "aws:cdk:creationStack", "data": ["f (a.js:1:1)"]}]}"#;
    let assets = r#"{"files": {"0123456789abcdef": {"source": {"path": "x"}}}, "dockerImages": {"0123456789abcdef": {"source": {"directory": "."}}}}"#;
    let map = r#"{"version": 3, "sources": ["a.ts"], "mappings": "AAAA"}"#;
    let whole = [
        ("/cdk.out/manifest.json", manifest),
        ("/cdk.out/A.metadata.json", metadata),
        ("/cdk.out/X.json", assets),
        ("/cdk.out/A.template.json", JSON),
        ("/a.js.map", map),
        ("/a.js", "x"),
    ];
    assert_eq!(assembly(&whole).problems, []);
    for index in 0..whole.len() {
        for cut in cuts(whole[index].1) {
            let mut files = whole;
            files[index].1 = cut;
            let fragment = assembly(&files);
            // A program or a map that cannot be read only costs a line.
            assert_eq!(index > 3, fragment.problems.is_empty(), "{cut}");
        }
    }
}

#[test]
fn nothing_outside_the_project_is_read_because_an_assembly_names_it() {
    let secret = r#"{"Resources": {"Secret": {"Type": "T::T::T"}}, "/A/A": [{"type": "aws:cdk:logicalId", "data": "A"}],
        "artifacts": {"S": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "manifest.json"}}},
        "files": {"0123456789abcdef": {"source": {"path": "x"}}}}"#;
    let manifest = r#"{"artifacts": {
        "T": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../../out/manifest.json"}},
        "M": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "A.template.json"}, "additionalMetadataFile": "/out/manifest.json"},
        "F": {"type": "cdk:asset-manifest", "properties": {"file": "../../out/manifest.json"}},
        "S": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "../../out"}}}}"#;
    let template = r#"{"Resources": {"A": {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": "../../out/manifest.json"}}}}"#;
    let files = [
        ("/out/manifest.json", secret),
        ("/project/cdk.out/manifest.json", manifest),
        ("/project/cdk.out/A.template.json", template),
    ];
    let project = Project::new(Arc::new(Memory::of(files)), Path::new("/project")).unwrap();
    let fragment = load_assembly(&project, Path::new("cdk.out"), RootId(0));
    assert!(fragment.resources.iter().all(|r| r.name != "Secret"));
    assert!(fragment.root.assets.is_empty());
    assert!(project.sources().by_path("out/manifest.json").is_none());
    assert_eq!(project.sources().len(), 2);
    let refused = fragment.problems.iter().filter(|p| p.kind == ProblemKind::Unreadable).count();
    assert_eq!(refused, 5, "{:#?}", fragment.problems);
}

#[test]
fn files_that_stand_for_one_another_end() {
    let manifest = r#"{"Resources": {"A": {"Type": "T::T::T"}}, "artifacts": {
        "T": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "manifest.json"}, "additionalMetadataFile": "manifest.json"},
        "F": {"type": "cdk:asset-manifest", "properties": {"file": "manifest.json"}},
        "N": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a.template.json"}},
        "S": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}},
        "I": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "in"}}}}"#;
    let nested = |path: &str| {
        format!(
            r#"{{"Resources": {{"N": {{"Type": "AWS::CloudFormation::Stack", "Metadata": {{"aws:asset:path": "{path}"}}}}}}}}"#
        )
    };
    let inner =
        r#"{"artifacts": {"S": {"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}}}}"#;
    let fragment = assembly(&[
        ("/cdk.out/manifest.json", manifest),
        ("/cdk.out/a.template.json", &nested("b.template.json")),
        ("/cdk.out/b.template.json", &nested("./a.template.json")),
        ("/cdk.out/in/manifest.json", inner),
    ]);
    let told: Vec<_> = fragment.problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(told.iter().filter(|m| m.ends_with("contains itself")).count(), 3, "{told:?}");
    // A template on its own may name itself, too.
    let own = nested("app.json");
    let told: Vec<_> = template("app.json", &own).problems.into_iter().map(|p| p.message).collect();
    assert_eq!(told, ["the nested stack N contains itself"]);
}

/// A template of many resources that all speak of others.
fn large(resources: usize) -> String {
    let words = "x".repeat(1_400);
    let one = |i: usize| {
        let other = (i * 7 + 1) % resources;
        format!(
            r#""R{i}": {{"Type": "T::T::T", "DependsOn": ["R{other}"], "Condition": "C{}", "Properties": {{
                "Sub": {{"Fn::Sub": "arn:${{AWS::Partition}}:x:${{R{other}.Arn}}/${{P}}"}},
                "Join": {{"Fn::Join": [":", [{{"Ref": "R{other}"}}, {{"Fn::GetAtt": ["R{other}", "A.B"]}}, "5432"]]}},
                "If": {{"Fn::If": ["C{}", {{"Ref": "P"}}, {{"Ref": "AWS::NoValue"}}]}},
                "List": [1, 2, 3, {{"Name": "N", "Value": {{"Fn::Select": [0, {{"Fn::Split": [",", {{"Ref": "P"}}]}}]}}}}], "Words": "{words}"}}}}"#,
            i % 40,
            (i + 3) % 40,
        )
    };
    let conditions: Vec<_> =
        (0..40).map(|i| format!(r#""C{i}": {{"Fn::Equals": [{{"Ref": "Q{i}"}}, "x"]}}"#)).collect();
    let parameters: Vec<_> = (0..40).map(|i| format!(r#""Q{i}": {{"Type": "String"}}"#)).collect();
    format!(
        r#"{{"Parameters": {{"P": {{"Type": "String", "Default": "a,b"}}, {}}}, "Conditions": {{{}}}, "Resources": {{{}}}}}"#,
        parameters.join(","),
        conditions.join(","),
        (0..resources).map(one).collect::<Vec<_>>().join(",")
    )
}

#[test]
fn the_work_grows_with_the_template_and_not_faster() {
    let work = |resources: usize| {
        let fragment = template("app.json", &large(resources));
        assert_eq!((fragment.problems.len(), fragment.resources.len()), (0, resources));
        fragment.origins.len()
    };
    let (small, big) = (work(250), work(2_500));
    assert!(big <= small * 10, "{small} origins for 250 resources, {big} for 2,500");
}

#[test]
fn branches_within_branches_do_not_multiply() {
    // Each condition is independent, and each value stands in both branches of the one before.
    let conditions: Vec<_> =
        (0..40).map(|i| format!(r#""C{i}": {{"Fn::Equals": [{{"Ref": "P{i}"}}, "x"]}}"#)).collect();
    let parameters: Vec<_> = (0..40).map(|i| format!(r#""P{i}": {{"Type": "String"}}"#)).collect();
    let outputs: Vec<_> = (1..40)
        .map(|i| {
            let before = i - 1;
            format!(
                r#""V{i}": {{"Type": "AWS::CloudFormation::Stack", "Properties": {{"P": {{"Fn::If": ["C{i}", [{{"Fn::GetAtt": ["V{before}", "Outputs.O"]}}], {{"Fn::GetAtt": ["V{before}", "Outputs.O"]}}]}}}}}}"#
            )
        })
        .collect();
    let nested =
        (0..40).fold("\"x\"".to_owned(), |inner, i| format!(r#"{{"Fn::If": ["C{i}", {inner}, "y{i}"]}}"#));
    let text = format!(
        r#"{{"Parameters": {{{}}}, "Conditions": {{{}}}, "Resources": {{"V0": {{"Type": "T::T::T", "Properties": {{"P": {nested}}}}}, {}}}}}"#,
        parameters.join(","),
        conditions.join(","),
        outputs.join(",")
    );
    let fragment = template("app.json", &text);
    assert_eq!(fragment.resources.len(), 40);
    assert!(fragment.origins.len() < 5_000, "{}", fragment.origins.len());
}
