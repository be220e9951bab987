//! What a reviewer would have to remember: pages, names, file sizes and words.

use std::path::{Path, PathBuf};

use crate::catalogue::{RuleFolder, folders, info};

/// A file of Rust past this is several rooms.
const MAX_LINES: usize = 800;

/// The headings of a rule's page behind its title, in order.
const HEADINGS: [&str; 6] =
    ["What it flags", "What breaks", "Bad", "Good", "When to ignore it", "References"];

/// Directories that hold nothing of ours, or what fuzzing made.
const SKIPPED: &[&str] = &[".git", "target", "node_modules", "corpus", "artifacts"];

/// Checks the whole repository.
pub(crate) fn check(root: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    for folder in folders(root) {
        faults.extend(rule(&folder));
    }
    let mut files = Vec::new();
    list(root, &mut files);
    files.sort();
    for path in files {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        // What is not text has no words.
        if let Ok(text) = std::fs::read_to_string(&path) {
            faults.extend(file(&name, &text).into_iter().map(|fault| format!("{name}{fault}")));
        }
    }
    faults
}

fn list(directory: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        let skipped = entry.file_name().to_str().is_none_or(|name| SKIPPED.contains(&name));
        if skipped {
            continue;
        }
        if kind.is_dir() {
            list(&entry.path(), out);
        } else if kind.is_file() {
            out.push(entry.path());
        }
    }
}

fn rule(folder: &RuleFolder) -> Vec<String> {
    let at = folder.path.display();
    let mut faults = Vec::new();
    if !folder.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        faults.push(format!("{at}: a rule's folder is its id in snake case"));
    }
    for name in ["mod.rs", "README.md"] {
        if !folder.path.join(name).is_file() {
            faults.push(format!("{at}: has no {name}"));
        }
    }
    if let Ok(source) = std::fs::read_to_string(folder.path.join("mod.rs")) {
        faults.extend(unmeasured(&folder.id(), &source).map(|fault| format!("{at}: {fault}")));
    }
    if let Ok(text) = std::fs::read_to_string(folder.path.join("README.md")) {
        faults.extend(page(&folder.id(), &text).into_iter().map(|fault| format!("{at}/README.md: {fault}")));
    }
    faults
}

/// The fault of a rule at error level whose recall nobody measures.
fn unmeasured(id: &str, source: &str) -> Option<String> {
    let is_error = info(source).is_ok_and(|info| info.severity == "error");
    let is_measured = iaclint_mutate::injectors().iter().any(|injector| injector.rules.contains(&id));
    (is_error && !is_measured).then(|| "is at error level and has no injector in crates/mutate".to_owned())
}

/// The faults of a rule's page.
fn page(id: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut headings: Vec<&str> = Vec::new();
    let mut title = None;
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if ticks.len() >= open.len() && line == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                if let Some(heading) = line.strip_prefix("## ") {
                    headings.push(heading);
                } else if let Some(name) = line.strip_prefix("# ")
                    && title.replace(name).is_some()
                {
                    faults.push("has two titles".to_owned());
                }
            }
        }
    }
    if title != Some(id) {
        faults.push(format!("its title is not `# {id}`"));
    }
    if headings != HEADINGS {
        faults.push(format!("its headings are not {HEADINGS:?}, in this order, but {headings:?}"));
    }
    if fence.is_some() {
        faults.push("a fence is never closed".to_owned());
    }
    faults
}

/// The faults of any file, each with the line where there is one: `:12: …`.
fn file(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let is_rust = Path::new(name).extension().is_some_and(|e| e == "rs");
    if is_rust && text.lines().count() > MAX_LINES {
        faults.push(format!(": has more than {MAX_LINES} lines"));
    }
    if is_rust && !text.starts_with("//!") {
        faults.push(": does not start with `//!` and a sentence".to_owned());
    }
    // Written apart, so that this file does not find itself.
    let forbidden = [
        (concat!("#[al", "low("), "use `#[expect(.., reason = \"..\")]`"),
        (concat!("#![al", "low("), "use `#![expect(.., reason = \"..\")]`"),
        (concat!("to", "do!("), "finish it"),
        (concat!("unimple", "mented!("), "finish it"),
        (concat!("#[ig", "nore"), "a test that does not run is none"),
    ];
    // The one door to the file system is `source`; the command line writes its output file.
    let may_open = ["crates/source/", "crates/iaclint/", "crates/mutate/", "crates/xtask/"]
        .iter()
        .any(|c| name.starts_with(c));
    let opens = is_rust
        && !may_open
        && !name.contains("/tests/")
        && !["/benches/", "/examples/"].iter().any(|part| name.contains(part));
    let mut in_tests = false;
    let in_rules = name.starts_with("rules/");
    let is_quoted =
        name.starts_with("fixtures/") || name.contains("/tests/data/") || name.contains("/snapshots/");
    let is_shell = name.starts_with("crates/scripts/") || (in_rules && !is_rust);
    for (number, line) in text.lines().enumerate() {
        let mut fault = |words: String| faults.push(format!(":{}: {words}", number + 1));
        in_tests |= line == "#[cfg(test)]";
        if opens && !in_tests && line.contains("std::fs") {
            fault("files are read through iaclint_source alone".to_owned());
        }
        for (word, words) in forbidden {
            if is_rust && line.contains(word) {
                fault(format!("`{word}`: {words}"));
            }
        }
        let places = [(concat!("/wo", "rk/"), false), (concat!("/tm", "p/"), is_quoted || is_shell)];
        for (place, natural) in places {
            if !natural && names_place(line, place) {
                fault(format!("`{place}` is a path of one machine"));
            }
        }
        if in_rules && line.contains(concat!("FIX", "ME")) {
            fault("a rule is finished before it is entered".to_owned());
        }
    }
    faults
}

/// Whether a line names an absolute path, not a part of a longer one.
fn names_place(line: &str, place: &str) -> bool {
    let starts = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}".contains(c));
    line.match_indices(place).any(|(at, _)| starts(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# a-b\n## What it flags\n## What breaks\n## Bad\n```sh\n# no title\n## no heading\n```\n## Good\n## When to ignore it\n## References\n";

    #[test]
    fn a_rule_at_error_level_is_measured() {
        let source = |severity: &str| {
            format!(
                "pub(crate) const INFO: RuleInfo = RuleInfo {{ severity: Severity::{severity}, summary: \"s\" }};"
            )
        };
        assert!(unmeasured("no-such-rule", &source("Error")).is_some());
        assert_eq!(unmeasured("no-such-rule", &source("Warning")), None);
        assert_eq!(unmeasured("alb-single-az", &source("Error")), None);
    }

    #[test]
    fn a_page_has_its_headings_in_order() {
        assert_eq!(page("a-b", PAGE), Vec::<String>::new());
        assert_eq!(page("a-c", PAGE), ["its title is not `# a-c`"]);
        assert_eq!(page("a-b", &PAGE.replace("## Good\n", "")).len(), 1);
        assert_eq!(page("a-b", &PAGE.replace("no heading\n```", "no heading")).len(), 2);
    }

    #[test]
    fn words_that_nobody_wants_are_found() {
        let allow = concat!("//! x\n#[al", "low(dead_code)]");
        assert_eq!(file("crates/a/src/lib.rs", allow).len(), 1);
        assert_eq!(file("docs/a.md", allow).len(), 0);
        let place = concat!("see /wo", "rk/main");
        assert_eq!(file("docs/a.md", place), [concat!(":1: `/wo", "rk/` is a path of one machine")]);
        assert_eq!(file("docs/a.md", concat!("https://example.com/wo", "rk/main")).len(), 0);
    }

    #[test]
    fn only_one_crate_opens_files() {
        let text = "//! x\nuse std::fs;\n#[cfg(test)]\nuse std::fs;";
        assert_eq!(file("crates/model/src/a.rs", text), [":2: files are read through iaclint_source alone"]);
        assert_eq!(file("crates/source/src/a.rs", text).len(), 0);
    }

    #[test]
    fn a_shell_script_may_use_its_scratch_directory() {
        let line = concat!("curl -o /tm", "p/agent.rpm");
        assert_eq!(file("fixtures/incidents/x/user_data.sh", line).len(), 0);
        assert_eq!(file("docs/a.md", line).len(), 1);
    }

    #[test]
    fn a_long_file_is_reported() {
        assert_eq!(file("crates/a/src/lib.rs", &format!("//! x{}", "\n".repeat(MAX_LINES + 1))).len(), 1);
    }
}
