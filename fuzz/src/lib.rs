//! What the fuzz targets share: an input as files in memory, and what holds of everything that is read.
//!
//! An input is one file, or several: a line `--- path` starts a file.

pub mod judged;
pub mod sound;

#[path = "../../crates/terraform/tests/evaluation/grammar.rs"]
pub mod grammar;
#[path = "../../crates/scripts/tests/common/questions.rs"]
pub mod questions;
#[path = "../../crates/scripts/tests/common/mod.rs"]
pub mod texts;

use std::sync::Arc;

use iaclint_source::{Memory, Project};

/// What starts a file of an input, up to the end of the line.
const HEAD: &[u8] = b"--- ";

/// More files than these make an input no more telling.
const MAX_FILES: usize = 16;

/// The files of an input; `name` is that of a file without a line of its own.
pub fn files(input: &[u8], name: &str) -> Memory {
    let mut memory = Memory::new();
    // Whatever the input is, there is a directory to look at.
    memory.insert(name, "");
    let mut name = name.to_owned();
    let mut text: Vec<u8> = Vec::new();
    let mut count = 0;
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(HEAD).and_then(|rest| std::str::from_utf8(rest).ok()) {
            Some(path) if count < MAX_FILES && !path.trim().is_empty() => {
                count += 1;
                memory.insert(&name, std::mem::take(&mut text));
                name = path.trim().replace('\0', "_");
            }
            _ => text.extend_from_slice(line),
        }
    }
    memory.insert(&name, text);
    memory
}

/// The project of these files.
pub fn project(files: Memory) -> Project {
    Project::new(Arc::new(files), "/".as_ref()).expect("there is a root as soon as there is a file")
}
