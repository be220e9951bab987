//! The floor under any reader of configurations: `floor read|hcl|json DIR` reads all bytes, or also parses the files of a language, on one core.
#![expect(clippy::print_stdout, reason = "it says what it did")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// As the program itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, directory] = arguments.as_slice() else {
        eprintln!("floor read|hcl|json DIR");
        return ExitCode::from(2);
    };
    let ends: &[&str] = match what.as_str() {
        "hcl" => &[".tf", ".tofu"],
        "json" => &[".json", ".template"],
        _ => &[".tf", ".tofu", ".json", ".template", ".yaml", ".yml"],
    };
    let mut files = Vec::new();
    collect(Path::new(directory), ends, &mut files);
    let (mut bytes, mut parsed) = (0, 0);
    for file in &files {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        bytes += text.len();
        parsed += usize::from(match what.as_str() {
            "hcl" => hcl_edit::parser::parse_body(&text).is_ok(),
            "json" => serde_json::from_str::<serde_json::Value>(&text).is_ok(),
            _ => true,
        });
    }
    println!("{} files, {bytes} bytes, {parsed} parsed", files.len());
    ExitCode::SUCCESS
}

/// The files below a directory with one of these ends; hidden directories but `.terraform` hold none.
fn collect(directory: &Path, ends: &[&str], files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !name.starts_with('.') && name != "node_modules" => {
                collect(&entry.path(), ends, files);
            }
            Ok(kind) if kind.is_file() && ends.iter().any(|end| name.ends_with(end)) => {
                files.push(entry.path());
            }
            _ => {}
        }
    }
}
