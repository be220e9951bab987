//! `Fn::ForEach`: entries written once for every item of a list.

use iaclint_source::ProblemKind;
use iaclint_value::{Data, List, Literal, Name, Object, OriginArena, OriginId, Piece, RootId, Text, Value};

use crate::eval::{Entries, Evaluator, size};
use crate::parameters::Given;
use crate::stack::{Stack, StackId};
use crate::template::Section;

/// Expands the loops among the entries of the sections of all stacks, and gives the arena back. A loop that is not known counts as a macro.
pub(crate) fn sections(
    root: RootId,
    stacks: &mut [Stack],
    mut arena: OriginArena,
    given: &Given,
    problems: &mut Vec<iaclint_source::Problem>,
) -> OriginArena {
    let has_loops =
        |section: &Section| section.entries().iter().any(|(name, _, _)| name.starts_with("Fn::ForEach::"));
    let mut left = None;
    for at in 0..stacks.len() {
        let template = &stacks[at].template;
        if ![&template.conditions, &template.resources, &template.outputs].into_iter().any(has_loops) {
            continue;
        }
        let mut evaluator = Evaluator::new(root, stacks, arena, given, None);
        evaluator.loops_left = left.unwrap_or(evaluator.loops_left);
        let mut expanded = |section: &Section| expand(&mut evaluator, at, section);
        let conditions = expanded(&template.conditions);
        let resources = expanded(&template.resources);
        let outputs = expanded(&template.outputs);
        left = Some(evaluator.loops_left);
        arena = evaluator.arena;
        problems.append(&mut evaluator.problems);
        let template = &mut stacks[at].template;
        let complete = conditions.1 && resources.1 && outputs.1;
        template.conditions = conditions.0;
        template.resources = resources.0;
        template.outputs = outputs.0;
        if !complete {
            template.transforms.push("Fn::ForEach".into());
        }
    }
    arena
}

fn expand(cx: &mut Evaluator<'_>, at: StackId, section: &Section) -> (Section, bool) {
    let mut complete = true;
    let mut entries = Entries::new();
    for (name, origin, value) in section.entries() {
        if !name.starts_with("Fn::ForEach::") {
            entries.push((name.clone(), *origin, value.clone()));
        } else if let Some(expanded) = for_each(cx, at, name, value) {
            entries.extend(expanded);
        } else {
            complete = false;
        }
    }
    (Section::new(entries), complete)
}

/// The entries of a loop `[identifier, list, {name with the identifier: entry}]`; `None` when its list is not known.
pub(crate) fn for_each(cx: &mut Evaluator<'_>, at: StackId, name: &Name, loop_: &Value) -> Option<Entries> {
    let out = expanded(cx, at, name, loop_, 0);
    if cx.loops_left == 0 {
        cx.tell(at, ProblemKind::Limit, loop_.origin, "the loops make too many entries");
        return None;
    }
    out
}

fn expanded(cx: &mut Evaluator<'_>, at: StackId, name: &Name, loop_: &Value, depth: u32) -> Option<Entries> {
    let Some([identifier, list, body]) = loop_.as_list().map(|l| l.items.as_slice()) else {
        cx.tell(
            at,
            ProblemKind::Invalid,
            loop_.origin,
            format!("{name} takes an identifier, a list and an object"),
        );
        return None;
    };
    if depth > 5 {
        cx.tell(at, ProblemKind::Limit, loop_.origin, format!("{name} is nested too deep"));
        return None;
    }
    let identifier = identifier.as_str()?.into_owned();
    let list = cx.value(at, list)?;
    let items = list.as_list().filter(|l| l.complete)?;
    let mut out = Entries::new();
    for item in &items.items {
        let item = item.as_str()?;
        for (key, origin, value) in &body.as_object()?.fields {
            if cx.loops_left == 0 {
                return Some(out);
            }
            let key = Name::from(replaced(key, &identifier, &item));
            let value = substituted(value, &identifier, &item);
            if key.starts_with("Fn::ForEach::") {
                out.extend(expanded(cx, at, &key, &value, depth + 1)?);
            } else {
                cx.loops_left -= size(&value, cx.loops_left);
                out.push((key, *origin, value));
            }
        }
    }
    Some(out)
}

/// `${x}` and `&{x}` replaced; the latter without the characters that a logical id cannot have.
fn replaced(text: &str, identifier: &str, item: &str) -> String {
    let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
    text.replace(&format!("${{{identifier}}}"), item).replace(&format!("&{{{identifier}}}"), &plain)
}

/// The same with every mention of the identifier replaced. Its depth is that of the template, which is bounded.
fn substituted(raw: &Value, identifier: &str, item: &str) -> Value {
    let data = match &raw.data {
        Data::Object(object) => {
            if let [(name, _, argument)] = object.fields.as_slice()
                && name == "Ref"
                && argument.as_str().is_some_and(|a| a == identifier)
            {
                return Value { data: Data::Text(Text::plain(item, argument.origin)), ..raw.clone() };
            }
            let fields = object.fields.iter().map(|(name, origin, value)| {
                (Name::from(replaced(name, identifier, item)), *origin, substituted(value, identifier, item))
            });
            Data::Object(Object { fields: fields.collect(), complete: object.complete }.into())
        }
        Data::List(list) => {
            let items = list.items.iter().map(|v| substituted(v, identifier, item)).collect();
            Data::List(List { items, complete: list.complete }.into())
        }
        Data::Text(text) => Data::Text(substituted_text(text, identifier, item)),
        other => other.clone(),
    };
    Value { data, ..raw.clone() }
}

fn substituted_text(text: &Text, identifier: &str, item: &str) -> Text {
    let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
    let (dollar, ampersand) = (format!("${{{identifier}}}"), format!("&{{{identifier}}}"));
    let flat = text.flatten();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut done = 0;
    loop {
        let rest = flat.text.get(done..).unwrap_or_default();
        let next = [(rest.find(&dollar), item), (rest.find(&ampersand), plain.as_str())];
        let Some((start, with)) =
            next.into_iter().filter_map(|(at, with)| at.map(|a| (a + done, with))).min_by_key(|n| n.0)
        else {
            break;
        };
        pieces.extend_from_slice(text.slice(&flat, done..start).pieces());
        pieces.push(Piece::Literal(Literal { text: with.into(), placed: None, origin: OriginId::NONE }));
        done = start + dollar.len();
    }
    if pieces.is_empty() {
        return text.clone();
    }
    pieces.extend_from_slice(text.slice(&flat, done..flat.text.len()).pieces());
    Text::of(pieces)
}
