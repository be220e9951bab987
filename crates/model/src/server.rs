//! Servers: what listens on a port of the network, whatever service it is of.

use iaclint_graph::Language;
use iaclint_value::{OriginId, Value};

use crate::brokers::{MqBroker, MskCluster};
use crate::ec2::{Instance, groups_or_default};
use crate::elasticache::{
    CacheCluster, MemoryDbCluster, OpenSearchDomain, ReplicationGroup, ServerlessCache,
};
use crate::rds::{DbCluster, DbClusterInstance, DbInstance, DocDbCluster, NeptuneCluster};
use crate::vpc::SubnetGroup;
use crate::{Link, Many, Model, Prop, ResourceId};

/// What a server is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServerKind {
    /// A relational, document or graph database.
    Database,
    /// A cache: Redis, Valkey, Memcached.
    Cache,
    /// A search index.
    Search,
    /// A broker of messages: RabbitMQ, ActiveMQ, Kafka.
    Broker,
    /// A machine that runs something.
    Machine,
    /// Anything else that listens: a service, a load balancer, a file system, an endpoint.
    Listener,
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
    /// Its security groups; where none are written, the default group of its VPC, and not complete when that VPC is not known.
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
    /// Outside of every VPC, behind a public name.
    Internet,
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

/// What a server is made of, beside what all have in common.
struct Parts {
    kind: ServerKind,
    port: Prop<i64>,
    security_groups: Many<Link>,
    placement: Placement,
    public: Prop<bool>,
}

impl Parts {
    fn server<'m>(self, model: &'m Model<'m>, id: ResourceId) -> Server {
        let subnets = match &self.placement {
            Placement::Subnets(subnets, _) => Some(subnets),
            Placement::DefaultVpc(_) | Placement::Internet | Placement::Unknown => None,
        };
        let security_groups = groups_or_default(model, self.security_groups, subnets);
        let Parts { kind, port, placement, public, .. } = self;
        Server { id, kind, port, security_groups, placement, public }
    }
}

/// A resource as a server.
pub fn server<'m>(model: &'m Model<'m>, id: ResourceId) -> Option<Server> {
    if let Some(db) = model.get::<DbInstance<'m>>(id) {
        return match db.cluster() {
            Some(cluster) => server(model, cluster),
            None => Some(database(model, &db).server(model, id)),
        };
    }
    if let Some(db) = model.get::<DbClusterInstance<'m>>(id) {
        return server(model, db.cluster()?);
    }
    if let Some(group) = model.get::<CacheCluster<'m>>(id).and_then(|cache| cache.replication_group()) {
        return server(model, group);
    }
    Some(parts(model, id)?.server(model, id))
}

fn database<'m>(model: &'m Model<'m>, db: &DbInstance<'m>) -> Parts {
    let language = model.language(db.id());
    let written = db.subnet_group_written();
    Parts {
        kind: ServerKind::Database,
        port: port_or_engine(db.port(), &db.engine(), language),
        security_groups: db.security_groups(),
        placement: placed(model, db.subnet_group(), &written, !db.replica_of().is_absent()),
        public: public_default(db.public(), &written, language),
    }
}

fn parts<'m>(model: &'m Model<'m>, id: ResourceId) -> Option<Parts> {
    let language = model.language(id);
    let parts = if let Some(db) = model.get::<DbCluster<'m>>(id) {
        Parts {
            kind: ServerKind::Database,
            port: port_or_engine(db.port(), &db.engine(), language),
            security_groups: db.security_groups(),
            placement: placed(model, db.subnet_group(), &db.subnet_group_written(), false),
            public: instances_public(model, id),
        }
    } else if let Some(db) = model.get::<DocDbCluster<'m>>(id) {
        Parts {
            kind: ServerKind::Database,
            port: db.port(),
            security_groups: db.security_groups(),
            placement: placed(model, db.subnet_group(), &db.subnet_group_written(), false),
            public: private(db.origin()),
        }
    } else if let Some(db) = model.get::<NeptuneCluster<'m>>(id) {
        Parts {
            kind: ServerKind::Database,
            port: db.port(),
            security_groups: db.security_groups(),
            placement: placed(model, db.subnet_group(), &db.subnet_group_written(), false),
            public: private(db.origin()),
        }
    } else if let Some(broker) = model.get::<MqBroker<'m>>(id) {
        let placement = match broker.subnets_written() {
            Prop::Absent { origin } => Placement::DefaultVpc(origin),
            written => in_subnets(broker.subnets(), written.origin()),
        };
        Parts {
            kind: ServerKind::Broker,
            port: broker.port(),
            security_groups: broker.security_groups(),
            placement,
            public: broker.public(),
        }
    } else if let Some(cluster) = model.get::<MskCluster<'m>>(id) {
        let origin = cluster.origin();
        Parts {
            kind: ServerKind::Broker,
            port: Prop::Unknown { origin },
            security_groups: cluster.security_groups(),
            placement: in_subnets(cluster.subnets(), origin),
            public: match cluster.connectivity() {
                Prop::Absent { .. } => private(origin),
                _ => Prop::Unknown { origin },
            },
        }
    } else if let Some(cache) = model.get::<ReplicationGroup<'m>>(id) {
        Parts {
            kind: ServerKind::Cache,
            port: cache.port(),
            security_groups: cache.security_groups(),
            placement: placed(model, cache.subnet_group(), &cache.subnet_group_written(), false),
            public: private(cache.origin()),
        }
    } else if let Some(cache) = model.get::<CacheCluster<'m>>(id) {
        Parts {
            kind: ServerKind::Cache,
            port: port_or_engine(cache.port(), &cache.engine(), language),
            security_groups: cache.security_groups(),
            placement: placed(model, cache.subnet_group(), &cache.subnet_group_written(), false),
            public: private(cache.origin()),
        }
    } else if let Some(cache) = model.get::<ServerlessCache<'m>>(id) {
        let origin = cache.origin();
        Parts {
            kind: ServerKind::Cache,
            port: port_or_engine(Prop::Absent { origin }, &cache.engine(), language),
            security_groups: cache.security_groups(),
            placement: in_subnets(cache.subnets(), origin),
            public: private(origin),
        }
    } else if let Some(cache) = model.get::<MemoryDbCluster<'m>>(id) {
        Parts {
            kind: ServerKind::Cache,
            port: cache.port(),
            security_groups: cache.security_groups(),
            placement: placed(model, cache.subnet_group(), &cache.subnet_group_written(), false),
            public: private(cache.origin()),
        }
    } else if let Some(domain) = model.get::<OpenSearchDomain<'m>>(id) {
        let origin = domain.origin();
        // A domain without a VPC is reached over the internet: no group decides.
        let placement = if domain.network().is_absent() {
            Placement::Internet
        } else {
            in_subnets(domain.subnets(), origin)
        };
        Parts {
            kind: ServerKind::Search,
            port: Prop::Absent { origin }.or(443_i64),
            security_groups: domain.security_groups(),
            public: if matches!(placement, Placement::Internet) {
                Prop::written(true, origin)
            } else {
                private(origin)
            },
            placement,
        }
    } else {
        let instance = model.get::<Instance<'m>>(id)?;
        let origin = instance.origin();
        Parts {
            kind: ServerKind::Machine,
            port: Prop::Unknown { origin },
            security_groups: instance.all_security_groups(),
            placement: in_subnets(instance.subnet(), origin),
            public: Prop::Unknown { origin },
        }
    };
    Some(parts)
}
