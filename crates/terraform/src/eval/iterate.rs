//! `for` expressions, and what they share with `for_each` and `dynamic`.

use std::sync::Arc;

use iaclint_source::Span;
use iaclint_value::{Marks, Name, OriginId, References, Why};

use super::access::{add_references, derived, has_substance, references_in};
use super::{Env, Evaluator, Fault};
use crate::convert::convert;
use crate::ir::{Expr, For};
use crate::ty::Ty;
use crate::val::{Fields, K, Unk, Val};

/// The members of a collection.
pub(super) struct Members {
    /// Key and value of each.
    pub(super) items: Vec<(Val, Val)>,
    /// There may be more, or other ones: then `items` holds those that are known, or one that stands for any.
    pub(super) open: Option<Unk>,
    pub(super) marks: Marks,
}

impl Evaluator<'_, '_> {
    /// The members of a collection, without its marks; `None` when it is none.
    pub(super) fn members(&mut self, collection: &Val) -> Option<Members> {
        let marks = collection.marks;
        let items: Vec<(Val, Val)> = match &collection.k {
            K::List(_, items) | K::Tuple(items) => {
                (0_i64..).zip(items.iter()).map(|(i, v)| (Val::int(i, v.origin), v.clone())).collect()
            }
            K::Set(_, items) => {
                let bare = items.iter().map(|v| Val { marks: Marks::NONE, ..v.clone() });
                bare.map(|v| (v.clone(), v)).collect()
            }
            K::Map(_, fields) | K::Object(fields) => {
                fields.iter().map(|(name, origin, v)| (Val::str(name.clone(), *origin), v.clone())).collect()
            }
            K::Unknown(unk) => {
                let unk = unk.clone();
                return self.unknown_members(collection, &unk);
            }
            _ => return None,
        };
        Some(Members { items, open: None, marks })
    }

    #[inline(never)]
    fn unknown_members(&mut self, collection: &Val, unk: &Unk) -> Option<Members> {
        if matches!(unk.ty, Ty::Bool | Ty::Number | Ty::String) {
            return None;
        }
        let mut items: Vec<(Val, Val)> = Vec::new();
        let mut seen: rustc_hash::FxHashSet<Name> = rustc_hash::FxHashSet::default();
        for known in unk.partial.as_deref().into_iter().chain(&unk.candidates) {
            let Some(members) = self.members(known) else { continue };
            for (key, value) in members.items {
                if key.as_str().is_none_or(|k| seen.insert(k.into())) {
                    items.push((key, value));
                }
            }
        }
        if items.is_empty() {
            let mut key = Unk::new(Why::Count);
            key.ty = if matches!(unk.ty, Ty::List(_) | Ty::Tuple(_)) { Ty::Number } else { Ty::Dynamic };
            key.not_null = true;
            key.depends_on.clone_from(&unk.depends_on);
            let key = Val::new(K::Unknown(Arc::new(key)), collection.origin).marked(collection.marks);
            let value = super::access::element_of_unknown(collection, unk);
            items.push((key, value));
        }
        let mut open = Unk::new(unk.why.clone());
        open.depends_on.clone_from(&unk.depends_on);
        Some(Members { items, open: Some(open), marks: collection.marks })
    }

    #[inline(never)]
    pub(super) fn for_expr(&mut self, each: &For, span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let (collection, rests) = self.resting(|me| me.eval(&each.collection, env).map(|v| me.whole(v)));
        let collection = collection?;
        if collection.is_null() {
            return Err(Fault::new(each.collection.span, "the collection is null"));
        }
        let Some(members) = self.members(&collection) else {
            let kind = super::access::kind_name(&collection);
            return Err(Fault::new(each.collection.span, format!("a {kind} cannot be iterated over")));
        };
        let mut made = Made {
            marks: members.marks,
            open: members.open,
            fields: Vec::new(),
            names: rustc_hash::FxHashSet::default(),
            items: Vec::new(),
        };
        let symbolic = made.open.is_some();
        if self.planning && Ty::outline(&collection) != Ty::Dynamic {
            self.condition_alone(each, env)?;
        }
        for (key, value) in members.items {
            let Some(rounds) = self.rounds.checked_sub(1) else {
                self.root_limit(span, "too many elements are made in this root");
                made.open.get_or_insert_with(|| Unk::new(Why::Limit));
                made.items.clear();
                made.fields.clear();
                break;
            };
            self.rounds = rounds;
            let mut names: Vec<(Name, Val)> = Vec::with_capacity(2);
            if let Some(name) = &each.key_name {
                names.push((name.clone(), key));
            }
            names.push((each.value_name.clone(), value));
            if symbolic {
                self.bound(env, &names, |me, env| me.unsure(|me| me.member(each, env, &mut made, true)));
            } else {
                self.led_by(rests, |me| {
                    me.bound(env, &names, |me, env| me.member(each, env, &mut made, false))
                })?;
            }
        }
        let origin = self.written(span);
        let known = if each.key.is_some() {
            made.object(each.grouping, origin)
        } else {
            Val::tuple(made.items, origin)
        };
        Ok(match made.open {
            None => known.marked(made.marks),
            Some(mut unk) => {
                let mut references = References::none();
                references_in(&known, &mut references);
                add_references(&mut unk.depends_on, &references);
                unk.not_null = !self.planning;
                let empty = known.elements().is_some_and(<[Val]>::is_empty)
                    || known.fields().is_some_and(Vec::is_empty);
                if !empty {
                    unk.partial = Some(Box::new(known));
                }
                Val::new(K::Unknown(Arc::new(unk)), origin).marked(made.marks)
            }
        })
    }

    /// What is wrong with the condition of a `for` whatever the members are is wrong also where there are none.
    fn condition_alone(&mut self, each: &For, env: Env<'_>) -> Result<(), Fault> {
        let Some(condition) = &each.condition else { return Ok(()) };
        let names = each.key_name.iter().chain([&each.value_name]);
        let names: Vec<(Name, Val)> =
            names.map(|name| (name.clone(), Val::unknown(Why::Count, OriginId::NONE))).collect();
        let value = self.bound(env, &names, |me, env| me.eval(condition, env))?;
        if value.is_null() {
            return Err(Fault::new(condition.span, "the condition is null"));
        }
        convert(&value, &Ty::Bool).map(|_| ()).map_err(|e| Fault::new(condition.span, e))
    }

    /// One round of a `for`.
    fn member(&mut self, each: &For, env: Env<'_>, made: &mut Made, symbolic: bool) -> Result<(), Fault> {
        let (wanted, rests) = match &each.condition {
            Some(condition) => self.resting(|me| me.chosen(condition, env, made)),
            None => (Ok(Some(true)), false),
        };
        let wanted = wanted?;
        match wanted {
            Some(false) => return Ok(()),
            Some(true) => {}
            // Whether it is evaluated at all is not known.
            None if self.planning => {
                // What may not be there does not stand in the way of another with its key.
                let names = made.names.clone();
                self.unsure(|me| me.made(each, env, made, symbolic));
                made.names = names;
                return Ok(());
            }
            None => {
                self.unsure(|me| me.made(each, env, made, symbolic));
                return Ok(());
            }
        }
        self.led_by(rests, |me| me.made(each, env, made, symbolic))
    }

    /// Adds a member that is wanted.
    fn made(&mut self, each: &For, env: Env<'_>, made: &mut Made, symbolic: bool) -> Result<(), Fault> {
        let Some(key_expr) = &each.key else {
            let value = self.eval(&each.value, env);
            let value = self.part(value)?;
            if !symbolic || has_substance(&value) {
                made.items.push(value);
            } else if let (Some(open), Some(unk)) = (&mut made.open, value.as_unknown()) {
                add_references(&mut open.depends_on, &unk.depends_on);
            }
            return Ok(());
        };
        let key = self.eval(key_expr, env)?;
        made.marks = made.marks.and(key.marks);
        let open = self.planning && made.open.is_some();
        let name = match super::expr::key_name(&key, key_expr.span, &mut made.open) {
            // Behind a key that is not known Terraform looks no closer at the keys.
            Err(_) if open => return Ok(()),
            name => name?,
        };
        let Some(name) = name else {
            let value = self.unsure(|me| me.eval(&each.value, env));
            if let (Some(open), Some(value)) = (&mut made.open, value) {
                let mut references = References::none();
                references_in(&value, &mut references);
                add_references(&mut open.depends_on, &references);
            }
            return Ok(());
        };
        let value = self.eval(&each.value, env);
        let value = self.part(value)?;
        let is_new = made.names.insert(name.clone());
        if !each.grouping && (made.open.is_none() || self.planning && !symbolic) && !is_new {
            return Err(Fault::new(key_expr.span, format!("two elements have the key {name:?}"))
                .with_help("write ... after the value to group them"));
        }
        made.fields.push((name, key.origin, value));
        Ok(())
    }

    /// Whether a member is wanted; when that cannot be known, the result is open.
    fn chosen(&mut self, condition: &Expr, env: Env<'_>, made: &mut Made) -> Result<Option<bool>, Fault> {
        let value = self.eval(condition, env)?;
        made.marks = made.marks.and(value.marks);
        let open = self.planning && made.open.is_some();
        let value = match convert(&value, &Ty::Bool) {
            Ok(value) if !(open && value.is_null()) => value,
            // Nor at the conditions behind one that is not known.
            _ if open => return Ok(None),
            value => value.map_err(|e| Fault::new(condition.span, e))?,
        };
        if let Some(unk) = value.as_unknown() {
            let open = made.open.get_or_insert_with(|| Unk::new(Why::Condition));
            add_references(&mut open.depends_on, &unk.depends_on);
            return Ok(None);
        }
        value.as_bool().map(Some).ok_or_else(|| Fault::new(condition.span, "the condition is null"))
    }
}

/// What a `for` has made so far.
struct Made {
    marks: Marks,
    open: Option<Unk>,
    fields: Fields,
    /// The keys of `fields`.
    names: rustc_hash::FxHashSet<Name>,
    items: Vec<Val>,
}

impl Made {
    fn object(&mut self, grouping: bool, origin: iaclint_value::OriginId) -> Val {
        let fields = std::mem::take(&mut self.fields);
        if !grouping {
            return Val::object(fields, origin);
        }
        let mut groups: Vec<(Name, iaclint_value::OriginId, Vec<Val>)> = Vec::new();
        let mut index: rustc_hash::FxHashMap<Name, usize> = rustc_hash::FxHashMap::default();
        for (name, key_origin, value) in fields {
            let at = *index.entry(name.clone()).or_insert_with(|| {
                groups.push((name, key_origin, Vec::new()));
                groups.len() - 1
            });
            groups[at].2.push(value);
        }
        let fields = groups
            .into_iter()
            .map(|(name, key_origin, values)| (name, key_origin, Val::tuple(values, key_origin)));
        Val::object(fields.collect(), origin)
    }
}

/// An unknown of a type, made of another value.
pub(super) fn unknown_from(value: &Val, ty: Ty) -> Val {
    match value.as_unknown() {
        Some(unk) => derived(value, unk, ty),
        None => Val::unknown(Why::Unsupported("value".into()), value.origin),
    }
}
