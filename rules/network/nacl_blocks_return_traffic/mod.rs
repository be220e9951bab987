//! A network ACL that lets connections through one way, but not their answers the other way.

use iaclint_analysis::acl::{Acl, first_allowed, on_ephemeral};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::nacl::AclLine;
use iaclint_model::{Answer, Language, Many, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a network ACL drops the answers to the connections that it lets through",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for (id, acl) in analysis.acls().all() {
        if acl.subnets.is_empty() {
            continue;
        }
        if let Some(rule) = unanswered(&acl.ingress, &acl.egress) {
            report(cx, id, acl, rule, "in", "egress");
        } else if let Some(rule) = unanswered(&acl.egress, &acl.ingress) {
            report(cx, id, acl, rule, "out", "ingress");
        }
    }
}

/// A rule that lets connections through, whose answers surely cannot come back.
fn unanswered<'a>(there: &'a Many<AclLine>, back: &Many<AclLine>) -> Option<&'a AclLine> {
    // A rule for high ports alone is itself one for answers.
    let opens = first_allowed(there)
        .filter(|l| l.ports.is_some_and(|(from, to)| from < 1024 && to >= from && (from, to) != (0, 0)))?;
    (back.complete && on_ephemeral(back, None) == Answer::No).then_some(opens)
}

fn report(cx: &mut Check<'_, '_>, id: ResourceId, acl: &Acl, rule: &AclLine, way: &str, missing: &str) {
    let model = cx.model();
    let name = model.short(id);
    let other = if way == "in" { "out" } else { "in" };
    let mut draft = cx
        .finding(id, format!("{name} lets connections {way}, but no answers {other}: no {missing} rule allows the ports 1024 to 65535"))
        .identity(missing)
        .at(cx, rule.origin, format!("lets connections {way}"));
    for subnet in acl.subnets.iter().take(3) {
        draft = draft.related(cx, *subnet, "is guarded by it");
    }
    draft
        .note("a network ACL does not remember connections: answers go to the port that the client called from, which is a high one")
        .help(match model.language(id) {
            Language::Terraform => format!(
                "add an {missing} rule to {name}: action allow, protocol tcp, from_port 1024, to_port 65535, for the addresses of the other side"
            ),
            Language::Cdk | Language::CloudFormation => {
                format!("add an AWS::EC2::NetworkAclEntry to {name} with Egress {}, Protocol 6 and PortRange 1024 to 65535", missing == "egress")
            }
        })
        .report(cx);
}
