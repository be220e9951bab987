//! A client that is told of a database that nothing creates.

use iaclint_analysis::needs::addresses;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::ecs::TaskDefinition;
use iaclint_model::rds::{ClusterEnd, DbCluster, DbInstance};
use iaclint_model::workload::{Setting, Workload};
use iaclint_model::{Model, Prop, ResourceId};
use iaclint_value::{Data, Flat, OriginId, Value};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a client names a database that nothing in the configuration creates",
};

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

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    let mut creators: Option<bool> = None;
    let mut seen: Vec<(ResourceId, ResourceId, String)> = Vec::new();
    for workload in analysis.workloads() {
        let mut servers = databases(cx.model(), workload);
        servers.dedup();
        // With two servers a name alone does not say of which it is.
        let [server] = *servers else { continue };
        for setting in &workload.settings.items {
            let Some(named) = database_in(setting, server) else { continue };
            let Some((created, origin)) = created(cx.model(), server) else { continue };
            let same = created.as_ref().is_some_and(|c| c.eq_ignore_ascii_case(&named));
            let key = (workload.definition, server, named.clone());
            if same || named.is_empty() || is_standard(&named) || seen.contains(&key) {
                continue;
            }
            if *creators.get_or_insert_with(|| somebody_creates(cx.model(), analysis)) {
                return;
            }
            seen.push(key);
            report(cx, workload, setting, server, &named, created.as_deref(), origin);
        }
    }
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
fn database_in(setting: &Setting<'_>, _server: ResourceId) -> Option<String> {
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
fn somebody_creates<'m>(model: &'m Model<'m>, analysis: &iaclint_analysis::Analysis<'m>) -> bool {
    let by_resource = model.ids().any(|id| {
        let name = model.resource(id).type_name.as_str();
        let sql = name.starts_with("postgresql_")
            || name.starts_with("mysql_")
            || name == "aws_lambda_invocation"
            || name == "Custom::RdsDatabase";
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

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    workload: &Workload<'m>,
    setting: &Setting<'m>,
    server: ResourceId,
    named: &str,
    created: Option<&str>,
    origin: OriginId,
) {
    let model = cx.model();
    let server_name = model.short(server);
    let exists = created.map_or_else(
        || "is made without a database of its own".to_owned(),
        |c| format!("is made with the database `{c}` only"),
    );
    let name = setting.name.clone().unwrap_or_default();
    let mut draft = cx
        .finding(workload.definition, format!("`{name}` names the database `{named}`, which nothing creates"))
        .identity(named)
        .at(cx, setting.value.origin, format!("`{named}` on {server_name}"))
        .label(cx, origin, exists.clone())
        .related(cx, server, exists)
        .trail(cx, setting.value.origin)
        .help(format!(
            "name the database of {server_name}, or create `{named}` before the application starts"
        ));
    if let Some(container) = setting.container {
        draft = draft.part(container.label());
    }
    draft.report(cx);
}
