//! Secrets Manager and Parameter Store.

use std::collections::{HashMap, HashSet};

use iaclint_value::{Data, Encoding, Reference, RootId, Step, Value};

use crate::entity::entities;
use crate::workload::{Setting, SettingKind};
use crate::{Language, Mode, Model, Prop, ResourceId};

entities! {
    /// A secret.
    SecretsManagerSecret: ["aws_secretsmanager_secret"] | ["AWS::SecretsManager::Secret"] {
        /// Its name.
        name: str = "name" | "Name";
        /// The value; in Terraform it stands in a [`SecretVersion`].
        secret_string: raw = "" | "SecretString";
        /// How its value is generated.
        generated: raw = "" | "GenerateSecretString";
        /// The template of a generated value.
        template: raw = "" | "GenerateSecretString.SecretStringTemplate";
        /// The key under which what is generated is put into the template.
        generated_key: str = "" | "GenerateSecretString.GenerateStringKey";
        /// The secret of another region that it is a copy of.
        replica: raw = "replica" | "ReplicaRegions";
        /// The key that encrypts it.
        kms_key: raw = "kms_key_id" | "KmsKeyId";
    }

    /// A version of a secret.
    SecretVersion: ["aws_secretsmanager_secret_version"] | [] {
        /// The secret.
        secret: link = "secret_id" | "";
        /// The value.
        secret_string: raw = "secret_string" | "";
        /// The same without a trace in the state.
        write_only: raw = "secret_string_wo" | "";
        /// The value as bytes.
        binary: raw = "secret_binary" | "";
    }

    /// What changes the value of a secret by itself.
    SecretRotation: ["aws_secretsmanager_secret_rotation"] | ["AWS::SecretsManager::RotationSchedule"] {
        /// The secret.
        secret: link = "secret_id" | "SecretId";
    }

    /// The tie from a secret to the database whose address is written into it.
    SecretTargetAttachment: [] | ["AWS::SecretsManager::SecretTargetAttachment"] {
        /// The secret.
        secret: link = "" | "SecretId";
        /// The database.
        target: link = "" | "TargetId";
    }

    /// A parameter.
    SsmParameter: ["aws_ssm_parameter"] | ["AWS::SSM::Parameter"] {
        /// Its name.
        name: str = "name" | "Name";
        /// Its value.
        value: raw = "value" | "Value";
        /// `String`, `StringList` or `SecureString`; CloudFormation makes no secure ones.
        kind: str = "type" | "Type";
        /// The key that encrypts a secure one, in Terraform.
        kms_key: raw = "key_id" | "";
    }
}

/// What in the graph gives secrets their values.
#[derive(Debug, Default)]
pub struct Writers {
    /// How many things there are that do so from beside a secret.
    beside: HashMap<ResourceId, usize>,
    /// The roots in which one does of which it is not known into which secret it writes.
    unknown: HashSet<RootId>,
}

impl Writers {
    /// All of a graph.
    pub fn of<'m>(model: &'m Model<'m>) -> Self {
        let mut writers = Self::default();
        let versions = model.all::<SecretVersion<'m>>().into_iter().map(|v| (v.id(), v.secret()));
        let rotations = model.all::<SecretRotation<'m>>().into_iter().map(|r| (r.id(), r.secret()));
        for (id, secret) in versions.chain(rotations) {
            match secret {
                Some(secret) => *writers.beside.entry(secret).or_default() += 1,
                None => drop(writers.unknown.insert(model.resource(id).key.root)),
            }
        }
        for secret in
            model.all::<SecretTargetAttachment<'m>>().iter().filter_map(SecretTargetAttachment::secret)
        {
            *writers.beside.entry(secret).or_default() += 1;
        }
        writers
    }

    /// How many things give a secret a value, itself included; `None` where that cannot be said.
    pub fn count<'m>(&self, model: &'m Model<'m>, secret: ResourceId) -> Option<usize> {
        let entity = model.get::<SecretsManagerSecret<'m>>(secret)?;
        if self.unknown.contains(&model.resource(secret).key.root) {
            return None;
        }
        let own = [entity.secret_string(), entity.generated()].iter().filter(|p| !p.is_absent()).count();
        Some(own + self.beside.get(&secret).copied().unwrap_or(0))
    }
}

/// Whether a resource reads the value of a secret while the deployment goes on: a data source, or a reference that is resolved then.
pub fn is_read_at_once<'m>(model: &'m Model<'m>, by: ResourceId, reference: &Reference) -> bool {
    let resource = model.resource(by);
    let data = resource.mode == Mode::Data && resource.type_name == "aws_secretsmanager_secret_version";
    data || reference.path.iter().any(|s| matches!(s, Step::Attr(name) if name == "SecretString"))
}

/// Whether whoever uses a secret surely writes nothing into it: policies, and what reads it.
pub fn only_reads<'m>(model: &'m Model<'m>, user: ResourceId) -> bool {
    let resource = model.resource(user);
    let name = resource.type_name.to_ascii_lowercase().replace("::", "_");
    let reads = [
        "_iam_",
        "_ecs_",
        "_lambda_",
        "_kms_",
        "secretsmanager_secret_policy",
        "secretsmanager_resourcepolicy",
    ];
    resource.mode == Mode::Data || reads.iter().any(|word| name.contains(word))
}

/// Whether a resource of this type is, or keeps what it knows in, a secret of Secrets Manager: a database keeps its master password there.
pub fn keeps_in_secrets_manager(type_name: &str) -> bool {
    let database = matches!(
        type_name,
        "aws_db_instance" | "aws_rds_cluster" | "AWS::RDS::DBInstance" | "AWS::RDS::DBCluster"
    );
    database || type_name.contains("secretsmanager") || type_name.contains("SecretsManager")
}

/// The keys of the JSON that a secret holds; `None` where that is not known, or where others write into it too.
pub fn secret_keys<'m>(model: &'m Model<'m>, secret: ResourceId) -> Option<Vec<String>> {
    let entity = model.get::<SecretsManagerSecret<'m>>(secret)?;
    let rotated = model.all::<SecretRotation<'m>>().iter().any(|r| match r.secret() {
        Some(of) => of == secret,
        None => model.same_root(r.id(), secret),
    });
    let tied =
        model.all::<SecretTargetAttachment<'m>>().iter().any(|a| a.secret().is_none_or(|s| s == secret));
    if rotated || tied {
        return None;
    }
    if model.language(secret) != Language::Terraform {
        if let Prop::Known { value, .. } = entity.secret_string() {
            return keys_of(value);
        }
        let (Prop::Known { value, .. }, Prop::Known { value: generated, .. }) =
            (entity.template(), entity.generated_key())
        else {
            return None;
        };
        let mut keys = keys_of(value)?;
        keys.push(generated);
        return Some(keys);
    }
    let mut out = Vec::new();
    for version in model.all::<SecretVersion<'m>>() {
        match version.secret() {
            Some(of) if of != secret => continue,
            Some(_) => {}
            None => return None,
        }
        let Prop::Known { value, .. } = version.secret_string() else { return None };
        if is_changed_by_hand(model, version.id()) {
            return None;
        }
        out.extend(keys_of(value)?);
    }
    Some(out)
}

/// What the configuration writes into secrets as JSON objects, member by member.
pub fn written_members<'m>(model: &'m Model<'m>) -> Vec<(ResourceId, Vec<Setting<'m>>)> {
    let versions = model.all::<SecretVersion<'m>>().into_iter().map(|v| (v.id(), v.secret_string()));
    let secrets = model.all::<SecretsManagerSecret<'m>>().into_iter().map(|s| (s.id(), s.secret_string()));
    let mut out = Vec::new();
    for (id, text) in versions.chain(secrets) {
        let Prop::Known { value, .. } = text else { continue };
        let Some(object) = value.decoded(Encoding::Json).and_then(Value::as_object) else { continue };
        let members = object.fields.iter().map(|(name, origin, value)| Setting {
            name: Some(name.to_string()),
            value,
            kind: SettingKind::Secret,
            origin: *origin,
            container: None,
        });
        out.push((id, members.collect()));
    }
    out
}

/// The keys of a JSON object, if they are all known.
fn keys_of(value: &Value) -> Option<Vec<String>> {
    let object = value.decoded(Encoding::Json)?.as_object().filter(|o| o.complete)?;
    Some(object.fields.iter().map(|(name, _, _)| name.to_string()).collect())
}

/// Whether changes from outside stay: `ignore_changes = [secret_string]`.
fn is_changed_by_hand<'m>(model: &'m Model<'m>, version: ResourceId) -> bool {
    let mut ignored = false;
    if let Some(lifecycle) = model.resource(version).meta.get("lifecycle") {
        lifecycle.walk(&mut |v| {
            ignored |= matches!(&v.data, Data::Text(_))
                && v.as_str().is_some_and(|s| s == "all" || s.starts_with("secret_"));
        });
    }
    ignored
}
