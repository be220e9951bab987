//! An instance whose script sets it up, and that is kept when the script changes.

use iaclint_analysis::programs::Host;
use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::machine::{InstanceStart, MachineKind};
use iaclint_model::{Entity, Field, Language, Model};
use iaclint_scripts::service_actions;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "a change of the user data does not reach the running instance",
};

const REPLACED: Field = InstanceStart::TABLE.field("replaced_with_user_data");

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts().iter().filter(|h| h.machine.kind == MachineKind::Instance) {
        if sets_up(host) && stays(cx.model(), host) {
            report(cx, host);
        }
    }
}

/// Whether what the machine does is decided by its script.
fn sets_up(host: &Host<'_>) -> bool {
    let scripts = host.data.scripts();
    !host.may_start_more()
        && (!host.runs().is_empty() || scripts.into_iter().flat_map(service_actions).any(|a| a.starts))
}

/// Whether a change of the script leaves the instance as it is.
fn stays<'m>(model: &'m Model<'m>, host: &Host<'m>) -> bool {
    let lifecycle = model.resource(host.machine.id).meta.get("lifecycle");
    let ignored = lifecycle.is_some_and(|l| l.display().contains("user_data"));
    // `cfn-hup` and `cfn-init` carry changes to the running machine.
    let carried = model.language(host.machine.id) == Language::CloudFormation
        && host.text.flatten().text.contains("cfn-");
    host.machine.replaced_with_user_data(model) == Some(false) && !ignored && !carried
}

fn report(cx: &mut Check<'_, '_>, host: &Host<'_>) {
    let id = host.machine.id;
    let model = cx.model();
    let name = model.short(id);
    let help = match model.language(id) {
        Language::Terraform => format!("set `user_data_replace_on_change = true` on {name}"),
        Language::Cdk => "pass `userDataCausesReplacement: true` to the instance".to_owned(),
        Language::CloudFormation => {
            format!(
                "put {name} behind an Auto Scaling group that replaces its instances, or carry changes with `cfn-hup`"
            )
        }
    };
    let fix = model.get::<InstanceStart<'_>>(id).and_then(|start| {
        Fix::set(
            cx,
            Safety::Unsafe,
            "replace the instance when its user data changes",
            &start,
            &[(REPLACED, true.into())],
        )
    });
    cx.finding(id, format!("a change of the user data does not reach {name} while it runs"))
        .at(cx, host.machine.user_data_origin(), "runs once, at the first start")
        .note("the deployment stops and starts the instance with the new text, which cloud-init does not run again")
        .help(help)
        .fix(fix)
        .of_written_values().report(cx);
}
