//! The tables of a run: what each checkout gave and cost, and how often each rule spoke.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::measure::{Ended, Outcome};

/// Rows under each other, the first column to the left, the others to the right.
pub(crate) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|c| c.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut out = String::new();
    for row in rows {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ = if column == 0 { write!(out, "{cell:width$}") } else { write!(out, "  {cell:>width$}") };
        }
        out.push('\n');
    }
    out
}

/// A checkout a line.
pub(crate) fn checkouts(outcomes: &BTreeMap<String, Outcome>) -> String {
    let head =
        ["checkout", "resources", "errors", "warnings", "advice", "problems", "unknown", "seconds", "MB", ""];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (name, outcome) in outcomes {
        rows.push(vec![
            name.clone(),
            outcome.resources.to_string(),
            outcome.count("error").to_string(),
            outcome.count("warning").to_string(),
            outcome.count("advice").to_string(),
            outcome.problems.to_string(),
            outcome.unknown_values.to_string(),
            format!("{:.2}", outcome.seconds),
            outcome.megabytes.map_or("?".to_owned(), |m| m.to_string()),
            match outcome.ended {
                Ended::Well => "",
                Ended::AtTheLimit => "stopped",
                Ended::Badly => "failed",
            }
            .to_owned(),
        ]);
    }
    aligned(&rows)
}

/// A rule a line, with its findings of each severity and the number of checkouts that have one.
pub(crate) fn rules(outcomes: &BTreeMap<String, Outcome>) -> String {
    let mut counts: BTreeMap<&str, ([usize; 3], BTreeSet<&str>)> = BTreeMap::new();
    for (name, outcome) in outcomes {
        for finding in &outcome.findings {
            let (by_severity, checkouts) = counts.entry(&finding.rule).or_default();
            for (count, severity) in by_severity.iter_mut().zip(["error", "warning", "advice"]) {
                *count += usize::from(finding.severity == severity);
            }
            checkouts.insert(name);
        }
    }
    let mut rows = vec![["rule", "errors", "warnings", "advice", "checkouts"].map(str::to_owned).to_vec()];
    for (rule, (by_severity, checkouts)) in counts {
        let mut row = vec![rule.to_owned()];
        row.extend(by_severity.iter().map(ToString::to_string));
        row.push(checkouts.len().to_string());
        rows.push(row);
    }
    aligned(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_under_each_other() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(aligned(&[row(["name", "n"]), row(["a", "10"])]), "name   n\na     10\n");
    }
}
