//! Whether the networks of two ends are joined: one VPC, or routes on both sides through a peering connection or a transit gateway.

use std::net::IpAddr;

use ipnet::IpNet;

use iaclint_model::peering::{
    PeeringConnection, TransitAssociation, TransitAttachment, TransitGateway, TransitPropagation,
    TransitRoute, peering_behind,
};
use iaclint_model::server::{Placement, Server};
use iaclint_model::vpc::{Destination, TableRoute, Way};
use iaclint_model::{Answer, Existence, Link, Many, ResourceId};
use iaclint_value::OriginId;

use crate::Analysis;
use crate::ends::Client;
use crate::network::{Internet, Routing, is_private};

/// Client and server stand in two networks that nothing joins.
#[derive(Clone, Debug)]
pub struct Apart {
    /// The client's VPC; `None`: it is outside of every VPC.
    pub client_vpc: Option<ResourceId>,
    /// The server's VPC; `None`: the account's default one, or it is on the internet.
    pub server_vpc: Option<ResourceId>,
    /// Where the packets end.
    pub gap: Gap,
    /// What was looked at: the subnet of the client, of a gap on the way back that of the server; a client outside of every VPC.
    pub at: ResourceId,
    /// The place that puts the server where it is.
    pub placed: OriginId,
    /// Whether another configuration may still add a route.
    pub exported: bool,
}

/// Where the packets of two networks end that are not joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gap {
    /// The client's table has no route to the server.
    NoRoute,
    /// The client's table leads to this peering connection or transit gateway, which does not lead on to the server.
    LeadsElsewhere(ResourceId),
    /// The client's packets arrive through this one, but the server's table has no route back.
    NoWayBack(ResourceId),
    /// The client's network has no way to the internet, where the server is.
    NoInternet,
    /// The client is outside of every VPC, and the server is in one without a public address.
    Outside,
}

/// How two VPCs are joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Crossing {
    /// The peering connection or transit gateway.
    pub by: ResourceId,
    /// The resource that holds the client's route.
    pub there: ResourceId,
    /// The resource that holds the server's route.
    pub back: ResourceId,
}

/// Whether a client's network has a way to a server's.
#[derive(Clone, Debug)]
pub enum Joined {
    /// Both are in one VPC.
    SameVpc(ResourceId),
    /// They are in two VPCs that are joined.
    Across(Crossing),
    /// The server is on the internet, and the client's network has this way there.
    Internet(ResourceId),
    /// They are apart.
    Apart(Apart),
    /// It cannot be said, because of this.
    CannotTell(String),
}

/// Where a table sends packets.
enum Next {
    /// Along this route, which leads out of the VPC.
    Along(TableRoute),
    /// Nowhere that leads to another network.
    Nowhere,
    /// It cannot be said, because of this.
    CannotTell(String),
}

/// Two networks with one way to cross between them.
#[derive(Clone, Copy)]
struct Between<'a> {
    client_vpc: ResourceId,
    server_vpc: ResourceId,
    server_net: &'a IpNet,
    exists: &'a Existence,
}

impl Analysis<'_> {
    /// Whether the networks of a client and a server are joined.
    pub fn joined(&self, client: &Client, server: &Server) -> Joined {
        if client.outside {
            return self.joined_from_outside(client.id, server);
        }
        self.networks_joined(client.id, &client.subnets, server)
    }

    /// A client outside of every VPC reaches what has a public address.
    fn joined_from_outside(&self, client: ResourceId, server: &Server) -> Joined {
        let (server_vpc, placed) = match &server.placement {
            Placement::Internet => return Joined::Internet(client),
            Placement::Subnets(subnets, origin) => (self.network().vpc_of_any(subnets), *origin),
            Placement::DefaultVpc(origin) => (None, *origin),
            Placement::Unknown => {
                return Joined::CannotTell("the server's subnets are not known".to_owned());
            }
        };
        if !server.public.must(|public| !public) {
            return Joined::CannotTell("the server may have a public address".to_owned());
        }
        let gap = Gap::Outside;
        Joined::Apart(Apart { client_vpc: None, server_vpc, gap, at: client, placed, exported: false })
    }

    /// The same for a client of any kind that stands in subnets.
    fn networks_joined(&self, client: ResourceId, subnets: &Many<Link>, server: &Server) -> Joined {
        let unknown = |words: &str| Joined::CannotTell(words.to_owned());
        let network = self.network();
        let exists = &self.model.resource(client).existence;
        if matches!(server.placement, Placement::Internet) {
            return self.over_the_internet(subnets, exists, server);
        }
        let Some(client_vpc) = network.vpc_of_any(subnets) else {
            return unknown("the client's VPC is not known");
        };
        if !self.model.resource(server.id).existence.compatible(exists) {
            return unknown("the two never exist together");
        }
        let mut own = Vec::new();
        for subnet in &subnets.items {
            match subnet.id() {
                Some(id) if subnets.complete => own.push(id),
                _ => return unknown("the client's subnets are not all known"),
            }
        }
        let (servers, placed) = match &server.placement {
            Placement::Subnets(servers, origin) => (servers, *origin),
            Placement::DefaultVpc(origin) => {
                if !server.public.must(|public| !public) {
                    return unknown("the server may have a public address");
                }
                return self.to_default_vpc(client_vpc, &own, *origin);
            }
            Placement::Internet | Placement::Unknown => return unknown("the server's subnets are not known"),
        };
        let Some(server_vpc) = network.vpc_of_any(servers) else {
            return unknown("the server's VPC is not known");
        };
        if server_vpc == client_vpc {
            return self.within(client_vpc, &own, servers);
        }
        if !server.public.must(|public| !public) {
            return unknown("the server may have a public address");
        }
        let theirs: Vec<ResourceId> = servers.items.iter().filter_map(Link::id).collect();
        if !servers.complete || theirs.len() != servers.items.len() {
            return unknown("the server's subnets are not all known");
        }
        let mut seen: Option<Joined> = None;
        for from in &own {
            for to in &theirs {
                let joined = self.pair_joined((*from, client_vpc), (*to, server_vpc), placed, exists);
                match (&seen, &joined) {
                    (_, Joined::CannotTell(_)) => return joined,
                    (Some(Joined::Across(_)), Joined::Apart(_))
                    | (Some(Joined::Apart(_)), Joined::Across(_)) => {
                        return unknown("a route joins some of the subnets and not others");
                    }
                    (None, _) => seen = Some(joined),
                    (Some(_), _) => {}
                }
            }
        }
        seen.unwrap_or_else(|| unknown("the subnets are not known"))
    }

    /// Within one VPC every table leads everywhere, unless a route for a part of it takes the packets to something else.
    fn within(&self, vpc: ResourceId, own: &[ResourceId], servers: &Many<Link>) -> Joined {
        let nets = self.nets(servers).unwrap_or_default();
        for subnet in own {
            let Routing::By { table, .. } = self.network().routing(*subnet) else { continue };
            for route in &self.network().table(table).routes {
                let Destination::Cidr(cidr) = &route.destination else { continue };
                let Ok(cidr) = cidr.parse::<IpNet>() else { continue };
                let own_part = self.vpc_net(vpc).is_some_and(|all| all.contains(&cidr) && all != cidr);
                if own_part && leads_away(route.way) && nets.iter().any(|n| meet(&cidr, n)) {
                    let name = self.model.short(route.holder);
                    return Joined::CannotTell(format!(
                        "{name} takes the packets to something that is not seen through"
                    ));
                }
            }
        }
        Joined::SameVpc(vpc)
    }

    /// The account's default VPC, of which nothing is known: apart when no route of the client leads out of its VPC.
    fn to_default_vpc(&self, client_vpc: ResourceId, own: &[ResourceId], placed: OriginId) -> Joined {
        let mut apart = None;
        for subnet in own {
            let (table, by_other) = match self.network().routing(*subnet) {
                Routing::By { table, exported, .. } => (table, exported),
                Routing::CannotTell(why) => return Joined::CannotTell(why),
            };
            let known = self.network().table(table);
            if let Some(why) = known.doubt {
                return Joined::CannotTell(why);
            }
            if let Some(route) = known.routes.iter().find(|r| leads_away(r.way)) {
                return Joined::CannotTell(format!("{} may lead there", self.model.short(route.holder)));
            }
            let exported = by_other || known.exported;
            apart.get_or_insert(Apart {
                client_vpc: Some(client_vpc),
                server_vpc: None,
                gap: Gap::NoRoute,
                at: *subnet,
                placed,
                exported,
            });
        }
        let unknown = || Joined::CannotTell("the client's subnets are not known".to_owned());
        apart.map_or_else(unknown, Joined::Apart)
    }

    /// Whether a subnet of a client and one of a server in another VPC are joined.
    fn pair_joined(
        &self,
        (from, client_vpc): (ResourceId, ResourceId),
        (to, server_vpc): (ResourceId, ResourceId),
        placed: OriginId,
        exists: &Existence,
    ) -> Joined {
        let net_of = |id| {
            let link = Link::Resource { id, origin: OriginId::NONE };
            self.nets(&Many { items: vec![link], complete: true })?.pop()
        };
        let (client_net, server_net) = (net_of(from), net_of(to));
        let apart = |gap, at, exported| {
            let (client_vpc, server_vpc) = (Some(client_vpc), Some(server_vpc));
            Joined::Apart(Apart { client_vpc, server_vpc, gap, at, placed, exported })
        };
        let (there, exported) = match self.next(from, server_net.as_ref(), exists) {
            Ok(next) => next,
            Err(why) => return Joined::CannotTell(why),
        };
        let route = match there {
            Next::Along(route) => route,
            Next::Nowhere => return apart(Gap::NoRoute, from, exported),
            Next::CannotTell(why) => return Joined::CannotTell(why),
        };
        let (Some(client_net), Some(server_net)) = (&client_net, &server_net) else {
            return Joined::CannotTell(format!("{} may lead there", self.model.short(route.holder)));
        };
        let between = Between { client_vpc, server_vpc, server_net, exists };
        let by = match self.crosses(route.way, between) {
            (Answer::Yes, by, _) => by,
            (Answer::No, Some(by), _) => return apart(Gap::LeadsElsewhere(by), from, exported),
            (_, _, why) => return Joined::CannotTell(why),
        };
        let Some(by) = by else {
            return Joined::CannotTell(format!("{} may lead there", self.model.short(route.holder)));
        };
        let back = Between { client_vpc: server_vpc, server_vpc: client_vpc, server_net: client_net, exists };
        match self.next(to, Some(client_net), exists) {
            Err(why) | Ok((Next::CannotTell(why), _)) => Joined::CannotTell(why),
            Ok((Next::Nowhere, exported)) => apart(Gap::NoWayBack(by), to, exported),
            Ok((Next::Along(answer), exported)) => match self.crosses(answer.way, back) {
                (Answer::Yes, _, _) => {
                    Joined::Across(Crossing { by, there: route.holder, back: answer.holder })
                }
                (Answer::No, Some(_), _) => apart(Gap::NoWayBack(by), to, exported),
                (_, _, why) => Joined::CannotTell(why),
            },
        }
    }

    /// Where the table of a subnet sends packets for these addresses, and whether another configuration may change that: the narrowest
    /// route that holds them decides.
    fn next(
        &self,
        subnet: ResourceId,
        net: Option<&IpNet>,
        exists: &Existence,
    ) -> Result<(Next, bool), String> {
        let (key, by_other) = match self.network().routing(subnet) {
            Routing::By { table, exported, .. } => (table, exported),
            Routing::CannotTell(why) => return Err(why),
        };
        let table = self.network().table(key);
        if let Some(why) = table.doubt {
            return Err(why);
        }
        let exported = by_other || table.exported;
        let mut best: Option<(u8, TableRoute)> = None;
        let mut doubt = None;
        for route in table.routes {
            let maybe = || Some(format!("{} may lead there", self.model.short(route.holder)));
            let cidr = match &route.destination {
                Destination::Cidr(cidr) => cidr.parse::<IpNet>().ok(),
                Destination::CidrV6(_) => continue,
                Destination::Unknown => None,
            };
            let (Some(cidr), Some(net)) = (cidr, net) else {
                if leads_away(route.way) {
                    doubt = maybe();
                }
                continue;
            };
            let existence = &self.model.resource(route.holder).existence;
            let certain = existence.is_certain() || existence.implied_by(exists);
            if cidr.contains(net) && certain {
                if best.as_ref().is_none_or(|(length, _)| *length < cidr.prefix_len()) {
                    best = Some((cidr.prefix_len(), route));
                }
            } else if meet(&cidr, net) && leads_away(route.way) {
                doubt = maybe();
            }
        }
        let leads = match (doubt, best) {
            (Some(why), _) => Next::CannotTell(why),
            (None, Some((_, route))) => match route.way {
                Way::Peering(_) | Way::Transit(_) | Way::Elsewhere | Way::Unknown => Next::Along(route),
                // What is not private may be reached over the internet.
                Way::Internet | Way::Nat(_) if net.is_some_and(|n| !is_private(n)) => {
                    Next::CannotTell("the packets leave for the internet".to_owned())
                }
                Way::Internet | Way::Nat(_) | Way::Local | Way::EgressOnly => Next::Nowhere,
            },
            (None, None) => Next::Nowhere,
        };
        Ok((leads, exported))
    }

    /// Whether a way that leads out of the client's VPC leads into the server's; through what; and why it cannot be said.
    fn crosses(&self, way: Way, between: Between<'_>) -> (Answer, Option<ResourceId>, String) {
        let maybe = |words: String| (Answer::Maybe, None, words);
        match way {
            Way::Peering(id) => {
                let Some(peering) = peering_behind(self.model, id) else {
                    return maybe(format!("{} is not seen through", self.model.short(id)));
                };
                self.peering_crosses(&peering, between)
            }
            Way::Transit(id) => {
                let name = self.model.short(id);
                match self.transit_crosses(id, between) {
                    Answer::Maybe => maybe(format!("where {name} leads is not all known here")),
                    answer => (answer, Some(id), String::new()),
                }
            }
            _ => maybe("a route leads to something that is not seen through".to_owned()),
        }
    }

    fn peering_crosses(
        &self,
        peering: &PeeringConnection<'_>,
        between: Between<'_>,
    ) -> (Answer, Option<ResourceId>, String) {
        let id = peering.id();
        let name = self.model.short(id);
        let Some((a, b)) = peering.ends(self.model) else {
            return (Answer::Maybe, None, format!("the VPCs of {name} are not both known"));
        };
        let pair = (between.client_vpc, between.server_vpc);
        if pair != (a, b) && pair != (b, a) {
            return (Answer::No, Some(id), String::new());
        }
        if !peering.is_accepted(self.model) {
            return (Answer::Maybe, None, format!("nothing here accepts {name}"));
        }
        (Answer::Yes, Some(id), String::new())
    }

    /// Whether a transit gateway takes packets from the client's VPC to the server's: by the table that the client's attachment sends
    /// by, which knows the server's attachment by propagation or by a route.
    fn transit_crosses(&self, id: ResourceId, between: Between<'_>) -> Answer {
        let model = self.model;
        let Some(gateway) = model.get::<TransitGateway<'_>>(id) else { return Answer::Maybe };
        let all = model.all::<TransitAttachment<'_>>();
        let at = |vpc| -> Option<&TransitAttachment<'_>> {
            let mut here = all.iter().filter(|a| a.gateway() == Some(id) && a.vpc() == Some(vpc));
            here.next().filter(|a| here.next().is_none() && self.is_there(a.id(), between.exists))
        };
        let shared = iaclint_model::ec2::leaves_the_root(model, id);
        let unclear = all.iter().any(|a| a.gateway().is_none() || a.vpc().is_none());
        let no = if shared || unclear { Answer::Maybe } else { Answer::No };
        let (Some(from), Some(to)) = (at(between.client_vpc), at(between.server_vpc)) else {
            let attached = |vpc| all.iter().any(|a| a.gateway() == Some(id) && a.vpc() == Some(vpc));
            let both = attached(between.client_vpc) && attached(between.server_vpc);
            return if both { Answer::Maybe } else { no };
        };
        let associations = model.all::<TransitAssociation<'_>>();
        let propagations = model.all::<TransitPropagation<'_>>();
        let routes = model.all::<TransitRoute<'_>>();
        let vague = associations.iter().any(|a| a.attachment().is_none() || a.table().is_none())
            || propagations.iter().any(|p| p.attachment().is_none() || p.table().is_none())
            || routes.iter().any(|r| r.table().is_none());
        if vague {
            return Answer::Maybe;
        }
        // The default table is called by the gateway's id: it is read from the gateway.
        let by_default = gateway.default_association().must(|d| d == "enable")
            && from.default_association().must(|default| *default);
        let table = match associations.iter().find(|a| a.attachment() == Some(from.id())) {
            Some(association) => association.table(),
            None if by_default => Some(id),
            None => return no,
        };
        let mut best: Option<(u8, Answer)> = None;
        for route in routes.iter().filter(|r| r.table() == table) {
            let Some(cidr) = route.cidr().known().and_then(|c| c.parse::<IpNet>().ok()) else {
                return Answer::Maybe;
            };
            if !meet(&cidr, between.server_net) {
                continue;
            }
            let answer = if !cidr.contains(between.server_net) || !self.is_there(route.id(), between.exists) {
                Answer::Maybe
            } else if route.blackhole().must(|b| *b) || route.attachment().is_some_and(|a| a != to.id()) {
                Answer::No
            } else if route.attachment() == Some(to.id()) {
                Answer::Yes
            } else {
                Answer::Maybe
            };
            if best.is_none_or(|(length, _)| length <= cidr.prefix_len()) {
                best = Some((cidr.prefix_len(), answer));
            }
        }
        let propagated = table == Some(id)
            && gateway.default_propagation().must(|d| d == "enable")
            && to.default_propagation().must(|default| *default)
            || propagations.iter().any(|p| p.attachment() == Some(to.id()) && p.table() == table);
        match best {
            // A written route for the same or a narrower range goes before what is propagated.
            Some((_, answer)) if !propagated => answer,
            Some((_, Answer::Yes)) => Answer::Yes,
            Some(_) => Answer::Maybe,
            None if propagated => Answer::Yes,
            None => no,
        }
    }

    fn is_there(&self, id: ResourceId, exists: &Existence) -> bool {
        let existence = &self.model.resource(id).existence;
        existence.is_certain() || existence.implied_by(exists)
    }

    /// The way of a client to a server that is on the internet: every subnet must have one.
    fn over_the_internet(&self, subnets: &Many<Link>, exists: &Existence, server: &Server) -> Joined {
        let unknown = |words: &str| Joined::CannotTell(words.to_owned());
        let mut way = None;
        for link in &subnets.items {
            let Some(subnet) = link.id() else { return unknown("the client's subnets are not all known") };
            match self.network().internet(subnet, exists) {
                Internet::Nat(route) => way = Some(route.holder),
                Internet::Gateway(_) => {
                    return unknown("whether the client has a public address is not looked at here");
                }
                Internet::CannotTell(why) => return Joined::CannotTell(why),
                Internet::None(none) => {
                    return Joined::Apart(Apart {
                        client_vpc: self.network().vpc_of(subnet),
                        server_vpc: None,
                        gap: Gap::NoInternet,
                        at: subnet,
                        placed: self.model.resource(server.id).body.origin,
                        exported: none.exported,
                    });
                }
            }
        }
        match way {
            Some(route) if subnets.complete => Joined::Internet(route),
            _ => unknown("the client's subnets are not all known"),
        }
    }
}

/// Whether a way leads out of the VPC to somewhere that may know other networks.
fn leads_away(way: Way) -> bool {
    matches!(way, Way::Elsewhere | Way::Peering(_) | Way::Transit(_) | Way::Unknown)
}

/// Whether two networks have addresses in common: one lies in the other.
fn meet(a: &IpNet, b: &IpNet) -> bool {
    let holds = |a: &IpNet, address: IpAddr| a.contains(&address);
    holds(a, b.network()) || holds(b, a.network())
}
