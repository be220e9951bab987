//! Arguments and blocks written into a block that lacks them.

use std::fmt::Write;

use iaclint_graph::{Addition, Content, Scalar};
use iaclint_source::{Edit, SourceFile, Span};

/// What writes the properties at the end of a block, on lines of their own as `terraform fmt` leaves them. Nothing when the block stands on one line, or the
/// file is JSON.
pub fn addition(file: &SourceFile, addition: &Addition) -> Option<Edit> {
    let block = file.slice(addition.at);
    let Some(inside) = block.strip_suffix('}') else { return before(file, addition) };
    let indent = inside.rsplit_once('\n').map(|(_, last)| last)?;
    if !indent.chars().all(|c| c == ' ' || c == '\t') {
        return None;
    }
    // Behind the last line rather than before the brace: editors trim what is put in between an indentation and what it indents.
    let body = inside.trim_end();
    let mut text = String::from("\n");
    // A blank line keeps the new lines out of the alignment of those above.
    if !body.ends_with('{') {
        text.push('\n');
    }
    write(&mut text, &addition.properties, &format!("{indent}  "));
    let at = addition.at.start as usize + body.len();
    Some(Edit::new(Span::new(file.id, at..at), in_style_of(file, text.trim_end())))
}

/// A text with the line endings of a file.
fn in_style_of(file: &SourceFile, text: &str) -> String {
    text.replace('\n', file.newline())
}

/// The same before the first name of a block, with a blank line behind it.
fn before(file: &SourceFile, addition: &Addition) -> Option<Edit> {
    let start = addition.at.start as usize;
    let indent = file.text.get(..start)?.rsplit_once('\n').map(|(_, last)| last)?;
    if !indent.chars().all(|c| c == ' ' || c == '\t') {
        return None;
    }
    let mut text = String::new();
    write(&mut text, &addition.properties, indent);
    let text = format!("{}\n\n{indent}", text.trim());
    Some(Edit::new(Span::new(file.id, start..start), in_style_of(file, &text)))
}

fn write(out: &mut String, properties: &[(Vec<String>, Scalar)], indent: &str) {
    let groups = Addition::grouped(properties);
    let width = groups
        .iter()
        .filter(|(_, content)| matches!(content, Content::Value(_)))
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default();
    for (name, content) in groups {
        // Writing to a text cannot fail.
        let _ = match content {
            Content::Value(value) => writeln!(out, "{indent}{name:width$} = {value}"),
            Content::Below(below) => {
                let _ = writeln!(out, "{indent}{name} {{");
                write(out, &below, &format!("{indent}  "));
                writeln!(out, "{indent}}}")
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use iaclint_graph::Language;
    use iaclint_source::Sources;

    use super::*;

    fn edited(text: &str, properties: &[(&str, Scalar)]) -> Option<String> {
        let sources = Sources::new();
        let file = sources.add("main.tf", text.to_owned());
        let end = text.rfind('}')? + 1;
        let properties = properties
            .iter()
            .map(|(path, value)| (path.split('.').map(str::to_owned).collect(), value.clone()))
            .collect();
        let at = Span::new(file.id, 0..end);
        let edit = addition(&file, &Addition { language: Language::Terraform, at, properties })?;
        Some(Edit::apply(&file.text, [&edit]))
    }

    #[test]
    fn arguments_and_blocks_stand_at_the_end_of_the_block() {
        let text = "resource \"a\" \"b\" {\n  name = 1\n}\n";
        let breaker = [("breaker.enable", Scalar::Bool(true)), ("breaker.rollback", Scalar::Bool(true))];
        assert_eq!(
            edited(text, &breaker).unwrap(),
            "resource \"a\" \"b\" {\n  name = 1\n\n  breaker {\n    enable   = true\n    rollback = true\n  }\n}\n"
        );
        assert_eq!(
            edited("resource \"a\" \"b\" {\n}\n", &[("grace", Scalar::Int(60))]).unwrap(),
            "resource \"a\" \"b\" {\n  grace = 60\n}\n"
        );
    }

    #[test]
    fn comments_before_the_brace_and_line_endings_stay() {
        let text = "a \"b\" {\r\n  name = 1\r\n  # the end\r\n\r\n}\r\n";
        assert_eq!(
            edited(text, &[("grace", Scalar::Int(60))]).unwrap(),
            "a \"b\" {\r\n  name = 1\r\n  # the end\r\n\r\n  grace = 60\r\n\r\n}\r\n"
        );
    }

    #[test]
    fn a_block_on_one_line_is_left_alone() {
        assert_eq!(edited("resource \"a\" \"b\" { name = 1 }", &[("grace", Scalar::Int(60))]), None);
    }
}
