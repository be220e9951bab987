//! Every output format, and what may stand in it.
//!
//! A finding has no colour, line or column before it arrives here. Whatever leaves went through [`mask`].

mod advice;
mod concise;
mod excerpt;
mod github;
mod gitlab;
pub mod graph;
mod human;
mod json;
mod junit;
mod look;
mod markdown;
pub mod mask;
mod sarif;
mod snippet;
mod wrap;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use iaclint_lint::{Finding, Rule, Severity};
use iaclint_source::{Problem, ProblemKind, Sources, Span};

pub use concise::Concise;
pub use github::GitHub;
pub use gitlab::GitLab;
pub use human::Human;
pub use json::Json;
pub use junit::JUnit;
pub use look::Look;
pub use markdown::Markdown;
pub use sarif::Sarif;
pub use wrap::width;

/// All that there is to say about a run.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The findings to show, in order.
    pub findings: &'a [Finding],
    /// What kept parts of the input from being understood.
    pub problems: &'a [Problem],
    /// Every rule there is.
    pub rules: &'a [Rule],
    /// The files behind the spans.
    pub sources: &'a Sources,
    /// The project root, which paths are relative to; left out where outputs must not depend on the machine.
    pub root: Option<&'a Path>,
    /// Values that could not be evaluated.
    pub unknowns: &'a [UnknownValue],
    /// What the user does not want to see: by directives, or because it stands in the baseline.
    pub suppressed: &'a [Finding],
    /// Sentences about the run itself.
    pub remarks: &'a [String],
    /// What was looked at.
    pub summary: Summary,
}

/// A problem with the others of its kind and words in the same directory.
#[derive(Clone, Debug)]
pub struct Grouped<'a> {
    /// The first of them.
    pub first: &'a Problem,
    /// The others, in order of their places.
    pub more: Vec<&'a Problem>,
}

/// What was looked at, and what is not shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Number of resources.
    pub resources: usize,
    /// Number of roots: root modules, assemblies, templates.
    pub roots: usize,
    /// Warnings below the level shown.
    pub hidden_warnings: usize,
    /// Advice below the level shown.
    pub hidden_advice: usize,
    /// How long it took; left out where outputs must not depend on the machine.
    pub elapsed: Option<Duration>,
}

/// A value that could not be evaluated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownValue {
    /// The resource that holds it.
    pub address: String,
    /// Its attribute at the top.
    pub attribute: String,
    /// The reason, in words.
    pub why: String,
    /// The place, where one is known.
    pub span: Option<Span>,
}

/// A format of the whole report.
pub trait Format {
    /// The report as a text that ends in a newline; empty when there is nothing to say.
    fn render(&self, report: &Report<'_>) -> String;
}

impl Report<'_> {
    /// Number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }

    /// The problems, each once, in order of kind, file and place.
    pub fn distinct_problems(&self) -> Vec<&Problem> {
        let mut problems: Vec<&Problem> = self.problems.iter().collect();
        problems.sort_by_cached_key(|p| {
            let place = match p.span {
                Some(span) => self.sources.sort_key(span),
                None => (p.path.clone().unwrap_or_default(), 0, 0),
            };
            (p.kind == ProblemKind::NotEvaluated, place, p.kind, p.message.clone())
        });
        problems.dedup();
        problems
    }

    /// The problems, those with the same words in one directory together, in the order of the first of each.
    pub fn grouped_problems(&self) -> Vec<Grouped<'_>> {
        let mut groups: Vec<Grouped<'_>> = Vec::new();
        let mut known: BTreeMap<(ProblemKind, &str, Option<String>), usize> = BTreeMap::new();
        for problem in self.distinct_problems() {
            let path = problem.span.map(|s| self.sources.file(s.file).path.clone());
            let path = path.or_else(|| problem.path.clone());
            let directory = path.map(|p| p.rsplit_once('/').map_or(String::new(), |(d, _)| d.to_owned()));
            let key = (problem.kind, problem.message.as_str(), directory);
            if let Some(group) = known.get(&key).and_then(|at| groups.get_mut(*at)) {
                group.more.push(problem);
                continue;
            }
            known.insert(key, groups.len());
            groups.push(Grouped { first: problem, more: Vec::new() });
        }
        groups
    }
}

/// Whether a problem is a fault of the input or a limit met, so that the run did not see all it was asked to.
pub fn fails(kind: ProblemKind) -> bool {
    kind != ProblemKind::NotEvaluated
}

/// Whether a finding is not shown because it stands in the baseline.
pub fn is_in_baseline(finding: &Finding) -> bool {
    finding.suppressed.as_ref().is_some_and(|s| s.span.is_none())
}

/// Where the page of a rule is published.
pub fn page_of(rule: &Rule) -> String {
    format!("{HOME}/blob/main/rules/{}/{}/README.md", rule.group, rule.id.replace('-', "_"))
}

/// Where the project is at home.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// Where a finding is shown first: the line of the user's program, if a program made the template.
fn place(finding: &Finding) -> Span {
    finding.subject.source.unwrap_or(finding.primary.span)
}

/// The environments that a finding was made for, where it was not made for all: `in dev, prod`.
fn environments(finding: &Finding) -> Option<String> {
    let names: Vec<String> = finding.environments.iter().map(|name| mask::name(name)).collect();
    (!names.is_empty()).then(|| format!("in {}", names.join(", ")))
}

/// The address of the resource that a finding is about, with the environments. Empty when it is about no resource.
fn subject(finding: &Finding) -> String {
    let address = mask::name(&finding.subject.address);
    let parts = [Some(address).filter(|address| !address.is_empty()), environments(finding)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `1 error`, `2 errors`.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
