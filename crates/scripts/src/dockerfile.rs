//! Dockerfiles: stages, what is installed, what is started.

use std::ops::Range;

use iaclint_source::Span;
use iaclint_value::{Flat, Name, OriginArena, OriginId, Piece, Text, Value, json};

use crate::script::{MAX_SCRIPT_BYTES, Refusal, Script};
use crate::setup::{PackageInstall, package_installs};
use crate::word::expansion_in;
use crate::{HealthCheck, Word, script_of_command};

/// A Dockerfile.
#[derive(Clone, Debug, Default)]
pub struct Dockerfile {
    /// The `ARG`s before the first `FROM`.
    pub arguments: Vec<ImageVariable>,
    /// The stages; the last one is the image unless a build names another.
    pub stages: Vec<Stage>,
    /// Instructions that are not known, with their places.
    pub unknown: Vec<(Name, Option<Span>)>,
    /// Why it was not read.
    pub refused: Option<Refusal>,
}

/// A stage of a build.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The image or the earlier stage that it starts from, known `ARG`s put in.
    pub base: Word,
    /// `AS name`.
    pub name: Option<Name>,
    /// `--platform`.
    pub platform: Option<Word>,
    /// The `RUN`s.
    pub runs: Vec<Run>,
    /// The `COPY`s and `ADD`s.
    pub copies: Vec<Copied>,
    /// The last `ENTRYPOINT`.
    pub entrypoint: Option<Start>,
    /// The last `CMD`.
    pub command: Option<Start>,
    /// The `ENV`s.
    pub environment: Vec<ImageVariable>,
    /// The `ARG`s.
    pub arguments: Vec<ImageVariable>,
    /// The `EXPOSE`d ports, as written.
    pub ports: Vec<Word>,
    /// The last `USER`.
    pub user: Option<Word>,
    /// The last `WORKDIR`.
    pub directory: Option<Word>,
    /// The last `HEALTHCHECK`.
    pub health_check: Option<(HealthCheck, Option<Span>)>,
    /// The `FROM`.
    pub span: Option<Span>,
}

/// A `RUN`.
#[derive(Clone, Debug)]
pub struct Run {
    /// What it runs.
    pub script: Script,
    /// Where.
    pub span: Option<Span>,
}

/// A `COPY` or `ADD`.
#[derive(Clone, Debug)]
pub struct Copied {
    /// What is copied.
    pub sources: Vec<Word>,
    /// Where to.
    pub destination: Word,
    /// `--from`: a stage or an image.
    pub from: Option<Word>,
    /// Where.
    pub span: Option<Span>,
}

/// An `ENTRYPOINT` or `CMD`.
#[derive(Clone, Debug)]
pub struct Start {
    /// Its value: a list of words, or a text for a shell.
    pub value: Value,
    /// What it runs.
    pub script: Script,
    /// Whether it is a text for a shell, so that no signal reaches the program unless it is `exec`ed.
    pub shell: bool,
    /// Where.
    pub span: Option<Span>,
}

/// An `ENV` or `ARG`.
#[derive(Clone, Debug)]
pub struct ImageVariable {
    /// The name.
    pub name: Name,
    /// The value; none for an `ARG` without a default.
    pub value: Option<Word>,
    /// Where.
    pub span: Option<Span>,
}

impl Dockerfile {
    /// Reads a Dockerfile. It never fails: what is not known stands in [`Dockerfile::unknown`].
    pub fn read(text: &Text) -> Self {
        let flat = text.flatten();
        let mut out = Self::default();
        if flat.text.len() > MAX_SCRIPT_BYTES {
            out.refused = Some(Refusal::TooLarge);
            return out;
        }
        for instruction in instructions(&flat.text) {
            let lines = instruction.lines.iter().flat_map(|r| text.slice(&flat, r.clone()).pieces().to_vec());
            let body = Text::of(lines);
            let span = text.span(&flat, instruction.whole.clone());
            out.instruction(&instruction.keyword, &body, span);
        }
        out
    }

    fn instruction(&mut self, keyword: &str, body: &Text, span: Option<Span>) {
        if keyword == "FROM" {
            let mut words = words(body);
            let platform = words
                .iter()
                .position(|w| w.prefix().starts_with("--platform="))
                .map(|i| words.remove(i).rest(11));
            if words.is_empty() {
                return;
            }
            let base = self.with_arguments(words.remove(0));
            let named =
                words.first().is_some_and(|w| w.known().is_some_and(|k| k.eq_ignore_ascii_case("as")));
            let name =
                words.get(1).filter(|_| named).and_then(|w| w.known().map(|k| k.to_lowercase().into()));
            self.stages.push(Stage {
                base,
                name,
                platform,
                runs: Vec::new(),
                copies: Vec::new(),
                entrypoint: None,
                command: None,
                environment: Vec::new(),
                arguments: Vec::new(),
                ports: Vec::new(),
                user: None,
                directory: None,
                health_check: None,
                span,
            });
            return;
        }
        let Some(stage) = self.stages.last_mut() else {
            match keyword {
                "ARG" => self.arguments.extend(variables(body, span)),
                _ => self.unknown.push((keyword.into(), span)),
            }
            return;
        };
        match keyword {
            "RUN" => {
                let body = without_flags(body);
                let script = match words_of_list(&body) {
                    Some(list) => script_of_command(&list),
                    None => Script::read(&heredoc_or(&body)),
                };
                stage.runs.push(Run { script, span });
            }
            "COPY" | "ADD" => {
                let mut words = match words_of_list(&without_flags(body)) {
                    Some(list) => list
                        .as_list()
                        .map(|l| {
                            l.items
                                .iter()
                                .filter_map(Value::to_text)
                                .map(|t| Word::of_text(t, None))
                                .collect()
                        })
                        .unwrap_or_default(),
                    None => words(body),
                };
                let from = words.iter().find(|w| w.prefix().starts_with("--from=")).map(|w| w.rest(7));
                words.retain(|w| !w.prefix().starts_with("--"));
                if let Some(destination) = words.pop() {
                    stage.copies.push(Copied { sources: words, destination, from, span });
                }
            }
            "ENTRYPOINT" => stage.entrypoint = Some(start(body, span)),
            "CMD" => stage.command = Some(start(body, span)),
            "ENV" => stage.environment.extend(variables(body, span)),
            "ARG" => stage.arguments.extend(variables(body, span)),
            "EXPOSE" => stage.ports.extend(words(body)),
            "USER" => stage.user = words(body).into_iter().next(),
            "WORKDIR" => stage.directory = words(body).into_iter().next(),
            "HEALTHCHECK" => stage.health_check = health_check(body).map(|h| (h, span)),
            "LABEL" | "VOLUME" | "STOPSIGNAL" | "SHELL" | "ONBUILD" | "MAINTAINER" => {}
            _ => self.unknown.push((keyword.into(), span)),
        }
    }

    /// Replaces `${NAME}` in a `FROM` by the default of a global `ARG`. A build may give another value.
    fn with_arguments(&self, word: Word) -> Word {
        let mut pieces = Vec::new();
        let mut known = true;
        for piece in word.text.pieces() {
            let written = match piece {
                Piece::Hole(value) => expansion_in(value),
                Piece::Literal(_) => None,
            };
            match written.map(|w| self.default_of(w)) {
                Some(Some(text)) => pieces.extend_from_slice(text.pieces()),
                other => {
                    known &= other.is_none();
                    pieces.push(piece.clone());
                }
            }
        }
        let expansions = if known { Vec::new() } else { word.expansions };
        Word { text: Text::of(pieces), expansions, ..word }
    }

    fn default_of(&self, expansion: &str) -> Option<Text> {
        let inner = expansion.trim_start_matches('$').trim_start_matches('{').trim_end_matches('}');
        let (name, own) = inner.split_once(":-").map_or((inner, None), |(n, d)| (n, Some(d)));
        let given = self.arguments.iter().find(|a| a.name == name).and_then(|a| a.value.as_ref());
        given.map(|w| w.text.clone()).or_else(|| own.map(|d| Text::plain(d, OriginId::NONE)))
    }

    /// The stages that make up the image, the last one first: a stage, then the stage that it starts from.
    pub fn final_stages(&self) -> Vec<&Stage> {
        let mut out: Vec<&Stage> = Vec::new();
        let mut next = self.stages.len().checked_sub(1);
        while let Some(index) = next {
            let Some(stage) = self.stages.get(index) else { break };
            out.push(stage);
            let base = stage.base.known().map(|b| b.to_lowercase());
            // Only an earlier stage can be meant, so this ends.
            next = base.and_then(|b| {
                self.stages.iter().take(index).rposition(|s| s.name.as_deref() == Some(b.as_str()))
            });
        }
        out
    }

    /// The image at the bottom of the final stage.
    pub fn base_image(&self) -> Option<&Word> {
        self.final_stages().last().map(|s| &s.base)
    }

    /// The packages that the final image installs.
    pub fn installs(&self) -> Vec<PackageInstall> {
        self.final_stages()
            .iter()
            .rev()
            .flat_map(|s| &s.runs)
            .flat_map(|r| package_installs(&r.script))
            .collect()
    }

    /// What a container of the image starts with: the entrypoint, and the command that is its arguments or stands alone. A stage's own
    /// `ENTRYPOINT` forgets the `CMD` of the stage below.
    pub fn starts(&self) -> (Option<&Start>, Option<&Start>) {
        let mut command = None;
        for stage in self.final_stages() {
            command = command.or(stage.command.as_ref());
            if let Some(entrypoint) = &stage.entrypoint {
                return (Some(entrypoint), command);
            }
        }
        (None, command)
    }
}

struct Instruction {
    keyword: String,
    /// The lines of its body, comments left out.
    lines: Vec<Range<usize>>,
    whole: Range<usize>,
}

fn instructions(text: &str) -> Vec<Instruction> {
    let mut out: Vec<Instruction> = Vec::new();
    let escape = escape_of(text);
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        lines.push(at..at + line.len());
        at += line.len();
    }
    let mut index = 0;
    while let Some(range) = lines.get(index).cloned() {
        index += 1;
        let line = &text[range.clone()];
        let trimmed = line.trim_start();
        if trimmed.trim_end().is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let start = range.start + line.len() - trimmed.len();
        let keyword: String = trimmed.chars().take_while(|c| !c.is_whitespace()).collect();
        let mut body: Vec<Range<usize>> = std::iter::once(start + keyword.len()..range.end).collect();
        let mut goes_on = continues(line, escape);
        while goes_on && let Some(next) = lines.get(index).cloned() {
            index += 1;
            let line = &text[next.clone()];
            // Comments and empty lines inside an instruction are dropped, and it goes on behind them.
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            goes_on = continues(line, escape);
            body.push(next);
        }
        let first = body.iter().map(|r| &text[r.clone()]).collect::<String>();
        if matches!(keyword.to_ascii_uppercase().as_str(), "RUN" | "COPY" | "ADD") {
            for delimiter in heredocs(&first) {
                while let Some(next) = lines.get(index).cloned() {
                    index += 1;
                    body.push(next.clone());
                    if text[next].trim() == delimiter {
                        break;
                    }
                }
            }
        }
        let end = body.last().map_or(range.end, |r| r.end);
        let end = start + text[start..end].trim_end().len();
        out.push(Instruction { keyword: keyword.to_ascii_uppercase(), lines: body, whole: start..end });
    }
    out
}

fn escape_of(text: &str) -> char {
    for line in text.lines().take_while(|l| l.trim_start().starts_with('#')) {
        let compact: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        if compact.eq_ignore_ascii_case("#escape=`") {
            return '`';
        }
    }
    '\\'
}

fn continues(line: &str, escape: char) -> bool {
    line.trim_end().ends_with(escape)
}

fn heredocs(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in line.match_indices("<<") {
        let rest = line[at + 2..].trim_start_matches('-');
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let name = quote.map_or(rest, |q| rest.trim_start_matches(q));
        let name: String = name.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if !name.is_empty()
            && !line[..at].ends_with('<')
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        {
            out.push(name);
        }
    }
    out
}

/// `RUN <<EOF` runs the lines themselves; behind a command the heredoc is its input.
fn heredoc_or(body: &Text) -> Text {
    let flat = body.flatten();
    let trimmed = flat.text.trim_start();
    let first = trimmed.lines().next().unwrap_or_default();
    let alone = first.starts_with("<<") && first.split_whitespace().count() == 1;
    let (true, Some(newline)) = (alone, flat.text.find('\n')) else { return body.clone() };
    let inner = flat.text[newline + 1..].trim_end();
    let end = newline + 1 + inner.rfind('\n').map_or(0, |n| n + 1);
    body.slice(&flat, newline + 1..end)
}

/// The words of an instruction, quotes removed.
fn words(body: &Text) -> Vec<Word> {
    let script = Script::read(&prefixed(body));
    let words = script.commands.first().map(|c| c.words.clone()).unwrap_or_default();
    words.into_iter().skip(1).collect()
}

/// The body behind a word, so that the shell's grammar takes all of it for arguments.
fn prefixed(body: &Text) -> Text {
    let mut pieces = Text::plain("x ", OriginId::NONE).pieces().to_vec();
    let flat = body.flatten();
    let end = flat.text.trim_end().len();
    pieces.extend_from_slice(body.slice(&flat, 0..end).pieces());
    Text::of(pieces)
}

/// `NAME=value …`, or the old `NAME value`.
fn variables(body: &Text, span: Option<Span>) -> Vec<ImageVariable> {
    let words = words(body);
    let Some(first) = words.first() else { return Vec::new() };
    if first.split_assignment().is_some() {
        return words
            .iter()
            .filter_map(|w| {
                w.split_assignment().map(|(name, value)| ImageVariable {
                    name,
                    value: Some(value),
                    span: w.span,
                })
            })
            .collect();
    }
    let Some(name) = first.known().map(|k| Name::from(k.as_ref())) else { return Vec::new() };
    vec![ImageVariable { name, value: words.get(1).cloned(), span }]
}

/// The body without leading `--name=value`.
fn without_flags(body: &Text) -> Text {
    let flat = body.flatten();
    let mut at = 0;
    loop {
        let rest = &flat.text[at..];
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
        if !trimmed.starts_with("--") {
            return body.slice(&flat, at..flat.text.len());
        }
        let start = at + rest.len() - trimmed.len();
        at = start + trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
    }
}

/// The exec form: a JSON list of texts.
fn words_of_list(body: &Text) -> Option<Value> {
    let flat = body.flatten();
    let start = flat.text.len() - flat.text.trim_start().len();
    if !flat.text[start..].starts_with('[') {
        return None;
    }
    let end = flat.text.trim_end().len();
    let mut joined = Vec::new();
    let mut at = start;
    // JSON knows no continuation lines.
    for (found, _) in flat.text[start..end].match_indices("\\\n") {
        joined.extend_from_slice(body.slice(&flat, at..start + found).pieces());
        at = start + found + 2;
    }
    joined.extend_from_slice(body.slice(&flat, at..end).pieces());
    let read = json::parse(&Text::of(joined), &mut OriginArena::new(0)).ok()?;
    let list = read.value.as_list()?;
    list.items.iter().all(|v| v.to_text().is_some()).then_some(())?;
    Some(without_origins(&read.value))
}

/// Origins of an arena that nobody keeps would point nowhere.
fn without_origins(value: &Value) -> Value {
    let items =
        value.as_list().map(|l| l.items.iter().map(|v| Value::new(v.data.clone(), OriginId::NONE)).collect());
    Value::list(items.unwrap_or_default(), OriginId::NONE)
}

fn start(body: &Text, span: Option<Span>) -> Start {
    if let Some(list) = words_of_list(body) {
        return Start { script: script_of_command(&list), value: list, shell: false, span };
    }
    let flat = body.flatten();
    let (from, to) = (flat.text.len() - flat.text.trim_start().len(), flat.text.trim_end().len());
    let text = body.slice(&flat, from.min(to)..to);
    Start {
        script: Script::read(&text),
        value: Value::new(iaclint_value::Data::Text(text), OriginId::NONE),
        shell: true,
        span,
    }
}

fn health_check(body: &Text) -> Option<HealthCheck> {
    let body = without_flags(body);
    let flat = body.flatten();
    let trimmed = flat.text.trim_start();
    let start_at = flat.text.len() - trimmed.len();
    if trimmed.trim_end().eq_ignore_ascii_case("none") {
        return Some(HealthCheck::Off);
    }
    let rest = trimmed.get(..3).filter(|k| k.eq_ignore_ascii_case("cmd"))?;
    let command = body.slice(&flat, start_at + rest.len()..flat.text.len());
    let start = start(&command, None);
    Some(HealthCheck::Runs { script: start.script, shell: start.shell })
}

/// Whether a text has the look of a Dockerfile: an instruction `FROM` stands in it before any other but `ARG`.
pub fn looks_like_dockerfile(text: &Text) -> bool {
    let flat: Flat = text.flatten();
    let mut found = instructions(&flat.text).into_iter().map(|i| i.keyword).skip_while(|k| k == "ARG");
    found.next().as_deref() == Some("FROM") && !matches!(text.pieces().first(), Some(Piece::Hole(_)))
}
