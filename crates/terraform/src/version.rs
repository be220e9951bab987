//! `required_version`: which language a configuration is written in.

/// The lines of 1.x that are looked at.
const MINORS: usize = 24;

/// First and last versions of each line whose language is the one evaluated here.
const SPOKEN: [[u32; 3]; 6 + MINORS] = {
    let mut out = [[0, 13, 0]; 6 + MINORS];
    out[1] = [0, 13, 99];
    out[2] = [0, 14, 0];
    out[3] = [0, 14, 99];
    out[4] = [0, 15, 0];
    out[5] = [0, 15, 99];
    let mut at = 6;
    while at < 6 + MINORS {
        out[at] = [1, (at - 6) as u32, 99];
        at += 1;
    }
    out
};

/// The language of a configuration, as far as its `required_version` tells: later ones have more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(crate) enum Language {
    /// Before 0.13: another language.
    Old,
    /// Before 1.12: both sides of `&&` and `||` must hold up.
    BothSides,
    /// Any version may run it.
    #[default]
    Common,
    /// From 1.12, where `&&` and `||` short-circuit.
    ShortCircuit,
    /// From 1.15, with the function `convert`.
    Convert,
}

impl Language {
    /// The language of the versions that a constraint admits.
    pub(crate) fn of(constraint: &str) -> Language {
        if is_before_0_13(constraint) {
            Language::Old
        } else if is_before(12, constraint) {
            Language::BothSides
        } else if is_from(15, constraint) {
            Language::Convert
        } else if is_from(12, constraint) {
            Language::ShortCircuit
        } else {
            Language::Common
        }
    }
}

/// Whether a constraint admits only versions before 0.13. What cannot be read admits everything.
fn is_before_0_13(constraint: &str) -> bool {
    admitted(constraint).is_some_and(|versions| !versions.iter().any(|version| *version >= [0, 13, 0]))
}

/// Whether a constraint admits only versions before this line of 1.x.
fn is_before(minor: u32, constraint: &str) -> bool {
    admitted(constraint).is_some_and(|versions| {
        !versions.is_empty() && versions.iter().all(|version| *version < [1, minor, 0])
    })
}

/// Whether a constraint admits later versions alone than those of the line before this one of 1.x.
fn is_from(minor: u32, constraint: &str) -> bool {
    admitted(constraint).is_some_and(|versions| {
        !versions.is_empty() && versions.iter().all(|version| *version >= [1, minor, 0])
    })
}

/// The versions that a constraint admits, of those that are looked at and those that it names.
fn admitted(constraint: &str) -> Option<Vec<[u32; 3]>> {
    let parts: Vec<(&str, Vec<u32>)> = constraint.split(',').map(part).collect::<Option<_>>()?;
    let own = parts.iter().map(|(_, version)| padded(version)).filter(|v| *v >= [0, 13, 0]);
    let all = SPOKEN.into_iter().chain(own);
    Some(all.filter(|version| parts.iter().all(|part| admits(part, *version))).collect())
}

fn part(text: &str) -> Option<(&str, Vec<u32>)> {
    let text = text.trim();
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (operator, version) = text.split_at(digits);
    // A pre-release is counted with its release.
    let version = version.split(['-', '+']).next()?;
    let numbers: Vec<u32> = version.trim().split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    (numbers.len() <= 3).then(|| (operator.trim().trim_end_matches('v').trim(), numbers))
}

fn padded(version: &[u32]) -> [u32; 3] {
    let at = |index: usize| version.get(index).copied().unwrap_or(0);
    [at(0), at(1), at(2)]
}

fn admits((operator, written): &(&str, Vec<u32>), version: [u32; 3]) -> bool {
    let bound = padded(written);
    match *operator {
        "" | "=" => version == bound,
        "!=" => version != bound,
        ">" => version > bound,
        ">=" => version >= bound,
        "<" => version < bound,
        "<=" => version <= bound,
        "~>" => {
            let kept = written.len().saturating_sub(1).max(1);
            version >= bound && version.iter().zip(&bound).take(kept).all(|(a, b)| a == b)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_before, is_before_0_13, is_from};

    #[test]
    fn only_what_admits_no_later_version_is_old() {
        for old in [
            "~> 0.12.0",
            "0.11.14",
            "= 0.12.31",
            "< 0.13",
            ">= 0.11, < 0.12",
            "<=0.12.31",
            "~> 0.12.6, < 0.14",
        ] {
            assert!(is_before_0_13(old), "{old}");
        }
        for new in
            ["~> 0.12", ">= 0.12", "~> 1.5.0", "1.9.8", "< 2.0", "", "latest", ">= 0.12, < 0.14", "~> 0.13.4"]
        {
            assert!(!is_before_0_13(new), "{new}");
        }
    }

    #[test]
    fn what_admits_an_older_version_is_not_newer() {
        for newer in [">= 1.12", "~> 1.12.0", "1.13.4", "> 1.12.1, < 2.0", ">= 1.12.0"] {
            assert!(is_from(12, newer), "{newer}");
        }
        for other in [">= 1.11", "~> 1.5", "1.11.4", "< 2.0", "", "latest", "~> 0.12.0"] {
            assert!(!is_from(12, other), "{other}");
        }
    }

    #[test]
    fn what_admits_a_newer_version_is_not_older() {
        for older in ["~> 1.11.0", "1.5.7", "~> 0.14.0", "< 1.12", ">= 1.3, < 1.10"] {
            assert!(is_before(12, older), "{older}");
        }
        for other in ["~> 1.5", ">= 1.5", "1.12.0", "", "latest", "< 2.0"] {
            assert!(!is_before(12, other), "{other}");
        }
    }
}
