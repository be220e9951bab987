//! From the references of a plan's expressions to the resources that they end at, through variables, calls and outputs.

use iaclint_value::{Name, Path, Reference, ResourceKey, RootId, Step, Target, Value};
use rustc_hash::FxHashMap;

use super::addresses::{Part, join, parts};
use super::configuration::{Configuration, references};
use super::names::Names;
use super::{MAX_DEEP, Plan, Planned};

/// What an expression is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sources {
    /// Attributes of resources, or whole resources, each once.
    pub(super) references: Vec<Reference>,
    /// Some of what it is made of cannot be told: a local, which no plan shows.
    pub(super) lossy: bool,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// The module instance.
    pub(super) module: &'a str,
    /// The key of the instance of the resource or call, with its brackets.
    pub(super) key: &'a str,
    /// Its `for_each`.
    pub(super) each: Option<&'a Value>,
}

/// The resources of a plan and what their expressions refer to.
pub(super) struct Links<'p> {
    pub(super) root: RootId,
    pub(super) configuration: &'p Configuration,
    plan: &'p Plan,
    pub(super) names: Names,
    /// The instances of a declaration by its address in its module instance.
    instances: FxHashMap<Name, Vec<&'p Planned>>,
}

impl<'p> Links<'p> {
    pub(super) fn new(root: RootId, configuration: &'p Configuration, plan: &'p Plan) -> Self {
        let mut instances: FxHashMap<Name, Vec<&Planned>> = FxHashMap::default();
        for resource in &plan.resources {
            instances.entry(join(&resource.module, &resource.declared)).or_default().push(resource);
        }
        let names = Names::of(plan, configuration, root);
        Self { root, configuration, plan, names, instances }
    }

    /// The planned resource at an address.
    pub(super) fn planned(&self, address: &str) -> Option<&'p Planned> {
        self.plan.resource(address)
    }

    /// What an expression is made of.
    pub(super) fn sources(&self, expression: &Value, at: At<'_>) -> Sources {
        let mut out = Sources::default();
        self.follow(&references(expression), at, 0, &mut out);
        out
    }

    fn follow(&self, names: &[Name], at: At<'_>, depth: usize, out: &mut Sources) {
        let repeated = names.iter().any(|n| n == "each.key" || n == "count.index" || n == "each.value");
        for name in names {
            let parts = parts(name);
            let (Some(first), second) = (parts.first(), parts.get(1)) else { continue };
            if depth > MAX_DEEP {
                out.lossy = true;
                return;
            }
            match (first.name, second) {
                ("var", Some(variable)) => self.variable(variable.name, at, depth, out),
                ("each", Some(part)) if part.name == "value" => match at.each {
                    Some(each) => {
                        self.follow(&references(each), At { each: None, ..at }, depth + 1, out);
                    }
                    None => out.lossy = true,
                },
                ("each" | "count" | "path" | "terraform" | "tofu" | "self", _) => {}
                ("module", Some(call)) => self.output(*call, parts.get(2), at, depth, out),
                ("data", Some(ty)) if parts.len() > 2 => {
                    let declared = ecow::eco_format!("data.{}.{}", ty.name, parts[2].name);
                    self.resource(&declared, parts[2].key, &parts[3..], at, repeated, out);
                }
                ("local", _) | (_, None) => out.lossy = true,
                (ty, Some(name)) => {
                    self.resource(&join(ty, name.name), name.key, &parts[2..], at, repeated, out);
                }
            }
        }
    }

    /// What the caller gives for a variable. A root's own are known, as the plan says them.
    fn variable(&self, name: &str, at: At<'_>, depth: usize, out: &mut Sources) {
        let Some(call) = self.configuration.call(at.module) else { return };
        let Some(given) = call.get("expressions").and_then(|e| e.get(name)) else { return };
        let (caller, key) = caller(at.module);
        let outer = At { module: caller, key, each: call.get("for_each_expression") };
        self.follow(&references(given), outer, depth + 1, out);
    }

    fn output(&self, call: Part<'_>, output: Option<&Part<'_>>, at: At<'_>, depth: usize, out: &mut Sources) {
        let own = ecow::eco_format!("module.{}{}", call.name, call.key);
        let address = join(at.module, &own);
        let found = output.and_then(|output| {
            let module = self.configuration.module(&address)?;
            let (_, value) = module.outputs.iter().find(|(n, _)| n == output.name)?;
            value.get("expression")
        });
        let repeated = call.key.is_empty()
            && self.configuration.call(&address).is_some_and(|c| {
                c.get("for_each_expression").is_some() || c.get("count_expression").is_some()
            });
        match found {
            Some(expression) if !repeated => {
                let inner = At { module: &address, key: "", each: None };
                self.follow(&references(expression), inner, depth + 1, out);
            }
            _ => out.lossy = true,
        }
    }

    fn resource(
        &self,
        declared: &str,
        key: &str,
        path: &[Part<'_>],
        at: At<'_>,
        repeated: bool,
        out: &mut Sources,
    ) {
        let base = join(at.module, declared);
        let path: Path = path.iter().flat_map(|part| steps(*part)).collect();
        let mut add = |address: Name| {
            let target = Target::Resource(ResourceKey::new(self.root, address));
            let reference = Reference { target, path: path.clone() };
            if !out.references.contains(&reference) {
                out.references.push(reference);
            }
        };
        let instances = self.instances.get(&base).map_or(&[][..], Vec::as_slice);
        if !key.is_empty() {
            return add(ecow::eco_format!("{base}{key}"));
        }
        // `aws_s.b[each.key]` is written as `aws_s.b`: the instance of the same key is meant.
        let twin = ecow::eco_format!("{base}{}", at.key);
        if repeated && !at.key.is_empty() && instances.iter().any(|i| i.address == twin) {
            return add(twin);
        }
        if instances.is_empty() {
            return add(base);
        }
        for instance in instances {
            add(instance.address.clone());
        }
    }
}

/// The address of the module that calls another, and the key of the call's instance.
pub(super) fn caller(address: &str) -> (&str, &str) {
    let parts = parts(address);
    let Some(last) = parts.last() else { return ("", "") };
    let own = "module.".len() + last.name.len() + last.key.len();
    (address.get(..address.len().saturating_sub(own + 1)).unwrap_or_default(), last.key)
}

fn steps(part: Part<'_>) -> Vec<Step> {
    let mut out = vec![Step::Attr(part.name.into())];
    for key in part.key.split(['[', ']']).filter(|k| !k.is_empty()) {
        out.push(match key.parse() {
            Ok(index) => Step::Index(index),
            Err(_) => Step::Attr(key.trim_matches('"').into()),
        });
    }
    out
}
