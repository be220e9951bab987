//! The injectors, one file a topic.

mod containers;
mod databases;
mod groups;
mod roles;
mod services;

use crate::injector::Injector;

/// All injectors, in the order of the table.
pub fn all() -> Vec<&'static Injector> {
    let topics = [containers::ALL, services::ALL, roles::ALL, groups::ALL, databases::ALL];
    topics.into_iter().flatten().collect()
}
