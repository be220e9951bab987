//! Amazon EC2 and VPC: instances, subnets, security groups and what these admit.

use std::collections::{BTreeMap, BTreeSet};

use iaclint_graph::{Language, Use, User};
use iaclint_value::{OriginId, Value};

use crate::entity::entities;
use crate::prefix_list::addresses_of_list;
use crate::server::server;
use crate::vpc::vpc_behind;
use crate::{Entity, Link, Many, Model, Node, Prop, ResourceId, Why};

entities! {
    /// An instance.
    Instance: ["aws_instance"] | ["AWS::EC2::Instance"] {
        /// `t3.micro`...
        instance_type: str = "instance_type" | "InstanceType";
        /// Its security groups; the VPC's default group when absent.
        security_groups: links = "vpc_security_group_ids" | "SecurityGroupIds";
        /// The profile whose role its software uses.
        profile: raw = "iam_instance_profile" | "IamInstanceProfile";
        /// The key pair for logging in.
        key_name: raw = "key_name" | "KeyName";
        /// The launch template that may say what the instance does not.
        launch_template: raw = "launch_template" | "LaunchTemplate";
        /// Its subnet.
        subnet: links = "subnet_id" | "SubnetId";
        /// Network interfaces that are described apart.
        network_interfaces: raw = "network_interface" | "NetworkInterfaces";
        /// Its security groups by name, in the default VPC.
        group_names: raw = "security_groups" | "SecurityGroups";
        /// The script that runs at the first start.
        user_data: raw = "user_data" | "UserData";
        /// The same in base64, in Terraform.
        user_data_base64: raw = "user_data_base64" | "";
    }

    /// A subnet.
    Subnet: ["aws_subnet"] | ["AWS::EC2::Subnet"] {
        /// Its addresses.
        cidr: str = "cidr_block" | "CidrBlock";
        /// Its IPv6 addresses.
        cidr_v6: raw = "ipv6_cidr_block" | "Ipv6CidrBlock";
        /// Its VPC.
        vpc: link = "vpc_id" | "VpcId";
        /// Whether instances in it get a public address.
        maps_public_ip: bool = "map_public_ip_on_launch" | "MapPublicIpOnLaunch", default false;
        /// Its availability zone.
        zone: raw = "availability_zone" | "AvailabilityZone";
        /// The customer's premises that it stands on.
        outpost: raw = "outpost_arn" | "OutpostArn";
    }

    /// A VPC.
    Vpc: ["aws_vpc"] | ["AWS::EC2::VPC"] {
        /// Its addresses.
        cidr: str = "cidr_block" | "CidrBlock";
    }

    /// A security group.
    SecurityGroup: ["aws_security_group", "aws_default_security_group"] | ["AWS::EC2::SecurityGroup"] {
        /// Its name.
        name: str = "name" | "GroupName";
        /// Rules written into it.
        inline_ingress: nodes = "ingress" | "SecurityGroupIngress";
        /// Rules for what leaves, written into it.
        inline_egress: nodes = "egress" | "SecurityGroupEgress";
        /// Its VPC.
        vpc: links = "vpc_id" | "VpcId";
    }

    /// The default group of a VPC, taken over: its rules are those that are written and no others.
    DefaultSecurityGroup: ["aws_default_security_group"] | [] {
        /// Its VPC; the account's default one when absent.
        vpc: link = "vpc_id" | "";
    }

    /// A rule in an `ingress` block or list of a group.
    InlineRule: ["aws_security_group/ingress"] | ["AWS::EC2::SecurityGroup/SecurityGroupIngress"] {
        /// First port.
        from_port: raw = "from_port" | "FromPort";
        /// Last port.
        to_port: raw = "to_port" | "ToPort";
        /// `tcp`, `-1`...
        protocol: str = "protocol" | "IpProtocol";
        /// Admitted groups.
        groups: links = "security_groups" | "SourceSecurityGroupId";
        /// Admitted groups by name.
        group_names: raw = "" | "SourceSecurityGroupName";
        /// Admitted addresses.
        cidrs: raw = "cidr_blocks" | "CidrIp";
        /// Admitted IPv6 addresses.
        cidrs_v6: raw = "ipv6_cidr_blocks" | "CidrIpv6";
        /// Admitted prefix lists.
        prefix_lists: raw = "prefix_list_ids" | "SourcePrefixListId";
        /// The group itself.
        this_group: bool = "self" | "";
    }

    /// A rule in an `egress` block or list of a group.
    InlineEgress: ["aws_security_group/egress"] | ["AWS::EC2::SecurityGroup/SecurityGroupEgress"] {
        /// First port.
        from_port: raw = "from_port" | "FromPort";
        /// Last port.
        to_port: raw = "to_port" | "ToPort";
        /// `tcp`, `-1`...
        protocol: str = "protocol" | "IpProtocol";
        /// Admitted groups.
        groups: links = "security_groups" | "DestinationSecurityGroupId";
        /// Admitted addresses.
        cidrs: raw = "cidr_blocks" | "CidrIp";
        /// Admitted IPv6 addresses.
        cidrs_v6: raw = "ipv6_cidr_blocks" | "CidrIpv6";
        /// Admitted prefix lists.
        prefix_lists: raw = "prefix_list_ids" | "DestinationPrefixListId";
        /// The group itself.
        this_group: bool = "self" | "";
    }

    /// A rule as a resource of its own, in Terraform's older form.
    RuleResource: ["aws_security_group_rule"] | [] {
        /// The group that it belongs to.
        group: links = "security_group_id" | "";
        /// `ingress` or `egress`.
        direction: str = "type" | "";
        /// First port.
        from_port: raw = "from_port" | "";
        /// Last port.
        to_port: raw = "to_port" | "";
        /// `tcp`, `-1`...
        protocol: str = "protocol" | "";
        /// The admitted group.
        groups: links = "source_security_group_id" | "";
        /// Admitted addresses.
        cidrs: raw = "cidr_blocks" | "";
        /// Admitted IPv6 addresses.
        cidrs_v6: raw = "ipv6_cidr_blocks" | "";
        /// Admitted prefix lists.
        prefix_lists: raw = "prefix_list_ids" | "";
        /// The group itself.
        this_group: bool = "self" | "";
    }

    /// An ingress rule as a resource of its own.
    IngressRule: ["aws_vpc_security_group_ingress_rule"] | ["AWS::EC2::SecurityGroupIngress"] {
        /// The group that it belongs to.
        group: links = "security_group_id" | "GroupId";
        /// First port.
        from_port: raw = "from_port" | "FromPort";
        /// Last port.
        to_port: raw = "to_port" | "ToPort";
        /// `tcp`, `-1`...
        protocol: str = "ip_protocol" | "IpProtocol";
        /// The admitted group.
        groups: links = "referenced_security_group_id" | "SourceSecurityGroupId";
        /// Admitted addresses.
        cidrs: raw = "cidr_ipv4" | "CidrIp";
        /// Admitted IPv6 addresses.
        cidrs_v6: raw = "cidr_ipv6" | "CidrIpv6";
        /// Admitted prefix list.
        prefix_lists: raw = "prefix_list_id" | "SourcePrefixListId";
    }

    /// An egress rule as a resource of its own.
    EgressRule: ["aws_vpc_security_group_egress_rule"] | ["AWS::EC2::SecurityGroupEgress"] {
        /// The group that it belongs to.
        group: links = "security_group_id" | "GroupId";
        /// First port.
        from_port: raw = "from_port" | "FromPort";
        /// Last port.
        to_port: raw = "to_port" | "ToPort";
        /// `tcp`, `-1`...
        protocol: str = "ip_protocol" | "IpProtocol";
        /// The admitted group.
        groups: links = "referenced_security_group_id" | "DestinationSecurityGroupId";
        /// Admitted addresses.
        cidrs: raw = "cidr_ipv4" | "CidrIp";
        /// Admitted IPv6 addresses.
        cidrs_v6: raw = "cidr_ipv6" | "CidrIpv6";
        /// Admitted prefix list.
        prefix_lists: raw = "prefix_list_id" | "DestinationPrefixListId";
    }
}

/// The ports of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ports {
    /// Every port.
    All,
    /// From the first to the last.
    Range(i64, i64),
    /// The port of this server, whatever it is.
    Of(ResourceId),
    /// Not known.
    Unknown,
}

/// The protocol of a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Protocol {
    /// Every protocol.
    All,
    /// One, in lower case: `tcp`, `udp`, `icmp`.
    Only(String),
    /// Not known.
    Unknown,
}

/// What one rule lets through: an ingress rule from those that it names, an egress rule to them.
#[derive(Clone, Debug)]
pub struct Permission<'m> {
    /// The resource that holds the rule: the group or a rule resource.
    pub holder: ResourceId,
    /// The place of the rule.
    pub origin: OriginId,
    /// The ports.
    pub ports: Ports,
    /// The protocol.
    pub protocol: Protocol,
    /// Admitted groups.
    pub groups: Many<Link>,
    /// Admitted addresses, IPv4 and IPv6, those of known prefix lists among them, as values: texts, or unknown.
    pub cidrs: Vec<&'m Value>,
    /// Whether it admits by a prefix list whose addresses are not all known.
    pub prefix_list: bool,
    /// Whether it admits the group itself.
    pub this_group: Prop<bool>,
}

struct Sides<'m> {
    from: Prop<&'m Value>,
    to: Prop<&'m Value>,
    protocol: Prop<String>,
    groups: Many<Link>,
    cidrs: [Prop<&'m Value>; 2],
    prefix_lists: Prop<&'m Value>,
    this_group: Prop<bool>,
}

/// The addresses of prefix lists, and whether they are all.
fn listed<'m>(model: &'m Model<'m>, lists: &'m Value) -> Many<&'m Value> {
    let links = model.links_in(lists);
    let mut out = Many { items: Vec::new(), complete: links.complete };
    for link in &links.items {
        match link.id().and_then(|id| addresses_of_list(model, id)) {
            Some(addresses) => out = out.and(addresses),
            None => out.complete = false,
        }
    }
    out
}

impl<'m> Sides<'m> {
    fn permission(self, node: Node<'m>) -> Permission<'m> {
        let mut cidrs = Vec::new();
        for prop in self.cidrs {
            match prop {
                Prop::Known { value, .. } => match value.as_list() {
                    Some(list) => cidrs.extend(list.items.iter().filter(|v| !v.is_null())),
                    None => cidrs.push(value),
                },
                Prop::OneOf { values, .. } => cidrs.extend(values),
                Prop::Absent { .. } | Prop::Unknown { .. } => {}
            }
        }
        let protocol = match self.protocol {
            Prop::Known { value, .. } => protocol(&value),
            _ => Protocol::Unknown,
        };
        let ports =
            if protocol == Protocol::All { Ports::All } else { ports(node.model, &self.from, &self.to) };
        let prefix_list = match self.prefix_lists {
            Prop::Absent { .. } => false,
            Prop::Known { value, .. } => {
                let listed = listed(node.model, value);
                cidrs.extend(listed.items);
                !listed.complete
            }
            Prop::OneOf { .. } | Prop::Unknown { .. } => true,
        };
        let cidrs = cidrs.into_iter().map(|cidr| addresses_of_vpc(node.model, cidr)).collect();
        Permission {
            holder: node.id,
            origin: node.origin(),
            ports,
            protocol,
            groups: self.groups,
            cidrs,
            prefix_list,
            this_group: self.this_group,
        }
    }
}

/// The addresses that a rule names by the VPC whose they are; others as they stand.
fn addresses_of_vpc<'m>(model: &'m Model<'m>, cidr: &'m Value) -> &'m Value {
    let vpc = || -> Option<Vpc<'m>> {
        let reference = model.follow(cidr.as_reference()?);
        let [iaclint_value::Step::Attr(name)] = &*reference.path else { return None };
        let [id] = model.resolve(reference) else { return None };
        matches!(name.as_str(), "CidrBlock" | "cidr_block").then(|| model.get::<Vpc<'m>>(*id))?
    };
    match vpc().map(|vpc| vpc.node().raw("cidr_block", "CidrBlock")) {
        Some(Prop::Known { value, .. }) => value,
        _ => cidr,
    }
}

/// A protocol as rules write it: a name, a number, `-1`.
pub(crate) fn protocol(text: &str) -> Protocol {
    match text.to_ascii_lowercase().as_str() {
        "-1" | "all" => Protocol::All,
        "6" => Protocol::Only("tcp".to_owned()),
        "17" => Protocol::Only("udp".to_owned()),
        other => Protocol::Only(other.to_owned()),
    }
}

fn ports<'m>(model: &'m Model<'m>, from: &Prop<&'m Value>, to: &Prop<&'m Value>) -> Ports {
    let (Prop::Known { value: from, .. }, Prop::Known { value: to, .. }) = (from, to) else {
        return if from.is_absent() && to.is_absent() { Ports::All } else { Ports::Unknown };
    };
    match (port(model, from), port(model, to)) {
        (Some(Port::Number(-1)), _) => Ports::All,
        (Some(Port::Number(from)), Some(Port::Number(to))) => Ports::Range(from, to),
        (Some(Port::Of(from)), Some(Port::Of(to))) if from == to => Ports::Of(from),
        _ => Ports::Unknown,
    }
}

/// One end of a range of ports.
enum Port {
    /// This number.
    Number(i64),
    /// The port of this server, which is not known itself.
    Of(ResourceId),
}

/// A port as it is written: a number, or read from a server.
fn port<'m>(model: &'m Model<'m>, value: &'m Value) -> Option<Port> {
    if let Some(number) = value.as_i64() {
        return Some(Port::Number(number));
    }
    let (id, kind) = model.endpoint(value.as_reference()?)?;
    let server = server(model, id).filter(|_| !kind.is_address())?;
    Some(server.port.known().map_or(Port::Of(server.id), |number| Port::Number(*number)))
}

fn inline_egress(node: Node<'_>) -> Permission<'_> {
    let rule = InlineEgress::of(node);
    Sides {
        from: rule.from_port(),
        to: rule.to_port(),
        protocol: rule.protocol(),
        groups: rule.groups(),
        cidrs: [rule.cidrs(), rule.cidrs_v6()],
        prefix_lists: rule.prefix_lists(),
        this_group: rule.this_group().or(false),
    }
    .permission(node)
}

fn inline(node: Node<'_>) -> Permission<'_> {
    let rule = InlineRule::of(node);
    let mut groups = rule.groups();
    groups.complete &= rule.group_names().is_absent();
    Sides {
        from: rule.from_port(),
        to: rule.to_port(),
        protocol: rule.protocol(),
        groups,
        cidrs: [rule.cidrs(), rule.cidrs_v6()],
        prefix_lists: rule.prefix_lists(),
        this_group: rule.this_group().or(false),
    }
    .permission(node)
}

/// What every security group admits, from everywhere: its own rules and the rule resources that name it. Not complete when a rule may
/// exist that is not seen: an unknown rule list, a rule resource whose group is not known, a group handed to somebody outside.
pub fn admissions<'m>(
    model: &'m Model<'m>,
    defaults: &DefaultGroups,
) -> BTreeMap<ResourceId, Many<Permission<'m>>> {
    let mut out: BTreeMap<ResourceId, Many<Permission<'m>>> = BTreeMap::new();
    for group in model.all::<SecurityGroup<'m>>() {
        let mut many = group.inline_ingress().map(inline);
        many.complete &= !leaves_the_root(model, group.id());
        out.insert(group.id(), many);
    }
    for (vpc, known) in groups_made_with_a_vpc(model, defaults) {
        let own = known.then(|| own_members(model, vpc));
        out.insert(
            vpc,
            Many { items: own.into_iter().collect(), complete: known && !leaves_the_root(model, vpc) },
        );
    }
    let mut rules: Vec<(Many<Link>, Permission<'m>)> = Vec::new();
    for rule in model.all::<IngressRule<'m>>() {
        let node = rule.node();
        let sides = Sides {
            from: rule.from_port(),
            to: rule.to_port(),
            protocol: rule.protocol(),
            groups: rule.groups(),
            cidrs: [rule.cidrs(), rule.cidrs_v6()],
            prefix_lists: rule.prefix_lists(),
            this_group: Prop::written(false, node.origin()),
        };
        rules.push((rule.group(), sides.permission(node)));
    }
    rules.extend(older_rules(model, "egress"));
    join(model, defaults, &mut out, rules);
    out
}

/// The VPCs whose default group is still the one that they were made with, and whether its rules are: the CDK can make a custom resource
/// that takes them away.
fn groups_made_with_a_vpc<'m>(model: &'m Model<'m>, defaults: &DefaultGroups) -> Vec<(ResourceId, bool)> {
    let restricts = |used: &Use| match used.by {
        User::Resource(by) => model.resource(by).type_name == "Custom::VpcRestrictDefaultSG",
        User::Output(..) | User::Opaque(..) => false,
    };
    let vpcs = model.all::<Vpc<'m>>().into_iter().map(|vpc| vpc.id()).filter(|id| !defaults.contains_key(id));
    vpcs.map(|id| (id, !model.uses(id).iter().any(restricts))).collect()
}

/// The rule that a VPC's default group is made with: its members let each other in.
fn own_members<'m>(model: &'m Model<'m>, vpc: ResourceId) -> Permission<'m> {
    let origin = model.resource(vpc).body.origin;
    Permission {
        holder: vpc,
        origin,
        ports: Ports::All,
        protocol: Protocol::All,
        groups: Many::none(),
        cidrs: Vec::new(),
        prefix_list: false,
        this_group: Prop::Known { value: true, why: Why::Defaulted, origin },
    }
}

/// What a security group lets out.
#[derive(Clone, Debug)]
pub struct Emission<'m> {
    /// Its rules.
    pub rules: Many<Permission<'m>>,
    /// Whether the rule that AWS makes with every group is still there and lets everything out: CloudFormation leaves it unless egress
    /// rules are written into the group, Terraform always removes it.
    pub everything: bool,
}

/// What every security group lets out. Not complete as in [`admissions`].
pub fn emissions<'m>(model: &'m Model<'m>, defaults: &DefaultGroups) -> BTreeMap<ResourceId, Emission<'m>> {
    let mut out: BTreeMap<ResourceId, Many<Permission<'m>>> = BTreeMap::new();
    let mut open: BTreeSet<ResourceId> = BTreeSet::new();
    for group in model.all::<SecurityGroup<'m>>() {
        let mut many = group.inline_egress().map(inline_egress);
        if model.language(group.id()) != Language::Terraform && many.items.is_empty() && many.complete {
            open.insert(group.id());
        }
        many.complete &= !leaves_the_root(model, group.id());
        out.insert(group.id(), many);
    }
    for (vpc, known) in groups_made_with_a_vpc(model, defaults) {
        open.extend(known.then_some(vpc));
        out.insert(vpc, Many { items: Vec::new(), complete: known });
    }
    let mut rules: Vec<(Many<Link>, Permission<'m>)> = Vec::new();
    for rule in model.all::<EgressRule<'m>>() {
        let node = rule.node();
        let sides = Sides {
            from: rule.from_port(),
            to: rule.to_port(),
            protocol: rule.protocol(),
            groups: rule.groups(),
            cidrs: [rule.cidrs(), rule.cidrs_v6()],
            prefix_lists: rule.prefix_lists(),
            this_group: Prop::written(false, node.origin()),
        };
        rules.push((rule.group(), sides.permission(node)));
    }
    rules.extend(older_rules(model, "ingress"));
    join(model, defaults, &mut out, rules);
    out.into_iter().map(|(id, rules)| (id, Emission { rules, everything: open.contains(&id) })).collect()
}

/// The rules in Terraform's older form that are not of the other direction.
fn older_rules<'m>(model: &'m Model<'m>, other: &str) -> Vec<(Many<Link>, Permission<'m>)> {
    let mut out = Vec::new();
    for rule in model.all::<RuleResource<'m>>() {
        if rule.direction().known().is_some_and(|d| d == other) {
            continue;
        }
        let node = rule.node();
        let sides = Sides {
            from: rule.from_port(),
            to: rule.to_port(),
            protocol: rule.protocol(),
            groups: rule.groups(),
            cidrs: [rule.cidrs(), rule.cidrs_v6()],
            prefix_lists: rule.prefix_lists(),
            this_group: rule.this_group().or(false),
        };
        out.push((rule.group(), sides.permission(node)));
    }
    out
}

/// Adds rule resources to the groups that they name. One whose group is not known may belong to any group of its root. A group that is
/// admitted through its VPC is named by its own id.
fn join<'m>(
    model: &'m Model<'m>,
    defaults: &DefaultGroups,
    groups: &mut BTreeMap<ResourceId, Many<Permission<'m>>>,
    rules: Vec<(Many<Link>, Permission<'m>)>,
) {
    let mut open_roots: BTreeSet<_> = BTreeSet::new();
    for (links, permission) in rules {
        if !links.complete {
            open_roots.insert(model.resource(permission.holder).key.root);
        }
        for id in groups_behind(model, defaults, links).items.iter().filter_map(Link::id) {
            if let Some(many) = groups.get_mut(&id) {
                many.items.push(permission.clone());
            }
        }
    }
    for (id, many) in groups {
        many.complete &= !open_roots.contains(&model.resource(*id).key.root);
        for permission in &mut many.items {
            let named = std::mem::replace(&mut permission.groups, Many::none());
            permission.groups = groups_behind(model, defaults, named);
        }
    }
}

impl Instance<'_> {
    /// All its security groups; the default group of its VPC when none are written. Not complete when something else may give it more:
    /// a launch template, a network interface of its own, another resource that attaches one.
    pub fn all_security_groups(&self) -> Many<Link> {
        let model = self.node().model;
        let attached = model.uses(self.id()).iter().any(|used| match &used.by {
            User::Resource(by) => model.resource(*by).type_name == "aws_network_interface_sg_attachment",
            User::Output(..) | User::Opaque(..) => false,
        });
        let elsewhere = [self.launch_template(), self.network_interfaces(), self.group_names()];
        let mut groups = self.security_groups();
        let alone = elsewhere.iter().all(Prop::is_absent);
        if alone {
            groups = groups_or_default(model, groups, Some(&self.subnet()));
        }
        groups.complete &= !attached && (alone || !groups.items.is_empty());
        groups
    }
}

/// The default groups of the VPCs that a configuration has taken over, by VPC.
pub type DefaultGroups = BTreeMap<ResourceId, ResourceId>;

/// The default groups that are resources of the configuration.
pub fn default_groups<'m>(model: &'m Model<'m>) -> DefaultGroups {
    let groups = model.all::<DefaultSecurityGroup<'m>>();
    groups.iter().filter_map(|group| Some((vpc_behind(model, group.vpc()?)?, group.id()))).collect()
}

/// The group behind a resource that a group's id was read from: the group itself, what only passes its id on, or a VPC, whose default
/// group is meant. The default group that a VPC is made with is called by the VPC's id, unless the configuration takes it over.
pub fn group_behind<'m>(
    model: &'m Model<'m>,
    defaults: &DefaultGroups,
    id: ResourceId,
) -> Option<ResourceId> {
    let mut at = id;
    for _ in 0..4 {
        if model.get::<SecurityGroup<'m>>(at).is_some() {
            return Some(at);
        }
        if model.get::<Vpc<'m>>(at).is_some() {
            return Some(defaults.get(&at).copied().unwrap_or(at));
        }
        at = model.node(at).link("security_group_id", "GroupId")?;
    }
    None
}

/// Groups as [`group_behind`] calls them; what is no group stays as it is.
pub fn groups_behind<'m>(model: &'m Model<'m>, defaults: &DefaultGroups, groups: Many<Link>) -> Many<Link> {
    groups.map(|link| match link {
        Link::Resource { id, origin } => {
            Link::Resource { id: group_behind(model, defaults, id).unwrap_or(id), origin }
        }
        other => other,
    })
}

/// What a group is called in a message.
pub fn group_name<'m>(model: &'m Model<'m>, group: ResourceId) -> String {
    let name = model.short(group);
    if model.get::<Vpc<'m>>(group).is_some() { format!("the default security group of {name}") } else { name }
}

/// Security groups as written; where none are, the default group of the VPC that the subnets are of. Not complete when that VPC is not
/// known.
pub fn groups_or_default<'m>(
    model: &'m Model<'m>,
    groups: Many<Link>,
    subnets: Option<&Many<Link>>,
) -> Many<Link> {
    if !groups.items.is_empty() || !groups.complete {
        return groups;
    }
    let vpc_of = |link: &Link| vpc_behind(model, model.get::<Subnet<'m>>(link.id()?)?.vpc()?);
    let vpc = subnets.and_then(|subnets| subnets.items.iter().find_map(vpc_of));
    let origin = subnets.and_then(|subnets| subnets.items.first()).map_or(OriginId::NONE, Link::origin);
    Many { items: vpc.map(|id| Link::Resource { id, origin }).into_iter().collect(), complete: vpc.is_some() }
}

/// Whether a group is handed to somebody outside who may add rules to it: an output of the root, a module that is not here.
pub fn leaves_the_root(model: &Model<'_>, group: ResourceId) -> bool {
    model.uses(group).iter().any(|used| match &used.by {
        // The CDK makes such exports itself, for stacks of the same app.
        User::Output(_, name) => model.language(group) != Language::Cdk || !name.contains("ExportsOutput"),
        User::Opaque(..) => true,
        User::Resource(_) => false,
    })
}
