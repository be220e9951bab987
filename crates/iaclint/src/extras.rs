//! `iaclint init`, `completions` and `man`: what makes the tool at home.

use clap::CommandFactory;

use crate::Status;
use crate::arguments::{Arguments, Completions, Init, Shell};
use crate::config;
use crate::output::{self, Failure};

/// What a project starts from: everything is there and nothing is said.
const START: &str = r#"#:schema https://raw.githubusercontent.com/iaclint/iaclint/main/docs/iaclint.schema.json
# Everything works without this file. Paths and globs start at its directory.

# The lowest severity that is shown, and the lowest that makes the exit status 1: "error", "warning" or "advice".
# level = "warning"
# fail-on = "warning"

# Rules that do not run; `iaclint rules` lists them all.
# ignore = ["sg-stale-reference"]

# What is not looked for.
# exclude = ["examples/**", "**/test"]

# What `iaclint baseline` wrote down.
# baseline = "iaclint-baseline.json"

# Severities in the place of the rules' own.
# [severity]
# sg-stale-reference = "warning"

# Variable files of a Terraform root, parameter files of a template; with an environment, only for `--environment prod`.
# [[roots]]
# path = "infra/live"
# environment = "prod"
# var-files = ["infra/live/prod.tfvars"]
# [[roots]]
# path = "stacks/api.yaml"
# environment = "prod"
# parameters = ["stacks/api.prod.json"]

# What holds for some paths only.
# [[overrides]]
# paths = ["legacy/**"]
# ignore = ["endpoint-port-duplicated"]
"#;

/// Writes a configuration to start from.
pub fn init(arguments: &Init) -> Result<Status, Failure> {
    // `iaclint.toml` reads better than `./iaclint.toml`.
    let path = arguments.directory.join(config::NAME).components().collect::<std::path::PathBuf>();
    let path = path.strip_prefix(".").map(std::path::Path::to_path_buf).unwrap_or(path);
    if path.exists() {
        return Err(Failure::new(format!("{} is there already", path.display())));
    }
    output::write(&path, START)?;
    output::remark(&format!("{} is written; `iaclint check` reads it\n", path.display()));
    Ok(Status::Clean)
}

/// Prints completions for a shell.
pub fn completions(arguments: &Completions) -> Result<Status, Failure> {
    let mut out = Vec::new();
    let mut command = Arguments::command();
    let mut write = |shell| clap_complete::generate(shell, &mut command, "iaclint", &mut out);
    match arguments.shell {
        Shell::Bash => write(clap_complete::Shell::Bash),
        Shell::Elvish => write(clap_complete::Shell::Elvish),
        Shell::Fish => write(clap_complete::Shell::Fish),
        Shell::Powershell => write(clap_complete::Shell::PowerShell),
        Shell::Zsh => write(clap_complete::Shell::Zsh),
        Shell::Nushell => {
            clap_complete::generate(clap_complete_nushell::Nushell, &mut command, "iaclint", &mut out);
        }
    }
    output::print(&String::from_utf8_lossy(&out))?;
    Ok(Status::Clean)
}

/// Prints the manual page.
pub fn man() -> Result<Status, Failure> {
    let mut out = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut out)
        .map_err(|e| Failure::new(format!("cannot write the manual page: {e}")))?;
    output::print(&String::from_utf8_lossy(&out))?;
    Ok(Status::Clean)
}

#[cfg(test)]
mod tests {
    use super::START;

    #[test]
    fn what_a_project_starts_from_is_valid_with_every_line_switched_on() {
        let all: String = START
            .lines()
            .filter(|line| !line.starts_with("#:"))
            .map(|line| match line.strip_prefix("# ") {
                Some(code) if code.contains(" = ") || code.starts_with('[') => format!("{code}\n"),
                _ => String::new(),
            })
            .collect();
        let table: toml::Table = toml::from_str(&all).unwrap();
        let keys: Vec<&str> = table.keys().map(String::as_str).collect();
        for key in ["level", "fail-on", "ignore", "exclude", "baseline", "severity", "roots", "overrides"] {
            assert!(keys.contains(&key), "{key}: {keys:?}");
        }
    }
}
