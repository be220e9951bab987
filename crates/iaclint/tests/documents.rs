//! README.md and docs/ are true: what they show is printed, what they tell to type is a case, and what they tell to write is read.
//!
//! `IACLINT_BLESS=1 cargo test -p iaclint --test documents` rewrites what is printed.

#[path = "support/time.rs"]
mod time;
#[path = "support/transcript.rs"]
mod transcript;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use transcript::{Fence, fences, replay, repository};

/// A page and its text.
type Page = (PathBuf, String);

fn pages() -> Vec<Page> {
    let docs = std::fs::read_dir(repository().join("docs")).expect("docs can be read");
    let mut out: Vec<PathBuf> = docs.map(|entry| entry.expect("docs can be read").path()).collect();
    out.retain(|path| path.extension().is_some_and(|e| e == "md"));
    out.push(repository().join("README.md"));
    out.sort();
    let text = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a page can be read");
        (path, text)
    };
    out.into_iter().map(text).collect()
}

fn readme() -> String {
    std::fs::read_to_string(repository().join("README.md")).expect("the README can be read")
}

fn name_of(page: &Path) -> String {
    page.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The fences of all pages that are in a language, with the name of their page.
fn fences_of<'p>(pages: &'p [Page], language: &str) -> Vec<(String, Fence<'p>)> {
    let all = pages.iter().flat_map(|(path, text)| fences(text).into_iter().map(|f| (name_of(path), f)));
    all.filter(|(_, fence)| fence.language == language).collect()
}

#[test]
fn terminals_show_what_is_printed() {
    let mut faults = Vec::new();
    for (path, text) in pages() {
        let replayed = replay(&format!("pages/{}", name_of(&path)), &text);
        if std::env::var_os("IACLINT_BLESS").is_some() && replayed.page != text {
            std::fs::write(&path, &replayed.page).unwrap();
        }
        faults.extend(replayed.faults.into_iter().map(|fault| format!("{}: {fault}", path.display())));
    }
    assert!(faults.is_empty(), "{}\nIACLINT_BLESS=1 rewrites them", faults.join("\n"));
}

/// The words of a command line: without what is behind a `#`, and without where its streams lead.
fn words(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, Some(q)) if c == q => quote = None,
            ('#' | '<' | '>' | '|', None) if word.is_none() => break,
            (' ' | '\n', None) => out.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word);
    out
}

/// The arguments of the cases in `cmd/`.
fn cases() -> BTreeSet<Vec<String>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let mut out = BTreeSet::new();
    for entry in std::fs::read_dir(directory).expect("the cases can be read") {
        let path = entry.expect("the cases can be read").path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).expect("a case can be read");
            let case: toml::Table = toml::from_str(&text).expect("a case is TOML");
            let arguments = case["args"].as_array().expect("a case has arguments");
            out.insert(arguments.iter().filter_map(|a| a.as_str().map(str::to_owned)).collect());
        }
    }
    out
}

#[test]
fn every_command_line_to_type_is_a_case() {
    let (pages, cases) = (pages(), cases());
    let mut seen = 0;
    for (page, fence) in fences_of(&pages, "sh") {
        for line in fence.inside.lines() {
            let line = line
                .strip_prefix("cargo run --release -- ")
                .map(|rest| format!("iaclint {rest}"))
                .unwrap_or(line.to_owned());
            // Words in capitals stand for something else.
            if let Some(rest) =
                line.strip_prefix("iaclint ").filter(|rest| !words(rest).iter().any(|word| word == "DIR"))
            {
                assert!(
                    cases.contains(&words(rest)),
                    "{page}: no case in tests/cmd has the arguments {:?}",
                    words(rest)
                );
                seen += 1;
            }
        }
    }
    for (page, fence) in fences_of(&pages, "yaml") {
        for line in fence.inside.lines().filter_map(|l| l.trim_start().strip_prefix("- run: iaclint ")) {
            assert!(
                cases.contains(&words(line)),
                "{page}: no case in tests/cmd has the arguments {:?}",
                words(line)
            );
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} command lines are shown");
}

/// The texts of all files below a directory.
fn texts(directory: &Path, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).expect("a directory can be read") {
        let path = entry.expect("a directory can be read").path();
        if path.is_dir() {
            texts(&path, out);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            out.push(flush_left(&text));
        }
    }
}

/// A text without the indentation of its lines.
fn flush_left(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line.trim())).collect::<Vec<_>>().concat()
}

#[test]
fn what_is_shown_of_a_file_stands_in_the_input_of_a_case() {
    let mut inputs = Vec::new();
    texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd"), &mut inputs);
    let pages = pages();
    let mut seen = 0;
    for language in ["hcl", "json", "toml"] {
        for (page, fence) in fences_of(&pages, language) {
            let shown = flush_left(fence.inside);
            assert!(inputs.iter().any(|text| text.contains(&shown)), "{page}: no case reads\n{shown}");
            seen += 1;
        }
    }
    for (page, fence) in fences_of(&pages, "ts") {
        // What the CDK makes of an acknowledgement.
        let of = |key: &str| fence.inside.split(key).nth(1).and_then(|rest| rest.split('\'').nth(1));
        let (id, reason) = (of("id:").expect("a rule"), of("reason:").expect("a reason"));
        let written = format!("\"{id}\": \"{reason}\"");
        assert!(inputs.iter().any(|text| text.contains(&written)), "{page}: no case reads {written}");
        seen += 1;
    }
    let inline = readme();
    let inline =
        inline.split('`').find(|code| code.starts_with("# iaclint: ignore[")).expect("a suppression");
    assert!(inputs.iter().any(|text| text.contains(inline)), "no case reads `{inline}`");
    assert!(seen >= 5, "only {seen} files are shown");
}

/// Every command in backticks, in pages for users, with what stands for something taken for itself.
#[test]
fn every_command_named_in_passing_is_understood() {
    let mut seen = BTreeSet::new();
    for (path, text) in pages() {
        let prose: Vec<&str> = text.split("```").step_by(2).collect();
        for code in prose.iter().flat_map(|part| part.split('`').skip(1).step_by(2)) {
            if let Some(rest) = code.strip_prefix("iaclint ").filter(|rest| seen.insert((*rest).to_owned())) {
                let rest = rest.replace("\\|", "|").replace("FORMAT", "json");
                let arguments: Vec<String> = words(&rest).into_iter().filter(|word| word != "...").collect();
                let output = Command::new(env!("CARGO_BIN_EXE_iaclint"))
                    .args(arguments)
                    .arg("--help")
                    .output()
                    .unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                // A flag may be named without its value.
                let understood = output.status.success() || said.contains("a value is required");
                assert!(understood, "{}: `{code}`: {said}", path.display());
            }
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
}

/// What every page shows of pipelines is there: hooks, inputs of the action, variables of the template.
#[test]
fn pipelines_name_what_there_is() {
    let read = |path: &str| std::fs::read_to_string(repository().join(path)).unwrap();
    let (hooks, action, template) =
        (read(".pre-commit-hooks.yaml"), read("action.yml"), read("ci/gitlab.yml"));
    let pages = pages();
    let mut seen = BTreeSet::new();
    for (page, fence) in fences_of(&pages, "yaml") {
        let mut inputs_of_ours = false;
        for line in fence.inside.lines() {
            let words = line.trim_start().trim_start_matches("- ");
            if let Some(hook) = words.strip_prefix("id: ") {
                assert!(hooks.contains(&format!("- id: {hook}\n")), "{page}: there is no hook {hook}");
                seen.insert("hook");
            } else if let Some(remote) = words.strip_prefix("remote: ") {
                let file = remote.split_once("/main/").map_or(remote, |(_, file)| file);
                assert!(repository().join(file).is_file(), "{page}: there is no {file}");
                seen.insert("template");
            } else if let Some(uses) = words.strip_prefix("uses: ") {
                inputs_of_ours = uses.starts_with("iaclint/");
            } else if let Some((variable, _)) =
                words.split_once(": ").filter(|(v, _)| v.starts_with("IACLINT_"))
            {
                assert!(template.contains(variable), "{page}: the template has no {variable}");
                seen.insert("variable");
            } else if let Some((input, _)) = words.split_once(": ").filter(|_| inputs_of_ours) {
                assert!(
                    action.contains(&format!("\n  {input}:\n")),
                    "{page}: the action has no input {input}"
                );
                seen.insert("input");
            }
        }
    }
    assert_eq!(seen, BTreeSet::from(["hook", "input", "template", "variable"]));
    // What the first pipeline uploads is what it wrote.
    let readme = readme();
    let written = readme.split("--output ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
    let sarif = readme.split("sarif_file: ").nth(1).and_then(|rest| rest.split_whitespace().next());
    assert!(readme.contains(&format!("--format sarif --output {}", sarif.unwrap())), "{written}");
}

/// Each command and each format that there is has a case and is named on a page.
#[test]
fn every_command_and_every_format_has_a_case_and_a_page() {
    let help = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_iaclint")).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (cases, pages) = (cases(), pages());
    let text: String = pages.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().concat();
    let commands = help(&["--help"]);
    let commands = commands.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let commands: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() >= 9, "{commands:?}");
    for command in commands.into_iter().filter(|command| *command != "help") {
        assert!(
            cases.iter().any(|case| case.first().is_some_and(|first| first == command)),
            "{command} has no case"
        );
        assert!(text.contains(&format!("iaclint {command}")), "{command} is on no page");
        let long = help(&[command, "--help"]);
        for format in formats(&long) {
            let is_of = |case: &&Vec<String>| {
                case.first().is_some_and(|first| first == command)
                    && case.windows(2).any(|pair| pair[0] == "--format" && pair[1] == format)
            };
            let default = format == "human" || (command == "graph" && format == "html");
            assert!(
                default || cases.iter().any(|case| is_of(&case)),
                "{command} --format {format} has no case"
            );
            assert!(
                text.contains(&format!("`{format}`")) || text.contains(&format!("--format {format}")),
                "{format} is on no page"
            );
        }
    }
}

/// The formats that the help of a command lists.
fn formats(help: &str) -> Vec<String> {
    let list = help.split("--format <FORMAT>").nth(1).unwrap_or_default();
    let list = list.split("Possible values:\n").nth(1).unwrap_or_default();
    let list = list.split("\n\n").next().unwrap_or_default();
    list.lines()
        .filter_map(|line| Some(line.trim().strip_prefix("- ")?.split_once(':')?.0.to_owned()))
        .collect()
}
