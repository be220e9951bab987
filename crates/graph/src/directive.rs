//! Directives: what the user says about findings, in a comment or in metadata.

use iaclint_source::{FileId, Span};
use iaclint_value::{Name, RootId};

/// What starts a directive in a comment.
const MARK: &str = "iaclint:";

/// `iaclint: ignore[rule, until=2027-03-01] reason`, wherever it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive {
    /// What it covers.
    pub scope: DirectiveScope,
    /// The rules that it names, each with its place.
    pub rules: Vec<(Name, Span)>,
    /// The last day on which it counts, as written, with its place.
    pub until: Option<(Name, Span)>,
    /// Why, in the user's words.
    pub reason: Name,
    /// All of it.
    pub span: Span,
    /// What is wrong with how it is written, with the place: then it covers nothing.
    pub fault: Option<(String, Span)>,
}

/// What a directive covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DirectiveScope {
    /// A stretch of a file: a line, or the block, resource or module call that starts there, with all that is in it.
    Region(Span),
    /// A whole file.
    File(FileId),
    /// A construct of a CDK app and everything below it.
    Construct(RootId, Name),
}

/// Whether a text may hold a directive at all.
pub fn may_hold_directives(text: &str) -> bool {
    text.contains(MARK)
}

impl Directive {
    /// Reads the comment at `span`, whose text is `text` with its signs. `region` is what a directive there covers, unless it covers the file.
    /// `None` when the comment says nothing to iaclint.
    pub fn of_comment(text: &str, span: Span, region: impl FnOnce() -> Span) -> Option<Self> {
        let signs = |c: char| matches!(c, '#' | '/' | '*') || c.is_whitespace();
        let start = text.len() - text.trim_start_matches(signs).len();
        let end = text.trim_end_matches(|c: char| c == '*' || c == '/' || c.is_whitespace()).len().max(start);
        let said = text.get(start..end)?.strip_prefix(MARK)?;
        let at = |from: usize, to: usize| span.slice(from..to.max(from));
        let whole = at(start, end);
        let mut cursor = end - said.trim_start().len();
        let said = said.trim_start();
        let verb_length = said.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(said.len());
        let (verb, rest) = said.split_at(verb_length);
        let verb_span = at(cursor, cursor + verb.len());
        cursor += verb.len();
        let in_file = verb == "ignore-file";
        let scope = if in_file { DirectiveScope::File(span.file) } else { DirectiveScope::Region(region()) };
        let mut directive = Directive {
            scope,
            rules: Vec::new(),
            until: None,
            reason: Name::new(),
            span: whole,
            fault: None,
        };
        if !in_file && verb != "ignore" {
            let words = format!("`{verb}` is neither `ignore` nor `ignore-file`");
            directive.fault = Some((words, if verb.is_empty() { whole } else { verb_span }));
            return Some(directive);
        }
        let Some((list, reason)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) else {
            let words = format!("`{verb}` names no rules in brackets");
            directive.fault = Some((words, verb_span));
            return Some(directive);
        };
        cursor += 1;
        for part in list.split(',') {
            let indent = part.len() - part.trim_start().len();
            let word = part.trim();
            let place = at(cursor + indent, cursor + indent + word.len());
            cursor += part.len() + 1;
            directive.word(word, place);
        }
        if directive.rules.is_empty() && directive.fault.is_none() {
            directive.fault = Some((format!("`{verb}` names no rules"), verb_span));
        }
        directive.reason = reason.trim_start_matches(':').trim().into();
        Some(directive)
    }

    /// A directive that names one rule: an entry of metadata.
    pub fn of_entry(scope: DirectiveScope, rule: &str, reason: &str, span: Span) -> Self {
        let rules = vec![(rule.into(), span)];
        Directive { scope, rules, until: None, reason: reason.into(), span, fault: None }
    }

    fn word(&mut self, word: &str, place: Span) {
        match word.split_once('=') {
            None if word.is_empty() => {}
            None => self.rules.push((word.into(), place)),
            Some(("until", date)) if is_date(date.trim()) => {
                self.until = Some((date.trim().into(), place));
            }
            Some(("until", date)) => {
                self.fault = Some((format!("`{date}` is not a date such as 2027-03-01"), place));
            }
            Some((key, _)) => self.fault = Some((format!("`{key}` means nothing here; `until` does"), place)),
        }
    }
}

/// Whether a text is `YYYY-MM-DD` with a month and a day that exist somewhere in a year.
pub fn is_date(text: &str) -> bool {
    let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else { return false };
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    digits(year, 4)
        && digits(month, 2)
        && digits(day, 2)
        && (1..=12).contains(&month.parse().unwrap_or(0))
        && (1..=31).contains(&day.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Directive> {
        let span = Span::new(FileId(0), 100..100 + text.len());
        Directive::of_comment(text, span, || span)
    }

    fn names(directive: &Directive) -> Vec<&str> {
        directive.rules.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn rules_a_date_and_a_reason_are_read_with_their_places() {
        let text = "# iaclint: ignore[sg-stale-reference, until=2027-03-01, b-c] moved next week";
        let directive = read(text).unwrap();
        assert_eq!(names(&directive), ["sg-stale-reference", "b-c"]);
        let place = directive.rules[0].1;
        assert_eq!(&text[place.start as usize - 100..place.end as usize - 100], "sg-stale-reference");
        let (until, place) = directive.until.unwrap();
        assert_eq!(until, "2027-03-01");
        assert_eq!(&text[place.start as usize - 100..place.end as usize - 100], "until=2027-03-01");
        assert_eq!((directive.reason.as_str(), directive.fault), ("moved next week", None));
    }

    #[test]
    fn every_kind_of_comment_may_hold_one() {
        for text in [
            "// iaclint: ignore[a]",
            "/* iaclint: ignore[a] */",
            "#iaclint:ignore[a]",
            "## iaclint: ignore[a]",
        ] {
            let directive = read(text).unwrap();
            assert_eq!((names(&directive), directive.fault.as_ref()), (vec!["a"], None), "{text}");
        }
        assert!(matches!(read("# iaclint: ignore-file[a]").unwrap().scope, DirectiveScope::File(_)));
        assert_eq!(read("# see iaclint: ignore[a]"), None);
        assert_eq!(read("# anything else"), None);
    }

    #[test]
    fn what_is_written_wrongly_says_so() {
        let fault = |text: &str| read(text).unwrap().fault.unwrap().0;
        assert_eq!(fault("# iaclint: disable[a]"), "`disable` is neither `ignore` nor `ignore-file`");
        assert_eq!(fault("# iaclint: ignore a"), "`ignore` names no rules in brackets");
        assert_eq!(fault("# iaclint: ignore[]"), "`ignore` names no rules");
        assert_eq!(fault("# iaclint: ignore[a, until=soon]"), "`soon` is not a date such as 2027-03-01");
        assert_eq!(fault("# iaclint: ignore[a, till=2027-01-01]"), "`till` means nothing here; `until` does");
        assert_eq!(fault("# iaclint:"), "`` is neither `ignore` nor `ignore-file`");
    }

    #[test]
    fn dates_have_their_form() {
        assert!(is_date("2027-03-01"));
        for no in ["2027-3-1", "2027-13-01", "2027-01-32", "tomorrow", "2027-01", "²027-01-01"] {
            assert!(!is_date(no), "{no}");
        }
    }
}
