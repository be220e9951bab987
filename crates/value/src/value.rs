//! A value with its origin and marks.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::secret::{MASK, looks_like_secret};
use crate::{
    Data, Encoding, Kind, List, Name, Number, Object, OriginId, Piece, Reference, References, Text, Unknown,
    Why,
};

/// Marks on a value, which spread to whatever is made of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct Marks(u8);

impl Marks {
    /// No mark.
    pub const NONE: Marks = Marks(0);
    /// Marked sensitive: masked in every output.
    pub const SENSITIVE: Marks = Marks(1);
    /// Ephemeral: never stored in a plan.
    pub const EPHEMERAL: Marks = Marks(2);

    /// Both sets of marks.
    #[must_use]
    pub fn and(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// Whether all marks of `other` are set.
    pub fn has(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// These marks without those of `other`.
    #[must_use]
    pub fn without(self, other: Marks) -> Marks {
        Marks(self.0 & !other.0)
    }
}

/// A value, where it came from, and its marks. Equality is of the data alone.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where it came from.
    pub origin: OriginId,
    /// Its marks.
    pub marks: Marks,
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl Value {
    /// A value without marks.
    pub fn new(data: Data, origin: OriginId) -> Self {
        Self { data, origin, marks: Marks::NONE }
    }

    /// Null.
    pub fn null(origin: OriginId) -> Self {
        Self::new(Data::Null, origin)
    }

    /// A text without places, for tests and values that the tool makes.
    pub fn text(text: &str) -> Self {
        Self::new(Data::Text(Text::plain(text, OriginId::NONE)), OriginId::NONE)
    }

    /// A whole number.
    pub fn int(int: i64, origin: OriginId) -> Self {
        Self::new(Data::Number(Number::Int(int)), origin)
    }

    /// A complete list.
    pub fn list(items: Vec<Value>, origin: OriginId) -> Self {
        Self::new(Data::List(Arc::new(List { items, complete: true })), origin)
    }

    /// A complete object, whose names have the same origin as their values.
    pub fn object(fields: impl IntoIterator<Item = (Name, Value)>, origin: OriginId) -> Self {
        let fields = fields.into_iter().map(|(n, v)| (n, v.origin, v)).collect();
        Self::new(Data::Object(Arc::new(Object { fields, complete: true })), origin)
    }

    /// A reference.
    pub fn reference(reference: Reference, origin: OriginId) -> Self {
        Self::new(Data::Reference(Arc::new(reference)), origin)
    }

    /// An unknown without dependencies.
    pub fn unknown(why: Why, origin: OriginId) -> Self {
        let unknown = Unknown { why, kind: None, depends_on: References::none(), candidates: Vec::new() };
        Self::new(Data::Unknown(Arc::new(unknown)), origin)
    }

    /// A structure as a text.
    pub fn encoded(encoding: Encoding, value: Value, origin: OriginId) -> Self {
        let marks = value.marks;
        Self { data: Data::Encoded(Arc::new((encoding, value))), origin, marks }
    }

    /// The same value with more marks.
    #[must_use]
    pub fn marked(mut self, marks: Marks) -> Self {
        self.marks = self.marks.and(marks);
        self
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// Whether nothing at all is known of it but where it came from: an unknown without candidates. A reference is not unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(&self.data, Data::Unknown(u) if u.candidates.is_empty())
    }

    /// Whether it and all inside it is known: no hole, reference or unknown anywhere.
    pub fn is_known(&self) -> bool {
        match &self.data {
            Data::Null | Data::Bool(_) | Data::Number(_) => true,
            Data::List(list) => list.complete && list.items.iter().all(Value::is_known),
            Data::Object(object) => object.complete && object.fields.iter().all(|(_, _, v)| v.is_known()),
            Data::Text(text) => text.as_str().is_some(),
            Data::Encoded(inner) => inner.1.is_known(),
            Data::Reference(_) | Data::Unknown(_) => false,
        }
    }

    /// The kind, if known.
    pub fn kind(&self) -> Option<Kind> {
        Some(match &self.data {
            Data::Null | Data::Reference(_) => return None,
            Data::Bool(_) => Kind::Bool,
            Data::Number(_) => Kind::Number,
            Data::List(_) => Kind::List,
            Data::Object(_) => Kind::Object,
            Data::Text(_) | Data::Encoded(_) => Kind::Text,
            Data::Unknown(unknown) => return unknown.kind,
        })
    }

    /// The known text; numbers and truth values are given as Terraform and CloudFormation convert them.
    pub fn as_str(&self) -> Option<Cow<'_, str>> {
        match &self.data {
            Data::Text(text) => text.as_str(),
            Data::Number(number) => Some(Cow::Owned(number.to_string())),
            Data::Bool(bool) => Some(Cow::Borrowed(if *bool { "true" } else { "false" })),
            _ => None,
        }
    }

    /// The whole number, also from a text such as `"512"`.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.data {
            Data::Number(number) => number.as_i64(),
            Data::Text(text) => text.as_str()?.trim().parse().ok(),
            _ => None,
        }
    }

    /// The number, also from a text.
    pub fn as_f64(&self) -> Option<f64> {
        match &self.data {
            Data::Number(number) => Some(number.as_f64()),
            Data::Text(text) => text.as_str()?.trim().parse().ok(),
            _ => None,
        }
    }

    /// The truth value, also from `"true"` and `"false"`.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(bool) => Some(*bool),
            Data::Text(text) => match text.as_str()?.as_ref() {
                "true" | "True" => Some(true),
                "false" | "False" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The list.
    pub fn as_list(&self) -> Option<&List> {
        match &self.data {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// The object.
    pub fn as_object(&self) -> Option<&Object> {
        match &self.data {
            Data::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The reference, if the whole value is one, also as the only piece of a text.
    pub fn as_reference(&self) -> Option<&Reference> {
        match &self.data {
            Data::Reference(reference) => Some(reference),
            Data::Text(text) => match text.pieces() {
                [Piece::Hole(value)] => value.as_reference(),
                _ => None,
            },
            _ => None,
        }
    }

    /// This value as a text with holes: a text itself, a converted number or truth value, or one hole. Lists, objects and null are none.
    pub fn to_text(&self) -> Option<Text> {
        match &self.data {
            Data::Text(text) => Some(text.clone()),
            Data::Number(_) | Data::Bool(_) => Some(Text::plain(&self.as_str()?, self.origin)),
            Data::Reference(_) | Data::Unknown(_) | Data::Encoded(_) => Some(Text::hole(self.clone())),
            Data::Null | Data::List(_) | Data::Object(_) => None,
        }
    }

    /// What is inside an encoded text of this encoding.
    pub fn decoded(&self, encoding: Encoding) -> Option<&Value> {
        match &self.data {
            Data::Encoded(inner) if inner.0 == encoding => Some(&inner.1),
            _ => None,
        }
    }

    /// A field of an object.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.get(name)
    }

    /// An element of a list.
    pub fn at(&self, index: usize) -> Option<&Value> {
        self.as_list()?.items.get(index)
    }

    /// Visits this value and everything inside it: elements, fields, holes, decoded structures, candidates.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Value)) {
        visit(self);
        match &self.data {
            Data::List(list) => list.items.iter().for_each(|v| v.walk(visit)),
            Data::Object(object) => object.fields.iter().for_each(|(_, _, v)| v.walk(visit)),
            Data::Text(text) => text.pieces().iter().for_each(|piece| {
                if let Piece::Hole(value) = piece {
                    value.walk(visit);
                }
            }),
            Data::Encoded(inner) => inner.1.walk(visit),
            Data::Unknown(unknown) => unknown.candidates.iter().for_each(|v| v.walk(visit)),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::Reference(_) => {}
        }
    }

    /// Every reference in this value, unknowns' dependencies included, in order.
    pub fn references(&self) -> Vec<&Arc<Reference>> {
        let mut out = Vec::new();
        self.walk(&mut |value| match &value.data {
            Data::Reference(reference) => out.push(reference),
            Data::Unknown(unknown) => out.extend(unknown.depends_on.iter()),
            _ => {}
        });
        out
    }

    /// The value as one short line for a message: references in `${}`, unknowns as `${?}`, secrets masked.
    pub fn display(&self) -> String {
        let mut out = String::new();
        show(self, &mut out, 0);
        out
    }
}

fn show(value: &Value, out: &mut String, depth: usize) {
    if value.marks.has(Marks::SENSITIVE) {
        out.push_str(MASK);
        return;
    }
    match &value.data {
        Data::Null => out.push_str("null"),
        Data::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        Data::Number(number) => out.push_str(&number.to_string()),
        Data::Text(text) => {
            let mut shown = String::new();
            for piece in text.pieces() {
                match piece {
                    Piece::Literal(literal) => shown.push_str(&literal.text),
                    Piece::Hole(hole) => show(hole, &mut shown, depth + 1),
                }
            }
            out.push_str(if looks_like_secret(&shown) { MASK } else { &shown });
        }
        Data::Reference(reference) => {
            out.push_str("${");
            out.push_str(&reference.to_string());
            out.push('}');
        }
        Data::Unknown(_) => out.push_str("${?}"),
        _ if depth > 3 => out.push('…'),
        Data::Encoded(inner) => show(&inner.1, out, depth + 1),
        Data::List(list) => {
            out.push('[');
            for (i, item) in list.items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                show(item, out, depth + 1);
            }
            out.push_str(if list.complete { "]" } else { ", …]" });
        }
        Data::Object(object) => {
            out.push('{');
            for (i, (name, _, item)) in object.fields.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                out.push_str(name);
                out.push_str(" = ");
                if crate::secret_name(name) && item.as_str().is_some() {
                    out.push_str(MASK);
                } else {
                    show(item, out, depth + 1);
                }
            }
            out.push_str(if object.complete { "}" } else { ", …}" });
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}
