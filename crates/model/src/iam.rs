//! IAM: roles and what their policies say.

use iaclint_value::Value;

use crate::entity::entities;
use crate::{Many, Model, Prop, ResourceId};

entities! {
    /// A role.
    Role: ["aws_iam_role"] | ["AWS::IAM::Role"] {
        /// Its name.
        name: str = "name" | "RoleName";
        /// Policies written into it.
        inline_policies: nodes = "inline_policy" | "Policies";
        /// Managed policies attached in it.
        managed_policies: links = "managed_policy_arns" | "ManagedPolicyArns";
    }

    /// A policy written for roles.
    RolePolicy: ["aws_iam_role_policy"] | ["AWS::IAM::Policy", "AWS::IAM::RolePolicy"] {
        /// The role, in Terraform.
        role: links = "role" | "Roles";
        /// The document.
        document: raw = "policy" | "PolicyDocument";
    }

    /// A managed policy.
    ManagedPolicy: ["aws_iam_policy"] | ["AWS::IAM::ManagedPolicy"] {
        /// The roles that it is attached to, in CloudFormation.
        roles: links = "" | "Roles";
        /// The document.
        document: raw = "policy" | "PolicyDocument";
    }

    /// An attachment of a managed policy to a role.
    PolicyAttachment: ["aws_iam_role_policy_attachment"] | [] {
        /// The role.
        role: links = "role" | "";
        /// The policy.
        policy: links = "policy_arn" | "";
    }
}

/// A policy document with the resource that carries it.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'m> {
    /// The policy resource, or the role for inline ones.
    pub id: ResourceId,
    /// The document.
    pub document: &'m Value,
}

/// The policy documents of a role that the graph knows. Not complete when a policy is not readable: a managed policy outside the graph,
/// a document that is not known.
pub fn grants<'m>(model: &'m Model<'m>, role: ResourceId) -> Many<Grant<'m>> {
    let mut out = Many::none();
    let names = |links: &Many<crate::Link>| links.items.iter().any(|l| l.id() == Some(role));
    let add = |out: &mut Many<Grant<'m>>, id: ResourceId, document: Prop<&'m Value>| match document {
        Prop::Known { value, .. } => out.items.push(Grant { id, document: value }),
        Prop::OneOf { values, .. } => {
            out.complete = false;
            out.items.extend(values.into_iter().map(|document| Grant { id, document }));
        }
        Prop::Absent { .. } | Prop::Unknown { .. } => out.complete = false,
    };
    let mut managed: Vec<ResourceId> = Vec::new();
    if let Some(role) = model.get::<Role<'m>>(role) {
        let inline = role.inline_policies();
        out.complete &= inline.complete;
        for node in inline.items {
            add(&mut out, role.id(), node.raw("policy", "PolicyDocument"));
        }
        let links = role.managed_policies();
        out.complete &= links.complete;
        for link in &links.items {
            match link.id() {
                Some(id) => managed.push(id),
                None => out.complete = false,
            }
        }
    } else {
        out.complete = false;
    }
    for policy in model.all::<RolePolicy<'m>>() {
        if names(&policy.role()) {
            add(&mut out, policy.id(), policy.document());
        }
    }
    for attachment in model.all::<PolicyAttachment<'m>>() {
        if names(&attachment.role()) {
            for link in attachment.policy().items {
                match link.id() {
                    Some(id) => managed.push(id),
                    None => out.complete = false,
                }
            }
        }
    }
    for policy in model.all::<ManagedPolicy<'m>>() {
        if managed.contains(&policy.id()) || names(&policy.roles()) {
            add(&mut out, policy.id(), policy.document());
        }
    }
    out
}

/// Whether a role's known policies speak of a resource in an allowing statement: by reference, or by a known text read from it.
pub fn allows_mentioning<'m>(
    model: &'m Model<'m>,
    role: ResourceId,
    resource: ResourceId,
) -> Option<&'m Value> {
    for grant in grants(model, role).items {
        let node = model.node(grant.id).within(grant.document);
        for statement in node.nodes("Statement", "Statement").items {
            let deny =
                statement.str("Effect", "Effect").known().is_some_and(|e| e.eq_ignore_ascii_case("Deny"));
            if let Prop::Known { value, .. } = statement.raw("Resource", "Resource")
                && !deny
                && model.mentions(value).contains(&resource)
            {
                return Some(statement.value);
            }
        }
    }
    None
}
