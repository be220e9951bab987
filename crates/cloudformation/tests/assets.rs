//! What an assembly deploys beside its templates.

use std::path::Path;

use iaclint_cloudformation::load_assembly;
use iaclint_graph::{AssetKind, Graph};
use iaclint_source::Project;
use iaclint_value::RootId;

const IMAGE: &str = "2c5117f5a8526eafbe59b750f45832710b98867c4f4b4b4579e0c22459b24884";
const CODE: &str = "7c57bc77c7fe2ff6b8d95bae93be6883490607dc7cf2be040cffd5c20e847015";
const SCRIPT: &str = "e62cd2aeb43de1f7f3672b4aee8c9c1b5c95388fb8dfb770d615befd76921583";

fn load(assets: &str, template: &str, files: &[(&str, &str)]) -> (Project, Graph) {
    let manifest = r#"{"artifacts": {"App.assets": {"type": "cdk:asset-manifest", "properties": {"file": "App.assets.json"}},
        "App": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "App.template.json"}}}}"#;
    let own = [
        ("/cdk.out/manifest.json", manifest),
        ("/cdk.out/App.assets.json", assets),
        ("/cdk.out/App.template.json", template),
    ];
    let project = Project::in_memory(own.into_iter().chain(files.iter().copied()));
    let fragment = load_assembly(&project, Path::new("cdk.out"), RootId(0));
    (project, Graph::new(vec![fragment]))
}

#[test]
fn values_lead_to_the_assets_that_they_name() {
    let assets = format!(
        r#"{{"files": {{
            "{CODE}": {{"source": {{"path": "asset.{CODE}", "packaging": "zip"}}, "destinations": {{"d": {{"objectKey": "{CODE}.zip"}}}}}},
            "{SCRIPT}": {{"source": {{"path": "asset.{SCRIPT}.sh", "packaging": "file"}}, "destinations": {{"d": {{"objectKey": "{SCRIPT}.sh"}}}}}},
            "253e37832b9d184974ea9193d8a497be": {{"source": {{"path": "App.template.json"}}}}}},
        "dockerImages": {{"{IMAGE}": {{"source": {{"directory": "asset.{IMAGE}", "dockerFile": "docker/Dockerfile.api", "dockerBuildTarget": "run"}},
            "destinations": {{"d": {{"imageTag": "{IMAGE}"}}}}}}}}}}"#
    );
    let template = format!(
        r##"{{"Resources": {{"A": {{"Type": "T::T::T", "Properties": {{
            "Image": {{"Fn::Sub": "${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/cdk-hnb659fds-container-assets:{IMAGE}"}},
            "Code": {{"S3Bucket": {{"Fn::Sub": "cdk-hnb659fds-assets-${{AWS::AccountId}}"}}, "S3Key": "{CODE}.zip"}},
            "UserData": {{"Fn::Base64": {{"Fn::Join": ["", ["#!/bin/bash\naws s3 cp 's3://", {{"Ref": "AWS::Region"}}, "/{SCRIPT}.sh' /opt/x\n/opt/x\n"]]}}}},
            "Other": "nginx:latest", "Longer": "{CODE}0"}}}}}}}}"##
    );
    let image = format!("/cdk.out/asset.{IMAGE}");
    let script = format!("/cdk.out/asset.{SCRIPT}.sh");
    let code = format!("/cdk.out/asset.{CODE}/index.js");
    let (dockerfile, entrypoint) =
        (format!("{image}/docker/Dockerfile.api"), format!("{image}/entrypoint.sh"));
    let files = [
        (&*dockerfile, "FROM alpine\n"),
        (&*entrypoint, "#!/bin/sh\n"),
        (&*script, "#!/bin/sh\n"),
        (&*code, "exports.handler"),
    ];
    let (project, graph) = load(&assets, &template, &files);
    let body = &graph.resources()[0].body;
    let asset = |name: &str| graph.asset(RootId(0), body.get(name).unwrap());
    let image = asset("Image").unwrap();
    let relative = |path: &str| path.trim_start_matches('/').to_owned();
    assert_eq!(
        image.kind,
        AssetKind::Image { dockerfile: relative(&dockerfile), target: Some("run".into()) }
    );
    assert_eq!(image.files, [relative(&entrypoint), relative(&dockerfile)]);
    assert_eq!(asset("Code").unwrap().files, [relative(&code)]);
    assert_eq!(asset("UserData").unwrap().files, [relative(&script)]);
    assert!(asset("Other").is_none());
    assert!(asset("Longer").is_none());
    // What starts something can be read by its path, and the code of functions was left alone.
    let read = |path: &str| project.sources().by_path(&relative(path)).is_some();
    assert!(read(&dockerfile) && read(&entrypoint) && read(&script) && !read(&code));
    assert_eq!(graph.root(RootId(0)).assets.len(), 3);
}

#[test]
fn an_asset_outside_the_project_has_no_files() {
    let assets = format!(
        r#"{{"files": {{"{CODE}": {{"source": {{"path": "../../../../etc"}}}}, "latest": {{"source": {{"path": "x"}}}}, "{SCRIPT}": {{"source": {{"executable": ["make"]}}}}}},
            "dockerImages": {{"{IMAGE}": {{"source": {{"directory": "/root"}}}}}}}}"#
    );
    let (_, graph) = load(&assets, r#"{"Resources": {"A": {"Type": "T::T::T"}}}"#, &[]);
    let assets = &graph.root(RootId(0)).assets;
    assert!(assets.iter().all(|a| a.files.is_empty()), "{assets:?}");
    assert!(graph.root(RootId(0)).asset("nginx:latest").is_none());
}

#[test]
fn assets_that_old_libraries_hand_over_by_parameters_are_found() {
    let entry = |more: &str| format!(r#"{{"type": "aws:cdk:asset", "data": {{{more}}}}}"#);
    let image = entry(&format!(
        r#""packaging": "container-image", "id": "{IMAGE}", "sourceHash": "{IMAGE}", "path": "asset.{IMAGE}", "repositoryName": "aws-cdk/assets", "imageTag": "{IMAGE}""#
    ));
    let code = entry(&format!(
        r#""packaging": "zip", "id": "{CODE}", "sourceHash": "{CODE}", "path": "asset.{CODE}", "s3BucketParameter": "AssetParameters{CODE}S3Bucket1",
        "s3KeyParameter": "AssetParameters{CODE}S3VersionKey2", "artifactHashParameter": "AssetParameters{CODE}ArtifactHash3""#
    ));
    let manifest = format!(
        r#"{{"version": "36.0.0", "artifacts": {{"App": {{"type": "aws:cloudformation:stack", "properties": {{"templateFile": "App.template.json"}},
            "metadata": {{"/App": [{image}, {code}]}}}}}}}}"#
    );
    let part = |index: usize| {
        format!(
            r#"{{"Fn::Select": [{index}, {{"Fn::Split": ["||", {{"Ref": "AssetParameters{CODE}S3VersionKey2"}}]}}]}}"#
        )
    };
    let template = format!(
        r#"{{"Parameters": {{"AssetParameters{CODE}S3VersionKey2": {{"Type": "String"}}}}, "Resources": {{"A": {{"Type": "T::T::T", "Properties": {{
            "Image": {{"Fn::Sub": "${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/aws-cdk/assets:{IMAGE}"}},
            "Key": {{"Fn::Join": ["", [{}, {}]]}}}}}}}}}}"#,
        part(0),
        part(1)
    );
    let dockerfile = format!("/cdk.out/asset.{IMAGE}/Dockerfile");
    let source = format!("/cdk.out/asset.{CODE}/index.js");
    let project = Project::in_memory([
        ("/cdk.out/manifest.json", &*manifest),
        ("/cdk.out/App.template.json", &template),
        (&dockerfile, "FROM alpine\n"),
        (&source, "exports.handler"),
    ]);
    let graph = Graph::new(vec![load_assembly(&project, Path::new("cdk.out"), RootId(0))]);
    assert_eq!(graph.problems(), []);
    let body = &graph.resources()[0].body;
    let asset = |name: &str| graph.asset(RootId(0), body.get(name).unwrap()).unwrap();
    let dockerfile = dockerfile.trim_start_matches('/').to_owned();
    assert_eq!(asset("Image").kind, AssetKind::Image { dockerfile, target: None });
    assert_eq!(asset("Key").kind, AssetKind::Object);
    assert_eq!(body.get("Key").unwrap().display(), format!("assets/{CODE}.zip"));
}
