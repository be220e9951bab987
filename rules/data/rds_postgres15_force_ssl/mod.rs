//! A client that is told to speak without TLS to a PostgreSQL server that demands it.

use iaclint_analysis::needs::{Evidence, Need, addresses};
use iaclint_analysis::secret_reads::contents;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::postgres::{demands_tls, may_be_postgres};
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
        let told = Told { model, client };
        let Some(refusal) = told.in_address(need).or_else(|| told.beside(analysis.needs(), need)) else {
            continue;
        };
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

/// What a client is told of its servers.
struct Told<'a, 'm> {
    model: &'m Model<'m>,
    client: &'a Workload<'m>,
}

impl<'a, 'm> Told<'a, 'm> {
    /// The texts that hold the server's address, and the settings that bring them.
    fn texts(&self, need: &Need) -> Vec<(&'a Setting<'m>, &'m Value)> {
        let carries = |value: &'m Value| addresses(self.model, value).iter().any(|a| a.id == need.server.id);
        let mut texts = Vec::new();
        for setting in &self.client.settings.items {
            if carries(setting.value) {
                texts.push((setting, setting.value));
            }
            if let Evidence::Secret(store) = need.evidence
                && self.model.mentions(setting.value).contains(&store)
            {
                let written = contents(self.model, store).into_iter().filter(|v| carries(v));
                texts.extend(written.map(|text| (setting, text)));
            }
        }
        texts
    }

    /// What stands in one text with the address of the server.
    fn in_address(&self, need: &Need) -> Option<Refusal> {
        self.texts(need).into_iter().find_map(|(setting, text)| {
            let (words, origin) = in_url(text, |mode| matches!(mode, "sslmode=disable" | "ssl=false"))?;
            Some(Refusal { setting: setting.name.clone().unwrap_or_default(), words, origin })
        })
    }

    /// A setting of its own that speaks of the server, or of one among servers that all refuse.
    fn beside(&self, needs: &[Need], need: &Need) -> Option<Refusal> {
        self.modes().find_map(|(mode, stem)| {
            let spoken_of = self.spoken_of(needs, mode, &stem);
            let refuses = |other: &&Need| {
                demands_tls(self.model, other.server.id).is_some_and(|(demanded, _)| demanded)
            };
            let is_meant = spoken_of.iter().any(|other| other.server.id == need.server.id);
            let is_off = mode.value.as_str().is_some_and(|v| v == "disable");
            if !is_off || !is_meant || !spoken_of.iter().all(refuses) {
                return None;
            }
            let setting = mode.name.clone().unwrap_or_default();
            Some(Refusal { words: format!("{setting}=disable"), setting, origin: mode.value.origin })
        })
    }

    /// The settings that are a mode of their own, with what stands before it in their names.
    fn modes(&self) -> impl Iterator<Item = (&'a Setting<'m>, String)> {
        let settings = self.client.settings.items.iter();
        settings.filter_map(|setting| Some((setting, stem_of_mode(setting.name.as_deref()?)?)))
    }

    /// The servers of which a mode speaks: those whose addresses are named as it is, as `SHOP_DB_HOST` beside `SHOP_DB_SSLMODE`, else all of
    /// the container that are given no mode of their own.
    fn spoken_of<'n>(&self, needs: &'n [Need], mode: &Setting<'m>, stem: &str) -> Vec<&'n Need> {
        let own = |need: &&Need| {
            need.client.id == self.client.id
                && need.server.kind == ServerKind::Database
                && may_be_postgres(self.model, need.server.id)
                && self.is_of(need, mode)
        };
        let (named, others): (Vec<&Need>, Vec<&Need>) =
            needs.iter().filter(own).partition(|need| is_named(need, stem));
        // An address of that name which leads to nothing that is known is meant rather than another.
        let is_its_address = |setting: &&Setting<'m>| {
            container(setting) == container(mode)
                && setting.name.as_deref().and_then(stem_of_address).as_deref() == Some(stem)
        };
        if !named.is_empty() || self.client.settings.items.iter().any(|s| is_its_address(&s)) {
            return named;
        }
        let is_told_elsewhere = |need: &Need| {
            let in_text = self.texts(need).iter().any(|(_, text)| in_url(text, says_a_mode).is_some());
            in_text || self.modes().any(|(_, stem)| is_named(need, &stem))
        };
        others.into_iter().filter(|need| !is_told_elsewhere(need)).collect()
    }

    /// Whether a setting is for the container that has the server.
    fn is_of(&self, need: &Need, mode: &Setting<'m>) -> bool {
        let leads = |setting: &&Setting<'m>| setting.name.as_ref().is_some_and(|n| need.settings.contains(n));
        let mut leading = self.client.settings.items.iter().filter(leads).peekable();
        leading.peek().is_none() || leading.any(|setting| container(setting) == container(mode))
    }
}

fn container(setting: &Setting<'_>) -> Option<String> {
    setting.container.and_then(|c| c.name().known().cloned())
}

/// Whether a setting that leads to a server is named as a mode is.
fn is_named(need: &Need, stem: &str) -> bool {
    need.settings.iter().any(|name| stem_of_address(name).as_deref() == Some(stem))
}

/// The mode in a URL or in the words of libpq, where it is one of those asked for.
fn in_url(value: &Value, is_asked: impl Fn(&str) -> bool) -> Option<(String, OriginId)> {
    let mut found = None;
    value.walk(&mut |v| {
        let Some(text) = v.to_text().filter(|_| found.is_none()) else { return };
        let flat = text.flatten().text.to_ascii_lowercase();
        // A port or a name may be filled in, the parameters may not.
        let mut said = flat.split(['?', '&', ' ']).map(|part| part.trim_end_matches(Flat::HOLE));
        found = said.find(|part| is_asked(part)).map(|words| (words.to_owned(), v.origin));
    });
    found
}

/// Whether a parameter of a URL is a mode, whatever it says.
fn says_a_mode(parameter: &str) -> bool {
    ["sslmode=", "ssl="].iter().any(|name| parameter.starts_with(name))
}

/// What stands before the mode in the name of a setting that is the TLS mode of a database: `SHOP_DB` of `SHOP_DB_SSL_MODE`.
fn stem_of_mode(name: &str) -> Option<String> {
    let words = words(name);
    let joined = words.concat();
    let before = joined.strip_suffix("SSLMODE")?;
    let database = ["DB", "DATABASE", "POSTGRES", "POSTGRESQL", "PG", "SQL", "RDS"];
    (before == "PG" || words.iter().any(|w| database.contains(&w.as_str()))).then(|| before.to_owned())
}

/// What stands before the address in the name of a setting: `SHOP_DB` of `SHOP_DB_HOST`.
fn stem_of_address(name: &str) -> Option<String> {
    let joined = words(name).concat();
    let kinds = ["HOSTNAME", "HOST", "ADDRESS", "ADDR", "ENDPOINT", "SERVER", "URL", "URI", "DSN"];
    kinds.iter().find_map(|kind| joined.strip_suffix(kind)).map(str::to_owned)
}

fn words(name: &str) -> Vec<String> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    words.map(str::to_ascii_uppercase).collect()
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
    use super::{stem_of_address, stem_of_mode};

    #[test]
    fn the_mode_of_a_database_is_known_by_its_words() {
        for name in ["PGSSLMODE", "DB_SSLMODE", "DB_SSL_MODE", "SHOP__DB_SSLMODE", "postgres-ssl-mode"] {
            assert!(stem_of_mode(name).is_some(), "{name}");
        }
        for name in ["SSL_MODE", "REDIS_SSLMODE", "DB_HOST"] {
            assert!(stem_of_mode(name).is_none(), "{name}");
        }
    }

    #[test]
    fn a_mode_and_an_address_of_one_server_share_what_stands_before() {
        for (mode, address) in [
            ("PGSSLMODE", "PGHOST"),
            ("SHOP_DB_SSL_MODE", "SHOP_DB_HOST"),
            ("database-sslmode", "DATABASE_URL"),
            ("POSTGRES_SSLMODE", "POSTGRES_HOSTNAME"),
        ] {
            assert_eq!(stem_of_mode(mode), stem_of_address(address), "{mode}");
        }
        assert_ne!(stem_of_mode("DB_SSLMODE"), stem_of_address("REPORTING_DB_HOST"));
    }
}
