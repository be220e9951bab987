//! `--changed`: what is found because of these files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use iaclint_graph::{Graph, Resource};
use iaclint_lint::Finding;
use iaclint_source::{Problem, ProblemKind, Project, Sources, Span};

/// The files that have changed, as the outputs print them.
#[derive(Debug)]
pub struct Changed<'g> {
    files: Vec<String>,
    graph: &'g Graph,
    sources: &'g Sources,
    by_address: BTreeMap<&'g str, Vec<&'g Resource>>,
}

impl<'g> Changed<'g> {
    /// The files, relative to the working directory or absolute.
    pub fn new(files: &[PathBuf], project: &Project, graph: &'g Graph, sources: &'g Sources) -> Self {
        let working = std::env::current_dir().unwrap_or_default();
        let relative = |file: &PathBuf| {
            let full = working.join(file);
            project.relative(&std::fs::canonicalize(&full).unwrap_or(full))
        };
        let mut by_address: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
        for resource in graph.resources() {
            by_address.entry(&resource.key.address).or_default().push(resource);
        }
        Self { files: files.iter().map(relative).collect(), graph, sources, by_address }
    }

    /// Whether a finding has to do with one of the files: a place of it, the way of its value, one of its resources, the calls of the modules
    /// around these, or the values of the variables of their root.
    pub fn touches(&self, finding: &Finding) -> bool {
        let places = places(finding)
            .chain(finding.related.iter().map(|r| r.span))
            .chain(finding.trail.iter().map(|step| step.span));
        let addresses = std::iter::once((&finding.subject.address, finding.subject.span))
            .chain(finding.related.iter().map(|r| (&r.address, r.span)));
        let mut resources =
            addresses.flat_map(|(address, span)| self.resources(address, span)).collect::<Vec<_>>();
        resources.dedup_by_key(|resource| resource.key.clone());
        places.into_iter().any(|span| self.holds(span)) || resources.into_iter().any(|r| self.makes(r))
    }

    /// Whether a problem lies in one of the files.
    pub fn concerns(&self, problem: &Problem) -> bool {
        let path =
            problem.span.map(|s| self.sources.file(s.file).path.clone()).or_else(|| problem.path.clone());
        problem.kind == ProblemKind::NotEvaluated || path.is_some_and(|path| self.files.contains(&path))
    }

    fn holds(&self, span: Span) -> bool {
        self.files.contains(&self.sources.file(span.file).path)
    }

    /// The resources of an address, of all roots, that stand where the finding says.
    fn resources(&self, address: &str, span: Span) -> impl Iterator<Item = &'g Resource> {
        let of_address = self.by_address.get(address).map_or(&[][..], Vec::as_slice);
        of_address.iter().copied().filter(move |r| r.whole.file == span.file)
    }

    /// Whether one of the files takes part in making a resource.
    fn makes(&self, resource: &Resource) -> bool {
        let root = &self.graph.root(resource.key.root).path;
        let gives_values = |file: &String| {
            let values = file.ends_with(".tfvars") || file.ends_with(".tfvars.json");
            let inside = root.is_empty() || root == "." || file.starts_with(&format!("{root}/"));
            values && inside
        };
        let calls = &self.graph.scope(resource).calls;
        self.holds(resource.span)
            || calls.iter().any(|call| self.holds(call.span))
            || self.files.iter().any(gives_values)
    }
}

/// Whether a finding speaks of one of these files: what is asked for when a single file is checked.
pub fn speaks_of(finding: &Finding, files: &[String], sources: &Sources) -> bool {
    places(finding).any(|span| files.contains(&sources.file(span.file).path))
}

/// The places of a finding itself.
fn places(finding: &Finding) -> impl Iterator<Item = Span> {
    std::iter::once(finding.primary.span)
        .chain(finding.labels.iter().map(|l| l.span))
        .chain([finding.subject.span])
        .chain(finding.subject.source)
}
