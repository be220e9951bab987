//! A service whose target group no load balancer knows yet, or ever, when the service is made.

use iaclint_analysis::agreement::{Balanced, attaching_uses, balanced, forwarders, unread_forwarders};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::alarm::Alarm;
use iaclint_model::ecs::Service;
use iaclint_model::{Answer, Language, ResourceId, User};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a service is made before, or without, the listener that sends to its target group",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    let unread = unread_forwarders(model);
    for balanced in balanced(model) {
        let service = balanced.service.id();
        let Some(group) = balanced.target_group().map(|g| g.id()) else { continue };
        if !model.same_root(service, group) {
            continue;
        }
        let Some(forwarders) = forwarders(model, group, &unread) else { continue };
        let Some(first) = forwarders.first().copied() else {
            if nobody_attaches(cx, group, service) {
                never(cx, &balanced, group);
            }
            continue;
        };
        let order = cx.analysis.order();
        if forwarders.iter().all(|f| order.after(service, *f) == Answer::No) {
            too_early(cx, &balanced, group, first);
        }
    }
}

/// Whether nobody can attach the target group before the service is made: services and alarms do not, nor does what is made after it, such
/// as a deployment group of CodeDeploy.
fn nobody_attaches(cx: &Check<'_, '_>, group: ResourceId, service: ResourceId) -> bool {
    let model = cx.model();
    attaching_uses(model, group).all(|used| match used.by {
        User::Resource(by) => {
            model.get::<Service<'_>>(by).is_some()
                || model.get::<Alarm<'_>>(by).is_some()
                || cx.analysis.order().after(by, service) == Answer::Yes
        }
        User::Output(..) | User::Opaque(..) => false,
    })
}

fn never<'m>(cx: &mut Check<'_, 'm>, balanced: &Balanced<'m>, group: ResourceId) {
    let model = cx.model();
    let (name, service) = (model.short(group), model.short(balanced.service.id()));
    cx.finding(balanced.service.id(), format!("{service} uses {name}, to which no listener sends anything"))
        .identity(model.plain_name(group))
        .at(cx, balanced.balancer.origin(), "ECS refuses a target group without a load balancer")
        .related(cx, group, "no listener and no rule forwards to it")
        .help(format!("forward to {name} from a listener or a listener rule, and make {service} after it"))
        .of_written_values()
        .report(cx);
}

fn too_early<'m>(cx: &mut Check<'_, 'm>, balanced: &Balanced<'m>, group: ResourceId, forwarder: ResourceId) {
    let model = cx.model();
    let (id, name) = (balanced.service.id(), model.short(group));
    let (service, listener) = (model.short(id), model.short(forwarder));
    let help = match model.language(id) {
        Language::Terraform => {
            format!("add `depends_on = [{}]` to {service}", address_for(cx, id, forwarder))
        }
        Language::Cdk => "add `service.node.addDependency(listener)`".to_owned(),
        Language::CloudFormation => format!("add `DependsOn: {listener}` to {service}"),
    };
    // Terraform's provider tries again for a few minutes while ECS answers that there is no load balancer.
    let (severity, confidence) = match model.language(id) {
        Language::Terraform => (Severity::Advice, Confidence::Medium),
        Language::Cdk | Language::CloudFormation => (Severity::Warning, Confidence::High),
    };
    cx.finding(
        id,
        format!("{service} may be made before {listener}, and until then {name} has no load balancer"),
    )
    .severity(severity)
    .confidence(confidence)
    .identity(model.plain_name(group))
    .at(cx, balanced.balancer.origin(), "knows the target group alone, not the listener")
    .related(cx, forwarder, format!("attaches {name} to a load balancer"))
    .note("both are made at the same time, and which is first differs from one deployment to the next")
    .help(help)
    .of_written_values()
    .report(cx);
}

/// What to write for a resource in the module of another one: the module, where it stands in one beside.
fn address_for(cx: &Check<'_, '_>, at: ResourceId, of: ResourceId) -> String {
    let model = cx.model();
    if model.resource(at).scope == model.resource(of).scope {
        return model.plain_name(of);
    }
    let address = model.address(of);
    let mut parts = address.split('.');
    match (parts.next(), parts.next()) {
        (Some("module"), Some(name)) => format!("module.{}", name.split('[').next().unwrap_or(name)),
        _ => address.to_owned(),
    }
}
