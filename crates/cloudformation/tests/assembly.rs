//! Assemblies: stacks, Stages, nested stacks, and the lines of the program behind them.

use std::path::Path;

use iaclint_cloudformation::{load_assembly, load_template};
use iaclint_graph::{Fragment, Graph, Language};
use iaclint_source::{ProblemKind, Project};
use iaclint_value::{Data, Origins, RootId, Via};

fn load(files: &[(&str, &str)]) -> (Project, Fragment) {
    let project = Project::in_memory(files.iter().copied());
    let fragment = load_assembly(&project, Path::new("cdk.out"), RootId(0));
    (project, fragment)
}

fn manifest(stacks: &[(&str, &str)]) -> String {
    let stacks: Vec<_> = stacks
        .iter()
        .map(|(id, more)| {
            format!(
                r#""{id}": {{"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1",
                   "properties": {{"templateFile": "{id}.template.json"}} {more}}}"#
            )
        })
        .collect();
    format!(r#"{{"version": "55.0.0", "artifacts": {{{}}}}}"#, stacks.join(","))
}

fn property(fragment: &Fragment, address: &str) -> String {
    let resource = fragment.resources.iter().find(|r| r.key.address == address);
    resource.unwrap_or_else(|| panic!("no {address}")).body.get("P").expect("the property").display()
}

const DATA: &str = r#"{"Resources": {"Db": {"Type": "AWS::RDS::DBInstance"}},
    "Outputs": {"Host": {"Value": {"Fn::GetAtt": ["Db", "Endpoint.Address"]}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}:Host"}}},
        "Name": {"Value": "app"}}}"#;

#[test]
fn exports_and_stack_outputs_are_followed_to_their_values() {
    let app = r#"{"Resources": {"A": {"Type": "T::T::T", "Properties": {"P": {"Fn::ImportValue": "Data:Host"}}},
        "B": {"Type": "T::T::T", "Properties": {"P": {"Fn::GetStackOutput": {"StackName": "Data", "OutputName": "Name"}}}}}}"#;
    let (project, fragment) = load(&[
        ("/cdk.out/manifest.json", &manifest(&[("Data", ""), ("App", "")])),
        ("/cdk.out/Data.template.json", DATA),
        ("/cdk.out/App.template.json", app),
    ]);
    assert_eq!(fragment.problems, []);
    assert_eq!(property(&fragment, "App/A"), "${Data/Db.Endpoint.Address}");
    assert_eq!(property(&fragment, "App/B"), "app");
    assert_eq!(fragment.root.exports[0].0, "Data:Host");
    assert_eq!(
        fragment.root.scopes.iter().map(|s| s.address.as_str()).collect::<Vec<_>>(),
        ["", "Data", "App"]
    );
    let origin = fragment.resources[2].body.get("P").unwrap().origin;
    let graph = Graph::new(vec![fragment]);
    let trail = graph.origins().trail(origin);
    let places: Vec<_> = trail
        .iter()
        .map(|o| (project.sources().file(o.span.file).slice(o.span).to_owned(), o.via.clone()))
        .collect();
    assert_eq!(places.len(), 2);
    assert_eq!(places[1], ("\"app\"".to_owned(), Via::Import("Data.Name".into())));
    let db = graph.of_type("AWS::RDS::DBInstance")[0];
    assert!(!graph.uses(db).is_empty());
}

#[test]
fn what_is_handed_to_another_region_is_followed() {
    let data = r#"{"Resources": {"Key": {"Type": "AWS::KMS::Key"}, "W": {"Type": "Custom::CrossRegionExportWriter", "Properties": {"WriterProps":
        {"region": "us-east-1", "exports": {"/cdk/exports/App/K": {"Fn::GetAtt": ["Key", "Arn"]}}}}}}}"#;
    let app = r#"{"Resources": {"R": {"Type": "Custom::CrossRegionExportReader"}, "A": {"Type": "T::T::T",
        "Properties": {"P": {"Fn::GetAtt": ["R", "/cdk/exports/App/K"]}}}}}"#;
    let (_, fragment) = load(&[
        ("/cdk.out/manifest.json", &manifest(&[("Data", ""), ("App", "")])),
        ("/cdk.out/Data.template.json", data),
        ("/cdk.out/App.template.json", app),
    ]);
    assert_eq!(property(&fragment, "App/A"), "${Data/Key.Arn}");
}

#[test]
fn the_environment_gives_pseudo_parameters() {
    let app = r#"{"Resources": {"A": {"Type": "T::T::T", "Properties": {"P": {"Fn::Sub":
        "arn:${AWS::Partition}:x:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}.${AWS::URLSuffix}"}}}}}"#;
    let (_, fragment) =
        load(&[("/cdk.out/manifest.json", &manifest(&[("App", "")])), ("/cdk.out/App.template.json", app)]);
    assert_eq!(property(&fragment, "App/A"), "arn:aws:x:eu-west-1:111122223333:App.amazonaws.com");
    assert_eq!(fragment.resources[0].region.as_deref(), Some("eu-west-1"));
    assert_eq!(fragment.root.scopes[1].region.as_deref(), Some("eu-west-1"));
}

const NESTED: &str = r#"{"Parameters": {"Port": {"Type": "String"}, "Unset": {"Type": "String", "Default": "d"}},
    "Resources": {"Cache": {"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": {"P": {"Ref": "Port"}, "Q": {"Ref": "Unset"}}}},
    "Outputs": {"Host": {"Value": {"Fn::GetAtt": ["Cache", "PrimaryEndPoint.Address"]}}, "Port": {"Value": {"Ref": "Port"}}}}"#;

#[test]
fn nested_stacks_take_parameters_and_answer_outputs() {
    let outer = |named: &str| {
        format!(
            r#"{{"Conditions": {{"C": {{"Fn::Equals": [{{"Ref": "AWS::StackId"}}, "x"]}}}}, "Resources": {{
            "Nested": {{"Type": "AWS::CloudFormation::Stack", "Condition": "C", "DependsOn": "A", {named}}},
            "A": {{"Type": "T::T::T", "Properties": {{"P": {{"Fn::GetAtt": ["Nested", "Outputs.Host"]}}}}}},
            "B": {{"Type": "T::T::T", "Properties": {{"P": {{"Fn::GetAtt": ["Nested", "Outputs.Port"]}}}}}}}}}}"#
        )
    };
    let by_path = outer(
        r#""Properties": {"Parameters": {"Port": "6379"}}, "Metadata": {"aws:asset:path": "n.nested.template.json"}"#,
    );
    let by_hash = outer(
        r#""Properties": {"TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::URLSuffix"}, "/abc123def.json"]]},
        "Parameters": {"Port": "6379"}}"#,
    );
    let assets = r#"{"files": {"abc123def": {"source": {"path": "n.nested.template.json"}}}}"#;
    for outer in [by_path, by_hash] {
        let artifacts = manifest(&[("App", "")]).replace(
            r#""artifacts": {"#,
            r#""artifacts": {"App.assets": {"type": "cdk:asset-manifest", "properties": {"file": "App.assets.json"}},"#,
        );
        let (_, fragment) = load(&[
            ("/cdk.out/manifest.json", &artifacts),
            ("/cdk.out/App.assets.json", assets),
            ("/cdk.out/App.template.json", &outer),
            ("/cdk.out/n.nested.template.json", NESTED),
        ]);
        assert_eq!(fragment.problems, []);
        assert_eq!(property(&fragment, "App/A"), "${App/Nested/Cache.PrimaryEndPoint.Address}");
        assert_eq!(property(&fragment, "App/B"), "6379");
        assert_eq!(property(&fragment, "App/Nested/Cache"), "6379");
        let cache = fragment.resources.iter().find(|r| r.name == "Cache").unwrap();
        assert_eq!(cache.existence.conditions, [("App/C".into(), true)]);
        assert_eq!(cache.depends_on[0].address, "App/A");
        assert_eq!(fragment.root.scopes[2].calls[0].address, "App/Nested");
        let mut origins = Origins::new();
        origins.insert(fragment.origins);
        let vias: Vec<_> =
            origins.trail(cache.body.get("P").unwrap().origin).iter().map(|o| o.via.clone()).collect();
        assert_eq!(vias, [Via::Written, Via::Variable("Port".into())]);
    }
}

#[test]
fn a_nested_stack_that_is_not_here_is_opaque_with_its_inputs() {
    let app = r#"{"Resources": {"Db": {"Type": "T::T::T"}, "N": {"Type": "AWS::CloudFormation::Stack", "Properties": {
        "TemplateURL": "https://example.com/a.json", "Parameters": {"X": {"Ref": "Db"}}}}}}"#;
    let project = Project::in_memory([("/app.json", app)]);
    let fragment = load_template(&project, Path::new("app.json"), &[], RootId(0));
    assert_eq!(fragment.root.opaque[0].inputs.display(), "{X = ${app/Db.Ref}}");
    assert_eq!(fragment.problems[0].kind, ProblemKind::NotEvaluated);
}

#[test]
fn stages_give_their_name_to_the_stacks_within() {
    let outer = r#"{"artifacts": {"assembly-Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}, "displayName": "Prod"}}}"#;
    let inner = manifest(&[("ProdApp", r#", "displayName": "Prod/App""#)]);
    let (_, fragment) = load(&[
        ("/cdk.out/manifest.json", outer),
        ("/cdk.out/assembly-Prod/manifest.json", &inner),
        ("/cdk.out/assembly-Prod/ProdApp.template.json", r#"{"Resources": {"A": {"Type": "T::T::T"}}}"#),
    ]);
    assert_eq!(fragment.problems, []);
    assert_eq!(fragment.resources[0].key.address, "Prod/App/A");
    assert_eq!(fragment.root.scopes[1].calls[0].address, "Prod");
    assert_eq!(fragment.root.language, Language::Cdk);
}

#[test]
fn noise_of_the_cdk_is_left_out() {
    let app = r#"{"Resources": {"CDKMetadata": {"Type": "AWS::CDK::Metadata"}, "X": {"Type": "Custom::VpcRestrictDefaultSG"},
        "CustomVpcRestrictDefaultSGCustomResourceProviderRole26592FE0": {"Type": "AWS::IAM::Role"}, "A": {"Type": "T::T::T"}}}"#;
    let (_, fragment) =
        load(&[("/cdk.out/manifest.json", &manifest(&[("App", "")])), ("/cdk.out/App.template.json", app)]);
    assert_eq!(fragment.resources.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["A"]);
}

#[test]
fn placeholders_of_missing_lookups_are_unknown() {
    let app = r#"{"Resources": {"A": {"Type": "T::T::T", "Properties": {"P": ["vpc-12345", "dummy1a", "p-12345", "vpc-0123456789abcdef0"]}}}}"#;
    let (_, fragment) =
        load(&[("/cdk.out/manifest.json", &manifest(&[("App", "")])), ("/cdk.out/App.template.json", app)]);
    assert_eq!(property(&fragment, "App/A"), "[${?}, ${?}, ${?}, vpc-0123456789abcdef0]");
}

#[test]
fn the_line_of_the_program_is_found_by_own_frame_and_by_the_nearest_relative() {
    let app = r#"{"Resources": {"Db1": {"Type": "AWS::RDS::DBInstance", "Metadata": {"aws:cdk:path": "App/Db/Resource"}},
        "Role2": {"Type": "AWS::IAM::Role"}, "Far3": {"Type": "T::T::T"}}}"#;
    let metadata = r#", "metadata": {
        "/App": [{"type": "aws:cdk:templateFile", "data": "App.template.json"}],
        "/App/Db/Resource": [{"type": "aws:cdk:logicalId", "data": "Db1"},
            {"type": "aws:cdk:creationStack", "data": ["...new X in aws-cdk-lib...", "new App (/build/repo/lib/app.ts:2:5)", "x (/build/repo/bin/app.ts:1:1)"]}],
        "/App/Db/Role": [{"type": "aws:cdk:logicalId", "data": "Role2"}, {"type": "aws:cdk:creationStack", "data": ["...aws-cdk-lib..."]}],
        "/App/Far": [{"type": "aws:cdk:logicalId", "data": "Far3", "trace": ["new App (node:internal/x:1:1)", "App.make (lib/app.ts:3:3)"]}]}"#;
    let (project, fragment) = load(&[
        ("/cdk.json", "{}"),
        ("/cdk.out/manifest.json", &manifest(&[("App", metadata)])),
        ("/cdk.out/App.template.json", app),
        ("/lib/app.ts", "class App {\n    new Db(this);\n  new Far();\n}\n"),
    ]);
    let lines: Vec<_> = fragment
        .resources
        .iter()
        .map(|r| r.source.map(|s| project.sources().file(s.file).slice(s).to_owned()).unwrap_or_default())
        .collect();
    assert_eq!(lines, ["new Db(this);", "new Db(this);", "new Far();"]);
}

#[test]
fn source_lines_come_from_an_additional_file_too() {
    let (project, fragment) = load(&[
        (
            "/cdk.out/manifest.json",
            &manifest(&[("App", r#", "additionalMetadataFile": "App.metadata.json""#)]),
        ),
        (
            "/cdk.out/App.metadata.json",
            r#"{"/App/A": [{"type": "aws:cdk:logicalId", "data": "A"}, {"type": "aws:cdk:creationStack", "data": ["make (app.py:1)"]}]}"#,
        ),
        ("/cdk.out/App.template.json", r#"{"Resources": {"A": {"Type": "T::T::T"}}}"#),
        ("/app.py", "    Queue(self)\n"),
    ]);
    let span = fragment.resources[0].source.unwrap();
    assert_eq!(project.sources().display(span), "app.py:1:5");
}

#[test]
fn a_stack_whose_additional_file_is_missing_is_read_without_source_lines() {
    let (_, fragment) = load(&[
        (
            "/cdk.out/manifest.json",
            &manifest(&[("App", r#", "additionalMetadataFile": "App.metadata.json""#)]),
        ),
        ("/cdk.out/App.template.json", r#"{"Resources": {"A": {"Type": "T::T::T"}}}"#),
    ]);
    assert_eq!(fragment.resources.len(), 1);
    let told: Vec<_> = fragment.problems.iter().map(|p| (p.kind, p.message.as_str())).collect();
    let message =
        "cdk.out/App.metadata.json is not here, so the places of its stack in the source are not known";
    assert_eq!(told, [(ProblemKind::NotEvaluated, message)]);
}

#[test]
fn what_is_wrong_with_an_assembly_is_told_and_the_rest_is_read() {
    let stacks = [("Gone", ""), ("Cut", ""), ("List", ""), ("Fine", "")];
    let artifacts = manifest(&stacks).replace(
        r#""artifacts": {"#,
        r#""artifacts": {"Self": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "../cdk.out"}},
           "None": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "nowhere"}},
           "Out": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../../../etc/passwd"}},
           "Noname": {"type": "aws:cloudformation:stack", "properties": {}},"#,
    );
    let (_, fragment) = load(&[
        ("/cdk.out/manifest.json", &artifacts),
        ("/cdk.out/Cut.template.json", r#"{"Resources": {"A": {"#),
        ("/cdk.out/List.template.json", "[]"),
        (
            "/cdk.out/Fine.template.json",
            r#"{"Resources": {"A": {"Type": "T::T::T"}, "B": {}, "A": {"Type": "T::T::U"}}}"#,
        ),
    ]);
    let messages: Vec<_> = fragment.problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "the Stage Self contains itself",
            "the Stage None has no manifest at cdk.out/nowhere",
            "cannot read etc/passwd: no such file or directory",
            "the stack Noname names no template",
            "cannot read cdk.out/Gone.template.json: no such file or directory",
            "cannot read cdk.out/Cut.template.json: it ends too early: expected a key in double quotes",
            "the template cdk.out/List.template.json is not an object",
            "the key A stands twice in this object; the last one counts",
            "the resource B has no Type",
        ]
    );
    assert!(fragment.problems.iter().all(|p| p.span.is_some()));
    assert_eq!(fragment.resources.len(), 1);
    assert_eq!(fragment.root.opaque.len(), 7);
}

#[test]
fn a_missing_or_broken_manifest_is_a_problem() {
    for text in ["{", "[]", "{\"artifacts\": 1}"] {
        let (_, fragment) = load(&[("/cdk.out/manifest.json", text)]);
        assert_eq!(fragment.problems.len(), 1, "{text}");
        assert_eq!(fragment.root.scopes.len(), 1);
    }
    let (_, fragment) = load(&[("/x", "")]);
    assert_eq!(fragment.problems.len(), 1);
}

#[test]
fn cycles_end_in_unknowns() {
    let app = r#"{"Resources": {
        "A": {"Type": "AWS::CloudFormation::Stack", "Properties": {"Parameters": {"P": {"Fn::GetAtt": ["B", "Outputs.O"]}}}, "Metadata": {"aws:asset:path": "n.json"}},
        "B": {"Type": "AWS::CloudFormation::Stack", "Properties": {"Parameters": {"P": {"Fn::GetAtt": ["A", "Outputs.O"]}}}, "Metadata": {"aws:asset:path": "n.json"}},
        "Self": {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": "App.template.json"}}}}"#;
    let nested = r#"{"Parameters": {"P": {"Type": "String"}}, "Resources": {"R": {"Type": "T::T::T", "Properties": {"P": {"Ref": "P"}}}}, "Outputs": {"O": {"Value": {"Ref": "P"}}}}"#;
    let (_, fragment) = load(&[
        ("/cdk.out/manifest.json", &manifest(&[("App", "")])),
        ("/cdk.out/App.template.json", app),
        ("/cdk.out/n.json", nested),
    ]);
    let mut messages: Vec<_> = fragment.problems.iter().map(|p| p.message.as_str()).collect();
    messages.dedup();
    assert_eq!(messages[0], "the nested stack Self contains itself");
    assert!(messages[1].ends_with("depends on itself"), "{messages:?}");
    assert!(fragment.resources.iter().any(|r| r.body.get("P").is_some_and(iaclint_value::Value::is_unknown)));
}

#[test]
fn values_that_double_along_exports_are_refused() {
    let mut outputs = vec![r#""O0": {"Value": ["x", "y"], "Export": {"Name": "e0"}}"#.to_owned()];
    for i in 1..60 {
        outputs.push(format!(
            r#""O{i}": {{"Value": [{{"Fn::ImportValue": "e{0}"}}, {{"Fn::ImportValue": "e{0}"}}], "Export": {{"Name": "e{i}"}}}}"#,
            i - 1
        ));
    }
    let app = format!(r#"{{"Resources": {{}}, "Outputs": {{{}}}}}"#, outputs.join(","));
    let (_, fragment) =
        load(&[("/cdk.out/manifest.json", &manifest(&[("App", "")])), ("/cdk.out/App.template.json", &app)]);
    assert!(fragment.problems.iter().any(|p| p.kind == ProblemKind::Limit), "{:?}", fragment.problems);
}

#[test]
fn long_chains_are_refused_without_overflow() {
    let import = |i: usize| {
        format!(r#"{{"Fn::If": ["C", "x", {{"Fn::Join": ["", [{{"Fn::ImportValue": "e{i}"}}]]}}]}}"#)
    };
    let outputs: Vec<_> = (1..2_000)
        .map(|i| format!(r#""O{i}": {{"Value": {}, "Export": {{"Name": "e{i}"}}}}"#, import(i - 1)))
        .collect();
    let conditions: Vec<_> =
        (1..2_000).map(|i| format!(r#""C{i}": {{"Fn::Not": [{{"Condition": "C{}"}}]}}"#, i - 1)).collect();
    let app = format!(
        r#"{{"Conditions": {{"C": {{"Fn::Equals": [1, 2]}}, "C0": {{"Fn::Equals": [1, 2]}}, {}}}, "Resources": {{"A": {{"Type": "T::T::T",
        "Condition": "C1999", "Properties": {{"P": {}}}}}}}, "Outputs": {{{}}}}}"#,
        conditions.join(","),
        import(1_999),
        outputs.join(",")
    );
    let (_, fragment) =
        load(&[("/cdk.out/manifest.json", &manifest(&[("App", "")])), ("/cdk.out/App.template.json", &app)]);
    assert!(fragment.problems.iter().any(|p| p.kind == ProblemKind::Limit));
    assert_eq!(fragment.resources[0].existence.conditions.len(), 1);
}

#[test]
fn forty_independent_conditions_load_at_once() {
    let many = |each: &dyn Fn(usize) -> String| (0..40).map(each).collect::<Vec<_>>().join(",");
    let text = format!(
        r#"{{"Parameters": {{{}}}, "Conditions": {{{}}}, "Resources": {{"R": {{"Type": "T::T::T", "Properties": {{"P":
            {{"Fn::Join": ["", [{}]]}}}}}}, {}}}}}"#,
        many(&|i| format!(r#""P{i}": {{"Type": "String"}}"#)),
        many(&|i| format!(r#""C{i}": {{"Fn::Equals": [{{"Ref": "P{i}"}}, "x"]}}"#)),
        many(&|i| format!(r#"{{"Fn::If": ["C{i}", "a", "b"]}}"#)),
        many(&|i| format!(r#""R{i}": {{"Type": "T::T::T", "Condition": "C{i}"}}"#)),
    );
    let project = Project::in_memory([("/app.json", &*text)]);
    let fragment = load_template(&project, Path::new("app.json"), &[], RootId(0));
    assert_eq!((fragment.problems.len(), fragment.resources.len()), (0, 41));
    let Some(Data::Text(text)) = fragment.resources[0].body.get("P").map(|v| &v.data) else {
        panic!("a text")
    };
    assert_eq!(text.holes().count(), 40);
    assert_eq!(fragment.resources[7].existence.conditions, [("app/C6".into(), true)]);
}

#[test]
fn conditions_that_say_the_same_have_the_same_name() {
    let text = r#"{"Parameters": {"E": {"Type": "String"}}, "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "E"}, "prod"]},
        "NotProd": {"Fn::Not": [{"Condition": "Prod"}]}, "Never": {"Fn::Equals": ["a", "b"]}}, "Resources": {
        "A": {"Type": "T::T::T", "Condition": "Prod"}, "B": {"Type": "T::T::T", "Condition": "NotProd"}, "C": {"Type": "T::T::T", "Condition": "Never"}}}"#;
    let project = Project::in_memory([("/app.json", text)]);
    let fragment = load_template(&project, Path::new("app.json"), &[], RootId(0));
    let [a, b] = &*fragment.resources else { panic!("two resources") };
    assert!(!a.existence.compatible(&b.existence));
}

#[test]
fn deep_nesting_is_refused_and_depth_within_the_limit_is_read() {
    let deep = format!(r#"{{"Resources": {{"A": {}"#, "{\"a\":".repeat(100_000));
    let project = Project::in_memory([("/app.json", &*deep)]);
    let fragment = load_template(&project, Path::new("app.json"), &[], RootId(0));
    assert!(fragment.problems[0].message.contains("deeper"), "{:?}", fragment.problems);
    let join = |n: usize| format!("{}\"x\"{}", r#"{"Fn::Join": ["", ["#.repeat(n), "]]}".repeat(n));
    let text =
        format!(r#"{{"Resources": {{"A": {{"Type": "T::T::T", "Properties": {{"P": {}}}}}}}}}"#, join(80));
    let project = Project::in_memory([("/app.json", &*text)]);
    let fragment = load_template(&project, Path::new("app.json"), &[], RootId(0));
    assert_eq!(fragment.resources[0].body.get("P").unwrap().as_str().unwrap(), "x");
}
