//! Logarithm and power of doubles, to the last bit as Terraform computes them: not always the nearest double.

use std::f64::consts::FRAC_1_SQRT_2;

/// The logarithm of 2 in two parts, of which the first has zeros at its end.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];

/// The coefficients of the series for `ln((1 + s) / (1 - s)) - 2 s`, in powers of s².
const SERIES: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];

/// The natural logarithm.
pub(super) fn ln(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 || x.is_infinite() {
        return x.ln();
    }
    let (mut fraction, mut exponent) = parts(x);
    if fraction < FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = f64::from(exponent);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let [l1, l2, l3, l4, l5, l6, l7] = SERIES;
    let odd = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7)));
    let even = s4 * (l2 + s4 * (l4 + s4 * l6));
    let rest = odd + even;
    let half = 0.5 * f * f;
    k * LN_2[0] - ((half - (s * (half + rest) + k * LN_2[1])) - f)
}

/// The power by repeated squaring; a broken exponent by way of the logarithm.
pub(super) fn pow(x: f64, y: f64) -> f64 {
    let simple = y == 0.0 || x == 0.0 || x.is_nan() || y.is_nan();
    if simple || x.is_infinite() || y.is_infinite() || y.abs() >= 9.2e18 {
        return x.powf(y);
    }
    if y.abs().to_bits() == 0.5_f64.to_bits() {
        return if y > 0.0 { x.sqrt() } else { 1.0 / x.sqrt() };
    }
    let (mut whole, mut broken) = (y.abs().trunc(), y.abs().fract());
    if broken != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    let (mut product, mut product_exponent) = (1.0, 0_i64);
    if broken != 0.0 {
        if broken > 0.5 {
            broken -= 1.0;
            whole += 1.0;
        }
        product = (broken * ln(x)).exp();
    }
    let (mut square, exponent) = parts(x);
    let mut exponent = i64::from(exponent);
    #[expect(clippy::cast_possible_truncation, reason = "below 2^63, as was looked at above")]
    let mut bits = whole as i64;
    while bits != 0 {
        if exponent.abs() > 1 << 12 {
            product_exponent += exponent;
            break;
        }
        if bits & 1 == 1 {
            product *= square;
            product_exponent += exponent;
        }
        square *= square;
        exponent <<= 1;
        if square < 0.5 {
            square += square;
            exponent -= 1;
        }
        bits >>= 1;
    }
    if y < 0.0 {
        product = 1.0 / product;
        product_exponent = -product_exponent;
    }
    scaled(product, product_exponent)
}

/// A fraction of at least a half and less than one, and the power of two by which it is to be multiplied.
fn parts(x: f64) -> (f64, i32) {
    if x == 0.0 {
        return (x, 0);
    }
    let (x, shift) = if x.is_subnormal() { (x * 2_f64.powi(52), 52) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1022;
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent - shift)
}

fn scaled(fraction: f64, exponent: i64) -> f64 {
    let mut value = fraction;
    let mut left = i32::try_from(exponent.clamp(-5_000, 5_000)).unwrap_or(0);
    while left != 0 {
        // A double's power of two has its bounds too.
        let step = left.clamp(-1_000, 1_000);
        value *= 2_f64.powi(step);
        left -= step;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digits_are_those_that_terraform_prints() {
        assert_eq!((ln(3.0) / ln(7.0)).to_string(), "0.5645750340535796");
        assert_eq!(pow(1.1, 10.0).to_string(), "2.593742460100002");
        assert_eq!(pow(2.0, -10.0).to_string(), "0.0009765625");
        assert_eq!(pow(-8.0, 3.0).to_string(), "-512");
        assert!(pow(10.0, 309.0).is_infinite() && pow(-1.0, 0.3).is_nan());
    }
}
