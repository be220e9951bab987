//! A rule that admits a security group which nothing uses any more.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ec2::{EgressRule, IngressRule, RuleResource, SecurityGroup, leaves_the_root};
use iaclint_model::{Link, Model, ResourceId, User};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "a rule admits a security group that is attached to nothing",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    let analysis = cx.analysis;
    for (group, permissions) in analysis.admissions() {
        for permission in &permissions.items {
            for link in &permission.groups.items {
                let Link::Resource { id: admitted, origin } = link else { continue };
                if admitted == group || is_used(model, *admitted) {
                    continue;
                }
                let name = model.short(*admitted);
                cx.finding(
                    permission.holder,
                    format!("{} admits {name}, which is attached to nothing", model.short(*group)),
                )
                .identity(model.plain_name(*admitted))
                .at(cx, if origin.is_some() { *origin } else { permission.origin }, format!("admits {name}"))
                .related(cx, *admitted, "no resource of this configuration uses the group")
                .related(cx, *group, "the group that admits it")
                .trail(cx, *origin)
                .note("whoever used the group has left it, or uses another one that is not admitted")
                .help(format!("admit the group that the clients use now, and remove {name} with its rule"))
                .report(cx);
            }
        }
    }
}

/// Whether anything but security group rules uses a group, here or in another environment: then somebody may send from it.
fn is_used<'m>(model: &'m Model<'m>, group: ResourceId) -> bool {
    leaves_the_root(model, group)
        || !model.dormant_users(group).is_empty()
        || model.uses(group).iter().any(|used| match &used.by {
            User::Resource(by) => !is_rule(model, *by),
            User::Output(..) | User::Opaque(..) => true,
        })
}

/// Whether a resource only says what may pass: a group or a rule of one.
fn is_rule<'m>(model: &'m Model<'m>, id: ResourceId) -> bool {
    model.get::<SecurityGroup<'m>>(id).is_some()
        || model.get::<IngressRule<'m>>(id).is_some()
        || model.get::<RuleResource<'m>>(id).is_some()
        || model.get::<EgressRule<'m>>(id).is_some()
}
