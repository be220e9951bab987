//! ECS clusters and the machines behind them.

use crate::entity::entities;

entities! {
    /// An ECS cluster.
    Cluster: ["aws_ecs_cluster"] | ["AWS::ECS::Cluster"] {
        /// Its name.
        name: text = "name" | "ClusterName";
        /// Its capacity providers, where it says so itself.
        capacity_providers: links = "" | "CapacityProviders";
    }

    /// What ties capacity providers to a cluster.
    ClusterCapacity: ["aws_ecs_cluster_capacity_providers"] | ["AWS::ECS::ClusterCapacityProviderAssociations"] {
        /// The cluster.
        cluster: link = "cluster_name" | "Cluster";
        /// The capacity providers.
        providers: links = "capacity_providers" | "CapacityProviders";
    }

    /// Machines that a cluster may use.
    CapacityProvider: ["aws_ecs_capacity_provider"] | ["AWS::ECS::CapacityProvider"] {
        /// The group of machines.
        group: link = "auto_scaling_group_provider.auto_scaling_group_arn" | "AutoScalingGroupProvider.AutoScalingGroupArn";
    }

    /// A group of machines.
    AutoScalingGroup: ["aws_autoscaling_group"] | ["AWS::AutoScaling::AutoScalingGroup"] {
        /// The most machines that it has.
        max_size: int = "max_size" | "MaxSize";
        /// What they are made from.
        launch_template: links = "launch_template.id" | "LaunchTemplate.LaunchTemplateId";
        /// The same by name.
        launch_template_name: links = "launch_template.name" | "LaunchTemplate.LaunchTemplateName";
        /// What they are made from in the older form.
        launch_configuration: links = "launch_configuration" | "LaunchConfigurationName";
    }
}
