//! A listener or distribution that takes a certificate before it is issued.

use std::collections::BTreeMap;

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::certificates::{ApiDomain, Certificate, CertificateValidation, Distribution};
use iaclint_model::lb::Listener;
use iaclint_model::{Answer, Language, Link, Model, Prop, ResourceId};
use iaclint_value::Value;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a listener or distribution takes a certificate before it is validated",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    let mut passed: BTreeMap<PassedBy, Vec<(ResourceId, Link)>> = BTreeMap::new();
    for (taker, property) in takers(model) {
        let Prop::Known { value, .. } = property else { continue };
        let links = model.links_in(value);
        let ([link], true) = (&*links.items, links.complete) else { continue };
        let certificate = link.id().and_then(|id| model.get::<Certificate<'_>>(id));
        let Some(certificate) = certificate.filter(|c| waits_for_validation(c)) else { continue };
        let apart = !model.same_root(taker, certificate.id());
        // In a stack the certificate itself waits until it is issued.
        if apart || model.language(taker) != Language::Terraform {
            continue;
        }
        if let Some(by) = passed_by(cx, taker, certificate.id()) {
            passed.entry(by).or_default().push((taker, link.clone()));
        }
    }
    // One mistake, however many listeners repeat it.
    for (by, takers) in passed {
        report(cx, by, &takers);
    }
}

/// A certificate, and the validation that is there, for which nobody waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct PassedBy {
    certificate: ResourceId,
    validation: Option<ResourceId>,
}

/// Whoever serves a certificate, with the property that names it.
fn takers<'m>(model: &'m Model<'m>) -> Vec<(ResourceId, Prop<&'m Value>)> {
    let mut out: Vec<_> = model.all::<Listener<'m>>().iter().map(|l| (l.id(), l.certificate())).collect();
    out.extend(model.all::<Distribution<'m>>().iter().map(|d| (d.id(), d.certificate())));
    out.extend(model.all::<ApiDomain<'m>>().iter().map(|d| (d.id(), d.certificate())));
    out
}

/// Whether it is issued only when somebody has shown that the domain is theirs: it is neither imported nor of a private authority.
fn waits_for_validation(certificate: &Certificate<'_>) -> bool {
    certificate.validation_method().must(|m| m == "DNS" || m == "EMAIL")
        && certificate.authority().is_absent()
        && certificate.private_key().is_absent()
}

/// What a certificate's taker passes by; nothing when it waits, or cannot be judged.
fn passed_by(cx: &Check<'_, '_>, taker: ResourceId, certificate: ResourceId) -> Option<PassedBy> {
    let model = cx.model();
    let order = cx.analysis.order();
    let mut validation = None;
    for candidate in model.all::<CertificateValidation<'_>>() {
        match candidate.certificate() {
            Some(of) if of != certificate => continue,
            Some(_) => {}
            None if model.used_by(candidate.id()).contains(&certificate) => {}
            // Of which certificate it is cannot be said.
            None => return None,
        }
        if order.after(taker, candidate.id()) != Answer::No {
            return None;
        }
        validation = Some(candidate.id());
    }
    (validation.is_some() || is_only_taken(cx, certificate)).then_some(PassedBy { certificate, validation })
}

fn report(cx: &mut Check<'_, '_>, by: PassedBy, takers: &[(ResourceId, Link)]) {
    let model = cx.model();
    let PassedBy { certificate, validation } = by;
    let [(taker, link), others @ ..] = takers else { return };
    let taker = *taker;
    let (name, of) = (model.short(taker), model.short(certificate));
    let draft = cx
        .finding(taker, format!("{name} takes {of} before it is validated"))
        .identity(model.plain_name(certificate))
        .at(cx, link.origin(), "a certificate that is not issued yet")
        .trail(cx, link.origin());
    let fix = validation.and_then(|id| wait(cx, certificate, id, takers));
    let draft = draft.fix(fix);
    let mut draft = match validation {
        Some(id) => draft.related(cx, id, "waits until the certificate is issued; nobody waits for it").help(
            if is_surely_one(model, id) {
                format!("take `certificate_arn` of {} instead", model.short(id))
            } else {
                format!("add `depends_on = [{}]` to {}", model.plain_name(id), model.plain_name(taker))
            },
        ),
        None => draft.note("nothing in the configuration waits until the certificate is issued").help(
            format!("add an `aws_acm_certificate_validation` for {of}, and take its `certificate_arn`"),
        ),
    };
    let mut named = vec![model.plain_name(taker)];
    for (other, _) in others {
        let name_of_other = model.plain_name(*other);
        if named.contains(&name_of_other) {
            continue;
        }
        named.push(name_of_other);
        draft = draft.related(cx, *other, "takes it in the same way");
    }
    draft.related(cx, certificate, "is issued after the validation").of_written_values().report(cx);
}

/// Whether a resource is there whatever the inputs are, once: an attribute of one with a count can be read only where it is.
fn is_surely_one(model: &Model<'_>, id: ResourceId) -> bool {
    let resource = model.resource(id);
    resource.instance.is_none() && resource.existence.is_certain()
}

/// The takers take what the validation hands on, where all of them name the certificate in the validation's own module.
fn wait(
    cx: &Check<'_, '_>,
    certificate: ResourceId,
    validation: ResourceId,
    takers: &[(ResourceId, Link)],
) -> Option<Fix> {
    let model = cx.model();
    let scope = model.resource(validation).scope;
    // Of several validations it would have to be said which.
    let single = |id: ResourceId| !model.address(id).ends_with(']') && model.resource(id).scope == scope;
    if !single(certificate) || !single(validation) {
        return None;
    }
    let (old, new) = (format!("{}.arn", model.plain_name(certificate)), model.plain_name(validation));
    let of_one = |(taker, link): &(ResourceId, Link)| {
        let span = model.origins().span(link.origin())?;
        let verbatim = model.sources().file(span.file).slice(span) == old;
        let text = format!("{new}.certificate_arn");
        let fix = Fix::replace(cx, Safety::Safe, "wait for the validation", span, text)?;
        (verbatim && model.resource(*taker).scope == scope).then_some(fix)
    };
    let mut all = takers.iter().map(of_one).collect::<Option<Vec<_>>>()?.into_iter();
    let mut first = all.next()?;
    for edit in all.flat_map(|fix| fix.edits) {
        if !first.edits.contains(&edit) {
            first.edits.push(edit);
        }
    }
    Some(first)
}

/// Whether nobody outside knows the certificate: whoever does may validate it, and wait.
fn is_only_taken(cx: &Check<'_, '_>, certificate: ResourceId) -> bool {
    let outside = |used: &iaclint_model::Use| !matches!(used.by, iaclint_model::User::Resource(_));
    !cx.model().uses(certificate).iter().any(outside)
}
