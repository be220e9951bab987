//! Directives in the comments of a file, each with what it covers.

use std::ops::Range;

use iaclint_graph::{Directive, may_hold_directives};
use iaclint_source::{SourceFile, Span};

use super::scan::end_of_item;

/// The directives among these comments.
pub(super) fn of(file: &SourceFile, comments: &[Range<usize>]) -> Vec<Directive> {
    if !may_hold_directives(&file.text) {
        return Vec::new();
    }
    let read = |range: &Range<usize>| {
        let text = file.text.get(range.clone())?;
        let region = || region(file, range, comments);
        Directive::of_comment(text, Span::new(file.id, range.clone()), region)
    };
    comments.iter().filter_map(read).collect()
}

/// What a comment speaks of: the item on its own line, or else the next item below it.
fn region(file: &SourceFile, comment: &Range<usize>, comments: &[Range<usize>]) -> Span {
    let text = file.text.as_str();
    let line_start = text.get(..comment.start).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
    let before = text.get(line_start..comment.start).unwrap_or_default();
    let start = if before.trim().is_empty() { next_item(text, comment.end, comments) } else { line_start };
    Span::new(file.id, start..end_of_item(text, start).max(start))
}

/// The start of what follows, past white space and other comments.
fn next_item(text: &str, from: usize, comments: &[Range<usize>]) -> usize {
    let mut at = from;
    let later = comments.iter().filter(|c| c.start >= from);
    for comment in later {
        let between = text.get(at..comment.start).unwrap_or_default();
        if !between.trim().is_empty() {
            break;
        }
        at = comment.end;
    }
    let rest = text.get(at..).unwrap_or_default();
    at + (rest.len() - rest.trim_start().len())
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
    fn a_comment_at_the_end_covers_nothing() {
        assert_eq!(covered("x = 1\n# iaclint: ignore[r]"), [""]);
    }
}
