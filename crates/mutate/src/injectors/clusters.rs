//! Mistakes with clusters of machines: which cluster they join, and which of their ports tasks take.

use super::containers::TASKS;
use super::services::{SERVICES, task_of};
use crate::edit::Edit;
use crate::injector::{Injector, Place, Sight};
use crate::project::Slot;

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "machines-of-another-cluster",
        rules: &["ecs-instance-not-joining-cluster"],
        mistake: "had the machines of a cluster join one of another name",
        places: machines_of_another_cluster,
    },
    Injector {
        id: "machines-without-profile",
        rules: &["ecs-instance-not-joining-cluster"],
        mistake: "gave the machines of a cluster no instance profile",
        places: machines_without_profile,
    },
    Injector {
        id: "host-port-fixed",
        rules: &["ecs-static-host-port-deployment-deadlock"],
        mistake: "gave a container a fixed port of its machine, though no machine is to spare",
        places: host_port_fixed,
    },
];

const TEMPLATES: &[&str] = &[
    "aws_launch_template",
    "aws_launch_configuration",
    "AWS::EC2::LaunchTemplate",
    "AWS::AutoScaling::LaunchConfiguration",
];

/// Where user data writes `ECS_CLUSTER=`, in the template itself or in the file that it names.
fn machines_of_another_cluster(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for template in sight.resources(TEMPLATES) {
        let text = template.document.slice(&template.whole.span);
        let Some(at) = text.find("ECS_CLUSTER=") else { continue };
        let start = template.whole.span.start + at + "ECS_CLUSTER=".len();
        let rest = template.document.text.get(start..).unwrap_or_default();
        // A name or a hole, up to the space, line end or quote behind it.
        let end = rest.find([' ', '\n', '"', '\\', '\'', '>']).unwrap_or(rest.len());
        if end == 0 {
            continue;
        }
        let slot = Slot {
            document: template.document,
            holder: template.holder,
            member: Some(template.whole),
            node: &template.whole.value,
        };
        out.push(sight.place(&template, slot, [Edit::new(start..start + end, "batch")]));
    }
    out
}

/// Where the template of a machine that joins a cluster has one.
fn machines_without_profile(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for template in sight.resources(TEMPLATES) {
        if !template.document.slice(&template.whole.span).contains("ECS_CLUSTER") {
            continue;
        }
        let paths = [
            "iam_instance_profile | LaunchTemplateData.IamInstanceProfile",
            "iam_instance_profile | IamInstanceProfile",
        ];
        for slot in paths.iter().flat_map(|path| template.at(path)) {
            out.extend(sight.without(&template, slot));
        }
    }
    out
}

/// Where a service in bridge mode lets the machine choose, keeps all its tasks during a deployment, and the group of machines has as many as there are tasks.
fn host_port_fixed(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    let groups = sight.resources(&["aws_autoscaling_group", "AWS::AutoScaling::AutoScalingGroup"]);
    let number = |slots: &[Slot<'_>]| slots.first().and_then(|s| s.node.literal()?.parse::<u32>().ok());
    let most = groups.iter().filter_map(|g| number(&sight.written(g, "max_size | MaxSize"))).max();
    for service in sight.resources(SERVICES) {
        let Some(task) = task_of(sight, &service) else { continue };
        let wanted = number(&sight.written(&service, "desired_count | DesiredCount"));
        let minimum = number(&sight.written(
            &service,
            "deployment_minimum_healthy_percent | DeploymentConfiguration.MinimumHealthyPercent",
        ));
        let is_bridge =
            task.at("network_mode | NetworkMode").iter().all(|s| s.node.literal() == Some("bridge"));
        if !is_bridge || minimum.is_some_and(|m| m < 100) || wanted.is_none() || wanted < most {
            continue;
        }
        debug_assert!(TASKS.contains(&task.kind));
        let path = "container_definitions.portMappings.hostPort | ContainerDefinitions.PortMappings.HostPort";
        for slot in task.at(path).into_iter().filter(|slot| slot.node.literal() == Some("0")) {
            out.push(sight.reworded(&task, slot, "8080").concerning(&service));
        }
    }
    out
}
