//! A change of a file as a unified diff that shows no secret and steers no terminal.

use std::fmt::Write;
use std::ops::Range;

use iaclint_report::mask::{Prose, Shown, name, secrets};
use similar::{ChangeTag, TextDiff};

/// The change of the file `path` from `before` to `after`. Lines are as they stand in the file, so that `patch -p1` and `git apply` take them,
/// but for those that hold a secret or characters that steer a terminal.
pub fn patch(path: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let (old, new) = (Lines::new(before, diff.iter_old_slices()), Lines::new(after, diff.iter_new_slices()));
    let path = name(path);
    let mut out = String::new();
    for hunk in diff.unified_diff().iter_hunks() {
        if out.is_empty() {
            let _ = writeln!(out, "--- a/{path}\n+++ b/{path}");
        }
        let _ = writeln!(out, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let line = match change.tag() {
                ChangeTag::Insert => new.shown(change.new_index()),
                ChangeTag::Delete | ChangeTag::Equal => old.shown(change.old_index()),
            };
            let _ = write!(out, "{}{line}", change.tag());
            if change.missing_newline() {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// The lines of a text and what in it is hidden.
struct Lines<'t> {
    text: &'t str,
    ranges: Vec<Range<usize>>,
    secrets: Vec<Range<usize>>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str, lines: impl Iterator<Item = &'t str>) -> Self {
        let mut end = 0;
        let ranges = lines.map(|line| {
            let start = end;
            end += line.len();
            start..end
        });
        Self { text, ranges: ranges.collect(), secrets: secrets(text, Prose::No) }
    }

    /// A line with its ending as it may be shown.
    fn shown(&self, index: Option<usize>) -> String {
        let range = index.and_then(|index| self.ranges.get(index)).cloned().unwrap_or_default();
        let line = self.text.get(range.clone()).unwrap_or_default();
        let ending = ["\r\n", "\n"].into_iter().find(|ending| line.ends_with(ending)).unwrap_or_default();
        let body = line.strip_suffix(ending).unwrap_or(line);
        let inside = |secret: &&Range<usize>| secret.start < range.end && secret.end > range.start;
        let own = |secret: &Range<usize>| {
            secret.start.saturating_sub(range.start)..secret.end.min(range.end) - range.start
        };
        let hidden: Vec<_> = self.secrets.iter().filter(inside).map(own).collect();
        let shown = Shown::new(body, &hidden).text;
        // A tab alone is no reason to touch a line.
        let as_written = shown == body.replace('\t', "    ");
        format!("{}{ending}", if as_written { body } else { &shown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_the_file_from_the_project_root_and_keeps_tabs_and_line_ends() {
        assert_eq!(
            patch("modules/db/main.tf", "a = 1\r\n\tb = 2\nc", "a = 3\r\n\tb = 2\nc"),
            "--- a/modules/db/main.tf\n+++ b/modules/db/main.tf\n@@ -1,3 +1,3 @@\n-a = 1\r\n+a = 3\r\n \tb = 2\n c\n\\ No newline at end of file\n"
        );
        assert_eq!(patch("a", "x", "x"), "");
    }

    #[test]
    fn secrets_and_control_characters_are_hidden_in_changed_and_other_lines() {
        let before = "password = \"hunter2hunter2\"\nurl = \"pg://u:hunter2hunter2@h:1:1/\"\n# \u{1b}[2J\n";
        let after = before.replace(":1:1/", ":1/");
        assert_eq!(
            patch("\u{1b}.tf", before, &after),
            "--- a/\\u{1b}.tf\n+++ b/\\u{1b}.tf\n@@ -1,3 +1,3 @@\n password = \"(masked)\"\n-url = \"pg://u:(masked)@h:1:1/\"\n+url = \"pg://u:(masked)@h:1/\"\n # \\u{1b}[2J\n"
        );
    }
}
