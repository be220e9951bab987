//! Container images and the least memory that they are known to start with: `data/image_memory.json`.

use std::sync::OnceLock;

use serde_json::Value;

/// What the number of an [`ImageFloor`] counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FloorKind {
    /// The heap that the image sets for itself: the container needs that and more.
    Heap,
    /// The whole container.
    Container,
}

/// The least memory of an image, with its source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImageFloor {
    /// Its repositories without a registry: `opensearchproject/opensearch`, `neo4j`.
    pub names: Vec<String>,
    /// What runs in it, for messages: `OpenSearch`.
    pub what: String,
    /// The least memory in MiB.
    pub minimum_mib: i64,
    /// What the number counts.
    pub kind: FloorKind,
    /// Environment variables by which a user sizes it by hand; with one of them set the number says nothing.
    pub heap_flags: Vec<String>,
    /// What the source says.
    pub note: String,
    /// The address of the documentation.
    pub source: String,
    /// When it was read: `2026-11-22`.
    pub date: String,
}

/// Every image with a documented floor.
fn floors() -> &'static [ImageFloor] {
    static FLOORS: OnceLock<Vec<ImageFloor>> = OnceLock::new();
    FLOORS.get_or_init(|| {
        let json: Value = serde_json::from_str(include_str!("../data/image_memory.json"))
            .expect("a test reads the file with the same parser");
        json.get("images").and_then(Value::as_array).into_iter().flatten().filter_map(row).collect()
    })
}

fn row(json: &Value) -> Option<ImageFloor> {
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    let texts = |name: &str| -> Option<Vec<String>> {
        let items = json.get(name)?.as_array()?;
        items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
    };
    Some(ImageFloor {
        names: texts("names")?,
        what: text("what")?,
        minimum_mib: json.get("minimum_mib")?.as_i64()?,
        kind: match json.get("kind")?.as_str()? {
            "heap" => FloorKind::Heap,
            "container" => FloorKind::Container,
            _ => return None,
        },
        heap_flags: texts("heap_flags")?,
        note: text("note")?,
        source: text("source")?,
        date: text("date")?,
    })
}

/// The floor of an image as a container definition names it: with a registry, a tag or a digest, or without. The whole repository must
/// match: `opensearchproject/opensearch-dashboards` is another image.
pub fn floor(image: &str) -> Option<&'static ImageFloor> {
    let repository = repository(image);
    floors().iter().find(|floor| floor.names.iter().any(|name| name == repository))
}

/// The prefixes that the ECR console proposes for mirrors of public registries (pull-through caches).
const MIRRORS: [&str; 4] = ["docker-hub/", "ecr-public/", "quay/", "github/"];

/// The repository of an image without registry, mirror, tag and digest.
pub fn repository(image: &str) -> &str {
    let image = image.trim();
    let image = image.split_once('@').map_or(image, |(name, _)| name);
    // A colon before the last slash is the registry's port.
    let name_at = image.rfind('/').map_or(0, |slash| slash + 1);
    let image = match image.get(name_at..).and_then(|name| name.find(':')) {
        Some(colon) => image.get(..name_at + colon).unwrap_or(image),
        None => image,
    };
    let Some((first, rest)) = image.split_once('/') else { return image };
    // What is not a legal namespace (a hole of a text among them) can only be a registry.
    let is_namespace =
        first.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b));
    let (registry, mut path) = if is_namespace && first != "localhost" { ("", image) } else { (first, rest) };
    if registry.ends_with(".amazonaws.com") {
        path = MIRRORS.iter().find_map(|mirror| path.strip_prefix(mirror)).unwrap_or(path);
    }
    if registry == "public.ecr.aws" || registry.ends_with(".amazonaws.com") {
        path = path.strip_prefix("docker/").unwrap_or(path);
    }
    path.strip_prefix("library/").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_sourced() {
        let json: Value = serde_json::from_str(include_str!("../data/image_memory.json")).unwrap();
        assert_eq!(json["images"].as_array().unwrap().len(), floors().len());
        for floor in floors() {
            assert!(floor.source.starts_with("https://"), "{}", floor.what);
            assert!(floor.minimum_mib > 0 && !floor.names.is_empty(), "{}", floor.what);
            for name in &floor.names {
                assert_eq!(repository(name), name, "a name is a repository without its registry");
                assert_eq!(super::floor(name), Some(floor), "{name} stands in one row");
            }
        }
    }

    #[test]
    fn the_registry_the_tag_and_the_digest_do_not_matter() {
        for image in [
            "opensearchproject/opensearch",
            "opensearchproject/opensearch:2.11.1",
            "docker.io/opensearchproject/opensearch:2",
            "public.ecr.aws/opensearchproject/opensearch:2.11.1",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/opensearchproject/opensearch:2.11",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/opensearchproject/opensearch:2.11",
            "registry.example.com:5000/opensearchproject/opensearch@sha256:0123456789abcdef",
            "localhost/opensearchproject/opensearch:2@sha256:0123456789abcdef",
            "\u{fffc}/opensearchproject/opensearch:\u{fffc}",
        ] {
            assert_eq!(floor(image).map(|f| f.what.as_str()), Some("OpenSearch"), "{image}");
        }
        for image in ["neo4j:5", "docker.io/library/neo4j", "public.ecr.aws/docker/library/neo4j:5"] {
            assert_eq!(floor(image).map(|f| f.what.as_str()), Some("Neo4j"), "{image}");
        }
        let quay = floor("quay.io/keycloak/keycloak:26.4").unwrap();
        assert_eq!((quay.what.as_str(), quay.minimum_mib), ("Keycloak", 750));
    }

    #[test]
    fn a_name_that_only_resembles_is_another_image() {
        for image in [
            "opensearchproject/opensearch-dashboards:2",
            "example/opensearch",
            "opensearch",
            "opensearchproject/opensearch/tools",
            "quay.io/prometheuscommunity/elasticsearch-exporter:v1.7.0",
            "apache/kafka-native:3.9.0",
            "\u{fffc}:2.11",
            "",
            "/",
            ":",
            "@",
        ] {
            assert_eq!(floor(image), None, "{image}");
        }
    }
}
