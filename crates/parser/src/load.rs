//! Loads what was found, in parallel, into one graph.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use iaclint_graph::{Fragment, Graph};
use iaclint_source::{Problem, ProblemKind, Project};
use iaclint_terraform::{Assigned, Inputs, Loader};
use iaclint_value::RootId;
use rayon::prelude::*;

use crate::input::Input;
use crate::plans::Plans;
use crate::roots::{Module, roots};
use crate::{Environment, Options, ParseError, RootFound, RootKind, Stages};

/// Files of values, each checked to lie inside the project root.
pub(crate) struct Given<'e> {
    /// For single Terraform roots.
    pub(crate) variables: Files,
    /// For every Terraform root, behind those for single ones.
    pub(crate) assigned: Vec<Assigned>,
    /// For templates.
    pub(crate) parameters: Files,
    /// Plans of Terraform roots.
    pub(crate) plans: Vec<PathBuf>,
    /// The environment that they hold in.
    pub(crate) environment: Option<&'e Environment>,
}

impl Given<'_> {
    /// Whether a root is deployed in other environments only.
    fn leaves_out(&self, root: &Path, options: &Options) -> bool {
        self.environment.is_some_and(|here| !here.names(root))
            && options.environments.iter().any(|other| other.names(root))
    }

    /// The name of the environment, for a root that has values of its own in it.
    fn environment_of(&self, root: &Path) -> Option<String> {
        self.environment.filter(|here| here.names(root)).map(|here| here.name.clone())
    }
}

/// Files of values in one language.
pub(crate) struct Files {
    /// For every root.
    pub(crate) all: Vec<PathBuf>,
    /// For single roots.
    pub(crate) own: Vec<(PathBuf, Vec<PathBuf>)>,
}

impl Files {
    /// The files of one root, its own before those of every root: what comes later counts.
    fn of(&self, root: &Path) -> Vec<PathBuf> {
        let own = self.own.iter().filter(|(path, _)| path == root).flat_map(|(_, files)| files);
        own.chain(&self.all).cloned().collect()
    }
}

/// Loads every root. Ids follow the paths, so that equal inputs give equal graphs. `last` when nothing will be loaded after it: then
/// what was parsed goes as soon as it is not needed, so that it does not stand beside all that was made of it.
pub(crate) fn load(
    loader: &Loader<'_>,
    input: &Input,
    options: &Options,
    given: &Given<'_>,
    last: bool,
    stages: &mut Stages,
) -> Result<(Graph, Vec<RootFound>), ParseError> {
    let project = loader.project();
    let mut plans = Plans::beside(project, loader, &input.plans);
    let mut modules = modules(loader, input, options, &given.variables.own);
    for directory in plans.of.keys() {
        let module = modules.entry(directory.clone()).or_default();
        module.has_values = true;
    }
    let forced: BTreeSet<PathBuf> = input.forced.iter().chain(plans.of.keys()).cloned().collect();
    let roots = roots(&modules, &forced);
    let directories: Vec<&PathBuf> = roots.keys().collect();
    for plan in &given.plans {
        plans.assign(project, loader, plan, &directories)?;
    }
    let mut found: Vec<(String, RootKind, PathBuf)> = Vec::new();
    let mut add = |kind: RootKind, path: PathBuf| found.push((project.relative(&path), kind, path));
    for (directory, library) in &roots {
        let library = *library && !plans.of.contains_key(directory);
        add(if library { RootKind::Library } else { RootKind::Terraform }, directory.clone());
    }
    stages.end("parse");
    plans.alone.iter().for_each(|file| add(RootKind::Plan, file.clone()));
    input.assemblies.iter().for_each(|directory| add(RootKind::Assembly, directory.clone()));
    input.templates.iter().for_each(|file| add(RootKind::Template, file.clone()));
    found.retain(|(.., path)| !given.leaves_out(path, options));
    found.sort();

    let inputs = Inputs {
        assigned: Vec::new(),
        environment: options.environment.clone(),
        plan: None,
        generated: false,
        library: false,
    };
    let of = |directory: &PathBuf, library: bool| {
        let own = given.variables.of(directory).into_iter().map(Assigned::File);
        Inputs {
            library,
            assigned: own.chain(given.assigned.iter().cloned()).collect(),
            plan: plans.of.get(directory).cloned(),
            generated: input.terragrunt || input.generated.contains(directory),
            ..inputs.clone()
        }
    };
    let evaluate = |path: &Path, root: RootId, inputs: &Inputs| {
        if rayon::current_thread_index().is_some() {
            loader.load_here(path, root, inputs)
        } else {
            loader.load(path, root, inputs)
        }
    };
    let progress = options.progress.as_deref();
    if let Some(progress) = progress {
        progress.begin("evaluating roots", found.len());
    }
    let called: BTreeSet<&PathBuf> = modules.values().flat_map(|module| &module.calls).collect();
    let done = |directory: &PathBuf| {
        if last && !called.contains(directory) {
            loader.forget(directory);
        }
    };
    let mut fragments: Vec<Fragment> = found
        .par_iter()
        .enumerate()
        .map(|(index, (_, kind, path))| {
            let root = RootId(index as u32);
            let fragment = match kind {
                RootKind::Terraform => evaluate(path, root, &of(path, false)),
                RootKind::Library => evaluate(path, root, &of(path, true)),
                RootKind::Plan => loader.load_plan(path, root),
                RootKind::Assembly => iaclint_cloudformation::load_assembly(project, path, root),
                RootKind::Template => {
                    let files = given.parameters.of(path);
                    iaclint_cloudformation::load_template(project, path, &files, root)
                }
            };
            progress.inspect(|progress| progress.step());
            done(path);
            fragment
        })
        .collect();
    let without_values = |(kind, path): (RootKind, &PathBuf)| {
        matches!(kind, RootKind::Terraform | RootKind::Library)
            && given.assigned.is_empty()
            && given.variables.of(path).is_empty()
            && !plans.of.contains_key(path)
    };
    // Those below a nearer module are meant for that one.
    let mut values: BTreeMap<&Path, &PathBuf> = BTreeMap::new();
    for file in &input.values {
        if let Some(nearest) = file.ancestors().skip(1).find(|above| modules.contains_key(*above)) {
            values.entry(nearest).or_insert(file);
        }
    }
    let unread: Vec<Problem> = found
        .iter()
        .filter(|(_, kind, path)| without_values((*kind, path)))
        .filter_map(|(.., root)| Some(values_not_read(project, values.get(root.as_path())?)))
        .collect();
    if let Some(first) = fragments.first_mut() {
        // The graph keeps problems by fragment; those of the search belong to none and stand first.
        first.problems.splice(0..0, input.problems.iter().chain(&plans.problems).chain(&unread).cloned());
    }
    each_once(&mut fragments);
    let roots = found.into_iter().map(|(path, kind, absolute)| {
        let environment = given.environment_of(&absolute);
        RootFound { kind, path, environment }
    });
    let roots = roots.collect();
    if last {
        for directory in modules.keys() {
            loader.forget(directory);
        }
    }
    stages.end("evaluate");
    let graph = Graph::new(fragments);
    stages.end("graph");
    Ok((graph, roots))
}

/// A word about a file of values beside a root: who has one for each environment may believe that it is read.
fn values_not_read(project: &Project, file: &Path) -> Problem {
    Problem::new(
        ProblemKind::NotEvaluated,
        "values of variables that are not read, as nothing names the file",
    )
    .in_file(project.relative(file))
    .with_help(
        "give those of one environment with --var-file, or name all environments in iaclint.toml: \
             [[roots]] with `environments`",
    )
}

/// What each Terraform directory calls and needs.
fn modules(
    loader: &Loader<'_>,
    input: &Input,
    options: &Options,
    root_files: &[(PathBuf, Vec<PathBuf>)],
) -> BTreeMap<PathBuf, Module> {
    let given = !options.assigned.is_empty()
        || options.environment.iter().any(|(name, _)| name.starts_with("TF_VAR_"));
    let project = loader.project();
    let summarise = |(directory, automatic): (&PathBuf, &bool)| {
        let own = root_files.iter().any(|(root, files)| root == directory && !files.is_empty());
        let has_values = *automatic || own || (given && input.named.contains(directory));
        let module = match loader.summary(directory) {
            Some(summary) => Module {
                calls: summary.local_calls.iter().map(|d| project.absolute(d)).collect(),
                required_variables: summary.required_variables,
                has_backend_or_provider: summary.has_backend_or_provider,
                has_values,
            },
            None => Module { has_values, ..Module::default() },
        };
        (directory.clone(), module)
    };
    input.modules.par_iter().map(summarise).collect()
}

/// A file that several roots read has its problems once.
fn each_once(fragments: &mut [Fragment]) {
    let mut seen = BTreeSet::new();
    let mut is_new = |problem: &Problem| {
        let place = problem.span.map(|s| (s.file, s.start, s.end));
        seen.insert((problem.kind, problem.message.clone(), problem.path.clone(), place))
    };
    for fragment in fragments {
        fragment.problems.retain(|problem| is_new(problem));
    }
}
