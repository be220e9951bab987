//! A certificate for the edge that is not in us-east-1.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::certificates::{
    ApiDomain, Certificate, CertificateValidation, Distribution, UserPoolDomain,
};
use iaclint_model::{Language, Model, Prop, ResourceId};
use iaclint_value::Value;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a certificate for CloudFront is not in us-east-1",
};

/// The region from which the edge takes its certificates.
const EDGE: &str = "us-east-1";

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for (taker, property) in takers(model) {
        let Prop::Known { value, .. } = property else { continue };
        let Some((region, certificate)) = region_of(model, value) else { continue };
        // Other partitions have no us-east-1.
        if region == EDGE || region.starts_with("cn-") || region.starts_with("us-gov-") {
            continue;
        }
        report(cx, taker, value, &region, certificate);
    }
}

/// Whatever is served from the edge, with the property that names its certificate.
fn takers<'m>(model: &'m Model<'m>) -> Vec<(ResourceId, Prop<&'m Value>)> {
    let mut out: Vec<_> = model.all::<Distribution<'m>>().iter().map(|d| (d.id(), d.certificate())).collect();
    let of_edge = |d: &ApiDomain<'m>| d.is_at_the_edge().must(|edge| *edge);
    out.extend(model.all::<ApiDomain<'m>>().iter().filter(|d| of_edge(d)).map(|d| (d.id(), d.certificate())));
    out.extend(model.all::<UserPoolDomain<'m>>().iter().map(|d| (d.id(), d.certificate())));
    out
}

/// The region of the certificate that a value names, and the certificate where it is of the graph.
fn region_of<'m>(model: &'m Model<'m>, value: &'m Value) -> Option<(String, Option<ResourceId>)> {
    if let Some(text) = value.to_text() {
        let prefix = text.prefix();
        let mut parts = prefix.split(':');
        if (parts.next(), parts.nth(1)) == (Some("arn"), Some("acm")) {
            let region = parts.next().filter(|r| !r.is_empty())?;
            // The last part may go on behind a hole.
            return parts.next().map(|_| (region.to_owned(), None));
        }
    }
    let links = model.links_in(value);
    let ([link], true) = (&*links.items, links.complete) else { return None };
    let id = link.id()?;
    let known =
        model.get::<Certificate<'m>>(id).is_some() || model.get::<CertificateValidation<'m>>(id).is_some();
    let region = model.resource(id).region.as_ref().filter(|_| known)?;
    Some((region.to_string(), Some(id)))
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    taker: ResourceId,
    value: &'m Value,
    region: &str,
    certificate: Option<ResourceId>,
) {
    let model = cx.model();
    let name = model.short(taker);
    let help = match (certificate, model.language(taker)) {
        (Some(id), Language::Terraform) => format!(
            "make {} with a provider whose region is {EDGE}: `provider = aws.us_east_1`",
            model.short(id)
        ),
        (_, Language::Cdk) => format!(
            "make the certificate in a stack of its own with `env: {{ region: '{EDGE}' }}` and `crossRegionReferences: true`"
        ),
        _ => format!("use a certificate that is in {EDGE}"),
    };
    let mut draft = cx
        .finding(
            taker,
            format!("the certificate of {name} is in {region}, and the edge takes those of {EDGE} only"),
        )
        .at(cx, value.origin, format!("a certificate in {region}"))
        .trail(cx, value.origin);
    if let Some(id) = certificate {
        draft = draft.related(cx, id, format!("is made in {region}"));
    }
    draft.help(help).of_written_values().report(cx);
}
