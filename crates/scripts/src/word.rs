//! A word of a command: what is known of it and where it stands.

use std::borrow::Cow;

use iaclint_source::Span;
use iaclint_value::{Data, Name, OriginId, Piece, Text, Value, Why};

/// A word of a command after quotes are removed.
#[derive(Clone, Debug)]
pub struct Word {
    /// Its characters. The template's values and the shell's expansions are holes.
    pub text: Text,
    /// As it is written, quotes and expansions included. Each value of the template is one [`iaclint_value::Flat::HOLE`].
    pub written: Name,
    /// The shell's expansions in it that could not be resolved.
    pub expansions: Vec<Expansion>,
    /// Whether the first character is quoted, so that it is never an option, a pattern or a reserved word by its looks.
    pub quoted: bool,
    /// Where it stands, quotes included.
    pub span: Option<Span>,
}

/// Something that the shell puts into a word when it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Expansion {
    /// What is expanded.
    pub kind: ExpansionKind,
    /// Where it stands.
    pub span: Option<Span>,
}

/// What the shell expands.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpansionKind {
    /// `$NAME`, `${NAME}`, `${NAME:-default}`.
    Variable {
        /// The variable.
        name: Name,
        /// What stands behind `:-`, `-`, `:=` or `=`, as written.
        default: Option<Name>,
    },
    /// `$(…)` or backquotes: the commands as written.
    Commands(Name),
    /// `$((…))`: the expression as written.
    Arithmetic(Name),
    /// `<(…)` or `>(…)`.
    Process,
}

impl Word {
    /// A word that is a text already: an element of a list of words.
    pub fn of_text(text: Text, span: Option<Span>) -> Self {
        let written = text.flatten().text.into();
        let span = span.or_else(|| {
            let flat = text.flatten();
            let end = flat.text.len();
            text.span(&flat, 0..end)
        });
        Self { text, written, expansions: Vec::new(), quoted: true, span }
    }

    /// The whole word, if all of it is known.
    pub fn known(&self) -> Option<Cow<'_, str>> {
        self.text.as_str()
    }

    /// Whether it is known to be this.
    pub fn is(&self, word: &str) -> bool {
        self.known().is_some_and(|w| w == word)
    }

    /// What is known before the first hole.
    pub fn prefix(&self) -> String {
        self.text.prefix()
    }

    /// The whole number that it is.
    pub fn number(&self) -> Option<u64> {
        self.known()?.trim().parse().ok()
    }

    /// The part of the text from the byte `at` on, counted in its known characters before the first hole.
    #[must_use]
    pub fn rest(&self, at: usize) -> Word {
        let flat = self.text.flatten();
        let end = flat.text.len();
        let text = self.text.slice(&flat, at.min(end)..end);
        let span = self.text.span(&flat, at.min(end)..end).or(self.span);
        Word { text, written: self.written.clone(), expansions: self.expansions.clone(), quoted: true, span }
    }

    /// For `name=value` with a known name: the name and the value.
    pub fn split_assignment(&self) -> Option<(Name, Word)> {
        let prefix = self.prefix();
        let at = prefix.find('=')?;
        Some((prefix[..at].into(), self.rest(at + 1)))
    }

    /// The word for a message: the shell's expansions as written, the template's values as they show themselves, secrets masked.
    pub fn display(&self) -> String {
        let mut out = String::new();
        for piece in self.text.pieces() {
            match piece {
                Piece::Literal(literal) => out.push_str(&literal.text),
                Piece::Hole(value) => match expansion_in(value) {
                    Some(written) => out.push_str(written),
                    None => out.push_str(&value.display()),
                },
            }
        }
        if iaclint_value::looks_like_secret(&out) { iaclint_value::MASK.to_owned() } else { out }
    }
}

/// The hole that stands for an expansion of the shell.
pub(crate) fn expansion_hole(written: &str) -> Piece {
    Piece::Hole(Value::unknown(Why::Computed(written.into()), OriginId::NONE))
}

/// The expansion of the shell that a hole stands for, as written. A template's own values never begin as these do.
pub(crate) fn expansion_in(value: &Value) -> Option<&str> {
    match &value.data {
        Data::Unknown(unknown) => match &unknown.why {
            Why::Computed(name) if name.starts_with(['$', '`', '<', '>']) => Some(name),
            _ => None,
        },
        _ => None,
    }
}
