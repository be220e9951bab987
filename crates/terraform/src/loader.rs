//! The door to this crate: directories in, fragments of the graph out.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use iaclint_graph::Fragment;
use iaclint_source::{Entry, FileKind, Problem, Project, SourceFile};
use iaclint_value::{OriginArena, RootId};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::eval::{Evaluator, Room};
use crate::ir::{File, Part};
use crate::lower;
use crate::module::{Kind, Module};
use crate::planned::Plan;
use crate::uses::Uses;
use crate::version::Language;

/// The values of a root's variables from outside of its directory, and how it is looked at.
#[derive(Debug, Default, Clone)]
pub struct Inputs {
    /// What `-var-file` and `-var` give, in their order: what comes later counts.
    pub assigned: Vec<Assigned>,
    /// Environment variables; of interest are those that start with `TF_VAR_`.
    pub environment: Vec<(String, String)>,
    /// A plan of it as `terraform show -json` prints it: it goes before all other values, and tells what they leave open.
    pub plan: Option<PathBuf>,
    /// Another tool writes files into its directory before Terraform reads it (Terragrunt, a template engine): what is not declared there may
    /// be declared by then.
    pub generated: bool,
    /// Nobody calls it and it has required variables: its defaults are possible values, not facts.
    pub library: bool,
}

/// Values of variables as the command line gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assigned {
    /// A file, as `-var-file` takes it.
    File(PathBuf),
    /// A name and a text, as `-var` takes them.
    Value(String, String),
}

/// What a directory declares, cheaply: for finding roots.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ModuleSummary {
    /// The directories that it calls as `./` or `../` modules, absolute.
    pub local_calls: Vec<PathBuf>,
    /// It has a variable without a default.
    pub required_variables: bool,
    /// It has a `backend`, `cloud` or `provider` block.
    pub has_backend_or_provider: bool,
    /// Number of its resources and data sources.
    pub resources: usize,
}

/// A file and what it says.
type Lowered = Result<(Arc<SourceFile>, File), Problem>;

type Cached<T> = Mutex<FxHashMap<PathBuf, Arc<OnceLock<T>>>>;

/// Reads modules, each once, for all roots. Threads may share it.
#[derive(Debug)]
pub struct Loader<'p> {
    project: &'p Project,
    modules: Cached<Option<Arc<Module>>>,
    templates: Cached<Result<Arc<[Part]>, Problem>>,
    /// Files of modules that nobody has asked for yet.
    ahead: Mutex<FxHashMap<OsString, Lowered>>,
    /// Rooms of evaluations that are over.
    rooms: Mutex<Vec<Room>>,
}

/// The evaluation goes as deep as the configuration nests; its thread reserves this much, and touches what it needs.
pub const STACK_BYTES: usize = 512 << 20;

impl<'p> Loader<'p> {
    /// A loader over a project.
    pub fn new(project: &'p Project) -> Self {
        Self {
            project,
            modules: Mutex::default(),
            templates: Mutex::default(),
            ahead: Mutex::default(),
            rooms: Mutex::default(),
        }
    }

    /// The project that it reads.
    pub fn project(&self) -> &'p Project {
        self.project
    }

    /// Whether a directory holds configuration files.
    pub fn is_module(&self, directory: &Path) -> bool {
        self.project.read_dir(directory).is_ok_and(|entries| entries.iter().any(is_configuration))
    }

    /// What a directory declares; `None` when it holds no configuration.
    pub fn summary(&self, directory: &Path) -> Option<ModuleSummary> {
        let module = self.module(directory)?;
        let mut local_calls: Vec<PathBuf> = Vec::new();
        for call in &module.calls {
            if let Some((source, _)) = &call.source
                && is_local(source)
            {
                let called = self.project.absolute(&module.directory.join(source.as_str()));
                if !local_calls.contains(&called) {
                    local_calls.push(called);
                }
            }
        }
        Some(ModuleSummary {
            local_calls,
            required_variables: module.variables.iter().any(|v| v.default.is_none()),
            has_backend_or_provider: module.has_backend_or_provider,
            resources: module.resources.len(),
        })
    }

    /// Evaluates a directory as a root module.
    pub fn load(&self, directory: &Path, root: RootId, inputs: &Inputs) -> Fragment {
        Self::on_its_own_stack(|| self.load_here(directory, root, inputs))
    }

    /// The same on the stack of this thread, which must have [`STACK_BYTES`].
    pub fn load_here(&self, directory: &Path, root: RootId, inputs: &Inputs) -> Fragment {
        Evaluator::new(self, root, inputs).fragment(directory)
    }

    /// Loads a plan whose configuration is not here.
    pub fn load_plan(&self, plan: &Path, root: RootId) -> Fragment {
        crate::planned::alone(self.project, plan, root)
    }

    /// What a plan speaks of that the root module in `directory` does not declare, or all of it when there is no module; empty when it is
    /// a plan of that module.
    pub fn strange_to(&self, directory: &Path, plan: &Path) -> Result<Vec<String>, Problem> {
        let plan = Plan::read(self.project, plan, &mut OriginArena::new(0))?;
        let module = self.module(directory);
        let declares = |address: &str| {
            let Some(module) = &module else { return false };
            match address.strip_prefix("module.") {
                Some(call) => module.find(Kind::Call, call).is_some(),
                None => module.find(Kind::Resource, address).is_some(),
            }
        };
        let of_plan = plan.declared();
        if of_plan.is_empty() {
            return Ok(vec!["any resource".to_owned()]);
        }
        Ok(of_plan.iter().filter(|a| !declares(a)).map(ToString::to_string).collect())
    }

    /// Runs an evaluation on a thread with room for it.
    pub(crate) fn on_its_own_stack<T: Send>(run: impl Fn() -> T + Sync) -> T {
        std::thread::scope(|scope| {
            let spawned = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, &run);
            match spawned.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(result)) => result,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                // No thread is to be had: this one's stack must do.
                Err(_) => run(),
            }
        })
    }

    /// Room for the evaluation of a root.
    pub(crate) fn room(&self) -> Room {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes a room back when the evaluation is over.
    pub(crate) fn give_back(&self, room: Room) {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).push(room);
    }

    /// The module in a directory, read once.
    pub(crate) fn module(&self, directory: &Path) -> Option<Arc<Module>> {
        let directory = self.project.absolute(directory);
        once(&self.modules, &directory).get_or_init(|| self.read(&directory).map(Arc::new)).clone()
    }

    /// Drops the module in a directory, which nobody will ask for any more; whoever does has it read again.
    pub fn forget(&self, directory: &Path) {
        let directory = self.project.absolute(directory);
        let module = self.modules.lock().unwrap_or_else(PoisonError::into_inner).remove(&directory);
        // Outside of the lock, since it takes a while.
        drop(module);
    }

    /// Reads the files of directories, all of them in parallel, for the modules that will be asked for.
    pub fn read_ahead(&self, directories: &[&Path]) {
        let files = |directory: &&Path| {
            let entries = self.project.read_dir(directory).unwrap_or_default();
            let paths = names(&entries).into_iter().map(|name| directory.join(name));
            paths.collect::<Vec<PathBuf>>()
        };
        let files: Vec<PathBuf> = directories.par_iter().flat_map_iter(files).collect();
        files.into_par_iter().for_each(|path| {
            let file = self.file(&path);
            self.ahead.lock().unwrap_or_else(PoisonError::into_inner).insert(path.into(), file);
        });
    }

    fn read(&self, directory: &Path) -> Option<Module> {
        let entries = self.project.read_dir(directory).ok()?;
        let names = names(&entries);
        if names.is_empty() {
            return None;
        }
        let mut files = Vec::with_capacity(names.len());
        let mut problems = Vec::new();
        for name in names {
            let path = directory.join(name);
            let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).remove(path.as_os_str());
            match ahead.unwrap_or_else(|| self.file(&path)) {
                Ok((source, file)) => files.push((source, file, is_override(name))),
                Err(problem) => problems.push(problem),
            }
        }
        let mut module = Module::new(directory, self.project.relative(directory), files);
        if module.language == Language::default()
            && entries.iter().any(|entry| entry.name == VERSION_FILE)
            && let Ok(pinned) = self.project.read_text(&directory.join(VERSION_FILE))
        {
            module.language = Language::of(pinned.text.trim());
        }
        module.problems.extend(problems);
        let uses = Uses::of(&module);
        module.problems.extend(uses.problems);
        module.named = uses.named;
        module.circles = uses.circles;
        Some(module)
    }

    /// A file of a module.
    fn file(&self, path: &Path) -> Lowered {
        let source = self.project.read_text(path).map_err(|e| e.problem(&self.project.relative(path)))?;
        let is_json = path.extension().is_some_and(|e| e == "json");
        let lowered = if is_json { lower::json(&source) } else { lower::file(&source) };
        Ok((source, lowered))
    }

    /// A variable file.
    pub(crate) fn variable_file(&self, path: &Path) -> Result<(Arc<SourceFile>, File), Problem> {
        let source = self.project.read_text(path).map_err(|e| e.problem(&self.project.relative(path)))?;
        let lowered = if path.extension().is_some_and(|e| e == "json") {
            lower::json_variables(&source)
        } else {
            lower::file(&source)
        };
        Ok((source, lowered))
    }

    /// A template file, parsed once.
    pub(crate) fn template(&self, path: &Path) -> Result<Arc<[Part]>, Problem> {
        let path = self.project.absolute(path);
        let parse = || {
            let source =
                self.project.read_text(&path).map_err(|e| e.problem(&self.project.relative(&path)))?;
            lower::template(source.id, &source.path, &source.text, 0).map(Into::into)
        };
        once(&self.templates, &path).get_or_init(parse).clone()
    }
}

/// Where version managers (tfenv, tenv) are told which Terraform runs a directory.
const VERSION_FILE: &str = ".terraform-version";

fn once<T>(cache: &Cached<T>, path: &Path) -> Arc<OnceLock<T>> {
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    cache.entry(path.to_path_buf()).or_default().clone()
}

/// The configuration files of a directory.
fn names(entries: &[Entry]) -> Vec<&str> {
    let mut names: Vec<&str> =
        entries.iter().filter(|e| is_configuration(e)).map(|e| e.name.as_str()).collect();
    // `x.tofu` stands in for `x.tf`.
    let tofu: Vec<String> =
        names.iter().filter(|n| n.contains(".tofu")).map(|n| n.replacen(".tofu", ".tf", 1)).collect();
    names.retain(|n| !tofu.iter().any(|t| t == n));
    names
}

fn is_configuration(entry: &Entry) -> bool {
    let name = entry.name.as_str();
    entry.kind != FileKind::Directory
        && !name.starts_with(['.', '#'])
        && !name.ends_with('~')
        && [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|end| name.ends_with(end))
}

fn is_override(name: &str) -> bool {
    let stem = name.split_once(".t").map_or(name, |(stem, _)| stem);
    stem == "override" || stem.ends_with("_override")
}

/// Whether a module's source names a directory beside it.
pub(crate) fn is_local(source: &str) -> bool {
    source == "." || source == ".." || source.starts_with("./") || source.starts_with("../")
}
