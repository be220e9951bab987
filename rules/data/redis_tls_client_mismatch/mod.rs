//! A client and a cache of which one speaks TLS, or demands a password, and the other does not.

use iaclint_analysis::needs::addresses;
use iaclint_analysis::secret_reads::brought;
use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::elasticache::{CacheCluster, ReplicationGroup, ServerlessCache};
use iaclint_model::workload::{Setting, SettingKind, Workload};
use iaclint_model::{Model, Prop, ResourceId};
use iaclint_value::OriginId;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a client speaks plain Redis to a cache with TLS, or the other way round, or has no password",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let mut seen: Vec<(ResourceId, String, ResourceId)> = Vec::new();
    for workload in analysis.workloads() {
        for setting in &workload.settings.items {
            // Also what stands in a secret of the configuration.
            for value in brought(cx.model(), setting) {
                for address in addresses(cx.model(), value) {
                    let name = setting.name.clone().unwrap_or_default();
                    let key = (workload.definition, name, address.id);
                    if !seen.contains(&key) {
                        seen.push(key);
                        setting_check(cx, workload, &Setting { value, ..setting.clone() }, address.id);
                    }
                }
            }
        }
    }
}

/// Whether a cache speaks TLS, and what says so. `None`: both ways, or not known.
fn tls<'m>(model: &'m Model<'m>, cache: ResourceId) -> Option<(bool, OriginId)> {
    if let Some(serverless) = model.get::<ServerlessCache<'m>>(cache) {
        return serverless
            .engine()
            .must(|e| e == "redis" || e == "valkey")
            .then_some((true, serverless.origin()));
    }
    if let Some(cluster) = model.get::<CacheCluster<'m>>(cache) {
        // A single node of Redis has no TLS; one of a replication group has what the group has.
        let is_alone = cluster.engine().must(|e| e == "redis")
            && cluster.replication_group_written().is_absent()
            && cluster.transit_encryption().is_absent();
        return is_alone.then(|| (false, cluster.engine().origin()));
    }
    let group = model.get::<ReplicationGroup<'m>>(cache)?;
    if group.transit_encryption_mode().may(|mode| mode != "required") {
        return None;
    }
    match group.transit_encryption() {
        Prop::Known { value, origin, .. } => Some((value, origin)),
        // Valkey has it on when nothing is said.
        Prop::Absent { origin } => group.engine().must(|e| e == "redis").then_some((false, origin)),
        Prop::OneOf { .. } | Prop::Unknown { .. } => None,
    }
}

fn setting_check<'m>(
    cx: &mut Check<'_, 'm>,
    workload: &Workload<'m>,
    setting: &Setting<'m>,
    cache: ResourceId,
) {
    let model = cx.model();
    let Some((demands, demand_origin)) = tls(model, cache) else { return };
    let name = setting.name.clone().unwrap_or_else(|| "a setting".to_owned());
    let prefix = setting.value.to_text().map(|t| t.prefix().to_ascii_lowercase()).unwrap_or_default();
    let plain = prefix.starts_with("redis://") || prefix.starts_with("valkey://");
    let secure = prefix.starts_with("rediss://") || prefix.starts_with("valkeys://");
    let cache_name = model.short(cache);
    let (headline, label, of_cache, help) = if plain && demands {
        (
            format!("`{name}` speaks plain Redis to {cache_name}, which demands TLS"),
            "`redis://` is without TLS",
            "demands TLS",
            format!("begin `{name}` with `rediss://`"),
        )
    } else if secure && !demands {
        (
            format!("`{name}` speaks TLS to {cache_name}, which does not"),
            "`rediss://` is with TLS",
            "speaks plain Redis",
            format!("turn on transit encryption of {cache_name}, or begin `{name}` with `redis://`"),
        )
    } else {
        let is_written = setting.kind == SettingKind::Environment;
        if is_written && !plain && !secure && prefix.is_empty() {
            password(cx, workload, setting, cache);
        }
        return;
    };
    let fix = setting.value.to_text().filter(|_| plain).and_then(|text| {
        let scheme = prefix.find("://")?;
        let span = text.span(&text.flatten(), 0..scheme)?;
        let verbatim = model.sources().file(span.file).slice(span).eq_ignore_ascii_case(&prefix[..scheme]);
        let secure = format!("{}s", &prefix[..scheme]);
        Fix::replace(cx, Safety::Safe, "speak TLS", span, secure).filter(|_| verbatim)
    });
    let part = setting.container.map(|c| c.label());
    let mut draft = cx
        .finding(workload.definition, headline)
        .identity(name)
        .at(cx, setting.value.origin, label)
        .label(cx, demand_origin, of_cache)
        .related(cx, cache, of_cache)
        .trail(cx, setting.value.origin)
        .fix(fix)
        .help(help);
    if let Some(part) = part {
        draft = draft.part(part);
    }
    draft.of_written_values().report(cx);
}

/// A cache with a password, and a client that is given its address and no password.
fn password<'m>(cx: &mut Check<'_, 'm>, workload: &Workload<'m>, setting: &Setting<'m>, cache: ResourceId) {
    let model = cx.model();
    let Some(group) = model.get::<ReplicationGroup<'m>>(cache) else { return };
    let Prop::Known { value: token, origin: token_origin, .. } = group.auth_token() else { return };
    let carried = model.mentions(token);
    let container = |s: &Setting<'m>| s.container.and_then(|c| c.name().known().cloned());
    let name = setting.name.clone().unwrap_or_default();
    let upper = name.to_ascii_uppercase();
    if !(upper.contains("HOST") || upper.contains("ENDPOINT") || upper.contains("ADDR")) {
        return;
    }
    let may_carry = |other: &Setting<'m>| {
        let Some(name) = other.name.as_deref().map(str::to_ascii_uppercase) else { return true };
        let of_cache = ["REDIS", "VALKEY", "CACHE", "BROKER", "CELERY"].iter().any(|w| name.contains(w));
        let is_password =
            ["PASS", "AUTH", "TOKEN", "SECRET", "CREDENTIAL", "URL", "URI"].iter().any(|w| name.contains(w));
        // A secret with a name of no kind may hold anything.
        let anything = other.kind == SettingKind::Secret
            && ["CONFIG", "ENV", "SETTINGS", "SECRETS"].iter().any(|w| name.contains(w));
        of_cache && is_password
            || anything
            || model.mentions(other.value).iter().any(|id| carried.contains(id))
    };
    if !workload.settings.complete
        || workload.settings.items.iter().any(|s| container(s) == container(setting) && may_carry(s))
    {
        return;
    }
    let cache_name = model.short(cache);
    let label = setting.container.map_or_else(|| "the client".to_owned(), |c| c.label());
    cx.finding(workload.definition, format!("{label} gets the address of {cache_name} and not its password"))
        .severity(Severity::Warning)
        .confidence(Confidence::Medium)
        .part(label)
        .identity(format!("password:{cache_name}"))
        .at(cx, setting.value.origin, "the address, and nothing that holds the password")
        .label(cx, token_origin, "demanded of every client, over TLS")
        .related(cx, cache, "demands TLS and a password")
        .note("a client without it gets NOAUTH Authentication required, one without TLS hangs")
        .help(format!("add a secret with the auth token of {cache_name} and the setting that turns on TLS: `REDIS_PASSWORD`, `REDIS_SSL=true` or what the application calls them"))
        .of_written_values().report(cx);
}
