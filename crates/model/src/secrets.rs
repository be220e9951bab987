//! Secrets Manager and Parameter Store.

use crate::entity::entities;

entities! {
    /// A secret.
    SecretsManagerSecret: ["aws_secretsmanager_secret"] | ["AWS::SecretsManager::Secret"] {
        /// Its name.
        name: str = "name" | "Name";
        /// The value; in Terraform it stands in a [`SecretVersion`].
        secret_string: raw = "" | "SecretString";
        /// The template of a generated value.
        template: raw = "" | "GenerateSecretString.SecretStringTemplate";
        /// The key that encrypts it.
        kms_key: raw = "kms_key_id" | "KmsKeyId";
    }

    /// A version of a secret.
    SecretVersion: ["aws_secretsmanager_secret_version"] | [] {
        /// The secret.
        secret: link = "secret_id" | "";
        /// The value.
        secret_string: raw = "secret_string" | "";
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
