//! What a plan tells of arguments and results that are not known: neither more nor less than Terraform's own.

use std::sync::Arc;

use iaclint_value::Name;

use super::{Function, Type};
use crate::ty::Ty;
use crate::unify::unify;
use crate::val::{K, Unk, Val};

/// Of the results of these Terraform does not say that they are not null, as long as they are not known.
const MAY_BE_NULL: &[&str] = &[
    "issensitive",
    "strcontains",
    "templatefile",
    "timeadd",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "toset",
    "tostring",
    "yamlencode",
];

/// Their results begin as is known of a text that is not.
const KEEP_PREFIX: &[&str] = &["format", "jsonencode", "nonsensitive", "sensitive"];

/// A set of several elements of which some are not known has no order and perhaps fewer elements: as a list it is not known.
pub(super) fn ordered(value: Val) -> Val {
    let K::Set(element, items) = &value.k else { return value };
    if items.len() < 2 || !items.iter().any(Val::has_unknown) {
        return value;
    }
    let mut unk = Unk::of([&value], Ty::list(element.clone())).not_null();
    unk.len = (1, u32::try_from(items.len()).ok());
    Val::unk(unk, value.origin).marked(value.marks)
}

/// The type of a result that is not known, where the types of the arguments tell it.
pub(super) fn typed(function: &Function, arguments: &[Val]) -> Option<Ty> {
    let value = arguments.first()?;
    // The type of a large object takes its time, and most results are known.
    let whole = || arguments.iter().any(Val::has_unknown).then(|| Ty::of(value));
    Some(match function.name {
        "format" | "templatestring" => Ty::String,
        "keys" if matches!(Ty::outline(value), Ty::Map(_)) => Ty::list(Ty::String),
        "values" => match whole()? {
            Ty::Map(element) => Ty::List(element),
            Ty::Object(fields) if arguments.len() == 1 => {
                Ty::Tuple(fields.iter().map(|f| f.ty.clone()).collect())
            }
            _ => return None,
        },
        "reverse" if arguments.len() == 1 => match whole()? {
            Ty::List(element) | Ty::Set(element) => Ty::List(element),
            Ty::Tuple(types) => Ty::Tuple(types.iter().rev().cloned().collect()),
            _ => return None,
        },
        "slice" => match Ty::outline(value) {
            list @ Ty::List(_) => list,
            _ => return None,
        },
        "merge" if arguments.len() == 1 => match whole()? {
            object @ Ty::Object(_) => object,
            _ => return None,
        },
        "zipmap" => {
            Ty::map(Ty::outline(arguments.get(1)?).element().filter(|_| arguments.len() == 2)?.clone())
        }
        _ => return None,
    })
}

/// Takes back what a plan does not tell of a result that is not known.
pub(super) fn told(function: &Function, arguments: &[Val], untyped: bool, result: &mut Val) {
    let K::Unknown(unk) = &mut result.k else { return };
    let unk = Arc::make_mut(unk);
    if untyped {
        unk.ty = Ty::Dynamic;
    }
    if function.name == "coalescelist"
        && unify(&arguments.iter().map(Ty::outline).collect::<Vec<_>>(), true)
            .is_none_or(|t| !matches!(t, Ty::List(_)))
    {
        unk.ty = Ty::Dynamic;
    }
    let converted = MAY_BE_NULL.contains(&function.name);
    if unk.ty == Ty::Dynamic || converted {
        unk.not_null = false;
    }
    if function.name == "coalesce" && unk.ty != Ty::Dynamic {
        unk.not_null = true;
    }
    if converted || matches!(function.name, "distinct" | "split") {
        unk.len = (0, None);
        unk.range = None;
    }
    if (function.result == Type::String || function.name == "coalesce")
        && !KEEP_PREFIX.contains(&function.name)
    {
        unk.prefix = Name::new();
    }
}
