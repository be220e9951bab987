//! Templates: texts with interpolations and directives.

use iaclint_source::Span;
use iaclint_value::{Literal, Marks, OriginId, Via, Why};

use super::access::references_in;
use super::{Env, Evaluator, Fault};
use crate::convert::convert;
use crate::ir::{Expr, ForPart, IfPart, Part};
use crate::ops::{self, TemplatePart};
use crate::ty::Ty;
use crate::val::{K, Unk, Val};

/// A template may not grow beyond this number of parts.
const MAX_PARTS: usize = 100_000;

impl Evaluator<'_, '_> {
    /// A quoted template or a heredoc.
    #[inline(never)]
    pub(super) fn template(&mut self, parts: &[Part], span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let mut out = Vec::with_capacity(parts.len() + 1);
        self.template_parts(parts, span, env, &mut out)?;
        if !matches!(parts, [Part::Value(_)]) {
            // What a directive leaves is a text, even if it is one value alone.
            out.push(TemplatePart::plain(""));
        }
        self.join(out, span)
    }

    /// Joins parts; the origin of the text has those of its values behind it.
    fn join(&mut self, parts: Vec<TemplatePart>, span: Span) -> Result<Val, Fault> {
        let values = parts.iter().filter_map(|p| match p {
            TemplatePart::Value(value) => Some(value.origin),
            TemplatePart::Literal(_) => None,
        });
        let behind = values.take(16);
        let via = if behind.clone().next().is_none() { Via::Written } else { Via::Template };
        let origin = self.origins.add(span, via, behind);
        ops::template(parts, origin, &mut self.origins).map_err(|e| Fault::new(span, e))
    }

    #[inline(never)]
    fn template_parts(
        &mut self,
        parts: &[Part],
        span: Span,
        env: Env<'_>,
        out: &mut Vec<TemplatePart>,
    ) -> Result<(), Fault> {
        for part in parts {
            if out.len() > MAX_PARTS {
                return Err(Fault::new(span, "this template grows beyond 100,000 parts"));
            }
            match part {
                Part::Literal(text, placed) => {
                    let literal =
                        Literal { text: text.clone(), placed: Some(placed.clone()), origin: OriginId::NONE };
                    out.push(TemplatePart::Literal(literal));
                }
                Part::Value(expr) => {
                    let value = self.eval(expr, env)?;
                    if value.is_null() {
                        return Err(Fault::new(expr.span, "the value is null, so it cannot stand in a text"));
                    }
                    let value = self.whole(value);
                    if matches!(value.k, K::List(..) | K::Set(..) | K::Tuple(_) | K::Map(..) | K::Object(_)) {
                        let kind = super::access::kind_name(&value);
                        return Err(Fault::new(expr.span, format!("a {kind} cannot stand in a text"))
                            .with_help("encode it with jsonencode(), or join its elements with join()"));
                    }
                    out.push(TemplatePart::Value(value));
                }
                Part::If(branches) => {
                    let IfPart { condition, then, otherwise } = &**branches;
                    self.directive(condition, then, otherwise, span, env, out)?;
                }
                Part::For(each) => {
                    let ForPart { key_name, value_name, collection, body } = &**each;
                    let (value, rests) = self.resting(|me| me.eval(collection, env).map(|v| me.whole(v)));
                    let value = value?;
                    let Some(members) = self.members(&value) else {
                        return Err(Fault::new(collection.span, "this cannot be iterated over"));
                    };
                    if members.marks != Marks::NONE {
                        out.push(TemplatePart::Value(Val::str("", value.origin).marked(members.marks)));
                    }
                    if let Some(open) = members.open {
                        // Once with what stands for any member: what it mentions is used.
                        let mut unk = Unk::new(Why::Count);
                        unk.ty = Ty::String;
                        unk.not_null = true;
                        unk.depends_on = open.depends_on;
                        for (key, member) in members.items {
                            let names = pair(key_name.as_ref(), value_name, key, member);
                            let mut inner = Vec::new();
                            self.bound(env, &names, |me, env| {
                                me.unsure(|me| me.template_parts(body, span, env, &mut inner))
                            });
                            for part in &inner {
                                if let TemplatePart::Value(value) = part {
                                    references_in(value, &mut unk.depends_on);
                                }
                            }
                        }
                        out.push(TemplatePart::Value(Val::new(K::Unknown(unk.into()), value.origin)));
                        continue;
                    }
                    let mut inner = Vec::new();
                    for (key, member) in members.items {
                        let Some(rounds) = self.rounds.checked_sub(1) else {
                            self.root_limit(span, "too many elements are made in this root");
                            let unk = Unk { ty: Ty::String, ..Unk::new(Why::Limit) };
                            inner = vec![TemplatePart::Value(Val::unk(unk, value.origin))];
                            break;
                        };
                        self.rounds = rounds;
                        let names = pair(key_name.as_ref(), value_name, key, member);
                        self.led_by(rests, |me| {
                            me.bound(env, &names, |me, env| me.template_parts(body, span, env, &mut inner))
                        })?;
                    }
                    self.nested(inner, span, out)?;
                }
            }
        }
        Ok(())
    }

    /// Adds what a directive makes; a plan sees one text in it.
    fn nested(
        &mut self,
        mut parts: Vec<TemplatePart>,
        span: Span,
        out: &mut Vec<TemplatePart>,
    ) -> Result<(), Fault> {
        if self.planning {
            parts.push(TemplatePart::plain(""));
            out.push(TemplatePart::Value(self.join(parts, span)?));
        } else {
            out.extend(parts);
        }
        Ok(())
    }

    fn directive(
        &mut self,
        condition: &Expr,
        then: &[Part],
        otherwise: &[Part],
        span: Span,
        env: Env<'_>,
        out: &mut Vec<TemplatePart>,
    ) -> Result<(), Fault> {
        let (value, rests) = self.resting(|me| me.eval(condition, env));
        let value = value?;
        // As in a conditional, one that is not known may be of any type.
        let value = match value.as_unknown() {
            Some(_) => value,
            None => convert(&value, &Ty::Bool).map_err(|e| Fault::new(condition.span, e))?,
        };
        if value.marks != Marks::NONE {
            out.push(TemplatePart::Value(Val::str("", value.origin).marked(value.marks)));
        }
        match (value.as_bool(), value.as_unknown()) {
            (Some(decided), _) => {
                let mut inner = Vec::new();
                let taken = if decided { then } else { otherwise };
                self.led_by(rests, |me| me.template_parts(taken, span, env, &mut inner))?;
                self.nested(inner, span, out)
            }
            (None, Some(_)) => {
                let mut branches = Vec::new();
                for parts in [then, otherwise] {
                    let branch = self.unsure(|me| {
                        let mut inner = Vec::new();
                        me.template_parts(parts, span, env, &mut inner)?;
                        me.join(inner, span)
                    });
                    branches.extend(branch);
                }
                let joined = match branches.as_slice() {
                    [then, otherwise] => ops::conditional(&value, then, otherwise).ok(),
                    _ => None,
                };
                let joined = joined.unwrap_or_else(|| {
                    Val::unk(Unk::of([&value].into_iter().chain(&branches), Ty::String), value.origin)
                });
                out.push(TemplatePart::Value(joined));
                Ok(())
            }
            (None, None) => Err(Fault::new(condition.span, "the condition is null")),
        }
    }
}

fn pair(
    key_name: Option<&iaclint_value::Name>,
    value_name: &iaclint_value::Name,
    key: Val,
    value: Val,
) -> Vec<(iaclint_value::Name, Val)> {
    let mut names = Vec::with_capacity(2);
    if let Some(name) = key_name {
        names.push((name.clone(), key));
    }
    names.push((value_name.clone(), value));
    names
}
