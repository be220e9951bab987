//! Mistakes in security groups: rules that are left out, ports that are wrong.

use super::containers::TASKS;
use super::services::{SERVICES, task_of};
use crate::document::Content;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::{Named, identity};
use crate::project::{Resource, Slot};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "client-not-admitted",
        rules: &["sg-ingress-missing-client-group"],
        mistake: "left out the rule that admits a client to a database or cache",
        places: client_not_admitted,
    },
    Injector {
        id: "server-port-mistyped",
        rules: &["sg-port-mismatch"],
        mistake: "admitted the clients of a database or cache on a port that is one too high",
        places: server_port_mistyped,
    },
];

/// Security groups.
pub(super) const GROUPS: &[&str] = &["aws_security_group", "AWS::EC2::SecurityGroup"];
/// Rules that stand for themselves.
pub(super) const INGRESS: &[&str] =
    &["aws_vpc_security_group_ingress_rule", "aws_security_group_rule", "AWS::EC2::SecurityGroupIngress"];
/// Servers, and where they name their groups.
pub(super) const SERVERS: &[(&str, &str)] = &[
    ("aws_db_instance", "vpc_security_group_ids"),
    ("aws_rds_cluster", "vpc_security_group_ids"),
    ("aws_elasticache_cluster", "security_group_ids"),
    ("aws_elasticache_replication_group", "security_group_ids"),
    ("AWS::RDS::DBInstance", "VPCSecurityGroups"),
    ("AWS::RDS::DBCluster", "VpcSecurityGroupIds"),
    ("AWS::ElastiCache::CacheCluster", "VpcSecurityGroupIds"),
    ("AWS::ElastiCache::ReplicationGroup", "SecurityGroupIds"),
];

/// Where the group of a rule is named.
const GUARDED: &str = "security_group_id | GroupId";
/// Where a rule names the groups that it admits.
const SOURCES: [&str; 2] = [
    "referenced_security_group_id | SourceSecurityGroupId",
    "source_security_group_id | SourceSecurityGroupId",
];

/// A rule of a group: a resource, or a block of the group.
struct Rule<'p> {
    subject: Resource<'p>,
    /// What is left out when the rule is.
    slot: Slot<'p>,
    /// What it names as its sources.
    sources: Named,
    /// Whether it admits addresses.
    is_wide: bool,
}

/// The servers of the project with the groups that guard them.
fn servers<'p>(sight: &Sight<'p>) -> Vec<(Resource<'p>, Vec<Resource<'p>>)> {
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

/// The services, each with its groups and its task definition, that are given something of a server.
fn clients<'p>(sight: &Sight<'p>, server: &Resource<'p>) -> Vec<(Resource<'p>, Named)> {
    let mut out = Vec::new();
    for service in sight.resources(SERVICES) {
        let Some(task) = task_of(sight, &service) else { continue };
        if told(sight, &task).contains(&identity(server)) {
            let groups = "network_configuration.security_groups | NetworkConfiguration.AwsvpcConfiguration.SecurityGroups";
            out.push((service, sight.mentions.at(&service, groups)));
        }
    }
    out
}

/// What the containers of a task are told of, also through secrets and parameters that the project writes.
fn told<'p>(sight: &Sight<'p>, task: &Resource<'p>) -> Named {
    debug_assert!(TASKS.contains(&task.kind));
    let mut out = sight.mentions.at(task, "container_definitions | ContainerDefinitions");
    let carriers: Vec<Resource<'p>> = out
        .iter()
        .filter_map(|n| sight.mentions.resource(n))
        .filter(|r| {
            r.kind.contains("secretsmanager")
                || r.kind.contains("SecretsManager")
                || r.kind.contains("ssm_parameter")
                || r.kind.contains("SSM")
        })
        .collect();
    for carrier in carriers {
        out.extend(sight.mentions.by(&carrier));
        for version in sight.users(&carrier, &["aws_secretsmanager_secret_version"], "secret_id") {
            out.extend(sight.mentions.by(&version));
        }
    }
    out
}

/// The rules that let into a group.
fn rules_into<'p>(sight: &Sight<'p>, group: &Resource<'p>) -> Vec<Rule<'p>> {
    let mut out = Vec::new();
    for rule in sight.users(group, INGRESS, GUARDED) {
        if rule.body.literal_of("type").is_some_and(|kind| kind != "ingress") {
            continue;
        }
        let slot = Slot {
            document: rule.document,
            holder: rule.holder,
            member: Some(rule.whole),
            node: &rule.whole.value,
        };
        let mut sources = Named::new();
        for path in SOURCES {
            sources.extend(sight.mentions.at(&rule, path));
        }
        let is_wide = ["cidr_ipv4", "cidr_blocks", "CidrIp", "self", "prefix_list_id"]
            .iter()
            .any(|key| rule.body.get(key).is_some());
        out.push(Rule { subject: rule, slot, sources, is_wide });
    }
    for slot in group.at("ingress | SecurityGroupIngress").iter().flat_map(Slot::elements) {
        let Content::Object(_) = &slot.node.content else { continue };
        let mut sources = Named::new();
        for key in ["security_groups", "SourceSecurityGroupId"] {
            sources.extend(slot.step(key).iter().flat_map(|s| sight.mentions.in_slot(s)));
        }
        let is_wide = ["cidr_blocks", "CidrIp", "self"].iter().any(|key| slot.node.get(key).is_some());
        out.push(Rule { subject: *group, slot, sources, is_wide });
    }
    out
}

/// Where one rule alone admits the group of a client that is told of the server.
fn client_not_admitted(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for (server, groups) in servers(sight) {
        let rules: Vec<Rule<'_>> = groups.iter().flat_map(|group| rules_into(sight, group)).collect();
        if rules.iter().any(|rule| rule.is_wide) {
            continue;
        }
        for (client, own) in clients(sight, &server) {
            let admitting: Vec<&Rule<'_>> = rules.iter().filter(|r| !r.sources.is_disjoint(&own)).collect();
            let [rule] = admitting[..] else { continue };
            for place in leave_out(sight, rule, &own) {
                out.push(place.concerning(&client).concerning(&server));
            }
        }
    }
    out
}

/// The rule left out; where it stands for several, the element of the list that makes it one for the client.
fn leave_out<'p>(sight: &Sight<'p>, rule: &Rule<'p>, own: &Named) -> Vec<Place> {
    let each = rule.slot.node.get("for_each").map(|m| Slot {
        document: rule.slot.document,
        holder: rule.slot.node,
        member: Some(m),
        node: &m.value,
    });
    let lists = rule.slot.step("security_groups").into_iter().chain(each);
    let mut out = Vec::new();
    for list in lists.flat_map(|slot| sight.project.written(slot)) {
        let members = list.node.members().iter().map(|m| Slot {
            document: list.document,
            holder: list.node,
            member: Some(m),
            node: &m.value,
        });
        let elements = list.node.elements().iter().map(|node| Slot {
            document: list.document,
            holder: list.node,
            member: None,
            node,
        });
        let all: Vec<Slot<'_>> = members.chain(elements).collect();
        if all.len() < 2 {
            continue;
        }
        for slot in all {
            if !sight.mentions.in_slot(&slot).is_disjoint(own) {
                out.extend(sight.without(&rule.subject, slot));
            }
        }
    }
    if out.is_empty() && rule.sources.len() == 1 {
        out.extend(sight.without(&rule.subject, rule.slot).filter(|_| {
            rule.slot.member.is_none_or(|m| m.key != "resource") || sight.is_named_by_none(&rule.subject)
        }));
    }
    out
}

/// Where the rules that admit clients on the port state it as a number, and no rule admits them otherwise.
fn server_port_mistyped(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for (server, groups) in servers(sight) {
        let rules: Vec<Rule<'_>> = groups.iter().flat_map(|group| rules_into(sight, group)).collect();
        let [rule] = &rules[..] else { continue };
        let clients = clients(sight, &server);
        if rule.is_wide || !clients.iter().any(|(_, own)| !rule.sources.is_disjoint(own)) {
            continue;
        }
        let ends =
            |keys: [&str; 2]| -> Vec<Slot<'_>> { keys.iter().flat_map(|key| rule.slot.step(key)).collect() };
        let (from, to) = (ends(["from_port", "FromPort"]), ends(["to_port", "ToPort"]));
        let ([from], [to]) = (&from[..], &to[..]) else { continue };
        let Some(port) = from.node.literal().and_then(|port| port.parse::<u32>().ok()) else { continue };
        if to.node.literal() != from.node.literal() {
            continue;
        }
        let wrong = (port + 1).to_string();
        let edits = [from.document.reword(from.node, &wrong), to.document.reword(to.node, &wrong)];
        let mut place = sight.place(&rule.subject, *from, edits).concerning(&server);
        for (client, _) in &clients {
            place = place.concerning(client);
        }
        out.push(place);
    }
    out
}
