//! `iaclint check` and `iaclint baseline`: from paths to findings.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use iaclint_analysis::Analysis;
use iaclint_lint::{Finding, Findings, Selection, Severity};
use iaclint_model::Model;
use iaclint_parser::{
    Options, ParseError, Parsed, Progress as _, RootFound, RootKind, Stages, parse, parse_each,
};
use iaclint_report::{
    Concise, Format, GitHub, GitLab, Human, JUnit, Json, Look, Markdown, Report, Sarif, Summary,
    UnknownValue, fails, mask,
};
use iaclint_rules::RULES;
use iaclint_source::{FileSystem, Problem, Project, Sources, Span};

use crate::Status;
use crate::arguments::{self, Check, Chosen, Color, Input, Level, OutputFormat};
use crate::baseline::Baseline;
use crate::catalogue::find;
use crate::changed::{Changed, speaks_of};
use crate::config::Config;
use crate::environments;
use crate::fix::{self, Edits};
use crate::hints::hints;
use crate::knowledge::Knowledge;
use crate::output::{self, Failure};
use crate::progress::Bar;
use crate::stdin;
use crate::today::today;

/// Checks what the paths name and prints what is found.
pub fn check(arguments: &Check, color: Color) -> Result<Status, Failure> {
    let started = Instant::now();
    let config = Config::load(&arguments.input, &arguments.paths)?;
    let selection = selection(&arguments.chosen, &config)?;
    if arguments.list_roots {
        let parsed = read_each(&arguments.paths, &arguments.input, &config)?;
        output::print(&roots(&parsed))?;
        return Ok(Status::Clean);
    }
    let given = |given: Option<Level>, configured: Option<Level>| {
        given.or(configured).map_or(Severity::Warning, Level::severity)
    };
    let (level, fail_on) = (given(arguments.level, config.level), given(arguments.fail_on, config.fail_on));
    let from_stdin = arguments.paths.iter().any(|path| path == Path::new("-"));
    if arguments.fixing.fix && from_stdin {
        return Err(Failure::new("standard input cannot be fixed").with_help("--diff prints the edits"));
    }
    let mut run = Run::new(arguments, &config, &selection)?;
    let mut fixed = 0;
    for _ in 0..if arguments.fixing.fix { FIX_ROUNDS } else { 0 } {
        let edits = Edits::of(&run.at_or_above(level), arguments.fixing.unsafe_fixes);
        if edits.is_empty() {
            break;
        }
        edits.write(&run.project)?;
        fixed += edits.findings;
        run = Run::new(arguments, &config, &selection)?;
    }
    let Run { parsed, project, mut stages, mut findings, mut suppressed, problems, mut remarks, elsewhere } =
        run;
    let sources = project.sources();
    let status = status(&findings, &problems, fail_on);

    let hidden = |severity| findings.iter().filter(|f| f.severity == severity && severity < level).count();
    let (hidden_warnings, hidden_advice) = (hidden(Severity::Warning), hidden(Severity::Advice));
    findings.retain(|f| f.severity >= level);
    suppressed.retain(|f| f.severity >= level);
    if arguments.fixing.diff {
        let edits = Edits::of(&findings, arguments.fixing.unsafe_fixes);
        output::print(&edits.diff(sources))?;
        return Ok(if edits.is_empty() { Status::Clean } else { Status::Found });
    }
    match fixed {
        0 => {
            let offer = fix::offer(&findings, from_stdin);
            let none = (arguments.fixing.fix && !findings.is_empty())
                .then(|| "no edit mends any of these; the help of each says what to do".to_owned());
            remarks.extend(offer.or(none));
        }
        1 => remarks.push("1 finding fixed".to_owned()),
        n => remarks.push(format!("{n} findings fixed")),
    }
    let elsewhere = elsewhere.iter().filter(|severity| **severity >= level).count();
    if elsewhere > 0 {
        let findings = if elsewhere == 1 { "finding" } else { "findings" };
        remarks
            .push(format!("{elsewhere} more {findings} in other files; check their directory to see them"));
    }
    remarks.extend(hints(&problems, &findings, sources));
    if arguments.formats().any(|format| format == OutputFormat::Sarif) {
        remarks.extend(Sarif::remark(&findings, &suppressed));
    }
    let unknowns = unknowns(&parsed);
    if arguments.show_unknown {
        remarks.extend(Knowledge::of(parsed.iter().map(|p| &p.graph)).words());
    }
    let report = Report {
        findings: &findings,
        problems: &problems,
        rules: RULES,
        sources,
        root: Some(project.root()),
        unknowns: &unknowns,
        suppressed: &suppressed,
        remarks: &remarks,
        summary: Summary {
            resources: environments::resources(&parsed),
            roots: environments::roots(&parsed).len(),
            hidden_warnings,
            hidden_advice,
            elapsed: Some(started.elapsed()),
        },
    };
    print(&report, arguments, color)?;
    if arguments.timings {
        stages.end("report");
        let line =
            |(stage, time): &(&str, Duration)| format!("{stage:10} {:8.1} ms\n", time.as_secs_f64() * 1e3);
        output::remark(&stages.laps().iter().map(line).collect::<String>());
    }
    // The process ends: taking the graphs apart piece by piece would only cost time.
    std::mem::forget(parsed);
    Ok(status)
}

/// Edits of collided fixes need another round each; more rounds than these would mean that two fixes undo each other.
const FIX_ROUNDS: usize = 8;

/// What one reading of the input gives.
struct Run {
    /// What was read, once for each environment.
    parsed: Vec<Parsed>,
    project: Arc<Project>,
    stages: Stages,
    findings: Vec<Finding>,
    suppressed: Vec<Finding>,
    problems: Vec<Problem>,
    remarks: Vec<String>,
    /// How bad is what was found in other files than those that were asked for.
    elsewhere: Vec<Severity>,
}

impl Run {
    fn new(arguments: &Check, config: &Config, selection: &Selection) -> Result<Self, Failure> {
        let parsed = read_each(&arguments.paths, &arguments.input, config)?;
        let Some(last) = parsed.last() else { return Err(Failure::new("nothing is read")) };
        show_from_here(last);
        let (project, limited_to, mut stages) =
            (last.project.clone(), last.limited_to.clone(), last.stages.clone());
        let Findings { shown: mut findings, mut suppressed } = judged_each(&parsed, selection, config);
        stages.end("rules");
        let sources = project.sources();
        let mut problems = environments::problems(&parsed);
        let mut remarks = Vec::new();
        if let Some(file) = arguments.known.baseline.as_ref().or(config.baseline.as_ref()) {
            let (hidden, remark) = hide(file, &mut findings, &problems, selection, arguments)?;
            suppressed.extend(hidden);
            remarks.extend(remark);
        } else if arguments.known.prune {
            return Err(Failure::new("there is no baseline to prune").with_help("name it: --baseline FILE"));
        }
        let mut elsewhere = Vec::new();
        if let Some(files) = &limited_to {
            let others = findings.extract_if(.., |f| !speaks_of(f, files, sources));
            elsewhere.extend(others.map(|f| f.severity));
            suppressed.retain(|f| speaks_of(f, files, sources));
        }
        if let Some(files) = &arguments.changed {
            let changed: Vec<Changed<'_>> =
                parsed.iter().map(|p| Changed::new(files, &project, &p.graph, sources)).collect();
            findings.retain(|f| changed.iter().any(|c| c.touches(f)));
            suppressed.retain(|f| changed.iter().any(|c| c.touches(f)));
            problems.retain(|p| changed.iter().any(|c| c.concerns(p)));
        }
        for finding in &mut findings {
            finding.settle_fix(|addition| iaclint_parser::addition(addition, sources));
            // A plan is written by Terraform.
            finding.fix.take_if(|fix| fix.edits.iter().any(|edit| is_plan(&parsed, edit.span, sources)));
        }
        Ok(Self { parsed, project, stages, findings, suppressed, problems, remarks, elsewhere })
    }

    fn at_or_above(&self, level: Severity) -> Vec<Finding> {
        self.findings.iter().filter(|f| f.severity >= level).cloned().collect()
    }
}

/// Whether a place is in a plan that stands for its configuration.
fn is_plan(parsed: &[Parsed], span: Span, sources: &Sources) -> bool {
    let path = &sources.file(span.file).path;
    parsed.iter().flat_map(|p| &p.roots).any(|root| root.kind == RootKind::Plan && root.path == *path)
}

/// Writes down what is found today.
pub fn baseline(arguments: &arguments::Baseline) -> Result<Status, Failure> {
    let config = Config::load(&arguments.input, &arguments.paths)?;
    let selection = selection(&arguments.chosen, &config)?;
    let parsed = read_each(&arguments.paths, &arguments.input, &config)?;
    let findings = judged_each(&parsed, &selection, &config).shown;
    let baseline = Baseline::of(&findings);
    baseline.write(&arguments.output)?;
    let path = mask::name(&arguments.output.to_string_lossy());
    let count = baseline.len();
    let findings = if count == 1 { "finding" } else { "findings" };
    output::remark(&format!("{path} holds {count} {findings}; hide them with --baseline {path}\n"));
    Ok(Status::Clean)
}

/// Takes out what the baseline holds; with what there is to say about it.
fn hide(
    file: &std::path::Path,
    findings: &mut Vec<Finding>,
    problems: &[Problem],
    selection: &Selection,
    arguments: &Check,
) -> Result<(Vec<Finding>, Option<String>), Failure> {
    let mut baseline = Baseline::read(file)?;
    // What could not be read may hold what is not found.
    let complete = problems.iter().all(|p| !fails(p.kind));
    let ran: BTreeSet<&str> =
        RULES.iter().map(|r| r.id).filter(|id| complete && selection.runs(id)).collect();
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let applied = baseline.apply(findings, &ran, &name);
    let remark = match applied.stale {
        0 => None,
        count => {
            let (entries, matches) = if count == 1 { ("entry", "matches") } else { ("entries", "match") };
            if arguments.known.prune {
                baseline.write(file)?;
                Some(format!("{count} {entries} of {name} deleted, for nothing matches any more"))
            } else {
                Some(format!("{count} {entries} of {name} {matches} nothing any more (--prune)"))
            }
        }
    };
    Ok((applied.hidden, remark))
}

/// The exit status: findings at or above `fail_on`, shown or not, and inputs that could not be read count.
fn status(findings: &[Finding], problems: &[Problem], fail_on: Severity) -> Status {
    let found = findings.iter().any(|f| f.severity >= fail_on) || problems.iter().any(|p| fails(p.kind));
    if found { Status::Found } else { Status::Clean }
}

/// Reads what the paths name: with the values of an environment, if only one counts.
pub fn read(paths: &[PathBuf], input: &Input, config: &Config) -> Result<Parsed, Failure> {
    let (fs, options) = options(paths, input, config)?;
    watched(options, |options| parse(fs, options))
}

/// Reads what the paths name, once for each environment.
fn read_each(paths: &[PathBuf], input: &Input, config: &Config) -> Result<Vec<Parsed>, Failure> {
    let (fs, options) = options(paths, input, config)?;
    watched(options, |options| parse_each(fs, options))
}

/// Reads under a bar.
fn watched<T>(
    mut options: Options,
    read: impl FnOnce(&Options) -> Result<T, ParseError>,
) -> Result<T, Failure> {
    let bar = Bar::new();
    options.progress = Some(bar.shared());
    let result = read(&options);
    bar.end();
    result.map_err(|error| Failure::new(error.to_string()))
}

/// Lets outputs for people name the files as they are written in the working directory.
pub fn show_from_here(parsed: &Parsed) {
    // Standard input without a name stands in no directory.
    if parsed.project.root().parent().is_none() {
        return;
    }
    if let Ok(here) = std::env::current_dir().and_then(std::fs::canonicalize) {
        parsed.project.sources().show_from(parsed.project.root(), &here);
    }
}

fn options(
    paths: &[PathBuf],
    input: &Input,
    config: &Config,
) -> Result<(Arc<dyn FileSystem>, Options), Failure> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("TF_VAR_"));
    let mut environment: Vec<_> = variables.collect();
    environment.sort();
    let (fs, paths) = stdin::files(paths, input.stdin_filename.as_deref())?;
    let options = Options {
        paths,
        project_root: input.project_root.clone(),
        plans: input.plan.clone(),
        assigned: input.values.assigned.clone(),
        environment,
        exclude: config.exclude.clone(),
        root_files: config.root_files.clone(),
        parameter_files: input.parameters.clone(),
        template_files: config.template_files.clone(),
        environments: config.environments.clone(),
        progress: None,
    };
    Ok((fs, options))
}

/// What runs: what the command line says goes before what the project says.
fn selection(chosen: &Chosen, config: &Config) -> Result<Selection, Failure> {
    for rule in chosen.select.iter().chain(&chosen.ignore) {
        find(rule)?;
    }
    let only = if chosen.select.is_empty() { config.select.clone() } else { chosen.select.clone() };
    // What is asked for by name runs, whatever the project says.
    let configured = config.ignore.iter().filter(|rule| !chosen.select.contains(rule));
    Ok(Selection {
        only,
        ignore: chosen.ignore.iter().chain(configured).cloned().collect(),
        severities: config.severities.clone(),
        today: Some(chosen.today.clone().unwrap_or_else(today)),
        show_suppressed: chosen.no_suppress,
    })
}

fn roots(parsed: &[Parsed]) -> String {
    let line = |root: &RootFound| {
        let environment = root.environment.as_deref().map(|name| format!(" ({})", mask::name(name)));
        let (kind, path) = (root.kind.name(), mask::name(&root.path));
        format!("{kind:17}  {path}{}\n", environment.unwrap_or_default())
    };
    environments::roots(parsed).into_iter().map(line).collect()
}

/// What the rules find in the environments, as one.
fn judged_each(parsed: &[Parsed], selection: &Selection, config: &Config) -> Findings {
    let found = parsed.iter().map(|p| judged(p, selection, config)).collect();
    environments::joined(parsed, found)
}

/// What the rules find, as the project wants it shown.
pub fn judged(parsed: &Parsed, selection: &Selection, config: &Config) -> Findings {
    let sources = parsed.project.sources();
    let model = Model::new(&parsed.graph, sources);
    let analysis = Analysis::new(&model);
    let bar = Bar::new();
    bar.begin("running rules", RULES.iter().filter(|rule| selection.runs(rule.id)).count());
    let mut findings = iaclint_lint::judge_watched(&analysis, RULES, selection, &|| bar.step());
    bar.end();
    for list in [&mut findings.shown, &mut findings.suppressed] {
        list.retain_mut(|finding| keeps(finding, sources, parsed.project.root(), config));
    }
    findings
}

/// Applies what the project says of the place of a finding; whether it is kept.
fn keeps(finding: &mut Finding, sources: &Sources, root: &std::path::Path, config: &Config) -> bool {
    let path = root.join(&sources.file(finding.primary.span.file).path);
    for over in config.overrides.iter().filter(|o| o.paths.holds(&path)) {
        if over.ignore.iter().any(|rule| rule == finding.rule) {
            return false;
        }
        if let Some(severity) = over.severities.get(finding.rule) {
            finding.severity = *severity;
        }
    }
    !config.exclude.holds(&path)
}

/// The values that could not be evaluated: one for each place and reason, whatever the number of instances.
fn unknowns(parsed: &[Parsed]) -> Vec<UnknownValue> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    let all = parsed.iter().map(|p| &p.graph);
    for (graph, unknown) in all.flat_map(|g| g.unknowns().into_iter().map(move |u| (g, u))) {
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
    let render = |format: OutputFormat, look: Look| match format {
        OutputFormat::Human => Human { look, show_unknown: arguments.show_unknown }.render(report),
        OutputFormat::Concise => Concise.render(report),
        OutputFormat::Sarif => Sarif.render(report),
        OutputFormat::Json => Json.render(report),
        OutputFormat::Github => GitHub.render(report),
        OutputFormat::Gitlab => GitLab.render(report),
        OutputFormat::Junit => JUnit.render(report),
        OutputFormat::Markdown => Markdown.render(report),
    };
    for target in &arguments.output {
        let text = render(target.format.unwrap_or(arguments.format), output::look_of_file(color));
        output::write(&target.path, &text)?;
    }
    // A file without a format stands in for the terminal.
    let elsewhere = arguments.output.iter().any(|target| target.format.is_none());
    let mut gap = "";
    if !elsewhere {
        let text = render(arguments.format, output::look_of_stdout(color));
        output::print(&text)?;
        if !text.is_empty() && arguments.format == OutputFormat::Human {
            gap = "\n";
        }
    }
    let beside = Human { look: output::look_of_stderr(color), show_unknown: arguments.show_unknown };
    output::remark(&format!("{gap}{}", beside.remarks(report)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use iaclint_lint::{Confidence, Label, Subject};
    use iaclint_source::{FileId, ProblemKind};

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
                stack: ".".into(),
            },
            part: None,
            headline: String::new(),
            primary: Label { span: primary, text: String::new() },
            labels: Vec::new(),
            related: Vec::new(),
            trail: Vec::new(),
            notes: Vec::new(),
            help: String::new(),
            fix: None,
            instances: Vec::new(),
            environments: Vec::new(),
            identity: String::new(),
            suppressed: None,
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
    fn a_finding_speaks_of_the_files_of_its_labels_and_of_its_resource() {
        let sources = Sources::new();
        sources.add("a.tf", "x".to_owned());
        sources.add("b.tf", "x".to_owned());
        let files = ["b.tf".to_owned()];
        assert!(speaks_of(&finding(Severity::Error, at(1), at(0)), &files, &sources));
        assert!(speaks_of(&finding(Severity::Error, at(0), at(1)), &files, &sources));
        assert!(!speaks_of(&finding(Severity::Error, at(0), at(0)), &files, &sources));
    }
}
