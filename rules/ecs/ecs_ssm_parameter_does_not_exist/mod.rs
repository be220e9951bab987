//! A container that reads a parameter under a path where there is none.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ecs::{Container, TaskDefinition};
use iaclint_model::secrets::SsmParameter;
use iaclint_model::{Prop, ResourceId};
use iaclint_value::{Flat, OriginId, Text};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::Medium,
    summary: "a container reads a parameter under a path that does not exist",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for task in cx.model().all::<TaskDefinition<'_>>() {
        let declared = declared(cx, task.id());
        for container in task.containers().items {
            for secret in container.secret_variables().items {
                let Prop::Known { value, .. } = secret.value_from() else { continue };
                let Some(path) = value.to_text().as_ref().and_then(path_of) else { continue };
                let name = secret.name().known().cloned().unwrap_or_default();
                secret_check(
                    cx,
                    &task,
                    &container,
                    &Wanted { name, path, origin: value.origin },
                    declared.as_deref(),
                );
            }
        }
    }
}

/// What a container reads.
struct Wanted {
    name: String,
    path: String,
    origin: OriginId,
}

/// The names of all parameters that are deployed with the task; `None` when one of them is not known.
fn declared(cx: &Check<'_, '_>, task: ResourceId) -> Option<Vec<(String, ResourceId)>> {
    let model = cx.model();
    let own = model.all::<SsmParameter<'_>>().into_iter().filter(|p| model.same_root(p.id(), task));
    own.map(|p| Some((absolute(p.name().known()?), p.id()))).collect()
}

/// A name as it stands in an ARN, behind `parameter`.
fn absolute(name: &str) -> String {
    if name.starts_with('/') { name.to_owned() } else { format!("/{name}") }
}

/// The path of a parameter in an ARN, or a name with a path. What is not known of it stays a hole.
fn path_of(text: &Text) -> Option<String> {
    let flat = text.flatten().text;
    let path = match flat.split_once(":parameter") {
        Some((arn, path)) if arn.contains("ssm") => path,
        Some(_) => return None,
        None if flat.starts_with('/') => &flat,
        None => return None,
    };
    (path.starts_with('/') && !path.contains(':')).then(|| path.to_owned())
}

fn secret_check<'m>(
    cx: &mut Check<'_, 'm>,
    task: &TaskDefinition<'m>,
    container: &Container<'m>,
    wanted: &Wanted,
    declared: Option<&[(String, ResourceId)]>,
) {
    let Wanted { name, path, origin } = wanted;
    let draft = if path.contains("//") || path.ends_with('/') {
        let path = path.replace(Flat::HOLE, "…");
        cx.finding(task.id(), format!("`{name}` is read from `{path}`, a path with an empty part"))
            .confidence(Confidence::High)
            .at(cx, *origin, "a part of this path is empty")
            .note("a value that the path is made of is empty")
            .help("give the empty part a value")
    } else {
        let Some(declared) = declared.filter(|_| !path.contains(Flat::HOLE)) else { return };
        if declared.iter().any(|(known, _)| known == path) {
            return;
        }
        let Some((near, id)) = declared.iter().find(|(known, _)| resembles(known, path)) else { return };
        cx.finding(
            task.id(),
            format!("`{name}` is read from `{path}`, while the parameter is declared as `{near}`"),
        )
        .severity(Severity::Warning)
        .at(cx, *origin, "no parameter is declared here")
        .related(cx, *id, format!("declares `{near}`"))
        .note("ECS starts no task while one of its parameters does not exist")
        .help(format!("read `{near}`, or declare `{path}`"))
    };
    draft
        .part(container.label())
        .identity(format!("{}:{name}", container.label()))
        .trail(cx, *origin)
        .of_written_values()
        .report(cx);
}

/// Whether two paths have the same beginning and the same last part.
fn resembles(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.trim_start_matches('/').split('/'), b.trim_start_matches('/').split('/'));
    a.next().is_some_and(|first| Some(first) == b.next())
        && a.next_back().is_some_and(|last| Some(last) == b.next_back())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_resemble_each_other_by_both_ends() {
        assert!(resembles("/shop/api/DSN", "/shop/DSN"));
        assert!(!resembles("/shop/api/DSN", "/other/DSN"));
        assert!(!resembles("/shop/api/DSN", "/shop/api/KEY"));
        assert!(!resembles("/DSN", "/DSN"));
    }
}
