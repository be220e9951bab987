//! What a plan says of the configuration behind it: which expression refers to what. Locals and templates are not in it.

use iaclint_value::{Name, Value};
use rustc_hash::FxHashMap;

use super::addresses::{calls, longest};
use super::{MAX_DEEP, text};

/// The modules of a configuration; the first is the root.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    modules: Vec<Module>,
}

/// A module as one call of it shows it.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// Resources by `aws_s.b` and `data.aws_s.b`.
    pub(super) resources: FxHashMap<Name, Value>,
    /// Calls by their names, each with the number of the module that it calls.
    pub(super) calls: FxHashMap<Name, (Value, usize)>,
    pub(super) outputs: Vec<(Name, Value)>,
}

impl Configuration {
    pub(super) fn read(configuration: Option<&Value>) -> Self {
        let mut out = Self::default();
        out.add(configuration.and_then(|c| c.get("root_module")), 0);
        out
    }

    fn add(&mut self, module: Option<&Value>, depth: usize) -> usize {
        let number = self.modules.len();
        self.modules.push(Module::default());
        let Some(module) = module else { return number };
        let resources = module.get("resources").and_then(Value::as_list).into_iter().flat_map(|l| &l.items);
        let resources = resources.filter_map(|r| Some((text(r, "address")?, r.clone()))).collect();
        let fields = |name: &str| module.get(name).and_then(Value::as_object).map(|o| o.fields.clone());
        let mut calls = FxHashMap::default();
        for (name, _, call) in fields("module_calls").unwrap_or_default() {
            let inner = if depth < MAX_DEEP { call.get("module") } else { None };
            let inner = self.add(inner, depth + 1);
            calls.insert(name, (call, inner));
        }
        let outputs = fields("outputs").unwrap_or_default().into_iter().map(|(n, _, v)| (n, v)).collect();
        self.modules[number] = Module { resources, calls, outputs };
        number
    }

    /// The module behind the address of one of its instances.
    pub(super) fn module(&self, address: &str) -> Option<&Module> {
        let mut at = self.modules.first()?;
        if !address.is_empty() {
            for call in calls(address) {
                at = self.modules.get(at.calls.get(call.name)?.1)?;
            }
        }
        Some(at)
    }

    /// The call that makes a module instance, as its caller writes it.
    pub(super) fn call(&self, address: &str) -> Option<&Value> {
        let path = calls(address);
        let (last, outer) = path.split_last()?;
        let mut at = self.modules.first()?;
        for call in outer {
            at = self.modules.get(at.calls.get(call.name)?.1)?;
        }
        at.calls.get(last.name).map(|(call, _)| call)
    }
}

/// Whether this describes one expression, not the blocks or attributes of a larger thing.
pub(super) fn is_expression(value: &Value) -> bool {
    value.as_object().is_some_and(|o| {
        o.fields.is_empty() || o.fields.iter().all(|(n, ..)| n == "constant_value" || n == "references")
    })
}

/// What an expression, or all expressions of a block, refer to.
pub(super) fn references(expression: &Value) -> Vec<Name> {
    let mut out = Vec::new();
    collect(expression, &mut out);
    longest(out)
}

fn collect(value: &Value, out: &mut Vec<Name>) {
    if let Some(list) = value.as_list() {
        list.items.iter().for_each(|v| collect(v, out));
        return;
    }
    if is_expression(value) {
        let names = value.get("references").and_then(Value::as_list).into_iter().flat_map(|l| &l.items);
        out.extend(names.filter_map(|n| n.as_str().map(|t| Name::from(t.as_ref()))));
    } else if let Some(object) = value.as_object() {
        object.fields.iter().for_each(|(_, _, v)| collect(v, out));
    }
}
