//! OpenSearch or Elasticsearch on a machine whose kernel allows it too few memory maps.

use iaclint_analysis::programs::Host;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::images::repository;
use iaclint_scripts::{ContainerRun, kernel_settings};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "user data starts OpenSearch or Elasticsearch and does not set vm.max_map_count",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts() {
        if host.data.has_unknown_parts() || sets_it(host) {
            continue;
        }
        for run in host.runs().iter().filter(|run| is_checked(run)) {
            let what = run.image.as_ref().map_or("the container", |image| name(&image.text.flatten().text));
            let span = host.span(cx.model(), run.image.as_ref().and_then(|i| i.span).or(run.span));
            let mut draft = cx
                .finding(
                    host.machine.id,
                    format!("{what} checks vm.max_map_count at start, and the user data does not set it"),
                )
                .at_span(span, "ends when the kernel allows fewer than 262144 memory maps");
            if let Some(command) = run.span {
                draft = draft.label_span(command, "no `discovery.type=single-node`, so the check counts");
            }
            draft
                .note("the kernel's own number is 65530")
                .help("set it before the container starts: `echo vm.max_map_count=262144 > /etc/sysctl.d/90-search.conf && sysctl --system`")
                .of_written_values().report(cx);
        }
    }
}

fn sets_it(host: &Host<'_>) -> bool {
    let by_script =
        host.data.scripts().into_iter().flat_map(kernel_settings).any(|s| s.name.contains("max_map_count"));
    // However it is written: in a file of cloud-config, through a template.
    by_script || host.text.flatten().text.contains("max_map_count")
}

fn name(image: &str) -> &'static str {
    if repository(image).contains("opensearch") { "OpenSearch" } else { "Elasticsearch" }
}

/// Whether the checks at start count: not for a single node, not without memory maps.
fn is_checked(run: &ContainerRun) -> bool {
    let Some(image) = run.image.as_ref().map(|i| i.text.flatten().text) else { return false };
    let searches = [
        "opensearchproject/opensearch",
        "elasticsearch",
        "elasticsearch/elasticsearch",
        "elastic/elasticsearch",
    ];
    let spared = |text: &str| text.contains("single-node") || text.contains("allow_mmap");
    let environment = run.environment.iter().any(|v| {
        v.name.contains("allow_mmap")
            || v.value.as_ref().is_none_or(|value| {
                value.known().is_none() && v.name.contains("discovery") || spared(&value.text.flatten().text)
            })
    });
    searches.contains(&repository(&image))
        && !environment
        && !run.command.iter().any(|w| spared(&w.text.flatten().text))
        && run.environment_files.is_empty()
        && !run.opaque
        && !run.volumes.iter().any(|v| v.text.flatten().text.contains(".yml"))
}
