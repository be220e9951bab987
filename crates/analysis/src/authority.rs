//! Authority: may this role do that on this resource?

use iaclint_model::ResourceId;
use iaclint_model::arn::{Answer, Arn};
use iaclint_model::iam::Role;
use iaclint_model::policy::{Effect, Principal, Statement, document};
use iaclint_value::{OriginId, Value};

use crate::Analysis;

/// A statement that shows something.
#[derive(Clone, Copy, Debug)]
pub struct Witness {
    /// The resource that carries it.
    pub id: ResourceId,
    /// Its place.
    pub origin: OriginId,
}

/// Why a request is refused.
#[derive(Clone, Debug, Default)]
pub struct Refusal {
    /// The statement that denies it.
    pub denied_by: Option<Witness>,
    /// A statement that allows the action, but on other resources.
    pub elsewhere: Option<Witness>,
    /// A statement that speaks of the resource, but allows other actions.
    pub otherwise: Option<Witness>,
}

/// The answer of the judge.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Allowed by this statement.
    Allowed(Witness),
    /// Refused: no statement allows it, or one denies it.
    Denied(Refusal),
    /// It cannot be said, because of this.
    CannotTell(String),
}

impl Verdict {
    /// Whether it is certainly refused.
    pub fn is_denied(&self) -> bool {
        matches!(self, Verdict::Denied(_))
    }

    /// Whether it is certainly allowed.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Verdict::Allowed(_))
    }
}

/// What the statements seen so far say of a request.
#[derive(Default)]
struct Tally {
    allowed: Option<Witness>,
    perhaps_allowed: Option<Witness>,
    perhaps_denied: bool,
    refusal: Refusal,
}

impl Tally {
    fn see(&mut self, statement: &Statement<'_>, certain: bool, action: &str, on: &Arn) {
        let witness = Witness { id: statement.id, origin: statement.origin() };
        let (speaks, covers) = (statement.speaks_of(action), statement.covers(on));
        let answer = speaks.min(covers);
        let sure = answer == Answer::Yes && certain && !statement.is_conditional();
        match (answer, statement.effect()) {
            (Answer::No, Effect::Allow) => {
                if speaks == Answer::Yes {
                    self.refusal.elsewhere.get_or_insert(witness);
                } else if covers == Answer::Yes
                    && !statement.resources().0.iter().any(|(r, _)| r.is_everything())
                {
                    self.refusal.otherwise.get_or_insert(witness);
                }
            }
            (Answer::No, _) => {}
            (_, Effect::Allow) if sure => {
                self.allowed.get_or_insert(witness);
            }
            (_, Effect::Deny) if sure => {
                self.refusal.denied_by.get_or_insert(witness);
            }
            (_, Effect::Deny) => self.perhaps_denied = true,
            (_, Effect::Allow | Effect::Unknown) => {
                self.perhaps_allowed.get_or_insert(witness);
            }
        }
    }
}

impl<'m> Analysis<'m> {
    /// Whether a role may do `action` (`secretsmanager:GetSecretValue`) on `on`.
    pub fn may(&self, role: ResourceId, action: &str, on: &Arn) -> Verdict {
        let Some(policies) = self.role_policies().get(&role) else {
            return Verdict::CannotTell("the role is not here".to_owned());
        };
        let mut tally = Tally::default();
        let mut unknown = policies.unknown.first().cloned();
        for grant in &policies.grants {
            let Some(read) = document(self.model, grant.id, grant.document) else {
                unknown.get_or_insert_with(|| {
                    format!("the document of {} cannot be read", self.model.short(grant.id))
                });
                continue;
            };
            if !read.complete {
                unknown.get_or_insert_with(|| {
                    format!("not all statements of {} are known", self.model.short(grant.id))
                });
            }
            for statement in &read.statements {
                tally.see(statement, grant.certain, action, on);
            }
        }
        if tally.refusal.denied_by.is_some() {
            return Verdict::Denied(tally.refusal);
        }
        if let Some(witness) = tally.allowed {
            let bounded = self.model.get::<Role<'m>>(role).is_some_and(|r| !r.boundary().is_absent());
            return match (tally.perhaps_denied, bounded) {
                (true, _) => Verdict::CannotTell("a statement may deny it".to_owned()),
                (_, true) => Verdict::CannotTell("the role has a permissions boundary".to_owned()),
                _ => Verdict::Allowed(witness),
            };
        }
        if let Some(witness) = tally.perhaps_allowed {
            return Verdict::CannotTell(format!(
                "a statement of {} may allow it",
                self.model.short(witness.id)
            ));
        }
        match unknown {
            Some(reason) => Verdict::CannotTell(reason),
            None => self.by_resource(role, action, on).unwrap_or(Verdict::Denied(tally.refusal)),
        }
    }

    /// What the policies at the resource itself say, if they do not leave it at the role's.
    fn by_resource(&self, role: ResourceId, action: &str, on: &Arn) -> Option<Verdict> {
        let owner = on.resource()?;
        let policies = self.resource_policies().get(&owner)?;
        if policies.open {
            return Some(Verdict::CannotTell(format!(
                "the policy of {} is not known",
                self.model.short(owner)
            )));
        }
        let this = Arn::of_resource(self.model, role)?;
        for (id, document, certain) in &policies.documents {
            for statement in document.statements.iter().filter(|s| s.effect() != Effect::Deny) {
                let answer = includes(statement, &this).min(statement.speaks_of(action));
                if answer == Answer::No {
                    continue;
                }
                let witness = Witness { id: *id, origin: statement.origin() };
                let sure = answer == Answer::Yes && *certain && !statement.is_conditional();
                return Some(if sure && statement.effect() == Effect::Allow {
                    Verdict::Allowed(witness)
                } else {
                    Verdict::CannotTell(format!("the policy of {} may allow it", self.model.short(owner)))
                });
            }
        }
        None
    }

    /// A statement of a role's known policies that allows something and speaks of a resource: by reference, or by a known text read
    /// from it.
    pub fn allows_mentioning(&self, role: ResourceId, resource: ResourceId) -> Option<&'m Value> {
        let policies = self.role_policies().get(&role)?;
        let documents = policies.grants.iter().filter_map(|g| document(self.model, g.id, g.document));
        documents.flat_map(|d| d.statements).find_map(|statement| {
            let value = statement.resource_value()?;
            (statement.effect() == Effect::Allow && self.model.mentions(value).contains(&resource))
                .then_some(statement.value)
        })
    }
}

/// Whether a statement of a resource's policy speaks of a role.
fn includes(statement: &Statement<'_>, role: &Arn) -> Answer {
    let (principals, complete) = statement.principals();
    let least = if complete { Answer::No } else { Answer::Maybe };
    principals.iter().fold(least, |answer, principal| {
        answer.max(match principal {
            Principal::Everyone => Answer::Yes,
            Principal::Aws(arn) => arn.covers(role),
            Principal::Service(_) => Answer::No,
            Principal::Other => Answer::Maybe,
        })
    })
}
