//! Servers: what listens on a port of the network, whatever service it is of.

use iaclint_graph::Language;

use crate::ec2::Instance;
use crate::elasticache::{CacheCluster, MemoryDbCluster, OpenSearchDomain, ReplicationGroup, ServerlessCache};
use crate::rds::{DbCluster, DbClusterInstance, DbInstance, DocDbCluster};
use crate::{Link, Many, Model, Prop, ResourceId};

/// What a server is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServerKind {
    /// A relational or document database.
    Database,
    /// A cache: Redis, Valkey, Memcached.
    Cache,
    /// A search index.
    Search,
    /// A machine that runs something.
    Machine,
}

/// Something that listens.
#[derive(Clone, Debug)]
pub struct Server {
    /// The resource whose network settings count: of an Aurora instance, its cluster.
    pub id: ResourceId,
    /// What it is.
    pub kind: ServerKind,
    /// Its port. Of a machine it is not known.
    pub port: Prop<i64>,
    /// Its security groups. Not complete when they are not written: then the VPC's default group counts.
    pub security_groups: Many<Link>,
}

/// The port of a database engine. Source: `data/default_ports.json`.
fn engine_port(engine: &str, language: Language) -> Option<i64> {
    Some(match engine {
        "postgres" => 5432,
        "mysql" | "mariadb" | "aurora-mysql" | "aurora" => 3306,
        // CloudFormation documents 3306 for an Aurora PostgreSQL cluster without a port, the API 5432: uncertain there.
        "aurora-postgresql" if language == Language::Terraform => 5432,
        "redis" | "valkey" => 6379,
        "memcached" => 11211,
        e if e.starts_with("oracle") => 1521,
        e if e.starts_with("sqlserver") => 1433,
        e if e.starts_with("db2") => 50000,
        _ => return None,
    })
}

fn port_or_engine(port: Prop<i64>, engine: &Prop<String>, language: Language) -> Prop<i64> {
    match (port, engine.known().and_then(|e| engine_port(e, language))) {
        (absent @ Prop::Absent { .. }, Some(default)) => absent.or(default),
        (Prop::Absent { origin }, None) => Prop::Unknown { origin },
        (other, _) => other,
    }
}

/// Security groups that are not written are the VPC's default group, of which we know nothing.
fn groups_if_written(groups: Many<Link>, written: bool) -> Many<Link> {
    let complete = groups.complete && written && !groups.items.is_empty();
    Many { items: groups.items, complete }
}

/// A resource as a server.
pub fn server<'m>(model: &'m Model<'m>, id: ResourceId) -> Option<Server> {
    let language = model.language(id);
    if let Some(db) = model.get::<DbInstance<'m>>(id) {
        if let Some(cluster) = db.cluster() {
            return server(model, cluster);
        }
        let engine = db.engine();
        return Some(Server {
            id,
            kind: ServerKind::Database,
            port: port_or_engine(db.port(), &engine, language),
            security_groups: groups_if_written(db.security_groups(), !db.security_groups_written().is_absent()),
        });
    }
    if let Some(db) = model.get::<DbClusterInstance<'m>>(id) {
        return server(model, db.cluster()?);
    }
    if let Some(db) = model.get::<DbCluster<'m>>(id) {
        return Some(Server {
            id,
            kind: ServerKind::Database,
            port: port_or_engine(db.port(), &db.engine(), language),
            security_groups: groups_if_written(db.security_groups(), !db.security_groups_written().is_absent()),
        });
    }
    if let Some(db) = model.get::<DocDbCluster<'m>>(id) {
        return Some(Server {
            id,
            kind: ServerKind::Database,
            port: db.port(),
            security_groups: groups_if_written(db.security_groups(), !db.security_groups_written().is_absent()),
        });
    }
    if let Some(cache) = model.get::<ReplicationGroup<'m>>(id) {
        return Some(Server {
            id,
            kind: ServerKind::Cache,
            port: cache.port(),
            security_groups: groups_if_written(cache.security_groups(), !cache.security_groups_written().is_absent()),
        });
    }
    if let Some(cache) = model.get::<CacheCluster<'m>>(id) {
        if let Some(group) = cache.replication_group() {
            return server(model, group);
        }
        return Some(Server {
            id,
            kind: ServerKind::Cache,
            port: port_or_engine(cache.port(), &cache.engine(), language),
            security_groups: groups_if_written(cache.security_groups(), !cache.security_groups_written().is_absent()),
        });
    }
    if let Some(cache) = model.get::<ServerlessCache<'m>>(id) {
        let origin = cache.origin();
        return Some(Server {
            id,
            kind: ServerKind::Cache,
            port: port_or_engine(Prop::Absent { origin }, &cache.engine(), language),
            security_groups: groups_if_written(cache.security_groups(), !cache.security_groups_written().is_absent()),
        });
    }
    if let Some(cache) = model.get::<MemoryDbCluster<'m>>(id) {
        return Some(Server {
            id,
            kind: ServerKind::Cache,
            port: cache.port(),
            security_groups: groups_if_written(cache.security_groups(), !cache.security_groups_written().is_absent()),
        });
    }
    if let Some(domain) = model.get::<OpenSearchDomain<'m>>(id) {
        // A domain without a VPC is reached over the internet: no group decides.
        return Some(Server {
            id,
            kind: ServerKind::Search,
            port: Prop::Absent { origin: domain.origin() }.or(443_i64),
            security_groups: groups_if_written(domain.security_groups(), !domain.security_groups_written().is_absent()),
        });
    }
    if let Some(instance) = model.get::<Instance<'m>>(id) {
        return Some(Server {
            id,
            kind: ServerKind::Machine,
            port: Prop::Unknown { origin: instance.origin() },
            security_groups: groups_if_written(
                instance.security_groups(),
                !instance.security_groups_written().is_absent(),
            ),
        });
    }
    None
}
