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

/// Where a setting of a container demands TLS by the name that PostgreSQL's own library reads, and the task is told of a database of RDS that
/// takes nothing else. The settings may stand in a local of the task's module, as a list or as a map that becomes one.
fn tls_turned_off(sight: &Sight<'_>) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    let databases: Named =
        sight.resources(DATABASES).iter().filter(|d| demands_tls(sight, d)).map(identity).collect();
    for task in sight.resources(TASKS) {
        if told(sight, &task).is_disjoint(&databases) {
            continue;
        }
        let lists = task.at("container_definitions.environment | ContainerDefinitions.Environment");
        let lists: Vec<Slot<'_>> = lists.into_iter().flat_map(|slot| sight.project.written(slot)).collect();
        for slot in lists.iter().flat_map(modes) {
            let place = sight.reworded(&task, slot, "disable");
            // What several tasks share is wrong once.
            match out.iter_mut().find(|known| known.path == place.path && known.edits == place.edits) {
                Some(known) => known.names.extend(place.names),
                None => out.push(place),
            }
        }
    }
    out
}

/// The modes that demand TLS in a list of settings, or in a text that makes one.
fn modes<'p>(settings: &Slot<'p>) -> Vec<Slot<'p>> {
    let is_mode = |name: &str| name.ends_with("SSLMODE");
    let mut out = Vec::new();
    for node in settings.node.walk() {
        let name = node.literal_of("name").or_else(|| node.literal_of("Name"));
        for member in node.members() {
            let is_value = name.is_some_and(is_mode) && matches!(member.key.as_str(), "value" | "Value");
            if is_value || is_mode(&member.key) {
                out.push(Slot {
                    document: settings.document,
                    holder: node,
                    member: Some(member),
                    node: &member.value,
                });
            }
        }
    }
    out.retain(|slot| slot.node.literal().is_some_and(|mode| mode != "disable"));
    out
}

/// Whether a database says that it takes connections with TLS alone, or says nothing and is of a version that does so by itself.
fn demands_tls(sight: &Sight<'_>, database: &Resource<'_>) -> bool {
    let groups = sight.named(
        database,
        "parameter_group_name | DBParameterGroupName",
        &["aws_db_parameter_group", "AWS::RDS::DBParameterGroup"],
    );
    let says = groups.iter().find_map(|group| {
        let (_, behind) = group.document.slice(&group.whole.span).split_once("rds.force_ssl")?;
        behind.chars().find(char::is_ascii_digit)
    });
    let is = |path: &str, test: fn(&str) -> bool| {
        let written = sight.written(database, path);
        !written.is_empty() && written.iter().all(|slot| slot.node.literal().is_some_and(test))
    };
    let since = |version: &str| version.split('.').next().and_then(|v| v.parse::<u32>().ok()) >= Some(15);
    match says {
        Some(on) => on == '1',
        None => {
            matches!(database.kind, "aws_db_instance" | "AWS::RDS::DBInstance")
                && is("engine | Engine", |engine| engine == "postgres")
                && is("engine_version | EngineVersion", since)
        }
    }
}
