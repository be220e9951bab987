//! The rules of iaclint, a folder each.
// This file is written by `cargo xtask sync`; do not edit it.

use iaclint_lint::Rule;

#[path = "ecs/ecs_container_memory_too_small/mod.rs"]
mod ecs_container_memory_too_small;

#[path = "ecs/ecs_execution_role_cannot_read_secret/mod.rs"]
mod ecs_execution_role_cannot_read_secret;

#[path = "ecs/ecs_execution_role_missing/mod.rs"]
mod ecs_execution_role_missing;

#[path = "ecs/ecs_execution_role_missing_kms_decrypt/mod.rs"]
mod ecs_execution_role_missing_kms_decrypt;

#[path = "ecs/ecs_role_trust_policy_wrong/mod.rs"]
mod ecs_role_trust_policy_wrong;

#[path = "ecs/ecs_service_no_health_check_grace_period/mod.rs"]
mod ecs_service_no_health_check_grace_period;

#[path = "network/efs_mount_target_unreachable/mod.rs"]
mod efs_mount_target_unreachable;

#[path = "data/endpoint_port_duplicated/mod.rs"]
mod endpoint_port_duplicated;

#[path = "suppression/expired_suppression/mod.rs"]
mod expired_suppression;

#[path = "ecs/fargate_container_memory_exceeds_task/mod.rs"]
mod fargate_container_memory_exceeds_task;

#[path = "network/fargate_no_route_to_registry/mod.rs"]
mod fargate_no_route_to_registry;

#[path = "iam/iam_role_lacks_permission_for_configured_resource/mod.rs"]
mod iam_role_lacks_permission_for_configured_resource;

#[path = "iam/iam_s3_object_action_without_object_arn/mod.rs"]
mod iam_s3_object_action_without_object_arn;

#[path = "suppression/invalid_suppression/mod.rs"]
mod invalid_suppression;

#[path = "network/lambda_vpc_no_internet/mod.rs"]
mod lambda_vpc_no_internet;

#[path = "network/lb_target_security_group_mismatch/mod.rs"]
mod lb_target_security_group_mismatch;

#[path = "network/nacl_blocks_return_traffic/mod.rs"]
mod nacl_blocks_return_traffic;

#[path = "network/private_subnet_no_default_route/mod.rs"]
mod private_subnet_no_default_route;

#[path = "network/rds_proxy_cannot_reach_database/mod.rs"]
mod rds_proxy_cannot_reach_database;

#[path = "network/rds_unreachable_network/mod.rs"]
mod rds_unreachable_network;

#[path = "network/security_group_no_egress/mod.rs"]
mod security_group_no_egress;

#[path = "ecs/service_lacks_sibling_configuration/mod.rs"]
mod service_lacks_sibling_configuration;

#[path = "network/sg_egress_does_not_cover_dependency/mod.rs"]
mod sg_egress_does_not_cover_dependency;

#[path = "network/sg_ingress_missing_client_group/mod.rs"]
mod sg_ingress_missing_client_group;

#[path = "network/sg_port_mismatch/mod.rs"]
mod sg_port_mismatch;

#[path = "network/sg_stale_reference/mod.rs"]
mod sg_stale_reference;

#[path = "suppression/unused_suppression/mod.rs"]
mod unused_suppression;

#[path = "network/vpc_endpoint_sg_missing_443/mod.rs"]
mod vpc_endpoint_sg_missing_443;

#[path = "network/vpc_endpoints_incomplete/mod.rs"]
mod vpc_endpoints_incomplete;

/// Every rule, by id.
#[rustfmt::skip]
pub static RULES: &[Rule] = &[
    Rule { id: "ecs-container-memory-too-small", group: "ecs", info: ecs_container_memory_too_small::INFO, page: include_str!("ecs/ecs_container_memory_too_small/README.md"), check: ecs_container_memory_too_small::check },
    Rule { id: "ecs-execution-role-cannot-read-secret", group: "ecs", info: ecs_execution_role_cannot_read_secret::INFO, page: include_str!("ecs/ecs_execution_role_cannot_read_secret/README.md"), check: ecs_execution_role_cannot_read_secret::check },
    Rule { id: "ecs-execution-role-missing", group: "ecs", info: ecs_execution_role_missing::INFO, page: include_str!("ecs/ecs_execution_role_missing/README.md"), check: ecs_execution_role_missing::check },
    Rule { id: "ecs-execution-role-missing-kms-decrypt", group: "ecs", info: ecs_execution_role_missing_kms_decrypt::INFO, page: include_str!("ecs/ecs_execution_role_missing_kms_decrypt/README.md"), check: ecs_execution_role_missing_kms_decrypt::check },
    Rule { id: "ecs-role-trust-policy-wrong", group: "ecs", info: ecs_role_trust_policy_wrong::INFO, page: include_str!("ecs/ecs_role_trust_policy_wrong/README.md"), check: ecs_role_trust_policy_wrong::check },
    Rule { id: "ecs-service-no-health-check-grace-period", group: "ecs", info: ecs_service_no_health_check_grace_period::INFO, page: include_str!("ecs/ecs_service_no_health_check_grace_period/README.md"), check: ecs_service_no_health_check_grace_period::check },
    Rule { id: "efs-mount-target-unreachable", group: "network", info: efs_mount_target_unreachable::INFO, page: include_str!("network/efs_mount_target_unreachable/README.md"), check: efs_mount_target_unreachable::check },
    Rule { id: "endpoint-port-duplicated", group: "data", info: endpoint_port_duplicated::INFO, page: include_str!("data/endpoint_port_duplicated/README.md"), check: endpoint_port_duplicated::check },
    Rule { id: "expired-suppression", group: "suppression", info: expired_suppression::INFO, page: include_str!("suppression/expired_suppression/README.md"), check: expired_suppression::check },
    Rule { id: "fargate-container-memory-exceeds-task", group: "ecs", info: fargate_container_memory_exceeds_task::INFO, page: include_str!("ecs/fargate_container_memory_exceeds_task/README.md"), check: fargate_container_memory_exceeds_task::check },
    Rule { id: "fargate-no-route-to-registry", group: "network", info: fargate_no_route_to_registry::INFO, page: include_str!("network/fargate_no_route_to_registry/README.md"), check: fargate_no_route_to_registry::check },
    Rule { id: "iam-role-lacks-permission-for-configured-resource", group: "iam", info: iam_role_lacks_permission_for_configured_resource::INFO, page: include_str!("iam/iam_role_lacks_permission_for_configured_resource/README.md"), check: iam_role_lacks_permission_for_configured_resource::check },
    Rule { id: "iam-s3-object-action-without-object-arn", group: "iam", info: iam_s3_object_action_without_object_arn::INFO, page: include_str!("iam/iam_s3_object_action_without_object_arn/README.md"), check: iam_s3_object_action_without_object_arn::check },
    Rule { id: "invalid-suppression", group: "suppression", info: invalid_suppression::INFO, page: include_str!("suppression/invalid_suppression/README.md"), check: invalid_suppression::check },
    Rule { id: "lambda-vpc-no-internet", group: "network", info: lambda_vpc_no_internet::INFO, page: include_str!("network/lambda_vpc_no_internet/README.md"), check: lambda_vpc_no_internet::check },
    Rule { id: "lb-target-security-group-mismatch", group: "network", info: lb_target_security_group_mismatch::INFO, page: include_str!("network/lb_target_security_group_mismatch/README.md"), check: lb_target_security_group_mismatch::check },
    Rule { id: "nacl-blocks-return-traffic", group: "network", info: nacl_blocks_return_traffic::INFO, page: include_str!("network/nacl_blocks_return_traffic/README.md"), check: nacl_blocks_return_traffic::check },
    Rule { id: "private-subnet-no-default-route", group: "network", info: private_subnet_no_default_route::INFO, page: include_str!("network/private_subnet_no_default_route/README.md"), check: private_subnet_no_default_route::check },
    Rule { id: "rds-proxy-cannot-reach-database", group: "network", info: rds_proxy_cannot_reach_database::INFO, page: include_str!("network/rds_proxy_cannot_reach_database/README.md"), check: rds_proxy_cannot_reach_database::check },
    Rule { id: "rds-unreachable-network", group: "network", info: rds_unreachable_network::INFO, page: include_str!("network/rds_unreachable_network/README.md"), check: rds_unreachable_network::check },
    Rule { id: "security-group-no-egress", group: "network", info: security_group_no_egress::INFO, page: include_str!("network/security_group_no_egress/README.md"), check: security_group_no_egress::check },
    Rule { id: "service-lacks-sibling-configuration", group: "ecs", info: service_lacks_sibling_configuration::INFO, page: include_str!("ecs/service_lacks_sibling_configuration/README.md"), check: service_lacks_sibling_configuration::check },
    Rule { id: "sg-egress-does-not-cover-dependency", group: "network", info: sg_egress_does_not_cover_dependency::INFO, page: include_str!("network/sg_egress_does_not_cover_dependency/README.md"), check: sg_egress_does_not_cover_dependency::check },
    Rule { id: "sg-ingress-missing-client-group", group: "network", info: sg_ingress_missing_client_group::INFO, page: include_str!("network/sg_ingress_missing_client_group/README.md"), check: sg_ingress_missing_client_group::check },
    Rule { id: "sg-port-mismatch", group: "network", info: sg_port_mismatch::INFO, page: include_str!("network/sg_port_mismatch/README.md"), check: sg_port_mismatch::check },
    Rule { id: "sg-stale-reference", group: "network", info: sg_stale_reference::INFO, page: include_str!("network/sg_stale_reference/README.md"), check: sg_stale_reference::check },
    Rule { id: "unused-suppression", group: "suppression", info: unused_suppression::INFO, page: include_str!("suppression/unused_suppression/README.md"), check: unused_suppression::check },
    Rule { id: "vpc-endpoint-sg-missing-443", group: "network", info: vpc_endpoint_sg_missing_443::INFO, page: include_str!("network/vpc_endpoint_sg_missing_443/README.md"), check: vpc_endpoint_sg_missing_443::check },
    Rule { id: "vpc-endpoints-incomplete", group: "network", info: vpc_endpoints_incomplete::INFO, page: include_str!("network/vpc_endpoints_incomplete/README.md"), check: vpc_endpoints_incomplete::check },
];
