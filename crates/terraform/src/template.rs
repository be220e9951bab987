//! Templates: literals and interpolated values joined to one text.

use std::sync::Arc;

use iaclint_value::{Literal, Marks, OriginArena, OriginId, Piece, Text};

use crate::convert::primitive_text;
use crate::export;
use crate::ty::Ty;
use crate::val::{K, Val, safe_prefix};

/// A part of a template.
#[derive(Clone, Debug)]
pub(crate) enum TemplatePart {
    /// Literal text with its place.
    Literal(Literal),
    /// An interpolated value.
    Value(Val),
}

impl TemplatePart {
    /// Text of no place.
    pub(crate) fn plain(text: &str) -> Self {
        Self::Literal(Literal { text: text.into(), placed: None, origin: OriginId::NONE })
    }
}

/// Joins the parts of a template; a lone interpolation keeps its type. `origin` is that of the whole template.
pub(crate) fn template(
    parts: Vec<TemplatePart>,
    origin: OriginId,
    _: &mut OriginArena,
) -> Result<Val, String> {
    if let [TemplatePart::Value(value)] = parts.as_slice() {
        return Ok(value.clone());
    }
    let mut pieces: Vec<Piece> = Vec::with_capacity(parts.len());
    let mut marks = Marks::NONE;
    // What stands before the first value that is not known; how that itself begins is not looked at.
    let mut before: Option<usize> = None;
    for part in parts {
        match part {
            TemplatePart::Literal(literal) if literal.text.is_empty() => {}
            TemplatePart::Literal(literal) => pieces.push(Piece::Literal(literal)),
            TemplatePart::Value(value) => {
                marks = marks.and(value.deep_marks());
                if value.is_null() {
                    return Err("the expression result is null, and null cannot be put into a text".into());
                }
                if value.is_unknown() {
                    before.get_or_insert(pieces.len());
                }
                // One that is not known may be of any type until it is.
                match text_of(&value) {
                    Some(text) => pieces.extend_from_slice(text.pieces()),
                    None if value.is_unknown() => pieces.push(Piece::Hole(export::hole(&value))),
                    None => {
                        return Err(format!(
                            "cannot put a value of type {} into a text: string required",
                            Ty::outline(&value).friendly()
                        ));
                    }
                }
            }
        }
    }
    let known = before.map(|count| {
        let literals = pieces[..count].iter().map(|piece| match piece {
            Piece::Literal(literal) => literal.text.as_str(),
            Piece::Hole(_) => "",
        });
        literals.collect::<String>()
    });
    let mut value = Val::text(Text::of(pieces), origin);
    if let (K::Unknown(unk), Some(known)) = (&mut value.k, known) {
        Arc::make_mut(unk).prefix = safe_prefix(&known).into();
    }
    Ok(value.marked(marks))
}

/// The text of a value: of a known bool, number or string its characters, of an unknown its parts or one hole. Null, lists and
/// objects have none.
pub(crate) fn text_of(value: &Val) -> Option<Text> {
    match &value.k {
        K::Str(str) => {
            let placed = str.placed.clone();
            Some(placed.unwrap_or_else(|| made(&str.text, value.origin)))
        }
        K::Bool(_) | K::Num(_) => Some(made(&primitive_text(value)?, value.origin)),
        K::Unknown(unk) => match &unk.ty {
            Ty::List(_) | Ty::Set(_) | Ty::Map(_) | Ty::Tuple(_) | Ty::Object(_) => None,
            _ => Some(match &unk.text {
                Some(text) if unk.reference.is_none() => text.clone(),
                _ => Text::hole(export::hole(value)),
            }),
        },
        _ => None,
    }
}

fn made(text: &str, origin: OriginId) -> Text {
    Text::literal(Literal { text: text.into(), placed: None, origin })
}

#[cfg(test)]
mod tests {
    use super::*;
    use iaclint_source::{FileId, Span};
    use iaclint_value::{Placed, Reference, ResourceKey, RootId};

    fn literal(text: &str, at: usize) -> TemplatePart {
        let placed = Some(Placed::verbatim(Span::new(FileId(0), at..at + text.len())));
        TemplatePart::Literal(Literal { text: text.into(), placed, origin: OriginId::NONE })
    }

    #[test]
    fn a_reference_is_a_hole_between_the_literals() {
        let reference = Reference::resource(ResourceKey::new(RootId(0), "aws_db_instance.main"), "endpoint");
        let parts = vec![
            literal("postgres://", 10),
            TemplatePart::Value(Val::reference(reference.clone(), OriginId::NONE)),
            literal(":", 50),
            TemplatePart::Value(Val::int(5432, OriginId::NONE)),
        ];
        let value = template(parts, OriginId::NONE, &mut OriginArena::new(0)).unwrap();
        let unk = value.as_unknown().unwrap();
        assert_eq!(unk.prefix, "postgres://");
        assert_eq!(*unk.depends_on, [std::sync::Arc::new(reference)]);
        let text = unk.text.as_ref().unwrap();
        assert_eq!(text.suffix(), ":5432");
        let flat = text.flatten();
        assert_eq!(text.span(&flat, 2..4).unwrap().start, 12);
    }

    #[test]
    fn null_and_lists_cannot_be_put_into_a_text() {
        for value in [Val::null(OriginId::NONE), Val::tuple(Vec::new(), OriginId::NONE)] {
            let parts = vec![literal("x", 0), TemplatePart::Value(value)];
            assert!(template(parts, OriginId::NONE, &mut OriginArena::new(0)).is_err());
        }
    }
}
