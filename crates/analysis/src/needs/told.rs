//! What workloads and machines are told: servers whose addresses, secrets or names stand in settings, commands and user data.

use iaclint_model::ec2::Instance;
use iaclint_model::rds::{DbCluster, DbInstance, DbProxy, DbProxyEndpoint};
use iaclint_model::server::{Server, ServerKind, server};
use iaclint_model::workload::{Setting, SettingKind, Workload};
use iaclint_model::{Model, Prop, ResourceId};
use iaclint_value::Value;

use super::addresses::Carriers;
use super::discovery::Names;
use super::{Evidence, Need, add, addresses};
use crate::Analysis;
use crate::ends::Client;
use crate::secret_reads::picked_key;

/// A server that a value leads to.
struct Found {
    id: ResourceId,
    port: Option<i64>,
    evidence: Evidence,
}

/// The needs of all workloads and machines.
pub(super) fn needs(analysis: &Analysis<'_>) -> Vec<Need> {
    let model = analysis.model;
    let carriers = Carriers::new(model);
    let names = Names::new(analysis);
    let mut out = Vec::new();
    for (index, workload) in analysis.workloads().iter().enumerate() {
        let mut own = Vec::new();
        for setting in &workload.settings.items {
            for found in in_setting(model, &carriers, workload, setting) {
                of_setting(analysis, (index, workload), setting, &found, &mut own);
            }
        }
        for command in commands(workload) {
            for address in addresses(model, command) {
                let Some(server) = server(model, address.id) else { continue };
                let port =
                    address.port.map_or_else(|| server.port.clone(), |p| Prop::written(p, command.origin));
                let need = Need {
                    workload: Some(index),
                    ..bare(Client::of(workload), server, port, Evidence::Address, command)
                };
                add_if_together(model, need, &mut own);
            }
        }
        for need in names.needs(analysis, index, workload) {
            add(&mut own, need);
        }
        out.extend(own);
    }
    for instance in model.all::<Instance<'_>>() {
        let mut own = Vec::new();
        for data in [instance.user_data(), instance.user_data_base64()] {
            let Prop::Known { value, .. } = data else { continue };
            for address in addresses(model, value) {
                let server = server(model, address.id).filter(|server| server.id != instance.id());
                let (Some(server), Some(client)) = (server, analysis.client(instance.id())) else { continue };
                let port =
                    address.port.map_or_else(|| server.port.clone(), |p| Prop::written(p, value.origin));
                add_if_together(model, bare(client, server, port, Evidence::Script, value), &mut own);
            }
        }
        out.extend(own);
    }
    out
}

/// A need without a setting.
fn bare(client: Client, server: Server, port: Prop<i64>, evidence: Evidence, value: &Value) -> Need {
    let (setting, settings) = (None, Vec::new());
    Need {
        client,
        workload: None,
        server,
        port,
        evidence,
        setting,
        origin: value.origin,
        settings,
        lookup: None,
    }
}

/// The words that the containers of a workload are started with.
fn commands<'m>(workload: &Workload<'m>) -> Vec<&'m Value> {
    let containers = workload.task.map(|task| task.containers().items).unwrap_or_default();
    let properties = containers.iter().flat_map(|c| [c.entry_point(), c.command()]);
    properties.filter_map(|p| p.known().copied()).collect()
}

/// What exists only without the other never meets it.
fn add_if_together(model: &Model<'_>, need: Need, own: &mut Vec<Need>) {
    if model.resource(need.server.id).existence.compatible(&model.resource(need.client.id).existence) {
        add(own, need);
    }
}

/// The servers that a setting leads to.
fn in_setting<'m>(
    model: &'m Model<'m>,
    carriers: &Carriers,
    workload: &Workload<'m>,
    setting: &Setting<'m>,
) -> Vec<Found> {
    let mut found: Vec<Found> = addresses(model, setting.value)
        .into_iter()
        .map(|a| Found { id: a.id, port: a.port, evidence: Evidence::Address })
        .collect();
    let settings = &workload.settings.items;
    for mentioned in model.mentions(setting.value) {
        if let Some(servers) = carriers.by_secret.get(&mentioned) {
            let part = part_of_secret(setting);
            let otherwise =
                |s: &&ResourceId| part != Part::Address && is_told_otherwise(model, carriers, settings, **s);
            let evidence = if part == Part::Other { Evidence::Password } else { Evidence::Secret };
            let led_to = servers.iter().filter(|s| !otherwise(s));
            found.extend(led_to.map(|s| Found { id: *s, port: None, evidence: evidence(mentioned) }));
        } else if setting.kind == SettingKind::Secret
            && (model.get::<DbInstance<'m>>(mentioned).is_some()
                || model.get::<DbCluster<'m>>(mentioned).is_some())
            && !is_told_otherwise(model, carriers, settings, mentioned)
        {
            found.push(Found { id: mentioned, port: None, evidence: Evidence::Password(mentioned) });
        }
    }
    found
}

/// The needs for a server that a setting leads to: of a machine one for each of the ports that the client calls.
fn of_setting<'m>(
    analysis: &Analysis<'m>,
    (index, workload): (usize, &Workload<'m>),
    setting: &Setting<'m>,
    found: &Found,
    own: &mut Vec<Need>,
) {
    let model = analysis.model;
    let Some(server) = server(model, found.id) else { return };
    let origin = setting.value.origin;
    let ports = match found.port {
        Some(port) => vec![(Prop::written(port, origin), None)],
        None if server.kind == ServerKind::Machine => {
            ports_of_machine(&analysis.published_ports(server.id), &workload.settings.items)
                .unwrap_or_else(|| vec![(server.port.clone(), None)])
        }
        None => vec![(server.port.clone(), None)],
    };
    for (port, beside) in ports {
        let need = Need {
            workload: Some(index),
            setting: setting.name.clone(),
            settings: setting.name.iter().chain(beside).cloned().collect(),
            ..bare(Client::of(workload), server.clone(), port, found.evidence.clone(), setting.value)
        };
        add_if_together(model, need, own);
    }
}

/// The ports on which a client calls a machine whose address carries none: those that the machine publishes and that a setting of the
/// client names. None of them: a machine listens where its software does, and nothing can be said.
fn ports_of_machine<'s>(
    published: &[i64],
    settings: &'s [Setting<'_>],
) -> Option<Vec<(Prop<i64>, Option<&'s String>)>> {
    let mut out: Vec<(Prop<i64>, Option<&String>)> = Vec::new();
    for setting in settings {
        let Some(name) = setting.name.as_ref().filter(|n| n.to_ascii_uppercase().contains("PORT")) else {
            continue;
        };
        if let Some(port) = setting.value.as_i64().filter(|port| published.contains(port))
            && !out.iter().any(|(known, _)| known.known() == Some(&port))
        {
            out.push((Prop::written(port, setting.value.origin), Some(name)));
        }
    }
    (!out.is_empty()).then_some(out)
}

/// What a setting takes out of a secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// The field that holds the address, by its name.
    Address,
    /// Another field: a user, a password.
    Other,
    /// All of it, or its ARN; the application picks what it wants.
    Whole,
}

/// What a setting takes out of a secret.
fn part_of_secret(setting: &Setting<'_>) -> Part {
    match picked_key(setting.value) {
        Some(key) if names_an_address(&key) => Part::Address,
        Some(_) => Part::Other,
        // All of it is the address, as the name of the setting says.
        None if setting.name.as_deref().is_some_and(names_an_address) => Part::Address,
        None => Part::Whole,
    }
}

/// Whether a name is that of a host or a URL.
pub(super) fn names_an_address(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["HOST", "ENDPOINT", "URL", "URI", "DSN", "ADDR", "SERVER", "CONNECTION"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether a client that reads a server's secret is given the address of something else: of a proxy, or a host in a setting of the same
/// family. Then the password is all that it takes from the server.
fn is_told_otherwise<'m>(
    model: &'m Model<'m>,
    carriers: &Carriers,
    settings: &[Setting<'m>],
    id: ResourceId,
) -> bool {
    let Some(server) = server(model, id) else { return false };
    let is_this = |id: ResourceId| self::server(model, id).is_some_and(|s| s.id == server.id);
    let wanted = match server.kind {
        ServerKind::Database => "DATABASE",
        ServerKind::Cache => "CACHE",
        ServerKind::Search | ServerKind::Broker | ServerKind::Machine | ServerKind::Listener => {
            return false;
        }
    };
    settings.iter().any(|setting| {
        let found = addresses(model, setting.value);
        // Clients talk to a proxy instead of the database.
        let is_proxy = |id: ResourceId| {
            model.get::<DbProxy<'m>>(id).is_some() || model.get::<DbProxyEndpoint<'m>>(id).is_some()
        };
        if server.kind == ServerKind::Database && found.iter().any(|a| is_proxy(a.id)) {
            return true;
        }
        let Some(name) = setting.name.as_deref().filter(|n| names_an_address(n)) else { return false };
        let leads_here = found.iter().any(|a| is_this(a.id))
            || model
                .mentions(setting.value)
                .iter()
                .filter_map(|m| carriers.by_secret.get(m))
                .flatten()
                .any(|s| is_this(*s));
        family(name).as_deref() == Some(wanted) && !leads_here
    })
}

/// The family of a setting: what stands before the first underscore, with the usual names of databases and caches taken as one.
pub fn family(name: &str) -> Option<String> {
    let stem = name.split(['_', '-', '.']).next()?.to_ascii_uppercase();
    Some(match stem.as_str() {
        "DB" | "DATABASE" | "POSTGRES" | "POSTGRESQL" | "PG" | "PGHOST" | "PGUSER" | "PGPASSWORD"
        | "PGDATABASE" | "MYSQL" | "RDS" | "JDBC" | "SQL" | "SQLALCHEMY" | "DATASOURCE" => {
            "DATABASE".to_owned()
        }
        "REDIS" | "CACHE" | "VALKEY" | "ELASTICACHE" | "CELERY" | "MEMCACHED" => "CACHE".to_owned(),
        _ => stem,
    })
}
