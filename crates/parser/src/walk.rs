//! The walk below a directory: what each directory holds by the names of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use iaclint_source::{Entry, FileKind, Problem, ProblemKind, Project, ReadError};
use rayon::prelude::*;

use crate::Exclusion;

/// Directories deeper than this below the start are not looked into.
const MAX_DEPTH: usize = 64;

/// Larger JSON and YAML files are not templates: CloudFormation itself takes one MiB.
const MAX_TEMPLATE_BYTES: u64 = 10 * 1024 * 1024;

/// Larger scripts are nobody's entry point.
const MAX_PROGRAM_BYTES: u64 = 256 * 1024;

/// So many scripts and Dockerfiles are loaded.
const MAX_PROGRAMS: usize = 4000;

/// Directories that hold other people's files or what tools made, wherever they stand.
const SKIPPED: &[&str] = &[
    ".cache",
    ".direnv",
    ".eggs",
    ".git",
    ".gradle",
    ".hg",
    ".idea",
    ".mypy_cache",
    ".next",
    ".nox",
    ".npm",
    ".nuxt",
    ".pnpm-store",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".terraform",
    ".terragrunt-cache",
    ".tox",
    ".venv",
    ".vscode",
    ".yarn",
    "__pycache__",
    "bower_components",
    "node_modules",
    "site-packages",
    "venv",
];

/// Directories that are skipped only beside one of these files, since other projects use the name for their own.
const SKIPPED_BESIDE: &[(&str, &[&str])] = &[
    ("target", &["Cargo.toml", "pom.xml", "build.sbt"]),
    ("vendor", &["go.mod", "composer.json", "Gemfile", "Cargo.toml"]),
];

/// Files that say that the directory holds nothing of the user's own.
const MARKERS: &[&str] = &["CACHEDIR.TAG", "pyvenv.cfg"];

/// JSON and YAML files that are never templates, so that they need not be read.
const NEVER_TEMPLATES: &[&str] = &[
    "cdk.context.json",
    "cdk.json",
    "composer.json",
    "manifest.json",
    "package-lock.json",
    "package.json",
    "pnpm-lock.yaml",
    "tree.json",
    "tsconfig.json",
];

/// What was found below one or more directories. All paths are absolute.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Directories with Terraform files, and whether a file of values is loaded there without being asked for.
    pub(crate) modules: BTreeMap<PathBuf, bool>,
    /// Directories with a `manifest.json`.
    pub(crate) manifests: BTreeSet<PathBuf>,
    /// Files that may be templates, by their names.
    pub(crate) candidates: BTreeSet<PathBuf>,
    /// Scripts and Dockerfiles, which resources may run.
    pub(crate) programs: BTreeSet<PathBuf>,
    /// There is a configuration of Terragrunt.
    pub(crate) terragrunt: bool,
    /// Directories with Terraform files that also hold templates of such.
    pub(crate) generated: BTreeSet<PathBuf>,
    /// Configurations of Terragrunt and states of Terraform, which are not read.
    pub(crate) unread: BTreeSet<PathBuf>,
    /// Files of variable values that Terraform does not load by itself.
    pub(crate) values: BTreeSet<PathBuf>,
    /// Directories of CDK apps.
    pub(crate) apps: BTreeSet<PathBuf>,
    /// Directories that could not be read.
    pub(crate) problems: Vec<Problem>,
}

/// Walks below `start`, which is looked into whatever its name is. `is_whole` tells a directory that is one thing (an assembly): nothing
/// below it is looked at on its own. Links to directories are not followed.
pub(crate) fn walk(
    project: &Project,
    start: &Path,
    is_whole: &(dyn Fn(&Path) -> bool + Sync),
    exclude: &Exclusion,
    found: &mut Walked,
) -> Result<(), ReadError> {
    let mut level: Vec<PathBuf> = vec![start.to_path_buf()];
    for depth in 0.. {
        if depth > MAX_DEPTH {
            let path = level.first().map(|d| project.relative(d)).unwrap_or_default();
            let message = format!("directories nested deeper than {MAX_DEPTH} are not looked into");
            found.problems.push(Problem::new(ProblemKind::Limit, message).in_file(path));
            break;
        }
        let looks: Vec<_> = level.par_iter().map(|directory| project.read_dir(directory)).collect();
        let mut below = Vec::new();
        for (directory, look) in level.iter().zip(looks) {
            match look {
                Err(error) if depth == 0 => return Err(error),
                Err(error) => found.problems.push(error.problem(&project.relative(directory))),
                Ok(entries) if depth > 0 && entries.iter().any(|e| MARKERS.contains(&e.name.as_str())) => {}
                Ok(mut entries) => {
                    entries.retain(|entry| !exclude.holds(&directory.join(&entry.name)));
                    if found.add(directory, &entries, is_whole) {
                        below.extend(directories(directory, &entries));
                    }
                }
            }
        }
        if below.is_empty() {
            break;
        }
        level = below;
    }
    Ok(())
}

impl Walked {
    /// Notes what a directory holds; whether to look below it.
    fn add(&mut self, directory: &Path, entries: &[Entry], is_whole: &dyn Fn(&Path) -> bool) -> bool {
        if entries.iter().any(|e| e.name == "manifest.json") && is_whole(directory) {
            self.manifests.insert(directory.to_path_buf());
            return false;
        }
        self.add_module(directory, entries);
        self.add_programs(directory, entries);
        for entry in entries {
            match entry.kind {
                FileKind::File(bytes) if bytes <= MAX_TEMPLATE_BYTES && is_candidate(&entry.name) => {
                    self.candidates.insert(directory.join(&entry.name));
                }
                FileKind::File(_) if entry.name == "cdk.json" => {
                    self.apps.insert(directory.to_path_buf());
                }
                _ => {}
            }
        }
        true
    }

    /// Notes the scripts and Dockerfiles of a directory.
    pub(crate) fn add_programs(&mut self, directory: &Path, entries: &[Entry]) {
        for entry in entries {
            let small = matches!(entry.kind, FileKind::File(bytes) if bytes <= MAX_PROGRAM_BYTES);
            if small && is_program(&entry.name) && self.programs.len() < MAX_PROGRAMS {
                self.programs.insert(directory.join(&entry.name));
            }
        }
    }

    /// Notes a directory as a module, if it is one.
    pub(crate) fn add_module(&mut self, directory: &Path, entries: &[Entry]) {
        let is_file = |e: &&Entry| e.kind != FileKind::Directory;
        let unread = entries.iter().filter(is_file).filter(|e| is_terragrunt(&e.name) || is_state(&e.name));
        self.unread.extend(unread.map(|e| directory.join(&e.name)));
        self.terragrunt |= entries.iter().filter(is_file).any(|e| is_terragrunt(&e.name));
        if entries.iter().filter(is_file).any(|e| is_template_of_terraform(&e.name)) {
            self.generated.insert(directory.to_path_buf());
        }
        let is_module = entries.iter().filter(is_file).any(|e| is_terraform(&e.name));
        if is_module {
            let has_values = entries.iter().filter(is_file).any(|e| is_automatic(&e.name));
            self.modules.insert(directory.to_path_buf(), has_values);
        }
        // What is loaded by itself is so in the directory of its module alone.
        let left = |e: &&Entry| is_values(&e.name) && !(is_module && is_automatic(&e.name));
        self.values.extend(entries.iter().filter(is_file).filter(left).map(|e| directory.join(&e.name)));
    }
}

/// The directories to look into next.
fn directories<'a>(directory: &'a Path, entries: &'a [Entry]) -> impl Iterator<Item = PathBuf> + 'a {
    let has = |names: &[&str]| entries.iter().any(|e| names.contains(&e.name.as_str()));
    // A name to be filled in is that of a generator's sources.
    let skipped = move |name: &str| {
        name.starts_with("{{")
            || SKIPPED.contains(&name)
            || SKIPPED_BESIDE.iter().any(|(n, beside)| *n == name && has(beside))
    };
    let wanted = move |e: &&Entry| e.kind == FileKind::Directory && !skipped(&e.name);
    entries.iter().filter(wanted).map(|e| directory.join(&e.name))
}

/// Whether Terraform or OpenTofu reads a file of this name as configuration.
pub(crate) fn is_terraform(name: &str) -> bool {
    let configuration = [".tf", ".tf.json", ".tofu", ".tofu.json"];
    configuration.iter().any(|end| name.ends_with(end))
        && !name.starts_with(['.', '#'])
        && !name.ends_with('~')
}

/// Whether a file of this name tells Terragrunt how to run a root.
pub(crate) fn is_terragrunt(name: &str) -> bool {
    matches!(name, "terragrunt.hcl" | "terragrunt.hcl.json" | "terragrunt.stack.hcl")
}

/// Whether a file of this name holds what Terraform has deployed.
pub(crate) fn is_state(name: &str) -> bool {
    name.ends_with(".tfstate")
}

/// Whether a template engine makes configuration from a file of this name: `main.tf.jinja`.
fn is_template_of_terraform(name: &str) -> bool {
    let ends = ["erb", "gotmpl", "j2", "jinja", "jinja2", "mustache", "template", "tmpl", "tpl"];
    name.rsplit_once('.').is_some_and(|(stem, end)| ends.contains(&end) && is_terraform(stem))
}

/// Whether a file of this name gives values to variables.
fn is_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Whether a file of values is loaded without being asked for.
fn is_automatic(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// Whether a file of this name may be what a container runs, or how its image is built.
fn is_program(name: &str) -> bool {
    let end = Path::new(name).extension();
    end.is_some_and(|end| end == "sh" || end == "Dockerfile") || name.starts_with("Dockerfile")
}

fn is_candidate(name: &str) -> bool {
    let ends = [".json", ".yaml", ".yml", ".template"];
    ends.iter().any(|end| name.ends_with(end))
        && !is_terraform(name)
        && !name.ends_with(".tfvars.json")
        && !NEVER_TEMPLATES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(files: &[&str]) -> Walked {
        let project = Project::in_memory(files.iter().map(|f| (*f, "")));
        let mut found = Walked::default();
        walk(&project, Path::new("/"), &|d| d.ends_with("cdk.out"), &Exclusion::default(), &mut found)
            .unwrap();
        found
    }

    fn modules(files: &[&str]) -> Vec<String> {
        walked(files).modules.keys().map(|p| p.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn every_directory_with_terraform_files_is_a_module() {
        let files = ["/a/x.tf", "/b/x.tf.json", "/c/x.tofu", "/d/x.tfvars", "/e/.#x.tf", "/f/readme"];
        assert_eq!(modules(&files), ["/a", "/b", "/c"]);
    }

    #[test]
    fn what_tools_made_is_not_looked_into() {
        let files = [
            "/.git/x.tf",
            "/.terraform/modules/vpc/x.tf",
            "/node_modules/m/x.tf",
            "/py/pyvenv.cfg",
            "/py/x.tf",
            "/crate/Cargo.toml",
            "/crate/target/x.tf",
            "/infra/target/x.tf",
            "/infra/.deploy/x.tf",
            "/{{cookiecutter.name}}/x.tf",
        ];
        assert_eq!(modules(&files), ["/infra/.deploy", "/infra/target"]);
    }

    #[test]
    fn nothing_inside_an_assembly_is_found_on_its_own() {
        let files = [
            "/app/cdk.json",
            "/app/cdk.out/manifest.json",
            "/app/cdk.out/App.template.json",
            "/app/cdk.out/a/x.tf",
        ];
        let found = walked(&files);
        assert!(found.modules.is_empty() && found.candidates.is_empty());
        assert_eq!((found.manifests.len(), found.apps.len()), (1, 1));
    }

    #[test]
    fn what_other_tools_write_into_is_noticed() {
        let found = walked(&["/a/x.tf", "/a/y.tf.jinja", "/b/x.tf", "/b/init.sh.tpl"]);
        assert_eq!(found.generated, [PathBuf::from("/a")].into());
        assert!(!found.terragrunt && walked(&["/live/terragrunt.hcl"]).terragrunt);
    }

    #[test]
    fn values_that_load_by_themselves_are_noticed() {
        let found = walked(&[
            "/a/x.tf",
            "/a/terraform.tfvars",
            "/b/x.tf",
            "/b/prod.tfvars",
            "/c/x.tf",
            "/c/p.auto.tfvars",
        ]);
        let values: Vec<bool> = found.modules.values().copied().collect();
        assert_eq!(values, [true, false, true]);
    }

    #[test]
    fn scripts_and_dockerfiles_are_noticed() {
        let found =
            walked(&["/api/Dockerfile.prod", "/api/entrypoint.sh", "/api/app.py", "/node_modules/x/a.sh"]);
        let names: Vec<_> = found.programs.iter().map(|p| p.to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["/api/Dockerfile.prod", "/api/entrypoint.sh"]);
    }

    #[test]
    fn a_walk_that_never_ends_is_stopped() {
        let deep = format!("/{}x.tf", "d/".repeat(MAX_DEPTH + 3));
        let found = walked(&[&deep]);
        assert!(found.modules.is_empty());
        assert_eq!(found.problems[0].kind, ProblemKind::Limit);
    }
}
