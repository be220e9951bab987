//! Conversion between types, as Terraform does it.

use std::sync::Arc;

use iaclint_value::OriginId;

use crate::num::Num;
use crate::ty::{Field, Ty};
use crate::unify::{convertible, unify};
use crate::val::{Fields, K, MAX_DEPTH, Unk, Val};

/// Converts a value to a type, or says why it cannot be.
pub(crate) fn convert(value: &Val, ty: &Ty) -> Result<Val, String> {
    at_depth(value, ty, 0)
}

fn at_depth(value: &Val, ty: &Ty, depth: usize) -> Result<Val, String> {
    if depth > MAX_DEPTH {
        return Err(format!("the value is nested deeper than {MAX_DEPTH} levels"));
    }
    let k = match (&value.k, ty) {
        (_, Ty::Dynamic) => return Ok(value.clone()),
        (K::Null(have), ty) if !convertible(have, ty, true) => return Err(mismatch(have, ty)),
        (K::Null(_), ty) => K::Null(ty.plain()),
        (K::Unknown(unk), Ty::Bool | Ty::Number | Ty::String)
            if unk.ty == *ty && unk.candidates.is_empty() && unk.partial.is_none() =>
        {
            return Ok(value.clone());
        }
        (K::Unknown(unk), ty) => K::Unknown(Arc::new(unknown(unk, ty, depth)?)),
        (K::Bool(_), Ty::Bool) | (K::Num(_), Ty::Number) | (K::Str(_), Ty::String) => {
            return Ok(value.clone());
        }
        (K::Bool(_) | K::Num(_), Ty::String) => {
            return Ok(Val::str(primitive_text(value).unwrap_or_default(), value.origin).marked(value.marks));
        }
        (K::Str(str), Ty::Number) => K::Num(Num::parse(&str.text).ok_or("a number is required")?),
        (K::Str(str), Ty::Bool) => K::Bool(match str.text.as_str() {
            "true" | "1" => true,
            "false" | "0" => false,
            "True" | "TRUE" => {
                return Err("a bool is required; to convert from string, use lowercase \"true\"".into());
            }
            "False" | "FALSE" => {
                return Err("a bool is required; to convert from string, use lowercase \"false\"".into());
            }
            _ => return Err("a bool is required".into()),
        }),
        (K::List(_, items) | K::Set(_, items) | K::Tuple(items), Ty::List(element)) => {
            let (element, items) = elements(items, kept(value, element, items), depth)?;
            K::List(element, items.into())
        }
        (K::List(_, items) | K::Set(_, items) | K::Tuple(items), Ty::Set(element)) => {
            let (element, items) = elements(items, kept(value, element, items), depth)?;
            return Ok(Val::set(element, items, value.origin).marked(value.marks));
        }
        (K::Tuple(items), Ty::Tuple(types)) => {
            if items.len() != types.len() {
                return Err(format!(
                    "a tuple of {} elements is required, but this has {}",
                    types.len(),
                    items.len()
                ));
            }
            let items: Result<Vec<Val>, String> = items
                .iter()
                .zip(&**types)
                .enumerate()
                .map(|(at, (item, ty))| {
                    at_depth(item, ty, depth + 1).map_err(|e| format!("element {at}: {e}"))
                })
                .collect();
            K::Tuple(items?.into())
        }
        (K::Map(_, fields) | K::Object(fields), Ty::Map(element)) => {
            let mut values: Vec<Val> = fields.iter().map(|f| f.2.clone()).collect();
            // In a map, unlike in a list, null of no type is of the type of the others.
            let mut typed = values.iter().map(Ty::of).filter(|ty| *ty != Ty::Dynamic);
            if **element == Ty::Dynamic
                && values.iter().any(Val::is_null)
                && let Some(first) = typed.next()
                && typed.all(|ty| ty == first)
            {
                for value in values.iter_mut().filter(|v| v.is_null()) {
                    value.k = K::Null(first.clone());
                }
            }
            let (element, values) =
                elements(&values, element, depth).map_err(|error| match error.split_once(": ") {
                    Some((at, rest)) => {
                        let at = at
                            .strip_prefix("element ")
                            .and_then(|n| n.parse::<usize>().ok())
                            .and_then(|n| fields.get(n));
                        at.map_or(error.clone(), |field| format!("element {:?}: {rest}", field.0))
                    }
                    None => error.replace("list", "map"),
                })?;
            let fields =
                fields.iter().zip(values).map(|((name, origin, _), v)| (name.clone(), *origin, v)).collect();
            K::Map(element, Arc::new(fields))
        }
        (K::Map(_, fields) | K::Object(fields), Ty::Object(wanted)) => {
            K::Object(Arc::new(object(fields, wanted, value.origin, depth)?))
        }
        (_, ty) => return Err(mismatch(&Ty::outline(value), ty)),
    };
    Ok(Val { k, origin: value.origin, marks: value.marks })
}

fn mismatch(have: &Ty, want: &Ty) -> String {
    match want {
        Ty::Bool | Ty::Number | Ty::String => {
            format!("{} required, but have {}", want.friendly(), have.friendly())
        }
        _ => format!("{} required", want.friendly()),
    }
}

/// A known bool, number or string as a string.
pub(crate) fn primitive_text(value: &Val) -> Option<String> {
    match &value.k {
        K::Bool(bool) => Some(bool.to_string()),
        K::Num(num) => Some(num.to_string()),
        K::Str(str) => Some(str.text.to_string()),
        _ => None,
    }
}

/// The type that elements are to have: where there are none and any will do, that of the collection itself.
fn kept<'a>(value: &'a Val, element: &'a Ty, items: &[Val]) -> &'a Ty {
    match &value.k {
        K::List(own, _) | K::Set(own, _) if items.is_empty() && *element == Ty::Dynamic => own,
        _ => element,
    }
}

/// The elements of a collection, all of one type.
fn elements(items: &[Val], element: &Ty, depth: usize) -> Result<(Ty, Vec<Val>), String> {
    let to = |ty: &Ty, items: &[Val]| -> Result<Vec<Val>, String> {
        items
            .iter()
            .enumerate()
            .map(|(at, item)| at_depth(item, ty, depth + 1).map_err(|e| format!("element {at}: {e}")))
            .collect()
    };
    let converted = to(element, items)?;
    if !element.has_dynamic() {
        return Ok((element.plain(), converted));
    }
    let mut types: Vec<Ty> = Vec::new();
    for item in &converted {
        let ty = Ty::of(item);
        if !types.contains(&ty) {
            types.push(ty);
        }
    }
    match types.as_slice() {
        [] => return Ok((element.plain(), converted)),
        [one] => return Ok((one.clone(), converted)),
        _ => {}
    }
    let apart = "all list elements must have the same type";
    let common = unify(&types, false).ok_or(apart)?;
    let converted = to(&common, &converted)?;
    // An attribute whose type nobody told may be of the type of the others; null of no type is not.
    if common.has_dynamic() && !converted.iter().any(Val::has_unknown) {
        let mut types = converted.iter().map(Ty::of);
        let first = types.next();
        if types.any(|ty| Some(&ty) != first.as_ref()) {
            return Err(apart.into());
        }
    }
    Ok((common, converted))
}

/// An object of a type: what it lacks is null or its default, what it has too much is dropped.
fn object(fields: &Fields, wanted: &[Field], origin: OriginId, depth: usize) -> Result<Fields, String> {
    let mut out = Fields::with_capacity(wanted.len());
    let mut missing = Vec::new();
    for field in wanted {
        let have =
            fields.binary_search_by(|f| f.0.as_bytes().cmp(field.name.as_bytes())).ok().map(|at| &fields[at]);
        let default = |at: OriginId, place: OriginId| -> Result<(OriginId, Val), String> {
            match &field.default {
                Some(default) => Ok((at, at_depth(default, &field.ty, depth + 1)?)),
                None => Ok((at, Val::new(K::Null(field.ty.plain()), place))),
            }
        };
        let (at, value) = match have {
            Some((_, at, value)) if value.is_null() && field.optional => default(*at, value.origin)?,
            Some((_, at, value)) => {
                let value = at_depth(value, &field.ty, depth + 1)
                    .map_err(|e| format!("attribute {:?}: {e}", field.name))?;
                (*at, value)
            }
            None if field.optional => default(origin, origin)?,
            None => {
                missing.push(format!("{:?}", field.name));
                continue;
            }
        };
        out.push((field.name.clone(), at, value));
    }
    match missing.as_slice() {
        [] => Ok(out),
        [one] => Err(format!("attribute {one} is required")),
        many => Err(format!("attributes {} are required", many.join(", "))),
    }
}

/// The same unknown with a narrower type.
fn unknown(unk: &Unk, ty: &Ty, depth: usize) -> Result<Unk, String> {
    let mut out = unk.clone();
    if unk.ty != Ty::Dynamic {
        if !convertible(&unk.ty, ty, true) {
            return Err(mismatch(&unk.ty, ty));
        }
        if unk.ty != *ty && unk.ty != Ty::String {
            out.prefix = iaclint_value::Name::new();
        }
    }
    out.ty = refined(&unk.ty, ty);
    if matches!(ty, Ty::Set(_)) && !matches!(unk.ty, Ty::Set(_)) {
        // Equal elements may fall together.
        out.len.0 = out.len.0.min(1);
    }
    if !unk.candidates.is_empty() {
        // A value that cannot be converted would be an error, so it is none of the possible ones.
        out.candidates = unk.candidates.iter().filter_map(|v| at_depth(v, ty, depth + 1).ok()).collect();
    }
    if let Some(partial) = &unk.partial {
        let open = match ty {
            Ty::Object(_) => None,
            ty => at_depth(partial, ty, depth + 1).ok(),
        };
        out.partial = Some(open.map_or_else(|| partial.clone(), Box::new));
    }
    Ok(out)
}

/// The type that a value of type `from` has as a `to`.
fn refined(from: &Ty, to: &Ty) -> Ty {
    match (from, to) {
        (from, Ty::Dynamic) => from.clone(),
        (Ty::List(a) | Ty::Set(a), Ty::List(b)) => Ty::list(refined(a, b)),
        (Ty::List(a) | Ty::Set(a), Ty::Set(b)) => Ty::set(refined(a, b)),
        (Ty::Map(a), Ty::Map(b)) => Ty::map(refined(a, b)),
        (Ty::Tuple(items), Ty::List(b)) => Ty::list(refined(&unify(items, false).unwrap_or(Ty::Dynamic), b)),
        (Ty::Tuple(items), Ty::Set(b)) => Ty::set(refined(&unify(items, false).unwrap_or(Ty::Dynamic), b)),
        (Ty::Object(fields), Ty::Map(b)) => {
            let types: Vec<Ty> = fields.iter().map(|f| f.ty.clone()).collect();
            Ty::map(refined(&unify(&types, false).unwrap_or(Ty::Dynamic), b))
        }
        (Ty::Tuple(a), Ty::Tuple(b)) if a.len() == b.len() => {
            Ty::Tuple(a.iter().zip(&**b).map(|(a, b)| refined(a, b)).collect())
        }
        (Ty::Object(_), Ty::Object(fields)) => Ty::object(
            fields
                .iter()
                .map(|f| {
                    let have = from.field(&f.name).map_or(&Ty::Dynamic, |have| &have.ty);
                    Field::new(f.name.clone(), refined(have, &f.ty))
                })
                .collect(),
        ),
        (_, to) => to.plain(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iaclint_value::{Reference, ResourceKey, RootId, Why};

    const NONE: OriginId = OriginId::NONE;

    fn object_type(fields: &[(&str, Ty, bool, Option<Val>)]) -> Ty {
        let mut fields: Vec<Field> = fields
            .iter()
            .map(|(n, t, o, d)| Field { name: (*n).into(), ty: t.clone(), optional: *o, default: d.clone() })
            .collect();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        Ty::object(fields)
    }

    fn shown(value: &Val) -> String {
        crate::json_out::answer(value)
    }

    #[test]
    fn primitives_convert_as_their_text() {
        assert_eq!(
            convert(&Val::str("1.50", NONE), &Ty::Number).unwrap().as_num().unwrap().to_string(),
            "1.5"
        );
        assert_eq!(convert(&Val::bool(true, NONE), &Ty::String).unwrap().as_str(), Some("true"));
        assert!(convert(&Val::str("TRUE", NONE), &Ty::Bool).unwrap_err().contains("lowercase"));
        assert!(convert(&Val::bool(true, NONE), &Ty::Number).is_err());
    }

    #[test]
    fn a_list_of_any_takes_the_one_type_that_all_convert_to() {
        let tuple = Val::tuple(vec![Val::int(1, NONE), Val::str("two", NONE), Val::bool(true, NONE)], NONE);
        let list = convert(&tuple, &Ty::list(Ty::Dynamic)).unwrap();
        assert_eq!(shown(&list), r#"{"json":"[\"1\",\"two\",\"true\"]","type":["list","string"]}"#);
        let odd = Val::tuple(vec![Val::int(1, NONE), Val::bool(true, NONE)], NONE);
        assert!(convert(&odd, &Ty::list(Ty::Dynamic)).is_err());
        let null = Val::tuple(vec![Val::null(NONE), Val::str("a", NONE)], NONE);
        assert_eq!(Ty::of(&convert(&null, &Ty::list(Ty::Dynamic)).unwrap()), Ty::list(Ty::String));
    }

    #[test]
    fn optional_attributes_get_their_defaults_also_for_an_explicit_null() {
        let logs = object_type(&[
            ("enabled", Ty::Bool, true, Some(Val::bool(true, NONE))),
            ("days", Ty::Number, true, Some(Val::int(14, NONE))),
        ]);
        let ty = object_type(&[
            ("cpu", Ty::Number, true, Some(Val::int(256, NONE))),
            ("mem", Ty::Number, true, None),
            ("logs", logs, true, Some(Val::object(Vec::new(), NONE))),
        ]);
        let given = Val::object(
            vec![
                ("cpu".into(), NONE, Val::null(NONE)),
                ("extra".into(), NONE, Val::int(1, NONE)),
                ("mem".into(), NONE, Val::str("8", NONE)),
            ],
            NONE,
        );
        assert_eq!(
            crate::json_out::json(&convert(&given, &ty).unwrap()).unwrap(),
            r#"{"cpu":256,"logs":{"days":14,"enabled":true},"mem":8}"#
        );
        let required = object_type(&[("name", Ty::String, false, None)]);
        assert_eq!(convert(&given, &required).unwrap_err(), "attribute \"name\" is required");
    }

    #[test]
    fn sets_are_sorted_and_have_each_element_once() {
        let numbers = Val::tuple(
            vec![Val::int(3, NONE), Val::int(10, NONE), Val::str("2", NONE), Val::int(3, NONE)],
            NONE,
        );
        assert_eq!(
            crate::json_out::json(&convert(&numbers, &Ty::set(Ty::Number)).unwrap()).unwrap(),
            "[2,3,10]"
        );
        assert_eq!(
            crate::json_out::json(&convert(&numbers, &Ty::set(Ty::Dynamic)).unwrap()).unwrap(),
            r#"["10","2","3"]"#
        );
        let unknown = Val::tuple(vec![Val::unknown(Why::Condition, NONE), Val::str("b", NONE)], NONE);
        assert_eq!(
            shown(&convert(&unknown, &Ty::set(Ty::String)).unwrap()),
            r#"{"after":["b",null],"after_unknown":[false,true]}"#
        );
    }

    #[test]
    fn an_unknown_keeps_what_it_is() {
        let reference = Reference::resource(ResourceKey::new(RootId(0), "aws_s3_bucket.b"), "id");
        let value = Val::reference(reference.clone(), NONE);
        let text = convert(&value, &Ty::String).unwrap();
        let unk = text.as_unknown().unwrap();
        assert_eq!((&unk.ty, unk.reference.as_deref()), (&Ty::String, Some(&reference)));
        assert!(convert(&text, &Ty::list(Ty::String)).is_err());
        assert!(convert(&text, &Ty::Number).is_ok());
    }
}
