//! Values that a root's variables are given: variable files, the command line, the environment.

use std::path::Path;
use std::sync::Arc;

use iaclint_source::{Problem, ProblemKind, Span};
use iaclint_value::{Marks, Name, Placed, Value, Via};

use super::{Env, Evaluator};
use crate::ir::{E, Expr};
use crate::loader::Assigned;
use crate::lower;
use crate::module::{Module, Variable};
use crate::planned::Plan;
use crate::ty::Ty;
use crate::val::Val;

/// A value that was given, before it is evaluated.
#[derive(Clone, Debug)]
pub(super) enum Given {
    /// In a variable file.
    Expr(Expr),
    /// On the command line or in the environment.
    Text(String),
    /// In a plan.
    Known(Value),
}

impl Given {
    /// Its place in a variable file.
    pub(super) fn span(&self) -> Option<Span> {
        match self {
            Given::Expr(expr) => Some(expr.span),
            Given::Text(_) | Given::Known(_) => None,
        }
    }
}

impl Evaluator<'_, '_> {
    /// Collects what is given to the root; what comes later goes before.
    pub(super) fn collect_inputs(&mut self, module: &Module) {
        for (name, text) in &self.inputs.environment {
            if let Some(name) = name.strip_prefix("TF_VAR_") {
                self.given.insert(name.into(), Given::Text(text.clone()));
            }
        }
        let directory = &module.directory;
        let names: Vec<String> = match self.loader.project().read_dir(directory) {
            Ok(entries) => entries.into_iter().map(|e| e.name).collect(),
            Err(_) => Vec::new(),
        };
        for name in ["terraform.tfvars", "terraform.tfvars.json"] {
            if names.iter().any(|n| n == name) {
                self.variable_file(&directory.join(name));
            }
        }
        for name in names.iter().filter(|n| n.ends_with(".auto.tfvars") || n.ends_with(".auto.tfvars.json")) {
            self.variable_file(&directory.join(name));
        }
        for assigned in &self.inputs.assigned {
            match assigned {
                Assigned::File(path) => self.variable_file(path),
                Assigned::Value(name, text) => {
                    self.given.insert(name.as_str().into(), Given::Text(text.clone()));
                }
            }
        }
        if let Some(plan) = self.plan.clone() {
            for (name, value) in plan.variables() {
                self.given.insert(name.clone(), Given::Known(value.clone()));
            }
        }
    }

    /// Reads the plan of this root, if one is given.
    pub(super) fn read_plan(&mut self) {
        let Some(path) = &self.inputs.plan else { return };
        match Plan::read(self.loader.project(), path, &mut self.origins) {
            Ok(plan) => self.plan = Some(Arc::new(plan)),
            Err(problem) => self.problem(problem),
        }
    }

    /// What a plan knows of an attribute of a data source. What it is called by others stays a reference.
    pub(super) fn read_before(&mut self, instance: usize, name: &str, span: Span) -> Option<Val> {
        let at = &self.instances[instance];
        let declaration = &self.scopes[at.scope].module.resources[at.declaration];
        if !declaration.data || matches!(name, "id" | "arn") {
            return None;
        }
        let key = at.key.clone();
        let plan = self.plan.clone()?;
        let planned = plan.resource(&key.address)?;
        let said = |mask: &Option<Value>| {
            mask.as_ref().and_then(|m| m.get(name)).is_some_and(|m| {
                let mut found = false;
                m.walk(&mut |v| found |= v.as_bool() == Some(true));
                found
            })
        };
        if said(&planned.unknown) {
            return None;
        }
        let value = crate::export::import(planned.known(name)?);
        let value = if said(&planned.sensitive) { value.marked(Marks::SENSITIVE) } else { value };
        Some(self.step(value, span, Via::Attribute(key)))
    }

    fn variable_file(&mut self, path: &Path) {
        match self.loader.variable_file(path) {
            Ok((_, file)) => {
                for problem in file.problems {
                    self.problem(problem);
                }
                for block in file.body.blocks.iter().filter(|_| self.planning) {
                    let message = "there are no blocks in a file of variables";
                    self.problems.push(Problem::at(ProblemKind::Invalid, block.header, message));
                }
                for attribute in file.body.attributes {
                    if let (true, Some(span)) = (self.planning, computed(&attribute.value)) {
                        let message = "a file of variables holds values, which are not computed";
                        self.problem(Problem::at(ProblemKind::Invalid, span, message));
                        continue;
                    }
                    self.given.insert(attribute.name, Given::Expr(attribute.value));
                }
            }
            Err(problem) => self.problem(problem),
        }
    }

    /// The value given to a variable of the root.
    pub(super) fn given_value(&mut self, variable: &Variable) -> Option<(Val, Span)> {
        let given = self.given.get(&variable.name)?.clone();
        let env = Env { scope: 0, bound: None, isolated: true };
        let (value, span) = match given {
            Given::Expr(expr) => {
                let value = self.eval(&expr, env);
                (value.unwrap_or_else(|fault| self.invalid(fault)), expr.span)
            }
            Given::Known(value) => {
                let value = crate::export::import(&value);
                let span = self.origins.get(value.origin).map_or(variable.header, |o| o.span);
                (value, span)
            }
            Given::Text(text) => {
                let span = variable.header;
                let is_text = match &variable.ty {
                    None => true,
                    Some(ty) => matches!(self.constraint(ty), Ty::String | Ty::Number | Ty::Bool),
                };
                let origin = self.written(span);
                let value = if is_text {
                    Val::str(text, origin)
                } else {
                    match lower::expression(span.file, "", &text, 0) {
                        // Its places lie on the command line, in no file.
                        Ok(expr) => {
                            let expr = placed(&expr, span);
                            let value = self.eval(&expr, env);
                            value.unwrap_or_else(|fault| self.invalid(fault))
                        }
                        Err(problem) => {
                            let message = format!(
                                "the value given for var.{} cannot be read: {}",
                                variable.name, problem.message
                            );
                            self.problem(Problem { span: Some(span), path: None, message, ..problem });
                            Val::unknown(iaclint_value::Why::Invalid, origin)
                        }
                    }
                };
                (value, span)
            }
        };
        let name: Name = variable.name.clone();
        Some((self.step(value, span, Via::Given(name)), span))
    }
}

/// Where a value is not written but computed.
fn computed(expr: &Expr) -> Option<Span> {
    match &expr.kind {
        E::Call(_) | E::Root(_) => Some(expr.span),
        E::Access(base, _) | E::Paren(base) | E::Wrap(base) | E::Unary(_, base) => computed(base),
        E::Tuple(items) => items.iter().find_map(computed),
        E::Object(items) => items.iter().find_map(|item| computed(&item.value)),
        E::Binary(_, sides) => sides.iter().find_map(computed),
        E::Conditional(parts) => parts.iter().find_map(computed),
        _ => None,
    }
}

/// A literal expression that has no place in a file: every part of it stands at `span`.
fn placed(expr: &Expr, span: Span) -> Expr {
    use crate::ir::{Item, Key};
    let kind = match &expr.kind {
        E::Text(text, _) => {
            let placed = Placed { span, breaks: [(0, span.start)].into() };
            E::Text(text.clone(), Some(Box::new(placed)))
        }
        E::Tuple(items) => E::Tuple(items.iter().map(|i| self::placed(i, span)).collect()),
        E::Object(items) => E::Object(
            items
                .iter()
                .map(|item| Item {
                    key: match &item.key {
                        Key::Word(name, _) => Key::Word(name.clone(), span),
                        Key::Expr(key) => Key::Expr(Box::new(self::placed(key, span))),
                    },
                    value: self::placed(&item.value, span),
                })
                .collect(),
        ),
        E::Paren(inner) => E::Paren(Box::new(self::placed(inner, span))),
        E::Unary(op, inner) => E::Unary(*op, Box::new(self::placed(inner, span))),
        other => other.clone(),
    };
    Expr { kind, span }
}
