//! Hosts in the texts of settings, with the ports behind them.

use iaclint_model::workload::Setting;

use super::told::names_an_address;

/// Whether a setting lists who may call the client, or where it sends its users: nobody whom it calls itself.
pub(super) fn says_who_may_call(setting: &Setting<'_>) -> bool {
    let name = setting.name.as_deref().unwrap_or_default().to_ascii_uppercase();
    [
        "ORIGIN",
        "CORS",
        "ALLOW",
        "TRUST",
        "REDIRECT",
        "CALLBACK",
        "COOKIE",
        "ISSUER",
        "AUDIENCE",
        "SERVER_NAME",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// A host that a text names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mention {
    /// The port behind it, or that of its scheme.
    pub(super) port: Option<i64>,
}

/// Whether a text names a host. A name of one word must stand where only a host can.
pub(super) fn mention(text: &str, name: &str, setting: &Setting<'_>) -> Option<Mention> {
    let of_a_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find(name) {
        let (start, end) = (from + at, from + at + name.len());
        from = end;
        let (before, after) = (text.get(..start)?, text.get(end..)?);
        // A part of a path is none.
        let in_path = before.ends_with('/') && !before.ends_with("://");
        if before.ends_with(of_a_name) || in_path || after.starts_with(of_a_name) {
            continue;
        }
        let scheme =
            before.strip_suffix("://").map(|rest| rest.rsplit(|c| !of_a_name(c)).next().unwrap_or_default());
        let behind = port_behind(after);
        let in_url = scheme.is_some() || before.ends_with('@');
        let is_all = || text == name && setting.name.as_deref().is_some_and(names_an_address);
        if !(in_url || behind.is_some() || name.contains('.') || is_all()) {
            continue;
        }
        let of_scheme = match scheme {
            Some("http") => Some(80),
            Some("https") => Some(443),
            _ => None,
        };
        return Some(Mention { port: behind.or(of_scheme) });
    }
    None
}

/// `8080` of `:8080/v1`, but nothing of `:1.4`.
fn port_behind(after: &str) -> Option<i64> {
    let rest = after.strip_prefix(':')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, next) = rest.split_at_checked(end)?;
    let ends = !next.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_.".contains(c));
    digits.parse().ok().filter(|port| ends && (1..=65535).contains(port))
}

/// The port in the setting beside a host: `API_PORT` beside `API_HOST`.
pub(super) fn port_beside(setting: &Setting<'_>, settings: &[Setting<'_>]) -> Option<i64> {
    let name = setting.name.as_deref()?;
    let stem = ["HOSTNAME", "HOST", "ADDRESS", "ADDR", "ENDPOINT", "SERVER"]
        .iter()
        .find_map(|word| name.strip_suffix(word))?;
    let port = format!("{stem}PORT");
    settings.iter().find(|s| s.name.as_deref() == Some(port.as_str()))?.value.as_i64()
}

#[cfg(test)]
mod tests {
    use iaclint_model::workload::SettingKind;
    use iaclint_value::{OriginId, Value};

    use super::*;

    fn told<'v>(name: &str, value: &'v Value) -> Setting<'v> {
        let (kind, origin) = (SettingKind::Environment, OriginId::NONE);
        Setting { name: Some(name.to_owned()), value, kind, origin, container: None }
    }

    fn said(text: &str, name: &str, setting: &str) -> Option<Mention> {
        let value = Value::text(text);
        mention(text, name, &told(setting, &value))
    }

    #[test]
    fn a_name_of_one_word_must_stand_where_only_a_host_can() {
        assert_eq!(said("http://api:8080/v1", "api", "BACKEND"), Some(Mention { port: Some(8080) }));
        assert_eq!(said("http://api/v1", "api", "BACKEND"), Some(Mention { port: Some(80) }));
        assert_eq!(said("amqp://user:pw@queue/", "queue", "BROKER"), Some(Mention { port: None }));
        assert_eq!(said("api:9000", "api", "BACKEND"), Some(Mention { port: Some(9000) }));
        assert_eq!(said("api", "api", "API_HOST"), Some(Mention { port: None }));
        for (text, setting) in [
            ("api", "APP_NAME"),
            ("http://web/api", "URL"),
            ("shop/api:1", "IMAGE"),
            ("http://api-2:80", "URL"),
        ] {
            assert_eq!(said(text, "api", setting), None, "{text}");
        }
    }

    #[test]
    fn a_whole_domain_is_a_name_wherever_it_stands() {
        assert_eq!(said("api.internal", "api.internal", "BACKEND"), Some(Mention { port: None }));
        assert_eq!(
            said("a.internal:1,api.internal:2", "api.internal", "BACKENDS"),
            Some(Mention { port: Some(2) })
        );
        assert_eq!(said("http://my-api.internal:80", "api.internal", "BACKEND"), None);
    }

    #[test]
    fn who_may_call_is_not_called() {
        let value = Value::text("http://ui:3000");
        assert!(says_who_may_call(&told("APP_ALLOW_ORIGINS", &value)));
        assert!(!says_who_may_call(&told("UI_URL", &value)));
    }
}
