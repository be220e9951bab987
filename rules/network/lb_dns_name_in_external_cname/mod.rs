//! A load balancer that is reached by a name of one's own, whose record is kept by hand.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "the record of a load balancer's name is kept by hand, and breaks when the load balancer is made again",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for unrecorded in analysis.unrecorded_names() {
        let id = unrecorded.load_balancer;
        let name = model.short(id);
        let output = unrecorded.output.output;
        cx.finding(id, format!("no record points at {name}, whose name is handed out by {}", output.name))
            .at_span(model.resource(id).span, "a new load balancer gets a new name, whatever it is called")
            .label(cx, unrecorded.certificate, "a certificate is for a name of one's own")
            .label_span(output.span, "for a record that somebody keeps by hand")
            .related(cx, unrecorded.listener, "serves the certificate")
            .help(format!("make an alias record for {name} where its zone is managed, so that it follows the load balancer"))
            .report(cx);
    }
}
