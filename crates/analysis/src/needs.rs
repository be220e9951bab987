//! Needs: who talks to whom, on which port, and how we know: read from the data flow.

use std::collections::BTreeMap;

use iaclint_model::endpoints::Endpoint;
use iaclint_model::rds::{DbCluster, DbInstance, DbProxy, DbProxyEndpoint};
use iaclint_model::secrets::{SecretTargetAttachment, SecretVersion, SecretsManagerSecret, SsmParameter};
use iaclint_model::server::{Server, ServerKind, server};
use iaclint_model::workload::{Setting, SettingKind, Workload};
use iaclint_model::{Model, Prop, ResourceId};
use iaclint_value::{Data, OriginId, Piece, Step, Text, Value};

/// How we know of a need.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// A setting carries the server's address.
    Address,
    /// A setting is read from a secret or parameter that carries the server's address.
    Secret(ResourceId),
    /// A setting is read from the secret that the service keeps the server's password in.
    Password(ResourceId),
}

/// A client that talks to a server.
#[derive(Clone, Debug)]
pub struct Need<'m> {
    /// The client: its place in [`crate::Analysis::workloads`].
    pub client: usize,
    /// The server.
    pub server: Server,
    /// The port: the one written behind the address, else the server's own.
    pub port: Prop<i64>,
    /// How we know.
    pub evidence: Evidence,
    /// The setting that shows it.
    pub setting: Option<String>,
    /// The place of that setting's value.
    pub origin: OriginId,
    /// The value.
    pub value: &'m Value,
    /// The names of all settings that lead to the server, in order.
    pub settings: Vec<String>,
}

/// An address of a server found in a value.
#[derive(Clone, Debug)]
pub struct Address {
    /// The resource whose attribute it is.
    pub id: ResourceId,
    /// What the attribute holds.
    pub kind: Endpoint,
    /// The port that is written behind it, or that the attribute decides.
    pub port: Option<i64>,
}

/// The addresses of resources that a value carries.
pub fn addresses<'m>(model: &'m Model<'m>, value: &'m Value) -> Vec<Address> {
    let mut out: Vec<Address> = Vec::new();
    value.walk(&mut |v| match &v.data {
        Data::Text(text) => {
            for (index, piece) in text.pieces().iter().enumerate() {
                let Piece::Hole(Value { data: Data::Reference(reference), .. }) = piece else { continue };
                if let Some((id, kind)) = model.endpoint(reference)
                    && kind.is_address()
                {
                    let port = port_behind(text, index).or_else(|| model.port_of_endpoint(reference));
                    out.push(Address { id, kind, port });
                }
            }
        }
        Data::Reference(reference) => {
            if let Some((id, kind)) = model.endpoint(reference)
                && kind.is_address()
                && !out.iter().any(|a| a.id == id)
            {
                out.push(Address { id, kind, port: model.port_of_endpoint(reference) });
            }
        }
        _ => {}
    });
    out
}

/// The port written right behind the piece: `:6380` in `${host}:6380/0`.
fn port_behind(text: &Text, index: usize) -> Option<i64> {
    let Some(Piece::Literal(next)) = text.pieces().get(index + 1) else { return None };
    let digits = next.text.strip_prefix(':')?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok().filter(|p| (1..=65535).contains(p))
}

/// What secrets and parameters lead to: the servers whose addresses they carry.
struct Carriers {
    by_secret: BTreeMap<ResourceId, Vec<ResourceId>>,
}

impl Carriers {
    fn new<'m>(model: &'m Model<'m>) -> Self {
        let mut by_secret: BTreeMap<ResourceId, Vec<ResourceId>> = BTreeMap::new();
        let mut add = |secret: ResourceId, servers: Vec<ResourceId>| {
            let known = by_secret.entry(secret).or_default();
            for server in servers {
                if !known.contains(&server) {
                    known.push(server);
                }
            }
        };
        let carried = |value: Prop<&'m Value>| match value {
            Prop::Known { value, .. } => addresses(model, value).into_iter().map(|a| a.id).collect(),
            _ => Vec::new(),
        };
        for attachment in model.all::<SecretTargetAttachment<'m>>() {
            let Some(target) = attachment.target() else { continue };
            add(attachment.id(), vec![target]);
            if let Some(secret) = attachment.secret() {
                add(secret, vec![target]);
            }
        }
        for version in model.all::<SecretVersion<'m>>() {
            let servers = carried(version.secret_string());
            add(version.id(), servers.clone());
            if let Some(secret) = version.secret() {
                add(secret, servers);
            }
        }
        for secret in model.all::<SecretsManagerSecret<'m>>() {
            add(secret.id(), carried(secret.secret_string()));
            add(secret.id(), carried(secret.template()));
        }
        for parameter in model.all::<SsmParameter<'m>>() {
            add(parameter.id(), carried(parameter.value()));
        }
        by_secret.retain(|_, servers| !servers.is_empty());
        Self { by_secret }
    }
}

/// All needs of all workloads: one for each client and server, with the strongest evidence.
/// `published` gives the ports of a machine, which is not asked for one by the configuration.
pub(crate) fn needs<'m>(
    model: &'m Model<'m>,
    workloads: &[Workload<'m>],
    published: impl Fn(ResourceId) -> Vec<i64>,
) -> Vec<Need<'m>> {
    let carriers = Carriers::new(model);
    let mut out: Vec<Need<'m>> = Vec::new();
    for (client, workload) in workloads.iter().enumerate() {
        let first = out.len();
        for setting in &workload.settings.items {
            let mut found: Vec<(ResourceId, Option<i64>, Evidence)> = addresses(model, setting.value)
                .into_iter()
                .map(|a| (a.id, a.port, Evidence::Address))
                .collect();
            for mentioned in model.mentions(setting.value) {
                if let Some(servers) = carriers.by_secret.get(&mentioned) {
                    let part = part_of_secret(setting.value);
                    let otherwise = |s: &&ResourceId| {
                        part != Part::Address
                            && is_told_otherwise(model, &carriers, &workload.settings.items, **s)
                    };
                    let evidence = if part == Part::Other { Evidence::Password } else { Evidence::Secret };
                    found.extend(
                        servers.iter().filter(|s| !otherwise(s)).map(|s| (*s, None, evidence(mentioned))),
                    );
                } else if setting.kind == SettingKind::Secret
                    && (model.get::<DbInstance<'m>>(mentioned).is_some()
                        || model.get::<DbCluster<'m>>(mentioned).is_some())
                    && !is_told_otherwise(model, &carriers, &workload.settings.items, mentioned)
                {
                    found.push((mentioned, None, Evidence::Password(mentioned)));
                }
            }
            for (id, port, evidence) in found {
                let Some(server) = server(model, id) else { continue };
                // What exists only without the other never meets it.
                let together =
                    model.resource(server.id).existence.compatible(&model.resource(workload.id).existence);
                if !together {
                    continue;
                }
                let ports = match port {
                    Some(port) => vec![(Prop::written(port, setting.value.origin), None)],
                    None if server.kind == ServerKind::Machine => {
                        ports_of_machine(&published(server.id), &workload.settings.items)
                            .unwrap_or_else(|| vec![(server.port.clone(), None)])
                    }
                    None => vec![(server.port.clone(), None)],
                };
                for (port, beside) in ports {
                    let names: Vec<String> = setting.name.iter().chain(beside).cloned().collect();
                    let same = |n: &&mut Need<'_>| n.server.id == server.id && same_port(&n.port, &port);
                    match out[first..].iter_mut().find(same) {
                        Some(known) => {
                            let new: Vec<String> =
                                names.into_iter().filter(|n| !known.settings.contains(n)).collect();
                            known.settings.extend(new);
                            if rank(&evidence) < rank(&known.evidence) {
                                known.evidence = evidence.clone();
                                known.setting.clone_from(&setting.name);
                                known.origin = setting.value.origin;
                                known.value = setting.value;
                            }
                        }
                        None => out.push(Need {
                            client,
                            server: server.clone(),
                            port,
                            evidence: evidence.clone(),
                            setting: setting.name.clone(),
                            origin: setting.value.origin,
                            value: setting.value,
                            settings: names,
                        }),
                    }
                }
            }
        }
    }
    out
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

/// What a setting takes out of a secret: the key behind `arn:`…`:key::`, or in a dynamic reference.
fn part_of_secret(value: &Value) -> Part {
    let key = match (value.as_reference(), value.to_text()) {
        (Some(reference), _) => match reference.path.as_slice() {
            [.., Step::Attr(field), Step::Attr(key)] if field == "SecretString" => Some(key.to_string()),
            _ => None,
        },
        (None, Some(text)) => match text.pieces() {
            [Piece::Hole(_), Piece::Literal(rest)] => {
                rest.text.strip_prefix(':').and_then(|r| r.split(':').next()).map(str::to_owned)
            }
            _ => None,
        },
        (None, None) => None,
    };
    match key {
        Some(key) if !key.is_empty() => {
            if names_an_address(&key) {
                Part::Address
            } else {
                Part::Other
            }
        }
        _ => Part::Whole,
    }
}

/// Whether a name is that of a host or a URL.
fn names_an_address(name: &str) -> bool {
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

fn same_port(a: &Prop<i64>, b: &Prop<i64>) -> bool {
    match (a.known(), b.known()) {
        (Some(a), Some(b)) => a == b,
        (None, None) => true,
        _ => false,
    }
}

fn rank(evidence: &Evidence) -> u8 {
    match evidence {
        Evidence::Address => 0,
        Evidence::Secret(_) => 1,
        Evidence::Password(_) => 2,
    }
}

/// What a server is called in a message: `the database aws_db_instance.main`.
pub fn server_words(model: &Model<'_>, server: &Server) -> String {
    let kind = match server.kind {
        ServerKind::Database => "the database",
        ServerKind::Cache => "the cache",
        ServerKind::Search => "the search domain",
        ServerKind::Broker => "the broker",
        ServerKind::Machine => "the instance",
        ServerKind::Listener => return model.short(server.id),
    };
    format!("{kind} {}", model.short(server.id))
}
