//! Data sources that find by a name what another configuration makes.

use std::sync::Arc;

use iaclint_value::{Data, Name, Object, OriginId, Value};

use super::Evaluator;
use crate::val::Val;

/// A data source with the argument that names what it finds, and the argument of the managed type that gives that name. Names of security
/// groups are those of their VPC, all others of an account and region at least.
const BY_NAME: [(&str, &str, &str, &str); 34] = [
    ("aws_alb", "name", "aws_lb", "name"),
    ("aws_cloudwatch_log_group", "name", "aws_cloudwatch_log_group", "name"),
    ("aws_db_instance", "db_instance_identifier", "aws_db_instance", "identifier"),
    ("aws_db_subnet_group", "name", "aws_db_subnet_group", "name"),
    ("aws_dynamodb_table", "name", "aws_dynamodb_table", "name"),
    ("aws_ecr_repository", "name", "aws_ecr_repository", "name"),
    ("aws_ecs_cluster", "cluster_name", "aws_ecs_cluster", "name"),
    ("aws_ecs_task_definition", "task_definition", "aws_ecs_task_definition", "family"),
    ("aws_efs_file_system", "creation_token", "aws_efs_file_system", "creation_token"),
    ("aws_eks_cluster", "name", "aws_eks_cluster", "name"),
    ("aws_elasticache_cluster", "cluster_id", "aws_elasticache_cluster", "cluster_id"),
    (
        "aws_elasticache_replication_group",
        "replication_group_id",
        "aws_elasticache_replication_group",
        "replication_group_id",
    ),
    ("aws_iam_instance_profile", "name", "aws_iam_instance_profile", "name"),
    ("aws_iam_policy", "name", "aws_iam_policy", "name"),
    ("aws_iam_role", "name", "aws_iam_role", "name"),
    ("aws_iam_user", "user_name", "aws_iam_user", "name"),
    ("aws_kinesis_stream", "name", "aws_kinesis_stream", "name"),
    ("aws_kms_alias", "name", "aws_kms_alias", "name"),
    ("aws_lambda_function", "function_name", "aws_lambda_function", "function_name"),
    ("aws_lb", "name", "aws_lb", "name"),
    ("aws_lb_target_group", "name", "aws_lb_target_group", "name"),
    ("aws_mq_broker", "broker_name", "aws_mq_broker", "broker_name"),
    ("aws_msk_cluster", "cluster_name", "aws_msk_cluster", "cluster_name"),
    ("aws_opensearch_domain", "domain_name", "aws_opensearch_domain", "domain_name"),
    ("aws_rds_cluster", "cluster_identifier", "aws_rds_cluster", "cluster_identifier"),
    ("aws_redshift_cluster", "cluster_identifier", "aws_redshift_cluster", "cluster_identifier"),
    ("aws_s3_bucket", "bucket", "aws_s3_bucket", "bucket"),
    ("aws_secretsmanager_secret", "name", "aws_secretsmanager_secret", "name"),
    ("aws_security_group", "name", "aws_security_group", "name"),
    ("aws_service_discovery_http_namespace", "name", "aws_service_discovery_http_namespace", "name"),
    ("aws_sfn_state_machine", "name", "aws_sfn_state_machine", "name"),
    ("aws_sns_topic", "name", "aws_sns_topic", "name"),
    ("aws_sqs_queue", "name", "aws_sqs_queue", "name"),
    ("aws_ssm_parameter", "name", "aws_ssm_parameter", "name"),
];

/// Data sources that find something by its tag `Name`, each of which finds the managed type of the same name.
const BY_TAG: [&str; 6] = [
    "aws_internet_gateway",
    "aws_nat_gateway",
    "aws_route_table",
    "aws_security_group",
    "aws_subnet",
    "aws_vpc",
];

/// Attributes that a data source calls otherwise than the managed type.
const RENAMED: [(&str, &str, &str); 5] = [
    ("aws_db_instance", "db_instance_identifier", "identifier"),
    ("aws_db_instance", "db_instance_arn", "arn"),
    ("aws_db_instance", "db_instance_port", "port"),
    ("aws_db_instance", "vpc_security_groups", "vpc_security_group_ids"),
    ("aws_ecs_cluster", "cluster_name", "name"),
];

/// Arguments that say no more than where to look or what is read besides.
const HARMLESS: [&str; 6] = ["tags", "filter", "vpc_id", "with_decryption", "statuses", "most_recent"];

impl Evaluator<'_, '_> {
    /// The meta-arguments of a data source with what it looks for, where it is a single thing that has the name.
    pub(super) fn with_source(&mut self, instance: usize, type_name: &str, meta: Value) -> Value {
        let Some((managed, by, name)) = self.looked_for(instance, type_name) else { return meta };
        let Data::Object(object) = &meta.data else { return meta };
        let none = OriginId::NONE;
        let renamed = RENAMED.iter().filter(|(ty, ..)| *ty == type_name);
        let renamed = renamed.map(|(_, from, to)| ((*from).into(), Value::text(to)));
        let source = Value::object(
            [
                ("type".into(), Value::text(managed)),
                ("by".into(), Value::text(by)),
                ("name".into(), Value::text(&name)),
                ("renamed".into(), Value::object(renamed, none)),
            ],
            none,
        );
        let mut object: Object = (**object).clone();
        object.fields.push((iaclint_graph::SOURCE.into(), none, source));
        Value { data: Data::Object(Arc::new(object)), ..meta }
    }

    fn looked_for(&mut self, instance: usize, type_name: &str) -> Option<(&'static str, &'static str, Name)> {
        let at = &self.instances[instance];
        let module = self.scopes[at.scope].module.clone();
        let declaration = &module.resources[at.declaration];
        let (body, span) = (&declaration.block.body, declaration.block.header);
        // Another provider may be another account.
        if body.attribute("provider").is_some() {
            return None;
        }
        let text = |value: Option<Val>| value?.as_str().filter(|t| !t.is_empty()).map(Name::from);
        let only = |allowed: &dyn Fn(&str) -> bool| {
            let attributes = body.attributes.iter().map(|a| a.name.as_str());
            let blocks = body.blocks.iter().map(|b| crate::module::block_type(b).as_str());
            attributes.chain(blocks).all(allowed)
        };
        if let Some((_, argument, managed, by)) = BY_NAME.iter().find(|(ty, ..)| *ty == type_name)
            && body.attribute(argument).is_some()
        {
            let name = text(self.configured(instance, argument, span))?;
            return only(&|n| n == *argument || HARMLESS.contains(&n)).then_some((*managed, *by, name));
        }
        let managed = BY_TAG.iter().find(|ty| **ty == type_name)?;
        if !only(&|n| HARMLESS.contains(&n)) {
            return None;
        }
        let mut names: Vec<Option<Name>> = Vec::new();
        if let Some(tags) = self.configured(instance, "tags", span) {
            let tag = tags.fields()?.iter().find(|(n, ..)| n == "Name");
            names.extend(tag.map(|(.., v)| text(Some(v.clone()))));
        }
        if let Some(filters) = self.configured(instance, "filter", span) {
            for filter in filters.elements()? {
                let field =
                    |name: &str| filter.fields()?.iter().find(|(n, ..)| n == name).map(|(.., v)| v.clone());
                match text(field("name"))?.as_str() {
                    "tag:Name" => {
                        let values = field("values")?;
                        let [value] = values.elements()? else { return None };
                        names.push(text(Some(value.clone())).filter(|t| !t.contains(['*', '?'])));
                    }
                    "vpc-id" | "state" => {}
                    _ => return None,
                }
            }
        }
        match names.as_slice() {
            [Some(name)] => Some((*managed, "tags.Name", name.clone())),
            _ => None,
        }
    }
}
