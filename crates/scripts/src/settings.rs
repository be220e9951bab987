//! Settings of the shell: `set -e`, `pipefail`, traps, where the output goes.

use iaclint_source::Span;

use crate::invocation::Invocation;
use crate::script::{RedirectKind, ScopeKind, Script};

/// A setting that is switched.
#[derive(Clone, Debug, PartialEq)]
pub struct Switch {
    /// Whether it is switched on.
    pub on: bool,
    /// From which command on, an index into [`Script::commands`]; 0 for the `#!` line.
    pub from: usize,
    /// Where.
    pub span: Option<Span>,
}

/// Where `set -e` is switched on and off.
pub fn errexit(script: &Script) -> Vec<Switch> {
    switches(script, 'e', "errexit")
}

/// Where `set -o pipefail` is switched on and off.
pub fn pipefail(script: &Script) -> Vec<Switch> {
    switches(script, '\0', "pipefail")
}

/// Where `set -u` is switched on and off.
pub fn nounset(script: &Script) -> Vec<Switch> {
    switches(script, 'u', "nounset")
}

/// Whether the script has `set -e` at any place of its own level.
pub fn stops_on_error(script: &Script) -> bool {
    errexit(script).iter().any(|s| s.on)
}

fn switches(script: &Script, letter: char, long: &str) -> Vec<Switch> {
    let mut out = Vec::new();
    if let Some(shebang) = &script.shebang {
        let mut words = shebang.line.split_whitespace().skip(1);
        if words.any(|w| w.starts_with('-') && !w.starts_with("--") && w.contains(letter)) {
            out.push(Switch { on: true, from: 0, span: shebang.span });
        }
    }
    for (index, command) in script.commands.iter().enumerate() {
        let nested = |kind: &ScopeKind| {
            matches!(kind, ScopeKind::Nested { .. } | ScopeKind::Substitution | ScopeKind::Subshell)
        };
        if command.name().as_deref() != Some("set") || script.scopes_of(command).any(|(_, s)| nested(&s.kind))
        {
            continue;
        }
        let mut named = None;
        for word in command.words.iter().skip(1) {
            let Some(known) = word.known() else { break };
            if known == "--" {
                break;
            }
            let on = known.starts_with('-');
            if let Some(on) = named.take() {
                if known == long {
                    out.push(Switch { on, from: index, span: command.span });
                }
                continue;
            }
            let Some(letters) = known.strip_prefix(['-', '+']) else { break };
            if letters.contains(letter) {
                out.push(Switch { on, from: index, span: command.span });
            }
            if letters.ends_with('o') {
                named = Some(on);
            }
        }
    }
    out
}

/// A `trap`.
#[derive(Clone, Debug, PartialEq)]
pub struct Trap {
    /// The signals and events: `ERR`, `EXIT`.
    pub events: Vec<String>,
    /// Where.
    pub span: Option<Span>,
}

/// The traps that are set.
pub fn traps(script: &Script) -> Vec<Trap> {
    let mut out = Vec::new();
    for command in &script.commands {
        if command.name().as_deref() == Some("trap")
            && command.words.len() > 2
            && !command.words.get(1).is_some_and(|w| w.is("-"))
        {
            let events = command
                .words
                .iter()
                .skip(2)
                .filter_map(|w| w.known().map(std::borrow::Cow::into_owned))
                .collect();
            out.push(Trap { events, span: command.span });
        }
    }
    out
}

/// Where the script sends the output of all that follows: `exec > >(tee /var/log/x.log) 2>&1`. The file if it is known.
pub fn log_redirection(script: &Script) -> Option<(Option<String>, Option<Span>)> {
    for (index, command) in script.commands.iter().enumerate() {
        let writes = |k: RedirectKind| matches!(k, RedirectKind::Write | RedirectKind::Append);
        if command.name().as_deref() != Some("exec") || command.words.len() > 1 {
            continue;
        }
        let Some(redirect) = command.redirects.iter().find(|r| writes(r.kind)) else { continue };
        if let Some(file) = redirect.target.known() {
            return Some((Some(file.into_owned()), redirect.span));
        }
        // The program behind `>(` stands right after the command that opens it.
        let tee = script.commands.get(index + 1).filter(|c| c.name().as_deref() == Some("tee"));
        let file = tee
            .and_then(|t| Invocation::of(&t.words).arguments().iter().find(|w| !w.prefix().starts_with('-')));
        return Some((file.and_then(|w| w.known().map(std::borrow::Cow::into_owned)), redirect.span));
    }
    None
}
