//! A client that is told to speak without TLS to a PostgreSQL server that demands it.

use iaclint_analysis::needs::{Evidence, Need, addresses};
use iaclint_analysis::secret_reads::contents;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::postgres::demands_tls;
use iaclint_model::server::ServerKind;
use iaclint_model::workload::{Setting, Workload};
use iaclint_model::{Model, ResourceId};
use iaclint_value::{Flat, OriginId, Value};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a client is told to speak without TLS to a PostgreSQL server that demands it",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let model = cx.model();
    let mut seen: Vec<(ResourceId, OriginId)> = Vec::new();
    for need in analysis.deployed_needs().filter(|need| need.server.kind == ServerKind::Database) {
        let Some(client) = analysis.workload_of(need) else { continue };
        let Some((true, demanded)) = demands_tls(model, need.server.id) else { continue };
        let only = !analysis.needs().iter().any(|other| {
            other.workload == need.workload
                && other.server.kind == ServerKind::Database
                && other.server.id != need.server.id
        });
        let Some(refusal) = refusal(model, need, client, only) else { continue };
        if !seen.contains(&(client.definition, refusal.origin)) {
            seen.push((client.definition, refusal.origin));
            report(cx, need, client, &refusal, demanded);
        }
    }
}

/// What tells a client to do without TLS.
struct Refusal {
    setting: String,
    words: String,
    origin: OriginId,
}

fn refusal<'m>(model: &'m Model<'m>, need: &Need, client: &Workload<'m>, only: bool) -> Option<Refusal> {
    for setting in &client.settings.items {
        let name = setting.name.clone().unwrap_or_default();
        let carries = |value: &'m Value| addresses(model, value).iter().any(|a| a.id == need.server.id);
        let mut texts: Vec<&'m Value> = Vec::new();
        if carries(setting.value) {
            texts.push(setting.value);
        }
        if let Evidence::Secret(store) = need.evidence
            && model.mentions(setting.value).contains(&store)
        {
            texts.extend(contents(model, store).into_iter().filter(|v| carries(v)));
        }
        for text in texts {
            if let Some((words, origin)) = in_url(text) {
                return Some(Refusal { setting: name, words, origin });
            }
        }
        if only && says_disable(setting) {
            let words = format!("{name}={}", setting.value.as_str().unwrap_or_default());
            return Some(Refusal { setting: name, words, origin: setting.value.origin });
        }
    }
    None
}

/// `sslmode=disable` in a URL or in the words of libpq.
fn in_url(value: &Value) -> Option<(String, OriginId)> {
    let mut found = None;
    value.walk(&mut |v| {
        let Some(text) = v.to_text().filter(|_| found.is_none()) else { return };
        let flat = text.flatten().text.to_ascii_lowercase();
        // A port or a name may be filled in, the parameters may not.
        let said = flat.split(['?', '&', ' ']).map(|part| part.trim_end_matches(Flat::HOLE));
        if let Some(words) = said.into_iter().find(|p| matches!(*p, "sslmode=disable" | "ssl=false")) {
            found = Some((words.to_owned(), v.origin));
        }
    });
    found
}

/// A setting of its own: `PGSSLMODE=disable`, `SHOP_DB_SSL_MODE=disable`.
fn says_disable(setting: &Setting<'_>) -> bool {
    let is_mode = setting.name.as_deref().is_some_and(names_the_mode);
    is_mode && setting.value.as_str().is_some_and(|v| v == "disable")
}

/// Whether a setting is the TLS mode of a database, by its words.
fn names_the_mode(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> =
        upper.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let database = ["DB", "DATABASE", "POSTGRES", "POSTGRESQL", "PG", "SQL", "RDS"];
    let mode = words.concat().ends_with("SSLMODE");
    mode && (words.concat() == "PGSSLMODE" || words.iter().any(|w| database.contains(w)))
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    need: &Need,
    client: &Workload<'m>,
    refusal: &Refusal,
    demanded: OriginId,
) {
    let model = cx.model();
    let server = model.short(need.server.id);
    cx.finding(
        client.definition,
        format!("`{}` tells the client to do without TLS, and {server} demands it", refusal.setting),
    )
    .identity(format!("{}:{}", refusal.setting, model.plain_name(need.server.id)))
    .at(cx, refusal.origin, format!("`{}`", refusal.words))
    .label(cx, demanded, "demands TLS: `rds.force_ssl` is 1 from version 15 on when nothing else is said")
    .related(cx, need.server.id, "demands TLS")
    .trail(cx, refusal.origin)
    .help(format!("write `require` in the place of `disable`, or give {server} a parameter group with `rds.force_ssl = 0`"))
    .report(cx);
}

#[cfg(test)]
mod tests {
    use super::names_the_mode;

    #[test]
    fn the_mode_of_a_database_is_known_by_its_words() {
        for name in ["PGSSLMODE", "DB_SSLMODE", "DB_SSL_MODE", "SHOP__DB_SSLMODE", "postgres-ssl-mode"] {
            assert!(names_the_mode(name), "{name}");
        }
        for name in ["SSL_MODE", "REDIS_SSLMODE", "DB_HOST"] {
            assert!(!names_the_mode(name), "{name}");
        }
    }
}
