//! From a resource to the line of the user's program, in every form that assemblies have had.

use std::path::Path;

use iaclint_cloudformation::load_assembly;
use iaclint_graph::Fragment;
use iaclint_source::{ProblemKind, Project, Span};
use iaclint_value::RootId;

const TEMPLATE: &str = r#"{"Resources": {"A": {"Type": "T::T::T", "Metadata": {"aws:cdk:path": "App/A/Resource"}, "Properties": {"P": ["x"], "Q": "y"}}}}"#;

/// An assembly of one stack with one resource; `entries` stand beside the logical id in its metadata.
fn load(entries: &str, files: &[(&str, &str)]) -> (Project, Fragment) {
    let manifest = format!(
        r#"{{"version": "36.0.0", "artifacts": {{"App": {{"type": "aws:cloudformation:stack",
            "properties": {{"templateFile": "App.template.json"}}, "metadata": {{"/App/A/Resource": [{entries}]}}}}}}}}"#
    );
    let own = [
        ("/cdk.json", "{}"),
        ("/cdk.out/manifest.json", &*manifest),
        ("/cdk.out/App.template.json", TEMPLATE),
    ];
    let project = Project::in_memory(own.into_iter().chain(files.iter().copied()));
    let fragment = load_assembly(&project, Path::new("cdk.out"), RootId(0));
    (project, fragment)
}

fn shown(project: &Project, span: Option<Span>) -> String {
    let Some(span) = span else { return "none".to_owned() };
    format!("{} {}", project.sources().display(span), project.sources().file(span.file).slice(span))
}

/// Where the resource's line is.
fn source(entries: &str, files: &[(&str, &str)]) -> String {
    let (project, fragment) = load(entries, files);
    shown(&project, fragment.resources[0].source)
}

const ID: &str = r#"{"type": "aws:cdk:logicalId", "data": "A"}"#;

fn created(frames: &str) -> String {
    format!(r#"{ID}, {{"type": "aws:cdk:creationStack", "data": [{frames}]}}"#)
}

const TS: &str = "import x;\n\nexport class App {\n  make() { new Bucket(); }\n}\n";
// Line 3, column 4 of the compiled file is line 4, column 12 of the original.
const MAP: &str =
    r#"{"version": 3, "file": "app.js", "sources": ["../../lib/app.ts"], "mappings": ";;IAGW"}"#;

#[test]
fn a_compiled_place_is_followed_through_the_map_beside_it() {
    let frames = created(r#""new App (/home/ci/app/dist/lib/app.js:3:5)""#);
    let js = ("/dist/lib/app.js", "\n\n    new Bucket();\n");
    let seen = source(&frames, &[js, ("/dist/lib/app.js.map", MAP), ("/lib/app.ts", TS)]);
    assert_eq!(seen, "lib/app.ts:4:12 new Bucket(); }");
    // The compiled file itself need not be there.
    let seen = source(&frames, &[("/dist/lib/app.js.map", MAP), ("/lib/app.ts", TS)]);
    assert_eq!(seen, "lib/app.ts:4:12 new Bucket(); }");
}

#[test]
fn a_map_that_the_compiled_file_names_or_holds_is_followed() {
    let frames = created(r#""new App (dist/lib/app.js:3:5)""#);
    let named = "\n\n    new Bucket();\n//# sourceMappingURL=../maps/app.map\n";
    let seen =
        source(&frames, &[("/dist/lib/app.js", named), ("/dist/maps/app.map", MAP), ("/lib/app.ts", TS)]);
    assert_eq!(seen, "lib/app.ts:4:12 new Bucket(); }");
    // {"sources":["../../lib/app.ts"],"mappings":";;IAGW"}
    let base64 = "eyJzb3VyY2VzIjpbIi4uLy4uL2xpYi9hcHAudHMiXSwibWFwcGluZ3MiOiI7O0lBR1cifQ==";
    let held = format!(
        "\n\n    new Bucket();\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,{base64}\n"
    );
    let seen = source(&frames, &[("/dist/lib/app.js", &held), ("/lib/app.ts", TS)]);
    assert_eq!(seen, "lib/app.ts:4:12 new Bucket(); }");
}

#[test]
fn without_a_map_or_its_original_the_compiled_line_is_shown() {
    let frames = created(r#""new App (dist/lib/app.js:3:5)""#);
    let js = ("/dist/lib/app.js", "\n\n    new Bucket();\n");
    assert_eq!(source(&frames, &[js]), "dist/lib/app.js:3:5 new Bucket();");
    for map in [MAP, "{", r#"{"sources": ["../../../../etc/passwd"], "mappings": ";;IAGW"}"#] {
        assert_eq!(
            source(&frames, &[js, ("/dist/lib/app.js.map", map)]),
            "dist/lib/app.js:3:5 new Bucket();",
            "{map}"
        );
    }
}

#[test]
fn traces_of_python_have_no_column() {
    let frames = created(
        r#""...jsii-kernel...", "create_bucket (/builds/app/stacks/shop.py:2)", "__call__ (/venv/lib/python3.13/site-packages/jsii/_runtime.py:118)", "<module> (/builds/app/app.py:9)""#,
    );
    let seen =
        source(&frames, &[("/stacks/shop.py", "def create_bucket(self):\n    s3.Bucket(self, \"B\")\n")]);
    assert_eq!(seen, "stacks/shop.py:2:5 s3.Bucket(self, \"B\")");
}

#[test]
fn old_traces_stand_beside_the_logical_id() {
    let entry = r#"{"type": "aws:cdk:logicalId", "data": "A", "trace": [
        "Bucket.method2 [as construct] (/app/node_modules/aws-cdk-lib/core/lib/cfn-element.js:1:20)",
        "new Bucket (/app/node_modules/aws-cdk-lib/aws-s3/lib/s3.generated.js:1:20)",
        "App.make (/app/lib/app.ts:4:12)", "Object.<anonymous> (/app/bin/app.ts:1:1)",
        "Module._compile (node:internal/modules/cjs/loader:1364:14)"]}"#;
    assert_eq!(source(entry, &[("/lib/app.ts", TS)]), "lib/app.ts:4:12 new Bucket(); }");
}

#[test]
fn the_line_that_set_a_property_is_known_for_places_in_it() {
    let set = |name: &str, line: u32| {
        format!(
            r#"{{"type": "aws:cdk:propertyAssignment", "data": {{"propertyName": "{name}", "stackTrace": ["...aws-cdk-lib...", "App.make (lib/app.ts:{line}:1)"]}}}}"#
        )
    };
    let entries = format!(
        "{}, {}, {}, {}",
        created(r#""new App (lib/app.ts:1:1)""#),
        set("P", 2),
        set("P", 3),
        r#"{"type": "aws:cdk:propertyAssignment", "data": 1}"#
    );
    let (project, fragment) = load(&entries, &[("/lib/app.ts", "one\ntwo\nthree\n")]);
    let place = |name: &str| {
        let value = fragment.resources[0].body.get(name).unwrap();
        let value = value.at(0).unwrap_or(value);
        fragment.origins.get(value.origin).unwrap().span
    };
    let mut origins = iaclint_value::Origins::new();
    let (p, q) = (place("P"), place("Q"));
    origins.insert(fragment.origins);
    let resource = &fragment.resources[0];
    assert_eq!(shown(&project, resource.source_of(p, &origins)), "lib/app.ts:3:1 three");
    assert_eq!(shown(&project, resource.source_of(q, &origins)), "lib/app.ts:1:1 one");
}

#[test]
fn an_assembly_without_lines_says_once_how_to_get_them() {
    let helps = |entries: &str| {
        let (_, fragment) = load(entries, &[]);
        let told: Vec<_> =
            fragment.problems.iter().map(|p| (p.kind, p.help.clone().unwrap_or_default())).collect();
        told
    };
    let how = |variable: &str| {
        vec![(ProblemKind::NotEvaluated, format!("run `{variable} npx cdk synth -q` and check again"))]
    };
    assert_eq!(helps(ID), how("CDK_DEBUG=1"));
    let python = created(r#""...../var/tmp/jsii-kernel-Vh91Cu/node_modules/aws-cdk-lib...""#);
    assert_eq!(helps(&python), how("JSII_HOST_STACK_TRACES=1"));
    // Whoever has traces but not the program at hand gains nothing by the advice.
    assert_eq!(helps(&created(r#""new App (/elsewhere/lib/app.ts:1:1)""#)), []);
}
