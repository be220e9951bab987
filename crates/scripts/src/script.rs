//! What a script says: its commands in order, each with the constructs that it stands in.

use std::ops::Range;

use iaclint_source::Span;
use iaclint_value::{Name, Text};

use crate::Word;

/// The largest text that is read, in bytes.
pub const MAX_SCRIPT_BYTES: usize = 1 << 20;

/// The deepest nesting of constructs that is read.
pub const MAX_DEPTH: usize = 200;

/// A script that was read as far as it goes.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// What runs it.
    pub interpreter: Interpreter,
    /// The `#!` line.
    pub shebang: Option<Shebang>,
    /// The simple commands in the order of writing, those inside `$(…)`, functions and `sh -c '…'` included. A command with
    /// substitutions stands before the commands inside them.
    pub commands: Vec<Command>,
    /// The constructs that commands stand in.
    pub scopes: Vec<Scope>,
    /// The functions that it defines: name and the commands inside.
    pub functions: Vec<(Name, Range<usize>)>,
    /// Where the grammar does not follow. What stands around it was read. It is no proof of a broken script: the grammar does not know
    /// some rare forms, such as `for x do`.
    pub errors: Vec<Option<Span>>,
    /// Why it was not read at all.
    pub refused: Option<Refusal>,
}

/// Why a script was not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It is larger than [`MAX_SCRIPT_BYTES`], or took too long to parse.
    TooLarge,
    /// It nests deeper than [`MAX_DEPTH`].
    TooDeep,
    /// It is of a language that is not read here.
    NotShell,
}

/// What runs a script.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Interpreter {
    /// Nothing says.
    #[default]
    Unmarked,
    /// Bash.
    Bash,
    /// A POSIX shell: `sh`, `dash`, `ash`.
    Sh,
    /// PowerShell or a Windows batch.
    PowerShell,
    /// Python.
    Python,
    /// Any other, by its name.
    Other(Name),
    /// The text begins with a value that is not known.
    Unknown,
    /// Nothing: the words are run as they are, without a shell.
    Direct,
}

impl Interpreter {
    /// Whether it is, or may be, a shell that this crate reads.
    pub fn is_shell(&self) -> bool {
        matches!(self, Self::Unmarked | Self::Bash | Self::Sh | Self::Unknown)
    }
}

/// The `#!` line of a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shebang {
    /// The line without `#!`.
    pub line: Name,
    /// The bytes before it: not 0, and the kernel and cloud-init do not see it.
    pub offset: usize,
    /// Whether the line ends in a carriage return, which becomes part of the interpreter's name.
    pub carriage_return: bool,
    /// Where it stands.
    pub span: Option<Span>,
}

/// A simple command: assignments, words, redirections. A test (`[ … ]`, `[[ … ]]`) is one with its brackets and operators as words,
/// `((…))` one of two words: `((` and the expression.
#[derive(Clone, Debug)]
pub struct Command {
    /// The assignments before its words, or all of it.
    pub assignments: Vec<Assignment>,
    /// The name and the arguments.
    pub words: Vec<Word>,
    /// The redirections.
    pub redirects: Vec<Redirect>,
    /// The construct that it stands in, an index into [`Script::scopes`].
    pub scope: Option<usize>,
    /// Where it stands.
    pub span: Option<Span>,
}

/// `NAME=value`.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The variable.
    pub name: Name,
    /// The value.
    pub value: Word,
    /// Whether it is `+=`.
    pub append: bool,
    /// Where it stands.
    pub span: Option<Span>,
}

/// A redirection.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// Of which kind.
    pub kind: RedirectKind,
    /// The file, or the text of a heredoc.
    pub target: Word,
    /// Where it stands.
    pub span: Option<Span>,
}

/// The kind of a redirection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RedirectKind {
    /// `> file`, `&> file`, `>| file`.
    Write,
    /// `>> file`, `&>> file`.
    Append,
    /// `< file`.
    Read,
    /// `2>&1` and the like.
    Duplicate,
    /// `<<EOF`: the target is the text.
    Heredoc,
    /// `<<<`: the target is the text.
    HereString,
}

/// A construct around commands.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Of which kind.
    pub kind: ScopeKind,
    /// The construct around this one.
    pub parent: Option<usize>,
    /// The commands inside.
    pub commands: Range<usize>,
    /// For what runs upon a condition, the commands of the condition.
    pub condition: Range<usize>,
    /// Where it stands.
    pub span: Option<Span>,
    /// Whether the parser found errors inside.
    pub broken: bool,
}

/// The kind of a construct.
#[derive(Clone, Debug, PartialEq)]
pub enum ScopeKind {
    /// The body of a function.
    Function(Name),
    /// A whole loop.
    Loop(LoopHead),
    /// The condition of a `while` or `until`.
    LoopCondition,
    /// Between `do` and `done`.
    LoopBody,
    /// The condition of an `if`.
    Condition,
    /// What runs when the condition holds.
    Then,
    /// What runs when it does not.
    Else,
    /// A branch of a `case`.
    Case,
    /// The right side of `&&`.
    AndThen,
    /// The right side of `||`.
    OrElse,
    /// What stands before `&&` or `||`.
    Tested,
    /// Behind `!`.
    Not,
    /// One part of a pipeline that is not its last.
    Piped,
    /// `( … )`.
    Subshell,
    /// `{ … }`.
    Group,
    /// Before `&`.
    Background,
    /// Inside `$(…)`, backquotes or `<(…)`.
    Substitution,
    /// Inside `sh -c '…'` or a heredoc for a shell; with the seconds of a `timeout` before it.
    Nested {
        /// The limit in seconds.
        timeout: Option<Limit>,
    },
    /// Runs when the script ends or fails: `trap`.
    Trap,
}

/// A limit of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// This many seconds.
    Seconds(u64),
    /// There is one, but its size is not known.
    Unknown,
}

/// The head of a loop.
#[derive(Clone, Debug, PartialEq)]
pub enum LoopHead {
    /// `while`.
    While,
    /// `until`.
    Until,
    /// `for x in words`: how many times, if known.
    For {
        /// The variable.
        variable: Name,
        /// The number of words.
        times: Option<u64>,
    },
    /// `for ((a; b; c))`: how many times, if known; endless without a condition.
    Arithmetic {
        /// The number of rounds.
        times: Option<u64>,
        /// Whether no condition is written.
        endless: bool,
    },
}

impl Script {
    /// The constructs around a command, innermost first.
    pub fn scopes_of(&self, command: &Command) -> impl Iterator<Item = (usize, &Scope)> {
        self.scopes_from(command.scope)
    }

    /// A construct and those around it, innermost first.
    pub fn scopes_from(&self, scope: Option<usize>) -> impl Iterator<Item = (usize, &Scope)> {
        let get = |index: Option<usize>| index.and_then(|i| self.scopes.get(i).map(|s| (i, s)));
        std::iter::successors(get(scope), move |(_, scope)| get(scope.parent))
    }

    /// The function whose body the command stands in.
    pub fn function_of(&self, command: &Command) -> Option<&Name> {
        self.scopes_of(command).find_map(|(_, s)| match &s.kind {
            ScopeKind::Function(name) => Some(name),
            _ => None,
        })
    }

    /// Whether it depends on a condition that the command runs: a branch, a `case`, the right side of `&&` and `||`, a loop's body.
    pub fn is_conditional(&self, command: &Command) -> bool {
        self.scopes_of(command).any(|(_, s)| {
            matches!(
                s.kind,
                ScopeKind::Then
                    | ScopeKind::Else
                    | ScopeKind::Case
                    | ScopeKind::AndThen
                    | ScopeKind::OrElse
                    | ScopeKind::LoopBody
                    | ScopeKind::Trap
            )
        })
    }

    /// Whether the script goes on without waiting for the command.
    pub fn is_background(&self, command: &Command) -> bool {
        self.scopes_of(command).any(|(_, s)| s.kind == ScopeKind::Background)
    }

    /// Whether the command stands in a loop.
    pub fn in_loop(&self, command: &Command) -> bool {
        self.scopes_of(command).any(|(_, s)| matches!(s.kind, ScopeKind::Loop(_)))
    }

    /// Whether the command is a condition, or is followed by `&&` or `||`, or stands behind `!`: its failure is looked at, and does not
    /// end the script under `set -e`.
    pub fn is_tested(&self, command: &Command) -> bool {
        self.scopes_of(command).any(|(_, s)| {
            matches!(
                s.kind,
                ScopeKind::Condition | ScopeKind::LoopCondition | ScopeKind::Tested | ScopeKind::Not
            )
        })
    }

    /// Whether something that could say anything stands in the script: a command whose name is not known, or an error.
    pub fn has_unknown_parts(&self) -> bool {
        self.refused.is_some()
            || !self.errors.is_empty()
            || self.interpreter == Interpreter::Unknown
            || self.commands.iter().any(Command::is_opaque)
    }
}

impl Command {
    /// The name, if it is known, without its directory.
    pub fn name(&self) -> Option<String> {
        let name = self.words.first()?.known()?;
        Some(name.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// Whether its name comes from the template or from a variable.
    pub fn is_opaque(&self) -> bool {
        self.words.first().is_some_and(|w| w.known().is_none())
    }

    /// The words for a message, secrets masked.
    pub fn display(&self) -> String {
        display_words(&self.words)
    }
}

/// Words in a row for a message, secrets masked.
pub(crate) fn display_words(words: &[Word]) -> String {
    words.iter().map(Word::display).collect::<Vec<_>>().join(" ")
}

/// The place of a whole text.
pub(crate) fn text_span(text: &Text) -> Option<Span> {
    let flat = text.flatten();
    text.span(&flat, 0..flat.text.len())
}
