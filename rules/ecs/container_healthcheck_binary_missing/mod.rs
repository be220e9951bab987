//! A health check that runs a program which its image does not hold.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::Prop;
use iaclint_scripts::{HealthCheck, Presence, health_check, tool_in_dockerfile, tool_in_image, tools};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "a container's health check runs a program that its image does not hold",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for program in analysis.programs() {
        let container = &program.container;
        let Prop::Known { value, origin, .. } = container.health_check_command() else { continue };
        let Some(HealthCheck::Runs { script, .. }) = health_check(value) else { continue };
        let Prop::Known { value: image, origin: image_origin, .. } = container.image() else { continue };
        let names = tools(&script);
        // With two of them one may stand in for the other.
        let [(tool, span)] = &*names else { continue };
        let presence = match &program.image {
            Some(dockerfile) => tool_in_dockerfile(dockerfile, tool),
            None => tool_in_image(&image.flatten().text, tool),
        };
        let Presence::No(why) = presence else { continue };
        let span = span.unwrap_or_else(|| cx.span(program.task, origin));
        cx.finding(
            program.task,
            format!("the health check of {} runs `{tool}`, which its image does not hold", container.label()),
        )
        .part(container.label())
        .identity(tool.as_str())
        .at_span(span, format!("{tool}: not found"))
        .label(cx, image_origin, why)
        .note("the check then fails as if the application did not answer")
        .help(format!("install {tool} in the image, or check with a program of the image itself"))
        .of_written_values()
        .report(cx);
    }
}
