//! Steps into values: attributes, indices, splats.

use std::sync::Arc;

use iaclint_source::Span;
use iaclint_value::{Reference, References, Step as Way, Target, Why};

use super::{Env, Evaluator, Fault};
use crate::convert::convert;
use crate::ir::{Step, StepKind};
use crate::ty::Ty;
use crate::val::{K, Unk, Val};

impl Evaluator<'_, '_> {
    /// Follows steps from a value.
    pub(super) fn steps(&mut self, mut value: Val, steps: &[Step], env: Env<'_>) -> Result<Val, Fault> {
        for (index, step) in steps.iter().enumerate() {
            let rest = &steps[index + 1..];
            value = match &step.kind {
                StepKind::Attr(name) => self.attribute(&value, name, step.span)?,
                StepKind::Index(key) => {
                    let key = self.eval(key, env)?;
                    self.index(&value, &key, step.span)?
                }
                StepKind::Legacy(number) => {
                    let key = Val::int(i64::try_from(*number).unwrap_or(i64::MAX), value.origin);
                    self.index(&value, &key, step.span)?
                }
                StepKind::FullSplat => return self.splat(&value, rest, step.span, env),
                StepKind::AttrSplat => {
                    let inside = |s: &&Step| match s.kind {
                        StepKind::Attr(_) => !self.is_in_brackets(s.span),
                        StepKind::Legacy(_) => true,
                        _ => false,
                    };
                    let each = rest.iter().take_while(inside).count();
                    let list = self.splat(&value, &rest[..each], step.span, env)?;
                    return self.steps(list, &rest[each..], env);
                }
            };
        }
        Ok(value)
    }

    /// `value.name`.
    pub(super) fn attribute(&mut self, value: &Val, name: &str, span: Span) -> Result<Val, Fault> {
        match &value.k {
            K::Object(fields) | K::Map(_, fields) => {
                if let Ok(at) = fields.binary_search_by(|(n, _, _)| n.as_bytes().cmp(name.as_bytes())) {
                    Ok(fields[at].2.clone().marked(value.marks))
                } else {
                    let what = if matches!(value.k, K::Map(..)) {
                        "map has no element"
                    } else {
                        "object has no attribute"
                    };
                    let message = format!("this {what} {name:?}");
                    // Nobody reads the help of an error that is caught, or that was told before.
                    let unread = self.is_silent() || self.was_reported(span, &message);
                    let fault = Fault::new(span, message);
                    let names: Vec<&str> = fields.iter().map(|(n, _, _)| n.as_str()).collect();
                    let near = if unread { None } else { super::nearest(name, &names) };
                    Err(match near {
                        Some(near) => fault.with_help(format!("did you mean {near:?}?")),
                        None => fault,
                    })
                }
            }
            K::Unknown(unk) => {
                let unk = unk.clone();
                self.unknown_attribute(value, &unk, name, span)
            }
            K::Null(_) => {
                Err(Fault::new(span, format!("the value is null, so it has no attribute {name:?}")))
            }
            K::List(..) | K::Set(..) | K::Tuple(_) => {
                // `list.0` and `list["0"]` reach an element.
                if let Ok(number) = name.parse::<i64>() {
                    return self.index(value, &Val::int(number, value.origin), span);
                }
                Err(Fault::new(span, format!("a list has no attribute {name:?}"))
                    .with_help(format!("index an element, [0].{name}, or use [*].{name} for all")))
            }
            _ => Err(Fault::new(span, format!("a {} has no attribute {name:?}", kind_name(value)))),
        }
    }

    fn unknown_attribute(&mut self, value: &Val, unk: &Unk, name: &str, span: Span) -> Result<Val, Fault> {
        if !unk.candidates.is_empty() {
            return self.each_candidate(value, unk, |me, candidate| me.attribute(candidate, name, span));
        }
        if let Some(partial) = &unk.partial
            && !(self.planning && unk.ty == Ty::Dynamic)
            && let Some(fields) = partial.fields()
            && let Ok(at) = fields.binary_search_by(|(n, _, _)| n.as_bytes().cmp(name.as_bytes()))
        {
            return Ok(fields[at].2.clone().marked(value.marks));
        }
        let field_ty = match &unk.ty {
            Ty::Object(fields) => match fields.iter().find(|f| f.name == name) {
                Some(field) => field.ty.clone(),
                // A whole resource that passed through an object type still has all its attributes.
                None if unk.reference.as_ref().is_some_and(|r| r.path.is_empty()) => Ty::Dynamic,
                // In brackets a key is looked for only when the object is known.
                None if self.is_in_brackets(span) => Ty::Dynamic,
                None => return Err(Fault::new(span, format!("this object has no attribute {name:?}"))),
            },
            Ty::Map(element) => (**element).clone(),
            Ty::Bool | Ty::Number | Ty::String => {
                return Err(Fault::new(span, format!("a {} has no attribute {name:?}", ty_name(&unk.ty))));
            }
            // The instances of a resource or a module are reached by their keys.
            Ty::List(_) | Ty::Set(_) | Ty::Tuple(_)
                if !self.is_repeated(unk) && name.parse::<u32>().is_err() =>
            {
                return Err(Fault::new(span, format!("a {} has no attribute {name:?}", ty_name(&unk.ty)))
                    .with_help(format!("index an element, [0].{name}, or use [*].{name} for all")));
            }
            _ => Ty::Dynamic,
        };
        if let Some(reference) = &unk.reference {
            if self.is_repeated(unk) {
                return Ok(Val::reference(reference.then(Way::Any), value.origin).marked(value.marks));
            }
            let found = self.reference_attribute(reference, name, span)?;
            return Ok(retyped(found, &field_ty).marked(value.marks));
        }
        Ok(derived(value, unk, field_ty))
    }

    /// Does the same with all possible values; those that fail drop out.
    fn each_candidate(
        &mut self,
        value: &Val,
        unk: &Unk,
        mut f: impl FnMut(&mut Self, &Val) -> Result<Val, Fault>,
    ) -> Result<Val, Fault> {
        let mut results: Vec<Val> = Vec::new();
        let mut failure = None;
        for candidate in &unk.candidates {
            match f(self, candidate) {
                Ok(result) => results.push(result),
                Err(fault) => failure = Some(fault),
            }
        }
        if results.is_empty()
            && let Some(fault) = failure
        {
            // Of a map or list that is not known it is not known what is in it.
            return match &unk.ty {
                Ty::Map(element) | Ty::List(element) => Ok(derived(value, unk, (**element).clone())),
                Ty::Dynamic => Ok(derived(value, unk, Ty::Dynamic)),
                _ => Err(fault),
            };
        }
        if results.len() == 1 && unk.candidates.len() > 1 {
            return Ok(results.remove(0).marked(value.marks));
        }
        if let Some(one) = self.agreed(&results) {
            return Ok(one.marked(value.marks));
        }
        let mut out = Unk::new(unk.why.clone());
        out.depends_on.clone_from(&unk.depends_on);
        for result in results {
            match result.as_unknown() {
                Some(inner) if !inner.candidates.is_empty() => {
                    add_references(&mut out.depends_on, &inner.depends_on);
                    out.candidates.extend(inner.candidates.iter().cloned());
                }
                Some(inner) => {
                    add_references(&mut out.depends_on, &inner.depends_on);
                    out.candidates.push(result);
                }
                None => out.candidates.push(result),
            }
        }
        if out.candidates.len() > 8 {
            out.candidates.clear();
        }
        Ok(Val::new(K::Unknown(Arc::new(out)), value.origin).marked(value.marks))
    }

    /// What all the possible values are, where they are the same: whichever is meant. A plan does not look so far.
    fn agreed(&self, possible: &[Val]) -> Option<Val> {
        let [first, rest @ ..] = possible else { return None };
        let same = |other: &Val| match (&first.k, &other.k) {
            (K::Bool(a), K::Bool(b)) => a == b,
            (K::Num(a), K::Num(b)) => a == b,
            (K::Str(a), K::Str(b)) => a.text == b.text,
            (K::Unknown(a), K::Unknown(b)) => Arc::ptr_eq(a, b),
            (K::Tuple(a), K::Tuple(b)) => Arc::ptr_eq(a, b),
            (K::Object(a), K::Object(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        (!self.planning && !rest.is_empty() && rest.iter().all(same)).then(|| {
            let marks = rest.iter().fold(first.marks, |marks, other| marks.and(other.marks));
            first.clone().marked(marks)
        })
    }

    /// `value[key]`.
    pub(super) fn index(&mut self, value: &Val, key: &Val, span: Span) -> Result<Val, Fault> {
        if key.is_null() {
            return Err(Fault::new(span, "the index is null"));
        }
        let marks = value.marks.and(key.marks);
        if let Some(unk) = key.as_unknown() {
            if value.is_null() {
                return Err(Fault::new(span, "the value is null, so it has no elements"));
            }
            if unk.ty == Ty::Dynamic && self.planning {
                return Ok(unknown_index(value, unk).marked(marks));
            }
            let may_be_key = matches!(unk.ty, Ty::Dynamic | Ty::Bool | Ty::Number | Ty::String);
            if matches!(Ty::outline(value), Ty::Bool | Ty::Number | Ty::String) {
                return Err(Fault::new(span, format!("a {} has no elements", kind_name(value))));
            }
            if matches!(Ty::outline(value), Ty::Set(_)) {
                return Err(no_index_in_set(span));
            }
            return if may_be_key {
                let element = unknown_index(value, unk);
                let agreed = element.as_unknown().and_then(|unk| self.agreed(&unk.candidates));
                Ok(agreed.unwrap_or(element).marked(marks))
            } else {
                Err(Fault::new(span, format!("a {} is no index", ty_name(&unk.ty))))
            };
        }
        match &value.k {
            K::Object(_) | K::Map(..) => {
                let key = convert(key, &Ty::String).map_err(|e| Fault::new(span, e))?;
                let name = key.as_str().unwrap_or_default().to_owned();
                Ok(self.attribute(value, &name, span)?.marked(marks))
            }
            K::List(_, items) | K::Tuple(items) => {
                let Some(number) = whole_number(key) else {
                    return Err(Fault::new(span, "a list is indexed by a whole number"));
                };
                if let Some(item) = usize::try_from(number).ok().and_then(|n| items.get(n)) {
                    Ok(item.clone().marked(marks))
                } else {
                    let count = items.len();
                    Err(Fault::new(
                        span,
                        format!("the list has {count} elements, so there is none at index {number}"),
                    ))
                }
            }
            K::Set(..) => Err(no_index_in_set(span)),
            K::Null(_) => Err(Fault::new(span, "the value is null, so it has no elements")),
            K::Unknown(unk) => {
                let unk = unk.clone();
                self.index_of_unknown(value, &unk, key, span)
            }
            _ => Err(Fault::new(span, format!("a {} has no elements", kind_name(value)))),
        }
    }

    fn index_of_unknown(&mut self, value: &Val, unk: &Unk, key: &Val, span: Span) -> Result<Val, Fault> {
        match &unk.ty {
            Ty::Set(_) => return Err(no_index_in_set(span)),
            ty @ (Ty::Bool | Ty::Number | Ty::String) => {
                return Err(Fault::new(span, format!("a {} has no elements", ty_name(ty))));
            }
            Ty::List(_) | Ty::Tuple(_) if convert(key, &Ty::Number).is_err() => {
                return Err(Fault::new(span, "a list is indexed by a whole number"));
            }
            _ => {}
        }
        if !unk.candidates.is_empty() {
            return self.each_candidate(value, unk, |me, candidate| me.index(candidate, key, span));
        }
        if let Some(reference) = &unk.reference
            && reference.path.is_empty()
            && self.is_single(reference)
        {
            let message = format!("{reference} has neither count nor for_each, so it has no instance keys");
            return Err(Fault::new(span, message));
        }
        if let Some(reference) = &unk.reference
            && reference.path.is_empty()
            && matches!(key.k, K::Num(_) | K::Bool(_))
            && !self.is_repeated(unk)
            && self.is_one(reference)
        {
            return Err(Fault::new(
                span,
                format!("{reference} is one thing, with attributes and no elements"),
            ));
        }
        let Some(number) = whole_number(key).filter(|_| !matches!(unk.ty, Ty::Map(_) | Ty::Object(_))) else {
            let Some(name) = key.as_str().map(ToOwned::to_owned) else {
                return Ok(derived(value, unk, Ty::Dynamic));
            };
            return self.unknown_attribute(value, unk, &name, span);
        };
        let element_ty = match &unk.ty {
            Ty::List(element) => (**element).clone(),
            Ty::Tuple(items) => {
                usize::try_from(number).ok().and_then(|n| items.get(n)).cloned().unwrap_or(Ty::Dynamic)
            }
            _ => Ty::Dynamic,
        };
        if let Some(reference) = &unk.reference {
            let step = if self.is_repeated(unk) {
                Way::Any
            } else {
                u32::try_from(number).map_or(Way::Any, Way::Index)
            };
            let element = Val::reference(reference.then(step), value.origin);
            return Ok(retyped(element, &element_ty).marked(value.marks));
        }
        Ok(derived(value, unk, element_ty))
    }

    /// `value[*]` followed by steps that are taken in each element.
    fn splat(&mut self, value: &Val, rest: &[Step], span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let marks = value.marks;
        if let Some(items) = value.elements() {
            let items: Vec<Val> = items.to_vec();
            if items.is_empty()
                && self.planning
                && let K::List(ty, _) | K::Set(ty, _) = &value.k
            {
                self.reachable(ty, value, rest, env)?;
            }
            let mut out = Vec::with_capacity(items.len());
            for item in items {
                let item = self.steps(item, rest, env)?;
                out.push(item);
            }
            let alike = if matches!(value.k, K::List(..) | K::Set(..)) {
                let ty = out.first().map_or(Ty::Dynamic, Ty::of);
                out.iter().all(|v| Ty::of(v) == ty).then_some(ty)
            } else {
                None
            };
            let out = match alike {
                Some(ty) => Val::list(ty, out, value.origin),
                None => Val::tuple(out, value.origin),
            };
            return Ok(out.marked(marks));
        }
        match &value.k {
            K::Null(ty) if ty.is_sequence() => Err(Fault::new(
                span,
                format!("the value is null, so there is no {} to go through", ty.friendly()),
            )),
            K::Null(Ty::Dynamic) => Ok(Val::tuple(Vec::new(), value.origin).marked(marks)),
            K::Null(ty) => {
                self.reachable(ty, value, rest, env)?;
                Ok(Val::tuple(Vec::new(), value.origin).marked(marks))
            }
            K::Unknown(unk) => {
                let unk = unk.clone();
                self.splat_of_unknown(value, &unk, rest, span, env)
            }
            _ => {
                let item = self.steps(value.clone(), rest, env)?;
                let origin = item.origin;
                Ok(Val::tuple(vec![item], origin).marked(marks))
            }
        }
    }

    /// What the steps cannot reach in a value of this type is an error also where there is none.
    fn reachable(&mut self, ty: &Ty, of: &Val, rest: &[Step], env: Env<'_>) -> Result<(), Fault> {
        let any = Unk { ty: ty.clone(), ..Unk::new(Why::Count) };
        self.steps(Val::unk(any, of.origin), rest, env).map(|_| ())
    }

    fn splat_of_unknown(
        &mut self,
        value: &Val,
        unk: &Unk,
        rest: &[Step],
        span: Span,
        env: Env<'_>,
    ) -> Result<Val, Fault> {
        if !unk.candidates.is_empty() {
            return self.each_candidate(value, unk, |me, candidate| me.splat(candidate, rest, span, env));
        }
        if let Some(reference) = &unk.reference
            && reference.path.is_empty()
            && !self.is_repeated(unk)
            && self.is_one(reference)
        {
            let item = self.steps(value.clone(), rest, env)?;
            return Ok(Val::tuple(vec![item], value.origin).marked(value.marks));
        }
        let single = matches!(unk.ty, Ty::Bool | Ty::Number | Ty::String | Ty::Object(_) | Ty::Map(_));
        if single && !self.is_repeated(unk) {
            // One element, or none if it turns out null.
            let item = self.steps(value.clone(), rest, env)?;
            if unk.not_null {
                return Ok(Val::tuple(vec![item], value.origin).marked(value.marks));
            }
            let mut out = Unk::of([value, &item], Ty::Dynamic);
            if has_substance(&item) {
                out.partial = Some(Box::new(Val::tuple(vec![item], value.origin)));
            }
            return Ok(Val::unk(out, value.origin).marked(value.marks));
        }
        let mut known = Vec::new();
        if let Some(items) = unk.partial.as_deref().and_then(Val::elements) {
            for item in items.iter().cloned() {
                known.push(self.steps(item, rest, env)?);
            }
        }
        let element = element_of_unknown(value, unk);
        let element = match self.steps(element, rest, env) {
            // Of what is not even known what it is, nothing can be said to be wrong.
            Err(_) if unk.ty == Ty::Dynamic => derived(value, unk, Ty::Dynamic),
            element => element?,
        };
        let mut out = Unk::new(Why::Count);
        out.ty = Ty::Dynamic;
        out.not_null = true;
        out.len = unk.len;
        out.depends_on.clone_from(&unk.depends_on);
        if let Some(inner) = element.as_unknown() {
            add_references(&mut out.depends_on, &inner.depends_on);
            if known.is_empty() {
                out.reference.clone_from(&inner.reference);
                out.why.clone_from(&inner.why);
            }
        }
        if !known.is_empty() {
            out.partial = Some(Box::new(Val::tuple(known, value.origin)));
        } else if out.reference.is_none() && has_substance(&element) {
            out.partial = Some(Box::new(Val::tuple(vec![element], value.origin)));
        }
        Ok(Val::new(K::Unknown(Arc::new(out)), value.origin).marked(value.marks))
    }

    pub(super) fn is_in_brackets(&self, span: Span) -> bool {
        self.loader.project().sources().file(span.file).slice(span).starts_with(['[', '"', '\\'])
    }

    /// Whether an unknown is all instances of a resource or module, so that its steps are their keys.
    pub(super) fn is_repeated(&self, unk: &Unk) -> bool {
        let Some(reference) = &unk.reference else { return false };
        let collection = matches!(unk.ty, Ty::Map(_) | Ty::List(_));
        reference.path.is_empty()
            && (self.declaration_of(reference).is_some()
                || (collection && matches!(reference.target, Target::Module { .. } | Target::Resource(_))))
    }

    /// Whether the reference names a resource or module that is declared without repetition.
    fn is_single(&self, reference: &Reference) -> bool {
        let (Target::Resource(key) | Target::Module { call: key, .. }) = &reference.target else {
            return false;
        };
        let body = match self.places.get(&key.address) {
            Some(super::Place::Instance(instance)) => {
                let instance = &self.instances[*instance];
                &self.scopes[instance.scope].module.resources[instance.declaration].block.body
            }
            Some(super::Place::Scope(scope)) => match self.scopes[*scope].parent {
                Some((parent, call)) => &self.scopes[parent].module.calls[call].block.body,
                None => return false,
            },
            _ => return false,
        };
        !body.is_repeated() && body.blocks("lifecycle").all(|b| b.body.attribute("enabled").is_none())
    }

    /// Whether the reference names exactly one thing: a resource or module instance.
    fn is_one(&self, reference: &Reference) -> bool {
        match &reference.target {
            Target::Resource(key) | Target::Module { call: key, .. } => {
                matches!(
                    self.places.get(&key.address),
                    Some(super::Place::Instance(_) | super::Place::Scope(_))
                ) && self.declaration_of(reference).is_none()
            }
            _ => false,
        }
    }
}

/// An element whose index is not known: one of those that there are.
fn unknown_index(value: &Val, key: &Unk) -> Val {
    if let K::Unknown(unk) = &value.k
        && let Some(reference) = &unk.reference
    {
        let mut out = Val::reference(reference.then(Way::Any), value.origin);
        depend(&mut out, &key.depends_on);
        let element = unk.ty.element().cloned().unwrap_or(Ty::Dynamic);
        return retyped(out, &element);
    }
    let mut out = Unk::new(key.why.clone());
    out.depends_on.clone_from(&key.depends_on);
    out.ty = Ty::outline(value).element().cloned().unwrap_or(Ty::Dynamic);
    let items: Vec<&Val> = match &value.k {
        K::List(_, items) | K::Tuple(items) => items.iter().collect(),
        K::Map(_, fields) | K::Object(fields) => fields.iter().map(|(_, _, v)| v).collect(),
        _ => Vec::new(),
    };
    if let K::Unknown(unk) = &value.k {
        add_references(&mut out.depends_on, &unk.depends_on);
    }
    for item in &items {
        if let Some(inner) = item.as_unknown() {
            add_references(&mut out.depends_on, &inner.depends_on);
        }
    }
    if !items.is_empty() && items.len() <= 8 {
        out.candidates = items.into_iter().cloned().collect();
    }
    Val::new(K::Unknown(Arc::new(out)), value.origin)
}

/// What stands for any element of a collection that is not known.
pub(super) fn element_of_unknown(value: &Val, unk: &Unk) -> Val {
    let ty = match &unk.ty {
        Ty::List(element) | Ty::Set(element) | Ty::Map(element) => (**element).clone(),
        _ => Ty::Dynamic,
    };
    if let Some(reference) = &unk.reference {
        return retyped(Val::reference(reference.then(Way::Any), value.origin), &ty).marked(value.marks);
    }
    let partial = unk.partial.as_deref().into_iter().chain(&unk.candidates);
    for known in partial {
        let first = match &known.k {
            K::List(_, items) | K::Set(_, items) | K::Tuple(items) => items.first(),
            K::Map(_, fields) | K::Object(fields) => fields.first().map(|(_, _, v)| v),
            _ => None,
        };
        if let Some(first) = first.and_then(Val::as_unknown).filter(|f| f.reference.is_some()) {
            return Val::new(K::Unknown(Arc::new(first.clone())), value.origin).marked(value.marks);
        }
    }
    derived(value, unk, ty)
}

/// An unknown made of another, whose type is known.
pub(super) fn derived(value: &Val, unk: &Unk, ty: Ty) -> Val {
    let mut out = Unk::new(unk.why.clone());
    out.ty = ty;
    out.depends_on.clone_from(&unk.depends_on);
    Val::new(K::Unknown(Arc::new(out)), value.origin).marked(value.marks)
}

/// A value that stands if an undecided condition turns out as it must.
pub(super) fn possible(condition: &Val, value: Val) -> Val {
    let mut out = Unk::new(Why::Condition);
    references_in(condition, &mut out.depends_on);
    references_in(&value, &mut out.depends_on);
    let (origin, marks) = (value.origin, value.marks);
    out.candidates = match value.as_unknown() {
        Some(inner) if !inner.candidates.is_empty() => inner.candidates.clone(),
        _ => vec![value],
    };
    Val::new(K::Unknown(Arc::new(out)), origin).marked(marks)
}

/// The value with its type, if it is an unknown of any type.
fn retyped(value: Val, ty: &Ty) -> Val {
    match &value.k {
        K::Unknown(unk) if matches!(unk.ty, Ty::Dynamic) && !matches!(ty, Ty::Dynamic) => {
            let mut unk = (**unk).clone();
            unk.ty = ty.clone();
            Val { k: K::Unknown(Arc::new(unk)), ..value }
        }
        _ => value,
    }
}

/// Adds references, each once, at most 64.
/// The most references that are gathered for one unknown.
const MAX_REFERENCES: usize = 64;

pub(super) fn add_references(to: &mut References, more: &References) {
    to.add_all(more, MAX_REFERENCES);
}

/// Makes an unknown depend on more.
pub(super) fn depend(value: &mut Val, more: &References) {
    if more.is_empty() {
        return;
    }
    if let K::Unknown(unk) = &mut value.k {
        add_references(&mut Arc::make_mut(unk).depends_on, more);
    }
}

/// All references in a value, those that unknowns depend on included.
pub(super) fn references_in(value: &Val, out: &mut References) {
    if out.len() >= MAX_REFERENCES {
        return;
    }
    match &value.k {
        K::Unknown(unk) => {
            add_references(out, &unk.depends_on);
            for inner in unk.partial.as_deref().into_iter().chain(&unk.candidates) {
                references_in(inner, out);
            }
            if let Some((_, inner)) = unk.encoded.as_deref() {
                references_in(inner, out);
            }
        }
        K::List(_, items) | K::Set(_, items) | K::Tuple(items) => {
            items.iter().for_each(|i| references_in(i, out));
        }
        K::Map(_, fields) | K::Object(fields) => fields.iter().for_each(|(_, _, v)| references_in(v, out)),
        _ => {}
    }
}

/// Whether more is known of a value than that it is not known.
pub(super) fn has_substance(value: &Val) -> bool {
    match value.as_unknown() {
        Some(unk) => {
            unk.reference.is_some()
                || unk.text.is_some()
                || unk.encoded.is_some()
                || unk.partial.is_some()
                || !unk.candidates.is_empty()
        }
        None => true,
    }
}

fn whole_number(key: &Val) -> Option<i64> {
    match convert(key, &Ty::Number).ok()?.k {
        K::Num(num) => num.as_i64(),
        _ => None,
    }
}

/// The kind of a value in words.
pub(super) fn kind_name(value: &Val) -> &'static str {
    match &value.k {
        K::Null(_) => "null",
        K::Bool(_) => "bool",
        K::Num(_) => "number",
        K::Str(_) => "string",
        K::List(..) => "list",
        K::Set(..) => "set",
        K::Tuple(_) => "tuple",
        K::Map(..) => "map",
        K::Object(_) => "object",
        K::Unknown(unk) => ty_name(&unk.ty),
    }
}

fn ty_name(ty: &Ty) -> &'static str {
    match ty {
        Ty::Dynamic => "value",
        Ty::Bool => "bool",
        Ty::Number => "number",
        Ty::String => "string",
        Ty::List(_) => "list",
        Ty::Set(_) => "set",
        Ty::Map(_) => "map",
        Ty::Tuple(_) => "tuple",
        Ty::Object(_) => "object",
    }
}

fn no_index_in_set(span: Span) -> Fault {
    Fault::new(span, "the elements of a set have no index").with_help("convert it with tolist()")
}
