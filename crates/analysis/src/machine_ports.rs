//! The ports that a machine's containers publish to others.

use iaclint_model::ResourceId;
use iaclint_source::Span;

use crate::Analysis;
use crate::programs::Host;

/// The TCP ports that the containers of a machine publish to others, with their places.
pub fn published(host: &Host<'_>) -> Vec<(i64, Option<Span>)> {
    let mut out: Vec<(i64, Option<Span>)> = Vec::new();
    for port in host.runs().into_iter().flat_map(|run| run.ports) {
        let local = port.address.as_ref().is_some_and(|a| a.as_str().is_none_or(|a| a != "0.0.0.0"));
        let number = port.host.as_ref().and_then(|h| h.as_str()?.parse().ok());
        if let (Some(number), false, "tcp") = (number, local, port.protocol.as_str())
            && !out.iter().any(|(known, _)| *known == number)
        {
            out.push((number, port.span));
        }
    }
    out
}

impl Analysis<'_> {
    /// The TCP ports that the containers of a machine publish to others.
    pub fn published_ports(&self, machine: ResourceId) -> Vec<i64> {
        let hosts = self.hosts().iter().filter(|host| host.machine.id == machine);
        hosts.flat_map(published).map(|(port, _)| port).collect()
    }
}
