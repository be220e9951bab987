//! A project: a root directory beyond which nothing is read.

use std::ffi::OsString;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use crate::{Entry, FileKind, FileSystem, Problem, ProblemKind, SourceFile, Sources};

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// A longer path is left to the operating system, which hardly takes it.
const MAX_PATH_BYTES: usize = 4096;

/// Why a file could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// There is no such file.
    NotFound,
    /// It lies, or a link leads, outside the project root.
    OutsideRoot,
    /// It is larger than [`MAX_FILE_BYTES`]; its size in bytes.
    TooLarge(u64),
    /// It is a FIFO, a device, a directory.
    NotAFile,
    /// It is not UTF-8 from this byte on, in this line (from 1).
    NotUtf8 {
        /// The offset of the byte.
        at: usize,
        /// The line.
        line: usize,
    },
    /// The operating system refused, in its words.
    Io(String),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound => write!(f, "no such file or directory"),
            Self::OutsideRoot => write!(f, "lies outside the project root, so it is not read"),
            Self::TooLarge(bytes) => {
                write!(f, "has {} MiB, more than the {} MiB that are read", bytes >> 20, MAX_FILE_BYTES >> 20)
            }
            Self::NotAFile => write!(f, "is not a regular file"),
            Self::NotUtf8 { at, line } => write!(f, "is not UTF-8 (in line {line}, at byte {at})"),
            Self::Io(words) => write!(f, "{words}"),
        }
    }
}

impl ReadError {
    /// The problem that this is for the file `path`.
    pub fn problem(&self, path: &str) -> Problem {
        let kind = match self {
            Self::TooLarge(_) => ProblemKind::Limit,
            _ => ProblemKind::Unreadable,
        };
        Problem::new(kind, format!("cannot read {path}: {self}")).in_file(path)
    }
}

/// The door to the files of one project. Paths are absolute or relative to the root; what is read is kept in [`Project::sources`].
#[derive(Debug)]
pub struct Project {
    fs: Arc<dyn FileSystem>,
    root: PathBuf,
    sources: Arc<Sources>,
    directories: Mutex<Directories>,
}

/// What was learnt of directories: most questions about files are asked in one that was listed. Paths are compared by their letters,
/// which is faster than by their parts.
#[derive(Debug, Default)]
struct Directories {
    /// Without links, by the path that was asked for.
    real: FxHashMap<OsString, Result<PathBuf, ReadError>>,
    /// The entries by name, by the real path.
    entries: FxHashMap<OsString, Arc<[Entry]>>,
}

impl Project {
    /// A project rooted at the directory `root`, which must exist.
    pub fn new(fs: Arc<dyn FileSystem>, root: &Path) -> Result<Self, ReadError> {
        let root = fs.canonicalize(root).map_err(|e| io_error(&e))?;
        Ok(Self { fs, root, sources: Arc::default(), directories: Mutex::default() })
    }

    /// A project rooted at `/` over files in memory.
    ///
    /// # Panics
    /// Never: the root of a memory file system always exists once it holds a file.
    pub fn in_memory<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let fs = Arc::new(crate::Memory::of(files));
        Self { fs, root: PathBuf::from("/"), sources: Arc::default(), directories: Mutex::default() }
    }

    /// The root directory, absolute, links resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The files read so far.
    pub fn sources(&self) -> &Arc<Sources> {
        &self.sources
    }

    /// `path` as outputs print it: relative to the root with `/` between parts, `.` for the root itself.
    pub fn relative(&self, path: &Path) -> String {
        let path = self.absolute(path);
        if let (Some(text), Some(root), '/') = (path.to_str(), self.root.to_str(), MAIN_SEPARATOR)
            && let Some(inside) = text.strip_prefix(root).and_then(|rest| rest.strip_prefix('/'))
        {
            return inside.to_owned();
        }
        let relative = path.strip_prefix(&self.root).unwrap_or(&path);
        let parts: Vec<_> = relative.components().map(|c| c.as_os_str().to_string_lossy()).collect();
        if parts.is_empty() { ".".to_owned() } else { parts.join("/").replace("//", "/") }
    }

    /// `path` made absolute and freed of `.` and `..`; links are not resolved.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        if path.is_absolute() { normalize(path) } else { normalize(&self.root.join(path)) }
    }

    /// Reads a text file, or gives the copy that was read before.
    pub fn read_text(&self, path: &Path) -> Result<Arc<SourceFile>, ReadError> {
        let relative = self.relative(path);
        if let Some(file) = self.sources.by_path(&relative) {
            return Ok(file);
        }
        let bytes = self.read_bytes(path)?;
        let text =
            String::from_utf8(bytes).map_err(|e| not_utf8(e.as_bytes(), e.utf8_error().valid_up_to()))?;
        Ok(self.sources.add(&relative, text))
    }

    /// Reads a file's bytes, confined to the root and to [`MAX_FILE_BYTES`].
    pub fn read_bytes(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        match self.resolve(path)? {
            (_, FileKind::File(bytes)) if bytes > MAX_FILE_BYTES => Err(ReadError::TooLarge(bytes)),
            (path, FileKind::File(_)) => self.fs.read(&path).map_err(|e| io_error(&e)),
            _ => Err(ReadError::NotAFile),
        }
    }

    /// The entries of a directory inside the root, sorted by name.
    pub fn read_dir(&self, path: &Path) -> Result<Vec<Entry>, ReadError> {
        let (path, _) = self.resolve(path)?;
        if let Some(entries) = self.directories().entries.get(path.as_os_str()) {
            return Ok(entries.to_vec());
        }
        let entries = self.fs.read_dir(&path).map_err(|e| io_error(&e))?;
        self.directories().entries.insert(path.into(), entries.as_slice().into());
        Ok(entries)
    }

    /// What `path` names after links, if it lies inside the root.
    pub fn kind(&self, path: &Path) -> Result<FileKind, ReadError> {
        self.resolve(path).map(|(_, kind)| kind)
    }

    /// Whether `path` is a directory inside the root.
    pub fn is_dir(&self, path: &Path) -> bool {
        matches!(self.kind(path), Ok(FileKind::Directory))
    }

    /// Whether `path` is a regular file inside the root.
    pub fn is_file(&self, path: &Path) -> bool {
        matches!(self.kind(path), Ok(FileKind::File(_)))
    }

    /// Resolves links and refuses what leaves the root; what is there in the end.
    fn resolve(&self, path: &Path) -> Result<(PathBuf, FileKind), ReadError> {
        let path = self.absolute(path);
        if !path.starts_with(&self.root) {
            return Err(ReadError::OutsideRoot);
        }
        let (real, kind) = if path.as_os_str().len() > MAX_PATH_BYTES {
            (self.fs.canonicalize(&path).map_err(|e| io_error(&e))?, FileKind::Link)
        } else {
            self.followed(&path)?
        };
        if !real.starts_with(&self.root) {
            return Err(ReadError::OutsideRoot);
        }
        match kind {
            FileKind::Link => {
                let kind = self.fs.kind(&real).map_err(|e| io_error(&e))?;
                Ok((real, kind))
            }
            kind => Ok((real, kind)),
        }
    }

    /// The path without links, and what it names; a link when it was one.
    fn followed(&self, path: &Path) -> Result<(PathBuf, FileKind), ReadError> {
        let canonical = || self.fs.canonicalize(path).map_err(|e| io_error(&e));
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok((canonical()?, FileKind::Directory));
        };
        if path == self.root {
            return Ok((canonical()?, FileKind::Directory));
        }
        let directory = self.real_directory(parent)?;
        let listed = name.to_str().and_then(|name| {
            let directories = self.directories();
            let entries = directories.entries.get(directory.as_os_str())?;
            let at = entries.binary_search_by(|e| e.name.as_str().cmp(name)).ok()?;
            Some(entries[at].kind)
        });
        let kind = match listed {
            Some(kind) => kind,
            None => self.fs.kind(&directory.join(name)).map_err(|e| io_error(&e))?,
        };
        Ok(if kind == FileKind::Link { (canonical()?, kind) } else { (directory.join(name), kind) })
    }

    /// A directory without links. Most files share theirs.
    fn real_directory(&self, directory: &Path) -> Result<PathBuf, ReadError> {
        if let Some(known) = self.directories().real.get(directory.as_os_str()) {
            return known.clone();
        }
        let real = if directory.starts_with(&self.root) {
            self.followed(directory).map(|(real, _)| real)
        } else {
            self.fs.canonicalize(directory).map_err(|e| io_error(&e))
        };
        self.directories().real.insert(directory.into(), real.clone());
        real
    }

    fn directories(&self) -> MutexGuard<'_, Directories> {
        self.directories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_utf8(bytes: &[u8], at: usize) -> ReadError {
    let before = bytes.get(..at).unwrap_or_default();
    ReadError::NotUtf8 { at, line: before.split(|byte| *byte == b'\n').count() }
}

fn io_error(error: &std::io::Error) -> ReadError {
    if error.kind() == std::io::ErrorKind::NotFound {
        ReadError::NotFound
    } else {
        ReadError::Io(error.to_string())
    }
}

/// `path` without `.` and `..`, by its letters alone.
pub fn normalize(path: &Path) -> PathBuf {
    let is_normal = |text: &str| {
        text.starts_with('/') && !text.contains("/.") && !text.contains("//") && !text.ends_with('/')
    };
    if MAIN_SEPARATOR == '/' && path.to_str().is_some_and(is_normal) {
        return path.to_path_buf();
    }
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !matches!(
                    out.components().next_back(),
                    None | Some(Component::RootDir | Component::Prefix(_))
                ) {
                    out.pop();
                }
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leaves_the_root_is_refused() {
        let fs = Arc::new(crate::Memory::of([("/p/a.tf", "a"), ("/secret", "s")]));
        let project = Project::new(fs, Path::new("/p")).unwrap();
        assert_eq!(project.read_text(Path::new("../secret")).unwrap_err(), ReadError::OutsideRoot);
        assert_eq!(project.read_text(Path::new("x/../a.tf")).unwrap().path, "a.tf");
        assert_eq!(project.read_text(Path::new("b.tf")).unwrap_err(), ReadError::NotFound);
    }

    #[test]
    fn a_path_is_freed_of_what_leads_nowhere() {
        let paths = ["/a/b", "/a/./b/", "/a//b", "/a/x/../b", "/../a/b", "/a/.c/../b", "/a/b/."];
        for path in paths {
            assert_eq!(normalize(Path::new(path)).as_os_str(), "/a/b", "{path}");
        }
        assert_eq!(normalize(Path::new("/a/.b")), Path::new("/a/.b"));
        assert_eq!(normalize(Path::new("/")), Path::new("/"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_of_the_root_is_refused() {
        let directory = std::env::temp_dir().join(format!("iaclint-link-{}", std::process::id()));
        let root = directory.join("root");
        std::fs::create_dir_all(&root).unwrap();
        std::fs::write(directory.join("outside"), "secret").unwrap();
        std::fs::write(root.join("inside"), "fine").unwrap();
        for (link, to) in [("out", "../outside"), ("in", "inside")] {
            drop(std::fs::remove_file(root.join(link)));
            std::os::unix::fs::symlink(to, root.join(link)).unwrap();
        }
        let project = Project::new(Arc::new(crate::Disk), &root).unwrap();
        assert_eq!(project.read_text(Path::new("out")).unwrap_err(), ReadError::OutsideRoot);
        assert_eq!(project.read_text(Path::new("in")).unwrap().text, "fine");
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
