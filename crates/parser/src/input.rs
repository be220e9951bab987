//! What the paths name: directories to walk, single files, assemblies.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use iaclint_source::{Problem, ProblemKind, Project};
use rayon::prelude::*;

use crate::root_directory::Given;
use crate::walk::{Walked, is_state, is_terraform, is_terragrunt, walk};
use crate::{Exclusion, ParseError};

/// Everything to load, before it is known which Terraform directories are roots. All paths are absolute.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// Directories with Terraform files, and whether values for their variables are loaded by themselves.
    pub(crate) modules: std::collections::BTreeMap<PathBuf, bool>,
    /// The paths themselves, where they are directories with Terraform files or files in one.
    pub(crate) named: BTreeSet<PathBuf>,
    /// Those of them that are single files: roots, whoever calls them.
    pub(crate) forced: BTreeSet<PathBuf>,
    /// Cloud assemblies.
    pub(crate) assemblies: BTreeSet<PathBuf>,
    /// Templates on their own.
    pub(crate) templates: BTreeSet<PathBuf>,
    /// Terragrunt runs the roots, and may write files into any of them.
    pub(crate) terragrunt: bool,
    /// Directories with Terraform files that also hold templates of such.
    pub(crate) generated: BTreeSet<PathBuf>,
    /// Plans that are named as paths.
    pub(crate) plans: BTreeSet<PathBuf>,
    /// Scripts and Dockerfiles, which resources may run.
    pub(crate) programs: BTreeSet<PathBuf>,
    /// Files of variable values that Terraform does not load by itself.
    pub(crate) values: BTreeSet<PathBuf>,
    /// Directories of CDK apps without an assembly.
    pub(crate) apps: Vec<PathBuf>,
    /// The files to which findings are limited.
    pub(crate) limited_to: Option<Vec<String>>,
    /// What went wrong on the way.
    pub(crate) problems: Vec<Problem>,
}

/// Finds what the paths name.
pub(crate) fn gather(project: &Project, paths: &[Given], exclude: &Exclusion) -> Result<Input, ParseError> {
    let mut input = Input::default();
    let mut walked = Walked::default();
    let mut limited = BTreeSet::new();
    for given in paths {
        if given.is_directory {
            walk(project, &given.real, &|d| is_assembly(project, d), exclude, &mut walked)
                .map_err(|e| unreadable(given, e.to_string()))?;
            input.named.insert(given.real.clone());
        } else if is_terraform(&name_of(&given.real)) {
            let directory = given.real.parent().unwrap_or(&given.real);
            let entries = project.read_dir(directory).map_err(|e| unreadable(given, e.to_string()))?;
            walked.add_module(directory, &entries);
            input.named.insert(directory.to_path_buf());
            input.forced.insert(directory.to_path_buf());
            limited.insert(project.relative(&given.real));
        } else {
            single_file(project, given, &mut input)?;
        }
    }
    if !paths.is_empty() && paths.iter().all(|p| !p.is_directory && is_terraform(&name_of(&p.real))) {
        input.limited_to = Some(limited.into_iter().collect());
    }
    input.modules = std::mem::take(&mut walked.modules);
    input.terragrunt = walked.terragrunt;
    input.generated = std::mem::take(&mut walked.generated);
    input.values = std::mem::take(&mut walked.values);
    input.problems = std::mem::take(&mut walked.problems);
    input.problems.extend(not_read(project, &walked.unread));
    input.assemblies.extend(std::mem::take(&mut walked.manifests));
    let looks_like_template = |path: &&PathBuf| {
        let text = project.read_bytes(path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        text.is_some_and(|text| iaclint_cloudformation::is_template(&text))
    };
    let templates: Vec<&PathBuf> = walked.candidates.par_iter().filter(looks_like_template).collect();
    let named = std::mem::take(&mut input.templates);
    input.templates = outermost(project, &templates);
    input.templates.extend(named);
    let assemblies = input.assemblies.clone();
    let inside = |path: &Path| path.ancestors().skip(1).any(|above| assemblies.contains(above));
    input.assemblies.retain(|directory| !inside(directory));
    input.templates.retain(|file| !inside(file));
    input.programs = std::mem::take(&mut walked.programs);
    for app in std::mem::take(&mut walked.apps) {
        if !input.assemblies.iter().any(|assembly| assembly.starts_with(&app)) {
            input.problems.push(not_synthesized(project, &app));
            input.apps.push(app);
        }
    }
    Ok(input)
}

/// The templates without those that are deployed as a part of another one. Of templates that name each other in a circle the first stays.
fn outermost(project: &Project, templates: &[&PathBuf]) -> BTreeSet<PathBuf> {
    let within = |path: &&PathBuf| iaclint_cloudformation::nested_templates(project, path);
    let within: Vec<Vec<PathBuf>> = templates.par_iter().map(within).collect();
    let inner: BTreeSet<&PathBuf> = within.iter().flatten().collect();
    let mut out = BTreeSet::new();
    let mut covered: BTreeSet<&PathBuf> = BTreeSet::new();
    let (roots, others): (Vec<_>, Vec<_>) =
        templates.iter().zip(&within).partition(|(path, _)| !inner.contains(**path));
    for (path, within) in roots.into_iter().chain(others) {
        if !covered.contains(*path) {
            out.insert((*path).clone());
            covered.insert(path);
            covered.extend(within);
        }
    }
    out
}

/// A file that is not Terraform: a template, or the manifest that stands for its assembly.
fn single_file(project: &Project, given: &Given, input: &mut Input) -> Result<(), ParseError> {
    let name = name_of(&given.real);
    if let Some(directory) =
        given.real.parent().filter(|d| name == "manifest.json" && is_assembly(project, d))
    {
        input.assemblies.insert(directory.to_path_buf());
        return Ok(());
    }
    let bytes = project.read_bytes(&given.real).map_err(|e| unreadable(given, format!("it {e}")))?;
    // One that calls itself a template is loaded whatever it holds, so that the fault in it is shown with its place.
    let claims =
        [".template", "template.json", "template.yaml", "template.yml"].iter().any(|end| name.ends_with(end));
    let text = String::from_utf8(bytes);
    if text.as_ref().is_ok_and(|text| iaclint_terraform::is_plan(text)) {
        input.plans.insert(given.real.clone());
        return Ok(());
    }
    if claims || text.is_ok_and(|text| iaclint_cloudformation::is_template(&text)) {
        input.templates.insert(given.real.clone());
        return Ok(());
    }
    let reason = "it is neither a Terraform file nor a plan of `terraform show -json` nor a CloudFormation template nor the \
                  manifest of a cloud assembly";
    Err(unreadable(given, reason.to_owned()))
}

/// Whether a directory with a `manifest.json` is an assembly. One in the place of an assembly counts even when its manifest is broken.
fn is_assembly(project: &Project, directory: &Path) -> bool {
    iaclint_cloudformation::is_assembly(project, directory) || directory.ends_with("cdk.out")
}

fn not_synthesized(project: &Project, app: &Path) -> Problem {
    let file = project.relative(&app.join("cdk.json"));
    let message = "the CDK app is not checked: there is no cdk.out beside its cdk.json";
    Problem::new(ProblemKind::NotEvaluated, message)
        .in_file(file)
        .with_help("run `npx cdk synth -q` there and check again")
}

/// A word about the first configuration of Terragrunt and the first state: who has one may believe that it is read.
fn not_read(project: &Project, files: &BTreeSet<PathBuf>) -> Vec<Problem> {
    let first = |is: fn(&str) -> bool| files.iter().find(|file| is(&name_of(file)));
    let word = |file: &PathBuf, message: &str, help: &str| {
        Problem::new(ProblemKind::NotEvaluated, message).in_file(project.relative(file)).with_help(help)
    };
    let terragrunt = first(is_terragrunt).map(|file| {
        let message = "Terragrunt's files are not read, so what they give to modules is not known";
        word(file, message, "give the values of one environment with --var-file")
    });
    let state = first(is_state).map(|file| {
        let message = "states are not read: only what the configuration says is checked";
        word(
            file,
            message,
            "a plan tells more: `terraform show -json plan.out > plan.json` and --plan plan.json",
        )
    });
    terragrunt.into_iter().chain(state).collect()
}

fn unreadable(given: &Given, reason: String) -> ParseError {
    ParseError::Unreadable { path: given.written.clone(), reason }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
