//! `cargo xtask mutate`: healthy projects made wrong in one place at a time, and how much of it the built program finds.

use std::path::{Path, PathBuf};
use std::process::Command;

use iaclint_mutate::{
    Causes, Injector, Report, Settings, Subject, fixtures, injectors, public, run as trials,
};

/// Where the tables stand.
const PAGE: &str = "docs/recall.md";
/// Why what is missed is missed.
const CAUSES: &str = "crates/mutate/causes.toml";

/// What the command line says.
#[derive(Debug, Default)]
struct Options {
    binary: Option<PathBuf>,
    corpora: Option<PathBuf>,
    rule: Option<String>,
    injector: Option<String>,
    project: Option<String>,
    keep: Option<PathBuf>,
    limit: Option<usize>,
    check: bool,
}

/// Runs all injectors over the fixtures, and over public projects when their checkouts are given, and writes the tables.
pub(crate) fn run(root: &Path, words: &[&str]) -> Vec<String> {
    let options = match options(words) {
        Ok(options) => options,
        Err(fault) => return vec![fault],
    };
    let binary = match options.binary.clone().map_or_else(|| built(root), Ok) {
        Ok(binary) => binary,
        Err(fault) => return vec![fault],
    };
    let causes = std::fs::read_to_string(root.join(CAUSES)).unwrap_or_default();
    let causes = match Causes::read(&causes) {
        Ok(causes) => causes,
        Err(fault) => return vec![format!("{CAUSES}: {fault}")],
    };
    let chosen: Vec<&'static Injector> = injectors()
        .into_iter()
        .filter(|i| options.rule.as_ref().is_none_or(|rule| i.rules.contains(&rule.as_str())))
        .filter(|i| options.injector.as_ref().is_none_or(|id| i.id == id))
        .collect();
    let scratch = root.join("target/mutants");
    let settings = Settings {
        binary: &binary,
        scratch: &scratch,
        limit: options.limit.unwrap_or(12),
        threads: std::thread::available_parallelism().map_or(2, usize::from),
        keep: options.keep.as_deref(),
    };
    let is_whole = options.rule.is_none() && options.injector.is_none() && options.project.is_none();
    let mut faults = Vec::new();
    let mut sections = vec![("fixtures", fixtures(root))];
    if let Some(corpora) = &options.corpora {
        sections.push(("public", public(corpora)));
    }
    for (section, subjects) in sections {
        let wanted =
            |subject: &&Subject| options.project.as_ref().is_none_or(|p| subject.name.contains(p.as_str()));
        let subjects: Vec<&Subject> = subjects.iter().filter(wanted).collect();
        let mut report = Report::of(chosen.clone());
        for subject in subjects {
            eprintln!("{}", subject.name);
            match trials(subject, &chosen, settings) {
                Ok(trials) => report.add(trials),
                Err(fault) => faults.push(format!("{}: {fault}", subject.name)),
            }
        }
        let shown = report.shown(&causes);
        faults.extend(report.faults(&causes));
        if is_whole {
            faults.extend(enter(&root.join(PAGE), section, &shown, options.check));
        }
        if !options.check {
            println!("{shown}");
        }
    }
    faults
}

/// The program as it is built now.
fn built(root: &Path) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(["build", "--quiet", "-p", "iaclint"]).current_dir(root).status();
    if !status.is_ok_and(|s| s.success()) {
        return Err("the program does not build".to_owned());
    }
    std::path::absolute(crate::target(root).join("debug/iaclint")).map_err(|e| e.to_string())
}

/// Writes a section of the page between its marks, or says that it is another one than before.
fn enter(page: &Path, section: &str, shown: &str, check: bool) -> Option<String> {
    let text = std::fs::read_to_string(page).unwrap_or_default();
    let (begin, end) =
        (format!("<!-- {section}: by cargo xtask mutate -->\n"), format!("<!-- end of {section} -->"));
    let parts = text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?)));
    let Some((before, (old, after))) = parts else {
        return Some(format!("{PAGE} has no place for the table of {section}: {begin}{end}"));
    };
    let new = format!("\n{}\n\n", shown.trim());
    if check {
        return (old != new)
            .then(|| format!("{PAGE}: the table of {section} is stale: run `cargo xtask mutate`"));
    }
    let written = std::fs::write(page, format!("{before}{begin}{new}{end}{after}"));
    written.err().map(|error| format!("{PAGE}: {error}"))
}

fn options(words: &[&str]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().map(|v| (*v).to_owned()).ok_or(format!("{word} needs a value"));
        let absolute = |path: String| std::path::absolute(path).map_err(|e| e.to_string());
        match *word {
            "--check" => options.check = true,
            "--binary" => options.binary = Some(absolute(value()?)?),
            "--corpora" => options.corpora = Some(absolute(value()?)?),
            "--keep" => options.keep = Some(absolute(value()?)?),
            "--rule" => options.rule = Some(value()?),
            "--injector" => options.injector = Some(value()?),
            "--project" => options.project = Some(value()?),
            "--limit" => {
                let number = value()?;
                options.limit = Some(number.parse().map_err(|_| format!("--limit {number}: no number"))?);
            }
            other => return Err(format!("there is no option {other}")),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_is_not_known_is_refused() {
        assert!(
            options(&["--rule", "a", "--limit", "3", "--check"]).is_ok_and(|o| o.check && o.limit == Some(3))
        );
        assert!(
            options(&["--limit", "few"]).is_err()
                && options(&["--what"]).is_err()
                && options(&["--rule"]).is_err()
        );
    }
}
