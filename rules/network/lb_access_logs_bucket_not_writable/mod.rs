//! A load balancer whose access logs go to a bucket that it may not write to.

use iaclint_analysis::authority::{Refusal, Verdict};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ResourceId;
use iaclint_model::access_logs::{AccessLogs, LoggingLoadBalancer};
use iaclint_model::resource_policies::Bucket;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a load balancer writes its access logs to a bucket that does not let it",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for balancer in model.all::<LoggingLoadBalancer<'_>>() {
        let Some(logs) = balancer.logs() else { continue };
        let links = model.links_in(logs.bucket);
        let [link] = &*links.items else { continue };
        let Some(bucket) = link.id().and_then(|id| model.get::<Bucket<'_>>(id)) else { continue };
        if let Verdict::Denied(refusal) = cx.analysis.logs_may_be_written(bucket.id(), &logs.prefix) {
            report(cx, balancer.id(), bucket.id(), &logs, &refusal);
        }
    }
}

fn report(
    cx: &mut Check<'_, '_>,
    balancer: ResourceId,
    bucket: ResourceId,
    logs: &AccessLogs<'_>,
    refusal: &Refusal,
) {
    let model = cx.model();
    let (name, bucket_name) = (model.short(balancer), model.short(bucket));
    let prefix =
        logs.prefix.known().and_then(|prefix| prefix.as_str().map(|p| p.trim_matches('/').to_owned()));
    let below = match prefix.filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => format!("/{prefix}/AWSLogs/*"),
        None => "/AWSLogs/*".to_owned(),
    };
    let mut draft = cx
        .finding(balancer, format!("{name} writes its access logs to {bucket_name}, which does not let it"))
        .at(cx, logs.origin, "the bucket is tried when the logs are switched on")
        .related(cx, bucket, "the bucket");
    if let Some(by) = refusal.denied_by {
        draft = draft.label(cx, by.origin, "this statement denies it");
    } else if let Some(elsewhere) = refusal.elsewhere {
        draft = draft.label(cx, elsewhere.origin, format!("this lets logs in, but not below {below}"));
    }
    draft
        .help(format!(
            "allow logdelivery.elasticloadbalancing.amazonaws.com s3:PutObject on {bucket_name}{below} in the bucket's policy"
        ))
        .report(cx);
}
