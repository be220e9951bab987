//! Containers that a script starts: `docker run`, and units of systemd that do so.

use iaclint_source::Span;
use iaclint_value::{Name, Text};

use crate::compose::{is_compose_file, services_of};
use crate::invocation::Invocation;
use crate::script::{Script, text_span};
use crate::{Word, files_written, script_of_words};

/// A container that is started.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one flag of the command line")]
pub struct ContainerRun {
    /// The image.
    pub image: Option<Word>,
    /// `--name`.
    pub name: Option<Word>,
    /// The published ports, `-p`.
    pub ports: Vec<PublishedPort>,
    /// `-P`: every exposed port is published at a free one.
    pub publishes_all: bool,
    /// `--restart`, or what keeps the unit of systemd alive.
    pub restart: Option<RestartPolicy>,
    /// `-m`, `--memory`.
    pub memory: Option<Word>,
    /// `-e`, `--env`.
    pub environment: Vec<ContainerVariable>,
    /// `--env-file`.
    pub environment_files: Vec<Word>,
    /// `-d`.
    pub detached: bool,
    /// `--rm`.
    pub removed: bool,
    /// `-v`, `--volume`, `--mount`.
    pub volumes: Vec<Word>,
    /// `--network`.
    pub network: Option<Word>,
    /// What follows the image.
    pub command: Vec<Word>,
    /// Whether options stand there that are not known by name, for instance in a variable.
    pub opaque: bool,
    /// Whether a unit of systemd runs it; the unit's `Restart=` then stands in `restart`.
    pub unit: Option<Name>,
    /// The service of a compose file that it is.
    pub service: Option<Name>,
    /// The command, an index into [`Script::commands`]; for a unit or a service the command that writes its file.
    pub at: usize,
    /// The whole command.
    pub span: Option<Span>,
}

/// How a container comes back after it ended or the machine restarted.
#[derive(Clone, Debug)]
pub struct RestartPolicy {
    /// `always`, `unless-stopped`, `on-failure:3`, `no`.
    pub policy: Word,
    /// Where.
    pub span: Option<Span>,
}

/// A published port.
#[derive(Clone, Debug)]
pub struct PublishedPort {
    /// The port of the host, if one is named.
    pub host: Option<Text>,
    /// The address of the host that it is bound to.
    pub address: Option<Text>,
    /// The port of the container.
    pub container: Text,
    /// `tcp` unless written otherwise.
    pub protocol: Name,
    /// Where.
    pub span: Option<Span>,
}

/// A variable of a container.
#[derive(Clone, Debug)]
pub struct ContainerVariable {
    /// The name, if it is known.
    pub name: Name,
    /// The value; `None`: it is taken from the shell's own variable.
    pub value: Option<Word>,
    /// Where.
    pub span: Option<Span>,
}

impl ContainerVariable {
    /// `NAME=value`, or a name alone.
    pub(crate) fn of(word: &Word, span: Option<Span>) -> Self {
        let span = span.or(word.span);
        match word.split_assignment() {
            Some((name, value)) => Self { name, value: Some(value), span },
            None => Self { name: word.known().unwrap_or_default().as_ref().into(), value: None, span },
        }
    }
}

/// The containers that the script starts, in order, those of systemd units and compose files that it writes included.
pub fn container_runs(script: &Script) -> Vec<ContainerRun> {
    let mut out = Vec::new();
    for (index, command) in script.commands.iter().enumerate() {
        if let Some(run) = run_of(&Invocation::of(&command.words)) {
            out.push(ContainerRun { at: index, span: command.span, ..run });
        }
    }
    for file in files_written(script) {
        let path = file.path.known().unwrap_or_default();
        let Some(content) = &file.content else { continue };
        if let Some(unit) = path.rsplit('/').next().filter(|n| n.ends_with(".service")) {
            out.extend(of_unit(content, unit).map(|r| ContainerRun { at: file.at, ..r }));
        } else if is_compose_file(&path) {
            out.extend(services_of(content).into_iter().map(|r| ContainerRun { at: file.at, ..r }));
        }
    }
    out.sort_by_key(|r| r.at);
    out
}

fn run_of(invocation: &Invocation<'_>) -> Option<ContainerRun> {
    let name = invocation.name()?;
    if !matches!(name.as_str(), "docker" | "podman" | "nerdctl") {
        return None;
    }
    let mut words = invocation.arguments();
    // Options of the client itself stand before the verb.
    while let Some(first) = words.first() {
        match first.known().as_deref() {
            Some("container") => words = &words[1..],
            Some("-H" | "--host" | "--context" | "-c" | "--config" | "-l" | "--log-level") => {
                words = words.get(2..)?;
            }
            Some(w) if w.starts_with('-') => words = &words[1..],
            _ => break,
        }
    }
    let verb = words.first()?;
    if !verb.is("run") && !verb.is("create") {
        return None;
    }
    let mut run = ContainerRun { detached: verb.is("create"), ..ContainerRun::default() };
    let mut words = words[1..].iter();
    while let Some(word) = words.next() {
        let prefix = word.prefix();
        if !prefix.starts_with('-') {
            // An unquoted variable may hold options; the image may then stand further on.
            if word.known().is_none()
                && prefix.is_empty()
                && !word.quoted
                && word.text.pieces().len() == 1
                && words.len() > 0
                && word.expansions.len() == 1
            {
                run.opaque = true;
                if words.clone().next().is_some_and(|w| !w.prefix().is_empty()) {
                    continue;
                }
            }
            run.image = Some(word.clone());
            run.command = words.cloned().collect();
            break;
        }
        if let Some(long) = prefix.strip_prefix("--") {
            let (name, value) = match word.split_assignment() {
                Some((name, value)) => (name.trim_start_matches('-').to_owned(), Some(value)),
                None => (long.to_owned(), None),
            };
            if is_flag(&name) {
                run.flag(&name, value.as_ref());
            } else if let Some(value) = value.or_else(|| words.next().cloned()) {
                run.option(&name, value, word.span);
            }
            continue;
        }
        // `-dit`, `-p80:80`, `-p 80:80`: flags may be joined, and the last letter may take a value.
        for (at, letter) in prefix.char_indices().skip(1) {
            match letter {
                'd' | 'i' | 't' | 'P' | 'q' => run.flag(&letter.to_string(), None),
                _ => {
                    let attached = word.rest(at + letter.len_utf8());
                    let empty = attached.known().is_some_and(|k| k.is_empty());
                    let value = if empty { words.next().cloned() } else { Some(attached) };
                    if let Some(value) = value {
                        run.option(&letter.to_string(), value, word.span);
                    }
                    break;
                }
            }
        }
    }
    Some(run)
}

fn is_flag(name: &str) -> bool {
    matches!(
        name,
        "detach"
            | "interactive"
            | "tty"
            | "rm"
            | "privileged"
            | "init"
            | "read-only"
            | "publish-all"
            | "no-healthcheck"
            | "oom-kill-disable"
            | "quiet"
            | "sig-proxy"
            | "disable-content-trust"
            | "replace"
    )
}

impl ContainerRun {
    fn flag(&mut self, name: &str, value: Option<&Word>) {
        let on = !value.is_some_and(|v| v.is("false"));
        match name {
            "d" | "detach" => self.detached = on,
            "rm" => self.removed = on,
            "P" | "publish-all" => self.publishes_all = on,
            _ => {}
        }
    }

    fn option(&mut self, name: &str, value: Word, option: Option<Span>) {
        let span = match (option, value.span) {
            (Some(a), Some(b)) => Some(a.to(b)),
            (a, b) => a.or(b),
        };
        match name {
            "name" => self.name = Some(value),
            "p" | "publish" => self.ports.extend(port_of(&value)),
            "restart" => self.restart = Some(RestartPolicy { policy: value, span }),
            "m" | "memory" => self.memory = Some(value),
            "e" | "env" => self.environment.push(ContainerVariable::of(&value, span)),
            "env-file" => self.environment_files.push(value),
            "v" | "volume" | "mount" => self.volumes.push(value),
            "network" | "net" => self.network = Some(value),
            _ => {}
        }
    }
}

/// `[[address:]host:]container[/protocol]`.
pub(crate) fn port_of(word: &Word) -> Option<PublishedPort> {
    let flat = word.text.flatten();
    let text = &flat.text;
    let (end, protocol) = match text.rfind('/') {
        Some(at) => (at, text[at + 1..].into()),
        None => (text.len(), "tcp".into()),
    };
    let slice = |range: std::ops::Range<usize>| word.text.slice(&flat, range);
    let Some(colon) = text[..end].rfind(':') else {
        return (end > 0).then(|| PublishedPort {
            host: None,
            address: None,
            container: slice(0..end),
            protocol,
            span: word.span,
        });
    };
    let container = slice(colon + 1..end);
    let (address, host) = match text[..colon].rfind(':') {
        Some(at) => (Some(slice(0..at)), at + 1..colon),
        None => (None, 0..colon),
    };
    let host = (!host.is_empty()).then(|| slice(host));
    Some(PublishedPort { host, address, container, protocol, span: word.span })
}

/// The container that a unit's `ExecStart=` runs, with the unit's `Restart=`.
fn of_unit(content: &Text, unit: &str) -> Option<ContainerRun> {
    let flat = content.flatten();
    let value_of = |key: &str| {
        let mut at = 0;
        for line in flat.text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let Some(value) =
                line.trim_start().strip_prefix(key).and_then(|l| l.trim_start().strip_prefix('='))
            else {
                continue;
            };
            let from = start + line.len() - value.len();
            // A backslash at the end of the line goes on with the next.
            let mut end = at;
            while flat.text[from..end].trim_end_matches(['\n', '\r']).ends_with('\\') && end < flat.text.len()
            {
                end = flat.text[end..].find('\n').map_or(flat.text.len(), |n| end + n + 1);
            }
            let to = from + flat.text[from..end].trim_end().len();
            return Some(content.slice(&flat, from..to));
        }
        None
    };
    let start = value_of("ExecStart")?;
    let inner = Script::read(&start);
    let command = inner.commands.first()?;
    let mut run = run_of(&Invocation::of(&command.words)).or_else(|| {
        // `docker start -a name` keeps a container that another command made.
        let words = Invocation::of(&command.words).plain();
        let starts = words.first().is_some_and(|w| w == "docker" || w == "podman")
            && words.get(1).is_some_and(|w| w == "start");
        let name = command.words.last().filter(|_| starts)?.clone();
        Some(ContainerRun { name: Some(name), ..ContainerRun::default() })
    })?;
    run.unit = Some(unit.into());
    run.span = command.span.or_else(|| text_span(&start));
    if let Some(text) = value_of("Restart") {
        let span = text_span(&text);
        run.restart = Some(RestartPolicy { policy: Word::of_text(text, span), span });
    }
    Some(run)
}

impl ContainerRun {
    /// Whether it comes back after a restart of the machine. `None`: it cannot be told, for the policy is not known.
    pub fn comes_back(&self) -> Option<bool> {
        match &self.restart {
            None => (!self.opaque).then_some(false),
            Some(restart) => {
                let policy = restart.policy.known()?;
                Some(matches!(
                    policy.split(':').next(),
                    Some(
                        "always"
                            | "unless-stopped"
                            | "on-failure"
                            | "on-abnormal"
                            | "on-abort"
                            | "on-success"
                    )
                ))
            }
        }
    }

    /// What it runs inside, when words follow the image.
    pub fn inner_script(&self) -> Option<Script> {
        (!self.command.is_empty()).then(|| script_of_words(self.command.clone()))
    }
}
