//! Mistakes with routes: a way out that is missing, for all or for one zone, and the wrong subnets.

use super::containers::fargate_tasks;
use super::firewall::BALANCERS;
use super::services::{SERVICES, task_of};
use crate::injector::{Injector, Place, Sight};
use crate::mentions::{Named, identity};
use crate::project::{Resource, Slot};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "default-route-forgotten",
        rules: &["fargate-no-route-to-registry"],
        mistake: "left out the default route of the private subnets of a service",
        places: |sight| default_route(sight, true),
    },
    Injector {
        id: "default-route-forgotten-in-one-zone",
        rules: &["private-subnet-no-default-route"],
        mistake: "left out the default route of one of the zones of a service",
        places: |sight| default_route(sight, false),
    },
    Injector {
        id: "association-forgotten-in-one-zone",
        // The subnet may fall back to a table with a route to an internet gateway, which is of no use to a task without a public address.
        rules: &["private-subnet-no-default-route", "fargate-no-route-to-registry"],
        mistake: "tied one subnet less to its route table",
        places: association_in_one_zone,
    },
    Injector {
        id: "tasks-in-public-subnets",
        rules: &["fargate-no-route-to-registry"],
        mistake: "put tasks without public addresses into the public subnets",
        places: tasks_in_public_subnets,
    },
    Injector {
        id: "public-address-forgotten",
        rules: &["fargate-no-route-to-registry"],
        mistake: "turned off the public address of tasks in public subnets",
        places: public_address_forgotten,
    },
];

/// Where a service names its subnets.
pub(super) const SUBNETS: &str =
    "network_configuration.subnets | NetworkConfiguration.AwsvpcConfiguration.Subnets";
const ASSOCIATIONS: &[&str] = &["aws_route_table_association", "AWS::EC2::SubnetRouteTableAssociation"];
const TABLES: &[&str] = &["aws_route_table", "AWS::EC2::RouteTable"];

fn fargate_services<'p>(sight: &Sight<'p>) -> Vec<Resource<'p>> {
    let fargate: Named = fargate_tasks(sight).iter().map(identity).collect();
    let mut services = sight.resources(SERVICES);
    services.retain(|s| task_of(sight, s).is_some_and(|task| fargate.contains(&identity(&task))));
    services
}

/// What ties the subnets that a value names to route tables.
fn associations_of<'p>(sight: &Sight<'p>, subnets: &Named) -> Vec<Resource<'p>> {
    let mut ties = sight.resources(ASSOCIATIONS);
    ties.retain(|tie| !sight.mentions.at(tie, "subnet_id | SubnetId").is_disjoint(subnets));
    ties
}

/// The default routes of a table: a block of it, or a resource, with what is left out when the route is.
fn default_routes<'p>(sight: &Sight<'p>, table: &Resource<'p>) -> Vec<(Resource<'p>, Slot<'p>, bool)> {
    let is_default = |slot: &Slot<'p>| slot.text().contains("0.0.0.0/0");
    let mut out: Vec<(Resource<'p>, Slot<'p>, bool)> =
        table.at("route").into_iter().filter(is_default).map(|slot| (*table, slot, false)).collect();
    for route in sight.users(table, &["aws_route", "AWS::EC2::Route"], "route_table_id | RouteTableId") {
        let slot = Slot {
            document: route.document,
            holder: route.holder,
            member: Some(route.whole),
            node: &route.whole.value,
        };
        if is_default(&slot) {
            out.push((route, slot, true));
        }
    }
    out
}

/// Whether subnets are tied to tables, none of which has a default route.
pub(super) fn has_no_default_route(sight: &Sight<'_>, subnets: &Named) -> bool {
    let ties = associations_of(sight, subnets);
    let mut tables = ties.iter().flat_map(|tie| sight.named(tie, "route_table_id | RouteTableId", TABLES));
    let says_so = |table: &Resource<'_>| table.document.slice(&table.whole.span).contains("0.0.0.0/0");
    !ties.is_empty() && tables.all(|table| !says_so(&table) && default_routes(sight, &table).is_empty())
}

/// Whether the project has an endpoint for the registry of images, with which no default route is needed.
fn has_registry_endpoint(sight: &Sight<'_>) -> bool {
    let endpoints = sight.resources(&["aws_vpc_endpoint", "AWS::EC2::VPCEndpoint"]);
    endpoints.iter().any(|e| e.document.text.contains("ecr.api"))
}

/// Where one route serves all subnets of a Fargate service, or each of several serves some: of a template, in which the CDK writes one for
/// each zone, all together are those of the private subnets. A route to an internet gateway counts as well.
fn default_route(sight: &Sight<'_>, is_only: bool) -> Vec<Place> {
    if has_registry_endpoint(sight) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for service in fargate_services(sight) {
        let subnets = sight.mentions.at(&service, SUBNETS);
        let mut tables: Vec<Resource<'_>> = Vec::new();
        for tie in associations_of(sight, &subnets) {
            for table in sight.named(&tie, "route_table_id | RouteTableId", TABLES) {
                if !tables.iter().any(|t| identity(t) == identity(&table)) {
                    tables.push(table);
                }
            }
        }
        let routes: Vec<_> = tables.iter().flat_map(|table| default_routes(sight, table)).collect();
        if is_only && routes.len() > 1 && routes.len() == tables.len() {
            out.extend(
                all_left_out(sight, &routes)
                    .map(|p| tables.iter().fold(p.concerning(&service), Place::concerning)),
            );
        }
        if routes.len() == 1 && tables.len() == 1 && is_only || routes.len() > 1 && !is_only {
            for (subject, slot, is_resource) in routes {
                let place =
                    if is_resource { left_out(sight, &subject) } else { sight.without(&subject, slot) };
                out.extend(place.map(|p| tables.iter().fold(p.concerning(&service), |p, t| p.concerning(t))));
            }
        }
    }
    out
}

/// All routes of a template left out, as of subnets that were made without a way out.
fn all_left_out(sight: &Sight<'_>, routes: &[(Resource<'_>, Slot<'_>, bool)]) -> Option<Place> {
    let mut places = Vec::new();
    for (subject, _, is_resource) in routes {
        if !is_resource || subject.document.is_terraform() {
            return None;
        }
        places.push(left_out(sight, subject)?);
    }
    let mut places = places.into_iter();
    let mut all = places.next()?;
    for place in places {
        if place.path != all.path {
            return None;
        }
        all.names.extend(place.names);
        all.edits.extend(place.edits);
    }
    Some(all)
}

/// A route of a template may be what others wait for; the engineer who leaves it out leaves that out as well, which one edit cannot do.
fn left_out(sight: &Sight<'_>, route: &Resource<'_>) -> Option<Place> {
    let route = sight.resources(&[route.kind]).into_iter().find(|r| identity(r) == identity(route))?;
    sight.left_out(&route)
}

/// Where several subnets of a Fargate service are tied by resources of their own, or by one that stands for several, to tables with a default route.
fn association_in_one_zone(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for service in fargate_services(sight) {
        let subnets = sight.mentions.at(&service, SUBNETS);
        let mut ties = associations_of(sight, &subnets);
        ties.retain(|tie| {
            let tables = sight.named(tie, "route_table_id | RouteTableId", TABLES);
            tables.iter().any(|table| !default_routes(sight, table).is_empty())
        });
        if let [tie] = &ties[..] {
            if let Some(slot) = tie.at("count").first() {
                out.push(sight.replaced(tie, *slot, &format!("({}) - 1", slot.text())).concerning(&service));
            }
            for slot in tie.at("for_each") {
                let all = slot.text();
                let fewer = format!(
                    "{{ for key, value in {all} : key => value if key != [for key, value in {all} : key][0] }}"
                );
                out.push(sight.replaced(tie, slot, &fewer).concerning(&service));
            }
        } else {
            out.extend(ties.iter().filter_map(|tie| Some(sight.left_out(tie)?.concerning(&service))));
        }
    }
    out
}

/// Where the subnets are called private and the file knows public ones by the same name, or the template has a load balancer in some.
fn tasks_in_public_subnets(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for service in fargate_services(sight) {
        let address = sight.written(
            &service,
            "network_configuration.assign_public_ip | NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
        );
        if address.iter().any(|slot| !matches!(slot.node.literal(), Some("false" | "DISABLED"))) {
            continue;
        }
        for slot in sight.written(&service, SUBNETS) {
            if slot.document.is_terraform() {
                let public = slot.text().replace("private", "public");
                if public != slot.text() && slot.document.text.contains(&public) {
                    out.push(sight.replaced(&service, slot, &public));
                }
                continue;
            }
            for balancer in sight.resources(BALANCERS) {
                let is_public =
                    balancer.at("Scheme").iter().any(|s| s.node.literal() == Some("internet-facing"));
                let subnets = balancer.at("Subnets").first().copied();
                if let (true, Some(subnets)) =
                    (is_public && balancer.document.path == slot.document.path, subnets)
                    && slot.document.text.starts_with(['{', ' ', '\n'])
                {
                    out.push(sight.replaced(&service, slot, subnets.text()));
                }
            }
        }
    }
    out
}

/// Where no NAT gateway is there that could serve them in its place, and the subnets are of the project: whether others are public is not known.
fn public_address_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    if has_registry_endpoint(sight)
        || !sight.resources(&["aws_nat_gateway", "AWS::EC2::NatGateway"]).is_empty()
    {
        return Vec::new();
    }
    let mut out = Vec::new();
    for service in fargate_services(sight) {
        let address = sight.written(
            &service,
            "network_configuration.assign_public_ip | NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
        );
        if sight.named(&service, SUBNETS, &["aws_subnet", "AWS::EC2::Subnet"]).is_empty() {
            continue;
        }
        for slot in address {
            let off = match slot.node.literal() {
                Some("true") => "false",
                Some("ENABLED") => "DISABLED",
                _ => continue,
            };
            out.push(sight.place(&service, slot, [slot.document.reword(slot.node, off)]));
        }
    }
    out
}
