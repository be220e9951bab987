//! Network ACLs: what they let cross the edge of a subnet, and whether answers find the way back.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use iaclint_model::ec2::{Protocol, Subnet, Vpc, leaves_the_root};
use iaclint_model::nacl::{AclAssociation, AclLine, AclRule, DefaultNetworkAcl, NetworkAcl, inline_lines};
use iaclint_model::vpc::vpc_behind;
use iaclint_model::{Answer, Link, Many, Model, Prop, ResourceId};

use crate::ranges::{Addresses, Ranges};

/// The ports that clients call from: what Linux takes by default lies within what AWS advises to open.
pub const EPHEMERAL: (i64, i64) = (1024, 65535);
const LINUX: (i64, i64) = (32768, 60999);

/// The number of the rule that lets everything through in the ACL that a VPC is made with.
const MADE_WITH: i64 = 100;

/// An ACL with its rules from everywhere, in their order.
#[derive(Clone, Debug)]
pub struct Acl {
    /// Rules for what comes in.
    pub ingress: Many<AclLine>,
    /// Rules for what goes out.
    pub egress: Many<AclLine>,
    /// Subnets that are surely tied to it.
    pub subnets: Vec<ResourceId>,
}

/// Which ACL guards a subnet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    /// This one.
    Acl(ResourceId),
    /// The one that the VPC was made with, which lets everything through.
    Open,
    /// Not known.
    Unknown,
}

/// All ACLs.
#[derive(Debug, Default)]
pub struct Acls {
    by_id: BTreeMap<ResourceId, Acl>,
    guards: BTreeMap<ResourceId, Guard>,
}

impl Acls {
    /// Reads the ACLs of a model.
    pub fn new<'m>(model: &'m Model<'m>) -> Self {
        let mut acls = Self::default();
        let mut defaults: BTreeMap<ResourceId, ResourceId> = BTreeMap::new();
        let mut ties: Vec<(Many<Link>, Many<Link>, ResourceId)> = Vec::new();
        let own = |id: ResourceId| {
            let origin = model.resource(id).body.origin;
            Many { items: vec![Link::Resource { id, origin }], complete: true }
        };
        for acl in model.all::<NetworkAcl<'m>>() {
            ties.push((own(acl.id()), acl.subnets(), acl.id()));
            acls.by_id.insert(acl.id(), read(model, acl.id(), acl.ingress(), acl.egress()));
        }
        for acl in model.all::<DefaultNetworkAcl<'m>>() {
            ties.push((own(acl.id()), acl.subnets(), acl.id()));
            acls.by_id.insert(acl.id(), read(model, acl.id(), acl.ingress(), acl.egress()));
            if let Some(vpc) = acl.default_of().and_then(|id| vpc_behind(model, id)) {
                defaults.insert(vpc, acl.id());
            }
        }
        // Rules may be added to the ACL that a VPC is made with, which is then called by the VPC's id.
        for rule in model.all::<AclRule<'m>>() {
            for vpc in
                rule.acl().items.iter().filter_map(Link::id).filter(|id| model.get::<Vpc<'m>>(*id).is_some())
            {
                defaults.entry(vpc).or_insert_with(|| {
                    acls.by_id.insert(vpc, made_with(model, vpc));
                    vpc
                });
            }
        }
        acls.read_rules(model);
        for tie in model.all::<AclAssociation<'m>>() {
            ties.push((tie.acl(), tie.subnet(), tie.id()));
        }
        acls.read_guards(model, &ties, &defaults);
        acls
    }

    fn read_rules<'m>(&mut self, model: &'m Model<'m>) {
        let mut open_roots = BTreeSet::new();
        for rule in model.all::<AclRule<'m>>() {
            let named = rule.acl();
            if !named.complete {
                open_roots.insert(model.resource(rule.id()).key.root);
            }
            let line = rule.line();
            let certain = model.resource(rule.id()).existence.is_certain();
            for id in named.items.iter().filter_map(Link::id) {
                let Some(acl) = self.by_id.get_mut(&id) else { continue };
                let egress = rule.egress();
                for (side, here) in [(&mut acl.ingress, false), (&mut acl.egress, true)] {
                    if egress.may(|e| *e == here) {
                        side.items.push(line.clone());
                        side.complete &= certain && egress.known().is_some();
                    }
                }
            }
        }
        for (id, acl) in &mut self.by_id {
            let open = open_roots.contains(&model.resource(*id).key.root);
            for side in [&mut acl.ingress, &mut acl.egress] {
                side.complete &= !open && side.items.iter().all(|l| l.number.known().is_some());
                side.items.sort_by_key(|l| l.number.known().copied().unwrap_or(i64::MAX));
            }
        }
    }

    fn read_guards<'m>(
        &mut self,
        model: &'m Model<'m>,
        ties: &[(Many<Link>, Many<Link>, ResourceId)],
        defaults: &BTreeMap<ResourceId, ResourceId>,
    ) {
        let mut open_roots = BTreeSet::new();
        for (acl, subnets, holder) in ties {
            if !subnets.complete {
                open_roots.insert(model.resource(*holder).key.root);
            }
            let acl = match &acl.items[..] {
                [Link::Resource { id, .. }] if acl.complete => self.by_id.contains_key(id).then_some(*id),
                _ => None,
            };
            let exists = &model.resource(*holder).existence;
            for subnet in subnets.items.iter().filter_map(Link::id) {
                let certain = exists.is_certain() || exists.implied_by(&model.resource(subnet).existence);
                let guard = match acl {
                    Some(acl) if certain && subnets.complete => Guard::Acl(acl),
                    _ => Guard::Unknown,
                };
                self.guards.insert(subnet, guard);
            }
        }
        for subnet in model.all::<Subnet<'m>>() {
            let id = subnet.id();
            let untied = match subnet.vpc().and_then(|v| vpc_behind(model, v)) {
                _ if open_roots.contains(&model.resource(id).key.root) => Guard::Unknown,
                Some(vpc) => defaults.get(&vpc).map_or(Guard::Open, |acl| Guard::Acl(*acl)),
                None => Guard::Unknown,
            };
            let guard = *self.guards.entry(id).or_insert(untied);
            if let Guard::Acl(acl) = guard
                && let Some(acl) = self.by_id.get_mut(&acl)
            {
                acl.subnets.push(id);
            }
        }
    }

    /// Which ACL guards a subnet.
    pub fn guard(&self, subnet: ResourceId) -> Guard {
        self.guards.get(&subnet).copied().unwrap_or(Guard::Unknown)
    }

    /// An ACL.
    pub fn get(&self, id: ResourceId) -> Option<&Acl> {
        self.by_id.get(&id)
    }

    /// Every ACL, in order.
    pub fn all(&self) -> impl Iterator<Item = (ResourceId, &Acl)> {
        self.by_id.iter().map(|(id, acl)| (*id, acl))
    }
}

fn read<'m>(
    model: &'m Model<'m>,
    id: ResourceId,
    ingress: Many<iaclint_model::Node<'m>>,
    egress: Many<iaclint_model::Node<'m>>,
) -> Acl {
    let exported = leaves_the_root(model, id);
    let side = |nodes| {
        let mut lines = inline_lines(nodes);
        lines.complete &= !exported;
        lines
    };
    Acl { ingress: side(ingress), egress: side(egress), subnets: Vec::new() }
}

/// The ACL that a VPC is made with: it lets everything through.
fn made_with<'m>(model: &'m Model<'m>, vpc: ResourceId) -> Acl {
    let origin = model.resource(vpc).body.origin;
    let line = AclLine {
        holder: vpc,
        origin,
        number: Prop::written(MADE_WITH, origin),
        allow: Prop::written(true, origin),
        protocol: Protocol::All,
        ports: Some((0, 65535)),
        cidr: Some("0.0.0.0/0".to_owned()),
    };
    let side = || Many { items: vec![line.clone()], complete: !leaves_the_root(model, vpc) };
    Acl { ingress: side(), egress: side(), subnets: Vec::new() }
}

/// Whether rules let TCP through on a port, with the other side in these ranges: the first that matches decides.
pub fn on_port(lines: &Many<AclLine>, port: i64, nets: Option<&[IpNet]>) -> Answer {
    let (mut perhaps_denied, mut perhaps_allowed) = (!lines.complete, !lines.complete);
    for line in &lines.items {
        let fits = and(protocol(line), and(ports(line, port), addresses(line, nets)));
        let allow = line.allow.known().copied();
        match fits {
            Answer::No => {}
            Answer::Yes => {
                return match allow {
                    Some(true) if !perhaps_denied => Answer::Yes,
                    Some(false) if !perhaps_allowed => Answer::No,
                    _ => Answer::Maybe,
                };
            }
            Answer::Maybe => {
                perhaps_denied |= allow != Some(true);
                perhaps_allowed |= allow != Some(false);
            }
        }
    }
    if perhaps_allowed { Answer::Maybe } else { Answer::No }
}

/// Whether rules let TCP through on the ports that clients call from, with the other side in these ranges: no when not one of these is
/// open.
pub fn on_ephemeral(lines: &Many<AclLine>, nets: Option<&[IpNet]>) -> Answer {
    if !lines.complete {
        return Answer::Maybe;
    }
    let (mut open, mut perhaps_open) = (Ranges::EMPTY, Ranges::EMPTY);
    let (mut denied, mut perhaps_denied) = (Ranges::EMPTY, Ranges::EMPTY);
    let ephemeral = Ranges::ports(EPHEMERAL.0, EPHEMERAL.1);
    for line in &lines.items {
        let fits = and(protocol(line), addresses(line, nets));
        if fits == Answer::No {
            continue;
        }
        let certain = fits == Answer::Yes && line.ports.is_some();
        let all = line.ports.map_or_else(|| ephemeral.clone(), |(from, to)| Ranges::ports(from, to));
        let ports = all.intersection(&ephemeral);
        let allow = line.allow.known().copied();
        if allow == Some(true) && certain {
            open = open.union(&ports.without(&perhaps_denied));
        }
        if allow != Some(false) {
            perhaps_open = perhaps_open.union(&ports.without(&denied));
        }
        if allow == Some(false) && certain {
            denied = denied.union(&ports);
        }
        if allow != Some(true) {
            perhaps_denied = perhaps_denied.union(&ports);
        }
    }
    if open.covers(&Ranges::ports(LINUX.0, LINUX.1)) {
        Answer::Yes
    } else if perhaps_open.is_empty() {
        Answer::No
    } else {
        Answer::Maybe
    }
}

/// Whether rules let any TCP connection through, and the first rule that does.
pub fn first_allowed(lines: &Many<AclLine>) -> Option<&AclLine> {
    lines.items.iter().find(|l| l.allow.known() == Some(&true) && protocol(l) == Answer::Yes)
}

fn and(a: Answer, b: Answer) -> Answer {
    match (a, b) {
        (Answer::No, _) | (_, Answer::No) => Answer::No,
        (Answer::Yes, Answer::Yes) => Answer::Yes,
        _ => Answer::Maybe,
    }
}

fn protocol(line: &AclLine) -> Answer {
    match &line.protocol {
        Protocol::All => Answer::Yes,
        Protocol::Only(name) if name == "tcp" => Answer::Yes,
        Protocol::Only(_) => Answer::No,
        Protocol::Unknown => Answer::Maybe,
    }
}

fn ports(line: &AclLine, port: i64) -> Answer {
    match line.ports {
        Some((from, to)) if from <= port && port <= to => Answer::Yes,
        Some(_) => Answer::No,
        None => Answer::Maybe,
    }
}

fn addresses(line: &AclLine, nets: Option<&[IpNet]>) -> Answer {
    let Some(cidr) = &line.cidr else { return Answer::Maybe };
    if cidr == "0.0.0.0/0" {
        return Answer::Yes;
    }
    let Ok(cidr) = cidr.parse::<IpNet>() else { return Answer::Maybe };
    if matches!(cidr, IpNet::V6(_)) {
        return Answer::No;
    }
    let Some(nets) = nets.map(Addresses::of) else { return Answer::Maybe };
    let cidr = Addresses::of(&[cidr]);
    if cidr.covers(&nets) {
        Answer::Yes
    } else if cidr.meets(&nets) {
        Answer::Maybe
    } else {
        Answer::No
    }
}
