//! How to let more of the input be checked: what a front end advises for an input as a whole, each advice once.

use iaclint_lint::Finding;
use iaclint_source::{Problem, ProblemKind, Sources};

/// The advice among the problems, in words. Advice about a directory matters when something was found in it.
pub fn hints(problems: &[Problem], findings: &[Finding], sources: &Sources) -> Vec<String> {
    let mut groups: Vec<(&Problem, &str, usize)> = Vec::new();
    for problem in problems {
        let (Some(help), Some(path), None) = (&problem.help, &problem.path, problem.span) else { continue };
        if problem.kind != ProblemKind::NotEvaluated || !matters(path, findings, sources) {
            continue;
        }
        let same = |(first, _, _): &&mut (&Problem, &str, usize)| {
            first.message == problem.message && first.help.as_deref() == Some(help)
        };
        match groups.iter_mut().find(same) {
            Some((_, _, count)) => *count += 1,
            None => groups.push((problem, path, 1)),
        }
    }
    let words = |(problem, path, count): (&Problem, &str, usize)| {
        let more = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
        let help = problem.help.as_deref().unwrap_or_default();
        format!("{path}{more}: {}; {help}", problem.message)
    };
    groups.into_iter().map(words).collect()
}

fn matters(path: &str, findings: &[Finding], sources: &Sources) -> bool {
    // What is not read at all matters to whoever has it.
    let unread = [
        "cdk.json",
        "terragrunt.hcl",
        "terragrunt.hcl.json",
        "terragrunt.stack.hcl",
        ".tfstate",
        ".tfvars",
        ".tfvars.json",
    ];
    if unread.iter().any(|end| path.ends_with(end)) {
        return true;
    }
    findings.iter().filter(|finding| finding.subject.source.is_none()).any(|finding| {
        let file = sources.file(finding.primary.span.file);
        path == "." || file.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(path: &str) -> Problem {
        Problem::new(ProblemKind::NotEvaluated, "it is not checked").in_file(path).with_help("run it")
    }

    #[test]
    fn the_same_advice_is_given_once_with_the_number_of_its_places() {
        let problems =
            [advice("a/cdk.json"), advice("b/cdk.json"), Problem::new(ProblemKind::NotEvaluated, "x")];
        assert_eq!(
            hints(&problems, &[], &Sources::new()),
            ["a/cdk.json (and 1 more): it is not checked; run it"]
        );
    }

    #[test]
    fn advice_about_a_directory_without_findings_is_kept_back() {
        assert!(hints(&[advice("cdk.out")], &[], &Sources::new()).is_empty());
    }
}
