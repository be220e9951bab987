//! What a command looks at: the address that `curl`, `nc`, `pg_isready` and their like are given.

use iaclint_source::Span;
use iaclint_value::{Name, Text};

use crate::Word;
use crate::invocation::Invocation;
use crate::script::{ScopeKind, Script};

/// One look at an address.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The program: `curl`, `wget`, `nc`, `pg_isready`.
    pub tool: Name,
    /// The address as it stands, for `curl` and `wget`.
    pub url: Option<Word>,
    /// `http`, `https`.
    pub scheme: Option<Name>,
    /// The host, which may hold values of the template.
    pub host: Option<Text>,
    /// The port. `None`: none is written, and the scheme or the program decides.
    pub port: Option<Text>,
    /// The path with its query, from `/` on.
    pub path: Option<Text>,
    /// Whether the program tells by its exit that the answer was bad: `curl` only with `-f`.
    pub sees_errors: bool,
    /// Whether a failure of the program becomes the script's own.
    pub matters: bool,
    /// The command, an index into [`Script::commands`].
    pub at: usize,
    /// Where the address stands, or else the command.
    pub span: Option<Span>,
}

impl Probe {
    /// The known port: the one written, or that of the scheme.
    pub fn port_number(&self) -> Option<u16> {
        match &self.port {
            Some(port) => port.as_str()?.parse().ok(),
            None => match self.scheme.as_deref()? {
                "http" => Some(80),
                "https" => Some(443),
                _ => None,
            },
        }
    }

    /// Whether it looks at the machine or container that it runs in.
    pub fn is_local(&self) -> Option<bool> {
        let host = self.host.as_ref()?.as_str()?;
        Some(matches!(&*host, "localhost" | "127.0.0.1" | "0.0.0.0" | "[::1]" | "::1"))
    }
}

/// The programs that a script runs, each once, in the order of their first use, without builtins of the shell.
pub fn tools(script: &Script) -> Vec<(Name, Option<Span>)> {
    let mut out: Vec<(Name, Option<Span>)> = Vec::new();
    for command in &script.commands {
        let Some(name) = Invocation::of(&command.words).name() else { continue };
        let builtin = matches!(
            name.as_str(),
            "exit"
                | "return"
                | "break"
                | "continue"
                | "["
                | "[["
                | "(("
                | "test"
                | "true"
                | "false"
                | ":"
                | "echo"
                | "printf"
                | "set"
                | "export"
                | "cd"
                | "eval"
                | "source"
                | "."
                | "trap"
                | "exec"
                | "read"
                | "local"
                | "shift"
        );
        if !builtin
            && !script.functions.iter().any(|(f, _)| *f == name)
            && !out.iter().any(|(n, _)| *n == name)
        {
            out.push((name.into(), command.span));
        }
    }
    out
}

/// The looks that a script takes at addresses.
pub fn probes(script: &Script) -> Vec<Probe> {
    let mut out = Vec::new();
    for (index, command) in script.commands.iter().enumerate() {
        let invocation = Invocation::of(&command.words);
        let Some(mut probe) = probe_of(&invocation) else { continue };
        probe.at = index;
        probe.span = probe.span.or(command.span);
        probe.matters = !is_ignored(script, index);
        out.push(probe);
    }
    out
}

/// `|| true`.
fn is_ignored(script: &Script, index: usize) -> bool {
    script.scopes.iter().any(|s| {
        s.kind == ScopeKind::OrElse
            && s.condition.contains(&index)
            && script.commands.get(s.commands.clone()).unwrap_or_default().iter().any(|c| {
                let name = c.name();
                matches!(name.as_deref(), Some("true" | ":"))
                    || name.as_deref() == Some("exit") && c.words.get(1).is_some_and(|w| w.is("0"))
            })
    })
}

fn probe_of(invocation: &Invocation<'_>) -> Option<Probe> {
    let tool = invocation.name()?;
    let words = invocation.arguments();
    let mut probe = Probe {
        tool: tool.as_str().into(),
        url: None,
        scheme: None,
        host: None,
        port: None,
        path: None,
        sees_errors: true,
        matters: true,
        at: 0,
        span: None,
    };
    let option = |names: &[&str]| {
        words.iter().enumerate().find_map(|(i, w)| {
            let known = w.known();
            names.iter().find_map(|n| {
                if known.as_deref() == Some(*n) {
                    return words.get(i + 1).cloned();
                }
                let prefix = w.prefix();
                let attached = if n.starts_with("--") {
                    prefix.starts_with(&format!("{n}=")).then(|| n.len() + 1)
                } else {
                    (prefix.starts_with(*n) && prefix.len() > n.len() && !prefix.starts_with("--"))
                        .then_some(n.len())
                };
                attached.map(|at| w.rest(at))
            })
        })
    };
    match tool.as_str() {
        "curl" | "wget" | "http" | "xh" => {
            let url = words.iter().find(|w| w.prefix().contains("://")).or_else(|| {
                // Without a scheme: a word with a host's look that no option takes.
                words.iter().enumerate().find_map(|(i, w)| {
                    let takes = i > 0 && words.get(i - 1).is_some_and(|p| takes_value(&p.prefix()));
                    let looks =
                        w.known().is_some_and(|k| k.starts_with("localhost") || k.starts_with("127.0.0.1"));
                    (looks && !takes).then_some(w)
                })
            });
            let url = url.cloned()?;
            split_url(&url.text, &mut probe);
            probe.span = url.span;
            probe.url = Some(url);
            let short = |letter: char| {
                words.iter().any(|w| {
                    let prefix = w.prefix();
                    prefix.starts_with('-') && !prefix.starts_with("--") && prefix.contains(letter)
                })
            };
            let long = |name: &str| words.iter().any(|w| w.is(name));
            probe.sees_errors = tool != "curl" || short('f') || long("--fail") || long("--fail-with-body");
        }
        "nc" | "ncat" | "netcat" => {
            let plain: Vec<&Word> = without_options(words, &["-w", "-q", "-i", "-p", "-s", "-X", "-x"]);
            probe.host = plain.first().map(|w| w.text.clone());
            probe.port = plain.get(1).map(|w| w.text.clone());
            probe.scheme = Some("tcp".into());
        }
        "pg_isready" | "psql" => {
            probe.host = option(&["-h", "--host"]).map(|w| w.text);
            probe.port = option(&["-p", "--port"]).map(|w| w.text);
            probe.scheme = Some("postgres".into());
        }
        "mysqladmin" | "mysql" | "mariadb" | "mariadb-admin" => {
            probe.host = option(&["-h", "--host"]).map(|w| w.text);
            probe.port = option(&["-P", "--port"]).map(|w| w.text);
            probe.scheme = Some("mysql".into());
        }
        "redis-cli" | "valkey-cli" => {
            probe.host = option(&["-h"]).map(|w| w.text);
            probe.port = option(&["-p"]).map(|w| w.text);
            probe.scheme = Some("redis".into());
        }
        "grpc_health_probe" | "grpc-health-probe" => {
            let address = option(&["-addr", "--addr"])?;
            let address = address.known().map_or(address.clone(), |k| {
                if k.starts_with('=') { address.rest(1) } else { address.clone() }
            });
            let flat = address.text.flatten();
            if let Some(colon) = flat.text.rfind(':') {
                probe.host = (colon > 0).then(|| address.text.slice(&flat, 0..colon));
                probe.port = Some(address.text.slice(&flat, colon + 1..flat.text.len()));
            }
            probe.scheme = Some("grpc".into());
        }
        _ => return None,
    }
    Some(probe)
}

fn takes_value(option: &str) -> bool {
    matches!(
        option,
        "-H" | "--header"
            | "-d"
            | "--data"
            | "-u"
            | "--user"
            | "-o"
            | "-O"
            | "--output"
            | "-x"
            | "--proxy"
            | "--resolve"
            | "--cacert"
    )
}

fn without_options<'a>(words: &'a [Word], with_value: &[&str]) -> Vec<&'a Word> {
    let mut out = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let prefix = word.prefix();
        if prefix.starts_with('-') {
            if with_value.contains(&prefix.as_str()) {
                words.next();
            }
            continue;
        }
        out.push(word);
    }
    out
}

fn split_url(url: &Text, probe: &mut Probe) {
    let flat = url.flatten();
    let text = &flat.text;
    let start = if let Some(at) = text.find("://") {
        probe.scheme = Some(text[..at].to_ascii_lowercase().into());
        at + 3
    } else {
        probe.scheme = Some("http".into());
        0
    };
    let end = text[start..].find(['/', '?']).map_or(text.len(), |n| start + n);
    let from = text[start..end].rfind('@').map_or(start, |n| start + n + 1);
    let authority = &text[from..end];
    // In brackets stands an IPv6 address, whose colons part no port.
    let bracket = authority.rfind(']').unwrap_or(0);
    let host_end = authority[bracket..].rfind(':').map_or(end, |n| from + bracket + n);
    if host_end > from {
        probe.host = Some(url.slice(&flat, from..host_end));
    }
    if host_end < end {
        probe.port = Some(url.slice(&flat, host_end + 1..end));
    }
    if end < text.len() {
        probe.path = Some(url.slice(&flat, end..text.len()));
    }
}
