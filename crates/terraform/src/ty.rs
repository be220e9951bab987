//! Terraform's types.

use std::sync::Arc;

use iaclint_value::Name;

use crate::val::Val;

/// A type of Terraform's language.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ty {
    /// `any`, or not known.
    Dynamic,
    Bool,
    Number,
    String,
    List(Arc<Ty>),
    Set(Arc<Ty>),
    Map(Arc<Ty>),
    Tuple(Arc<[Ty]>),
    Object(Arc<[Field]>),
}

/// An attribute of an object type; sorted by name within it.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: Name,
    pub(crate) ty: Ty,
    /// `optional(...)` in a type constraint.
    pub(crate) optional: bool,
    /// The default of `optional(type, default)`.
    pub(crate) default: Option<Val>,
}

impl PartialEq for Field {
    /// Defaults are no part of a type's identity.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.ty == other.ty && self.optional == other.optional
    }
}
