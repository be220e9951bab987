//! Needs: who talks to whom, on which port, and how we know: read from the data flow, from names and from target groups.

mod addresses;
mod discovery;
mod mention;
mod targets;
mod told;

use iaclint_model::server::{Server, ServerKind};
use iaclint_model::{Model, Prop, ResourceId};
use iaclint_value::OriginId;

pub use addresses::{Address, addresses};
pub use discovery::Lookup;
pub use told::family;

use crate::Analysis;
use crate::ends::Client;

/// How we know of a need.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// The server is a target of this target group of the client, a load balancer.
    Target(ResourceId),
    /// A setting or a command carries the server's address.
    Address,
    /// A setting carries a name by which the server is found: this resource gives it.
    Name(ResourceId),
    /// A setting is read from a secret or parameter that carries the server's address.
    Secret(ResourceId),
    /// The script that a machine is started with carries the server's address.
    Script,
    /// A setting is read from the secret that the service keeps the server's password in.
    Password(ResourceId),
}

/// How sure we are that something is needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Confidence {
    /// AWS itself does it.
    Certain,
    /// The application is told of it, and will do something with it.
    Likely,
    /// Something hints at it.
    Possible,
}

impl Evidence {
    /// How sure we are of it.
    pub fn confidence(&self) -> Confidence {
        match self {
            Evidence::Target(_) => Confidence::Certain,
            Evidence::Address | Evidence::Name(_) | Evidence::Secret(_) => Confidence::Likely,
            Evidence::Script | Evidence::Password(_) => Confidence::Possible,
        }
    }

    /// What outweighs what.
    fn rank(&self) -> u8 {
        match self {
            Evidence::Target(_) => 0,
            Evidence::Address => 1,
            Evidence::Name(_) => 2,
            Evidence::Secret(_) => 3,
            Evidence::Script => 4,
            Evidence::Password(_) => 5,
        }
    }
}

/// A client that talks to a server.
#[derive(Clone, Debug)]
pub struct Need {
    /// The client.
    pub client: Client,
    /// Its place in [`Analysis::workloads`], where it is one.
    pub workload: Option<usize>,
    /// The server.
    pub server: Server,
    /// The port: the one written behind the address, else the server's own.
    pub port: Prop<i64>,
    /// How we know.
    pub evidence: Evidence,
    /// The setting that shows it.
    pub setting: Option<String>,
    /// The place that shows it: of that setting's value, of what names the target group.
    pub origin: OriginId,
    /// The names of all settings that lead to the server, in order.
    pub settings: Vec<String>,
    /// How the server's name is looked up, where the client is given no address.
    pub lookup: Option<Lookup>,
}

/// All needs, by client: one for each client, server and port, with the strongest evidence.
pub(crate) fn needs(analysis: &Analysis<'_>) -> Vec<Need> {
    let mut out = told::needs(analysis);
    out.extend(targets::needs(analysis));
    out.sort_by_key(|need| need.client.id);
    out
}

/// Adds a need to those of its client, or its settings to the same need that is already known.
fn add(own: &mut Vec<Need>, need: Need) {
    let same = |known: &&mut Need| known.server.id == need.server.id && same_port(&known.port, &need.port);
    let Some(known) = own.iter_mut().find(same) else {
        own.push(need);
        return;
    };
    for name in need.settings {
        if !known.settings.contains(&name) {
            known.settings.push(name);
        }
    }
    if need.evidence.rank() < known.evidence.rank() {
        known.evidence = need.evidence;
        known.setting = need.setting;
        known.origin = need.origin;
        known.lookup = need.lookup;
    }
}

fn same_port(a: &Prop<i64>, b: &Prop<i64>) -> bool {
    match (a.known(), b.known()) {
        (Some(a), Some(b)) => a == b,
        (None, None) => true,
        _ => false,
    }
}

/// What a server is called in a message: `the database aws_db_instance.main`.
pub fn server_words(model: &Model<'_>, server: &Server) -> String {
    let kind = match server.kind {
        ServerKind::Database => "the database",
        ServerKind::Cache => "the cache",
        ServerKind::Search => "the search domain",
        ServerKind::Broker => "the broker",
        ServerKind::Machine => "the instance",
        ServerKind::Listener => return model.short(server.id),
    };
    format!("{kind} {}", model.short(server.id))
}
