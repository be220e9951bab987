//! Tasks of ECS that EventBridge starts.

use crate::entity::entities;
use crate::{Entity, Model};

entities! {
    /// A rule of EventBridge with its targets, in CloudFormation.
    EventRule: [] | ["AWS::Events::Rule"] {
        /// Its targets.
        targets: nodes = "" | "Targets";
    }

    /// A target of a rule, in Terraform.
    EventTarget: ["aws_cloudwatch_event_target"] | [] {
        /// The task, if it is one.
        tasks: nodes = "ecs_target" | "";
    }

    /// A task that is started by a rule.
    TaskTarget: ["aws_cloudwatch_event_target/ecs_target"] | ["AWS::Events::Rule/Targets"] {
        /// What is started.
        task_definition: link = "task_definition_arn" | "EcsParameters.TaskDefinitionArn";
        /// Where it stands in the network (awsvpc).
        network_configuration: nodes = "network_configuration" | "EcsParameters.NetworkConfiguration";
    }
}

/// Every task that a rule starts.
pub fn task_targets<'m>(model: &'m Model<'m>) -> Vec<TaskTarget<'m>> {
    let of_terraform = model.all::<EventTarget<'m>>().into_iter().flat_map(|t| t.tasks().items);
    let of_rules = model.all::<EventRule<'m>>().into_iter().flat_map(|r| r.targets().items);
    of_terraform.chain(of_rules).map(TaskTarget::of).collect()
}
