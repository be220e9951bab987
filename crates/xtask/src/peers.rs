//! `cargo xtask bench-peers`: iaclint and its peers over one tree, one after another, several times; and the floor under all of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// How often each runs.
const ROUNDS: usize = 5;

/// One that is slower than this runs once.
const SLOW: f64 = 30.0;

/// A program with its arguments; `{}` stands for the directory.
struct Peer {
    name: &'static str,
    program: &'static str,
    /// Succeeds where it is installed.
    probe: &'static [&'static str],
    /// How the names of the files end that it reads.
    reads: &'static [&'static str],
    arguments: &'static [&'static str],
}

/// The peers, run as their own pages say, without network and with as little output as they allow.
const PEERS: &[Peer] = &[
    Peer {
        name: "checkov",
        program: "checkov",
        probe: &["--version"],
        reads: &[".tf", ".template.json", ".template.yaml"],
        arguments: &["-d", "{}", "--quiet", "--compact", "--skip-download"],
    },
    Peer {
        name: "cfn-lint",
        program: "cfn-lint",
        probe: &["--version"],
        reads: &[".template.json", ".template.yaml"],
        arguments: &["{}/**/*.template.json", "{}/**/*.template.yaml"],
    },
    Peer {
        name: "tfparse (Trivy's evaluator)",
        program: "python3",
        probe: &["-c", "import tfparse"],
        reads: &[".tf"],
        arguments: &["-c", "import sys, tfparse; tfparse.load_from_path(sys.argv[1])", "{}"],
    },
    Peer {
        name: "tflint",
        program: "tflint",
        probe: &["--version"],
        reads: &[".tf"],
        arguments: &["--recursive", "--chdir", "{}"],
    },
    Peer {
        name: "trivy",
        program: "trivy",
        probe: &["--version"],
        reads: &[".tf", ".template.json", ".template.yaml"],
        arguments: &["config", "--quiet", "--skip-check-update", "--skip-version-check", "{}"],
    },
];

/// One contestant with what it took.
struct Row {
    name: String,
    command: Vec<String>,
    wall: Vec<f64>,
    processor: Vec<f64>,
}

/// Runs all that are here over a directory and prints a table of medians and ratios.
pub(crate) fn run(root: &Path, options: &[&str], directory: &Path) -> Vec<String> {
    let profile = match options {
        [] => "release",
        ["--profile", name] => name,
        other => return vec![format!("{} is not an option of bench-peers", other.join(" "))],
    };
    let Ok(directory) = std::fs::canonicalize(directory) else {
        return vec![format!("{} is not there", directory.display())];
    };
    if let Err(fault) = build(root, profile) {
        return vec![fault];
    }
    let mut rows = contestants(root, profile, &directory);
    for round in 0..ROUNDS {
        for row in &mut rows {
            if round > 0 && row.wall.first().is_none_or(|first| *first > SLOW) {
                continue;
            }
            let Some((wall, processor)) = measure(&row.command) else {
                return vec![format!("{} cannot be run: {}", row.name, row.command.join(" "))];
            };
            row.wall.push(wall);
            row.processor.extend(processor);
        }
    }
    print(&directory, &rows);
    Vec::new()
}

/// Builds the program and the floor.
fn build(root: &Path, profile: &str) -> Result<(), String> {
    for arguments in [["-p", "iaclint", "--bin", "iaclint"], ["-p", "iaclint-bench", "--example", "floor"]] {
        let status = Command::new("cargo")
            .args(["build", "--quiet", "--profile", profile])
            .args(arguments)
            .current_dir(root)
            .status();
        if !status.is_ok_and(|s| s.success()) {
            return Err(format!("the {profile} build failed"));
        }
    }
    Ok(())
}

fn contestants(root: &Path, profile: &str, directory: &Path) -> Vec<Row> {
    let built = crate::target(root).join(profile);
    let at = directory.to_string_lossy();
    let row = |name: &str, program: PathBuf, arguments: &[&str]| {
        let program = program.to_string_lossy().into_owned();
        let arguments = arguments.iter().map(|a| a.replace("{}", &at));
        Row {
            name: name.to_owned(),
            command: std::iter::once(program).chain(arguments).collect(),
            wall: Vec::new(),
            processor: Vec::new(),
        }
    };
    let floor = built.join("examples/floor");
    let mut rows =
        vec![row("iaclint", built.join("iaclint"), &["check", "{}", "--project-root", "{}", "--no-config"])];
    rows.push(row("floor: reading all bytes", floor.clone(), &["read", "{}"]));
    rows.push(row("floor: hcl_edit, one core", floor.clone(), &["hcl", "{}"]));
    rows.push(row("floor: serde_json, one core", floor, &["json", "{}"]));
    for peer in PEERS {
        if !holds(directory, peer.reads) {
            eprintln!("{} is skipped: nothing here is for it", peer.name);
        } else if is_there(peer) {
            rows.push(row(peer.name, PathBuf::from(peer.program), peer.arguments));
        } else {
            eprintln!("{} is skipped: it is not on PATH", peer.name);
        }
    }
    rows
}

/// Whether a file of one of these ends stands below a directory.
fn holds(directory: &Path, ends: &[&str]) -> bool {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => holds(&entry.path(), ends),
        Ok(_) => ends.iter().any(|end| entry.file_name().to_string_lossy().ends_with(end)),
        Err(_) => false,
    })
}

fn is_there(peer: &Peer) -> bool {
    let mut probe = Command::new(peer.program);
    probe.args(peer.probe).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

/// Seconds on the clock and, where the system tells, on the processor.
fn measure(command: &[String]) -> Option<(f64, Option<f64>)> {
    let (program, arguments) = command.split_first()?;
    let before = processor_time();
    let start = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let wall = start.elapsed().as_secs_f64();
    status.ok()?;
    let processor = before.zip(processor_time()).map(|(before, after)| after - before);
    Some((wall, processor))
}

/// Seconds that children which ended have had, in user and system mode; Linux only.
fn processor_time() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may hold anything, in hundredths of a second.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(13);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / 100.0)
}

fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn print(directory: &Path, rows: &[Row]) {
    let own = rows.first().and_then(|row| median(&row.wall));
    let own_processor = rows.first().and_then(|row| median(&row.processor));
    println!("{} ({} rounds)\n", directory.file_name().unwrap_or_default().to_string_lossy(), ROUNDS);
    println!("| | runs | seconds | times iaclint | processor seconds | times iaclint |");
    println!("|---|---|---|---|---|---|");
    for row in rows {
        let cells = |value: Option<f64>, own: Option<f64>| {
            let shown = value.map_or("–".to_owned(), |v| format!("{v:.3}"));
            let ratio = value.zip(own).filter(|(_, own)| *own > 0.0);
            let ratio = ratio.map_or("–".to_owned(), |(value, own)| format!("{:.2}", value / own));
            format!("{shown} | {ratio}")
        };
        let wall = cells(median(&row.wall), own);
        let processor = cells(median(&row.processor), own_processor);
        println!("| {} | {} | {wall} | {processor} |", row.name, row.wall.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[]), None);
    }
}
