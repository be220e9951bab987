//! A secret in clear in a machine's script.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_scripts::clear_secrets;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "user data holds a password or token in clear",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts() {
        let mut seen: Vec<String> = Vec::new();
        for secret in host.data.scripts().into_iter().flat_map(clear_secrets) {
            if seen.iter().any(|s| *s == secret.name.as_str()) {
                continue;
            }
            seen.push(secret.name.to_string());
            let span = host.span(cx.model(), secret.span);
            cx.finding(host.machine.id, format!("the user data holds `{}` in clear", secret.name))
                .identity(secret.name.as_str())
                .at_span(span, "everybody who may describe the instance can read this")
                .note("the value also stands in the state or the template, and a new one needs a new instance")
                .help(format!(
                    "keep it in Secrets Manager and read it in the script: `{}=$(aws secretsmanager get-secret-value --secret-id ... --query SecretString --output text)`",
                    secret.name.replace("-", "_")
                ))
                .of_written_values().report(cx);
        }
    }
}
