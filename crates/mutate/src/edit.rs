//! Edits as an engineer makes them: something is left out, written otherwise, or put in. The rest of the file keeps its bytes.

use std::ops::Range;

use crate::document::{Document, Member, Node, Syntax};

/// Other text in the place of some bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is replaced; empty where text is put in.
    pub span: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    /// An edit.
    pub fn new(span: Range<usize>, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }
}

/// The text of a file after edits that do not overlap.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|e| (e.span.start, e.span.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        out.push_str(text.get(done..edit.span.start).unwrap_or_default());
        out.push_str(&edit.text);
        done = edit.span.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

impl Document {
    /// A literal in the spelling of the file: quoted where it was.
    pub fn reword(&self, node: &Node, text: &str) -> Edit {
        let old = self.slice(&node.span);
        let quote =
            old.chars().next().filter(|c| matches!(c, '"' | '\'')).map_or(String::new(), String::from);
        Edit::new(node.span.clone(), format!("{quote}{text}{quote}"))
    }

    /// The file without a member of an object. Nothing where the object would be left empty, which YAML cannot say that way.
    pub fn without_member(&self, object: &Node, member: &Member) -> Option<Edit> {
        let spans: Vec<Range<usize>> = object.members().iter().map(|m| m.span.clone()).collect();
        self.without(object, &spans, &member.span)
    }

    /// The file without an element of a list.
    pub fn without_element(&self, list: &Node, element: &Node) -> Option<Edit> {
        let spans: Vec<Range<usize>> = list.elements().iter().map(|m| m.span.clone()).collect();
        self.without(list, &spans, &element.span)
    }

    fn without(&self, whole: &Node, parts: &[Range<usize>], part: &Range<usize>) -> Option<Edit> {
        let at = parts.iter().position(|p| p == part)?;
        let is_braced = self.slice(&whole.span).starts_with(['{', '[']);
        if self.syntax == Syntax::Hcl && !is_braced {
            let lines = self.lines(part);
            let fits = whole.span.start < lines.start && lines.end <= whole.span.end
                || whole.span == (0..self.text.len());
            return Some(Edit::new(if fits { lines } else { part.clone() }, ""));
        }
        if self.syntax == Syntax::Yaml && !is_braced {
            if parts.len() == 1 {
                return None;
            }
            // A list's element begins at its dash.
            return Some(Edit::new(self.lines(part), ""));
        }
        // With the comma or line end that follows, or the one before when it is the last.
        let span = match (parts.get(at + 1), at.checked_sub(1).and_then(|before| parts.get(before))) {
            (Some(next), _) => part.start..next.start,
            (None, Some(before)) => before.end..part.end,
            (None, None) => part.clone(),
        };
        Some(Edit::new(span, ""))
    }

    /// The whole lines of some bytes.
    fn lines(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.text.get(..span.start).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
        let end = self
            .text
            .get(span.end..)
            .and_then(|t| t.find('\n'))
            .map_or(self.text.len(), |at| span.end + at + 1);
        start..end
    }

    /// A member more at the front of an object; its value is written as the file's language wants it.
    pub fn with_member(&self, object: &Node, key: &str, value: &str) -> Option<Edit> {
        let first = object.members().first();
        match self.syntax {
            Syntax::Hcl => {
                let brace = self.slice(&object.span).find('{')? + object.span.start + 1;
                Some(Edit::new(brace..brace, format!("\n  {key} = {value}\n")))
            }
            Syntax::Json => {
                let at = object.span.start + 1;
                let comma = if first.is_some() { "," } else { "" };
                Some(Edit::new(at..at, format!("\"{key}\": {value}{comma}")))
            }
            Syntax::Yaml => {
                let at = first?.span.start;
                let line = self.text.get(..at)?.rfind('\n').map_or(0, |at| at + 1);
                let indent = self.text.get(line..at)?.replace('-', " ");
                Some(Edit::new(at..at, format!("{key}: {value}\n{indent}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(path: &str, text: &str, key: &str) -> Option<String> {
        let document = Document::read(path, text.to_owned())?;
        let object = document.root.walk().into_iter().find(|n| n.get(key).is_some())?;
        let edit = document.without_member(object, object.get(key)?)?;
        Some(apply(text, &[edit]))
    }

    #[test]
    fn an_argument_goes_with_its_line() {
        let text = "resource \"a\" \"b\" {\n  name = 1\n  size = 2\n}\n";
        assert_eq!(without("main.tf", text, "size").unwrap(), "resource \"a\" \"b\" {\n  name = 1\n}\n");
        assert_eq!(without("main.tf", "a \"b\" { name = 1 }\n", "name").unwrap(), "a \"b\" {  }\n");
    }

    #[test]
    fn a_member_goes_with_its_comma() {
        let text = "{\"Resources\": {\"A\": {\"x\": 1, \"y\": 2}}}";
        assert_eq!(without("t.json", text, "x").unwrap(), "{\"Resources\": {\"A\": {\"y\": 2}}}");
        assert_eq!(without("t.json", text, "y").unwrap(), "{\"Resources\": {\"A\": {\"x\": 1}}}");
    }

    #[test]
    fn a_key_of_yaml_goes_with_all_below_it() {
        let text = "# top\nResources:\n  A:\n    x:\n      - 1\n      - !Ref B\n    y: 2\n";
        assert_eq!(without("t.yaml", text, "x").unwrap(), "# top\nResources:\n  A:\n    y: 2\n");
        assert_eq!(without("t.yaml", text, "A"), None);
    }

    #[test]
    fn a_literal_keeps_its_quotes() {
        let document = Document::read("main.tf", "a {\n  b = \"1\"\n  c = 2\n}\n".to_owned()).unwrap();
        let edits: Vec<Edit> = document
            .root
            .walk()
            .into_iter()
            .filter(|n| n.literal().is_some())
            .map(|n| document.reword(n, "3"))
            .collect();
        assert_eq!(apply(&document.text, &edits), "a {\n  b = \"3\"\n  c = 3\n}\n");
    }
}
