//! Declarations that have no instance in this run: what they name is used where their count is another.

use std::sync::Arc;

use iaclint_graph::Dormant;
use iaclint_value::{Name, OriginId, Value, Why};

use super::modules::CALL_ARGUMENTS;
use super::resource::{META_ARGUMENTS, META_BLOCKS};
use super::{Env, Evaluator};
use crate::ir::{Block, Body, E};
use crate::module::Module;
use crate::val::Val;

impl Evaluator<'_, '_> {
    /// Every resource and module call that surely has no instance, with what it names.
    pub(super) fn dormant(&mut self, order: &[usize]) -> Vec<Dormant> {
        let mut out = Vec::new();
        for scope in order {
            let module: Arc<Module> = self.scopes[*scope].module.clone();
            for (at, declaration) in module.resources.iter().enumerate() {
                let made = self.instances_of(*scope, at);
                if !declaration.data && made.expansion.complete && made.instances.is_empty() {
                    out.push(self.dormant_block(
                        *scope,
                        &declaration.address,
                        &declaration.block,
                        &META_ARGUMENTS,
                    ));
                }
            }
            for (at, call) in module.calls.iter().enumerate() {
                let (expansion, keys) = self.calls_of(*scope, at);
                if expansion.complete && keys.is_empty() {
                    let address = format!("module.{}", call.name);
                    out.push(self.dormant_block(*scope, &address, &call.block, &CALL_ARGUMENTS));
                }
            }
        }
        out
    }

    fn dormant_block(&mut self, scope: usize, address: &str, block: &Block, meta: &[&str]) -> Dormant {
        let unknown = || Val::unknown(Why::Count, OriginId::NONE);
        let names = ["count", "each"].map(|name| (Name::from(name), unknown()));
        let mut values = Vec::new();
        self.bound(Env::of_scope(scope), &names, |me, env| me.named_in(&block.body, meta, env, &mut values));
        let values = values.into_iter().map(|value| self.exported(value)).collect();
        let address = self.key_of(scope, address).address;
        Dormant { address, span: block.header, names: Value::list(values, OriginId::NONE) }
    }

    /// The values of all arguments of a body and of the blocks in it, as far as they can be told without an instance.
    fn named_in(&mut self, body: &Body, meta: &[&str], env: Env<'_>, out: &mut Vec<Val>) {
        for attribute in &body.attributes {
            // A literal names nothing.
            let is_literal = matches!(attribute.value.kind, E::Null | E::Bool(_) | E::Num(_) | E::Text(..));
            if !is_literal && !meta.contains(&attribute.name.as_str()) {
                out.extend(self.unsure(|me| me.eval(&attribute.value, env)));
            }
        }
        // What `ignore_changes` lists are arguments of the block itself, not names.
        for block in body.blocks.iter().filter(|b| !META_BLOCKS.contains(&b.kind.as_str())) {
            let iterator = block.body.attribute("iterator").and_then(|a| a.value.names()?.first().cloned());
            match iterator.or_else(|| block.labels.first().cloned()).filter(|_| block.kind == "dynamic") {
                Some(iterator) => {
                    let element = Val::unknown(Why::Count, OriginId::NONE);
                    let names = [(iterator, element)];
                    self.bound(env, &names, |me, env| me.named_in(&block.body, &["iterator"], env, out));
                }
                None => self.named_in(&block.body, &[], env, out),
            }
        }
    }
}
