//! Terraform's types.

use std::ops::Deref;
use std::sync::Arc;

use iaclint_value::Name;

use crate::val::{K, Val};

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
    Object(Arc<Attributes>),
}

/// The attributes of an object type, sorted by name.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    fields: Vec<Field>,
    /// The type of the values, where it is another one: without `optional` and defaults.
    plain: Option<Ty>,
}

impl Deref for Attributes {
    type Target = [Field];

    fn deref(&self) -> &Self::Target {
        &self.fields
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
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
    /// Neither a default nor that it is optional belongs to the type of a value.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.ty == other.ty
    }
}

impl Field {
    pub(crate) fn new(name: Name, ty: Ty) -> Self {
        Self { name, ty, optional: false, default: None }
    }
}

impl Ty {
    pub(crate) fn list(element: Ty) -> Ty {
        Ty::List(Arc::new(element))
    }

    pub(crate) fn set(element: Ty) -> Ty {
        Ty::Set(Arc::new(element))
    }

    pub(crate) fn map(element: Ty) -> Ty {
        Ty::Map(Arc::new(element))
    }

    /// An object type; the attributes must be sorted by name.
    pub(crate) fn object(fields: Vec<Field>) -> Ty {
        let is_plain = |f: &Field| !f.optional && f.default.is_none() && f.ty.is_plain();
        let plain = (!fields.iter().all(is_plain))
            .then(|| Ty::object(fields.iter().map(|f| Field::new(f.name.clone(), f.ty.plain())).collect()));
        Ty::Object(Arc::new(Attributes { fields, plain }))
    }

    /// The type of a value. An unknown inside a tuple or object gives its own type there.
    pub(crate) fn of(value: &Val) -> Ty {
        match &value.k {
            K::Null(ty) => ty.clone(),
            K::Bool(_) => Ty::Bool,
            K::Num(_) => Ty::Number,
            K::Str(_) => Ty::String,
            K::List(element, _) => Ty::list(element.clone()),
            K::Set(element, _) => Ty::set(element.clone()),
            K::Map(element, _) => Ty::map(element.clone()),
            K::Tuple(items) => Ty::Tuple(items.iter().map(Ty::of).collect()),
            K::Object(fields) => Ty::object(
                fields.iter().map(|(name, _, value)| Field::new(name.clone(), Ty::of(value))).collect(),
            ),
            K::Unknown(unk) => unk.ty.clone(),
        }
    }

    /// The type of a value without the types inside a tuple or object: what it is, in a time that does not depend on its size.
    pub(crate) fn outline(value: &Val) -> Ty {
        match &value.k {
            K::Tuple(_) => Ty::Tuple([].into()),
            K::Object(_) => Ty::object(Vec::new()),
            _ => Ty::of(value),
        }
    }

    /// The type of a value of this constraint: without `optional` and defaults.
    pub(crate) fn plain(&self) -> Ty {
        if self.is_plain() {
            return self.clone();
        }
        match self {
            Ty::List(element) => Ty::list(element.plain()),
            Ty::Set(element) => Ty::set(element.plain()),
            Ty::Map(element) => Ty::map(element.plain()),
            Ty::Tuple(types) => Ty::Tuple(types.iter().map(Ty::plain).collect()),
            Ty::Object(fields) => fields.plain.clone().unwrap_or_else(|| self.clone()),
            other => other.clone(),
        }
    }

    fn is_plain(&self) -> bool {
        match self {
            Ty::Dynamic | Ty::Bool | Ty::Number | Ty::String => true,
            Ty::List(element) | Ty::Set(element) | Ty::Map(element) => element.is_plain(),
            Ty::Tuple(types) => types.iter().all(Ty::is_plain),
            Ty::Object(fields) => fields.plain.is_none(),
        }
    }

    /// Whether `any` stands anywhere in it.
    pub(crate) fn has_dynamic(&self) -> bool {
        match self {
            Ty::Dynamic => true,
            Ty::Bool | Ty::Number | Ty::String => false,
            Ty::List(element) | Ty::Set(element) | Ty::Map(element) => element.has_dynamic(),
            Ty::Tuple(types) => types.iter().any(Ty::has_dynamic),
            Ty::Object(fields) => fields.iter().any(|f| f.ty.has_dynamic()),
        }
    }

    /// The type of the elements of a list, set or map.
    pub(crate) fn element(&self) -> Option<&Ty> {
        match self {
            Ty::List(element) | Ty::Set(element) | Ty::Map(element) => Some(element),
            _ => None,
        }
    }

    /// Whether values of it are iterated without keys: list, set, tuple.
    pub(crate) fn is_sequence(&self) -> bool {
        matches!(self, Ty::List(_) | Ty::Set(_) | Ty::Tuple(_))
    }

    /// The attribute of an object type.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        match self {
            Ty::Object(fields) => fields.iter().find(|f| f.name == name),
            _ => None,
        }
    }

    /// The name for messages: `list of string`, `object`.
    pub(crate) fn friendly(&self) -> String {
        match self {
            Ty::Dynamic => "any type".into(),
            Ty::Bool => "bool".into(),
            Ty::Number => "number".into(),
            Ty::String => "string".into(),
            Ty::List(element) => format!("list of {}", element.friendly()),
            Ty::Set(element) => format!("set of {}", element.friendly()),
            Ty::Map(element) => format!("map of {}", element.friendly()),
            Ty::Tuple(_) => "tuple".into(),
            Ty::Object(_) => "object".into(),
        }
    }

    /// The type as Terraform writes it in JSON: `["list","string"]`.
    pub(crate) fn json(&self) -> String {
        match self {
            Ty::Dynamic => "\"dynamic\"".into(),
            Ty::Bool => "\"bool\"".into(),
            Ty::Number => "\"number\"".into(),
            Ty::String => "\"string\"".into(),
            Ty::List(element) => format!("[\"list\",{}]", element.json()),
            Ty::Set(element) => format!("[\"set\",{}]", element.json()),
            Ty::Map(element) => format!("[\"map\",{}]", element.json()),
            Ty::Tuple(types) => {
                format!("[\"tuple\",[{}]]", types.iter().map(Ty::json).collect::<Vec<_>>().join(","))
            }
            Ty::Object(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|f| format!("{}:{}", crate::json_out::quoted(&f.name), f.ty.json()))
                    .collect();
                format!("[\"object\",{{{}}}]", fields.join(","))
            }
        }
    }
}
