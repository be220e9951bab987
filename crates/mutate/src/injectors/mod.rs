//! The injectors, one file a topic.

mod clusters;
mod containers;
mod databases;
mod endpoints;
mod firewall;
mod functions;
mod groups;
mod hosts;
mod queues;
mod roles;
mod routes;
mod services;
mod stacks;
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
        functions::ALL,
        queues::ALL,
        hosts::ALL,
        stacks::ALL,
    ];
    topics.into_iter().flatten().collect()
}
