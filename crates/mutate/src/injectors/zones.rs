//! Mistakes with zones: a list of subnets of which only the first is taken.

use super::firewall::{BALANCERS, is_application};
use crate::document::Content;
use crate::injector::{Injector, Place, Sight};
use crate::project::{Resource, Slot};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "balancer-in-one-subnet",
        rules: &["alb-single-az"],
        mistake: "gave an application load balancer only the first of its subnets",
        places: balancer_in_one_subnet,
    },
    Injector {
        id: "subnet-group-of-one",
        rules: &["db-subnet-group-single-az"],
        mistake: "gave the subnet group of a database only the first of its subnets",
        places: |sight| {
            let groups = sight.resources(&["aws_db_subnet_group", "AWS::RDS::DBSubnetGroup"]);
            groups.iter().flat_map(|group| first_only(sight, group, "subnet_ids | SubnetIds")).collect()
        },
    },
    Injector {
        id: "domain-in-one-subnet",
        rules: &["opensearch-subnet-count-vs-zone-awareness"],
        mistake: "gave a search domain of several zones only the first of its subnets",
        places: domain_in_one_subnet,
    },
];

/// Where the domain is told to stand in several zones.
fn domain_in_one_subnet(sight: &Sight<'_>) -> Vec<Place> {
    let mut domains = sight.resources(&[
        "aws_opensearch_domain",
        "aws_elasticsearch_domain",
        "AWS::OpenSearchService::Domain",
        "AWS::Elasticsearch::Domain",
    ]);
    let aware = [
        "cluster_config.zone_awareness_enabled | ClusterConfig.ZoneAwarenessEnabled",
        "cluster_config.zone_awareness_enabled | ElasticsearchClusterConfig.ZoneAwarenessEnabled",
    ];
    domains.retain(|domain| {
        let written = aware.iter().flat_map(|path| sight.written(domain, path));
        written.into_iter().any(|slot| slot.node.literal() == Some("true"))
    });
    domains
        .iter()
        .flat_map(|d| first_only(sight, d, "vpc_options.subnet_ids | VPCOptions.SubnetIds"))
        .collect()
}

fn balancer_in_one_subnet(sight: &Sight<'_>) -> Vec<Place> {
    let balancers = sight.resources(BALANCERS);
    let application = balancers.iter().filter(|b| is_application(b));
    application.flat_map(|b| first_only(sight, b, "subnets | Subnets")).collect()
}

/// The first entry of a list alone: of a written list all others go, of an expression the first is taken.
fn first_only<'p>(sight: &Sight<'p>, resource: &Resource<'p>, path: &str) -> Vec<Place> {
    let mut out = Vec::new();
    for slot in sight.written(resource, path) {
        out.extend(first(&slot).map(|text| sight.replaced(resource, slot, &text)));
    }
    out
}

fn first(slot: &Slot<'_>) -> Option<String> {
    match &slot.node.content {
        Content::List(nodes) => {
            let [first, _, ..] = &nodes[..] else { return None };
            let text = slot.document.slice(&first.span);
            // An element that stands for several keeps the list long.
            (!text.contains("...")).then(|| {
                let whole = slot.document.slice(&slot.node.span);
                if whole.starts_with('[') {
                    format!("[{text}]")
                } else {
                    // A list of lines with dashes.
                    slot.document.slice(&(slot.node.span.start..first.span.end)).to_owned()
                }
            })
        }
        Content::Other(_) if slot.document.is_terraform() => {
            let text = slot.text();
            Some(if text.contains('*') || text.starts_with('[') {
                format!("[({text})[0]]")
            } else {
                format!("[{text}[0]]")
            })
        }
        Content::Call(name, _) if name != "toset" => Some(format!("[{}[0]]", slot.text())),
        _ => None,
    }
}
