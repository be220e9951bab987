//! What changed since the last run: findings that appeared and that are gone, by checkout and rule.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::measure::{Found, Outcome};

/// The findings of a list that the other has not, each as often as it is there more often.
fn without<'f>(findings: &'f [Found], other: &[Found]) -> Vec<&'f Found> {
    let key = |f: &Found| (f.rule.clone(), f.fingerprint.clone());
    let mut known: BTreeMap<(String, String), usize> = BTreeMap::new();
    for finding in other {
        *known.entry(key(finding)).or_default() += 1;
    }
    let mut out = Vec::new();
    for finding in findings {
        match known.get_mut(&key(finding)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => out.push(finding),
        }
    }
    out
}

/// An account of the differences, for the checkouts that both runs looked at.
pub(crate) fn changes(before: &BTreeMap<String, Outcome>, now: &BTreeMap<String, Outcome>) -> String {
    let mut out = String::new();
    let (mut appeared, mut gone) = (0, 0);
    for (name, outcome) in now {
        let Some(last) = before.get(name) else { continue };
        let new = without(&outcome.findings, &last.findings);
        let old = without(&last.findings, &outcome.findings);
        appeared += new.len();
        gone += old.len();
        for (sign, findings) in [('+', new), ('-', old)] {
            for f in findings {
                let _ =
                    writeln!(out, "{sign} {name}  {}[{}]  {}  {}", f.severity, f.rule, f.place, f.headline);
            }
        }
        if outcome.unknown_values != last.unknown_values {
            let _ = writeln!(
                out,
                "  {name}  {} values not evaluated, {} before",
                outcome.unknown_values, last.unknown_values
            );
        }
    }
    let compared = now.keys().filter(|name| before.contains_key(*name)).count();
    let summary = match compared {
        0 => "nothing to compare with: this is the first run over these checkouts\n".to_owned(),
        _ => format!("since the last run: {appeared} findings appeared, {gone} are gone\n"),
    };
    format!("{summary}{out}")
}

#[cfg(test)]
mod tests {
    use super::super::measure::Ended;
    use super::*;

    fn outcome(findings: &[(&str, &str)]) -> Outcome {
        let found = |(rule, fingerprint): &(&str, &str)| Found {
            rule: (*rule).to_owned(),
            fingerprint: (*fingerprint).to_owned(),
            severity: "error".to_owned(),
            place: "main.tf:1".to_owned(),
            headline: "it breaks".to_owned(),
        };
        Outcome {
            ended: Ended::Well,
            seconds: 0.0,
            megabytes: None,
            resources: 1,
            unknown_values: 0,
            problems: 0,
            findings: findings.iter().map(found).collect(),
        }
    }

    fn of(findings: &[(&str, &str)]) -> BTreeMap<String, Outcome> {
        [("shop".to_owned(), outcome(findings))].into_iter().collect()
    }

    #[test]
    fn what_appeared_and_what_is_gone_is_listed() {
        let shown = changes(&of(&[("a", "1"), ("b", "2")]), &of(&[("a", "1"), ("c", "3")]));
        assert_eq!(
            shown,
            "since the last run: 1 findings appeared, 1 are gone\n\
             + shop  error[c]  main.tf:1  it breaks\n\
             - shop  error[b]  main.tf:1  it breaks\n"
        );
    }

    #[test]
    fn one_more_of_the_same_is_new() {
        let shown = changes(&of(&[("a", "1")]), &of(&[("a", "1"), ("a", "1")]));
        assert!(shown.starts_with("since the last run: 1 findings appeared, 0 are gone"), "{shown}");
    }

    #[test]
    fn a_checkout_of_the_first_run_is_not_compared() {
        assert!(changes(&BTreeMap::new(), &of(&[("a", "1")])).starts_with("nothing to compare with"));
    }
}
