//! From evaluated stacks to a fragment of the graph.

use std::path::PathBuf;

use iaclint_graph::{
    Dormant, Existence, Fragment, Language, Mode, Opaque, Output, Resource, Root, Scope, ScopeId,
};
use iaclint_source::{Problem, ProblemKind, Project, Span};
use iaclint_value::{Data, Name, Object, OriginId, ResourceKey, RootId, Value};

use crate::eval::Evaluator;
use crate::metadata::Metadata;
use crate::program::Programs;
use crate::stack::{Loaded, Stack, StackId};
use crate::template::{Entry, construct_path};

/// Evaluates everything that was read; `parameters` are files of values for what is deployed by itself.
pub(crate) fn of(project: &Project, mut loaded: Loaded, parameters: &[PathBuf], root: RootId) -> Fragment {
    let mut arena = std::mem::take(&mut loaded.arena);
    let mut given = std::mem::take(&mut loaded.given);
    given.extend(crate::parameters::read(project, parameters, &mut arena, &mut loaded.problems));
    let arena = crate::expand::sections(root, &mut loaded.stacks, arena, &given, &mut loaded.problems);
    loaded.stacks.iter_mut().for_each(|stack| crate::sam::lower(&mut stack.template));
    let missing = (loaded.language == Language::Cdk).then_some(loaded.missing.as_slice());
    let directory = project.root().join(&loaded.path);
    let mut builder = Builder {
        cx: Evaluator::new(root, &loaded.stacks, arena, &given, missing),
        stacks: &loaded.stacks,
        metadata: &loaded.metadata,
        synthesized: loaded.language == Language::Cdk,
        programs: Programs::new(project, &directory),
        resources: Vec::new(),
        opaque: Vec::new(),
        dormant: Vec::new(),
        scopes: Vec::new(),
        exports: Vec::new(),
        // A stack's outputs are no uses by outsiders, so an assembly has a scope around its stacks.
        first_scope: u32::from(loaded.stacks.iter().any(|s| s.name.is_some())),
    };
    if builder.first_scope == 1 || loaded.stacks.is_empty() {
        let around = Scope {
            address: Name::new(),
            calls: Vec::new(),
            path: loaded.path.clone(),
            region: None,
            outputs: Vec::new(),
        };
        builder.scopes.push(around);
    }
    loaded.problems.extend(without_lines(&loaded.path, &loaded.metadata));
    let existence = builder.existences();
    for (at, around) in existence.iter().enumerate() {
        builder.stack(at, around.as_ref());
    }
    let Builder { cx, resources, opaque, dormant, scopes, exports, .. } = builder;
    let (origins, more) = (cx.arena, cx.problems);
    loaded.problems.extend(more);
    loaded.opaque.extend(opaque);
    let root = Root {
        id: root,
        language: loaded.language,
        path: loaded.path,
        library: false,
        scopes,
        exports,
        opaque: loaded.opaque,
        dormant,
        assets: loaded.assets,
    };
    let mut directives = loaded.acknowledged;
    directives.extend(loaded.stacks.iter().flat_map(|s| s.template.directives.iter().cloned()));
    Fragment { root, resources, origins, problems: loaded.problems, directives }
}

/// What surrounds the resources of a stack: the conditions and dependencies of the nested stacks around them.
#[derive(Clone, Default)]
struct Around {
    existence: Existence,
    depends_on: Vec<ResourceKey>,
}

struct Builder<'a> {
    cx: Evaluator<'a>,
    stacks: &'a [Stack],
    metadata: &'a [Metadata],
    synthesized: bool,
    programs: Programs<'a>,
    resources: Vec<Resource>,
    opaque: Vec<Opaque>,
    dormant: Vec<Dormant>,
    scopes: Vec<Scope>,
    exports: Vec<(Name, Value)>,
    first_scope: u32,
}

impl Builder<'_> {
    /// What is around each stack; `None` when the stack never exists.
    fn existences(&mut self) -> Vec<Option<Around>> {
        let mut out: Vec<Option<Around>> = Vec::with_capacity(self.stacks.len());
        for stack in self.stacks {
            let around = match &stack.parent {
                None => Some(Around::default()),
                Some((outer, id)) => out.get(*outer).cloned().flatten().and_then(|around| {
                    let resource = self.stacks.get(*outer)?.template.resources.get(id)?;
                    self.around(*outer, resource, &around)
                }),
            };
            out.push(around);
        }
        out
    }

    /// Under which conditions and after what a resource is made; `None` when never.
    fn around(&mut self, at: StackId, resource: &Value, around: &Around) -> Option<Around> {
        let mut own = around.clone();
        if let Some(condition) = resource.get("Condition")
            && let Some(name) = condition.as_str()
        {
            let declared = self.stacks.get(at).is_some_and(|s| s.template.conditions.get(&name).is_some());
            if !declared && self.stacks.get(at).is_some_and(|s| s.template.transforms.is_empty()) {
                let message = format!("the condition {name} is not declared");
                self.cx.tell(at, ProblemKind::Invalid, condition.origin, message);
            }
            for needed in self.cx.existence(at, &name, true)? {
                if !own.existence.conditions.contains(&needed) {
                    own.existence.conditions.push(needed);
                }
            }
        }
        let mut depend = |value: &Value| {
            if let Some(id) = value.as_str() {
                let key = self.cx.key(at, &id);
                if !own.depends_on.contains(&key) {
                    own.depends_on.push(key);
                }
            }
        };
        match resource.get("DependsOn") {
            Some(Value { data: Data::List(list), .. }) => list.items.iter().for_each(&mut depend),
            Some(value) => depend(value),
            None => {}
        }
        Some(own)
    }

    fn stack(&mut self, at: StackId, around: Option<&Around>) {
        let Some(stack) = self.stacks.get(at) else { return };
        let mut outputs = Vec::new();
        if let Some(around) = around {
            for entry in stack.template.resources.entries() {
                self.resource(at, stack, entry, around);
            }
            for entry in stack.template.outputs.entries() {
                outputs.extend(self.output(at, entry));
            }
            for name in &stack.template.transforms {
                // What a macro adds is not known.
                self.opaque.push(Opaque {
                    address: stack.address.clone(),
                    source: name.clone(),
                    span: Span::new(stack.template.file.id, 0..0),
                    inputs: Value::null(OriginId::NONE),
                });
            }
        }
        self.scopes.push(Scope {
            address: stack.address.clone(),
            calls: stack.calls.clone(),
            path: stack.template.file.path.clone(),
            region: stack.environment.region.clone(),
            outputs,
        });
    }

    fn span(&self, stack: &Stack, origin: OriginId) -> Span {
        self.cx.arena.get(origin).map_or(Span::new(stack.template.file.id, 0..0), |o| o.span)
    }

    fn output(&mut self, at: StackId, entry: &Entry) -> Option<Output> {
        let (name, origin, raw) = entry;
        if let Some(condition) = raw.get("Condition").and_then(Value::as_str) {
            self.cx.existence(at, &condition, true)?;
        }
        let value = self.cx.output(at, name)?;
        if !self.is_inner_export(name)
            && let Some(export) = self.cx.export_name(at, name)
        {
            // An export whose name is not known here is used under some name all the same.
            let export = export.as_str().map_or_else(|| export.display(), std::borrow::Cow::into_owned);
            self.exports.push((export.into(), value.clone()));
        }
        let stack = self.stacks.get(at)?;
        let (source, _) = self.sources(stack, name, raw);
        Some(Output {
            name: name.clone(),
            value,
            span: self.span(stack, *origin),
            source,
            depends_on: Vec::new(),
        })
    }

    /// Whether an output is what the CDK exports for a stack of the same app, and for nobody else.
    fn is_inner_export(&self, output: &str) -> bool {
        self.synthesized && self.first_scope == 1 && output.starts_with("ExportsOutput")
    }

    fn resource(&mut self, at: StackId, stack: &Stack, entry: &Entry, around: &Around) {
        let (id, origin, raw) = entry;
        let (span, whole) = (self.span(stack, *origin), self.span(stack, raw.origin));
        if id == "Fn::Transform" {
            let inputs = self.cx.value(at, raw).unwrap_or(Value::null(*origin));
            let address = self.cx.key(at, id).address;
            self.opaque.push(Opaque { address, source: "Fn::Transform".into(), span, inputs });
            return;
        }
        let Some(type_name) = raw.get("Type").and_then(Value::as_str).map(|t| Name::from(&*t)) else {
            if stack.template.transforms.is_empty() {
                self.cx.tell(at, ProblemKind::Invalid, *origin, format!("the resource {id} has no Type"));
            }
            // Whatever it is, what it mentions is used.
            let inputs = self.cx.value(at, raw).unwrap_or(Value::null(*origin));
            self.opaque.push(Opaque {
                address: self.cx.key(at, id).address,
                source: id.clone(),
                span,
                inputs,
            });
            return;
        };
        if self.synthesized && is_noise(id, &type_name) {
            return;
        }
        let Some(own) = self.around(at, raw, around) else {
            let (address, names) = (self.cx.key(at, id).address, self.body(at, raw));
            self.dormant.push(Dormant { address, span, names });
            return;
        };
        // What is said of the resource as a whole points at its name, not at the brace behind `Properties`.
        let body = Value { origin: *origin, ..self.body(at, raw) };
        if crate::nested::is_nested(&type_name) && !stack.nested.contains_key(id) {
            let named = body.get("TemplateURL").or_else(|| body.get("Location"));
            let source = named.map_or_else(|| type_name.clone(), |u| u.display().into());
            let inputs = body.get("Parameters").cloned().unwrap_or(Value::null(*origin));
            self.opaque.push(Opaque { address: self.cx.key(at, id).address, source, span, inputs });
        }
        let (source, property_sources) = self.sources(stack, id, raw);
        let mut meta = Object { fields: Vec::new(), complete: true };
        for name in ["DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy", "Metadata"] {
            let Some(object) = raw.as_object() else { continue };
            if let (Some(raw), Some(origin)) = (object.get(name), object.name_origin(name))
                && let Some(value) = self.cx.value(at, raw)
            {
                meta.fields.push((name.into(), origin, value));
            }
        }
        self.resources.push(Resource {
            key: self.cx.key(at, id),
            mode: Mode::Managed,
            type_name,
            name: id.clone(),
            instance: None,
            span,
            whole,
            body,
            meta: Value::new(Data::Object(meta.into()), raw.origin),
            existence: own.existence,
            depends_on: own.depends_on,
            scope: ScopeId(at as u32 + self.first_scope),
            region: stack.environment.region.clone(),
            source,
            property_sources,
        });
    }

    fn body(&mut self, at: StackId, raw: &Value) -> Value {
        let Some(properties) = raw.get("Properties") else { return Value::object([], raw.origin) };
        let mut body = self.cx.value(at, properties).unwrap_or_else(|| Value::object([], properties.origin));
        self.cx.read_json_in(&mut body);
        match body.data {
            Data::Object(_) => body,
            Data::Null => Value::object([], properties.origin),
            _ => {
                let unknown = Object { fields: Vec::new(), complete: false };
                Value::new(Data::Object(unknown.into()), properties.origin)
            }
        }
    }

    /// The line of the user's program behind a resource, and those that set its properties later.
    fn sources(&mut self, stack: &Stack, id: &str, raw: &Value) -> (Option<Span>, Vec<(Name, Span)>) {
        let Some(metadata) = stack.metadata.and_then(|m| self.metadata.get(m)) else {
            return (None, Vec::new());
        };
        let Some(path) = self.construct_of(metadata, stack, id, raw) else { return (None, Vec::new()) };
        let mut properties: Vec<(Name, Span)> = Vec::new();
        for (name, frame) in metadata.properties(&path) {
            if let Some(span) = self.programs.span(frame) {
                properties.retain(|(known, _)| known != name);
                properties.push((name.clone(), span));
            }
        }
        (metadata.frame(&path).and_then(|frame| self.programs.span(frame)), properties)
    }

    /// The construct path of a resource.
    fn construct_of(&self, metadata: &Metadata, stack: &Stack, id: &str, raw: &Value) -> Option<Name> {
        let written = construct_path(raw).and_then(Value::as_str);
        let path = match metadata.path(id, &stack.template_name, &self.construct(stack)) {
            Some(path) if written.is_none() => path.clone(),
            Some(path) if written.as_deref() == Some(path.trim_start_matches('/')) => path.clone(),
            found => written.map(|w| Name::from(&*w)).or_else(|| found.cloned())?,
        };
        Some(path)
    }

    /// The construct path of a stack, without a slash before it.
    fn construct(&self, stack: &Stack) -> Name {
        let Some((outer, id)) = &stack.parent else { return stack.address.clone() };
        let resource = self.stacks.get(*outer).and_then(|s| s.template.resources.get(id));
        let path = resource.and_then(construct_path).and_then(Value::as_str);
        path.as_deref()
            .and_then(|p| p.split_once(".NestedStack"))
            .map_or(stack.address.clone(), |(p, _)| p.into())
    }
}

/// How to get the lines of the program, when an assembly knows none.
fn without_lines(path: &str, metadata: &[Metadata]) -> Option<Problem> {
    let known = metadata.iter().any(|m| !m.is_without_lines());
    if known || metadata.is_empty() {
        return None;
    }
    let variable =
        if metadata.iter().any(Metadata::is_bridged) { "JSII_HOST_STACK_TRACES=1" } else { "CDK_DEBUG=1" };
    let message =
        "the assembly does not say which line of the app makes a resource: findings show the template";
    let help = format!("run `{variable} npx cdk synth -q` and check again");
    Some(Problem::new(ProblemKind::NotEvaluated, message).in_file(path).with_help(help))
}

/// What the CDK adds for itself.
fn is_noise(id: &str, type_name: &str) -> bool {
    matches!(type_name, "AWS::CDK::Metadata" | "Custom::VpcRestrictDefaultSG")
        || id.starts_with("CustomVpcRestrictDefaultSGCustomResourceProvider")
}
