//! What a command really runs, behind `sudo`, `exec`, `timeout` and their like.

use crate::Word;
use crate::script::Limit;

/// A command without what stands before the program.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<'a> {
    /// The program and its arguments.
    pub words: &'a [Word],
    /// The limit of a `timeout` before it.
    pub timeout: Option<Limit>,
    /// Whether `exec` stands before it: nothing after it runs.
    pub exec: bool,
    /// Whether it runs in a container that is there already: `docker exec`, `docker compose run`.
    pub in_container: bool,
}

impl<'a> Invocation<'a> {
    /// Looks behind the words that only start another program.
    pub fn of(words: &'a [Word]) -> Self {
        let mut out = Self { words, timeout: None, exec: false, in_container: false };
        // Each round takes at least one word away.
        while let Some(name) = out.name() {
            let taken = match name.as_str() {
                "exec" => {
                    out.exec = true;
                    1 + options(out.rest(1), &["-a"])
                }
                "sudo" => {
                    1 + options(out.rest(1), &["-u", "--user", "-g", "--group", "-h", "-p", "-C", "-D"])
                }
                "env" => {
                    let mut taken = 1 + options(out.rest(1), &["-u", "-C", "--chdir"]);
                    while out
                        .words
                        .get(taken)
                        .is_some_and(|w| w.split_assignment().is_some_and(|(n, _)| is_name(&n)))
                    {
                        taken += 1;
                    }
                    taken
                }
                "nohup" | "time" | "command" | "builtin" | "setsid" | "dumb-init" | "caffeinate" => {
                    1 + options(out.rest(1), &[])
                }
                "tini" | "catatonit" => 1 + options(out.rest(1), &["-p", "-e"]),
                "nice" | "ionice" | "stdbuf" => 1 + options(out.rest(1), &["-n", "-c", "-o", "-e", "-i"]),
                "gosu" | "su-exec" | "chpst" | "setpriv" => 2,
                "timeout" => {
                    let at = 1 + options(out.rest(1), &["-s", "--signal", "-k", "--kill-after", "-t"]);
                    out.timeout = Some(match out.words.get(at) {
                        // BusyBox once wrote the limit as `-t 30`.
                        Some(_) if out.words.get(1).is_some_and(|w| w.is("-t")) => {
                            out.words.get(2).map_or(Limit::Unknown, limit_of)
                        }
                        Some(word) => limit_of(word),
                        None => Limit::Unknown,
                    });
                    if out.words.get(1).is_some_and(|w| w.is("-t")) { at } else { at + 1 }
                }
                "docker" | "podman" | "nerdctl" if out.words.get(1).is_some_and(|w| w.is("exec")) => {
                    out.in_container = true;
                    2 + options(out.rest(2), &["-e", "--env", "-u", "--user", "-w", "--workdir"]) + 1
                }
                _ => break,
            };
            match out.words.get(taken..) {
                Some(rest) if !rest.is_empty() && taken > 0 => out.words = rest,
                _ => break,
            }
        }
        out
    }

    fn rest(&self, at: usize) -> &'a [Word] {
        self.words.get(at..).unwrap_or_default()
    }

    /// The program, without its directory, if it is known.
    pub fn name(&self) -> Option<String> {
        let known = self.words.first()?.known()?;
        Some(known.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// What follows the program.
    pub fn arguments(&self) -> &'a [Word] {
        self.rest(1)
    }

    /// The known words in lower case without their directories; an unknown one is empty.
    pub fn plain(&self) -> Vec<String> {
        self.words
            .iter()
            .map(|w| w.known().map(|k| k.trim().to_owned()).unwrap_or_default())
            .enumerate()
            .map(|(i, w)| if i == 0 { w.rsplit('/').next().unwrap_or_default().to_owned() } else { w })
            .collect()
    }

    fn is_shell(&self) -> bool {
        self.name().is_some_and(|n| matches!(n.as_str(), "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh"))
    }

    /// The script that stands in one of its words: `sh -c '…'`, `su - app -c '…'`, `eval '…'`.
    pub fn inline_script(&self) -> Option<&'a Word> {
        let arguments = self.arguments();
        if self.is_shell() {
            let at = arguments.iter().position(|w| {
                let prefix = w.prefix();
                prefix.starts_with('-')
                    && !prefix.starts_with("--")
                    && prefix.ends_with('c')
                    && w.known().is_some()
            })?;
            // Between `-c` and the script more options may stand.
            return arguments.get(at + 1..)?.iter().find(|w| w.quoted || !w.prefix().starts_with('-'));
        }
        match self.name()?.as_str() {
            "su" | "runuser" | "flock" => {
                let at = arguments.iter().position(|w| w.is("-c") || w.is("--command"))?;
                arguments.get(at + 1)
            }
            "eval" => match arguments {
                [word] if word.quoted => Some(word),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is a shell that reads its commands from a heredoc.
    pub fn reads_script_from_input(&self) -> bool {
        self.is_shell() && self.arguments().iter().all(|w| w.prefix().starts_with('-') || w.is("pipefail"))
            || self.name().is_some_and(|n| n == "su" || n == "runuser") && self.inline_script().is_none()
    }
}

/// How many words are options, with the values of those that take one.
pub(crate) fn options(words: &[Word], with_value: &[&str]) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let Some(known) = word.known() else { break };
        if known == "--" {
            return at + 1;
        }
        if !known.starts_with('-') || known == "-" {
            break;
        }
        at += if with_value.contains(&&*known) { 2 } else { 1 };
    }
    at.min(words.len())
}

/// Whether it can name a variable.
pub(crate) fn is_name(name: &str) -> bool {
    name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The limit that the first argument of `timeout` sets.
pub(crate) fn limit_of(word: &Word) -> Limit {
    let Some(known) = word.known() else { return Limit::Unknown };
    let (digits, factor) = match known.as_bytes().last() {
        Some(b's') => (&known[..known.len() - 1], 1),
        Some(b'm') => (&known[..known.len() - 1], 60),
        Some(b'h') => (&known[..known.len() - 1], 3600),
        Some(b'd') => (&known[..known.len() - 1], 86400),
        _ => (&*known, 1),
    };
    // Fractions are allowed, and rounded up here.
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let more = u64::from(fraction.bytes().any(|b| b != b'0'));
    match whole.parse::<u32>() {
        Ok(number) => Limit::Seconds((u64::from(number) + more) * factor),
        Err(_) => Limit::Unknown,
    }
}
