//! A value inside the evaluator, with Terraform's own types.

use std::sync::Arc;

use iaclint_value::{Encoding, Marks, Name, OriginId, Reference, Text, Why};

use crate::num::Num;
use crate::ty::Ty;

/// A value with its origin and marks. Equality of the language is `ops::equals`; there is deliberately no `==` that ignores types.
#[derive(Clone, Debug)]
pub(crate) struct Val {
    pub(crate) k: K,
    pub(crate) origin: OriginId,
    pub(crate) marks: Marks,
}

/// The shapes.
#[derive(Clone, Debug)]
pub(crate) enum K {
    Null(Ty),
    Bool(bool),
    Num(Num),
    Str(Str),
    /// Element type, elements.
    List(Ty, Arc<[Val]>),
    /// Element type, elements in Terraform's order, each once.
    Set(Ty, Arc<[Val]>),
    Tuple(Arc<[Val]>),
    Map(Ty, Arc<Fields>),
    Object(Arc<Fields>),
    Unknown(Arc<Unk>),
}

/// Key, place of the key, value; sorted by the bytes of the key, each once.
pub(crate) type Fields = Vec<(Name, OriginId, Val)>;

/// A known string.
#[derive(Clone, Debug)]
pub(crate) struct Str {
    /// The characters, NFC-normalised.
    pub(crate) text: Name,
    /// What more is known of it.
    pub(crate) detail: Option<Arc<Detail>>,
}

/// Where a string's characters stand, and what structure it encodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Detail {
    /// The same characters with their places.
    pub(crate) text: Option<Text>,
    /// `jsonencode` and its like: what was encoded.
    pub(crate) encoded: Option<(Encoding, Val)>,
}

/// What is known of an unknown value.
#[derive(Clone, Debug)]
pub(crate) struct Unk {
    /// Its type; `Dynamic` when not known.
    pub(crate) ty: Ty,
    /// It is surely not null.
    pub(crate) not_null: bool,
    /// A string starts with this.
    pub(crate) prefix: Name,
    /// A collection has at least and at most so many elements.
    pub(crate) len: (u32, Option<u32>),
    /// Why it is unknown.
    pub(crate) why: Why,
    /// The attribute that it is, when it is exactly that.
    pub(crate) reference: Option<Reference>,
    /// All references that it was made of.
    pub(crate) depends_on: Vec<Reference>,
    /// A string whose parts are known: literals and holes.
    pub(crate) text: Option<Text>,
    /// What an encoded text (`jsonencode` of something with unknowns inside) encodes; or the base64 of a text with holes.
    pub(crate) encoded: Option<(Encoding, Val)>,
    /// What is known of a collection that is not known whole: these elements are surely in it, and maybe more
    /// (`concat([a], unknown)` gives a tuple, `merge({a = 1}, unknown)` an object).
    pub(crate) partial: Option<Val>,
    /// All the values that it can have, where they are few (both branches of an undecided conditional); at most 8.
    pub(crate) candidates: Vec<Val>,
}

impl Unk {
    /// An unknown of any type.
    pub(crate) fn new(why: Why) -> Self {
        Self {
            ty: Ty::Dynamic,
            not_null: false,
            prefix: Name::new(),
            len: (0, None),
            why,
            reference: None,
            depends_on: Vec::new(),
            text: None,
            encoded: None,
            partial: None,
            candidates: Vec::new(),
        }
    }
}

impl Val {
    pub(crate) fn new(k: K, origin: OriginId) -> Self {
        Self { k, origin, marks: Marks::NONE }
    }

    pub(crate) fn null(origin: OriginId) -> Self {
        Self::new(K::Null(Ty::Dynamic), origin)
    }

    pub(crate) fn bool(bool: bool, origin: OriginId) -> Self {
        Self::new(K::Bool(bool), origin)
    }

    pub(crate) fn int(int: i64, origin: OriginId) -> Self {
        Self::new(K::Num(Num::Int(int)), origin)
    }

    /// A string without places.
    pub(crate) fn str(text: impl Into<Name>, origin: OriginId) -> Self {
        Self::new(K::Str(Str { text: text.into(), detail: None }), origin)
    }

    /// A string or an unknown string from a text with places and perhaps holes.
    pub(crate) fn text(text: Text, origin: OriginId) -> Self {
        if let Some(known) = text.as_str() {
            let detail = Some(Arc::new(Detail { text: Some(text.clone()), encoded: None }));
            return Self::new(K::Str(Str { text: known.as_ref().into(), detail }), origin);
        }
        let mut unk = Unk::new(Why::Computed(Name::new()));
        unk.ty = Ty::String;
        unk.not_null = true;
        unk.prefix = text.prefix().into();
        unk.depends_on = text.holes().flat_map(iaclint_value::Value::references).cloned().collect();
        unk.text = Some(text);
        Self::new(K::Unknown(Arc::new(unk)), origin)
    }

    pub(crate) fn unknown(why: Why, origin: OriginId) -> Self {
        Self::new(K::Unknown(Arc::new(Unk::new(why))), origin)
    }

    /// An attribute known after the deployment.
    pub(crate) fn reference(reference: Reference, origin: OriginId) -> Self {
        let mut unk = Unk::new(Why::Computed(reference.to_string().into()));
        unk.depends_on = vec![reference.clone()];
        unk.reference = Some(reference);
        Self::new(K::Unknown(Arc::new(unk)), origin)
    }

    /// An object; the fields need not be sorted, of equal keys the last stands.
    pub(crate) fn object(fields: Fields, origin: OriginId) -> Self {
        Self::new(K::Object(Arc::new(sorted(fields))), origin)
    }

    pub(crate) fn tuple(items: Vec<Val>, origin: OriginId) -> Self {
        Self::new(K::Tuple(items.into()), origin)
    }

    pub(crate) fn marked(mut self, marks: Marks) -> Self {
        self.marks = self.marks.and(marks);
        self
    }

    pub(crate) fn with_origin(mut self, origin: OriginId) -> Self {
        self.origin = origin;
        self
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.k, K::Null(_))
    }

    pub(crate) fn as_unknown(&self) -> Option<&Unk> {
        match &self.k {
            K::Unknown(unk) => Some(unk),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.k {
            K::Str(str) => Some(&str.text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self.k {
            K::Bool(bool) => Some(bool),
            _ => None,
        }
    }

    /// The elements of a known list, set or tuple.
    pub(crate) fn elements(&self) -> Option<&[Val]> {
        match &self.k {
            K::List(_, items) | K::Set(_, items) | K::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The fields of a known map or object.
    pub(crate) fn fields(&self) -> Option<&Fields> {
        match &self.k {
            K::Map(_, fields) | K::Object(fields) => Some(fields),
            _ => None,
        }
    }
}

/// Sorts by key; of equal keys the last stands.
pub(crate) fn sorted(mut fields: Fields) -> Fields {
    fields.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    let mut out: Fields = Vec::with_capacity(fields.len());
    for field in fields {
        match out.last_mut() {
            Some(last) if last.0 == field.0 => *last = field,
            _ => out.push(field),
        }
    }
    out
}
