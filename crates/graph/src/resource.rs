//! A resource of either language.

use iaclint_source::Span;
use iaclint_value::{Name, Origins, ResourceKey, Value};

use crate::ScopeId;

/// A resource by its number in the graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ResourceId(pub u32);

/// Whether a resource is made by the deployment or only read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    /// Made and managed.
    Managed,
    /// A data source: it exists elsewhere.
    Data,
}

/// Under which undecided conditions a resource exists. Empty: it exists.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Existence {
    /// Conditions by a name that is the same for the same condition (the condition's name with its stack, the expression's text with
    /// its module), and the outcome that the resource needs.
    pub conditions: Vec<(Name, bool)>,
    /// The number of instances is unknown: this one stands for none, one or many.
    pub any_number: bool,
}

impl Existence {
    /// Whether it exists in every case.
    pub fn is_certain(&self) -> bool {
        self.conditions.is_empty() && !self.any_number
    }

    /// Whether both can exist in one deployment.
    pub fn compatible(&self, other: &Existence) -> bool {
        !self
            .conditions
            .iter()
            .any(|(name, outcome)| other.conditions.iter().any(|(n, o)| n == name && o != outcome))
    }

    /// Whether this one exists whenever `other` does.
    pub fn implied_by(&self, other: &Existence) -> bool {
        !self.any_number && self.conditions.iter().all(|c| other.conditions.contains(c))
    }
}

/// A module call (or a nested stack, a Stage) on the way to a resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// Its address: `module.tenant["acme"]`.
    pub address: Name,
    /// The header of the call: `module "tenant"`.
    pub span: Span,
}

/// A resource, data source or template resource instance.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Root and address: `module.a["x"].aws_ecs_service.this`, `<Stack>/<LogicalId>`.
    pub key: ResourceKey,
    /// Managed or only read.
    pub mode: Mode,
    /// `aws_ecs_service`, `AWS::ECS::Service`.
    pub type_name: Name,
    /// The name within its scope: `this`, the logical id.
    pub name: Name,
    /// The instance key, if it has one: a text for `for_each`, a number for `count`.
    pub instance: Option<Value>,
    /// Its header (`resource "aws_ecs_service" "this"`) or its key in the template.
    pub span: Span,
    /// All of it.
    pub whole: Span,
    /// Arguments and blocks as an object; a block type is a list of objects. Meta-arguments are not in it.
    pub body: Value,
    /// Meta-arguments: `lifecycle`, `provisioner`, `timeouts` as block lists; `DeletionPolicy`, `UpdateReplacePolicy`, `CreationPolicy`,
    /// `Metadata`.
    pub meta: Value,
    /// Under which conditions it exists.
    pub existence: Existence,
    /// Explicit dependencies, those of the module calls around it included. A key may name a declaration or a module (`module.a`).
    pub depends_on: Vec<ResourceKey>,
    /// The module instance or stack that it stands in.
    pub scope: ScopeId,
    /// The region it is made in, where the configuration says.
    pub region: Option<Name>,
    /// The line of the user's own program behind a synthesized resource.
    pub source: Option<Span>,
    /// The lines of that program that set single properties, by the properties' names in the body.
    pub property_sources: Vec<(Name, Span)>,
}

impl Resource {
    /// The line of the user's own program behind a place of the resource: that of the property that holds it, else the resource's own.
    pub fn source_of(&self, place: Span, origins: &Origins) -> Option<Span> {
        let holds = |name: &Name| {
            let value = self.body.get(name).and_then(|v| origins.span(v.origin));
            value.is_some_and(|span| span.contains(place))
        };
        let property = self.property_sources.iter().find(|(name, _)| holds(name));
        property.map(|(_, span)| *span).or(self.source)
    }
}
