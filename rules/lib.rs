//! The rules of iaclint, a folder each.
// This file is written by `cargo xtask sync`; do not edit it.

use iaclint_lint::Rule;

#[path = "network/alb_single_az/mod.rs"]
mod alb_single_az;

#[path = "lambda/apigw_lambda_permission_mismatch/mod.rs"]
mod apigw_lambda_permission_mismatch;

#[path = "data/app_database_name_not_created/mod.rs"]
mod app_database_name_not_created;

#[path = "stack/cfn_circular_dependency/mod.rs"]
mod cfn_circular_dependency;

#[path = "stack/cfn_unresolved_import_or_export_in_use/mod.rs"]
mod cfn_unresolved_import_or_export_in_use;

#[path = "network/cloudfront_certificate_not_us_east_1/mod.rs"]
mod cloudfront_certificate_not_us_east_1;

#[path = "ecs/container_healthcheck_binary_missing/mod.rs"]
mod container_healthcheck_binary_missing;

#[path = "ecs/container_healthcheck_start_period_too_short/mod.rs"]
mod container_healthcheck_start_period_too_short;

#[path = "ec2/data_on_replaceable_instance_disk/mod.rs"]
mod data_on_replaceable_instance_disk;

#[path = "network/db_subnet_group_single_az/mod.rs"]
mod db_subnet_group_single_az;

#[path = "ec2/docker_run_no_restart_policy/mod.rs"]
mod docker_run_no_restart_policy;

#[path = "ec2/ec2_memory_too_small_for_container/mod.rs"]
mod ec2_memory_too_small_for_container;

#[path = "ec2/ec2_ssm_unreachable_no_instance_profile/mod.rs"]
mod ec2_ssm_unreachable_no_instance_profile;

#[path = "ecs/ecs_awslogs_group_missing/mod.rs"]
mod ecs_awslogs_group_missing;

#[path = "ecs/ecs_container_memory_too_small/mod.rs"]
mod ecs_container_memory_too_small;

#[path = "ecs/ecs_deployment_percent_no_headroom/mod.rs"]
mod ecs_deployment_percent_no_headroom;

#[path = "ecs/ecs_execution_role_cannot_pull_or_log/mod.rs"]
mod ecs_execution_role_cannot_pull_or_log;

#[path = "ecs/ecs_execution_role_cannot_read_secret/mod.rs"]
mod ecs_execution_role_cannot_read_secret;

#[path = "ecs/ecs_execution_role_missing/mod.rs"]
mod ecs_execution_role_missing;

#[path = "ecs/ecs_execution_role_missing_kms_decrypt/mod.rs"]
mod ecs_execution_role_missing_kms_decrypt;

#[path = "ecs/ecs_instance_not_joining_cluster/mod.rs"]
mod ecs_instance_not_joining_cluster;

#[path = "ecs/ecs_lb_container_name_mismatch/mod.rs"]
mod ecs_lb_container_name_mismatch;

#[path = "ecs/ecs_network_configuration_mismatch/mod.rs"]
mod ecs_network_configuration_mismatch;

#[path = "ecs/ecs_role_trust_policy_wrong/mod.rs"]
mod ecs_role_trust_policy_wrong;

#[path = "ecs/ecs_secret_arn_malformed/mod.rs"]
mod ecs_secret_arn_malformed;

#[path = "ecs/ecs_service_no_circuit_breaker/mod.rs"]
mod ecs_service_no_circuit_breaker;

#[path = "ecs/ecs_service_no_health_check_grace_period/mod.rs"]
mod ecs_service_no_health_check_grace_period;

#[path = "ecs/ecs_service_target_group_not_attached/mod.rs"]
mod ecs_service_target_group_not_attached;

#[path = "ecs/ecs_ssm_parameter_does_not_exist/mod.rs"]
mod ecs_ssm_parameter_does_not_exist;

#[path = "ecs/ecs_static_host_port_deployment_deadlock/mod.rs"]
mod ecs_static_host_port_deployment_deadlock;

#[path = "network/efs_mount_target_unreachable/mod.rs"]
mod efs_mount_target_unreachable;

#[path = "data/endpoint_port_duplicated/mod.rs"]
mod endpoint_port_duplicated;

#[path = "ecs/entrypoint_unbounded_wait/mod.rs"]
mod entrypoint_unbounded_wait;

#[path = "ecs/eventbridge_ecs_target_missing_passrole/mod.rs"]
mod eventbridge_ecs_target_missing_passrole;

#[path = "suppression/expired_suppression/mod.rs"]
mod expired_suppression;

#[path = "ecs/fargate_container_memory_exceeds_task/mod.rs"]
mod fargate_container_memory_exceeds_task;

#[path = "ecs/fargate_invalid_cpu_memory/mod.rs"]
mod fargate_invalid_cpu_memory;

#[path = "network/fargate_no_route_to_registry/mod.rs"]
mod fargate_no_route_to_registry;

#[path = "network/hardcoded_resource_ids/mod.rs"]
mod hardcoded_resource_ids;

#[path = "ec2/hardcoded_secret_in_user_data/mod.rs"]
mod hardcoded_secret_in_user_data;

#[path = "ecs/health_check_depends_on_database/mod.rs"]
mod health_check_depends_on_database;

#[path = "iam/iam_role_lacks_permission_for_configured_resource/mod.rs"]
mod iam_role_lacks_permission_for_configured_resource;

#[path = "iam/iam_s3_object_action_without_object_arn/mod.rs"]
mod iam_s3_object_action_without_object_arn;

#[path = "suppression/invalid_suppression/mod.rs"]
mod invalid_suppression;

#[path = "iam/kms_key_policy_missing_service_principal/mod.rs"]
mod kms_key_policy_missing_service_principal;

#[path = "lambda/lambda_event_source_permission_missing/mod.rs"]
mod lambda_event_source_permission_missing;

#[path = "lambda/lambda_permission_missing/mod.rs"]
mod lambda_permission_missing;

#[path = "network/lambda_vpc_no_internet/mod.rs"]
mod lambda_vpc_no_internet;

#[path = "lambda/lambda_vpc_role_missing_eni_permissions/mod.rs"]
mod lambda_vpc_role_missing_eni_permissions;

#[path = "network/lb_access_logs_bucket_not_writable/mod.rs"]
mod lb_access_logs_bucket_not_writable;

#[path = "network/lb_dns_name_in_external_cname/mod.rs"]
mod lb_dns_name_in_external_cname;

#[path = "network/lb_listener_certificate_not_validated/mod.rs"]
mod lb_listener_certificate_not_validated;

#[path = "network/lb_target_security_group_mismatch/mod.rs"]
mod lb_target_security_group_mismatch;

#[path = "data/manual_step_after_apply/mod.rs"]
mod manual_step_after_apply;

#[path = "network/nacl_blocks_return_traffic/mod.rs"]
mod nacl_blocks_return_traffic;

#[path = "data/no_alarm_on_critical_dependency/mod.rs"]
mod no_alarm_on_critical_dependency;

#[path = "ec2/opensearch_initial_admin_password/mod.rs"]
mod opensearch_initial_admin_password;

#[path = "ec2/opensearch_max_map_count/mod.rs"]
mod opensearch_max_map_count;

#[path = "data/opensearch_subnet_count_vs_zone_awareness/mod.rs"]
mod opensearch_subnet_count_vs_zone_awareness;

#[path = "network/private_subnet_no_default_route/mod.rs"]
mod private_subnet_no_default_route;

#[path = "ec2/published_port_not_in_security_group/mod.rs"]
mod published_port_not_in_security_group;

#[path = "data/rds_final_snapshot_missing/mod.rs"]
mod rds_final_snapshot_missing;

#[path = "data/rds_postgres15_force_ssl/mod.rs"]
mod rds_postgres15_force_ssl;

#[path = "network/rds_proxy_cannot_reach_database/mod.rs"]
mod rds_proxy_cannot_reach_database;

#[path = "data/rds_skip_final_snapshot_data_loss/mod.rs"]
mod rds_skip_final_snapshot_data_loss;

#[path = "data/rds_too_small_for_migrations/mod.rs"]
mod rds_too_small_for_migrations;

#[path = "network/rds_unreachable_network/mod.rs"]
mod rds_unreachable_network;

#[path = "data/redis_tls_client_mismatch/mod.rs"]
mod redis_tls_client_mismatch;

#[path = "s3/s3_acl_not_supported/mod.rs"]
mod s3_acl_not_supported;

#[path = "s3/s3_notification_destination_not_authorized/mod.rs"]
mod s3_notification_destination_not_authorized;

#[path = "data/secret_without_version/mod.rs"]
mod secret_without_version;

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

#[path = "ecs/sibling_environment_names_differ/mod.rs"]
mod sibling_environment_names_differ;

#[path = "messaging/sns_to_sqs_aws_managed_kms_key/mod.rs"]
mod sns_to_sqs_aws_managed_kms_key;

#[path = "messaging/sns_to_sqs_policy_missing/mod.rs"]
mod sns_to_sqs_policy_missing;

#[path = "lambda/sqs_visibility_timeout_below_lambda_timeout/mod.rs"]
mod sqs_visibility_timeout_below_lambda_timeout;

#[path = "ecs/stack_wait_without_timeout/mod.rs"]
mod stack_wait_without_timeout;

#[path = "network/target_group_health_check_cannot_pass/mod.rs"]
mod target_group_health_check_cannot_pass;

#[path = "ecs/target_group_type_vs_network_mode/mod.rs"]
mod target_group_type_vs_network_mode;

#[path = "suppression/unused_suppression/mod.rs"]
mod unused_suppression;

#[path = "ec2/user_data_change_does_not_replace_instance/mod.rs"]
mod user_data_change_does_not_replace_instance;

#[path = "ec2/user_data_missing_shebang/mod.rs"]
mod user_data_missing_shebang;

#[path = "ec2/user_data_script_fails_silently/mod.rs"]
mod user_data_script_fails_silently;

#[path = "ec2/user_data_too_large/mod.rs"]
mod user_data_too_large;

#[path = "ec2/user_data_wrong_package_manager/mod.rs"]
mod user_data_wrong_package_manager;

#[path = "network/vpc_endpoint_sg_missing_443/mod.rs"]
mod vpc_endpoint_sg_missing_443;

#[path = "network/vpc_endpoints_incomplete/mod.rs"]
mod vpc_endpoints_incomplete;

/// Every rule, by id.
#[rustfmt::skip]
pub static RULES: &[Rule] = &[
    Rule { id: "alb-single-az", group: "network", info: alb_single_az::INFO, page: include_str!("network/alb_single_az/README.md"), check: alb_single_az::check },
    Rule { id: "apigw-lambda-permission-mismatch", group: "lambda", info: apigw_lambda_permission_mismatch::INFO, page: include_str!("lambda/apigw_lambda_permission_mismatch/README.md"), check: apigw_lambda_permission_mismatch::check },
    Rule { id: "app-database-name-not-created", group: "data", info: app_database_name_not_created::INFO, page: include_str!("data/app_database_name_not_created/README.md"), check: app_database_name_not_created::check },
    Rule { id: "cfn-circular-dependency", group: "stack", info: cfn_circular_dependency::INFO, page: include_str!("stack/cfn_circular_dependency/README.md"), check: cfn_circular_dependency::check },
    Rule { id: "cfn-unresolved-import-or-export-in-use", group: "stack", info: cfn_unresolved_import_or_export_in_use::INFO, page: include_str!("stack/cfn_unresolved_import_or_export_in_use/README.md"), check: cfn_unresolved_import_or_export_in_use::check },
    Rule { id: "cloudfront-certificate-not-us-east-1", group: "network", info: cloudfront_certificate_not_us_east_1::INFO, page: include_str!("network/cloudfront_certificate_not_us_east_1/README.md"), check: cloudfront_certificate_not_us_east_1::check },
    Rule { id: "container-healthcheck-binary-missing", group: "ecs", info: container_healthcheck_binary_missing::INFO, page: include_str!("ecs/container_healthcheck_binary_missing/README.md"), check: container_healthcheck_binary_missing::check },
    Rule { id: "container-healthcheck-start-period-too-short", group: "ecs", info: container_healthcheck_start_period_too_short::INFO, page: include_str!("ecs/container_healthcheck_start_period_too_short/README.md"), check: container_healthcheck_start_period_too_short::check },
    Rule { id: "data-on-replaceable-instance-disk", group: "ec2", info: data_on_replaceable_instance_disk::INFO, page: include_str!("ec2/data_on_replaceable_instance_disk/README.md"), check: data_on_replaceable_instance_disk::check },
    Rule { id: "db-subnet-group-single-az", group: "network", info: db_subnet_group_single_az::INFO, page: include_str!("network/db_subnet_group_single_az/README.md"), check: db_subnet_group_single_az::check },
    Rule { id: "docker-run-no-restart-policy", group: "ec2", info: docker_run_no_restart_policy::INFO, page: include_str!("ec2/docker_run_no_restart_policy/README.md"), check: docker_run_no_restart_policy::check },
    Rule { id: "ec2-memory-too-small-for-container", group: "ec2", info: ec2_memory_too_small_for_container::INFO, page: include_str!("ec2/ec2_memory_too_small_for_container/README.md"), check: ec2_memory_too_small_for_container::check },
    Rule { id: "ec2-ssm-unreachable-no-instance-profile", group: "ec2", info: ec2_ssm_unreachable_no_instance_profile::INFO, page: include_str!("ec2/ec2_ssm_unreachable_no_instance_profile/README.md"), check: ec2_ssm_unreachable_no_instance_profile::check },
    Rule { id: "ecs-awslogs-group-missing", group: "ecs", info: ecs_awslogs_group_missing::INFO, page: include_str!("ecs/ecs_awslogs_group_missing/README.md"), check: ecs_awslogs_group_missing::check },
    Rule { id: "ecs-container-memory-too-small", group: "ecs", info: ecs_container_memory_too_small::INFO, page: include_str!("ecs/ecs_container_memory_too_small/README.md"), check: ecs_container_memory_too_small::check },
    Rule { id: "ecs-deployment-percent-no-headroom", group: "ecs", info: ecs_deployment_percent_no_headroom::INFO, page: include_str!("ecs/ecs_deployment_percent_no_headroom/README.md"), check: ecs_deployment_percent_no_headroom::check },
    Rule { id: "ecs-execution-role-cannot-pull-or-log", group: "ecs", info: ecs_execution_role_cannot_pull_or_log::INFO, page: include_str!("ecs/ecs_execution_role_cannot_pull_or_log/README.md"), check: ecs_execution_role_cannot_pull_or_log::check },
    Rule { id: "ecs-execution-role-cannot-read-secret", group: "ecs", info: ecs_execution_role_cannot_read_secret::INFO, page: include_str!("ecs/ecs_execution_role_cannot_read_secret/README.md"), check: ecs_execution_role_cannot_read_secret::check },
    Rule { id: "ecs-execution-role-missing", group: "ecs", info: ecs_execution_role_missing::INFO, page: include_str!("ecs/ecs_execution_role_missing/README.md"), check: ecs_execution_role_missing::check },
    Rule { id: "ecs-execution-role-missing-kms-decrypt", group: "ecs", info: ecs_execution_role_missing_kms_decrypt::INFO, page: include_str!("ecs/ecs_execution_role_missing_kms_decrypt/README.md"), check: ecs_execution_role_missing_kms_decrypt::check },
    Rule { id: "ecs-instance-not-joining-cluster", group: "ecs", info: ecs_instance_not_joining_cluster::INFO, page: include_str!("ecs/ecs_instance_not_joining_cluster/README.md"), check: ecs_instance_not_joining_cluster::check },
    Rule { id: "ecs-lb-container-name-mismatch", group: "ecs", info: ecs_lb_container_name_mismatch::INFO, page: include_str!("ecs/ecs_lb_container_name_mismatch/README.md"), check: ecs_lb_container_name_mismatch::check },
    Rule { id: "ecs-network-configuration-mismatch", group: "ecs", info: ecs_network_configuration_mismatch::INFO, page: include_str!("ecs/ecs_network_configuration_mismatch/README.md"), check: ecs_network_configuration_mismatch::check },
    Rule { id: "ecs-role-trust-policy-wrong", group: "ecs", info: ecs_role_trust_policy_wrong::INFO, page: include_str!("ecs/ecs_role_trust_policy_wrong/README.md"), check: ecs_role_trust_policy_wrong::check },
    Rule { id: "ecs-secret-arn-malformed", group: "ecs", info: ecs_secret_arn_malformed::INFO, page: include_str!("ecs/ecs_secret_arn_malformed/README.md"), check: ecs_secret_arn_malformed::check },
    Rule { id: "ecs-service-no-circuit-breaker", group: "ecs", info: ecs_service_no_circuit_breaker::INFO, page: include_str!("ecs/ecs_service_no_circuit_breaker/README.md"), check: ecs_service_no_circuit_breaker::check },
    Rule { id: "ecs-service-no-health-check-grace-period", group: "ecs", info: ecs_service_no_health_check_grace_period::INFO, page: include_str!("ecs/ecs_service_no_health_check_grace_period/README.md"), check: ecs_service_no_health_check_grace_period::check },
    Rule { id: "ecs-service-target-group-not-attached", group: "ecs", info: ecs_service_target_group_not_attached::INFO, page: include_str!("ecs/ecs_service_target_group_not_attached/README.md"), check: ecs_service_target_group_not_attached::check },
    Rule { id: "ecs-ssm-parameter-does-not-exist", group: "ecs", info: ecs_ssm_parameter_does_not_exist::INFO, page: include_str!("ecs/ecs_ssm_parameter_does_not_exist/README.md"), check: ecs_ssm_parameter_does_not_exist::check },
    Rule { id: "ecs-static-host-port-deployment-deadlock", group: "ecs", info: ecs_static_host_port_deployment_deadlock::INFO, page: include_str!("ecs/ecs_static_host_port_deployment_deadlock/README.md"), check: ecs_static_host_port_deployment_deadlock::check },
    Rule { id: "efs-mount-target-unreachable", group: "network", info: efs_mount_target_unreachable::INFO, page: include_str!("network/efs_mount_target_unreachable/README.md"), check: efs_mount_target_unreachable::check },
    Rule { id: "endpoint-port-duplicated", group: "data", info: endpoint_port_duplicated::INFO, page: include_str!("data/endpoint_port_duplicated/README.md"), check: endpoint_port_duplicated::check },
    Rule { id: "entrypoint-unbounded-wait", group: "ecs", info: entrypoint_unbounded_wait::INFO, page: include_str!("ecs/entrypoint_unbounded_wait/README.md"), check: entrypoint_unbounded_wait::check },
    Rule { id: "eventbridge-ecs-target-missing-passrole", group: "ecs", info: eventbridge_ecs_target_missing_passrole::INFO, page: include_str!("ecs/eventbridge_ecs_target_missing_passrole/README.md"), check: eventbridge_ecs_target_missing_passrole::check },
    Rule { id: "expired-suppression", group: "suppression", info: expired_suppression::INFO, page: include_str!("suppression/expired_suppression/README.md"), check: expired_suppression::check },
    Rule { id: "fargate-container-memory-exceeds-task", group: "ecs", info: fargate_container_memory_exceeds_task::INFO, page: include_str!("ecs/fargate_container_memory_exceeds_task/README.md"), check: fargate_container_memory_exceeds_task::check },
    Rule { id: "fargate-invalid-cpu-memory", group: "ecs", info: fargate_invalid_cpu_memory::INFO, page: include_str!("ecs/fargate_invalid_cpu_memory/README.md"), check: fargate_invalid_cpu_memory::check },
    Rule { id: "fargate-no-route-to-registry", group: "network", info: fargate_no_route_to_registry::INFO, page: include_str!("network/fargate_no_route_to_registry/README.md"), check: fargate_no_route_to_registry::check },
    Rule { id: "hardcoded-resource-ids", group: "network", info: hardcoded_resource_ids::INFO, page: include_str!("network/hardcoded_resource_ids/README.md"), check: hardcoded_resource_ids::check },
    Rule { id: "hardcoded-secret-in-user-data", group: "ec2", info: hardcoded_secret_in_user_data::INFO, page: include_str!("ec2/hardcoded_secret_in_user_data/README.md"), check: hardcoded_secret_in_user_data::check },
    Rule { id: "health-check-depends-on-database", group: "ecs", info: health_check_depends_on_database::INFO, page: include_str!("ecs/health_check_depends_on_database/README.md"), check: health_check_depends_on_database::check },
    Rule { id: "iam-role-lacks-permission-for-configured-resource", group: "iam", info: iam_role_lacks_permission_for_configured_resource::INFO, page: include_str!("iam/iam_role_lacks_permission_for_configured_resource/README.md"), check: iam_role_lacks_permission_for_configured_resource::check },
    Rule { id: "iam-s3-object-action-without-object-arn", group: "iam", info: iam_s3_object_action_without_object_arn::INFO, page: include_str!("iam/iam_s3_object_action_without_object_arn/README.md"), check: iam_s3_object_action_without_object_arn::check },
    Rule { id: "invalid-suppression", group: "suppression", info: invalid_suppression::INFO, page: include_str!("suppression/invalid_suppression/README.md"), check: invalid_suppression::check },
    Rule { id: "kms-key-policy-missing-service-principal", group: "iam", info: kms_key_policy_missing_service_principal::INFO, page: include_str!("iam/kms_key_policy_missing_service_principal/README.md"), check: kms_key_policy_missing_service_principal::check },
    Rule { id: "lambda-event-source-permission-missing", group: "lambda", info: lambda_event_source_permission_missing::INFO, page: include_str!("lambda/lambda_event_source_permission_missing/README.md"), check: lambda_event_source_permission_missing::check },
    Rule { id: "lambda-permission-missing", group: "lambda", info: lambda_permission_missing::INFO, page: include_str!("lambda/lambda_permission_missing/README.md"), check: lambda_permission_missing::check },
    Rule { id: "lambda-vpc-no-internet", group: "network", info: lambda_vpc_no_internet::INFO, page: include_str!("network/lambda_vpc_no_internet/README.md"), check: lambda_vpc_no_internet::check },
    Rule { id: "lambda-vpc-role-missing-eni-permissions", group: "lambda", info: lambda_vpc_role_missing_eni_permissions::INFO, page: include_str!("lambda/lambda_vpc_role_missing_eni_permissions/README.md"), check: lambda_vpc_role_missing_eni_permissions::check },
    Rule { id: "lb-access-logs-bucket-not-writable", group: "network", info: lb_access_logs_bucket_not_writable::INFO, page: include_str!("network/lb_access_logs_bucket_not_writable/README.md"), check: lb_access_logs_bucket_not_writable::check },
    Rule { id: "lb-dns-name-in-external-cname", group: "network", info: lb_dns_name_in_external_cname::INFO, page: include_str!("network/lb_dns_name_in_external_cname/README.md"), check: lb_dns_name_in_external_cname::check },
    Rule { id: "lb-listener-certificate-not-validated", group: "network", info: lb_listener_certificate_not_validated::INFO, page: include_str!("network/lb_listener_certificate_not_validated/README.md"), check: lb_listener_certificate_not_validated::check },
    Rule { id: "lb-target-security-group-mismatch", group: "network", info: lb_target_security_group_mismatch::INFO, page: include_str!("network/lb_target_security_group_mismatch/README.md"), check: lb_target_security_group_mismatch::check },
    Rule { id: "manual-step-after-apply", group: "data", info: manual_step_after_apply::INFO, page: include_str!("data/manual_step_after_apply/README.md"), check: manual_step_after_apply::check },
    Rule { id: "nacl-blocks-return-traffic", group: "network", info: nacl_blocks_return_traffic::INFO, page: include_str!("network/nacl_blocks_return_traffic/README.md"), check: nacl_blocks_return_traffic::check },
    Rule { id: "no-alarm-on-critical-dependency", group: "data", info: no_alarm_on_critical_dependency::INFO, page: include_str!("data/no_alarm_on_critical_dependency/README.md"), check: no_alarm_on_critical_dependency::check },
    Rule { id: "opensearch-initial-admin-password", group: "ec2", info: opensearch_initial_admin_password::INFO, page: include_str!("ec2/opensearch_initial_admin_password/README.md"), check: opensearch_initial_admin_password::check },
    Rule { id: "opensearch-max-map-count", group: "ec2", info: opensearch_max_map_count::INFO, page: include_str!("ec2/opensearch_max_map_count/README.md"), check: opensearch_max_map_count::check },
    Rule { id: "opensearch-subnet-count-vs-zone-awareness", group: "data", info: opensearch_subnet_count_vs_zone_awareness::INFO, page: include_str!("data/opensearch_subnet_count_vs_zone_awareness/README.md"), check: opensearch_subnet_count_vs_zone_awareness::check },
    Rule { id: "private-subnet-no-default-route", group: "network", info: private_subnet_no_default_route::INFO, page: include_str!("network/private_subnet_no_default_route/README.md"), check: private_subnet_no_default_route::check },
    Rule { id: "published-port-not-in-security-group", group: "ec2", info: published_port_not_in_security_group::INFO, page: include_str!("ec2/published_port_not_in_security_group/README.md"), check: published_port_not_in_security_group::check },
    Rule { id: "rds-final-snapshot-missing", group: "data", info: rds_final_snapshot_missing::INFO, page: include_str!("data/rds_final_snapshot_missing/README.md"), check: rds_final_snapshot_missing::check },
    Rule { id: "rds-postgres15-force-ssl", group: "data", info: rds_postgres15_force_ssl::INFO, page: include_str!("data/rds_postgres15_force_ssl/README.md"), check: rds_postgres15_force_ssl::check },
    Rule { id: "rds-proxy-cannot-reach-database", group: "network", info: rds_proxy_cannot_reach_database::INFO, page: include_str!("network/rds_proxy_cannot_reach_database/README.md"), check: rds_proxy_cannot_reach_database::check },
    Rule { id: "rds-skip-final-snapshot-data-loss", group: "data", info: rds_skip_final_snapshot_data_loss::INFO, page: include_str!("data/rds_skip_final_snapshot_data_loss/README.md"), check: rds_skip_final_snapshot_data_loss::check },
    Rule { id: "rds-too-small-for-migrations", group: "data", info: rds_too_small_for_migrations::INFO, page: include_str!("data/rds_too_small_for_migrations/README.md"), check: rds_too_small_for_migrations::check },
    Rule { id: "rds-unreachable-network", group: "network", info: rds_unreachable_network::INFO, page: include_str!("network/rds_unreachable_network/README.md"), check: rds_unreachable_network::check },
    Rule { id: "redis-tls-client-mismatch", group: "data", info: redis_tls_client_mismatch::INFO, page: include_str!("data/redis_tls_client_mismatch/README.md"), check: redis_tls_client_mismatch::check },
    Rule { id: "s3-acl-not-supported", group: "s3", info: s3_acl_not_supported::INFO, page: include_str!("s3/s3_acl_not_supported/README.md"), check: s3_acl_not_supported::check },
    Rule { id: "s3-notification-destination-not-authorized", group: "s3", info: s3_notification_destination_not_authorized::INFO, page: include_str!("s3/s3_notification_destination_not_authorized/README.md"), check: s3_notification_destination_not_authorized::check },
    Rule { id: "secret-without-version", group: "data", info: secret_without_version::INFO, page: include_str!("data/secret_without_version/README.md"), check: secret_without_version::check },
    Rule { id: "security-group-no-egress", group: "network", info: security_group_no_egress::INFO, page: include_str!("network/security_group_no_egress/README.md"), check: security_group_no_egress::check },
    Rule { id: "service-lacks-sibling-configuration", group: "ecs", info: service_lacks_sibling_configuration::INFO, page: include_str!("ecs/service_lacks_sibling_configuration/README.md"), check: service_lacks_sibling_configuration::check },
    Rule { id: "sg-egress-does-not-cover-dependency", group: "network", info: sg_egress_does_not_cover_dependency::INFO, page: include_str!("network/sg_egress_does_not_cover_dependency/README.md"), check: sg_egress_does_not_cover_dependency::check },
    Rule { id: "sg-ingress-missing-client-group", group: "network", info: sg_ingress_missing_client_group::INFO, page: include_str!("network/sg_ingress_missing_client_group/README.md"), check: sg_ingress_missing_client_group::check },
    Rule { id: "sg-port-mismatch", group: "network", info: sg_port_mismatch::INFO, page: include_str!("network/sg_port_mismatch/README.md"), check: sg_port_mismatch::check },
    Rule { id: "sg-stale-reference", group: "network", info: sg_stale_reference::INFO, page: include_str!("network/sg_stale_reference/README.md"), check: sg_stale_reference::check },
    Rule { id: "sibling-environment-names-differ", group: "ecs", info: sibling_environment_names_differ::INFO, page: include_str!("ecs/sibling_environment_names_differ/README.md"), check: sibling_environment_names_differ::check },
    Rule { id: "sns-to-sqs-aws-managed-kms-key", group: "messaging", info: sns_to_sqs_aws_managed_kms_key::INFO, page: include_str!("messaging/sns_to_sqs_aws_managed_kms_key/README.md"), check: sns_to_sqs_aws_managed_kms_key::check },
    Rule { id: "sns-to-sqs-policy-missing", group: "messaging", info: sns_to_sqs_policy_missing::INFO, page: include_str!("messaging/sns_to_sqs_policy_missing/README.md"), check: sns_to_sqs_policy_missing::check },
    Rule { id: "sqs-visibility-timeout-below-lambda-timeout", group: "lambda", info: sqs_visibility_timeout_below_lambda_timeout::INFO, page: include_str!("lambda/sqs_visibility_timeout_below_lambda_timeout/README.md"), check: sqs_visibility_timeout_below_lambda_timeout::check },
    Rule { id: "stack-wait-without-timeout", group: "ecs", info: stack_wait_without_timeout::INFO, page: include_str!("ecs/stack_wait_without_timeout/README.md"), check: stack_wait_without_timeout::check },
    Rule { id: "target-group-health-check-cannot-pass", group: "network", info: target_group_health_check_cannot_pass::INFO, page: include_str!("network/target_group_health_check_cannot_pass/README.md"), check: target_group_health_check_cannot_pass::check },
    Rule { id: "target-group-type-vs-network-mode", group: "ecs", info: target_group_type_vs_network_mode::INFO, page: include_str!("ecs/target_group_type_vs_network_mode/README.md"), check: target_group_type_vs_network_mode::check },
    Rule { id: "unused-suppression", group: "suppression", info: unused_suppression::INFO, page: include_str!("suppression/unused_suppression/README.md"), check: unused_suppression::check },
    Rule { id: "user-data-change-does-not-replace-instance", group: "ec2", info: user_data_change_does_not_replace_instance::INFO, page: include_str!("ec2/user_data_change_does_not_replace_instance/README.md"), check: user_data_change_does_not_replace_instance::check },
    Rule { id: "user-data-missing-shebang", group: "ec2", info: user_data_missing_shebang::INFO, page: include_str!("ec2/user_data_missing_shebang/README.md"), check: user_data_missing_shebang::check },
    Rule { id: "user-data-script-fails-silently", group: "ec2", info: user_data_script_fails_silently::INFO, page: include_str!("ec2/user_data_script_fails_silently/README.md"), check: user_data_script_fails_silently::check },
    Rule { id: "user-data-too-large", group: "ec2", info: user_data_too_large::INFO, page: include_str!("ec2/user_data_too_large/README.md"), check: user_data_too_large::check },
    Rule { id: "user-data-wrong-package-manager", group: "ec2", info: user_data_wrong_package_manager::INFO, page: include_str!("ec2/user_data_wrong_package_manager/README.md"), check: user_data_wrong_package_manager::check },
    Rule { id: "vpc-endpoint-sg-missing-443", group: "network", info: vpc_endpoint_sg_missing_443::INFO, page: include_str!("network/vpc_endpoint_sg_missing_443/README.md"), check: vpc_endpoint_sg_missing_443::check },
    Rule { id: "vpc-endpoints-incomplete", group: "network", info: vpc_endpoints_incomplete::INFO, page: include_str!("network/vpc_endpoints_incomplete/README.md"), check: vpc_endpoints_incomplete::check },
];
