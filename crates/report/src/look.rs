//! How printed text looks: colours and line-drawing characters.

use iaclint_lint::Severity;

use crate::wrap::wrapped;

/// What the reader's terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// Escape sequences for colours.
    pub color: bool,
    /// Characters beyond ASCII for frames and dots.
    pub unicode: bool,
    /// Escape sequences for links.
    pub links: bool,
    /// The columns of a line; files and pipes have no end of a line.
    pub columns: Option<usize>,
}

impl Look {
    /// Without colours, with line-drawing characters: for files and tests.
    pub const PLAIN: Look = Look { color: false, unicode: true, links: false, columns: None };

    /// `text` in the colour of a severity, bold.
    pub fn severity(self, severity: Severity, text: &str) -> String {
        self.paint(
            match severity {
                Severity::Error => "1;31",
                Severity::Warning => "1;33",
                Severity::Advice => "1;36",
            },
            text,
        )
    }

    /// `text` in bold.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// A key word before a line: `help:`.
    pub fn key(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// `text`, less visible.
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// A dot between two parts of a line.
    pub fn dot(self) -> &'static str {
        if self.unicode { " · " } else { " - " }
    }

    /// `text` as a link, where one can be followed.
    pub fn link(self, target: Option<&str>, text: &str) -> String {
        match target.filter(|_| self.links) {
            Some(target) => format!("\u{1b}]8;;{target}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            None => text.to_owned(),
        }
    }

    /// Words in lines that fit: the first begins at column `at`, the others are indented by `hanging`.
    pub fn wrapped(self, text: &str, at: usize, hanging: usize) -> String {
        wrapped(text, self.columns, at, hanging)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
