//! Mistakes with the addresses and settings of databases and caches.

use crate::document::Content;
use crate::edit::Edit;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::identity;
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

/// Where the address of a database is read: in a value that adds the port, or in one that leaves its module to be read by another.
fn endpoint_for_address(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
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
