//! Texts with places for the tests.

use iaclint_source::{FileId, Span};
use iaclint_value::{Literal, OriginId, Piece, Placed, Text, Value, Why};

/// `written` as a text that stands verbatim at the start of a file. `‹name›` is a hole.
pub fn placed(written: &str) -> Text {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < written.len() {
        let rest = &written[at..];
        if rest.starts_with('‹')
            && let Some(end) = rest.find('›')
        {
            let name = &rest['‹'.len_utf8()..end];
            pieces.push(Piece::Hole(Value::unknown(Why::Input(name.into()), OriginId::NONE)));
            at += end + '›'.len_utf8();
            continue;
        }
        let end = rest.match_indices('‹').map(|(at, _)| at).find(|at| *at > 0).unwrap_or(rest.len());
        let span = Span::new(FileId(0), at..at + end);
        let placed = Some(Placed::verbatim(span));
        pieces.push(Piece::Literal(Literal { text: rest[..end].into(), placed, origin: OriginId::NONE }));
        at += end;
    }
    Text::of(pieces)
}

/// What stands at a place in what was written.
#[track_caller]
pub fn at(written: &str, span: Option<Span>) -> &str {
    &written[span.expect("it has a place").range()]
}
