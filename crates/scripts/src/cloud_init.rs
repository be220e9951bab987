//! What a machine runs at its first start: scripts, cloud-config, MIME messages of several parts.

use std::ops::Range;

use iaclint_source::Span;
use iaclint_value::{Name, OriginId, Piece, Text};

use crate::invocation::Invocation;
use crate::script::{Interpreter, MAX_SCRIPT_BYTES, Refusal, Script, text_span};
use crate::yaml::{self, Yaml};
use crate::{Word, script_of_words};

/// How deep messages may stand within messages.
const MAX_MESSAGES: usize = 4;

/// The data that a machine is started with.
#[derive(Clone, Debug, Default)]
pub struct UserData {
    /// Its parts; one unless it is a message of several.
    pub parts: Vec<UserDataPart>,
    /// White space before the first line that counts: cloud-init then does not know what it is given.
    pub leading_space: Option<Span>,
    /// Why it was not read.
    pub refused: Option<Refusal>,
}

/// One part.
#[derive(Clone, Debug)]
pub struct UserDataPart {
    /// What it is.
    pub kind: PartKind,
    /// Where it begins.
    pub span: Option<Span>,
}

/// What a part is.
#[derive(Clone, Debug)]
pub enum PartKind {
    /// A script (`#!`).
    Script(Script),
    /// A script that runs early at every start (`#cloud-boothook`).
    BootHook(Script),
    /// `#cloud-config`.
    CloudConfig(CloudConfig),
    /// PowerShell or a Windows batch, left alone.
    Windows(Script),
    /// `#include`: addresses of more data, left alone.
    Include,
    /// Compressed, or encoded in base64: left alone.
    Encoded,
    /// Settings of a machine's operating system that is no cloud-init: Bottlerocket's TOML.
    Toml,
    /// A part for something else, by its type or first line.
    Other(Name),
    /// It begins with a value that is not known.
    Unknown,
    /// No header says what it is, and cloud-init ignores it; read as a script all the same.
    Unmarked(Script),
    /// Nothing.
    Empty,
}

/// What a cloud-config says.
#[derive(Clone, Debug, Default)]
pub struct CloudConfig {
    /// Whether it is YAML; what is not is not read.
    pub valid: bool,
    /// The commands of `bootcmd` and `runcmd`, as one script each: `bootcmd` first.
    pub scripts: Vec<Script>,
    /// `write_files`.
    pub files: Vec<ConfigFile>,
    /// The files among them that those commands run.
    pub started: Vec<Script>,
    /// `packages`.
    pub packages: Vec<Word>,
}

/// An entry of `write_files`.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// The path.
    pub path: Text,
    /// The content, unless it is encoded.
    pub content: Option<Text>,
    /// Where the path stands.
    pub span: Option<Span>,
}

impl UserData {
    /// Reads what a machine is started with. The text is what the machine sees: base64 around it is taken off by the caller.
    pub fn read(text: &Text) -> Self {
        let flat = text.flatten();
        let mut out = Self::default();
        if flat.text.len() > MAX_SCRIPT_BYTES {
            out.refused = Some(Refusal::TooLarge);
            return out;
        }
        let blank = flat.text.len() - flat.text.trim_start().len();
        if blank > 0 && blank < flat.text.len() {
            out.leading_space = text.span(&flat, 0..blank);
        }
        out.part(text, 0);
        out
    }

    /// The scripts in it, those of cloud-config and the files that these run included.
    pub fn scripts(&self) -> Vec<&Script> {
        let mut out = Vec::new();
        for part in &self.parts {
            match &part.kind {
                PartKind::Script(script) | PartKind::BootHook(script) | PartKind::Unmarked(script) => {
                    out.push(script);
                }
                PartKind::CloudConfig(config) => out.extend(config.scripts.iter().chain(&config.started)),
                _ => {}
            }
        }
        out
    }

    /// Whether something in it could not be read: a part that is encoded, included, unknown, or a script with unknown parts.
    pub fn has_unknown_parts(&self) -> bool {
        self.refused.is_some()
            || self.scripts().iter().any(|s| s.has_unknown_parts())
            || self.parts.iter().any(|p| match &p.kind {
                PartKind::Include
                | PartKind::Encoded
                | PartKind::Unknown
                | PartKind::Other(_)
                | PartKind::Windows(_) => true,
                PartKind::CloudConfig(config) => !config.valid,
                _ => false,
            })
    }

    fn part(&mut self, text: &Text, depth: usize) {
        let flat = text.flatten();
        let start = flat.text.trim_start();
        let at = flat.text.len() - start.len();
        let first = start.lines().next().unwrap_or_default();
        let lower = first.to_ascii_lowercase();
        let span = text.span(&flat, at..at + first.len());
        let kind = if start.is_empty() {
            PartKind::Empty
        } else if matches!(text.slice(&flat, at..flat.text.len()).pieces().first(), Some(Piece::Hole(_))) {
            PartKind::Unknown
        } else if lower.starts_with("content-type:") || lower.starts_with("mime-version:") {
            return self.message(text, at, depth);
        } else if first.starts_with("#!") {
            PartKind::Script(Script::read(text))
        } else if first.starts_with("#cloud-config-") || first.starts_with("#cloud-config-archive") {
            PartKind::Other(first.trim().into())
        } else if first.starts_with("#cloud-config") || first.starts_with("## template: jinja") {
            PartKind::CloudConfig(CloudConfig::read(text))
        } else if first.starts_with("#cloud-boothook") {
            let body = at + start.find('\n').map_or(start.len(), |n| n + 1);
            PartKind::BootHook(Script::read(&text.slice(&flat, body..flat.text.len())))
        } else if first.starts_with("#include") {
            PartKind::Include
        } else if first.starts_with("#part-handler") || first.starts_with("#upstart-job") {
            PartKind::Other(first.trim().into())
        } else if is_encoded(start) {
            PartKind::Encoded
        } else if first.starts_with('[') && first.trim_end().ends_with(']') && first.contains("settings") {
            PartKind::Toml
        } else {
            let script = Script::read(text);
            if script.interpreter == Interpreter::PowerShell {
                PartKind::Windows(script)
            } else {
                PartKind::Unmarked(script)
            }
        };
        self.parts.push(UserDataPart { kind, span });
    }

    /// A message: headers, an empty line, and the body, in parts if a boundary is named.
    fn message(&mut self, text: &Text, at: usize, depth: usize) {
        let flat = text.flatten();
        let (headers, body) = headers_of(&flat.text, at..flat.text.len());
        let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let kind = header("content-type").unwrap_or("text/plain").to_owned();
        let span = text.span(&flat, at..body.start.max(at));
        if depth >= MAX_MESSAGES {
            self.parts.push(UserDataPart { kind: PartKind::Other(kind.into()), span });
            return;
        }
        if let Some(boundary) = parameter(&kind, "boundary") {
            for range in parts_of(&flat.text, body, &boundary) {
                let lead = flat.text[range.clone()].len()
                    - flat.text[range.clone()].trim_start_matches(['\r', '\n']).len();
                let part = text.slice(&flat, range.start..range.end);
                let inner = part.flatten();
                // A part without headers begins with an empty line.
                if lead > 0 || !inner.text.lines().next().unwrap_or_default().contains(':') {
                    self.part(&text.slice(&flat, range.start + lead..range.end), depth + 1);
                } else {
                    self.message(&part, 0, depth + 1);
                }
            }
            return;
        }
        let encoding = header("content-transfer-encoding").unwrap_or_default().to_ascii_lowercase();
        let body = text.slice(&flat, body);
        if encoding == "base64" || encoding == "quoted-printable" {
            self.parts.push(UserDataPart { kind: PartKind::Encoded, span });
            return;
        }
        let kind = match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "text/x-shellscript"
            | "text/x-shellscript-per-boot"
            | "text/x-shellscript-per-instance"
            | "text/x-shellscript-per-once" => PartKind::Script(Script::read(&body)),
            "text/cloud-config" | "text/x-cloud-config" => PartKind::CloudConfig(CloudConfig::read(&body)),
            "text/cloud-boothook" => PartKind::BootHook(Script::read(&body)),
            "text/x-include-url" | "text/x-include-once-url" => PartKind::Include,
            "text/plain" | "" => return self.part(&body, depth + 1),
            other => PartKind::Other(other.into()),
        };
        self.parts.push(UserDataPart { kind, span });
    }
}

/// Long text of the letters of base64 alone, or the first bytes of gzip.
fn is_encoded(start: &str) -> bool {
    let first = start.lines().next().unwrap_or_default().trim_end();
    start.starts_with("H4sI")
        || first.len() >= 60
            && first.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

fn headers_of(text: &str, range: Range<usize>) -> (Vec<(String, String)>, Range<usize>) {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut at = range.start;
    for line in text[range.clone()].split_inclusive('\n') {
        at += line.len();
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    (headers, at.min(range.end)..range.end)
}

/// `boundary="x"` of a header.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|p| {
        let (n, value) = p.split_once('=')?;
        (n.trim().eq_ignore_ascii_case(name)).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn parts_of(text: &str, body: Range<usize>, boundary: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = None;
    let mut at = body.start;
    for line in text[body].split_inclusive('\n') {
        let begin = at;
        at += line.len();
        let Some(rest) = line.trim_end().strip_prefix("--").and_then(|l| l.strip_prefix(boundary)) else {
            continue;
        };
        if let Some(start) = start.take() {
            out.push(start..begin);
        }
        if rest == "--" {
            return out;
        }
        if rest.is_empty() {
            start = Some(at);
        }
    }
    if let Some(start) = start {
        out.push(start..at);
    }
    out
}

impl CloudConfig {
    /// Reads a cloud-config.
    pub fn read(text: &Text) -> Self {
        let Some(yaml) = yaml::read(text) else { return Self::default() };
        let mut out = Self { valid: true, ..Self::default() };
        for key in ["bootcmd", "runcmd"] {
            if let Some(list) = yaml.get(key) {
                out.scripts.push(script_of(list.items()));
            }
        }
        for file in yaml.get("write_files").map(Yaml::items).unwrap_or_default() {
            let Some(path) = file.get("path").and_then(Yaml::text) else { continue };
            let encoded = file
                .get("encoding")
                .and_then(Yaml::text)
                .is_some_and(|t| t.as_str().is_none_or(|e| e != "text/plain"));
            let content = file.get("content").and_then(Yaml::text).filter(|_| !encoded);
            out.files.push(ConfigFile {
                path: path.clone(),
                content: content.cloned(),
                span: text_span(path),
            });
        }
        for file in &out.files {
            let (Some(path), Some(content)) = (file.path.as_str(), &file.content) else { continue };
            if out.scripts.iter().any(|script| runs(script, &path)) {
                out.started.push(Script::read(content));
            }
        }
        for package in yaml.get("packages").map(Yaml::items).unwrap_or_default() {
            // A list is a package with its version.
            let name = package.text().or_else(|| package.items().first().and_then(Yaml::text));
            out.packages.extend(name.map(|t| Word::of_text(t.clone(), None)));
        }
        out
    }
}

/// Whether a script runs a file: by its path, or by a shell that is given it.
fn runs(script: &Script, path: &str) -> bool {
    script.commands.iter().any(|command| {
        let words = Invocation::of(&command.words).words;
        let shell = words.first().and_then(Word::known).is_some_and(|name| {
            matches!(name.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash" | "source" | "."))
        });
        let named =
            if shell { words.iter().skip(1).find(|w| !w.prefix().starts_with('-')) } else { words.first() };
        named.is_some_and(|word| word.is(path))
    })
}

/// The commands of a list: a text is a line for the shell, a list the words of one command.
fn script_of(items: &[Yaml]) -> Script {
    let newline = Text::plain("\n", OriginId::NONE);
    if items.iter().all(|i| i.text().is_some()) {
        let pieces = items
            .iter()
            .filter_map(Yaml::text)
            .flat_map(|t| t.pieces().iter().chain(newline.pieces()))
            .cloned();
        let mut script = Script::read(&Text::of(pieces));
        script.interpreter = Interpreter::Sh;
        return script;
    }
    let mut script = Script { interpreter: Interpreter::Sh, ..Script::default() };
    for item in items {
        let next = match item {
            Yaml::Scalar(text) => Script::read(text),
            Yaml::List(words) => script_of_words(
                words.iter().filter_map(Yaml::text).map(|t| Word::of_text(t.clone(), None)).collect(),
            ),
            _ => continue,
        };
        script.append(next);
    }
    script
}
