//! Amazon VPC: route tables, routes, gateways, endpoints, peering: how packets leave a subnet.

use iaclint_value::OriginId;

use crate::entity::entities;
use crate::{Link, Many, Model, Node, Prop, ResourceId};

entities! {
    /// A route table. `aws_default_route_table` is the main table of its VPC; see [`DefaultRouteTable`].
    RouteTable: ["aws_route_table", "aws_default_route_table"] | ["AWS::EC2::RouteTable"] {
        /// Its VPC.
        vpc: link = "vpc_id" | "VpcId";
        /// Routes written into it; see [`routes`].
        inline_routes: nodes = "route" | "";
        /// Virtual private gateways that add routes by themselves.
        propagating: raw = "propagating_vgws" | "";
    }

    /// The main table that a VPC is made with, taken over.
    DefaultRouteTable: ["aws_default_route_table"] | [] {
        /// The VPC, named by its attribute `default_route_table_id`.
        default_of: link = "default_route_table_id" | "";
    }

    /// A route written into a table.
    InlineRoute: ["aws_route_table/route"] | [] {
        /// Destination.
        cidr: raw = "cidr_block" | "";
        /// IPv6 destination.
        cidr_v6: raw = "ipv6_cidr_block" | "";
        /// Destination by prefix list.
        prefix_list: raw = "destination_prefix_list_id" | "";
        /// An internet gateway, a virtual private gateway, `local`.
        gateway: raw = "gateway_id" | "";
        /// A NAT gateway.
        nat: raw = "nat_gateway_id" | "";
        /// An egress-only internet gateway.
        egress_only: raw = "egress_only_gateway_id" | "";
        /// A transit gateway.
        transit: raw = "transit_gateway_id" | "";
        /// A peering connection.
        peering: raw = "vpc_peering_connection_id" | "";
        /// A network interface, as of a NAT instance.
        interface: raw = "network_interface_id" | "";
        /// A gateway load balancer endpoint, as of a firewall.
        endpoint: raw = "vpc_endpoint_id" | "";
        /// A core network.
        core: raw = "core_network_arn" | "";
        /// A carrier gateway.
        carrier: raw = "carrier_gateway_id" | "";
        /// A local gateway.
        local: raw = "local_gateway_id" | "";
    }

    /// A route as a resource of its own.
    Route: ["aws_route"] | ["AWS::EC2::Route"] {
        /// The table that it belongs to.
        table: links = "route_table_id" | "RouteTableId";
        /// Destination.
        cidr: raw = "destination_cidr_block" | "DestinationCidrBlock";
        /// IPv6 destination.
        cidr_v6: raw = "destination_ipv6_cidr_block" | "DestinationIpv6CidrBlock";
        /// Destination by prefix list.
        prefix_list: raw = "destination_prefix_list_id" | "DestinationPrefixListId";
        /// An internet gateway, a virtual private gateway, `local`.
        gateway: raw = "gateway_id" | "GatewayId";
        /// A NAT gateway.
        nat: raw = "nat_gateway_id" | "NatGatewayId";
        /// An egress-only internet gateway.
        egress_only: raw = "egress_only_gateway_id" | "EgressOnlyInternetGatewayId";
        /// A transit gateway.
        transit: raw = "transit_gateway_id" | "TransitGatewayId";
        /// A peering connection.
        peering: raw = "vpc_peering_connection_id" | "VpcPeeringConnectionId";
        /// A network interface, as of a NAT instance.
        interface: raw = "network_interface_id" | "NetworkInterfaceId";
        /// A NAT instance.
        instance: raw = "" | "InstanceId";
        /// A gateway load balancer endpoint, as of a firewall.
        endpoint: raw = "vpc_endpoint_id" | "VpcEndpointId";
        /// A core network.
        core: raw = "core_network_arn" | "CoreNetworkArn";
        /// A carrier gateway.
        carrier: raw = "carrier_gateway_id" | "CarrierGatewayId";
        /// A local gateway.
        local: raw = "local_gateway_id" | "LocalGatewayId";
    }

    /// The tie of a subnet to its route table.
    RouteTableAssociation: ["aws_route_table_association"] | ["AWS::EC2::SubnetRouteTableAssociation"] {
        /// The subnet.
        subnet: links = "subnet_id" | "SubnetId";
        /// The table.
        table: links = "route_table_id" | "RouteTableId";
        /// The gateway that it is tied to instead of a subnet.
        gateway: raw = "gateway_id" | "";
    }

    /// A table made the main one of its VPC.
    MainRouteTableAssociation: ["aws_main_route_table_association"] | [] {
        /// The VPC.
        vpc: link = "vpc_id" | "";
        /// The table.
        table: links = "route_table_id" | "";
    }

    /// A virtual private gateway that adds its routes to tables by itself.
    RoutePropagation: ["aws_vpn_gateway_route_propagation"] | ["AWS::EC2::VPNGatewayRoutePropagation"] {
        /// The tables.
        tables: links = "route_table_id" | "RouteTableIds";
    }

    /// An internet gateway.
    InternetGateway: ["aws_internet_gateway"] | ["AWS::EC2::InternetGateway"] {
        /// Its VPC.
        vpc: link = "vpc_id" | "";
    }

    /// The tie of an internet gateway to its VPC.
    GatewayAttachment: ["aws_internet_gateway_attachment"] | ["AWS::EC2::VPCGatewayAttachment"] {
        /// The gateway.
        gateway: links = "internet_gateway_id" | "InternetGatewayId";
        /// The VPC.
        vpc: link = "vpc_id" | "VpcId";
    }

    /// A NAT gateway.
    NatGateway: ["aws_nat_gateway"] | ["AWS::EC2::NatGateway"] {
        /// The subnet that it stands in.
        subnet: link = "subnet_id" | "SubnetId";
        /// `public` or `private`.
        connectivity: str = "connectivity_type" | "ConnectivityType", default "public".to_owned();
    }

    /// A VPC endpoint.
    VpcEndpoint: ["aws_vpc_endpoint"] | ["AWS::EC2::VPCEndpoint"] {
        /// Its VPC.
        vpc: link = "vpc_id" | "VpcId";
        /// `com.amazonaws.<region>.ecr.api`. See [`VpcEndpoint::service_key`].
        service: raw = "service_name" | "ServiceName";
        /// `Gateway`, `Interface` or `GatewayLoadBalancer`.
        kind: str = "vpc_endpoint_type" | "VpcEndpointType", default "Gateway".to_owned();
        /// Subnets of an interface endpoint.
        subnets: links = "subnet_ids" | "SubnetIds";
        /// Route tables of a gateway endpoint.
        route_tables: links = "route_table_ids" | "RouteTableIds";
        /// Security groups of an interface endpoint; the VPC's default group when absent.
        security_groups: links = "security_group_ids" | "SecurityGroupIds";
        /// Whether the service's public name leads to it.
        private_dns: bool = "private_dns_enabled" | "PrivateDnsEnabled";
    }

    /// A subnet of an endpoint as a resource of its own.
    EndpointSubnet: ["aws_vpc_endpoint_subnet_association"] | [] {
        /// The endpoint.
        endpoint: links = "vpc_endpoint_id" | "";
        /// The subnet.
        subnet: links = "subnet_id" | "";
    }

    /// A route table of an endpoint as a resource of its own.
    EndpointRouteTable: ["aws_vpc_endpoint_route_table_association"] | [] {
        /// The endpoint.
        endpoint: links = "vpc_endpoint_id" | "";
        /// The table.
        table: links = "route_table_id" | "";
    }

    /// A security group of an endpoint as a resource of its own.
    EndpointSecurityGroup: ["aws_vpc_endpoint_security_group_association"] | [] {
        /// The endpoint.
        endpoint: links = "vpc_endpoint_id" | "";
        /// The group.
        group: links = "security_group_id" | "";
    }

    /// More addresses for a VPC.
    VpcCidr: ["aws_vpc_ipv4_cidr_block_association"] | ["AWS::EC2::VPCCidrBlock"] {
        /// The VPC.
        vpc: link = "vpc_id" | "VpcId";
        /// The addresses.
        cidr: str = "cidr_block" | "CidrBlock";
    }

    /// A named set of subnets that databases and caches are placed in.
    SubnetGroup:
        ["aws_db_subnet_group", "aws_docdb_subnet_group", "aws_neptune_subnet_group", "aws_elasticache_subnet_group", "aws_memorydb_subnet_group"]
        | ["AWS::RDS::DBSubnetGroup", "AWS::DocDB::DBSubnetGroup", "AWS::Neptune::DBSubnetGroup", "AWS::ElastiCache::SubnetGroup", "AWS::MemoryDB::SubnetGroup"]
    {
        /// The subnets: all of one VPC.
        subnets: links = "subnet_ids" | "SubnetIds";
    }
}

/// Where a route leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// To the VPC itself.
    Local,
    /// To an internet gateway.
    Internet,
    /// To a NAT gateway.
    Nat(Option<ResourceId>),
    /// To an egress-only internet gateway, IPv6 alone.
    EgressOnly,
    /// To something that may lead anywhere: a VPN, an appliance, a gateway or peering that is not of the graph.
    Elsewhere,
    /// To a peering connection of the graph, or its accepting side.
    Peering(ResourceId),
    /// To a transit gateway of the graph.
    Transit(ResourceId),
    /// Not known.
    Unknown,
}

/// What a route is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Destination {
    /// These addresses, as written.
    Cidr(String),
    /// These IPv6 addresses.
    CidrV6(String),
    /// A prefix list, or not known.
    Unknown,
}

/// A route of a table.
#[derive(Clone, Debug)]
pub struct TableRoute {
    /// The resource that holds it: the table or a route.
    pub holder: ResourceId,
    /// Its place.
    pub origin: OriginId,
    /// What it is for.
    pub destination: Destination,
    /// Where it leads.
    pub way: Way,
}

/// A route table, or the one that a VPC was made with and that is no resource of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TableKey {
    /// A table of the graph.
    Table(ResourceId),
    /// The main table of this VPC.
    MainOf(ResourceId),
}

fn destination(cidr: &Prop<&iaclint_value::Value>, v6: &Prop<&iaclint_value::Value>) -> Destination {
    let text = |prop: &Prop<&iaclint_value::Value>| {
        prop.known().and_then(|v| v.as_str().map(std::borrow::Cow::into_owned)).filter(|s| !s.is_empty())
    };
    match (text(cidr), text(v6)) {
        (Some(cidr), _) => Destination::Cidr(cidr),
        (None, Some(cidr)) if cidr.contains('.') => Destination::Cidr(cidr),
        (None, Some(cidr)) => Destination::CidrV6(cidr),
        (None, None) => Destination::Unknown,
    }
}

/// A target is written when it is neither absent nor an empty text, as objects for `route` give for the targets that they do not use.
fn is_written(prop: &Prop<&iaclint_value::Value>) -> bool {
    match prop {
        Prop::Absent { .. } => false,
        Prop::Known { value, .. } => value.as_str().is_none_or(|s| !s.is_empty()),
        Prop::OneOf { .. } | Prop::Unknown { .. } => true,
    }
}

/// The targets of a route by kind.
struct Targets<'m> {
    gateway: Prop<&'m iaclint_value::Value>,
    nat: Prop<&'m iaclint_value::Value>,
    egress_only: Prop<&'m iaclint_value::Value>,
    peering: Prop<&'m iaclint_value::Value>,
    transit: Prop<&'m iaclint_value::Value>,
    others: Vec<Prop<&'m iaclint_value::Value>>,
}

impl<'m> Targets<'m> {
    fn way(&self, model: &'m Model<'m>) -> Way {
        let links = |prop: &Prop<&'m iaclint_value::Value>| prop.known().map(|v| model.links_in(v));
        let only = |prop: &Prop<&'m iaclint_value::Value>| {
            links(prop).and_then(|l| l.items.first().and_then(Link::id))
        };
        if is_written(&self.nat) {
            return Way::Nat(only(&self.nat));
        }
        if is_written(&self.egress_only) {
            return Way::EgressOnly;
        }
        if is_written(&self.peering) {
            return only(&self.peering).map_or(Way::Elsewhere, Way::Peering);
        }
        if is_written(&self.transit) {
            return only(&self.transit).map_or(Way::Elsewhere, Way::Transit);
        }
        if self.others.iter().any(is_written) {
            return Way::Elsewhere;
        }
        if !is_written(&self.gateway) {
            return Way::Unknown;
        }
        if self.gateway.known().and_then(|v| v.as_str()).is_some_and(|s| s == "local") {
            return Way::Local;
        }
        match only(&self.gateway) {
            Some(id) if is_internet_gateway(model, id) => Way::Internet,
            _ => Way::Unknown,
        }
    }
}

fn is_internet_gateway<'m>(model: &'m Model<'m>, id: ResourceId) -> bool {
    model.get::<InternetGateway<'m>>(id).is_some()
        || model.get::<GatewayAttachment<'m>>(id).is_some_and(|a| !a.gateway().items.is_empty())
}

fn inline_route<'m>(node: Node<'m>) -> TableRoute {
    let route = <InlineRoute<'m> as crate::Entity<'m>>::of(node);
    let targets = Targets {
        gateway: route.gateway(),
        nat: route.nat(),
        egress_only: route.egress_only(),
        peering: route.peering(),
        transit: route.transit(),
        others: vec![route.interface(), route.endpoint(), route.core(), route.carrier(), route.local()],
    };
    TableRoute {
        holder: node.id,
        origin: node.origin(),
        destination: destination(&route.cidr(), &route.cidr_v6()),
        way: targets.way(node.model),
    }
}

impl RouteTable<'_> {
    /// The routes written into it. Not complete when a virtual private gateway adds its own.
    pub fn routes(&self) -> Many<TableRoute> {
        let mut routes = self.inline_routes().map(inline_route);
        routes.complete &= match self.propagating() {
            Prop::Absent { .. } => true,
            Prop::Known { value, .. } => value.as_list().is_some_and(|l| l.complete && l.items.is_empty()),
            Prop::OneOf { .. } | Prop::Unknown { .. } => false,
        };
        routes
    }
}

impl Route<'_> {
    /// It as a route of its table.
    pub fn route(&self) -> TableRoute {
        let node = crate::Entity::node(self);
        let targets = Targets {
            gateway: self.gateway(),
            nat: self.nat(),
            egress_only: self.egress_only(),
            peering: self.peering(),
            transit: self.transit(),
            others: vec![
                self.interface(),
                self.instance(),
                self.endpoint(),
                self.core(),
                self.carrier(),
                self.local(),
            ],
        };
        TableRoute {
            holder: self.id(),
            origin: self.origin(),
            destination: destination(&self.cidr(), &self.cidr_v6()),
            way: targets.way(node.model),
        }
    }
}

/// The VPC behind a resource that a VPC's id was read from: the VPC itself, or what only passes its id on.
pub fn vpc_behind<'m>(model: &'m Model<'m>, id: ResourceId) -> Option<ResourceId> {
    let mut at = id;
    for _ in 0..4 {
        if model.get::<crate::ec2::Vpc<'m>>(at).is_some() {
            return Some(at);
        }
        at = model.node(at).link("vpc_id", "VpcId")?;
    }
    None
}

/// The table behind a resource that a route table's id was read from.
pub fn table_behind<'m>(model: &'m Model<'m>, id: ResourceId) -> Option<TableKey> {
    let mut at = id;
    for _ in 0..4 {
        if let Some(table) = model.get::<DefaultRouteTable<'m>>(at) {
            return Some(table.default_of().map_or(TableKey::Table(at), TableKey::MainOf));
        }
        if model.get::<RouteTable<'m>>(at).is_some() {
            return Some(TableKey::Table(at));
        }
        if model.get::<crate::ec2::Vpc<'m>>(at).is_some() {
            return Some(TableKey::MainOf(at));
        }
        at = model.node(at).link("route_table_id", "RouteTableId")?;
    }
    None
}

impl VpcEndpoint<'_> {
    /// What follows the region in the service's name: `ecr.api`, `s3`.
    pub fn service_key(&self) -> Option<String> {
        let node = crate::Entity::node(self);
        let Prop::Known { value, .. } = self.service() else { return None };
        if let Some(reference) = value.as_reference() {
            // The data source that completes the name of a service.
            let id = *node.model.resolve(reference).first()?;
            return node.model.node(id).str("service", "").known().cloned();
        }
        let text = value.to_text()?;
        let mut shown = String::new();
        for piece in text.pieces() {
            match piece {
                iaclint_value::Piece::Literal(literal) => shown.push_str(&literal.text),
                iaclint_value::Piece::Hole(_) => shown.push('?'),
            }
        }
        let rest =
            shown.strip_prefix("com.amazonaws.").or_else(|| shown.strip_prefix("cn.com.amazonaws."))?;
        let (_, key) = rest.split_once('.')?;
        (!key.contains('?')).then(|| key.to_owned())
    }
}
