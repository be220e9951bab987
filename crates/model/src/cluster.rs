//! ECS clusters and the machines behind them.

use crate::entity::{Entity, entities};
use crate::{Link, Mode, Model, ResourceId};

entities! {
    /// An ECS cluster.
    Cluster: ["aws_ecs_cluster"] | ["AWS::ECS::Cluster"] {
        /// Its name.
        name: text = "name" | "ClusterName";
        /// Its capacity providers, where it says so itself.
        capacity_providers: links = "" | "CapacityProviders";
        /// The namespace of Service Connect for services that name none.
        connect_namespace: raw = "service_connect_defaults.namespace" | "ServiceConnectDefaults.Namespace";
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
        /// The same, where its machines are of several types.
        mixed_template: links = "mixed_instances_policy.launch_template.launch_template_specification.launch_template_id" | "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId";
        /// What they are made from in the older form.
        launch_configuration: links = "launch_configuration" | "LaunchConfigurationName";
    }
}

impl AutoScalingGroup<'_> {
    /// The one launch template or launch configuration that its machines are made from.
    pub fn template(&self) -> Option<ResourceId> {
        let links = [
            self.launch_template(),
            self.launch_template_name(),
            self.mixed_template(),
            self.launch_configuration(),
        ];
        let mut named = links.iter().filter(|l| !l.items.is_empty() || !l.complete);
        match (named.next(), named.next()) {
            (Some(only), None) if only.complete && only.items.len() == 1 => {
                only.items.first().and_then(Link::id)
            }
            _ => None,
        }
    }
}

/// The capacity providers of a cluster; `None` when there may be others.
pub fn providers_of<'m>(model: &'m Model<'m>, cluster: &Cluster<'m>) -> Option<Vec<Link>> {
    let mut providers = cluster.capacity_providers();
    for tie in model.all::<ClusterCapacity<'m>>() {
        match tie.cluster() {
            Some(of) if of == cluster.id() => providers = providers.and(tie.providers()),
            Some(_) => {}
            None if model.same_root(tie.id(), cluster.id()) => return None,
            None => {}
        }
    }
    providers.complete.then_some(providers.items)
}

/// The groups of machines that a cluster gets its capacity from; `None` when there may be others.
pub fn groups_of<'m>(model: &'m Model<'m>, cluster: &Cluster<'m>) -> Option<Vec<AutoScalingGroup<'m>>> {
    let mut out = Vec::new();
    for link in providers_of(model, cluster)? {
        if let Link::Literal { text, .. } = &link
            && text.starts_with("FARGATE")
        {
            continue;
        }
        out.push(model.get(model.get::<CapacityProvider<'m>>(link.id()?)?.group()?)?);
    }
    Some(out)
}

/// The clusters of others that are looked up by name.
pub fn looked_up_clusters(model: &Model<'_>) -> impl Iterator<Item = ResourceId> {
    let named = Cluster::TABLE.terraform.iter().flat_map(|name| model.graph().of_type(name));
    named.copied().filter(|id| model.resource(*id).mode == Mode::Data)
}
