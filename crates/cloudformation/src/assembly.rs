//! A cloud assembly: its manifest, the assemblies of its Stages, its stacks with the stacks nested in them.

use std::path::{Path, PathBuf};

use iaclint_graph::{Call, Language, Opaque};
use iaclint_source::{Problem, ProblemKind, Project, ReadError, SourceFile, Span};
use iaclint_value::{Name, OriginArena, OriginId, RootId, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::assets::{Assets, Files};
use crate::directives;
use crate::metadata::Metadata;
use crate::nested::{self, Named, is_nested};
use crate::parameters::Given;
use crate::stack::{Environment, Loaded, Stack, StackId};
use crate::template::Template;

/// The most stacks that are read from one assembly.
const MAX_STACKS: usize = 2_000;
/// The most bytes of templates that are read from one assembly.
const MAX_BYTES: usize = 256 << 20;
/// The deepest that Stages and nested stacks are followed.
const MAX_NESTING: usize = 32;

/// Reads the assembly in `directory`.
pub(crate) fn load(project: &Project, directory: &Path, root: RootId) -> Loaded {
    let mut loader = Loader::new(project, directory, Language::Cdk, root);
    loader.in_assembly = true;
    let place = Place { prefix: Name::new(), calls: Vec::new(), above: vec![project.absolute(directory)] };
    loader.assembly(directory, &place);
    loader.loaded.assets = loader.assets.into_found();
    loader.loaded
}

/// Reads one template on its own.
pub(crate) fn single(project: &Project, file: &Path, root: RootId) -> Loaded {
    Loader::new(project, file, Language::CloudFormation, root).single(file)
}

/// Reads one template on its own with those that it is deployed with, each of them once, however many stacks it is the template of.
pub(crate) fn each_once(project: &Project, file: &Path) -> Loaded {
    let mut loader = Loader::new(project, file, Language::CloudFormation, RootId(0));
    loader.read = Some(FxHashSet::default());
    loader.single(file)
}
/// Where an assembly stands.
struct Place {
    /// The address of the Stage, with a slash behind it.
    prefix: Name,
    /// The Stages around it.
    calls: Vec<Call>,
    /// The directories of the assemblies around it and its own.
    above: Vec<PathBuf>,
}

struct Loader<'a> {
    project: &'a Project,
    loaded: Loaded,
    assets: Assets,
    root: RootId,
    /// Whether the templates are those of an assembly, and not one on its own with what it names.
    in_assembly: bool,
    /// The templates that were read, where each is read once.
    read: Option<FxHashSet<PathBuf>>,
    /// How often an address was given.
    addresses: FxHashMap<Name, u32>,
}

/// A manifest with its file; its origins live in an arena of their own, since nothing of it gets into a value.
struct Manifest {
    file: std::sync::Arc<SourceFile>,
    arena: OriginArena,
    value: Value,
}

impl Manifest {
    fn span(&self, origin: OriginId) -> Span {
        self.arena.get(origin).map_or(Span::new(self.file.id, 0..0), |o| o.span)
    }

    fn problem(&self, kind: ProblemKind, origin: OriginId, message: impl Into<String>) -> Problem {
        Problem::at(kind, self.span(origin), message).in_file(&self.file.path)
    }
}

impl<'a> Loader<'a> {
    fn new(project: &'a Project, path: &Path, language: Language, root: RootId) -> Self {
        let loaded = Loaded {
            language,
            path: project.relative(path),
            stacks: Vec::new(),
            metadata: Vec::new(),
            acknowledged: Vec::new(),
            missing: Vec::new(),
            opaque: Vec::new(),
            assets: Vec::new(),
            given: Given::default(),
            arena: OriginArena::new(root.0),
            problems: Vec::new(),
        };
        Self {
            project,
            loaded,
            assets: Assets::default(),
            root,
            in_assembly: false,
            read: None,
            addresses: FxHashMap::default(),
        }
    }

    /// Reads a template and those nested in it.
    fn single(mut self, file: &Path) -> Loaded {
        let stem = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = stem.split_once('.').map_or(stem.as_str(), |(stem, _)| stem);
        if let Some(template) =
            Template::read(self.project, file, &mut self.loaded.arena, &mut self.loaded.problems)
        {
            if template.synthesized {
                self.loaded.language = Language::Cdk;
            } else if template.resources.entries().is_empty() {
                let span = Span::new(template.file.id, 0..0);
                let message = format!("the template {} has no Resources", template.file.path);
                let problem = Problem::at(ProblemKind::Invalid, span, message).in_file(&template.file.path);
                self.loaded.problems.push(problem);
            }
            self.loaded.stacks.push(Stack {
                address: if stem.is_empty() { "template".into() } else { stem.into() },
                name: None,
                environment: Environment::default(),
                template,
                template_name: Name::new(),
                calls: Vec::new(),
                parent: None,
                nested: FxHashMap::default(),
                metadata: None,
            });
            let base = file.parent().unwrap_or(Path::new("")).to_path_buf();
            let mut above = vec![self.project.absolute(file)];
            self.nested_stacks(0, &base, &Files::default(), &mut above);
        }
        self.loaded
    }

    /// Reads a JSON file of the assembly that is not a template.
    fn manifest(&mut self, path: &Path) -> Option<Manifest> {
        let file = match self.project.read_text(path) {
            Ok(file) => file,
            Err(error) => {
                self.loaded.problems.push(error.problem(&self.project.relative(path)));
                return None;
            }
        };
        let mut arena = OriginArena::new(u32::MAX - 1);
        let value = crate::template::read_value(&file, &mut arena, &mut self.loaded.problems)?;
        Some(Manifest { file, arena, value })
    }

    /// More metadata of a stack, which assemblies that are kept for comparison often lack.
    fn additional(&mut self, path: &Path) -> Option<Manifest> {
        if matches!(self.project.kind(path), Err(ReadError::NotFound)) {
            let path = self.project.relative(path);
            let message =
                format!("{path} is not here, so the places of its stack in the source are not known");
            self.loaded.problems.push(Problem::new(ProblemKind::NotEvaluated, message).in_file(&path));
            return None;
        }
        self.manifest(path)
    }

    fn assembly(&mut self, directory: &Path, place: &Place) {
        let Some(manifest) = self.manifest(&directory.join("manifest.json")) else { return };
        let Some(artifacts) = manifest.value.get("artifacts").and_then(Value::as_object) else {
            let message = format!("the manifest {} has no artifacts", manifest.file.path);
            self.loaded.problems.push(manifest.problem(
                ProblemKind::Unreadable,
                manifest.value.origin,
                message,
            ));
            return;
        };
        for item in manifest.value.get("missing").and_then(Value::as_list).map_or(&[][..], |l| &l.items) {
            self.loaded.missing.extend(text(item, "provider"));
        }
        let mut files = Files::default();
        for (_, _, artifact) in &artifacts.fields {
            if text(artifact, "type").as_deref() == Some("cdk:asset-manifest")
                && let Some(file) = artifact.get("properties").and_then(|p| text(p, "file"))
            {
                self.asset_manifest(directory, &file, &mut files);
            }
        }
        for (id, origin, artifact) in &artifacts.fields {
            match text(artifact, "type").as_deref() {
                Some("aws:cloudformation:stack") => {
                    self.stack(directory, place, &manifest, (id, *origin, artifact), &files);
                }
                Some("cdk:cloud-assembly") => {
                    self.stage(directory, place, &manifest, (id, *origin, artifact));
                }
                _ => {}
            }
        }
    }

    fn asset_manifest(&mut self, directory: &Path, file: &str, files: &mut Files) {
        if let Some(manifest) = self.manifest(&directory.join(file)) {
            self.assets.read(self.project, directory, &manifest.value, files);
        }
    }

    fn stage(
        &mut self,
        directory: &Path,
        place: &Place,
        manifest: &Manifest,
        artifact: (&Name, OriginId, &Value),
    ) {
        let (id, origin, artifact) = artifact;
        let Some(properties) = artifact.get("properties") else { return };
        let Some(name) = properties.get("directoryName").filter(|n| n.as_str().is_some()) else {
            let message = format!("the Stage {id} names no directory");
            self.loaded.problems.push(manifest.problem(ProblemKind::Invalid, origin, message));
            return;
        };
        let inner = directory.join(&*name.as_str().unwrap_or_default());
        let absolute = self.project.absolute(&inner);
        if place.above.contains(&absolute) || place.above.len() > MAX_NESTING {
            let message = format!("the Stage {id} contains itself");
            self.loaded.problems.push(manifest.problem(ProblemKind::Invalid, name.origin, message));
            return;
        }
        if !self.project.is_file(&inner.join("manifest.json")) {
            let message = format!("the Stage {id} has no manifest at {}", self.project.relative(&inner));
            self.loaded.problems.push(manifest.problem(ProblemKind::Unreadable, name.origin, message));
            let address = Name::from(format!("{}{id}", place.prefix));
            self.opaque(address, "cdk:cloud-assembly", manifest.span(origin));
            return;
        }
        let shown = text(artifact, "displayName").filter(|n| !n.is_empty());
        let address = shown.unwrap_or_else(|| Name::from(format!("{}{id}", place.prefix)));
        let mut calls = place.calls.clone();
        calls.push(Call { address: address.clone(), span: manifest.span(origin) });
        let mut above = place.above.clone();
        above.push(absolute);
        self.assembly(&inner, &Place { prefix: Name::from(format!("{address}/")), calls, above });
    }

    fn opaque(&mut self, address: Name, source: &str, span: Span) {
        let inputs = Value::null(OriginId::NONE);
        self.loaded.opaque.push(Opaque { address, source: source.into(), span, inputs });
    }

    fn stack(
        &mut self,
        directory: &Path,
        place: &Place,
        manifest: &Manifest,
        artifact: (&Name, OriginId, &Value),
        files: &Files,
    ) {
        let (id, origin, artifact) = artifact;
        let shown = text(artifact, "displayName").filter(|n| !n.is_empty());
        // Old manifests show "path (name)".
        let shown = shown.map(|n| n.split_once(" (").map_or(n.clone(), |(path, _)| path.into()));
        let address = self.unique(shown.unwrap_or_else(|| Name::from(format!("{}{id}", place.prefix))), id);
        let properties = artifact.get("properties");
        let Some(file) = properties.and_then(|p| p.get("templateFile")).filter(|f| f.as_str().is_some())
        else {
            let message = format!("the stack {id} names no template");
            self.loaded.problems.push(manifest.problem(ProblemKind::Invalid, origin, message));
            self.opaque(address, "aws:cloudformation:stack", manifest.span(origin));
            return;
        };
        let template_name = Name::from(&*file.as_str().unwrap_or_default());
        let path = directory.join(&*template_name);
        let Some(template) = self.template(&path, manifest.span(file.origin), &manifest.file.path) else {
            self.opaque(address, "aws:cloudformation:stack", manifest.span(origin));
            return;
        };
        let mut maps: Vec<Value> = artifact.get("metadata").cloned().into_iter().collect();
        if let Some(map) = maps.first() {
            let acknowledged = directives::acknowledged(map, self.root, |origin| manifest.span(origin));
            self.loaded.acknowledged.extend(acknowledged);
        }
        if let Some(file) = text(artifact, "additionalMetadataFile")
            && let Some(additional) = self.additional(&directory.join(&*file))
        {
            let acknowledged =
                directives::acknowledged(&additional.value, self.root, |origin| additional.span(origin));
            self.loaded.acknowledged.extend(acknowledged);
            maps.push(additional.value);
        }
        self.assets_of(directory, &maps);
        self.loaded.metadata.push(Metadata::new(&maps, &template_name));
        let environment =
            text(artifact, "environment").map_or(Environment::default(), |e| Environment::parse(&e));
        let name = properties.and_then(|p| text(p, "stackName")).unwrap_or_else(|| id.clone());
        let stack = self.loaded.stacks.len();
        self.loaded.stacks.push(Stack {
            address,
            name: Some(name),
            environment,
            template,
            template_name,
            calls: place.calls.clone(),
            parent: None,
            nested: FxHashMap::default(),
            metadata: Some(self.loaded.metadata.len() - 1),
        });
        let mut above = vec![self.project.absolute(&path)];
        self.nested_stacks(stack, directory, files, &mut above);
    }

    /// Reads the assets that only the construct metadata speaks of.
    fn assets_of(&mut self, directory: &Path, maps: &[Value]) {
        let lists = maps.iter().filter_map(Value::as_object).flat_map(|map| &map.fields);
        for entry in lists.flat_map(|(_, _, list)| list.as_list().map_or(&[][..], |l| &l.items)) {
            if text(entry, "type").as_deref() == Some("aws:cdk:asset")
                && let Some((parameter, key)) = self.assets.of_metadata(self.project, directory, entry)
            {
                self.loaded.given.insert(parameter, Value::text(&key));
            }
        }
    }

    /// Reads a template that `span` names; not being able to is told there.
    fn template(&mut self, path: &Path, span: Span, named_in: &str) -> Option<Template> {
        let loaded = &mut self.loaded;
        let bytes: usize = loaded.stacks.iter().map(|s| s.template.file.text.len()).sum();
        if loaded.stacks.len() >= MAX_STACKS || bytes > MAX_BYTES {
            let message = format!("this has more than {MAX_STACKS} stacks or {} MiB", MAX_BYTES >> 20);
            // Once is enough: all that comes behind it meets the limit, too.
            if !loaded.problems.iter().any(|problem| problem.message == message) {
                loaded.problems.push(Problem::at(ProblemKind::Limit, span, message).in_file(named_in));
            }
            return None;
        }
        if let Err(error) = self.project.read_text(path) {
            let problem = error.problem(&self.project.relative(path));
            loaded.problems.push(Problem { span: Some(span), path: Some(named_in.to_owned()), ..problem });
            return None;
        }
        Template::read(self.project, path, &mut loaded.arena, &mut loaded.problems)
    }

    fn unique(&mut self, address: Name, id: &Name) -> Name {
        let count = self.addresses.entry(address.clone()).or_insert(0);
        *count += 1;
        match *count {
            1 => address,
            _ if *id != address => self.unique(id.clone(), &Name::from(format!("{id}'"))),
            n => Name::from(format!("{address}#{n}")),
        }
    }

    /// Reads the templates of the stacks nested in a stack.
    fn nested_stacks(&mut self, outer: StackId, directory: &Path, files: &Files, above: &mut Vec<PathBuf>) {
        let Some(stack) = self.loaded.stacks.get(outer) else { return };
        let mut found = Vec::new();
        for (id, origin, resource) in stack.template.resources.entries() {
            if text(resource, "Type").is_some_and(|t| is_nested(&t)) {
                let span = self
                    .loaded
                    .arena
                    .get(*origin)
                    .map_or(Span::new(stack.template.file.id, 0..0), |o| o.span);
                let address = Name::from(format!("{}/{id}", stack.address));
                found.push((id.clone(), span, address, nested::named(resource, files)));
            }
        }
        let (calls, environment, metadata) = (stack.calls.clone(), stack.environment.clone(), stack.metadata);
        let named_in = stack.template.file.path.clone();
        for (id, span, address, named) in found {
            let file = named.and_then(|named| match named {
                // What an assembly names belongs to it; not being there is a fault.
                Named::File(file) if self.in_assembly => Some(file),
                // A file that a tool makes before the deployment may not be there yet.
                Named::File(file) => Some(file).filter(|f| self.project.is_file(&directory.join(&**f))),
                Named::Url(end) => nested::beside(self.project, directory, &end),
            });
            let Some(file) = file else {
                let message = format!("the template of the nested stack {id} is not here");
                self.loaded
                    .problems
                    .push(Problem::at(ProblemKind::NotEvaluated, span, message).in_file(&named_in));
                continue;
            };
            let path = directory.join(&*file);
            let absolute = self.project.absolute(&path);
            if self.read.as_mut().is_some_and(|read| !read.insert(absolute.clone())) {
                continue;
            }
            let fault = if above.contains(&absolute) {
                Some((ProblemKind::Invalid, format!("the nested stack {id} contains itself")))
            } else if above.len() > MAX_NESTING {
                Some((ProblemKind::Limit, format!("stacks in stacks are read {MAX_NESTING} deep")))
            } else {
                None
            };
            if let Some((kind, message)) = fault {
                self.loaded.problems.push(Problem::at(kind, span, message).in_file(&named_in));
                continue;
            }
            let Some(template) = self.template(&path, span, &named_in) else { continue };
            let mut calls = calls.clone();
            calls.push(Call { address: address.clone(), span });
            let inner = self.loaded.stacks.len();
            self.loaded.stacks.push(Stack {
                address,
                name: None,
                environment: environment.clone(),
                template,
                template_name: file,
                calls,
                parent: Some((outer, id.clone())),
                nested: FxHashMap::default(),
                metadata,
            });
            if let Some(stack) = self.loaded.stacks.get_mut(outer) {
                stack.nested.insert(id, inner);
            }
            above.push(absolute);
            // What people write names files from where it stands, what the CDK writes from the assembly.
            let base = if self.in_assembly { directory } else { path.parent().unwrap_or(directory) };
            self.nested_stacks(inner, base, files, above);
            above.pop();
        }
    }
}

/// A field that is a known text.
pub(crate) fn text(value: &Value, field: &str) -> Option<Name> {
    value.get(field).and_then(Value::as_str).map(|t| Name::from(&*t))
}
