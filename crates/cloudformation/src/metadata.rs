//! Construct metadata of a stack: from a logical id to the line of the user's own program.

use std::collections::BTreeMap;

use iaclint_value::{Name, Value};
use rustc_hash::FxHashMap;

use crate::program::Frame;

/// The metadata map of one stack of an assembly.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    /// Where single properties were set, by construct path.
    properties: FxHashMap<Name, Vec<(Name, Frame)>>,
    /// Whether traces have been through the bridge of another language than that of the library, which shows no frame of its own.
    bridged: bool,
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
            metadata.bridged |= [creation, trace].into_iter().flatten().any(is_bridged);
            for set in items.iter().filter(|e| is(e, "aws:cdk:propertyAssignment")) {
                let Some(data) = set.get("data") else { continue };
                if let Some(name) = data.get("propertyName").and_then(Value::as_str)
                    && let Some(frame) = data.get("stackTrace").and_then(first_frame)
                {
                    metadata.properties.entry(path.clone()).or_default().push((Name::from(&*name), frame));
                }
            }
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

    /// Whether it speaks of resources, and no line of a program is known of any.
    pub fn is_without_lines(&self) -> bool {
        self.frames.is_empty() && !self.paths.is_empty()
    }

    /// Whether the program is in another language than the library.
    pub fn is_bridged(&self) -> bool {
        self.bridged
    }

    /// Where properties of a construct were set; the last one of a property counts.
    pub fn properties(&self, path: &str) -> &[(Name, Frame)] {
        let path = if path.starts_with('/') { Name::from(path) } else { absolute(path) };
        self.properties.get(&path).map_or(&[], Vec::as_slice)
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

/// Whether a trace ends in the library's process that another language talks to.
fn is_bridged(list: &Value) -> bool {
    list.as_list().is_some_and(|l| l.items.iter().filter_map(Value::as_str).any(|t| t.contains("jsii")))
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
