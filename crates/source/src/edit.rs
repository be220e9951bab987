//! Edits of files: byte ranges with other text in their place, so that all around them keeps its form.

use crate::Span;

/// Another text for a part of a file.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Edit {
    /// What is replaced; empty where text is put in.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    /// An edit.
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Whether both change the same bytes, or put text in at the same place.
    pub fn collides(&self, other: &Edit) -> bool {
        self.span.file == other.span.file
            && (self.span.start == other.span.start
                || self.span.start < other.span.end && other.span.start < self.span.end)
    }

    /// The text of a file after edits of it, none of which collide. What does not lie on character boundaries is left out.
    pub fn apply<'e>(text: &str, edits: impl IntoIterator<Item = &'e Edit>) -> String {
        let mut edits: Vec<&Edit> = edits.into_iter().collect();
        edits.sort_by_key(|e| (e.span.start, e.span.end));
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for edit in edits {
            let range = edit.span.range();
            let Some(before) = text.get(done..range.start) else { continue };
            if text.get(range.clone()).is_none() {
                continue;
            }
            out.push_str(before);
            out.push_str(&edit.text);
            done = range.end;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileId;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit::new(Span::new(FileId(0), start..end), text)
    }

    #[test]
    fn edits_are_applied_in_the_order_of_their_places() {
        let edits = [edit(4, 5, "C"), edit(0, 1, ""), edit(2, 2, "x")];
        assert_eq!(Edit::apply("a b c d", &edits), " xb C d");
    }

    #[test]
    fn an_edit_inside_a_character_is_left_out() {
        assert_eq!(Edit::apply("é!", &[edit(1, 2, "x"), edit(2, 3, "?")]), "é?");
    }

    #[test]
    fn edits_collide_when_they_share_bytes_or_a_place() {
        assert!(edit(0, 3, "").collides(&edit(2, 4, "")) && edit(2, 2, "").collides(&edit(2, 2, "")));
        assert!(!edit(0, 2, "").collides(&edit(2, 4, "")));
    }
}
