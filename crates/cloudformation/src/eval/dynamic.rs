//! Dynamic references: `{{resolve:secretsmanager:…}}` and `{{resolve:ssm:…}}` inside texts.

use std::sync::Arc;

use iaclint_value::{Data, Flat, Kind, Piece, Reference, Step, Target, Text, Unknown, Value, Via, Why};

use super::Evaluator;

const OPEN: &str = "{{resolve:";

/// Whether a text may hold a dynamic reference.
pub(super) fn may_hold(text: &Text) -> bool {
    text.pieces().iter().any(|p| matches!(p, Piece::Literal(l) if l.text.contains(OPEN)))
}

impl Evaluator<'_> {
    /// The text with a hole for every dynamic reference in it.
    pub(super) fn with_dynamic_references(&mut self, text: &Text, origin: iaclint_value::OriginId) -> Text {
        let flat = text.flatten();
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        while let Some(start) = flat.text[at..].find(OPEN).map(|i| i + at) {
            let Some(end) = flat.text[start..].find("}}").map(|i| i + start) else { break };
            let inner = start + OPEN.len()..end;
            let Some(colon) = flat.text[inner.clone()].find(':').map(|i| i + inner.start) else { break };
            let service = &flat.text[inner.start..colon];
            let place = text.span(&flat, start..end + 2);
            let origin = match place {
                Some(span) => self.arena.add(span, Via::Written, [origin]),
                None => origin,
            };
            pieces.extend_from_slice(text.slice(&flat, at..start).pieces());
            let data = dynamic(text, &flat, service, colon + 1..end);
            pieces.push(Piece::Hole(Value::new(data, origin)));
            at = end + 2;
        }
        if pieces.is_empty() {
            return text.clone();
        }
        pieces.extend_from_slice(text.slice(&flat, at..flat.text.len()).pieces());
        Text::of(pieces)
    }
}

fn dynamic(text: &Text, flat: &Flat, service: &str, key: std::ops::Range<usize>) -> Data {
    let whole = text.slice(flat, key.clone());
    if service == "secretsmanager" {
        // The id is an ARN of seven parts, or what stands before the first colon.
        let written = &flat.text[key.clone()];
        let colons = if written.starts_with("arn:") { 6 } else { 0 };
        let id_len = written.match_indices(':').nth(colons).map_or(written.len(), |(i, _)| i);
        let id = text.slice(flat, key.start..key.start + id_len);
        let rest = written.get(id_len + 1..).unwrap_or_default();
        let mut parts = rest.split(':').skip(1);
        let json_key = parts.next().filter(|k| !k.is_empty() && !k.contains(Flat::HOLE));
        if let [Piece::Hole(Value { data: Data::Reference(secret), .. })] = id.pieces()
            && let Target::Resource(_) = &secret.target
        {
            let mut reference = (**secret).clone();
            if matches!(&*reference.attribute(), "Ref" | "Id") {
                reference.path.clear();
            }
            reference.path.push(Step::Attr("SecretString".into()));
            reference.path.extend(json_key.map(|k| Step::Attr(k.into())));
            return Data::Reference(reference.into());
        }
    }
    let shown = Value::new(Data::Text(whole.clone()), iaclint_value::OriginId::NONE).display();
    let target = Target::Dynamic { service: service.into(), key: shown.into() };
    let reference = Reference::to(target);
    let within: Vec<Arc<Reference>> = whole.holes().flat_map(Value::references).take(16).cloned().collect();
    if within.is_empty() {
        return Data::Reference(reference.into());
    }
    let why = Why::LookUp(reference.to_string().into());
    let depends_on = std::iter::once(Arc::new(reference)).chain(within).collect();
    Data::Unknown(Unknown { why, kind: Some(Kind::Text), depends_on, candidates: Vec::new() }.into())
}
