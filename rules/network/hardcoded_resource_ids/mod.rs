//! An id that AWS gave, written as a literal beside managed resources of its kind.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ec2::{SecurityGroup, Subnet, Vpc};
use iaclint_model::{Mode, Model, ResourceId};
use iaclint_value::{Data, OriginId, Value, Via};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "the id of a resource is written as a literal beside managed resources of its kind",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for id in model.ids().filter(|id| model.resource(*id).mode == Mode::Managed) {
        for (text, origin) in literals(model, &model.resource(id).body) {
            let Some(kind) = kind(&text) else { continue };
            if !is_managed_beside(model, id, kind) {
                continue;
            }
            cx.finding(id, format!("`{text}` is written as a literal, while {kind}s are managed here"))
                .identity(text.as_str())
                .at(cx, origin, "changes whenever that resource is replaced")
                .note("an id differs in every account and after every replacement, and nothing orders the two resources")
                .help(format!("refer to the {kind} by its resource, or look it up with a data source"))
                .report(cx);
        }
    }
}

/// Known texts that are written in the resource itself: what is passed in is configuration.
fn literals(model: &Model<'_>, body: &Value) -> Vec<(String, OriginId)> {
    let mut out: Vec<(String, OriginId)> = Vec::new();
    body.walk(&mut |v| {
        if let Data::Text(text) = &v.data
            && let Some(known) = text.as_str()
            && kind(&known).is_some()
            && written_there(model, v.origin)
            && !out.iter().any(|(seen, _)| *seen == known)
        {
            out.push((known.into_owned(), v.origin));
        }
    });
    out
}

fn written_there(model: &Model<'_>, origin: OriginId) -> bool {
    model.origins().trail(origin).iter().all(|step| matches!(step.via, Via::Written))
}

/// What an id is the id of.
fn kind(text: &str) -> Option<&'static str> {
    let (prefix, id) = text.split_once('-')?;
    let hexadecimal = id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    // Ids of documentation count up or are all zeros.
    let example =
        id.starts_with("0123") || id.starts_with("1234") || id.bytes().all(|b| Some(b) == id.bytes().next());
    if !hexadecimal || !matches!(id.len(), 8 | 17) || example {
        return None;
    }
    match prefix {
        "sg" => Some("security group"),
        "subnet" => Some("subnet"),
        "vpc" => Some("VPC"),
        _ => None,
    }
}

/// Whether a resource of the kind is managed in the same scope as the one that names the id.
fn is_managed_beside<'m>(model: &'m Model<'m>, id: ResourceId, kind: &str) -> bool {
    let beside = |other: ResourceId| model.same_root(other, id) && other != id;
    match kind {
        "security group" => model.all::<SecurityGroup<'m>>().iter().any(|g| beside(g.id())),
        "subnet" => model.all::<Subnet<'m>>().iter().any(|s| beside(s.id())),
        _ => model.all::<Vpc<'m>>().iter().any(|v| beside(v.id())),
    }
}
