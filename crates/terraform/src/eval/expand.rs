//! `count` and `for_each`: which instances there are, and under which conditions.

use std::sync::Arc;

use iaclint_graph::Existence;
use iaclint_source::{Problem, ProblemKind, Span};
use iaclint_value::{Marks, Name, Reference, References, Step as Way, Target, Via, Why};

use super::access::references_in;
use super::{Env, Evaluator, Fault, Node};
use crate::convert::convert;
use crate::ir::{Body, E, Expr, StepKind};
use crate::lower;
use crate::module::Kind;
use crate::ops::{BinaryOp, UnaryOp};
use crate::ty::Ty;
use crate::val::{K, Unk, Val};

/// More instances than this become one that stands for all.
const MAX_INSTANCES: usize = 10_000;

/// The instances of a resource or module call.
#[derive(Debug, Clone)]
pub(super) struct Expansion {
    pub(super) shape: Shape,
    pub(super) slots: Vec<Slot>,
    /// These are all.
    pub(super) complete: bool,
    /// What the number of instances depends on.
    pub(super) depends_on: References,
}

/// By which means it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Single,
    Count,
    Each,
}

/// One instance.
#[derive(Debug, Clone, Default)]
pub(super) struct Slot {
    pub(super) key: Option<InstanceKey>,
    /// `each` or `count`.
    pub(super) bindings: super::Bindings,
    pub(super) existence: Existence,
}

/// The key of an instance.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum InstanceKey {
    Number(u32),
    Text(Name, iaclint_value::OriginId),
}

impl Expansion {
    /// Of a block that is not repeated.
    pub(super) fn single() -> Self {
        Self {
            shape: Shape::Single,
            slots: vec![Slot::default()],
            complete: true,
            depends_on: References::none(),
        }
    }

    /// The instance that a known key names, where all instances are known: they stand in the order of their keys.
    pub(super) fn find(&self, key: &Val) -> Option<usize> {
        if !self.complete || key.is_null() {
            return None;
        }
        match self.shape {
            Shape::Single => None,
            Shape::Count => {
                let at = number(key)?;
                (self.slots.get(at)?.key == Some(InstanceKey::Number(at as u32))).then_some(at)
            }
            Shape::Each => {
                let key = convert(key, &Ty::String).ok()?;
                let key = key.as_str()?;
                let order = |slot: &Slot| match &slot.key {
                    Some(InstanceKey::Text(name, _)) => name.as_bytes().cmp(key.as_bytes()),
                    _ => std::cmp::Ordering::Less,
                };
                self.slots.binary_search_by(order).ok()
            }
        }
    }
}

impl InstanceKey {
    /// With its brackets, as in an address.
    pub(super) fn suffix(&self) -> String {
        match self {
            InstanceKey::Number(number) => format!("[{number}]"),
            InstanceKey::Text(text, _) => {
                let mut out = String::from("[\"");
                for char in text.chars() {
                    match char {
                        '"' => out.push_str("\\\""),
                        '\\' => out.push_str("\\\\"),
                        '\n' => out.push_str("\\n"),
                        other => out.push(other),
                    }
                }
                out.push_str("\"]");
                out
            }
        }
    }
}

impl Evaluator<'_, '_> {
    /// The instances of a block.
    pub(super) fn expand(&mut self, node: &Node, body: &Body, scope: usize, header: Span) -> Arc<Expansion> {
        match self.expansions.get(node) {
            Some(Some(expansion)) => {
                self.assumptions.recall(node);
                return expansion.clone();
            }
            Some(None) => {
                self.cycle(node, header);
                return Arc::new(symbolic(
                    Shape::Single,
                    References::none(),
                    &Val::unknown(Why::Cycle, iaclint_value::OriginId::NONE),
                ));
            }
            None => {}
        }
        self.expansions.insert(*node, None);
        self.stack.push((*node, header));
        let catching = std::mem::take(&mut self.catching);
        let doubt = self.is_doubtful(node);
        let doubtful = std::mem::replace(&mut self.doubtful, doubt);
        let env = Env::of_scope(scope);
        let expansion =
            self.assuming(node, |me| match (body.attribute("count"), body.attribute("for_each")) {
                (Some(count), Some(each)) => {
                    let fault = Fault::new(each.name_span, "a block has either count or for_each, not both");
                    me.invalid(fault);
                    me.expand_count(&count.value, env)
                }
                (Some(count), None) => me.expand_count(&count.value, env),
                (None, Some(each)) => me.expand_each(&each.value, env),
                (None, None) => Expansion::single(),
            });
        self.catching = catching;
        self.doubtful = doubtful;
        self.stack.pop();
        let expansion = Arc::new(expansion);
        self.expansions.insert(*node, Some(expansion.clone()));
        expansion
    }

    fn expand_count(&mut self, expr: &Expr, env: Env<'_>) -> Expansion {
        let value = match self.eval(expr, env) {
            Ok(value) => value,
            Err(fault) => self.invalid(fault),
        };
        if self.planning && value.marks.has(Marks::EPHEMERAL) {
            let fault = Fault::new(expr.span, "count is of an ephemeral value, which a plan does not keep");
            let value = self.invalid(fault);
            return self.unknown(Shape::Count, &value);
        }
        if value.as_unknown().is_some() {
            if let Some(slots) = self.conditional_count(expr, env) {
                let mut depends_on = References::none();
                references_in(&value, &mut depends_on);
                return Expansion { shape: Shape::Count, slots, complete: false, depends_on };
            }
            self.not_plannable("count", expr.span, &value);
            return self.unknown(Shape::Count, &value);
        }
        let Some(count) = number(&value) else {
            let value = self.invalid(Fault::new(expr.span, "count is a whole number that is not negative"));
            return self.unknown(Shape::Count, &value);
        };
        if count > MAX_INSTANCES {
            self.too_many(expr.span, count);
            return self.unknown(Shape::Count, &value);
        }
        let slots = (0..count).map(|n| counted(n, &value, Vec::new())).collect();
        Expansion { shape: Shape::Count, slots, complete: true, depends_on: References::none() }
    }

    /// The instances of `condition ? 1 : 0` where the condition is not decided.
    fn conditional_count(&mut self, expr: &Expr, env: Env<'_>) -> Option<Vec<Slot>> {
        let (parts, scope) = self.undecided(expr, env, 0)?;
        let env = Env::of_scope(scope);
        let then = self.quiet(&parts[1], env)?;
        let otherwise = self.quiet(&parts[2], env)?;
        let (then, otherwise) = (number(&then)?, number(&otherwise)?);
        let most = then.max(otherwise);
        if most > MAX_INSTANCES {
            return None;
        }
        let origin = self.written(expr.span);
        let mut slots = Vec::with_capacity(most);
        for n in 0..most {
            let conditions = match (n < then, n < otherwise) {
                (true, true) => Vec::new(),
                (outcome, _) => self.conditions(&parts[0], env, outcome),
            };
            slots.push(counted(n, &Val::null(origin), conditions));
        }
        Some(slots)
    }

    fn expand_each(&mut self, expr: &Expr, env: Env<'_>) -> Expansion {
        let value = match self.eval(expr, env) {
            Ok(value) => self.whole(value),
            Err(fault) => self.invalid(fault),
        };
        // Whether the outputs of modules are sensitive depends on the version that runs.
        if self.planning && value.marks.has(Marks::EPHEMERAL) {
            let fault =
                Fault::new(expr.span, "for_each is of an ephemeral value, which a plan does not keep");
            let value = self.invalid(fault);
            return self.unknown(Shape::Each, &value);
        }
        if self.planning && value.marks.has(Marks::SENSITIVE) {
            let fault = Fault::new(expr.span, "for_each is sensitive, and its keys would be shown");
            let value = self.invalid(fault.with_help("use nonsensitive() on what is no secret"));
            return self.unknown(Shape::Each, &value);
        }
        if let Some(unk) = value.as_unknown() {
            let unk = unk.clone();
            return self.expand_unknown_each(expr, &value, &unk, env);
        }
        let pairs: Vec<(Name, iaclint_value::OriginId, Val)> = match &value.k {
            K::Map(_, fields) | K::Object(fields) => {
                fields.iter().map(|(n, o, v)| (n.clone(), *o, v.clone())).collect()
            }
            K::Set(_, items) => {
                let mut pairs = Vec::with_capacity(items.len());
                for item in items.iter() {
                    match item.as_str() {
                        Some(text) => pairs.push((text.into(), item.origin, item.clone())),
                        None if item.as_unknown().is_some() => {
                            self.not_plannable("for_each", expr.span, item);
                            return self.unknown(Shape::Each, &value);
                        }
                        None => {
                            let fault = Fault::new(expr.span, "for_each takes a map, or a set of strings");
                            let value = self.invalid(fault);
                            return self.unknown(Shape::Each, &value);
                        }
                    }
                }
                pairs
            }
            K::List(..) | K::Tuple(_) => {
                let fault =
                    Fault::new(expr.span, "for_each takes a map, or a set of strings; this is a list")
                        .with_help("wrap it in toset()");
                let value = self.invalid(fault);
                return self.unknown(Shape::Each, &value);
            }
            _ => {
                let value = self.invalid(Fault::new(expr.span, "for_each takes a map, or a set of strings"));
                return self.unknown(Shape::Each, &value);
            }
        };
        if pairs.len() > MAX_INSTANCES {
            self.too_many(expr.span, pairs.len());
            return self.unknown(Shape::Each, &value);
        }
        let marks = value.marks;
        let mut slots = Vec::with_capacity(pairs.len());
        for (key, origin, item) in pairs {
            let item = self.step(item.marked(marks), expr.span, Via::Each);
            slots.push(each(key, origin, item, Existence::default()));
        }
        Expansion { shape: Shape::Each, slots, complete: true, depends_on: References::none() }
    }

    fn expand_unknown_each(&mut self, expr: &Expr, value: &Val, unk: &Unk, env: Env<'_>) -> Expansion {
        let mut depends_on = References::none();
        references_in(value, &mut depends_on);
        if let Some(([condition, then, otherwise], scope)) = self.undecided(expr, env, 0) {
            let env = Env::of_scope(scope);
            let branches = [self.quiet(&then, env), self.quiet(&otherwise, env)];
            if let [Some(then), Some(otherwise)] = branches
                && let (Some(then), Some(otherwise)) = (keyed(&then), keyed(&otherwise))
            {
                let mut slots: Vec<Slot> = Vec::new();
                for (key, origin, item) in &then {
                    let existence = if otherwise.iter().any(|(k, _, _)| k == key) {
                        Existence::default()
                    } else {
                        Existence { conditions: self.conditions(&condition, env, true), any_number: false }
                    };
                    slots.push(each(key.clone(), *origin, item.clone(), existence));
                }
                for (key, origin, item) in &otherwise {
                    if !then.iter().any(|(k, _, _)| k == key) {
                        let conditions = self.conditions(&condition, env, false);
                        slots.push(each(
                            key.clone(),
                            *origin,
                            item.clone(),
                            Existence { conditions, any_number: false },
                        ));
                    }
                }
                if slots.len() <= MAX_INSTANCES {
                    return Expansion { shape: Shape::Each, slots, complete: false, depends_on };
                }
            }
        }
        if let Some(known) = unk.partial.as_deref().and_then(keyed)
            && known.len() < MAX_INSTANCES
        {
            // What is surely there, and one that stands for the rest.
            let mut slots: Vec<Slot> =
                known.into_iter().map(|(k, o, v)| each(k, o, v, Existence::default())).collect();
            let mut rest = unk.clone();
            rest.partial = None;
            let rest = Val::new(K::Unknown(Arc::new(rest)), value.origin);
            slots.extend(self.unknown(Shape::Each, &rest).slots);
            return Expansion { shape: Shape::Each, slots, complete: false, depends_on };
        }
        self.not_plannable("for_each", expr.span, value);
        self.unknown(Shape::Each, value)
    }

    /// Says that a number of instances depends on what only the deployment tells.
    fn not_plannable(&mut self, what: &str, span: Span, value: &Val) {
        let Some(unk) = value.as_unknown() else { return };
        let of_deployment = |r: &Arc<Reference>| match (&r.target, r.path.as_slice()) {
            (Target::Resource(key), [Way::Attr(name), ..]) => {
                matches!(name.as_str(), "id" | "arn") && !is_data(&key.address)
            }
            _ => false,
        };
        let sure = !unk.depends_on.is_empty() && unk.depends_on.iter().all(of_deployment);
        if !sure || self.is_silent() {
            return;
        }
        let kind = if self.planning { ProblemKind::Invalid } else { ProblemKind::NotEvaluated };
        let message = format!("{what} depends on what is known only after a deployment");
        self.problem(Problem::at(kind, span, message));
    }

    /// One instance that stands for none, one or many.
    fn unknown(&mut self, shape: Shape, value: &Val) -> Expansion {
        let mut expansion = symbolic(shape, References::none(), value);
        references_in(value, &mut expansion.depends_on);
        if shape == Shape::Each
            && let Some(members) = self.members(value)
            && let Some((key, element)) = members.items.into_iter().next()
        {
            let known = key.as_unknown().is_none();
            let key = if known { super::iterate::unknown_from(value, Ty::String) } else { key };
            let element = match element.as_unknown() {
                Some(_) => element,
                None => super::iterate::unknown_from(value, Ty::Dynamic),
            };
            expansion.slots[0].bindings = [("each".into(), each_object(key, element))].into();
        }
        expansion
    }

    fn too_many(&mut self, span: Span, count: usize) {
        let message =
            format!("{count} instances are more than the {MAX_INSTANCES} that are evaluated one by one");
        self.problem(Problem::at(ProblemKind::Limit, span, message));
    }

    /// The conditional behind an expression whose condition is not decided, followed through locals, and the scope it stands in.
    fn undecided(&mut self, expr: &Expr, env: Env<'_>, depth: usize) -> Option<([Expr; 3], usize)> {
        match &expr.bare().kind {
            E::Conditional(parts) => {
                let condition = self.quiet(&parts[0], env)?;
                condition.as_unknown()?;
                Some(((**parts).clone(), env.scope))
            }
            E::Access(base, steps) if depth < 8 => {
                let (E::Root(root), [step]) = (&base.kind, &**steps) else { return None };
                let StepKind::Attr(name) = &step.kind else { return None };
                if root != "local" {
                    return None;
                }
                let module = self.scopes[env.scope].module.clone();
                let local = &module.locals[module.find(Kind::Local, name)?];
                self.undecided(&local.value, Env::of_scope(env.scope), depth + 1)
            }
            E::Call(call)
                if matches!(call.name.as_str(), "toset" | "tomap" | "tonumber")
                    && call.arguments.len() == 1 =>
            {
                let (parts, scope) = self.undecided(&call.arguments[0], env, depth + 1)?;
                let [condition, then, otherwise] = parts;
                let wrap = |branch: Expr| {
                    let span = branch.span;
                    let call = crate::ir::Call { arguments: vec![branch], ..(**call).clone() };
                    Expr { kind: E::Call(Box::new(call)), span }
                };
                Some(([condition, wrap(then), wrap(otherwise)], scope))
            }
            _ => None,
        }
    }

    /// A value without its errors.
    fn quiet(&mut self, expr: &Expr, env: Env<'_>) -> Option<Val> {
        let catching = std::mem::replace(&mut self.catching, true);
        let value = self.eval(expr, env);
        self.catching = catching;
        value.ok()
    }

    /// The conditions under which `expr` has this outcome, each by its text with its module.
    fn conditions(&mut self, expr: &Expr, env: Env<'_>, outcome: bool) -> Vec<(Name, bool)> {
        let expr = expr.bare();
        match &expr.kind {
            E::Unary(UnaryOp::Not, inner) => return self.conditions(inner, env, !outcome),
            E::Binary(op @ (BinaryOp::And | BinaryOp::Or), sides)
                // A conjunction that holds is all of its parts, a disjunction that fails none of them.
                if (*op == BinaryOp::And) == outcome => {
                    let mut all = self.conditions(&sides[0], env, outcome);
                    all.extend(self.conditions(&sides[1], env, outcome));
                    return all;
                }
            _ => {}
        }
        if self.quiet(expr, env).is_some_and(|v| v.as_unknown().is_none()) {
            return Vec::new();
        }
        let file = self.loader.project().sources().file(expr.span.file);
        let text = lower::canonical(&file, expr);
        let address = &self.scopes[env.scope].address;
        let name = if address.is_empty() { text } else { ecow::eco_format!("{address}: {text}") };
        vec![(name, outcome)]
    }
}

fn is_data(address: &str) -> bool {
    address.starts_with("data.") || address.contains(".data.")
}

fn symbolic(shape: Shape, depends_on: References, value: &Val) -> Expansion {
    let bindings = match shape {
        Shape::Single => super::Bindings::default(),
        Shape::Count => {
            let mut unk = Unk::new(Why::Count);
            unk.ty = Ty::Number;
            unk.not_null = true;
            let index = Val::new(K::Unknown(Arc::new(unk)), value.origin);
            [("count".into(), Val::object(vec![("index".into(), value.origin, index)], value.origin))].into()
        }
        Shape::Each => {
            let key = super::iterate::unknown_from(value, Ty::String);
            let element = super::iterate::unknown_from(value, Ty::Dynamic);
            [("each".into(), each_object(key, element))].into()
        }
    };
    let existence = Existence { conditions: Vec::new(), any_number: true };
    Expansion { shape, slots: vec![Slot { key: None, bindings, existence }], complete: false, depends_on }
}

fn counted(n: usize, value: &Val, conditions: Vec<(Name, bool)>) -> Slot {
    let index = Val::int(i64::try_from(n).unwrap_or(i64::MAX), value.origin);
    Slot {
        key: Some(InstanceKey::Number(n as u32)),
        bindings: [("count".into(), Val::object(vec![("index".into(), value.origin, index)], value.origin))]
            .into(),
        existence: Existence { conditions, any_number: false },
    }
}

fn each(key: Name, origin: iaclint_value::OriginId, value: Val, existence: Existence) -> Slot {
    let object = each_object(Val::str(key.clone(), origin), value);
    Slot { key: Some(InstanceKey::Text(key, origin)), bindings: [("each".into(), object)].into(), existence }
}

fn each_object(key: Val, value: Val) -> Val {
    let origin = value.origin;
    Val::object(vec![("key".into(), key.origin, key), ("value".into(), value.origin, value)], origin)
}

fn number(value: &Val) -> Option<usize> {
    match convert(value, &Ty::Number).ok()?.k {
        K::Num(num) => num.as_i64().and_then(|n| usize::try_from(n).ok()),
        _ => None,
    }
}

/// Keys and values of a known map or set of strings.
fn keyed(value: &Val) -> Option<Vec<(Name, iaclint_value::OriginId, Val)>> {
    match &value.k {
        K::Map(_, fields) | K::Object(fields) => Some(fields.to_vec()),
        K::Set(_, items) => {
            items.iter().map(|i| Some((Name::from(i.as_str()?), i.origin, i.clone()))).collect()
        }
        // An empty list stands for an empty set in `cond ? toset([..]) : []`.
        K::List(_, items) | K::Tuple(items) if items.is_empty() => Some(Vec::new()),
        _ => None,
    }
}
