//! Secrets that a list leaves out: policies that name the secrets of a container one by one, by variables whose values are not known.
//!
//! What a variable holds is not known, but two variables are two secrets as a rule: where the execution role may read the others of a
//! container by their variables and one variable stands in no list, that one was forgotten.

use std::collections::BTreeSet;

use iaclint_model::arn::Arn;
use iaclint_model::ecs::{Container, TaskDefinition};
use iaclint_model::policy::{Effect, Statement, document};
use iaclint_model::{Answer, Prop, ResourceId};
use iaclint_value::Value;

use crate::Analysis;
use crate::authority::Witness;
use crate::secret_reads::Store;

/// Fewer than these in a list make no list.
const LISTED: usize = 2;

/// A secret of a container that is in none of the lists which hold its others.
#[derive(Clone, Debug)]
pub struct LeftOut<'m> {
    /// The container.
    pub container: Container<'m>,
    /// The variable that it is read into.
    pub variable: String,
    /// Where it is named.
    pub value: &'m Value,
    /// The statement that lists the others.
    pub list: Witness,
    /// How many of the others it lists.
    pub listed: usize,
}

/// The text that an ARN begins with although nothing is known of it, and where a container names it.
struct Wanted<'m> {
    symbol: String,
    container: Container<'m>,
    variable: String,
    value: &'m Value,
}

/// A statement that allows to read secrets by their variables.
struct List {
    of: Witness,
    symbols: BTreeSet<String>,
}

/// What a statement says of the reading of secrets.
enum Said {
    Nothing,
    Of(List),
    /// It allows others, or it cannot be said which.
    OfAny,
}

impl<'m> Analysis<'m> {
    /// The secrets of a task that the lists of its execution role leave out.
    pub fn left_out(&self, task: &TaskDefinition<'m>) -> Vec<LeftOut<'m>> {
        let wanted = self.named_by_variables(task);
        if wanted.len() <= LISTED {
            return Vec::new();
        }
        let Some(lists) = task.execution_role().and_then(|role| self.lists(role)) else { return Vec::new() };
        let of_task: BTreeSet<&String> = wanted.iter().map(|w| &w.symbol).collect();
        let held = |list: &List| list.symbols.iter().filter(|s| of_task.contains(s)).count();
        let Some(longest) = lists.iter().max_by_key(|list| held(list)) else { return Vec::new() };
        let listed = held(longest);
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut out = Vec::new();
        for Wanted { symbol, container, variable, value } in wanted {
            if !lists.iter().any(|list| list.symbols.contains(&symbol)) && seen.insert(symbol) {
                out.push(LeftOut { container, variable, value, list: longest.of, listed });
            }
        }
        // A role that lists less than half of them gets the others in another way.
        if listed >= LISTED && out.len() < listed { out } else { Vec::new() }
    }

    fn named_by_variables(&self, task: &TaskDefinition<'m>) -> Vec<Wanted<'m>> {
        let mut out = Vec::new();
        for container in task.containers().items {
            for secret in container.secret_variables().items {
                let Prop::Known { value, .. } = secret.value_from() else { continue };
                let Some(symbol) = Arn::of_value(self.model, value).cut(1).symbol().map(str::to_owned) else {
                    continue;
                };
                let variable = secret.name().known().cloned().unwrap_or_else(|| "a variable".to_owned());
                out.push(Wanted { symbol, container, variable, value });
            }
        }
        out
    }

    /// What a role may read, if that is known to be lists of variables and nothing else.
    fn lists(&self, role: ResourceId) -> Option<Vec<List>> {
        let policies = self.role_policies().get(&role)?;
        if !policies.unknown.is_empty() || policies.boundary.is_some() {
            return None;
        }
        let mut out = Vec::new();
        for grant in &policies.grants {
            let read = document(self.model, grant.id, grant.document).filter(|d| d.complete)?;
            for statement in read.statements.iter().filter(|s| s.effect() != Effect::Deny) {
                match said(statement) {
                    Said::Nothing => {}
                    Said::Of(list) => out.push(list),
                    Said::OfAny => return None,
                }
            }
        }
        Some(out)
    }
}

fn said(statement: &Statement<'_>) -> Said {
    let stores = [Store::SecretsManager, Store::ParameterStore];
    if stores.iter().all(|store| statement.speaks_of(store.action()) == Answer::No) {
        return Said::Nothing;
    }
    let (resources, complete) = statement.resources();
    if !complete || statement.names_others() {
        return Said::OfAny;
    }
    let mut symbols = BTreeSet::new();
    for (resource, _) in &resources {
        match resource.symbol() {
            Some(symbol) => {
                symbols.insert(symbol.to_owned());
            }
            // A secret or parameter of the configuration itself is another one.
            None if resource.resource().is_some() => {}
            None => return Said::OfAny,
        }
    }
    Said::Of(List { of: Witness { id: statement.id, origin: statement.origin() }, symbols })
}
