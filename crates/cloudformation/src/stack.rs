//! Stacks: a template with the place and the inputs that it is deployed with.

use iaclint_graph::{Asset, Call, Directive, Language, Opaque};
use iaclint_source::Problem;
use iaclint_value::{Name, OriginArena};
use rustc_hash::FxHashMap;

use crate::metadata::Metadata;
use crate::parameters::Given;
use crate::template::Template;

/// A stack by its number in its root.
pub(crate) type StackId = usize;

/// The account and region of a stack, where known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Environment {
    /// The account id.
    pub account: Option<Name>,
    /// The region.
    pub region: Option<Name>,
}

impl Environment {
    /// From `aws://account/region`, with `unknown-account` and `unknown-region` for what is not known.
    pub fn parse(text: &str) -> Self {
        let rest = text.strip_prefix("aws://").unwrap_or_default();
        let (account, region) = rest.split_once('/').unwrap_or((rest, ""));
        let known =
            |part: &str, unknown: &str| (!part.is_empty() && part != unknown).then(|| Name::from(part));
        Self { account: known(account, "unknown-account"), region: known(region, "unknown-region") }
    }
}

/// One stack.
#[derive(Debug)]
pub(crate) struct Stack {
    /// Its address: the Stage or the stack around it, then its own name.
    pub address: Name,
    /// The name that it is deployed under, where known.
    pub name: Option<Name>,
    /// Where it is deployed.
    pub environment: Environment,
    /// What it declares.
    pub template: Template,
    /// The template's name within its assembly.
    pub template_name: Name,
    /// The Stages and stacks around it.
    pub calls: Vec<Call>,
    /// For a nested stack: the stack around it and its logical id there.
    pub parent: Option<(StackId, Name)>,
    /// The nested stacks whose templates are here, by logical id.
    pub nested: FxHashMap<Name, StackId>,
    /// The construct metadata that speaks of it, by its number in [`Loaded::metadata`].
    pub metadata: Option<usize>,
}

/// What was read for one root, before anything is evaluated.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The language.
    pub language: Language,
    /// The directory or template file, relative to the project root.
    pub path: String,
    /// The stacks, those around before those within.
    pub stacks: Vec<Stack>,
    /// The construct metadata of the stacks of the assembly.
    pub metadata: Vec<Metadata>,
    /// What the constructs acknowledge.
    pub acknowledged: Vec<Directive>,
    /// The providers of the look-ups that the CDK left unanswered.
    pub missing: Vec<Name>,
    /// What could not be read.
    pub opaque: Vec<Opaque>,
    /// What is deployed beside the templates.
    pub assets: Vec<Asset>,
    /// The values of parameters that the tool which deploys the assembly gives.
    pub given: Given,
    /// The origins of everything in the templates.
    pub arena: OriginArena,
    /// What went wrong.
    pub problems: Vec<Problem>,
}
