//! Reach, the security groups of both ends: do they let this client open that port on that server?

use ipnet::IpNet;

use iaclint_model::ec2::{Permission, Ports, Protocol, SecurityGroup, Subnet, Vpc, group_behind, group_name};
use iaclint_model::server::{Placement, Server};
use iaclint_model::vpc::{VpcCidr, vpc_behind};
use iaclint_model::{Answer, Link, Many, Model, Prop, ResourceId};
use iaclint_value::OriginId;

use crate::Analysis;
use crate::needs::Need;
use crate::ranges::Addresses;

/// Whether a path is open.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is; by this rule.
    Open(Opening),
    /// It is not.
    Closed(Closed),
    /// It cannot be said, because of this.
    CannotTell(String),
}

/// The rule that opens a path.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The security group that the rule is of.
    pub group: ResourceId,
    /// The resource that holds the rule.
    pub holder: ResourceId,
    /// The place of the rule.
    pub origin: OriginId,
    /// What it names of the other side.
    pub names: Named,
}

/// What a rule names of the other side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Named {
    /// This group.
    Group(ResourceId),
    /// The group that the rule is of.
    Itself,
    /// These addresses, as written.
    Addresses(String),
    /// Nothing in particular: all of what leaves.
    Everything,
}

/// Why a path is closed.
#[derive(Clone, Debug, Default)]
pub struct Closed {
    /// The server's groups.
    pub server_groups: Vec<ResourceId>,
    /// The client's groups.
    pub client_groups: Vec<ResourceId>,
    /// Rules on the right port that admit others: the holder, the place, the admitted groups of the graph.
    pub others: Vec<Admitted>,
    /// Rules for the client's groups on other ports.
    pub other_ports: Vec<Admitted>,
}

impl Closed {
    /// Whether the only fault is the port: the client is admitted on another one, and nobody is on the right one. Remote logins do not
    /// count, since they are opened for people.
    pub fn is_other_port(&self) -> bool {
        self.others.is_empty() && self.wrong_ports().next().is_some()
    }

    /// The rules that admit the client on another port.
    pub fn wrong_ports(&self) -> impl Iterator<Item = &Admitted> {
        self.other_ports
            .iter()
            .filter(|rule| !matches!(rule.ports, Ports::Range(22, 22) | Ports::Range(3389, 3389)))
    }
}

/// A rule that does not help.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The resource that holds the rule.
    pub holder: ResourceId,
    /// The place of the rule.
    pub origin: OriginId,
    /// The groups that it admits.
    pub groups: Vec<ResourceId>,
    /// The addresses that it admits, as written; those that are not known are left out.
    pub cidrs: Vec<String>,
    /// The ports that it opens.
    pub ports: Ports,
}

/// What keeps a verdict from being closed.
#[derive(Clone, Copy, Debug)]
enum Doubt {
    GroupsOf(&'static str),
    NoGroupHere(ResourceId),
    RulesUnseen(ResourceId),
    MayFit(ResourceId, ResourceId),
}

impl Doubt {
    fn words<'m>(self, model: &'m Model<'m>) -> String {
        match self {
            Doubt::GroupsOf(end) => format!("the {end}'s security groups are not all known"),
            Doubt::NoGroupHere(id) => {
                format!("{} is not a security group of this configuration", model.short(id))
            }
            Doubt::RulesUnseen(group) => {
                format!("{} may have rules that are not seen here", group_name(model, group))
            }
            Doubt::MayFit(group, holder) => {
                let (group, name) = (group_name(model, group), model.short(holder));
                if group == name {
                    format!("a rule of {group} may fit: what it names is not known before the deployment")
                } else {
                    format!("{name} of {group} may fit: what it names is not known before the deployment")
                }
            }
        }
    }
}

/// Which rules are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    /// What the server's groups let in.
    In,
    /// What the client's groups let out.
    Out,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct End<'e> {
    /// The resource.
    pub id: ResourceId,
    /// Its security groups.
    pub groups: &'e Many<Link>,
    /// Its subnets; none when they are not known.
    pub subnets: Option<&'e Many<Link>>,
}

impl Analysis<'_> {
    /// Whether the server's security groups admit the client of a need on its port.
    pub fn admits(&self, need: &Need) -> Verdict {
        let Some(port) = need.port.known() else {
            return Verdict::CannotTell("the port is not known".to_owned());
        };
        self.let_in(need.client.end(), server_end(&need.server), *port)
    }

    /// Whether the client's security groups let it call the server of a need on its port.
    pub fn emits(&self, need: &Need) -> Verdict {
        let Some(port) = need.port.known() else {
            return Verdict::CannotTell("the port is not known".to_owned());
        };
        self.let_out(need.client.end(), server_end(&need.server), *port)
    }

    /// Whether the server's security groups let the client in on a TCP port.
    pub fn let_in(&self, client: End<'_>, server: End<'_>, port: i64) -> Verdict {
        self.pass(Side::In, client, server, port)
    }

    /// Whether the client's security groups let it out to the server on a TCP port.
    pub fn let_out(&self, client: End<'_>, server: End<'_>, port: i64) -> Verdict {
        self.pass(Side::Out, client, server, port)
    }

    /// The groups of one end that are of the graph.
    fn groups_of(&self, end: End<'_>) -> Vec<ResourceId> {
        let ids = end.groups.items.iter().filter_map(Link::id);
        ids.map(|id| group_behind(self.model, self.default_groups(), id).unwrap_or(id)).collect()
    }

    fn pass(&self, side: Side, client: End<'_>, server: End<'_>, port: i64) -> Verdict {
        let mut closed = Closed {
            server_groups: self.groups_of(server),
            client_groups: self.groups_of(client),
            ..Closed::default()
        };
        let mut doubt: Option<Doubt> = None;
        for (end, known, name) in
            [(server, &closed.server_groups, "server"), (client, &closed.client_groups, "client")]
        {
            if known.len() != end.groups.items.len() || !end.groups.complete {
                doubt = Some(Doubt::GroupsOf(name));
            }
        }
        let (guards, others, other) = match side {
            Side::In => (closed.server_groups.clone(), closed.client_groups.clone(), client),
            Side::Out => (closed.client_groups.clone(), closed.server_groups.clone(), server),
        };
        let nets = self.nets_of(other);
        let exists = &self.model.resource(client.id).existence;
        // Several rules may admit a part of the other side's addresses each.
        let mut covered = Addresses::default();
        for group in &guards {
            let rules = match side {
                Side::In => self.admissions().get(group).map(|rules| (rules, false)),
                Side::Out => self.emissions().get(group).map(|e| (&e.rules, e.everything)),
            };
            let Some((permissions, everything)) = rules else {
                doubt = Some(Doubt::NoGroupHere(*group));
                continue;
            };
            if everything {
                let origin = self.model.resource(*group).body.origin;
                let opening = Opening { group: *group, holder: *group, origin, names: Named::Everything };
                return Verdict::Open(opening);
            }
            if !permissions.complete {
                doubt = Some(Doubt::RulesUnseen(*group));
            }
            for permission in &permissions.items {
                let on_port = port_answer(permission, port, server.id);
                let who = who_answer(permission, *group, &others, nets.as_ref());
                let holder = &self.model.resource(permission.holder).existence;
                let certain = holder.implied_by(exists) || holder.is_certain();
                let open = |names| {
                    let Permission { holder, origin, .. } = *permission;
                    Verdict::Open(Opening { group: *group, holder, origin, names })
                };
                match (on_port, who) {
                    (Answer::Yes, Who::Named(names)) if certain => return open(names),
                    (Answer::No, Who::Named(_)) if matches!(&permission.protocol, Protocol::Only(p) if p == "tcp") =>
                    {
                        closed.other_ports.push(admitted(permission));
                    }
                    (Answer::No, _) => {}
                    (_, Who::Others) => closed.others.push(admitted(permission)),
                    (Answer::Yes, Who::Maybe) if certain => {
                        let known: Vec<(IpNet, String)> = nets_of_rule(permission).collect();
                        for (net, _) in &known {
                            covered.add(net);
                        }
                        if nets.as_ref().is_some_and(|nets| covered.covers(nets)) {
                            let all = known.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(", ");
                            return open(Named::Addresses(all));
                        }
                        doubt = Some(Doubt::MayFit(*group, permission.holder));
                    }
                    _ => doubt = Some(Doubt::MayFit(*group, permission.holder)),
                }
            }
        }
        match doubt {
            Some(doubt) => Verdict::CannotTell(doubt.words(self.model)),
            None => Verdict::Closed(closed),
        }
    }

    /// Whether a group lets nothing out at all: it has no rule for what leaves, or only ones that lead nowhere.
    pub fn lets_nothing_out(&self, group: ResourceId) -> Answer {
        let Some(emission) = self.emissions().get(&group) else { return Answer::Maybe };
        let is_idle = |rule: &Permission<'_>| {
            rule.groups.complete
                && rule.groups.items.is_empty()
                && !rule.prefix_list
                && rule.this_group.must(|own| !own)
                && !rule.cidrs.is_empty()
                && rule.cidrs.iter().all(|c| c.as_str().is_some_and(|c| leads_nowhere(&c)))
        };
        if emission.everything || !emission.rules.items.iter().all(is_idle) {
            Answer::No
        } else if emission.rules.complete {
            Answer::Yes
        } else {
            Answer::Maybe
        }
    }

    /// Whether a group lets anything out on a TCP port, wherever to.
    pub fn lets_out_on(&self, group: ResourceId, port: i64) -> Answer {
        let Some(emission) = self.emissions().get(&group) else { return Answer::Maybe };
        if emission.everything {
            return Answer::Yes;
        }
        any_on(&emission.rules, port, group)
    }

    /// Whether a group lets anything in on a TCP port, wherever from.
    pub fn lets_in_on(&self, group: ResourceId, port: i64) -> Answer {
        self.admissions().get(&group).map_or(Answer::Maybe, |rules| any_on(rules, port, group))
    }

    /// The addresses that one end can have: those of its subnets, else of the VPC that its groups are of.
    fn nets_of(&self, end: End<'_>) -> Option<Addresses> {
        if let Some(subnets) = end.subnets {
            if subnets.items.iter().filter_map(Link::id).any(|id| self.may_have_ipv6(id)) {
                return None;
            }
            if let Some(nets) = self.nets(subnets) {
                return Some(Addresses::of(&nets));
            }
        }
        let vpc_of = |id: &ResourceId| {
            let group = self.model.get::<SecurityGroup<'_>>(*id)?;
            vpc_behind(self.model, group.vpc().items.first()?.id()?)
        };
        let vpc = self.groups_of(end).iter().find_map(vpc_of)?;
        Some(Addresses::of(&[self.vpc_net(vpc)?]))
    }

    /// Whether a subnet has IPv6 addresses too: then we do not see by which family its clients call.
    fn may_have_ipv6(&self, subnet: ResourceId) -> bool {
        self.model.get::<Subnet<'_>>(subnet).is_some_and(|subnet| !subnet.cidr_v6().is_absent())
    }

    /// The IPv4 ranges of subnets, or of their VPCs; `None` when one is not known.
    pub(crate) fn nets(&self, subnets: &Many<Link>) -> Option<Vec<IpNet>> {
        if !subnets.complete || subnets.items.is_empty() {
            return None;
        }
        let mut out = Vec::new();
        for link in &subnets.items {
            let subnet = self.model.get::<Subnet<'_>>(link.id()?)?;
            let net = match subnet.cidr() {
                Prop::Known { value, .. } => value.parse().ok()?,
                _ => self.vpc_net(vpc_behind(self.model, subnet.vpc()?)?)?,
            };
            out.push(net);
        }
        Some(out)
    }

    /// The addresses of a VPC, if it has one range only.
    pub(crate) fn vpc_net(&self, vpc: ResourceId) -> Option<IpNet> {
        let more = self
            .model
            .all::<VpcCidr<'_>>()
            .iter()
            .any(|c| c.vpc().is_none_or(|v| v == vpc) && !c.cidr().is_absent());
        if more {
            return None;
        }
        self.model.get::<Vpc<'_>>(vpc)?.cidr().known()?.parse().ok()
    }
}

/// A server as one end.
pub fn server_end(server: &Server) -> End<'_> {
    let subnets = match &server.placement {
        Placement::Subnets(subnets, _) => Some(subnets),
        Placement::DefaultVpc(_) | Placement::Internet | Placement::Unknown => None,
    };
    End { id: server.id, groups: &server.security_groups, subnets }
}

fn any_on(rules: &Many<Permission<'_>>, port: i64, group: ResourceId) -> Answer {
    let mut answer = if rules.complete { Answer::No } else { Answer::Maybe };
    for rule in &rules.items {
        match port_answer(rule, port, group) {
            Answer::Yes => return Answer::Yes,
            Answer::Maybe => answer = Answer::Maybe,
            Answer::No => {}
        }
    }
    answer
}

fn port_answer(permission: &Permission<'_>, port: i64, server: ResourceId) -> Answer {
    match &permission.protocol {
        Protocol::Only(protocol) if protocol != "tcp" => return Answer::No,
        Protocol::Unknown => return Answer::Maybe,
        _ => {}
    }
    match permission.ports {
        Ports::All => Answer::Yes,
        Ports::Range(from, to) if from <= port && port <= to => Answer::Yes,
        Ports::Range(..) => Answer::No,
        Ports::Of(id) if id == server => Answer::Yes,
        Ports::Of(_) | Ports::Unknown => Answer::Maybe,
    }
}

/// Whether a rule names the other side.
enum Who {
    /// It does, so.
    Named(Named),
    /// It surely names only others.
    Others,
    /// It may.
    Maybe,
}

/// Whether a rule of `group` names one of the groups of the other side, or all of its addresses.
fn who_answer(
    permission: &Permission<'_>,
    group: ResourceId,
    other: &[ResourceId],
    nets: Option<&Addresses>,
) -> Who {
    let groups = permission.groups.items.iter().filter_map(Link::id);
    let mut known = 0;
    for named in groups {
        if other.contains(&named) {
            return Who::Named(Named::Group(named));
        }
        known += 1;
    }
    let mut doubt =
        known != permission.groups.items.len() || !permission.groups.complete || permission.prefix_list;
    match permission.this_group {
        Prop::Known { value: true, .. } if other.contains(&group) => return Who::Named(Named::Itself),
        Prop::Known { .. } | Prop::Absent { .. } => {}
        Prop::OneOf { .. } | Prop::Unknown { .. } => doubt = true,
    }
    let mut all = Addresses::default();
    for cidr in &permission.cidrs {
        let text = cidr.as_str();
        match cidr_answer(text.as_deref(), nets) {
            Answer::Yes => {
                return Who::Named(Named::Addresses(text.unwrap_or_default().into_owned()));
            }
            Answer::Maybe => doubt = true,
            Answer::No => {}
        }
        if let Some(net) = text.and_then(|text| text.parse::<IpNet>().ok()) {
            all.add(&net);
        }
    }
    if nets.is_some_and(|nets| all.covers(nets)) {
        let texts: Vec<String> = nets_of_rule(permission).map(|(_, text)| text).collect();
        return Who::Named(Named::Addresses(texts.join(", ")));
    }
    if doubt { Who::Maybe } else { Who::Others }
}

/// The networks that a rule names, with their texts.
fn nets_of_rule<'p>(permission: &'p Permission<'_>) -> impl Iterator<Item = (IpNet, String)> + 'p {
    permission.cidrs.iter().filter_map(|cidr| {
        let text = cidr.as_str()?.into_owned();
        Some((text.parse().ok()?, text))
    })
}

fn admitted(permission: &Permission<'_>) -> Admitted {
    Admitted {
        holder: permission.holder,
        origin: permission.origin,
        groups: permission.groups.items.iter().filter_map(Link::id).collect(),
        cidrs: permission.cidrs.iter().filter_map(|c| c.as_str().map(std::borrow::Cow::into_owned)).collect(),
        ports: permission.ports,
    }
}

/// Addresses that the CDK and AWS's own example write to allow nothing.
fn leads_nowhere(cidr: &str) -> bool {
    let net = cidr.parse::<ipnet::Ipv4Net>();
    net.is_ok_and(|net| net.prefix_len() == 32 && (net.addr().is_broadcast() || net.addr().is_loopback()))
}

fn cidr_answer(cidr: Option<&str>, nets: Option<&Addresses>) -> Answer {
    let Some(cidr) = cidr else { return Answer::Maybe };
    if cidr == "0.0.0.0/0" {
        return Answer::Yes;
    }
    if leads_nowhere(cidr) {
        return Answer::No;
    }
    let (Ok(cidr), Some(nets)) = (cidr.parse::<IpNet>(), nets) else { return Answer::Maybe };
    let cidr = Addresses::of(&[cidr]);
    if cidr.covers(nets) {
        Answer::Yes
    } else if cidr.meets(nets) {
        Answer::Maybe
    } else {
        Answer::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cidr_admits_the_subnets_that_it_covers() {
        let nets = ["10.0.1.0/24", "10.0.2.0/24"].map(|net| net.parse::<IpNet>().unwrap());
        let nets = Addresses::of(&nets);
        assert_eq!(cidr_answer(Some("10.0.0.0/16"), Some(&nets)), Answer::Yes);
        assert_eq!(cidr_answer(Some("10.0.1.0/24"), Some(&nets)), Answer::Maybe);
        assert_eq!(cidr_answer(Some("10.0.1.128/25"), Some(&nets)), Answer::Maybe);
        assert_eq!(cidr_answer(Some("192.168.0.0/16"), Some(&nets)), Answer::No);
        assert_eq!(cidr_answer(Some("::/0"), Some(&nets)), Answer::No);
        assert_eq!(cidr_answer(Some("255.255.255.255/32"), None), Answer::No);
        assert_eq!(cidr_answer(None, Some(&nets)), Answer::Maybe);
        assert_eq!(cidr_answer(Some("10.0.0.0/16"), None), Answer::Maybe);
    }
}
