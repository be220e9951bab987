//! Amazon ECS: services, task definitions, containers.

use iaclint_value::{Piece, Value};

use crate::entity::entities;
use crate::images::repository;
use crate::{Entity, Many, Prop, ResourceId};

entities! {
    /// An ECS service.
    Service: ["aws_ecs_service"] | ["AWS::ECS::Service"] {
        /// Its task definition, when it is one resource of the graph.
        task_definition: link = "task_definition" | "TaskDefinition";
        /// Its cluster.
        cluster: links = "cluster" | "Cluster";
        /// Number of tasks.
        desired_count: int = "desired_count" | "DesiredCount";
        /// Seconds in which failing health checks are ignored after a task starts.
        grace_period: int = "health_check_grace_period_seconds" | "HealthCheckGracePeriodSeconds";
        /// `EC2`, `FARGATE` or `EXTERNAL`.
        launch_type: str = "launch_type" | "LaunchType";
        /// `REPLICA` or `DAEMON`.
        scheduling_strategy: str = "scheduling_strategy" | "SchedulingStrategy", default "REPLICA".to_owned();
        /// `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
        deployment_controller: str = "deployment_controller.type" | "DeploymentController.Type", default "ECS".to_owned();
        /// Whether the deployment circuit breaker is on.
        circuit_breaker: bool = "deployment_circuit_breaker.enable" | "DeploymentConfiguration.DeploymentCircuitBreaker.Enable", default false;
        /// Whether the circuit breaker goes back to the last deployment that worked.
        circuit_breaker_rollback: bool = "deployment_circuit_breaker.rollback" | "DeploymentConfiguration.DeploymentCircuitBreaker.Rollback";
        /// Whether `terraform apply` waits until the service is stable.
        wait_for_steady_state: bool = "wait_for_steady_state" | "", default false;
        /// How long `terraform apply` waits for an update: `20m`.
        update_timeout: raw = "timeouts.update" | "";
        /// The part of the tasks in percent that must run during a deployment.
        minimum_healthy_percent: int = "deployment_minimum_healthy_percent" | "DeploymentConfiguration.MinimumHealthyPercent";
        /// The part of the tasks in percent that may run during a deployment.
        maximum_percent: int = "deployment_maximum_percent" | "DeploymentConfiguration.MaximumPercent";
        /// Whether alarms end a deployment.
        deployment_alarms: bool = "alarms.enable" | "DeploymentConfiguration.Alarms.Enable", default false;
        /// Subnets of its tasks (awsvpc).
        subnets: links = "network_configuration.subnets" | "NetworkConfiguration.AwsvpcConfiguration.Subnets";
        /// Security groups of its tasks (awsvpc).
        security_groups: links = "network_configuration.security_groups" | "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups";
        /// Whether its tasks get a public address (awsvpc); see [`Service::public_ip`].
        assign_public_ip: raw = "network_configuration.assign_public_ip" | "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp";
        /// What decides the launch type when it is not written.
        capacity_providers: nodes = "capacity_provider_strategy" | "CapacityProviderStrategy";
        /// Where its tasks stand in the network (awsvpc).
        network_configuration: nodes = "network_configuration" | "NetworkConfiguration";
        /// Load balancers; see [`ServiceLoadBalancer`].
        load_balancers: nodes = "load_balancer" | "LoadBalancers";
        /// What registers its tasks; see [`crate::discovery::ServiceRegistry`].
        registries: nodes = "service_registries" | "ServiceRegistries";
        /// Its part in Service Connect; see [`crate::discovery::ServiceConnect`].
        connect: nodes = "service_connect_configuration" | "ServiceConnectConfiguration";
    }

    /// A load balancer of a service.
    ServiceLoadBalancer: ["aws_ecs_service/load_balancer"] | ["AWS::ECS::Service/LoadBalancers"] {
        /// The target group.
        target_group: link = "target_group_arn" | "TargetGroupArn";
        /// The container that receives the traffic.
        container_name: str = "container_name" | "ContainerName";
        /// Its port.
        container_port: int = "container_port" | "ContainerPort";
    }

    /// A task definition.
    TaskDefinition: ["aws_ecs_task_definition"] | ["AWS::ECS::TaskDefinition"] {
        /// Its family.
        family: str = "family" | "Family";
        /// `awsvpc`, `bridge`, `host` or `none`.
        network_mode: str = "network_mode" | "NetworkMode";
        /// Task CPU as written: `256`, `"1 vCPU"`. See [`TaskDefinition::cpu_units`].
        cpu: str = "cpu" | "Cpu";
        /// Task memory as written: `512`, `"2 GB"`. See [`TaskDefinition::memory_mib`].
        memory: str = "memory" | "Memory";
        /// `FARGATE`, `EC2`.
        requires_compatibilities: raw = "requires_compatibilities" | "RequiresCompatibilities";
        /// The role that the agent uses: pulls the image, reads the secrets, writes the logs.
        execution_role: link = "execution_role_arn" | "ExecutionRoleArn";
        /// Whether a role for the agent is written.
        execution_role_written: raw = "execution_role_arn" | "ExecutionRoleArn";
        /// The role that the application uses.
        task_role: link = "task_role_arn" | "TaskRoleArn";
        /// Whether a role for the application is written.
        task_role_written: raw = "task_role_arn" | "TaskRoleArn";
        /// Volumes; see [`TaskVolume`].
        volumes: nodes = "volume" | "Volumes";
        /// Containers; see [`TaskDefinition::containers`].
        container_definitions: nodes = "container_definitions" | "ContainerDefinitions";
    }

    /// A volume of a task definition.
    TaskVolume: ["aws_ecs_task_definition/volume"] | ["AWS::ECS::TaskDefinition/Volumes"] {
        /// Its name.
        name: str = "name" | "Name";
        /// The file system that it is on.
        file_system: links = "efs_volume_configuration.file_system_id" | "EFSVolumeConfiguration.FilesystemId";
    }

    /// A container of a task definition.
    Container: ["aws_ecs_task_definition/container_definitions"] | ["AWS::ECS::TaskDefinition/ContainerDefinitions"] {
        /// Its name.
        name: str = "name" | "Name";
        /// Its image, perhaps with holes.
        image: text = "image" | "Image";
        /// Hard limit of memory in MiB.
        memory: int = "memory" | "Memory";
        /// Soft limit of memory in MiB.
        memory_reservation: int = "memoryReservation" | "MemoryReservation";
        /// CPU units.
        cpu: int = "cpu" | "Cpu";
        /// Whether the task stops with it.
        essential: bool = "essential" | "Essential", default true;
        /// Environment variables; see [`Variable`].
        environment: nodes = "environment" | "Environment";
        /// Files of variables in a bucket.
        environment_files: raw = "environmentFiles" | "EnvironmentFiles";
        /// Secrets put into the environment; see [`Secret`].
        secrets: nodes = "secrets" | "Secrets";
        /// Options of its log driver that are read from secrets; see [`Secret`].
        log_secret_options: nodes = "logConfiguration.secretOptions" | "LogConfiguration.SecretOptions";
        /// The secret with the password of the image's registry.
        registry_credentials: raw = "repositoryCredentials.credentialsParameter" | "RepositoryCredentials.CredentialsParameter";
        /// Port mappings.
        port_mappings: nodes = "portMappings" | "PortMappings";
        /// The command, a list of words.
        command: raw = "command" | "Command";
        /// The entry point, a list of words.
        entry_point: raw = "entryPoint" | "EntryPoint";
        /// The health check's command.
        health_check_command: raw = "healthCheck.command" | "HealthCheck.Command";
        /// The options of its log driver: a map.
        log_options: raw = "logConfiguration.options" | "LogConfiguration.Options";
        /// The containers of the task that it waits for; see [`ContainerDependency`].
        depends_on: nodes = "dependsOn" | "DependsOn";
        /// Where its output goes: `awslogs`, `awsfirelens`...
        log_driver: str = "logConfiguration.logDriver" | "LogConfiguration.LogDriver";
        /// Credentials for a registry of one's own.
        repository_credentials: raw = "repositoryCredentials" | "RepositoryCredentials";
        /// Seconds between two health checks.
        health_check_interval: int = "healthCheck.interval" | "HealthCheck.Interval", default 30_i64;
        /// Failures in a row until the container is unhealthy.
        health_check_retries: int = "healthCheck.retries" | "HealthCheck.Retries", default 3_i64;
        /// Seconds without counting failures after the start.
        health_check_start_period: int = "healthCheck.startPeriod" | "HealthCheck.StartPeriod";
    }

    /// A port of a container.
    PortMapping: ["aws_ecs_task_definition/container_definitions/portMappings"] | ["AWS::ECS::TaskDefinition/ContainerDefinitions/PortMappings"] {
        /// Its name, for Service Connect.
        name: str = "name" | "Name";
        /// The port inside the container.
        container_port: int = "containerPort" | "ContainerPort";
        /// Several ports inside the container: `8000-8010`.
        container_range: str = "containerPortRange" | "ContainerPortRange";
        /// The port of the machine: any free one when absent or 0 (bridge), the same as inside otherwise.
        host_port: int = "hostPort" | "HostPort";
    }

    /// A container that another one of the task waits for.
    ContainerDependency: ["aws_ecs_task_definition/container_definitions/dependsOn"] | ["AWS::ECS::TaskDefinition/ContainerDefinitions/DependsOn"] {
        /// Its name.
        container_name: str = "containerName" | "ContainerName";
        /// `START`, `HEALTHY`, `COMPLETE` or `SUCCESS`.
        condition: str = "condition" | "Condition";
    }

    /// An ECR repository.
    Repository: ["aws_ecr_repository"] | ["AWS::ECR::Repository"] {
        /// Its name.
        name: str = "name" | "RepositoryName";
        /// Its policy, in CloudFormation.
        policy: raw = "" | "RepositoryPolicyText";
    }

    /// An environment variable of a container.
    Variable: ["aws_ecs_task_definition/container_definitions/environment"] | ["AWS::ECS::TaskDefinition/ContainerDefinitions/Environment"] {
        /// Its name.
        name: str = "name" | "Name";
        /// Its value.
        value: raw = "value" | "Value";
        /// The same as it is written, known or not.
        written: written = "value" | "Value";
    }

    /// A secret that becomes an environment variable of a container.
    Secret: ["aws_ecs_task_definition/container_definitions/secrets"] | ["AWS::ECS::TaskDefinition/ContainerDefinitions/Secrets"] {
        /// The variable's name.
        name: str = "name" | "Name";
        /// The secret or parameter, with a JSON key, a version stage and a version id behind colons.
        value_from: raw = "valueFrom" | "ValueFrom";
        /// The same as it is written, known or not.
        written: written = "valueFrom" | "ValueFrom";
    }
}

/// Where an image comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Registry {
    /// A private ECR repository: reached by the internet or by endpoints.
    Ecr,
    /// A registry on the internet alone.
    Internet,
    /// Not known.
    Unknown,
}

/// Registries that are on the internet and nowhere else.
const PUBLIC_REGISTRIES: [&str; 9] = [
    "docker.io",
    "public.ecr.aws",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "registry.k8s.io",
    "mcr.microsoft.com",
    "registry.gitlab.com",
    "docker.elastic.co",
];

impl<'m> Service<'m> {
    /// Its load balancers.
    pub fn targets(&self) -> Many<ServiceLoadBalancer<'m>> {
        self.load_balancers().map(ServiceLoadBalancer::of)
    }

    /// Whether its tasks get a public address. `ENABLED` in CloudFormation, `true` in Terraform; not when absent.
    pub fn public_ip(&self) -> Prop<bool> {
        self.assign_public_ip()
            .convert(|v| match v.as_str()?.as_ref() {
                "true" | "True" | "ENABLED" => Some(true),
                "false" | "False" | "DISABLED" => Some(false),
                _ => None,
            })
            .or(false)
    }

    /// Whether its tasks surely run on Fargate: by its launch type, by capacity providers of Fargate alone, or by its task definition.
    pub fn is_fargate(&self) -> bool {
        match self.launch_type() {
            Prop::Known { value, .. } => return value.eq_ignore_ascii_case("FARGATE"),
            Prop::OneOf { .. } | Prop::Unknown { .. } => return false,
            Prop::Absent { .. } => {}
        }
        let providers = self.capacity_providers();
        providers.complete
            && !providers.items.is_empty()
            && providers.items.iter().all(|p| {
                p.str("capacity_provider", "CapacityProvider")
                    .known()
                    .is_some_and(|n| n.starts_with("FARGATE"))
            })
    }

    /// Its task definition as an entity.
    pub fn task(&self) -> Option<TaskDefinition<'m>> {
        self.node().model.get(self.task_definition()?)
    }
}

impl<'m> TaskDefinition<'m> {
    /// Its containers.
    pub fn containers(&self) -> Many<Container<'m>> {
        self.container_definitions().map(Container::of)
    }

    /// Task memory in MiB: `512`, `"512"`, `"2 GB"`, `"0.5GB"`.
    pub fn memory_mib(&self) -> Prop<i64> {
        self.memory().convert(|text| quantity(&text, "gb", 1024.0))
    }

    /// Task CPU in units of 1/1024 vCPU: `256`, `".25 vCPU"`.
    pub fn cpu_units(&self) -> Prop<i64> {
        self.cpu().convert(|text| quantity(&text, "vcpu", 1024.0))
    }

    /// Whether it is made for Fargate: it says so, or every service of the graph that uses it does.
    pub fn is_fargate(&self) -> Prop<bool> {
        match self.requires_compatibilities() {
            Prop::Known { value, origin, .. } => {
                let Some(list) = value.as_list() else { return Prop::Unknown { origin } };
                if list.items.iter().any(|i| i.as_str().is_some_and(|s| s.eq_ignore_ascii_case("FARGATE"))) {
                    Prop::written(true, origin)
                } else if list.complete && list.items.iter().all(|i| i.as_str().is_some()) {
                    self.fargate_by_services()
                } else {
                    Prop::Unknown { origin }
                }
            }
            Prop::Absent { .. } => self.fargate_by_services(),
            Prop::OneOf { origin, .. } | Prop::Unknown { origin } => Prop::Unknown { origin },
        }
    }

    fn fargate_by_services(&self) -> Prop<bool> {
        let model = self.node().model;
        let services: Vec<Service<'_>> = model
            .all::<Service<'_>>()
            .into_iter()
            .filter(|s| s.task_definition() == Some(self.id()))
            .collect();
        match services
            .iter()
            .find_map(|s| s.launch_type().known().map(|t| (t.eq_ignore_ascii_case("FARGATE"), s.origin())))
        {
            Some((fargate, origin)) => Prop::written(fargate, origin),
            None => Prop::Unknown { origin: self.origin() },
        }
    }
}

impl<'m> Container<'m> {
    /// Its name for messages: `container api`, or `a container`.
    pub fn label(&self) -> String {
        match self.name() {
            Prop::Known { value, .. } => format!("container {value}"),
            _ => "a container".to_owned(),
        }
    }

    /// The repository of the graph that its image comes from.
    pub fn repository(&self) -> Option<ResourceId> {
        let model = self.node().model;
        let Prop::Known { value, .. } = self.node().raw("image", "Image") else { return None };
        model.mentions(value).into_iter().find(|id| model.get::<Repository<'m>>(*id).is_some())
    }

    /// Where its image comes from.
    pub fn registry(&self) -> Registry {
        let Prop::Known { value: text, .. } = self.image() else { return Registry::Unknown };
        let model = self.node().model;
        // Also one that is only looked up.
        let tables = Repository::TABLE;
        let is_repository = |id: ResourceId| {
            let type_name = model.resource(id).type_name.as_str();
            tables.terraform.contains(&type_name) || tables.cloudformation.contains(&type_name)
        };
        let mut literals = String::new();
        for piece in text.pieces() {
            match piece {
                Piece::Literal(literal) => literals.push_str(&literal.text),
                Piece::Hole(hole) => {
                    literals.push('\u{fffc}');
                    if model.mentions(hole).into_iter().any(is_repository) {
                        return Registry::Ecr;
                    }
                }
            }
        }
        if literals.contains(".dkr.ecr.") {
            return Registry::Ecr;
        }
        // Repositories are written small: anything else is a word that somebody is to replace.
        if repository(&literals).contains(|c: char| c.is_ascii_uppercase()) {
            return Registry::Unknown;
        }
        // What stands before the first slash, if it has a dot or a port, is the registry; else it is Docker Hub.
        let Some((host, _)) = literals.split_once('/') else {
            return if literals.contains('\u{fffc}')
                && !literals.starts_with(|c: char| c.is_ascii_alphanumeric())
            {
                Registry::Unknown
            } else {
                Registry::Internet
            };
        };
        if host.contains('\u{fffc}') {
            Registry::Unknown
        } else if !host.contains(['.', ':']) || PUBLIC_REGISTRIES.contains(&host) {
            Registry::Internet
        } else {
            Registry::Unknown
        }
    }

    /// The list of its environment variables as it stands.
    pub fn node_environment(&self) -> Prop<&'m Value> {
        self.node().raw("environment", "Environment")
    }

    /// Its ports.
    pub fn ports(&self) -> Many<PortMapping<'m>> {
        self.port_mappings().map(PortMapping::of)
    }

    /// Its environment variables.
    pub fn variables(&self) -> Many<Variable<'m>> {
        self.environment().map(Variable::of)
    }

    /// Its secrets.
    pub fn secret_variables(&self) -> Many<Secret<'m>> {
        self.secrets().map(Secret::of)
    }

    /// The value of an environment variable that is written in the definition.
    pub fn variable(&self, name: &str) -> Option<&'m Value> {
        let variable =
            self.variables().items.into_iter().find(|v| v.name().known().is_some_and(|n| n == name))?;
        match variable.value() {
            Prop::Known { value, .. } => Some(value),
            _ => None,
        }
    }
}

/// A number with a unit that ECS accepts: plain digits, or a decimal followed by `unit`, which counts `factor`.
fn quantity(text: &str, unit: &str, factor: f64) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    if let Ok(plain) = text.parse() {
        return Some(plain);
    }
    let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
    let units = number * factor;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    (units.fract() == 0.0 && (0.0..1e9).contains(&units)).then_some(units as i64)
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn quantities_with_and_without_units() {
        assert_eq!(quantity("512", "gb", 1024.0), Some(512));
        assert_eq!(quantity("2 GB", "gb", 1024.0), Some(2048));
        assert_eq!(quantity("0.5GB", "gb", 1024.0), Some(512));
        assert_eq!(quantity(".25 vCPU", "vcpu", 1024.0), Some(256));
        assert_eq!(quantity("lots", "gb", 1024.0), None);
    }
}
