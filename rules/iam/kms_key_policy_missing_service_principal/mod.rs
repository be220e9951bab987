//! A key that a service encrypts with, while the key's policy does not let it.

use iaclint_analysis::key_users::KeyUser;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ResourceId;
use iaclint_model::encryption::NamedKey;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a service is to encrypt with a key whose policy does not let it",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for ((subject, service), users) in cx.analysis.refused_key_users() {
        let [first, ..] = users.as_slice() else { continue };
        // Queues that topics send to have a rule of their own.
        let of_aws = matches!(first.key, NamedKey::OfAws(_));
        if !(of_aws && service == "sns") {
            report(cx, subject, service, first, &users);
        }
    }
}

fn report(cx: &mut Check<'_, '_>, subject: ResourceId, service: &str, first: &KeyUser, users: &[KeyUser]) {
    let model = cx.model();
    let encrypted = model.short(first.encrypted);
    let principal = if service == "logs" {
        "logs.<region>.amazonaws.com".to_owned()
    } else {
        format!("{service}.amazonaws.com")
    };
    let of_aws = matches!(first.key, NamedKey::OfAws(_));
    let headline = if of_aws {
        format!("{encrypted} is encrypted with a key that {principal} may not use")
    } else {
        format!("the policy of {} does not let {principal} use it for {encrypted}", model.short(subject))
    };
    let label =
        if of_aws { "nobody can change the policy of this key" } else { "it is encrypted with this key" };
    let mut draft = cx.finding(subject, headline).identity(service).at(cx, first.origin, label);
    draft = if of_aws {
        // Its policy is not a part of the configuration.
        draft.severity(Severity::Warning).confidence(Confidence::Medium)
    } else {
        draft.related(cx, first.encrypted, "what is encrypted")
    };
    if let Some(by) = first.by {
        draft = draft
            .related(cx, by, "what sends to it")
            .note("the deployment may go through all the same: what is sent is lost, and only the sender's metrics show it");
    }
    let mut others: Vec<String> = Vec::new();
    for user in users.iter().filter(|user| user.encrypted != first.encrypted) {
        let name = model.short(user.encrypted);
        if !others.contains(&name) {
            others.push(name);
        }
    }
    if !others.is_empty() {
        let more = if others.len() > 5 { ", ..." } else { "" };
        others.truncate(5);
        draft = draft.note(format!("the same goes for {}{more}", others.join(", ")));
    }
    let actions = if service == "logs" {
        "kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey*, kms:Describe*".to_owned()
    } else {
        first.actions.join(", ").replace("GenerateDataKey", "GenerateDataKey*")
    };
    draft
        .help(if of_aws {
            format!("encrypt {encrypted} with a key of your own whose policy allows {principal} {actions}")
        } else {
            format!("allow {principal} {actions} in the policy of {}", model.short(subject))
        })
        .report(cx);
}
