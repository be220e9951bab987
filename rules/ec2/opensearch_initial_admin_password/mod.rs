//! An OpenSearch container that ends because its first admin password is missing or weak.

use iaclint_lint::{Check, Confidence, Draft, RuleInfo, Severity};
use iaclint_model::Prop;
use iaclint_model::ecs::TaskDefinition;
use iaclint_model::images::repository;
use iaclint_scripts::ContainerRun;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "OpenSearch 2.12 or later gets no initial admin password, or a weak one",
};

const VARIABLE: &str = "OPENSEARCH_INITIAL_ADMIN_PASSWORD";

/// Variables with which the demo configuration, which needs the password, is not installed.
const WITHOUT: [&str; 3] =
    ["DISABLE_SECURITY_PLUGIN", "DISABLE_INSTALL_DEMO_CONFIG", "plugins.security.disabled"];

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts() {
        for run in host.runs() {
            let Some(fault) = fault_of(&run) else { continue };
            let image = host.span(cx.model(), run.image.as_ref().and_then(|i| i.span).or(run.span));
            let draft = cx.finding(host.machine.id, fault.headline());
            let draft = match &fault {
                Fault::Weak(span) => draft
                    .at_span(host.span(cx.model(), *span), "not strong enough")
                    .label_span(image, "this version demands a strong password"),
                Fault::Missing => draft.at_span(image, "this version demands a password"),
            };
            finish(draft).of_written_values().report(cx);
        }
    }
    for task in cx.model().all::<TaskDefinition<'_>>() {
        for container in task.containers().items {
            let Prop::Known { value: image, origin, .. } = container.image() else { continue };
            let (variables, secrets) = (container.variables(), container.secret_variables());
            let name_known = variables.items.iter().all(|v| v.name().known().is_some());
            let has = |name: &str| {
                variables.items.iter().any(|v| v.name().known().is_some_and(|n| n == name))
                    || secrets.items.iter().any(|s| s.name().may(|n| n == name))
            };
            let files = !container.environment_files().is_absent();
            let sure = variables.complete && secrets.complete && name_known && !files;
            if demands(&image.flatten().text)
                && sure
                && !has(VARIABLE)
                && !WITHOUT.iter().any(|name| has(name))
            {
                let draft = cx
                    .finding(task.id(), Fault::Missing.headline())
                    .part(container.label())
                    .identity(container.label())
                    .at(cx, origin, "this version demands a password");
                finish(draft).of_written_values().report(cx);
            }
        }
    }
}

enum Fault {
    Missing,
    Weak(Option<iaclint_lint::Span>),
}

impl Fault {
    fn headline(&self) -> &'static str {
        match self {
            Fault::Missing => "OpenSearch 2.12 and later do not start without an initial admin password",
            Fault::Weak(_) => "OpenSearch refuses this initial admin password as too weak and ends",
        }
    }
}

fn finish(draft: Draft) -> Draft {
    draft
        .note("the password needs eight characters or more, with an upper-case letter, a lower-case letter, a digit and a special character")
        .help(format!("set `{VARIABLE}` to a generated password that is read from a secret"))
}

fn fault_of(run: &ContainerRun) -> Option<Fault> {
    let image = run.image.as_ref()?.text.flatten().text;
    let unsure = run.opaque || !run.environment_files.is_empty();
    let has = |name: &str| run.environment.iter().find(|v| v.name == name);
    if !demands(&image) || WITHOUT.iter().any(|name| has(name).is_some()) {
        return None;
    }
    match has(VARIABLE) {
        None => (!unsure).then_some(Fault::Missing),
        Some(variable) => {
            let value = variable.value.as_ref()?;
            let known = value.known()?;
            is_weak(&known).then_some(Fault::Weak(value.span.or(variable.span)))
        }
    }
}

/// Whether an image is OpenSearch of 2.12 or later, by its tag.
fn demands(image: &str) -> bool {
    if repository(image) != "opensearchproject/opensearch" {
        return false;
    }
    let Some((_, tag)) = image.rsplit_once(':') else { return false };
    let mut numbers = tag.split('.').map(|n| n.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next()) {
        (Some(major), _) if major >= 3 => true,
        (Some(2), Some(Some(minor))) => minor >= 12,
        // The tag `2` moves with the releases, and is far beyond.
        (Some(2), None) => true,
        _ => tag == "latest",
    }
}

fn is_weak(password: &str) -> bool {
    let has = |test: fn(char) -> bool| password.chars().any(test);
    password.chars().count() < 8
        || !has(|c| c.is_ascii_uppercase())
        || !has(|c| c.is_ascii_lowercase())
        || !has(|c| c.is_ascii_digit())
        || !has(|c| !c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_demand_a_password() {
        for image in [
            "opensearchproject/opensearch:2.12.0",
            "opensearchproject/opensearch:3",
            "opensearchproject/opensearch:2",
            "opensearchproject/opensearch:latest",
        ] {
            assert!(demands(image), "{image}");
        }
        for image in [
            "opensearchproject/opensearch:2.11.1",
            "opensearchproject/opensearch:1.3.14",
            "opensearchproject/opensearch",
            "opensearchproject/opensearch-dashboards:2.17.1",
            "opensearchproject/opensearch:\u{fffc}",
        ] {
            assert!(!demands(image), "{image}");
        }
    }

    #[test]
    fn a_password_of_all_four_kinds_is_taken() {
        assert!(is_weak("opensearch2024"));
        assert!(is_weak("Ab1!"));
        assert!(!is_weak("winter-Garden-41"));
    }
}
