//! Amazon CloudWatch Logs.

use crate::entity::entities;

entities! {
    /// A group of log streams.
    LogGroup: ["aws_cloudwatch_log_group"] | ["AWS::Logs::LogGroup"] {
        /// Its name.
        name: text = "name" | "LogGroupName";
        /// How its name begins, in Terraform.
        name_prefix: text = "name_prefix" | "";
        /// The key that it is encrypted with.
        kms_key: raw = "kms_key_id" | "KmsKeyId";
    }
}
