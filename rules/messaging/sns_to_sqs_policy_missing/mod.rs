//! A queue that is subscribed to a topic, but does not let the topic send.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::Answer;
use iaclint_model::policy::Effect;
use iaclint_model::triggers::subscribed_queues;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a queue is subscribed to a topic that may not send to it",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for (subscription, queue) in subscribed_queues(model) {
        let policies = cx.analysis.resource_policies().get(&queue.id());
        if policies.is_some_and(|p| p.open) {
            continue;
        }
        let documents = policies.map(|p| p.documents.as_slice()).unwrap_or_default();
        let mut statements = documents.iter().flat_map(|(_, document, _)| &document.statements);
        let admits = statements.any(|s| {
            s.effect() != Effect::Deny
                && s.speaks_of("sqs:SendMessage") != Answer::No
                && s.is_for_service("sns") != Answer::No
        });
        if admits {
            continue;
        }
        let name = model.short(queue.id());
        let mut draft = cx
            .finding(subscription, format!("{name} is subscribed to a topic, but lets nobody send from SNS"))
            .related(cx, queue.id(), "the queue");
        if let Some((policy, ..)) = documents.first() {
            draft = draft.related(cx, *policy, "its policy, which does not name sns.amazonaws.com");
        }
        draft
            .help(format!(
                "give {name} a queue policy that allows sns.amazonaws.com sqs:SendMessage, with the topic as aws:SourceArn"
            ))
            .report(cx);
    }
}
