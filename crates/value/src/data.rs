//! The shapes of a value.

use std::sync::Arc;

use crate::{Name, OriginId, Reference, References, Text, Value};

/// A value as far as it can be known before the deployment.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Set to nothing; in Terraform the same as not written.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A list, set or tuple, or the blocks of one type in a resource.
    List(Arc<List>),
    /// A map or object, or one block.
    Object(Arc<Object>),
    /// A text: literals and holes.
    Text(Text),
    /// An attribute of another thing, known after the deployment.
    Reference(Arc<Reference>),
    /// A text whose structure is known: `jsonencode`, a policy document, JSON in a heredoc, base64.
    Encoded(Arc<(Encoding, Value)>),
    /// Not known.
    Unknown(Arc<Unknown>),
}

/// How a structure became a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Encoding {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// Base64 of the text inside.
    Base64,
    /// Base64 of the gzipped text inside.
    GzipBase64,
}

/// A number. Beyond `i64` and `f64` the exact decimal text is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other: its decimal text, and the nearest double. Few are, so they take room of their own.
    Decimal(Arc<(Name, f64)>),
}

impl Number {
    /// From decimal text.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(int) = text.parse() {
            return Some(Number::Int(int));
        }
        let float: f64 = text.parse().ok().filter(|f: &f64| f.is_finite())?;
        if float.fract() == 0.0 && float.abs() < 9e15 {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 fits")]
            return Some(Number::Int(float as i64));
        }
        Some(Number::decimal(text.into(), float))
    }

    /// A number by its decimal text, and the nearest double.
    pub fn decimal(text: Name, nearest: f64) -> Self {
        Number::Decimal(Arc::new((text, nearest)))
    }

    /// The whole number, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Int(int) => Some(*int),
            Number::Decimal(_) => None,
        }
    }

    /// The nearest double.
    pub fn as_f64(&self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "the nearest double is what was asked for")]
            Number::Int(int) => *int as f64,
            Number::Decimal(decimal) => decimal.1,
        }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Int(int) => write!(f, "{int}"),
            Number::Decimal(decimal) => write!(f, "{}", decimal.0),
        }
    }
}

/// The elements of a list. Not complete: there may be more, as after `concat(known, unknown)` or an unknown `dynamic` block.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct List {
    /// What is known to be in it. An element may itself stand for one of several instances.
    pub items: Vec<Value>,
    /// Whether that is all.
    pub complete: bool,
}

/// The fields of an object in their order. Not complete: there may be more, as after `merge(known, unknown)`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Object {
    /// Name, place of the name, value. A name stands once.
    pub fields: Vec<(Name, OriginId, Value)>,
    /// Whether that is all.
    pub complete: bool,
}

impl Object {
    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(n, _, _)| n == name).map(|(_, _, v)| v)
    }

    /// The place of a field's name.
    pub fn name_origin(&self, name: &str) -> Option<OriginId> {
        self.fields.iter().find(|(n, _, _)| n == name).map(|(_, o, _)| *o)
    }
}

/// The kind of an unknown, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Kind {
    /// A truth value.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list, set or tuple.
    List,
    /// A map or object.
    Object,
}

/// Something that cannot be known before the deployment, or that we cannot work out.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// The reason.
    pub why: Why,
    /// Its kind, if known.
    pub kind: Option<Kind>,
    /// The things that it depends on: they are "used" by whoever uses this value.
    pub depends_on: References,
    /// All the values that it can have, where they are few (an undecided conditional). Empty: anything.
    pub candidates: Vec<Value>,
}

/// Why a value is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// An input without a value: the variable's or parameter's name.
    Input(Name),
    /// Read from something known only after the deployment: the address.
    Computed(Name),
    /// It is this attribute, or made of it, which is known only after the deployment.
    Attribute(Arc<Reference>),
    /// A module whose source is not here: the source as written.
    ModuleNotHere(Name),
    /// The condition cannot be decided.
    Condition,
    /// The number of instances or elements is unknown.
    Count,
    /// A function whose answer is not determined by the configuration: `timestamp`, `uuid`.
    Impure(Name),
    /// A file that cannot be read: its path.
    File(Name),
    /// A construct that we do not evaluate: its name.
    Unsupported(Name),
    /// It depends on itself.
    Cycle,
    /// Its expression is wrong; a problem was reported.
    Invalid,
    /// A limit of ours was met.
    Limit,
    /// A look-up that the tool left unanswered (a CDK context look-up, a data source).
    LookUp(Name),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Why::Input(name) => write!(f, "{name} has no value"),
            Why::Computed(address) => write!(f, "{address} is known after the deployment"),
            Why::Attribute(reference) => write!(f, "{reference} is known after the deployment"),
            Why::ModuleNotHere(source) => write!(f, "the module {source} is not here"),
            Why::Condition => write!(f, "its condition cannot be decided"),
            Why::Count => write!(f, "the number of instances is not known"),
            Why::Impure(function) => write!(f, "{function}() has another answer at every run"),
            Why::File(path) => write!(f, "the file {path} cannot be read"),
            Why::Unsupported(what) => write!(f, "{what} is not evaluated"),
            Why::Cycle => write!(f, "it depends on itself"),
            Why::Invalid => write!(f, "its expression is not valid"),
            Why::Limit => write!(f, "a limit was met"),
            Why::LookUp(what) => write!(f, "{what} is looked up at deployment"),
        }
    }
}
