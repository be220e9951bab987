//! A copy of a project in which one file at a time is made wrong.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::subjects::Subject;

/// A file larger than this is no configuration.
const MAX_BYTES: u64 = 4_000_000;

/// What the program said about a project.
#[derive(Clone, Debug)]
pub struct Said {
    /// The findings, each as the whole object of the report.
    pub findings: Vec<Finding>,
    /// How often something could not be read.
    pub problems: Vec<Problem>,
}

/// A finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Its rule.
    pub rule: String,
    /// What tells it from others.
    pub fingerprint: String,
    /// All that it says.
    pub text: String,
}

/// What could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Whether the file is no configuration at all any more.
    pub is_unreadable: bool,
    /// What was said.
    pub message: String,
}

/// A copy of a project.
#[derive(Debug)]
pub struct Scratch<'s> {
    subject: &'s Subject,
    binary: &'s Path,
    place: PathBuf,
}

impl<'s> Scratch<'s> {
    /// Copies a project to a place.
    pub fn copy(subject: &'s Subject, binary: &'s Path, place: PathBuf) -> Result<Self, String> {
        let words = |error: std::io::Error| format!("cannot copy {}: {error}", subject.name);
        if place.exists() {
            std::fs::remove_dir_all(&place).map_err(words)?;
        }
        copy(&subject.root, &place).map_err(words)?;
        Ok(Self { subject, binary, place })
    }

    /// What the program says with one file changed; the file is as it was afterwards.
    pub fn with(&self, path: &str, text: &str, rules: &[&str]) -> Result<Said, String> {
        let file = self.place.join(path);
        let words = |error: std::io::Error| format!("cannot write {path}: {error}");
        let before = std::fs::read(&file).map_err(words)?;
        std::fs::write(&file, text).map_err(words)?;
        let said = self.check(rules);
        std::fs::write(&file, before).map_err(words)?;
        said
    }

    /// What the program says; with no rules, of all rules.
    pub fn check(&self, rules: &[&str]) -> Result<Said, String> {
        let mut command = Command::new(self.binary);
        command.current_dir(&self.place).arg("check").args(&self.subject.checked);
        command.args(["--project-root", ".", "--format", "json", "--no-config"]);
        command.args(self.subject.told);
        for rule in rules {
            command.args(["--select", rule]);
        }
        let output = command.output().map_err(|e| format!("cannot run {}: {e}", self.binary.display()))?;
        let parsed: Value = serde_json::from_slice(&output.stdout)
            .map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let finding = |value: &Value| Finding {
            rule: text(&value["rule"]),
            fingerprint: text(&value["fingerprint"]),
            text: value.to_string(),
        };
        let problem = |value: &Value| Problem {
            is_unreadable: value["kind"] == "unreadable" || value["kind"] == "syntax",
            message: text(&value["message"]),
        };
        let list = |key: &str| parsed[key].as_array().cloned().unwrap_or_default();
        Ok(Said {
            findings: list("findings").iter().map(finding).collect(),
            problems: list("problems").iter().map(problem).collect(),
        })
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // What is left lies below `target` and is replaced by the next run.
        let _ = std::fs::remove_dir_all(&self.place);
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (mut kind, name) = (entry.file_type()?, entry.file_name());
        // A link to a file becomes the file; links to directories may lead in circles.
        if kind.is_symlink()
            && let Ok(file) = std::fs::metadata(entry.path())
            && file.is_file()
        {
            kind = file.file_type();
        }
        if kind.is_dir() && name != ".git" && name != "node_modules" {
            copy(&entry.path(), &to.join(&name))?;
        } else if kind.is_file() && entry.metadata()?.len() <= MAX_BYTES {
            std::fs::copy(entry.path(), to.join(&name))?;
        }
    }
    Ok(())
}
