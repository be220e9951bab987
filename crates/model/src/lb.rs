//! Elastic Load Balancing.

use crate::entity::entities;
use crate::{Link, Many, Model, ResourceId, User};

entities! {
    /// An application, network or gateway load balancer.
    LoadBalancer: ["aws_lb", "aws_alb"] | ["AWS::ElasticLoadBalancingV2::LoadBalancer"] {
        /// `application`, `network` or `gateway`.
        kind: str = "load_balancer_type" | "Type", default "application".to_owned();
        /// Its security groups.
        security_groups: links = "security_groups" | "SecurityGroups";
        /// Its subnets.
        subnets: links = "subnets" | "Subnets";
        /// Its subnets as they are written.
        subnets_written: raw = "subnets" | "Subnets";
        /// Its subnets with an address each, in the place of `subnets`; see [`SubnetMapping`].
        subnet_mappings: nodes = "subnet_mapping" | "SubnetMappings";
        /// Whether it has private addresses alone, in Terraform. See [`LoadBalancer::is_internal`].
        internal: bool = "internal" | "", default false;
        /// `internet-facing` or `internal`, in CloudFormation.
        scheme: str = "" | "Scheme", default "internet-facing".to_owned();
    }

    /// A subnet of a load balancer with its address.
    SubnetMapping: ["aws_lb/subnet_mapping"] | ["AWS::ElasticLoadBalancingV2::LoadBalancer/SubnetMappings"] {
        /// The subnet.
        subnet: raw = "subnet_id" | "SubnetId";
    }

    /// A listener.
    Listener: ["aws_lb_listener", "aws_alb_listener"] | ["AWS::ElasticLoadBalancingV2::Listener"] {
        /// Its load balancer.
        load_balancer: links = "load_balancer_arn" | "LoadBalancerArn";
        /// `HTTP`, `HTTPS`, `TLS`...
        protocol: str = "protocol" | "Protocol";
        /// The certificate, in Terraform.
        certificate: raw = "certificate_arn" | "";
        /// The certificates, in CloudFormation.
        certificates: raw = "" | "Certificates";
        /// What it does with requests.
        actions: nodes = "default_action" | "DefaultActions";
    }

    /// A rule of a listener.
    ListenerRule: ["aws_lb_listener_rule", "aws_alb_listener_rule"] | ["AWS::ElasticLoadBalancingV2::ListenerRule"] {
        /// The listener.
        listener: links = "listener_arn" | "ListenerArn";
        /// What it does with requests.
        actions: nodes = "action" | "Actions";
    }

    /// A target put into a group.
    TargetAttachment: ["aws_lb_target_group_attachment", "aws_alb_target_group_attachment"] | [] {
        /// The group.
        target_group: links = "target_group_arn" | "";
        /// The instance.
        target: links = "target_id" | "";
        /// Its port; the group's own when absent.
        port: int = "port" | "";
    }

    /// A target that is written into its group.
    TargetEntry: [] | ["AWS::ElasticLoadBalancingV2::TargetGroup/Targets"] {
        /// The instance.
        target: links = "" | "Id";
        /// Its port; the group's own when absent.
        port: int = "" | "Port";
    }

    /// A target group. Defaults from the API: interval 30 s, timeout 5 s, healthy 5, unhealthy 2 in both languages (Terraform's provider
    /// writes 3 for both thresholds when a `health_check` block does not say).
    TargetGroup: ["aws_lb_target_group", "aws_alb_target_group"] | ["AWS::ElasticLoadBalancingV2::TargetGroup"] {
        /// `instance`, `ip`, `lambda` or `alb`.
        target_type: str = "target_type" | "TargetType", default "instance".to_owned();
        /// `HTTP`, `HTTPS`, `TCP`...
        protocol: str = "protocol" | "Protocol";
        /// The port of the targets.
        port: int = "port" | "Port";
        /// Targets written into it; see [`TargetEntry`].
        targets: nodes = "" | "Targets";
        /// The port of the checks: a number, or `traffic-port`.
        health_check_port: str = "health_check.port" | "HealthCheckPort";
        /// Whether targets are checked.
        health_check_enabled: bool = "health_check.enabled" | "HealthCheckEnabled";
        /// `HTTP`, `TCP`...
        health_check_protocol: str = "health_check.protocol" | "HealthCheckProtocol";
        /// The path of the check.
        health_check_path: str = "health_check.path" | "HealthCheckPath";
        /// The answers that pass: `200`, `200-399`.
        matcher: str = "health_check.matcher" | "Matcher.HttpCode";
        /// Seconds between checks.
        health_check_interval: int = "health_check.interval" | "HealthCheckIntervalSeconds";
        /// Seconds until a check has failed.
        health_check_timeout: int = "health_check.timeout" | "HealthCheckTimeoutSeconds";
        /// Passes in a row until a target is healthy.
        healthy_threshold: int = "health_check.healthy_threshold" | "HealthyThresholdCount";
        /// Failures in a row until a target is unhealthy.
        unhealthy_threshold: int = "health_check.unhealthy_threshold" | "UnhealthyThresholdCount";
    }
}

/// The load balancers whose listeners send to a target group. Not complete when a listener's load balancer is not known.
pub fn load_balancers_of<'m>(model: &'m Model<'m>, target_group: ResourceId) -> Many<ResourceId> {
    let mut out = Many::none();
    let mut listeners: Vec<ResourceId> = Vec::new();
    for used in model.uses(target_group) {
        let User::Resource(by) = used.by else { continue };
        if let Some(rule) = model.get::<ListenerRule<'m>>(by) {
            let links = rule.listener();
            out.complete &= links.complete && links.items.iter().all(|l| l.id().is_some());
            listeners.extend(links.items.iter().filter_map(Link::id));
        } else {
            listeners.push(by);
        }
    }
    for listener in listeners {
        let Some(listener) = model.get::<Listener<'m>>(listener) else { continue };
        for link in listener.load_balancer().items {
            match link.id() {
                Some(id) if !out.items.contains(&id) => out.items.push(id),
                Some(_) => {}
                None => out.complete = false,
            }
        }
    }
    out
}

/// Seconds between health checks when the target group does not say, in both languages.
/// Source: `HealthCheckIntervalSeconds`, Elastic Load Balancing API, CreateTargetGroup ("30 seconds"; Lambda targets 35).
pub const DEFAULT_INTERVAL: i64 = 30;

impl LoadBalancer<'_> {
    /// Whether it has private addresses alone.
    pub fn is_internal(&self) -> crate::Prop<bool> {
        match crate::Entity::node(self).language {
            crate::Language::Terraform => self.internal(),
            crate::Language::CloudFormation | crate::Language::Cdk => {
                self.scheme().convert(|scheme| Some(scheme == "internal"))
            }
        }
    }
}

impl Listener<'_> {
    /// Where its certificate is written, if it has one.
    pub fn certificate_origin(&self) -> Option<iaclint_value::OriginId> {
        let written = [self.certificate(), self.certificates()];
        written.iter().find(|c| !c.is_absent()).map(crate::Prop::origin)
    }
}

impl<'m> TargetGroup<'m> {
    /// Targets written into it.
    pub fn entries(&self) -> Many<TargetEntry<'m>> {
        self.targets().map(crate::Entity::of)
    }

    /// Failures in a row until a target is unhealthy, defaults filled in: Terraform's provider writes 3
    /// (`health_check.unhealthy_threshold`, "Defaults to 3"), the API takes 2 (CreateTargetGroup).
    pub fn unhealthy_after(&self) -> crate::Prop<i64> {
        self.unhealthy_threshold().or(match crate::Entity::node(self).language {
            crate::Language::Terraform => 3_i64,
            crate::Language::CloudFormation | crate::Language::Cdk => 2,
        })
    }

    /// Seconds between checks, the default filled in.
    pub fn interval(&self) -> crate::Prop<i64> {
        self.health_check_interval().or(DEFAULT_INTERVAL)
    }
}
