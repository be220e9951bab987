//! Functions that make texts: `Fn::Join`, `Fn::Sub`, `Fn::Base64`, `Fn::ToJsonString`; and texts as written.

use std::sync::Arc;

use iaclint_source::ProblemKind;
use iaclint_value::{
    Data, Encoding, Kind, Literal, Marks, OriginId, Piece, Placed, References, Text, Unknown, Value, Via,
    Why, json,
};

use super::{Evaluator, dynamic, placeholder};
use crate::stack::StackId;

/// The longest text that is put together, in bytes.
const MAX_TEXT: usize = 4 << 20;
/// The most pieces of a text.
const MAX_PIECES: usize = 20_000;

impl Evaluator<'_> {
    /// A text as it stands in the template.
    pub(super) fn written_text(&mut self, raw: &Value, text: &Text) -> Value {
        if let (Some(missing), [Piece::Literal(literal)]) = (self.missing, text.pieces()) {
            let found = placeholder::lookup(&literal.text);
            if let Some(what) = found.or_else(|| placeholder::lookup_when_missing(&literal.text, missing)) {
                let unknown = Unknown {
                    why: Why::LookUp(what.into()),
                    kind: Some(Kind::Text),
                    depends_on: References::none(),
                    candidates: Vec::new(),
                };
                return Value::new(Data::Unknown(unknown.into()), raw.origin);
            }
        }
        if !dynamic::may_hold(text) {
            return raw.clone();
        }
        let text = self.with_dynamic_references(text, OriginId::NONE);
        finished(text, raw.origin, raw.marks)
    }

    pub(super) fn join(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let Some([delimiter, list]) = self.arguments(at, raw, argument, "Fn::Join") else {
            return self.invalid(at, raw.origin, "Fn::Join takes a delimiter and a list");
        };
        let delimiter = self.value_or_null(at, delimiter);
        let list = self.value_or_null(at, list);
        let between = delimiter.to_text().map(|t| of_origin(&t, delimiter.origin));
        let (Some(between), Data::List(items)) = (between, &list.data) else {
            return match list.data {
                Data::Reference(_) | Data::Unknown(_) => {
                    self.unknown_of(&[&delimiter, &list], raw.origin, Some(Kind::Text))
                }
                _ => self.invalid(at, raw.origin, "Fn::Join takes a delimiter and a list"),
            };
        };
        if !items.complete {
            return self.unknown_of(&[&delimiter, &list], raw.origin, Some(Kind::Text));
        }
        let mut pieces = Vec::new();
        let mut marks = delimiter.marks.and(list.marks);
        let mut from = Vec::new();
        let flattened = items.items.iter().flat_map(|item| match &item.data {
            Data::List(inner) if inner.complete => inner.items.as_slice(),
            _ => std::slice::from_ref(item),
        });
        for (index, item) in flattened.enumerate() {
            if index > 0 {
                pieces.extend_from_slice(between.pieces());
            }
            marks = marks.and(item.marks);
            from.push(item.origin);
            let piece = self.piece(item).unwrap_or_else(|| {
                Piece::Hole(self.invalid(at, item.origin, "an item of Fn::Join is not a text"))
            });
            pieces.push(piece);
        }
        let origin = self.made(raw.origin, Via::Function("Fn::Join"), from);
        self.text_of(at, pieces, origin, marks)
    }

    /// A value as a piece of a text; a number keeps its place.
    fn piece(&self, value: &Value) -> Option<Piece> {
        match &value.data {
            Data::Number(_) | Data::Bool(_) => {
                let text = value.as_str()?;
                let span = self.span(value.origin).filter(|s| s.len() == text.len());
                let placed = span.map(Placed::verbatim);
                Some(Piece::Literal(Literal { text: (&*text).into(), placed, origin: value.origin }))
            }
            Data::Null | Data::List(_) | Data::Object(_) => None,
            Data::Text(text) => {
                let data = Data::Text(of_origin(text, value.origin));
                Some(Piece::Hole(Value { data, ..value.clone() }))
            }
            _ => Some(Piece::Hole(value.clone())),
        }
    }

    /// A text of pieces, bounded, with its dynamic references found.
    fn text_of(&mut self, at: StackId, pieces: Vec<Piece>, origin: OriginId, marks: Marks) -> Value {
        let mut text = Text::of(pieces);
        let bytes: usize = text
            .pieces()
            .iter()
            .map(|p| match p {
                Piece::Literal(literal) => literal.text.len(),
                Piece::Hole(_) => 1,
            })
            .sum();
        if bytes > MAX_TEXT || text.pieces().len() > MAX_PIECES {
            self.tell(
                at,
                ProblemKind::Limit,
                origin,
                format!("a text is longer than {} MiB", MAX_TEXT >> 20),
            );
            return Value::unknown(Why::Limit, origin).marked(marks);
        }
        if dynamic::may_hold(&text) || text.prefix().contains("{{") {
            text = self.with_dynamic_references(&text, OriginId::NONE);
        }
        finished(text, origin, marks)
    }

    pub(super) fn sub(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let (template, variables) = match &argument.data {
            Data::List(list) => match list.items.as_slice() {
                [template, variables] => (template, variables.as_object()),
                [template] => (template, None),
                _ => return self.invalid(at, raw.origin, "Fn::Sub takes a text and an object"),
            },
            _ => (argument, None),
        };
        // With the language extensions the text may itself be a function's answer.
        let evaluated;
        let template = match &template.data {
            Data::Object(_) => {
                evaluated = self.value_or_null(at, template);
                &evaluated
            }
            _ => template,
        };
        let text = match &template.data {
            Data::Text(text) => text,
            Data::Number(_) | Data::Bool(_) => return template.clone(),
            Data::Reference(_) | Data::Unknown(_) => {
                return self.unknown_of(&[template], raw.origin, Some(Kind::Text));
            }
            _ if self.stacks.get(at).is_some_and(|s| !s.template.transforms.is_empty()) => {
                return self.unknown_of(&[template], raw.origin, Some(Kind::Text));
            }
            _ => return self.invalid(at, raw.origin, "Fn::Sub takes a text"),
        };
        let text = &of_origin(text, template.origin);
        let flat = text.flatten();
        let mut pieces: Vec<Piece> = Vec::new();
        let mut from = Vec::new();
        let mut marks = Marks::NONE;
        let mut done = 0;
        let mut next = 0;
        while let Some(start) = flat.text[next..].find("${").map(|i| i + next) {
            let Some(end) = flat.text[start..].find('}').map(|i| i + start) else { break };
            next = end + 1;
            let name = flat.text[start + 2..end].trim();
            if let Some(rest) = flat.text[start + 2..end].strip_prefix('!') {
                // `${!x}` stands for `${x}`.
                pieces.extend_from_slice(text.slice(&flat, done..start + 2).pieces());
                done = end - rest.len();
                continue;
            }
            if name.is_empty() || name.contains(['$', '{', '\n', '"', ' ']) {
                next = start + 2;
                continue;
            }
            pieces.extend_from_slice(text.slice(&flat, done..start).pieces());
            done = next;
            let origin = match text.span(&flat, start..end + 1) {
                Some(span) => self.arena.add(span, Via::Written, []),
                None => template.origin,
            };
            let value = match variables.and_then(|v| v.get(name)) {
                Some(variable) => self.value_or_null(at, variable),
                None => match name.split_once('.') {
                    Some((id, attribute)) => self.attribute_of(at, id.trim(), attribute.trim(), origin),
                    None => self.thing(at, name, origin).unwrap_or_else(|| Value::text("")),
                },
            };
            marks = marks.and(value.marks);
            from.push(value.origin);
            let piece = self.piece(&value).unwrap_or_else(|| {
                let message = format!("${{{name}}} is not a text, so Fn::Sub cannot hold it");
                Piece::Hole(self.invalid(at, origin, message))
            });
            pieces.push(piece);
        }
        pieces.extend_from_slice(text.slice(&flat, done..flat.text.len()).pieces());
        let origin = self.made(raw.origin, Via::Function("Fn::Sub"), from);
        self.text_of(at, pieces, origin, marks)
    }

    pub(super) fn base64(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let inner = self.value_or_null(at, argument);
        let origin = self.made(raw.origin, Via::Function("Fn::Base64"), [inner.origin]);
        match &inner.data {
            Data::Null | Data::List(_) | Data::Object(_) => {
                self.invalid(at, raw.origin, "Fn::Base64 takes a text")
            }
            _ => Value::encoded(Encoding::Base64, inner, origin),
        }
    }

    pub(super) fn json_string(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let inner = self.value_or_null(at, argument);
        let origin = self.made(raw.origin, Via::Function("Fn::ToJsonString"), [inner.origin]);
        Value::encoded(Encoding::Json, inner, origin)
    }

    /// Makes every text in a value that is JSON the structure that it spells.
    pub fn read_json_in(&mut self, value: &mut Value) {
        match &mut value.data {
            Data::Text(text) if json::looks_like_json(text) => {
                if let Ok(json) = json::parse(&of_origin(text, value.origin), &mut self.arena) {
                    *value = Value::encoded(Encoding::Json, json.value, value.origin).marked(value.marks);
                }
            }
            Data::List(list) => {
                Arc::make_mut(list).items.iter_mut().for_each(|item| self.read_json_in(item));
            }
            Data::Object(object) => {
                Arc::make_mut(object).fields.iter_mut().for_each(|field| self.read_json_in(&mut field.2));
            }
            Data::Unknown(unknown) if !unknown.candidates.is_empty() => {
                Arc::make_mut(unknown).candidates.iter_mut().for_each(|item| self.read_json_in(item));
            }
            _ => {}
        }
    }
}

/// The text with `origin` on the literals that have none: as a part of something larger it must still know how it came there.
fn of_origin(text: &Text, origin: OriginId) -> Text {
    let owned = |piece: &Piece| match piece {
        Piece::Literal(literal) if !literal.origin.is_some() => {
            Piece::Literal(Literal { origin, ..literal.clone() })
        }
        other => other.clone(),
    };
    Text::of(text.pieces().iter().map(owned))
}

/// A text as a value; a text of one hole is what is in the hole.
fn finished(text: Text, origin: OriginId, marks: Marks) -> Value {
    match text.pieces() {
        [Piece::Hole(value)] => Value { data: value.data.clone(), origin, marks: marks.and(value.marks) },
        _ => Value::new(Data::Text(text), origin).marked(marks),
    }
}
