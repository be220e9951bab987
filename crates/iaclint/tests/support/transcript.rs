//! Pages that show a terminal: their fences, the projects that they speak of, and what a command typed there prints.
//!
//! A comment before a fence says where its commands are typed: `<!-- in: fixtures/x -->` is a copy of that directory,
//! `<!-- in: fixtures/x as infra -->` a directory that holds the copy as `infra`, `<!-- in: nothing -->` an empty one. Without
//! another comment the next fence goes on in the same place. A line `...` of what is printed stands for any lines.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of this repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// A fence: its language, the bytes between its ticks, and the comment about where it is typed, if one stands before it.
#[derive(Clone, Copy, Debug)]
pub struct Fence<'t> {
    pub language: &'t str,
    pub inside: &'t str,
    pub start: usize,
    pub place: Option<&'t str>,
}

/// The fences of a page, in order.
pub fn fences(text: &str) -> Vec<Fence<'_>> {
    let mut out = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    let mut place = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        match (line.trim_end().strip_prefix("```"), open) {
            (Some(language), None) => open = Some((language, end)),
            (Some(_), Some((language, start))) => {
                out.push(Fence { language, inside: &text[start..at], start, place: place.take() });
                open = None;
            }
            (None, None) => {
                let comment = line.trim_end().strip_prefix("<!-- in: ").and_then(|l| l.strip_suffix(" -->"));
                place = comment.or(place);
            }
            (None, Some(_)) => {}
        }
        at = end;
    }
    out
}

/// A directory that commands are typed in.
#[derive(Debug)]
pub struct Terminal {
    directory: PathBuf,
}

impl Terminal {
    /// A new directory of the test, empty but for what makes it a project of its own.
    pub fn new(name: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(std::fs::remove_dir_all(&directory));
        std::fs::create_dir_all(directory.join(".git")).expect("a directory can be made");
        Self { directory }
    }

    /// The directory that a comment speaks of.
    pub fn at(name: &str, place: &str) -> Self {
        let terminal = Self::new(name);
        let (from, to) = place.split_once(" as ").unwrap_or((place, "."));
        if from != "nothing" {
            copy(&repository().join(from), &terminal.directory.join(to));
        }
        terminal
    }

    /// Where a file of it is.
    pub fn path(&self, file: &str) -> PathBuf {
        self.directory.join(file)
    }

    /// What a command line prints, as a person types it, with `iaclint` on the path.
    pub fn typed(&self, line: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_iaclint"));
        let mut path = OsString::from(program.parent().expect("it lies in a directory"));
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let output = Command::new("sh")
            .args(["-c", &format!("{line} 2>&1")])
            .env("PATH", path)
            .env("NO_COLOR", "1")
            .env("REPOSITORY", repository())
            .current_dir(&self.directory)
            .output()
            .expect("a shell is there");
        super::time::without_time(&String::from_utf8_lossy(&output.stdout))
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory can be made");
    let entries = std::fs::read_dir(from).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
    for entry in entries {
        let path = entry.expect("a directory can be read").path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

/// Whether a text is what is shown of it: line by line, where `...` stands for any lines.
pub fn shows(shown: &str, printed: &str) -> bool {
    let mut rest = printed;
    let mut anywhere = false;
    for (index, part) in shown.split("...\n").enumerate() {
        anywhere = index > 0;
        let found = if index == 0 { rest.starts_with(part).then_some(0) } else { at_line(rest, part) };
        let Some(found) = found else { return false };
        rest = &rest[found + part.len()..];
        anywhere &= part.is_empty();
    }
    rest.is_empty() || anywhere
}

/// Where a text stands in another one, at the beginning of a line.
fn at_line(text: &str, part: &str) -> Option<usize> {
    text.match_indices(part).map(|(at, _)| at).find(|at| *at == 0 || text[..*at].ends_with('\n'))
}

/// What a page gives when its terminals are typed again.
#[derive(Debug, Default)]
pub struct Replayed {
    /// The page with what is really printed.
    pub page: String,
    /// Fences that show something else.
    pub faults: Vec<String>,
}

/// Types everything that the terminals of a page show; a diff changes a file between them.
pub fn replay(name: &str, text: &str) -> Replayed {
    let mut out = Replayed { page: text.to_owned(), faults: Vec::new() };
    let mut terminal: Option<Terminal> = None;
    let mut shift = 0_isize;
    for fence in fences(text) {
        if let Some(place) = fence.place {
            terminal = Some(Terminal::at(name, place));
        }
        if !matches!(fence.language, "console" | "diff") {
            continue;
        }
        let Some(terminal) = &terminal else {
            out.faults.push(format!("nothing says where this is typed:\n{}", fence.inside));
            continue;
        };
        if fence.language == "diff" {
            edit(fence.inside, terminal);
            continue;
        }
        let mut typed = String::new();
        for block in commands(fence.inside) {
            let (line, shown) = block.split_once('\n').unwrap_or((block, ""));
            let printed = terminal.typed(line.strip_prefix("$ ").unwrap_or(line));
            let kept = if shows(shown, &printed) { shown } else { &printed };
            typed.extend([line, "\n", kept]);
        }
        if typed != fence.inside {
            out.faults.push(format!("the page shows\n{}but it is\n{typed}", fence.inside));
            let start = fence.start.checked_add_signed(shift).expect("a place in the page");
            out.page.replace_range(start..start + fence.inside.len(), &typed);
            let signed = |length: usize| isize::try_from(length).expect("a length of a page");
            shift += signed(typed.len()) - signed(fence.inside.len());
        }
    }
    out
}

/// The commands of a fence, each with what is shown below it.
fn commands(inside: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = inside
        .match_indices("$ ")
        .map(|(at, _)| at)
        .filter(|at| *at == 0 || inside[..*at].ends_with('\n'))
        .collect();
    starts.push(inside.len());
    starts.windows(2).map(|pair| &inside[pair[0]..pair[1]]).collect()
}

/// Applies the lines of a diff of one file: those with a minus give way to those with a plus.
fn edit(diff: &str, terminal: &Terminal) {
    let file = diff.lines().find_map(|l| l.strip_prefix("+++ ")).expect("a diff names its file");
    let path = terminal.path(file);
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let of = |sign: char| -> String {
        let lines = diff.split_inclusive('\n').filter(|l| !l.starts_with("+++") && !l.starts_with("---"));
        lines.filter_map(|l| l.strip_prefix(sign)).collect()
    };
    let (before, after) = (of('-'), of('+'));
    assert!(text.contains(&before), "{file} has no\n{before}");
    std::fs::write(&path, text.replacen(&before, &after, 1)).expect("the file can be written");
}
