//! A queue that a topic sends to, encrypted with the key that AWS manages: SNS may not use it.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::encryption::{NamedKey, named_key};
use iaclint_model::triggers::subscribed_queues;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a queue that a topic sends to is encrypted with a key that SNS may not use",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for (subscription, queue) in subscribed_queues(model) {
        if let Some(NamedKey::OfAws(origin)) = named_key(model, &queue.kms_key()) {
            let name = model.short(queue.id());
            cx.finding(queue.id(), format!("{name} is encrypted with a key that SNS may not use"))
                .at(cx, origin, "nobody can change the policy of this key")
                .related(cx, subscription, "a topic sends to the queue")
                .help(format!(
                    "encrypt {name} with sqs_managed_sse_enabled, or with a key of your own whose policy allows sns.amazonaws.com kms:GenerateDataKey* and kms:Decrypt"
                ))
                .report(cx);
        }
    }
}
