//! Taking a directive out of the comment that it stands in.

use std::ops::Range;

/// What goes with the comment whose words stand at `words`: its signs and the space before them, and the line where it stands alone.
/// Nothing when no `#` or `//` begins the comment, or something follows it.
pub(crate) fn whole_comment(text: &str, words: Range<usize>) -> Option<Range<usize>> {
    let line_start = text.get(..words.start)?.rfind('\n').map_or(0, |at| at + 1);
    let line_end = text.get(words.end..)?.find('\n').map_or(text.len(), |at| words.end + at);
    let signs = |c: char| matches!(c, '#' | '/') || c.is_whitespace();
    let before = text.get(line_start..words.start)?;
    let kept = before.trim_end_matches(signs);
    let begins = before.get(kept.len()..)?.trim();
    let ends = text.get(words.end..line_end)?.trim().is_empty();
    if !ends || !(begins.starts_with('#') || begins.starts_with("//")) {
        return None;
    }
    let end = words.end + text.get(words.end..line_end)?.trim_end_matches('\r').len();
    if !kept.is_empty() {
        return Some(line_start + kept.len()..end);
    }
    // The end of the line before goes rather than that of its own: editors move what begins in an indentation behind it.
    let previous =
        text.get(..line_start)?.strip_suffix('\n').map(|t| t.strip_suffix('\r').unwrap_or(t).len());
    Some(match previous {
        Some(previous) => previous..end,
        None => 0..(line_end + 1).min(text.len()),
    })
}

/// What goes with one of several names between brackets: the comma behind it, or else the one before it.
pub(crate) fn one_of_list(text: &str, name: Range<usize>) -> Option<Range<usize>> {
    let behind = text.get(name.end..)?;
    if let Some(rest) = behind.trim_start().strip_prefix(',') {
        let next = rest.len() - rest.trim_start().len();
        return Some(name.start..text.len() - rest.len() + next);
    }
    let before = text.get(..name.start)?.trim_end().strip_suffix(',')?;
    Some(before.trim_end().len()..name.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str) -> Option<String> {
        let start = text.find("iaclint:")?;
        let end = start + text[start..].find(['\r', '\n']).unwrap_or(text.len() - start);
        let range = whole_comment(text, start..end)?;
        Some(format!("{}{}", &text[..range.start], &text[range.end..]))
    }

    #[test]
    fn a_comment_goes_with_its_line_or_with_the_space_before_it() {
        let cases = [
            ("a {\n  # iaclint: ignore[r] why\n  b\n}\n", "a {\n  b\n}\n"),
            ("a {\r\n  // iaclint: ignore[r]\r\n  b\r\n}\r\n", "a {\r\n  b\r\n}\r\n"),
            ("# iaclint: ignore-file[r]\na\n", "a\n"),
            ("a = 1 # iaclint: ignore[r] why\nb\n", "a = 1\nb\n"),
            ("a\n# iaclint: ignore[r]", "a"),
        ];
        for (text, wanted) in cases {
            assert_eq!(without(text).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_comment_of_a_line_stays() {
        assert_eq!(without("{ \"//\": \"iaclint: ignore[r]\" }\n"), None);
        assert_eq!(without("iaclint: ignore[r]\n"), None);
        let text = "/* iaclint: ignore[r] */ a";
        assert_eq!(whole_comment(text, 3..21), None);
    }

    #[test]
    fn a_name_goes_with_a_comma() {
        let text = "[first, second, third]";
        let of = |name: &str| {
            let at = text.find(name).unwrap();
            one_of_list(text, at..at + name.len()).map(|r| format!("{}{}", &text[..r.start], &text[r.end..]))
        };
        assert_eq!(of("first").as_deref(), Some("[second, third]"));
        assert_eq!(of("second").as_deref(), Some("[first, third]"));
        assert_eq!(of("third").as_deref(), Some("[first, second]"));
    }
}
