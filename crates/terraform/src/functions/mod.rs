//! The built-in functions.

use std::sync::Arc;

use iaclint_source::{SourceFile, Span};
use iaclint_value::OriginArena;

use crate::val::Val;

/// What a function may ask of the evaluator that calls it.
pub(crate) trait Host {
    /// Where new origins go.
    fn origins(&mut self) -> &mut OriginArena;
    /// Reads a text file by a path relative to the root module's directory, as `file()` does; confined to the project.
    fn read_text(&mut self, path: &str) -> Result<Arc<SourceFile>, String>;
    /// The same for bytes.
    fn read_bytes(&mut self, path: &str) -> Result<Vec<u8>, String>;
    /// All files below a directory, relative to it, sorted, at most 10,000.
    fn list_files(&mut self, directory: &str) -> Result<Vec<String>, String>;
    /// Evaluates a file (or a text, for `templatestring`) as a template with these variables.
    fn render_template(&mut self, source: TemplateSource<'_>, variables: &Val, span: Span) -> Result<Val, String>;
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

/// Calls a function (not `try`, `can`, which need unevaluated arguments; the evaluator has those). The result's origin is
/// `Via::Function` at `span` with the arguments behind it, unless the function only passes a value through.
pub(crate) fn call(host: &mut dyn Host, name: &str, arguments: &[Val], span: Span) -> Result<Val, CallError> {
    let _ = (host, arguments, span);
    Err(CallError { message: format!("there is no function named {name:?}"), argument: None, unknown_function: true })
}
