//! Authority: may this role do that on this resource?

use iaclint_model::arn::Arn;
use iaclint_model::condition::Context;
use iaclint_model::iam::{Boundary, Grant};
use iaclint_model::policy::{Effect, Principal, Statement, document};
use iaclint_model::resource_policies::{KmsKey, Policies};
use iaclint_model::{Answer, ResourceId};
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
    /// A statement that allows the action, but on other resources, or for other requests.
    pub elsewhere: Option<Witness>,
    /// A statement that speaks of the resource, but allows other actions.
    pub otherwise: Option<Witness>,
    /// The role's boundary, which does not allow what a policy of the role does.
    pub bounded_by: Option<Witness>,
    /// The key, whose policy does not leave the decision to the policies of roles.
    pub kept_by: Option<Witness>,
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

/// What is asked for: an action on a resource, with what is known of the request besides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) action: &'a str,
    pub(crate) on: &'a Arn,
    pub(crate) context: &'a Context,
}

/// What the statements seen so far say of a request.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) allowed: Option<Witness>,
    pub(crate) perhaps_allowed: Option<Witness>,
    pub(crate) perhaps_denied: Option<Witness>,
    pub(crate) refusal: Refusal,
}

impl Tally {
    /// Takes a statement into account that speaks of whoever asks as surely as `of` says.
    pub(crate) fn see(&mut self, statement: &Statement<'_>, of: Answer, request: Request<'_>) {
        self.see_covering(statement, of, statement.covers(request.on), request);
    }

    /// The same for a statement that stands at the resource itself: it may leave out what it is about.
    pub(crate) fn see_there(&mut self, statement: &Statement<'_>, of: Answer, request: Request<'_>) {
        let covers = if statement.names_resources() { statement.covers(request.on) } else { Answer::Yes };
        self.see_covering(statement, of, covers, request);
    }

    fn see_covering(&mut self, statement: &Statement<'_>, of: Answer, covers: Answer, request: Request<'_>) {
        let witness = Witness { id: statement.id, origin: statement.origin() };
        let speaks = statement.speaks_of(request.action);
        let answer = of.min(speaks).min(covers).min(statement.holds(request.context));
        match (answer, statement.effect()) {
            (Answer::No, Effect::Allow) if of != Answer::No => {
                if speaks == Answer::Yes {
                    self.refusal.elsewhere.get_or_insert(witness);
                } else if covers == Answer::Yes
                    && !statement.resources().0.iter().any(|(r, _)| r.is_everything())
                {
                    self.refusal.otherwise.get_or_insert(witness);
                }
            }
            (Answer::No, _) => {}
            (Answer::Yes, Effect::Allow) => {
                self.allowed.get_or_insert(witness);
            }
            (Answer::Yes, Effect::Deny) => {
                self.refusal.denied_by.get_or_insert(witness);
            }
            (Answer::Maybe, Effect::Deny) => {
                self.perhaps_denied.get_or_insert(witness);
            }
            (_, Effect::Allow | Effect::Unknown) => {
                self.perhaps_allowed.get_or_insert(witness);
            }
        }
    }
}

impl<'m> Analysis<'m> {
    /// Whether a role may do `action` (`secretsmanager:GetSecretValue`) on `on`.
    pub fn may(&self, role: ResourceId, action: &str, on: &Arn) -> Verdict {
        self.may_in(role, action, on, &Context::new())
    }

    /// Whether a role may do `action` on `on` in a request of which this is known.
    pub fn may_in(&self, role: ResourceId, action: &str, on: &Arn, context: &Context) -> Verdict {
        let Some(policies) = self.role_policies().get(&role) else {
            return Verdict::CannotTell("the role is not here".to_owned());
        };
        let request = Request { action, on, context };
        let (mut own, missing) = self.tally(&policies.grants, request);
        let unknown = policies.unknown.first().cloned().or(missing);
        if own.refusal.denied_by.is_some() {
            return Verdict::Denied(own.refusal);
        }
        let at_resource = self.at_resource(role, request);
        if let Some(denied_by) = at_resource.tally.refusal.denied_by {
            own.refusal.denied_by = Some(denied_by);
            return Verdict::Denied(own.refusal);
        }
        if let Some(kept_by) = at_resource.kept_by {
            // Of the role's own policies none counts.
            own = Tally { refusal: Refusal { kept_by: Some(kept_by), ..own.refusal }, ..Tally::default() };
        } else if own.allowed.is_some() || own.perhaps_allowed.is_some() || unknown.is_some() {
            match policies.boundary.as_ref().and_then(|boundary| self.bounded(boundary, request)) {
                None => {}
                Some(verdict) if at_resource.tally.allowed.is_none() => return verdict,
                Some(_) => own = Tally::default(),
            }
        }
        if let Some(witness) = own.allowed.or(at_resource.tally.allowed) {
            return match own.perhaps_denied.or(at_resource.tally.perhaps_denied) {
                Some(by) => {
                    Verdict::CannotTell(format!("a statement of {} may deny it", self.model.short(by.id)))
                }
                None => Verdict::Allowed(witness),
            };
        }
        if let Some(witness) = own.perhaps_allowed.or(at_resource.tally.perhaps_allowed) {
            return Verdict::CannotTell(format!(
                "a statement of {} may allow it",
                self.model.short(witness.id)
            ));
        }
        let unknown = unknown.filter(|_| at_resource.kept_by.is_none());
        match unknown.or(at_resource.unknown) {
            Some(reason) => Verdict::CannotTell(reason),
            None => Verdict::Denied(own.refusal),
        }
    }

    /// What documents say of a request, and why there may be more in them.
    fn tally(&self, grants: &[Grant<'m>], request: Request<'_>) -> (Tally, Option<String>) {
        let (mut tally, mut unknown) = (Tally::default(), None);
        for grant in grants {
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
                tally.see(statement, if grant.certain { Answer::Yes } else { Answer::Maybe }, request);
            }
        }
        (tally, unknown)
    }

    /// What a boundary says of a request that the role's policies may allow; `None` when it lets it through.
    fn bounded(&self, boundary: &Boundary<'m>, request: Request<'_>) -> Option<Verdict> {
        let (mut tally, missing) = self.tally(&boundary.grants, request);
        if tally.refusal.denied_by.is_some() {
            return Some(Verdict::Denied(tally.refusal));
        }
        if tally.allowed.is_some() && tally.perhaps_denied.is_none() {
            return None;
        }
        let open = tally.allowed.or(tally.perhaps_allowed).is_some()
            || boundary.unknown.is_some()
            || missing.is_some();
        Some(if open {
            Verdict::CannotTell("the role has a permissions boundary".to_owned())
        } else {
            let first = boundary.grants.first();
            tally.refusal.bounded_by = first.map(|g| Witness { id: g.id, origin: g.document.origin });
            Verdict::Denied(tally.refusal)
        })
    }

    /// What the policies at the resource itself say.
    fn at_resource(&self, role: ResourceId, request: Request<'_>) -> AtResource {
        let mut out = AtResource { tally: Tally::default(), kept_by: None, unknown: None };
        let Some(owner) = request.on.resource() else { return out };
        let Some(policies) = self.resource_policies().get(&owner) else { return out };
        if policies.open {
            out.unknown = Some(format!("the policy of {} is not known", self.model.short(owner)));
        }
        let Some(this) = Arn::of_resource(self.model, role) else { return out };
        for (_, document, certain) in &policies.documents {
            let there = if *certain { Answer::Yes } else { Answer::Maybe };
            for statement in &document.statements {
                out.tally.see_there(statement, there.min(includes(statement, &this)), request);
            }
        }
        if !policies.open && self.model.get::<KmsKey<'m>>(owner).is_some() {
            out.kept_by = keeps(policies, request);
        }
        out
    }

    /// Whether a role may do anything at all with one of these ARNs of a service (`s3`): denied when no policy allows any action of the
    /// service on any of them.
    pub fn may_anything(&self, role: ResourceId, service: &str, on: &[Arn]) -> Verdict {
        let Some(policies) = self.role_policies().get(&role) else {
            return Verdict::CannotTell("the role is not here".to_owned());
        };
        if let Some(reason) = policies.unknown.first() {
            return Verdict::CannotTell(reason.clone());
        }
        let mut refusal = Refusal::default();
        for grant in &policies.grants {
            let Some(read) = document(self.model, grant.id, grant.document).filter(|d| d.complete) else {
                return Verdict::CannotTell(format!("{} cannot be read", self.model.short(grant.id)));
            };
            for statement in read.statements.iter().filter(|s| s.effect() != Effect::Deny) {
                let witness = Witness { id: statement.id, origin: statement.origin() };
                let touches = |name: &str| {
                    name.contains('*') && !name.contains(':')
                        || name.split_once(':').is_some_and(|(s, _)| s.eq_ignore_ascii_case(service))
                };
                let named = statement.action_names().iter().any(|(name, _)| touches(name));
                if !named && statement.actions_known() {
                    continue;
                }
                if on.iter().any(|arn| statement.covers(arn) != Answer::No) {
                    return Verdict::CannotTell(format!("{} speaks of it", self.model.short(grant.id)));
                }
                refusal.elsewhere.get_or_insert(witness);
            }
        }
        let owner = on.iter().find_map(Arn::resource);
        let this = Arn::of_resource(self.model, role);
        let admits = |s: &Statement<'_>| this.as_ref().is_none_or(|role| includes(s, role) != Answer::No);
        if let Some(policies) = owner.and_then(|o| self.resource_policies().get(&o))
            && (policies.open
                || policies
                    .documents
                    .iter()
                    .any(|(_, d, _)| d.statements.iter().any(|s| s.effect() != Effect::Deny && admits(s))))
        {
            return Verdict::CannotTell("a policy at the resource may allow it".to_owned());
        }
        Verdict::Denied(refusal)
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

/// What the policies at a resource say of a request of a role.
struct AtResource {
    tally: Tally,
    /// The policy that leaves nothing to the policies of roles.
    kept_by: Option<Witness>,
    /// Why there may be more.
    unknown: Option<String>,
}

/// The policy of a key when none of its statements lets the account's own policies decide.
fn keeps(policies: &Policies<'_>, request: Request<'_>) -> Option<Witness> {
    let account = Arn::account();
    let root = account.clone().behind("arn:aws:iam::").then(":root");
    let leaves = |statement: &Statement<'_>| {
        let (principals, complete) = statement.principals();
        let is_account = |principal: &Principal| match principal {
            Principal::Everyone | Principal::Other => true,
            Principal::Aws(arn) => arn.covers(&root).max(arn.covers(&account)) != Answer::No,
            Principal::Service(_) | Principal::Federated => false,
        };
        statement.effect() != Effect::Deny
            && (!complete || principals.iter().any(is_account))
            && statement.speaks_of(request.action) != Answer::No
            && statement.holds(request.context) != Answer::No
    };
    let (id, first, certain) = policies.documents.first()?;
    let decided = policies.documents.iter().flat_map(|(_, document, _)| &document.statements).any(leaves);
    let origin = first.statements.first().map(Statement::origin)?;
    (*certain && !decided).then_some(Witness { id: *id, origin })
}

/// Whether a statement of a resource's policy speaks of a role.
fn includes(statement: &Statement<'_>, role: &Arn) -> Answer {
    let (principals, complete) = statement.principals();
    let least = if complete { Answer::No } else { Answer::Maybe };
    principals.iter().fold(least, |answer, principal| {
        answer.max(match principal {
            Principal::Everyone => Answer::Yes,
            Principal::Aws(arn) => arn.covers(role),
            Principal::Service(_) | Principal::Federated => Answer::No,
            Principal::Other => Answer::Maybe,
        })
    })
}
