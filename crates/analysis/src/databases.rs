//! Databases that clients name, and who creates them.

use iaclint_model::ecs::TaskDefinition;
use iaclint_model::rds::{ClusterEnd, DbCluster, DbInstance, may_run_sql};
use iaclint_model::workload::{Setting, Workload};
use iaclint_model::{Model, Prop, ResourceId};
use iaclint_value::{Data, Flat, OriginId, Value};

use crate::Analysis;
use crate::needs::addresses;

/// A database that a client is told of, on a server that is made without it, where nothing in the configuration creates any.
#[derive(Clone, Debug)]
pub struct MissingDatabase<'m> {
    /// What is told of it.
    pub client: ResourceId,
    /// Where that is written: the task definition, or the function.
    pub definition: ResourceId,
    /// By which setting.
    pub setting: Setting<'m>,
    /// The server.
    pub server: ResourceId,
    /// Its name.
    pub name: String,
    /// The database that the server is made with.
    pub existing: Option<String>,
    /// Where that one is named.
    pub existing_origin: OriginId,
}

/// Settings that hold the name of a database and nothing else.
const NAMES: [&str; 9] = [
    "DB_NAME",
    "DATABASE_NAME",
    "DB_DATABASE",
    "POSTGRES_DB",
    "POSTGRES_DATABASE",
    "POSTGRES_DB_NAME",
    "PGDATABASE",
    "MYSQL_DATABASE",
    "MYSQL_DB",
];

/// Every database that is named and not created. Empty when anything may create databases.
pub(crate) fn missing_databases<'m>(analysis: &Analysis<'m>) -> Vec<MissingDatabase<'m>> {
    let model = analysis.model;
    let mut out: Vec<MissingDatabase<'m>> = Vec::new();
    for workload in analysis.workloads() {
        // With two servers a name alone does not say of which it is.
        let [server] = *databases(model, workload) else { continue };
        for setting in &workload.settings.items {
            let Some(name) = database_in(setting) else { continue };
            let Some((existing, existing_origin)) = created(model, server) else { continue };
            let exists = existing.as_ref().is_some_and(|e| e.eq_ignore_ascii_case(&name));
            let told = |m: &MissingDatabase<'_>| {
                m.definition == workload.definition && m.server == server && m.name == name
            };
            if exists || name.is_empty() || is_standard(&name) || out.iter().any(told) {
                continue;
            }
            out.push(MissingDatabase {
                client: workload.id,
                definition: workload.definition,
                setting: setting.clone(),
                server,
                name,
                existing,
                existing_origin,
            });
        }
    }
    if !out.is_empty() && somebody_creates(analysis) {
        out.clear();
    }
    out
}

/// The database servers whose addresses a workload is given.
fn databases<'m>(model: &'m Model<'m>, workload: &Workload<'m>) -> Vec<ResourceId> {
    let settings = workload.settings.items.iter();
    let mut out: Vec<ResourceId> = settings
        .flat_map(|s| addresses(model, s.value))
        .map(|a| a.id)
        .filter(|id| model.get::<DbInstance<'m>>(*id).is_some() || model.get::<DbCluster<'m>>(*id).is_some())
        .collect();
    out.sort();
    out.dedup();
    out
}

/// The name of a database that a setting holds: all of it, or the path behind the server's address.
fn database_in(setting: &Setting<'_>) -> Option<String> {
    let text = setting.value.to_text()?;
    if let Some(whole) = text.as_str() {
        let name = setting.name.as_deref()?.to_ascii_uppercase();
        return NAMES.contains(&name.as_str()).then(|| whole.into_owned());
    }
    let flat = text.flatten().text;
    let (scheme, rest) = flat.split_once("://")?;
    let sql = ["postgres", "postgresql", "mysql", "mariadb"].iter().any(|s| scheme.starts_with(s));
    let (_, path) = rest.split_once('/')?;
    let name = path.split(['?', '#', '/']).next()?;
    (sql && !name.contains(Flat::HOLE)).then(|| name.to_owned())
}

/// What exists on every server.
fn is_standard(name: &str) -> bool {
    matches!(name, "postgres" | "template1" | "mysql" | "information_schema" | "sys")
}

/// The database that the server is made with. `None`: not known, or restored with whatever it held.
fn created<'m>(model: &'m Model<'m>, server: ResourceId) -> Option<(Option<String>, OriginId)> {
    let sql = |engine: &str| ["postgres", "mysql", "mariadb", "aurora"].iter().any(|e| engine.starts_with(e));
    let (engine, database, restored) = if let Some(db) = model.get::<DbInstance<'m>>(server) {
        (db.engine(), db.database(), !db.snapshot().is_absent() || !db.replica_of().is_absent())
    } else {
        let cluster = model.get::<DbCluster<'m>>(server)?;
        let end = model.get::<ClusterEnd<'m>>(server)?;
        (cluster.engine(), cluster.database(), !end.snapshot().is_absent())
    };
    if restored || !engine.must(|e| sql(e)) || model.in_library(server) {
        return None;
    }
    match database {
        Prop::Known { value, origin, .. } => Some((Some(value), origin)),
        Prop::Absent { origin } => Some((None, origin)),
        Prop::OneOf { .. } | Prop::Unknown { .. } => None,
    }
}

/// Whether anything may create databases: a provider for them, a command, a script, a resource of one's own.
fn somebody_creates<'m>(analysis: &Analysis<'m>) -> bool {
    let model = analysis.model;
    let by_resource = model.ids().any(|id| {
        let name = model.resource(id).type_name.as_str();
        let sql = may_run_sql(name);
        let runs = matches!(name, "null_resource" | "terraform_data") && creates(&model.resource(id).meta);
        let own = name.starts_with("Custom::")
            && ["db", "database", "sql", "migrat", "schema"]
                .iter()
                .any(|w| name.to_ascii_lowercase().contains(w));
        sql || runs || own
    });
    let by_container = model.all::<TaskDefinition<'m>>().iter().flat_map(|t| t.containers().items).any(|c| {
        [c.command(), c.entry_point()]
            .into_iter()
            .any(|p| matches!(p, Prop::Known { value, .. } if creates(value)))
    });
    let by_file = analysis.programs().iter().flat_map(|p| &p.parts).filter(|p| p.file.is_some()).any(|p| {
        p.script.commands.iter().any(|c| c.words.iter().any(|w| creates_text(&w.text.flatten().text)))
    });
    let by_host = analysis.hosts().iter().any(|h| creates_text(&h.text.flatten().text));
    by_resource || by_container || by_file || by_host
}

fn creates(value: &Value) -> bool {
    let mut found = false;
    value.walk(&mut |v| {
        if let Data::Text(text) = &v.data {
            found |= creates_text(&text.flatten().text);
        }
    });
    found
}

/// Commands of databases and frameworks that create a database.
fn creates_text(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "createdb",
        "create database",
        "db:create",
        "db:prepare",
        "db:setup",
        "ecto.create",
        "database:create",
        "create-database",
        "create_database",
    ]
    .iter()
    .any(|word| text.contains(word))
}
