//! Numbers: `abs`, `ceil`, `max`, `pow`, `range`, `sum` ...

use bigdecimal::num_bigint::BigInt;
use bigdecimal::num_traits::Signed;

use super::{Call, CallError, error, floats, wrong};
use crate::convert::convert;
use crate::num::Num;
use crate::ty::Ty;
use crate::val::{K, Val};
use iaclint_value::OriginId;

/// The most elements that `range` makes, as in Terraform.
const MAX_RANGE: i64 = 1024;

/// A known number among the arguments.
pub(super) fn num(arguments: &[Val], at: usize) -> Result<&Num, CallError> {
    arguments.get(at).and_then(Val::as_num).ok_or_else(|| wrong(at, "a number is required"))
}

/// A whole number among the arguments.
pub(super) fn whole(arguments: &[Val], at: usize) -> Result<i64, CallError> {
    num(arguments, at)?.as_i64().ok_or_else(|| error("a whole number in range is required"))
}

fn number(num: Num) -> Result<Val, CallError> {
    Ok(Val::num(num, OriginId::NONE))
}

fn large(num: Option<Num>) -> Result<Val, CallError> {
    num.map(|n| Val::num(n, OriginId::NONE)).ok_or_else(|| error("the result is too large a number"))
}

pub(super) fn abs(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    number(num(arguments, 0)?.abs())
}

pub(super) fn ceil(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    number(num(arguments, 0)?.ceil())
}

pub(super) fn floor(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    number(num(arguments, 0)?.floor())
}

pub(super) fn log(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (value, base) = (num(arguments, 0)?.as_f64(), num(arguments, 1)?.as_f64());
    large(Num::of_f64(floats::ln(value) / floats::ln(base)))
        .map_err(|_| error("the logarithm is not a finite number"))
}

pub(super) fn pow(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let (value, power) = (num(arguments, 0)?.as_f64(), num(arguments, 1)?.as_f64());
    large(Num::of_f64(floats::pow(value, power)))
}

pub(super) fn signum(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let value = num(arguments, 0)?;
    let Some(_) = value.as_i64() else { return Err(error("a whole number is required")) };
    number(Num::Int(value.cmp(&Num::Int(0)) as i64))
}

pub(super) fn max(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    extreme(arguments, std::cmp::Ordering::Greater)
}

pub(super) fn min(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    extreme(arguments, std::cmp::Ordering::Less)
}

/// The first of the numbers beyond which none lies.
fn extreme(arguments: &[Val], beyond: std::cmp::Ordering) -> Result<Val, CallError> {
    let mut best: Option<(&Val, &Num)> = None;
    for value in arguments {
        let Some(num) = value.as_num() else { continue };
        if best.is_none_or(|(_, best)| num.cmp(best) == beyond) {
            best = Some((value, num));
        }
    }
    best.map(|(value, _)| value.clone()).ok_or_else(|| error("at least one number is required"))
}

pub(super) fn parseint(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if !matches!(Ty::outline(&arguments[0]), Ty::String | Ty::Dynamic) {
        return Err(wrong(0, "a string is required"));
    }
    let Some(text) = arguments[0].as_str().filter(|_| !arguments[1].is_unknown()) else {
        return Ok(call.unknown(arguments));
    };
    let base = whole(arguments, 1)?;
    let Some(radix) = u32::try_from(base).ok().filter(|b| (2..=62).contains(b)) else {
        return Err(wrong(1, "the base must be between 2 and 62"));
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let invalid = || wrong(0, format!("cannot read {text:?} as a whole number of base {base}"));
    if digits.is_empty() || digits.len() > 1024 {
        return Err(invalid());
    }
    let mut value = BigInt::ZERO;
    for char in digits.chars() {
        let digit = match char {
            '0'..='9' => char as u32 - '0' as u32,
            'a'..='z' => char as u32 - 'a' as u32 + 10,
            'A'..='Z' if radix <= 36 => char as u32 - 'A' as u32 + 10,
            'A'..='Z' => char as u32 - 'A' as u32 + 36,
            _ => return Err(invalid()),
        };
        if digit >= radix {
            return Err(invalid());
        }
        value = value * radix + digit;
    }
    large(Num::of_bigint(if negative { -value } else { value.abs() }))
}

pub(super) fn sum(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    if arguments[0].is_unknown() {
        return Ok(call.unknown(arguments));
    }
    let Some(items) = arguments[0].elements() else {
        return Err(wrong(0, "a list, set or tuple of numbers is required"));
    };
    if items.is_empty() {
        return Err(wrong(0, "cannot sum an empty list"));
    }
    if items.iter().any(Val::has_unknown) {
        return Ok(call.unknown(arguments));
    }
    let mut total: Option<Num> = None;
    for item in items {
        let number = convert(item, &Ty::Number).map_err(|_| wrong(0, "every element must be a number"))?;
        let K::Num(number) = &number.k else {
            return Err(wrong(0, "every element must be a number, not null"));
        };
        total = Some(match total {
            Some(total) => total.add(number).ok_or_else(|| error("the sum is too large a number"))?,
            None => number.clone(),
        });
    }
    number(total.unwrap_or(Num::Int(0)))
}

pub(super) fn range(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let zero = Num::Int(0);
    let (start, end, step) = match arguments {
        [end] => (zero.clone(), num(std::slice::from_ref(end), 0)?.clone(), None),
        [_, _] => (num(arguments, 0)?.clone(), num(arguments, 1)?.clone(), None),
        [_, _, _] => {
            (num(arguments, 0)?.clone(), num(arguments, 1)?.clone(), Some(num(arguments, 2)?.clone()))
        }
        _ => return Err(error("range() takes one, two or three arguments")),
    };
    if start == end {
        let origin = call.origin();
        return Ok(Val::list(Ty::Number, Vec::new(), origin));
    }
    let down = end < start;
    let step = step.unwrap_or(Num::Int(if down { -1 } else { 1 }));
    if step.is_zero() {
        return Err(error("the step must not be zero"));
    }
    if down != step.is_negative() {
        return Err(error("the step leads away from the end"));
    }
    let many = || error(format!("more than {MAX_RANGE} values"));
    let count = end.sub(&start).and_then(|length| length.div(&step)).ok_or_else(many)?;
    if count > Num::Int(MAX_RANGE) {
        return Err(many());
    }
    let origin = call.origin();
    let mut items = Vec::new();
    let mut at = start;
    while if down { at > end } else { at < end } {
        items.push(Val::num(at.clone(), origin));
        at = at.add(&step).ok_or_else(|| error("the numbers are too large"))?;
    }
    Ok(Val::list(Ty::Number, items, origin))
}
