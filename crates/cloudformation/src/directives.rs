//! Directives in YAML comments, in the metadata of templates and resources, and in the acknowledgements of a CDK app.

use granit_parser::{Event, Parser, options};
use iaclint_graph::{Directive, DirectiveScope, is_date, may_hold_directives};
use iaclint_source::{SourceFile, Span};
use iaclint_value::{Data, Name, Object, OriginArena, OriginId, RootId, Value};

/// What the CDK calls the rules that a construct accepts.
const ACKNOWLEDGED: &str = "aws:cdk:acknowledged-rules";
/// What stands before our rules there.
const OURS: &str = "iaclint::";

/// The directives in the comments of a YAML file that could be read.
pub(crate) fn of_comments(file: &SourceFile) -> Vec<Directive> {
    if !may_hold_directives(&file.text) || file.text.trim_start().starts_with(['{', '[']) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut regions = Regions { file, last: None };
    for next in Parser::new_from_str_with_options(&file.text, options! { emit_comments: true }) {
        let Ok((event, place)) = next else { break };
        if let (Event::Comment(..), Some(bytes)) = (event, place.byte_range()) {
            let span = Span::new(file.id, bytes.clone());
            let text = file.text.get(bytes).unwrap_or_default();
            out.extend(Directive::of_comment(text, span, || regions.of(span)));
        }
    }
    out
}

/// What comments speak of.
struct Regions<'f> {
    file: &'f SourceFile,
    /// The lines of comments that were gone past, and what follows them.
    last: Option<(std::ops::Range<usize>, Span)>,
}

impl Regions<'_> {
    /// The comment's own line or the next one, with the lines below that are indented deeper.
    fn of(&mut self, comment: Span) -> Span {
        let text = self.file.text.as_str();
        let at = comment.start as usize;
        let own = text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
        if !text.get(own..at).unwrap_or_default().trim().is_empty() {
            return self.below(own);
        }
        if let Some((_, region)) = self.last.as_ref().filter(|(lines, _)| lines.contains(&own)) {
            return *region;
        }
        let mut start = own;
        for line in text.get(own..).unwrap_or_default().split_inclusive('\n') {
            let content = line.trim();
            if !content.is_empty() && !content.starts_with('#') {
                break;
            }
            start += line.len();
        }
        let region = self.below(start);
        self.last = Some((own..start, region));
        region
    }

    /// The line at `start` with the lines below it that are indented deeper.
    fn below(&self, start: usize) -> Span {
        let rest = self.file.text.get(start..).unwrap_or_default();
        let indent = |line: &str| line.len() - line.trim_start().len();
        let mut end = start;
        let mut at = start;
        let mut first: Option<(usize, bool)> = None;
        for line in rest.split_inclusive('\n') {
            let content = line.trim();
            match first {
                None => first = Some((indent(line), content.starts_with("- ") || content == "-")),
                Some((depth, is_item)) if !content.is_empty() && !content.starts_with('#') => {
                    // The items of a list may stand as deep as the key above them.
                    let item_below = !is_item && indent(line) == depth && content.starts_with('-');
                    if indent(line) <= depth && !item_below {
                        break;
                    }
                }
                Some(_) => {}
            }
            at += line.len();
            if !content.is_empty() {
                end = at;
            }
        }
        Span::new(self.file.id, start..end)
    }
}

/// What `Metadata: {iaclint: {ignore: [...]}}` says; `scope` is what it stands on.
pub(crate) fn of_metadata(
    metadata: Option<&Value>,
    arena: &OriginArena,
    file: &SourceFile,
    scope: &DirectiveScope,
) -> Vec<Directive> {
    let Some(list) = metadata.and_then(|m| m.get("iaclint")).and_then(|i| i.get("ignore")) else {
        return Vec::new();
    };
    let span = |origin: OriginId| arena.get(origin).map_or(Span::new(file.id, 0..0), |o| o.span);
    let entries = match &list.data {
        Data::List(list) => &list.items[..],
        _ => std::slice::from_ref(list),
    };
    entries.iter().map(|entry| of_entry(entry, span(entry.origin), scope)).collect()
}

/// `"rule"`, or `{rule, until, reason}`.
fn of_entry(entry: &Value, span: Span, scope: &DirectiveScope) -> Directive {
    let word =
        |object: &Object, name: &str| object.get(name).and_then(Value::as_str).map(|t| Name::from(&*t));
    let (rule, reason, until) = match (&entry.data, entry.as_str()) {
        (_, Some(rule)) => (Some(Name::from(&*rule)), None, None),
        (Data::Object(object), None) => (word(object, "rule"), word(object, "reason"), word(object, "until")),
        _ => (None, None, None),
    };
    let Some(rule) = rule else {
        let mut directive = Directive::of_entry(scope.clone(), "", "", span);
        directive.rules.clear();
        directive.fault =
            Some(("an entry of `ignore` is neither a rule nor `{rule, until, reason}`".into(), span));
        return directive;
    };
    let mut directive =
        Directive::of_entry(scope.clone(), &rule, reason.as_deref().unwrap_or_default(), span);
    match until {
        Some(date) if !is_date(&date) => {
            directive.fault = Some((format!("`{date}` is not a date such as 2027-03-01"), span));
        }
        until => directive.until = until.map(|date| (date, span)),
    }
    directive
}

/// The rules of ours that the constructs in a metadata map acknowledge.
pub(crate) fn acknowledged(map: &Value, root: RootId, span: impl Fn(OriginId) -> Span) -> Vec<Directive> {
    let mut out = Vec::new();
    for (path, _, list) in map.as_object().map_or(&[][..], |o| &o.fields) {
        let construct = Name::from(path.trim_start_matches('/'));
        for entry in list.as_list().map_or(&[][..], |l| &l.items) {
            let is_ours = entry.get("type").and_then(Value::as_str).is_some_and(|t| t == ACKNOWLEDGED);
            let Some(data) = entry.get("data").filter(|_| is_ours).and_then(Value::as_object) else {
                continue;
            };
            for (id, origin, reason) in &data.fields {
                let Some(rule) = id.strip_prefix(OURS) else { continue };
                let scope = DirectiveScope::Construct(root, construct.clone());
                let reason = reason.as_str().unwrap_or_default();
                out.push(Directive::of_entry(scope, rule, &reason, span(*origin)));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use iaclint_source::Sources;

    use super::*;

    fn covered(text: &str) -> Vec<String> {
        let file = Sources::new().add("template.yaml", text.to_owned());
        of_comments(&file)
            .into_iter()
            .map(|directive| match directive.scope {
                DirectiveScope::Region(span) => text[span.range()].to_owned(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_comment_covers_its_line_or_what_stands_below_it() {
        let text = "Resources:\n  # iaclint: ignore[r]\n  A:\n    Type: T\n\n    Properties: {}\n  B:\n    Type: T # iaclint: ignore[r]\n";
        assert_eq!(
            covered(text),
            ["  A:\n    Type: T\n\n    Properties: {}\n", "    Type: T # iaclint: ignore[r]\n"]
        );
    }

    #[test]
    fn a_key_is_covered_with_its_list() {
        let text = "# iaclint: ignore[r]\nPorts:\n- 1\n- 2\nOther: 1\n";
        assert_eq!(covered(text), ["Ports:\n- 1\n- 2\n"]);
        let text = "Ports:\n- a: 1 # iaclint: ignore[r]\n  b: 2\n- a: 3\n";
        assert_eq!(covered(text), ["- a: 1 # iaclint: ignore[r]\n  b: 2\n"]);
    }

    #[test]
    fn what_stands_in_a_text_is_no_directive() {
        assert_eq!(
            covered("A: |\n  # iaclint: ignore[r]\n  x\nB: '# iaclint: ignore[r]'\n"),
            Vec::<String>::new()
        );
    }
}
