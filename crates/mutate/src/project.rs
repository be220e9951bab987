//! A project as an injector sees it: its resources, and what is written where.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::document::{Content, Document, Member, Node, Syntax};
use crate::mentions::traversals;

/// A file larger than this is generated, or no configuration.
const MAX_BYTES: u64 = 2_000_000;

/// The files of a project.
#[derive(Debug)]
pub struct Project {
    /// Those that hold configuration, by path.
    pub documents: Vec<Document>,
    /// The files of values that the program is told to read.
    values: Vec<String>,
}

/// A managed resource, or a data source (its kind begins with `data.`).
#[derive(Clone, Copy, Debug)]
pub struct Resource<'p> {
    /// The file that it stands in.
    pub document: &'p Document,
    /// Its type.
    pub kind: &'p str,
    /// Whether it is a data source.
    pub is_data: bool,
    /// Its name: the second label, the logical id.
    pub name: &'p str,
    /// The whole of it.
    pub whole: &'p Member,
    /// The object that holds it, to leave it out.
    pub holder: &'p Node,
    /// Its arguments or properties.
    pub body: &'p Node,
}

/// A value where it is written.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'p> {
    /// The file.
    pub document: &'p Document,
    /// The object or list that holds it.
    pub holder: &'p Node,
    /// The member that it is the value of; none for an element of a list.
    pub member: Option<&'p Member>,
    /// The value.
    pub node: &'p Node,
}

/// A call of a local module.
#[derive(Debug)]
struct Call<'p> {
    document: &'p Document,
    name: &'p str,
    target: String,
    body: &'p Node,
}

impl Project {
    /// Reads all files below a directory.
    pub fn read(root: &Path) -> Self {
        let mut files = Vec::new();
        list(root, root, &mut files);
        files.sort();
        let documents = files
            .into_iter()
            .filter_map(|path| Document::read(&path, std::fs::read_to_string(root.join(&path)).ok()?))
            .collect();
        Self { documents, values: Vec::new() }
    }

    /// Leaves out what is neither below some directories nor in a module that those call, nor among the words that the program is told.
    pub fn keep_reachable(&mut self, checked: &[String], told: &[&str]) {
        let files = told.windows(2).filter(|pair| pair[0] == "--var-file").map(|pair| pair[1].to_owned());
        self.values = files.collect();
        let below = |path: &str| {
            checked
                .iter()
                .any(|c| c == "." || path.strip_prefix(c.as_str()).is_some_and(|p| p.starts_with('/')))
        };
        let mut kept: BTreeSet<String> =
            self.documents.iter().filter(|d| below(&d.path)).map(|d| d.directory().to_owned()).collect();
        loop {
            let called: Vec<String> = {
                let calls = self.calls().into_iter().filter(|c| kept.contains(c.document.directory()));
                calls.map(|c| c.target).filter(|target| !kept.contains(target)).collect()
            };
            if called.is_empty() {
                break;
            }
            kept.extend(called);
        }
        let is_beside = |d: &Document| kept.iter().any(|k| Path::new(d.directory()).starts_with(k));
        let values = &self.values;
        self.documents.retain(|d| {
            kept.contains(d.directory())
                || d.syntax == Syntax::Script && is_beside(d)
                || values.contains(&d.path)
        });
    }

    /// The resources of some types, in both languages: `aws_lb`, `data.aws_iam_policy_document`, `AWS::IAM::Role`.
    pub fn resources(&self, kinds: &[&str]) -> Vec<Resource<'_>> {
        let wanted = self.all().into_iter().filter(|r| kinds.contains(&r.full_kind().as_str()));
        wanted.filter(|r| !self.is_switched_off(r)).collect()
    }

    /// Whether a resource of Terraform has no instance, as far as the files say: a count of zero, by a switch that is written out, or a loop
    /// over nothing.
    fn is_switched_off(&self, resource: &Resource<'_>) -> bool {
        if !resource.document.is_terraform() {
            return false;
        }
        let written = |key| slot_of(resource.document, resource.body, key).map(|slot| self.written(slot));
        if let Some(each) = written("for_each") {
            let is_empty = |slot: &Slot<'_>| match &slot.node.content {
                Content::List(elements) => elements.is_empty(),
                Content::Object(members) => members.is_empty(),
                Content::Literal(_) | Content::Call(..) | Content::Other(_) => false,
            };
            return !each.is_empty() && each.iter().all(is_empty);
        }
        let Some(count) = resource.body.get("count") else { return false };
        let text = resource.document.slice(&count.value.span);
        let Some((condition, branches)) = text.split_once('?') else { return text == "0" };
        let Some((then, otherwise)) = branches.split_once(':') else { return false };
        let condition = condition.trim();
        let Some(name) = condition.trim_start_matches('!').strip_prefix("var.").filter(|name| is_word(name))
        else {
            return false;
        };
        let (then, otherwise) =
            if condition.starts_with('!') { (otherwise, then) } else { (then, otherwise) };
        let values = self.arguments(resource.document.directory(), name);
        let written: Vec<Slot<'_>> = values.into_iter().flat_map(|slot| self.written(slot)).collect();
        let is_off = |slot: &Slot<'_>| match slot.node.literal() {
            Some("true") => then.trim() == "0",
            Some("false") => otherwise.trim() == "0",
            _ => false,
        };
        !written.is_empty() && written.iter().all(is_off)
    }

    /// Whether something of the project reads an output of a module: what nobody reads does no harm.
    pub(crate) fn is_output_read(&self, directory: &str, name: &str) -> bool {
        self.calls().iter().filter(|call| call.target == directory).any(|call| {
            let beside = self
                .documents
                .iter()
                .filter(|d| d.is_terraform() && d.directory() == call.document.directory());
            beside.flat_map(|d| traversals(&d.text)).any(|path| {
                matches!(&path[..], [module, own, output, ..] if module == "module" && own == call.name && output == name)
            })
        })
    }

    /// Whether the bytes of a file from a place on stand in an output that nothing reads.
    pub(crate) fn is_in_unread_output(&self, document: &Document, at: usize) -> bool {
        let outputs = document.root.members().iter().filter(|m| m.key == "output" && m.span.contains(&at));
        document.is_terraform()
            && outputs
                .filter_map(|m| m.labels.first())
                .any(|name| !self.is_output_read(document.directory(), name))
    }

    /// All resources and data sources.
    pub fn all(&self) -> Vec<Resource<'_>> {
        self.documents.iter().flat_map(resources_of).collect()
    }

    /// Where a value is written out: itself, or what the variable or local that it names is set to, through the calls of modules.
    pub fn written<'p>(&'p self, slot: Slot<'p>) -> Vec<Slot<'p>> {
        let mut out = Vec::new();
        self.follow(slot, 8, &mut out);
        out
    }

    fn follow<'p>(&'p self, slot: Slot<'p>, depth: usize, out: &mut Vec<Slot<'p>>) {
        if depth == 0 || out.iter().any(|o| std::ptr::eq(o.node, slot.node)) {
            return;
        }
        if let Content::Call(name, arguments) = &slot.node.content
            && let ("tostring" | "tonumber" | "toset" | "tolist", [argument]) =
                (name.as_str(), &arguments[..])
        {
            self.follow(Slot { node: argument, member: None, ..slot }, depth - 1, out);
            return;
        }
        let words = slot.document.slice(&slot.node.span);
        let next = match words.split_once('.') {
            Some(("var", name)) if is_word(name) && slot.document.is_terraform() => {
                self.arguments(slot.document.directory(), name)
            }
            Some(("local", name)) if is_word(name) && slot.document.is_terraform() => {
                self.local(slot.document.directory(), name).into_iter().collect()
            }
            _ => {
                out.push(slot);
                return;
            }
        };
        for slot in next {
            self.follow(slot, depth - 1, out);
        }
    }

    /// What a variable of a module is set to: by its callers, or by its default where one of them says nothing.
    pub(crate) fn arguments<'p>(&'p self, directory: &str, name: &str) -> Vec<Slot<'p>> {
        let mut out = Vec::new();
        let calls = self.calls();
        let callers: Vec<&Call<'p>> = calls.iter().filter(|c| c.target == directory).collect();
        for call in &callers {
            out.extend(slot_of(call.document, call.body, name));
        }
        if callers.is_empty() {
            out.extend(self.told(directory, name));
        }
        if out.len() < callers.len() || out.is_empty() {
            let blocks = self.blocks(directory, "variable");
            let declared = blocks.iter().find(|(_, m)| m.labels.first().is_some_and(|l| l == name));
            out.extend(declared.and_then(|(document, m)| slot_of(document, &m.value, "default")));
        }
        out
    }

    /// What the files of values give a variable of a root: those that Terraform takes by itself, and those that are named.
    fn told<'p>(&'p self, directory: &str, name: &str) -> Option<Slot<'p>> {
        let of_root = |d: &&Document| {
            let own = d.path.rsplit('/').next().unwrap_or_default();
            let by_itself = own == "terraform.tfvars" || own.ends_with(".auto.tfvars");
            d.is_values() && (by_itself && d.directory() == directory || self.values.contains(&d.path))
        };
        self.documents.iter().filter(of_root).filter_map(|d| slot_of(d, &d.root, name)).next_back()
    }

    /// The value of a local of a directory.
    pub(crate) fn local<'p>(&'p self, directory: &str, name: &str) -> Option<Slot<'p>> {
        self.blocks(directory, "locals")
            .into_iter()
            .find_map(|(document, m)| slot_of(document, &m.value, name))
    }

    /// The value of an output of a module that a directory calls.
    pub(crate) fn output<'p>(&'p self, directory: &str, module: &str, name: &str) -> Option<Slot<'p>> {
        let calls = self.calls();
        let call = calls.iter().find(|c| c.document.directory() == directory && c.name == module)?;
        let blocks = self.blocks(&call.target, "output");
        let (document, output) = blocks.iter().find(|(_, m)| m.labels.first().is_some_and(|l| l == name))?;
        slot_of(document, &output.value, "value")
    }

    fn calls(&self) -> Vec<Call<'_>> {
        let mut out = Vec::new();
        for document in self.documents.iter().filter(|d| d.is_terraform()) {
            for member in document.root.members().iter().filter(|m| m.key == "module") {
                let (Some(name), Some(source)) = (member.labels.first(), member.value.literal_of("source"))
                else {
                    continue;
                };
                if source.starts_with('.') {
                    let target = joined(document.directory(), source);
                    out.push(Call { document, name, target, body: &member.value });
                }
            }
        }
        out
    }

    fn blocks(&self, directory: &str, key: &str) -> Vec<(&Document, &Member)> {
        self.documents
            .iter()
            .filter(|d| d.is_terraform() && d.directory() == directory)
            .flat_map(|d| d.root.members().iter().filter(|m| m.key == key).map(move |m| (d, m)))
            .collect()
    }

    /// The resources of each document by name, for looking names up.
    pub(crate) fn by_name(&self) -> BTreeMap<(&str, String), Resource<'_>> {
        let mut out = BTreeMap::new();
        for resource in self.all() {
            let place = if resource.document.is_terraform() {
                resource.document.directory()
            } else {
                resource.document.path.as_str()
            };
            out.insert((place, resource.words()), resource);
        }
        out
    }
}

impl<'p> Resource<'p> {
    fn full_kind(&self) -> String {
        if self.is_data { format!("data.{}", self.kind) } else { self.kind.to_owned() }
    }

    /// How the language refers to it: `aws_lb.this`, `data.aws_vpc.main`, a logical id.
    pub fn words(&self) -> String {
        if self.document.is_terraform() {
            format!("{}.{}", self.full_kind(), self.name)
        } else {
            self.name.to_owned()
        }
    }

    /// The values at a path of either language, `network.subnets | Network.Subnets`, through lists and `jsonencode`.
    pub fn at(&self, paths: &str) -> Vec<Slot<'p>> {
        let (terraform, template) = paths.split_once(" | ").unwrap_or((paths, paths));
        let path = if self.document.is_terraform() { terraform } else { template };
        let mut found =
            vec![Slot { document: self.document, holder: self.holder, member: None, node: self.body }];
        for step in path.split('.') {
            found = found.iter().flat_map(|slot| slot.step(step)).collect();
        }
        found
    }
}

impl<'p> Slot<'p> {
    /// The values one step further inside.
    pub fn step(&self, key: &str) -> Vec<Slot<'p>> {
        match &self.node.content {
            Content::Object(members) => members
                .iter()
                .filter(|m| m.key == key)
                .map(|m| Slot { document: self.document, holder: self.node, member: Some(m), node: &m.value })
                .collect(),
            Content::List(_) => self.elements().iter().flat_map(|e| e.step(key)).collect(),
            Content::Call(name, arguments) if name == "jsonencode" => {
                arguments.iter().flat_map(|node| Slot { node, ..*self }.step(key)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The elements of a list; for anything else itself.
    pub fn elements(&self) -> Vec<Slot<'p>> {
        match &self.node.content {
            Content::List(nodes) => nodes
                .iter()
                .map(|node| Slot { document: self.document, holder: self.node, member: None, node })
                .collect(),
            _ => vec![*self],
        }
    }

    /// The texts without holes inside of it, itself among them.
    pub fn literals(&self) -> Vec<Slot<'p>> {
        if self.node.literal().is_some() {
            return vec![*self];
        }
        let mut inside = self.parts();
        if let Content::Call(_, nodes) | Content::Other(nodes) = &self.node.content {
            let part = |node| Slot { document: self.document, holder: self.node, member: None, node };
            inside.extend(nodes.iter().map(part));
        }
        inside.iter().flat_map(Slot::literals).collect()
    }

    /// The values of an object's members or of a list's elements.
    pub fn parts(&self) -> Vec<Slot<'p>> {
        let part = |member, node| Slot { document: self.document, holder: self.node, member, node };
        let members = self.node.members().iter().map(|m| part(Some(m), &m.value));
        members.chain(self.node.elements().iter().map(|node| part(None, node))).collect()
    }

    /// Its bytes as text.
    pub fn text(&self) -> &'p str {
        self.document.slice(&self.node.span)
    }
}

/// The value of a member of an object.
pub(crate) fn slot_of<'p>(document: &'p Document, object: &'p Node, key: &str) -> Option<Slot<'p>> {
    let member = object.get(key)?;
    Some(Slot { document, holder: object, member: Some(member), node: &member.value })
}

fn resources_of(document: &Document) -> Vec<Resource<'_>> {
    let holder = if document.is_terraform() {
        &document.root
    } else {
        match document.root.get("Resources") {
            Some(member) => &member.value,
            None => return Vec::new(),
        }
    };
    holder.members().iter().filter_map(|whole| resource(document, holder, whole)).collect()
}

fn resource<'p>(document: &'p Document, holder: &'p Node, whole: &'p Member) -> Option<Resource<'p>> {
    if document.is_terraform() {
        let is_data = whole.key == "data";
        let [kind, name] = &whole.labels[..] else { return None };
        let is_resource = is_data || whole.key == "resource";
        return is_resource.then_some(Resource {
            document,
            kind,
            is_data,
            name,
            whole,
            holder,
            body: &whole.value,
        });
    }
    let kind = whole.value.literal_of("Type")?;
    let body = whole.value.get("Properties").map_or(&whole.value, |m| &m.value);
    Some(Resource { document, kind, is_data: false, name: &whole.key, whole, holder, body })
}

fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// A relative path from a directory, without its dots.
fn joined(directory: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = directory.split('/').filter(|p| !p.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn list(root: &Path, directory: &Path, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let (Ok(kind), name) = (entry.file_type(), entry.file_name()) else { continue };
        let path = entry.path();
        if kind.is_dir() {
            let is_skipped =
                name.to_str().is_none_or(|n| [".git", "node_modules", ".terraform"].contains(&n));
            if !is_skipped {
                list(root, &path, out);
            }
        } else if kind.is_file()
            && entry.metadata().is_ok_and(|m| m.len() <= MAX_BYTES)
            && let Some(path) = path.strip_prefix(root).ok().and_then(Path::to_str)
        {
            out.push(path.to_owned());
        }
    }
}
