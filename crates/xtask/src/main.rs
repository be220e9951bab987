//! Chores of the repository: `cargo xtask new-rule | sync | tidy | layers | crater | mutate | checkouts | estate | hostile | bench-peers | seeds | oracle | plan | shares`.
//!
//! It depends on none of the rules, since it repairs their table.
#![expect(clippy::print_stdout, reason = "a chore says what it did")]

mod catalogue;
mod checkouts;
mod crater;
mod estate;
#[path = "../../iaclint/tests/support/hostile.rs"]
mod hostile;
mod layers;
mod mutate;
mod new_rule;
mod oracle;
mod peers;
mod schema;
mod seeds;
mod shares;
mod sync;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask new-rule GROUP ID   make the folder of a rule and enter it into the table
cargo xtask sync [--check]      write rules/lib.rs, docs/rules.md and the schema from the folders, or say whether they are stale
cargo xtask tidy                check pages, names, file sizes and words
cargo xtask layers              check that dependencies between the crates point down only
cargo xtask crater [--binary FILE] [--limit SECONDS] DIR..
                                run the release build over checkouts: findings a rule, cost, and what changed since the last run
cargo xtask mutate [--corpora DIR] [--binary FILE] [--rule ID] [--injector ID] [--project NAME] [--limit N] [--keep DIR] [--check]
                                make healthy projects wrong in one place at a time, and count what is found
cargo xtask checkouts DIR       fetch the public repositories that are measured, each at one commit
cargo xtask estate [--resources N] [--language terraform|cdk] [--shape services|instances|locals|calls|reach] DIR
                                write a generated estate to measure with
cargo xtask hostile DIR         write inputs that are made to hang, to exhaust or to mislead
cargo xtask bench-peers [--profile NAME] DIR
                                iaclint, its peers as far as they are installed, and the floor over one tree, interleaved
cargo xtask seeds               write what fuzzing starts from to fuzz/corpus
cargo xtask shares DIR..        how much of the values in checkouts is known, symbolic or unknown and why, with time and memory
cargo xtask oracle DIR          answer the expressions of standard input (a JSON object with `expr` a line) as locals of a module
cargo xtask plan DIR [-var-file FILE].. [-var NAME=VALUE].. [-provider SCHEMA]
                                print what a first deployment would make, in the words of `terraform show -json`; what a
                                provider does with a resource is known from its schema";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root();
    match words.split_first() {
        Some((&"oracle", [directory])) => return oracle::answers(Path::new(directory)),
        Some((&"shares", directories)) if !directories.is_empty() => {
            let faults = shares::run(directories);
            for fault in &faults {
                eprintln!("{fault}");
            }
            return if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        Some((&"plan", [directory, options @ ..])) => {
            return oracle::plan(&root, Path::new(directory), options);
        }
        _ => {}
    }
    let faults = match words[..] {
        ["new-rule", group, id] => new_rule::make(&root, group, id),
        ["sync"] => sync::write(&root),
        ["sync", "--check"] => sync::check(&root),
        ["tidy"] => tidy::check(&root),
        ["layers"] => layers::check(&root),
        ["hostile", directory] => match hostile::write(Path::new(directory)) {
            Ok(()) => {
                for input in hostile::ALL {
                    let line = input.line.map(|line| format!(" (line {line})")).unwrap_or_default();
                    println!("{:26} {}{line}", input.name, input.told.unwrap_or("read like anything else"));
                }
                Vec::new()
            }
            Err(error) => vec![format!("{directory}: {error}")],
        },
        ["seeds"] => seeds::write(&root),
        ["checkouts", directory] => checkouts::fetch(Path::new(directory)),
        ["estate", ref options @ .., directory] => estate::write(Path::new(directory), options),
        ["bench-peers", ref options @ .., directory] => peers::run(&root, options, Path::new(directory)),
        ["mutate", ref words @ ..] => mutate::run(&root, words),
        ["crater", ref words @ ..] => crater::run(&root, words),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    for fault in &faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() {
        println!("{}: fine", words.first().unwrap_or(&""));
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Where cargo builds to.
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// The root of the repository.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
