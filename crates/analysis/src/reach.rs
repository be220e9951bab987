//! Reach: can this client open that port on that server? So far: security groups.

use ipnet::IpNet;

use iaclint_model::ec2::{Permission, Ports, Protocol, Subnet, Vpc};
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

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    Yes,
    No,
    Maybe,
}

impl Analysis<'_> {
    /// Whether the server's security groups admit the client of a need on its port.
    pub fn admits(&self, need: &Need<'_>) -> Verdict {
        let client = &self.workloads()[need.client];
        let Some(port) = need.port.known() else {
            return Verdict::CannotTell("the port is not known".to_owned());
        };
        self.groups_admit(
            &need.server.security_groups,
            need.server.id,
            &client.security_groups,
            &client.subnets,
            client.id,
            *port,
        )
    }

    /// Whether groups on the server's side admit groups on the client's side on a TCP port.
    fn groups_admit(
        &self,
        server_groups: &Many<Link>,
        server: ResourceId,
        client_groups: &Many<Link>,
        client_subnets: &Many<Link>,
        client: ResourceId,
        port: i64,
    ) -> Verdict {
        let mut closed = Closed {
            server_groups: server_groups.items.iter().filter_map(Link::id).collect(),
            client_groups: client_groups.items.iter().filter_map(Link::id).collect(),
            ..Closed::default()
        };
        let mut doubt: Option<String> = None;
        if closed.server_groups.len() != server_groups.items.len() || !server_groups.complete {
            doubt = Some("the server's security groups are not all known".to_owned());
        }
        if closed.client_groups.len() != client_groups.items.len() || !client_groups.complete {
            doubt = Some("the client's security groups are not all known".to_owned());
        }
        let nets = self.nets(client_subnets);
        let exists = &self.model.resource(client).existence;
        for group in &closed.server_groups {
            let Some(permissions) = self.admissions().get(group) else {
                doubt = Some("the server's security groups are not all known".to_owned());
                continue;
            };
            if !permissions.complete {
                doubt = Some(format!("{} may have rules that are not seen", self.model.short(*group)));
            }
            for permission in &permissions.items {
                let on_port = port_answer(permission, port, server);
                let (who, groups) = who_answer(permission, *group, &closed.client_groups, nets.as_deref());
                let certain = self.model.resource(permission.holder).existence.implied_by(exists)
                    || self.model.resource(permission.holder).existence.is_certain();
                match (on_port, who) {
                    (Answer::Yes, Answer::Yes) if certain => {
                        return Verdict::Open { holder: permission.holder, origin: permission.origin };
                    }
                    (Answer::No, Answer::Yes) => closed.other_ports.push(Admitted {
                        holder: permission.holder,
                        origin: permission.origin,
                        groups,
                        ports: permission.ports,
                    }),
                    (Answer::No, _) => {}
                    (_, Answer::No) => closed.others.push(Admitted {
                        holder: permission.holder,
                        origin: permission.origin,
                        groups,
                        ports: permission.ports,
                    }),
                    _ => doubt = Some(format!("a rule of {} may admit the client", self.model.short(*group))),
                }
            }
        }
        match doubt {
            Some(why) => Verdict::CannotTell(why),
            None => Verdict::Closed(closed),
        }
    }

    /// The address ranges of the client's subnets, or of their VPCs; `None` when one is not known.
    fn nets(&self, subnets: &Many<Link>) -> Option<Vec<IpNet>> {
        if !subnets.complete || subnets.items.is_empty() {
            return None;
        }
        let mut out = Vec::new();
        for link in &subnets.items {
            let subnet = self.model.get::<Subnet<'_>>(link.id()?)?;
            let cidr = match subnet.cidr() {
                Prop::Known { value, .. } => value,
                _ => self.model.get::<Vpc<'_>>(subnet.vpc()?)?.cidr().known()?.clone(),
            };
            out.push(cidr.parse().ok()?);
        }
        Some(out)
    }
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
    if groups.len() != permission.groups.items.len() || !permission.groups.complete || permission.prefix_list {
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
    let (Ok(cidr), Some(nets)) = (cidr.parse::<IpNet>(), nets) else { return Answer::Maybe };
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
