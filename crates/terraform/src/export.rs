//! From the evaluator's values to the values that leave the crate, and back.

use std::sync::Arc;

use iaclint_value::{
    Data, Encoding, Kind, List, Literal, Number, Object, OriginArena, OriginId, Piece, Text, Unknown, Value,
    Why, json,
};

use rustc_hash::FxHashMap;

use crate::num::Num;
use crate::ty::Ty;
use crate::val::{K, MAX_DEPTH, Str, Unk, Val};

/// What was made of values that stand in several places, by where they lie in memory. What lies there stays for as long.
#[derive(Debug, Default)]
pub(crate) struct Shared(FxHashMap<usize, (K, Data)>);

impl Shared {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What was made of a value before.
    pub(crate) fn known(&self, value: &Val) -> Option<Value> {
        let (_, data) = self.0.get(&place(&value.k)?)?;
        Some(Value { data: data.clone(), origin: value.origin, marks: value.marks })
    }
}

/// The value as the rest of the program sees it. A text that is JSON becomes the structure that it encodes. What is one in many places,
/// as the tags of all resources are, stays one.
pub(crate) fn export(value: &Val, arena: &mut OriginArena, shared: &mut Shared) -> Value {
    Export { into: Some((arena, shared)) }.value(value, 0)
}

/// The value as it stands in the hole of a text: JSON texts are not looked into.
pub(crate) fn hole(value: &Val) -> Value {
    Export { into: None }.value(value, 0)
}

struct Export<'a> {
    into: Option<(&'a mut OriginArena, &'a mut Shared)>,
}

/// Where a value lies that may stand in several places.
fn place(k: &K) -> Option<usize> {
    Some(match k {
        K::List(_, items) | K::Set(_, items) | K::Tuple(items) if Arc::strong_count(items) > 1 => {
            Arc::as_ptr(items).cast::<Val>().addr()
        }
        K::Map(_, fields) | K::Object(fields) if Arc::strong_count(fields) > 1 => Arc::as_ptr(fields).addr(),
        K::Unknown(unk) if Arc::strong_count(unk) > 1 => Arc::as_ptr(unk).addr(),
        _ => return None,
    })
}

impl Export<'_> {
    fn value(&mut self, value: &Val, depth: usize) -> Value {
        Value { data: self.data(value, depth), origin: value.origin, marks: value.marks }
    }

    fn data(&mut self, value: &Val, depth: usize) -> Data {
        if depth > MAX_DEPTH {
            return Value::unknown(Why::Limit, value.origin).data;
        }
        let place = if self.into.is_some() { place(&value.k) } else { None };
        if let Some((place, (_, shared))) = place.zip(self.into.as_ref())
            && let Some((_, data)) = shared.0.get(&place)
        {
            return data.clone();
        }
        let data = self.made(value, depth);
        if let Some((place, (_, shared))) = place.zip(self.into.as_mut()) {
            shared.0.insert(place, (value.k.clone(), data.clone()));
        }
        data
    }

    fn made(&mut self, value: &Val, depth: usize) -> Data {
        match &value.k {
            K::Null(_) => Data::Null,
            K::Bool(bool) => Data::Bool(*bool),
            K::Num(num) => Data::Number(number(num)),
            K::Str(str) => self.string(str, value.origin, depth),
            K::List(_, items) | K::Set(_, items) | K::Tuple(items) => self.list(items, true, depth),
            K::Map(_, fields) | K::Object(fields) => self.object(fields, true, depth),
            K::Unknown(unk) => self.unknown(unk, depth),
        }
    }

    fn string(&mut self, str: &Str, origin: OriginId, depth: usize) -> Data {
        if let Some((encoding, inner)) = str.encoded.as_deref() {
            return Data::Encoded(Arc::new((*encoding, self.value(inner, depth + 1))));
        }
        let text = str
            .placed
            .clone()
            .unwrap_or_else(|| Text::literal(Literal { text: str.text.clone(), placed: None, origin }));
        self.text(text)
    }

    fn text(&mut self, text: Text) -> Data {
        if let Some((arena, _)) = &mut self.into
            && json::looks_like_json(&text)
            && let Ok(read) = json::parse(&text, arena)
        {
            return Data::Encoded(Arc::new((Encoding::Json, read.value)));
        }
        Data::Text(text)
    }

    fn list(&mut self, items: &[Val], complete: bool, depth: usize) -> Data {
        let items = items.iter().map(|v| self.value(v, depth + 1)).collect();
        Data::List(Arc::new(List { items, complete }))
    }

    fn object(&mut self, fields: &crate::val::Fields, complete: bool, depth: usize) -> Data {
        let fields =
            fields.iter().map(|(name, at, v)| (name.clone(), *at, self.value(v, depth + 1))).collect();
        Data::Object(Arc::new(Object { fields, complete }))
    }

    fn unknown(&mut self, unk: &Unk, depth: usize) -> Data {
        if let Some(reference) = &unk.reference {
            return Data::Reference(reference.clone());
        }
        if let Some((encoding, inner)) = unk.encoded.as_deref() {
            return Data::Encoded(Arc::new((*encoding, self.value(inner, depth + 1))));
        }
        if let Some(text) = &unk.text {
            return self.text(text.clone());
        }
        if let Some(partial) = &unk.partial {
            if let Some(items) = partial.elements() {
                return self.list(items, false, depth);
            }
            if let Some(fields) = partial.fields() {
                return self.object(fields, false, depth);
            }
        }
        let candidates = unk.candidates.iter().map(|v| self.value(v, depth + 1)).collect();
        let (why, depends_on) = (unk.why.clone(), unk.depends_on.clone());
        Data::Unknown(Arc::new(Unknown { why, kind: kind(&unk.ty), depends_on, candidates }))
    }
}

fn number(num: &Num) -> Number {
    match num {
        Num::Int(int) => Number::Int(*int),
        Num::NegativeZero => Number::Int(0),
        Num::Big(_) | Num::Infinite { .. } => Number::decimal(num.to_string().into(), num.as_f64()),
    }
}

fn kind(ty: &Ty) -> Option<Kind> {
    Some(match ty {
        Ty::Dynamic => return None,
        Ty::Bool => Kind::Bool,
        Ty::Number => Kind::Number,
        Ty::String => Kind::Text,
        Ty::List(_) | Ty::Set(_) | Ty::Tuple(_) => Kind::List,
        Ty::Map(_) | Ty::Object(_) => Kind::Object,
    })
}

/// Why a value is not known, if it is not.
pub(crate) fn why(value: &Value) -> Option<Why> {
    let mut found = None;
    value.walk(&mut |inner| {
        if found.is_none() {
            found = match &inner.data {
                Data::Reference(reference) => Some(Why::Attribute(reference.clone())),
                Data::Unknown(unknown) => Some(unknown.why.clone()),
                _ => None,
            };
        }
    });
    found
}

/// The evaluator's value again, from a hole of a text or from decoded JSON: lists are tuples, objects objects.
pub(crate) fn import(value: &Value) -> Val {
    import_at(value, 0)
}

fn import_at(value: &Value, depth: usize) -> Val {
    let origin = value.origin;
    if depth > MAX_DEPTH {
        return Val::unknown(Why::Limit, origin);
    }
    let val = match &value.data {
        Data::Null => Val::null(origin),
        Data::Bool(bool) => Val::bool(*bool, origin),
        Data::Number(Number::Int(int)) => Val::int(*int, origin),
        Data::Number(Number::Decimal(decimal)) => match Num::parse(&decimal.0) {
            Some(num) => Val::num(num, origin),
            None => Val::unknown(Why::Limit, origin),
        },
        Data::List(list) => {
            let items = Val::tuple(list.items.iter().map(|v| import_at(v, depth + 1)).collect(), origin);
            if list.complete { items } else { partial(items, origin) }
        }
        Data::Object(object) => {
            let fields =
                object.fields.iter().map(|(n, at, v)| (n.clone(), *at, import_at(v, depth + 1))).collect();
            let fields = Val::object(fields, origin);
            if object.complete { fields } else { partial(fields, origin) }
        }
        Data::Text(text) => from_text(text.clone(), origin),
        Data::Reference(reference) => Val::reference((**reference).clone(), origin),
        Data::Encoded(inner) => encoded(inner.0, import_at(&inner.1, depth + 1), origin),
        Data::Unknown(unknown) => {
            let mut unk = Unk::new(unknown.why.clone());
            unk.depends_on.clone_from(&unknown.depends_on);
            unk.candidates = unknown.candidates.iter().map(|v| import_at(v, depth + 1)).collect();
            match unknown.kind {
                Some(Kind::Text) => unk.ty = Ty::String,
                Some(Kind::Number) => unk.ty = Ty::Number,
                Some(Kind::Bool) => unk.ty = Ty::Bool,
                Some(Kind::List | Kind::Object) | None => {}
            }
            Val::unk(unk, origin)
        }
    };
    val.marked(value.marks)
}

/// A collection of which only a part is known.
pub(crate) fn partial(known: Val, origin: OriginId) -> Val {
    let mut unk = Unk::of([&known], Ty::Dynamic).not_null();
    if let Some(items) = known.elements() {
        unk.len.0 = items.len() as u32;
    }
    unk.partial = Some(Box::new(known));
    Val::unk(unk, origin)
}

/// A string from a text; a text of one hole is the value in it.
pub(crate) fn from_text(text: Text, origin: OriginId) -> Val {
    if let [Piece::Hole(hole)] = text.pieces() {
        let mut val = import(hole);
        if let K::Unknown(unk) = &mut val.k {
            let unk = Arc::make_mut(unk);
            if unk.ty == Ty::Dynamic {
                unk.ty = Ty::String;
            }
            unk.not_null = true;
        }
        return if origin.is_some() { val.with_origin(origin) } else { val };
    }
    Val::text(text, origin)
}

/// A string that encodes a structure, known or not.
pub(crate) fn encoded(encoding: Encoding, inner: Val, origin: OriginId) -> Val {
    let text = match encoding {
        Encoding::Json => crate::json_out::json(&inner),
        Encoding::Yaml => crate::functions::yaml_out::yaml(&inner),
        Encoding::Base64 => {
            inner.as_str().map(|text| crate::functions::encoding::base64_text(text.as_bytes()))
        }
        Encoding::GzipBase64 => {
            inner.as_str().and_then(|text| crate::functions::encoding::gzip_text(text.as_bytes()))
        }
    };
    let marks = inner.deep_marks();
    let val = if let Some(text) = text {
        let text = crate::val::normalized(text.into());
        Val::new(K::Str(Str { text, placed: None, encoded: Some(Arc::new((encoding, inner))) }), origin)
    } else {
        let mut unk = Unk::of([&inner], Ty::String).not_null();
        if encoding == Encoding::Json {
            unk.prefix = match &inner.k {
                K::Object(_) | K::Map(..) => "{".into(),
                K::Tuple(_) | K::List(..) | K::Set(..) => "[".into(),
                K::Unknown(inner) if inner.ty == Ty::String && inner.not_null => "\"".into(),
                _ => unk.prefix,
            };
        }
        unk.encoded = Some(Box::new((encoding, inner)));
        Val::unk(unk, origin)
    };
    val.marked(marks)
}
