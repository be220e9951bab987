//! What code hosts take of a log: GitHub refuses a file beyond its limits, and shows the first part of what is within others.
//!
//! <https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit>

use std::cmp::Reverse;

use iaclint_lint::{Finding, Severity};

/// Results of a run; a file with more is refused.
pub const RESULTS: usize = 25_000;
/// Locations of a result that are shown; more than ten times as many are refused.
pub const LOCATIONS: usize = 100;
/// Steps of a code flow that are shown; more than ten times as many are refused.
pub const STEPS: usize = 1_000;
/// Characters of a description that are shown.
pub const DESCRIPTION: usize = 1_000;

/// The results that a run may hold, in their order, and the number of those that do not fit: what is suppressed goes first, then the least severe.
pub fn admitted<'f>(findings: &'f [Finding], suppressed: &'f [Finding]) -> (Vec<&'f Finding>, Option<usize>) {
    let all: Vec<&Finding> = findings.iter().chain(suppressed).collect();
    let Some(left_out) = all.len().checked_sub(RESULTS).filter(|count| *count > 0) else {
        return (all, None);
    };
    let rank = |at: &usize| -> Option<Severity> { findings.get(*at).map(|f| f.severity) };
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|at| Reverse(rank(at)));
    order.truncate(RESULTS);
    order.sort_unstable();
    (order.into_iter().filter_map(|at| all.get(at).copied()).collect(), Some(left_out))
}

/// At most `limit` of the steps: those at both ends, which say where a value comes from and where it is used.
pub fn outer<T>(mut steps: Vec<T>, limit: usize) -> Vec<T> {
    if let Some(inner) = steps.len().checked_sub(limit) {
        let from = limit / 2;
        steps.drain(from..from + inner);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_way_are_kept() {
        assert_eq!(outer((0..10).collect(), 4), [0, 1, 8, 9]);
        assert_eq!(outer((0..3).collect(), 4), [0, 1, 2]);
    }
}
