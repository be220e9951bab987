//! An application that is given a bucket, queue, topic, table or stream which its role may do nothing with.

use iaclint_analysis::authority::Verdict;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::arn::Arn;
use iaclint_model::workload::{Setting, SettingKind, Workload};
use iaclint_model::{Model, ResourceId};
use iaclint_value::Value;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "an application is given a bucket, queue, topic or table that its role may do nothing with",
};

/// A kind of resource that applications use under their own role.
struct Kind {
    terraform: &'static str,
    cloudformation: &'static str,
    service: &'static str,
    noun: &'static str,
    /// Attributes that say which one it is, besides names and ARNs.
    handles: &'static [&'static str],
    example: &'static str,
}

const KINDS: [Kind; 5] = [
    Kind {
        terraform: "aws_s3_bucket",
        cloudformation: "AWS::S3::Bucket",
        service: "s3",
        noun: "bucket",
        handles: &["arn", "bucket", "id", "Ref", "Arn"],
        example: "s3:GetObject",
    },
    Kind {
        terraform: "aws_sqs_queue",
        cloudformation: "AWS::SQS::Queue",
        service: "sqs",
        noun: "queue",
        handles: &["arn", "name", "id", "url", "Ref", "Arn", "QueueName", "QueueUrl"],
        example: "sqs:SendMessage",
    },
    Kind {
        terraform: "aws_sns_topic",
        cloudformation: "AWS::SNS::Topic",
        service: "sns",
        noun: "topic",
        handles: &["arn", "id", "Ref", "TopicArn"],
        example: "sns:Publish",
    },
    Kind {
        terraform: "aws_dynamodb_table",
        cloudformation: "AWS::DynamoDB::Table",
        service: "dynamodb",
        noun: "table",
        handles: &["arn", "name", "id", "Ref", "Arn"],
        example: "dynamodb:GetItem",
    },
    Kind {
        terraform: "aws_kinesis_stream",
        cloudformation: "AWS::Kinesis::Stream",
        service: "kinesis",
        noun: "stream",
        handles: &["arn", "name", "id", "Ref", "Arn"],
        example: "kinesis:PutRecord",
    },
];

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for workload in analysis.workloads() {
        let Some(role) = workload.role else { continue };
        // With keys of its own the application is somebody else.
        if cx.model().in_library(workload.id) || !workload.settings.complete || has_own_keys(workload) {
            continue;
        }
        let mut seen: Vec<ResourceId> = Vec::new();
        for setting in workload.settings.items.iter().filter(|s| s.kind == SettingKind::Environment) {
            let Some((id, kind)) = configured(cx.model(), setting.value) else { continue };
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            judge(cx, workload, role, setting, id, kind);
        }
    }
}

fn has_own_keys(workload: &Workload<'_>) -> bool {
    let own =
        |name: &str| name.contains("ACCESS_KEY") || name.contains("AWS_PROFILE") || name.contains("ROLE_ARN");
    workload.settings.items.iter().any(|s| s.name.as_deref().is_none_or(|n| own(&n.to_ascii_uppercase())))
}

/// The resource that a setting names, if it is its name, ARN or URL and nothing else.
fn configured<'m>(model: &'m Model<'m>, value: &'m Value) -> Option<(ResourceId, &'static Kind)> {
    let kind = |id: &ResourceId| {
        let type_name = model.resource(*id).type_name.as_str();
        KINDS.iter().find(|k| k.terraform == type_name || k.cloudformation == type_name)
    };
    if let Some(reference) = value.as_reference()
        && let [id] = model.resolve(reference)
    {
        let kind = kind(id)?;
        let managed = model.resource(*id).mode == iaclint_model::Mode::Managed;
        return (managed && kind.handles.contains(&model.follow(reference).attribute().as_str()))
            .then_some((*id, kind));
    }
    // A known name that was read from the resource.
    let text = value.as_str()?;
    let named = model.behind(value.origin).into_iter().find(|id| {
        let resource = model.resource(*id);
        let name = kind(id).and_then(|k| {
            let field = match k.service {
                "s3" => ["bucket", "BucketName"],
                "dynamodb" => ["name", "TableName"],
                "sqs" => ["name", "QueueName"],
                _ => ["name", "Name"],
            };
            field.iter().find_map(|f| resource.body.get(f))
        });
        name.and_then(Value::as_str).is_some_and(|n| n == text)
    })?;
    Some((named, kind(&named)?))
}

fn judge(
    cx: &mut Check<'_, '_>,
    workload: &Workload<'_>,
    role: ResourceId,
    setting: &Setting<'_>,
    id: ResourceId,
    kind: &Kind,
) {
    let model = cx.model();
    let Some(arn) = Arn::of_resource(model, id) else { return };
    let below = arn.clone().then("/x");
    let Verdict::Denied(_) = cx.analysis.may_anything(role, kind.service, &[arn, below]) else { return };
    let (role_name, name) = (model.short(role), model.short(id));
    let variable = setting.name.clone().unwrap_or_else(|| "a variable".to_owned());
    let mut draft = cx
        .finding(
            workload.definition,
            format!("{variable} names the {} {name}, with which {role_name} may do nothing", kind.noun),
        )
        .identity(variable)
        .at(cx, setting.value.origin, format!("the application is given this {}", kind.noun))
        .related(cx, role, "the application's role")
        .related(cx, id, format!("the {}", kind.noun))
        .trail(cx, setting.value.origin);
    if let Some(container) = setting.container {
        draft = draft.part(container.label());
    }
    draft
        .note(format!("every policy of {role_name} is known, and none speaks of {name}"))
        .help(format!(
            "allow what the application does with it ({}, ...) on {name} in a policy of {role_name}",
            kind.example
        ))
        .report(cx);
}
