//! `regex`, `regexall` and the pattern form of `replace`.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use iaclint_value::OriginId;
use regex::Captures;
use rustc_hash::FxHashMap;

use super::re2::Pattern;
use super::strings::str;
use super::{Call, CallError, error, wrong};
use crate::ty::{Field, Ty};
use crate::val::{K, Val, sorted};

/// Patterns that were compiled, by their texts: the roots of a repository use the same ones.
static COMPILED: LazyLock<Mutex<FxHashMap<String, Arc<Pattern>>>> = LazyLock::new(Mutex::default);

/// The most patterns that are kept.
const MAX_COMPILED: usize = 256;

fn compiled(pattern: &str, argument: usize) -> Result<Arc<Pattern>, CallError> {
    let known = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known().get(pattern) {
        return Ok(known.clone());
    }
    let new = Pattern::new(pattern);
    let new = Arc::new(new.map_err(|e| wrong(argument, format!("the pattern is not valid: {e}")))?);
    let mut known = known();
    if known.len() >= MAX_COMPILED {
        known.clear();
    }
    known.insert(pattern.to_owned(), new.clone());
    Ok(new)
}

/// What a match gives: the match itself, a tuple of the groups, or an object of the named ones.
enum Shape<'p> {
    Whole,
    Groups(usize),
    Named(Vec<(usize, &'p str)>),
}

/// The shape of the matches. Named and unnamed groups together are refused.
fn shape(pattern: &Pattern) -> Result<Shape<'_>, CallError> {
    let groups = pattern.names().len() - 1;
    let names: Vec<(usize, &str)> =
        pattern.names().iter().enumerate().filter_map(|(at, n)| Some((at, n.as_deref()?))).collect();
    match names.len() {
        0 if groups == 0 => Ok(Shape::Whole),
        0 => Ok(Shape::Groups(groups)),
        count if count == groups => Ok(Shape::Named(names)),
        _ => Err(wrong(0, "a pattern cannot have both named and unnamed groups")),
    }
}

impl Shape<'_> {
    fn value(&self, captures: &Captures<'_>, origin: OriginId) -> Val {
        let group = |at: usize| match captures.get(at) {
            Some(found) => Val::str(found.as_str(), origin),
            None => Val::new(K::Null(Ty::String), origin),
        };
        match self {
            Shape::Whole => group(0),
            Shape::Groups(count) => Val::tuple((1..=*count).map(group).collect(), origin),
            Shape::Named(names) => {
                let fields = names.iter().map(|(at, name)| ((*name).into(), OriginId::NONE, group(*at)));
                Val::object(fields.collect(), origin)
            }
        }
    }

    fn ty(&self) -> Ty {
        match self {
            Shape::Whole => Ty::String,
            Shape::Groups(count) => Ty::Tuple(vec![Ty::String; *count].into()),
            Shape::Named(names) => {
                let none = || Val::null(OriginId::NONE);
                let each = names.iter().map(|(_, name)| ((*name).into(), OriginId::NONE, none()));
                let names = sorted(each.collect()).into_iter().map(|(name, ..)| name);
                Ty::object(names.map(|name| Field::new(name, Ty::String)).collect())
            }
        }
    }
}

pub(super) fn regex(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(pattern) = arguments[0].as_str() else { return Ok(call.unknown(arguments)) };
    let pattern = compiled(pattern, 0)?;
    let shape = shape(&pattern)?;
    if arguments[1].is_unknown() {
        return Ok(call.unknown_of(arguments, shape.ty()));
    }
    let origin = call.origin();
    match pattern.captures(str(arguments, 1)?) {
        Some(captures) => Ok(shape.value(&captures, origin)),
        None => Err(error("the pattern does not match the string")),
    }
}

pub(super) fn regexall(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(pattern) = arguments[0].as_str() else { return Ok(call.unknown(arguments)) };
    let pattern = compiled(pattern, 0)?;
    let shape = shape(&pattern)?;
    if arguments[1].is_unknown() {
        return Ok(call.unknown_of(arguments, Ty::list(shape.ty())));
    }
    let origin = call.origin();
    let items = pattern.captures_iter(str(arguments, 1)?).map(|c| shape.value(&c, origin)).collect();
    Ok(Val::list(shape.ty(), items, origin))
}

/// Replaces every match; `$1`, `${name}` and `$name` in the replacement are groups.
pub(super) fn replace_all(pattern: &str, subject: &str, with: &str) -> Result<String, CallError> {
    Ok(compiled(pattern, 1)?.replace_all(subject, with))
}
