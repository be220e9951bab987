//! Servers: what listens on a port of the network, whatever service it is of.

use iaclint_graph::Language;
use iaclint_value::{OriginId, Value};

use crate::ec2::Instance;
use crate::elasticache::{
    CacheCluster, MemoryDbCluster, OpenSearchDomain, ReplicationGroup, ServerlessCache,
};
use crate::rds::{DbCluster, DbClusterInstance, DbInstance, DocDbCluster};
use crate::vpc::SubnetGroup;
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
    /// Where it stands.
    pub placement: Placement,
    /// Whether it has a public address.
    pub public: Prop<bool>,
}

/// Where in the network a server stands.
#[derive(Clone, Debug)]
pub enum Placement {
    /// In one of these subnets, named at the origin.
    Subnets(Many<Link>, OriginId),
    /// In the account's default VPC, since nothing says otherwise.
    DefaultVpc(OriginId),
    /// Not known.
    Unknown,
}

/// The subnets of a subnet group; the default VPC when no group is written and none can be taken over from elsewhere.
fn placed<'m>(
    model: &'m Model<'m>,
    group: Option<ResourceId>,
    written: &Prop<&Value>,
    inherited: bool,
) -> Placement {
    if let Some(group) = group.and_then(|id| model.get::<SubnetGroup<'m>>(id)) {
        return Placement::Subnets(group.subnets(), written.origin());
    }
    match written {
        Prop::Absent { origin } if !inherited => Placement::DefaultVpc(*origin),
        _ => Placement::Unknown,
    }
}

fn private(origin: OriginId) -> Prop<bool> {
    Prop::Absent { origin }.or(false)
}

/// An instance is private unless it says otherwise. Terraform always says; without a subnet group RDS decides after the default VPC.
fn public_default(public: Prop<bool>, group: &Prop<&Value>, language: Language) -> Prop<bool> {
    match public {
        Prop::Absent { origin } if group.is_absent() && language != Language::Terraform => {
            Prop::Unknown { origin }
        }
        other => other.or(false),
    }
}

/// Whether any instance of a cluster has a public address.
fn instances_public<'m>(model: &'m Model<'m>, cluster: ResourceId) -> Prop<bool> {
    let origin = model.resource(cluster).body.origin;
    let of_terraform = model
        .all::<DbClusterInstance<'m>>()
        .into_iter()
        .filter(|i| i.cluster() == Some(cluster))
        .map(|i| i.public());
    let of_templates = model
        .all::<DbInstance<'m>>()
        .into_iter()
        .filter(|i| i.cluster() == Some(cluster))
        .map(|i| i.public());
    for public in of_terraform.chain(of_templates) {
        if public.may(|p| *p) {
            return Prop::Unknown { origin };
        }
    }
    private(origin)
}

/// Where it stands when it names its subnets itself; nothing is concluded when it names none.
fn in_subnets(subnets: Many<Link>, origin: OriginId) -> Placement {
    if subnets.items.is_empty() { Placement::Unknown } else { Placement::Subnets(subnets, origin) }
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
            security_groups: groups_if_written(
                db.security_groups(),
                !db.security_groups_written().is_absent(),
            ),
            placement: placed(
                model,
                db.subnet_group(),
                &db.subnet_group_written(),
                !db.replica_of().is_absent(),
            ),
            public: public_default(db.public(), &db.subnet_group_written(), language),
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
            security_groups: groups_if_written(
                db.security_groups(),
                !db.security_groups_written().is_absent(),
            ),
            placement: placed(model, db.subnet_group(), &db.subnet_group_written(), false),
            public: instances_public(model, id),
        });
    }
    if let Some(db) = model.get::<DocDbCluster<'m>>(id) {
        return Some(Server {
            id,
            kind: ServerKind::Database,
            port: db.port(),
            security_groups: groups_if_written(
                db.security_groups(),
                !db.security_groups_written().is_absent(),
            ),
            placement: placed(model, db.subnet_group(), &db.subnet_group_written(), false),
            public: private(db.origin()),
        });
    }
    if let Some(cache) = model.get::<ReplicationGroup<'m>>(id) {
        return Some(Server {
            id,
            kind: ServerKind::Cache,
            port: cache.port(),
            security_groups: groups_if_written(
                cache.security_groups(),
                !cache.security_groups_written().is_absent(),
            ),
            placement: placed(model, cache.subnet_group(), &cache.subnet_group_written(), false),
            public: private(cache.origin()),
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
            security_groups: groups_if_written(
                cache.security_groups(),
                !cache.security_groups_written().is_absent(),
            ),
            placement: placed(model, cache.subnet_group(), &cache.subnet_group_written(), false),
            public: private(cache.origin()),
        });
    }
    if let Some(cache) = model.get::<ServerlessCache<'m>>(id) {
        let origin = cache.origin();
        return Some(Server {
            id,
            kind: ServerKind::Cache,
            port: port_or_engine(Prop::Absent { origin }, &cache.engine(), language),
            security_groups: groups_if_written(
                cache.security_groups(),
                !cache.security_groups_written().is_absent(),
            ),
            placement: in_subnets(cache.subnets(), origin),
            public: private(cache.origin()),
        });
    }
    if let Some(cache) = model.get::<MemoryDbCluster<'m>>(id) {
        return Some(Server {
            id,
            kind: ServerKind::Cache,
            port: cache.port(),
            security_groups: groups_if_written(
                cache.security_groups(),
                !cache.security_groups_written().is_absent(),
            ),
            placement: placed(model, cache.subnet_group(), &cache.subnet_group_written(), false),
            public: private(cache.origin()),
        });
    }
    if let Some(domain) = model.get::<OpenSearchDomain<'m>>(id) {
        // A domain without a VPC is reached over the internet: no group decides.
        return Some(Server {
            id,
            kind: ServerKind::Search,
            port: Prop::Absent { origin: domain.origin() }.or(443_i64),
            security_groups: groups_if_written(
                domain.security_groups(),
                !domain.security_groups_written().is_absent(),
            ),
            placement: in_subnets(domain.subnets(), domain.origin()),
            public: private(domain.origin()),
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
            placement: in_subnets(instance.subnet(), instance.origin()),
            public: Prop::Unknown { origin: instance.origin() },
        });
    }
    None
}
