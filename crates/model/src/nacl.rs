//! Network ACLs: what may cross the edge of a subnet, in both directions, without memory of connections.

use iaclint_value::OriginId;

use crate::ec2::Protocol;
use crate::entity::entities;
use crate::{Entity, Language, Many, Node, Prop, ResourceId};

entities! {
    /// A network ACL.
    NetworkAcl: ["aws_network_acl"] | ["AWS::EC2::NetworkAcl"] {
        /// Its VPC.
        vpc: link = "vpc_id" | "VpcId";
        /// Subnets that it is tied to here.
        subnets: links = "subnet_ids" | "";
        /// Rules for what comes in.
        ingress: nodes = "ingress" | "";
        /// Rules for what goes out.
        egress: nodes = "egress" | "";
    }

    /// The ACL that a VPC is made with, taken over: without rules it drops everything.
    DefaultNetworkAcl: ["aws_default_network_acl"] | [] {
        /// The VPC, named by its attribute `default_network_acl_id`.
        default_of: link = "default_network_acl_id" | "";
        /// Subnets that it is tied to here.
        subnets: links = "subnet_ids" | "";
        /// Rules for what comes in.
        ingress: nodes = "ingress" | "";
        /// Rules for what goes out.
        egress: nodes = "egress" | "";
    }

    /// A rule written into an ACL.
    InlineAclRule: ["aws_network_acl/ingress"] | [] {
        /// Its place in the order.
        number: int = "rule_no" | "";
        /// `allow` or `deny`.
        action: str = "action" | "";
        /// `tcp`, `6`, `-1`...
        protocol: str = "protocol" | "";
        /// First port.
        from_port: int = "from_port" | "";
        /// Last port.
        to_port: int = "to_port" | "";
        /// The other side's addresses.
        cidr: str = "cidr_block" | "";
        /// The other side's IPv6 addresses.
        cidr_v6: str = "ipv6_cidr_block" | "";
    }

    /// A rule as a resource of its own.
    AclRule: ["aws_network_acl_rule"] | ["AWS::EC2::NetworkAclEntry"] {
        /// The ACL.
        acl: links = "network_acl_id" | "NetworkAclId";
        /// Whether it is for what goes out.
        egress: bool = "egress" | "Egress", default false;
        /// Its place in the order.
        number: int = "rule_number" | "RuleNumber";
        /// `allow` or `deny`.
        action: str = "rule_action" | "RuleAction";
        /// `tcp`, `6`, `-1`...
        protocol: str = "protocol" | "Protocol";
        /// First port.
        from_port: int = "from_port" | "PortRange.From";
        /// Last port.
        to_port: int = "to_port" | "PortRange.To";
        /// The other side's addresses.
        cidr: str = "cidr_block" | "CidrBlock";
        /// The other side's IPv6 addresses.
        cidr_v6: str = "ipv6_cidr_block" | "Ipv6CidrBlock";
    }

    /// The tie of a subnet to its ACL.
    AclAssociation: ["aws_network_acl_association"] | ["AWS::EC2::SubnetNetworkAclAssociation"] {
        /// The ACL.
        acl: links = "network_acl_id" | "NetworkAclId";
        /// The subnet.
        subnet: links = "subnet_id" | "SubnetId";
    }
}

/// A rule of an ACL.
#[derive(Clone, Debug)]
pub struct AclLine {
    /// The resource that holds it.
    pub holder: ResourceId,
    /// Its place.
    pub origin: OriginId,
    /// Its place in the order: the lowest number that matches decides.
    pub number: Prop<i64>,
    /// Whether it lets through.
    pub allow: Prop<bool>,
    /// The protocol.
    pub protocol: Protocol,
    /// The ports, `None` when they are not known.
    pub ports: Option<(i64, i64)>,
    /// The other side's addresses, `None` when they are not known.
    pub cidr: Option<String>,
}

struct Parts {
    number: Prop<i64>,
    action: Prop<String>,
    protocol: Prop<String>,
    ports: (Prop<i64>, Prop<i64>),
    cidrs: (Prop<String>, Prop<String>),
}

fn line(node: Node<'_>, rule: Parts) -> AclLine {
    let protocol = match rule.protocol.known() {
        Some(text) => crate::ec2::protocol(text),
        None => Protocol::Unknown,
    };
    let ports = match (&rule.ports.0, &rule.ports.1) {
        _ if protocol == Protocol::All => Some((0, 65535)),
        (Prop::Known { value: from, .. }, Prop::Known { value: to, .. }) => Some((*from, *to)),
        // CloudFormation asks for ports where the protocol has them.
        _ => None,
    };
    let written = |cidr: &Prop<String>| cidr.known().filter(|c| !c.is_empty()).cloned();
    AclLine {
        holder: node.id,
        origin: node.origin(),
        number: rule.number,
        allow: rule.action.convert(|a| match a.to_ascii_lowercase().as_str() {
            "allow" => Some(true),
            "deny" => Some(false),
            _ => None,
        }),
        protocol,
        ports,
        cidr: written(&rule.cidrs.0).or_else(|| written(&rule.cidrs.1)),
    }
}

/// The rules in `ingress` or `egress` blocks.
pub fn inline_lines(nodes: Many<Node<'_>>) -> Many<AclLine> {
    nodes.map(|node| {
        let rule = InlineAclRule::of(node);
        let parts = Parts {
            number: rule.number(),
            action: rule.action(),
            protocol: rule.protocol(),
            ports: (rule.from_port(), rule.to_port()),
            cidrs: (rule.cidr(), rule.cidr_v6()),
        };
        line(node, parts)
    })
}

impl AclRule<'_> {
    /// It as a line of its ACL.
    pub fn line(&self) -> AclLine {
        let node = self.node();
        let parts = Parts {
            number: self.number(),
            action: self.action(),
            protocol: self.protocol(),
            ports: (self.from_port(), self.to_port()),
            cidrs: (self.cidr(), self.cidr_v6()),
        };
        line(node, parts)
    }
}

/// Whether an ACL that a language makes without any rule drops everything: it does in both.
pub const fn empty_drops_everything(_: Language) -> bool {
    true
}
