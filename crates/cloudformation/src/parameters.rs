//! Files of parameter values, in every form that the tools that deploy templates take.
//!
//! `[{"ParameterKey": "Size", "ParameterValue": "2"}]` and `["Size=2"]` of AWS's command line, `{"Parameters": {"Size": "2"}}` of pipelines
//! and of Rain, `{"Size": "2"}`, and lines of `Size=2`.

use std::path::{Path, PathBuf};

use iaclint_source::{Problem, ProblemKind, Project, SourceFile, Span};
use iaclint_value::{Data, Literal, Name, Object, OriginArena, OriginId, Placed, Text, Value};
use rustc_hash::FxHashMap;

/// Values by the names of parameters.
pub(crate) type Given = FxHashMap<Name, Value>;

/// Reads files of values; of several values of one parameter the last counts.
pub(crate) fn read(
    project: &Project,
    files: &[PathBuf],
    arena: &mut OriginArena,
    problems: &mut Vec<Problem>,
) -> Given {
    let mut given = Given::default();
    for path in files {
        match project.read_text(path) {
            Ok(file) => {
                if !of_file(&file, arena, problems, &mut given) {
                    problems.push(unknown_form(&file));
                }
            }
            Err(error) => problems.push(error.problem(&project.relative(Path::new(path)))),
        }
    }
    given
}

fn unknown_form(file: &SourceFile) -> Problem {
    let message = format!("{} holds no parameter values in a form that is known", file.path);
    let help = r#"write {"Parameters": {"Name": "value"}}, a list of ParameterKey and ParameterValue, or lines of Name=value"#;
    Problem::at(ProblemKind::Unreadable, Span::new(file.id, 0..0), message)
        .in_file(&file.path)
        .with_help(help)
}

/// Whether the file has a form that is known, or its fault is told.
fn of_file(
    file: &SourceFile,
    arena: &mut OriginArena,
    problems: &mut Vec<Problem>,
    given: &mut Given,
) -> bool {
    if is_lines(&file.text) {
        lines(file, arena, given);
        return true;
    }
    let Some(value) = crate::template::read_value(file, arena, problems) else { return true };
    match &value.data {
        Data::Object(object) => {
            let inner = object.get("Parameters").and_then(Value::as_object);
            of_object(inner.unwrap_or(object), given)
        }
        Data::List(list) => list.items.iter().all(|item| of_item(item, arena, given)),
        _ => false,
    }
}

fn of_object(object: &Object, given: &mut Given) -> bool {
    object.fields.iter().all(|(name, _, value)| {
        let value = joined(value);
        let is_plain = value.is_some();
        given.extend(value.map(|value| (name.clone(), value)));
        is_plain
    })
}

/// A value of a parameter: a text, or a list of texts for the same with commas.
fn joined(value: &Value) -> Option<Value> {
    let Some(list) = value.as_list() else { return value.as_str().map(|_| value.clone()) };
    let texts: Option<Vec<_>> = list.items.iter().map(Value::as_str).collect();
    let text = Text::plain(&texts?.join(","), value.origin);
    Some(Value::new(Data::Text(text), value.origin))
}

/// `{"ParameterKey": …, "ParameterValue": …}`, or `"Name=value"`.
fn of_item(item: &Value, arena: &mut OriginArena, given: &mut Given) -> bool {
    if let Data::Text(text) = &item.data {
        let flat = text.flatten();
        let Some((name, _)) = flat.text.split_once('=') else { return false };
        let part = text.slice(&flat, name.len() + 1..flat.text.len());
        let span = part.span(&part.flatten(), 0..flat.text.len() - name.len() - 1);
        let origin = span.map_or(item.origin, |span| arena.written(span));
        given.insert(Name::from(name.trim()), Value::new(Data::Text(part), origin));
        return true;
    }
    let Some(name) = item.get("ParameterKey").and_then(Value::as_str) else { return false };
    // One that is to keep its previous value has none here.
    if let Some(value) = item.get("ParameterValue").and_then(joined) {
        given.insert(Name::from(&*name), value);
    }
    true
}

/// The lines that say something.
fn said(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let line = line.trim();
        (!line.is_empty() && !line.starts_with('#')).then_some((start, line))
    })
}

fn is_lines(text: &str) -> bool {
    let is_one = |line: &str| {
        line.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.trim_end().bytes().all(|b| b.is_ascii_alphanumeric())
        })
    };
    said(text).next().is_some() && said(text).all(|(_, line)| is_one(line))
}

fn lines(file: &SourceFile, arena: &mut OriginArena, given: &mut Given) {
    for (start, line) in said(&file.text) {
        let Some((name, value)) = line.split_once('=') else { continue };
        let quoted = ['"', '\''].iter().find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q));
        let at = start + name.len() + 1 + usize::from(quoted.is_some());
        let value = quoted.unwrap_or(value);
        let span = Span::new(file.id, at..at + value.len());
        let origin = arena.written(span);
        let literal =
            Literal { text: value.into(), placed: Some(Placed::verbatim(span)), origin: OriginId::NONE };
        given.insert(Name::from(name.trim()), Value::new(Data::Text(Text::literal(literal)), origin));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> (Vec<(String, String)>, usize) {
        let project = Project::in_memory([("/p", text)]);
        let mut problems = Vec::new();
        let mut arena = OriginArena::new(0);
        let given = read(&project, &[PathBuf::from("/p")], &mut arena, &mut problems);
        let mut shown: Vec<_> =
            given.iter().map(|(name, value)| (name.to_string(), value.display())).collect();
        shown.sort();
        (shown, problems.len())
    }

    #[test]
    fn every_form_of_values_is_read() {
        let expected = [("Nets".to_owned(), "a,b".to_owned()), ("Size".to_owned(), "2".to_owned())];
        for text in [
            r#"[{"ParameterKey": "Size", "ParameterValue": "2"}, {"ParameterKey": "Nets", "ParameterValue": "a,b"}, {"ParameterKey": "Old", "UsePreviousValue": true}]"#,
            r#"["Size=2", "Nets=a,b"]"#,
            r#"{"Parameters": {"Size": 2, "Nets": ["a", "b"]}, "Tags": {"T": "x"}}"#,
            r#"{"Size": "2", "Nets": "a,b"}"#,
            "Parameters:\n  Size: 2\n  Nets: a,b\n",
            "Size: 2\nNets: [a, b]\n",
            "# sizes\nSize=2\n\nNets='a,b'\n",
        ] {
            assert_eq!(given(text), (expected.to_vec(), 0), "{text}");
        }
    }

    #[test]
    fn what_holds_no_values_is_told_once() {
        for text in ["", "hello", "[1]", r#"{"Parameters": {"A": {"B": 1}}}"#, r#"{"A""#, "[\"x\"]"] {
            assert_eq!(given(text).1, 1, "{text}");
        }
    }
}
