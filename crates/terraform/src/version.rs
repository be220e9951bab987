//! `required_version`: which language a configuration is written in.

/// The first versions of each line whose language is the one evaluated here.
const SPOKEN: [[u32; 3]; 20] = {
    let mut out = [[0, 13, 0]; 20];
    out[1] = [0, 13, 99];
    out[2] = [0, 14, 0];
    out[3] = [0, 14, 99];
    out[4] = [0, 15, 0];
    out[5] = [0, 15, 99];
    let mut at = 6;
    while at < 20 {
        out[at] = [1, (at - 6) as u32, 99];
        at += 1;
    }
    out
};

/// Whether a constraint admits only versions before 0.13, whose language was another. What cannot be read admits everything.
pub(crate) fn is_before_0_13(constraint: &str) -> bool {
    let parts: Option<Vec<(&str, Vec<u32>)>> = constraint.split(',').map(part).collect();
    let Some(parts) = parts else { return false };
    let own = parts.iter().map(|(_, version)| padded(version));
    let mut candidates = SPOKEN.to_vec();
    candidates.extend(own.filter(|v| *v >= [0, 13, 0]));
    !parts.is_empty() && !candidates.iter().any(|version| parts.iter().all(|part| admits(part, *version)))
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
    use super::is_before_0_13;

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
}
