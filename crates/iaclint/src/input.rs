//! Files of the tool's own: the configuration and the baseline.

use std::path::Path;

use iaclint_report::mask;
use iaclint_source::{FileKind, FileSystem, MAX_FILE_BYTES};

use crate::output::Failure;

/// The text of a regular file of bearable size: anything else could block or never end.
pub fn text(files: &dyn FileSystem, path: &Path) -> Result<String, Failure> {
    let refused = |why: &dyn std::fmt::Display| {
        Failure::new(format!("cannot read {}: {why}", mask::name(&path.to_string_lossy())))
    };
    let kind = files.canonicalize(path).and_then(|real| files.kind(&real)).map_err(|e| refused(&e))?;
    match kind {
        FileKind::File(bytes) if bytes <= MAX_FILE_BYTES => {}
        FileKind::File(_) => return Err(refused(&"it is too large")),
        FileKind::Directory | FileKind::Link | FileKind::Other => {
            return Err(refused(&"it is not a regular file"));
        }
    }
    let bytes = files.read(path).map_err(|e| refused(&e))?;
    String::from_utf8(bytes).map_err(|_| refused(&"it is not UTF-8"))
}
