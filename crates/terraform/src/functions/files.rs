//! Files and paths.

use iaclint_source::Span;
use iaclint_value::{Encoding, Literal, OriginId, Placed, Text, Via, Why};

use super::encoding::base64_value;
use super::glob::Glob;
use super::strings::str;
use super::{Call, CallError, TemplateSource, error, wrong};
use crate::export::encoded;
use crate::ty::Ty;
use crate::val::{Unk, Val};

pub(super) fn file(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let path = str(arguments, 0)?;
    let file = call.host.read_text(path).map_err(|message| wrong(0, message))?;
    let span = Span::new(file.id, 0..file.text.len());
    let origin = call.origin();
    // The content is written in that file; the call is the step by which it came here.
    let written = call.host.origins().add(span, Via::Written, [origin]);
    let literal =
        Literal { text: file.text.as_str().into(), placed: Some(Placed::verbatim(span)), origin: written };
    Ok(Val::text(Text::literal(literal), origin))
}

/// The content of the file that the first argument names.
pub(super) fn bytes(call: &mut Call<'_>, arguments: &[Val]) -> Result<Vec<u8>, CallError> {
    call.host.read_bytes(str(arguments, 0)?).map_err(|message| wrong(0, message))
}

pub(super) fn filebase64(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    // A text keeps its lines under the encoding; what is none has no lines.
    if let Ok(text) = file(call, arguments) {
        let origin = call.origin();
        return Ok(encoded(Encoding::Base64, text, origin));
    }
    Ok(base64_value(&bytes(call, arguments)?))
}

pub(super) fn fileexists(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let path = str(arguments, 0)?;
    if call.host.read_bytes(path).is_ok() {
        return Ok(Val::bool(true, OriginId::NONE));
    }
    if call.host.list_files(path).is_ok_and(|files| !files.is_empty()) {
        return Err(error(format!("{path:?} is a directory")));
    }
    Ok(Val::bool(false, OriginId::NONE))
}

pub(super) fn fileset(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let pattern = str(arguments, 1)?;
    let origin = call.origin();
    let glob = Glob::parse(pattern).ok_or_else(|| wrong(1, format!("{pattern:?} is not a pattern")))?;
    let directory = str(arguments, 0)?;
    let mut items = Vec::new();
    for levels in glob.starts() {
        let above = "../".repeat(levels);
        // Where there is no directory there is nothing to match.
        let from = std::path::Path::new(directory).join(&above);
        let files = call.host.list_files(&from.to_string_lossy()).unwrap_or_default();
        let matching = files.iter().filter(|f| glob.matches(f, levels));
        items.extend(matching.map(|f| Val::str(format!("{above}{f}"), origin)));
    }
    Ok(Val::set(Ty::String, items, origin))
}

pub(super) fn templatefile(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(path) = arguments[0].as_str() else { return Ok(call.unknown(arguments)) };
    // A plan does not even look for the file.
    if is_opaque(&arguments[1]) || call.host.is_strict() && arguments[1].is_unknown() {
        return Ok(call.unknown(arguments));
    }
    let variables = variables(call, arguments)?;
    let span = call.span;
    call.host.render_template(TemplateSource::File(path), &variables, span).map_err(error)
}

pub(super) fn templatestring(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if arguments[0].is_unknown() || is_opaque(&arguments[1]) {
        return Ok(call.unknown(arguments));
    }
    let variables = variables(call, arguments)?;
    let span = call.span;
    call.host
        .render_template(TemplateSource::Text(&arguments[0]), &variables, span)
        .map_err(|message| wrong(0, message))
}

/// Whether nothing is known of the variables, or nothing that could be used.
fn is_opaque(variables: &Val) -> bool {
    variables.as_unknown().is_some_and(|unk| {
        let nothing = unk.partial.is_none() && unk.candidates.is_empty() && unk.reference.is_none();
        nothing || !matches!(unk.ty, Ty::Dynamic | Ty::Map(_) | Ty::Object(_))
    })
}

/// The variables of a template; where the map is not known whole, what is known of it.
fn variables(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    match Ty::outline(&arguments[1]) {
        Ty::Map(_) | Ty::Object(_) | Ty::Dynamic => {}
        other => return Err(wrong(1, format!("a map of variables is required, not {}", other.friendly()))),
    }
    let bad = |name: &str| {
        let mut chars = name.chars();
        !chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            || chars.any(|c| !(c.is_alphanumeric() || c == '_' || c == '-'))
    };
    if let Some(field) = arguments[1].fields().and_then(|f| f.iter().find(|f| bad(&f.0))) {
        return Err(wrong(1, format!("{:?} is not a name of a template variable", field.0)));
    }
    let _ = call;
    Ok(arguments[1].clone())
}

/// Outside of the project, and known only where the run takes place.
fn elsewhere(call: &mut Call<'_>, path: &str) -> Val {
    let mut unk = Unk::new(Why::File(path.into())).not_null();
    unk.ty = Ty::String;
    let origin = call.origin();
    Val::unk(unk, origin)
}

pub(super) fn abspath(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let path = str(arguments, 0)?;
    if !path.starts_with('/') {
        return Ok(elsewhere(call, path));
    }
    let path = clean(path);
    Ok(call.str(path))
}

pub(super) fn pathexpand(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let path = str(arguments, 0)?;
    if path == "~" || path.starts_with("~/") {
        return Ok(elsewhere(call, path));
    }
    if path.starts_with('~') {
        return Err(error("the home directory of another user cannot be expanded"));
    }
    Ok(arguments[0].clone())
}

pub(super) fn basename(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let path = str(arguments, 0)?;
    let trimmed = path.trim_end_matches('/');
    let base = match (path, trimmed) {
        ("", _) => ".",
        (_, "") => "/",
        (_, trimmed) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    };
    Ok(call.str(base))
}

pub(super) fn dirname(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let path = str(arguments, 0)?;
    let directory = path.rfind('/').map_or("", |at| &path[..=at]);
    let directory = clean(directory);
    Ok(call.str(directory))
}

/// The shortest path to the same place.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}
