//! `format` and `formatlist`.

use std::fmt::Write;
use std::sync::Arc;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode};
use iaclint_value::{Piece, Text};

use super::graphemes::graphemes;
use super::texts::{made, opaque, parts, slice, text};
use super::{Call, CallError, error, wrong};
use crate::convert::convert;
use crate::export::from_text;
use crate::json_out;
use crate::num::Num;
use crate::ty::Ty;
use crate::val::{K, Unk, Val};

/// The widest field and the most decimals.
const MAX_WIDTH: usize = 4_096;

/// A verb with its flags: `%-08.3f`, `%[2]s`.
#[derive(Clone, Copy, Default, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are the five flags of a verb")]
struct Verb {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
    argument: usize,
    mode: char,
}

impl Verb {
    /// Nothing but the value itself is asked for.
    fn is_plain(self) -> bool {
        self.width.is_none()
            && self.precision.is_none()
            && !self.plus
            && !self.sharp
            && !self.space
            && matches!(self.mode, 's' | 'v' | 'd')
    }
}

pub(super) fn format(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let Some(template) = parts(&arguments[0]).filter(|_| arguments[0].as_str().is_some()) else {
        return Ok(call.unknown(arguments));
    };
    let rest = &arguments[1..];
    let mut pieces: Vec<Piece> = Vec::new();
    match assemble(&template, rest, &mut pieces) {
        Ok(()) => {}
        // The verbs are not looked at before all arguments are known.
        Err(_) if rest.iter().any(Val::has_unknown) => return Ok(call.unknown_of(arguments, Ty::String)),
        Err(error) => return Err(error),
    }
    let origin = call.origin();
    let mut value = from_text(Text::of(pieces), origin);
    if let K::Unknown(unk) = &mut value.k {
        let unk = Arc::make_mut(unk);
        unk.ty = Ty::String;
        unk.not_null = true;
        if call.host.is_strict() {
            // No further than the first verb.
            let written = arguments[0].as_str().unwrap_or_default();
            let literal = written.split('%').next().unwrap_or_default();
            unk.prefix = crate::val::safe_prefix(literal).into();
        }
    }
    Ok(value)
}

/// Puts the text together.
fn assemble(template: &Text, arguments: &[Val], pieces: &mut Vec<Piece>) -> Result<(), CallError> {
    let flat = template.flatten();
    let source = flat.text.as_str();
    let (mut at, mut next, mut used) = (0, 0, 0);
    while let Some(found) = source[at..].find('%') {
        let start = at + found;
        pieces.extend_from_slice(slice(template, &flat, at, start).pieces());
        if source[start + 1..].starts_with('%') {
            pieces.extend_from_slice(slice(template, &flat, start, start + 1).pieces());
            at = start + 2;
            continue;
        }
        let (mut verb, end) = parse(source, start + 1)?;
        if verb.argument == usize::MAX {
            verb.argument = next;
        }
        next = verb.argument + 1;
        used = used.max(next);
        let Some(value) = arguments.get(verb.argument) else {
            return Err(error(format!(
                "not enough arguments for {:?}: need {}",
                &source[start..end],
                verb.argument + 1
            )));
        };
        if value.is_null() && verb.mode != 'v' {
            return Err(wrong(verb.argument + 1, "null cannot be formatted"));
        }
        pieces.extend(formatted(verb, value, &source[start..end])?);
        at = end;
    }
    pieces.extend_from_slice(slice(template, &flat, at, source.len()).pieces());
    if used < arguments.len() {
        return Err(wrong(used + 1, format!("too many arguments; only {used} are used by the format")));
    }
    Ok(())
}

fn parse(source: &str, start: usize) -> Result<(Verb, usize), CallError> {
    let mut verb = Verb { argument: usize::MAX, ..Verb::default() };
    let bytes = source.as_bytes();
    let mut at = start;
    let digits = |at: &mut usize| -> Option<usize> {
        let from = *at;
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        source.get(from..*at)?.parse().ok()
    };
    let unfinished = || error(format!("the verb that begins at offset {} has no end", start - 1));
    loop {
        match bytes.get(at).ok_or_else(unfinished)? {
            b'-' => verb.minus = true,
            b'+' => verb.plus = true,
            b'#' => verb.sharp = true,
            b' ' => verb.space = true,
            b'0' => verb.zero = true,
            _ => break,
        }
        at += 1;
    }
    let index = |at: &mut usize, verb: &mut Verb| -> Result<(), CallError> {
        if bytes.get(*at) == Some(&b'[') {
            *at += 1;
            let number = digits(at).filter(|n| *n > 0 && bytes.get(*at) == Some(&b']'));
            verb.argument = number.ok_or_else(|| error("an argument's number in brackets is expected"))? - 1;
            *at += 1;
        }
        Ok(())
    };
    index(&mut at, &mut verb)?;
    verb.width = digits(&mut at);
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        verb.precision = Some(digits(&mut at).unwrap_or(0));
    }
    index(&mut at, &mut verb)?;
    verb.mode = source[at..].chars().next().ok_or_else(unfinished)?;
    if verb.width.max(verb.precision).is_some_and(|n| n > MAX_WIDTH) {
        return Err(error(format!("a width or precision over {MAX_WIDTH}")));
    }
    let end = at + verb.mode.len_utf8();
    match verb.mode {
        'v' | 't' | 'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' | 's' | 'q' => Ok((verb, end)),
        other => Err(error(format!("there is no format verb %{other}"))),
    }
}

fn formatted(verb: Verb, value: &Val, shown: &str) -> Result<Vec<Piece>, CallError> {
    let at = verb.argument + 1;
    if value.has_unknown() {
        let mut hole = crate::export::hole(value);
        if verb.is_plain() && value.is_unknown() {
            return Ok(text(value).pieces().to_vec());
        }
        hole = opaque(&hole);
        return Ok(vec![Piece::Hole(hole)]);
    }
    let bad = |message: String| error(format!("unsuitable value for {shown:?}: argument {at}: {message}"));
    let to = |ty: &Ty| convert(value, ty).map_err(bad);
    let out = match verb.mode {
        'v' => match &value.k {
            K::Str(str) if !verb.sharp => {
                if verb.is_plain() {
                    return Ok(text(value).pieces().to_vec());
                }
                pad(verb, &cut(verb, &str.text))
            }
            K::Num(num) if !verb.sharp => pad_number(
                verb,
                signed(verb, sign_of(num, verb.mode), &float(&num.abs(), 'g', verb.precision)),
            ),
            K::Bool(bool) if !verb.sharp => pad(verb, &bool.to_string()),
            _ => pad(verb, &json_out::json(value).unwrap_or_default()),
        },
        't' => pad(verb, &to(&Ty::Bool)?.as_bool().unwrap_or_default().to_string()),
        's' => {
            let converted = to(&Ty::String)?;
            if verb.is_plain() {
                return Ok(text(&converted).pieces().to_vec());
            }
            pad(verb, &cut(verb, converted.as_str().unwrap_or_default()))
        }
        'q' => pad(verb, &json_out::quoted(&cut(verb, to(&Ty::String)?.as_str().unwrap_or_default()))),
        mode => {
            let number = to(&Ty::Number)?;
            let Some(num) = number.as_num() else { return Err(bad("a number is required".into())) };
            let digits = match mode {
                'b' | 'd' | 'o' | 'x' | 'X' if !num.is_whole() => {
                    return Err(bad("a whole number is required".into()));
                }
                'b' | 'd' | 'o' | 'x' | 'X' => integer(verb, num),
                _ => float(&num.abs(), mode, verb.precision),
            };
            pad_number(verb, signed(verb, sign_of(num, mode), &digits))
        }
    };
    Ok(vec![made(&out, value.origin)])
}

fn cut(verb: Verb, text: &str) -> String {
    match verb.precision {
        Some(count) => graphemes(text).take(count).collect(),
        None => text.to_owned(),
    }
}

fn pad(verb: Verb, text: &str) -> String {
    let fill = verb.width.unwrap_or(0).saturating_sub(graphemes(text).count());
    let filler = if verb.zero && !verb.minus { "0" } else { " " }.repeat(fill);
    if verb.minus { format!("{text}{filler}") } else { format!("{filler}{text}") }
}

fn signed(verb: Verb, negative: bool, digits: &str) -> (&'static str, String) {
    let sign = match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    };
    (sign, digits.to_owned())
}

fn pad_number(verb: Verb, (sign, digits): (&'static str, String)) -> String {
    let fill = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.chars().count());
    match (verb.minus, verb.zero) {
        (true, _) => format!("{sign}{digits}{}", " ".repeat(fill)),
        (_, true) => format!("{sign}{}{digits}", "0".repeat(fill)),
        _ => format!("{}{sign}{digits}", " ".repeat(fill)),
    }
}

/// Whether a sign stands before a number: a whole number loses that of zero.
fn sign_of(num: &Num, mode: char) -> bool {
    num.is_negative() || num.is_negative_zero() && !matches!(mode, 'b' | 'd' | 'o' | 'x' | 'X')
}

/// The digits of a whole number without its sign.
fn integer(verb: Verb, num: &Num) -> String {
    let value: BigInt = num.abs().to_bigint();
    let (radix, prefix) = match verb.mode {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = value.to_str_radix(radix);
    if verb.mode == 'X' {
        digits.make_ascii_uppercase();
    }
    if let Some(least) = verb.precision {
        digits = format!("{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
    }
    if verb.sharp { format!("{prefix}{digits}") } else { digits }
}

/// A number that is not negative as Go writes floats.
fn float(num: &Num, mode: char, precision: Option<usize>) -> String {
    let Some(decimal) = num.decimal() else { return "Inf".to_owned() };
    match mode {
        'f' => {
            let rounded = decimal
                .with_scale_round(i64::try_from(precision.unwrap_or(6)).unwrap_or(6), RoundingMode::HalfEven);
            rounded.to_plain_string()
        }
        'e' | 'E' => {
            let digits = precision.unwrap_or(6) + 1;
            exponential(&significant(&decimal, digits), Some(digits), mode)
        }
        _ => {
            let shortest = precision.is_none();
            let (digits, exponent) = significant(&decimal, precision.unwrap_or(4_000).max(1));
            let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
            let mut limit = i64::try_from(precision.unwrap_or(6).max(1)).unwrap_or(6);
            if limit > count && count > exponent {
                limit = count;
            }
            if shortest {
                limit = 6;
            }
            if exponent < -4 || exponent >= limit.max(1) {
                let mode = if mode == 'G' { 'E' } else { 'e' };
                return exponential(&(digits, exponent), None, mode);
            }
            let scale = (count - exponent - 1).max(0);
            BigDecimal::new(
                BigInt::parse_bytes(digits.as_bytes(), 10).unwrap_or_default(),
                count - 1 - exponent,
            )
            .with_scale(scale)
            .to_plain_string()
        }
    }
}

/// The significant digits (without zeros at the end), and the power of ten of the first.
fn significant(decimal: &BigDecimal, count: usize) -> (String, i64) {
    let have = i64::try_from(decimal.digits()).unwrap_or(0);
    let (_, scale) = decimal.as_bigint_and_scale();
    let drop = have - i64::try_from(count).unwrap_or(i64::MAX);
    let rounded = if drop > 0 {
        decimal.with_scale_round(scale - drop, RoundingMode::HalfEven)
    } else {
        decimal.clone()
    };
    let (int, scale) = rounded.as_bigint_and_scale();
    let all = int.to_string();
    let digits = all.trim_end_matches('0');
    if digits.is_empty() {
        return ("0".into(), 0);
    }
    (digits.to_owned(), i64::try_from(all.len()).unwrap_or(0) - 1 - scale)
}

fn exponential((digits, exponent): &(String, i64), pad_to: Option<usize>, mode: char) -> String {
    let mut digits = digits.clone();
    while pad_to.is_some_and(|n| digits.len() < n) {
        digits.push('0');
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if *exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}{mode}{sign}{:02}", exponent.abs())
}

pub(super) fn formatlist(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let rest = &arguments[1..];
    let mut length: Option<(usize, usize)> = None;
    // A set of which an element is not known may have fewer of them.
    let several = |items: &[Val]| items.len() > 1 && items.iter().any(Val::has_unknown);
    let set_open = |v: &Val| matches!(&v.k, K::Set(_, items) if several(items));
    let mut open = false;
    for (at, value) in rest.iter().enumerate() {
        let Some(items) = value.elements().filter(|_| !set_open(value)) else {
            let list = |u: &Unk| u.ty == Ty::Dynamic || u.ty.is_sequence();
            open |= set_open(value) || value.as_unknown().is_some_and(list);
            continue;
        };
        match length {
            Some((count, first)) if count != items.len() => {
                let message = format!("has {} elements, but argument {} has {count}", items.len(), first + 1);
                return Err(wrong(at + 1, message));
            }
            Some(_) => {}
            None => length = Some((items.len(), at + 1)),
        }
    }
    if open || arguments[0].is_unknown() {
        return Ok(call.unknown_of(arguments, Ty::list(Ty::String)));
    }
    let count = length.map_or(1, |l| l.0);
    let origin = call.origin();
    let mut items = Vec::with_capacity(count);
    for at in 0..count {
        let row: Vec<Val> =
            rest.iter().map(|v| v.elements().and_then(|e| e.get(at)).unwrap_or(v).clone()).collect();
        let row: Vec<Val> = std::iter::once(arguments[0].clone()).chain(row).collect();
        let mut item = format(call, &row)?;
        if let (true, K::Unknown(unk)) = (call.host.is_strict(), &mut item.k) {
            Arc::make_mut(unk).prefix = iaclint_value::Name::new();
        }
        items.push(item);
    }
    Ok(Val::list(Ty::String, items, origin))
}

/// A string in quotes as Go's `%q` writes it.
pub(crate) fn go_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
