//! An instance that nobody can log in to: no key pair, no open SSH port, and no role for Session Manager.

use iaclint_analysis::authority::Verdict;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::arn::Arn;
use iaclint_model::ec2::Instance;
use iaclint_model::iam::InstanceProfile;
use iaclint_model::{Answer, Link, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "nobody can log in to an instance: no key pair, no SSH, no role for Session Manager",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for instance in model.all::<Instance<'_>>() {
        let said_elsewhere = !instance.launch_template().is_absent();
        if said_elsewhere || !instance.key_name().is_absent() || !ssh_is_closed(cx, &instance) {
            continue;
        }
        let name = model.short(instance.id());
        let profile = instance.profile();
        if profile.is_absent() {
            cx.finding(instance.id(), format!("nobody can log in to {name}"))
                .note("it has no instance profile for Session Manager, no key pair, and no security group admits port 22")
                .help(format!("give {name} an instance profile whose role has AmazonSSMManagedInstanceCore"))
                .report(cx);
            continue;
        }
        let Some((role, written)) =
            profile.known().and_then(|value| Some((role_of(cx, value)?, value.origin)))
        else {
            continue;
        };
        let verdict = cx.analysis.may(role, "ssm:UpdateInstanceInformation", &Arn::of_text("*"));
        if let Verdict::Denied(_) = verdict {
            let role_name = model.short(role);
            cx.finding(
                instance.id(),
                format!("nobody can log in to {name}: its role is not for Session Manager"),
            )
            .label(cx, written, "no policy of this profile's role allows ssm:UpdateInstanceInformation")
            .related(cx, role, "the role of its profile")
            .note("it has no key pair, and no security group admits port 22")
            .help(format!("attach AmazonSSMManagedInstanceCore to {role_name}"))
            .report(cx);
        }
    }
}

/// The role of the profile that a value names.
fn role_of<'m>(cx: &Check<'_, 'm>, value: &'m iaclint_value::Value) -> Option<ResourceId> {
    let model = cx.model();
    model.links_in(value).items.iter().find_map(|link| model.get::<InstanceProfile<'m>>(link.id()?))?.role()
}

/// Whether all security groups of an instance are known, and none admits SSH.
fn ssh_is_closed(cx: &Check<'_, '_>, instance: &Instance<'_>) -> bool {
    let groups = instance.security_groups();
    groups.complete
        && !groups.items.is_empty()
        && groups
            .items
            .iter()
            .map(Link::id)
            .all(|group| group.is_some_and(|group| cx.analysis.lets_in_on(group, 22) == Answer::No))
}
