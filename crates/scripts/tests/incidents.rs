//! The scripts of the incident projects.

mod common;

use std::path::{Path, PathBuf};

use common::{at, placed};
use iaclint_scripts::{
    Bound, Dockerfile, PartKind, Presence, Script, UserData, WorkKind, clear_secrets, container_runs,
    errexit, kernel_settings, package_installs, probes, service_actions, start_work, tool_in_dockerfile,
    wait_loops,
};

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
    let text = std::fs::read_to_string(incidents().join(path)).unwrap();
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

/// The user data of a synthesized template as the pieces of `Fn::Join`, each with its place in the template's file.
#[test]
fn user_data_in_pieces_keeps_its_places() {
    let path = incidents().join("opensearch/cdk/bad/cdk.out");
    let template = std::fs::read_dir(path)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.to_string_lossy().ends_with(".template.json"));
    let mut runs_seen = 0;
    for path in template {
        let sources = iaclint_source::Sources::new();
        let file = sources.add("t.json", std::fs::read_to_string(&path).unwrap());
        let mut arena = iaclint_value::OriginArena::new(0);
        let json = iaclint_value::json::parse_file(&file, &mut arena).unwrap();
        let mut texts = Vec::new();
        json.value.walk(&mut |value| {
            let Some(inner) = value.get("Fn::Base64") else { return };
            let joined = inner.get("Fn::Join").and_then(|j| j.at(1)).and_then(|l| l.as_list());
            match (inner.to_text(), joined) {
                (Some(text), _) => texts.push(text),
                (None, Some(list)) => {
                    texts.push(iaclint_value::Text::of(list.items.iter().map(
                        |item| match item.as_object() {
                            Some(_) => iaclint_value::Piece::Hole(iaclint_value::Value::unknown(
                                iaclint_value::Why::Computed("x".into()),
                                item.origin,
                            )),
                            None => iaclint_value::Piece::Hole(item.clone()),
                        },
                    )))
                }
                _ => {}
            }
        });
        for text in texts {
            let data = UserData::read(&text);
            for script in data.scripts() {
                for run in container_runs(script) {
                    runs_seen += 1;
                    let span = run.ports[0].span.unwrap();
                    assert!(file.slice(span).contains(':'), "{}", file.slice(span));
                    assert!(file.slice(run.span.unwrap()).starts_with("docker run"));
                }
            }
        }
    }
    assert!(runs_seen > 0);
}
