//! The files that were read, each once.

use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::{FileId, LineCol, LineIndex, Span};

/// A file's text with its line index.
#[derive(Debug)]
pub struct SourceFile {
    /// Its number.
    pub id: FileId,
    /// Path relative to the project root, with `/` between parts: what outputs for programs print.
    pub path: String,
    /// The text, without a byte-order mark.
    pub text: String,
    /// Whether a byte-order mark was stripped; offsets are relative to `text`.
    pub had_bom: bool,
    /// Where its lines start, once somebody asks.
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// Where its lines start.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The line and columns of `offset`.
    pub fn line_col(&self, offset: u32) -> LineCol {
        self.lines().line_col(&self.text, offset)
    }

    /// The text of `span`; empty when it does not lie inside the file on character boundaries.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// What ends its lines: as the first one ends.
    pub fn newline(&self) -> &'static str {
        if self.text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r')) { "\r\n" } else { "\n" }
    }

    /// The text of `line` (from 1) without its line ending.
    pub fn line_text(&self, line: u32) -> &str {
        let range = self.lines().line_range(&self.text, line).unwrap_or(0..0);
        self.text[range].trim_end_matches(['\n', '\r'])
    }
}

#[derive(Default, Debug)]
struct Files {
    files: Vec<Arc<SourceFile>>,
    by_path: FxHashMap<String, FileId>,
}

/// All files read in a run. Shared between threads; a file is stored once by its path.
#[derive(Default, Debug)]
pub struct Sources {
    inner: RwLock<Files>,
    reader: OnceLock<Reader>,
}

/// Where the person who reads the output stands.
#[derive(Debug)]
enum Reader {
    /// In the project, in the directory of these names.
    Inside(Vec<String>),
    /// Elsewhere; this leads to the project root, and ends in `/`.
    Outside(String),
}

impl Sources {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores `text` as the file `path` and gives its number; the stored one if that path is there already.
    pub fn add(&self, path: &str, text: String) -> Arc<SourceFile> {
        if let Some(file) = self.by_path(path) {
            return file;
        }
        let (text, had_bom) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (rest.to_owned(), true),
            None => (text, false),
        };
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(&id) = inner.by_path.get(path) {
            return inner.files[id.0 as usize].clone();
        }
        let id = FileId(inner.files.len() as u32);
        let file = Arc::new(SourceFile { id, path: path.to_owned(), text, had_bom, lines: OnceLock::new() });
        inner.files.push(file.clone());
        inner.by_path.insert(path.to_owned(), id);
        file
    }

    /// The file with this number.
    ///
    /// # Panics
    /// When the number is of another `Sources`: a programming error.
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).files[id.0 as usize].clone()
    }

    /// The file read from `path`, if it was.
    pub fn by_path(&self, path: &str) -> Option<Arc<SourceFile>> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.by_path.get(path).map(|id| inner.files[id.0 as usize].clone())
    }

    /// Number of files read.
    pub fn len(&self) -> usize {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).files.len()
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// From now on [`Sources::shown`] gives paths as they are written in the directory `here`. Both paths are absolute, without links.
    /// Only the first call counts.
    pub fn show_from(&self, root: &Path, here: &Path) {
        let reader = if let Ok(inside) = here.strip_prefix(root) {
            Reader::Inside(inside.iter().map(|part| part.to_string_lossy().into_owned()).collect())
        } else {
            Reader::Outside(format!("{}/", root.strip_prefix(here).unwrap_or(root).display()))
        };
        self.reader.get_or_init(|| reader);
    }

    /// A path of the project for people: as it is written where they stand, if that is known.
    pub fn shown(&self, path: &str) -> String {
        match self.reader.get() {
            None => path.to_owned(),
            Some(Reader::Outside(way)) if path == "." => way.trim_end_matches('/').to_owned(),
            Some(Reader::Outside(way)) => format!("{way}{path}"),
            Some(Reader::Inside(here)) => {
                let parts: Vec<&str> = path.split('/').filter(|part| *part != ".").collect();
                let shared = here.iter().zip(&parts).take_while(|(here, part)| here == part).count();
                let up = std::iter::repeat_n("..", here.len() - shared);
                let way: Vec<&str> = up.chain(parts[shared..].iter().copied()).collect();
                if way.is_empty() { ".".to_owned() } else { way.join("/") }
            }
        }
    }

    /// `path:line:column` of a span's start, for messages and tests.
    pub fn display(&self, span: Span) -> String {
        let file = self.file(span.file);
        let at = file.line_col(span.start);
        format!("{}:{}:{}", self.shown(&file.path), at.line, at.column)
    }

    /// `path:line` of a span's start.
    pub fn line(&self, span: Span) -> String {
        let file = self.file(span.file);
        format!("{}:{}", self.shown(&file.path), file.lines().line(span.start))
    }

    /// Path and line of a span's start: the order in which findings are shown.
    pub fn sort_key(&self, span: Span) -> (String, u32, u32) {
        (self.file(span.file).path.clone(), span.start, span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_stripped_and_remembered() {
        let sources = Sources::new();
        let file = sources.add("a.tf", "\u{feff}x = 1\n".into());
        assert_eq!((file.text.as_str(), file.had_bom), ("x = 1\n", true));
        assert_eq!(sources.display(Span::new(file.id, 4..5)), "a.tf:1:5");
    }

    #[test]
    fn paths_are_shown_as_they_are_written_where_the_reader_stands() {
        let shown = |here: &str, path: &str| {
            let sources = Sources::new();
            sources.show_from(Path::new("/srv/shop"), Path::new(here));
            sources.shown(path)
        };
        assert_eq!(shown("/srv/shop", "infra/main.tf"), "infra/main.tf");
        assert_eq!(shown("/srv/shop/infra", "infra/main.tf"), "main.tf");
        assert_eq!(shown("/srv/shop/infra/envs", "infra/main.tf"), "../main.tf");
        assert_eq!(shown("/srv/shop/app", "infra/main.tf"), "../infra/main.tf");
        assert_eq!(shown("/srv", "infra/main.tf"), "shop/infra/main.tf");
        assert_eq!(shown("/home", "infra/main.tf"), "/srv/shop/infra/main.tf");
        assert_eq!(
            (shown("/srv/shop/infra", "infra"), shown("/srv/shop/infra", "."), shown("/srv", ".")),
            (".".to_owned(), "..".to_owned(), "shop".to_owned())
        );
    }

    #[test]
    fn a_path_is_stored_once() {
        let sources = Sources::new();
        let first = sources.add("a.tf", "1".into()).id;
        assert_eq!(sources.add("a.tf", "2".into()).id, first);
        assert_eq!(sources.len(), 1);
    }
}
