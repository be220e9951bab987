//! Dates: `formatdate`, `timeadd`, `timecmp`.

use std::fmt::Write;

use iaclint_value::OriginId;

use super::strings::str;
use super::{Call, CallError, error, wrong};
use crate::val::Val;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A time of RFC 3339.
#[derive(Clone, Copy)]
struct Time {
    /// Seconds since 1970 as the clock at that place shows them.
    local: i64,
    nanos: i64,
    /// Minutes that the place is ahead of UTC.
    offset: i64,
    utc: bool,
}

impl Time {
    fn parse(text: &str) -> Option<Time> {
        let number = |from: usize, to: usize| -> Option<i64> {
            let part = text.get(from..to)?;
            if part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None }
        };
        let is = |at: usize, byte: u8| text.as_bytes().get(at) == Some(&byte);
        if !(is(4, b'-') && is(7, b'-') && is(10, b'T') && is(13, b':') && is(16, b':')) {
            return None;
        }
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let mut rest = text.get(19..)?;
        let mut nanos = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            nanos = format!("{:0<9}", &fraction[..digits.min(9)]).parse().ok()?;
            rest = &fraction[digits..];
        }
        let (offset, utc) = match rest.as_bytes() {
            b"Z" => (0, true),
            [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
                let (hours, minutes): (i64, i64) =
                    (rest.get(1..3)?.parse().ok()?, rest.get(4..6)?.parse().ok()?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let offset = hours * 60 + minutes;
                (if *sign == b'-' { -offset } else { offset }, offset == 0)
            }
            _ => return None,
        };
        let valid = (1..=12).contains(&month)
            && day >= 1
            && day <= days_in(year, month)
            && hour < 24
            && minute < 60
            && second < 60;
        valid.then(|| Time {
            local: days_from(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second,
            nanos,
            offset,
            utc,
        })
    }

    fn instant(self) -> (i64, i64) {
        (self.local - self.offset * 60, self.nanos)
    }

    fn date(self) -> (i64, i64, i64) {
        date_of(self.local.div_euclid(86_400))
    }

    fn clock(self) -> (i64, i64, i64) {
        let second = self.local.rem_euclid(86_400);
        (second / 3_600, second / 60 % 60, second % 60)
    }

    fn weekday(self) -> usize {
        usize::try_from((self.local.div_euclid(86_400) + 4).rem_euclid(7)).unwrap_or(0)
    }

    fn zone(self, separator: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        format!("{sign}{:02}{separator}{:02}", self.offset.abs() / 60, self.offset.abs() % 60)
    }

    fn rfc3339(self) -> String {
        let ((year, month, day), (hour, minute, second)) = (self.date(), self.clock());
        let zone = if self.utc { "Z".to_owned() } else { self.zone(":") };
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
    }
}

fn leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of the proleptic Gregorian calendar; years are counted from March, so that the leap day is the last.
fn days_from(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn time(arguments: &[Val], at: usize) -> Result<Time, CallError> {
    let text = str(arguments, at)?;
    Time::parse(text).ok_or_else(|| wrong(at, format!("{text:?} is not a time such as 2006-01-02T15:04:05Z")))
}

/// A time as `timecmp` takes it: an hour of one digit, a comma before the fraction, and a place that is a day ahead.
fn lenient(arguments: &[Val], at: usize) -> Result<Time, CallError> {
    let text = str(arguments, at)?;
    let mut plain = text.replace(',', ".");
    if plain.as_bytes().get(12) == Some(&b':') {
        plain.insert(11, '0');
    }
    let zone = plain.len().saturating_sub(6);
    let ahead = |minutes: &str| minutes.parse().ok().filter(|m: &i64| *m <= 60);
    let offset = match plain.as_bytes().get(zone..) {
        Some([b'+' | b'-', hours @ .., b':', _, _]) if hours.iter().all(u8::is_ascii_digit) => {
            plain.get(zone + 1..zone + 3).and_then(|h| h.parse().ok()).filter(|h: &i64| *h <= 24)
        }
        _ => None,
    };
    let minutes = plain.get(zone + 4..).and_then(ahead);
    if let (Some(hours), Some(minutes)) = (offset, minutes)
        && (hours == 24 || minutes == 60)
    {
        let sign = if plain.as_bytes().get(zone) == Some(&b'-') { -1 } else { 1 };
        plain.replace_range(zone.., "Z");
        if let Some(time) = Time::parse(&plain) {
            return Ok(Time { offset: sign * (hours * 60 + minutes), utc: false, ..time });
        }
    }
    Time::parse(&plain)
        .ok_or_else(|| wrong(at, format!("{text:?} is not a time such as 2006-01-02T15:04:05Z")))
}

pub(super) fn timecmp(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let order = lenient(arguments, 0)?.instant().cmp(&lenient(arguments, 1)?.instant());
    Ok(Val::int(order as i64, OriginId::NONE))
}

pub(super) fn timeadd(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let text = str(arguments, 0)?;
    let mut time = Time::parse(text)
        .ok_or_else(|| error(format!("{text:?} is not a time such as 2006-01-02T15:04:05Z")))?;
    let duration = str(arguments, 1)?;
    let nanos = duration_nanos(duration)
        .ok_or_else(|| error(format!("{duration:?} is not a duration such as 1h30m")))?;
    let total = i128::from(time.nanos) + nanos;
    time.local += i64::try_from(total.div_euclid(1_000_000_000)).unwrap_or(0);
    time.nanos = i64::try_from(total.rem_euclid(1_000_000_000)).unwrap_or(0);
    Ok(call.str(time.rfc3339()))
}

/// A duration of Go: `1h15m30.5s`, `-2m`.
fn duration_nanos(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (whole, fraction) = rest[..end].split_once('.').unwrap_or((&rest[..end], ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || whole.len() > 12 {
            return None;
        }
        rest = &rest[end..];
        let unit_end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit: i128 = match &rest[..unit_end] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        rest = &rest[unit_end..];
        total += whole.parse::<i128>().unwrap_or(0) * unit;
        let fraction = &fraction[..fraction.len().min(15)];
        if !fraction.is_empty() {
            total += fraction.parse::<i128>().ok()? * unit / 10i128.pow(u32::try_from(fraction.len()).ok()?);
        }
    }
    // Go keeps 64 bits of nanoseconds.
    i64::try_from(total).ok()?;
    Some(if negative { -total } else { total })
}

pub(super) fn formatdate(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let time = time(arguments, 1)?;
    let format = str(arguments, 0)?;
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = quoted(rest, &mut out).ok_or_else(|| wrong(0, "a quoted part has no end"))?;
            continue;
        }
        let end = rest.find(|c| c != first).unwrap_or(rest.len());
        let run = &rest[..end];
        if first.is_ascii_alphabetic() {
            letters(time, run, &mut out).ok_or_else(|| wrong(0, format!("there is no date verb {run:?}")))?;
        } else {
            out.push_str(run);
        }
        rest = &rest[end..];
    }
    Ok(call.str(out))
}

/// Takes a quoted part, in which two quotes are one; gives what is behind it.
fn quoted<'a>(text: &'a str, out: &mut String) -> Option<&'a str> {
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let end = rest.find('\'')?;
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(behind) => {
                out.push('\'');
                rest = behind;
            }
            None => return Some(rest),
        }
    }
}

fn letters(time: Time, run: &str, out: &mut String) -> Option<()> {
    let ((year, month, day), (hour, minute, second)) = (time.date(), time.clock());
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let month_name = MONTHS.get(usize::try_from(month - 1).ok()?)?;
    let day_name = DAYS.get(time.weekday())?;
    let written = match run {
        "YYYY" => write!(out, "{year:04}"),
        "YY" => write!(out, "{:02}", year % 100),
        "MMMM" => write!(out, "{month_name}"),
        "MMM" => write!(out, "{}", &month_name[..3]),
        "MM" => write!(out, "{month:02}"),
        "M" => write!(out, "{month}"),
        "DD" => write!(out, "{day:02}"),
        "D" => write!(out, "{day}"),
        "EEEE" => write!(out, "{day_name}"),
        "EEE" => write!(out, "{}", &day_name[..3]),
        "hh" => write!(out, "{hour:02}"),
        "h" => write!(out, "{hour}"),
        "HH" => write!(out, "{twelve:02}"),
        "H" => write!(out, "{twelve}"),
        "AA" => write!(out, "{}", if hour < 12 { "AM" } else { "PM" }),
        "aa" => write!(out, "{}", if hour < 12 { "am" } else { "pm" }),
        "mm" => write!(out, "{minute:02}"),
        "m" => write!(out, "{minute}"),
        "ss" => write!(out, "{second:02}"),
        "s" => write!(out, "{second}"),
        "ZZZZZ" => write!(out, "{}", time.zone(":")),
        "ZZZZ" => write!(out, "{}", time.zone("")),
        "ZZZ" if time.offset == 0 => write!(out, "UTC"),
        "ZZZ" => write!(out, "{}", time.zone("")),
        "Z" if time.offset == 0 => write!(out, "Z"),
        "Z" => write!(out, "{}", time.zone(":")),
        _ => return None,
    };
    written.ok()
}
