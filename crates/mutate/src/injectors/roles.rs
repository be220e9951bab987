//! Mistakes in the roles of tasks.

use super::containers::{TASKS, fargate_tasks};
use crate::edit::Edit;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::identity;
use crate::project::{Resource, Slot};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "task-role-trusts-ecs",
        rules: &["ecs-role-trust-policy-wrong"],
        mistake: "let `ecs.amazonaws.com` take a role that is for tasks",
        places: task_role_trusts_ecs,
    },
    Injector {
        id: "secret-action-dropped",
        rules: &["ecs-execution-role-cannot-read-secret"],
        mistake: "allowed the execution role to describe secrets rather than to read them",
        places: secret_action_dropped,
    },
    Injector {
        id: "key-permission-dropped",
        rules: &["ecs-execution-role-missing-kms-decrypt"],
        mistake: "allowed the execution role to encrypt with the key of a secret rather than to decrypt",
        places: key_permission_dropped,
    },
    Injector {
        id: "run-task-dropped",
        rules: &["eventbridge-ecs-target-missing-passrole"],
        mistake: "allowed a schedule to stop tasks rather than to run them",
        places: |sight| {
            only_action(sight, STARTERS, "role_arn | Targets.RoleArn", "ecs:RunTask", "ecs:StopTask")
        },
    },
    Injector {
        id: "pass-role-dropped",
        rules: &["eventbridge-ecs-target-missing-passrole"],
        mistake: "allowed a schedule to read the roles of a task rather than to pass them",
        places: |sight| {
            only_action(sight, STARTERS, "role_arn | Targets.RoleArn", "iam:PassRole", "iam:GetRole")
        },
    },
    Injector {
        id: "log-permission-dropped",
        rules: &["ecs-execution-role-cannot-pull-or-log"],
        mistake: "gave the execution role the managed policy of another service",
        places: managed_policy_of_another,
    },
    Injector {
        id: "parameter-path-empty",
        rules: &["ecs-ssm-parameter-does-not-exist"],
        mistake: "left a part of the path of a parameter empty",
        places: parameter_path_empty,
    },
];

/// What starts tasks by a rule.
const STARTERS: &[&str] = &["aws_cloudwatch_event_target", "AWS::Events::Rule"];
const MANAGED: &str = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
/// The same behind `arn:` and the partition, as the CDK joins it.
const MANAGED_OF_PARTITION: &str = ":iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

/// Roles.
pub(super) const ROLES: &[&str] = &["aws_iam_role", "AWS::IAM::Role"];
/// Policies that belong to a role.
pub(super) const POLICIES: &[&str] =
    &["aws_iam_role_policy", "aws_iam_role_policy_attachment", "AWS::IAM::Policy", "AWS::IAM::RolePolicy"];

/// The values of a resource, and of the policy documents that it names, that are just this text.
pub(super) fn words_of<'p>(sight: &Sight<'p>, resource: &Resource<'p>, words: &[&str]) -> Vec<Slot<'p>> {
    let mut rooms = vec![*resource];
    let mut at = 0;
    while let Some(room) = rooms.get(at).copied() {
        at += 1;
        for named in sight.mentions.by(&room) {
            if let Some(other) = sight.mentions.resource(&named)
                && (other.is_data && other.kind == "aws_iam_policy_document"
                    || other.kind == "aws_iam_policy")
                && !rooms.iter().any(|r| identity(r) == identity(&other))
            {
                rooms.push(other);
            }
        }
    }
    let mut out = Vec::new();
    for room in rooms {
        for node in room.body.walk() {
            let slots = node.members().iter().map(|m| Slot {
                document: room.document,
                holder: node,
                member: Some(m),
                node: &m.value,
            });
            let elements = node.elements().iter().map(|e| Slot {
                document: room.document,
                holder: node,
                member: None,
                node: e,
            });
            out.extend(
                slots.chain(elements).filter(|s| s.node.literal().is_some_and(|l| words.contains(&l))),
            );
        }
    }
    out
}

fn task_role_trusts_ecs(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for role in sight.resources(ROLES) {
        let tasks = sight.users(&role, TASKS, "execution_role_arn | ExecutionRoleArn");
        let own = sight.users(&role, TASKS, "task_role_arn | TaskRoleArn");
        if tasks.is_empty() && own.is_empty() {
            continue;
        }
        for slot in words_of(sight, &role, &["ecs-tasks.amazonaws.com"]) {
            let mut place = sight.reworded(&role, slot, "ecs.amazonaws.com");
            for task in tasks.iter().chain(&own) {
                place = place.concerning(task);
            }
            out.push(place);
        }
    }
    out
}

/// Where no other statement of the role allows the same.
fn secret_action_dropped(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for role in sight.resources(ROLES) {
        let tasks = sight.users(&role, TASKS, "execution_role_arn | ExecutionRoleArn");
        let Some(task) = tasks.iter().find(|t| {
            t.document.slice(&t.whole.span).contains("arn:aws:secretsmanager") || reads_secrets(sight, t)
        }) else {
            continue;
        };
        let mut holders = sight.users(&role, POLICIES, "role | Roles");
        holders.extend(sight.users(&role, POLICIES, "role | RoleName"));
        holders.push(role);
        let mut actions = Vec::new();
        let mut wide = 0;
        for holder in &holders {
            for slot in words_of(sight, holder, &["secretsmanager:GetSecretValue"]) {
                if !actions.iter().any(|s: &Slot<'_>| std::ptr::eq(s.node, slot.node)) {
                    actions.push(slot);
                }
            }
            wide += words_of(
                sight,
                holder,
                &["secretsmanager:*", "secretsmanager:Get*", "SecretsManagerReadWrite"],
            )
            .len();
        }
        if let ([slot], 0) = (&actions[..], wide) {
            out.push(sight.reworded(&role, *slot, "secretsmanager:DescribeSecret").concerning(task));
        }
    }
    out
}

/// Whether a container is given something out of a secret.
fn reads_secrets<'p>(sight: &Sight<'p>, task: &Resource<'p>) -> bool {
    let path = "container_definitions.secrets.valueFrom | ContainerDefinitions.Secrets.ValueFrom";
    let named = sight.mentions.at(task, path);
    named
        .iter()
        .filter_map(|n| sight.mentions.resource(n))
        .any(|r| r.kind.to_lowercase().contains("secretsmanager"))
}

/// Where something of the project that keeps secrets is encrypted with a key that is named: that of AWS lets everybody of the account decrypt.
fn key_permission_dropped(sight: &Sight<'_>) -> Vec<Place> {
    let kept = [
        ("aws_secretsmanager_secret", "kms_key_id"),
        ("aws_ssm_parameter", "key_id"),
        ("AWS::SecretsManager::Secret", "KmsKeyId"),
    ];
    let is_own =
        |(kind, path): &(&str, &str)| sight.resources(&[kind]).iter().any(|r| !r.at(path).is_empty());
    if !kept.iter().any(is_own) {
        return Vec::new();
    }
    let mut out =
        only_action(sight, TASKS, "execution_role_arn | ExecutionRoleArn", "kms:Decrypt", "kms:Encrypt");
    out.extend(key_statement_reworded(sight));
    out
}

/// Where the policies of an execution role say nothing of keys, and one statement of a key's own policy names the role: so the CDK grants it.
fn key_statement_reworded(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for role in sight.resources(ROLES) {
        let tasks = sight.users(&role, TASKS, "ExecutionRoleArn");
        let Some(task) = tasks.iter().find(|task| reads_secrets(sight, task)) else { continue };
        let mut holders = sight.users(&role, POLICIES, "Roles");
        holders.push(role);
        if holders.iter().any(|h| h.document.slice(&h.whole.span).contains("kms:")) {
            continue;
        }
        for key in sight.resources(&["AWS::KMS::Key"]) {
            let all = key.at("KeyPolicy.Statement");
            let mut statements: Vec<Slot<'_>> = all.iter().flat_map(Slot::elements).collect();
            statements.retain(|statement| {
                let named = statement.step("Principal");
                named.iter().any(|slot| sight.mentions.in_slot(slot).contains(&identity(&role)))
            });
            let actions: Vec<Slot<'_>> = statements.iter().flat_map(|s| s.step("Action")).collect();
            if let [action] = actions[..]
                && action.node.literal() == Some("kms:Decrypt")
            {
                out.push(sight.reworded(&key, action, "kms:Encrypt").concerning(task).concerning(&role));
            }
        }
    }
    out
}

/// Where the action is written once in the policies of a role that something names at a path, and nothing wider is.
fn only_action(sight: &Sight<'_>, kinds: &[&str], path: &str, action: &str, wrong: &str) -> Vec<Place> {
    let mut out = Vec::new();
    let any = format!("{}:*", action.split(':').next().unwrap_or_default());
    for role in sight.resources(ROLES) {
        let mut users = sight.users(&role, kinds, path);
        // Of what starts things, only what starts tasks counts.
        users.retain(|user| {
            !STARTERS.contains(&user.kind) || !user.at("ecs_target | Targets.EcsParameters").is_empty()
        });
        let Some(user) = users.first() else { continue };
        let mut holders = sight.users(&role, POLICIES, "role | Roles");
        holders.push(role);
        let mut found: Vec<Slot<'_>> = Vec::new();
        let mut is_wide = false;
        for holder in &holders {
            is_wide |= !words_of(sight, holder, &[&any]).is_empty();
            for slot in words_of(sight, holder, &[action]) {
                if !found.iter().any(|s| std::ptr::eq(s.node, slot.node)) {
                    found.push(slot);
                }
            }
        }
        if let ([slot], false) = (&found[..], is_wide) {
            out.push(sight.reworded(&role, *slot, wrong).concerning(user));
        }
    }
    out
}

/// Where the managed policy for execution roles is all that lets a role pull and log, by its name, and the tasks are on Fargate: on machines
/// the machine's own role pulls as well.
fn managed_policy_of_another(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for role in sight.resources(ROLES) {
        let tasks = fargate_tasks(sight);
        let user =
            tasks.iter().find(|t| sight.mentions.names(t, "execution_role_arn | ExecutionRoleArn", &role));
        let Some(task) = user else { continue };
        let mut holders = sight.users(&role, POLICIES, "role | Roles");
        holders.push(role);
        let says = |words: &[&str]| holders.iter().any(|h| !words_of(sight, h, words).is_empty());
        // What lets a role log lets it not pull from a registry of AWS.
        let is_pulled = task.document.slice(&task.whole.span).contains(".dkr.ecr.");
        let is_more = says(&["ecr:*", "ecr:BatchGetImage", "ecr:GetAuthorizationToken"])
            || !is_pulled && says(&["logs:*", "logs:PutLogEvents"]);
        let found: Vec<Slot<'_>> =
            holders.iter().flat_map(|h| words_of(sight, h, &[MANAGED, MANAGED_OF_PARTITION])).collect();
        if let ([slot], false) = (&found[..], is_more) {
            let wrong = slot
                .node
                .literal()
                .unwrap_or_default()
                .replace("AmazonECSTaskExecutionRolePolicy", "AmazonEC2ContainerServiceEventsRole");
            out.push(sight.reworded(&role, *slot, &wrong).concerning(task));
        }
    }
    out
}

/// Where the name of a parameter is written with a hole or a word between two slashes: in a task, or in a list of settings that modules hand
/// on to one.
fn parameter_path_empty(sight: &Sight<'_>) -> Vec<Place> {
    let tasks = sight.resources(TASKS);
    let mut given: Vec<(Resource<'_>, Slot<'_>)> = Vec::new();
    for task in &tasks {
        let path = "container_definitions.secrets.valueFrom | ContainerDefinitions.Secrets.ValueFrom";
        given.extend(task.at(path).into_iter().map(|slot| (*task, slot)));
    }
    for document in sight.project.documents.iter().filter(|d| d.is_terraform()) {
        let Some(task) = tasks.first() else { break };
        for holder in document.root.walk() {
            for member in holder.members().iter().filter(|m| m.key == "valueFrom") {
                let slot = Slot { document, holder, member: Some(member), node: &member.value };
                if !given.iter().any(|(_, known)| std::ptr::eq(known.node, slot.node)) {
                    given.push((*task, slot));
                }
            }
        }
    }
    let mut out = Vec::new();
    for (task, slot) in given {
        let text = slot.text();
        let Some(at) = text.find(":parameter/").map(|at| at + ":parameter/".len()) else { continue };
        let parts: Vec<&str> = text.get(at..).unwrap_or_default().split('/').collect();
        if let [first, second, _, ..] = &parts[..] {
            let start = slot.node.span.start + at + first.len() + 1;
            let place = sight.place(&task, slot, [Edit::new(start..start + second.len(), "")]);
            let is_own = task.document.path == slot.document.path;
            out.push(if is_own { place } else { tasks.iter().fold(place, Place::concerning) });
        }
    }
    out
}
