//! The same input gives the same bytes, whatever the number of threads and whatever order a directory was filled in.

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/time.rs"]
mod time;

use std::path::{Path, PathBuf};
use std::process::Command;

use scratch::Scratch;
use time::without_time;

/// The formats of `iaclint check`.
const FORMATS: [&str; 8] = ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"];

/// Commands that read, beside `check`.
const OTHERS: [&[&str]; 6] = [
    &["path", "--format", "human"],
    &["path", "--format", "json"],
    &["graph", "--format", "dot"],
    &["graph", "--format", "mermaid"],
    &["graph", "--format", "json"],
    &["graph", "--format", "html"],
];

/// Copies a tree, making the entries of each directory in an order.
fn copy(from: &Path, to: &Path, order: &dyn Fn(&mut Vec<PathBuf>)) {
    std::fs::create_dir_all(to).expect("scratch files can be made and read");
    let mut entries: Vec<_> = std::fs::read_dir(from)
        .expect("scratch files can be made and read")
        .map(|e| e.expect("scratch files can be made and read").path())
        .collect();
    entries.sort();
    order(&mut entries);
    for entry in entries {
        let target = to.join(entry.file_name().expect("scratch files can be made and read"));
        if entry.is_dir() {
            copy(&entry, &target, order);
        } else {
            std::fs::copy(&entry, &target).expect("scratch files can be made and read");
        }
    }
}

/// Runs the tool in a directory; what it prints on both streams.
fn printed(directory: &Path, threads: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_iaclint"))
        .args(arguments)
        .args(["--color", "never", "--project-root", "."])
        .current_dir(directory)
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .expect("scratch files can be made and read");
    assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {output:?}");
    let beside = without_time(&String::from_utf8_lossy(&output.stderr));
    [output.stdout, beside.into_bytes()].concat()
}

/// Everything that can be said of a directory, by the name of the output.
fn all_outputs(directory: &Path, threads: &str) -> Vec<(String, Vec<u8>)> {
    let scratch = Scratch::new(&format!("outputs-{threads}"));
    let files: Vec<_> = FORMATS.map(|format| (format, scratch.0.join(format))).into();
    let targets: Vec<_> = files.iter().map(|(format, path)| format!("{format}={}", path.display())).collect();
    let mut arguments = vec!["check", "--level", "advice", "--show-unknown", "--today", "2026-01-01"];
    arguments.extend(targets.iter().flat_map(|target| ["--output", target]));
    let mut out = vec![("check".to_owned(), printed(directory, threads, &arguments))];
    out.extend(files.iter().map(|(format, path)| {
        ((*format).to_owned(), std::fs::read(path).expect("scratch files can be made and read"))
    }));
    let diff = ["check", "--diff", "--unsafe-fixes", "--today", "2026-01-01"];
    out.push(("diff".to_owned(), printed(directory, threads, &diff)));
    out.extend(OTHERS.map(|arguments| (arguments.join(" "), printed(directory, threads, arguments))));
    out
}

/// The first line in which two outputs differ.
fn difference(one: &[u8], other: &[u8]) -> String {
    let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
    let lines = one.lines().zip(other.lines()).find(|(a, b)| a != b);
    format!("{lines:?}, {} and {} bytes", one.len(), other.len())
}

fn assert_same(one: &[(String, Vec<u8>)], other: &[(String, Vec<u8>)], what: &str) {
    for ((name, first), (_, second)) in one.iter().zip(other) {
        assert!(first == second, "{name} depends on {what}: {}", difference(first, second));
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

#[test]
fn outputs_depend_neither_on_threads_nor_on_the_order_of_directories() {
    let outputs = |threads: &str, order: &dyn Fn(&mut Vec<PathBuf>)| {
        // One place for all: reports may name it.
        let scratch = Scratch::new("order");
        copy(&fixtures().join("incidents"), &scratch.0, order);
        all_outputs(&scratch.0, threads)
    };
    let alone = outputs("1", &|_| {});
    assert!(alone.iter().all(|(name, bytes)| name == "check" || !bytes.is_empty()));
    assert_same(&alone, &outputs("8", &|_| {}), "the number of threads");
    assert_same(&alone, &outputs("8", &|entries| entries.reverse()), "the order of directories");
}

#[test]
fn fixed_files_do_not_depend_on_threads() {
    let fixed = |threads: &str| {
        let scratch = Scratch::new(&format!("fixed-{threads}"));
        copy(&fixtures().join("incidents"), &scratch.0, &|_| {});
        printed(&scratch.0, threads, &["check", "--fix", "--unsafe-fixes", "--today", "2026-01-01"]);
        let mut files = Vec::new();
        contents(&scratch.0, &scratch.0, &mut files);
        files
    };
    assert_same(&fixed("1"), &fixed("8"), "the number of threads");
}

/// All files below a directory by name.
fn contents(root: &Path, directory: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<_> = std::fs::read_dir(directory)
        .expect("scratch files can be made and read")
        .map(|e| e.expect("scratch files can be made and read").path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            contents(root, &entry, out);
        } else {
            let name =
                entry.strip_prefix(root).expect("scratch files can be made and read").display().to_string();
            out.push((name, std::fs::read(&entry).expect("scratch files can be made and read")));
        }
    }
}
