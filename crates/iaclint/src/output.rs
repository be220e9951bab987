//! Where words go: standard output, standard error, a file; and what the terminal behind them can show.

use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use iaclint_lint::Severity;
use iaclint_report::{Look, mask};
use supports_hyperlinks::Stream;
use terminal_size::{Height, Width, terminal_size_of};

use crate::arguments::Color;

/// Why nothing could be done: the fault of how the tool was called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    message: String,
    line: Option<(u32, String)>,
    help: Option<String>,
}

impl Failure {
    /// A failure in words.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), line: None, help: None }
    }

    /// The same failure with the line of the file that it speaks of.
    #[must_use]
    pub fn with_line(mut self, number: u32, text: String) -> Self {
        self.line = Some((number, text));
        self
    }

    /// The same failure with a way out.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What is printed.
    pub fn words(&self, look: Look) -> String {
        let head = look.severity(Severity::Error, "error");
        let message = mask::name(&self.message);
        let mut out = format!("{head}: {message}\n");
        if let Some((number, text)) = &self.line {
            let _ = writeln!(out, "   {number} | {}", mask::name(&mask::message(text)));
        }
        if let Some(help) = &self.help {
            let _ = writeln!(out, "   {} {}", look.key("help:"), mask::name(help));
        }
        out
    }
}

/// Writes to standard output. A reader that went away is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error, where nobody can be told of a failure.
pub fn remark(text: &str) {
    let mut out = std::io::stderr().lock();
    drop(out.write_all(text.as_bytes()));
}

/// Writes a file.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))
}

/// What standard output can show.
pub fn look_of_stdout(color: Color) -> Look {
    let out = std::io::stdout();
    let (links, columns) = (follows_links(color, Stream::Stdout), columns(terminal_size_of(&out)));
    Look { links, columns, ..look(color, out.is_terminal()) }
}

/// What standard error can show.
pub fn look_of_stderr(color: Color) -> Look {
    let out = std::io::stderr();
    let (links, columns) = (follows_links(color, Stream::Stderr), columns(terminal_size_of(&out)));
    Look { links, columns, ..look(color, out.is_terminal()) }
}

/// What a file can show: everything, but colours only if they are asked for.
pub fn look_of_file(color: Color) -> Look {
    look(color, false)
}

fn columns(size: Option<(Width, Height)>) -> Option<usize> {
    size.map(|(width, _)| usize::from(width.0))
}

/// Whether a terminal follows links. Where escape sequences are not wanted, links are not either.
fn follows_links(color: Color, stream: Stream) -> bool {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) && color != Color::Never;
    wanted && supports_hyperlinks::on(stream)
}

fn look(color: Color, terminal: bool) -> Look {
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
    let colorful = terminal && set("NO_COLOR").is_none() && set("TERM").is_none_or(|t| t != "dumb");
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    Look {
        color: match color {
            Color::Auto => colorful,
            Color::Always => true,
            Color::Never => false,
        },
        // Files and pipes are UTF-8; a terminal of another encoding says so in its locale.
        links: false,
        columns: None,
        unicode: !terminal || locale.is_none_or(|l| l.to_string_lossy().to_ascii_lowercase().contains("utf")),
    }
}
