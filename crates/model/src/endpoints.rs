//! Which attribute of which resource is a host, a host with its port, or a URL: `data/endpoints.json`.

use std::collections::HashMap;
use std::sync::OnceLock;

use iaclint_value::{Reference, Step, Target};

use crate::{Model, ResourceId, modules};

/// What an attribute holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endpoint {
    /// A DNS name without a port.
    Host,
    /// `name:port`.
    HostPort,
    /// `name:port,name:port`.
    HostPorts,
    /// A URL with its scheme, perhaps with a port.
    Url,
    /// An IP address.
    Ip,
    /// The port alone.
    Port,
    /// An address in another form (a host with a path, a list of addresses).
    Other,
}

impl Endpoint {
    /// Whether the text ends in a port, so that another behind it is one too many.
    pub fn ends_in_port(self) -> bool {
        matches!(self, Endpoint::HostPort | Endpoint::HostPorts)
    }

    /// Whether it leads to the server: anything but the port alone.
    pub fn is_address(self) -> bool {
        self != Endpoint::Port
    }
}

type Table = HashMap<String, HashMap<String, Endpoint>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let json: serde_json::Value = serde_json::from_str(include_str!("../data/endpoints.json"))
            .expect("a test reads the file with the same parser");
        let mut table = Table::new();
        for language in ["terraform", "cloudformation"] {
            let types = json.get(language).and_then(serde_json::Value::as_object).into_iter().flatten();
            for (type_name, attributes) in types {
                let attributes = attributes.as_object().into_iter().flatten();
                let kinds = attributes
                    .map(|(path, kind)| (path.replace("[]", ""), kind_of(kind.as_str().unwrap_or_default())));
                table.insert(type_name.clone(), kinds.collect());
            }
        }
        table
    })
}

fn kind_of(text: &str) -> Endpoint {
    match text {
        "host" => Endpoint::Host,
        "host:port" => Endpoint::HostPort,
        "host:port,..." => Endpoint::HostPorts,
        "url" => Endpoint::Url,
        "ip" => Endpoint::Ip,
        "port" => Endpoint::Port,
        _ => Endpoint::Other,
    }
}

/// What an attribute of a type holds, if it is one of an endpoint. The attribute's names are joined by dots, without indices.
pub fn kind(type_name: &str, attribute: &str) -> Option<Endpoint> {
    table().get(type_name)?.get(attribute).copied()
}

/// The attribute of a type that is the host alone, for help texts: `address` of `aws_db_instance`.
pub fn host_attribute(type_name: &str) -> Option<&'static str> {
    let attributes = table().get(type_name)?;
    let mut hosts: Vec<&str> =
        attributes.iter().filter(|(_, k)| **k == Endpoint::Host).map(|(n, _)| n.as_str()).collect();
    hosts.sort_by_key(|n| (n.contains('.') && !n.contains("ndpoint"), n.len(), *n));
    hosts.first().copied()
}

impl<'g> Model<'g> {
    /// What a reference points at, if it is an endpoint attribute of a resource: the resource and what the attribute holds.
    pub fn endpoint(&self, reference: &'g Reference) -> Option<(ResourceId, Endpoint)> {
        let reference = self.follow(reference);
        let id = *self.resolve(reference).first()?;
        let attribute = match reference.path.as_slice() {
            [] => return None,
            [Step::Attr(name)] => name.to_string(),
            _ => reference.attribute(),
        };
        kind(&self.resource(id).type_name, &attribute).map(|kind| (id, kind))
    }

    /// What a reference holds, if it is an endpoint of a resource, or of a well-known module that is not here.
    pub fn endpoint_kind(&self, reference: &'g Reference) -> Option<Endpoint> {
        if let Some((_, kind)) = self.endpoint(reference) {
            return Some(kind);
        }
        let (type_name, attribute) = modules::referred(self.follow(reference))?;
        kind(type_name, attribute)
    }

    /// How the host alone is written for what this reference, an endpoint, belongs to.
    pub fn host_of(&self, reference: &'g Reference) -> Option<String> {
        if let Some((id, _)) = self.endpoint(reference) {
            let attribute = host_attribute(&self.resource(id).type_name)?;
            return Some(format!("{}.{attribute}", self.short(id)));
        }
        let reference = self.follow(reference);
        let Target::Module { call, source } = &reference.target else { return None };
        let (type_name, _) = modules::referred(reference)?;
        let output = modules::beside(source, type_name, host_attribute(type_name)?)?;
        Some(format!("{}.{output}", call.address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_word_means_another_thing_on_another_type() {
        assert_eq!(kind("aws_db_instance", "endpoint"), Some(Endpoint::HostPort));
        assert_eq!(kind("aws_rds_cluster", "endpoint"), Some(Endpoint::Host));
        assert_eq!(kind("AWS::RDS::DBInstance", "Endpoint.Port"), Some(Endpoint::Port));
        assert_eq!(kind("aws_elasticache_cluster", "cache_nodes.address"), Some(Endpoint::Host));
        assert_eq!(host_attribute("aws_db_instance"), Some("address"));
        assert_eq!(host_attribute("aws_redshift_cluster"), Some("dns_name"));
    }
}
