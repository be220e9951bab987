//! What a name refers to: variables, locals, modules, resources, and the few names of the language.

use std::path::{Component, Path};
use std::sync::Arc;

use iaclint_source::{Problem, ProblemKind, Span};
use iaclint_value::{Name, Reference, ResourceKey, Target, Via, Why};

use super::{Env, Evaluator, Fault, Node, Place};
use crate::ir::{Step, StepKind};
use crate::module::Kind;
use crate::ty::Ty;
use crate::val::{K, Unk, Val};

/// The attributes of the resource that is built in.
pub(super) const TERRAFORM_DATA: [&str; 4] = ["id", "input", "output", "triggers_replace"];

impl Evaluator<'_, '_> {
    /// A name with the steps behind it.
    #[inline(never)]
    pub(super) fn traversal(
        &mut self,
        root: &Name,
        root_span: Span,
        steps: &[Step],
        span: Span,
        env: Env<'_>,
    ) -> Result<Val, Fault> {
        if let Some(value) = env.find(root) {
            let value = value.clone();
            let value = self.steps(value, steps, env)?;
            return Ok(self.used(value, span));
        }
        if env.isolated {
            return Err(Fault::new(root_span, format!("the template is not given a variable {root:?}")));
        }
        let scope = env.scope;
        let name = |at: usize| match steps.get(at).map(|s| &s.kind) {
            Some(StepKind::Attr(name)) => Some(name),
            _ => None,
        };
        let head =
            |count: usize| steps.get(count.wrapping_sub(1)).map_or(root_span, |s| root_span.to(s.span));
        let (value, used) = match (root.as_str(), name(0)) {
            ("var", Some(name)) => (self.variable(scope, name, head(1)), 1),
            ("local", Some(name)) => (self.local(scope, name, head(1)), 1),
            // An output that is named belongs to the place, as Terraform tells it.
            ("module", Some(called)) => {
                if let (Some(output), Some(step)) = (name(1), steps.get(1))
                    && let Some(inner) = self.one_scope(scope, called)
                {
                    let value = self.output_value(inner, output, step.span)?;
                    let value = self.steps(value, &steps[2..], env)?;
                    return Ok(self.used(value, span));
                }
                let place = if name(1).is_some() { head(2) } else { head(1) };
                match self.one_call(scope, called, steps.get(1), head(1), env)? {
                    Some(value) => (value, 2),
                    None => (self.module_value(scope, called, head(1), place), 1),
                }
            }
            ("path", Some(name)) => (self.path(scope, name, head(1))?, 1),
            ("terraform" | "tofu", Some(name)) => {
                let origin = self.written(span);
                if self.planning && name == "workspace" {
                    let value = Val::str("default", origin);
                    return self.steps(value, &steps[1..], env);
                }
                if name != "workspace" {
                    return Err(Fault::new(span, format!("{root} has no attribute {:?}", name.as_str())));
                }
                let input = format!("{root}.{name}");
                (self.input(&input, Ty::String, origin), 1)
            }
            ("self", Some(_)) => return Err(out_of_place(root, root_span)),
            ("each" | "count", Some(_)) => return Err(out_of_place(root, head(1))),
            ("each" | "count" | "self", None) => return Err(out_of_place(root, root_span)),
            (mode @ ("data" | "ephemeral"), Some(type_name)) => {
                let Some(resource) = name(1) else {
                    return Err(Fault::new(
                        span,
                        format!("{mode}.{type_name} needs the name of a data source"),
                    ));
                };
                let at = self.scopes[scope].module.resource(mode, type_name, resource);
                let Some(at) = at else {
                    let address = format!("{mode}.{type_name}.{resource}");
                    return Ok(self.undeclared_resource(scope, &address, head(2)));
                };
                return self.resource_traversal(at, &steps[2..], head(2), span, env);
            }
            // `resource.` may stand before the type.
            ("resource", Some(type_name)) if name(1).is_some() => {
                let resource = name(1).map_or("", Name::as_str);
                let Some(at) = self.scopes[scope].module.resource("", type_name, resource) else {
                    let address = format!("{type_name}.{resource}");
                    return Ok(self.undeclared_resource(scope, &address, head(2)));
                };
                return self.resource_traversal(at, &steps[2..], head(2), span, env);
            }
            (_, Some(resource)) => {
                let Some(at) = self.scopes[scope].module.resource("", root, resource) else {
                    let address = format!("{root}.{resource}");
                    return Ok(self.undeclared_resource(scope, &address, head(1)));
                };
                return self.resource_traversal(at, &steps[1..], head(1), span, env);
            }
            (_, None) => {
                return Err(Fault::new(span, format!("{root:?} refers to nothing"))
                    .with_help(format!("write it in quotes if the text \"{root}\" is meant")));
            }
        };
        let value = self.steps(value, &steps[used..], env)?;
        Ok(self.used(value, span))
    }

    /// The value as it is used at `span`.
    fn used(&mut self, value: Val, span: Span) -> Val {
        // What was just made there needs no second step.
        if self.origins.span(value.origin) == Some(span) {
            return value;
        }
        self.step(value, span, Via::Written)
    }

    /// Reports a name that is not declared. This is no error that `try` catches.
    #[cold]
    pub(super) fn undeclared(&mut self, scope: usize, kind: Kind, what: &str, name: &str, span: Span) -> Val {
        let prefix = match kind {
            Kind::Variable => "var.",
            Kind::Local => "local.",
            Kind::Call => "module.",
            Kind::Output | Kind::Resource => "",
        };
        // Only the root's directory is written into.
        let generated = self.inputs.generated && scope == 0;
        let problem_kind =
            if generated || self.unmade { ProblemKind::NotEvaluated } else { ProblemKind::Invalid };
        let message = format!("{what} {name:?} is not declared in this module");
        let mut problem = Problem::at(problem_kind, span, message);
        if generated {
            self.problem(problem);
            let origin = self.written(span);
            return self.input(&format!("{prefix}{name}"), Ty::Dynamic, origin);
        }
        if self.was_reported(span, &problem.message) {
            let origin = self.written(span);
            return Val::unknown(Why::Invalid, origin);
        }
        let names = self.scopes[scope].module.names(kind);
        let near = super::nearest(name, &names);
        problem.help = match (near, kind) {
            (Some(near), _) => Some(format!("did you mean {prefix}{near}?")),
            (None, Kind::Variable) => Some(format!("declare it: variable {name:?} {{}}")),
            (None, _) => None,
        };
        self.problem(problem);
        let origin = self.written(span);
        Val::unknown(Why::Invalid, origin)
    }

    pub(super) fn local(&mut self, scope: usize, name: &str, span: Span) -> Val {
        let module = self.scopes[scope].module.clone();
        let Some(at) = module.find(Kind::Local, name) else {
            return self.undeclared(scope, Kind::Local, "the local value", name, span);
        };
        let local = &module.locals[at];
        self.node(&Node::Local(scope, at), span, |me| {
            let misnamed = if me.planning { me.misnamed(&local.value, scope) } else { None };
            let value = match misnamed {
                Some(fault) => Err(fault),
                None => me.eval(&local.value, Env::of_scope(scope)),
            };
            let value = value.unwrap_or_else(|fault| me.invalid(fault));
            me.step(value, local.value.span, Via::Local(local.name.clone()))
        })
    }

    /// A value that somebody gives when the tool runs.
    pub(super) fn input(&mut self, name: &str, ty: Ty, origin: iaclint_value::OriginId) -> Val {
        let reference = Reference::to(Target::Input { root: self.root, name: name.into() });
        let mut unk = Unk::new(Why::Input(name.into()));
        unk.ty = ty;
        unk.refer(Arc::new(reference));
        Val::new(K::Unknown(Arc::new(unk)), origin)
    }

    #[inline(never)]
    fn path(&mut self, scope: usize, name: &str, span: Span) -> Result<Val, Fault> {
        let origin = self.written(span);
        let text = match name {
            "module" => {
                let root = &self.scopes[0].module.directory;
                relative(root, &self.scopes[scope].module.directory)
            }
            // Where the tool is run, as an absolute path: files are read from there, but nobody knows its name.
            "cwd" if self.planning => {
                let unk = Unk { ty: Ty::String, ..Unk::new(Why::Input("path.cwd".into())) };
                return Ok(Val::unk(unk.not_null(), origin));
            }
            "root" | "cwd" => ".".to_owned(),
            _ => {
                return Err(Fault::new(span, format!("path has no attribute {name:?}"))
                    .with_help("there are path.module, path.root and path.cwd"));
            }
        };
        Ok(Val::str(text, origin))
    }

    fn undeclared_resource(&mut self, scope: usize, address: &str, span: Span) -> Val {
        let what = if address.starts_with("data.") { "the data source" } else { "the resource" };
        self.undeclared(scope, Kind::Resource, what, address, span)
    }

    #[inline(never)]
    fn resource_traversal(
        &mut self,
        at: usize,
        steps: &[Step],
        head: Span,
        span: Span,
        env: Env<'_>,
    ) -> Result<Val, Fault> {
        let scope = env.scope;
        self.no_self_reference(scope, at, head);
        if let Some(step) = steps.first()
            && matches!(step.kind, StepKind::Attr(_))
            && self.instances_of(scope, at).expansion.shape != super::expand::Shape::Single
            && !self.is_in_brackets(step.span)
        {
            let address = &self.scopes[scope].module.resources[at].address;
            let fault = Fault::new(
                head,
                format!("{address} has several instances, so an attribute is one of theirs"),
            );
            return Err(
                fault.with_help(format!("index one, {address}[0] or {address}[\"key\"], or all with [*]"))
            );
        }
        let value = if let Some((value, rest)) = self.one_instance(scope, at, steps, head, env)? {
            self.steps(value, rest, env)?
        } else if let [Step { kind: StepKind::Attr(name), span }, rest @ ..] = steps
            && let Some(whole) = self.only_instance(scope, at)
        {
            let value = self.reference_attribute(&whole, name, *span)?;
            self.steps(value, rest, env)?
        } else {
            let value = self.resource_value(scope, at, head);
            self.steps(value, steps, env)?
        };
        // The place of the reference itself, not of the step in it that reached the attribute.
        if let Some(origin) = self.origins.get(value.origin)
            && let Via::Attribute(_) = origin.via
            && origin.span.file == span.file
            && span.contains(origin.span)
        {
            let origin = self.origins.moved(value.origin, span);
            return Ok(value.with_origin(origin));
        }
        Ok(self.used(value, span))
    }

    /// Reports an argument of a resource that names the resource itself.
    fn no_self_reference(&mut self, scope: usize, at: usize, span: Span) {
        let Some((Node::Argument(instance, _), _)) = self.stack.last() else { return };
        let instance = &self.instances[*instance];
        if (instance.scope, instance.declaration) == (scope, at) && !self.is_silent() {
            let address = &self.scopes[scope].module.resources[at].address;
            let message = format!("{address} refers to itself");
            self.problem(Problem::at(ProblemKind::Invalid, span, message));
        }
    }

    /// Whether a reference is to all instances of a declaration (not yet to one of them).
    pub(super) fn declaration_of(&self, reference: &Reference) -> Option<Place> {
        if !reference.path.is_empty() {
            return None;
        }
        match &reference.target {
            Target::Resource(key) | Target::Module { call: key, .. } => match self.places.get(&key.address) {
                Some(place @ Place::Declaration(..)) => Some(*place),
                _ => None,
            },
            _ => None,
        }
    }

    /// `reference.name`: an output, an argument that the configuration sets, or a reference one step further.
    pub(super) fn reference_attribute(
        &mut self,
        reference: &Reference,
        name: &str,
        span: Span,
    ) -> Result<Val, Fault> {
        let path_is_empty = match reference.path.as_slice() {
            [] => true,
            [iaclint_value::Step::Any] => match &reference.target {
                Target::Resource(key) => {
                    matches!(self.places.get(&key.address), Some(Place::Declaration(..)))
                }
                Target::Module { .. } => true,
                _ => false,
            },
            _ => false,
        };
        if path_is_empty {
            match &reference.target {
                Target::Resource(key) => return Ok(self.resource_attribute(key, reference, name, span)),
                Target::Module { call, .. } => {
                    if let Some(Place::Scope(scope)) = self.places.get(&call.address) {
                        let scope = *scope;
                        return self.output_value(scope, name, span);
                    }
                }
                _ => {}
            }
        }
        let origin = self.written(span);
        let mut value = Val::reference(reference.then(iaclint_value::Step::Attr(name.into())), origin);
        if let Target::Module { source, .. } = &reference.target
            && let K::Unknown(unk) = &mut value.k
        {
            Arc::make_mut(unk).why = Why::ModuleNotHere(source.clone());
        }
        Ok(value)
    }

    /// A module that was passed whole becomes the object of its outputs where its shape is needed, and so does `terraform_data`, the
    /// one resource whose attributes belong to the language.
    pub(super) fn whole(&mut self, value: Val) -> Val {
        let Some(unk) = value.as_unknown() else { return value };
        let Some(reference) = unk.reference.as_ref().filter(|r| r.path.is_empty()) else { return value };
        if self.is_repeated(unk) {
            return value;
        }
        let place = match &reference.target {
            Target::Module { call: key, .. } | Target::Resource(key) => {
                self.places.get(&key.address).copied()
            }
            _ => None,
        };
        match place {
            Some(Place::Scope(scope)) => self.outputs_object(scope, &value),
            Some(Place::Instance(instance)) => {
                let header = self.origins.get(value.origin).map(|o| o.span);
                if let Some(whole) = header.and_then(|span| self.provided_object(instance, span)) {
                    return whole.marked(value.marks);
                }
                let instance = &self.instances[instance];
                let declaration = &self.scopes[instance.scope].module.resources[instance.declaration];
                if declaration.block.labels.first().is_none_or(|kind| kind != "terraform_data") {
                    return value;
                }
                let reference = reference.clone();
                let span = self.origins.get(value.origin).map_or(declaration.block.header, |o| o.span);
                let fields = TERRAFORM_DATA.map(|name| {
                    let found = self.reference_attribute(&reference, name, span);
                    (name.into(), value.origin, found.unwrap_or_else(|fault| self.invalid(fault)))
                });
                Val::object(fields.into(), value.origin).marked(value.marks)
            }
            _ => value,
        }
    }

    /// A key of this root.
    pub(super) fn key_of(&self, scope: usize, rest: &str) -> ResourceKey {
        let address = &self.scopes[scope].address;
        let mut key = Name::with_capacity(address.len() + 1 + rest.len());
        if !address.is_empty() {
            key.push_str(address);
            key.push('.');
        }
        key.push_str(rest);
        ResourceKey::new(self.root, key)
    }
}

/// The way from one directory to another, as Terraform writes `path.module`.
pub(super) fn relative(from: &Path, to: &Path) -> String {
    let from: Vec<Component<'_>> = from.components().collect();
    let to: Vec<Component<'_>> = to.components().collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<String> = vec!["..".to_owned(); from.len() - common];
    parts.extend(to[common..].iter().map(|c| c.as_os_str().to_string_lossy().into_owned()));
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// The error of a name that means something only inside certain blocks.
pub(super) fn out_of_place(root: &str, span: Span) -> Fault {
    let (message, help) = match root {
        "each" => ("each stands outside of a block with for_each", "give the block a for_each"),
        "count" => ("count.index stands outside of a block with count", "give the block a count"),
        _ => ("self stands outside of a provisioner, connection or condition", "name the resource instead"),
    };
    Fault::new(span, message).with_help(help)
}
