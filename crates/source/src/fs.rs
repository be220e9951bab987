//! The file system behind a trait: the disk, or files held in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// What a path names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// A regular file of this many bytes.
    File(u64),
    /// A directory.
    Directory,
    /// A symbolic link; where it leads is for [`FileSystem::canonicalize`] to say.
    Link,
    /// A FIFO, socket or device: never opened, since reading one can block for ever.
    Other,
}

/// One entry of a directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its name, without the directory.
    pub name: String,
    /// What it is; links are not followed.
    pub kind: FileKind,
}

/// Read access to files. Nothing in iaclint writes through it.
pub trait FileSystem: Send + Sync + std::fmt::Debug {
    /// All bytes of a regular file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// What `path` names, without following a final link.
    fn kind(&self, path: &Path) -> io::Result<FileKind>;
    /// The entries of a directory, sorted by name.
    fn read_dir(&self, path: &Path) -> io::Result<Vec<Entry>>;
    /// The absolute path with every link resolved.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;
}

/// The real disk.
#[derive(Debug, Default, Clone, Copy)]
pub struct Disk;

fn kind_of(metadata: &std::fs::Metadata) -> FileKind {
    let file_type = metadata.file_type();
    if file_type.is_symlink() {
        FileKind::Link
    } else if file_type.is_dir() {
        FileKind::Directory
    } else if file_type.is_file() {
        FileKind::File(metadata.len())
    } else {
        FileKind::Other
    }
}

impl FileSystem for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        Ok(kind_of(&std::fs::symlink_metadata(path)?))
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Ok(metadata) = entry.metadata() else { continue };
            entries.push(Entry { name, kind: kind_of(&metadata) });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }
}

/// Files held in memory, under absolute paths: for tests, rule pages and unsaved editor buffers.
#[derive(Debug, Default, Clone)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
    directories: BTreeSet<PathBuf>,
}

impl Memory {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file; `path` is taken from `/` if it is relative.
    pub fn insert(&mut self, path: impl AsRef<Path>, text: impl Into<Vec<u8>>) {
        let path = crate::normalize(&Path::new("/").join(path));
        self.directories.extend(path.ancestors().skip(1).map(Path::to_path_buf));
        self.files.insert(path, text.into());
    }

    /// A file system of these files.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut memory = Self::new();
        for (path, text) in files {
            memory.insert(path, text);
        }
        memory
    }
}

impl FileSystem for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(&crate::normalize(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        let path = crate::normalize(path);
        if let Some(bytes) = self.files.get(&path) {
            return Ok(FileKind::File(bytes.len() as u64));
        }
        if self.directories.contains(&path) {
            Ok(FileKind::Directory)
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let path = crate::normalize(path);
        if !self.directories.contains(&path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut entries = BTreeMap::new();
        for (file, bytes) in &self.files {
            if file.parent() == Some(&path) {
                entries.insert(name_of(file), FileKind::File(bytes.len() as u64));
            }
        }
        for directory in &self.directories {
            if directory.parent() == Some(&path) {
                entries.insert(name_of(directory), FileKind::Directory);
            }
        }
        Ok(entries.into_iter().map(|(name, kind)| Entry { name, kind }).collect())
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        let path = crate::normalize(path);
        self.kind(&path).map(|_| path)
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
