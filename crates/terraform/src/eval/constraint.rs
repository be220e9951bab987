//! Type constraints: `list(object({ port = optional(number, 80) }))`.

use std::sync::Arc;

use super::{Env, Evaluator, Fault};
use crate::convert::convert;
use crate::ir::{Call, E, Expr, Key};
use crate::ty::{Field, Ty};

/// How deep types may nest.
const MAX_DEPTH: usize = 64;

impl Evaluator<'_, '_> {
    /// The type that an expression states; any, with a problem, when it states none.
    pub(super) fn constraint(&mut self, expr: &Expr) -> Ty {
        match self.ty(expr, 0) {
            Ok(ty) => ty,
            Err(fault) => {
                self.invalid(fault);
                Ty::Dynamic
            }
        }
    }

    fn ty(&mut self, expr: &Expr, depth: usize) -> Result<Ty, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::new(expr.span, "this type nests too deep"));
        }
        match &expr.bare().kind {
            // Old configurations write simple types in quotes.
            E::Root(name) | E::Text(name, _) => Ok(match name.as_str() {
                "any" => Ty::Dynamic,
                "string" => Ty::String,
                "number" => Ty::Number,
                "bool" => Ty::Bool,
                "list" => Ty::List(Arc::new(Ty::Dynamic)),
                "map" => Ty::Map(Arc::new(Ty::Dynamic)),
                "set" => Ty::Set(Arc::new(Ty::Dynamic)),
                _ => return Err(Fault::new(expr.span, format!("{name:?} is not a type"))),
            }),
            E::Call(call) => self.compound(call, expr, depth),
            _ => Err(Fault::new(expr.span, "this is not a type")),
        }
    }

    fn compound(&mut self, call: &Call, expr: &Expr, depth: usize) -> Result<Ty, Fault> {
        let one = match call.arguments.as_slice() {
            [one] => Some(one),
            _ => None,
        };
        match (call.name.as_str(), one) {
            ("list", Some(element)) => Ok(Ty::List(Arc::new(self.ty(element, depth + 1)?))),
            ("set", Some(element)) => Ok(Ty::Set(Arc::new(self.ty(element, depth + 1)?))),
            ("map", Some(element)) => Ok(Ty::Map(Arc::new(self.ty(element, depth + 1)?))),
            ("tuple", Some(Expr { kind: E::Tuple(items), .. })) => {
                let mut types = Vec::with_capacity(items.len());
                for item in items {
                    types.push(self.ty(item, depth + 1)?);
                }
                Ok(Ty::Tuple(types.into()))
            }
            ("object", Some(Expr { kind: E::Object(items), .. })) => {
                let mut fields: Vec<Field> = Vec::with_capacity(items.len());
                for item in items {
                    let name = match &item.key {
                        Key::Word(name, _) => name.clone(),
                        Key::Expr(key) => {
                            return Err(Fault::new(
                                key.span,
                                "an attribute of an object type is a plain name",
                            ));
                        }
                    };
                    fields.push(self.field(name, &item.value, depth)?);
                }
                fields.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
                Ok(Ty::object(fields))
            }
            (name, _) => {
                Err(Fault::new(expr.span, format!("{name:?} is not a type, or not with these arguments")))
            }
        }
    }

    fn field(&mut self, name: iaclint_value::Name, expr: &Expr, depth: usize) -> Result<Field, Fault> {
        let E::Call(call) = &expr.bare().kind else {
            return Ok(Field { name, ty: self.ty(expr, depth + 1)?, optional: false, default: None });
        };
        if call.name != "optional" {
            return Ok(Field { name, ty: self.ty(expr, depth + 1)?, optional: false, default: None });
        }
        let (ty, default) = match call.arguments.as_slice() {
            [ty] => (ty, None),
            [ty, default] => (ty, Some(default)),
            _ => return Err(Fault::new(expr.span, "optional() takes a type and a default")),
        };
        let ty = self.ty(ty, depth + 1)?;
        let default = match default {
            None => None,
            Some(default) => {
                let value = self.eval(default, Env { scope: 0, bound: None, isolated: true })?;
                Some(convert(&value, &ty).map_err(|e| Fault::new(default.span, e))?)
            }
        };
        Ok(Field { name, ty, optional: true, default })
    }
}
