//! Suppressions and baselines in each form of both languages: they hold while lines move, and say so when they are no longer needed.

#[path = "support/scratch.rs"]
mod scratch;

use std::path::Path;
use std::process::Command;

use scratch::Scratch;
use serde_json::Value;

/// A project with one fault and its suppression.
struct Form {
    /// The case in `cmd` that holds it.
    case: &'static str,
    /// The file with the fault.
    file: &'static str,
    /// The file with the suppression.
    directive: &'static str,
    /// What makes the fault, and what stands in its place where there is none.
    fault: (&'static str, &'static str),
    /// The suppression without an end, and with one. An acknowledgement has none.
    until: Option<(&'static str, &'static str)>,
    /// What is put before the file so that all its lines move.
    above: &'static str,
}

const IN_COMMENT: (&str, &str) = ("[sg-stale-reference", "[until=2027-01-01, sg-stale-reference");

const FORMS: [Form; 4] = [
    Form {
        case: "suppressed_on_the_line",
        file: "main.tf",
        directive: "main.tf",
        fault: ("security_groups = [aws_security_group.legacy_api.id]", "cidr_blocks = [\"10.0.0.0/16\"]"),
        until: Some(IN_COMMENT),
        above: "# moved\n\nlocals {\n  moved = true\n}\n\n",
    },
    Form {
        case: "suppressed_in_yaml",
        file: "template.yaml",
        directive: "template.yaml",
        fault: ("SourceSecurityGroupId: !GetAtt LegacyApi.GroupId", "CidrIp: 10.0.0.0/16"),
        until: Some(IN_COMMENT),
        above: "# moved\n\nDescription: moved\n",
    },
    Form {
        case: "suppressed_in_metadata",
        file: "template.json",
        directive: "template.json",
        fault: (
            "\"Fn::GetAtt\": [\n                \"LegacyApi\",\n                \"GroupId\"\n              ]",
            "\"Fn::ImportValue\": \"clients\"",
        ),
        until: Some((
            "\"rule\": \"sg-stale-reference\"",
            "\"until\": \"2027-01-01\", \"rule\": \"sg-stale-reference\"",
        )),
        above: "\n\n\n",
    },
    Form {
        case: "suppressed_by_an_acknowledgement",
        file: "cdk.out/Shop.template.json",
        directive: "cdk.out/manifest.json",
        fault: (
            "\"Fn::GetAtt\": [\n        \"LegacyApi\",\n        \"GroupId\"\n       ]",
            "\"Fn::ImportValue\": \"clients\"",
        ),
        until: None,
        above: "\n\n\n",
    },
];

struct Project(Scratch);

impl Project {
    fn new(form: &Form, name: &str) -> Self {
        let project = Self(Scratch::new(&format!("{name}-{}", form.case)));
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd").join(format!("{}.in", form.case));
        copy(&from, &project.0.0);
        project
    }

    /// Changes a file; what is to be changed must be there.
    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.0.0.join(file);
        let text = std::fs::read_to_string(&path).expect("the file is there");
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(path, text.replacen(from, to, 1)).expect("the file can be written");
    }

    fn move_lines(&self, form: &Form) {
        let path = self.0.0.join(form.file);
        let text = std::fs::read_to_string(&path).expect("the file is there");
        std::fs::write(path, format!("{}{text}", form.above)).expect("the file can be written");
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_iaclint"))
            .args(arguments)
            .args(["--project-root", ".", "--no-config"])
            .current_dir(&self.0.0)
            .output()
            .expect("iaclint runs");
        assert!(output.status.code() < Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The rules of what is found, and of what is hidden.
    fn check(&self, arguments: &[&str]) -> (Vec<String>, Vec<String>) {
        let all = [&["check", "--level", "advice", "--format", "json"], arguments].concat();
        let report: Value = serde_json::from_str(&self.run(&all)).expect("the report is JSON");
        let rules = |key: &str| {
            let list = report[key].as_array().map_or(&[][..], Vec::as_slice);
            list.iter().map(|f| f["rule"].as_str().unwrap_or_default().to_owned()).collect()
        };
        (rules("findings"), rules("suppressed"))
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("scratch directories can be made");
    for entry in std::fs::read_dir(from).expect("the case is there") {
        let path = entry.expect("the case can be read").path();
        let target = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("scratch files can be written");
        }
    }
}

const STALE: &str = "sg-stale-reference";

fn rules(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_suppression_holds_while_lines_move_and_is_unused_when_the_fault_is_gone() {
    for form in &FORMS {
        let project = Project::new(form, "suppression");
        assert_eq!(project.check(&[]), (rules(&[]), rules(&[STALE])), "{}", form.case);
        project.move_lines(form);
        assert_eq!(project.check(&[]), (rules(&[]), rules(&[STALE])), "{}: lines moved", form.case);
        assert_eq!(project.check(&["--no-suppress"]).0, rules(&[STALE]), "{}", form.case);
        project.change(form.file, form.fault.0, form.fault.1);
        let (shown, hidden) = project.check(&[]);
        assert_eq!((shown, hidden), (rules(&["unused-suppression"]), rules(&[])), "{}: mended", form.case);
    }
}

#[test]
fn a_suppression_ends_on_its_day_and_one_of_no_rule_is_said_to_be_wrong() {
    for form in &FORMS {
        if let Some((forever, until)) = form.until {
            let project = Project::new(form, "expiry");
            project.change(form.directive, forever, until);
            project.move_lines(form);
            assert_eq!(project.check(&["--today", "2027-01-01"]).1, rules(&[STALE]), "{}", form.case);
            let (mut shown, _) = project.check(&["--today", "2027-01-02"]);
            shown.sort();
            assert_eq!(shown, rules(&["expired-suppression", STALE]), "{}", form.case);
        }
        let project = Project::new(form, "unknown");
        project.change(form.directive, STALE, "sg-stale-referenc");
        let (mut shown, hidden) = project.check(&[]);
        shown.sort();
        assert_eq!((shown, hidden), (rules(&["invalid-suppression", STALE]), rules(&[])), "{}", form.case);
    }
}

#[test]
fn a_baseline_holds_while_lines_move_and_is_stale_when_the_fault_is_gone() {
    for form in &FORMS {
        let project = Project::new(form, "baseline");
        project.run(&["baseline", "--no-suppress"]);
        let hidden = ["--no-suppress", "--baseline", "iaclint-baseline.json"];
        project.move_lines(form);
        assert_eq!(project.check(&hidden), (rules(&[]), rules(&[STALE])), "{}", form.case);
        project.change(form.file, form.fault.0, form.fault.1);
        assert_eq!(project.check(&hidden).1, rules(&[]), "{}", form.case);
        project.run(&[&["check", "--prune"], &hidden[..]].concat());
        project.change(form.file, form.fault.1, form.fault.0);
        assert!(project.check(&hidden).0.contains(&STALE.to_owned()), "{}: it is pruned", form.case);
    }
}
