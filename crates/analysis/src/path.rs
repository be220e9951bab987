//! The whole way from a client to a server, hop by hop, with what opens or closes each.

use iaclint_model::ec2::{Ports, group_name};
use iaclint_model::server::{Placement, Server};
use iaclint_model::{Answer, Link, Many, ResourceId};
use iaclint_value::OriginId;

use crate::Analysis;
use crate::acl::{Guard, on_ephemeral, on_port};
use crate::ends::Client;
use crate::joined::{Apart, Gap, Joined};
use crate::needs::{Lookup, Need};
use crate::reach::{Admitted, Closed, Named, Opening, Verdict, server_end};

/// A place on the way that a packet passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HopKind {
    /// The name that the client looks up.
    Name,
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
    /// What else there is to know: rules that do not help.
    pub notes: Vec<Note>,
}

/// A place beside the way.
#[derive(Clone, Debug)]
pub struct Note {
    /// What it says.
    pub words: String,
    /// The resource.
    pub resource: ResourceId,
    /// The place.
    pub origin: OriginId,
}

impl Hop {
    fn new(kind: HopKind, open: Answer, words: impl Into<String>) -> Self {
        let words = words.into();
        Self { kind, open, words, resource: None, origin: OriginId::NONE, notes: Vec::new() }
    }

    fn at(self, resource: ResourceId, origin: OriginId) -> Self {
        Self { resource: Some(resource), origin, ..self }
    }
}

/// The way from a client to a server.
#[derive(Clone, Debug)]
pub struct Path {
    /// Its hops, from the client on.
    pub hops: Vec<Hop>,
    /// Open when every hop is, closed when one is.
    pub open: Answer,
}

impl Path {
    fn of(hops: Vec<Hop>) -> Self {
        let open = if hops.iter().any(|h| h.open == Answer::No) {
            Answer::No
        } else if hops.iter().all(|h| h.open == Answer::Yes) {
            Answer::Yes
        } else {
            Answer::Maybe
        };
        Self { hops, open }
    }
}

impl Analysis<'_> {
    /// The way of a need, hop by hop.
    pub fn path(&self, need: &Need) -> Path {
        let mut hops = Vec::new();
        if let Some(Lookup { found, words, holder, origin }) = &need.lookup {
            hops.push(Hop::new(HopKind::Name, *found, words.clone()).at(*holder, *origin));
        }
        hops.extend(self.way(&need.client, &need.server, need.port.known().copied()).hops);
        Path::of(hops)
    }

    /// The way from any client to any server on a TCP port.
    pub fn way(&self, client: &Client, server: &Server, port: Option<i64>) -> Path {
        let mut hops = Vec::new();
        let groups = |kind, verdict: Option<Verdict>| match verdict {
            Some(verdict) => self.group_hop(kind, verdict, port.unwrap_or_default()),
            None => Hop::new(kind, Answer::Maybe, "the port is not known"),
        };
        let (from, to) = (client.end(), server_end(server));
        let public = matches!(server.placement, Placement::Internet);
        if !client.outside {
            hops.push(groups(HopKind::ClientGroups, port.map(|port| self.let_out(from, to, port))));
        }
        if !client.outside && !public {
            hops.push(self.acl_hop(client, server, port));
        }
        hops.push(self.route_hop(client, server));
        if public {
            let words = format!(
                "no security group guards {}: it is outside of every VPC",
                self.model.short(server.id)
            );
            let origin = self.model.resource(server.id).body.origin;
            hops.push(Hop::new(HopKind::ServerGroups, Answer::Yes, words).at(server.id, origin));
        } else {
            hops.push(groups(HopKind::ServerGroups, port.map(|port| self.let_in(from, to, port))));
        }
        Path::of(hops)
    }

    fn route_hop(&self, client: &Client, server: &Server) -> Hop {
        let model = self.model;
        let hop = |open, words: String| Hop::new(HopKind::Route, open, words);
        let joined = self.joined(client, server);
        let place = |id: ResourceId| model.resource(id).body.origin;
        match joined {
            Joined::SameVpc(vpc) => {
                hop(Answer::Yes, format!("both are in {}", model.short(vpc))).at(vpc, place(vpc))
            }
            Joined::Across(crossing) => {
                let by = model.short(crossing.by);
                let mut hop = hop(Answer::Yes, format!("{by} joins the two VPCs, with routes on both sides"))
                    .at(crossing.by, place(crossing.by));
                for (resource, words) in
                    [(crossing.there, "the client's route"), (crossing.back, "the server's route back")]
                {
                    hop.notes.push(Note { words: words.to_owned(), resource, origin: place(resource) });
                }
                hop
            }
            Joined::Internet(by) => {
                let words = format!("over the internet, by {}", model.short(by));
                hop(Answer::Yes, words).at(by, place(by))
            }
            Joined::Apart(apart) => {
                let mut hop = hop(Answer::No, self.gap_words(&apart)).at(apart.at, place(apart.at));
                let words = "this places the server".to_owned();
                hop.notes.push(Note { words, resource: server.id, origin: apart.placed });
                hop
            }
            Joined::CannotTell(why) => hop(Answer::Maybe, why),
        }
    }

    /// Why two networks are apart, in words.
    pub fn gap_words(&self, apart: &Apart) -> String {
        let model = self.model;
        let at = model.short(apart.at);
        let vpc = apart.server_vpc.map_or_else(|| "the default VPC".to_owned(), |vpc| model.short(vpc));
        match apart.gap {
            Gap::NoRoute => format!("{at} has no route to {vpc}, where the server is"),
            Gap::LeadsElsewhere(by) => format!("{} does not lead from {at} to {vpc}", model.short(by)),
            Gap::NoWayBack(by) => {
                let client = apart.client_vpc.map_or_else(|| "the client".to_owned(), |vpc| model.short(vpc));
                format!(
                    "{at}, where the server is, has no route back to {client} through {}",
                    model.short(by)
                )
            }
            Gap::NoInternet => format!("{at} has no route to the internet, where the server is"),
            Gap::Outside => format!("{at} runs outside of every VPC, and the server is inside of {vpc}"),
        }
    }

    /// The ACLs of both subnets, there and back.
    fn acl_hop(&self, client: &Client, server: &Server, port: Option<i64>) -> Hop {
        let unknown = |words: &str| Hop::new(HopKind::Acls, Answer::Maybe, words);
        let Some(port) = port else { return unknown("the port is not known") };
        let Placement::Subnets(servers, _) = &server.placement else {
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
        let mut doubt: Option<ResourceId> = None;
        let mut asked: Vec<ResourceId> = Vec::new();
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
                        doubt.get_or_insert(*subnet);
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
                    let name = self.model.short(guard);
                    let subnet = self.model.short(*subnet);
                    let words = if there == Answer::No {
                        let way = if is_client { "leaving" } else { "entering" };
                        format!("{name} drops what is {way} {subnet} on port {port}")
                    } else {
                        format!(
                            "{name} drops the answers of port {port} at {subnet}: they go to ports 1024 to 65535"
                        )
                    };
                    let origin = self.model.resource(guard).body.origin;
                    return Hop::new(HopKind::Acls, Answer::No, words).at(guard, origin);
                }
                if there != Answer::Yes || back != Answer::Yes {
                    doubt.get_or_insert(guard);
                } else if !asked.contains(&guard) {
                    asked.push(guard);
                }
            }
        }
        match (doubt, &asked[..]) {
            (Some(id), _) => Hop::new(
                HopKind::Acls,
                Answer::Maybe,
                format!("what the network ACL of {} lets through is not all known", self.model.short(id)),
            ),
            (None, []) => Hop::new(
                HopKind::Acls,
                Answer::Yes,
                "no network ACL stands between, other than those that let everything through",
            ),
            (None, [first, ..]) => {
                let names: Vec<String> = asked.iter().map(|id| self.model.short(*id)).collect();
                let words = format!("{} let it through, and the answers back", names.join(" and "));
                Hop::new(HopKind::Acls, Answer::Yes, words)
                    .at(*first, self.model.resource(*first).body.origin)
            }
        }
    }

    fn group_hop(&self, kind: HopKind, verdict: Verdict, port: i64) -> Hop {
        let inward = kind == HopKind::ServerGroups;
        match verdict {
            Verdict::Open(opening) => {
                let words = self.opening_words(&opening, inward, port);
                Hop::new(kind, Answer::Yes, words).at(opening.holder, opening.origin)
            }
            Verdict::CannotTell(why) => Hop::new(kind, Answer::Maybe, why),
            Verdict::Closed(closed) => self.closed_hop(kind, &closed, port),
        }
    }

    fn opening_words(&self, opening: &Opening, inward: bool, port: i64) -> String {
        let group = group_name(self.model, opening.group);
        let side = match &opening.names {
            Named::Group(id) => group_name(self.model, *id),
            Named::Itself => "its own members".to_owned(),
            Named::Addresses(texts) => texts.clone(),
            Named::Everything => return format!("{group} lets everything out"),
        };
        if inward {
            format!("{group} admits {side} on port {port}")
        } else {
            format!("{group} lets it out to {side} on port {port}")
        }
    }

    fn closed_hop(&self, kind: HopKind, closed: &Closed, port: i64) -> Hop {
        let inward = kind == HopKind::ServerGroups;
        let names = |groups: &[ResourceId]| {
            let names: Vec<String> = groups.iter().map(|id| group_name(self.model, *id)).collect();
            if names.is_empty() { "no group".to_owned() } else { names.join(" and ") }
        };
        let (own, others) = if inward {
            (&closed.server_groups, &closed.client_groups)
        } else {
            (&closed.client_groups, &closed.server_groups)
        };
        let words = if inward {
            format!("{} does not admit {} on port {port}", names(own), names(others))
        } else {
            format!("{} does not let it out to {} on port {port}", names(own), names(others))
        };
        let mut hop = Hop::new(kind, Answer::No, words);
        if let Some(group) = own.first() {
            hop = hop.at(*group, self.model.resource(*group).body.origin);
        }
        for rule in &closed.others {
            let others = self.admitted_words(rule);
            let words =
                format!("a rule for port {port} {} {others}", if inward { "admits" } else { "leads to" });
            hop.notes.push(Note { words, resource: rule.holder, origin: rule.origin });
        }
        for rule in &closed.other_ports {
            let words = format!("the rule that fits the other side opens {}", ports_words(rule.ports));
            hop.notes.push(Note { words, resource: rule.holder, origin: rule.origin });
        }
        hop
    }

    fn admitted_words(&self, rule: &Admitted) -> String {
        let groups = rule.groups.iter().map(|id| group_name(self.model, *id));
        let all: Vec<String> = groups.chain(rule.cidrs.iter().cloned()).collect();
        if all.is_empty() { "its own members".to_owned() } else { all.join(", ") }
    }
}

/// The ports of a rule, in words.
pub fn ports_words(ports: Ports) -> String {
    match ports {
        Ports::Range(from, to) if from == to => format!("port {from}"),
        Ports::Range(from, to) => format!("ports {from} to {to}"),
        Ports::All => "every port".to_owned(),
        Ports::Of(_) | Ports::Unknown => "another port".to_owned(),
    }
}
