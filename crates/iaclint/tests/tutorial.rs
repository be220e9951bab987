//! `docs/tutorial.md` is true: its commands print what it shows, and its edits lead where it says.
//!
//! `IACLINT_BLESS=1 cargo test -p iaclint --test tutorial` rewrites what it shows.

#[path = "support/time.rs"]
mod time;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use time::without_time;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// A fence: its language, its lines, the bytes between its ticks.
struct Fence<'t> {
    language: &'t str,
    inside: &'t str,
    start: usize,
}

fn fences(text: &str) -> Vec<Fence<'_>> {
    let mut out = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        match (line.trim_end().strip_prefix("```"), open) {
            (Some(language), None) => open = Some((language, end)),
            (Some(_), Some((language, start))) => {
                out.push(Fence { language, inside: &text[start..at], start });
                open = None;
            }
            (None, _) => {}
        }
        at = end;
    }
    out
}

/// Runs a command line as a person types it, in a directory, with `iaclint` on the path.
fn typed(line: &str, directory: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_iaclint"));
    let mut path = OsString::from(program.parent().expect("it lies in a directory"));
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &format!("{line} 2>&1")])
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env("REPOSITORY", repository())
        .current_dir(directory)
        .output()
        .expect("a shell is there");
    without_time(&String::from_utf8_lossy(&output.stdout))
}

/// Applies the lines of a diff of one file: those with a minus give way to those with a plus.
fn edit(diff: &str, directory: &Path) {
    let file = diff.lines().find_map(|l| l.strip_prefix("+++ ")).expect("a diff names its file");
    let path = directory.join(file);
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let of = |sign: char| -> String {
        let lines = diff.split_inclusive('\n').filter(|l| !l.starts_with("+++") && !l.starts_with("---"));
        lines.filter_map(|l| l.strip_prefix(sign)).collect()
    };
    let (before, after) = (of('-'), of('+'));
    assert!(text.contains(&before), "{file} has no\n{before}");
    std::fs::write(&path, text.replacen(&before, &after, 1)).expect("the file can be written");
}

#[test]
fn the_tutorial_is_true() {
    let page = repository().join("docs/tutorial.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial");
    drop(std::fs::remove_dir_all(&directory));
    // A project of its own: nothing above it is read.
    std::fs::create_dir_all(directory.join(".git")).unwrap();

    let mut blessed = text.clone();
    let mut faults = Vec::new();
    let mut shift = 0_isize;
    for fence in fences(&text) {
        if fence.language == "diff" {
            edit(fence.inside, &directory);
        }
        if fence.language != "console" {
            continue;
        }
        let commands = fence.inside.lines().filter_map(|l| l.strip_prefix("$ "));
        let shown: Vec<String> =
            commands.map(|line| format!("$ {line}\n{}", typed(line, &directory))).collect();
        let shown = shown.concat();
        if shown != fence.inside {
            faults.push(format!("the tutorial shows\n{}but it is\n{shown}", fence.inside));
            let start = fence.start.checked_add_signed(shift).unwrap();
            blessed.replace_range(start..start + fence.inside.len(), &shown);
            shift += isize::try_from(shown.len()).unwrap() - isize::try_from(fence.inside.len()).unwrap();
        }
    }
    if std::env::var_os("IACLINT_BLESS").is_some() {
        std::fs::write(&page, blessed).unwrap();
        return;
    }
    assert!(faults.is_empty(), "{}\nIACLINT_BLESS=1 rewrites it", faults.join("\n"));
}
