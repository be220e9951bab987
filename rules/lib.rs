//! The rules of iaclint, a folder each.
// This file is written by `cargo xtask sync`; do not edit it.

use iaclint_lint::Rule;

#[path = "ecs/ecs_container_memory_too_small/mod.rs"]
mod ecs_container_memory_too_small;

#[path = "ecs/ecs_service_no_health_check_grace_period/mod.rs"]
mod ecs_service_no_health_check_grace_period;

#[path = "data/endpoint_port_duplicated/mod.rs"]
mod endpoint_port_duplicated;

#[path = "ecs/fargate_container_memory_exceeds_task/mod.rs"]
mod fargate_container_memory_exceeds_task;

#[path = "ecs/service_lacks_sibling_configuration/mod.rs"]
mod service_lacks_sibling_configuration;

#[path = "network/sg_ingress_missing_client_group/mod.rs"]
mod sg_ingress_missing_client_group;

#[path = "network/sg_stale_reference/mod.rs"]
mod sg_stale_reference;

/// Every rule, by id.
#[rustfmt::skip]
pub static RULES: &[Rule] = &[
    Rule { id: "ecs-container-memory-too-small", group: "ecs", info: ecs_container_memory_too_small::INFO, page: include_str!("ecs/ecs_container_memory_too_small/README.md"), check: ecs_container_memory_too_small::check },
    Rule { id: "ecs-service-no-health-check-grace-period", group: "ecs", info: ecs_service_no_health_check_grace_period::INFO, page: include_str!("ecs/ecs_service_no_health_check_grace_period/README.md"), check: ecs_service_no_health_check_grace_period::check },
    Rule { id: "endpoint-port-duplicated", group: "data", info: endpoint_port_duplicated::INFO, page: include_str!("data/endpoint_port_duplicated/README.md"), check: endpoint_port_duplicated::check },
    Rule { id: "fargate-container-memory-exceeds-task", group: "ecs", info: fargate_container_memory_exceeds_task::INFO, page: include_str!("ecs/fargate_container_memory_exceeds_task/README.md"), check: fargate_container_memory_exceeds_task::check },
    Rule { id: "service-lacks-sibling-configuration", group: "ecs", info: service_lacks_sibling_configuration::INFO, page: include_str!("ecs/service_lacks_sibling_configuration/README.md"), check: service_lacks_sibling_configuration::check },
    Rule { id: "sg-ingress-missing-client-group", group: "network", info: sg_ingress_missing_client_group::INFO, page: include_str!("network/sg_ingress_missing_client_group/README.md"), check: sg_ingress_missing_client_group::check },
    Rule { id: "sg-stale-reference", group: "network", info: sg_stale_reference::INFO, page: include_str!("network/sg_stale_reference/README.md"), check: sg_stale_reference::check },
];
