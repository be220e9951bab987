//! What a directory declares: its files merged into one module.

use std::collections::hash_map::Entry;
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hashbrown::HashTable;
use iaclint_graph::Directive;
use iaclint_source::{Problem, ProblemKind, SourceFile, Span};
use iaclint_value::Name;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::ir::{Attribute, Block, Body, E, Expr, File, Key, is_identifier};
use crate::uses::{Circle, Named};
use crate::version::Language;

/// A module as it is written, before any evaluation.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Its directory, absolute.
    pub(crate) directory: PathBuf,
    /// Its directory as outputs print it.
    pub(crate) path: String,
    pub(crate) variables: Vec<Variable>,
    pub(crate) locals: Vec<Attribute>,
    pub(crate) outputs: Vec<Block>,
    pub(crate) calls: Vec<ModuleCall>,
    pub(crate) resources: Vec<Declaration>,
    /// What of the resources is named in the module, by number.
    pub(crate) named: Vec<Named>,
    pub(crate) providers: Vec<Block>,
    /// `check` blocks; their data sources are among the resources.
    pub(crate) checks: Vec<Block>,
    /// It has a `backend`, `cloud` or `provider` block, as roots do.
    pub(crate) has_backend_or_provider: bool,
    /// The `backend` or `cloud` block.
    pub(crate) backend: Option<Block>,
    /// Circles of local values.
    pub(crate) circles: Vec<Circle>,
    /// What its `required_version` tells of its language.
    pub(crate) language: Language,
    /// The local names of the providers that it requires, with their sources.
    pub(crate) required_providers: Vec<(Name, Option<Name>)>,
    /// It is written for OpenTofu: a file of it is called so.
    pub(crate) is_tofu: bool,
    pub(crate) problems: Vec<Problem>,
    pub(crate) directives: Vec<Directive>,
    /// Of all but the resources, by kind.
    names: [FxHashMap<Name, usize>; 4],
    /// The numbers of the resources, by the parts of their addresses.
    addresses: HashTable<usize>,
}

/// The block types that declare something.
const KINDS: [&str; 10] = [
    "variable",
    "locals",
    "output",
    "module",
    "resource",
    "data",
    "ephemeral",
    "provider",
    "terraform",
    "check",
];

/// Blocks that are about the state or about what is done by hand: nothing that a deployed resource holds.
const OTHER_KINDS: [&str; 6] = ["moved", "import", "removed", "action", "language", "list"];

/// What a name names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Variable,
    Local,
    Output,
    Call,
    /// `type.name`, with `data.` before it for a data source.
    Resource,
}

/// How the address of what is no managed resource begins.
const MODES: [&str; 2] = ["data", "ephemeral"];

/// An input variable.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) name: Name,
    pub(crate) header: Span,
    pub(crate) ty: Option<Expr>,
    pub(crate) default: Option<Expr>,
    pub(crate) sensitive: bool,
    pub(crate) ephemeral: bool,
    pub(crate) nullable: bool,
    /// `validation` blocks.
    pub(crate) validations: Vec<Block>,
}

/// A `module` block.
#[derive(Debug)]
pub(crate) struct ModuleCall {
    pub(crate) name: Name,
    pub(crate) source: Option<(Name, Span)>,
    pub(crate) block: Block,
}

/// A `resource`, `data` or `ephemeral` block.
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(crate) data: bool,
    pub(crate) type_name: Name,
    pub(crate) name: Name,
    /// `aws_s3_bucket.logs`, `data.aws_vpc.main`.
    pub(crate) address: Name,
    pub(crate) block: Block,
}

impl Module {
    /// Merges files; `files` are in the order of their names, override files marked.
    pub(crate) fn new(directory: &Path, path: String, files: Vec<(Arc<SourceFile>, File, bool)>) -> Self {
        let mut module = Module { directory: directory.to_path_buf(), path, ..Module::default() };
        let mut blocks: Vec<Block> = Vec::new();
        let mut overrides: Vec<Block> = Vec::new();
        for (source, file, is_override) in files {
            module.is_tofu |=
                Path::new(&source.path).file_name().is_some_and(|n| n.to_string_lossy().contains(".tofu"));
            module.problems.extend(file.problems);
            module.directives.extend(file.directives);
            for attribute in file.body.attributes {
                let message = format!("an attribute stands outside of any block: {}", attribute.name);
                let problem = Problem::at(ProblemKind::Invalid, attribute.name_span, message);
                module.problems.push(problem.in_file(&source.path));
            }
            let all = if is_override { &mut overrides } else { &mut blocks };
            all.extend(file.body.blocks);
        }
        for block in overrides {
            module.problems.extend(merge(&mut blocks, block));
        }
        for block in blocks {
            module.declare(block);
        }
        module
    }

    /// The place of a declaration in its list.
    pub(crate) fn find(&self, kind: Kind, name: &str) -> Option<usize> {
        if kind != Kind::Resource {
            return self.names.get(kind as usize)?.get(name).copied();
        }
        let (mode, rest) = match name.split_once('.') {
            Some((mode, rest)) if MODES.contains(&mode) => (mode, rest),
            _ => ("", name),
        };
        let (type_name, name) = rest.split_once('.')?;
        self.resource(mode, type_name, name)
    }

    /// The place of a resource; `mode` is `data` or `ephemeral`, or empty for a managed one.
    pub(crate) fn resource(&self, mode: &str, type_name: &str, name: &str) -> Option<usize> {
        let is = |at: &usize| {
            let known = &self.resources[*at];
            known.name == name && known.type_name == type_name && known.mode() == mode
        };
        self.addresses.find(hash(mode, type_name, name), is).copied()
    }

    /// The declared names of a kind, in order.
    pub(crate) fn names(&self, kind: Kind) -> Vec<&str> {
        match kind {
            Kind::Variable => self.variables.iter().map(|v| v.name.as_str()).collect(),
            Kind::Local => self.locals.iter().map(|l| l.name.as_str()).collect(),
            Kind::Output => self.outputs.iter().filter_map(|o| o.labels.first()).map(Name::as_str).collect(),
            Kind::Call => self.calls.iter().map(|c| c.name.as_str()).collect(),
            Kind::Resource => self.resources.iter().map(|r| r.address.as_str()).collect(),
        }
    }

    fn declare(&mut self, mut block: Block) {
        if !self.has_names(&block) {
            return;
        }
        match (block.kind.as_str(), block.labels.as_slice()) {
            ("variable", [name]) => {
                let name = name.clone();
                if !self.names_block(Kind::Variable, &name, self.variables.len(), &block) {
                    return;
                }
                let flag = |key: &str| block.body.attribute(key).and_then(|a| a.value.literal_bool());
                self.variables.push(Variable {
                    name,
                    header: block.header,
                    sensitive: flag("sensitive").unwrap_or(false),
                    ephemeral: flag("ephemeral").unwrap_or(false),
                    nullable: flag("nullable").unwrap_or(true),
                    ty: block.body.attribute("type").map(|a| a.value.clone()),
                    default: block.body.attribute("default").map(|a| a.value.clone()),
                    validations: block.body.blocks("validation").cloned().collect(),
                });
            }
            ("locals", []) => {
                let mut own: Vec<Name> = Vec::new();
                for local in block.body.attributes {
                    let what = format!("local.{}", local.name);
                    // In one block it is the name that stands twice, in two the value.
                    let twice = own.contains(&local.name);
                    own.push(local.name.clone());
                    let span = if twice { local.name_span } else { local.name_span.to(local.value.span) };
                    if self.named(Kind::Local, &local.name, self.locals.len(), &what, span) {
                        self.locals.push(local);
                    }
                }
            }
            ("output", [name]) => {
                let name = name.clone();
                if self.names_block(Kind::Output, &name, self.outputs.len(), &block) {
                    self.outputs.push(block);
                }
            }
            ("module", [name]) => {
                let name = name.clone();
                if !self.names_block(Kind::Call, &name, self.calls.len(), &block) {
                    return;
                }
                let source = block
                    .body
                    .attribute("source")
                    .and_then(|a| Some((a.value.literal()?.clone(), a.value.span)));
                self.calls.push(ModuleCall { name, source, block });
            }
            (kind @ ("resource" | "data" | "ephemeral"), [type_name, name]) => {
                let (type_name, name) = (type_name.clone(), name.clone());
                let prefix = match kind {
                    "data" => "data.",
                    "ephemeral" => "ephemeral.",
                    _ => "",
                };
                let address = ecow::eco_format!("{prefix}{type_name}.{name}");
                let data = kind != "resource";
                let new = Declaration { data, type_name, name, address, block };
                let Declaration { type_name, name, address, block, .. } = &new;
                if self.resource(new.mode(), type_name, name).is_some() {
                    self.declared_twice(&format!("{} {address:?}", block.kind), block.header);
                    return;
                }
                self.addresses.insert_unique(hash(new.mode(), type_name, name), self.resources.len(), |at| {
                    let known = &self.resources[*at];
                    hash(known.mode(), &known.type_name, &known.name)
                });
                self.resources.push(new);
            }
            ("provider", _) => {
                self.has_backend_or_provider = true;
                self.providers.push(block);
            }
            ("terraform", _) => {
                let required = block.body.attribute("required_version").and_then(|a| a.value.literal());
                if let Some(language) = required.map(|r| Language::of(r)).filter(|l| *l != Language::Common) {
                    self.language = language;
                }
                for required in block.body.blocks("required_providers") {
                    self.required_providers.extend(required.body.attributes.iter().map(required_provider));
                }
                let backend = |b: &&Block| matches!(b.kind.as_str(), "backend" | "cloud");
                if let Some(backend) = block.body.blocks.iter().find(backend) {
                    self.has_backend_or_provider = true;
                    self.backend = Some(backend.clone());
                }
            }
            ("check", [_]) => {
                let (data, rest): (Vec<Block>, Vec<Block>) =
                    std::mem::take(&mut block.body.blocks).into_iter().partition(|b| b.kind == "data");
                block.body.blocks = rest;
                self.checks.push(block);
                for block in data {
                    self.declare(block);
                }
            }
            (kind @ ("variable" | "output" | "module" | "resource" | "data"), labels) => {
                let expected =
                    if matches!(kind, "resource" | "data") { "a type and a name" } else { "a name" };
                let message =
                    format!("this {kind} block has {} labels where {expected} belong", labels.len());
                self.problems.push(Problem::at(ProblemKind::Invalid, block.header, message));
            }
            (kind, _) if OTHER_KINDS.contains(&kind) => {}
            (kind, _) => {
                let known = KINDS.iter().chain(&OTHER_KINDS).copied();
                let near = known.filter(|k| strsim::osa_distance(k, kind) <= 2).min();
                let problem_kind =
                    if near.is_some() { ProblemKind::Invalid } else { ProblemKind::NotEvaluated };
                let message = format!("there is no block type {kind:?}");
                let mut problem = Problem::at(problem_kind, block.header, message);
                problem.help = near.map(|n| format!("did you mean {n}?"));
                self.problems.push(problem);
            }
        }
    }

    /// Whether what a block is called can be the name of anything. A dot or a bracket in it would read as a part of an address.
    fn has_names(&mut self, block: &Block) -> bool {
        let named = matches!(
            block.kind.as_str(),
            "variable" | "output" | "module" | "resource" | "data" | "ephemeral" | "check"
        );
        let Some(label) = block.labels.iter().find(|label| named && !is_identifier(label)) else {
            return true;
        };
        let message = format!("invalid name {label:?} in this {} block", block.kind);
        let mut problem = Problem::at(ProblemKind::Invalid, block.header, message);
        problem.help =
            Some("begin with a letter or an underscore, and go on with these, digits and dashes".to_owned());
        self.problems.push(problem);
        false
    }

    fn names_block(&mut self, kind: Kind, name: &Name, at: usize, block: &Block) -> bool {
        self.named(kind, name, at, &format!("{} {name:?}", block.kind), block.header)
    }

    /// Whether this is the first declaration of the name, which is the one that stands.
    fn named(&mut self, kind: Kind, name: &Name, at: usize, what: &str, span: Span) -> bool {
        match self.names[kind as usize].entry(name.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(at);
                true
            }
            Entry::Occupied(_) => {
                self.declared_twice(what, span);
                false
            }
        }
    }

    fn declared_twice(&mut self, what: &str, span: Span) {
        let message = format!("{what} is declared twice in this module");
        let mut problem = Problem::at(ProblemKind::Invalid, span, message);
        problem.help = Some("the first stands: remove this one, or give it another name".to_owned());
        self.problems.push(problem);
    }
}

fn hash(mode: &str, type_name: &str, name: &str) -> u64 {
    FxBuildHasher.hash_one((mode, type_name, name))
}

impl Declaration {
    /// `data` or `ephemeral`; empty for a managed resource.
    fn mode(&self) -> &str {
        if self.data { &self.block.kind } else { "" }
    }
}

/// Lays an override over the block that it names: arguments one by one, nested blocks by their kind. Gives what is wrong with it.
fn merge(blocks: &mut Vec<Block>, over: Block) -> Option<Problem> {
    if over.kind == "locals" {
        for attribute in over.body.attributes {
            let found = blocks.iter_mut().filter(|b| b.kind == "locals").flat_map(|b| &mut b.body.attributes);
            match found.into_iter().find(|a| a.name == attribute.name) {
                Some(base) => *base = attribute,
                None => blocks.push(Block {
                    kind: "locals".into(),
                    labels: Vec::new(),
                    header: over.header,
                    whole: over.whole,
                    body: Body { attributes: vec![attribute], blocks: Vec::new() },
                }),
            }
        }
        return None;
    }
    let Some(base) = blocks.iter_mut().find(|b| b.kind == over.kind && b.labels == over.labels) else {
        let named = matches!(over.kind.as_str(), "variable" | "output" | "module" | "resource" | "data");
        let problem = named.then(|| {
            let message = format!("there is no {} of this name that the file could override", over.kind);
            Problem::at(ProblemKind::Invalid, over.header, message)
        });
        blocks.push(over);
        return problem;
    };
    overlay(&mut base.body, over.body);
    None
}

fn overlay(base: &mut Body, over: Body) {
    for attribute in over.attributes {
        match base.attributes.iter_mut().find(|a| a.name == attribute.name) {
            Some(found) => *found = attribute,
            None => base.attributes.push(attribute),
        }
    }
    let kinds: Vec<Name> = over.blocks.iter().map(|b| block_type(b).clone()).collect();
    for block in &mut base.blocks {
        // A `lifecycle` block is merged, any other replaced.
        if block.kind == "lifecycle"
            && let Some(found) = over.blocks.iter().find(|b| b.kind == "lifecycle")
        {
            overlay(&mut block.body, found.body.clone());
        }
    }
    let has_lifecycle = base.blocks.iter().any(|b| b.kind == "lifecycle");
    base.blocks.retain(|b| b.kind == "lifecycle" || !kinds.contains(block_type(b)));
    base.blocks.extend(over.blocks.into_iter().filter(|b| !(has_lifecycle && b.kind == "lifecycle")));
}

/// The type that a block stands for: that of its content for a `dynamic` block.
pub(crate) fn block_type(block: &Block) -> &Name {
    match block.labels.first() {
        Some(label) if block.kind == "dynamic" => label,
        _ => &block.kind,
    }
}

/// `name = { source = "..." }`.
fn required_provider(attribute: &Attribute) -> (Name, Option<Name>) {
    let source = match &attribute.value.bare().kind {
        E::Object(items) => items.iter().find_map(|item| match &item.key {
            Key::Word(name, _) if name == "source" => item.value.literal().cloned(),
            _ => None,
        }),
        _ => None,
    };
    (attribute.name.clone(), source)
}
