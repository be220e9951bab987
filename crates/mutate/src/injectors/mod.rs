//! The injectors, one file a topic.

mod clusters;
mod containers;
mod databases;
mod endpoints;
mod firewall;
mod groups;
mod roles;
mod routes;
mod services;
mod zones;

use crate::injector::Injector;

/// All injectors, in the order of the table.
pub fn all() -> Vec<&'static Injector> {
    let topics = [
        containers::ALL,
        services::ALL,
        clusters::ALL,
        roles::ALL,
        groups::ALL,
        zones::ALL,
        routes::ALL,
        endpoints::ALL,
        databases::ALL,
    ];
    topics.into_iter().flatten().collect()
}
