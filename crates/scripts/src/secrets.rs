//! Secrets that stand in a script in clear.

use iaclint_source::Span;
use iaclint_value::{Name, secret_name};

use crate::script::{Script, text_span};
use crate::setup::settings_of;
use crate::{Word, container_runs, files_written};

/// A secret in clear.
#[derive(Clone, Debug, PartialEq)]
pub struct ClearSecret {
    /// The variable or option that holds it.
    pub name: Name,
    /// The value's place, or that of what sets it.
    pub span: Option<Span>,
    /// The command, an index into [`Script::commands`].
    pub at: usize,
}

/// Assignments, options and variables of containers that are called like a secret and have a literal value. The value itself is not given.
pub fn clear_secrets(script: &Script) -> Vec<ClearSecret> {
    let mut out: Vec<ClearSecret> = Vec::new();
    let mut add = |name: &str, value: &Word, span: Option<Span>, at: usize| {
        if secret_name(name) && is_literal(value) {
            let span = text_span(&value.text).or(span);
            if !out.iter().any(|s| s.span == span && s.name == name && span.is_some()) {
                out.push(ClearSecret { name: name.into(), span, at });
            }
        }
    };
    for (index, command) in script.commands.iter().enumerate() {
        for assignment in &command.assignments {
            add(&assignment.name, &assignment.value, assignment.span, index);
        }
        for (at, word) in command.words.iter().enumerate() {
            let prefix = word.prefix();
            if let Some((name, value)) = word.split_assignment() {
                if !name.contains(char::is_whitespace) && !name.contains(['?', '&', '/', ':']) {
                    add(name.trim_start_matches('-'), &value, word.span, index);
                }
            } else if let (true, Some(value)) = (prefix.starts_with("--"), command.words.get(at + 1))
                && !value.prefix().starts_with('-')
                && !prefix.ends_with("-stdin")
                && !prefix.ends_with("-file")
            {
                add(prefix.trim_start_matches('-'), value, value.span, index);
            }
        }
    }
    for run in container_runs(script).iter().filter(|r| r.unit.is_some() || r.service.is_some()) {
        for variable in &run.environment {
            if let Some(value) = &variable.value {
                add(&variable.name, value, variable.span, run.at);
            }
        }
    }
    for file in files_written(script) {
        let Some(content) = &file.content else { continue };
        for setting in settings_of(content) {
            if crate::invocation::is_name(&setting.name) {
                add(&setting.name, &setting.value, setting.span, file.at);
            }
        }
    }
    out.sort_by_key(|s| s.at);
    out
}

/// Whether the value is written out, and is not a sign for one that comes later.
fn is_literal(value: &Word) -> bool {
    let Some(known) = value.known() else { return false };
    let known = known.trim().trim_matches(['"', '\'']);
    !known.is_empty()
        && !known.starts_with(['$', '<', '{', '/'])
        && !known.contains("{{")
        && !known.starts_with("arn:")
        && !known.starts_with("file:")
        && !matches!(
            known.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "none" | "yes" | "no" | "changeme" | "xxx" | "-" | "0" | "1"
        )
}
