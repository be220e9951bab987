//! One type for several values: the branches of a conditional, the elements of a list.

use crate::ty::{Field, Ty};

/// Whether a value of `from` may become one of `to`. With `lossy`, also where it depends on the value (`"1"` to a number) or loses
/// something (a list to a set).
pub(crate) fn convertible(from: &Ty, to: &Ty, lossy: bool) -> bool {
    match (from, to) {
        (_, Ty::Dynamic) | (Ty::Dynamic, _) => true,
        (Ty::Bool, Ty::Bool)
        | (Ty::Number, Ty::Number)
        | (Ty::Bool | Ty::Number | Ty::String, Ty::String) => true,
        (Ty::String, Ty::Bool | Ty::Number) => lossy,
        (Ty::List(a) | Ty::Set(a), Ty::List(b)) | (Ty::Set(a), Ty::Set(b)) | (Ty::Map(a), Ty::Map(b)) => {
            convertible(a, b, lossy)
        }
        (Ty::List(a), Ty::Set(b)) => lossy && convertible(a, b, lossy),
        (Ty::Tuple(items), Ty::List(b) | Ty::Set(b)) => items.iter().all(|a| convertible(a, b, lossy)),
        (Ty::Object(fields), Ty::Map(b)) => fields.iter().all(|f| convertible(&f.ty, b, lossy)),
        (Ty::Map(a), Ty::Object(fields)) => lossy && fields.iter().all(|f| convertible(a, &f.ty, lossy)),
        (Ty::Object(_), Ty::Object(fields)) => fields.iter().all(|f| match from.field(&f.name) {
            Some(have) => convertible(&have.ty, &f.ty, lossy),
            None => f.optional,
        }),
        (Ty::Tuple(a), Ty::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(&**b).all(|(a, b)| convertible(a, b, lossy))
        }
        _ => false,
    }
}

/// The type that all can be converted to, if there is one. An unknown type adapts to primitive ones; beside a compound one it leaves
/// the result open.
pub(crate) fn unify(types: &[Ty], lossy: bool) -> Option<Ty> {
    let mut all: Vec<&Ty> = Vec::new();
    for ty in types {
        if !all.contains(&ty) {
            all.push(ty);
        }
    }
    match all.as_slice() {
        [] => return Some(Ty::Dynamic),
        [one] => return Some(one.plain()),
        _ => {}
    }
    let count = |is: fn(&Ty) -> bool| all.iter().filter(|t| is(t)).count();
    let open = count(|t| *t == Ty::Dynamic);
    let maps = count(|t| matches!(t, Ty::Map(_)));
    let objects = count(|t| matches!(t, Ty::Object(_)));
    let lists = count(|t| matches!(t, Ty::List(_)));
    let sets = count(|t| matches!(t, Ty::Set(_)));
    let tuples = count(|t| matches!(t, Ty::Tuple(_)));
    let alone = |of: usize| of > 0 && of + open == all.len();
    let found = if alone(maps) || alone(lists) || alone(sets) || alone(objects) || alone(tuples) {
        return if open > 0 { Some(Ty::Dynamic) } else { unify_kind(&all, lossy) };
    } else if maps > 0 && alone(maps + objects) {
        with_collections(&all, lossy, |t| matches!(t, Ty::Object(_)), Ty::map)
    } else if lists > 0 && alone(lists + tuples) {
        with_collections(&all, lossy, |t| matches!(t, Ty::Tuple(_)), Ty::list)
    } else if objects > 0 && tuples > 0 {
        return None;
    } else {
        None
    };
    found.or_else(|| preferred(&all, lossy))
}

/// Types of one kind, none of them open.
fn unify_kind(types: &[&Ty], lossy: bool) -> Option<Ty> {
    match types.first()? {
        Ty::Object(_) => unify_objects(types, lossy),
        Ty::Tuple(_) => unify_tuples(types, lossy),
        Ty::Map(_) => unify_inner(types, lossy).map(Ty::map),
        Ty::List(_) => unify_inner(types, lossy).map(Ty::list),
        _ => unify_inner(types, lossy).map(Ty::set),
    }
}

/// Objects beside maps, or tuples beside lists: what they make as one such collection, and that with the others.
fn with_collections(
    types: &[&Ty],
    lossy: bool,
    is_shaped: fn(&Ty) -> bool,
    wrap: fn(Ty) -> Ty,
) -> Option<Ty> {
    let (shaped, mut others): (Vec<&Ty>, Vec<&Ty>) = types.iter().copied().partition(|t| is_shaped(t));
    let collection = unify_inner(&shaped, lossy).map(wrap)?;
    others.push(&collection);
    let others: Vec<Ty> = others.into_iter().cloned().collect();
    unify(&others, lossy).filter(|ty| *ty != Ty::Dynamic)
}

/// Of several types the one that all others convert to: text before other primitives, lists before sets before tuples, maps before
/// objects, and what is not known last.
fn preferred(types: &[&Ty], lossy: bool) -> Option<Ty> {
    let rank = |ty: &Ty| match ty {
        Ty::String => 0,
        Ty::List(_) | Ty::Map(_) => 1,
        Ty::Set(_) => 2,
        Ty::Bool | Ty::Number | Ty::Tuple(_) | Ty::Object(_) => 3,
        Ty::Dynamic => 4,
    };
    let mut candidates = types.to_vec();
    candidates.sort_by_key(|ty| rank(ty));
    candidates
        .into_iter()
        .find(|to| types.iter().all(|from| from == to || convertible(from, to, lossy)))
        .map(Ty::plain)
}

/// One object type, or a map of them where their attributes differ.
fn unify_objects(types: &[&Ty], lossy: bool) -> Option<Ty> {
    let fields: Vec<&[Field]> = types
        .iter()
        .filter_map(|t| if let Ty::Object(fields) = t { Some(&***fields) } else { None })
        .collect();
    let first = fields.first()?;
    let alike = |other: &&[Field]| {
        other.len() == first.len() && other.iter().zip(*first).all(|(a, b)| a.name == b.name)
    };
    if !fields.iter().all(alike) {
        return unify_inner(types, lossy).map(Ty::map);
    }
    let mut out = Vec::with_capacity(first.len());
    for (at, field) in first.iter().enumerate() {
        let column: Vec<Ty> = fields.iter().map(|f| f[at].ty.clone()).collect();
        out.push(Field::new(field.name.clone(), unify(&column, lossy)?));
    }
    Some(Ty::object(out))
}

/// One tuple type, or a list of them where their lengths differ.
fn unify_tuples(types: &[&Ty], lossy: bool) -> Option<Ty> {
    let rows: Vec<&[Ty]> =
        types.iter().filter_map(|t| if let Ty::Tuple(items) = t { Some(&**items) } else { None }).collect();
    let first = rows.first()?;
    if rows.iter().any(|r| r.len() != first.len()) {
        return unify_inner(types, lossy).map(Ty::list);
    }
    (0..first.len())
        .map(|at| unify(&rows.iter().map(|r| r[at].clone()).collect::<Vec<_>>(), lossy))
        .collect::<Option<Vec<_>>>()
        .map(|types| Ty::Tuple(types.into()))
}

/// One type for all that is inside the collections.
fn unify_inner(types: &[&Ty], lossy: bool) -> Option<Ty> {
    let mut inner: Vec<Ty> = Vec::new();
    let mut add = |ty: &Ty| {
        if !inner.contains(ty) {
            inner.push(ty.clone());
        }
    };
    for ty in types {
        match ty {
            Ty::List(element) | Ty::Set(element) | Ty::Map(element) => add(element),
            Ty::Tuple(items) => items.iter().for_each(&mut add),
            Ty::Object(fields) => fields.iter().for_each(|f| add(&f.ty)),
            _ => return None,
        }
    }
    unify(&inner, lossy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(fields: &[(&str, Ty)]) -> Ty {
        Ty::object(fields.iter().map(|(n, t)| Field::new((*n).into(), t.clone())).collect())
    }

    #[test]
    fn primitives_meet_in_a_string_or_not_at_all() {
        assert_eq!(unify(&[Ty::Number, Ty::String], true), Some(Ty::String));
        assert_eq!(unify(&[Ty::Number, Ty::Bool], true), None);
        assert_eq!(unify(&[Ty::Dynamic, Ty::Bool], true), Some(Ty::Bool));
    }

    #[test]
    fn objects_of_different_shape_become_a_map_and_tuples_a_list() {
        let (a, b) = (object(&[("a", Ty::Number)]), object(&[("a", Ty::Number), ("b", Ty::Number)]));
        assert_eq!(unify(&[a.clone(), b.clone()], true), Some(Ty::map(Ty::Number)));
        assert_eq!(
            unify(&[Ty::Tuple([a.clone()].into()), Ty::Tuple([b].into())], true),
            Some(Ty::Tuple([Ty::map(Ty::Number)].into()))
        );
        assert_eq!(unify(&[Ty::Tuple([].into()), Ty::Tuple([a.clone()].into())], true), Some(Ty::list(a)));
        assert_eq!(
            unify(&[Ty::set(Ty::String), Ty::Tuple([Ty::String].into())], true),
            Some(Ty::set(Ty::String))
        );
    }
}
