//! Mistakes in services: what they say of their containers, network and deployments.

use super::containers::TASKS;
use crate::injector::{Injector, Place, Sight};
use crate::project::{Resource, Slot};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "container-renamed",
        rules: &["ecs-lb-container-name-mismatch"],
        mistake: "renamed the container that a service sends traffic to, in the service alone",
        places: |sight| {
            load_balancer(sight, "load_balancer.container_name | LoadBalancers.ContainerName", "web-frontend")
        },
    },
    Injector {
        id: "container-port-changed",
        rules: &["ecs-lb-container-name-mismatch"],
        mistake: "changed the port that a service sends traffic to, in the service alone",
        places: |sight| {
            load_balancer(sight, "load_balancer.container_port | LoadBalancers.ContainerPort", "8099")
        },
    },
    Injector {
        id: "network-configuration-forgotten",
        rules: &["ecs-network-configuration-mismatch"],
        mistake: "left the network configuration of a service out",
        places: network_configuration_forgotten,
    },
    Injector {
        id: "deployment-without-headroom",
        rules: &["ecs-deployment-percent-no-headroom"],
        mistake: "set the maximum percent of a deployment to the 100 of its minimum",
        places: deployment_without_headroom,
    },
    Injector {
        id: "target-type-instance",
        rules: &["target-group-type-vs-network-mode"],
        mistake: "left the target type of a group for tasks at `instance`",
        places: target_type_instance,
    },
    Injector {
        id: "grace-period-forgotten",
        rules: &["ecs-service-no-health-check-grace-period"],
        mistake: "left the grace period of a service behind a load balancer out",
        places: grace_period_forgotten,
    },
    Injector {
        id: "health-check-timeout-above-interval",
        rules: &["target-group-health-check-cannot-pass"],
        mistake: "gave a health check a timeout of 60 seconds, above its interval",
        places: timeout_above_interval,
    },
];

/// Services.
pub(super) const SERVICES: &[&str] = &["aws_ecs_service", "AWS::ECS::Service"];
/// Target groups.
pub(super) const TARGET_GROUPS: &[&str] =
    &["aws_lb_target_group", "aws_alb_target_group", "AWS::ElasticLoadBalancingV2::TargetGroup"];

/// The task definition of a service.
pub(super) fn task_of<'p>(sight: &Sight<'p>, service: &Resource<'p>) -> Option<Resource<'p>> {
    sight.named(service, "task_definition | TaskDefinition", TASKS).into_iter().next()
}

fn is_awsvpc(task: &Resource<'_>) -> bool {
    task.at("network_mode | NetworkMode").iter().any(|slot| slot.node.literal() == Some("awsvpc"))
}

/// Where the service names its container itself, and the task definition is here.
fn load_balancer(sight: &Sight<'_>, path: &str, wrong: &str) -> Vec<Place> {
    let mut out = Vec::new();
    for service in sight.resources(SERVICES) {
        let Some(task) = task_of(sight, &service) else { continue };
        let wrong = if wrong.parse::<u32>().is_ok() { wrong.to_owned() } else { format!("\"{wrong}\"") };
        for slot in service.at(path) {
            out.push(sight.replaced(&service, slot, &wrong).concerning(&task));
        }
    }
    out
}

fn network_configuration_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for service in sight.resources(SERVICES) {
        if task_of(sight, &service).is_some_and(|task| is_awsvpc(&task)) {
            for slot in service.at("network_configuration | NetworkConfiguration") {
                out.extend(sight.without(&service, slot));
            }
        }
    }
    out
}

/// Where the minimum is written as 100, and not no task is wanted.
fn deployment_without_headroom(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for service in sight.resources(SERVICES) {
        let minimum = sight.written(
            &service,
            "deployment_minimum_healthy_percent | DeploymentConfiguration.MinimumHealthyPercent",
        );
        if minimum.is_empty() || minimum.iter().any(|slot| slot.node.literal() != Some("100")) {
            continue;
        }
        let wanted = sight.written(&service, "desired_count | DesiredCount");
        let is_none = |slot: &Slot<'_>| {
            slot.node.literal().or_else(|| parameter_default(slot)).is_some_and(|count| count == "0")
        };
        if wanted.iter().any(is_none) {
            continue;
        }
        for slot in
            sight.written(&service, "deployment_maximum_percent | DeploymentConfiguration.MaximumPercent")
        {
            out.push(sight.reworded(&service, slot, "100"));
        }
    }
    out
}

/// What a parameter of a template is when nobody says otherwise.
fn parameter_default<'p>(slot: &Slot<'p>) -> Option<&'p str> {
    let name = slot.node.literal_of("Ref")?;
    slot.document.root.get("Parameters")?.value.get(name)?.value.literal_of("Default")
}

/// Where a service of tasks with addresses of their own is registered with the group.
fn target_type_instance(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for group in sight.resources(TARGET_GROUPS) {
        let services =
            sight.users(&group, SERVICES, "load_balancer.target_group_arn | LoadBalancers.TargetGroupArn");
        let Some(service) = services.iter().find(|s| task_of(sight, s).is_some_and(|t| is_awsvpc(&t))) else {
            continue;
        };
        for slot in sight.written(&group, "target_type | TargetType") {
            if slot.node.literal() == Some("ip") {
                out.push(sight.reworded(&group, slot, "instance").concerning(service));
            }
        }
    }
    out
}

/// Where a container migrates before it serves, or its own health check allows a start period, and the target group gives up sooner: before
/// that period is over, or, of a migration, before the grace period that was written. Where the group waits as long by itself, or how long it
/// waits is not written, nothing is lost with the grace period.
fn grace_period_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for service in sight.resources(SERVICES) {
        let path = "health_check_grace_period_seconds | HealthCheckGracePeriodSeconds";
        let grace = sight.written(&service, path).iter().filter_map(seconds).max();
        let Some((task, grace)) = task_of(sight, &service).zip(grace) else { continue };
        let words = task.document.slice(&task.whole.span).to_lowercase();
        let periods = task.at(
            "container_definitions.healthCheck.startPeriod | ContainerDefinitions.HealthCheck.StartPeriod",
        );
        let allowed = periods.iter().filter_map(seconds).max();
        let migrates = ["migrat", "alembic"].iter().any(|word| words.contains(word));
        let needed = if migrates { Some(grace) } else { allowed.map(|seconds| seconds.min(grace)) };
        let groups = sight.named(
            &service,
            "load_balancer.target_group_arn | LoadBalancers.TargetGroupArn",
            TARGET_GROUPS,
        );
        let waits: Option<Vec<u32>> = groups.iter().map(|group| gives_up(sight, group)).collect();
        let Some((needed, least)) = needed.zip(waits.and_then(|all| all.into_iter().min())) else { continue };
        if least < needed {
            out.extend(service.at(path).into_iter().filter_map(|slot| sight.without(&service, slot)));
        }
    }
    out
}

fn seconds(slot: &Slot<'_>) -> Option<u32> {
    slot.node.literal()?.parse().ok()
}

/// The seconds after which a target group calls a silent target unhealthy, where they are written or are those of AWS.
fn gives_up(sight: &Sight<'_>, group: &Resource<'_>) -> Option<u32> {
    let number = |path: &str, unwritten: u32| match &sight.written(group, path)[..] {
        [] => Some(unwritten),
        slots => slots.iter().map(seconds).collect::<Option<Vec<u32>>>()?.into_iter().min(),
    };
    let unwritten = if group.document.is_terraform() { 3 } else { 2 };
    let threshold = number("health_check.unhealthy_threshold | UnhealthyThresholdCount", unwritten)?;
    Some(number("health_check.interval | HealthCheckIntervalSeconds", 30)? * threshold)
}

fn timeout_above_interval(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for group in sight.resources(TARGET_GROUPS) {
        let interval = sight.written(&group, "health_check.interval | HealthCheckIntervalSeconds");
        let number = |text: Option<&str>| text.and_then(|t| t.parse::<u32>().ok());
        if interval.iter().any(|slot| number(slot.node.literal()).is_none_or(|seconds| seconds > 60)) {
            continue;
        }
        for slot in sight.written(&group, "health_check.timeout | HealthCheckTimeoutSeconds") {
            out.push(sight.reworded(&group, slot, "60"));
        }
    }
    out
}
