//! The role that a function or state machine gets when it names none.

use iaclint_value::{Name, OriginId, Value};

use super::{Lowering, Serverless, list, object, text};
use crate::eval::intrinsic;

/// What a role is put together of.
pub(super) struct Policies {
    /// ARNs of managed policies.
    managed: Vec<Value>,
    /// Policies written into it.
    inline: Vec<Value>,
    /// Whether these are all.
    complete: bool,
}

impl Policies {
    pub(super) fn new() -> Self {
        Self { managed: Vec::new(), inline: Vec::new(), complete: true }
    }

    /// A policy that AWS manages.
    pub(super) fn aws(&mut self, name: &str, origin: OriginId) {
        let arn = text(&format!("arn:${{AWS::Partition}}:iam::aws:policy/{name}"), origin);
        self.managed.push(object(vec![("Fn::Sub", arn)], origin));
    }

    /// A statement that the transform writes.
    pub(super) fn allows(&mut self, action: &str, resource: Value, origin: OriginId) {
        let statement =
            vec![("Effect", text("Allow", origin)), ("Action", text(action, origin)), ("Resource", resource)];
        let statement =
            object(vec![("Statement", list(vec![object(statement, origin)], true, origin))], origin);
        self.document(statement, origin);
    }

    /// There are more than can be read.
    pub(super) fn and_more(&mut self) {
        self.complete = false;
    }

    fn document(&mut self, document: Value, origin: OriginId) {
        let name = text(&format!("Policy{}", self.inline.len()), origin);
        self.inline.push(object(vec![("PolicyName", name), ("PolicyDocument", document)], origin));
    }

    /// `Policies` of a function or state machine: one or a list of names, ARNs, documents and templates of policies.
    pub(super) fn written(&mut self, policies: &Value) {
        let one = std::slice::from_ref(policies);
        for policy in policies.as_list().map_or(one, |list| &list.items) {
            match (policy.as_str(), policy.as_object()) {
                (Some(name), _) if name.starts_with("arn:") => self.managed.push(policy.clone()),
                (Some(name), _) => self.aws(&name, policy.origin),
                (_, Some(statements)) if statements.get("Statement").is_some() => {
                    self.document(policy.clone(), policy.origin);
                }
                (_, Some(call)) => match intrinsic(call) {
                    Some(("Ref" | "Fn::Sub" | "Fn::GetAtt" | "Fn::ImportValue" | "Fn::Join", _)) => {
                        self.managed.push(policy.clone());
                    }
                    // A template of the transform's own, or a choice between things of different kinds.
                    _ => self.and_more(),
                },
                _ => self.and_more(),
            }
        }
    }
}

impl Lowering<'_> {
    /// Adds a role that `service` takes.
    pub(super) fn role(&mut self, this: &Serverless<'_>, name: Name, service: &str, policies: Policies) {
        let origin = this.origin;
        let principal = object(vec![("Service", list(vec![text(service, origin)], true, origin))], origin);
        let trust = object(
            vec![
                ("Effect", text("Allow", origin)),
                ("Principal", principal),
                ("Action", list(vec![text("sts:AssumeRole", origin)], true, origin)),
            ],
            origin,
        );
        let trust = object(vec![("Statement", list(vec![trust], true, origin))], origin);
        // What the function says of its own role holds for no other.
        let own = name == this.name("Role");
        let said = |property: &str| this.get(property).filter(|_| own);
        let trust = said("AssumeRolePolicyDocument").cloned().unwrap_or(trust);
        let Policies { managed, inline, complete } = policies;
        let mut fields = vec![
            ("AssumeRolePolicyDocument", trust),
            ("ManagedPolicyArns", list(managed, complete, origin)),
            ("Policies", list(inline, complete, origin)),
        ];
        fields.extend(super::renamed(said("PermissionsBoundary"), "PermissionsBoundary"));
        fields.extend(super::renamed(said("RolePath"), "Path"));
        self.add(this, name, "AWS::IAM::Role", object(fields, origin));
    }
}
