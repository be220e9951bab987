//! `iaclint check`: from paths to findings.

use std::collections::HashSet;
use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_graph::{Graph, Mode};
use iaclint_lint::{Finding, Selection, Severity};
use iaclint_model::Model;
use iaclint_parser::{Options, ParseError, Parsed, parse};
use iaclint_report::{Format, Human, Json, Report, Sarif, Summary, UnknownValue, fails, mask};
use iaclint_rules::RULES;
use iaclint_source::{Disk, Sources};

use crate::Status;
use crate::arguments::{Check, Color, OutputFormat};
use crate::catalogue::find;
use crate::output::{self, Failure};

/// Checks what the paths name and prints what is found.
pub fn check(arguments: &Check, color: Color) -> Result<Status, Failure> {
    for rule in arguments.select.iter().chain(&arguments.ignore) {
        find(rule)?;
    }
    let parsed = parse(Arc::new(Disk), &options(arguments)).map_err(|e| failure(&e))?;
    if arguments.list_roots {
        output::print(&roots(&parsed))?;
        return Ok(Status::Clean);
    }
    let graph = &parsed.graph;
    let sources = parsed.project.sources();
    let mut findings = judged(graph, sources, arguments);
    if let Some(files) = &parsed.limited_to {
        findings.retain(|f| touches(f, files, sources));
    }
    let bad = findings.iter().any(|f| f.severity >= arguments.fail_on.severity())
        || graph.problems().iter().any(|p| fails(p.kind));

    let total = findings.len();
    let hidden = |findings: &[Finding], severity| findings.iter().filter(|f| f.severity == severity).count();
    let (warnings, advice) = (hidden(&findings, Severity::Warning), hidden(&findings, Severity::Advice));
    findings.retain(|f| f.severity >= arguments.level.severity());
    let all_shown = findings.len() == total;
    let unknowns = unknowns(graph);
    let report = Report {
        findings: &findings,
        problems: graph.problems(),
        rules: RULES,
        sources,
        root: Some(parsed.project.root()),
        unknowns: &unknowns,
        summary: Summary {
            resources: graph.resources().iter().filter(|r| r.mode == Mode::Managed).count(),
            roots: parsed.roots.len(),
            hidden_warnings: if all_shown { 0 } else { warnings - hidden(&findings, Severity::Warning) },
            hidden_advice: if all_shown { 0 } else { advice - hidden(&findings, Severity::Advice) },
        },
    };
    print(&report, arguments, color)?;
    Ok(if bad { Status::Found } else { Status::Clean })
}

fn options(arguments: &Check) -> Options {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("TF_VAR_"));
    let mut environment: Vec<_> = variables.collect();
    environment.sort();
    Options {
        paths: arguments.paths.clone(),
        project_root: arguments.project_root.clone(),
        var_files: arguments.var_file.clone(),
        variables: arguments.var.clone(),
        environment,
    }
}

fn failure(error: &ParseError) -> Failure {
    Failure::new(error.to_string())
}

fn roots(parsed: &Parsed) -> String {
    let line = |kind: &str, path: &str| format!("{kind:17}  {}\n", mask::name(path));
    parsed.roots.iter().map(|root| line(root.kind.name(), &root.path)).collect()
}

fn judged(graph: &Graph, sources: &Sources, arguments: &Check) -> Vec<Finding> {
    let selection = Selection { only: arguments.select.clone(), ignore: arguments.ignore.clone() };
    let model = Model::new(graph, sources);
    let analysis = Analysis::new(&model);
    iaclint_lint::run(&analysis, RULES, &selection)
}

/// Whether a finding speaks of one of these files.
fn touches(finding: &Finding, files: &[String], sources: &Sources) -> bool {
    std::iter::once(finding.primary.span)
        .chain(finding.labels.iter().map(|l| l.span))
        .chain([finding.subject.span])
        .chain(finding.subject.source)
        .any(|span| files.contains(&sources.file(span.file).path))
}

/// The values that could not be evaluated: one for each place and reason, whatever the number of instances.
fn unknowns(graph: &Graph) -> Vec<UnknownValue> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    for unknown in graph.unknowns() {
        let resource = graph.resource(unknown.resource);
        let span = graph.origins().span(unknown.origin);
        let place = span.unwrap_or(resource.span);
        if seen.insert((place, unknown.attribute.clone(), unknown.why.clone())) {
            out.push(UnknownValue {
                address: resource.key.address.to_string(),
                attribute: unknown.attribute.to_string(),
                why: unknown.why.to_string(),
                span: Some(place),
            });
        }
    }
    out
}

fn print(report: &Report<'_>, arguments: &Check, color: Color) -> Result<(), Failure> {
    let look = match arguments.output {
        Some(_) => output::look_of_file(color),
        None => output::look_of_stdout(color),
    };
    let text = match arguments.format {
        OutputFormat::Human => Human { look, show_unknown: arguments.show_unknown }.render(report),
        OutputFormat::Sarif => Sarif.render(report),
        OutputFormat::Json => Json.render(report),
    };
    match &arguments.output {
        Some(path) => output::write(path, &text)?,
        None => output::print(&text)?,
    }
    let beside = Human { look: output::look_of_stderr(color), show_unknown: arguments.show_unknown };
    let gap = if text.is_empty() || arguments.format != OutputFormat::Human { "" } else { "\n" };
    output::remark(&format!("{gap}{}", beside.remarks(report)));
    Ok(())
}
