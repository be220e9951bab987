//! A template as written: its sections, nothing evaluated.

use std::path::Path;
use std::sync::Arc;

use iaclint_graph::{Directive, DirectiveScope};
use iaclint_source::{Problem, ProblemKind, Project, SourceFile, Span};
use iaclint_value::{Data, Name, Object, OriginArena, OriginId, Value, json};
use rustc_hash::FxHashMap;

use crate::sam;

/// One entry of a section: its name, the place of the name, its value.
pub(crate) type Entry = (Name, OriginId, Value);

/// The entries of a section in their order.
#[derive(Debug, Default)]
pub(crate) struct Section {
    entries: Vec<Entry>,
    index: FxHashMap<Name, usize>,
}

impl Section {
    /// A section of these entries; of equal names the first stands.
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut index = FxHashMap::default();
        for (at, (name, _, _)) in entries.iter().enumerate() {
            index.entry(name.clone()).or_insert(at);
        }
        Self { entries, index }
    }

    /// The entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.index.get(name).and_then(|&at| self.entries.get(at)).map(|e| &e.2)
    }
}

/// A template.
#[derive(Debug)]
pub(crate) struct Template {
    /// Its file.
    pub file: Arc<SourceFile>,
    /// `Parameters`.
    pub parameters: Section,
    /// `Mappings`.
    pub mappings: Section,
    /// `Conditions`.
    pub conditions: Section,
    /// `Resources`.
    pub resources: Section,
    /// `Outputs`.
    pub outputs: Section,
    /// The macros that change the template before it is deployed, but for the language extensions, which are evaluated here.
    pub transforms: Vec<Name>,
    /// What the serverless transform takes as given for all resources of a kind.
    pub globals: Option<Value>,
    /// The files of the modules that tools put in before the deployment, relative to the template's.
    pub modules: Vec<Name>,
    /// What the user says about findings in it.
    pub directives: Vec<Directive>,
    /// Whether it bears the marks of the CDK.
    pub synthesized: bool,
}

/// Reads a file as a value, as JSON if it starts like it and as YAML else; what is wrong goes to `problems`.
pub(crate) fn read_value(
    file: &SourceFile,
    arena: &mut OriginArena,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let read = if file.text.trim_start().starts_with(['{', '[']) {
        json::parse_file(file, arena).map(|json| {
            for (name, span) in json.duplicates {
                problems.push(duplicate(&name, span, file));
            }
            json.value
        })
    } else {
        crate::yaml::parse(file, arena, problems)
    };
    match read {
        Ok(value) => Some(value),
        Err(error) => {
            let message = format!("cannot read {}: {}", file.path, error.message);
            problems.push(located(ProblemKind::Unreadable, error.span, message, file));
            None
        }
    }
}

/// The problem of a key that stands twice in an object.
pub(crate) fn duplicate(name: &str, span: Option<Span>, file: &SourceFile) -> Problem {
    let message = format!("the key {name} stands twice in this object; the last one counts");
    // CloudFormation takes it, too.
    located(ProblemKind::NotEvaluated, span, message, file)
}

fn located(kind: ProblemKind, span: Option<Span>, message: String, file: &SourceFile) -> Problem {
    Problem { span, ..Problem::new(kind, message) }.in_file(&file.path)
}

impl Template {
    /// Reads a template; `None` when nothing of it can be read.
    pub fn read(
        project: &Project,
        path: &Path,
        arena: &mut OriginArena,
        problems: &mut Vec<Problem>,
    ) -> Option<Template> {
        let file = match project.read_text(path) {
            Ok(file) => file,
            Err(error) => {
                problems.push(error.problem(&project.relative(path)));
                return None;
            }
        };
        let root = read_value(&file, arena, problems)?;
        let whole = Span::new(file.id, 0..file.text.len());
        let Some(object) = root.as_object() else {
            let span = arena.get(root.origin).map_or(whole, |o| o.span);
            let message = format!("the template {} is not an object", file.path);
            problems.push(located(ProblemKind::Unreadable, Some(span), message, &file));
            return None;
        };
        let mut section = |name: &str| -> Section {
            let Some(value) = object.get(name) else { return Section::default() };
            if let Some(entries) = value.as_object() {
                return Section::new(entries.fields.clone());
            }
            if !value.is_null() {
                let span = arena.get(value.origin).map(|o| o.span);
                problems.push(located(ProblemKind::Invalid, span, format!("{name} is not an object"), &file));
            }
            Section::default()
        };
        let parameters = section("Parameters");
        let mappings = section("Mappings");
        let conditions = section("Conditions");
        let resources = section("Resources");
        let outputs = section("Outputs");
        let mut transforms = transforms(object);
        if transforms.is_empty() {
            let mut types = resources.entries().iter().filter_map(|(_, _, r)| r.get("Type"));
            transforms.extend(types.find_map(module));
        }
        // Types of the transform exist under it only, whether the template asks for it or a tool does.
        let is_serverless = |resource: &Value| {
            let type_ = resource.get("Type").and_then(Value::as_str);
            type_.is_some_and(|t| t.starts_with("AWS::Serverless::"))
        };
        let asked = transforms.iter().any(|name| name == sam::TRANSFORM);
        if !asked && resources.entries().iter().any(|(_, _, resource)| is_serverless(resource)) {
            transforms.push(sam::TRANSFORM.into());
        }
        if transforms.is_empty() && is_made_by_rain(&file.text) {
            transforms.push("Rain".into());
        }
        let modules = modules(object);
        let globals = object.get("Globals").cloned();
        let synthesized = conditions.get("CDKMetadataAvailable").is_some()
            || parameters.get("BootstrapVersion").is_some()
            || resources.entries().iter().any(|(_, _, r)| construct_path(r).is_some());
        let mut directives = crate::directives::of_comments(&file);
        let mut metadata = |of: Option<&Value>, scope: &DirectiveScope| {
            directives.extend(crate::directives::of_metadata(of, arena, &file, scope));
        };
        metadata(object.get("Metadata"), &DirectiveScope::File(file.id));
        for (_, name, resource) in resources.entries() {
            // From its name to its end.
            let place = |origin| arena.get(origin).map_or(whole, |o| o.span);
            let scope = DirectiveScope::Region(place(*name).to(place(resource.origin)));
            metadata(resource.get("Metadata"), &scope);
        }
        Some(Template {
            file,
            parameters,
            mappings,
            conditions,
            resources,
            outputs,
            transforms,
            globals,
            modules,
            directives,
            synthesized,
        })
    }
}

/// The construct path that the CDK wrote into a resource's metadata.
pub(crate) fn construct_path(resource: &Value) -> Option<&Value> {
    resource.get("Metadata")?.get("aws:cdk:path")
}

/// The module that a type names: modules are put in their places before the deployment, by CloudFormation (`…::MODULE`) or by a tool
/// of its own, for which the type is no text.
fn module(type_: &Value) -> Option<Name> {
    if let Some(object) = type_.as_object() {
        return object.fields.first().map(|(name, _, _)| name.clone());
    }
    type_.as_str().filter(|t| t.ends_with("::MODULE")).map(|t| Name::from(&*t))
}

/// Whether one of its directives stands in a file, of which Rain makes a template first. What it only puts a file's text in the place of
/// leaves the template as it is.
fn is_made_by_rain(text: &str) -> bool {
    text.match_indices("Rain::").any(|(at, name)| !text[at + name.len()..].starts_with("Embed"))
}

/// The files of the modules that a template names: sources of its own `Modules`, and types that are modules of Rain.
fn modules(root: &Object) -> Vec<Name> {
    let entries = |section: &str| {
        root.get(section).and_then(Value::as_object).map_or(&[][..], |section| &section.fields)
    };
    let sources = entries("Modules").iter().filter_map(|(_, _, module)| module.get("Source"));
    let types = entries("Resources").iter().filter_map(|(_, _, resource)| {
        let [(name, _, path)] = resource.get("Type")?.as_object()?.fields.as_slice() else { return None };
        name.ends_with("Rain::Module").then_some(path)
    });
    sources.chain(types).filter_map(Value::as_str).map(|path| Name::from(&*path)).collect()
}

fn transforms(root: &Object) -> Vec<Name> {
    let mut out = Vec::new();
    let mut add = |value: &Value| {
        let name = match &value.data {
            Data::Object(object) => object.get("Name").and_then(Value::as_str),
            _ => value.as_str(),
        };
        let name = name.map_or_else(|| Name::from("Fn::Transform"), |n| Name::from(&*n));
        if name != "AWS::LanguageExtensions" {
            out.push(name);
        }
    };
    match root.get("Transform") {
        Some(Value { data: Data::List(list), .. }) => list.items.iter().for_each(&mut add),
        Some(Value { data: Data::Null, .. }) | None => {}
        Some(value) => add(value),
    }
    if let Some(value) = root.get("Fn::Transform") {
        add(value);
    }
    // Modules are put in their places by the tool that deploys the template.
    out.extend(["Modules", "Rain"].into_iter().find(|name| root.get(name).is_some()).map(Name::from));
    out
}
