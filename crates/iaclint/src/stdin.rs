//! `-`: what stands on standard input, as a file.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_source::{Disk, FileSystem, MAX_FILE_BYTES, Memory, Overlay};

use crate::output::Failure;

/// Where files are read, and the paths to check.
pub type Files = (Arc<dyn FileSystem>, Vec<PathBuf>);

/// The disk and the paths; where a path is `-`, standard input in its place: as the file of that name in its directory, or alone.
pub fn files(paths: &[PathBuf], name: Option<&Path>) -> Result<Files, Failure> {
    match paths {
        [path] if path == Path::new("-") => {}
        _ if paths.iter().any(|path| path == Path::new("-")) => {
            return Err(Failure::new("standard input is checked alone: `-` is the only path then"));
        }
        _ if name.is_some() => {
            return Err(Failure::new("--stdin-filename goes with the path `-`"));
        }
        _ => return Ok((Arc::new(Disk), paths.to_vec())),
    }
    let mut bytes = Vec::new();
    let limit = MAX_FILE_BYTES + 1;
    let read = std::io::stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|e| Failure::new(format!("cannot read standard input: {e}")))?;
    let Some(name) = name else {
        let mut memory = Memory::new();
        let name = Path::new("/").join(name_of(&bytes));
        memory.insert(&name, bytes);
        return Ok((Arc::new(memory), vec![name]));
    };
    let path = std::path::absolute(name).map_err(|e| Failure::new(format!("{}: {e}", name.display())))?;
    let overlay = Overlay::new(Disk, &path, bytes)
        .map_err(|e| Failure::new(format!("there is no directory for {}: {e}", name.display())))?;
    let path = overlay.path().to_path_buf();
    Ok((Arc::new(overlay), vec![path]))
}

/// The name that says what a text without a name is.
fn name_of(bytes: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(bytes);
    if text.trim_start().starts_with('{') {
        "stdin.json"
    } else if text
        .lines()
        .any(|line| line.trim_end() == "Resources:" || line.starts_with("AWSTemplateFormatVersion:"))
    {
        "stdin.yaml"
    } else {
        "stdin.tf"
    }
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn the_content_says_what_it_is() {
        assert_eq!(name_of(b"\n{\"Resources\": {}}"), "stdin.json");
        assert_eq!(name_of(b"# a stack\nResources:\n  A: {}\n"), "stdin.yaml");
        assert_eq!(name_of(b"resource \"aws_vpc\" \"a\" {}\n"), "stdin.tf");
    }
}
