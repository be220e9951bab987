//! `--fix` and `--diff`: the edits that findings carry, made or shown.

use std::collections::BTreeMap;

use iaclint_lint::{Finding, Safety};
use iaclint_report::mask;
use iaclint_source::{Edit, FileId, Project, Sources};

use crate::output::Failure;
use crate::patch::patch;

/// The edits of the fixes that are asked for, by file. Of fixes that collide the first stands; the others are for the next time.
#[derive(Debug, Default)]
pub struct Edits {
    files: BTreeMap<FileId, Vec<Edit>>,
    /// The number of findings that they mend.
    pub findings: usize,
}

impl Edits {
    /// The edits of all safe fixes, or of all fixes.
    pub fn of(findings: &[Finding], unsafe_too: bool) -> Self {
        let mut edits = Self::default();
        for fix in findings.iter().filter_map(|f| f.fix.as_ref()) {
            if fix.safety == Safety::Safe || unsafe_too {
                edits.take(&fix.edits);
            }
        }
        edits
    }

    fn take(&mut self, fix: &[Edit]) {
        let known = |e: &Edit| self.files.get(&e.span.file).is_some_and(|list| list.contains(e));
        let collides = |e: &Edit| {
            self.files.get(&e.span.file).is_some_and(|list| list.iter().any(|other| other.collides(e)))
        };
        // The same edit for another instance of the resource is the same edit.
        if !fix.iter().all(|e| known(e) || !collides(e)) {
            return;
        }
        self.findings += 1;
        for edit in fix {
            let list = self.files.entry(edit.span.file).or_default();
            if !list.contains(edit) {
                list.push(edit.clone());
            }
        }
    }

    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What they change, as a unified diff.
    pub fn diff(&self, sources: &Sources) -> String {
        let mut files: Vec<_> = self.files.iter().map(|(id, edits)| (sources.file(*id), edits)).collect();
        files.sort_by(|a, b| a.0.path.cmp(&b.0.path));
        let mut out = String::new();
        for (file, edits) in files {
            let after = Edit::apply(&file.text, edits);
            out.push_str(&patch(&file.path, &file.text, &after));
        }
        out
    }

    /// Writes the files. One that has changed since it was read is left alone.
    pub fn write(&self, project: &Project) -> Result<(), Failure> {
        for (id, edits) in &self.files {
            let file = project.sources().file(*id);
            let path = project.absolute(std::path::Path::new(&file.path));
            let mark = if file.had_bom { "\u{feff}" } else { "" };
            let name = mask::name(&project.sources().shown(&file.path));
            // A link may have been put in its place since it was read.
            if !std::fs::canonicalize(&path).is_ok_and(|real| real.starts_with(project.root())) {
                return Err(Failure::new(format!(
                    "{name} leads out of the project root, so it is not written"
                )));
            }
            let now = std::fs::read_to_string(&path)
                .map_err(|e| Failure::new(format!("cannot read {name} again: {e}")))?;
            if now.strip_prefix('\u{feff}').unwrap_or(&now) != file.text {
                return Err(Failure::new(format!("{name} has changed while it was checked"))
                    .with_help("run the same command again"));
            }
            let after = format!("{mark}{}", Edit::apply(&file.text, edits));
            std::fs::write(&path, after).map_err(|e| Failure::new(format!("cannot write {name}: {e}")))?;
        }
        Ok(())
    }
}

/// What `--fix` could do: a remark under a run that does not fix. Standard input is not written to, so there only the edits are shown.
pub fn offer(findings: &[Finding], from_stdin: bool) -> Option<String> {
    let count =
        |safety| findings.iter().filter(|f| f.fix.as_ref().is_some_and(|fix| fix.safety == safety)).count();
    let (safe, others) = (count(Safety::Safe), count(Safety::Unsafe));
    if from_stdin {
        return match (safe, others) {
            (0, 0) => None,
            (0, n) => Some(format!("{n} can be fixed; --diff --unsafe-fixes shows the edits")),
            (n, 0) => Some(format!("{n} can be fixed; --diff shows the edits")),
            (n, m) => Some(format!("{n} can be fixed, {m} more with --unsafe-fixes; --diff shows the edits")),
        };
    }
    match (safe, others) {
        (0, 0) => None,
        (0, n) => Some(format!("{n} can be fixed with --fix --unsafe-fixes; --diff shows the edits")),
        (n, 0) => Some(format!("{n} can be fixed with --fix; --diff shows the edits")),
        (n, m) => Some(format!(
            "{n} can be fixed with --fix, {m} more with --fix --unsafe-fixes; --diff shows the edits"
        )),
    }
}

#[cfg(test)]
mod tests {
    use iaclint_source::Span;

    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit::new(Span::new(FileId(0), start..end), text)
    }

    #[test]
    fn of_two_fixes_that_collide_the_first_is_made() {
        let mut edits = Edits::default();
        edits.take(&[edit(0, 4, "x")]);
        edits.take(&[edit(9, 9, "z"), edit(2, 3, "y")]);
        edits.take(&[edit(0, 4, "x")]);
        assert_eq!((edits.findings, edits.files[&FileId(0)].len()), (2, 1));
    }
}
