//! A function in a VPC that calls services of AWS or of others, from subnets without a way there.

use iaclint_analysis::network::{Internet, NoWay};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::services::service_of;
use iaclint_model::workload::Workload;
use iaclint_model::{Answer, Language, Link, Model, ResourceId};
use iaclint_value::{OriginId, Reference, Value};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::Medium,
    summary: "a function in a VPC is told of services that its subnets have no way to",
};

/// Something that the function calls outside its VPC.
struct Outside {
    origin: OriginId,
    setting: String,
    /// The service as endpoints call it; none for a URL.
    service: Option<&'static str>,
    what: String,
}

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    for workload in analysis.workloads() {
        if workload.service.is_some() || workload.task.is_some() {
            continue;
        }
        let Some(subnets) = analysis.subnets_of(workload) else { continue };
        let exists = &model.resource(workload.id).existence;
        let mut public = true;
        let mut isolated: Option<NoWay> = None;
        let mut exported = false;
        let barred = subnets.iter().all(|subnet| match analysis.network().internet(*subnet, exists) {
            Internet::Gateway(_) => true,
            Internet::None(way) => {
                public = false;
                exported |= way.exported;
                let elsewhere = way.elsewhere;
                isolated.get_or_insert(way);
                !elsewhere
            }
            Internet::Nat(_) | Internet::CannotTell(_) => false,
        });
        if !barred {
            continue;
        }
        let unserved = |service: &'static str| {
            subnets.iter().all(|s| analysis.network().serves(*s, service) == Answer::No)
        };
        let outside = outside(cx, workload).into_iter().find(|o| o.service.is_none_or(unserved));
        if let Some(outside) = outside {
            report(cx, workload, &outside, &subnets, public, exported);
        }
    }
}

/// What the settings of a function lead to outside its VPC.
fn outside(cx: &Check<'_, '_>, workload: &Workload<'_>) -> Vec<Outside> {
    let model = cx.model();
    let mut out = Vec::new();
    for setting in &workload.settings.items {
        let name = setting.name.clone().unwrap_or_else(|| "a setting".to_owned());
        for id in model.mentions(setting.value) {
            let service = service_of(&model.resource(id).type_name)
                .filter(|service| !is_inlined(model, id, setting.value, service));
            if let Some(service) = service {
                let what = model.short(id);
                out.push(Outside {
                    origin: setting.value.origin,
                    setting: name.clone(),
                    service: Some(service),
                    what,
                });
            }
        }
        if let Some(host) = setting.value.as_str().as_deref().and_then(internet_host) {
            out.push(Outside { origin: setting.value.origin, setting: name, service: None, what: host });
        }
    }
    out
}

/// Whether a setting holds what the resource contains, or a name for browsers, so that nobody calls the service for it.
fn is_inlined(model: &Model<'_>, id: ResourceId, value: &Value, service: &str) -> bool {
    const CONTENT: [&str; 10] = [
        "value",
        "insecure_value",
        "Value",
        "bucket_domain_name",
        "bucket_regional_domain_name",
        "website_endpoint",
        "DomainName",
        "RegionalDomainName",
        "DualStackDomainName",
        "WebsiteURL",
    ];
    let of_it = |reference: &Reference| reference.key().is_some_and(|key| *key == model.resource(id).key);
    let references: Vec<String> =
        value.references().into_iter().filter(|r| of_it(r)).map(|r| r.attribute()).collect();
    // A known text that was read from a parameter may be its name or its value.
    (references.is_empty() && service == "ssm")
        || references.iter().any(|attribute| CONTENT.contains(&attribute.as_str()))
}

/// The host of a URL that is surely on the internet: a public name that is none of AWS's.
fn internet_host(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://")?;
    let host = rest.split(['/', ':', '?']).next()?;
    let top = host.rsplit('.').next()?;
    let public = matches!(top, "com" | "io" | "org" | "net" | "dev");
    let known = [
        "api.stripe.com",
        "api.github.com",
        "slack.com",
        "hooks.slack.com",
        "api.openai.com",
        "api.anthropic.com",
        "sentry.io",
    ];
    (public && known.iter().any(|k| host == *k || host.ends_with(&format!(".{k}")))).then(|| host.to_owned())
}

fn report(
    cx: &mut Check<'_, '_>,
    workload: &Workload<'_>,
    outside: &Outside,
    subnets: &[ResourceId],
    public: bool,
    exported: bool,
) {
    let model = cx.model();
    let name = model.short(workload.id);
    let why = if public {
        "a function never gets a public address, and an internet gateway serves no other"
    } else {
        "its subnets have no route to the internet"
    };
    let subnets_place = workload.subnets.items.first().map_or(OriginId::NONE, Link::origin);
    let mut draft = cx
        .finding(workload.id, format!("{name} cannot reach {}: {why}", outside.what))
        .identity(outside.setting.clone())
        .at(cx, subnets_place, if public { "public subnets" } else { "subnets without a default route" })
        .label(cx, outside.origin, format!("{} leads to {}", outside.setting, outside.what));
    for subnet in subnets {
        draft = draft.related(
            cx,
            *subnet,
            if public { "its default route is an internet gateway" } else { "has no default route" },
        );
    }
    // Whoever puts a function into isolated subnets may know that it only needs the VPC.
    if !public || exported {
        draft = draft.severity(Severity::Warning);
    }
    let endpoint = outside.service.map(|s| format!(", or add a VPC endpoint for {s}")).unwrap_or_default();
    draft
        .note("every such call waits for its timeout, until the function's own: Task timed out")
        .help(match model.language(workload.id) {
            Language::Cdk => format!("place {name} in subnets of the type PRIVATE_WITH_EGRESS{endpoint}"),
            Language::Terraform | Language::CloudFormation => {
                format!("place {name} in subnets that route to a NAT gateway{endpoint}")
            }
        })
        .report(cx);
}
