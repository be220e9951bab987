//! Which resources a value names: directly, or through variables, locals, outputs of modules and exports of other stacks.
//! It follows the words of the files alone.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::document::{Content, Document, Node};
use crate::project::{Project, Resource, Slot};

/// The resources that a value names, by file (or directory) and words.
pub type Named = BTreeSet<(String, String)>;

/// Looks names up.
#[derive(Debug)]
pub struct Mentions<'p> {
    project: &'p Project,
    names: BTreeMap<(&'p str, String), Resource<'p>>,
    exports: BTreeMap<String, (&'p Document, &'p Node)>,
    known: RefCell<BTreeMap<(usize, usize), Named>>,
}

/// What a resource is called among all.
pub fn identity(resource: &Resource<'_>) -> (String, String) {
    let document = resource.document;
    let place = if document.is_terraform() { document.directory() } else { document.path.as_str() };
    (place.to_owned(), resource.words())
}

impl<'p> Mentions<'p> {
    /// For the files of a project.
    pub fn of(project: &'p Project) -> Self {
        let mut exports = BTreeMap::new();
        for document in project.documents.iter().filter(|d| !d.is_terraform()) {
            for output in document.root.get("Outputs").map_or(&[][..], |m| m.value.members()) {
                let Some(value) = output.value.get("Value") else { continue };
                let name = output.value.get("Export").and_then(|e| e.value.literal_of("Name"));
                if let Some(name) = name {
                    exports.insert(name.to_owned(), (document, &value.value));
                }
                let stack = document.path.rsplit('/').next().and_then(|name| name.split('.').next());
                exports.insert(
                    format!("{}/{}", stack.unwrap_or_default(), output.key),
                    (document, &value.value),
                );
            }
        }
        Self { project, names: project.by_name(), exports, known: RefCell::default() }
    }

    /// The resource that was named.
    pub fn resource(&self, named: &(String, String)) -> Option<Resource<'p>> {
        self.names.get(&(named.0.as_str(), named.1.clone())).copied()
    }

    /// What a resource names in its arguments, `depends_on` left out.
    pub fn by(&self, resource: &Resource<'p>) -> Named {
        let mut out = Named::new();
        for member in resource.body.members() {
            if member.key != "depends_on" {
                out.extend(self.in_node(resource.document, &member.value));
            }
        }
        out
    }

    /// What the values at a path of a resource name.
    pub fn at(&self, resource: &Resource<'p>, paths: &str) -> Named {
        let mut out = Named::new();
        for slot in resource.at(paths) {
            out.extend(self.in_slot(&slot));
            if slot.text().contains("each.")
                && let Some(each) = resource.body.get("for_each")
            {
                out.extend(self.in_node(resource.document, &each.value));
            }
        }
        out
    }

    /// Whether the values at a path name this resource.
    pub fn names(&self, resource: &Resource<'p>, paths: &str, other: &Resource<'_>) -> bool {
        self.at(resource, paths).contains(&identity(other))
    }

    /// What a value names.
    pub fn in_slot(&self, slot: &Slot<'p>) -> Named {
        self.in_node(slot.document, slot.node)
    }

    /// What a value of a file names.
    pub fn in_node(&self, document: &'p Document, node: &'p Node) -> Named {
        self.look(document, node, 12)
    }

    fn look(&self, document: &'p Document, node: &'p Node, depth: usize) -> Named {
        let key = (std::ptr::from_ref(document).addr(), std::ptr::from_ref(node).addr());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        // What names itself in a circle names nothing more.
        self.known.borrow_mut().insert(key, Named::new());
        let mut out = Named::new();
        if depth > 0 {
            if document.is_terraform() {
                self.words(document, node.span.clone(), depth, &mut out);
            } else {
                self.functions(document, node, depth, &mut out);
            }
        }
        self.known.borrow_mut().insert(key, out.clone());
        out
    }

    fn words(&self, document: &'p Document, span: Range<usize>, depth: usize, out: &mut Named) {
        let directory = document.directory();
        for path in traversals(document.slice(&span)) {
            let step = |at: usize| path.get(at).map_or("", String::as_str);
            let next = match step(0) {
                "var" => self.project.arguments(directory, step(1)),
                "local" => self.project.local(directory, step(1)).into_iter().collect(),
                "module" => {
                    let output = self.project.output(directory, step(1), step(2));
                    let text = document.slice(&span);
                    let keys = keys_behind(text, &format!("module.{}.{}", step(1), step(2)));
                    output.into_iter().flat_map(|slot| members(slot, &keys)).collect()
                }
                "data" => {
                    let words = format!("data.{}.{}", step(1), step(2));
                    out.insert((directory.to_owned(), words.clone()));
                    if let Some(data) = self.names.get(&(directory, words)) {
                        out.extend(self.look(data.document, data.body, depth - 1));
                    }
                    continue;
                }
                kind => {
                    let words = format!("{kind}.{}", step(1));
                    if self.names.contains_key(&(directory, words.clone())) {
                        out.insert((directory.to_owned(), words));
                    }
                    continue;
                }
            };
            for slot in next {
                out.extend(self.look(slot.document, slot.node, depth - 1));
            }
        }
    }

    fn functions(&self, document: &'p Document, node: &'p Node, depth: usize, out: &mut Named) {
        if let Content::Object(members) = &node.content
            && let [member] = &members[..]
        {
            let value = &member.value;
            match member.key.as_str() {
                "Ref" => self.logical(document, value.literal().unwrap_or_default(), out),
                "Fn::GetAtt" => {
                    let first = value.elements().first().unwrap_or(value);
                    let id = first.literal().unwrap_or_default();
                    self.logical(document, id.split('.').next().unwrap_or_default(), out);
                }
                "Fn::Sub" => {
                    let text = value.elements().first().unwrap_or(value).literal().unwrap_or_default();
                    for hole in text.split("${").skip(1) {
                        let id = hole.split(['}', '.']).next().unwrap_or_default();
                        self.logical(document, id, out);
                    }
                }
                "Fn::ImportValue" => self.exported(value.literal().unwrap_or_default(), depth, out),
                "Fn::GetStackOutput" => {
                    let of = |key| value.literal_of(key).unwrap_or_default();
                    self.exported(&format!("{}/{}", of("StackName"), of("OutputName")), depth, out);
                }
                _ => {}
            }
        }
        for child in node.children() {
            self.functions(document, child, depth, out);
        }
    }

    fn exported(&self, name: &str, depth: usize, out: &mut Named) {
        if let Some((document, node)) = self.exports.get(name) {
            out.extend(self.look(document, node, depth - 1));
        }
    }

    fn logical(&self, document: &'p Document, id: &str, out: &mut Named) {
        if self.names.contains_key(&(document.path.as_str(), id.to_owned())) {
            out.insert((document.path.clone(), id.to_owned()));
        }
    }
}

/// The keys that follow a name in a text: `a` of `module.m.groups["a"]`; none when it also stands without one.
fn keys_behind<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let key = |at: usize| {
        let rest = text.get(at + name.len()..)?.strip_prefix("[\"")?;
        rest.split_once("\"]").map(|(key, _)| key)
    };
    text.match_indices(name).map(|(at, _)| key(at)).collect::<Option<_>>().unwrap_or_default()
}

/// The members of an object by some keys; all of it where there are none.
fn members<'p>(slot: Slot<'p>, keys: &[&str]) -> Vec<Slot<'p>> {
    let found: Vec<Slot<'p>> = keys.iter().flat_map(|key| slot.step(key)).collect();
    if found.is_empty() { vec![slot] } else { found }
}

/// The names with dots of a text of Terraform, step by step, indices left out.
pub(crate) fn traversals(text: &str) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut depth = 0_usize;
    let mut stack: Vec<(Vec<String>, String)> = Vec::new();
    for c in text.chars().chain([' ']) {
        match c {
            c if c.is_alphanumeric() || c == '_' || c == '-' => word.push(c),
            '.' => path.push(std::mem::take(&mut word)),
            // What stands in an index has names of its own; the path goes on behind it.
            '[' if !word.is_empty() => {
                stack.push((std::mem::take(&mut path), std::mem::take(&mut word)));
                depth += 1;
            }
            ']' if depth > 0 => {
                finish(&mut path, &mut word, &mut out);
                depth -= 1;
                (path, word) = stack.pop().unwrap_or_default();
            }
            _ => finish(&mut path, &mut word, &mut out),
        }
    }
    for (mut path, mut word) in stack {
        finish(&mut path, &mut word, &mut out);
    }
    out
}

fn finish(path: &mut Vec<String>, word: &mut String, out: &mut Vec<Vec<String>>) {
    let mut path = std::mem::take(path);
    let word = std::mem::take(word);
    if !path.is_empty() {
        path.push(word);
        out.push(path);
    }
}
