//! Mistakes in security groups: rules that are left out, ports that are wrong.

use super::containers::fargate_tasks;
use super::firewall::{
    Direction, GROUPS, Rule, balancers_of, clients, groups_of, resources, rules_of, servers,
};
use super::services::{SERVICES, task_of};
use crate::edit::Edit;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::{Named, identity};
use crate::project::Resource;

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
    Injector {
        id: "balancer-not-admitted",
        rules: &["lb-target-security-group-mismatch"],
        mistake: "left out the rule that admits a load balancer to its targets",
        places: |sight| between_balancer_and_targets(sight, Direction::In, false),
    },
    Injector {
        id: "balancer-not-let-out",
        rules: &["lb-target-security-group-mismatch"],
        mistake: "left out the rule that lets a load balancer out to its targets",
        places: |sight| between_balancer_and_targets(sight, Direction::Out, false),
    },
    Injector {
        id: "target-port-mistyped",
        rules: &["lb-target-security-group-mismatch"],
        mistake: "admitted a load balancer to its targets on a port that is one too high",
        places: |sight| between_balancer_and_targets(sight, Direction::In, true),
    },
    Injector {
        id: "egress-forgotten",
        rules: &["security-group-no-egress"],
        mistake: "let nothing out of the group of a Fargate service",
        places: egress_forgotten,
    },
    Injector {
        id: "egress-to-https-only",
        rules: &["sg-egress-does-not-cover-dependency"],
        mistake: "narrowed what may leave the group of a service to HTTPS, though it has a database or cache",
        places: egress_to_https_only,
    },
];

/// Where one rule alone admits the group of a client that is told of the server.
fn client_not_admitted(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for (server, groups) in servers(sight) {
        let rules = into(sight, &groups);
        if rules.iter().any(|rule| rule.is_wide) {
            continue;
        }
        for (client, own) in clients(sight, &server) {
            let admitting: Vec<&Rule<'_>> = rules.iter().filter(|r| !r.peers.is_disjoint(&own)).collect();
            let [rule] = admitting[..] else { continue };
            for place in rule.left_out(sight, &own) {
                out.push(place.concerning(&client).concerning(&server));
            }
        }
    }
    out
}

fn into<'p>(sight: &Sight<'p>, groups: &[Resource<'p>]) -> Vec<Rule<'p>> {
    groups.iter().flat_map(|group| rules_of(sight, group, Direction::In)).collect()
}

/// Where one rule is all that lets into the server, and it admits a client.
fn server_port_mistyped(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for (server, groups) in servers(sight) {
        let rules = into(sight, &groups);
        let [rule] = &rules[..] else { continue };
        let clients = clients(sight, &server);
        if rule.is_wide || !clients.iter().any(|(_, own)| !rule.peers.is_disjoint(own)) {
            continue;
        }
        if let Some(mut place) = rule.mistyped(sight) {
            place = place.concerning(&server);
            for (client, _) in &clients {
                place = place.concerning(client);
            }
            out.push(place);
        }
    }
    out
}

/// Where one rule alone, and none of addresses, lets the load balancer of a service through to it.
fn between_balancer_and_targets(sight: &Sight<'_>, direction: Direction, is_port: bool) -> Vec<Place> {
    let mut out = Vec::new();
    for service in sight.resources(SERVICES) {
        let targets = groups_of(sight, &service);
        for balancer in balancers_of(sight, &service) {
            let senders = sight.mentions.at(&balancer, "security_groups | SecurityGroups");
            let (of, peer) = match direction {
                Direction::In => (&targets, &senders),
                Direction::Out => (&senders, &targets),
            };
            let guards = resources(sight, of, GROUPS);
            let rules: Vec<Rule<'_>> = guards.iter().flat_map(|g| rules_of(sight, g, direction)).collect();
            let through: Vec<&Rule<'_>> = rules.iter().filter(|r| !r.peers.is_disjoint(peer)).collect();
            let [rule] = through[..] else { continue };
            // A group of a template without a rule of its own lets all out.
            if direction == Direction::Out && rules.len() == 1 && !rule.subject.document.is_terraform() {
                continue;
            }
            // An address rule of the load balancer is for its own clients; on the other side it may admit the load balancer.
            if rules.iter().any(|r| r.is_wide) {
                continue;
            }
            let places =
                if is_port { rule.mistyped(sight).into_iter().collect() } else { rule.left_out(sight, peer) };
            out.extend(places.into_iter().map(|p| p.concerning(&service).concerning(&balancer)));
        }
    }
    out
}

/// The services on Fargate that have just one group, with that group.
fn of_one_group<'p>(sight: &Sight<'p>) -> Vec<(Resource<'p>, Resource<'p>)> {
    let fargate: Named = fargate_tasks(sight).iter().map(identity).collect();
    let mut out = Vec::new();
    for service in sight.resources(SERVICES) {
        let is_fargate = task_of(sight, &service).is_some_and(|task| fargate.contains(&identity(&task)));
        let groups = resources(sight, &groups_of(sight, &service), GROUPS);
        if let (true, [group]) = (is_fargate, &groups[..]) {
            out.push((service, *group));
        }
    }
    out
}

/// Where one rule for all addresses is all that lets out. In templates the group is given the rule by which the CDK shuts one.
fn egress_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    const SHUT: &str = r#"[{"CidrIp": "255.255.255.255/32", "Description": "Disallow all traffic", "FromPort": 252, "IpProtocol": "icmp", "ToPort": 86}]"#;
    let mut out = Vec::new();
    for (service, group) in of_one_group(sight) {
        let rules = rules_of(sight, &group, Direction::Out);
        let [rule] = &rules[..] else { continue };
        let place = if group.document.is_terraform() {
            rule.dropped(sight)
        } else {
            let written = group.at("SecurityGroupEgress");
            written.first().map(|slot| sight.place(&group, *slot, [Edit::new(slot.node.span.clone(), SHUT)]))
        };
        out.extend(place.map(|p| p.concerning(&service).concerning(&group)));
    }
    out
}

/// Where one rule for all protocols and addresses is all that lets out, and the service is told of a database or cache.
fn egress_to_https_only(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    let servers = servers(sight);
    for (service, group) in of_one_group(sight) {
        let is_client = servers.iter().any(|(server, _)| {
            clients(sight, server).iter().any(|(client, _)| identity(client) == identity(&service))
        });
        let rules = rules_of(sight, &group, Direction::Out);
        let ([rule], true) = (&rules[..], is_client) else { continue };
        let body = rule.body();
        let Some(protocol) = ["ip_protocol", "protocol", "IpProtocol"]
            .iter()
            .find_map(|key| body.step(key).into_iter().next())
        else {
            continue;
        };
        if protocol.node.literal() != Some("-1") || !rule.is_wide {
            continue;
        }
        let mut edits = vec![protocol.document.reword(protocol.node, "tcp")];
        if let Some((from, to)) = rule.ports() {
            edits.extend([from, to].map(|slot| slot.document.reword(slot.node, "443")));
        } else {
            let keys =
                if body.document.is_terraform() { ["from_port", "to_port"] } else { ["FromPort", "ToPort"] };
            edits.extend(keys.iter().filter_map(|key| body.document.with_member(body.node, key, "443")));
        }
        out.push(sight.place(&rule.subject, protocol, edits).concerning(&service).concerning(&group));
    }
    out
}
