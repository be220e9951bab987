//! A task whose execution role may not decrypt a secret that is encrypted with the user's own key.

use iaclint_analysis::authority::{Refusal, Verdict};
use iaclint_analysis::secret_reads::{SecretRead, secret_reads};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::arn::Arn;
use iaclint_model::ecs::TaskDefinition;
use iaclint_model::encryption::{NamedKey, named_key};
use iaclint_model::secrets::{SecretsManagerSecret, SsmParameter};
use iaclint_model::{Model, ResourceId};
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "the execution role may not use the key that a secret is encrypted with",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for task in model.all::<TaskDefinition<'_>>() {
        let Some(role) = task.execution_role() else { continue };
        let mut seen: Vec<ResourceId> = Vec::new();
        for read in secret_reads(&task) {
            let Some((key, origin)) = read.resource().and_then(|secret| key_of(model, secret)) else {
                continue;
            };
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            let Some(arn) = Arn::of_resource(model, key) else { continue };
            if let Verdict::Denied(refusal) = cx.analysis.may(role, "kms:Decrypt", &arn) {
                report(cx, task.id(), role, &read, (key, origin), &refusal);
            }
        }
    }
}

/// The user's own key of a secret or parameter, and where it is named.
fn key_of<'m>(model: &'m Model<'m>, secret: ResourceId) -> Option<(ResourceId, OriginId)> {
    let named = match (model.get::<SecretsManagerSecret<'m>>(secret), model.get::<SsmParameter<'m>>(secret)) {
        (Some(secret), _) => secret.kms_key(),
        (_, Some(parameter)) => parameter.kms_key(),
        _ => return None,
    };
    match named_key(model, &named)? {
        NamedKey::Own(key, origin) => Some((key, origin)),
        NamedKey::OfAws(_) => None,
    }
}

fn report(
    cx: &mut Check<'_, '_>,
    task: ResourceId,
    role: ResourceId,
    read: &SecretRead<'_>,
    (key, named): (ResourceId, OriginId),
    refusal: &Refusal,
) {
    let model = cx.model();
    let (role_name, key_name) = (model.short(role), model.short(key));
    let secret = read.resource().map_or_else(|| "the secret".to_owned(), |id| model.short(id));
    let mut draft = cx
        .finding(task, format!("the execution role {role_name} may not decrypt {secret}"))
        .identity(read.purpose.clone())
        .part(read.container.label())
        .at(cx, read.value.origin, format!("{} is read from here before the container starts", read.purpose))
        .label(cx, named, format!("it is encrypted with {key_name}"))
        .related(cx, role, "the execution role")
        .related(cx, key, "the key");
    let help = if let Some(by) = refusal.denied_by {
        draft = draft.label(cx, by.origin, "this statement denies it");
        format!("let {role_name} use {key_name} in spite of this statement")
    } else if refusal.kept_by.is_some() {
        draft = draft.note(format!(
            "the policy of {key_name} does not name the account, so that no policy of a role counts for it"
        ));
        format!("allow {role_name} kms:Decrypt in the policy of {key_name}")
    } else {
        draft = draft.note(format!(
            "every policy of {role_name} and of the key is known, and none allows kms:Decrypt"
        ));
        format!("allow kms:Decrypt on {key_name} in a policy of {role_name}")
    };
    draft.help(help).report(cx);
}
