//! Mistakes with the addresses and settings of databases and caches.

use crate::document::Content;
use crate::edit::Edit;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::{Named, identity};
use crate::project::Slot;

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "endpoint-for-address",
        rules: &["endpoint-port-duplicated"],
        mistake: "took the endpoint of a database, which carries its port, for its address",
        places: endpoint_for_address,
    },
    Injector {
        id: "redis-scheme-without-tls",
        rules: &["redis-tls-client-mismatch"],
        mistake: "wrote `redis://` for a cache with TLS, or `rediss://` for one without",
        places: redis_scheme,
    },
];

/// Where the address of a database is read: in a value that adds the port, or in one that leaves its module to be read by another. In a
/// template, where a container is told host and port in two settings, or in a text with the port behind the host: `socketAddress` of the CDK
/// is both.
fn endpoint_for_address(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = socket_for_address(sight);
    for database in sight.resources(&["aws_db_instance"]) {
        let words = database.words();
        for document in sight
            .project
            .documents
            .iter()
            .filter(|d| d.is_terraform() && d.directory() == database.document.directory())
        {
            for (at, _) in document.text.match_indices(&words) {
                let rest = document.text.get(at + words.len()..).unwrap_or_default();
                let index = if rest.starts_with('[') { rest.find(']').map_or(0, |end| end + 1) } else { 0 };
                let attribute = rest.get(index..).unwrap_or_default();
                let ends = attribute
                    .strip_prefix(".address")
                    .is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
                let start = at + words.len() + index + 1;
                if ends && !sight.project.is_in_unread_output(document, start) {
                    let slot = Slot { document, holder: &document.root, member: None, node: &document.root };
                    let mut place =
                        sight.place(&database, slot, [Edit::new(start..start + "address".len(), "endpoint")]);
                    place.line = document.line(start);
                    out.push(place);
                }
            }
        }
    }
    out
}

fn socket_for_address(sight: &Sight<'_>) -> Vec<Place> {
    let databases: Named = sight.resources(&["AWS::RDS::DBInstance"]).iter().map(identity).collect();
    let is_address = |slot: &Slot<'_>| {
        let named = sight.mentions.in_slot(slot);
        slot.node.literal().is_none() && named.len() == 1 && !named.is_disjoint(&databases)
    };
    let mut out = Vec::new();
    for task in sight.resources(&["AWS::ECS::TaskDefinition"]) {
        for settings in task.at("ContainerDefinitions.Environment") {
            let settings = settings.elements();
            let value = |name: &str| {
                let named = settings.iter().find(|s| s.node.literal_of("Name") == Some(name));
                named.and_then(|s| s.step("Value").into_iter().next())
            };
            for setting in &settings {
                let Some(name) = setting.node.literal_of("Name") else { continue };
                let port = name.strip_suffix("HOST").and_then(|stem| value(&format!("{stem}PORT")));
                for slot in setting.step("Value") {
                    if let Some(port) = port.filter(|_| is_address(&slot)) {
                        let both =
                            format!(r#"{{"Fn::Join": ["", [{}, ":", {}]]}}"#, slot.text(), port.text());
                        out.push(sight.replaced(&task, slot, &both));
                    }
                    out.extend(before_ports(&slot).filter(|(part, _)| is_address(part)).map(
                        |(part, port)| sight.replaced(&task, part, &format!(r#"{}, ":{port}""#, part.text())),
                    ));
                }
            }
        }
    }
    // Several lines of YAML are no value among others.
    out.retain(|place| {
        place.edits.iter().all(|edit| place.path.ends_with("json") || !edit.text.contains('\n'))
    });
    out
}

/// The pieces of a join behind which a port follows.
fn before_ports<'p>(value: &Slot<'p>) -> impl Iterator<Item = (Slot<'p>, u32)> {
    let joined = value.step("Fn::Join");
    let lists: Vec<Slot<'p>> = joined.iter().flat_map(Slot::elements).collect();
    let pieces: Vec<Slot<'p>> = lists.iter().flat_map(Slot::elements).collect();
    let mut out = Vec::new();
    for pair in pieces.windows(2) {
        let [address, behind] = pair else { continue };
        let digits = behind.node.literal().and_then(|text| text.strip_prefix(':')).unwrap_or_default();
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        out.extend(digits.get(..end).and_then(|port| port.parse().ok()).map(|port| (*address, port)));
    }
    out.into_iter()
}

/// Where the scheme stands in the same text as the address of a cache, and the text is read.
fn redis_scheme(sight: &Sight<'_>) -> Vec<Place> {
    let caches = sight.resources(&[
        "aws_elasticache_replication_group",
        "aws_elasticache_cluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::ElastiCache::CacheCluster",
    ]);
    let mut out = Vec::new();
    for document in &sight.project.documents {
        for whole in document.root.walk() {
            // A template, what is formatted, or the list of the pieces of a join.
            let piece = match &whole.content {
                Content::Call(name, arguments) if name == "format" => arguments.first(),
                _ if document.is_terraform() => Some(whole),
                _ => whole.elements().first(),
            };
            let Some(piece) = piece.filter(|p| !sight.project.is_in_unread_output(document, p.span.start))
            else {
                continue;
            };
            let text = document.slice(&piece.span);
            let Some(old) = text.trim_start_matches(['"', '\'']).split_once("://").map(|(scheme, _)| scheme)
            else {
                continue;
            };
            let new = match old {
                "rediss" => "redis",
                "redis" => "rediss",
                _ => continue,
            };
            let named = sight.mentions.in_node(document, whole);
            for cache in caches.iter().filter(|cache| named.contains(&identity(cache))) {
                let start = piece.span.start + text.find(old).unwrap_or_default();
                let slot = Slot { document, holder: whole, member: None, node: piece };
                out.push(sight.place(cache, slot, [Edit::new(start..start + old.len(), new)]));
            }
        }
    }
    out
}
