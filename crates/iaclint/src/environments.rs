//! Environments: the files that name them, and what was found in several of them.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobMatcher};
use iaclint_graph::{Mode, Resource};
use iaclint_lint::{Finding, Findings};
use iaclint_parser::{Parsed, RootFound};
use iaclint_rules::RULES;
use iaclint_source::{FileKind, FileSystem, Problem, Span};

/// The files below `base` that a pattern names: in each part of the path `*` stands for anything but `/`, and a part `**` for any
/// number of directories.
pub fn files(system: &dyn FileSystem, base: &Path, pattern: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = vec![base.to_path_buf()];
    for part in pattern.components() {
        let written = part.as_os_str().to_string_lossy();
        if written == "**" {
            found = found.iter().flat_map(|at| with_those_below(system, at)).collect();
            continue;
        }
        let is_pattern = matches!(part, Component::Normal(_)) && written.contains(['*', '?', '[', '{']);
        if !is_pattern {
            found = found.into_iter().map(|at| at.join(part)).collect();
            continue;
        }
        let glob = Glob::new(&written).map_err(|e| e.kind().to_string())?.compile_matcher();
        found = found.iter().flat_map(|at| matching(system, at, &glob)).collect();
    }
    found.retain(|file| system.kind(file).is_ok_and(|kind| kind != FileKind::Directory));
    Ok(found)
}

/// A directory and the directories below it; links are not followed.
fn with_those_below(system: &dyn FileSystem, directory: &Path) -> Vec<PathBuf> {
    let mut out = vec![directory.to_path_buf()];
    let mut at = 0;
    while let Some(directory) = out.get(at).cloned() {
        at += 1;
        let depth = directory.components().count();
        if out.len() > MOST_DIRECTORIES || depth > DEEPEST {
            continue;
        }
        let entries = system.read_dir(&directory).unwrap_or_default().into_iter();
        let inner = entries.filter(|e| e.kind == FileKind::Directory && !e.name.starts_with('.'));
        out.extend(inner.map(|e| directory.join(e.name)));
    }
    out
}

/// Bounds of what `**` looks through.
const MOST_DIRECTORIES: usize = 10_000;
const DEEPEST: usize = 64;

fn matching(system: &dyn FileSystem, directory: &Path, glob: &GlobMatcher) -> Vec<PathBuf> {
    let entries = system.read_dir(directory).unwrap_or_default();
    let named = entries.into_iter().filter(|e| !e.name.starts_with('.') && glob.is_match(&e.name));
    named.map(|e| directory.join(e.name)).collect()
}

/// The environment that a variable file is named after: by its own name, or by its directory where it has the name that Terraform gives.
pub fn name_of(file: &Path) -> String {
    let text = |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into_owned();
    let name = text(file.file_name());
    let stem = name.strip_suffix(".json").unwrap_or(&name);
    let stem = stem.strip_suffix(".tfvars").unwrap_or(stem);
    match stem.strip_suffix(".auto").unwrap_or(stem) {
        "terraform" => text(file.parent().and_then(Path::file_name)),
        stem => stem.to_owned(),
    }
}

/// The roots of all environments, each once.
pub fn roots(parsed: &[Parsed]) -> Vec<&RootFound> {
    let mut out: Vec<&RootFound> = Vec::new();
    for root in parsed.iter().flat_map(|p| &p.roots) {
        if !out.contains(&root) {
            out.push(root);
        }
    }
    out.sort_by_key(|root| (&root.path, &root.environment));
    out
}

/// The number of managed resources, those of a root that is the same in all environments counted once.
pub fn resources(parsed: &[Parsed]) -> usize {
    let of = |(first, parsed): (bool, &Parsed)| {
        let counts = |resource: &&Resource| {
            let root = parsed.roots.get(resource.key.root.0 as usize);
            let own = root.is_some_and(|root| root.environment.is_some());
            resource.mode == Mode::Managed && (first || own)
        };
        parsed.graph.resources().iter().filter(counts).count()
    };
    parsed.iter().enumerate().map(|(at, parsed)| of((at == 0, parsed))).sum()
}

/// The problems of all environments, each once.
pub fn problems(parsed: &[Parsed]) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let mut is_new = |problem: &&Problem| {
        let place = problem.span.map(|s| (s.file, s.start, s.end));
        seen.insert((problem.kind, problem.message.clone(), problem.path.clone(), place))
    };
    parsed.iter().flat_map(|p| p.graph.problems()).filter(|p| is_new(p)).cloned().collect()
}

/// Joins what was found in the environments: one fault in several of them is one finding, which names them.
pub fn joined(parsed: &[Parsed], found: Vec<Findings>) -> Findings {
    let (mut shown, mut suppressed) = (Vec::new(), Vec::new());
    for findings in found {
        shown.push(findings.shown);
        suppressed.push(findings.suppressed);
    }
    Findings { shown: list(parsed, shown), suppressed: list(parsed, suppressed) }
}

/// What makes findings of several environments one: the rule, the place, and what is said of it.
type Fault = (&'static str, Span, Option<Span>, String, String);

fn list(parsed: &[Parsed], found: Vec<Vec<Finding>>) -> Vec<Finding> {
    let mut out: Vec<(Finding, Vec<usize>)> = Vec::new();
    let mut known: HashMap<Fault, usize> = HashMap::new();
    for (number, findings) in found.into_iter().enumerate() {
        for finding in findings {
            let fault = (
                finding.rule,
                finding.primary.span,
                finding.subject.source,
                finding.identity.clone(),
                finding.headline.clone(),
            );
            let at = *known.entry(fault).or_insert(out.len());
            match out.get_mut(at) {
                Some((first, environments)) => {
                    first.join_other_environment(finding);
                    environments.push(number);
                }
                None => out.push((finding, vec![number])),
            }
        }
    }
    out.retain(|(finding, environments)| {
        // What covers nothing here may cover something there.
        !is_about_suppressions(finding) || readers(parsed, finding) == *environments
    });
    let mut out: Vec<Finding> =
        out.into_iter().map(|(finding, environments)| named(parsed, finding, &environments)).collect();
    if let (Some(first), true) = (parsed.first(), parsed.len() > 1) {
        let sources = first.project.sources();
        out.sort_by_cached_key(|f| (sources.sort_key(f.primary.span), f.rule, f.subject.address.clone()));
    }
    out
}

fn is_about_suppressions(finding: &Finding) -> bool {
    RULES.iter().any(|rule| rule.id == finding.rule && rule.group == "suppression")
}

/// The environments in which the file of a comment is read.
fn readers(parsed: &[Parsed], finding: &Finding) -> Vec<usize> {
    let file = finding.primary.span.file;
    let reads = |p: &Parsed| p.graph.directives().iter().any(|d| d.span.file == file);
    parsed.iter().enumerate().filter(|(_, p)| reads(p)).map(|(at, _)| at).collect()
}

/// The finding with the environments in which it holds. A root that is the same in all of them needs no word of them.
fn named(parsed: &[Parsed], mut finding: Finding, holds: &[usize]) -> Finding {
    let of = |p: &Parsed| p.roots.iter().find(|r| r.path == finding.subject.stack).cloned();
    let has_own = parsed.iter().filter_map(of).any(|root| root.environment.is_some());
    // A comment belongs to no root.
    let anywhere = parsed.iter().all(|p| of(p).is_none());
    let is_here = |at: &usize| anywhere || parsed.get(*at).and_then(of).is_some();
    let here: Vec<usize> = (0..parsed.len()).filter(is_here).collect();
    let names = |numbers: &[usize]| -> Vec<String> {
        numbers.iter().filter_map(|at| parsed.get(*at)?.environment.clone()).collect()
    };
    if has_own || holds != here {
        finding.environments = names(holds);
    }
    let without: Vec<usize> = here.into_iter().filter(|at| !holds.contains(at)).collect();
    if !without.is_empty() {
        finding.notes.push(format!(
            "it is found in {} only, not in {}",
            names(holds).join(", "),
            names(&without).join(", ")
        ));
    }
    finding
}

#[cfg(test)]
mod tests {
    use iaclint_source::Memory;

    use super::*;

    #[test]
    fn two_stars_stand_for_any_number_of_directories() {
        let names =
            ["/p/envs/a.tfvars", "/p/envs/eu/prod/b.tfvars", "/p/envs/.hidden/c.tfvars", "/p/other/d.tfvars"];
        let memory = Memory::of(names.map(|name| (name, "")));
        let found = |pattern: &str| -> Vec<String> {
            let files = files(&memory, Path::new("/p"), Path::new(pattern)).unwrap();
            files.iter().map(|f| f.to_string_lossy().into_owned()).collect()
        };
        assert_eq!(found("envs/**/*.tfvars"), ["/p/envs/a.tfvars", "/p/envs/eu/prod/b.tfvars"]);
        assert_eq!(found("**/d.tfvars"), ["/p/other/d.tfvars"]);
    }

    #[test]
    fn a_variable_file_names_its_environment() {
        let name = |file: &str| name_of(Path::new(file));
        assert_eq!(name("envs/prod.tfvars"), "prod");
        assert_eq!(name("envs/prod.eu.tfvars.json"), "prod.eu");
        assert_eq!(name("envs/dev/terraform.tfvars"), "dev");
        assert_eq!(name("envs/dev.auto.tfvars"), "dev");
    }
}
