//! The built-in functions.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all bodies have one signature, for the table; many cannot fail"
)]

mod charsets;
mod cidr;
mod collections;
mod csv;
mod datetime;
pub(crate) mod encoding;
mod files;
pub(crate) mod floats;
pub(crate) mod format;
mod glob;
pub(crate) mod graphemes;
mod hash;
pub(crate) mod hcl_out;
mod lookup;
mod merging;
mod numeric;
mod planned;
mod re2;
mod regexes;
mod setops;
mod splitting;
mod strings;
mod table;
#[cfg(test)]
mod tests;
mod texts;
mod types;
mod yaml_in;
pub(crate) mod yaml_out;

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use iaclint_source::{SourceFile, Span};
use iaclint_value::{Marks, OriginArena, OriginId, Via, Why};

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::convert::convert;
use crate::ty::Ty;
use crate::val::{K, Unk, Val};

/// What a function may ask of the evaluator that calls it.
pub(crate) trait Host {
    /// Whether nothing may be told that a plan does not tell. Otherwise what is written in a text with holes is read as if no hole
    /// could change its structure, and what `try` can evaluate now stands.
    fn is_strict(&self) -> bool;
    /// Where new origins go.
    fn origins(&mut self) -> &mut OriginArena;
    /// Reads a text file by a path relative to the root module's directory, as `file()` does; confined to the project.
    fn read_text(&mut self, path: &str) -> Result<Arc<SourceFile>, String>;
    /// The same for bytes.
    fn read_bytes(&mut self, path: &str) -> Result<Vec<u8>, String>;
    /// All files below a directory, relative to it, sorted, at most 10,000.
    fn list_files(&mut self, directory: &str) -> Result<Vec<String>, String>;
    /// Evaluates a file (or a text, for `templatestring`) as a template with these variables.
    fn render_template(
        &mut self,
        source: TemplateSource<'_>,
        variables: &Val,
        span: Span,
    ) -> Result<Val, String>;
}

/// What is rendered.
pub(crate) enum TemplateSource<'a> {
    File(&'a str),
    Text(&'a Val),
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallError {
    pub(crate) message: String,
    /// The argument that is wrong, from 0.
    pub(crate) argument: Option<usize>,
    /// There is no such function.
    pub(crate) unknown_function: bool,
}

/// An error of the call as a whole.
pub(crate) fn error(message: impl Into<String>) -> CallError {
    CallError { message: message.into(), argument: None, unknown_function: false }
}

/// An error of one argument.
pub(crate) fn wrong(argument: usize, message: impl Into<String>) -> CallError {
    CallError { message: message.into(), argument: Some(argument), unknown_function: false }
}

/// A parameter's or result's type in the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Type {
    Any,
    Bool,
    Number,
    String,
    List(&'static Type),
    Set(&'static Type),
    Map(&'static Type),
}

impl Type {
    fn ty(self) -> Ty {
        match self {
            Type::Any => Ty::Dynamic,
            Type::Bool => Ty::Bool,
            Type::Number => Ty::Number,
            Type::String => Ty::String,
            Type::List(element) => Ty::list(element.ty()),
            Type::Set(element) => Ty::set(element.ty()),
            Type::Map(element) => Ty::map(element.ty()),
        }
    }
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
struct Param {
    ty: Type,
    /// It may be null.
    nullable: bool,
    /// A value of no known type may be judged; any other function is unknown then, whatever else it is given.
    untyped: bool,
}

/// What a function does about unknown arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unknowns {
    /// An unknown argument makes the result unknown.
    Argument,
    /// Anything unknown inside an argument does.
    Inside,
    /// The function sees them.
    Own,
}

/// What becomes of the marks of arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Spread {
    /// All of them, from any depth, are the result's.
    All,
    /// Those of the arguments themselves are the result's; their elements carry their own along.
    Shallow,
    /// The function decides.
    Own,
}

/// One function.
struct Function {
    name: &'static str,
    params: &'static [Param],
    variadic: Option<Param>,
    result: Type,
    unknowns: Unknowns,
    spread: Spread,
    body: Body,
}

type Body = fn(&mut Call<'_>, &[Val]) -> Result<Val, CallError>;

static BY_NAME: LazyLock<FxHashMap<&'static str, &'static Function>> =
    LazyLock::new(|| table::FUNCTIONS.iter().map(|function| (function.name, function)).collect());

/// One call under way.
struct Call<'a> {
    host: &'a mut dyn Host,
    name: &'static str,
    result: Ty,
    span: Span,
    sources: SmallVec<[OriginId; 4]>,
    origin: Option<OriginId>,
}

impl Call<'_> {
    /// The origin of what this call makes.
    fn origin(&mut self) -> OriginId {
        if let Some(origin) = self.origin {
            return origin;
        }
        let mut sources: SmallVec<[OriginId; 4]> = SmallVec::new();
        for source in &self.sources {
            if !sources.contains(source) {
                sources.push(*source);
            }
        }
        let origin = self.host.origins().add(self.span, Via::Function(self.name), sources);
        self.origin = Some(origin);
        origin
    }

    fn str(&mut self, text: impl Into<iaclint_value::Name>) -> Val {
        let origin = self.origin();
        Val::str(text, origin)
    }

    /// A result that is unknown because of these arguments.
    fn unknown(&mut self, arguments: &[Val]) -> Val {
        let ty = self.result.clone();
        self.unknown_of(arguments, ty)
    }

    fn unknown_of(&mut self, arguments: &[Val], ty: Ty) -> Val {
        let unk = Unk::of(arguments, ty).not_null();
        let origin = self.origin();
        Val::unk(unk, origin)
    }
}

/// Calls a function (not `try`, `can`, which need unevaluated arguments; the evaluator has those). The result's origin is
/// `Via::Function` at `span` with the arguments behind it, unless the function only passes a value through.
pub(crate) fn call(host: &mut dyn Host, name: &str, arguments: &[Val], span: Span) -> Result<Val, CallError> {
    let plain = name.strip_prefix("core::").unwrap_or(name);
    let Some(function) = BY_NAME.get(plain) else {
        let message = format!("there is no function named {name:?}");
        return Err(CallError { message, argument: None, unknown_function: true });
    };
    let (arguments, undecided_type) = prepared(function, arguments, host.is_strict())?;
    let mut call = Call {
        host,
        name: function.name,
        result: function.result.ty(),
        span,
        sources: arguments.iter().map(|v| v.origin).collect(),
        origin: None,
    };
    if let Some(ty) = planned::typed(function, &arguments) {
        call.result = ty;
    }
    let mut result = match run(function, &mut call, &arguments) {
        Ok(value) if !undecided_type || value.is_unknown() || !call.host.is_strict() => value,
        Err(error) if !undecided_type => return Err(error),
        _ => call.unknown_of(&arguments, Ty::Dynamic),
    };
    if let (K::Unknown(unk), Some(open)) = (&mut result.k, undecided(&arguments))
        && unk.candidates.is_empty()
        && unk.reference.is_none()
        && unk.encoded.is_none()
        && !matches!(unk.why, Why::Impure(_))
    {
        let candidates = candidates(function, &mut call, &arguments, open);
        // Of a value without a type it is not sure that it can be had at all.
        let typed = Ty::outline(&arguments[open]) != Ty::Dynamic;
        if let ([one], Ty::Number) = (candidates.as_slice(), &unk.ty)
            && typed
            && !one.has_unknown()
        {
            result = one.clone();
        } else {
            Arc::make_mut(unk).candidates = candidates;
        }
    }
    if call.host.is_strict() {
        planned::told(function, &arguments, undecided_type, &mut result);
    }
    let marks = match function.spread {
        Spread::All => arguments.iter().fold(Marks::NONE, |marks, v| marks.and(v.deep_marks())),
        Spread::Shallow => arguments.iter().fold(Marks::NONE, |marks, v| marks.and(v.marks)),
        Spread::Own => Marks::NONE,
    };
    if !result.origin.is_some() {
        result.origin = call.origin();
    }
    Ok(result.marked(marks))
}

/// The functions that OpenTofu has beyond Terraform's.
pub(crate) fn is_of_tofu(name: &str) -> bool {
    matches!(name, "base64gunzip" | "cidrcontains" | "urldecode")
}

/// Checks the number of arguments, null, and converts; and tells whether an argument is of a type that decides the rest and is not
/// known.
fn prepared<'v>(
    function: &Function,
    arguments: &'v [Val],
    strict: bool,
) -> Result<(Cow<'v, [Val]>, bool), CallError> {
    let (have, want) = (arguments.len(), function.params.len());
    if have < want {
        let least = if function.variadic.is_some() { "at least " } else { "" };
        return Err(error(format!(
            "{}() takes {least}{want} arguments, but {have} are given",
            function.name
        )));
    }
    if have > want && function.variadic.is_none() {
        return Err(wrong(want, format!("{}() takes {want} arguments, but {have} are given", function.name)));
    }
    // Most functions take whatever they are given.
    let takes_any = function.params.iter().chain(&function.variadic).all(|param| param.ty == Type::Any);
    let mut out = Vec::with_capacity(if takes_any { 0 } else { have });
    let mut undecided_type = false;
    for (at, value) in arguments.iter().enumerate() {
        let Some(param) = function.params.get(at).copied().or(function.variadic) else { continue };
        if value.is_null() && !param.nullable && !undecided_type {
            return Err(wrong(at, "the argument must not be null"));
        }
        if !takes_any {
            let mut converted = convert(value, &param.ty.ty()).map_err(|message| wrong(at, message))?;
            if strict && matches!(param.ty, Type::List(_)) && matches!(value.k, K::Set(..)) {
                let ordered = convert(&planned::ordered(value.clone()), &param.ty.ty());
                converted = ordered.map_err(|message| wrong(at, message))?;
            }
            out.push(converted);
        }
        // What an attribute of a provider is only its schema tells; to Terraform it has a type.
        let attribute = value.as_unknown().is_some_and(|u| u.reference.is_some());
        let open = param.ty == Type::Any && !param.untyped && !attribute;
        undecided_type |= open && Ty::outline(value) == Ty::Dynamic;
    }
    Ok((if takes_any { Cow::Borrowed(arguments) } else { Cow::Owned(out) }, undecided_type))
}

fn run(function: &Function, call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let unknown = match function.unknowns {
        Unknowns::Own => false,
        Unknowns::Argument => arguments.iter().any(Val::is_unknown),
        Unknowns::Inside => arguments.iter().any(Val::has_unknown),
    };
    if unknown { Ok(call.unknown(arguments)) } else { (function.body)(call, arguments) }
}

/// The only argument that has a few possible values.
fn undecided(arguments: &[Val]) -> Option<usize> {
    let mut open = (0..arguments.len()).filter(|at| arguments[*at].is_unknown());
    let at = open.next()?;
    if open.next().is_some() || arguments[at].as_unknown()?.candidates.is_empty() { None } else { Some(at) }
}

/// The results for each possible value; a value for which the call fails is none.
fn candidates(function: &Function, call: &mut Call<'_>, arguments: &[Val], open: usize) -> Vec<Val> {
    let Some(unk) = arguments[open].as_unknown() else { return Vec::new() };
    let nullable = function.params.get(open).copied().or(function.variadic).is_some_and(|p| p.nullable);
    let mut row = arguments.to_vec();
    let mut out: Vec<Val> = Vec::new();
    for candidate in &unk.candidates {
        if candidate.is_null() && !nullable {
            continue;
        }
        row[open] = candidate.clone();
        let result = run(function, call, &row);
        // A plan does not drop what leads to an error.
        if result.is_err() && call.host.is_strict() {
            return Vec::new();
        }
        if let Ok(mut value) = result {
            if !value.origin.is_some() {
                value.origin = candidate.origin;
            }
            if !out.iter().any(|known| crate::sets::same(known, &value)) {
                out.push(value);
            }
        }
    }
    // A candidate of which nothing is known says nothing.
    let nothing = |v: &Val| {
        v.as_unknown().is_some_and(|u| u.reference.is_none() && u.text.is_none() && u.partial.is_none())
    };
    if out.iter().all(nothing) { Vec::new() } else { out }
}
