//! What a property names.

use iaclint_graph::ResourceId;
use iaclint_value::OriginId;

/// A list with the knowledge whether it is all there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Many<T> {
    /// What is known to be in it.
    pub items: Vec<T>,
    /// Whether that is all. "Closed", "missing" and "nobody uses it" may only be said of a complete list.
    pub complete: bool,
}

impl<T> Many<T> {
    /// Nothing, surely.
    pub fn none() -> Self {
        Self { items: Vec::new(), complete: true }
    }

    /// The elements converted.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Many<U> {
        Many { items: self.items.into_iter().map(convert).collect(), complete: self.complete }
    }

    /// Both lists.
    #[must_use]
    pub fn and(mut self, other: Many<T>) -> Self {
        self.items.extend(other.items);
        self.complete &= other.complete;
        self
    }
}

/// One thing that a property names.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// A resource of the graph.
    Resource {
        /// Which.
        id: ResourceId,
        /// Where it is named.
        origin: OriginId,
    },
    /// A literal id, name or ARN that no resource of the graph is known to have.
    Literal {
        /// As written.
        text: String,
        /// Where.
        origin: OriginId,
    },
    /// Something outside the graph: a data source's result, an input, an output of a module that is not here.
    Outside {
        /// What it is called.
        name: String,
        /// Where.
        origin: OriginId,
    },
}

impl Link {
    /// Where it is named.
    pub fn origin(&self) -> OriginId {
        match self {
            Link::Resource { origin, .. } | Link::Literal { origin, .. } | Link::Outside { origin, .. } => {
                *origin
            }
        }
    }

    /// The resource of the graph.
    pub fn id(&self) -> Option<ResourceId> {
        match self {
            Link::Resource { id, .. } => Some(*id),
            _ => None,
        }
    }
}
