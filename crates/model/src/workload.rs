//! Workloads: what runs an application and is configured by settings: an ECS service with its tasks, a Lambda function.

use iaclint_value::{OriginId, Value};

use crate::ec2::groups_or_default;
use crate::ecs::{Container, Service, TaskDefinition};
use crate::lambda::Function;
use crate::{Link, Many, Model, Prop, ResourceId};

/// How a setting reaches the application.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SettingKind {
    /// An environment variable written in the definition.
    Environment,
    /// An environment variable filled from a secret or parameter.
    Secret,
}

/// One named setting.
#[derive(Clone, Debug)]
pub struct Setting<'m> {
    /// The environment variable's name, where it is known.
    pub name: Option<String>,
    /// Its value, or where the secret is.
    pub value: &'m Value,
    /// How it reaches the application.
    pub kind: SettingKind,
    /// The place of the whole entry.
    pub origin: OriginId,
    /// The container it is for, if there are containers.
    pub container: Option<Container<'m>>,
}

/// Something that runs an application.
#[derive(Clone, Debug)]
pub struct Workload<'m> {
    /// The service or function.
    pub id: ResourceId,
    /// The resource that holds the settings: the task definition, or the function itself.
    pub definition: ResourceId,
    /// The task definition.
    pub task: Option<TaskDefinition<'m>>,
    /// The service.
    pub service: Option<Service<'m>>,
    /// The security groups it sends from. Not complete when not known, or when they are not its own (bridge networking).
    pub security_groups: Many<Link>,
    /// The subnets it runs in.
    pub subnets: Many<Link>,
    /// Its settings. Not complete when there may be more.
    pub settings: Many<Setting<'m>>,
    /// The role of the application.
    pub role: Option<ResourceId>,
    /// The role that fetches its secrets.
    pub execution_role: Option<ResourceId>,
}

impl Workload<'_> {
    /// Whether it has a setting of this name.
    pub fn has(&self, name: &str) -> bool {
        self.settings.items.iter().any(|s| s.name.as_deref() == Some(name))
    }

    /// Whether it surely runs outside of every VPC, as a function without network settings does.
    pub fn is_outside_of_every_vpc(&self) -> bool {
        self.service.is_none()
            && self.task.is_none()
            && self.subnets.complete
            && self.subnets.items.is_empty()
    }
}

/// The settings of the containers of a task definition.
pub fn settings<'m>(task: &TaskDefinition<'m>) -> Many<Setting<'m>> {
    let containers = task.containers();
    let mut out = Many { items: Vec::new(), complete: containers.complete };
    for container in containers.items {
        let variables = container.variables();
        // A file of variables holds names that are not seen here.
        out.complete &= variables.complete && container.environment_files().is_absent();
        for variable in variables.items {
            if let Some(value) = variable.written() {
                out.items.push(Setting {
                    name: variable.name().known().cloned(),
                    value,
                    kind: SettingKind::Environment,
                    origin: variable.origin(),
                    container: Some(container),
                });
            }
        }
        let secrets = container.secret_variables();
        out.complete &= secrets.complete;
        for secret in secrets.items {
            if let Some(value) = secret.written() {
                out.items.push(Setting {
                    name: secret.name().known().cloned(),
                    value,
                    kind: SettingKind::Secret,
                    origin: secret.origin(),
                    container: Some(container),
                });
            }
        }
    }
    out
}

/// All workloads of a model.
pub fn workloads<'m>(model: &'m Model<'m>) -> Vec<Workload<'m>> {
    let mut out = Vec::new();
    for service in model.all::<Service<'m>>() {
        let Some(task) = service.task() else { continue };
        // Without network settings of its own (bridge, host) a task sends from its instance.
        let subnets = service.subnets();
        let groups = groups_or_default(model, service.security_groups(), Some(&subnets));
        out.push(Workload {
            id: service.id(),
            definition: task.id(),
            task: Some(task),
            service: Some(service),
            security_groups: groups,
            subnets,
            settings: settings(&task),
            role: task.task_role(),
            execution_role: task.execution_role(),
        });
    }
    for function in model.all::<Function<'m>>() {
        let mut groups = function.security_groups();
        // A function outside of every VPC has none.
        groups.complete &= !groups.items.is_empty();
        let mut settings = Many::none();
        match function.variables() {
            Prop::Known { value, .. } => match value.as_object() {
                Some(object) => {
                    settings.complete = object.complete;
                    settings.items.extend(object.fields.iter().map(|(name, _, value)| Setting {
                        name: Some(name.to_string()),
                        value,
                        kind: SettingKind::Environment,
                        origin: value.origin,
                        container: None,
                    }));
                }
                None => settings.complete = false,
            },
            Prop::Absent { .. } => {}
            Prop::OneOf { .. } | Prop::Unknown { .. } => settings.complete = false,
        }
        out.push(Workload {
            id: function.id(),
            definition: function.id(),
            task: None,
            service: None,
            security_groups: groups,
            subnets: function.subnets(),
            settings,
            role: function.role(),
            execution_role: function.role(),
        });
    }
    out
}
