//! What the functions on strings need to know of a text with holes.

use iaclint_value::{Data, Flat, Literal, OriginId, Piece, Text, Unknown, Value};

use crate::template::text_of;
use crate::val::{K, Val};

/// The text of a string argument.
pub(super) fn text(value: &Val) -> Text {
    text_of(value).unwrap_or_else(|| Text::hole(crate::export::hole(value)))
}

/// The text of a value of which parts are known: a known string, or an unknown one with literals in it.
pub(super) fn parts(value: &Val) -> Option<Text> {
    match &value.k {
        K::Str(_) => Some(text(value)),
        K::Unknown(unk) if unk.text.is_some() => Some(text(value)),
        _ => None,
    }
}

/// What a function has changed in a hole: nothing is known of it any more but what it depends on.
pub(super) fn opaque(hole: &Value) -> Value {
    let depends_on = hole.references().into_iter().cloned().collect();
    let why = crate::export::why(hole).unwrap_or(iaclint_value::Why::Computed(iaclint_value::Name::new()));
    let kind = Some(iaclint_value::Kind::Text);
    let unknown = Unknown { why, kind, depends_on, candidates: Vec::new() };
    Value::new(Data::Unknown(std::sync::Arc::new(unknown)), hole.origin).marked(hole.marks)
}

/// The text with every literal changed, the holes made opaque.
pub(super) fn map_literals(text: &Text, change: impl Fn(&str) -> String) -> Text {
    Text::of(text.pieces().iter().map(|piece| match piece {
        Piece::Literal(literal) => {
            let changed = change(&literal.text);
            if changed == literal.text { piece.clone() } else { made(&changed, literal.origin) }
        }
        Piece::Hole(hole) => Piece::Hole(opaque(hole)),
    }))
}

/// Characters that a function made.
pub(super) fn made(text: &str, origin: OriginId) -> Piece {
    Piece::Literal(Literal { text: text.into(), placed: None, origin })
}

/// The part of a text between two offsets of its flattened form.
pub(super) fn slice(text: &Text, flat: &Flat, start: usize, end: usize) -> Text {
    text.slice(flat, start..end.max(start))
}

/// Where the first and the last literal run of a text end: the characters that surely stand at its edges.
pub(super) fn edges(text: &Text) -> (String, String) {
    (text.prefix(), text.suffix())
}
