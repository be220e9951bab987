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
use iaclint_source::{Disk, Problem, Sources};

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
    let status = status(&findings, graph.problems(), arguments.fail_on.severity());

    let level = arguments.level.severity();
    let hidden = |severity| findings.iter().filter(|f| f.severity == severity && severity < level).count();
    let (hidden_warnings, hidden_advice) = (hidden(Severity::Warning), hidden(Severity::Advice));
    findings.retain(|f| f.severity >= level);
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
            hidden_warnings,
            hidden_advice,
        },
    };
    print(&report, arguments, color)?;
    // The process ends: taking the graph apart piece by piece would only cost time.
    std::mem::forget(parsed);
    Ok(status)
}

/// The exit status: findings at or above `fail_on`, shown or not, and inputs that could not be read count.
fn status(findings: &[Finding], problems: &[Problem], fail_on: Severity) -> Status {
    let found = findings.iter().any(|f| f.severity >= fail_on) || problems.iter().any(|p| fails(p.kind));
    if found { Status::Found } else { Status::Clean }
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

#[cfg(test)]
mod tests {
    use iaclint_lint::{Confidence, Label, Subject};
    use iaclint_source::{FileId, ProblemKind, Span};

    use super::*;

    fn finding(severity: Severity, primary: Span, header: Span) -> Finding {
        Finding {
            rule: "a-rule",
            severity,
            confidence: Confidence::High,
            subject: Subject {
                address: String::new(),
                type_name: String::new(),
                span: header,
                source: None,
                construct: None,
            },
            part: None,
            headline: String::new(),
            primary: Label { span: primary, text: String::new() },
            labels: Vec::new(),
            related: Vec::new(),
            trail: Vec::new(),
            notes: Vec::new(),
            help: String::new(),
            instances: Vec::new(),
            identity: String::new(),
            fingerprint: 0,
        }
    }

    fn at(file: u32) -> Span {
        Span::new(FileId(file), 0..1)
    }

    #[test]
    fn findings_below_the_threshold_leave_the_status_clean() {
        let findings = [finding(Severity::Warning, at(0), at(0))];
        assert_eq!(status(&findings, &[], Severity::Warning), Status::Found);
        assert_eq!(status(&findings, &[], Severity::Error), Status::Clean);
        assert_eq!(status(&[], &[], Severity::Advice), Status::Clean);
    }

    #[test]
    fn an_input_that_is_wrong_fails_and_one_that_is_not_evaluated_does_not() {
        let problem = |kind| [Problem::new(kind, "x")];
        for kind in [ProblemKind::Unreadable, ProblemKind::Invalid, ProblemKind::Limit] {
            assert_eq!(status(&[], &problem(kind), Severity::Error), Status::Found);
        }
        assert_eq!(status(&[], &problem(ProblemKind::NotEvaluated), Severity::Error), Status::Clean);
    }

    #[test]
    fn a_finding_touches_the_files_of_its_labels_and_of_its_resource() {
        let sources = Sources::new();
        sources.add("a.tf", "x".to_owned());
        sources.add("b.tf", "x".to_owned());
        let files = ["b.tf".to_owned()];
        assert!(touches(&finding(Severity::Error, at(1), at(0)), &files, &sources));
        assert!(touches(&finding(Severity::Error, at(0), at(1)), &files, &sources));
        assert!(!touches(&finding(Severity::Error, at(0), at(0)), &files, &sources));
    }
}
