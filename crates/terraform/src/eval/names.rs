//! The names in an expression, which have to mean something also where the expression never comes by.

use iaclint_source::Span;
use iaclint_value::Name;

use super::reference::TERRAFORM_DATA;
use super::{Evaluator, Fault};
use crate::ir::{E, Expr, For, ForPart, IfPart, Key, Part, Step, StepKind};
use crate::module::{Kind, Module};

impl Evaluator<'_, '_> {
    /// The first name in an expression that means nothing in this module, in branches that are not taken and in `try` as well.
    /// Neither `each`, `count` nor `self` is there.
    pub(super) fn misnamed(&self, expr: &Expr, scope: usize) -> Option<Fault> {
        let module = self.scopes[scope].module.clone();
        let mut look = Look {
            module: &module,
            bound: Vec::new(),
            given: &[],
            seen: Vec::new(),
            attributes: true,
            source: self,
        };
        look.expr(expr).err()
    }
}

/// A look at the names of an expression.
pub(super) struct Look<'a, 'e, 'p> {
    pub(super) module: &'a Module,
    /// What the `for`s around bind.
    pub(super) bound: Vec<Name>,
    /// Which of `each`, `count` and `self` there are.
    pub(super) given: &'a [&'a str],
    /// The names that were seen, each with the one behind it.
    pub(super) seen: Vec<(Name, Option<Name>)>,
    /// Whether the attributes of the resource that is built in are looked at.
    pub(super) attributes: bool,
    pub(super) source: &'a Evaluator<'e, 'p>,
}

impl Look<'_, '_, '_> {
    pub(super) fn all<'x>(&mut self, exprs: impl IntoIterator<Item = &'x Expr>) -> Result<(), Fault> {
        exprs.into_iter().try_for_each(|expr| self.expr(expr))
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Result<(), Fault> {
        match &expr.kind {
            E::Null | E::Bool(_) | E::Num(_) | E::Text(..) => Ok(()),
            E::Template(parts) => self.parts(parts),
            E::Wrap(inner) | E::Paren(inner) | E::Unary(_, inner) => self.expr(inner),
            E::Tuple(items) => self.all(items),
            E::Object(items) => items.iter().try_for_each(|item| {
                if let Key::Expr(key) = &item.key {
                    self.expr(key)?;
                }
                self.expr(&item.value)
            }),
            E::Root(name) => self.root(name, expr.span, &[]),
            E::Access(base, steps) => {
                match &base.kind {
                    E::Root(name) => self.root(name, base.span, steps)?,
                    _ => self.expr(base)?,
                }
                steps.iter().try_for_each(|step| match &step.kind {
                    StepKind::Index(key) => self.expr(key),
                    _ => Ok(()),
                })
            }
            E::Call(call) => self.all(&call.arguments),
            E::Binary(_, sides) => self.all(sides.iter()),
            E::Conditional(parts) => self.all(parts.iter()),
            E::For(each) => self.each(each),
        }
    }

    fn each(&mut self, each: &For) -> Result<(), Fault> {
        self.expr(&each.collection)?;
        self.within(each.key_name.as_ref(), &each.value_name, |me| {
            me.all(each.key.iter().chain([&each.value]).chain(&each.condition))
        })
    }

    fn within(
        &mut self,
        key: Option<&Name>,
        value: &Name,
        look: impl FnOnce(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let outer = self.bound.len();
        self.bound.extend(key.cloned());
        self.bound.push(value.clone());
        let found = look(self);
        self.bound.truncate(outer);
        found
    }

    fn parts(&mut self, parts: &[Part]) -> Result<(), Fault> {
        parts.iter().try_for_each(|part| match part {
            Part::Literal(..) => Ok(()),
            Part::Value(expr) => self.expr(expr),
            Part::If(branches) => {
                let IfPart { condition, then, otherwise } = &**branches;
                self.expr(condition)?;
                self.parts(then)?;
                self.parts(otherwise)
            }
            Part::For(each) => {
                let ForPart { key_name, value_name, collection, body } = &**each;
                self.expr(collection)?;
                self.within(key_name.as_ref(), value_name, |me| me.parts(body))
            }
        })
    }

    /// The name of a step that is written behind a dot.
    fn dotted<'s>(&self, step: Option<&'s Step>) -> Option<&'s Name> {
        let step = step?;
        match &step.kind {
            StepKind::Attr(name) if !self.source.is_in_brackets(step.span) => Some(name),
            _ => None,
        }
    }

    /// Whether a step is an index that stands there as it is.
    fn is_plain_index(&self, step: Option<&Step>) -> bool {
        match step.map(|s| (&s.kind, s.span)) {
            Some((StepKind::Attr(_), span)) => self.source.is_in_brackets(span),
            Some((StepKind::Index(key), _)) => matches!(key.kind, E::Num(_) | E::Text(..) | E::Bool(_)),
            _ => false,
        }
    }

    fn root(&mut self, root: &Name, span: Span, steps: &[Step]) -> Result<(), Fault> {
        if self.bound.contains(root) {
            return Ok(());
        }
        self.seen.push((root.clone(), self.dotted(steps.first()).cloned()));
        let end = |count: usize| steps.get(count.wrapping_sub(1)).map_or(span, |s| span.to(s.span));
        let place = steps.first().map_or(span, |s| s.span);
        let declared = |kind, what: &str, name: &str, at: Span| match self.module.find(kind, name) {
            Some(found) => Ok(found),
            None => Err(Fault::new(at, format!("{what} {name:?} is not declared in this module"))),
        };
        let (first, second) = (self.dotted(steps.first()), self.dotted(steps.get(1)));
        match (root.as_str(), first) {
            ("self", _) if self.given.contains(&"self") => Ok(()),
            ("self", _) => Err(super::reference::out_of_place(root, span)),
            (kind @ ("each" | "count"), name) if self.given.contains(&kind) => {
                match (kind, name.map(Name::as_str)) {
                    ("each", Some("key" | "value")) | ("count", Some("index")) => Ok(()),
                    _ => {
                        Err(Fault::new(end(1), format!("{kind} has each.key and each.value, or count.index")))
                    }
                }
            }
            ("each" | "count", _) => Err(super::reference::out_of_place(root, end(1))),
            ("var", Some(name)) => declared(Kind::Variable, "the variable", name, end(1)).map(drop),
            ("local", Some(name)) => declared(Kind::Local, "the local value", name, end(1)).map(drop),
            ("module", Some(name)) => {
                declared(Kind::Call, "the module", name, end(1 + usize::from(second.is_some())))?;
                let number = |step: &Step| match &step.kind {
                    StepKind::Index(key) => matches!(key.kind, E::Num(_) | E::Bool(_)),
                    _ => false,
                };
                if self.is_plain_index(steps.get(1)) && steps.get(2).is_some_and(number) {
                    return Err(Fault::new(end(3), "an instance of a module has outputs, and no elements"));
                }
                Ok(())
            }
            ("path", Some(name)) if !matches!(name.as_str(), "module" | "root" | "cwd") => {
                Err(Fault::new(end(1), format!("path has no attribute {name:?}")))
            }
            ("path" | "terraform", Some(_)) => Ok(()),
            ("tofu", Some(_)) if self.module.is_tofu => Ok(()),
            ("var" | "local" | "module" | "path" | "terraform" | "tofu", None) => {
                let message = format!("{root:?} is no value of its own, only what stands behind a dot is");
                Err(Fault::new(place, message))
            }
            ("data" | "ephemeral", _) => match (first, second) {
                (Some(kind), Some(name)) => {
                    let address = format!("{root}.{kind}.{name}");
                    declared(Kind::Resource, "the resource", &address, end(2)).map(drop)
                }
                _ => Err(Fault::new(place, format!("{root} is followed by a type and a name"))),
            },
            ("resource", Some(kind)) if second.is_some() => {
                let address = format!("{kind}.{}", second.map_or("", Name::as_str));
                declared(Kind::Resource, "the resource", &address, end(2)).map(drop)
            }
            (_, Some(name)) => {
                let at = declared(Kind::Resource, "the resource", &format!("{root}.{name}"), end(1))?;
                self.resource(root, at, steps, span)
            }
            (_, None) => Err(Fault::new(place, format!("{root:?} refers to nothing"))),
        }
    }

    /// What stands behind the name of a resource: the key of an instance if it has several, then attributes.
    fn resource(&self, kind: &str, at: usize, steps: &[Step], span: Span) -> Result<(), Fault> {
        let block = &self.module.resources[at].block.body;
        let single = !block.is_repeated();
        let whole = |count: usize| steps.get(count).map_or(span, |s| span.to(s.span));
        if single && self.is_plain_index(steps.get(1)) {
            let message = "the resource has neither count nor for_each, so it has no instance keys";
            return Err(Fault::new(whole(1), message));
        }
        let attribute = if single { 1 } else { 2 };
        if !single && self.is_plain_index(steps.get(1)) && self.is_plain_index(steps.get(2)) {
            return Err(Fault::new(whole(2), "the attributes of an instance stand behind a dot"));
        }
        if let (true, Some(name)) =
            (self.attributes && kind == "terraform_data", self.dotted(steps.get(attribute)))
            && (single || self.is_plain_index(steps.get(1)))
            && !TERRAFORM_DATA.contains(&name.as_str())
        {
            return Err(Fault::new(whole(attribute), format!("terraform_data has no attribute {name:?}")));
        }
        Ok(())
    }
}
