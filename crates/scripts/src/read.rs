//! From a text to a script: the `#!` line and the interpreter.

use iaclint_value::{Name, Piece, Text};

use crate::lower::lower;
use crate::script::{Interpreter, MAX_SCRIPT_BYTES, Refusal, Script, Shebang};

impl Script {
    /// Reads a script. It never fails: what is not valid is noted in [`Script::errors`], what is not shell in [`Script::refused`].
    pub fn read(text: &Text) -> Script {
        let mut script = Script::default();
        let flat = text.flatten();
        let start = flat.text.trim_start();
        let offset = flat.text.len() - start.len();
        script.interpreter = if start.starts_with("#!") {
            let line = start.split('\n').next().unwrap_or_default();
            let shebang = Shebang {
                line: line.trim_start_matches("#!").trim().into(),
                offset,
                carriage_return: line.ends_with('\r'),
                span: text.span(&flat, offset..offset + line.trim_end().len()),
            };
            let interpreter = interpreter_of(&shebang.line);
            script.shebang = Some(shebang);
            interpreter
        } else if is_windows(start) {
            Interpreter::PowerShell
        } else if matches!(text.pieces().first(), Some(Piece::Hole(_))) {
            Interpreter::Unknown
        } else {
            Interpreter::Unmarked
        };
        if !script.interpreter.is_shell() {
            script.refused = Some(Refusal::NotShell);
        } else if flat.text.len() > MAX_SCRIPT_BYTES {
            script.refused = Some(Refusal::TooLarge);
        } else {
            lower(text, &mut script);
        }
        script
    }
}

fn is_windows(start: &str) -> bool {
    let lower: String = start.chars().take(32).collect::<String>().to_ascii_lowercase();
    ["<powershell", "<script>", "#ps1", "rem cmd", "@echo off", "version: 1.0"]
        .iter()
        .any(|p| lower.starts_with(p))
}

fn interpreter_of(line: &str) -> Interpreter {
    let mut words = line.split_whitespace().map(|w| w.rsplit('/').next().unwrap_or_default());
    let mut name = words.next().unwrap_or_default();
    if name == "env" {
        name = words.find(|w| !w.starts_with('-') && !w.contains('=')).unwrap_or_default();
    }
    match name {
        "bash" => Interpreter::Bash,
        "sh" | "dash" | "ash" | "ksh" | "zsh" => Interpreter::Sh,
        "pwsh" | "powershell" => Interpreter::PowerShell,
        _ if name.starts_with("python") => Interpreter::Python,
        _ if name.contains(iaclint_value::Flat::HOLE) || name.is_empty() => Interpreter::Unknown,
        other => Interpreter::Other(Name::from(other)),
    }
}
