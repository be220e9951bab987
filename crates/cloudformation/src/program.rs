//! Places in the user's own program: frames of stack traces, and the lines that they lead to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_source::{Project, SourceFile, Span};
use iaclint_value::Name;
use rustc_hash::FxHashMap;

use crate::source_map::SourceMap;

/// What stands in the paths of code that is not the user's own.
const FOREIGN: [&str; 4] = ["node_modules", "site-packages", "jsii-kernel", "dist-packages"];

/// A place in a program as a stack trace gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The file as written.
    pub file: Name,
    /// Line, from 1.
    pub line: u32,
    /// Column in UTF-16 units, from 1, if given.
    pub column: Option<u32>,
}

impl Frame {
    /// The place in `new X (file:line:column)`, if it is in the user's own code.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().strip_suffix(')')?;
        let (_, place) = text.rsplit_once(" (")?;
        let (rest, last) = place.rsplit_once(':')?;
        let last: u32 = last.parse().ok()?;
        let (file, line, column) = match rest.rsplit_once(':').map(|(file, line)| (file, line.parse::<u32>()))
        {
            Some((file, Ok(line))) => (file, line, Some(last)),
            _ => (rest, last, None),
        };
        let file = file.strip_prefix("file://").unwrap_or(file);
        let foreign = file.is_empty()
            || file.starts_with("node:")
            || file.starts_with("internal/")
            || file.starts_with('<')
            || FOREIGN.iter().any(|f| file.contains(f));
        (!foreign).then(|| Self { file: file.into(), line, column })
    }
}

/// Finds the user's files that frames name, each once.
#[derive(Debug)]
pub(crate) struct Programs<'a> {
    project: &'a Project,
    /// Where the program of the assembly lies.
    home: PathBuf,
    files: FxHashMap<Name, Option<Arc<SourceFile>>>,
    /// The source maps of compiled files, by the files' names.
    maps: FxHashMap<Name, Option<Arc<SourceMap>>>,
}

/// What compilers make out of the user's own files.
const COMPILED: [&str; 3] = [".js", ".mjs", ".cjs"];

impl<'a> Programs<'a> {
    /// For the assembly in `directory`: relative paths start where `cdk.json` lies, usually the directory above.
    pub fn new(project: &'a Project, directory: &Path) -> Self {
        let directory = project.absolute(directory);
        let above = || directory.ancestors().skip(1).take_while(|d| d.starts_with(project.root()));
        let home = above().find(|d| project.is_file(&d.join("cdk.json"))).or_else(|| above().next());
        let home = home.map_or(directory.clone(), Path::to_path_buf);
        Self { project, home, files: FxHashMap::default(), maps: FxHashMap::default() }
    }

    /// The line of a frame, from its column to its end.
    pub fn span(&mut self, frame: &Frame) -> Option<Span> {
        let original = self.original(frame);
        let frame = original.as_ref().unwrap_or(frame);
        let file = self.file(&frame.file)?;
        let range = file.lines().line_range(&file.text, frame.line)?;
        let line = file.text.get(range.clone())?.trim_end();
        let column = match frame.column {
            Some(column) => utf16_offset(line, column.saturating_sub(1)),
            None => line.len() - line.trim_start().len(),
        };
        let start =
            range.start + if column < line.len() { column } else { line.len() - line.trim_start().len() };
        Some(Span::new(file.id, start..range.start + line.len()))
    }

    /// The place that was compiled into a place of a compiled file, if there is a source map and what it names is here.
    fn original(&mut self, frame: &Frame) -> Option<Frame> {
        if !COMPILED.iter().any(|end| frame.file.ends_with(end)) {
            return None;
        }
        if !self.maps.contains_key(&frame.file) {
            let map = self.map(&frame.file).map(Arc::new);
            self.maps.insert(frame.file.clone(), map);
        }
        let map = self.maps.get(&frame.file)?.clone()?;
        let original = map.original(frame.line, frame.column.unwrap_or(1))?;
        self.file(&original.file).is_some().then_some(original)
    }

    /// The source map beside a compiled file, or the one that its last line names or holds.
    fn map(&self, name: &str) -> Option<SourceMap> {
        if let Some(file) = self.find(&format!("{name}.map")) {
            return SourceMap::of_file(&file);
        }
        let compiled = self.find(name)?;
        let (_, named) = compiled.text.rsplit_once("//# sourceMappingURL=")?;
        let named = named.lines().next()?.trim();
        if let Some(data) = named.strip_prefix("data:") {
            return SourceMap::inline(data.split_once(";base64,")?.1, &compiled);
        }
        let directory = Path::new(&compiled.path).parent()?;
        let file = self.project.read_text(&self.project.root().join(directory).join(named)).ok()?;
        SourceMap::of_file(&file)
    }

    fn file(&mut self, name: &Name) -> Option<Arc<SourceFile>> {
        if let Some(known) = self.files.get(name) {
            return known.clone();
        }
        let found = self.find(name);
        self.files.insert(name.clone(), found.clone());
        found
    }

    /// The file itself, or, for an assembly made elsewhere, the longest end of its path that exists here.
    fn find(&self, name: &str) -> Option<Arc<SourceFile>> {
        let name = name.replace('\\', "/");
        let path = Path::new(&name);
        if path.is_absolute() && self.project.is_file(path) {
            return self.project.read_text(path).ok();
        }
        let mut rest = name.trim_start_matches('/');
        loop {
            for base in [self.home.as_path(), self.project.root()] {
                let path = base.join(rest);
                if !rest.is_empty() && self.project.is_file(&path) {
                    return self.project.read_text(&path).ok();
                }
            }
            rest = rest.split_once('/')?.1;
        }
    }
}

fn utf16_offset(line: &str, units: u32) -> usize {
    let mut left = units as usize;
    for (at, char) in line.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(char.len_utf16());
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_libraries_and_of_the_runtime_are_passed_over() {
        let frame = |text: &str| Frame::parse(text).map(|f| (f.file.to_string(), f.line, f.column));
        assert_eq!(frame("new A (/p/lib/a.ts:96:18)"), Some(("/p/lib/a.ts".into(), 96, Some(18))));
        assert_eq!(frame("make (/p/app.py:100)"), Some(("/p/app.py".into(), 100, None)));
        assert_eq!(frame("    at f (C:\\p\\a.ts:1:2)"), Some(("C:\\p\\a.ts".into(), 1, Some(2))));
        for no in [
            "...new Vpc2 in aws-cdk-lib...",
            "x (/p/node_modules/aws-cdk-lib/a.js:1:2)",
            "Array.forEach (:)",
            "Array.forEach (<anonymous>)",
            "x (node:internal/a:1:2)",
            "(no user code in 10 frames, use --stack-trace-limit to capture more)",
            "f (/var/tmp/jsii-kernel-Vh91Cu/x.js:1:2)",
        ] {
            assert_eq!(frame(no), None, "{no}");
        }
    }
}
