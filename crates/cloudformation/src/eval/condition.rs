//! Conditions in three values: true, false, not decided.

use std::borrow::Cow;

use iaclint_source::ProblemKind;
use iaclint_value::{Data, Kind, Name, References, Unknown, Value, Via, Why};

use super::Evaluator;
use crate::stack::StackId;

/// What is known of a named condition.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// It is being worked out.
    InProgress,
    /// It cannot be decided.
    Open,
    /// It is decided.
    Decided(bool),
}

impl Evaluator<'_> {
    /// The outcome of a named condition, if it can be decided.
    pub fn condition(&mut self, at: StackId, name: &str) -> Option<bool> {
        let key = (at, Name::from(name));
        let known = self.conditions.get(&key).copied();
        if let Some(Outcome::Decided(outcome)) = known {
            return Some(outcome);
        }
        if let Some(Outcome::Open) = known {
            return None;
        }
        let stacks = self.stacks;
        let raw = stacks.get(at)?.template.conditions.get(name)?;
        if known.is_some() {
            self.tell(
                at,
                ProblemKind::Invalid,
                raw.origin,
                format!("the condition {name} depends on itself"),
            );
            return None;
        }
        self.conditions.insert(key.clone(), Outcome::InProgress);
        let outcome = self.decide(at, raw);
        self.conditions.insert(key, outcome.map_or(Outcome::Open, Outcome::Decided));
        outcome
    }

    /// The outcome of a condition's expression, if it can be decided. A parameter with several allowed values decides nothing that
    /// they do not agree on, whatever its default is.
    pub(super) fn decide(&mut self, at: StackId, raw: &Value) -> Option<bool> {
        if self.depth >= super::MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let outcome = self.decide_inner(at, raw);
        self.depth -= 1;
        outcome
    }

    fn decide_inner(&mut self, at: StackId, raw: &Value) -> Option<bool> {
        let Some(object) = raw.as_object() else { return raw.as_bool() };
        let [(name, _, argument)] = object.fields.as_slice() else { return None };
        let items = argument.as_list().map_or(&[][..], |l| &l.items);
        match name.as_str() {
            "Condition" => self.condition(at, &argument.as_str()?),
            "Fn::Not" => self.decide(at, items.first()?).map(|b| !b),
            "Fn::And" => {
                let outcomes: Vec<_> = items.iter().map(|i| self.decide(at, i)).collect();
                if outcomes.contains(&Some(false)) {
                    Some(false)
                } else {
                    outcomes.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
                }
            }
            "Fn::Or" => {
                let outcomes: Vec<_> = items.iter().map(|i| self.decide(at, i)).collect();
                if outcomes.contains(&Some(true)) {
                    Some(true)
                } else {
                    outcomes.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
                }
            }
            "Fn::Equals" => {
                let [left, right] = items else { return None };
                let before = std::mem::replace(&mut self.open_parameters, true);
                let (left, right) = (self.value_or_null(at, left), self.value_or_null(at, right));
                self.open_parameters = before;
                equal(&left, &right)
            }
            _ => None,
        }
    }

    pub(super) fn if_(&mut self, at: StackId, raw: &Value, argument: &Value) -> Option<Value> {
        let items = self.arguments(at, raw, argument, "Fn::If");
        let Some([condition, yes, no]) = items else {
            return Some(self.invalid(at, raw.origin, "Fn::If takes a condition and two values"));
        };
        let outcome = match condition.as_str() {
            Some(name) => {
                let stacks = self.stacks;
                if stacks.get(at).is_none_or(|s| s.template.conditions.get(&name).is_none()) {
                    self.tell(
                        at,
                        ProblemKind::Invalid,
                        condition.origin,
                        format!("the condition {name} is not declared"),
                    );
                }
                self.condition(at, &name)
            }
            None => self.decide(at, condition),
        };
        if let Some(outcome) = outcome {
            let mut value = self.value(at, if outcome { yes } else { no })?;
            value.origin = self.made(raw.origin, Via::Branch, [value.origin]);
            return Some(value);
        }
        let (yes, no) = (self.value(at, yes), self.value(at, no));
        if yes.is_none() && no.is_none() {
            return None;
        }
        let candidates: Vec<Value> =
            [yes, no].into_iter().map(|v| v.unwrap_or_else(|| Value::null(raw.origin))).collect();
        let kinds: Vec<Option<Kind>> = candidates.iter().filter(|v| !v.is_null()).map(Value::kind).collect();
        let kind = kinds.first().copied().flatten().filter(|k| kinds.iter().all(|other| *other == Some(*k)));
        let marks = candidates.iter().fold(iaclint_value::Marks::NONE, |m, v| m.and(v.marks));
        let from: Vec<_> = candidates.iter().map(|v| v.origin).collect();
        let origin = self.made(raw.origin, Via::Branch, from);
        let unknown = Unknown { why: Why::Condition, kind, depends_on: References::none(), candidates };
        Some(Value::new(Data::Unknown(unknown.into()), origin).marked(marks))
    }

    /// The undecided conditions, each with the outcome that it needs, under which a named condition has `outcome`; `None` when it
    /// never has.
    pub fn existence(&mut self, at: StackId, name: &str, outcome: bool) -> Option<Vec<(Name, bool)>> {
        let mut out = Vec::new();
        self.needs(at, name, outcome, 16, &mut out).then_some(out)
    }

    fn needs(
        &mut self,
        at: StackId,
        name: &str,
        outcome: bool,
        depth: u32,
        out: &mut Vec<(Name, bool)>,
    ) -> bool {
        if let Some(decided) = self.condition(at, name) {
            return decided == outcome;
        }
        let stacks = self.stacks;
        let Some(stack) = stacks.get(at) else { return true };
        if depth > 0
            && let Some([(function, _, argument)]) =
                stack.template.conditions.get(name).and_then(Value::as_object).map(|o| o.fields.as_slice())
        {
            // What is only another name, a negation or a conjunction is named by its parts, so that equal conditions have equal names.
            let items = argument.as_list().map_or(&[][..], |l| &l.items);
            let named = |raw: &Value| raw.get("Condition").and_then(Value::as_str).map(Cow::into_owned);
            match (function.as_str(), items) {
                ("Condition", _) if argument.as_str().is_some() => {
                    let other = argument.as_str().unwrap_or_default();
                    return self.needs(at, &other, outcome, depth - 1, out);
                }
                ("Fn::Not", [inner]) if named(inner).is_some() => {
                    return self.needs(at, &named(inner).unwrap_or_default(), !outcome, depth - 1, out);
                }
                ("Fn::And", parts)
                    if outcome && parts.iter().all(|p| named(p).is_some()) && parts.len() <= 10 =>
                {
                    return parts
                        .iter()
                        .all(|p| self.needs(at, &named(p).unwrap_or_default(), true, depth.min(4) - 1, out));
                }
                _ => {}
            }
        }
        let condition = (Name::from(format!("{}/{name}", stack.address)), outcome);
        if !out.contains(&condition) {
            out.push(condition);
        }
        true
    }
}

/// Whether two values are the same at the deployment, if that can be told.
fn equal(left: &Value, right: &Value) -> Option<bool> {
    if let (Some(left), Some(right)) = (left.as_str(), right.as_str()) {
        return Some(left == right);
    }
    if left.is_known() && right.is_known() {
        return Some(left == right);
    }
    let candidates = |value: &Value| match &value.data {
        Data::Unknown(unknown) if !unknown.candidates.is_empty() => Some(unknown.candidates.clone()),
        _ if value.is_known() => Some(vec![value.clone()]),
        _ => None,
    };
    if let (Some(left), Some(right)) = (candidates(left), candidates(right)) {
        let pairs = || left.iter().flat_map(|l| right.iter().map(move |r| equal_text(l, r)));
        if left.len() * right.len() <= 1024 && pairs().all(|same| same == Some(false)) {
            return Some(false);
        }
        return None;
    }
    match (&left.data, &right.data) {
        (Data::Reference(l), Data::Reference(r)) if l == r => Some(true),
        _ => None,
    }
}

fn equal_text(left: &Value, right: &Value) -> Option<bool> {
    Some(left.as_str()? == right.as_str()?)
}
