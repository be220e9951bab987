//! Properties written into an object of a template that lacks them.

use std::fmt::Write;

use iaclint_graph::{Addition, Content, Scalar};
use iaclint_source::{Edit, SourceFile, Span};

/// What writes the properties before the first key of an object, in the form of that key: JSON or YAML.
pub fn addition(file: &SourceFile, addition: &Addition) -> Option<Edit> {
    let start = addition.at.start as usize;
    let line_start = file.text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = file.text.get(line_start..start)?;
    let own_line = indent.chars().all(|c| c == ' ' || c == '\t');
    let mut text = String::new();
    if file.text.get(start..)?.starts_with('"') && file.text.trim_start().starts_with('{') {
        write_json(&mut text, &addition.properties, own_line.then_some(indent));
    } else {
        if !own_line {
            return None;
        }
        write_yaml(&mut text, &addition.properties, indent);
    }
    Some(Edit::new(Span::new(file.id, start..start), text.replace('\n', file.newline())))
}

/// Members, each with its comma; on lines of their own where there is an indentation.
fn write_json(out: &mut String, properties: &[(Vec<String>, Scalar)], indent: Option<&str>) {
    for (name, content) in Addition::grouped(properties) {
        let _ = write!(out, "\"{name}\": ");
        member(out, content, indent);
        match indent {
            Some(indent) => {
                let _ = write!(out, ",\n{indent}");
            }
            None => out.push_str(", "),
        }
    }
}

fn member(out: &mut String, content: Content, indent: Option<&str>) {
    let below = match content {
        Content::Value(value) => {
            let _ = write!(out, "{value}");
            return;
        }
        Content::Below(below) => below,
    };
    let inner = indent.map(|indent| format!("{indent}  "));
    out.push('{');
    for (index, (name, content)) in Addition::grouped(&below).into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        match &inner {
            Some(inner) => {
                let _ = write!(out, "\n{inner}");
            }
            None => out.push(' '),
        }
        let _ = write!(out, "\"{name}\": ");
        member(out, content, inner.as_deref());
    }
    match indent {
        Some(indent) => {
            let _ = write!(out, "\n{indent}}}");
        }
        None => out.push_str(" }"),
    }
}

/// Lines; the first starts where the key stood, the last ends with the indentation of that key.
fn write_yaml(out: &mut String, properties: &[(Vec<String>, Scalar)], indent: &str) {
    for (name, content) in Addition::grouped(properties) {
        match content {
            Content::Value(value) => {
                let _ = write!(out, "{name}: {value}\n{indent}");
            }
            Content::Below(below) => {
                let _ = write!(out, "{name}:\n{indent}  ");
                write_yaml(out, &below, &format!("{indent}  "));
                // The deeper indentation of what would come next gives way to this one.
                out.truncate(out.len() - 2);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use iaclint_graph::Language;
    use iaclint_source::Sources;

    use super::*;

    fn edited(text: &str, key: &str, properties: &[(&str, Scalar)]) -> Option<String> {
        let sources = Sources::new();
        let file = sources.add("template", text.to_owned());
        let start = text.find(key)?;
        let properties = properties
            .iter()
            .map(|(path, value)| (path.split('.').map(str::to_owned).collect(), value.clone()))
            .collect();
        let at = Span::new(file.id, start..start + key.len());
        let edit = addition(&file, &Addition { language: Language::CloudFormation, at, properties })?;
        Some(Edit::apply(&file.text, [&edit]))
    }

    fn breaker() -> [(&'static str, Scalar); 2] {
        [("Breaker.Enable", Scalar::Bool(true)), ("Breaker.Rollback", Scalar::Bool(true))]
    }

    #[test]
    fn json_keeps_its_form() {
        let text = "{\n  \"Properties\": {\n    \"Name\": 1\n  }\n}\n";
        let after = edited(text, "\"Name\"", &breaker()).unwrap();
        assert_eq!(
            after,
            "{\n  \"Properties\": {\n    \"Breaker\": {\n      \"Enable\": true,\n      \"Rollback\": true\n    },\n    \"Name\": 1\n  }\n}\n"
        );
        let line = "{ \"Properties\": { \"Name\": 1 } }";
        let after = edited(line, "\"Name\"", &breaker()).unwrap();
        assert_eq!(
            after,
            "{ \"Properties\": { \"Breaker\": { \"Enable\": true, \"Rollback\": true }, \"Name\": 1 } }"
        );
    }

    #[test]
    fn yaml_keeps_its_form() {
        let text = "Properties:\n  Name: 1\n";
        assert_eq!(
            edited(text, "Name", &breaker()).unwrap(),
            "Properties:\n  Breaker:\n    Enable: true\n    Rollback: true\n  Name: 1\n"
        );
        assert_eq!(
            edited(text, "Name", &[("Grace", Scalar::Int(60))]).unwrap(),
            "Properties:\n  Grace: 60\n  Name: 1\n"
        );
        assert_eq!(edited("Properties: {Name: 1}\n", "Name", &breaker()), None);
    }
}
