//! The answer to a single expression.

use std::path::Path;

use iaclint_source::Span;

use super::{Env, Evaluator};
use crate::json_out::{self, quoted};
use crate::lower;

impl Evaluator<'_, '_> {
    /// Evaluates an expression in the root module of a directory; an error anywhere on its way is the answer.
    pub(crate) fn answer(mut self, directory: &Path, expression: &str) -> String {
        const HEAD: &str = "locals {\n  case = ";
        self.planning = true;
        self.enter(directory);
        let text = format!("{HEAD}{expression}\n}}\n");
        let number = self.loader.project().sources().len();
        let source = self.loader.project().sources().add(&format!("case-{number}.tf"), text);
        let mut lowered = lower::file(&source);
        let error = |message: &str, at: Option<Span>| {
            let at = at.filter(|s| s.file == source.id && s.start as usize >= HEAD.len());
            let at = at.map_or(String::new(), |s| {
                format!(",\"at\":[{},{}]", s.start as usize - HEAD.len(), s.end as usize - HEAD.len())
            });
            format!("{{\"error\":true,\"message\":{}{at}}}", quoted(message))
        };
        if let Some(problem) = lowered.problems.first() {
            return error(&problem.message, problem.span);
        }
        let attributes = lowered
            .body
            .blocks
            .first_mut()
            .map(|b| std::mem::take(&mut b.body.attributes))
            .unwrap_or_default();
        let [attribute] = attributes.as_slice() else { return error("not one expression", None) };
        if let Some(fault) = self.misnamed(&attribute.value, 0) {
            return error(&fault.0.message, Some(fault.0.span));
        }
        let value = self.eval(&attribute.value, Env::of_scope(0)).map(|value| self.deep_whole(value, 0));
        match (value, self.problems.first()) {
            (Err(fault), _) => error(&fault.0.message, Some(fault.0.span)),
            (Ok(_), Some(problem)) => error(&problem.message, problem.span),
            (Ok(value), None) if value.has_infinite() => {
                error("a number divided by zero cannot be written", None)
            }
            (Ok(value), None) => json_out::answer(&value),
        }
    }
}
