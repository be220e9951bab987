//! Functions and state machines.

use iaclint_value::{OriginId, Value};

use super::role::Policies;
use super::{Lowering, Serverless, attribute, list, object, plain, reference, renamed, text, unknown_object};

/// What a function of the transform has under the name that Lambda gives it.
const SAME: [&str; 24] = [
    "Architectures",
    "CodeSigningConfigArn",
    "Description",
    "DurableConfig",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "FunctionName",
    "Handler",
    "ImageConfig",
    "KmsKeyArn",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "RecursiveLoop",
    "ReservedConcurrentExecutions",
    "Role",
    "Runtime",
    "RuntimeManagementConfig",
    "SnapStart",
    "TenancyConfig",
    "Timeout",
    "VpcConfig",
];

impl Lowering<'_> {
    pub(super) fn function(&mut self, this: &Serverless<'_>) {
        let origin = this.origin;
        let mut policies = Policies::new();
        policies.aws("service-role/AWSLambdaBasicExecutionRole", origin);
        let mut more = vec![("Code", code(this))];
        if let Some(mode) = this.get("Tracing") {
            policies.aws("AWSXRayDaemonWriteAccess", origin);
            more.push(("TracingConfig", object(vec![("Mode", mode.clone())], origin)));
        }
        if this.get("VpcConfig").is_some() {
            policies.aws("service-role/AWSLambdaVPCAccessExecutionRole", origin);
        }
        if let Some(queue) = this.get("DeadLetterQueue") {
            let target = queue.get("TargetArn").cloned().unwrap_or_else(|| unknown_object(origin));
            let is_topic = queue.get("Type").and_then(Value::as_str).is_some_and(|t| t == "SNS");
            let action = if is_topic { "sns:Publish" } else { "sqs:SendMessage" };
            policies.allows(action, target.clone(), origin);
            more.push(("DeadLetterConfig", object(vec![("TargetArn", target)], origin)));
        }
        if this.get("EventInvokeConfig").is_some() {
            // What it may send its results to.
            policies.and_more();
        }
        if let Some(written) = this.get("Policies") {
            policies.written(written);
        }
        for (name, _, event) in this.get("Events").and_then(Value::as_object).map_or(&[][..], |e| &e.fields) {
            self.event(this, name, event, &mut policies);
        }
        if this.get("Role").is_none() {
            more.push(("Role", attribute(&this.name("Role"), "Arn", origin)));
            self.role(this, this.name("Role"), "lambda.amazonaws.com", policies);
        }
        let properties = this.properties(&SAME, more);
        self.becomes(this, "AWS::Lambda::Function", properties);
        self.alias(this);
        self.url(this);
    }

    fn alias(&mut self, this: &Serverless<'_>) {
        let Some(alias) = this.get("AutoPublishAlias") else { return };
        let Some(name) = alias.as_str() else { return };
        let fields = vec![("FunctionName", reference(this.id, this.origin)), ("Name", alias.clone())];
        let id = this.name(&format!("Alias{}", plain(&name)));
        self.add(this, id, "AWS::Lambda::Alias", object(fields, this.origin));
    }

    fn url(&mut self, this: &Serverless<'_>) {
        let Some(url) = this.get("FunctionUrlConfig") else { return };
        let mut fields = vec![("TargetFunctionArn", reference(this.id, this.origin))];
        for name in ["AuthType", "Cors", "InvokeMode"] {
            fields.extend(renamed(url.get(name), name));
        }
        self.add(this, this.name("Url"), "AWS::Lambda::Url", object(fields, this.origin));
    }

    pub(super) fn layer(&mut self, this: &Serverless<'_>) {
        const SAME: [&str; 5] =
            ["CompatibleArchitectures", "CompatibleRuntimes", "Description", "LayerName", "LicenseInfo"];
        let content = vec![("Content", package(this.get("ContentUri"), this.origin))];
        let properties = this.properties(&SAME, content);
        self.becomes(this, "AWS::Lambda::LayerVersion", properties);
    }

    pub(super) fn state_machine(&mut self, this: &Serverless<'_>) {
        let origin = this.origin;
        let mut more = Vec::new();
        for (from, to) in [
            ("Name", "StateMachineName"),
            ("Type", "StateMachineType"),
            ("Logging", "LoggingConfiguration"),
            ("Tracing", "TracingConfiguration"),
            ("Role", "RoleArn"),
        ] {
            more.extend(renamed(this.get(from), to));
        }
        if let Some(definition) = this.get("Definition") {
            more.push(("DefinitionString", object(vec![("Fn::ToJsonString", definition.clone())], origin)));
        }
        if let Some(file) = this.get("DefinitionUri") {
            more.push(("DefinitionS3Location", package(Some(file), origin)));
        }
        if this.get("Role").is_none() {
            let mut policies = Policies::new();
            this.get("Policies").into_iter().for_each(|written| policies.written(written));
            more.push(("RoleArn", attribute(&this.name("Role"), "Arn", origin)));
            self.role(this, this.name("Role"), "states.amazonaws.com", policies);
        }
        let properties = this.properties(&["DefinitionSubstitutions"], more);
        self.becomes(this, "AWS::StepFunctions::StateMachine", properties);
    }
}

/// A function's `Code`.
fn code(this: &Serverless<'_>) -> Value {
    for (from, to) in [("InlineCode", "ZipFile"), ("ImageUri", "ImageUri")] {
        if let Some(code) = this.get(from) {
            return object(vec![(to, code.clone())], this.origin);
        }
    }
    package(this.get("CodeUri"), this.origin)
}

/// Where a package lies. What is a path here is uploaded by a tool, nobody knows where to.
fn package(uri: Option<&Value>, origin: OriginId) -> Value {
    let Some(uri) = uri else { return unknown_object(origin) };
    if let Some(path) = uri.as_str() {
        let Some((bucket, key)) = path.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) else {
            return unknown_object(uri.origin);
        };
        let fields = vec![("S3Bucket", text(bucket, uri.origin)), ("S3Key", text(key, uri.origin))];
        return object(fields, uri.origin);
    }
    let names = [("Bucket", "S3Bucket"), ("Key", "S3Key"), ("Version", "S3ObjectVersion")];
    let fields: Vec<_> = names.iter().filter_map(|(from, to)| renamed(uri.get(from), to)).collect();
    if fields.is_empty() { unknown_object(uri.origin) } else { object(fields, uri.origin) }
}

/// A permission for a service to call a function.
pub(super) fn permission(this: &Serverless<'_>, principal: &str, source: Option<Value>) -> Value {
    let origin = this.origin;
    let mut fields = vec![
        ("Action", text("lambda:InvokeFunction", origin)),
        ("FunctionName", reference(this.id, origin)),
        ("Principal", text(principal, origin)),
    ];
    fields.extend(source.map(|arn| ("SourceArn", arn)));
    object(fields, origin)
}

/// A target of a rule: the function.
pub(super) fn target(this: &Serverless<'_>, event: &Value, id: &str) -> Value {
    let mut fields = vec![("Arn", attribute(this.id, "Arn", this.origin)), ("Id", text(id, this.origin))];
    for name in ["Input", "InputPath", "RetryPolicy"] {
        fields.extend(renamed(event.get(name), name));
    }
    list(vec![object(fields, this.origin)], true, this.origin)
}
