//! What machines and containers run: their scripts read, with the files of the project that stand behind them.

use iaclint_model::ecs::{Container, TaskDefinition};
use iaclint_model::machine::{Machine, machines};
use iaclint_model::{Language, Model, Prop, ResourceId};
use iaclint_scripts::{
    ContainerRun, Dockerfile, PartKind, Script, UserData, container_runs, script_of_command,
};
use iaclint_source::{FileId, SourceFile, Sources, Span};
use iaclint_value::{Literal, OriginId, Placed, Text, Value};

/// A machine with the script that it is started with.
#[derive(Clone, Debug)]
pub struct Host<'m> {
    /// The machine.
    pub machine: Machine<'m>,
    /// The text of its script.
    pub text: Text,
    /// What the text says.
    pub data: UserData,
}

/// Every machine that is started with something that can be read.
pub(crate) fn hosts<'m>(model: &'m Model<'m>) -> Vec<Host<'m>> {
    let mut out = Vec::new();
    for machine in machines(model) {
        let Prop::Known { value: text, .. } = &machine.user_data else { continue };
        let text = text.clone();
        out.push(Host { data: UserData::read(&text), text, machine });
    }
    out
}

/// What a container runs.
#[derive(Clone, Debug)]
pub struct Program<'m> {
    /// The task definition.
    pub task: ResourceId,
    /// The container.
    pub container: Container<'m>,
    /// Its scripts: entry point and command as they are written, then the file behind them.
    pub parts: Vec<ProgramPart>,
    /// How its image is built, where the project says so.
    pub image: Option<Dockerfile>,
}

/// One script of a container.
#[derive(Clone, Debug)]
pub struct ProgramPart {
    /// What it says.
    pub script: Script,
    /// The place of the words that run it.
    pub origin: OriginId,
    /// The file of the project that it stands in; `None` for words of the task definition.
    pub file: Option<String>,
    /// The user's own file, where that is a copy in an assembly.
    pub copied_from: Option<FileId>,
}

impl ProgramPart {
    /// The same place in the user's own file.
    pub fn source(&self, span: Span) -> Option<Span> {
        Some(Span { file: self.copied_from?, ..span })
    }
}

/// What every container runs.
pub(crate) fn programs<'m>(model: &'m Model<'m>) -> Vec<Program<'m>> {
    let files = Files::new(model.sources());
    let mut out = Vec::new();
    for task in model.all::<TaskDefinition<'m>>() {
        for container in task.containers().items {
            out.push(program(model, &files, &task, container));
        }
    }
    out
}

fn program<'m>(
    model: &'m Model<'m>,
    files: &Files,
    task: &TaskDefinition<'m>,
    container: Container<'m>,
) -> Program<'m> {
    let mut parts: Vec<ProgramPart> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut written = false;
    for property in [container.entry_point(), container.command()] {
        written |= !property.is_absent();
        let Prop::Known { value, origin, .. } = property else { continue };
        words.extend(file_words(value));
        parts.push(ProgramPart { script: script_of_command(value), origin, file: None, copied_from: None });
    }
    let build = files.build(model, task, &container, &words);
    if let Some(build) = &build {
        if container.entry_point().is_absent() {
            let (entry, command) = build.dockerfile.starts();
            let starts = [entry, command.filter(|_| !written)];
            words.extend(starts.into_iter().flatten().flat_map(|start| file_words(&start.value)));
        }
        let origin = container.image().origin();
        for file in words.iter().filter_map(|word| files.behind(build, word)) {
            let script = Script::read(&text_of(&file));
            let copied_from = files.original(&file);
            parts.push(ProgramPart { script, origin, file: Some(file.path.clone()), copied_from });
        }
    }
    Program { task: task.id(), container, parts, image: build.map(|b| b.dockerfile) }
}

/// The words of a command that may be scripts of the image.
fn file_words(value: &Value) -> Vec<String> {
    let word = |v: &Value| v.as_str().map(|s| s.into_owned()).filter(|s| s.ends_with(".sh"));
    match value.as_list() {
        Some(list) => list.items.iter().take(3).filter_map(word).collect(),
        None => value
            .as_str()
            .into_iter()
            .flat_map(|s| s.split_whitespace().take(3).map(str::to_owned).collect::<Vec<_>>())
            .filter(|s| s.ends_with(".sh"))
            .collect(),
    }
}

/// How an image is built: a Dockerfile and the directory of its context.
struct Build {
    dockerfile: Dockerfile,
    directory: String,
}

/// The scripts and Dockerfiles of the project that were loaded.
struct Files {
    scripts: Vec<FileId>,
    dockerfiles: Vec<FileId>,
    all: Vec<std::sync::Arc<SourceFile>>,
}

impl Files {
    fn new(sources: &Sources) -> Self {
        let mut out = Files { scripts: Vec::new(), dockerfiles: Vec::new(), all: Vec::new() };
        for index in 0..sources.len() as u32 {
            let file = sources.file(FileId(index));
            let name = file.path.rsplit('/').next().unwrap_or_default();
            if name.ends_with(".sh") {
                out.scripts.push(file.id);
                out.all.push(file);
            } else if name.contains("Dockerfile") {
                out.dockerfiles.push(file.id);
                out.all.push(file);
            }
        }
        out
    }

    fn of(&self, ids: &[FileId]) -> impl Iterator<Item = &std::sync::Arc<SourceFile>> {
        self.all.iter().filter(|f| ids.contains(&f.id))
    }

    /// How the image of a container is built: an asset of the CDK, or the one Dockerfile that starts with the same script.
    fn build(
        &self,
        model: &Model<'_>,
        task: &TaskDefinition<'_>,
        container: &Container<'_>,
        words: &[String],
    ) -> Option<Build> {
        if model.language(task.id()) == Language::Cdk {
            let Prop::Known { value: image, .. } = container.image() else { return None };
            let image = image.flatten().text;
            let hash = asset_hash(&image)?;
            let inside = format!("asset.{hash}/");
            let mut found = self.of(&self.dockerfiles).filter(|f| f.path.contains(&inside));
            let first = found.next()?;
            // Of several Dockerfiles the manifest names one; without it the usual name is taken.
            let file = if first.path.ends_with("/Dockerfile") {
                first
            } else {
                match found.find(|f| f.path.ends_with("/Dockerfile")) {
                    Some(usual) => usual,
                    None => first,
                }
            };
            return Some(Build {
                dockerfile: Dockerfile::read(&text_of(file)),
                directory: directory_of(&file.path),
            });
        }
        let script = words.first()?;
        let mut found: Option<Build> = None;
        for file in self.of(&self.dockerfiles).filter(|f| !f.path.contains("/asset.")) {
            let dockerfile = Dockerfile::read(&text_of(file));
            let (entry, command) = dockerfile.starts();
            let same = [entry, command].into_iter().flatten().any(|s| file_words(&s.value).contains(script));
            if same {
                if found.is_some() {
                    return None;
                }
                found = Some(Build { dockerfile, directory: directory_of(&file.path) });
            }
        }
        found
    }

    /// The one file of the project that a file of an assembly is a copy of.
    fn original(&self, file: &SourceFile) -> Option<FileId> {
        let is_asset = |path: &str| path.split('/').any(|part| part.starts_with("asset."));
        let name = file.path.rsplit('/').next();
        if !is_asset(&file.path) {
            return None;
        }
        let mut same = self
            .of(&self.scripts)
            .filter(|f| !is_asset(&f.path) && f.path.rsplit('/').next() == name && f.text == file.text);
        let first = same.next()?.id;
        same.next().is_none().then_some(first)
    }

    /// The file of the build's context that a word of a command names.
    fn behind(&self, build: &Build, word: &str) -> Option<std::sync::Arc<SourceFile>> {
        let name = word.rsplit('/').next()?;
        let mut found = self.of(&self.scripts).filter(|f| {
            let below = f.path.strip_prefix(&build.directory);
            below.is_some_and(|rest| rest.rsplit('/').next() == Some(name))
        });
        let first = found.next()?;
        found.next().is_none().then(|| first.clone())
    }
}

fn directory_of(path: &str) -> String {
    path.rfind('/').map_or(String::new(), |at| path.get(..=at).unwrap_or_default().to_owned())
}

/// The hash at the end of the name of an asset's image.
fn asset_hash(image: &str) -> Option<&str> {
    let hash = image.rsplit(':').next()?;
    (hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit())).then_some(hash)
}

fn text_of(file: &SourceFile) -> Text {
    let span = Span::new(file.id, 0..file.text.len());
    let placed = Some(Placed::verbatim(span));
    Text::literal(Literal { text: file.text.as_str().into(), placed, origin: OriginId::NONE })
}

impl Host<'_> {
    /// The containers that its scripts start.
    pub fn runs(&self) -> Vec<ContainerRun> {
        self.data.scripts().into_iter().flat_map(container_runs).collect()
    }

    /// Whether a container can be started otherwise than by a command of its scripts: by what could not be read, or by a script that runs
    /// at every start.
    pub fn may_start_more(&self) -> bool {
        self.data.parts.iter().any(|p| {
            !matches!(p.kind, PartKind::Script(_) | PartKind::CloudConfig(_) | PartKind::Unmarked(_))
        })
    }

    /// The place of a part of its scripts, or of the property that holds them.
    pub fn span(&self, model: &Model<'_>, span: Option<Span>) -> Span {
        span.unwrap_or_else(|| model.span(self.machine.id, self.machine.user_data_origin()))
    }
}
