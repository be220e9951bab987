//! `try` and `can`: expressions that may fail, and those of which that is not yet known.

use std::sync::Arc;

use iaclint_source::Span;
use iaclint_value::Name;

use super::access::{has_substance, references_in};
use super::call::is_whole;
use super::{Env, Evaluator, Fault};
use crate::ir::{Call, Expr};
use crate::ty::Ty;
use crate::val::{K, Unk, Val};

impl Evaluator<'_, '_> {
    /// The first argument that can be evaluated; to a plan, one that is not known whole is only a possible value.
    pub(super) fn try_call(&mut self, call: &Call, span: Span, env: Env<'_>) -> Result<Val, Fault> {
        self.expandable(call, env)?;
        let mut failure = None;
        for argument in &call.arguments {
            match self.attempt(argument, env) {
                Ok(value) if is_whole(&value) || !self.planning => return Ok(value),
                Ok(value) => return Ok(tentative(self.whole(value))),
                Err(fault) => failure = Some(fault),
            }
        }
        Err(match failure {
            Some(fault) => {
                Fault::new(span, format!("no argument of try() can be evaluated: {}", fault.0.message))
            }
            None => Fault::new(span, "try() needs an argument"),
        })
    }

    /// Whether the argument can be evaluated.
    pub(super) fn can_call(&mut self, call: &Call, span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let [argument] = call.arguments.as_slice() else {
            return Err(Fault::new(span, "can() takes one argument"));
        };
        self.expandable(call, env)?;
        let value = self.attempt(argument, env);
        let origin = self.written(span);
        Ok(match value {
            Err(_) => Val::bool(false, origin),
            Ok(value) if is_whole(&value) => Val::bool(true, origin),
            Ok(value) => super::iterate::unknown_from(&value, Ty::Bool).with_origin(origin),
        })
    }

    /// What stands before `...` must be a list, be it caught or not.
    fn expandable(&mut self, call: &Call, env: Env<'_>) -> Result<(), Fault> {
        let (true, Some(last)) = (call.expand, call.arguments.last()) else { return Ok(()) };
        let value = self.attempt(last, env)?;
        let ty = Ty::outline(&value);
        if ty.is_sequence() || ty == Ty::Dynamic {
            return Ok(());
        }
        Err(Fault::new(last.span, "what stands before ... is not a list"))
    }

    /// Evaluates an expression that may fail.
    fn attempt(&mut self, argument: &Expr, env: Env<'_>) -> Result<Val, Fault> {
        let catching = std::mem::replace(&mut self.catching, true);
        let value = self.eval(argument, env);
        self.catching = catching;
        value
    }
}

/// A value that stands unless what is unknown makes it fail: of no known type, but with all that may be said of it.
fn tentative(value: Val) -> Val {
    if let K::Unknown(unk) = &value.k {
        // The instances of a resource or module keep their keys.
        if unk.reference.as_ref().is_some_and(|r| r.path.is_empty()) {
            return value;
        }
        let mut unk = Unk::clone(unk);
        unk.ty = Ty::Dynamic;
        unk.not_null = false;
        unk.prefix = Name::new();
        unk.len = (0, None);
        return Val { k: K::Unknown(Arc::new(unk)), ..value };
    }
    let mut unk = Unk::of([&value], Ty::Dynamic);
    references_in(&value, &mut unk.depends_on);
    let (origin, marks) = (value.origin, value.marks);
    if has_substance(&value) {
        unk.candidates = vec![value];
    }
    Val::unk(unk, origin).marked(marks)
}
