//! The network of a VPC: which table routes a subnet, whether it leads to the internet, which service endpoints stand in it.

use std::collections::{BTreeMap, BTreeSet};

use iaclint_model::ec2::{Subnet, leaves_the_root};
use iaclint_model::vpc::{
    DefaultRouteTable, Destination, EndpointRouteTable, EndpointSecurityGroup, EndpointSubnet,
    MainRouteTableAssociation, Route, RoutePropagation, RouteTable, RouteTableAssociation, TableKey,
    TableRoute, VpcEndpoint, Way, table_behind, vpc_behind,
};
use iaclint_model::{Answer, Existence, Link, Many, Model, Prop, ResourceId, User};
use iaclint_value::OriginId;

/// A route table with its routes from everywhere.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its routes.
    pub routes: Vec<TableRoute>,
    /// Why there may be more in this configuration.
    pub doubt: Option<String>,
    /// Whether it is handed out of the root, so that another configuration may add routes.
    pub exported: bool,
}

/// Which table routes a subnet.
#[derive(Clone, Debug)]
pub enum Routing {
    /// This one, by the association.
    By {
        /// The table.
        table: TableKey,
        /// The association; `None` when the main table counts.
        association: Option<ResourceId>,
        /// Whether another configuration may tie the subnet to another table.
        exported: bool,
    },
    /// It cannot be said, because of this.
    CannotTell(String),
}

/// Whether a subnet has a way to the internet over IPv4.
#[derive(Clone, Debug)]
pub enum Internet {
    /// Through an internet gateway: whoever has a public address.
    Gateway(TableRoute),
    /// Through a NAT gateway: everybody.
    Nat(TableRoute),
    /// There is none.
    None(NoWay),
    /// It cannot be said, because of this.
    CannotTell(String),
}

/// A subnet without a way to the internet.
#[derive(Clone, Debug)]
pub struct NoWay {
    /// Its table.
    pub table: TableKey,
    /// The association that ties it to the table.
    pub association: Option<ResourceId>,
    /// A route of the table that leads to another network.
    pub elsewhere: bool,
    /// Whether another configuration may still add a route.
    pub exported: bool,
}

/// A VPC endpoint with what belongs to it from everywhere.
#[derive(Clone, Debug)]
pub struct ServiceEndpoint<'m> {
    /// The endpoint.
    pub endpoint: VpcEndpoint<'m>,
    /// `ecr.api`, `s3`; `None` when not known.
    pub service: Option<String>,
    /// Whether it is an interface in subnets; `None` when not known.
    pub interface: Option<bool>,
    /// Its route tables, if it is a gateway.
    pub tables: Many<TableKey>,
    /// Its subnets, if it is an interface.
    pub subnets: Many<Link>,
    /// Its security groups, if it is an interface. Not complete when none are written: then the VPC's default group counts.
    pub security_groups: Many<Link>,
}

/// The endpoints of a VPC.
#[derive(Clone, Debug, Default)]
pub struct Endpoints<'m> {
    /// The endpoints.
    pub items: Vec<ServiceEndpoint<'m>>,
    /// Why there may be more in this configuration.
    pub doubt: Option<String>,
    /// Whether the VPC is handed out of the root, so that another configuration may add endpoints.
    pub exported: bool,
}

/// What is known of all networks of a model.
#[derive(Debug)]
pub struct Network<'m> {
    model: &'m Model<'m>,
    tables: BTreeMap<TableKey, Table>,
    main: BTreeMap<ResourceId, TableKey>,
    routing: BTreeMap<ResourceId, Routing>,
    endpoints: BTreeMap<ResourceId, Endpoints<'m>>,
}

/// Whether a module that is not here is given a resource, so that it may change what belongs to it.
fn given_to_module(model: &Model<'_>, id: ResourceId) -> Option<String> {
    model.uses(id).iter().find_map(|used| match &used.by {
        User::Opaque(_, name) => {
            Some(format!("{name}, whose source is not here, is given {}", model.short(id)))
        }
        User::Resource(_) | User::Output(..) => None,
    })
}

fn exists_with(model: &Model<'_>, id: ResourceId, other: &Existence) -> bool {
    let existence = &model.resource(id).existence;
    existence.is_certain() || existence.implied_by(other)
}

impl<'m> Network<'m> {
    /// Reads the networks of a model.
    pub fn new(model: &'m Model<'m>) -> Self {
        let mut network = Self {
            model,
            tables: BTreeMap::new(),
            main: BTreeMap::new(),
            routing: BTreeMap::new(),
            endpoints: BTreeMap::new(),
        };
        network.read_tables();
        network.read_routing();
        network.read_endpoints();
        network
    }

    fn read_tables(&mut self) {
        let model = self.model;
        for table in model.all::<RouteTable<'m>>() {
            let key = match model.get::<DefaultRouteTable<'m>>(table.id()) {
                Some(default) => default.default_of().map_or(TableKey::Table(table.id()), TableKey::MainOf),
                None => TableKey::Table(table.id()),
            };
            let routes = table.routes();
            let doubt = (!routes.complete)
                .then(|| format!("{} may have routes that are not seen", model.short(table.id())))
                .or_else(|| given_to_module(model, table.id()));
            let known = Table { routes: routes.items, doubt, exported: leaves_the_root(model, table.id()) };
            self.tables.insert(key, known);
        }
        let mut open_roots = BTreeMap::new();
        for route in model.all::<Route<'m>>() {
            let tables = route.table();
            let keys: Vec<TableKey> =
                tables.items.iter().filter_map(Link::id).filter_map(|id| table_behind(model, id)).collect();
            if !tables.complete || keys.len() != tables.items.len() {
                let words = format!("the route table of {} is not known", model.short(route.id()));
                open_roots.entry(model.resource(route.id()).key.root).or_insert(words);
            }
            for key in keys {
                self.tables.entry(key).or_default().routes.push(route.route());
            }
        }
        for propagation in model.all::<RoutePropagation<'m>>() {
            let words = format!("{} adds routes that are not seen", model.short(propagation.id()));
            for id in propagation.tables().items.iter().filter_map(Link::id) {
                if let Some(key) = table_behind(model, id) {
                    self.tables.entry(key).or_default().doubt.get_or_insert_with(|| words.clone());
                }
            }
        }
        for association in model.all::<MainRouteTableAssociation<'m>>() {
            let vpc = association.vpc().and_then(|id| vpc_behind(model, id));
            let table =
                association.table().items.first().and_then(Link::id).and_then(|id| table_behind(model, id));
            if let (Some(vpc), Some(table)) = (vpc, table) {
                self.main.insert(vpc, table);
            } else if let Some(vpc) = vpc {
                let words = format!("the main route table of {} is not known", model.short(vpc));
                self.tables.entry(TableKey::MainOf(vpc)).or_default().doubt.get_or_insert(words);
            }
        }
        for (key, table) in &mut self.tables {
            let (TableKey::Table(id) | TableKey::MainOf(id)) = key;
            table.exported |= leaves_the_root(model, *id);
            table.doubt = table.doubt.take().or_else(|| given_to_module(model, *id));
            if let Some(words) = open_roots.get(&model.resource(*id).key.root) {
                table.doubt.get_or_insert_with(|| words.clone());
            }
        }
    }

    fn read_routing(&mut self) {
        let model = self.model;
        let mut certain: BTreeMap<ResourceId, (TableKey, ResourceId)> = BTreeMap::new();
        let mut doubtful: BTreeSet<ResourceId> = BTreeSet::new();
        let mut open_roots = BTreeSet::new();
        for association in model.all::<RouteTableAssociation<'m>>() {
            if !association.gateway().is_absent() {
                continue;
            }
            let subnets = association.subnet();
            let tables = association.table();
            if !subnets.complete || subnets.items.iter().any(|l| l.id().is_none()) {
                open_roots.insert(model.resource(association.id()).key.root);
            }
            let table = match &tables.items[..] {
                [Link::Resource { id, .. }] if tables.complete => table_behind(model, *id),
                _ => None,
            };
            let sure = subnets.complete && subnets.items.len() == 1;
            for subnet in subnets.items.iter().filter_map(Link::id) {
                let exists = &model.resource(subnet).existence;
                match table {
                    Some(table) if sure && exists_with(model, association.id(), exists) => {
                        certain.insert(subnet, (table, association.id()));
                    }
                    _ => {
                        doubtful.insert(subnet);
                    }
                }
            }
        }
        for subnet in model.all::<Subnet<'m>>() {
            let id = subnet.id();
            let routing = if let Some((table, association)) = certain.get(&id) {
                Routing::By { table: *table, association: Some(*association), exported: false }
            } else if doubtful.contains(&id) || open_roots.contains(&model.resource(id).key.root) {
                Routing::CannotTell(format!("the route table of {} is not known", model.short(id)))
            } else if let Some(vpc) = self.vpc_of(id) {
                match given_to_module(model, id).or_else(|| given_to_module(model, vpc)) {
                    Some(words) => Routing::CannotTell(words),
                    None => Routing::By {
                        table: self.main.get(&vpc).copied().unwrap_or(TableKey::MainOf(vpc)),
                        association: None,
                        exported: leaves_the_root(model, id) || leaves_the_root(model, vpc),
                    },
                }
            } else {
                Routing::CannotTell(format!("the VPC of {} is not here", model.short(id)))
            };
            self.routing.insert(id, routing);
        }
    }

    fn read_endpoints(&mut self) {
        let model = self.model;
        let (mut tables, mut subnets, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for tie in model.all::<EndpointRouteTable<'m>>() {
            tables.push((tie.endpoint(), tie.table()));
        }
        for tie in model.all::<EndpointSubnet<'m>>() {
            subnets.push((tie.endpoint(), tie.subnet()));
        }
        for tie in model.all::<EndpointSecurityGroup<'m>>() {
            groups.push((tie.endpoint(), tie.group()));
        }
        let mut open_roots = BTreeSet::new();
        for endpoint in model.all::<VpcEndpoint<'m>>() {
            let id = endpoint.id();
            let Some(vpc) = endpoint.vpc().and_then(|v| vpc_behind(model, v)) else {
                open_roots.insert(model.resource(id).key.root);
                continue;
            };
            let interface = match endpoint.kind() {
                Prop::Known { value, .. } => Some(value != "Gateway"),
                _ => None,
            };
            let named = joined(endpoint.route_tables(), &tables, id);
            let keys: Vec<TableKey> =
                named.items.iter().filter_map(Link::id).filter_map(|t| table_behind(model, t)).collect();
            let mut security_groups = joined(endpoint.security_groups(), &groups, id);
            security_groups.complete &= !security_groups.items.is_empty();
            let known = ServiceEndpoint {
                endpoint,
                service: endpoint.service_key(),
                interface,
                tables: Many { complete: named.complete && keys.len() == named.items.len(), items: keys },
                subnets: joined(endpoint.subnets(), &subnets, id),
                security_groups,
            };
            self.endpoints.entry(vpc).or_default().items.push(known);
        }
        for vpc in model.all::<iaclint_model::ec2::Vpc<'m>>() {
            let id = vpc.id();
            let endpoints = self.endpoints.entry(id).or_default();
            endpoints.exported = leaves_the_root(model, id);
            endpoints.doubt = given_to_module(model, id);
            if open_roots.contains(&model.resource(id).key.root) {
                endpoints.doubt.get_or_insert_with(|| "the VPC of an endpoint is not known".to_owned());
            }
        }
    }

    /// The VPC of a subnet, if it is of the graph.
    pub fn vpc_of(&self, subnet: ResourceId) -> Option<ResourceId> {
        vpc_behind(self.model, self.model.get::<Subnet<'m>>(subnet)?.vpc()?)
    }

    /// The VPC that subnets are of. One known subnet is enough: what is placed in several is in one VPC.
    pub fn vpc_of_any(&self, subnets: &Many<Link>) -> Option<ResourceId> {
        subnets.items.iter().filter_map(Link::id).find_map(|id| self.vpc_of(id))
    }

    /// Which table routes a subnet.
    pub fn routing(&self, subnet: ResourceId) -> Routing {
        self.routing.get(&subnet).cloned().unwrap_or_else(|| {
            Routing::CannotTell(format!("{} is not a subnet of this configuration", self.model.short(subnet)))
        })
    }

    /// A table: an empty one for the main table of a VPC that no resource takes over.
    pub fn table(&self, key: TableKey) -> Table {
        if let Some(table) = self.tables.get(&key) {
            return table.clone();
        }
        let (TableKey::Table(id) | TableKey::MainOf(id)) = key;
        Table {
            routes: Vec::new(),
            doubt: given_to_module(self.model, id),
            exported: leaves_the_root(self.model, id),
        }
    }

    /// The endpoints of a VPC.
    pub fn endpoints(&self, vpc: ResourceId) -> Option<&Endpoints<'m>> {
        self.endpoints.get(&vpc)
    }

    /// Whether a subnet has a way to the internet, for something that exists under `exists`.
    pub fn internet(&self, subnet: ResourceId, exists: &Existence) -> Internet {
        let (table, association, by_other) = match self.routing(subnet) {
            Routing::By { table, association, exported } => (table, association, exported),
            Routing::CannotTell(why) => return Internet::CannotTell(why),
        };
        let known = self.table(table);
        let mut doubt = known.doubt;
        let mut elsewhere = false;
        for route in known.routes {
            let maybe = || Some(format!("{} may lead to the internet", self.model.short(route.holder)));
            let certain = exists_with(self.model, route.holder, exists);
            match (&route.destination, route.way) {
                (_, Way::Local | Way::EgressOnly) => {}
                (Destination::Cidr(cidr), Way::Internet) if cidr == "0.0.0.0/0" && certain => {
                    return Internet::Gateway(route);
                }
                (Destination::Cidr(cidr), Way::Nat(_)) if cidr == "0.0.0.0/0" && certain => {
                    return Internet::Nat(route);
                }
                (
                    Destination::Cidr(cidr),
                    Way::Elsewhere | Way::Peering(_) | Way::Transit(_) | Way::Unknown,
                ) if cidr.parse().is_ok_and(|net| is_private(&net)) => {
                    elsewhere = true;
                }
                _ => doubt = maybe(),
            }
            if matches!(&route.destination, Destination::CidrV6(_)) && !matches!(route.way, Way::Local) {
                doubt = maybe();
            }
        }
        match doubt {
            Some(why) => Internet::CannotTell(why),
            None => {
                Internet::None(NoWay { table, association, elsewhere, exported: known.exported || by_other })
            }
        }
    }

    /// Whether a service (`ecr.api`, `s3`) is reached from a subnet by an endpoint in its VPC.
    pub fn serves(&self, subnet: ResourceId, service: &str) -> Answer {
        let Some(endpoints) = self.vpc_of(subnet).and_then(|vpc| self.endpoints(vpc)) else {
            return Answer::Maybe;
        };
        let mut answer = if endpoints.doubt.is_some() { Answer::Maybe } else { Answer::No };
        for endpoint in &endpoints.items {
            match &endpoint.service {
                None => answer = Answer::Maybe,
                Some(key) if key == service => {
                    let exists = &self.model.resource(subnet).existence;
                    let certain = exists_with(self.model, endpoint.endpoint.id(), exists);
                    match self.leads_to(endpoint, subnet) {
                        Answer::Yes if certain => return Answer::Yes,
                        Answer::No => {}
                        _ => answer = Answer::Maybe,
                    }
                }
                Some(_) => {}
            }
        }
        answer
    }

    fn leads_to(&self, endpoint: &ServiceEndpoint<'m>, subnet: ResourceId) -> Answer {
        match endpoint.interface {
            Some(true) => match endpoint.endpoint.private_dns() {
                Prop::Known { value: true, .. } => Answer::Yes,
                _ => Answer::Maybe,
            },
            Some(false) => match self.routing(subnet) {
                Routing::By { table, .. } if endpoint.tables.items.contains(&table) => Answer::Yes,
                Routing::By { .. } if endpoint.tables.complete => Answer::No,
                _ => Answer::Maybe,
            },
            None => Answer::Maybe,
        }
    }

    /// The place that says which table routes a subnet: the association, else the subnet.
    pub fn routing_place(&self, subnet: ResourceId, way: &NoWay) -> (ResourceId, OriginId) {
        let id = way.association.unwrap_or(subnet);
        (id, self.model.resource(id).body.origin)
    }
}

fn joined(own: Many<Link>, ties: &[(Many<Link>, Many<Link>)], endpoint: ResourceId) -> Many<Link> {
    let mut out = own;
    for (endpoints, links) in ties {
        if endpoints.items.iter().any(|l| l.id() == Some(endpoint)) {
            out.items.extend(links.items.iter().cloned());
            out.complete &= links.complete && endpoints.complete;
        } else {
            out.complete &= endpoints.complete;
        }
    }
    out
}

/// Whether addresses are of the private ranges alone.
pub(crate) fn is_private(net: &ipnet::IpNet) -> bool {
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]
        .iter()
        .filter_map(|p| p.parse::<ipnet::IpNet>().ok())
        .any(|p| p.contains(net))
}
