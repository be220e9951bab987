//! Numbers: whole numbers fast, any other decimal exact.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::num_traits::{Signed, ToPrimitive, Zero};
use bigdecimal::{BigDecimal, RoundingMode};

/// A number of Terraform's language. `Int` whenever it is whole and fits.
///
/// Terraform computes with binary floats of 512 bits. A decimal of up to [`EXACT`] digits is told from its neighbours by such a float, so
/// it stands for itself here; a longer one is the shortest decimal of the float that it is rounded to.
#[derive(Clone, Debug)]
pub(crate) enum Num {
    Int(i64),
    Big(Arc<BigDecimal>),
    /// Zero with a sign: equal to zero, but written with it.
    NegativeZero,
    /// What a division by zero gives. It can be computed with and compared, but not written.
    Infinite {
        negative: bool,
    },
}

/// Digits up to which a decimal is kept as it is.
const EXACT: u64 = 150;
/// Bits of a float's mantissa.
const BITS: u64 = 512;
/// Powers of ten beyond which a number is refused: it would only serve to exhaust the memory.
const MAX_EXPONENT: i64 = 10_000;
const MAX_DIGITS: usize = 4_000;

impl Num {
    /// From decimal text: `12`, `.5`, `1e3`.
    pub(crate) fn parse(text: &str) -> Option<Num> {
        if let Ok(int) = text.parse::<i64>() {
            return Some(if int == 0 && text.starts_with('-') { Num::NegativeZero } else { Num::Int(int) });
        }
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (negative, mantissa) = match mantissa.as_bytes().first()? {
            b'-' => (true, &mantissa[1..]),
            b'+' => (false, &mantissa[1..]),
            _ => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let int = BigInt::parse_bytes(digits.as_bytes(), 10)?;
        let scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        let num = Self::of(&BigDecimal::new(if negative { -int } else { int }, scale))?;
        Some(if negative && num.is_zero() { Num::NegativeZero } else { num })
    }

    /// `None` when it is out of bounds.
    pub(crate) fn of(decimal: &BigDecimal) -> Option<Num> {
        if decimal.is_zero() {
            return Some(Num::Int(0));
        }
        let decimal = decimal.normalized();
        let (_, scale) = decimal.as_bigint_and_scale();
        if scale.abs() > MAX_EXPONENT || decimal.digits() > MAX_DIGITS as u64 * 2 {
            return None;
        }
        let decimal = if decimal.digits() > EXACT { Binary::of(&decimal).decimal() } else { decimal };
        if decimal.is_integer()
            && decimal.order_of_magnitude() < 20
            && let Some(int) = decimal.to_i64()
        {
            return Some(Num::Int(int));
        }
        Some(Num::Big(Arc::new(decimal)))
    }

    /// The number whose shortest decimal a double prints as.
    pub(crate) fn of_f64(float: f64) -> Option<Num> {
        if float.is_infinite() {
            return Some(Num::Infinite { negative: float < 0.0 });
        }
        if float.is_nan() { None } else { Num::parse(&format!("{float}")) }
    }

    pub(crate) fn of_bigint(int: BigInt) -> Option<Num> {
        Num::of(&BigDecimal::new(int, 0))
    }

    /// The decimal, if the number is finite.
    pub(crate) fn decimal(&self) -> Option<BigDecimal> {
        match self {
            Num::Int(int) => Some(BigDecimal::from(*int)),
            Num::NegativeZero => Some(BigDecimal::zero()),
            Num::Big(big) => Some((**big).clone()),
            Num::Infinite { .. } => None,
        }
    }

    pub(crate) fn is_infinite(&self) -> bool {
        matches!(self, Num::Infinite { .. })
    }

    pub(crate) fn is_zero(&self) -> bool {
        matches!(self, Num::Int(0) | Num::NegativeZero)
    }

    pub(crate) fn is_negative_zero(&self) -> bool {
        matches!(self, Num::NegativeZero)
    }

    /// Whether a sign stands before it, be it before zero.
    fn has_sign(&self) -> bool {
        self.is_negative() || self.is_negative_zero()
    }

    fn zero(negative: bool) -> Num {
        if negative { Num::NegativeZero } else { Num::Int(0) }
    }

    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Num::Int(_) | Num::NegativeZero => true,
            Num::Big(big) => big.is_integer(),
            Num::Infinite { .. } => false,
        }
    }

    /// The whole number, if it is one.
    pub(crate) fn as_i64(&self) -> Option<i64> {
        match self {
            Num::Int(int) => Some(*int),
            Num::NegativeZero => Some(0),
            Num::Big(_) | Num::Infinite { .. } => None,
        }
    }

    pub(crate) fn as_f64(&self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "the nearest double is what was asked for")]
            Num::Int(int) => *int as f64,
            Num::NegativeZero => -0.0,
            Num::Big(big) => big.to_f64().unwrap_or(f64::NAN),
            Num::Infinite { negative: false } => f64::INFINITY,
            Num::Infinite { negative: true } => f64::NEG_INFINITY,
        }
    }

    /// The number without its fraction, if whole numbers of any size will do.
    pub(crate) fn to_bigint(&self) -> BigInt {
        match self {
            Num::Int(int) => BigInt::from(*int),
            Num::NegativeZero => BigInt::ZERO,
            Num::Big(big) => big.with_scale_round(0, RoundingMode::Down).into_bigint_and_scale().0,
            Num::Infinite { .. } => BigInt::ZERO,
        }
    }

    pub(crate) fn is_negative(&self) -> bool {
        match self {
            Num::Int(int) => *int < 0,
            Num::NegativeZero => false,
            Num::Big(big) => big.sign() == Sign::Minus,
            Num::Infinite { negative } => *negative,
        }
    }

    pub(crate) fn neg(&self) -> Num {
        match self {
            Num::Int(0) => Num::NegativeZero,
            Num::NegativeZero => Num::Int(0),
            Num::Int(int) => {
                int.checked_neg().map_or_else(|| Num::Big(Arc::new(-BigDecimal::from(*int))), Num::Int)
            }
            Num::Big(big) => Num::of(&(-(**big).clone())).unwrap_or_else(|| self.clone()),
            Num::Infinite { negative } => Num::Infinite { negative: !negative },
        }
    }

    pub(crate) fn add(&self, other: &Num) -> Option<Num> {
        if self.is_negative_zero() {
            return Some(other.clone());
        }
        if let (Num::Int(a), Num::Int(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Some(Num::Int(sum));
        }
        let (Some(a), Some(b)) = (self.decimal(), other.decimal()) else {
            let infinite = if self.is_infinite() { self } else { other };
            let opposed = other.is_infinite() && other.is_negative() != infinite.is_negative();
            return (!opposed).then(|| infinite.clone());
        };
        if a.digits() <= EXACT && b.digits() <= EXACT {
            Num::of(&(a + b))
        } else {
            Binary::of(&a).add(&Binary::of(&b))
        }
    }

    pub(crate) fn sub(&self, other: &Num) -> Option<Num> {
        if let (Num::Int(a), Num::Int(b)) = (self, other)
            && let Some(difference) = a.checked_sub(*b)
        {
            return Some(Num::Int(difference));
        }
        self.add(&other.neg())
    }

    pub(crate) fn mul(&self, other: &Num) -> Option<Num> {
        if (self.is_zero() && !other.is_infinite()) || (other.is_zero() && !self.is_infinite()) {
            return Some(Num::zero(self.has_sign() != other.has_sign()));
        }
        if let (Num::Int(a), Num::Int(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Some(Num::Int(product));
        }
        let (Some(a), Some(b)) = (self.decimal(), other.decimal()) else {
            let negative = self.is_negative() != other.is_negative();
            return (!self.is_zero() && !other.is_zero()).then_some(Num::Infinite { negative });
        };
        if a.digits() <= EXACT && b.digits() <= EXACT {
            Num::of(&(a * b))
        } else {
            let (a, b) = (Binary::of(&a), Binary::of(&b));
            Num::of(&Binary::rounded(a.mantissa * b.mantissa, a.exponent + b.exponent).decimal())
        }
    }

    /// `None` where there is no answer: zero by zero, infinite by infinite.
    pub(crate) fn div(&self, other: &Num) -> Option<Num> {
        if other.is_zero() {
            let negative = self.is_negative() != other.has_sign();
            return (!self.is_zero()).then_some(Num::Infinite { negative });
        }
        if self.is_zero() || other.is_infinite() && !self.is_infinite() {
            return Some(Num::zero(self.has_sign() != other.has_sign()));
        }
        if let (Num::Int(a), Num::Int(b)) = (self, other)
            && let Some(0) = a.checked_rem(*b)
            && let Some(quotient) = a.checked_div(*b)
        {
            return Some(Num::Int(quotient));
        }
        let (a, b) = match (self.decimal(), other.decimal()) {
            (Some(a), Some(b)) => (Binary::of(&a), Binary::of(&b)),
            (None, Some(_)) => {
                return Some(Num::Infinite { negative: self.is_negative() != other.is_negative() });
            }
            (_, None) => return None,
        };
        let quotient = Binary::ratio(&a.mantissa, &b.mantissa, a.exponent - b.exponent);
        Num::of(&quotient.decimal())
    }

    /// The remainder with the sign of the dividend; by zero, the dividend.
    pub(crate) fn rem(&self, other: &Num) -> Option<Num> {
        if other.is_zero() || self.is_negative_zero() {
            return Some(self.clone());
        }
        if let (Num::Int(a), Num::Int(b)) = (self, other) {
            return Some(Num::Int(a.checked_rem(*b).unwrap_or(0)));
        }
        if self.is_infinite() || other.is_infinite() {
            return Some(self.clone());
        }
        // As often as the rounded quotient is whole.
        let times = self.div(other)?.whole(RoundingMode::Down);
        self.sub(&times.mul(other)?)
    }

    pub(crate) fn abs(&self) -> Num {
        if self.has_sign() { self.neg() } else { self.clone() }
    }

    pub(crate) fn floor(&self) -> Num {
        self.whole(RoundingMode::Floor)
    }

    pub(crate) fn ceil(&self) -> Num {
        self.whole(RoundingMode::Ceiling)
    }

    fn whole(&self, mode: RoundingMode) -> Num {
        match self {
            Num::Int(_) | Num::Infinite { .. } => self.clone(),
            Num::NegativeZero => Num::Int(0),
            Num::Big(big) => Num::of(&big.with_scale_round(0, mode)).unwrap_or_else(|| self.clone()),
        }
    }
}

impl PartialEq for Num {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Num {}

impl PartialOrd for Num {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Num {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Num::Int(a), Num::Int(b)) => a.cmp(b),
            (Num::NegativeZero, other) => Num::Int(0).cmp(other),
            (other, Num::NegativeZero) => other.cmp(&Num::Int(0)),
            (Num::Big(a), Num::Big(b)) => a.cmp(b),
            (Num::Big(a), Num::Int(b)) => (**a).cmp(&BigDecimal::from(*b)),
            (Num::Int(a), Num::Big(b)) => BigDecimal::from(*a).cmp(b),
            (Num::Infinite { negative: a }, Num::Infinite { negative: b }) => b.cmp(a),
            (Num::Infinite { negative }, _) => {
                if *negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (_, Num::Infinite { negative }) => {
                if *negative {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
        }
    }
}

impl fmt::Display for Num {
    /// As Terraform converts it to a string: never with an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Num::Int(int) => write!(f, "{int}"),
            Num::NegativeZero => f.write_str("-0"),
            Num::Big(big) => f.write_str(&big.to_plain_string()),
            Num::Infinite { negative } => f.write_str(if *negative { "-Inf" } else { "+Inf" }),
        }
    }
}

/// A binary float: `mantissa * 2^exponent`, the mantissa of at most [`BITS`] bits.
#[derive(PartialEq)]
struct Binary {
    mantissa: BigInt,
    exponent: i64,
}

impl Binary {
    fn of(decimal: &BigDecimal) -> Binary {
        let (int, scale) = decimal.as_bigint_and_scale();
        let power =
            BigInt::from(10).pow(u32::try_from(scale.unsigned_abs()).unwrap_or(u32::MAX).min(100_000));
        if scale <= 0 { Binary::rounded(int.into_owned() * power, 0) } else { Binary::ratio(&int, &power, 0) }
    }

    /// `numerator / denominator * 2^exponent`, rounded.
    fn ratio(numerator: &BigInt, denominator: &BigInt, exponent: i64) -> Binary {
        let want = BITS + 2 + denominator.bits();
        let shift = want.saturating_sub(numerator.bits());
        let shifted = numerator << shift;
        let quotient = &shifted / denominator;
        let exact = (&quotient * denominator) == shifted;
        // A sticky bit tells the rounding that something lies below.
        let sticky = if exact {
            BigInt::ZERO
        } else {
            BigInt::from(if quotient.is_negative() || numerator.is_negative() { -1 } else { 1 })
        };
        Binary::rounded((quotient << 1) + sticky, exponent - i64::try_from(shift).unwrap_or(i64::MAX / 2) - 1)
    }

    /// To the nearest, ties to even.
    fn rounded(mantissa: BigInt, exponent: i64) -> Binary {
        let bits = mantissa.bits();
        if mantissa.is_zero() {
            return Binary { mantissa, exponent: 0 };
        }
        let (negative, mut magnitude) = (mantissa.is_negative(), mantissa.abs());
        let mut exponent = exponent;
        if bits > BITS {
            let drop = bits - BITS;
            let rest = &magnitude - ((&magnitude >> drop) << drop);
            magnitude >>= drop;
            let half = BigInt::from(1) << (drop - 1);
            if rest > half || (rest == half && magnitude.bit(0)) {
                magnitude += 1;
            }
            exponent += i64::try_from(drop).unwrap_or(0);
        }
        let zeros = magnitude.trailing_zeros().unwrap_or(0);
        magnitude >>= zeros;
        exponent += i64::try_from(zeros).unwrap_or(0);
        Binary { mantissa: if negative { -magnitude } else { magnitude }, exponent }
    }

    fn add(&self, other: &Binary) -> Option<Num> {
        let low = self.exponent.min(other.exponent);
        let align = |b: &Binary| &b.mantissa << u64::try_from(b.exponent - low).unwrap_or(0);
        Num::of(&Binary::rounded(align(self) + align(other), low).decimal())
    }

    fn exact(&self) -> BigDecimal {
        if self.exponent >= 0 {
            return BigDecimal::new(&self.mantissa << self.exponent.unsigned_abs(), 0);
        }
        let power = u32::try_from(-self.exponent).unwrap_or(u32::MAX).min(100_000);
        BigDecimal::new(&self.mantissa * BigInt::from(5).pow(power), i64::from(power)).normalized()
    }

    /// The shortest decimal that is rounded to this float.
    fn decimal(&self) -> BigDecimal {
        let exact = self.exact();
        if exact.digits() <= EXACT {
            return exact;
        }
        for digits in EXACT..=EXACT + 8 {
            let cut = |mode| round_digits(&exact, digits, mode);
            let (down, up) = (cut(RoundingMode::Down), cut(RoundingMode::Up));
            match (Binary::of(&down) == *self, Binary::of(&up) == *self) {
                (true, true) => return cut(RoundingMode::HalfEven),
                (true, false) => return down,
                (false, true) => return up,
                (false, false) => {}
            }
        }
        exact
    }
}

fn round_digits(decimal: &BigDecimal, digits: u64, mode: RoundingMode) -> BigDecimal {
    let (_, scale) = decimal.as_bigint_and_scale();
    let drop = i64::try_from(decimal.digits()).unwrap_or(0) - i64::try_from(digits).unwrap_or(0);
    decimal.with_scale_round(scale - drop, mode).normalized()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn num(text: &str) -> Num {
        Num::parse(text).unwrap()
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(num("0.1").add(&num("0.2")), Some(num("0.3")));
        assert_eq!(num("1.5E-2").to_string(), "0.015");
        assert_eq!(num("99999999999999999999").add(&num("1")).unwrap().to_string(), "100000000000000000000");
        assert_eq!(num("1e3").as_i64(), Some(1000));
        assert_eq!(num(".5").mul(&num("2")).unwrap().as_i64(), Some(1));
        assert!(
            Num::parse("0x1f").is_none() && Num::parse("").is_none() && Num::parse("1e99999999").is_none()
        );
    }

    #[test]
    fn a_quotient_has_the_digits_that_terraform_prints() {
        let third = num("1").div(&num("3")).unwrap();
        let text = third.to_string();
        assert!(text.starts_with("0.3333") && text.ends_with("35") && text.len() == 157, "{text}");
        assert_eq!(third.mul(&num("3")).unwrap(), Num::Int(1));
        assert!(num("2").div(&num("3")).unwrap().to_string().ends_with("667"));
        assert_eq!(num("1").div(&num("4")).unwrap().to_string(), "0.25");
        assert_eq!(num("0").div(&num("0")), None);
    }

    #[test]
    fn a_remainder_has_the_sign_of_the_dividend_and_by_zero_is_the_dividend() {
        assert_eq!(num("-7").rem(&num("3")), Some(Num::Int(-1)));
        assert_eq!(num("7").rem(&num("-3")), Some(Num::Int(1)));
        assert_eq!(num("5").rem(&num("0")), Some(Num::Int(5)));
        assert_eq!(num("5.5").rem(&num("2")).unwrap().to_string(), "1.5");
    }

    #[test]
    fn a_number_by_zero_is_beyond_all_others() {
        let infinite = num("-1").div(&num("0")).unwrap();
        assert!(infinite < num("-1e300") && infinite.neg() > num("1e300"));
        assert_eq!(num("5").div(&infinite), Some(Num::Int(0)));
        assert_eq!(infinite.add(&num("5")), Some(infinite.clone()));
        assert_eq!((infinite.add(&infinite.neg()), infinite.div(&infinite)), (None, None));
        assert_eq!(infinite.to_string(), "-Inf");
    }

    #[test]
    fn whole_numbers_overflow_into_decimals() {
        assert_eq!(Num::Int(i64::MIN).neg().to_string(), "9223372036854775808");
        assert_eq!(num("4611686018427387904").mul(&num("4")).unwrap().to_string(), "18446744073709551616");
        assert_eq!(num("-1.2").ceil(), Num::Int(-1));
        assert_eq!(num("-1.1").floor(), Num::Int(-2));
    }
}
