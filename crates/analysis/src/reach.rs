//! Reach, the security groups of both ends: do they let this client open that port on that server?

use ipnet::IpNet;

use iaclint_model::ec2::{Permission, Ports, Protocol, SecurityGroup, Subnet, Vpc};
use iaclint_model::server::{Placement, Server};
use iaclint_model::vpc::{VpcCidr, vpc_behind};
use iaclint_model::workload::Workload;
use iaclint_model::{Link, Many, Prop, ResourceId};
use iaclint_value::OriginId;

use crate::Analysis;
use crate::needs::Need;

/// Whether a path is open.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is; by this rule.
    Open {
        /// The resource that holds the admitting rule.
        holder: ResourceId,
        /// The place of the rule.
        origin: OriginId,
    },
    /// It is not.
    Closed(Closed),
    /// It cannot be said, because of this.
    CannotTell(String),
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
    /// The ports that it opens.
    pub ports: Ports,
}

/// A three-valued answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It cannot be said.
    Maybe,
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
    pub fn admits(&self, need: &Need<'_>) -> Verdict {
        let client = &self.workloads()[need.client];
        let Some(port) = need.port.known() else {
            return Verdict::CannotTell("the port is not known".to_owned());
        };
        self.let_in(client_end(client), server_end(&need.server), *port)
    }

    /// Whether the client's security groups let it call the server of a need on its port.
    pub fn emits(&self, need: &Need<'_>) -> Verdict {
        let client = &self.workloads()[need.client];
        let Some(port) = need.port.known() else {
            return Verdict::CannotTell("the port is not known".to_owned());
        };
        self.let_out(client_end(client), server_end(&need.server), *port)
    }

    /// Whether the server's security groups let the client in on a TCP port.
    pub fn let_in(&self, client: End<'_>, server: End<'_>, port: i64) -> Verdict {
        self.pass(Side::In, client, server, port)
    }

    /// Whether the client's security groups let it out to the server on a TCP port.
    pub fn let_out(&self, client: End<'_>, server: End<'_>, port: i64) -> Verdict {
        self.pass(Side::Out, client, server, port)
    }

    fn pass(&self, side: Side, client: End<'_>, server: End<'_>, port: i64) -> Verdict {
        let ids = |groups: &Many<Link>| groups.items.iter().filter_map(Link::id).collect::<Vec<_>>();
        let mut closed = Closed {
            server_groups: ids(server.groups),
            client_groups: ids(client.groups),
            ..Closed::default()
        };
        let mut doubt: Option<String> = None;
        for (end, known, name) in
            [(server, &closed.server_groups, "server"), (client, &closed.client_groups, "client")]
        {
            if known.len() != end.groups.items.len() || !end.groups.complete {
                doubt = Some(format!("the {name}'s security groups are not all known"));
            }
        }
        let (guards, others, other) = match side {
            Side::In => (closed.server_groups.clone(), closed.client_groups.clone(), client),
            Side::Out => (closed.client_groups.clone(), closed.server_groups.clone(), server),
        };
        let nets = self.nets_of(other);
        let exists = &self.model.resource(client.id).existence;
        for group in &guards {
            let rules = match side {
                Side::In => self.admissions().get(group).map(|rules| (rules, false)),
                Side::Out => self.emissions().get(group).map(|e| (&e.rules, e.everything)),
            };
            let Some((permissions, everything)) = rules else {
                doubt = Some(format!("{} is not a group of this configuration", self.model.short(*group)));
                continue;
            };
            if everything {
                return Verdict::Open { holder: *group, origin: self.model.resource(*group).body.origin };
            }
            if !permissions.complete {
                doubt = Some(format!("{} may have rules that are not seen", self.model.short(*group)));
            }
            for permission in &permissions.items {
                let on_port = port_answer(permission, port, server.id);
                let (who, groups) = who_answer(permission, *group, &others, nets.as_deref());
                let holder = &self.model.resource(permission.holder).existence;
                let certain = holder.implied_by(exists) || holder.is_certain();
                let rule = || Admitted {
                    holder: permission.holder,
                    origin: permission.origin,
                    groups: groups.clone(),
                    ports: permission.ports,
                };
                match (on_port, who) {
                    (Answer::Yes, Answer::Yes) if certain => {
                        return Verdict::Open { holder: permission.holder, origin: permission.origin };
                    }
                    (Answer::No, Answer::Yes) if matches!(&permission.protocol, Protocol::Only(p) if p == "tcp") =>
                    {
                        closed.other_ports.push(rule());
                    }
                    (Answer::No, _) => {}
                    (_, Answer::No) => closed.others.push(rule()),
                    _ => doubt = Some(format!("a rule of {} may fit", self.model.short(*group))),
                }
            }
        }
        match doubt {
            Some(why) => Verdict::CannotTell(why),
            None => Verdict::Closed(closed),
        }
    }

    /// Whether a group lets nothing out at all: it has no rule for what leaves, or only ones that lead nowhere.
    pub fn lets_nothing_out(&self, group: ResourceId) -> Answer {
        let Some(emission) = self.emissions().get(&group) else { return Answer::Maybe };
        let leads_nowhere = |rule: &Permission<'_>| {
            rule.groups.complete
                && rule.groups.items.is_empty()
                && !rule.prefix_list
                && rule.this_group.must(|own| !own)
                && !rule.cidrs.is_empty()
                && rule.cidrs.iter().all(|c| cidr_answer(c.as_str().as_deref(), None) == Answer::No)
        };
        if emission.everything || !emission.rules.items.iter().all(leads_nowhere) {
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

    /// The address ranges that one end can have: those of its subnets, else of the VPC that its groups are of.
    fn nets_of(&self, end: End<'_>) -> Option<Vec<IpNet>> {
        if let Some(nets) = end.subnets.and_then(|subnets| self.nets(subnets)) {
            return Some(nets);
        }
        let group = end
            .groups
            .items
            .iter()
            .filter_map(Link::id)
            .find_map(|id| self.model.get::<SecurityGroup<'_>>(id))?;
        let vpc = vpc_behind(self.model, group.vpc().items.first()?.id()?)?;
        Some(vec![self.vpc_net(vpc)?])
    }

    /// The address ranges of subnets, or of their VPCs; `None` when one is not known.
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
    fn vpc_net(&self, vpc: ResourceId) -> Option<IpNet> {
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

/// A workload as one end.
pub fn client_end<'e>(workload: &'e Workload<'_>) -> End<'e> {
    End { id: workload.id, groups: &workload.security_groups, subnets: Some(&workload.subnets) }
}

/// A server as one end.
pub fn server_end(server: &Server) -> End<'_> {
    let subnets = match &server.placement {
        Placement::Subnets(subnets, _) => Some(subnets),
        Placement::DefaultVpc(_) | Placement::Unknown => None,
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

/// Whether a permission admits the client, and the groups of the graph that it admits.
fn who_answer(
    permission: &Permission<'_>,
    group: ResourceId,
    client: &[ResourceId],
    nets: Option<&[IpNet]>,
) -> (Answer, Vec<ResourceId>) {
    let groups: Vec<ResourceId> = permission.groups.items.iter().filter_map(Link::id).collect();
    if groups.iter().any(|g| client.contains(g)) {
        return (Answer::Yes, groups);
    }
    let mut answer = Answer::No;
    if groups.len() != permission.groups.items.len() || !permission.groups.complete || permission.prefix_list
    {
        answer = Answer::Maybe;
    }
    match permission.this_group {
        Prop::Known { value: true, .. } if client.contains(&group) => return (Answer::Yes, groups),
        Prop::Known { .. } | Prop::Absent { .. } => {}
        Prop::OneOf { .. } | Prop::Unknown { .. } => answer = Answer::Maybe,
    }
    for cidr in &permission.cidrs {
        match cidr_answer(cidr.as_str().as_deref(), nets) {
            Answer::Yes => return (Answer::Yes, groups),
            Answer::Maybe => answer = Answer::Maybe,
            Answer::No => {}
        }
    }
    (answer, groups)
}

fn cidr_answer(cidr: Option<&str>, nets: Option<&[IpNet]>) -> Answer {
    let Some(cidr) = cidr else { return Answer::Maybe };
    if cidr == "0.0.0.0/0" {
        return Answer::Yes;
    }
    let Ok(cidr) = cidr.parse::<IpNet>() else { return Answer::Maybe };
    // What the CDK and AWS's own example write to allow nothing.
    if let IpNet::V4(v4) = &cidr
        && (v4.addr().is_broadcast() || v4.addr().is_loopback())
    {
        return Answer::No;
    }
    let Some(nets) = nets else { return Answer::Maybe };
    let covers = |net: &IpNet| cidr.contains(net);
    let touches = |net: &IpNet| cidr.contains(net) || net.contains(&cidr);
    if nets.iter().all(covers) {
        Answer::Yes
    } else if nets.iter().any(touches) {
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
        let nets: Vec<IpNet> = vec!["10.0.1.0/24".parse().unwrap(), "10.0.2.0/24".parse().unwrap()];
        assert_eq!(cidr_answer(Some("10.0.0.0/16"), Some(&nets)), Answer::Yes);
        assert_eq!(cidr_answer(Some("10.0.1.0/24"), Some(&nets)), Answer::Maybe);
        assert_eq!(cidr_answer(Some("10.0.1.128/25"), Some(&nets)), Answer::Maybe);
        assert_eq!(cidr_answer(Some("192.168.0.0/16"), Some(&nets)), Answer::No);
        assert_eq!(cidr_answer(None, Some(&nets)), Answer::Maybe);
        assert_eq!(cidr_answer(Some("10.0.0.0/16"), None), Answer::Maybe);
    }
}
