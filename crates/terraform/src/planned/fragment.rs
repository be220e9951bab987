//! The graph of a plan whose configuration is not here: its places are those in the plan.

use iaclint_graph::{Call, Existence, Fragment, Language, Mode, Output, Resource, Root, Scope, ScopeId};
use iaclint_source::{Problem, Project, Span};
use iaclint_value::{Name, OriginArena, OriginId, ResourceKey, RootId, Value};
use rustc_hash::FxHashMap;

use std::path::Path;

use super::addresses::{join, parts};
use super::configuration::Configuration;
use super::links::{At, Links};
use super::values::{Part, Reader};
use super::{Plan, Planned, text};

/// Blocks that separate rule resources fill in as well: what a plan shows of them may be those.
const RULES_OF: [(&str, &[&str]); 2] = [
    (
        "aws_security_group",
        &[
            "aws_security_group_rule",
            "aws_vpc_security_group_ingress_rule",
            "aws_vpc_security_group_egress_rule",
        ],
    ),
    ("aws_network_acl", &["aws_network_acl_rule"]),
];

/// Loads a plan on its own.
pub(crate) fn alone(project: &Project, path: &Path, root: RootId) -> Fragment {
    let mut arena = OriginArena::new(root.0);
    let shown = project.relative(path);
    let plan = match Plan::read(project, path, &mut arena) {
        Ok(plan) => plan,
        Err(problem) => return empty(root, shown, arena, problem),
    };
    let configuration = Configuration::read(plan.configuration());
    let mut made = Made::new(&plan, &configuration, root, &mut arena);
    let resources = plan.resources.iter().map(|planned| made.resource(planned)).collect();
    let outputs = made.outputs();
    let mut scopes = made.scopes;
    if let Some(first) = scopes.first_mut() {
        first.outputs = outputs;
    }
    Fragment {
        root: terraform(root, plan.file.path.clone(), scopes),
        resources,
        origins: arena,
        problems: Vec::new(),
        directives: Vec::new(),
    }
}

fn terraform(id: RootId, path: String, scopes: Vec<Scope>) -> Root {
    Root {
        id,
        language: Language::Terraform,
        path,
        library: false,
        scopes,
        exports: Vec::new(),
        opaque: Vec::new(),
        dormant: Vec::new(),
        assets: Vec::new(),
    }
}

fn empty(root: RootId, path: String, origins: OriginArena, problem: Problem) -> Fragment {
    let scope = Scope {
        address: Name::new(),
        calls: Vec::new(),
        path: path.clone(),
        region: None,
        outputs: Vec::new(),
    };
    Fragment {
        root: terraform(root, path, vec![scope]),
        resources: Vec::new(),
        origins,
        problems: vec![problem],
        directives: Vec::new(),
    }
}

/// What is made of a plan.
pub(super) struct Made<'p, 'a> {
    plan: &'p Plan,
    root: RootId,
    configuration: &'p Configuration,
    links: Links<'p>,
    arena: &'a mut OriginArena,
    pub(super) scopes: Vec<Scope>,
    by_address: FxHashMap<Name, ScopeId>,
}

impl<'p, 'a> Made<'p, 'a> {
    pub(super) fn new(
        plan: &'p Plan,
        configuration: &'p Configuration,
        root: RootId,
        arena: &'a mut OriginArena,
    ) -> Self {
        let links = Links::new(root, configuration, plan);
        let mut made = Made {
            plan,
            root,
            configuration,
            links,
            arena,
            scopes: Vec::new(),
            by_address: FxHashMap::default(),
        };
        made.scope("");
        made
    }

    /// Uses the scopes of the configuration, where a module is there.
    pub(super) fn with_scopes(mut self, scopes: Vec<Scope>) -> Self {
        self.by_address =
            scopes.iter().zip(0..).map(|(scope, at)| (scope.address.clone(), ScopeId(at))).collect();
        self.scopes = scopes;
        self
    }

    fn scope(&mut self, address: &str) -> ScopeId {
        if let Some(id) = self.by_address.get(address) {
            return *id;
        }
        let mut calls: Vec<Call> = Vec::new();
        if !address.is_empty() {
            let parts = parts(address);
            let last = parts.last().map_or(0, |p| p.name.len() + p.key.len() + "module.".len() + 1);
            let outer = address.get(..address.len().saturating_sub(last)).unwrap_or_default();
            let outer = self.scope(outer);
            calls.clone_from(&self.scopes[outer.0 as usize].calls);
            let call = self.configuration.call(address);
            let place = call.and_then(|c| self.arena.get(c.origin)).map(|o| o.span);
            let span = place.unwrap_or(Span::new(self.plan.file.id, 0..0));
            calls.push(Call { address: address.into(), span });
        }
        let id = ScopeId(self.scopes.len() as u32);
        self.by_address.insert(address.into(), id);
        let region = self.region();
        let (address, path) = (Name::from(address), self.plan.file.path.clone());
        self.scopes.push(Scope { address, calls, path, region, outputs: Vec::new() });
        id
    }

    /// The region of the provider without an alias, when it is written or a variable.
    fn region(&self) -> Option<Name> {
        let provider = self.plan.configuration()?.get("provider_config")?.get("aws")?;
        let region = provider.get("expressions")?.get("region")?;
        if let Some(written) = text(region, "constant_value") {
            return Some(written);
        }
        let names = super::configuration::references(region);
        let [name] = names.as_slice() else { return None };
        let variable = name.strip_prefix("var.")?;
        let (_, value) = self.plan.variables().find(|(n, _)| *n == variable)?;
        value.as_str().map(|t| Name::from(t.as_ref()))
    }

    pub(super) fn resource(&mut self, planned: &Planned) -> Resource {
        let scope = self.scope(&planned.module);
        let declaration =
            self.configuration.module(&planned.module).and_then(|m| m.resources.get(&planned.declared));
        let body = self.body(planned, declaration);
        let mut depends_on = self.dependencies(declaration, &planned.module);
        // What a call depends on, all in it depends on.
        let mut module = planned.module.as_str();
        while !module.is_empty() {
            let (outer, _) = super::links::caller(module);
            depends_on.extend(self.dependencies(self.configuration.call(module), outer));
            module = outer;
        }
        Resource {
            key: ResourceKey::new(self.root, planned.address.clone()),
            mode: if planned.data { Mode::Data } else { Mode::Managed },
            type_name: planned.type_name.clone(),
            name: planned.name.clone(),
            instance: planned.index.clone(),
            span: planned.header,
            whole: planned.whole,
            body,
            meta: Value::object([], OriginId::NONE),
            existence: Existence::default(),
            depends_on,
            scope,
            region: planned
                .known("region")
                .and_then(Value::as_str)
                .map(|t| Name::from(t.as_ref()))
                .or_else(|| self.scopes[scope.0 as usize].region.clone()),
            source: None,
            property_sources: Vec::new(),
        }
    }

    /// The `depends_on` of a resource or call in a module instance.
    fn dependencies(&self, declared: Option<&Value>, module: &str) -> Vec<ResourceKey> {
        let names = declared.and_then(|d| d.get("depends_on")).and_then(Value::as_list);
        let names = names.into_iter().flat_map(|l| &l.items).filter_map(Value::as_str);
        names.map(|name| ResourceKey::new(self.root, join(module, &name))).collect()
    }

    /// What the configuration sets, and blocks that it may have made with `dynamic`: what else a plan knows is what the provider filled in.
    fn body(&mut self, planned: &Planned, declaration: Option<&Value>) -> Value {
        let expressions = declaration.and_then(|d| d.get("expressions"));
        let written = |name: &Name| expressions.is_some_and(|e| e.get(name).is_some());
        let names = |value: Option<&Value>| -> Vec<Name> {
            let fields = value.and_then(Value::as_object).map(|o| o.fields.iter().map(|f| f.0.clone()));
            fields.into_iter().flatten().collect()
        };
        let mut all = names(Some(&planned.values));
        all.extend(names(planned.unknown.as_ref()).into_iter().filter(|n| planned.values.get(n).is_none()));
        let filled = self.is_filled_in(planned);
        let key = planned.address.rfind(planned.name.as_str());
        let key = key.and_then(|at| planned.address.get(at + planned.name.len()..)).unwrap_or_default();
        let at =
            At { module: &planned.module, key, each: declaration.and_then(|d| d.get("for_each_expression")) };
        let mut reader = Reader { links: &self.links, arena: self.arena };
        let mut fields = Vec::new();
        for name in all {
            let blocks = planned.values.get(&name).and_then(Value::as_list);
            let blocks = blocks
                .is_some_and(|l| !l.items.is_empty() && l.items.iter().all(|i| i.as_object().is_some()));
            if !(written(&name) || planned.data || (blocks && !filled)) {
                continue;
            }
            let part = Part {
                value: planned.values.get(&name),
                unknown: planned.unknown.as_ref().and_then(|u| u.get(&name)),
                sensitive: planned.sensitive.as_ref().and_then(|s| s.get(&name)),
            };
            let expression = expressions.and_then(|e| e.get(&name));
            let value = reader.value(&name, part, expression, at, 0);
            if !value.is_null() {
                fields.push((name, value.origin, value));
            }
        }
        let origin = reader.arena.written(planned.header);
        let object = iaclint_value::Object { fields, complete: true };
        Value::new(iaclint_value::Data::Object(object.into()), origin)
    }

    /// Whether resources of their own may have made the blocks of this one.
    fn is_filled_in(&self, planned: &Planned) -> bool {
        RULES_OF.iter().any(|(owner, rules)| {
            planned.type_name == *owner
                && self.plan.resources.iter().any(|r| rules.contains(&r.type_name.as_str()))
        })
    }

    /// What the root leaves for others.
    fn outputs(&mut self) -> Vec<Output> {
        let Some(module) = self.configuration.module("") else { return Vec::new() };
        let mut reader = Reader { links: &self.links, arena: self.arena };
        let at = At { module: "", key: "", each: None };
        let mut out = Vec::new();
        for (name, output) in &module.outputs {
            let planned = self.plan.output(name);
            let known = planned.and_then(|o| o.get("value"));
            let sensitive = planned.and_then(|o| o.get("sensitive"));
            let unknown = Value::new(iaclint_value::Data::Bool(true), OriginId::NONE);
            let part = Part { value: known, unknown: known.is_none().then_some(&unknown), sensitive };
            let value = reader.value(name, part, output.get("expression"), at, 0);
            let span = reader.arena.get(output.origin).map(|o| o.span);
            let span = span.unwrap_or(Span::new(self.plan.file.id, 0..0));
            out.push(Output { name: name.clone(), value, span, source: None, depends_on: Vec::new() });
        }
        out
    }
}
