//! Texts made of literals and holes, with a map from every character back to the file.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use iaclint_source::Span;

use crate::{Data, Name, OriginId, Value};

/// Where a literal stands in a file, and how its characters map to the file's bytes.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The bytes of the literal in the file, as written (with escapes, without quotes).
    pub span: Span,
    /// Pairs of text offset and file offset, ascending: from each on, bytes map one to one until the next. Empty: the text stands
    /// verbatim at the span's start.
    pub breaks: Breaks,
}

/// Where the bytes of a literal stop to map one to one. Most literals have no such place, and need no room for it.
#[derive(Clone, Debug, Default)]
pub struct Breaks(Option<Arc<Vec<(u32, u32)>>>);

impl std::ops::Deref for Breaks {
    type Target = [(u32, u32)];

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<const N: usize> From<[(u32, u32); N]> for Breaks {
    fn from(breaks: [(u32, u32); N]) -> Self {
        Vec::from(breaks).into()
    }
}

impl From<Vec<(u32, u32)>> for Breaks {
    fn from(breaks: Vec<(u32, u32)>) -> Self {
        Self((!breaks.is_empty()).then(|| Arc::new(breaks)))
    }
}

impl Placed {
    /// A literal that stands verbatim at `span`.
    pub fn verbatim(span: Span) -> Self {
        Self { span, breaks: Breaks::default() }
    }

    /// The file offset of the text offset `at`; the span's end for `at` at or past the end of the text.
    fn offset(&self, at: usize, text_len: usize) -> u32 {
        if at >= text_len {
            return self.span.end;
        }
        let index = self.breaks.partition_point(|&(text, _)| text as usize <= at);
        let (text, file) = if index == 0 { (0, self.span.start) } else { self.breaks[index - 1] };
        (file + (at as u32 - text)).min(self.span.end)
    }

    fn slice(&self, range: Range<usize>, text_len: usize) -> Placed {
        let span = Span {
            file: self.span.file,
            start: self.offset(range.start, text_len),
            end: self.offset(range.end, text_len),
        };
        let mut breaks: Vec<(u32, u32)> = Vec::new();
        if !self.breaks.is_empty() {
            breaks.push((0, span.start));
            // A long text is cut into many slices, so only the breaks inside are touched.
            let first = self.breaks.partition_point(|&(text, _)| text as usize <= range.start);
            let inside = self.breaks[first..].iter().take_while(|(text, _)| (*text as usize) < range.end);
            breaks.extend(inside.map(|&(text, file)| (text - range.start as u32, file)));
        }
        Placed { span, breaks: breaks.into() }
    }
}

/// Known characters of a text.
#[derive(Clone, Debug)]
pub struct Literal {
    /// The characters.
    pub text: Name,
    /// Where they stand; `None` for text that a function made.
    pub placed: Option<Placed>,
    /// The origin of this part, which may differ from the text's (`"${local.scheme}://"`).
    pub origin: OriginId,
}

/// One piece of a text.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Known characters.
    Literal(Literal),
    /// A value that is not known as text: a reference, an unknown, an encoded structure.
    Hole(Value),
}

/// A text: literals and holes in order. Equality is of characters and holes, not of places.
#[derive(Clone, Debug)]
pub struct Text {
    pieces: Arc<[Piece]>,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        if let (Some(a), Some(b)) = (self.as_str(), other.as_str()) {
            return a == b;
        }
        let (a, b) = (self.flatten(), other.flatten());
        a.text == b.text
            && a.holes.len() == b.holes.len()
            && a.holes.iter().zip(&b.holes).all(|(x, y)| {
                x.0 == y.0 && matches!((&self.pieces[x.1], &other.pieces[y.1]), (Piece::Hole(p), Piece::Hole(q)) if p == q)
            })
    }
}

impl Text {
    /// A text without places.
    pub fn plain(text: &str, origin: OriginId) -> Self {
        Self::literal(Literal { text: text.into(), placed: None, origin })
    }

    /// One literal.
    pub fn literal(literal: Literal) -> Self {
        Self { pieces: Arc::new([Piece::Literal(literal)]) }
    }

    /// One hole.
    pub fn hole(value: Value) -> Self {
        Self { pieces: Arc::new([Piece::Hole(value)]) }
    }

    /// A text of pieces; empty literals are dropped, holes that are themselves texts are spliced in.
    pub fn of(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let pieces = pieces.into_iter();
        let mut out = Vec::with_capacity(pieces.size_hint().0);
        for piece in pieces {
            match piece {
                Piece::Literal(literal) if literal.text.is_empty() => {}
                Piece::Hole(Value { data: Data::Text(text), marks, .. }) => {
                    out.extend(
                        text.pieces
                            .iter()
                            .filter(|p| !matches!(p, Piece::Literal(l) if l.text.is_empty()))
                            .map(|p| match p {
                                Piece::Hole(value) => Piece::Hole(value.clone().marked(marks)),
                                Piece::Literal(_) => p.clone(),
                            }),
                    );
                }
                other => out.push(other),
            }
        }
        if out.is_empty() {
            out.push(Piece::Literal(Literal { text: Name::new(), placed: None, origin: OriginId::NONE }));
        }
        Self { pieces: out.into() }
    }

    /// The pieces.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The characters, if there is no hole.
    pub fn as_str(&self) -> Option<Cow<'_, str>> {
        if let [Piece::Literal(literal)] = &*self.pieces {
            return Some(Cow::Borrowed(&literal.text));
        }
        if self.holes().next().is_some() {
            return None;
        }
        let mut out = String::new();
        for piece in &*self.pieces {
            let Piece::Literal(literal) = piece else { return None };
            out.push_str(&literal.text);
        }
        Some(Cow::Owned(out))
    }

    /// The characters, if there is no hole, to keep.
    pub fn known(&self) -> Option<Name> {
        if let [Piece::Literal(literal)] = &*self.pieces {
            return Some(literal.text.clone());
        }
        if self.holes().next().is_some() {
            return None;
        }
        self.as_str().map(Name::from)
    }

    /// The known characters before the first hole.
    pub fn prefix(&self) -> String {
        let mut out = String::new();
        for piece in &*self.pieces {
            let Piece::Literal(literal) = piece else { break };
            out.push_str(&literal.text);
        }
        out
    }

    /// The known characters after the last hole.
    pub fn suffix(&self) -> String {
        let mut parts: Vec<&str> = Vec::new();
        for piece in self.pieces.iter().rev() {
            let Piece::Literal(literal) = piece else { break };
            parts.push(&literal.text);
        }
        parts.reverse();
        parts.concat()
    }

    /// The values in the holes.
    pub fn holes(&self) -> impl Iterator<Item = &Value> {
        self.pieces.iter().filter_map(|p| match p {
            Piece::Hole(value) => Some(value),
            Piece::Literal(_) => None,
        })
    }

    /// The whole text as one string in which each hole is one [`Flat::HOLE`].
    pub fn flatten(&self) -> Flat {
        let mut flat =
            Flat { text: String::new(), starts: Vec::with_capacity(self.pieces.len()), holes: Vec::new() };
        for (index, piece) in self.pieces.iter().enumerate() {
            flat.starts.push(flat.text.len());
            match piece {
                Piece::Literal(literal) => flat.text.push_str(&literal.text),
                Piece::Hole(_) => {
                    flat.holes.push((flat.text.len(), index));
                    flat.text.push(Flat::HOLE);
                }
            }
        }
        flat
    }

    /// The part `range` of the flattened text. `flat` must be [`Text::flatten`] of this text, and the range lie on character boundaries.
    #[must_use]
    pub fn slice(&self, flat: &Flat, range: Range<usize>) -> Text {
        if let [Piece::Literal(literal)] = self.pieces()
            && let Some(part) = literal.text.get(range.start..range.end.min(literal.text.len()))
            && !part.is_empty()
        {
            let placed = literal.placed.as_ref().map(|p| p.slice(range, literal.text.len()));
            return Text::literal(Literal { text: part.into(), placed, origin: literal.origin });
        }
        let mut pieces = Vec::new();
        let mut index = flat.starts.partition_point(|&s| s <= range.start).saturating_sub(1);
        while index < self.pieces.len() && flat.starts[index] < range.end {
            let start = flat.starts[index];
            match &self.pieces[index] {
                Piece::Hole(_) => {
                    if start >= range.start {
                        pieces.push(self.pieces[index].clone());
                    }
                }
                Piece::Literal(literal) => {
                    let from = range.start.saturating_sub(start);
                    let to = (range.end - start).min(literal.text.len());
                    if let Some(part) = literal.text.get(from..to)
                        && !part.is_empty()
                    {
                        pieces.push(Piece::Literal(Literal {
                            text: part.into(),
                            placed: literal.placed.as_ref().map(|p| p.slice(from..to, literal.text.len())),
                            origin: literal.origin,
                        }));
                    }
                }
            }
            index += 1;
        }
        Text::of(pieces)
    }

    /// The piece that stands at this offset of the flattened text.
    pub fn piece_at(&self, flat: &Flat, offset: usize) -> Option<&Piece> {
        let index = flat.starts.partition_point(|&s| s <= offset).checked_sub(1)?;
        self.pieces.get(index)
    }

    /// The place in a file of the part `range` of the flattened text: of its first literal that has one, widened to the last in the
    /// same file that lies behind it.
    pub fn span(&self, flat: &Flat, range: Range<usize>) -> Option<Span> {
        let mut found: Option<Span> = None;
        let first = flat.starts.partition_point(|&s| s <= range.start).saturating_sub(1);
        for index in first..self.pieces.len() {
            let start = flat.starts[index];
            if start >= range.end.max(range.start + 1) {
                break;
            }
            let Piece::Literal(literal) = &self.pieces[index] else { continue };
            let Some(placed) = &literal.placed else { continue };
            let from = range.start.saturating_sub(start).min(literal.text.len());
            let to = range.end.saturating_sub(start).min(literal.text.len());
            let span = Span {
                file: placed.span.file,
                start: placed.offset(from, literal.text.len()),
                end: placed.offset(to, literal.text.len()),
            };
            found = Some(match found {
                Some(before) if before.file == span.file && before.end <= span.start => before.to(span),
                Some(before) => before,
                None => span,
            });
        }
        found
    }
}

/// A text as one string, for parsers.
#[derive(Clone, Debug)]
pub struct Flat {
    /// The characters; each hole is one [`Flat::HOLE`].
    pub text: String,
    starts: Vec<usize>,
    /// Offset in `text` and piece number of each hole.
    holes: Vec<(usize, usize)>,
}

impl Flat {
    /// The character that stands for a hole. It may also occur in a literal: ask [`Flat::hole_at`].
    pub const HOLE: char = '\u{fffc}';

    /// The piece number of the hole that stands at this offset.
    pub fn hole_at(&self, offset: usize) -> Option<usize> {
        self.holes.binary_search_by_key(&offset, |h| h.0).ok().map(|i| self.holes[i].1)
    }

    /// Whether a hole stands in the range.
    pub fn has_hole(&self, range: Range<usize>) -> bool {
        let index = self.holes.partition_point(|h| h.0 < range.start);
        self.holes.get(index).is_some_and(|h| h.0 < range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Why;
    use iaclint_source::FileId;

    fn span(start: usize, end: usize) -> Span {
        Span::new(FileId(0), start..end)
    }

    fn placed(text: &str, at: usize) -> Piece {
        let placed = Some(Placed::verbatim(span(at, at + text.len())));
        Piece::Literal(Literal { text: text.into(), placed, origin: OriginId::NONE })
    }

    #[test]
    fn a_slice_keeps_its_place_in_the_file() {
        let hole = Value::unknown(Why::Condition, OriginId::NONE);
        let text = Text::of([placed("postgres://", 100), Piece::Hole(hole), placed(":5432/app", 120)]);
        let flat = text.flatten();
        let port = flat.text.find("5432").unwrap();
        assert_eq!(text.span(&flat, port..port + 4), Some(span(121, 125)));
        let rest = text.slice(&flat, port..flat.text.len());
        assert_eq!(rest.as_str().unwrap(), "5432/app");
        assert_eq!(rest.span(&rest.flatten(), 0..4), Some(span(121, 125)));
        assert_eq!((text.prefix().as_str(), text.suffix().as_str()), ("postgres://", ":5432/app"));
    }

    #[test]
    fn escapes_shift_the_map() {
        // In the file: a\"b at 10..14; the text is a"b.
        let literal = Literal {
            text: "a\"b".into(),
            placed: Some(Placed { span: span(10, 14), breaks: [(0, 10), (2, 13)].into() }),
            origin: OriginId::NONE,
        };
        let text = Text::literal(literal);
        let flat = text.flatten();
        assert_eq!(text.span(&flat, 2..3), Some(span(13, 14)));
        assert_eq!(text.span(&flat, 1..2), Some(span(11, 13)));
    }

    #[test]
    fn a_text_in_a_hole_is_spliced() {
        let inner = Value::text("b");
        let text = Text::of([placed("a", 0), Piece::Hole(inner), placed("c", 2)]);
        assert_eq!(text.as_str().unwrap(), "abc");
    }
}
