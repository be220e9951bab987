//! The whole way from files to findings, as the command line goes it.

use std::path::PathBuf;
use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_lint::{Finding, Rule, Selection};
use iaclint_model::Model;
use iaclint_parser::{Options, parse};
use iaclint_source::{FileSystem, Problem, ProblemKind, Sources};

/// The day on which the runs take place.
const TODAY: &str = "2027-01-01";

/// What a run gave.
#[derive(Debug)]
pub struct Outcome {
    /// Every finding, at all levels.
    pub findings: Vec<Finding>,
    /// What is wrong with the input itself.
    pub faults_of_input: Vec<String>,
    /// The files that were read.
    pub sources: Arc<Sources>,
    /// How many resources there are.
    pub resources: usize,
}

/// The project in `directory`, which is the project root as well.
pub fn project(directory: impl Into<PathBuf>) -> Options {
    let directory = directory.into();
    Options { project_root: Some(directory.clone()), paths: vec![directory], ..Options::default() }
}

/// Runs rules over what the options name.
pub fn run(fs: Arc<dyn FileSystem>, options: &Options, rules: &[Rule]) -> Result<Outcome, String> {
    let parsed = parse(fs, options).map_err(|e| e.to_string())?;
    let sources = parsed.project.sources().clone();
    let model = Model::new(&parsed.graph, &sources);
    let analysis = Analysis::new(&model);
    let selection = Selection { today: Some(TODAY.to_owned()), ..Selection::default() };
    let mut findings = iaclint_lint::run(&analysis, rules, &selection);
    for finding in &mut findings {
        finding.settle_fix(|addition| iaclint_parser::addition(addition, &sources));
    }
    let is_fault = |p: &&Problem| p.kind != ProblemKind::NotEvaluated;
    let faults_of_input =
        parsed.graph.problems().iter().filter(is_fault).map(|p| words(p, &sources)).collect();
    Ok(Outcome { findings, faults_of_input, resources: parsed.graph.resources().len(), sources })
}

fn words(problem: &Problem, sources: &Sources) -> String {
    match (problem.span, &problem.path) {
        (Some(span), _) => format!("{}: {}", sources.display(span), problem.message),
        (None, Some(path)) => format!("{path}: {}", problem.message),
        (None, None) => problem.message.clone(),
    }
}
