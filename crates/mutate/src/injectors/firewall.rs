//! Who talks to whom through which rules of which security groups, as the words of the configuration say it.

use super::containers::TASKS;
use super::services::{SERVICES, TARGET_GROUPS, task_of};
use crate::document::Content;
use crate::edit::Edit;
use crate::injector::{Place, Sight};
use crate::mentions::{Named, identity};
use crate::project::{Resource, Slot};

/// Security groups.
pub(super) const GROUPS: &[&str] = &["aws_security_group", "AWS::EC2::SecurityGroup"];
/// Load balancers.
pub(super) const BALANCERS: &[&str] = &["aws_lb", "aws_alb", "AWS::ElasticLoadBalancingV2::LoadBalancer"];
/// Listeners.
pub(super) const LISTENERS: &[&str] =
    &["aws_lb_listener", "aws_alb_listener", "AWS::ElasticLoadBalancingV2::Listener"];
/// Rules of listeners.
pub(super) const LISTENER_RULES: &[&str] =
    &["aws_lb_listener_rule", "aws_alb_listener_rule", "AWS::ElasticLoadBalancingV2::ListenerRule"];
/// Servers, and where they name their groups.
const SERVERS: &[(&str, &str)] = &[
    ("aws_db_instance", "vpc_security_group_ids"),
    ("aws_rds_cluster", "vpc_security_group_ids"),
    ("aws_elasticache_cluster", "security_group_ids"),
    ("aws_elasticache_replication_group", "security_group_ids"),
    ("AWS::RDS::DBInstance", "VPCSecurityGroups"),
    ("AWS::RDS::DBCluster", "VpcSecurityGroupIds"),
    ("AWS::ElastiCache::CacheCluster", "VpcSecurityGroupIds"),
    ("AWS::ElastiCache::ReplicationGroup", "SecurityGroupIds"),
];

/// Which way a rule lets through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    In,
    Out,
}

/// A rule of a group: a resource, or a block of the group.
pub(super) struct Rule<'p> {
    pub(super) subject: Resource<'p>,
    /// What is left out when the rule is.
    pub(super) slot: Slot<'p>,
    /// The groups at its other end.
    pub(super) peers: Named,
    /// Whether its other end may be addresses.
    pub(super) is_wide: bool,
}

/// The groups of a service.
pub(super) fn groups_of<'p>(sight: &Sight<'p>, service: &Resource<'p>) -> Named {
    let path =
        "network_configuration.security_groups | NetworkConfiguration.AwsvpcConfiguration.SecurityGroups";
    sight.mentions.at(service, path)
}

/// The resources that were named.
pub(super) fn resources<'p>(sight: &Sight<'p>, named: &Named, kinds: &[&str]) -> Vec<Resource<'p>> {
    named
        .iter()
        .filter_map(|n| sight.mentions.resource(n))
        .filter(|r| !r.is_data && kinds.contains(&r.kind))
        .collect()
}

/// The databases and caches of the project with the groups that guard them.
pub(super) fn servers<'p>(sight: &Sight<'p>) -> Vec<(Resource<'p>, Vec<Resource<'p>>)> {
    let mut out = Vec::new();
    for (kind, path) in SERVERS {
        for server in sight.resources(&[kind]) {
            let groups = sight.named(&server, path, GROUPS);
            if !groups.is_empty() {
                out.push((server, groups));
            }
        }
    }
    out
}

/// The services that are given something of a server, each with its groups.
pub(super) fn clients<'p>(sight: &Sight<'p>, server: &Resource<'p>) -> Vec<(Resource<'p>, Named)> {
    let mut out = Vec::new();
    for service in sight.resources(SERVICES) {
        let Some(task) = task_of(sight, &service) else { continue };
        if told(sight, &task).contains(&identity(server)) {
            out.push((service, groups_of(sight, &service)));
        }
    }
    out
}

/// What the containers of a task are told of, also through secrets and parameters that the project writes.
pub(super) fn told<'p>(sight: &Sight<'p>, task: &Resource<'p>) -> Named {
    debug_assert!(TASKS.contains(&task.kind));
    let mut out = sight.mentions.at(task, "container_definitions | ContainerDefinitions");
    let carries = |kind: &str| {
        ["secretsmanager", "SecretsManager", "ssm_parameter", "SSM"].iter().any(|word| kind.contains(word))
    };
    let named: Vec<Resource<'p>> = out.iter().filter_map(|n| sight.mentions.resource(n)).collect();
    for carrier in named.into_iter().filter(|r| carries(r.kind)) {
        out.extend(sight.mentions.by(&carrier));
        for version in sight.users(&carrier, &["aws_secretsmanager_secret_version"], "secret_id") {
            out.extend(sight.mentions.by(&version));
        }
    }
    out
}

/// The load balancers that send to a service.
pub(super) fn balancers_of<'p>(sight: &Sight<'p>, service: &Resource<'p>) -> Vec<Resource<'p>> {
    let targets =
        sight.named(service, "load_balancer.target_group_arn | LoadBalancers.TargetGroupArn", TARGET_GROUPS);
    let mut listeners = Vec::new();
    for target in targets {
        listeners.extend(sight.users(&target, LISTENERS, "default_action | DefaultActions"));
        for rule in sight.users(&target, LISTENER_RULES, "action | Actions") {
            listeners.extend(sight.named(&rule, "listener_arn | ListenerArn", LISTENERS));
        }
    }
    let mut out: Vec<Resource<'p>> = Vec::new();
    for listener in listeners {
        for balancer in sight.named(&listener, "load_balancer_arn | LoadBalancerArn", BALANCERS) {
            if is_application(&balancer) && !out.iter().any(|b| identity(b) == identity(&balancer)) {
                out.push(balancer);
            }
        }
    }
    out
}

/// Whether a load balancer is one for applications, which it is when nothing else is said.
pub(super) fn is_application(balancer: &Resource<'_>) -> bool {
    balancer
        .at("load_balancer_type | Type")
        .iter()
        .all(|slot| slot.node.literal().is_some_and(|kind| kind == "application"))
}

/// The rules that let into a group, or out of it.
pub(super) fn rules_of<'p>(sight: &Sight<'p>, group: &Resource<'p>, direction: Direction) -> Vec<Rule<'p>> {
    let (kinds, word, blocks) = match direction {
        Direction::In => (
            [
                "aws_vpc_security_group_ingress_rule",
                "aws_security_group_rule",
                "AWS::EC2::SecurityGroupIngress",
            ],
            "ingress",
            "ingress | SecurityGroupIngress",
        ),
        Direction::Out => (
            [
                "aws_vpc_security_group_egress_rule",
                "aws_security_group_rule",
                "AWS::EC2::SecurityGroupEgress",
            ],
            "egress",
            "egress | SecurityGroupEgress",
        ),
    };
    let mut out = Vec::new();
    for rule in sight.users(group, &kinds, "security_group_id | GroupId") {
        if rule.body.literal_of("type").is_some_and(|kind| kind != word) {
            continue;
        }
        let slot = Slot {
            document: rule.document,
            holder: rule.holder,
            member: Some(rule.whole),
            node: &rule.whole.value,
        };
        let mut peers = Named::new();
        for path in [
            "referenced_security_group_id | SourceSecurityGroupId",
            "source_security_group_id | DestinationSecurityGroupId",
        ] {
            peers.extend(sight.mentions.at(&rule, path));
        }
        out.push(Rule { subject: rule, slot, peers, is_wide: is_wide(&Slot { node: rule.body, ..slot }) });
    }
    for slot in group.at(blocks).iter().flat_map(Slot::elements) {
        let Content::Object(_) = &slot.node.content else { continue };
        let mut peers = Named::new();
        for key in ["security_groups", "SourceSecurityGroupId", "DestinationSecurityGroupId"] {
            peers.extend(slot.step(key).iter().flat_map(|s| sight.mentions.in_slot(s)));
        }
        out.push(Rule { subject: *group, slot, peers, is_wide: is_wide(&slot) });
    }
    out
}

/// Whether a rule names addresses, a list of them, or its own group.
fn is_wide(rule: &Slot<'_>) -> bool {
    let keys = ["cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks", "CidrIp", "CidrIpv6", "self"];
    let lists = ["prefix_list_id", "prefix_list_ids", "SourcePrefixListId", "DestinationPrefixListId"];
    keys.iter().chain(&lists).any(|key| rule.node.get(key).is_some())
}

impl<'p> Rule<'p> {
    /// The rule left out; where it stands for several peers, the element of the list that makes it one for this peer.
    pub(super) fn left_out(&self, sight: &Sight<'p>, peer: &Named) -> Vec<Place> {
        let each = self.body().step("for_each");
        let lists = self.body().step("security_groups").into_iter().chain(each);
        let mut out = Vec::new();
        for list in lists.flat_map(|slot| sight.project.written(slot)) {
            let parts = list.parts();
            if parts.len() < 2 {
                continue;
            }
            for slot in parts {
                if !sight.mentions.in_slot(&slot).is_disjoint(peer) {
                    out.extend(sight.without(&self.subject, slot));
                }
            }
        }
        if out.is_empty() && self.peers.len() <= 1 {
            out.extend(self.dropped(sight));
        }
        out
    }

    /// The whole rule left out, when nothing names it.
    pub(super) fn dropped(&self, sight: &Sight<'p>) -> Option<Place> {
        let is_resource = std::ptr::eq(self.slot.node, &raw const self.subject.whole.value);
        if is_resource {
            return sight.left_out(&self.subject);
        }
        sight.without(&self.subject, self.slot)
    }

    /// What holds its arguments.
    pub(super) fn body(&self) -> Slot<'p> {
        let is_resource = std::ptr::eq(self.slot.node, &raw const self.subject.whole.value);
        if is_resource { Slot { node: self.subject.body, ..self.slot } } else { self.slot }
    }

    /// Its first and last port.
    pub(super) fn ports(&self) -> Option<(Slot<'p>, Slot<'p>)> {
        let one = |keys: [&str; 2]| keys.iter().find_map(|key| self.body().step(key).into_iter().next());
        Some((one(["from_port", "FromPort"])?, one(["to_port", "ToPort"])?))
    }

    /// The rule with another port than it has; none where it stands for a range or for all ports.
    pub(super) fn mistyped(&self, sight: &Sight<'p>) -> Option<Place> {
        let (from, to) = self.ports()?;
        if from.text() != to.text() {
            return None;
        }
        let wrong = match from.node.literal().map(str::parse::<u32>) {
            Some(Ok(0)) => return None,
            Some(Ok(port)) => (port + 1).to_string(),
            Some(Err(_)) => return None,
            None if from.document.is_terraform() => format!("({}) + 1", from.text()),
            None => return None,
        };
        let edits =
            [Edit::new(from.node.span.clone(), wrong.clone()), Edit::new(to.node.span.clone(), wrong)];
        Some(sight.place(&self.subject, from, edits))
    }
}
