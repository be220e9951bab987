//! Commands of containers: a list of words that runs without a shell, or the script behind `sh -c`.

use iaclint_value::{Text, Value};

use crate::invocation::Invocation;
use crate::lower::lower;
use crate::script::{Command, Interpreter, Scope, ScopeKind, Script, text_span};
use crate::{Word, display_words};

/// What a container runs: a list of words, as in an image's `ENTRYPOINT` and `CMD` or a container's `command`, or a text, which a
/// shell runs. A script behind `sh -c` is read into the same [`Script`], after the command that starts it.
pub fn script_of_command(command: &Value) -> Script {
    let Some(list) = command.as_list() else {
        return command.to_text().map(|t| Script::read(&t)).unwrap_or_default();
    };
    let mut words: Vec<Word> = list.items.iter().map(word_of).collect();
    if !list.complete {
        words.push(Word::of_text(Text::hole(command.clone()), None));
    }
    script_of_words(words)
}

/// The words as a script of one command, with what `sh -c` runs behind it.
pub(crate) fn script_of_words(words: Vec<Word>) -> Script {
    let mut script = Script { interpreter: Interpreter::Direct, ..Script::default() };
    if words.is_empty() {
        return script;
    }
    let spans = words.iter().filter_map(|w| w.span);
    let span = spans.reduce(iaclint_source::Span::to);
    let invocation = Invocation::of(&words);
    let timeout = invocation.timeout;
    let inner = invocation.inline_script().map(|w| w.text.clone());
    script.commands.push(Command {
        assignments: Vec::new(),
        words,
        redirects: Vec::new(),
        scope: None,
        span,
    });
    if let Some(text) = inner {
        let nested = ScopeKind::Nested { timeout };
        let span = text_span(&text);
        script.scopes.push(Scope {
            kind: nested,
            parent: None,
            commands: 1..1,
            condition: 0..0,
            span,
            broken: false,
        });
        let mut inner = Script::default();
        lower(&text, &mut inner);
        script.append_under(inner, Some(0));
        let end = script.commands.len();
        if let Some(scope) = script.scopes.first_mut() {
            scope.commands = 1..end;
        }
    }
    script
}

fn word_of(value: &Value) -> Word {
    let text = value.to_text().unwrap_or_else(|| Text::hole(value.clone()));
    Word::of_text(text, None)
}

/// What a health check of a container runs.
#[derive(Clone, Debug)]
pub enum HealthCheck {
    /// `["NONE"]`: the image's own check is switched off.
    Off,
    /// A command, and whether a shell of the image runs it.
    Runs {
        /// The command.
        script: Script,
        /// `CMD-SHELL`: the image must have a shell.
        shell: bool,
    },
}

/// Reads the command of a container's health check: `["CMD-SHELL", "…"]`, `["CMD", "curl", …]`, `["NONE"]`, or a text for a shell.
pub fn health_check(command: &Value) -> Option<HealthCheck> {
    let Some(list) = command.as_list() else {
        let text = command.to_text()?;
        return Some(HealthCheck::Runs { script: Script::read(&text), shell: true });
    };
    let first = list.items.first()?.as_str()?;
    match &*first {
        "NONE" => Some(HealthCheck::Off),
        "CMD-SHELL" => {
            let text = list.items.get(1)?.to_text()?;
            Some(HealthCheck::Runs { script: Script::read(&text), shell: true })
        }
        _ => {
            let skip = usize::from(&*first == "CMD");
            let words = list.items.iter().skip(skip).map(word_of).collect();
            // ECS takes a list without a keyword as the words of a command.
            Some(HealthCheck::Runs { script: script_of_words(words), shell: false })
        }
    }
}

impl Script {
    /// Puts the commands of another script behind those of this one.
    pub(crate) fn append(&mut self, other: Script) {
        self.append_under(other, None);
    }

    fn append_under(&mut self, other: Script, scope: Option<usize>) {
        let (commands, scopes) = (self.commands.len(), self.scopes.len());
        let shifted = |r: &std::ops::Range<usize>| r.start + commands..r.end + commands;
        for mut inner in other.scopes {
            inner.parent = inner.parent.map(|p| p + scopes).or(scope);
            inner.commands = shifted(&inner.commands);
            inner.condition = shifted(&inner.condition);
            self.scopes.push(inner);
        }
        for mut command in other.commands {
            command.scope = command.scope.map(|p| p + scopes).or(scope);
            self.commands.push(command);
        }
        self.functions.extend(other.functions.into_iter().map(|(n, r)| (n, shifted(&r))));
        self.errors.extend(other.errors);
        self.refused = self.refused.or(other.refused);
    }

    /// The words of the first command for a message.
    pub fn first_words(&self) -> Option<String> {
        self.commands.first().map(|c| display_words(&c.words))
    }
}
