//! AWS Lambda: functions, their aliases and versions, and who may invoke them.

use std::collections::BTreeMap;

use iaclint_graph::User;
use iaclint_value::{Data, Piece, Reference, Value};

use crate::arn::Arn;
use crate::entity::entities;
use crate::policy::action_matches;
use crate::{Answer, Model, Prop, ResourceId};

entities! {
    /// A function.
    Function: ["aws_lambda_function"] | ["AWS::Lambda::Function"] {
        /// Its name.
        name: raw = "function_name" | "FunctionName";
        /// Its environment variables: a map.
        variables: raw = "environment.variables" | "Environment.Variables";
        /// Its role.
        role: link = "role" | "Role";
        /// Its subnets in a VPC.
        subnets: links = "vpc_config.subnet_ids" | "VpcConfig.SubnetIds";
        /// Its security groups in a VPC.
        security_groups: links = "vpc_config.security_group_ids" | "VpcConfig.SecurityGroupIds";
        /// Whether it is in a VPC.
        vpc: raw = "vpc_config" | "VpcConfig";
        /// Seconds until a run is ended.
        timeout: int = "timeout" | "Timeout", default 3_i64;
    }

    /// A name for a version of a function.
    Alias: ["aws_lambda_alias"] | ["AWS::Lambda::Alias"] {
        /// Its name.
        name: raw = "name" | "Name";
        /// The function.
        function: raw = "function_name" | "FunctionName";
    }

    /// A version of a function.
    Version: [] | ["AWS::Lambda::Version"] {
        /// The function.
        function: raw = "" | "FunctionName";
    }

    /// Who may invoke a function: one statement of its policy.
    Permission: ["aws_lambda_permission"] | ["AWS::Lambda::Permission"] {
        /// The function: its name, its ARN, perhaps with the qualifier.
        function: raw = "function_name" | "FunctionName";
        /// The alias or version, in Terraform.
        qualifier: raw = "qualifier" | "";
        /// What may be done.
        action: str = "action" | "Action";
        /// Who may: a service, an account, `*`.
        principal: raw = "principal" | "Principal";
        /// On whose behalf.
        source_arn: raw = "source_arn" | "SourceArn";
        /// On behalf of which account.
        source_account: raw = "source_account" | "SourceAccount";
    }
}

/// A function as its caller names it.
#[derive(Clone, Debug)]
pub struct Callee {
    /// The function.
    pub function: ResourceId,
    /// The alias or version. A call with one is allowed by permissions with the same one alone.
    pub qualifier: Option<Arn>,
}

/// The function that a value names: by its ARN, its name, the URI that API Gateway calls it by.
pub fn callee<'m>(model: &'m Model<'m>, value: &'m Value) -> Option<Callee> {
    let mentions = model.mentions(value);
    let mut named: Option<Callee> = None;
    for id in &mentions {
        let found = if model.get::<Function<'m>>(*id).is_some() {
            Callee { function: *id, qualifier: qualifier_in(model, value, *id) }
        } else if let Some(alias) = model.get::<Alias<'m>>(*id) {
            let function = function_of(model, &alias.function())?;
            let name = alias.name().known().map(|name| Arn::of_value(model, name));
            Callee { function, qualifier: Some(name.unwrap_or_else(Arn::unknown)) }
        } else if let Some(version) = model.get::<Version<'m>>(*id) {
            let function = function_of(model, &version.function())?;
            Callee { function, qualifier: Some(Arn::unknown()) }
        } else {
            continue;
        };
        match &named {
            None => named = Some(found),
            Some(known) if known.function != found.function => return None,
            Some(known) if known.qualifier.is_none() => named = Some(found),
            Some(_) => {}
        }
    }
    named
}

fn function_of<'m>(model: &'m Model<'m>, value: &Prop<&'m Value>) -> Option<ResourceId> {
    let value = value.known()?;
    model.mentions(value).into_iter().find(|id| model.get::<Function<'m>>(*id).is_some())
}

/// The qualifier that stands behind a function's ARN (`${arn}:live`), or that the attribute includes.
fn qualifier_in<'m>(model: &'m Model<'m>, value: &'m Value, function: ResourceId) -> Option<Arn> {
    let of_attribute = |reference: &'m Reference| {
        let qualified = ["qualified_arn", "qualified_invoke_arn", "version"];
        let here = model.resolve(reference).contains(&function);
        (here && qualified.contains(&model.follow(reference).attribute().as_str())).then(Arn::unknown)
    };
    match &value.data {
        Data::Reference(reference) => of_attribute(reference),
        Data::Text(text) => {
            let pieces = text.pieces();
            let at = pieces.iter().position(|piece| match piece {
                Piece::Hole(hole) => {
                    hole.as_reference().is_some_and(|r| model.resolve(r).contains(&function))
                }
                Piece::Literal(_) => false,
            })?;
            if let Some(Piece::Hole(hole)) = pieces.get(at)
                && let Some(unknown) = hole.as_reference().and_then(of_attribute)
            {
                return Some(unknown);
            }
            match pieces.get(at + 1) {
                Some(Piece::Literal(next)) => {
                    let written = next.text.strip_prefix(':')?.split('/').next()?;
                    // `${arn}:${alias}`: a hole follows.
                    Some(if written.is_empty() { Arn::unknown() } else { Arn::of_text(written) })
                }
                Some(Piece::Hole(_)) => Some(Arn::unknown()),
                None => None,
            }
        }
        _ => None,
    }
}

/// Whom the policy of a function lets invoke it.
#[derive(Clone, Debug, Default)]
pub struct Permissions<'m> {
    /// Its statements.
    pub items: Vec<Permission<'m>>,
    /// Why there may be others.
    pub unknown: Option<String>,
}

/// The permissions of every function that has some, or may have some that are not known.
pub fn permissions<'m>(model: &'m Model<'m>) -> BTreeMap<ResourceId, Permissions<'m>> {
    let mut out: BTreeMap<ResourceId, Permissions<'m>> = BTreeMap::new();
    let functions = model.all::<Function<'m>>();
    for function in &functions {
        if let Some(reason) = given_away(model, function.id()) {
            out.entry(function.id()).or_default().unknown = Some(reason);
        }
    }
    for permission in model.all::<Permission<'m>>() {
        let Prop::Known { value, .. } = permission.function() else {
            let in_root = functions.iter().filter(|f| model.same_root(f.id(), permission.id()));
            for function in in_root {
                out.entry(function.id()).or_default().items.push(permission);
            }
            continue;
        };
        let named: Vec<ResourceId> = if let Some(callee) = callee(model, value) {
            vec![callee.function]
        } else {
            // A name that stands in no relation to a function here may still be that of one.
            let named = Arn::of_value(model, value);
            functions.iter().filter(|f| may_name(model, &named, f)).map(Function::id).collect()
        };
        for function in named {
            out.entry(function).or_default().items.push(permission);
        }
    }
    out
}

fn may_name<'m>(model: &'m Model<'m>, named: &Arn, function: &Function<'m>) -> bool {
    let name = function.name().known().map_or_else(Arn::unknown, |name| Arn::of_value(model, name));
    let arn = Arn::of_resource(model, function.id());
    named.covers(&name) != Answer::No || arn.is_some_and(|arn| named.covers(&arn) != Answer::No)
}

/// Who else may give others the right to invoke a function.
fn given_away(model: &Model<'_>, function: ResourceId) -> Option<String> {
    model.uses(function).iter().find_map(|at| match &at.by {
        User::Opaque(_, address) => Some(format!("{address} is not here and is given the function")),
        User::Resource(by) => {
            let kind = model.resource(*by).type_name.as_str();
            // A custom resource names its own provider in `ServiceToken`.
            let custom = kind.starts_with("Custom::") || kind == "AWS::CloudFormation::CustomResource";
            let custom = custom && kind != "Custom::S3BucketNotifications";
            let given = (custom && at.attribute != "ServiceToken") || kind == "AWS::CloudFormation::Stack";
            given.then(|| format!("{} is given the function", model.short(*by)))
        }
        User::Output(..) => None,
    })
}

impl Permission<'_> {
    /// Whether it lets a service invoke a function on behalf of a resource, as `by` asks for.
    pub fn admits(&self, by: ResourceId, callee: &Callee, service: &str, source: Option<&Arn>) -> Answer {
        let there = self.0.model.exists_with(self.id(), by);
        let certain = if there { Answer::Yes } else { Answer::Maybe };
        certain
            .min(self.is_for(callee))
            .min(self.invokes())
            .min(self.is_of(service))
            .min(self.is_on_behalf_of(source))
            .min(if self.source_account().is_absent() { Answer::Yes } else { self.is_of_this_account() })
    }

    /// Whether it is for the function as it is called, its qualifier included.
    pub fn is_for(&self, callee: &Callee) -> Answer {
        let model = self.0.model;
        let Prop::Known { value, .. } = self.function() else { return Answer::Maybe };
        let named = self::callee(model, value);
        let function = match &named {
            Some(named) if named.function == callee.function => Answer::Yes,
            Some(_) => return Answer::No,
            None => Answer::Maybe,
        };
        let written = match self.qualifier() {
            Prop::Known { value, .. } => Some(Arn::of_value(model, value)),
            Prop::Absent { .. } => named.and_then(|n| n.qualifier),
            Prop::OneOf { .. } | Prop::Unknown { .. } => Some(Arn::unknown()),
        };
        function.min(match (&written, &callee.qualifier) {
            (None, None) => Answer::Yes,
            (Some(mine), Some(theirs)) => mine.covers(theirs),
            // `$LATEST` is what a call without a qualifier reaches, but the policies differ; an unknown one may be empty.
            (Some(one), None) | (None, Some(one)) if one.is_unknown() => Answer::Maybe,
            (Some(_), None) | (None, Some(_)) => Answer::No,
        })
    }

    fn invokes(&self) -> Answer {
        match self.action() {
            Prop::Known { value, .. } => action_matches(&value, "lambda:InvokeFunction"),
            _ => Answer::Maybe,
        }
    }

    /// Whether it is for a service.
    pub fn is_of(&self, service: &str) -> Answer {
        let Prop::Known { value, .. } = self.principal() else { return Answer::Maybe };
        if value.as_str().as_deref() == Some("*") {
            return Answer::Yes;
        }
        match value.to_text().map(|text| (text.as_str().is_some(), text.prefix())) {
            // `logs.${region}.amazonaws.com`: its first word says which service it is.
            Some((known, name)) if known || name.contains('.') => {
                let is = name.strip_prefix(service).is_some_and(|rest| rest.starts_with('.'));
                if is { Answer::Yes } else { Answer::No }
            }
            _ => Answer::Maybe,
        }
    }

    /// Whether it holds for a source.
    pub fn is_on_behalf_of(&self, source: Option<&Arn>) -> Answer {
        match (self.source_arn(), source) {
            (Prop::Absent { .. }, _) => Answer::Yes,
            (Prop::Known { value, .. }, Some(source)) => Arn::of_value(self.0.model, value).covers(source),
            _ => Answer::Maybe,
        }
    }

    fn is_of_this_account(&self) -> Answer {
        match self.source_account() {
            Prop::Known { value, .. } if Arn::of_value(self.0.model, value).is_account() => Answer::Yes,
            _ => Answer::Maybe,
        }
    }
}
