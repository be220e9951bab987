//! A health check that fails with the database, so that a slow database ends the tasks as well.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity, Span};
use iaclint_model::ecs::Container;
use iaclint_model::lb::TargetGroup;
use iaclint_model::server::ServerKind;
use iaclint_model::workload::Workload;
use iaclint_model::{Prop, ResourceId};
use iaclint_scripts::{HealthCheck, Probe, health_check, probes};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Low,
    summary: "a health check fails with the database, and ends the tasks when that is slow",
};

/// Words of a path that tells whether everything is ready, not whether the process lives.
const DEEP: [&str; 12] = [
    "ready",
    "readyz",
    "readiness",
    "deep",
    "full",
    "db",
    "database",
    "postgres",
    "mysql",
    "redis",
    "dependencies",
    "deps",
];

/// Last parts of a path that tells whether the process lives.
const SHALLOW: [&str; 6] = ["live", "livez", "liveness", "alive", "ping", "self"];

/// Answers 503 when its `DataSourceHealthIndicator` is down (Spring Boot reference, "Auto-configured HealthIndicators").
const SPRING: &str = "/actuator/health";

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for (index, workload) in analysis.workloads().iter().enumerate() {
        let has_server = analysis.needs().iter().any(|need| {
            need.workload == Some(index)
                && matches!(need.server.kind, ServerKind::Database | ServerKind::Cache)
        });
        if has_server && workload.service.is_some() {
            workload_check(cx, workload);
        }
    }
}

/// One health check of a container.
struct Question {
    /// What asks: the target group, or the task definition whose container asks itself.
    asks: ResourceId,
    container: Option<String>,
    /// The path that is asked, or the program that asks a database.
    subject: Subject,
    span: Span,
}

enum Subject {
    Path(String),
    /// The words that look at another server.
    Server(String),
}

fn workload_check<'m>(cx: &mut Check<'_, 'm>, workload: &Workload<'m>) {
    let Some(task) = workload.task else { return };
    for container in task.containers().items {
        let questions = questions(cx, workload, &container);
        for question in &questions {
            if let Some((why, confidence)) = why_deep(question, &questions) {
                report(cx, workload, question, why, confidence);
            }
        }
    }
}

/// Everything that asks a container whether it is healthy.
fn questions<'m>(cx: &Check<'_, 'm>, workload: &Workload<'m>, container: &Container<'m>) -> Vec<Question> {
    let mut out = Vec::new();
    if let Prop::Known { value, origin, .. } = container.health_check_command()
        && let Some(HealthCheck::Runs { script, .. }) = health_check(value)
    {
        for probe in probes(&script).into_iter().filter(|p| p.matters) {
            let Some(subject) = subject(&probe) else { continue };
            let span = probe.span.unwrap_or_else(|| cx.span(workload.definition, origin));
            out.push(Question {
                asks: workload.definition,
                container: Some(container.label()),
                subject,
                span,
            });
        }
    }
    for target in workload.service.map(|s| s.targets().items).unwrap_or_default() {
        let receives =
            target.container_name().known().zip(container.name().known()).is_some_and(|(a, b)| a == b);
        let Some(group) = target.target_group().and_then(|id| cx.model().get::<TargetGroup<'_>>(id)) else {
            continue;
        };
        if let Prop::Known { value, origin, .. } = group.health_check_path()
            && receives
        {
            let span = cx.span(group.id(), origin);
            out.push(Question { asks: group.id(), container: None, subject: Subject::Path(value), span });
        }
    }
    out
}

fn subject(probe: &Probe) -> Option<Subject> {
    if matches!(probe.scheme.as_deref(), Some("postgres" | "mysql" | "redis")) {
        // Without a host it asks the container that it runs in.
        let elsewhere = probe.host.is_some() && probe.is_local() != Some(true);
        return elsewhere.then(|| Subject::Server(probe.tool.to_string()));
    }
    Some(Subject::Path(probe.path.as_ref()?.as_str()?.into_owned()))
}

/// What shows that a check looks at more than the process.
fn why_deep(question: &Question, all: &[Question]) -> Option<(String, Confidence)> {
    let path = match &question.subject {
        Subject::Server(tool) => {
            return Some((format!("`{tool}` asks the server itself"), Confidence::High));
        }
        Subject::Path(path) => bare(path),
    };
    if path == SPRING {
        return Some((
            format!("{SPRING} of Spring Boot is down when a data source is; {SPRING}/liveness is not"),
            Confidence::Medium,
        ));
    }
    let shallow = all.iter().find_map(|other| match &other.subject {
        Subject::Path(other) => {
            let last = bare(other).strip_prefix(path)?.strip_prefix('/')?;
            SHALLOW.contains(&last).then(|| bare(other).to_owned())
        }
        Subject::Server(_) => None,
    });
    if let Some(shallow) = shallow {
        return Some((
            format!("{shallow} tells whether the process lives, so {path} looks at more"),
            Confidence::Low,
        ));
    }
    let mut words = path.split(|c: char| !c.is_ascii_alphanumeric());
    // Spring's readiness does not look at other servers unless it is told to.
    if path.starts_with(SPRING) {
        return None;
    }
    let word = words.find(|w| DEEP.contains(&w.to_ascii_lowercase().as_str()))?;
    Some((format!("by its name, `{word}`, it tells whether everything behind is there"), Confidence::Low))
}

/// A path without its query.
fn bare(path: &str) -> &str {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    path.get(..end).unwrap_or(path).trim_end_matches('/')
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    workload: &Workload<'m>,
    question: &Question,
    why: String,
    confidence: Confidence,
) {
    let model = cx.model();
    let name = model.short(workload.id);
    let what = match &question.subject {
        Subject::Path(path) => bare(path).to_owned(),
        Subject::Server(tool) => tool.clone(),
    };
    let asks = question.container.clone().unwrap_or_else(|| model.short(question.asks));
    let mut draft = cx
        .finding(question.asks, format!("the health check of {asks} asks `{what}`, which fails with the database"))
        .confidence(confidence)
        .identity(what.as_str())
        .at_span(question.span, why)
        .note("when the database is slow, every task fails its check at once and ECS replaces them all, which does not make it faster");
    if let Some(container) = &question.container {
        draft = draft.part(container.clone());
    } else {
        draft = draft.related(cx, workload.id, "its tasks are replaced");
    }
    draft
        .help(format!(
            "let the check of {name} ask whether the process answers, and watch the database with an alarm"
        ))
        .report(cx);
}
