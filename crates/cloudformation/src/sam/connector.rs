//! Connectors: permissions of one resource on others. Which ones, the transform knows alone; that there are some must not be lost.

use iaclint_value::{Data, Name, Object, OriginId, Value};

use super::{Lowering, Serverless, list, named, object, reference, unknown_object};

/// A resource of which one property is known and the others are not: whom it lets do what.
fn partial(known: (&str, Value), origin: OriginId) -> Value {
    let fields = vec![(Name::from(known.0), origin, known.1)];
    Value::new(Data::Object(Object { fields, complete: false }.into()), origin)
}

impl Lowering<'_> {
    pub(super) fn connector(&mut self, this: &Serverless<'_>) {
        let source = this.get("Source").and_then(|s| s.get("Id")).and_then(Value::as_str);
        self.connect(this, this.id, source.as_deref());
    }

    /// The connectors that a resource carries: it is their source.
    pub(super) fn embedded_connectors(&mut self, around: &Serverless<'_>, connectors: &Value) {
        for (name, origin, connector) in connectors.as_object().map_or(&[][..], |c| &c.fields) {
            let properties =
                connector.get("Properties").cloned().unwrap_or_else(|| Value::object([], *origin));
            let this = Serverless { id: around.id, origin: *origin, resource: around.resource, properties };
            self.connect(&this, &around.name(name), Some(around.id.as_str()));
        }
    }

    fn connect(&mut self, this: &Serverless<'_>, id: &str, source: Option<&str>) {
        let origin = this.origin;
        let role = match source {
            Some(source) => self.role_of(this, source),
            None => this.get("Source").and_then(|s| s.get("RoleName")).cloned(),
        };
        if let Some(role) = role {
            let fields =
                vec![("Roles", list(vec![role], true, origin)), ("PolicyDocument", unknown_object(origin))];
            self.add(
                this,
                Name::from(format!("{id}Policy")),
                "AWS::IAM::ManagedPolicy",
                object(fields, origin),
            );
        }
        let Some(destination) = this.get("Destination") else { return };
        let one = std::slice::from_ref(destination);
        let all = destination.as_list().map_or(one, |list| &list.items);
        for (at, destination) in all.iter().enumerate() {
            let Some(target) = destination.get("Id").and_then(Value::as_str) else { continue };
            let target_ref = reference(&target, origin);
            let (type_name, by, value) = match self.sibling(&target).map(|(type_name, _)| type_name) {
                Some("AWS::SQS::Queue") => {
                    ("AWS::SQS::QueuePolicy", "Queues", list(vec![target_ref], true, origin))
                }
                Some("AWS::SNS::Topic") => {
                    ("AWS::SNS::TopicPolicy", "Topics", list(vec![target_ref], true, origin))
                }
                Some("AWS::Lambda::Function" | "AWS::Serverless::Function") => {
                    ("AWS::Lambda::Permission", "FunctionName", target_ref)
                }
                _ => continue,
            };
            let name = Name::from(format!("{id}Destination{at}"));
            self.add(this, name, type_name, partial((by, value), origin));
        }
    }

    /// The role of a resource of the template, by which its policies name it.
    fn role_of(&self, this: &Serverless<'_>, id: &str) -> Option<Value> {
        let (type_name, resource) = self.sibling(id)?;
        let properties = resource.get("Properties");
        let role = ["Role", "RoleArn"].iter().find_map(|name| properties?.get(name));
        let made = matches!(type_name, "AWS::Serverless::Function" | "AWS::Serverless::StateMachine");
        match role {
            Some(role) => Some(named(role).map_or_else(|| role.clone(), |id| reference(&id, this.origin))),
            None if made => Some(reference(&format!("{id}Role"), this.origin)),
            None => None,
        }
    }
}
