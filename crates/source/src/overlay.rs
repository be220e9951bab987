//! A file system with one file of other content: an editor's buffer, standard input.

use std::io;
use std::path::{Path, PathBuf};

use crate::{Entry, FileKind, FileSystem, normalize};

/// Another file system with one file over it.
#[derive(Debug, Clone)]
pub struct Overlay<F> {
    under: F,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl<F: FileSystem> Overlay<F> {
    /// The file of this absolute path holds these bytes, whether it is there or not. Its directory has to be.
    pub fn new(under: F, path: &Path, bytes: Vec<u8>) -> io::Result<Self> {
        let path = normalize(path);
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let path = under.canonicalize(directory)?.join(name);
        Ok(Self { under, path, bytes })
    }

    /// The path of the file, links resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn is_it(&self, path: &Path) -> bool {
        normalize(path) == self.path
    }
}

impl<F: FileSystem> FileSystem for Overlay<F> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if self.is_it(path) { Ok(self.bytes.clone()) } else { self.under.read(path) }
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        if self.is_it(path) { Ok(FileKind::File(self.bytes.len() as u64)) } else { self.under.kind(path) }
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = self.under.read_dir(path)?;
        let name = self.path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|_| self.path.parent() == Some(&normalize(path))) {
            entries.retain(|entry| entry.name != name);
            entries.push(Entry { name: name.to_owned(), kind: FileKind::File(self.bytes.len() as u64) });
            entries.sort_by(|a, b| a.name.cmp(&b.name));
        }
        Ok(entries)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        if self.is_it(path) { Ok(self.path.clone()) } else { self.under.canonicalize(path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;

    #[test]
    fn one_file_is_another_or_is_there_at_all() {
        let memory = Memory::of([("infra/main.tf", "old"), ("infra/other.tf", "other")]);
        let changed = Overlay::new(memory.clone(), Path::new("/infra/main.tf"), b"new".to_vec()).unwrap();
        assert_eq!(changed.read(Path::new("/infra/main.tf")).unwrap(), b"new");
        assert_eq!(changed.read(Path::new("/infra/other.tf")).unwrap(), b"other");
        assert_eq!(changed.read_dir(Path::new("/infra")).unwrap().len(), 2);
        let added = Overlay::new(memory, Path::new("/infra/x/../new.tf"), b"new".to_vec()).unwrap();
        let names: Vec<String> =
            added.read_dir(Path::new("/infra")).unwrap().into_iter().map(|e| e.name).collect();
        assert_eq!(names, ["main.tf", "new.tf", "other.tf"]);
        assert_eq!(added.canonicalize(Path::new("/infra/new.tf")).unwrap(), Path::new("/infra/new.tf"));
    }

    #[test]
    fn the_directory_has_to_be_there() {
        assert!(Overlay::new(Memory::new(), Path::new("/nowhere/main.tf"), Vec::new()).is_err());
    }
}
