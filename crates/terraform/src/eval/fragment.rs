//! A root evaluated whole: its resources, outputs and problems.

use std::path::Path;
use std::sync::Arc;

use iaclint_graph::{Fragment, Language, Mode, Output, Resource, Root, Scope as GraphScope, ScopeId};
use iaclint_source::{Problem, ProblemKind};
use iaclint_value::{Data, List, Name, Object, OriginId, ResourceKey, Value};
use rustc_hash::FxHashSet;

use super::expand::InstanceKey;
use super::resource::{META_ARGUMENTS, META_BLOCKS};
use super::{Env, Evaluator, Scope, State};
use crate::export::export;
use crate::ir::{Block, Body, E, Expr, StepKind};
use crate::lower;
use crate::module::{Declaration, Module, block_type};
use crate::val::Val;
use crate::version;

/// The provider of whose resources the region is known.
const PREFIX: &str = "aws";

impl Evaluator<'_, '_> {
    /// Evaluates everything that a root makes.
    pub(crate) fn fragment(mut self, directory: &Path) -> Fragment {
        let path = self.enter(directory);
        let mut order = Vec::new();
        self.visit(0, &mut order);
        let mut scopes = Vec::with_capacity(order.len());
        let mut resources = Vec::new();
        for (number, scope) in order.iter().enumerate() {
            let id = ScopeId(number as u32);
            let region = self.region_of(*scope, &Body::default(), PREFIX);
            self.resources(*scope, id, region.as_ref(), &mut resources);
            let outputs = self.outputs(*scope);
            let at = &self.scopes[*scope];
            scopes.push(GraphScope {
                address: at.address.clone(),
                calls: at.calls.clone(),
                path: at.module.path.clone(),
                region,
                outputs,
            });
        }
        let exports = scopes.first().map(|s| self.exports(&s.outputs)).unwrap_or_default();
        self.checks(&order);
        self.circles();
        let opaque = self.opaque_calls();
        let dormant = self.dormant(&order);
        if self.scopes.first().is_some_and(|root| root.module.language == version::Language::Old) {
            // Its language was another: what is wrong in ours may be right in that one.
            for problem in &mut self.problems {
                if matches!(problem.kind, ProblemKind::Invalid | ProblemKind::Unreadable)
                    && problem.span.is_some()
                {
                    problem.kind = ProblemKind::NotEvaluated;
                }
            }
        }
        let mut directives = Vec::new();
        let mut seen = FxHashSet::default();
        for scope in &self.scopes {
            // The instances of a module share its files.
            if seen.insert(&scope.module.directory) {
                directives.extend(scope.module.directives.iter().cloned());
            }
        }
        let plan = self.plan.take();
        let mut fragment = Fragment {
            root: Root {
                id: self.root,
                language: Language::Terraform,
                path,
                library: self.inputs.library,
                scopes,
                exports,
                opaque,
                dormant,
                assets: Vec::new(),
            },
            resources,
            origins: self.origins.finished(),
            problems: std::mem::take(&mut self.problems),
            directives,
        };
        self.leave();
        if let Some(plan) = plan {
            crate::planned::fill(&mut fragment, &plan);
        }
        fragment
    }

    /// Tells the circles of local values that nobody asked for: Terraform refuses those as well.
    fn circles(&mut self) {
        for at in 0..self.scopes.len() {
            let module = self.scopes[at].module.clone();
            for circle in &module.circles {
                let is_new = |scope: &Scope| {
                    !Arc::ptr_eq(&scope.module, &module)
                        || circle.locals.iter().all(|local| matches!(scope.locals[*local].state, State::New))
                };
                if self.scopes.iter().all(is_new) {
                    self.problem(circle.problem.clone());
                }
            }
        }
    }

    /// Takes a directory as the root module; gives its path in the project.
    pub(super) fn enter(&mut self, directory: &Path) -> String {
        let directory = self.loader.project().absolute(directory);
        let path = self.loader.project().relative(&directory);
        let module = if let Some(module) = self.loader.module(&directory) {
            module
        } else {
            let message = format!("the directory {path} holds no configuration");
            self.problem(Problem::new(ProblemKind::Invalid, message));
            Arc::new(Module::new(&directory, path.clone(), Vec::new()))
        };
        for problem in &module.problems {
            self.problem(problem.clone());
        }
        self.read_plan();
        self.collect_inputs(&module);
        self.scopes.push(Scope::new(module, Name::new()));
        path
    }

    /// Module instances, the callers before the called, in the order of the calls and of their keys.
    pub(super) fn visit(&mut self, scope: usize, order: &mut Vec<usize>) {
        order.push(scope);
        let calls = self.scopes[scope].module.calls.len();
        for call in 0..calls {
            let (_, keys) = self.calls_of(scope, call);
            for key in keys.iter() {
                if let Some(super::Place::Scope(inner)) = self.places.get(&key.address).copied() {
                    self.visit(inner, order);
                }
            }
        }
    }

    fn outputs(&mut self, scope: usize) -> Vec<Output> {
        let module = self.scopes[scope].module.clone();
        let mut out = Vec::with_capacity(module.outputs.len());
        for (at, block) in module.outputs.iter().enumerate() {
            let Some(name) = block.labels.first() else { continue };
            let value = self.output(scope, &module, at, block.header);
            let depends_on = self.depends_on(&block.body, scope);
            let value = self.exported(value);
            out.push(Output { name: name.clone(), value, span: block.header, source: None, depends_on });
        }
        out
    }

    /// The resources of a module instance; `region` is that of what names no provider.
    fn resources(&mut self, scope: usize, id: ScopeId, region: Option<&Name>, out: &mut Vec<Resource>) {
        let module = self.scopes[scope].module.clone();
        out.reserve(module.resources.len());
        for (at, declaration) in module.resources.iter().enumerate() {
            let instances = self.instances_of(scope, at).instances.clone();
            let body = &declaration.block.body;
            let own = self.depends_on(body, scope);
            let prefix = declaration.type_name.split('_').next().unwrap_or_default();
            let own_region = body.attributes.iter().any(|a| a.name == "region" || a.name == "provider");
            let region = if own_region {
                self.region_of(scope, body, prefix)
            } else {
                region.filter(|_| prefix == PREFIX).cloned()
            };
            for instance in instances {
                let new = self.origins.expect_new(self.is_alone(instance));
                let body = self.body(instance, declaration);
                self.origins.expect_new(new);
                let mut meta = self.meta(instance, declaration);
                if declaration.data {
                    meta = match declaration.type_name.as_str() {
                        "terraform_remote_state" | "tfe_outputs" => self.with_state(instance, meta),
                        other => self.with_source(instance, other, meta),
                    };
                }
                let mut depends_on = self.scopes[scope].depends_on.clone();
                depends_on.extend(own.iter().cloned());
                let slot = &self.instances[instance].slot;
                let mut existence = self.scopes[scope].existence.clone();
                super::modules::merge_existence(&mut existence, &slot.existence);
                let key = slot.key.as_ref().map(|key| match key {
                    InstanceKey::Number(number) => Value::int(i64::from(*number), OriginId::NONE),
                    InstanceKey::Text(text, origin) => {
                        Value::new(Data::Text(iaclint_value::Text::plain(text, *origin)), *origin)
                    }
                });
                out.push(Resource {
                    key: self.instances[instance].key.clone(),
                    mode: if declaration.data { Mode::Data } else { Mode::Managed },
                    type_name: declaration.type_name.clone(),
                    name: declaration.name.clone(),
                    instance: key,
                    span: declaration.block.header,
                    whole: declaration.block.whole,
                    body,
                    meta,
                    existence,
                    depends_on,
                    scope: id,
                    region: region.clone(),
                    source: None,
                    property_sources: Vec::new(),
                });
            }
        }
    }

    /// A value as it leaves the crate.
    pub(super) fn exported(&mut self, value: Val) -> Value {
        if let Some(known) = self.shared.known(&value) {
            return known;
        }
        let value = self.deep_whole(value, 0);
        export(&value, &mut self.origins, &mut self.shared)
    }

    /// Modules passed whole become objects wherever they stand.
    pub(super) fn deep_whole(&mut self, value: Val, depth: usize) -> Val {
        use crate::val::K;
        let value = self.whole(value);
        if depth > 8 || !(self.planning || mentions_module(&value, 0)) {
            return value;
        }
        let origin = value.origin;
        let marks = value.marks;
        let k = match value.k {
            K::Tuple(items) => {
                K::Tuple(items.iter().map(|i| self.deep_whole(i.clone(), depth + 1)).collect())
            }
            K::Object(fields) => K::Object(Arc::new(
                fields
                    .iter()
                    .map(|(n, o, v)| (n.clone(), *o, self.deep_whole(v.clone(), depth + 1)))
                    .collect(),
            )),
            other => other,
        };
        Val { k, origin, marks }
    }

    fn body(&mut self, instance: usize, declaration: &Declaration) -> Value {
        let body = &declaration.block.body;
        let mut fields: Vec<(u32, Name, OriginId, Value)> = Vec::with_capacity(body.attributes.len());
        for (at, attribute) in body.attributes.iter().enumerate() {
            let name = attribute.name.as_str();
            if META_ARGUMENTS.contains(&name) || META_BLOCKS.contains(&name) {
                continue;
            }
            let keep = self.is_asked_for(instance, name);
            let value = self.argument_of(instance, at, attribute.name_span, keep);
            let value = self.exported(value);
            let origin = self.written(attribute.name_span);
            fields.push((attribute.name_span.start, attribute.name.clone(), origin, value));
        }
        for (at, block) in super::blocks::firsts(body) {
            let kind = block_type(block);
            if META_BLOCKS.contains(&kind.as_str()) || body.attribute(kind).is_some() {
                continue;
            }
            let keep = self.is_asked_for(instance, kind);
            let value = self.blocks_of(instance, at, block.header, keep);
            let value = self.exported(value);
            let origin = self.written(block.header);
            fields.push((block.header.start, kind.clone(), origin, value));
        }
        fields.sort_by_key(|f| f.0);
        let origin = self.written(declaration.block.header);
        object(fields.into_iter().map(|(_, name, place, value)| (name, place, value)).collect(), origin)
    }

    fn meta(&mut self, instance: usize, declaration: &Declaration) -> Value {
        let origin = OriginId::NONE;
        let mut fields: Vec<(Name, OriginId, Value)> = Vec::new();
        for kind in META_BLOCKS {
            let mut items = Vec::new();
            for block in declaration.block.body.blocks(kind) {
                items.push(self.meta_block(instance, block));
            }
            if !items.is_empty() {
                let list = Value::new(Data::List(Arc::new(List { items, complete: true })), origin);
                fields.push((kind.into(), origin, list));
            }
        }
        if fields.is_empty() {
            // One for all.
            return self.nothing.clone();
        }
        object(fields, origin)
    }

    fn meta_block(&mut self, instance: usize, block: &Block) -> Value {
        let mut fields: Vec<(Name, OriginId, Value)> = Vec::new();
        if let Some(label) = block.labels.first() {
            let origin = self.written(block.header);
            fields.push(("type".into(), origin, Value::text(label)));
        }
        for attribute in &block.body.attributes {
            let origin = self.written(attribute.name_span);
            let value = if matches!(attribute.name.as_str(), "ignore_changes" | "replace_triggered_by") {
                self.names_list(&attribute.value)
            } else {
                let catching = std::mem::replace(&mut self.catching, true);
                let value =
                    self.in_instance(instance, |me, env| me.with_self(instance, env, &attribute.value));
                self.catching = catching;
                match value {
                    Some(value) => self.exported(value),
                    None => Value::unknown(iaclint_value::Why::Invalid, origin),
                }
            };
            fields.push((attribute.name.clone(), origin, value));
        }
        let origin = self.written(block.header);
        object(fields, origin)
    }

    fn with_self(&mut self, instance: usize, env: Env<'_>, expr: &Expr) -> Option<Val> {
        let key = self.instances[instance].key.clone();
        let origin = self.written(expr.span);
        let reference = iaclint_value::Reference::to(iaclint_value::Target::Resource(key));
        let own = Val::reference(reference, origin);
        self.bound(env, &[("self".into(), own)], |me, env| me.eval(expr, env)).ok()
    }

    /// The traversals of a list as texts: `ignore_changes = [desired_count]`; `all` alone as the text itself.
    fn names_list(&mut self, expr: &Expr) -> Value {
        let file = self.loader.project().sources().file(expr.span.file);
        let text = |me: &mut Self, expr: &Expr| {
            let origin = me.written(expr.span);
            let text = match expr.literal() {
                Some(text) => text.clone(),
                None => lower::canonical(&file, expr),
            };
            Value::new(Data::Text(iaclint_value::Text::plain(&text, origin)), origin)
        };
        match &expr.bare().kind {
            E::Tuple(items) => {
                let items = items.iter().map(|e| text(self, e)).collect();
                let origin = self.written(expr.span);
                Value::list(items, origin)
            }
            _ => text(self, expr),
        }
    }

    /// The addresses in `depends_on`.
    pub(super) fn depends_on(&mut self, body: &Body, scope: usize) -> Vec<ResourceKey> {
        let Some(attribute) = body.attribute("depends_on") else { return Vec::new() };
        let E::Tuple(items) = &attribute.value.bare().kind else { return Vec::new() };
        let mut keys = Vec::new();
        for item in items {
            if let Some(address) = address(item) {
                keys.push(self.key_of(scope, &address));
            } else if let Ok(value) = self.eval(item, Env::of_scope(scope)) {
                // A variable or a local stands for what it speaks of.
                let value = self.exported(value);
                keys.extend(value.references().into_iter().filter_map(|r| r.key().cloned()));
            }
        }
        keys
    }
}

/// The address that a traversal names: `aws_x.y`, `data.aws_x.y`, `module.z`.
fn address(expr: &Expr) -> Option<String> {
    let names: Vec<Name> = match &expr.bare().kind {
        E::Access(base, steps) => {
            let E::Root(root) = &base.kind else { return None };
            let mut names = vec![root.clone()];
            for step in steps {
                let StepKind::Attr(name) = &step.kind else { break };
                names.push(name.clone());
            }
            names
        }
        E::Text(..) => expr.names()?,
        _ => return None,
    };
    let length = match names.first()?.as_str() {
        "var" | "local" | "each" | "count" | "path" | "terraform" => return None,
        "data" => 3,
        _ => 2,
    };
    (names.len() >= length).then(|| names[..length].join("."))
}

pub(super) fn object(fields: Vec<(Name, OriginId, Value)>, origin: OriginId) -> Value {
    Value::new(Data::Object(Arc::new(Object { fields, complete: true })), origin)
}

fn mentions_module(value: &Val, depth: usize) -> bool {
    if depth > 8 {
        return false;
    }
    if let Some(unk) = value.as_unknown() {
        return unk.reference.as_ref().is_some_and(|r| match &r.target {
            iaclint_value::Target::Module { .. } => true,
            // The one resource that becomes an object, too.
            iaclint_value::Target::Resource(key) => {
                r.path.is_empty() && key.address.contains("terraform_data.")
            }
            _ => false,
        });
    }
    value.elements().is_some_and(|items| items.iter().any(|i| mentions_module(i, depth + 1)))
        || value.fields().is_some_and(|fields| fields.iter().any(|(_, _, v)| mentions_module(v, depth + 1)))
}
