//! Mistakes with Lambda functions: who may invoke them, what they are fed from, how long they take.

use super::roles::{POLICIES, ROLES};
use crate::edit::Edit;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::identity;
use crate::project::{Resource, Slot};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "invoke-permission-forgotten",
        rules: &["lambda-permission-missing"],
        mistake: "left out the permission of a topic, a rule or a target group to invoke a function",
        places: |sight| permission_forgotten(sight, INVOKERS),
    },
    Injector {
        id: "invoke-permission-for-scheduler",
        rules: &["lambda-permission-missing"],
        mistake: "let `scheduler.amazonaws.com` invoke a function, which a rule of EventBridge invokes",
        places: permission_for_scheduler,
    },
    Injector {
        id: "api-permission-forgotten",
        rules: &["apigw-lambda-permission-mismatch"],
        mistake: "left out the permission of an API to invoke a function",
        places: |sight| permission_forgotten(sight, &["apigateway.amazonaws.com"]),
    },
    Injector {
        id: "api-permission-without-stage",
        rules: &["apigw-lambda-permission-mismatch"],
        mistake: "let the bare ARN of an API invoke a function, without stage, method and path",
        places: api_permission_without_stage,
    },
    Injector {
        id: "bucket-permission-forgotten",
        rules: &["s3-notification-destination-not-authorized"],
        mistake: "left out the permission of a bucket to invoke the function that it notifies",
        places: |sight| permission_forgotten(sight, &["s3.amazonaws.com"]),
    },
    Injector {
        id: "event-source-unread",
        rules: &["lambda-event-source-permission-missing"],
        mistake: "left out the action that reads the queue or stream which a function is fed from",
        places: event_source_unread,
    },
    Injector {
        id: "vpc-policy-basic",
        rules: &["lambda-vpc-role-missing-eni-permissions"],
        mistake: "gave the role of a function in a VPC the basic policy in the place of that for VPCs",
        places: vpc_policy_basic,
    },
    Injector {
        id: "visibility-timeout-forgotten",
        rules: &["sqs-visibility-timeout-below-lambda-timeout"],
        mistake: "left the visibility timeout of a queue at its 30 seconds, below the timeout of its function",
        places: visibility_timeout_forgotten,
    },
    Injector {
        id: "function-timeout-raised",
        rules: &["sqs-visibility-timeout-below-lambda-timeout"],
        mistake: "raised the timeout of a function to 15 minutes, and not the visibility timeout of its queue",
        places: function_timeout_raised,
    },
];

/// Functions.
pub(super) const FUNCTIONS: &[&str] = &["aws_lambda_function", "AWS::Lambda::Function"];
/// Statements in the policies of functions.
const PERMISSIONS: &[&str] = &["aws_lambda_permission", "AWS::Lambda::Permission"];
/// What invokes a function for others than an API or a bucket.
const INVOKERS: &[&str] = &[
    "events.amazonaws.com",
    "sns.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "logs.amazonaws.com",
];
/// What feeds a function.
const MAPPINGS: &[&str] = &["aws_lambda_event_source_mapping", "AWS::Lambda::EventSourceMapping"];
/// Queues.
pub(super) const QUEUES: &[&str] = &["aws_sqs_queue", "AWS::SQS::Queue"];
/// What makes one of the invokers call, and where it names the function.
const TRIGGERS: &[(&str, &str, &str)] = &[
    ("events.amazonaws.com", "aws_cloudwatch_event_target", "arn"),
    ("events.amazonaws.com", "AWS::Events::Rule", "Targets.Arn"),
    ("sns.amazonaws.com", "aws_sns_topic_subscription", "endpoint"),
    ("sns.amazonaws.com", "AWS::SNS::Subscription", "Endpoint"),
    ("sns.amazonaws.com", "AWS::SNS::Topic", "Subscription.Endpoint"),
    ("elasticloadbalancing.amazonaws.com", "aws_lb_target_group_attachment", "target_id"),
    ("elasticloadbalancing.amazonaws.com", "AWS::ElasticLoadBalancingV2::TargetGroup", "Targets.Id"),
    ("logs.amazonaws.com", "aws_cloudwatch_log_subscription_filter", "destination_arn"),
    ("logs.amazonaws.com", "AWS::Logs::SubscriptionFilter", "DestinationArn"),
    ("apigateway.amazonaws.com", "aws_apigatewayv2_integration", "integration_uri"),
    ("apigateway.amazonaws.com", "aws_api_gateway_integration", "uri"),
    ("apigateway.amazonaws.com", "AWS::ApiGateway::Method", "Integration.Uri"),
    ("apigateway.amazonaws.com", "AWS::ApiGatewayV2::Integration", "IntegrationUri"),
    ("s3.amazonaws.com", "aws_s3_bucket_notification", "lambda_function.lambda_function_arn"),
    ("s3.amazonaws.com", "AWS::S3::Bucket", "NotificationConfiguration.LambdaConfigurations.Function"),
    (
        "s3.amazonaws.com",
        "Custom::S3BucketNotifications",
        "NotificationConfiguration.LambdaFunctionConfigurations.LambdaFunctionArn",
    ),
];

/// A permission with its function and what calls the function by it.
struct Permission<'p> {
    own: Resource<'p>,
    principal: Slot<'p>,
    function: Resource<'p>,
    triggers: Vec<Resource<'p>>,
}

/// The permissions of some services for functions that those call, where it is the only one of its service for its function.
fn permissions<'p>(sight: &Sight<'p>, services: &[&str]) -> Vec<Permission<'p>> {
    let mut all = Vec::new();
    for own in sight.resources(PERMISSIONS) {
        let principals = own.at("principal | Principal");
        let [principal] = principals[..] else { continue };
        let Some(service) = principal.node.literal().filter(|l| services.contains(l)) else { continue };
        for function in sight.named(&own, "function_name | FunctionName", FUNCTIONS) {
            let triggers: Vec<Resource<'p>> = TRIGGERS
                .iter()
                .filter(|(of, ..)| *of == service)
                .flat_map(|(_, kind, path)| sight.users(&function, &[kind], path))
                .collect();
            all.push(Permission { own, principal, function, triggers });
        }
    }
    // A module of functions is one function here: the words tell its calls apart.
    let words =
        |p: &Permission<'_>| p.own.at("function_name | FunctionName").first().map(|s| s.text().to_owned());
    let same = |a: &Permission<'_>, b: &Permission<'_>| {
        let is_told_apart = a.own.document.directory() == b.own.document.directory() && words(a) != words(b);
        identity(&a.function) == identity(&b.function)
            && a.principal.node.literal() == b.principal.node.literal()
            && !is_told_apart
    };
    let alone: Vec<bool> = all.iter().map(|a| all.iter().filter(|b| same(a, b)).count() == 1).collect();
    all.into_iter().zip(alone).filter(|(p, alone)| *alone && !p.triggers.is_empty()).map(|(p, _)| p).collect()
}

impl Permission<'_> {
    fn concerns(&self, mut place: Place) -> Place {
        for trigger in &self.triggers {
            place = place.concerning(trigger);
        }
        place.concerning(&self.function)
    }
}

/// Where nothing else lets the same service invoke the function, and something of the service does.
fn permission_forgotten(sight: &Sight<'_>, services: &[&str]) -> Vec<Place> {
    let permissions = permissions(sight, services);
    permissions.iter().filter_map(|p| Some(p.concerns(sight.left_out(&p.own)?))).collect()
}

fn permission_for_scheduler(sight: &Sight<'_>) -> Vec<Place> {
    let permissions = permissions(sight, &["events.amazonaws.com"]);
    permissions
        .iter()
        .map(|p| p.concerns(sight.reworded(&p.own, p.principal, "scheduler.amazonaws.com")))
        .collect()
}

/// Where the source is the ARN of the API with something behind it.
fn api_permission_without_stage(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for permission in permissions(sight, &["apigateway.amazonaws.com"]) {
        for slot in permission.own.at("source_arn") {
            let text = slot.text();
            let bare = text.strip_prefix("\"${").and_then(|t| t.split_once(".execution_arn}/"));
            if let Some((api, _)) = bare {
                let place = sight.replaced(&permission.own, slot, &format!("{api}.execution_arn"));
                out.push(permission.concerns(place));
            }
        }
    }
    out
}

/// A function that is fed, where it is said, and from what its mapping names it.
struct Fed<'p> {
    mapping: Resource<'p>,
    function: Resource<'p>,
    via: Slot<'p>,
}

fn fed<'p>(sight: &Sight<'p>) -> Vec<Fed<'p>> {
    let mut out = Vec::new();
    for mapping in sight.resources(MAPPINGS) {
        for via in mapping.at("function_name | FunctionName") {
            let named = sight.mentions.in_slot(&via);
            let functions = sight.resources(FUNCTIONS).into_iter().filter(|f| named.contains(&identity(f)));
            out.extend(functions.map(|function| Fed { mapping, function, via }));
        }
    }
    out
}

/// What belongs to the policies of the role of a function.
fn holders<'p>(sight: &Sight<'p>, function: &Resource<'p>) -> Vec<Resource<'p>> {
    let mut out = Vec::new();
    for role in sight.named(function, "role | Role", ROLES) {
        out.extend(sight.users(&role, POLICIES, "role | Roles"));
        out.push(role);
    }
    out
}

/// The policies that the role of a function has, as they are written: documents, and names of those that AWS keeps.
fn allowances<'p>(sight: &Sight<'p>, fed: &Fed<'p>) -> Vec<Slot<'p>> {
    const PATHS: [&str; 4] = [
        "policy | PolicyDocument",
        "inline_policy.policy | Policies.PolicyDocument",
        "policy_arn | ManagedPolicyArns",
        "managed_policy_arns | ManagedPolicyArns",
    ];
    let mut out: Vec<Slot<'p>> = Vec::new();
    for holder in holders(sight, &fed.function) {
        let written = PATHS.iter().flat_map(|path| sight.written_via(fed.via, &holder, path));
        // What a list of names is made to is named by its loop.
        let looped = sight.written_via(fed.via, &holder, "for_each");
        out.extend(written.chain(looped));
    }
    let documents: Vec<Slot<'p>> = out
        .iter()
        .flat_map(|slot| sight.mentions.in_slot(slot))
        .filter_map(|named| sight.mentions.resource(&named))
        .filter(|r| matches!(r.kind, "aws_iam_policy_document" | "aws_iam_policy"))
        .flat_map(|r| if r.is_data { r.at("statement") } else { sight.written(&r, "policy") })
        .collect();
    out.extend(documents);
    out
}

/// Where it is written once for the role, and nothing wider allows it.
fn event_source_unread(sight: &Sight<'_>) -> Vec<Place> {
    const READS: &[&str] = &["sqs:ReceiveMessage", "dynamodb:GetRecords", "kinesis:GetRecords"];
    const MANAGED: &[&str] = &["SQSQueueExecutionRole", "DynamoDBExecutionRole", "KinesisExecutionRole"];
    const WIDE: &[&str] =
        &["sqs:*", "dynamodb:*", "kinesis:*", "sqs:Receive*", "dynamodb:Get*", "kinesis:Get*"];
    let mut out = Vec::new();
    for fed in fed(sight) {
        let mut found: Vec<Slot<'_>> = Vec::new();
        let mut is_wide = false;
        for allowance in allowances(sight, &fed) {
            is_wide |=
                WIDE.iter().any(|w| allowance.text().contains(w)) || allowance.text().contains("FullAccess");
            for slot in allowance.literals() {
                let words = slot.node.literal().unwrap_or_default();
                let is_meant = READS.contains(&words) || MANAGED.iter().any(|m| words.ends_with(m));
                if is_meant && !found.iter().any(|s| std::ptr::eq(s.node, slot.node)) {
                    found.push(slot);
                }
            }
        }
        let ([slot], false) = (&found[..], is_wide) else { continue };
        let words = slot.node.literal().unwrap_or_default();
        let place = match words.rsplit_once("AWSLambda") {
            Some((before, _)) => {
                Some(sight.reworded(&fed.function, *slot, &format!("{before}AWSLambdaBasicExecutionRole")))
            }
            None if slot.member.is_none() => sight.without(&fed.function, *slot),
            None => None,
        };
        out.extend(place.map(|p| p.concerning(&fed.mapping)));
    }
    out
}

/// Where the policy is named with its whole name.
fn vpc_policy_basic(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    let name = "AWSLambdaVPCAccessExecutionRole";
    for function in sight.resources(FUNCTIONS) {
        let mut edits: Vec<(Slot<'_>, usize)> = Vec::new();
        for holder in holders(sight, &function) {
            let paths = "policy_arn | ManagedPolicyArns";
            for slot in sight.written(&holder, paths).into_iter().chain(holder.at("managed_policy_arns")) {
                for (at, _) in slot.text().match_indices(name) {
                    edits.push((slot, slot.node.span.start + at));
                }
            }
        }
        let is_in_vpc = !function.at("vpc_config | VpcConfig").is_empty()
            || function.document.slice(&function.whole.span).contains("dynamic \"vpc_config\"");
        if let ([(slot, at)], true) = (&edits[..], is_in_vpc) {
            let edit = Edit::new(*at..at + name.len(), "AWSLambdaBasicExecutionRole");
            out.push(sight.place(&function, *slot, [edit]));
        }
    }
    out
}

/// The queues that feed functions, each with its function and both timeouts, where they are written once.
fn queue_timeouts<'p>(sight: &Sight<'p>) -> Vec<(Fed<'p>, Resource<'p>, Slot<'p>, Slot<'p>)> {
    let mut out = Vec::new();
    for fed in fed(sight) {
        for queue in sight.named(&fed.mapping, "event_source_arn | EventSourceArn", QUEUES) {
            let sources = fed.mapping.at("event_source_arn | EventSourceArn");
            let Some(source) = sources.first().copied() else { continue };
            let timeouts = sight.written_via(fed.via, &fed.function, "timeout | Timeout");
            let visible = sight.written_via(source, &queue, "visibility_timeout_seconds | VisibilityTimeout");
            if let ([timeout], [visible]) = (&timeouts[..], &visible[..]) {
                out.push((Fed { ..fed }, queue, *timeout, *visible));
            }
        }
    }
    out
}

fn seconds(slot: &Slot<'_>) -> Option<u32> {
    slot.node.literal()?.parse().ok()
}

/// Where the function takes longer than the 30 seconds.
fn visibility_timeout_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for (fed, queue, timeout, visible) in queue_timeouts(sight) {
        if seconds(&timeout).is_some_and(|s| s > 30)
            && let Some(place) = sight.without(&queue, visible)
        {
            out.push(place.concerning(&fed.function).concerning(&fed.mapping));
        }
    }
    out
}

/// Where the queue waits less than that.
fn function_timeout_raised(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for (fed, queue, timeout, visible) in queue_timeouts(sight) {
        if seconds(&visible).is_some_and(|s| s < 900) && seconds(&timeout).is_some() {
            let place = sight.reworded(&fed.function, timeout, "900");
            out.push(place.concerning(&queue).concerning(&fed.mapping));
        }
    }
    out
}
