//! What a configuration demands of its own values: validations, preconditions, postconditions, checks.

use iaclint_source::Span;
use iaclint_value::{Name, Reference, Target};

use super::call::is_whole;
use super::{Env, Evaluator, Fault};
use crate::convert::convert;
use crate::ir::Block;
use crate::ty::Ty;
use crate::val::Val;

/// How long a message of the author's is quoted.
const MAX_MESSAGE: usize = 300;

/// How a demand turned out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    Pass,
    Fail,
    Unknown,
}

/// The outcome of all demands of one thing.
#[derive(Clone, Debug)]
pub(super) struct CheckResult {
    /// `var.env`, `output.o`, `aws_x.y`, `check.c`, with its module.
    pub(super) address: Name,
    pub(super) outcome: Outcome,
}

impl Evaluator<'_, '_> {
    /// Judges all demands of the module instances in `order`. One whose condition is not decided is met.
    pub(super) fn checks(&mut self, order: &[usize]) -> Vec<CheckResult> {
        let mut out = Vec::new();
        for scope in order {
            self.validations(*scope, &mut out);
            self.resource_conditions(*scope, &mut out);
            self.output_conditions(*scope, &mut out);
            self.assertions(*scope, &mut out);
        }
        out
    }

    fn validations(&mut self, scope: usize, out: &mut Vec<CheckResult>) {
        let module = self.scopes[scope].module.clone();
        for variable in &module.variables {
            if variable.validations.is_empty() {
                continue;
            }
            let at = self.given_at(scope, &variable.name).unwrap_or(variable.header);
            let what = format!("var.{} is not valid", variable.name);
            let address = self.key_of(scope, &format!("var.{}", variable.name)).address;
            let outcome = self.conditions_of(&variable.validations, Env::of_scope(scope), &what, Some(at));
            out.push(CheckResult { address, outcome });
        }
    }

    /// Where a variable gets its value, unless it is its default.
    fn given_at(&self, scope: usize, name: &str) -> Option<Span> {
        match self.scopes[scope].parent {
            Some((parent, call)) => {
                let call = &self.scopes[parent].module.calls[call];
                call.block.body.attribute(name).map(|a| a.value.span)
            }
            None => self.given.get(name).and_then(super::inputs::Given::span),
        }
    }

    fn resource_conditions(&mut self, scope: usize, out: &mut Vec<CheckResult>) {
        let module = self.scopes[scope].module.clone();
        for (at, declaration) in module.resources.iter().enumerate() {
            let conditions: Vec<(&str, Block)> = declaration
                .block
                .body
                .blocks("lifecycle")
                .flat_map(|l| &l.body.blocks)
                .filter_map(|b| match b.kind.as_str() {
                    "precondition" => Some(("a precondition", b.clone())),
                    "postcondition" => Some(("a postcondition", b.clone())),
                    _ => None,
                })
                .collect();
            if conditions.is_empty() {
                continue;
            }
            let instances = self.instances_of(scope, at).instances.clone();
            let mut outcome = Outcome::Pass;
            for instance in instances {
                if !self.instances[instance].slot.existence.is_certain() {
                    outcome = worse(outcome, Outcome::Unknown);
                    continue;
                }
                let key = self.instances[instance].key.clone();
                for (what, block) in &conditions {
                    let what = format!("{what} of {} is not met", key.address);
                    let blocks = std::slice::from_ref(block);
                    let origin = self.written(block.header);
                    let own = Reference::to(Target::Resource(key.clone()));
                    let own = Val::reference(own, origin);
                    let found = self.in_instance(instance, |me, env| {
                        me.bound(env, &[("self".into(), own)], |me, env| {
                            me.conditions_of(blocks, env, &what, None)
                        })
                    });
                    outcome = worse(outcome, found);
                }
            }
            out.push(CheckResult { address: self.key_of(scope, &declaration.address).address, outcome });
        }
    }

    fn output_conditions(&mut self, scope: usize, out: &mut Vec<CheckResult>) {
        let module = self.scopes[scope].module.clone();
        for output in &module.outputs {
            let Some(name) = output.labels.first() else { continue };
            let blocks: Vec<Block> = output.body.blocks("precondition").cloned().collect();
            if !blocks.is_empty() {
                let what = format!("a precondition of the output {name:?} is not met");
                let outcome = self.conditions_of(&blocks, Env::of_scope(scope), &what, None);
                out.push(CheckResult {
                    address: self.key_of(scope, &format!("output.{name}")).address,
                    outcome,
                });
            }
        }
    }

    /// A `check` that fails is a warning of Terraform's and stops nothing, so it is no problem.
    fn assertions(&mut self, scope: usize, out: &mut Vec<CheckResult>) {
        let module = self.scopes[scope].module.clone();
        for check in &module.checks {
            let Some(name) = check.labels.first() else { continue };
            let mut outcome = Outcome::Pass;
            for block in check.body.blocks("assert") {
                outcome = worse(
                    outcome,
                    self.condition(block, Env::of_scope(scope)).map_or(Outcome::Unknown, |(o, _)| o),
                );
            }
            out.push(CheckResult { address: self.key_of(scope, &format!("check.{name}")).address, outcome });
        }
    }

    /// Judges blocks; what fails is reported at `at`, or at its condition.
    fn conditions_of(&mut self, blocks: &[Block], env: Env<'_>, what: &str, at: Option<Span>) -> Outcome {
        let doubt = self.doubtful || !self.scopes[env.scope].existence.is_certain();
        let doubtful = std::mem::replace(&mut self.doubtful, doubt);
        let mut outcome = Outcome::Pass;
        for block in blocks {
            let found = self.assuming_within(env.scope, |me| me.judged(block, env, what, at));
            outcome = worse(outcome, found);
        }
        self.doubtful = doubtful;
        outcome
    }

    /// Judges a block; where it fails, it is reported.
    fn judged(&mut self, block: &Block, env: Env<'_>, what: &str, at: Option<Span>) -> Outcome {
        let Some((outcome, span)) = self.condition(block, env) else { return Outcome::Unknown };
        if outcome == Outcome::Fail {
            // What the message says is not what fails.
            let rests = self.assumptions.now;
            let message = match self.error_message(block, env) {
                Some(words) => format!("{what}: {words}"),
                None => what.to_owned(),
            };
            self.assumptions.now = rests;
            let stands_for = self.invalid(Fault::new(at.unwrap_or(span), message));
            drop(stands_for);
        }
        outcome
    }

    /// The outcome of a block's condition and its place; `None` when it cannot be evaluated, which is reported.
    fn condition(&mut self, block: &Block, env: Env<'_>) -> Option<(Outcome, Span)> {
        let attribute = block.body.attribute("condition")?;
        let span = attribute.value.span;
        let value = match self.eval(&attribute.value, env) {
            Ok(value) => value,
            Err(fault) => {
                let stands_for = self.invalid(fault);
                drop(stands_for);
                return None;
            }
        };
        let outcome = match convert(&value, &Ty::Bool) {
            Ok(value) => match value.as_bool() {
                Some(true) => Outcome::Pass,
                Some(false) => Outcome::Fail,
                None => Outcome::Unknown,
            },
            Err(_) => Outcome::Unknown,
        };
        Some((outcome, span))
    }

    /// The author's own words, unless they would show a secret.
    fn error_message(&mut self, block: &Block, env: Env<'_>) -> Option<String> {
        let attribute = block.body.attribute("error_message")?;
        let catching = std::mem::replace(&mut self.catching, true);
        let value = self.eval(&attribute.value, env);
        self.catching = catching;
        let value = value.ok()?;
        if !is_whole(&value) || value.deep_marks() != iaclint_value::Marks::NONE {
            return None;
        }
        let words: Vec<&str> = value.as_str()?.split_whitespace().collect();
        let words = words.join(" ");
        let words = words.trim_end_matches('.');
        Some(words.chars().take(MAX_MESSAGE).collect())
    }
}

fn worse(a: Outcome, b: Outcome) -> Outcome {
    match (a, b) {
        (Outcome::Fail, _) | (_, Outcome::Fail) => Outcome::Fail,
        (Outcome::Unknown, _) | (_, Outcome::Unknown) => Outcome::Unknown,
        _ => Outcome::Pass,
    }
}
