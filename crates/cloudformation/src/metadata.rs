//! Construct metadata of a stack: from a logical id to the line of the user's own program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_source::{Project, SourceFile, Span};
use iaclint_value::{Name, Value};
use rustc_hash::FxHashMap;

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
    fn parse(text: &str) -> Option<Self> {
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

/// The metadata map of one stack of an assembly.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    /// Own frames, by construct path.
    frames: BTreeMap<Name, Frame>,
    /// For every path, the shortest path below it that has a frame.
    nearest_below: FxHashMap<Name, Name>,
    /// Construct paths by logical id, each with its template's file name.
    paths: FxHashMap<Name, Vec<(Name, Name)>>,
}

impl Metadata {
    /// From the maps of the manifest and of the additional file; `template` is the stack's own template.
    pub fn new(maps: &[Value], template: &str) -> Self {
        let mut metadata = Metadata::default();
        let mut templates: FxHashMap<&str, Name> = FxHashMap::default();
        let entries = || maps.iter().filter_map(Value::as_object).flat_map(|map| &map.fields);
        for (path, _, list) in entries() {
            for entry in list.as_list().map_or(&[][..], |l| &l.items) {
                if is(entry, "aws:cdk:templateFile")
                    && let Some(file) = entry.get("data").and_then(Value::as_str)
                {
                    templates.insert(path, Name::from(&*file));
                }
            }
        }
        for (path, _, list) in entries() {
            let items = list.as_list().map_or(&[][..], |l| &l.items);
            let creation = items.iter().find(|e| is(e, "aws:cdk:creationStack")).and_then(|e| e.get("data"));
            let logical = items.iter().find(|e| is(e, "aws:cdk:logicalId"));
            let trace = logical.and_then(|e| e.get("trace"));
            if let Some(frame) = creation.and_then(first_frame).or_else(|| trace.and_then(first_frame)) {
                metadata.frames.entry(path.clone()).or_insert(frame);
            }
            if let Some(id) = logical.and_then(|e| e.get("data")).and_then(Value::as_str) {
                let file = ancestors(path).find_map(|p| templates.get(p).cloned());
                let file = file.unwrap_or_else(|| template.into());
                metadata.paths.entry(Name::from(&*id)).or_default().push((file, path.clone()));
            }
        }
        for path in metadata.frames.keys() {
            for above in ancestors(path).skip(1) {
                let nearest = metadata.nearest_below.entry(above.into()).or_insert_with(|| path.clone());
                if path.len() < nearest.len() {
                    *nearest = path.clone();
                }
            }
        }
        metadata
    }

    /// The construct path of a logical id in a template; `scope` is the construct path of the stack.
    pub fn path(&self, id: &str, template: &str, scope: &str) -> Option<&Name> {
        let candidates = self.paths.get(id)?;
        if let [only] = &**candidates {
            return Some(&only.1);
        }
        let of_template = candidates.iter().filter(|c| c.0 == template).map(|c| &c.1);
        let below = |path: &&Name| {
            path.trim_start_matches('/').strip_prefix(scope).is_some_and(|r| r.starts_with('/'))
        };
        of_template
            .clone()
            .find(below)
            .or_else(|| of_template.clone().next())
            .or_else(|| candidates.first().map(|c| &c.1))
    }

    /// The place behind a construct: its own, or its nearest relative's.
    pub fn frame(&self, path: &str) -> Option<&Frame> {
        let path = if path.starts_with('/') { Name::from(path) } else { absolute(path) };
        if let Some(frame) = self.frames.get(&path) {
            return Some(frame);
        }
        ancestors(&path).skip(1).find_map(|above| {
            let resource = Name::from(format!("{above}/Resource"));
            let nearest = || self.nearest_below.get(above).and_then(|p| self.frames.get(p));
            self.frames.get(&resource).or_else(|| self.frames.get(above)).or_else(nearest)
        })
    }
}

fn absolute(path: &str) -> Name {
    Name::from(format!("/{path}"))
}

fn is(entry: &Value, kind: &str) -> bool {
    entry.get("type").and_then(Value::as_str).is_some_and(|t| t == kind)
}

fn first_frame(list: &Value) -> Option<Frame> {
    list.as_list()?.items.iter().filter_map(Value::as_str).find_map(|text| Frame::parse(&text))
}

/// A path and those above it, nearest first: `/a/b`, `/a`.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |p| p.rsplit_once('/').map(|(above, _)| above))
        .filter(|p| !p.is_empty())
        .take(64)
}

/// Finds the user's files that frames name, each once.
#[derive(Debug)]
pub(crate) struct Programs<'a> {
    project: &'a Project,
    /// Where the program of the assembly lies.
    home: PathBuf,
    files: FxHashMap<Name, Option<Arc<SourceFile>>>,
}

impl<'a> Programs<'a> {
    /// For the assembly in `directory`: relative paths start where `cdk.json` lies, usually the directory above.
    pub fn new(project: &'a Project, directory: &Path) -> Self {
        let directory = project.absolute(directory);
        let above = || directory.ancestors().skip(1).take_while(|d| d.starts_with(project.root()));
        let home = above().find(|d| project.is_file(&d.join("cdk.json"))).or_else(|| above().next());
        let home = home.map_or(directory.clone(), Path::to_path_buf);
        Self { project, home, files: FxHashMap::default() }
    }

    /// The line of a frame, from its column to its end.
    pub fn span(&mut self, frame: &Frame) -> Option<Span> {
        let file = self.file(&frame.file)?;
        let range = file.lines.line_range(&file.text, frame.line)?;
        let line = file.text.get(range.clone())?.trim_end();
        let column = match frame.column {
            Some(column) => utf16_offset(line, column.saturating_sub(1)),
            None => line.len() - line.trim_start().len(),
        };
        let start =
            range.start + if column < line.len() { column } else { line.len() - line.trim_start().len() };
        Some(Span::new(file.id, start..range.start + line.len()))
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
