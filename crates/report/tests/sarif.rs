//! SARIF by the rules of those who read it: the official schema, a viewer in an editor, a code host.

mod case;

use case::Case;
use iaclint_lint::{Finding, Severity, TrailStep};
use iaclint_report::{Format, Report, Sarif};
use serde_json::Value;

fn log(report: &Report<'_>) -> Value {
    serde_json::from_str(&Sarif.render(report)).expect("the log is JSON")
}

/// Everything of the log that has this key.
fn all<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
    let below: Vec<&Value> = match value {
        Value::Object(object) => object.values().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => Vec::new(),
    };
    value.get(key).into_iter().chain(below.into_iter().flat_map(|v| all(v, key))).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn sarif_obeys_the_official_schema() {
    let mut schema: serde_json::Value =
        serde_json::from_str(include_str!("data/sarif-schema-2.1.0.json")).unwrap();
    // Two patterns hold a stray bracket, which strict regular expressions refuse; they are of a field that is not written.
    for of in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{of}/properties/language")).unwrap();
        language.as_object_mut().unwrap().remove("pattern");
    }
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let mut case = Case::new();
    case.findings[0].environments = vec!["prod".to_owned()];
    let mut report = case.report();
    report.root = Some("/srv/my project".as_ref());
    let empty = iaclint_report::Report {
        findings: &[],
        suppressed: &[],
        problems: &[],
        rules: &[],
        unknowns: &[],
        ..report
    };
    for report in [case.report(), report, empty] {
        let log: serde_json::Value = serde_json::from_str(&Sarif.render(&report)).unwrap();
        let errors: Vec<_> =
            schema.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let wrong = serde_json::json!({ "version": "2.1.0", "runs": [{ "tool": {} }] });
    assert!(!schema.is_valid(&wrong), "the schema refuses what is wrong");
}

#[test]
fn a_result_says_in_which_environments_it_was_found() {
    let mut case = Case::new();
    case.findings[0].environments = vec!["dev".to_owned(), "prod".to_owned()];
    let log = log(&case.report());
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["properties"]["environments"], serde_json::json!(["dev", "prod"]));
    assert!(text(&result["message"]["text"]).contains(" (in dev, prod)\n"), "{result}");
    assert_eq!(all(&log, "environments").len(), 1);
}

/// A viewer resolves a relative URI against the base of its id, without looking for the base of the base.
#[test]
fn a_viewer_finds_every_file() {
    let case = Case::new();
    let mut report = case.report();
    report.root = Some("/srv/my project".as_ref());
    let log = log(&report);
    let bases = &log["runs"][0]["originalUriBaseIds"];
    let locations = all(&log["runs"][0]["results"], "artifactLocation");
    assert!(locations.len() > 10);
    for location in locations {
        let uri = text(&location["uri"]);
        assert!(
            !uri.starts_with('/') && !uri.split('/').any(|part| part.contains(':') || part == ".."),
            "{uri}"
        );
        let base = text(&bases[text(&location["uriBaseId"])]["uri"]);
        assert!(base.starts_with("file:///") && base.ends_with('/'), "{base}");
    }
}

/// A viewer knows the schema by the last part of its address, and rules by their index.
#[test]
fn a_viewer_reads_the_log_its_rules_and_their_pages() {
    let log = log(&Case::new().report());
    let name = text(&log["$schema"]).rsplit('/').next().map(|name| name.replace("-schema", ""));
    assert_eq!(name.as_deref(), Some("sarif-2.1.0.json"));
    let run = &log["runs"][0];
    let rules = list(&run["tool"]["driver"]["rules"]);
    for rule in rules {
        assert!(text(&rule["helpUri"]).starts_with("https://"));
        assert!(rule["name"].is_string() && rule["help"]["markdown"].is_string());
        assert!(rule["fullDescription"]["markdown"].is_string());
    }
    for result in list(&run["results"]) {
        if let Some(index) = result["ruleIndex"].as_u64() {
            assert_eq!(rules[usize::try_from(index).unwrap()]["id"], result["ruleId"]);
        }
        assert!(["error", "warning", "note"].contains(&text(&result["level"])));
    }
}

/// A viewer selects from a region's first to its last column, counted from 1 in UTF-16, and needs words for each step of a flow.
#[test]
fn a_viewer_selects_what_a_region_says() {
    let case = Case::new();
    let report = case.report();
    let log = log(&report);
    let results = &log["runs"][0]["results"];
    let number = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
    for place in all(results, "physicalLocation") {
        let uri = text(&place["artifactLocation"]["uri"]);
        let decoded = uri.replace("%20", " ").replace("%C3%B6", "ö").replace("%C3%9F", "ß");
        let file = report.sources.by_path(&decoded).expect("a file of the case");
        let region = &place["region"];
        for (line, column) in [("startLine", "startColumn"), ("endLine", "endColumn")] {
            let line =
                file.text.split('\n').nth(number(&region[line]).unwrap() - 1).expect("a line of the file");
            let column = number(&region[column]).unwrap();
            assert!((1..=line.encode_utf16().count() + 1).contains(&column), "{place}");
        }
        let start = (number(&region["startLine"]), number(&region["startColumn"]));
        assert!(start <= (number(&region["endLine"]), number(&region["endColumn"])), "{place}");
    }
    let flows = all(results, "threadFlows");
    assert!(!flows.is_empty());
    for step in flows.into_iter().flat_map(|flow| list(&flow[0]["locations"])) {
        assert!(!text(&step["location"]["message"]["text"]).is_empty());
        assert!(step["location"]["physicalLocation"]["region"]["startLine"].is_u64());
    }
    for fix in all(results, "fixes").into_iter().flat_map(list) {
        assert!(!text(&fix["description"]["text"]).is_empty());
        assert!(!list(&fix["artifactChanges"][0]["replacements"]).is_empty());
    }
}

#[test]
fn nothing_in_a_message_becomes_a_link() {
    let case = Case::new();
    let mut finding = case.findings[0].clone();
    finding.headline = "see [the other](https://example.com)".to_owned();
    let findings = [finding];
    let mut report = case.report();
    report.findings = &findings;
    let log = log(&report);
    for message in all(&log["runs"][0]["results"], "text") {
        assert!(!text(message).contains("]("), "{message}");
    }
}

/// GitHub refuses a run of more than 25000 results, and shows 100 locations, 1000 steps, 10 tags, and descriptions of about 1000 characters.
#[test]
fn a_code_host_takes_the_log_and_shows_all_of_it() {
    let case = Case::new();
    let of = |severity: Severity, number: usize| {
        let mut finding: Finding = case.findings[4].clone();
        (finding.severity, finding.fingerprint) = (severity, number as u64);
        finding
    };
    let mut findings: Vec<Finding> = (0..25_000).map(|n| of(Severity::Advice, n)).collect();
    findings.extend((0..7).map(|n| of(Severity::Error, n)));
    let step = TrailStep { text: "passed on".to_owned(), span: case.findings[0].trail[0].span };
    findings[0].severity = Severity::Warning;
    findings[0].trail = vec![step; 3_000];
    findings[0].labels = vec![case.findings[0].labels[0].clone(); 500];
    findings[0].instances = (0..500).map(|n| format!("a.b[{n}]")).collect();
    let mut report = case.report();
    report.findings = &findings;
    let log = log(&report);
    let run = &log["runs"][0];
    let results = list(&run["results"]);
    assert_eq!(results.len(), 25_000);
    assert_eq!(results.iter().filter(|r| r["level"] == "error").count(), 7);
    assert!(results.iter().all(|r| r.get("suppressions").is_none()), "what is suppressed goes first");
    let most = |key: &str| results.iter().map(|r| list(&r[key]).len()).max().unwrap();
    assert!(most("locations") + most("relatedLocations") <= 100);
    assert!(results.iter().flat_map(|r| all(r, "logicalLocations")).all(|l| list(l).len() <= 100));
    let steps = results.iter().flat_map(|r| all(r, "threadFlows")).map(|f| list(&f[0]["locations"]).len());
    assert_eq!(steps.max(), Some(1_000));
    let notes = list(&run["invocations"][0]["toolExecutionNotifications"]);
    let words =
        "9 results of the lowest severity left out of the SARIF log: code hosts refuse more than 25000";
    assert!(notes.iter().any(|n| n["message"]["text"] == words), "{notes:?}");
    assert_eq!(Sarif::remark(report.findings, report.suppressed).as_deref(), Some(words));
    for rule in list(&run["tool"]["driver"]["rules"]) {
        assert!(list(&rule["properties"]["tags"]).len() <= 10);
        assert!(text(&rule["name"]).len() <= 255);
        for description in ["shortDescription", "fullDescription"] {
            assert!(text(&rule[description]["text"]).chars().count() <= 1_000);
        }
    }
}
