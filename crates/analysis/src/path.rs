//! The whole way from a client to a server, hop by hop, with what opens or closes each.

use iaclint_model::server::{Placement, Server};
use iaclint_model::vpc::{Destination, TableKey, Way};
use iaclint_model::workload::Workload;
use iaclint_model::{Link, Many, Prop, ResourceId};
use iaclint_value::OriginId;
use ipnet::IpNet;

use crate::Analysis;
use crate::acl::{Guard, on_ephemeral, on_port};
use crate::needs::Need;
use crate::network::Routing;
use crate::reach::{Answer, Verdict};

/// A place on the way that a packet passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HopKind {
    /// The security groups of the client, on the way out.
    ClientGroups,
    /// The network ACLs of both subnets, there and back.
    Acls,
    /// The route from the client's subnet to the server's.
    Route,
    /// The security groups of the server, on the way in.
    ServerGroups,
}

/// One hop with its verdict.
#[derive(Clone, Debug)]
pub struct Hop {
    /// What it is.
    pub kind: HopKind,
    /// Whether it is open.
    pub open: Answer,
    /// What opens or closes it, or why it cannot be said.
    pub words: String,
    /// The resource that decides.
    pub resource: Option<ResourceId>,
    /// The place that decides.
    pub origin: OriginId,
}

/// The way from a client to a server.
#[derive(Clone, Debug)]
pub struct Path {
    /// Its hops, from the client on.
    pub hops: Vec<Hop>,
    /// Open when every hop is, closed when one is.
    pub open: Answer,
}

/// Client and server stand in two networks that nothing joins.
#[derive(Clone, Debug)]
pub struct Apart {
    /// The client's VPC.
    pub client_vpc: ResourceId,
    /// The server's VPC; `None`: the account's default one.
    pub server_vpc: Option<ResourceId>,
    /// The client's subnet whose table was looked at.
    pub subnet: ResourceId,
    /// Its table.
    pub table: TableKey,
    /// The place that puts the server where it is.
    pub placed: OriginId,
    /// Whether another configuration may still add a route.
    pub exported: bool,
}

/// Whether a client's network has a way to a server's.
#[derive(Clone, Debug)]
pub enum Joined {
    /// Both are in one VPC.
    SameVpc(ResourceId),
    /// They are in two VPCs, and the client's tables lead to neither the server's nor anywhere else.
    Apart(Apart),
    /// It cannot be said, because of this.
    CannotTell(String),
}

impl Analysis<'_> {
    /// The way of a need, hop by hop.
    pub fn path(&self, need: &Need<'_>) -> Path {
        let client = &self.workloads()[need.client];
        let hops = vec![
            group_hop(HopKind::ClientGroups, self.emits(need)),
            self.acl_hop(need, client),
            self.route_hop(need, client),
            group_hop(HopKind::ServerGroups, self.admits(need)),
        ];
        let open = if hops.iter().any(|h| h.open == Answer::No) {
            Answer::No
        } else if hops.iter().all(|h| h.open == Answer::Yes) {
            Answer::Yes
        } else {
            Answer::Maybe
        };
        Path { hops, open }
    }

    fn route_hop(&self, need: &Need<'_>, client: &Workload<'_>) -> Hop {
        let hop = |open, words, resource, origin| Hop { kind: HopKind::Route, open, words, resource, origin };
        match self.joined(client, &need.server) {
            Joined::SameVpc(vpc) => hop(
                Answer::Yes,
                "both are in one VPC".to_owned(),
                Some(vpc),
                self.model.resource(vpc).body.origin,
            ),
            Joined::Apart(apart) => {
                let words = "no route leads from the client's subnet to the server's VPC".to_owned();
                hop(Answer::No, words, Some(apart.subnet), apart.placed)
            }
            Joined::CannotTell(why) => hop(Answer::Maybe, why, None, OriginId::NONE),
        }
    }

    /// Whether the networks of a client and a server are joined. A server with a public address is never said to be apart.
    pub fn joined(&self, client: &Workload<'_>, server: &Server) -> Joined {
        let unknown = |words: &str| Joined::CannotTell(words.to_owned());
        let network = self.network();
        let Some(client_vpc) = network.vpc_of_any(&client.subnets) else {
            return unknown("the client's VPC is not known");
        };
        let (server_vpc, placed, nets) = match &server.placement {
            Placement::Subnets(subnets, origin) => match network.vpc_of_any(subnets) {
                Some(vpc) if vpc == client_vpc => return Joined::SameVpc(vpc),
                Some(vpc) => (Some(vpc), *origin, self.nets(subnets)),
                None => return unknown("the server's VPC is not known"),
            },
            Placement::DefaultVpc(origin) => (None, *origin, None),
            Placement::Unknown => return unknown("the server's subnets are not known"),
        };
        if !server.public.must(|public| !public) {
            return unknown("the server may have a public address");
        }
        let exists = &self.model.resource(client.id).existence;
        if !self.model.resource(server.id).existence.compatible(exists) {
            return unknown("the two never exist together");
        }
        if !client.subnets.complete {
            return unknown("the client's subnets are not all known");
        }
        let mut apart = None;
        for subnet in &client.subnets.items {
            let Some(subnet) = subnet.id() else { return unknown("the client's subnets are not all known") };
            let (table, mut exported) = match network.routing(subnet) {
                Routing::By { table, exported, .. } => (table, exported),
                Routing::CannotTell(why) => return Joined::CannotTell(why),
            };
            let known = network.table(table);
            if let Some(why) = known.doubt {
                return Joined::CannotTell(why);
            }
            exported |= known.exported;
            for route in &known.routes {
                let leads_away = matches!(route.way, Way::Elsewhere | Way::Peering(_) | Way::Unknown);
                if leads_away && may_lead_to(&route.destination, nets.as_deref()) {
                    return Joined::CannotTell(format!("{} may lead there", self.model.short(route.holder)));
                }
            }
            apart.get_or_insert(Apart { client_vpc, server_vpc, subnet, table, placed, exported });
        }
        apart.map_or_else(|| unknown("the client's subnets are not known"), Joined::Apart)
    }

    /// The ACLs of both subnets, there and back.
    fn acl_hop(&self, need: &Need<'_>, client: &Workload<'_>) -> Hop {
        let unknown = |words: &str| Hop {
            kind: HopKind::Acls,
            open: Answer::Maybe,
            words: words.to_owned(),
            resource: None,
            origin: OriginId::NONE,
        };
        let Prop::Known { value: port, .. } = need.port else { return unknown("the port is not known") };
        let Placement::Subnets(servers, _) = &need.server.placement else {
            return unknown("the server's subnets are not known");
        };
        let ids = |links: &Many<Link>| {
            let ids: Vec<ResourceId> = links.items.iter().filter_map(Link::id).collect();
            (links.complete && ids.len() == links.items.len() && !ids.is_empty()).then_some(ids)
        };
        let (Some(from), Some(to)) = (ids(&client.subnets), ids(servers)) else {
            return unknown("the subnets are not all known");
        };
        let (from_nets, to_nets) = (self.nets(&client.subnets), self.nets(servers));
        let mut open = Answer::Yes;
        let sides = [(&from, &to, true, to_nets.as_deref()), (&to, &from, false, from_nets.as_deref())];
        for (own, others, is_client, nets) in sides {
            for subnet in own {
                // Within one subnet no ACL is asked.
                if others.iter().all(|o| o == subnet) {
                    continue;
                }
                let guard = match self.acls().guard(*subnet) {
                    Guard::Open => continue,
                    Guard::Unknown => {
                        open = Answer::Maybe;
                        continue;
                    }
                    Guard::Acl(id) => id,
                };
                let Some(acl) = self.acls().get(guard) else { continue };
                let (there, back) = if is_client {
                    (on_port(&acl.egress, port, nets), on_ephemeral(&acl.ingress, nets))
                } else {
                    (on_port(&acl.ingress, port, nets), on_ephemeral(&acl.egress, nets))
                };
                if there == Answer::No || back == Answer::No {
                    let what = if there == Answer::No { "port" } else { "answers on the way back from port" };
                    return Hop {
                        kind: HopKind::Acls,
                        open: Answer::No,
                        words: format!("{} drops {what} {port}", self.model.short(guard)),
                        resource: Some(guard),
                        origin: self.model.resource(guard).body.origin,
                    };
                }
                if there != Answer::Yes || back != Answer::Yes {
                    open = Answer::Maybe;
                }
            }
        }
        let words =
            if open == Answer::Yes { "the network ACLs let it through" } else { "a network ACL may drop it" };
        Hop { open, ..unknown(words) }
    }
}

fn group_hop(kind: HopKind, verdict: Verdict) -> Hop {
    let hop =
        |open, words: &str, resource, origin| Hop { kind, open, words: words.to_owned(), resource, origin };
    match verdict {
        Verdict::Open { holder, origin } => hop(Answer::Yes, "a rule lets it through", Some(holder), origin),
        Verdict::CannotTell(why) => hop(Answer::Maybe, &why, None, OriginId::NONE),
        Verdict::Closed(closed) => {
            let groups =
                if kind == HopKind::ClientGroups { &closed.client_groups } else { &closed.server_groups };
            hop(Answer::No, "no rule lets it through", groups.first().copied(), OriginId::NONE)
        }
    }
}

fn may_lead_to(destination: &Destination, nets: Option<&[IpNet]>) -> bool {
    let Destination::Cidr(cidr) = destination else { return matches!(destination, Destination::Unknown) };
    let (Ok(cidr), Some(nets)) = (cidr.parse::<IpNet>(), nets) else { return true };
    nets.iter().any(|n| cidr.contains(n) || n.contains(&cidr))
}
