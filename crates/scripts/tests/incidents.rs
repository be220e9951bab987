//! The scripts of the incident projects.

mod common;

use std::path::{Path, PathBuf};

use common::{at, placed};
use iaclint_scripts::{
    Bound, Dockerfile, PartKind, Presence, Script, UserData, WorkKind, clear_secrets, container_runs,
    errexit, kernel_settings, package_installs, probes, service_actions, start_work, tool_in_dockerfile,
    wait_loops,
};
use iaclint_source::Sources;
use iaclint_value::{OriginArena, Piece, Text, Value, Why, json};

fn incidents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/incidents")
}

/// A template with its `${…}` as holes and its `$${…}` unescaped.
fn template(written: &str) -> String {
    let mut out = String::new();
    let mut rest = written;
    while let Some(at) = rest.find("${") {
        let end = rest[at..].find('}').map_or(rest.len(), |e| at + e);
        if rest[..at].ends_with('$') {
            out.push_str(&rest[..at - 1]);
            out.push_str(&rest[at..=end]);
        } else {
            out.push_str(&rest[..at]);
            out.push('‹');
            out.push_str(&rest[at + 2..end]);
            out.push('›');
        }
        rest = &rest[end + 1..];
    }
    out + rest
}

fn read(path: &str) -> String {
    let text = std::fs::read_to_string(incidents().join(path)).expect("the fixture is there");
    if Path::new(path).extension().is_some_and(|e| e == "tftpl") { template(&text) } else { text }
}

fn user_data(path: &str) -> (String, Script) {
    let written = read(path);
    let mut data = UserData::read(&placed(&written));
    assert_eq!((data.parts.len(), data.has_unknown_parts()), (1, false), "{path}");
    let PartKind::Script(script) = data.parts.remove(0).kind else { panic!("{path}") };
    (written, script)
}

#[test]
fn a_search_host_that_never_comes_up_shows_its_faults() {
    let (written, script) = user_data("opensearch/terraform/bad/modules/search/templates/user_data.sh.tftpl");
    let runs = container_runs(&script);
    assert_eq!((runs.len(), runs[0].comes_back(), runs[0].detached), (1, Some(false), true));
    assert_eq!(runs[0].image.as_ref().unwrap().prefix(), "opensearchproject/opensearch:");
    assert!(kernel_settings(&script).is_empty() && errexit(&script).is_empty());
    let secrets = clear_secrets(&script);
    assert_eq!(secrets.iter().map(|s| at(&written, s.span)).collect::<Vec<_>>(), ["opensearch2024"]);
    let waits = wait_loops(&script);
    assert_eq!(waits.iter().map(|w| w.bound).collect::<Vec<_>>(), [Bound::Tries(60)]);
    assert!(package_installs(&script)[0].installs(&["docker"]));
    assert!(service_actions(&script)[0].starts && service_actions(&script)[0].enables);
}

#[test]
fn its_corrected_twin_has_none_of_them() {
    let (_, script) = user_data("opensearch/terraform/good/modules/search/templates/user_data.sh.tftpl");
    assert_eq!(container_runs(&script)[0].comes_back(), Some(true));
    assert_eq!(kernel_settings(&script)[0].name, "vm.max_map_count");
    assert_eq!((clear_secrets(&script), errexit(&script).len()), (Vec::new(), 1));
    assert_eq!(probes(&script).last().unwrap().port_number(), Some(9200));
}

#[test]
fn an_entrypoint_waits_for_ever_until_it_is_given_a_deadline() {
    let bad = read("ecs-stabilization/terraform/bad/backend/entrypoint.sh");
    let script = Script::read(&placed(&bad));
    let waits = wait_loops(&script);
    assert_eq!((waits.len(), waits[0].bound, waits[0].sleep), (1, Bound::None, Some(2)));
    assert!(at(&bad, waits[0].condition_span).starts_with("pg_isready -h"));
    let work = start_work(&script);
    assert_eq!(
        work.iter().map(|w| (w.what, w.conditional)).collect::<Vec<_>>(),
        [(WorkKind::Wait, false), (WorkKind::Migration, true)]
    );
    assert_eq!(work[1].before.as_deref(), Some("$@"));
    let good = read("ecs-stabilization/terraform/good/backend/entrypoint.sh");
    let waits = wait_loops(&Script::read(&placed(&good)));
    assert_eq!(waits.iter().map(|w| w.bound).collect::<Vec<_>>(), [Bound::Seconds(60)]);
}

#[test]
fn the_image_holds_what_its_health_check_needs() {
    let file = Dockerfile::read(&placed(&read("ecs-stabilization/terraform/bad/backend/Dockerfile.prod")));
    assert!(matches!(tool_in_dockerfile(&file, "curl"), Presence::Yes(Some(_))));
    assert!(matches!(tool_in_dockerfile(&file, "pg_isready"), Presence::Yes(Some(_))));
    let (entrypoint, command) = file.starts();
    assert_eq!(entrypoint.unwrap().script.commands[0].name().unwrap(), "entrypoint.sh");
    assert_eq!(command.unwrap().script.commands[0].name().unwrap(), "gunicorn");
}

#[test]
fn every_script_of_the_incidents_is_read_without_errors() {
    let mut seen = 0;
    let mut directories = vec![incidents()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "node_modules" {
                directories.push(path);
            } else if name.contains(".sh") {
                seen += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                let script = Script::read(&placed(&template(&text)));
                assert!(!script.has_unknown_parts(), "{}: {script:?}", path.display());
                assert!(script.commands.iter().all(|c| c.span.is_some()), "{}", path.display());
            } else if name.starts_with("Dockerfile") {
                seen += 1;
                let file = Dockerfile::read(&placed(&std::fs::read_to_string(&path).unwrap()));
                assert!(file.unknown.is_empty() && !file.stages.is_empty(), "{}", path.display());
            }
        }
    }
    assert!(seen >= 12, "{seen}");
}

/// The texts under `Fn::Base64`: one text, the first of `Fn::Sub`, or the pieces of `Fn::Join`, references as holes.
fn user_data_of(json: &Value) -> Vec<Text> {
    let mut texts = Vec::new();
    json.walk(&mut |value| {
        let Some(inner) = value.get("Fn::Base64") else { return };
        let inner = inner.get("Fn::Sub").map_or(inner, |sub| sub.at(0).unwrap_or(sub));
        let joined = inner.get("Fn::Join").and_then(|j| j.at(1)).and_then(|l| l.as_list());
        let piece = |item: &Value| match item.as_object() {
            Some(_) => Piece::Hole(Value::unknown(Why::Computed("x".into()), item.origin)),
            None => Piece::Hole(item.clone()),
        };
        texts.extend(inner.to_text().or_else(|| joined.map(|list| Text::of(list.items.iter().map(piece)))));
    });
    texts
}

#[track_caller]
fn assert_container_places(name: &str, template: String) {
    let sources = Sources::new();
    let file = sources.add(name, template);
    let json = json::parse_file(&file, &mut OriginArena::new(0)).expect("a template is JSON");
    let texts = user_data_of(&json.value);
    assert!(!texts.is_empty(), "{name}");
    for text in texts {
        let data = UserData::read(&text);
        let runs: Vec<_> = data.scripts().into_iter().flat_map(container_runs).collect();
        assert_eq!(runs.len(), 1, "{name}");
        assert!(file.slice(runs[0].span.expect("it has a place")).starts_with("docker run"), "{name}");
        let ports: Vec<_> =
            runs[0].ports.iter().map(|p| file.slice(p.span.expect("it has a place"))).collect();
        assert!(ports.iter().all(|p| p.contains(':') && !p.contains(' ')), "{ports:?}");
    }
}

#[test]
fn user_data_of_a_synthesized_template_keeps_its_places() {
    for path in [
        "onyx/cdk/bad/cdk.out/OnyxProdVespa.template.json",
        "opensearch/cdk/bad/cdk.out/CatalogSearch.template.json",
        "opensearch/cdk/good/cdk.out/CatalogEmbeddings.template.json",
    ] {
        assert_container_places(path, read(path));
    }
}

#[test]
fn user_data_in_pieces_keeps_its_places() {
    let template = r##"{"UserData": {"Fn::Base64": {"Fn::Join": ["", [
        "#!/bin/bash\nset -e\ndocker run -d \\\n  -p \"8080:80\" -e REGION=", {"Ref": "AWS::Region"}, " \\\n  app:", {"Ref": "Tag"}, "\n"
    ]]}}}"##;
    assert_container_places("t.json", template.to_owned());
}
