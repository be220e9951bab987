//! Roots: what is deployed as one.

use iaclint_source::{Problem, Span};
use iaclint_value::{Name, OriginArena, ResourceKey, RootId, Value};

use crate::{Call, Directive, Resource};

/// The language of a root.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Language {
    /// Terraform or OpenTofu.
    Terraform,
    /// A CloudFormation template that people write.
    CloudFormation,
    /// Templates synthesized by the CDK.
    Cdk,
}

/// A module instance or stack by its number in its root.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

/// A module instance or a stack: what shares names.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its address: empty for a root module, `module.tenant["acme"]`, the stack's path.
    pub address: Name,
    /// The calls that lead to it, outermost first.
    pub calls: Vec<Call>,
    /// Its directory or template file, relative to the project root.
    pub path: String,
    /// The stack's region and account, where known.
    pub region: Option<Name>,
    /// Its outputs.
    pub outputs: Vec<Output>,
}

/// An output of a module or stack.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Value,
    /// Its header.
    pub span: Span,
    /// What whoever reads it waits for, beside what its value speaks of.
    pub depends_on: Vec<ResourceKey>,
    /// The line of the user's own program that made it (CDK), where known.
    pub source: Option<Span>,
}

/// A Terraform root module, an assembly, or a template on its own.
#[derive(Clone, Debug)]
pub struct Root {
    /// Its number.
    pub id: RootId,
    /// Its language.
    pub language: Language,
    /// Its directory or template file, relative to the project root.
    pub path: String,
    /// A module that nobody calls and that has required variables: its defaults are possible values, not facts.
    pub library: bool,
    /// Its module instances or stacks; the first is the root module or the only stack.
    pub scopes: Vec<Scope>,
    /// What it exports under a name of its account and region.
    pub exports: Vec<(Name, Value)>,
    /// Calls of modules whose source is not here: what they do is not known.
    pub opaque: Vec<Opaque>,
    /// Declarations that have no instance in this run.
    pub dormant: Vec<Dormant>,
    /// What is deployed beside its templates.
    pub assets: Vec<Asset>,
}

impl Root {
    /// The asset that a text names: by an image's tag, an object's key, a hash.
    pub fn asset(&self, text: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.names.iter().any(|name| names(text, name)))
    }
}

/// Whether a text holds a name that is not a part of a longer one.
fn names(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// A file or directory that is deployed beside the templates: how an image is built, the code of a function, a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asset {
    /// What texts name it by: its hash, the tag of its image, the key of its object. None is empty.
    pub names: Vec<Name>,
    /// Its directory or file, relative to the project root.
    pub path: String,
    /// The files in it, relative to the project root: the file itself when it is one. Only those of a few levels, and not all of very many.
    pub files: Vec<String>,
    /// What it becomes.
    pub kind: AssetKind,
}

/// What an asset becomes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AssetKind {
    /// A container image.
    Image {
        /// The Dockerfile, relative to the project root.
        dockerfile: String,
        /// The stage of it that is built, if one is named.
        target: Option<Name>,
    },
    /// One object: the file itself, or the directory packed.
    Object,
}

/// A part of a root that could not be read, so that nothing can be said about what it holds or uses.
#[derive(Clone, Debug)]
pub struct Opaque {
    /// Its address: `module.vpc`.
    pub address: Name,
    /// Its source as written, or its type.
    pub source: Name,
    /// Its header.
    pub span: Span,
    /// The inputs given to it: what it refers to is used.
    pub inputs: Value,
}

/// A declaration that has no instance in this run, but may have one in another: `count = var.enabled ? 1 : 0`.
#[derive(Clone, Debug)]
pub struct Dormant {
    /// Its address.
    pub address: Name,
    /// Its header.
    pub span: Span,
    /// What it names, as far as that can be told without an instance.
    pub names: Value,
}

/// What a front end gives for one root.
#[derive(Debug)]
pub struct Fragment {
    /// The root.
    pub root: Root,
    /// Its resources, in the order of their files and places.
    pub resources: Vec<Resource>,
    /// The origins of all values in it; its id is the root's.
    pub origins: OriginArena,
    /// What went wrong.
    pub problems: Vec<Problem>,
    /// What the user says about findings.
    pub directives: Vec<Directive>,
}
