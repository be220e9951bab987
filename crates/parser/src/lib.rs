//! Paths in, one resource graph out: finds the Terraform roots, cloud assemblies and templates below the paths and loads each.

mod edit;
mod error;
mod input;
mod load;
mod plans;
mod root_directory;
mod roots;
mod stages;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;
use iaclint_graph::Graph;
use iaclint_source::{FileSystem, Project};
use iaclint_terraform::STACK_BYTES;

pub use edit::addition;
pub use error::ParseError;
pub use stages::Stages;

/// What to read, and the inputs that Terraform roots get.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Directories, `.tf` files, templates or assemblies; absolute, or relative to the working directory.
    pub paths: Vec<PathBuf>,
    /// The directory beyond which nothing is read. By default the nearest one above the first path that holds `.git`, else what
    /// the paths have in common.
    pub project_root: Option<PathBuf>,
    /// Plans as `terraform show -json` prints them, each of one of the Terraform roots.
    pub plans: Vec<PathBuf>,
    /// Files of variable values for every Terraform root, in order, as `-var-file` takes them.
    pub var_files: Vec<PathBuf>,
    /// Variable values for every Terraform root, in order, as `-var` takes them.
    pub variables: Vec<(String, String)>,
    /// The environment, of which `TF_VAR_…` matters.
    pub environment: Vec<(String, String)>,
    /// What is not looked for below the paths. What is named or called is read all the same.
    pub exclude: Exclusion,
    /// Files of variable values for single Terraform roots: the root's directory and its files, absolute, before those for every root.
    pub root_files: Vec<(PathBuf, Vec<PathBuf>)>,
    /// Files of parameter values for every template on its own, in order.
    pub parameter_files: Vec<PathBuf>,
    /// Files of parameter values for single templates: the template and its files, absolute, before those for every template.
    pub template_files: Vec<(PathBuf, Vec<PathBuf>)>,
}

/// Paths that are not looked at, as globs under a directory.
#[derive(Clone, Debug, Default)]
pub struct Exclusion {
    /// The directory that the globs start at; absolute, links resolved.
    pub base: PathBuf,
    /// The globs.
    pub globs: GlobSet,
}

impl Exclusion {
    /// Whether an absolute path, or a directory above it, is excluded.
    pub fn holds(&self, path: &Path) -> bool {
        let Ok(relative) = path.strip_prefix(&self.base) else { return false };
        !self.globs.is_empty()
            && relative.ancestors().any(|p| !p.as_os_str().is_empty() && self.globs.is_match(p))
    }
}

/// Everything that was read.
#[derive(Debug)]
pub struct Parsed {
    /// The resources of all roots.
    pub graph: Graph,
    /// The files: [`Project::sources`] holds what was read.
    pub project: Project,
    /// When every path is a single `.tf` file: these files, relative to the project root, to which findings are limited. Sorted.
    pub limited_to: Option<Vec<String>>,
    /// The roots by [`iaclint_value::RootId`].
    pub roots: Vec<RootFound>,
    /// How long it took.
    pub stages: Stages,
}

/// A root that was found and loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RootFound {
    /// What it is.
    pub kind: RootKind,
    /// Its directory or file, relative to the project root.
    pub path: String,
}

/// What is loaded as one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RootKind {
    /// A Terraform directory that is deployed.
    Terraform,
    /// A Terraform directory that nobody calls and whose required variables have no values: its defaults are possible values.
    Library,
    /// A plan whose configuration is not here.
    Plan,
    /// A cloud assembly, usually `cdk.out`.
    Assembly,
    /// A CloudFormation template on its own.
    Template,
}

impl RootKind {
    /// Its name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            RootKind::Terraform => "Terraform root",
            RootKind::Library => "Terraform library",
            RootKind::Plan => "Terraform plan",
            RootKind::Assembly => "cloud assembly",
            RootKind::Template => "template",
        }
    }
}

/// Reads what the paths name into one graph, on threads on which deep but legal nesting fits. What is wrong inside the files becomes
/// problems of the graph; an error is only what leaves nothing to check.
pub fn parse(fs: Arc<dyn FileSystem>, options: &Options) -> Result<Parsed, ParseError> {
    match rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build() {
        Ok(pool) => pool.install(|| parse_here(fs, options)),
        Err(_) => parse_here(fs, options),
    }
}

fn parse_here(fs: Arc<dyn FileSystem>, options: &Options) -> Result<Parsed, ParseError> {
    let mut stages = Stages::start();
    let paths = root_directory::real_paths(&*fs, &options.paths)?;
    let root = root_directory::choose(&*fs, &paths, options.project_root.as_deref())?;
    let project_fs = fs.clone();
    let project = Project::new(fs, &root)
        .map_err(|e| ParseError::Unreadable { path: root.clone(), reason: e.to_string() })?;
    let input = input::gather(&project, &paths, &options.exclude)?;
    let files = |all: &[PathBuf], own: &[(PathBuf, Vec<PathBuf>)]| {
        Ok(load::Files {
            all: root_directory::var_files(&*project_fs, all, &root)?,
            own: root_directory::root_files(&*project_fs, own, &root)?,
        })
    };
    let given = load::Given {
        variables: files(&options.var_files, &options.root_files)?,
        parameters: files(&options.parameter_files, &options.template_files)?,
        plans: root_directory::var_files(&*project_fs, &options.plans, &root)?,
    };
    stages.end("find");
    let (graph, roots) = load::load(&project, &input, options, &given, &mut stages)?;
    // The judges look into the scripts that resources run. One that cannot be read is one that is not known.
    for program in &input.programs {
        let _ = project.read_text(program);
    }
    if roots.is_empty() {
        let unsynthesized = input.apps.iter().map(|app| project.relative(app)).collect();
        return Err(ParseError::NothingToCheck { paths: options.paths.clone(), unsynthesized });
    }
    Ok(Parsed { graph, limited_to: input.limited_to, roots, project, stages })
}
