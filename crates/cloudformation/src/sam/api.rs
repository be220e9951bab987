//! APIs: those that the template has, and those that only its functions' events speak of.

use iaclint_value::{Name, OriginId, Value};

use super::{Lowering, Serverless, list, object, plain, reference, renamed, text};

/// The API that events of the type `Api` without one of their own belong to.
const REST: &str = "ServerlessRestApi";
/// The same for events of the type `HttpApi`.
const HTTP: &str = "ServerlessHttpApi";

/// The stage of the former.
pub(super) const IMPLICIT_STAGE: &str = "Prod";

impl Lowering<'_> {
    pub(super) fn api(&mut self, this: &Serverless<'_>) {
        let mut more = Vec::new();
        more.extend(renamed(this.get("DefinitionBody"), "Body"));
        more.extend(this.get("EndpointConfiguration").map(|of| ("EndpointConfiguration", endpoint(of))));
        let properties =
            this.properties(&["ApiKeySourceType", "BinaryMediaTypes", "Description", "Name", "Policy"], more);
        self.becomes(this, "AWS::ApiGateway::RestApi", properties);
        let deployment = this.name("Deployment");
        let fields = object(vec![("RestApiId", reference(this.id, this.origin))], this.origin);
        self.add(this, deployment.clone(), "AWS::ApiGateway::Deployment", fields);
        let mut fields = vec![
            ("RestApiId", reference(this.id, this.origin)),
            ("DeploymentId", reference(&deployment, this.origin)),
        ];
        for name in ["StageName", "Variables", "MethodSettings", "TracingEnabled", "AccessLogSetting"] {
            fields.extend(renamed(this.get(name), name));
        }
        let stage = this.get("StageName").and_then(Value::as_str).unwrap_or_default().into_owned();
        let stage = this.name(&format!("{}Stage", plain(&stage)));
        self.add(this, stage, "AWS::ApiGateway::Stage", object(fields, this.origin));
    }

    pub(super) fn http_api(&mut self, this: &Serverless<'_>) {
        let mut more = vec![("ProtocolType", text("HTTP", this.origin))];
        more.extend(renamed(this.get("DefinitionBody"), "Body"));
        let properties = this.properties(&["Description", "Name", "DisableExecuteApiEndpoint"], more);
        self.becomes(this, "AWS::ApiGatewayV2::Api", properties);
        let mut fields = vec![("ApiId", reference(this.id, this.origin))];
        let stage = this.get("StageName").cloned().unwrap_or_else(|| text("$default", this.origin));
        let name = match stage.as_str().as_deref() {
            Some("$default") => this.name("ApiGatewayDefaultStage"),
            Some(name) => this.name(&format!("{}Stage", plain(name))),
            None => this.name("Stage"),
        };
        fields.push(("StageName", stage));
        fields.extend(renamed(this.get("AccessLogSettings"), "AccessLogSettings"));
        self.add(this, name, "AWS::ApiGatewayV2::Stage", object(fields, this.origin));
    }

    /// The APIs that stand for events without one of their own.
    pub(super) fn implicit_apis(&mut self) {
        for (kind, own, id) in [("Api", "RestApiId", REST), ("HttpApi", "ApiId", HTTP)] {
            let mut first: Option<OriginId> = None;
            for (_, origin, resource) in self.resources.entries() {
                let events =
                    resource.get("Properties").and_then(|p| p.get("Events")).and_then(Value::as_object);
                let implicit = |event: &Value| {
                    event.get("Type").and_then(Value::as_str).is_some_and(|t| t == kind)
                        && event.get("Properties").is_none_or(|p| p.get(own).is_none())
                };
                if events.is_some_and(|events| events.fields.iter().any(|(_, _, event)| implicit(event))) {
                    first.get_or_insert(*origin);
                }
            }
            if let Some(origin) = first {
                self.implicit_api(kind, id, origin);
            }
        }
    }

    fn implicit_api(&mut self, kind: &str, id: &str, origin: OriginId) {
        let id = Name::from(id);
        let resource = Value::object([], origin);
        let own = match kind {
            "Api" => object(vec![("StageName", text(IMPLICIT_STAGE, origin))], origin),
            _ => Value::object([], origin),
        };
        let properties = match self.globals.and_then(|g| g.get(kind)) {
            Some(global) => super::globals::merged(global, &own, 0),
            None => own,
        };
        let this = Serverless { id: &id, origin, resource: &resource, properties };
        match kind {
            "Api" => self.api(&this),
            _ => self.http_api(&this),
        }
    }
}

/// An endpoint's configuration: a text in the transform's own form.
fn endpoint(of: &Value) -> Value {
    let kind = if of.as_str().is_some() { Some(of) } else { of.get("Type") };
    let mut fields: Vec<(&str, Value)> = Vec::new();
    fields.extend(kind.map(|kind| ("Types", list(vec![kind.clone()], true, of.origin))));
    fields.extend(renamed(of.get("VPCEndpointIds"), "VpcEndpointIds"));
    object(fields, of.origin)
}
