//! The project root: the directory beyond which nothing is read.

use std::io;
use std::path::{Path, PathBuf};

use iaclint_source::{FileKind, FileSystem};

use crate::{Assigned, ParseError};

/// A path of the command line.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    /// As given, for messages.
    pub(crate) written: PathBuf,
    /// Absolute, links resolved.
    pub(crate) real: PathBuf,
    /// A directory, not a file.
    pub(crate) is_directory: bool,
}

impl Given {
    /// The directory that it is or stands in.
    fn directory(&self) -> &Path {
        if self.is_directory { &self.real } else { self.real.parent().unwrap_or(&self.real) }
    }
}

/// The paths made absolute; each must be a directory or a regular file.
pub(crate) fn real_paths(fs: &dyn FileSystem, paths: &[PathBuf]) -> Result<Vec<Given>, ParseError> {
    paths
        .iter()
        .map(|written| {
            let real = canonical(fs, written)?;
            let is_directory = match fs.kind(&real).map_err(|e| error(written, &e))? {
                FileKind::Directory => true,
                FileKind::File(_) => false,
                FileKind::Link | FileKind::Other => {
                    let reason = "it is neither a directory nor a regular file".to_owned();
                    return Err(ParseError::Unreadable { path: written.clone(), reason });
                }
            };
            Ok(Given { written: written.clone(), real, is_directory })
        })
        .collect()
}

/// The project root for these paths, all of which lie inside it.
pub(crate) fn choose(
    fs: &dyn FileSystem,
    paths: &[Given],
    wanted: Option<&Path>,
) -> Result<PathBuf, ParseError> {
    let Some(first) = paths.first() else {
        return Err(ParseError::NothingToCheck { paths: Vec::new(), unsynthesized: Vec::new() });
    };
    let root = match wanted {
        Some(wanted) => canonical(fs, wanted)?,
        None => match first.directory().ancestors().find(|d| fs.kind(&d.join(".git")).is_ok()) {
            Some(repository) => repository.to_path_buf(),
            None => in_common(fs, first, paths),
        },
    };
    match paths.iter().find(|given| !given.real.starts_with(&root)) {
        Some(outside) => Err(ParseError::OutsideRoot { path: outside.written.clone(), root }),
        None => Ok(root),
    }
}

/// The files of variable values made absolute.
pub(crate) fn var_files(
    fs: &dyn FileSystem,
    files: &[PathBuf],
    root: &Path,
) -> Result<Vec<PathBuf>, ParseError> {
    files.iter().map(|file| inside(fs, file, root)).collect()
}

/// A file made absolute, which lies inside the project root.
fn inside(fs: &dyn FileSystem, file: &Path, root: &Path) -> Result<PathBuf, ParseError> {
    let real = canonical(fs, file)?;
    if real.starts_with(root) {
        Ok(real)
    } else {
        Err(ParseError::OutsideRoot { path: file.to_path_buf(), root: root.to_path_buf() })
    }
}

/// What the command line assigns, its files checked like the others.
pub(crate) fn assigned(
    fs: &dyn FileSystem,
    all: &[Assigned],
    root: &Path,
) -> Result<Vec<Assigned>, ParseError> {
    let one = |assigned: &Assigned| match assigned {
        Assigned::File(file) => inside(fs, file, root).map(Assigned::File),
        Assigned::Value(..) => Ok(assigned.clone()),
    };
    all.iter().map(one).collect()
}

/// The files of single roots, each checked like the others.
pub(crate) fn root_files(
    fs: &dyn FileSystem,
    roots: &[(PathBuf, Vec<PathBuf>)],
    root: &Path,
) -> Result<Vec<(PathBuf, Vec<PathBuf>)>, ParseError> {
    let one = |(directory, files): &(PathBuf, Vec<PathBuf>)| {
        Ok((canonical(fs, directory)?, var_files(fs, files, root)?))
    };
    roots.iter().map(one).collect()
}

/// Without a repository: the deepest directory that holds all paths, but never the whole file system for the sake of two far ends of it.
fn in_common(fs: &dyn FileSystem, first: &Given, paths: &[Given]) -> PathBuf {
    let holds_all = |d: &&Path| paths.iter().all(|given| given.directory().starts_with(d));
    let common = first.directory().ancestors().find(holds_all).unwrap_or(first.directory());
    if common.parent().is_none() && paths.len() > 1 {
        return first.directory().to_path_buf();
    }
    // The sources that an assembly speaks of stand beside it.
    match common.parent() {
        Some(parent) if fs.kind(&common.join("manifest.json")).is_ok() => parent.to_path_buf(),
        _ => common.to_path_buf(),
    }
}

fn canonical(fs: &dyn FileSystem, path: &Path) -> Result<PathBuf, ParseError> {
    fs.canonicalize(path).map_err(|e| error(path, &e))
}

fn error(path: &Path, error: &io::Error) -> ParseError {
    if error.kind() == io::ErrorKind::NotFound {
        ParseError::NotFound(path.to_path_buf())
    } else {
        ParseError::Unreadable { path: path.to_path_buf(), reason: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use iaclint_source::Memory;

    use super::*;

    fn root(files: &[&str], paths: &[&str], wanted: Option<&str>) -> Result<PathBuf, ParseError> {
        let memory = Memory::of(files.iter().map(|f| (*f, "")));
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        choose(&memory, &real_paths(&memory, &paths)?, wanted.map(Path::new))
    }

    #[test]
    fn the_nearest_repository_above_the_first_path_is_the_root() {
        let files = ["/h/r/.git/HEAD", "/h/r/infra/live/main.tf", "/h/r/sub/.git"];
        assert_eq!(root(&files, &["/h/r/infra/live"], None), Ok("/h/r".into()));
        assert_eq!(root(&files, &["/h/r/infra/live/main.tf", "/h/r"], None), Ok("/h/r".into()));
        assert_eq!(root(&files, &["/h/r/sub"], None), Ok("/h/r/sub".into()));
    }

    #[test]
    fn without_a_repository_the_root_is_the_path_or_what_the_paths_share() {
        let files = ["/h/a/main.tf", "/h/b/main.tf", "/other/main.tf"];
        assert_eq!(root(&files, &["/h/a"], None), Ok("/h/a".into()));
        assert_eq!(root(&files, &["/h/a/main.tf"], None), Ok("/h/a".into()));
        assert_eq!(root(&files, &["/h/a", "/h/b/main.tf"], None), Ok("/h".into()));
        let error = root(&files, &["/h/a", "/other"], None);
        assert_eq!(error, Err(ParseError::OutsideRoot { path: "/other".into(), root: "/h/a".into() }));
    }

    #[test]
    fn the_sources_beside_an_assembly_lie_inside_the_root() {
        assert_eq!(root(&["/h/cdk.out/manifest.json", "/h/app.ts"], &["/h/cdk.out"], None), Ok("/h".into()));
    }

    #[test]
    fn a_given_root_must_hold_the_paths() {
        let files = ["/h/a/main.tf", "/h/a/.git/HEAD", "/g/x"];
        assert_eq!(root(&files, &["/h/a"], Some("/h")), Ok("/h".into()));
        assert!(matches!(root(&files, &["/h/a"], Some("/g")), Err(ParseError::OutsideRoot { .. })));
        assert_eq!(root(&files, &["/h/a"], Some("/none")), Err(ParseError::NotFound("/none".into())));
        assert_eq!(root(&files, &["/h/none"], None), Err(ParseError::NotFound("/h/none".into())));
    }
}
