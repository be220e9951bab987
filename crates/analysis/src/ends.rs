//! What stands in the network, as either end of a way: what it sends with, and what listens.

use iaclint_model::ec2::{Instance, groups_or_default};
use iaclint_model::efs::MountTarget;
use iaclint_model::lb::LoadBalancer;
use iaclint_model::rds::DbProxy;
use iaclint_model::server::{Placement, Server, ServerKind, server};
use iaclint_model::vpc::VpcEndpoint;
use iaclint_model::workload::Workload;
use iaclint_model::{Link, Many, Model, Prop, ResourceId};

use crate::Analysis;
use crate::reach::End;

/// The port of the network file system.
const NFS: i64 = 2049;

/// The port of the services behind endpoints.
const HTTPS: i64 = 443;

/// A client, whatever it is.
#[derive(Clone, Debug)]
pub struct Client {
    /// The resource.
    pub id: ResourceId,
    /// Its security groups.
    pub groups: Many<Link>,
    /// Its subnets.
    pub subnets: Many<Link>,
    /// Whether it is outside of every VPC.
    pub outside: bool,
}

impl Client {
    /// A workload as a client.
    pub fn of(workload: &Workload<'_>) -> Self {
        Self {
            id: workload.id,
            groups: workload.security_groups.clone(),
            subnets: workload.subnets.clone(),
            outside: workload.is_outside_of_every_vpc(),
        }
    }

    /// It as one end of a connection.
    pub fn end(&self) -> End<'_> {
        End { id: self.id, groups: &self.groups, subnets: Some(&self.subnets) }
    }
}

/// What a load balancer sends from. A network load balancer may keep the addresses of its clients: then its groups are not all that
/// its targets see.
fn groups_of<'m>(model: &'m Model<'m>, balancer: &LoadBalancer<'m>, subnets: &Many<Link>) -> Many<Link> {
    let written = balancer.security_groups();
    if balancer.kind().must(|kind| kind == "application") {
        groups_or_default(model, written, Some(subnets))
    } else {
        Many { complete: false, ..written }
    }
}

impl Analysis<'_> {
    /// Everything that [`Self::client`] knows.
    pub fn clients(&self) -> Vec<ResourceId> {
        let model = self.model;
        let mut out: Vec<ResourceId> = self.workloads().iter().map(|w| w.id).collect();
        out.extend(model.all::<Instance<'_>>().iter().map(Instance::id));
        out.extend(model.all::<LoadBalancer<'_>>().iter().map(LoadBalancer::id));
        out.extend(model.all::<DbProxy<'_>>().iter().map(DbProxy::id));
        out
    }

    /// Everything that [`Self::listener`] knows.
    pub fn listeners(&self) -> Vec<ResourceId> {
        self.model.ids().filter(|id| self.listener(*id).is_some_and(|server| server.id == *id)).collect()
    }

    /// A resource as a client: a workload, a machine, a load balancer, a proxy.
    pub fn client(&self, id: ResourceId) -> Option<Client> {
        if let Some(workload) = self.workloads().iter().find(|w| w.id == id) {
            return Some(Client::of(workload));
        }
        let model = self.model;
        let (groups, subnets) = if let Some(instance) = model.get::<Instance<'_>>(id) {
            (instance.all_security_groups(), instance.subnet())
        } else if let Some(balancer) = model.get::<LoadBalancer<'_>>(id) {
            let subnets = balancer.subnets();
            (groups_of(model, &balancer, &subnets), subnets)
        } else {
            let proxy = model.get::<DbProxy<'_>>(id)?;
            let subnets = proxy.subnets();
            (groups_or_default(model, proxy.security_groups(), Some(&subnets)), subnets)
        };
        Some(Client { id, groups, subnets, outside: false })
    }

    /// A resource as a server: what [`server`] knows, and everything else of the network that listens.
    pub fn listener(&self, id: ResourceId) -> Option<Server> {
        let model = self.model;
        if let Some(server) = server(model, id) {
            return Some(server);
        }
        let origin = model.resource(id).body.origin;
        let (groups, subnets, port) = if let Some(mount) = model.get::<MountTarget<'_>>(id) {
            (mount.security_groups(), mount.subnet(), Prop::Absent { origin }.or(NFS))
        } else if let Some(endpoint) = model.get::<VpcEndpoint<'_>>(id) {
            if !endpoint.kind().must(|kind| kind == "Interface") {
                return None;
            }
            (endpoint.security_groups(), endpoint.subnets(), Prop::Absent { origin }.or(HTTPS))
        } else {
            let client = self.client(id).filter(|client| !client.outside)?;
            (client.groups, client.subnets, Prop::Unknown { origin })
        };
        let placement = if subnets.items.is_empty() {
            Placement::Unknown
        } else {
            Placement::Subnets(subnets.clone(), origin)
        };
        Some(Server {
            id,
            kind: ServerKind::Listener,
            port,
            security_groups: groups_or_default(model, groups, Some(&subnets)),
            placement,
            public: Prop::Unknown { origin },
        })
    }
}
