//! What would mend a finding.

use std::path::Path;

use iaclint_model::{Addition, Directive, Entity, Field, Found, Language, ResourceId, Scalar};
use iaclint_source::{Edit, Span};
use iaclint_value::{Data, OriginId, Piece, Value, Via};

use crate::{Check, Finding, comment};

/// Whether a fix can be made without a second look.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Safety {
    /// It changes what cannot work as it stands, and nothing else.
    Safe,
    /// It also changes how the deployment behaves, what it costs, or has a number in it that someone should look at.
    Unsafe,
}

impl Safety {
    /// Its name in every output: `safe`, `unsafe`.
    pub fn name(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        }
    }
}

/// Edits that mend a finding. All of them belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What they do: imperative, lower case, no full stop.
    pub title: String,
    /// Whether they can be made without a second look.
    pub safety: Safety,
    /// The edits.
    pub edits: Vec<Edit>,
    /// Properties that are to be written where there are none. A front end makes edits of them, before anything is shown.
    pub additions: Vec<Addition>,
}

impl Fix {
    /// A fix that replaces words of the user's own files. Nothing when a tool writes the file.
    pub fn replace(
        cx: &Check<'_, '_>,
        safety: Safety,
        title: impl Into<String>,
        span: Span,
        text: impl Into<String>,
    ) -> Option<Self> {
        let edits = vec![Edit::new(span, text)];
        is_written_by_people(cx, span).then(|| Self {
            title: title.into(),
            safety,
            edits,
            additions: Vec::new(),
        })
    }

    /// A fix that takes a directive away, or one rule of the several that it names. Nothing where it stands in metadata.
    pub fn without_directive(cx: &Check<'_, '_>, directive: &Directive, rule: Option<Span>) -> Option<Self> {
        let file = cx.model().sources().file(directive.span.file);
        let alone = directive.rules.len() == 1;
        let range = match rule.filter(|_| !alone) {
            Some(rule) => comment::one_of_list(&file.text, rule.range()),
            None => comment::whole_comment(&file.text, directive.span.range()),
        };
        let title = if rule.is_some() && !alone { "take the rule away" } else { "take the comment away" };
        Self::replace(cx, Safety::Safe, title, Span::new(file.id, range?), "")
    }

    /// A fix that puts another value in the place of `old`, a literal that stands in the resource itself. Nothing when the value comes
    /// from elsewhere.
    pub fn rewrite(
        cx: &Check<'_, '_>,
        safety: Safety,
        title: impl Into<String>,
        (id, origin): (ResourceId, OriginId),
        old: &str,
        new: impl Into<Scalar>,
    ) -> Option<Self> {
        let span = written_span(cx, id, origin, old)?;
        let edit = in_its_place(cx, span, &new.into())?;
        Self::replace(cx, safety, title, edit.span, edit.text)
    }

    /// A fix that gives properties of an entity these values: a literal is replaced, what is absent is written. Nothing when a value comes from elsewhere.
    pub fn set<'m>(
        cx: &Check<'_, 'm>,
        safety: Safety,
        title: impl Into<String>,
        entity: &impl Entity<'m>,
        values: &[(Field, Scalar)],
    ) -> Option<Self> {
        let node = entity.node();
        let mut fix = Self { title: title.into(), safety, edits: Vec::new(), additions: Vec::new() };
        let mut absent = Vec::new();
        for (field, scalar) in values {
            let path = node.spelling(field.terraform, field.cloudformation);
            match node.find(field.terraform, field.cloudformation) {
                Found::Absent(_) if path.is_empty() => return None,
                Found::Absent(_) => absent.push((path, scalar)),
                Found::Value(value) if is(value, scalar) => {}
                Found::Value(value) => fix.edits.push(instead(cx, node.id, value, scalar)?),
                Found::OneOf(..) | Found::Unknown(_) => return None,
            }
        }
        if !absent.is_empty() {
            fix.additions.push(into_body(cx, node.id, node.value, &absent)?);
        }
        let here = |span| is_written_by_people(cx, span);
        let whole = fix.edits.iter().map(|e| e.span).chain(fix.additions.iter().map(|a| a.at)).all(here);
        whole.then_some(fix)
    }
}

impl Finding {
    /// Makes edits of what the fix only means. A fix that the form of a file does not allow goes.
    pub fn settle_fix(&mut self, write: impl Fn(&Addition) -> Option<Edit>) {
        let Some(mut fix) = self.fix.take() else { return };
        let additions = std::mem::take(&mut fix.additions);
        if let Some(edits) = additions.iter().map(write).collect::<Option<Vec<_>>>() {
            fix.edits.extend(edits);
            self.fix = Some(fix).filter(|fix| !fix.edits.is_empty());
        }
    }
}

/// Whether a value is this one already.
fn is(value: &Value, scalar: &Scalar) -> bool {
    match scalar {
        Scalar::Bool(bool) => value.as_bool() == Some(*bool),
        Scalar::Int(int) => value.as_i64() == Some(*int),
        Scalar::Text(text) => value.as_str().is_some_and(|t| t == text.as_str()),
    }
}

/// The place of a value that is written in the resource itself, as a literal.
fn literal_span(cx: &Check<'_, '_>, id: ResourceId, value: &Value) -> Option<Span> {
    let literal = match &value.data {
        Data::Bool(_) | Data::Number(_) => true,
        Data::Text(text) => matches!(text.pieces(), [Piece::Literal(_)] | []),
        _ => false,
    };
    let text = value.as_str().filter(|_| literal)?;
    written_span(cx, id, value.origin, &text)
}

/// The place where a text is written in the resource itself, with or without quotes.
fn written_span(cx: &Check<'_, '_>, id: ResourceId, origin: OriginId, text: &str) -> Option<Span> {
    let model = cx.model();
    let origin = model.origins().get(origin)?;
    let inside = model.resource(id).whole.contains(origin.span);
    let file = model.sources().file(origin.span.file);
    let same = file.slice(origin.span).trim_matches(['"', '\'']) == text;
    (inside && same && *origin.via == Via::Written).then_some(origin.span)
}

/// The edit that puts another value in the place of a literal, in the quotes that stand there.
fn instead(cx: &Check<'_, '_>, id: ResourceId, value: &Value, scalar: &Scalar) -> Option<Edit> {
    in_its_place(cx, literal_span(cx, id, value)?, scalar)
}

/// The same for the place of a literal.
fn in_its_place(cx: &Check<'_, '_>, span: Span, scalar: &Scalar) -> Option<Edit> {
    let file = cx.model().sources().file(span.file);
    let before = file.text.get(..span.range().start)?;
    let text = match (file.slice(span).chars().next()?, scalar) {
        (quote @ ('"' | '\''), Scalar::Text(text)) => format!("{quote}{text}{quote}"),
        (quote @ ('"' | '\''), scalar) => format!("{quote}{scalar}{quote}"),
        // The span is what stands inside of quotes, or there are none.
        (_, Scalar::Text(text)) if before.ends_with(['"', '\'']) || is_word(text) => text.clone(),
        (_, scalar) => scalar.to_string(),
    };
    Some(Edit::new(span, text))
}

/// Whether a text needs no quotes where the one before it had none.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// What is to be written into the body of a resource, below what is there of the paths. All paths end below the same object.
fn into_body(
    cx: &Check<'_, '_>,
    id: ResourceId,
    body: &Value,
    properties: &[(&'static str, &Scalar)],
) -> Option<Addition> {
    let model = cx.model();
    let language = model.language(id);
    let paths: Vec<(Vec<&str>, &Scalar)> =
        properties.iter().map(|(path, scalar)| (path.split('.').collect(), *scalar)).collect();
    let mut at = body;
    let mut depth = 0;
    // Down to the deepest object that is there.
    while let Some(name) = paths.first().and_then(|(path, _)| path.get(depth))
        && let Some(next) = at.get(name)
    {
        if !paths.iter().all(|(path, _)| path.get(depth) == Some(name)) {
            return None;
        }
        // The only block of its kind stands in a list.
        at = match next.as_list() {
            Some(list) if list.complete && list.items.len() == 1 => list.items.first()?,
            _ => next,
        };
        at.as_object()?;
        depth += 1;
    }
    let place = match language {
        Language::Terraform if depth == 0 => model.resource(id).whole,
        Language::Terraform | Language::CloudFormation => {
            let (_, key, _) = at.as_object()?.fields.first()?;
            model.origins().span(*key).filter(|span| model.resource(id).whole.contains(*span))?
        }
        Language::Cdk => return None,
    };
    let rest = |path: &[&str]| path.iter().skip(depth).map(|name| (*name).to_owned()).collect();
    let properties = paths.iter().map(|(path, scalar)| (rest(path), (*scalar).clone())).collect();
    Some(Addition { language, at: place, properties })
}

/// Whether a file is one that people edit: not what a tool fetched or made.
fn is_written_by_people(cx: &Check<'_, '_>, span: Span) -> bool {
    let path = &cx.model().sources().file(span.file).path;
    let foreign = |part: &str| matches!(part, ".terraform" | "node_modules" | "cdk.out");
    let json = Path::new(path).file_name().is_some_and(|n| n.to_string_lossy().ends_with(".template.json"));
    !json && !path.split('/').any(foreign)
}
