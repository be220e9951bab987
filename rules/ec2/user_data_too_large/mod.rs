//! A script that is larger than AWS takes.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_value::Piece;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "user data is larger than 16384 bytes",
};

/// The bytes that user data may have before it is encoded.
const LIMIT: usize = 16384;

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts() {
        let known = host.text.pieces().iter().map(|piece| match piece {
            Piece::Literal(literal) => literal.text.len(),
            Piece::Hole(_) => 0,
        });
        let bytes: usize = known.sum();
        // How much compression saves is not known.
        if bytes <= LIMIT || host.machine.compressed {
            continue;
        }
        let name = cx.model().short(host.machine.id);
        let least = if host.text.as_str().is_some() { "" } else { "at least " };
        cx.finding(host.machine.id, format!("the user data of {name} has {least}{bytes} bytes, and {LIMIT} are taken"))
            .at(cx, host.machine.user_data_origin(), "User data is limited to 16384 bytes")
            .help("put the script into a bucket or an image and start it from a short one, or compress it with `base64gzip`")
            .of_written_values().report(cx);
    }
}
