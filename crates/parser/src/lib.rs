//! Paths in, one resource graph out: finds the Terraform roots, cloud assemblies and templates below the paths and loads each.

mod edit;
mod error;
mod input;
mod load;
mod plans;
mod progress;
mod reading;
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
pub use iaclint_terraform::Assigned;
pub use progress::Progress;
pub use stages::Stages;

use reading::Reading;

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
    /// Variable values for every Terraform root, as `-var-file` and `-var` take them, in order.
    pub assigned: Vec<Assigned>,
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
    /// Environments in which roots are deployed with files of values of their own.
    pub environments: Vec<Environment>,
    /// Who is told how far the reading is.
    pub progress: Option<Arc<dyn Progress>>,
}

/// An environment, such as `prod`: files of values that hold in it, beside those that hold everywhere and after them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// For single Terraform roots: the root's directory and its files, absolute.
    pub root_files: Vec<(PathBuf, Vec<PathBuf>)>,
    /// For single templates: the template and its files, absolute.
    pub template_files: Vec<(PathBuf, Vec<PathBuf>)>,
}

impl Environment {
    /// Whether it says with which values the root at an absolute path is deployed.
    pub(crate) fn names(&self, path: &Path) -> bool {
        self.root_files.iter().chain(&self.template_files).any(|(root, _)| root == path)
    }
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
    pub project: Arc<Project>,
    /// The environment whose files of values were read.
    pub environment: Option<String>,
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
    /// The environment with whose values it was loaded; none for a root that is the same in all.
    pub environment: Option<String>,
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
/// problems of the graph; an error is only what leaves nothing to check. An environment counts when it is the only one.
pub fn parse(fs: Arc<dyn FileSystem>, options: &Options) -> Result<Parsed, ParseError> {
    let only = options.environments.first().filter(|_| options.environments.len() == 1);
    let only: Vec<&Environment> = only.into_iter().collect();
    let parsed = with_room(|| Reading::new(fs, options)?.load(&only))?;
    // What is loaded without a fault is loaded once at least.
    parsed
        .into_iter()
        .next()
        .ok_or_else(|| ParseError::NothingToCheck { paths: options.paths.clone(), unsynthesized: Vec::new() })
}

/// The same for every environment in turn, each in a graph of its own: nothing of one environment is linked to another, though both
/// declare the same names. Roots that no environment names are in each of them. The files are read and parsed once, and places in them are
/// the same in all. Without an environment that names a root below the paths there is one graph.
pub fn parse_each(fs: Arc<dyn FileSystem>, options: &Options) -> Result<Vec<Parsed>, ParseError> {
    with_room(|| {
        let reading = Reading::new(fs, options)?;
        let environments = reading.environments();
        reading.load(&environments)
    })
}

fn with_room<T: Send>(read: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build() {
        Ok(pool) => pool.install(read),
        Err(_) => read(),
    }
}
