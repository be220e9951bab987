//! A value inside the evaluator, with Terraform's own types.

use std::sync::Arc;

use iaclint_value::{Encoding, Literal, Marks, Name, OriginId, Placed, Reference, References, Text, Why};

use unicode_normalization::UnicodeNormalization;

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
    /// The same characters with their places.
    pub(crate) placed: Option<Text>,
    /// `jsonencode` and its like: what was encoded.
    pub(crate) encoded: Option<Arc<(Encoding, Val)>>,
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
    /// A number is at least and at most this.
    pub(crate) range: Option<Box<(Num, Option<Num>)>>,
    /// Why it is unknown.
    pub(crate) why: Why,
    /// The attribute that it is, when it is exactly that.
    pub(crate) reference: Option<Arc<Reference>>,
    /// All references that it was made of.
    pub(crate) depends_on: References,
    /// A string whose parts are known: literals and holes.
    pub(crate) text: Option<Text>,
    /// What an encoded text (`jsonencode` of something with unknowns inside) encodes; or the base64 of a text with holes.
    pub(crate) encoded: Option<Box<(Encoding, Val)>>,
    /// What is known of a collection that is not known whole: these elements are surely in it, and maybe more
    /// (`concat([a], unknown)` gives a tuple, `merge({a = 1}, unknown)` an object).
    pub(crate) partial: Option<Box<Val>>,
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
            range: None,
            why,
            reference: None,
            depends_on: References::none(),
            text: None,
            encoded: None,
            partial: None,
            candidates: Vec::new(),
        }
    }

    /// An unknown that is made of these values: it depends on all that they depend on, and is unknown for the reason of the first that is.
    pub(crate) fn of<'a>(values: impl IntoIterator<Item = &'a Val>, ty: Ty) -> Self {
        let mut unk = Unk::new(Why::Invalid);
        let mut why = None;
        // One unknown stands in many places of a large value, mostly one behind the other.
        let mut last = std::ptr::null();
        for value in values {
            value.any(&mut |inner| {
                if let K::Unknown(inner) = &inner.k
                    && !std::ptr::eq(Arc::as_ptr(inner), last)
                {
                    last = Arc::as_ptr(inner);
                    why.get_or_insert_with(|| inner.why.clone());
                    unk.depends_on.add_all(&inner.depends_on, MAX_REFERENCES);
                }
                unk.depends_on.len() >= MAX_REFERENCES
            });
        }
        unk.why = why.unwrap_or(Why::Computed(Name::new()));
        unk.ty = ty;
        unk
    }

    /// Makes it exactly this attribute.
    pub(crate) fn refer(&mut self, reference: Arc<Reference>) {
        self.depends_on = reference.clone().into();
        self.reference = Some(reference);
    }

    pub(crate) fn not_null(mut self) -> Self {
        self.not_null = true;
        self
    }
}

/// The most references that an unknown remembers.
const MAX_REFERENCES: usize = 256;

/// The most values that are kept for an undecided one.
pub(crate) const MAX_CANDIDATES: usize = 8;

/// The deepest nesting that is walked.
pub(crate) const MAX_DEPTH: usize = 256;

/// The part of a text's beginning that stays as it is whatever follows: the last character may yet be changed by a sign that is put
/// to it, unless it is one to which none is.
pub(crate) fn safe_prefix(text: &str) -> &str {
    const CLOSED: &str = "\t !\"#$%&'()*+,-./:;?@[\\]^_{|}~";
    if text.ends_with(|c| CLOSED.contains(c)) {
        return text;
    }
    // Signs of ASCII stand for themselves, but for the two that end a line together.
    if let [.., before, last] = text.as_bytes()
        && before.is_ascii()
        && last.is_ascii()
        && *last != b'\n'
    {
        return &text[..text.len() - 1];
    }
    let last = crate::functions::graphemes::grapheme_indices(text).last();
    last.and_then(|(at, _)| text.get(..at)).unwrap_or_default()
}

/// Strings of the language are in normal form C.
pub(crate) fn normalized(text: Name) -> Name {
    if text.is_ascii() || unicode_normalization::is_nfc(&text) {
        return text;
    }
    UnicodeNormalization::nfc(text.as_str()).collect()
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

    pub(crate) fn num(num: Num, origin: OriginId) -> Self {
        Self::new(K::Num(num), origin)
    }

    /// A string without places.
    pub(crate) fn str(text: impl Into<Name>, origin: OriginId) -> Self {
        Self::new(K::Str(Str { text: normalized(text.into()), placed: None, encoded: None }), origin)
    }

    /// A string as it stands in a file.
    pub(crate) fn literal(text: &Name, placed: Placed, origin: OriginId) -> Self {
        if !text.is_ascii() && !unicode_normalization::is_nfc(text) {
            // Places are offsets into the characters as written; they do not fit characters that were normalised.
            return Self::str(text.clone(), origin);
        }
        let placed = Text::literal(Literal { text: text.clone(), placed: Some(placed), origin });
        Self::new(K::Str(Str { text: text.clone(), placed: Some(placed), encoded: None }), origin)
    }

    /// A string or an unknown string from a text with places and perhaps holes.
    pub(crate) fn text(text: Text, origin: OriginId) -> Self {
        if let Some(characters) = text.known() {
            let normal = normalized(characters.clone());
            // Places are offsets into the characters as written; they do not fit characters that were normalised.
            let placed = (normal == characters).then(|| text.clone());
            return Self::new(K::Str(Str { text: normal, placed, encoded: None }), origin);
        }
        let why = text.holes().find_map(crate::export::why).unwrap_or(Why::Computed(Name::new()));
        let mut unk = Unk::new(why);
        unk.ty = Ty::String;
        unk.not_null = true;
        unk.prefix = safe_prefix(&text.prefix()).into();
        for reference in text.holes().flat_map(iaclint_value::Value::references) {
            unk.depends_on.add(reference, MAX_REFERENCES);
        }
        unk.text = Some(text);
        Self::new(K::Unknown(Arc::new(unk)), origin)
    }

    pub(crate) fn unk(unk: Unk, origin: OriginId) -> Self {
        Self::new(K::Unknown(Arc::new(unk)), origin)
    }

    pub(crate) fn unknown(why: Why, origin: OriginId) -> Self {
        Self::new(K::Unknown(Arc::new(Unk::new(why))), origin)
    }

    /// An attribute known after the deployment.
    pub(crate) fn reference(reference: Reference, origin: OriginId) -> Self {
        let reference = Arc::new(reference);
        let mut unk = Unk::new(Why::Attribute(reference.clone()));
        unk.refer(reference);
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

    pub(crate) fn as_num(&self) -> Option<&Num> {
        match &self.k {
            K::Num(num) => Some(num),
            _ => None,
        }
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.k, K::Unknown(_))
    }

    /// Visits this value and all inside it: elements and fields, the known part and the candidates of unknowns.
    pub(crate) fn visit(&self, visit: &mut dyn FnMut(&Val)) {
        fn inner(value: &Val, visit: &mut dyn FnMut(&Val), depth: usize) {
            visit(value);
            if depth >= MAX_DEPTH {
                return;
            }
            match &value.k {
                K::List(_, items) | K::Set(_, items) | K::Tuple(items) => {
                    items.iter().for_each(|v| inner(v, visit, depth + 1));
                }
                K::Map(_, fields) | K::Object(fields) => {
                    fields.iter().for_each(|f| inner(&f.2, visit, depth + 1));
                }
                K::Unknown(unk) => {
                    unk.partial.iter().for_each(|v| inner(v, visit, depth + 1));
                    unk.candidates.iter().for_each(|v| inner(v, visit, depth + 1));
                }
                K::Null(_) | K::Bool(_) | K::Num(_) | K::Str(_) => {}
            }
        }
        inner(self, visit, 0);
    }

    /// Whether something is so of this value or of any inside it: elements and fields, the known part and the candidates of unknowns.
    fn any(&self, is: &mut impl FnMut(&Val) -> bool) -> bool {
        fn inner(value: &Val, is: &mut impl FnMut(&Val) -> bool, depth: usize) -> bool {
            if is(value) {
                return true;
            }
            if depth >= MAX_DEPTH {
                return false;
            }
            match &value.k {
                K::List(_, items) | K::Set(_, items) | K::Tuple(items) => {
                    items.iter().any(|v| inner(v, is, depth + 1))
                }
                K::Map(_, fields) | K::Object(fields) => fields.iter().any(|f| inner(&f.2, is, depth + 1)),
                K::Unknown(unk) => {
                    unk.partial.as_deref().into_iter().chain(&unk.candidates).any(|v| inner(v, is, depth + 1))
                }
                K::Null(_) | K::Bool(_) | K::Num(_) | K::Str(_) => false,
            }
        }
        inner(self, is, 0)
    }

    /// The least and the greatest number that it can be.
    pub(crate) fn range(&self) -> Option<(&Num, Option<&Num>)> {
        match &self.k {
            K::Num(num) => Some((num, Some(num))),
            K::Unknown(unk) => unk.range.as_deref().map(|(least, most)| (least, most.as_ref())),
            _ => None,
        }
    }

    /// Whether it or anything inside it is unknown.
    pub(crate) fn has_unknown(&self) -> bool {
        self.any(&mut Val::is_unknown)
    }

    /// Whether it or anything inside it is a number that cannot be written.
    pub(crate) fn has_infinite(&self) -> bool {
        self.any(&mut |v| v.as_num().is_some_and(Num::is_infinite))
    }

    /// The marks of it and of all inside it.
    pub(crate) fn deep_marks(&self) -> Marks {
        let mut marks = Marks::NONE;
        self.any(&mut |v| {
            marks = marks.and(v.marks);
            false
        });
        marks
    }

    /// A list; its element type is the one type of its elements.
    pub(crate) fn list(element: Ty, items: Vec<Val>, origin: OriginId) -> Self {
        Self::new(K::List(element, items.into()), origin)
    }

    /// A set; the elements need not be sorted.
    pub(crate) fn set(element: Ty, items: Vec<Val>, origin: OriginId) -> Self {
        crate::sets::set(element, items, origin)
    }

    /// A map; the fields need not be sorted, of equal keys the last stands.
    pub(crate) fn map(element: Ty, fields: Fields, origin: OriginId) -> Self {
        Self::new(K::Map(element, Arc::new(sorted(fields))), origin)
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
    if fields.is_sorted_by(|a, b| a.0.as_bytes() < b.0.as_bytes()) {
        return fields;
    }
    fields.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    fields.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            std::mem::swap(later, earlier);
        }
        same
    });
    fields
}
