//! `cargo xtask crater DIR...`: the built program over many checkouts, and what changed against the last time.

mod compare;
mod measure;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use compare::changes;
use measure::{Outcome, measure};

pub(crate) use measure::peak;
pub(crate) use table::aligned;

/// What the command line says.
#[derive(Debug, PartialEq)]
struct Options {
    binary: PathBuf,
    limit: Duration,
    checkouts: Vec<PathBuf>,
}

/// Runs the program over the checkouts and prints what it found, what it cost and what is new. The outcomes stay in
/// `target/crater/last.json` for the next time, and each run's own JSON beside it.
pub(crate) fn run(root: &Path, words: &[&str]) -> Vec<String> {
    let options = match options(root, words) {
        Ok(options) => options,
        Err(fault) => return vec![fault],
    };
    if !options.binary.is_file() {
        let shown = options.binary.display();
        return vec![format!(
            "{shown} is not there: build it first, with `cargo build --release -p iaclint`"
        )];
    }
    let kept = root.join("target/crater");
    if let Err(error) = std::fs::create_dir_all(&kept) {
        return vec![format!("cannot make {}: {error}", kept.display())];
    }
    let last = kept.join("last.json");
    let before = read(&last);
    let mut now = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, checkout) in named(&options.checkouts) {
        eprintln!("{name}");
        match measure(&options.binary, &checkout, options.limit, &kept.join(format!("{name}.json"))) {
            Ok(outcome) => {
                now.insert(name, outcome);
            }
            Err(fault) => faults.push(format!("{name}: {fault}")),
        }
    }
    println!("{}", table::checkouts(&now));
    println!("{}", table::rules(&now));
    print!("{}", changes(&before, &now));
    faults.extend(now.iter().filter_map(|(name, outcome)| Some(format!("{name}: {}", outcome.failure()?))));
    // Checkouts that were left out this time keep what was known of them.
    let all: BTreeMap<String, Outcome> = before.into_iter().chain(now).collect();
    let text = serde_json::to_string_pretty(&all).unwrap_or_default();
    if let Err(error) = std::fs::write(&last, text) {
        faults.push(format!("cannot write {}: {error}", last.display()));
    }
    faults
}

fn options(root: &Path, words: &[&str]) -> Result<Options, String> {
    let mut options = Options {
        binary: crate::target(root).join("release/iaclint"),
        limit: Duration::from_mins(2),
        checkouts: Vec::new(),
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match *word {
            "--binary" => options.binary = PathBuf::from(value()?),
            "--limit" => {
                let seconds = value()?;
                let seconds =
                    seconds.parse().map_err(|_| format!("--limit {seconds}: no number of seconds"))?;
                options.limit = Duration::from_secs(seconds);
            }
            other if other.starts_with("--") => return Err(format!("there is no option {other}")),
            directory => options.checkouts.push(PathBuf::from(directory)),
        }
    }
    if options.checkouts.is_empty() {
        return Err("no checkout is named".to_owned());
    }
    Ok(options)
}

/// The checkouts by their directories' names; two of one name by their paths.
fn named(checkouts: &[PathBuf]) -> BTreeMap<String, PathBuf> {
    let last = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned());
    let mut out = BTreeMap::new();
    for checkout in checkouts {
        let whole = checkout.canonicalize().unwrap_or_else(|_| checkout.clone());
        let name = last(&whole).unwrap_or_else(|| "checkout".to_owned());
        let twice = checkouts.iter().filter(|other| last(other).as_ref() == Some(&name)).count() > 1;
        let name = if twice { whole.to_string_lossy().replace(['/', '\\'], "-") } else { name };
        out.insert(name, whole);
    }
    out
}

/// What the last run left; nothing when there was none.
fn read(last: &Path) -> BTreeMap<String, Outcome> {
    let text = std::fs::read_to_string(last).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_binary_runs_unless_another_is_named() {
        let root = Path::new("/r");
        let given = options(root, &["--binary", "b", "--limit", "5", "one", "two"]).unwrap();
        assert_eq!(given.binary, Path::new("b"));
        assert_eq!((given.limit.as_secs(), given.checkouts.len()), (5, 2));
        let built = crate::target(root).join("release/iaclint");
        assert_eq!(options(root, &["one"]).unwrap().binary, built);
        assert!(options(root, &[]).is_err() && options(root, &["--binary"]).is_err());
        assert!(
            options(root, &["--limit", "soon", "one"]).is_err() && options(root, &["--what", "one"]).is_err()
        );
    }

    #[test]
    fn checkouts_of_one_name_are_told_apart() {
        let names: Vec<String> = named(&["/a/x".into(), "/b/x".into(), "/b/y".into()]).into_keys().collect();
        assert_eq!(names, ["-a-x", "-b-x", "y"]);
    }
}
