//! PostgreSQL on RDS and Aurora: whether it takes connections without TLS.

use iaclint_value::{OriginId, Value};

use crate::rds::{ClusterEngine, DbInstance, ParameterGroup};
use crate::{Entity, Model, Prop, ResourceId};

/// The first major version of RDS for PostgreSQL that demands TLS when its settings say nothing.
/// Source: RDS User Guide, "Requiring an SSL connection to a PostgreSQL DB instance". Aurora's default is another.
const TLS_SINCE: i64 = 15;

/// What a parameter group says of TLS.
enum Said {
    /// This, there.
    Known(bool, OriginId),
    /// Nothing: the default of the engine holds.
    Nothing(OriginId),
    /// It cannot be read.
    Unknown,
}

/// Whether a PostgreSQL server demands TLS, and the place that says so. `None`: it is no such server, or it is not known.
pub fn demands_tls<'m>(model: &'m Model<'m>, server: ResourceId) -> Option<(bool, OriginId)> {
    if let Some(instance) = model.get::<DbInstance<'m>>(server) {
        if !instance.engine().must(|e| e == "postgres") {
            return None;
        }
        return match said(model, &instance.parameter_group()) {
            Said::Known(on, origin) => Some((on, origin)),
            Said::Nothing(origin) => {
                let version = instance.engine_version();
                let place = if version.origin().is_some() { version.origin() } else { origin };
                let of = |test: fn(i64) -> bool| version.must(|v| major(v).is_some_and(test));
                match (of(|v| v >= TLS_SINCE), of(|v| v < TLS_SINCE)) {
                    (true, _) => Some((true, place)),
                    (_, true) => Some((false, place)),
                    _ => None,
                }
            }
            Said::Unknown => None,
        };
    }
    let cluster = model.get::<ClusterEngine<'m>>(server)?;
    if !cluster.engine().must(|e| e == "aurora-postgresql") {
        return None;
    }
    match said(model, &cluster.parameter_group()) {
        Said::Known(on, origin) => Some((on, origin)),
        Said::Nothing(_) | Said::Unknown => None,
    }
}

/// Whether a database may be a PostgreSQL server: another engine is none, a proxy and what has no known engine may be.
pub fn may_be_postgres<'m>(model: &'m Model<'m>, server: ResourceId) -> bool {
    let speaks = |engine: &String| engine.contains("postgres");
    match (model.get::<DbInstance<'m>>(server), model.get::<ClusterEngine<'m>>(server)) {
        (Some(instance), _) if !instance.engine().is_absent() => instance.engine().may(speaks),
        (None, Some(cluster)) if !cluster.engine().is_absent() => cluster.engine().may(speaks),
        _ => true,
    }
}

fn major(version: &str) -> Option<i64> {
    version.split('.').next()?.parse().ok()
}

fn said<'m>(model: &'m Model<'m>, group: &Prop<&'m Value>) -> Said {
    let value = match group {
        Prop::Absent { origin } => return Said::Nothing(*origin),
        Prop::Known { value, .. } => value,
        Prop::OneOf { .. } | Prop::Unknown { .. } => return Said::Unknown,
    };
    let links = model.links_in(value);
    let Some(group) =
        links.items.first().and_then(crate::Link::id).and_then(|id| model.get::<ParameterGroup<'m>>(id))
    else {
        let default = value.as_str().is_some_and(|name| name.starts_with("default."));
        return if default { Said::Nothing(value.origin) } else { Said::Unknown };
    };
    let settings = group.settings();
    for setting in &settings.items {
        match (setting.str("name", "").known().map(String::as_str), setting.str("value", "").known()) {
            (Some("rds.force_ssl"), Some(on)) => return Said::Known(on != "0", setting.origin()),
            (Some("rds.force_ssl"), None) | (None, _) => return Said::Unknown,
            _ => {}
        }
    }
    let parameters = match group.parameters() {
        Prop::Absent { .. } => None,
        Prop::Known { value, .. } => Some(value),
        Prop::OneOf { .. } | Prop::Unknown { .. } => return Said::Unknown,
    };
    match parameters.map(|p| (p.get("rds.force_ssl"), p.as_object().is_some_and(|o| o.complete))) {
        Some((Some(on), _)) => match on.as_str() {
            Some(text) => Said::Known(text != "0", on.origin),
            None => Said::Unknown,
        },
        Some((None, false)) => Said::Unknown,
        _ if settings.complete => Said::Nothing(group.node().origin()),
        _ => Said::Unknown,
    }
}
