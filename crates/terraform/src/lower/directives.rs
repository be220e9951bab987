//! Directives in the comments of a file, each with what it covers; in JSON, the properties `//` are its comments.

use std::ops::Range;

use iaclint_graph::{Directive, may_hold_directives};
use iaclint_source::{SourceFile, Span};
use iaclint_value::{Data, OriginArena, OriginId, Value};

use super::scan::end_of_item;

/// The property that Terraform takes for a comment.
pub(super) const COMMENT: &str = "//";

/// The directives among these comments, which are in the order of the file.
pub(super) fn of(file: &SourceFile, comments: &[Range<usize>]) -> Vec<Directive> {
    if !may_hold_directives(&file.text) {
        return Vec::new();
    }
    let mut items = Items { file, last: None };
    // From the last one back: comments below each other speak of the same item.
    let mut below = (file.text.len(), file.text.len());
    let mut out = Vec::new();
    for comment in comments.iter().rev() {
        below = (comment.start, next_item(&file.text, comment.end, below));
        let Some(text) = file.text.get(comment.clone()) else { continue };
        let span = Span::new(file.id, comment.clone());
        out.extend(Directive::of_comment(text, span, || items.region(comment.start, below.1)));
    }
    out.reverse();
    out
}

/// The directives in the properties `//` of a JSON file: each covers the object that it stands in, with the name before it.
pub(super) fn of_json(file: &SourceFile, top: &Value, arena: &OriginArena) -> Vec<Directive> {
    let mut out = Vec::new();
    if may_hold_directives(&file.text) {
        JsonComments { file, arena, out: &mut out }.within(top, None);
    }
    out
}

struct JsonComments<'f> {
    file: &'f SourceFile,
    arena: &'f OriginArena,
    out: &'f mut Vec<Directive>,
}

impl JsonComments<'_> {
    fn span(&self, origin: OriginId) -> Span {
        self.arena.get(origin).map_or(Span::new(self.file.id, 0..0), |o| o.span)
    }

    /// What stands in a value that has this name.
    fn within(&mut self, value: &Value, name: Option<Span>) {
        match &value.data {
            Data::List(list) => list.items.iter().for_each(|item| self.within(item, None)),
            Data::Object(object) => {
                let object_span = self.span(value.origin);
                let start = name.map_or(object_span.start, |name| name.start);
                let region = Span::new(self.file.id, start as usize..object_span.end as usize);
                for (name, origin, inner) in &object.fields {
                    if name == COMMENT {
                        self.comment(inner, region);
                    } else {
                        self.within(inner, Some(self.span(*origin)));
                    }
                }
            }
            _ => {}
        }
    }

    fn comment(&mut self, comment: &Value, region: Span) {
        if let Some(list) = comment.as_list() {
            list.items.iter().for_each(|line| self.comment(line, region));
        }
        let Some(text) = comment.as_str() else { return };
        let quoted = self.span(comment.origin);
        let inside = quoted.slice(1..quoted.len().saturating_sub(1).max(1));
        self.out.extend(Directive::of_comment(&text, inside, || region));
    }
}

/// What comments speak of.
struct Items<'f> {
    file: &'f SourceFile,
    /// The last one, which the next comment may speak of as well.
    last: Option<Span>,
}

impl Items<'_> {
    /// The item on the comment's own line, or else the next one, which starts at `below`.
    fn region(&mut self, comment: usize, below: usize) -> Span {
        let text = self.file.text.as_str();
        let line_start = text.get(..comment).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
        let before = text.get(line_start..comment).unwrap_or_default();
        let start = if before.trim().is_empty() { below } else { line_start };
        match self.last {
            Some(last) if last.start as usize == start => last,
            _ => {
                let item = Span::new(self.file.id, start..end_of_item(text, start).max(start));
                self.last = Some(item);
                item
            }
        }
    }
}

/// The start of what follows past white space, or past the comment that follows; that comment's start and what follows it are `below`.
fn next_item(text: &str, from: usize, below: (usize, usize)) -> usize {
    let between = text.get(from..below.0).unwrap_or_default();
    if between.trim().is_empty() { below.1 } else { from + (between.len() - between.trim_start().len()) }
}

#[cfg(test)]
mod tests {
    use iaclint_graph::DirectiveScope;
    use iaclint_source::Sources;

    use super::*;

    fn covered(text: &str) -> Vec<String> {
        let sources = Sources::new();
        let file = sources.add("main.tf", text.to_owned());
        let comments = super::super::scan::scan(text).comments;
        of(&file, &comments)
            .into_iter()
            .map(|directive| match directive.scope {
                DirectiveScope::Region(span) => text[span.range()].to_owned(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_comment_covers_its_line_or_the_item_below_it() {
        let text = "resource \"a\" \"b\" {\n  port = 1 # iaclint: ignore[r]\n  # iaclint: ignore[r] because\n\n  # more\n  size = [\n    2,\n  ]\n  end = 3\n}\n";
        assert_eq!(covered(text), ["  port = 1 # iaclint: ignore[r]", "size = [\n    2,\n  ]"]);
    }

    #[test]
    fn a_comment_above_a_block_covers_the_block() {
        let text = "/* iaclint: ignore[r] */\nresource \"a\" \"b\" {\n  x = <<-E\n  }\n  E\n}\nlocals {}\n";
        assert_eq!(covered(text), ["resource \"a\" \"b\" {\n  x = <<-E\n  }\n  E\n}"]);
        let text = "module \"m\" { // iaclint: ignore[r]\n  source = \"./m\"\n}\n";
        assert_eq!(covered(text), [text.trim_end()]);
    }

    #[test]
    fn what_stands_in_a_text_is_no_directive() {
        let text = "locals {\n  a = \"# iaclint: ignore[r]\"\n  b = <<E\n# iaclint: ignore[r]\nE\n}\n";
        assert_eq!(covered(text), Vec::<String>::new());
    }

    #[test]
    fn in_json_a_comment_covers_the_object_that_it_stands_in_and_its_name() {
        let text = r#"{"resource": {"a": {"b": {"//": "iaclint: ignore[r] why", "x": [{"//": ["more", "iaclint: ignore[s]"]}]}}}}"#;
        let sources = Sources::new();
        let file = sources.add("main.tf.json", text.to_owned());
        let mut arena = OriginArena::new(0);
        let json = iaclint_value::json::parse_file(&file, &mut arena).unwrap();
        let found = of_json(&file, &json.value, &arena);
        let covered: Vec<_> = found
            .iter()
            .map(|directive| match &directive.scope {
                DirectiveScope::Region(span) => (&text[directive.rules[0].1.range()], &text[span.range()]),
                other => panic!("{other:?}"),
            })
            .collect();
        let inner = r#"{"//": ["more", "iaclint: ignore[s]"]}"#;
        let outer = format!(r#""b": {{"//": "iaclint: ignore[r] why", "x": [{inner}]}}"#);
        assert_eq!(covered, [("r", outer.as_str()), ("s", inner)]);
        assert_eq!(found[0].reason, "why");
    }

    #[test]
    fn a_comment_at_the_end_covers_nothing() {
        assert_eq!(covered("x = 1\n# iaclint: ignore[r]"), [""]);
    }
}
