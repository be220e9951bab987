//! What the ECS agent itself must read before a task can start: secrets and parameters, with the execution role.

use iaclint_model::arn::Arn;
use iaclint_model::ecs::{Container, Secret, TaskDefinition};
use iaclint_model::secrets::{SecretVersion, SecretsManagerSecret, SsmParameter, keeps_in_secrets_manager};
use iaclint_model::workload::Setting;
use iaclint_model::{Entity, Model, Prop, ResourceId, User};
use iaclint_value::{Encoding, Piece, Step, Target, Value};

/// Where a secret is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Store {
    /// Secrets Manager.
    SecretsManager,
    /// Systems Manager Parameter Store.
    ParameterStore,
}

impl Store {
    /// The action that the agent does.
    pub fn action(self) -> &'static str {
        match self {
            Store::SecretsManager => "secretsmanager:GetSecretValue",
            Store::ParameterStore => "ssm:GetParameters",
        }
    }

    /// What it keeps.
    pub fn noun(self) -> &'static str {
        match self {
            Store::SecretsManager => "secret",
            Store::ParameterStore => "parameter",
        }
    }
}

/// A secret or parameter that the agent reads for a container.
#[derive(Clone, Debug)]
pub struct SecretRead<'m> {
    /// The container.
    pub container: Container<'m>,
    /// What it is for, in words: the variable's name, or what else needs it.
    pub purpose: String,
    /// Where it is named.
    pub value: &'m Value,
    /// Where it is kept.
    pub store: Store,
    /// Its ARN, as far as known.
    pub arn: Arn,
}

impl SecretRead<'_> {
    /// The resource of the graph that it is.
    pub fn resource(&self) -> Option<ResourceId> {
        self.arn.resource()
    }
}

/// Everything that the agent reads for the containers of a task definition.
pub fn secret_reads<'m>(task: &TaskDefinition<'m>) -> Vec<SecretRead<'m>> {
    let mut out = Vec::new();
    for container in task.containers().items {
        let options = container.log_secret_options().map(iaclint_model::Entity::of);
        let variables = container.secret_variables().items.into_iter().map(|s: Secret<'m>| (s, ""));
        for (secret, kind) in variables.chain(options.items.into_iter().map(|s| (s, "the log option "))) {
            let Prop::Known { value, .. } = secret.value_from() else { continue };
            let name = secret.name().known().cloned().unwrap_or_else(|| "a variable".to_owned());
            out.extend(read(task.id(), container, format!("{kind}{name}"), value));
        }
        if let Prop::Known { value, .. } = container.registry_credentials() {
            out.extend(read(task.id(), container, "the password of the image's registry".to_owned(), value));
        }
    }
    out
}

/// The values that the configuration writes into a secret or parameter.
pub fn contents<'m>(model: &'m Model<'m>, store: ResourceId) -> Vec<&'m Value> {
    let mut props: Vec<Prop<&'m Value>> = Vec::new();
    if let Some(parameter) = model.get::<SsmParameter<'m>>(store) {
        props.push(parameter.value());
    }
    if let Some(secret) = model.get::<SecretsManagerSecret<'m>>(store) {
        props.extend([secret.secret_string(), secret.template()]);
    }
    let users = model.uses(store).iter().filter_map(|used| match used.by {
        User::Resource(by) => Some(by),
        User::Output(..) | User::Opaque(..) => None,
    });
    let mut near: Vec<ResourceId> = users.chain([store]).collect();
    near.sort_unstable();
    near.dedup();
    let versions = near.into_iter().filter_map(|id| model.get::<SecretVersion<'m>>(id));
    let of_store = |v: &SecretVersion<'m>| v.id() == store || v.secret() == Some(store);
    props.extend(versions.filter(of_store).map(|version| version.secret_string()));
    props.into_iter().filter_map(|p| p.known().copied()).collect()
}

/// The values that a setting brings: its own, and what the configuration writes into the secret or parameter that it names, of a JSON the
/// member that it picks.
pub fn brought<'m>(model: &'m Model<'m>, setting: &Setting<'m>) -> Vec<&'m Value> {
    let mut out = vec![setting.value];
    let key = picked_key(setting.value);
    for store in model.mentions(setting.value) {
        for content in contents(model, store) {
            match &key {
                None => out.push(content),
                Some(key) => {
                    let members = content.decoded(Encoding::Json).and_then(Value::as_object);
                    out.extend(members.and_then(|m| m.get(key)));
                }
            }
        }
    }
    out
}

/// The key of a secret's JSON that a value picks: behind `arn:`…`:key::`, or in a dynamic reference.
pub(crate) fn picked_key(value: &Value) -> Option<String> {
    let key = match (value.as_reference(), value.to_text()) {
        (Some(reference), _) => match reference.path.as_slice() {
            [.., Step::Attr(field), Step::Attr(key)] if field == "SecretString" => key.to_string(),
            _ => return None,
        },
        (None, Some(text)) => match text.pieces() {
            [Piece::Hole(_), Piece::Literal(rest)] => {
                rest.text.strip_prefix(':').and_then(|r| r.split(':').next())?.to_owned()
            }
            _ => return None,
        },
        (None, None) => return None,
    };
    Some(key).filter(|key| !key.is_empty())
}

fn read<'m>(
    task: ResourceId,
    container: Container<'m>,
    purpose: String,
    value: &'m Value,
) -> Option<SecretRead<'m>> {
    let model = iaclint_model::Entity::node(&container).model;
    let (store, arn) = target(model, task, value)?;
    Some(SecretRead { container, purpose, value, store, arn })
}

/// What a `valueFrom` names: an ARN of either store, or the name of a parameter.
fn target<'m>(model: &'m Model<'m>, task: ResourceId, value: &'m Value) -> Option<(Store, Arn)> {
    let arn = Arn::of_value(model, value);
    if arn.starts_with("arn:aws:secretsmanager:") {
        // Behind the ARN stand a JSON key, a version stage and a version.
        return Some((Store::SecretsManager, arn.cut(7)));
    }
    if arn.starts_with("arn:aws:ssm:") {
        return Some((Store::ParameterStore, arn));
    }
    if arn.is_unknown() || arn.starts_with("arn:") {
        return None;
    }
    if value.as_str().is_some() {
        return Some((Store::ParameterStore, parameter(arn)));
    }
    if is_imported_secret(value) {
        return Some((Store::SecretsManager, arn.cut(7)));
    }
    let named = model.mentions(value).into_iter().filter(|id| *id != task).find_map(|id| {
        // Also what is only looked up.
        let type_name = model.resource(id).type_name.as_str();
        let table = SsmParameter::TABLE;
        if table.terraform.contains(&type_name) || table.cloudformation.contains(&type_name) {
            return Some(Store::ParameterStore);
        }
        keeps_in_secrets_manager(type_name).then_some(Store::SecretsManager)
    })?;
    match named {
        Store::SecretsManager => Some((named, arn.cut(7))),
        Store::ParameterStore => Some((named, parameter(arn))),
    }
}

/// Whether a value begins with what another stack exports as a secret, by the export's name.
fn is_imported_secret(value: &Value) -> bool {
    let text = value.to_text();
    let first = match text.as_ref().and_then(|t| t.pieces().first()) {
        Some(Piece::Hole(hole)) => hole.as_reference(),
        _ => value.as_reference(),
    };
    first.is_some_and(|reference| match &reference.target {
        Target::Import(name) => name.to_ascii_lowercase().contains("secretsmanager"),
        _ => false,
    })
}

/// The ARN of the parameter that has this name.
fn parameter(name: Arn) -> Arn {
    let slash = if name.starts_with("/") { "" } else { "/" };
    name.behind(&format!("arn:aws:ssm:{{region}}:{{account}}:parameter{slash}"))
}
