//! Module calls: their instances, inputs and outputs.

use std::path::PathBuf;
use std::sync::Arc;

use iaclint_graph::{Call, Existence, Opaque};
use iaclint_source::{Problem, ProblemKind, Span};
use iaclint_value::{Marks, Name, OriginId, Reference, ResourceKey, Target, Via, Why};
use rustc_hash::FxHashMap;

use super::expand::{Expansion, Shape};
use super::{Env, Evaluator, Fault, Node, Place, Scope};
use crate::convert::convert;
use crate::ir::{Block, Expr, Step, StepKind};
use crate::loader::is_local;
use crate::module::{Kind, Module, ModuleCall};
use crate::ty::Ty;
use crate::val::{Fields, K, Unk, Val};

/// How deep module calls may nest.
const MAX_MODULES_DEEP: usize = 32;
/// How many module instances one root may have.
const MAX_SCOPES: usize = 4_000;

/// Arguments of a call that are not inputs.
pub(super) const CALL_ARGUMENTS: [&str; 7] =
    ["source", "version", "count", "for_each", "providers", "depends_on", "enabled"];

impl Evaluator<'_, '_> {
    /// `module.name`, with the place of it and of the output that is read.
    pub(super) fn module_value(&mut self, scope: usize, name: &str, span: Span, place: Span) -> Val {
        let module = self.scopes[scope].module.clone();
        let Some(at) = module.find(Kind::Call, name) else {
            return self.undeclared(scope, Kind::Call, "the module call", name, place);
        };
        let call = &module.calls[at];
        let (expansion, keys) = self.calls_of(scope, at);
        let source = call.source.as_ref().map_or_else(Name::new, |(s, _)| s.clone());
        let base = self.key_of(scope, &format!("module.{name}"));
        let values: Vec<Val> = keys.iter().map(|key| self.call_reference(key, &source, span)).collect();
        let origin = self.written(span);
        // One that stands for any number of instances is that instance wherever a key is asked for.
        if expansion.shape != Shape::Single
            && let [slot] = expansion.slots.as_slice()
            && slot.key.is_none()
        {
            let element = values.into_iter().next();
            let mut unk = Unk::new(Why::Count);
            unk.not_null = true;
            unk.depends_on.clone_from(&expansion.depends_on);
            if let Some(element) = element {
                let each = if expansion.shape == Shape::Each {
                    Ty::Map(Arc::new(Ty::Dynamic))
                } else {
                    Ty::List(Arc::new(Ty::Dynamic))
                };
                unk.ty = each;
                unk.reference = element.as_unknown().and_then(|u| u.reference.clone());
            }
            return Val::new(K::Unknown(Arc::new(unk)), origin);
        }
        super::resource::repeated(&expansion, values, Target::Module { call: base, source }, origin)
    }

    /// The instance of a module that is here and called once.
    pub(super) fn one_scope(&mut self, scope: usize, name: &str) -> Option<usize> {
        let at = self.scopes[scope].module.find(Kind::Call, name)?;
        let (expansion, keys) = self.calls_of(scope, at);
        let ([key], Shape::Single) = (&*keys, expansion.shape) else { return None };
        match self.places.get(&key.address) {
            Some(Place::Scope(inner)) => Some(*inner),
            _ => None,
        }
    }

    /// `module.name[key]` where the key names one of the known instances. The others need not be made.
    pub(super) fn one_call(
        &mut self,
        scope: usize,
        name: &str,
        step: Option<&Step>,
        span: Span,
        env: Env<'_>,
    ) -> Result<Option<Val>, Fault> {
        let Some(Step { kind: StepKind::Index(key), .. }) = step else { return Ok(None) };
        let module = self.scopes[scope].module.clone();
        let Some(at) = module.find(Kind::Call, name) else { return Ok(None) };
        let (expansion, keys) = self.calls_of(scope, at);
        if expansion.shape == Shape::Single {
            return Ok(None);
        }
        let key = self.eval(key, env)?;
        let Some(instance) = expansion.find(&key).and_then(|slot| keys.get(slot)) else { return Ok(None) };
        let source = module.calls[at].source.as_ref().map_or_else(Name::new, |(s, _)| s.clone());
        Ok(Some(self.call_reference(instance, &source, span).marked(key.marks)))
    }

    /// A whole module instance.
    fn call_reference(&mut self, key: &ResourceKey, source: &Name, span: Span) -> Val {
        let here = self.places.contains_key(&key.address);
        let target = Target::Module { call: key.clone(), source: source.clone() };
        let origin = self.written(span);
        let mut value = Val::reference(Reference::to(target), origin);
        if let K::Unknown(unk) = &mut value.k {
            let unk = Arc::make_mut(unk);
            unk.not_null = true;
            if !here {
                unk.why = Why::ModuleNotHere(source.clone());
            }
        }
        value
    }

    /// The instances of a call and their addresses; the scopes of a module that is here are made.
    pub(super) fn calls_of(&mut self, scope: usize, at: usize) -> (Arc<Expansion>, Arc<[ResourceKey]>) {
        let module = self.scopes[scope].module.clone();
        let call = &module.calls[at];
        let node = Node::Call(scope, at);
        if let (Some(keys), Some(Some(expansion))) =
            (self.call_keys.get(&(scope, at)), self.expansions.get(&node))
        {
            return (expansion.clone(), keys.clone());
        }
        let known = matches!(self.expansions.get(&node), Some(Some(_)));
        let expansion = self.expand(&node, &call.block.body, scope, call.block.header);
        let base = self.key_of(scope, &format!("module.{}", call.name));
        let keys: Arc<[ResourceKey]> = expansion
            .slots
            .iter()
            .map(|slot| match &slot.key {
                None => base.clone(),
                Some(key) => {
                    ResourceKey::new(base.root, ecow::eco_format!("{}{}", base.address, key.suffix()))
                }
            })
            .collect();
        if matches!(self.expansions.get(&node), Some(Some(_))) {
            self.call_keys.insert((scope, at), keys.clone());
        }
        if !known && !keys.is_empty() {
            match self.called(scope, call) {
                Called::Here(called) => self.open_scopes(scope, at, &called, &expansion, &keys),
                // Its inputs may refer to what refers to it, so they wait until all else is known.
                Called::NotHere => self.not_here.push((scope, at)),
                Called::Nothing => {}
            }
        }
        (expansion, keys)
    }

    fn open_scopes(
        &mut self,
        scope: usize,
        at: usize,
        module: &Arc<Module>,
        expansion: &Expansion,
        keys: &[ResourceKey],
    ) {
        let caller = self.scopes[scope].module.clone();
        let call = &caller.calls[at];
        let own = self.depends_on(&call.block.body, scope);
        for (slot, key) in expansion.slots.iter().zip(keys) {
            if self.scopes.len() >= MAX_SCOPES {
                let message = format!("more than {MAX_SCOPES} module instances are not evaluated");
                self.root_limit(call.block.header, &message);
                return;
            }
            let parent = &self.scopes[scope];
            let mut calls = parent.calls.clone();
            calls.push(Call { address: key.address.clone(), span: call.block.header });
            let mut existence = parent.existence.clone();
            merge_existence(&mut existence, &slot.existence);
            let mut depends_on = parent.depends_on.clone();
            depends_on.extend(own.iter().cloned());
            self.places.insert(key.address.clone(), Place::Scope(self.scopes.len()));
            let parent = Some((scope, at));
            let bindings = slot.bindings.clone();
            let of_module = Scope::new(module.clone(), key.address.clone());
            self.scopes.push(Scope { calls, parent, bindings, existence, depends_on, ..of_module });
        }
        self.check_arguments(call, module);
    }

    /// A source made of variables, as Terraform 1.15 and OpenTofu 1.8 allow.
    fn computed_source(&mut self, scope: usize, call: &ModuleCall) -> Option<(Name, Span)> {
        let source = call.block.body.attribute("source")?;
        let value = self.unsure(|me| me.eval(&source.value, Env::of_scope(scope)))?;
        Some((value.as_str()?.into(), source.value.span))
    }

    /// The module that a call names.
    fn called(&mut self, scope: usize, call: &ModuleCall) -> Called {
        let Some((source, source_span)) = &call.source.clone().or_else(|| self.computed_source(scope, call))
        else {
            let message = match call.block.body.attribute("source") {
                Some(_) => "the source of a module is not known, so the module is not followed",
                None => "this module call has no source",
            };
            let kind = if call.block.body.attribute("source").is_some() {
                ProblemKind::NotEvaluated
            } else {
                ProblemKind::Invalid
            };
            let at = self.opening(call.block.header);
            self.problem(Problem::at(kind, at, message));
            return Called::NotHere;
        };
        let caller = self.scopes[scope].module.clone();
        let project = self.loader.project();
        let directory = if is_local(source) {
            project.absolute(&caller.directory.join(source.as_str()))
        } else if let Some(directory) = self.installed(scope, call) {
            directory
        } else {
            let message = format!("the module {source} is not here, so what it makes is not known");
            let problem = Problem::at(ProblemKind::NotEvaluated, *source_span, message.clone());
            // Once a source is enough.
            if self.reported.insert((None, message)) {
                self.problem(problem.with_help("run terraform init to let iaclint read it"));
            }
            return Called::NotHere;
        };
        let deep = self.scopes[scope].calls.len();
        let mut ancestor = Some(scope);
        while let Some(at) = ancestor {
            if self.scopes[at].module.directory == directory {
                let message = format!("the module {source} calls itself");
                self.problem(Problem::at(ProblemKind::Invalid, *source_span, message));
                return Called::Nothing;
            }
            ancestor = self.scopes[at].parent.map(|(p, _)| p);
        }
        if deep >= MAX_MODULES_DEEP {
            self.problem(Problem::at(
                ProblemKind::Limit,
                *source_span,
                "module calls nest deeper than 32 levels",
            ));
            return Called::Nothing;
        }
        if let Some(module) = self.loader.module(&directory) {
            for problem in &module.problems {
                self.problem(problem.clone());
            }
            Called::Here(module)
        } else {
            let shown = project.relative(&directory);
            let problem = if directory.starts_with(project.root()) {
                let what =
                    if project.is_dir(&directory) { "holds no configuration" } else { "does not exist" };
                // The plan misses the whole block.
                let place = if self.planning { call.block.header } else { *source_span };
                Problem::at(ProblemKind::Invalid, place, format!("the module directory {shown} {what}"))
            } else {
                let message = format!("the module {source} lies outside of what is checked");
                Problem::at(ProblemKind::NotEvaluated, *source_span, message)
                    .with_help("check a directory that holds both")
            };
            self.problem(problem);
            Called::NotHere
        }
    }

    /// A module that `terraform init` has put below `.terraform`.
    fn installed(&mut self, scope: usize, call: &ModuleCall) -> Option<PathBuf> {
        if self.installed.is_none() {
            self.installed = Some(self.manifest().unwrap_or_default());
        }
        let installed = self.installed.as_ref().filter(|installed| !installed.is_empty())?;
        let mut wanted = String::new();
        for outer in &self.scopes[scope].calls {
            // The last name of each address, without its key.
            let name = iaclint_graph::declared(&outer.address);
            wanted.push_str(name.rsplit_once("module.").map_or(name.as_str(), |(_, n)| n));
            wanted.push('.');
        }
        wanted.push_str(&call.name);
        installed.get(&wanted).cloned()
    }

    /// The directories of the modules that `terraform init` has put below `.terraform`, by their keys.
    fn manifest(&self) -> Option<FxHashMap<String, PathBuf>> {
        let root = &self.scopes[0].module.directory;
        let project = self.loader.project();
        let manifest = project.read_text(&root.join(".terraform/modules/modules.json")).ok()?;
        let mut arena = iaclint_value::OriginArena::new(u32::MAX - 1);
        let json = iaclint_value::json::parse_file(&manifest, &mut arena).ok()?;
        let mut out = FxHashMap::default();
        for module in &json.value.get("Modules")?.as_list()?.items {
            let text = |name: &str| Some(module.get(name)?.as_str()?.into_owned());
            if let (Some(key), Some(directory)) = (text("Key"), text("Dir")) {
                out.entry(key).or_insert_with(|| project.absolute(&root.join(directory)));
            }
        }
        Some(out)
    }

    /// What the modules that are not here are given: all that is known of them.
    pub(super) fn opaque_calls(&mut self) -> Vec<Opaque> {
        let mut out = Vec::new();
        for (scope, at) in std::mem::take(&mut self.not_here) {
            let module = self.scopes[scope].module.clone();
            let call = &module.calls[at];
            let inputs = self.call_inputs(scope, at, call);
            let inputs = self.exported(inputs);
            let address = self.key_of(scope, &format!("module.{}", call.name)).address;
            let source = call.source.as_ref().map_or_else(Name::new, |(s, _)| s.clone());
            out.push(Opaque { address, source, span: call.block.header, inputs });
        }
        out
    }

    fn call_inputs(&mut self, scope: usize, at: usize, call: &ModuleCall) -> Val {
        let (expansion, _) = self.calls_of(scope, at);
        let bindings = expansion.slots.first().map(|s| s.bindings.clone()).unwrap_or_default();
        let mut fields: Fields = Vec::new();
        self.bound(Env::of_scope(scope), &bindings, |me, env| {
            for attribute in &call.block.body.attributes {
                if CALL_ARGUMENTS.contains(&attribute.name.as_str()) {
                    continue;
                }
                let value = me.assuming_within(scope, |me| {
                    let value = me.eval(&attribute.value, env);
                    value.unwrap_or_else(|fault| me.invalid(fault))
                });
                let origin = me.written(attribute.name_span);
                fields.push((attribute.name.clone(), origin, value));
            }
        });
        let origin = self.written(call.block.header);
        Val::object(fields, origin)
    }

    fn check_arguments(&mut self, call: &ModuleCall, called: &Module) {
        for attribute in &call.block.body.attributes {
            if CALL_ARGUMENTS.contains(&attribute.name.as_str())
                || called.find(Kind::Variable, &attribute.name).is_some()
            {
                continue;
            }
            let message = format!("the module {} has no variable {:?}", called.path, attribute.name.as_str());
            let mut problem = Problem::at(ProblemKind::Invalid, attribute.name_span, message);
            let near = super::nearest(&attribute.name, &called.names(Kind::Variable));
            problem.help = near.map(|n| format!("did you mean {n}?"));
            self.problem(problem);
        }
        for variable in &called.variables {
            if variable.default.is_none() && call.block.body.attribute(&variable.name).is_none() {
                let message = format!(
                    "the module call does not give the variable {:?}, which has no default",
                    variable.name.as_str()
                );
                let place = if self.planning { self.brace_of(&call.block) } else { call.block.header };
                self.problem(Problem::at(ProblemKind::Invalid, place, message));
            }
        }
    }

    /// The brace that opens a block.
    fn brace_of(&self, block: &Block) -> Span {
        let file = self.loader.project().sources().file(block.header.file);
        let start = block.header.end as usize;
        let gap = file.text.get(start..).and_then(|rest| rest.find('{')).unwrap_or(0);
        Span::new(block.header.file, start + gap..start + gap + 1)
    }

    /// `var.name`.
    pub(super) fn variable(&mut self, scope: usize, name: &str, span: Span) -> Val {
        let module = self.scopes[scope].module.clone();
        let Some(at) = module.find(Kind::Variable, name) else {
            return self.undeclared(scope, Kind::Variable, "the variable", name, span);
        };
        self.node(&Node::Variable(scope, at), span, |me| me.variable_value(scope, &module, at))
    }

    fn variable_value(&mut self, scope: usize, module: &Arc<Module>, at: usize) -> Val {
        let variable = &module.variables[at];
        let ty = match &variable.ty {
            Some(expr) => self.constraint_of(module, at, expr),
            None => Ty::Dynamic,
        };
        let mut given = match self.scopes[scope].parent {
            Some((parent, call)) => self.argument(scope, parent, call, &variable.name),
            None => self.given_value(variable),
        };
        if !variable.nullable && given.as_ref().is_some_and(|(v, _)| v.is_null()) {
            // Null stands for the default, so there has to be one.
            if let (None, Some((_, span)), true) = (&variable.default, &given, self.planning) {
                let message =
                    format!("the variable {:?} must not be null, and has no default", variable.name);
                self.problem(Problem::at(ProblemKind::Invalid, *span, message));
            }
            given = None;
        }
        let mut marks = Marks::NONE;
        if variable.sensitive {
            marks = marks.and(Marks::SENSITIVE);
        }
        if variable.ephemeral {
            marks = marks.and(Marks::EPHEMERAL);
        }
        let value = match (given, &variable.default) {
            (Some((value, span)), _) => self.converted(value, &ty, span, &variable.name),
            (None, Some(default)) => {
                let value = self.eval(default, Env { scope, bound: None, isolated: true });
                let value = value.unwrap_or_else(|fault| self.invalid(fault));
                let value = self.converted(value, &ty, default.span, &variable.name);
                let value = self.step(value, default.span, Via::Default(variable.name.clone()));
                self.assumptions.now |= !self.planning && self.scopes[scope].parent.is_none();
                if self.inputs.library && self.scopes[scope].parent.is_none() {
                    self.possible(value, scope, &variable.name)
                } else {
                    value
                }
            }
            (None, None) => {
                let origin = self.written(variable.header);
                if self.planning && self.scopes[scope].parent.is_none() {
                    let message = format!(
                        "the variable {:?} has neither a value nor a default",
                        variable.name.as_str()
                    );
                    self.problem(Problem::at(ProblemKind::Invalid, variable.header, message));
                }
                self.input(&self.input_name(scope, &variable.name), ty, origin)
            }
        };
        value.marked(marks)
    }

    /// The type of a variable, which is the same in all instances of its module.
    fn constraint_of(&mut self, module: &Arc<Module>, at: usize, expr: &Expr) -> Ty {
        let variable = (Arc::as_ptr(module).addr(), at);
        if let Some(known) = self.constraints.get(&variable) {
            return known.clone();
        }
        let ty = self.constraint(expr);
        // What is wrong with it may not have been told.
        if !self.is_silent() {
            self.constraints.insert(variable, ty.clone());
        }
        ty
    }

    fn input_name(&self, scope: usize, name: &str) -> String {
        let address = &self.scopes[scope].address;
        if address.is_empty() { format!("var.{name}") } else { format!("{address}.var.{name}") }
    }

    /// A library's default: one of the values that its callers may give.
    fn possible(&mut self, default: Val, scope: usize, name: &str) -> Val {
        let origin = default.origin;
        let mut value = self.input(&self.input_name(scope, name), Ty::Dynamic, origin);
        if let K::Unknown(unk) = &mut value.k {
            let unk = Arc::make_mut(unk);
            unk.candidates = vec![default];
        }
        value
    }

    fn converted(&mut self, value: Val, ty: &Ty, span: Span, name: &str) -> Val {
        let value = self.whole(value);
        if matches!(ty, Ty::Dynamic) {
            return value;
        }
        match convert(&value, ty) {
            Ok(converted) => converted.with_origin(value.origin),
            Err(message) => {
                let fault = super::Fault::new(
                    span,
                    format!("this does not fit the type of the variable {name:?}: {message}"),
                );
                self.invalid(fault)
            }
        }
    }

    /// The argument of a call.
    fn argument(&mut self, scope: usize, parent: usize, call: usize, name: &Name) -> Option<(Val, Span)> {
        let module = self.scopes[parent].module.clone();
        let attribute = module.calls[call].block.body.attribute(name)?;
        let expr: &Expr = &attribute.value;
        let bindings = self.scopes[scope].bindings.clone();
        let value = self.bound(Env::of_scope(parent), &bindings, |me, env| {
            let value = me.eval(expr, env);
            value.unwrap_or_else(|fault| me.invalid(fault))
        });
        let value = self.step(value, expr.span, Via::Variable(name.clone()));
        Some((value, expr.span))
    }

    /// An output of a module instance.
    pub(super) fn output_value(&mut self, scope: usize, name: &str, span: Span) -> Result<Val, super::Fault> {
        let module = self.scopes[scope].module.clone();
        let Some(at) = module.find(Kind::Output, name) else {
            let message = format!("the module {} has no output {name:?}", module.path);
            let fault = super::Fault::new(span, message);
            return Err(match super::nearest(name, &module.names(Kind::Output)) {
                Some(near) => fault.with_help(format!("did you mean {near}?")),
                None => fault,
            });
        };
        Ok(self.output(scope, &module, at, span))
    }

    pub(super) fn output(&mut self, scope: usize, module: &Arc<Module>, at: usize, span: Span) -> Val {
        self.node(&Node::Output(scope, at), span, |me| {
            let block = &module.outputs[at];
            let name = block.labels.first().cloned().unwrap_or_default();
            let Some(attribute) = block.body.attribute("value") else {
                let at = me.opening(block.header);
                return me.invalid(super::Fault::new(at, "this output has no value"));
            };
            let value = me.eval(&attribute.value, Env::of_scope(scope));
            let value = value.unwrap_or_else(|fault| me.invalid(fault));
            let sensitive =
                block.body.attribute("sensitive").and_then(|a| a.value.literal_bool()) == Some(true);
            // Terraform 1.11 forgets it on the way to the calling module.
            let kept = !me.planning || scope == 0;
            let value = if sensitive && kept { value.marked(Marks::SENSITIVE) } else { value };
            if me.planning {
                me.judge_ephemeral(block, &attribute.value, &value, scope);
            }
            if me.planning && scope == 0 && !sensitive && value.deep_marks().has(Marks::SENSITIVE) {
                let message =
                    format!("the output {:?} is of sensitive values and does not say so", name.as_str());
                me.problem(Problem::at(ProblemKind::Invalid, block.header, message));
            }
            me.step(value, attribute.value.span, Via::Output(name))
        })
    }

    /// All outputs of a module instance.
    pub(super) fn outputs_object(&mut self, scope: usize, value: &Val) -> Val {
        let module = self.scopes[scope].module.clone();
        let mut fields: Fields = Vec::with_capacity(module.outputs.len());
        for (at, block) in module.outputs.iter().enumerate() {
            let Some(name) = block.labels.first() else { continue };
            let output = self.output(scope, &module, at, block.header);
            fields.push((name.clone(), OriginId::NONE, output));
        }
        Val::object(fields, value.origin)
    }
}

/// Adds the conditions of an outer block.
pub(super) fn merge_existence(to: &mut Existence, more: &Existence) {
    to.any_number |= more.any_number;
    for condition in &more.conditions {
        if !to.conditions.contains(condition) {
            to.conditions.push(condition.clone());
        }
    }
}

enum Called {
    Here(Arc<Module>),
    NotHere,
    Nothing,
}
