//! Policy documents: statements with what they allow or deny, to whom, on what.

use std::sync::OnceLock;

use iaclint_value::{Data, Encoding, Name, OriginId, Value};

use crate::arn::Arn;
use crate::condition::{Context, holds};
use crate::{Answer, Model, ResourceId};

/// A statement of a policy document.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'m> {
    /// The model that its references point into.
    pub model: &'m Model<'m>,
    /// The resource that carries it.
    pub id: ResourceId,
    /// The statement.
    pub value: &'m Value,
}

/// The statements of a document; `None` when the document cannot be read.
#[derive(Clone, Debug)]
pub struct Document<'m> {
    /// What is known to be in it.
    pub statements: Vec<Statement<'m>>,
    /// Whether that is all.
    pub complete: bool,
}

/// What a statement does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
    /// It is not known which.
    Unknown,
}

/// Who a resource's policy speaks of.
#[derive(Clone, Debug)]
pub enum Principal {
    /// Everyone.
    Everyone,
    /// An account or a principal in it.
    Aws(Arn),
    /// A service: `sns.amazonaws.com`.
    Service(String),
    /// A user of an identity provider.
    Federated,
    /// Not known.
    Other,
}

/// Reads a document: what `jsonencode`, a policy document data source, a heredoc, a template object give.
pub fn document<'m>(model: &'m Model<'m>, id: ResourceId, value: &'m Value) -> Option<Document<'m>> {
    let object = match &value.data {
        Data::Encoded(inner) if inner.0 == Encoding::Json => inner.1.as_object()?,
        _ => value.as_object()?,
    };
    let mut out = Document { statements: Vec::new(), complete: object.complete };
    let Some(statements) = object.get("Statement") else { return Some(out) };
    let statements = match &statements.data {
        Data::Encoded(inner) if inner.0 == Encoding::Json => &inner.1,
        _ => statements,
    };
    let (items, complete) = one_or_many(statements);
    out.complete &= complete;
    for item in items {
        match &item.data {
            Data::Object(_) => out.statements.push(Statement { model, id, value: item }),
            Data::Null => {}
            _ => out.complete = false,
        }
    }
    Some(out)
}

/// The elements of a list, or the one value that stands for a list of one; and whether that is all.
pub(crate) fn one_or_many(value: &Value) -> (Vec<&Value>, bool) {
    match &value.data {
        Data::List(list) => (list.items.iter().collect(), list.complete),
        Data::Unknown(_) => (vec![value], false),
        _ => (vec![value], true),
    }
}

impl<'m> Statement<'m> {
    fn field(&self, name: &str) -> Option<&'m Value> {
        let value = self.value.as_object()?.get(name)?;
        (!value.is_null()).then_some(value)
    }

    /// Whether it may have fields that are not known.
    fn open(&self) -> bool {
        self.value.as_object().is_none_or(|o| !o.complete)
    }

    /// Its place.
    pub fn origin(&self) -> OriginId {
        self.value.origin
    }

    /// The place of those it speaks of, or its own.
    pub fn principal_origin(&self) -> OriginId {
        self.field("Principal").map_or(self.origin(), |v| v.origin)
    }

    /// What it does.
    pub fn effect(&self) -> Effect {
        match self.field("Effect").and_then(Value::as_str).as_deref() {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => Effect::Unknown,
        }
    }

    /// Whether it holds under conditions only.
    pub fn is_conditional(&self) -> bool {
        self.open()
            || self.field("Condition").is_some_and(|c| match &c.data {
                Data::Object(object) => !object.fields.is_empty() || !object.complete,
                _ => true,
            })
    }

    /// Whether it holds for a request of which this is known.
    pub fn holds(&self, context: &Context) -> Answer {
        let least = if self.open() { Answer::Maybe } else { Answer::Yes };
        self.field("Condition").map_or(least, |conditions| least.min(holds(self.model, conditions, context)))
    }

    /// The conditions, if there are any.
    pub fn condition(&self) -> Option<&'m Value> {
        self.field("Condition")
    }

    /// The actions that it names, where they are known.
    pub fn action_names(&self) -> Vec<(Name, OriginId)> {
        let items = self.field("Action").map(|v| one_or_many(v).0).unwrap_or_default();
        items.iter().filter_map(|v| Some((v.as_str()?.as_ref().into(), v.origin))).collect()
    }

    /// Whether all the actions that it names are known.
    pub fn actions_known(&self) -> bool {
        self.field("NotAction").is_none()
            && self.field("Action").is_some_and(|v| {
                let (items, complete) = one_or_many(v);
                complete && items.iter().all(|i| i.as_str().is_some())
            })
    }

    /// The patterns of resources that it names, with their places; and whether those are all.
    pub fn resources(&self) -> (Vec<(Arn, &'m Value)>, bool) {
        let Some(value) = self.field("Resource") else { return (Vec::new(), !self.open()) };
        let (items, complete) = one_or_many(value);
        (
            items.into_iter().filter(|i| !i.is_null()).map(|v| (Arn::of_value(self.model, v), v)).collect(),
            complete,
        )
    }

    /// The list of resources as it stands.
    pub fn resource_value(&self) -> Option<&'m Value> {
        self.field("Resource")
    }

    /// Whether it says which resources it does not speak of.
    pub fn names_others(&self) -> bool {
        self.field("NotResource").is_some()
    }

    /// Whether it speaks of an action.
    pub fn speaks_of(&self, action: &str) -> Answer {
        self.listed("Action", "NotAction", |v| match v.as_str() {
            Some(pattern) => action_matches(&pattern, action),
            None => match v.to_text() {
                Some(text) if !action_may_match(&text.prefix(), action) => Answer::No,
                _ => Answer::Maybe,
            },
        })
    }

    /// Whether it speaks of a resource. A statement of a resource's policy without resources speaks of that resource.
    pub fn covers(&self, arn: &Arn) -> Answer {
        self.listed("Resource", "NotResource", |v| Arn::of_value(self.model, v).covers(arn))
    }

    /// Whether it may say what it is about. Policies of repositories do not.
    pub fn names_resources(&self) -> bool {
        self.field("Resource").or(self.field("NotResource")).is_some() || self.open()
    }

    fn listed(&self, name: &str, not: &str, test: impl Fn(&'m Value) -> Answer) -> Answer {
        let any = |value: &'m Value| {
            let (items, complete) = one_or_many(value);
            let least = if complete { Answer::No } else { Answer::Maybe };
            items.into_iter().filter(|i| !i.is_null()).map(&test).fold(least, Answer::max)
        };
        match (self.field(name), self.field(not)) {
            (Some(value), _) => any(value),
            (None, Some(value)) => match any(value) {
                Answer::Yes => Answer::No,
                Answer::Maybe => Answer::Maybe,
                Answer::No => Answer::Yes,
            },
            (None, None) if self.open() => Answer::Maybe,
            (None, None) => Answer::No,
        }
    }

    /// Who it speaks of, and whether those are all.
    pub fn principals(&self) -> (Vec<Principal>, bool) {
        let Some(value) = self.field("Principal") else {
            return (Vec::new(), !self.open() && self.field("NotPrincipal").is_none());
        };
        match &value.data {
            Data::Object(object) => {
                let mut out = Vec::new();
                let mut complete = object.complete;
                for (kind, _, value) in &object.fields {
                    let (items, all) = one_or_many(value);
                    complete &= all;
                    for item in items {
                        out.push(match (kind.as_str(), item.as_str().as_deref()) {
                            ("AWS", Some("*")) => Principal::Everyone,
                            ("AWS", _) => Principal::Aws(Arn::of_value(self.model, item)),
                            ("Service", Some(name)) => Principal::Service(name.to_owned()),
                            // `logs.${region}.amazonaws.com`: its first word says which service it is.
                            ("Service", None) => match item.to_text().map(|t| t.prefix()) {
                                Some(prefix) if prefix.contains('.') => Principal::Service(prefix),
                                _ => Principal::Other,
                            },
                            ("Federated" | "CanonicalUser", _) => Principal::Federated,
                            _ => Principal::Other,
                        });
                    }
                }
                (out, complete)
            }
            _ if value.as_str().as_deref() == Some("*") => (vec![Principal::Everyone], true),
            _ => (vec![Principal::Other], false),
        }
    }

    /// The name of the one service that it speaks of, where it speaks of nobody else.
    pub fn only_service(&self) -> Option<&'m Value> {
        let (value, principals) = (self.field("Principal")?, self.principals());
        let ([Principal::Service(_)], true) = (&principals.0[..], principals.1) else { return None };
        one_or_many(value.get("Service")?).0.first().copied()
    }

    /// Whether it speaks of a service, by the first word of its name: `sns`.
    pub fn is_for_service(&self, service: &str) -> Answer {
        let (principals, complete) = self.principals();
        let least = if complete { Answer::No } else { Answer::Maybe };
        principals.iter().fold(least, |answer, principal| {
            answer.max(match principal {
                Principal::Everyone => Answer::Yes,
                Principal::Service(name)
                    if name == service || name.strip_prefix(service).is_some_and(|r| r.starts_with('.')) =>
                {
                    Answer::Yes
                }
                Principal::Service(_) | Principal::Aws(_) | Principal::Federated => Answer::No,
                Principal::Other => Answer::Maybe,
            })
        })
    }
}

/// Whether a pattern of actions matches an action; case does not count.
pub fn action_matches(pattern: &str, action: &str) -> Answer {
    let special = |c| matches!(c, '*' | '?' | '$');
    let known = pattern.split(special).next().unwrap_or_default();
    let begins = action.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known));
    if !begins && !action.contains(special) {
        return Answer::No;
    }
    let arn = |text: &str| Arn::of_text(&text.to_ascii_lowercase());
    arn(pattern).covers(&arn(action))
}

/// Whether a pattern that begins like this may match an action.
fn action_may_match(prefix: &str, action: &str) -> bool {
    action_matches(&format!("{prefix}*"), action) == Answer::Yes
}

/// The statements of a policy that AWS manages, by its name; `None` for those that the data file does not hold.
pub fn managed_by_aws(name: &str) -> Option<&'static Value> {
    static POLICIES: OnceLock<Vec<(String, Value)>> = OnceLock::new();
    let policies = POLICIES.get_or_init(|| {
        let json: serde_json::Value =
            serde_json::from_str(include_str!("../data/managed_policies.json")).unwrap_or_default();
        let policies = json.get("policies").and_then(serde_json::Value::as_object).into_iter().flatten();
        policies.map(|(name, statements)| (name.clone(), whole(statements))).collect()
    });
    policies.iter().find(|(n, _)| n == name).map(|(_, v)| v)
}

fn whole(statements: &serde_json::Value) -> Value {
    Value::object([("Statement".into(), plain(statements))], OriginId::NONE)
}

fn plain(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Array(items) => Value::list(items.iter().map(plain).collect(), OriginId::NONE),
        serde_json::Value::Object(fields) => {
            Value::object(fields.iter().map(|(n, v)| (n.as_str().into(), plain(v))), OriginId::NONE)
        }
        other => Value::text(other.as_str().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_match_without_case_and_with_wildcards() {
        assert_eq!(action_matches("S3:get*", "s3:GetObject"), Answer::Yes);
        assert_eq!(action_matches("*", "s3:GetObject"), Answer::Yes);
        assert_eq!(action_matches("ssm:GetParameter", "ssm:GetParameters"), Answer::No);
        assert_eq!(action_matches("ssm:GetParameter*", "ssm:GetParameters"), Answer::Yes);
    }

    #[test]
    fn the_policies_of_aws_are_read() {
        let statements = |name| {
            managed_by_aws(name)
                .and_then(|p| p.get("Statement"))
                .and_then(Value::as_list)
                .map(|l| l.items.len())
        };
        assert_eq!(statements("AmazonECSTaskExecutionRolePolicy"), Some(1));
        assert!(statements("AWSLambdaVPCAccessExecutionRole").is_some());
        assert!(statements("NoSuchPolicy").is_none());
    }
}
