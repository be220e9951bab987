//! Mistakes in task definitions: sizes, names of logs, secrets.

use super::firewall::told;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::{Named, identity};
use crate::project::{Resource, Slot};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "task-memory-off-the-grid",
        rules: &["fargate-invalid-cpu-memory"],
        mistake: "gave a Fargate task 1000 MiB, thinking in thousands",
        places: |sight| fargate_sizes(sight, "memory | Memory", "1000"),
    },
    Injector {
        id: "task-cpu-in-percent",
        rules: &["fargate-invalid-cpu-memory"],
        mistake: "gave a Fargate task 50 CPU units, meaning half a processor",
        places: |sight| fargate_sizes(sight, "cpu | Cpu", "50"),
    },
    Injector {
        id: "container-memory-above-task",
        rules: &["fargate-container-memory-exceeds-task"],
        mistake: "raised the memory of one container to twice that of its task",
        places: container_memory_above_task,
    },
    Injector {
        id: "log-group-misspelt",
        rules: &["ecs-awslogs-group-missing"],
        mistake: "wrote the name of a container's log group out, with another separator",
        places: log_group_misspelt,
    },
    Injector {
        id: "execution-role-forgotten",
        rules: &["ecs-execution-role-missing"],
        mistake: "left the execution role of a task definition out",
        places: execution_role_forgotten,
    },
    Injector {
        id: "secret-arn-cut",
        rules: &["ecs-secret-arn-malformed"],
        mistake: "left the two colons behind the key of a secret out",
        places: secret_arn_cut,
    },
    Injector {
        id: "tls-turned-off",
        rules: &["rds-postgres15-force-ssl"],
        mistake: "turned TLS off for a client of PostgreSQL that had it on",
        places: tls_turned_off,
    },
];

/// Databases of RDS.
const DATABASES: &[&str] =
    &["aws_db_instance", "aws_rds_cluster", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"];
/// Task definitions.
pub(super) const TASKS: &[&str] = &["aws_ecs_task_definition", "AWS::ECS::TaskDefinition"];

/// Task definitions that say that they are for Fargate.
pub(super) fn fargate_tasks<'p>(sight: &Sight<'p>) -> Vec<Resource<'p>> {
    let mut tasks = sight.resources(TASKS);
    tasks.retain(|task| {
        let compatible = task.at("requires_compatibilities | RequiresCompatibilities");
        compatible.iter().any(|slot| slot.text().contains("FARGATE"))
    });
    tasks
}

fn fargate_sizes(sight: &Sight<'_>, path: &str, size: &str) -> Vec<Place> {
    let mut out = Vec::new();
    for task in fargate_tasks(sight) {
        let numbers = sight.written(&task, path).into_iter().filter(|s| number(s).is_some());
        out.extend(numbers.map(|slot| sight.reworded(&task, slot, size)));
    }
    out
}

fn number(slot: &Slot<'_>) -> Option<f64> {
    slot.node.literal()?.parse().ok()
}

/// Where both sizes are written as numbers.
fn container_memory_above_task(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for task in sight.resources(TASKS) {
        let sizes: Vec<f64> = sight.written(&task, "memory | Memory").iter().filter_map(number).collect();
        let Some(most) = sizes.into_iter().reduce(f64::max) else { continue };
        for path in [
            "container_definitions.memory | ContainerDefinitions.Memory",
            "container_definitions.memoryReservation | ContainerDefinitions.MemoryReservation",
        ] {
            let numbers = sight.written(&task, path).into_iter().filter(|s| number(s).is_some());
            out.extend(numbers.map(|slot| sight.reworded(&task, slot, &(most * 2.0).to_string())));
        }
    }
    out
}

/// Where the group is declared beside the task and has a name of its own.
fn log_group_misspelt(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    let path = "container_definitions.logConfiguration.options.awslogs-group | ContainerDefinitions.LogConfiguration.Options.awslogs-group";
    for task in sight.resources(TASKS) {
        for slot in task.at(path) {
            for group in sight.resources(&["aws_cloudwatch_log_group", "AWS::Logs::LogGroup"]) {
                let Some(name) = group.at("name | LogGroupName").first().copied() else { continue };
                let is_meant = sight.mentions.in_slot(&slot).contains(&crate::mentions::identity(&group))
                    || slot.node.literal().is_some() && slot.node.literal() == name.node.literal();
                let words = name.text();
                // The words mean the same in the task's file, and there is a separator to get wrong.
                let same_scope =
                    group.document.directory() == slot.document.directory() && !words.contains("each.");
                if is_meant
                    && same_scope
                    && let Some((before, after)) = words.rsplit_once('/')
                {
                    let place = sight.replaced(&task, slot, &format!("{before}-{after}"));
                    out.push(place.concerning(&group));
                }
            }
        }
    }
    out
}

/// Where the containers need one: they are on Fargate and log, or are given secrets.
fn execution_role_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for task in fargate_tasks(sight) {
        let logs = task.document.slice(&task.whole.span);
        if !logs.contains("awslogs") && !logs.to_lowercase().contains("valuefrom") {
            continue;
        }
        for slot in task.at("execution_role_arn | ExecutionRoleArn") {
            out.extend(sight.without(&task, slot));
        }
    }
    out
}

/// Where a key and two empty parts stand behind the ARN: `…:password::`.
fn secret_arn_cut(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for task in sight.resources(TASKS) {
        for slot in
            task.at("container_definitions.secrets.valueFrom | ContainerDefinitions.Secrets.ValueFrom")
        {
            let written = slot.text();
            let Some(at) = written.rfind("::\"") else { continue };
            let start = slot.node.span.start + at;
            out.push(sight.place(&task, slot, [crate::edit::Edit::new(start..start + 2, "")]));
        }
    }
    out
}

/// Where a setting of a container demands TLS by the name that PostgreSQL's own library reads, and the task is told of a database of RDS.
fn tls_turned_off(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    let databases: Named = sight.resources(DATABASES).iter().map(identity).collect();
    for task in sight.resources(TASKS) {
        if told(sight, &task).is_disjoint(&databases) {
            continue;
        }
        for setting in task.at("container_definitions.environment | ContainerDefinitions.Environment") {
            for element in setting.elements() {
                let name = element.node.literal_of("name").or_else(|| element.node.literal_of("Name"));
                if !name.is_some_and(|name| name.ends_with("SSLMODE")) {
                    continue;
                }
                let values = element.step("value").into_iter().chain(element.step("Value"));
                let on = values.filter(|v| v.node.literal().is_some_and(|mode| mode != "disable"));
                out.extend(on.map(|slot| sight.reworded(&task, slot, "disable")));
            }
        }
    }
    out
}
