//! Functions of providers: those of the provider that is part of Terraform, and what is to be said of the others.

use iaclint_source::Span;
use iaclint_value::Via;

use super::access::references_in;
use super::{Env, Evaluator, Fault};
use crate::functions::hcl_out;
use crate::ir::{Call, E, Expr, Key, Part, StepKind};
use crate::lower;
use crate::ty::Ty;
use crate::val::{Fields, K, Unk, Val};
use iaclint_value::Why;

/// Where the provider comes from that is part of Terraform.
const BUILTIN: &str = "terraform.io/builtin/terraform";

impl Evaluator<'_, '_> {
    /// `provider::local_name::function(..)`.
    pub(super) fn provider_function(
        &mut self,
        call: &Call,
        arguments: &[Val],
        span: Span,
        env: Env<'_>,
    ) -> Result<Val, Fault> {
        let unknown =
            || Fault::new(call.name_span, format!("there is no function named {:?}", call.name.as_str()));
        let mut parts = call.name.split("::");
        let (Some("provider"), Some(local), Some(function), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(unknown());
        };
        let module = self.scopes[env.scope].module.clone();
        let required = module.required_providers.iter().find(|(name, _)| name == local);
        match required {
            // What installs a provider may be written elsewhere; a plan has no such doubt.
            None if self.planning => {
                Err(unknown().with_help(format!("name {local:?} in required_providers")))
            }
            Some((_, Some(source))) if source == BUILTIN && !call.expand => {
                let text = match (function, arguments) {
                    ("encode_expr" | "encode_tfvars" | "decode_tfvars", [argument]) if argument.is_null() => {
                        let at = call.arguments.first().map_or(span, |a| a.span);
                        return Err(Fault::new(at, "the argument must not be null"));
                    }
                    ("encode_expr", [value]) => Ok(hcl_out::expression(value)),
                    ("encode_tfvars", [value]) => encoded_variables(value),
                    ("decode_tfvars", [text]) => return self.decoded_variables(text, span),
                    ("encode_expr" | "encode_tfvars" | "decode_tfvars", _) => {
                        return Err(Fault::new(span, format!("{function}() takes one argument")));
                    }
                    _ => return Err(unknown()),
                };
                let text = text.map_err(|error| Fault::new(span, error))?;
                let marks = arguments.iter().fold(iaclint_value::Marks::NONE, |m, a| m.and(a.deep_marks()));
                let origin = self.origins.add(span, Via::Written, arguments.iter().map(|a| a.origin));
                Ok(match text {
                    Some(text) => Val::str(text, origin),
                    None => Val::unk(Unk::of(arguments, Ty::String).not_null(), origin),
                }
                .marked(marks))
            }
            _ => Ok(self.unevaluated(&call.name, arguments, span)),
        }
    }

    /// The result of a function that we do not have: it depends on its arguments.
    fn unevaluated(&mut self, name: &str, arguments: &[Val], span: Span) -> Val {
        let mut unk = Unk::new(Why::Unsupported(name.into()));
        for argument in arguments {
            references_in(argument, &mut unk.depends_on);
        }
        let origin = self.origins.add(span, Via::Written, arguments.iter().map(|a| a.origin));
        Val::unk(unk, origin)
    }

    /// The values of a text in the form of a file of variables.
    fn decoded_variables(&mut self, text: &Val, span: Span) -> Result<Val, Fault> {
        let value = crate::convert::convert(text, &Ty::String).map_err(|e| Fault::new(span, e))?;
        let origin = self.origins.add(span, Via::Written, [text.origin]);
        let Some(known) = value.as_str() else {
            return Ok(Val::unk(Unk::of([&value], Ty::Dynamic), origin).marked(value.marks));
        };
        let number = self.loader.project().sources().len();
        let source =
            self.loader.project().sources().add(&format!("decoded-{number}.tfvars"), known.to_owned());
        let file = lower::file(&source);
        let fault = |message: String| Fault::new(span, message);
        if let Some(problem) = file.problems.first() {
            return Err(fault(format!("the text is not a file of variables: {}", problem.message)));
        }
        if !file.body.blocks.is_empty() {
            return Err(fault("a file of variables has no blocks".into()));
        }
        let mut fields: Fields = Vec::new();
        for attribute in file.body.attributes {
            if fields.iter().any(|(name, _, _)| *name == attribute.name) {
                return Err(fault(format!("{:?} is given twice", attribute.name.as_str())));
            }
            if !is_literal(&attribute.value, 0) {
                return Err(fault("a file of variables has neither names nor functions".into()));
            }
            let env = Env { scope: 0, bound: None, isolated: true };
            fields.push((attribute.name, origin, self.eval(&attribute.value, env)?));
        }
        Ok(Val::object(fields, origin).marked(value.marks))
    }
}

fn encoded_variables(value: &Val) -> Result<Option<String>, String> {
    match &value.k {
        K::Object(fields) | K::Map(_, fields) => hcl_out::attributes(fields),
        K::Unknown(_) => Ok(None),
        _ => Err("an object is required".into()),
    }
}

/// Whether an expression stands for itself: without names and functions.
fn is_literal(expr: &Expr, depth: usize) -> bool {
    let all = |items: &[Expr]| items.iter().all(|e| is_literal(e, depth + 1));
    if depth > super::MAX_DEPTH {
        return false;
    }
    match &expr.kind {
        E::Null | E::Bool(_) | E::Num(_) | E::Text(..) => true,
        E::Root(_) | E::Call(_) | E::For(_) => false,
        E::Template(parts) => parts.iter().all(|part| match part {
            Part::Literal(..) => true,
            Part::Value(expr) => is_literal(expr, depth + 1),
            Part::If(_) | Part::For(_) => false,
        }),
        E::Wrap(inner) | E::Paren(inner) | E::Unary(_, inner) => is_literal(inner, depth + 1),
        E::Tuple(items) => all(items),
        E::Binary(_, sides) => all(&sides[..]),
        E::Conditional(parts) => all(&parts[..]),
        E::Object(items) => items.iter().all(|item| {
            is_literal(&item.value, depth + 1)
                && match &item.key {
                    Key::Word(..) => true,
                    Key::Expr(key) => is_literal(key, depth + 1),
                }
        }),
        E::Access(base, steps) => {
            is_literal(base, depth + 1)
                && steps.iter().all(|s| match &s.kind {
                    StepKind::Index(key) => is_literal(key, depth + 1),
                    _ => true,
                })
        }
    }
}
