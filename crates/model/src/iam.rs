//! IAM: roles and what their policies say.

use std::collections::BTreeMap;

use iaclint_graph::{Mode, User};
use iaclint_value::Value;

use crate::entity::entities;
use crate::policy::managed_by_aws;
use crate::{Found, Link, Model, Prop, ResourceId, look_up};

entities! {
    /// A role.
    Role: ["aws_iam_role"] | ["AWS::IAM::Role"] {
        /// Its name.
        name: str = "name" | "RoleName";
        /// Who may take it.
        trust: raw = "assume_role_policy" | "AssumeRolePolicyDocument";
        /// Policies written into it.
        inline_policies: nodes = "inline_policy" | "Policies";
        /// Managed policies attached in it.
        managed_policies: raw = "managed_policy_arns" | "ManagedPolicyArns";
        /// The most that it may be allowed.
        boundary: raw = "permissions_boundary" | "PermissionsBoundary";
    }

    /// A policy written for roles.
    RolePolicy: ["aws_iam_role_policy"] | ["AWS::IAM::Policy"] {
        /// The role, in Terraform.
        role: raw = "role" | "Roles";
        /// The document.
        document: raw = "policy" | "PolicyDocument";
    }

    /// A policy written for one role, in CloudFormation's newer form.
    SingleRolePolicy: [] | ["AWS::IAM::RolePolicy"] {
        /// The role.
        role: raw = "" | "RoleName";
        /// The document.
        document: raw = "" | "PolicyDocument";
    }

    /// A managed policy.
    ManagedPolicy: ["aws_iam_policy"] | ["AWS::IAM::ManagedPolicy"] {
        /// The roles that it is attached to, in CloudFormation.
        roles: raw = "" | "Roles";
        /// The document.
        document: raw = "policy" | "PolicyDocument";
    }

    /// An attachment of a managed policy to a role.
    PolicyAttachment: ["aws_iam_role_policy_attachment"] | [] {
        /// The role.
        role: raw = "role" | "";
        /// The policy.
        policy: raw = "policy_arn" | "";
    }

    /// An attachment of a managed policy to everybody that it names.
    PolicyAttachments: ["aws_iam_policy_attachment"] | [] {
        /// The roles.
        role: raw = "roles" | "";
        /// The policy.
        policy: raw = "policy_arn" | "";
    }

    /// An instance profile.
    InstanceProfile: ["aws_iam_instance_profile"] | ["AWS::IAM::InstanceProfile"] {
        /// Its role.
        role: link = "role" | "Roles";
        /// Whether a role is written.
        role_written: raw = "role" | "Roles";
    }
}

/// A policy document with the resource that carries it.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'m> {
    /// The policy resource, or the role for inline ones.
    pub id: ResourceId,
    /// The document.
    pub document: &'m Value,
    /// Whether the role has it for certain.
    pub certain: bool,
}

/// The policies of a role.
#[derive(Clone, Debug, Default)]
pub struct RolePolicies<'m> {
    /// The documents that are known.
    pub grants: Vec<Grant<'m>>,
    /// Why there may be more: in words, each reason once.
    pub unknown: Vec<String>,
    /// What the role may do at most, where it has a boundary.
    pub boundary: Option<Boundary<'m>>,
}

/// The most that a role may be allowed.
#[derive(Clone, Debug, Default)]
pub struct Boundary<'m> {
    /// The documents that are known.
    pub grants: Vec<Grant<'m>>,
    /// Why it cannot be said what the boundary allows.
    pub unknown: Option<String>,
}

impl RolePolicies<'_> {
    fn because(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.unknown.contains(&reason) {
            self.unknown.push(reason);
        }
    }
}

/// Whom a value of role names names.
struct Named {
    roles: Vec<ResourceId>,
    /// Roles that it may name besides: all of the root when nothing shows which.
    perhaps: Vec<ResourceId>,
}

struct Reader<'m> {
    model: &'m Model<'m>,
    roles: Vec<Role<'m>>,
    out: BTreeMap<ResourceId, RolePolicies<'m>>,
}

/// The policies of every role of the graph.
pub fn role_policies<'m>(model: &'m Model<'m>) -> BTreeMap<ResourceId, RolePolicies<'m>> {
    let roles = model.all::<Role<'m>>();
    let out = roles.iter().map(|r| (r.id(), RolePolicies::default())).collect();
    let mut reader = Reader { model, roles, out };
    reader.read();
    reader.out
}

impl<'m> Reader<'m> {
    fn read(&mut self) {
        for role in self.roles.clone() {
            self.own(role);
            self.others(role);
        }
        for policy in self.model.all::<RolePolicy<'m>>() {
            self.document(policy.id(), &policy.role(), &policy.document());
        }
        for policy in self.model.all::<SingleRolePolicy<'m>>() {
            self.document(policy.id(), &policy.role(), &policy.document());
        }
        for policy in self.model.all::<ManagedPolicy<'m>>() {
            self.document(policy.id(), &policy.roles(), &policy.document());
        }
        for attachment in self.model.all::<PolicyAttachment<'m>>() {
            self.attached(attachment.id(), &attachment.role(), &attachment.policy());
        }
        for attachment in self.model.all::<PolicyAttachments<'m>>() {
            self.attached(attachment.id(), &attachment.role(), &attachment.policy());
        }
    }

    /// What is written into a role.
    fn own(&mut self, role: Role<'m>) {
        let inline = role.inline_policies();
        if !inline.complete {
            self.because(role.id(), "not all policies written into it are known");
        }
        for node in inline.items {
            let document = node.raw("policy", "PolicyDocument");
            // An empty `inline_policy` block removes policies that others add.
            if !document.is_absent() {
                self.add(&[role.id()], role.id(), true, &document);
            }
        }
        match role.managed_policies() {
            Prop::Absent { .. } => {}
            Prop::Known { value, .. } => self.policies(&[role.id()], role.id(), true, value),
            Prop::OneOf { .. } | Prop::Unknown { .. } => {
                self.because(role.id(), "its managed policies are not known");
            }
        }
        let boundary = match role.boundary() {
            Prop::Absent { .. } => return,
            Prop::Known { value, .. } => {
                let read = self.managed(role.id(), true, value);
                Boundary { grants: read.grants, unknown: read.unknown.into_iter().next() }
            }
            Prop::OneOf { .. } | Prop::Unknown { .. } => {
                Boundary { grants: Vec::new(), unknown: Some("its boundary is not known".to_owned()) }
            }
        };
        self.out.entry(role.id()).or_default().boundary = Some(boundary);
    }

    /// Who else may give policies to a role: modules that are not here, and resources that are not read.
    fn others(&mut self, role: Role<'m>) {
        for at in self.model.uses(role.id()) {
            match &at.by {
                User::Opaque(_, address) => {
                    self.because(role.id(), format!("{address} is not here and is given the role"));
                }
                User::Output(root, name)
                    if self.model.graph().root(*root).language != crate::Language::Terraform =>
                {
                    self.because(role.id(), format!("it is exported as {name}"));
                }
                User::Resource(by) => {
                    let type_name = self.model.resource(*by).type_name.as_str();
                    if matches!(
                        type_name,
                        "aws_iam_user_policy" | "AWS::IAM::UserPolicy" | "AWS::IAM::GroupPolicy"
                    ) || type_name.starts_with("Custom::")
                        || type_name == "AWS::CloudFormation::CustomResource"
                    {
                        self.because(role.id(), format!("{} may give it policies", self.model.short(*by)));
                    }
                }
                User::Output(..) => {}
            }
        }
    }

    fn document(&mut self, id: ResourceId, roles: &Prop<&'m Value>, document: &Prop<&'m Value>) {
        let named = self.named(id, roles);
        self.add(&named.roles, id, self.model.resource(id).existence.is_certain(), document);
        self.perhaps(&named, id);
    }

    fn attached(&mut self, id: ResourceId, roles: &Prop<&'m Value>, policy: &Prop<&'m Value>) {
        let named = self.named(id, roles);
        let certain = self.model.resource(id).existence.is_certain();
        match policy {
            Prop::Known { value, .. } => self.policies(&named.roles, id, certain, value),
            _ => named.roles.iter().for_each(|r| {
                self.because(*r, format!("the policy of {} is not known", self.model.short(id)));
            }),
        }
        self.perhaps(&named, id);
    }

    fn perhaps(&mut self, named: &Named, id: ResourceId) {
        for role in &named.perhaps {
            self.because(*role, format!("{} may be for it", self.model.short(id)));
        }
    }

    fn because(&mut self, role: ResourceId, reason: impl Into<String>) {
        self.out.entry(role).or_default().because(reason);
    }

    /// The roles that a value names: by reference, or by a name that a role has.
    fn named(&self, by: ResourceId, value: &Prop<&'m Value>) -> Named {
        let mut named = Named { roles: Vec::new(), perhaps: Vec::new() };
        let value = match value {
            Prop::Known { value, .. } => *value,
            Prop::Absent { .. } => return named,
            Prop::OneOf { .. } | Prop::Unknown { .. } => {
                named.perhaps = self.of_root(by);
                return named;
            }
        };
        let links = self.model.links_in(value);
        for link in &links.items {
            match link {
                Link::Resource { id, .. } => named.roles.push(*id),
                Link::Literal { text, .. } => {
                    let name = text.rsplit('/').next().unwrap_or(text);
                    let called = |r: &&Role<'m>| r.name().known().is_some_and(|n| n == name);
                    named.roles.extend(self.roles.iter().filter(called).map(Role::id));
                }
                Link::Outside { .. } => {}
            }
        }
        // What names something that is no role may be a name that is made of it.
        if !links.complete
            || (named.roles.iter().all(|id| !self.out.contains_key(id)) && !named.roles.is_empty())
        {
            let mentioned: Vec<ResourceId> =
                self.model.mentions(value).into_iter().filter(|id| self.out.contains_key(id)).collect();
            named.perhaps = if mentioned.is_empty() { self.of_root(by) } else { mentioned };
        }
        named
    }

    fn of_root(&self, id: ResourceId) -> Vec<ResourceId> {
        self.roles.iter().map(Role::id).filter(|r| self.model.same_root(*r, id)).collect()
    }

    fn add(&mut self, roles: &[ResourceId], id: ResourceId, certain: bool, document: &Prop<&'m Value>) {
        let read = self.granted(id, certain, document);
        self.give(roles, &read);
    }

    /// What roles are given, those that are of this graph.
    fn give(&mut self, roles: &[ResourceId], read: &RolePolicies<'m>) {
        for role in roles {
            let Some(policies) = self.out.get_mut(role) else { continue };
            policies.grants.extend_from_slice(&read.grants);
            read.unknown.iter().for_each(|reason| policies.because(reason.clone()));
        }
    }

    fn granted(&self, id: ResourceId, certain: bool, document: &Prop<&'m Value>) -> RolePolicies<'m> {
        let mut read = RolePolicies::default();
        match document {
            Prop::Known { value, .. } => read.grants.push(Grant { id, document: value, certain }),
            Prop::OneOf { values, .. } => {
                read.grants.extend(values.iter().map(|document| Grant { id, document, certain: false }));
            }
            Prop::Absent { .. } | Prop::Unknown { .. } => {
                read.because(format!("the document of {} is not known", self.model.short(id)));
            }
        }
        read
    }

    /// Managed policies given by their ARNs.
    fn policies(&mut self, roles: &[ResourceId], by: ResourceId, certain: bool, value: &'m Value) {
        let read = self.managed(by, certain, value);
        self.give(roles, &read);
    }

    /// What the managed policies say that a value names.
    fn managed(&self, by: ResourceId, certain: bool, value: &'m Value) -> RolePolicies<'m> {
        let mut read = RolePolicies::default();
        let single = std::slice::from_ref(value);
        let (items, complete) = value.as_list().map_or((single, true), |l| (l.items.as_slice(), l.complete));
        if !complete {
            read.because("not all its managed policies are known");
        }
        for item in items.iter().filter(|i| !i.is_null()) {
            if let Some(name) = self.name_of_aws(item) {
                match managed_by_aws(&name) {
                    Some(document) => read.grants.push(Grant { id: by, document, certain }),
                    None => read.because(format!("what {name} allows is not on file")),
                }
                continue;
            }
            let links = self.model.links_in(item);
            let known: Vec<ManagedPolicy<'m>> =
                links.items.iter().filter_map(|l| self.model.get::<ManagedPolicy<'m>>(l.id()?)).collect();
            for policy in &known {
                let certain =
                    certain && known.len() == 1 && self.model.resource(policy.id()).existence.is_certain();
                let more = self.granted(policy.id(), certain, &policy.document());
                read.grants.extend(more.grants);
                more.unknown.into_iter().for_each(|reason| read.because(reason));
            }
            if !links.complete || known.len() != links.items.len() || known.is_empty() {
                read.because(format!("the policy {item} is not here"));
            }
        }
        read
    }

    /// The name of a policy that AWS manages: from its ARN, or from the data source that looks it up.
    fn name_of_aws(&self, value: &'m Value) -> Option<String> {
        if let Some(reference) = value.as_reference()
            && let [id] = self.model.resolve(reference)
        {
            let resource = self.model.resource(*id);
            if resource.mode == Mode::Data && resource.type_name == "aws_iam_policy" {
                if let Found::Value(name) = look_up(&resource.body, "name") {
                    return name
                        .as_str()
                        .map(std::borrow::Cow::into_owned)
                        .filter(|n| managed_by_aws(n).is_some());
                }
                if let Found::Value(arn) = look_up(&resource.body, "arn") {
                    return self.name_of_aws(arn);
                }
            }
            return None;
        }
        let suffix = value.to_text()?.suffix();
        let at = suffix.find(":aws:policy/").map(|at| at + ":aws:policy/".len())?;
        suffix[at..].rsplit('/').next().map(str::to_owned)
    }
}
