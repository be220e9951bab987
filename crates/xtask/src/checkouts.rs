//! `cargo xtask checkouts`: the public repositories that are measured, each at one commit.

use std::path::Path;
use std::process::Command;

/// Where all of them are.
const HOST: &str = "https://github.com";

/// What is measured for speed: owner and name, and commit. What recall is measured on stands with its injectors.
const CHECKOUTS: &[(&str, &str)] = &[
    ("ministryofjustice/modernisation-platform-environments", "0a0278d907aa941c0774c2d01baabe552b6b5a1e"),
    ("awslabs/aws-solutions-constructs", "33c062fd06edcd28fbf0a135f5f0af9f27c41b9c"),
];

/// Fetches into a directory what is not there yet, each into one of its repository's name.
pub(crate) fn fetch(directory: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    let of_recall =
        iaclint_mutate::REPOSITORIES.iter().map(|repository| (repository.name, repository.commit));
    for (whole, commit) in CHECKOUTS.iter().copied().chain(of_recall) {
        let name = whole.rsplit('/').next().unwrap_or(whole);
        let place = directory.join(name);
        if place.is_dir() {
            println!("{name} is there");
            continue;
        }
        if let Err(error) = std::fs::create_dir_all(&place) {
            faults.push(format!("{}: {error}", place.display()));
            continue;
        }
        let git = |arguments: &[&str]| {
            Command::new("git").args(arguments).current_dir(&place).status().is_ok_and(|s| s.success())
        };
        let fetched = git(&["init", "--quiet"])
            && git(&["fetch", "--quiet", "--depth", "1", &format!("{HOST}/{whole}"), commit])
            && git(&["checkout", "--quiet", "FETCH_HEAD"]);
        if !fetched {
            faults.push(format!("{name} cannot be fetched from {HOST}/{whole}"));
        }
    }
    faults
}
