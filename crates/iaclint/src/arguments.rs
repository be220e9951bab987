//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use iaclint_graph::is_date;
use iaclint_lint::{Severity, closest};
use serde::Deserialize;

use crate::values::Values;

/// Says before the deployment why the application would not come up.
#[derive(Parser, Debug)]
#[command(name = "iaclint", version, about, propagate_version = true)]
#[command(
    after_help = "Exit status: 0 when there is nothing to report, 1 when there are findings or an input cannot be \
                        read, 2 when the command line is wrong or there is nothing to check."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Colours in what is printed.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Check Terraform, CloudFormation templates and synthesized CDK apps.
    Check(Check),
    /// Show who talks to whom, and whether the network lets them.
    Path(Path),
    /// Draw who talks to whom, and whether the network lets them.
    Graph(Graph),
    /// Write down what is found today, so that only what is new is shown from now on.
    Baseline(Baseline),
    /// List every rule.
    Rules(Rules),
    /// Print the page of a rule, or say which rules explain an error.
    Explain(Explain),
    /// Write an iaclint.toml to start from.
    Init(Init),
    /// Print completions for a shell.
    Completions(Completions),
    /// Print the manual page.
    Man,
}

/// What is read, and with which values: the same for every command that reads.
#[derive(Args, Debug)]
#[command(next_help_heading = "What is read")]
pub struct Input {
    /// The file that standard input stands for, when the path is `-`.
    #[arg(long, value_name = "FILE")]
    pub stdin_filename: Option<PathBuf>,
    /// The directory beyond which nothing is read [default: the nearest one above the first path that holds .git].
    #[arg(long, value_name = "DIR")]
    pub project_root: Option<PathBuf>,
    #[command(flatten)]
    pub values: Values,
    /// A plan of one of the Terraform roots, as `terraform show -json` prints it: it tells what the configuration leaves open.
    #[arg(long, value_name = "FILE")]
    pub plan: Vec<PathBuf>,
    /// A file of parameter values for CloudFormation templates, in any form that AWS's tools take.
    #[arg(long, value_name = "FILE")]
    pub parameters: Vec<PathBuf>,
    /// The only environment whose files of values are read, as iaclint.toml names it [default: check reads all].
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// The configuration file [default: the nearest iaclint.toml above the first path].
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no configuration file.
    #[arg(long)]
    pub no_config: bool,
}

/// Which rules run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Rules and suppressions")]
pub struct Chosen {
    /// Run only these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Do not run these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// The day on which the run takes place, for suppressions that end [default: today].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub today: Option<String>,
    /// Show what is suppressed like any other finding.
    #[arg(long)]
    pub no_suppress: bool,
}

/// What becomes of the edits that findings carry.
#[derive(Args, Debug)]
#[command(next_help_heading = "Fixes")]
pub struct Fixing {
    /// Make the edits that mend findings, where they change only what cannot work, and check again.
    #[arg(long, conflicts_with = "diff")]
    pub fix: bool,
    /// With --fix or --diff, also edits that change how the deployment behaves or what it costs.
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Print the edits as a diff, and change nothing.
    #[arg(long)]
    pub diff: bool,
}

/// What is known already.
#[derive(Args, Debug)]
#[command(next_help_heading = "Baseline")]
pub struct Known {
    /// Hide what this file of `iaclint baseline` holds.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Delete from the baseline what is not found any more.
    #[arg(long)]
    pub prune: bool,
}

/// Arguments of `iaclint check`.
#[derive(Args, Debug)]
pub struct Check {
    /// Directories, .tf files, templates, cdk.out directories, or plans of `terraform show -json`.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// The lowest severity that is shown [default: warning].
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub level: Option<Level>,
    /// The lowest severity that makes the exit status 1, shown or not [default: warning].
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<Level>,
    /// How findings are written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = OutputFormat::Human)]
    pub format: OutputFormat,
    /// Write the findings to this file rather than to standard output; with FORMAT= also to this file, in that format.
    #[arg(long, short, value_name = "[FORMAT=]FILE", value_parser = target)]
    pub output: Vec<Target>,
    /// List every value that could not be evaluated, and why.
    #[arg(long)]
    pub show_unknown: bool,
    /// Print to standard error how long each stage took.
    #[arg(long, hide = true)]
    pub timings: bool,
    /// List what would be checked, and stop.
    #[arg(long)]
    pub list_roots: bool,
    /// Show only findings that touch these files; everything is read all the same.
    #[arg(long, value_name = "FILE", num_args = 0..)]
    pub changed: Option<Vec<PathBuf>>,
    // These have headings of their own, which would go on over what stands behind them.
    #[command(flatten)]
    pub fixing: Fixing,
    #[command(flatten)]
    pub known: Known,
    #[command(flatten)]
    pub chosen: Chosen,
    #[command(flatten)]
    pub input: Input,
}

impl Check {
    /// The formats that are written.
    pub fn formats(&self) -> impl Iterator<Item = OutputFormat> {
        let own = std::iter::once(self.format);
        own.chain(self.output.iter().filter_map(|target| target.format))
    }
}

/// Arguments of `iaclint baseline`.
#[derive(Args, Debug)]
pub struct Baseline {
    /// Directories, .tf files, templates or cdk.out directories.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// The file to write.
    #[arg(long, short, value_name = "FILE", default_value = "iaclint-baseline.json")]
    pub output: PathBuf,
    #[command(flatten)]
    pub chosen: Chosen,
    #[command(flatten)]
    pub input: Input,
}

/// Arguments of `iaclint path`.
#[derive(Args, Debug)]
pub struct Path {
    /// The client: its address or the end of it. Without it, everything that talks to anything is shown. A path alone is where to read.
    #[arg(value_name = "FROM")]
    pub from: Option<String>,
    /// The server: its address or the end of it.
    #[arg(value_name = "TO")]
    pub to: Option<String>,
    /// The port, where it is not the one that the configuration says.
    #[arg(long, value_name = "PORT", requires = "from")]
    pub port: Option<u16>,
    /// Where to read.
    #[arg(long = "in", value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How it is written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    pub format: ListFormat,
    #[command(flatten)]
    pub input: Input,
}

/// Arguments of `iaclint graph`.
#[derive(Args, Debug)]
pub struct Graph {
    /// Directories, .tf files, templates or cdk.out directories.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How it is drawn.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = GraphFormat::Html)]
    pub format: GraphFormat,
    /// Write it to this file rather than to standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub input: Input,
}

/// How a graph is drawn.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum GraphFormat {
    /// For Graphviz.
    Dot,
    /// For Markdown.
    Mermaid,
    /// For other programs.
    Json,
    /// A page that needs nothing else.
    Html,
}

/// Arguments of `iaclint init`.
#[derive(Args, Debug)]
pub struct Init {
    /// The directory to write it to.
    #[arg(value_name = "DIR", default_value = ".")]
    pub directory: PathBuf,
}

/// Arguments of `iaclint completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// A shell that completes.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shell {
    /// Bash.
    Bash,
    /// Elvish.
    Elvish,
    /// fish.
    Fish,
    /// Nushell.
    Nushell,
    /// `PowerShell`.
    Powershell,
    /// Zsh.
    Zsh,
}

/// Arguments of `iaclint rules`.
#[derive(Args, Debug)]
pub struct Rules {
    /// How the list is written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    pub format: ListFormat,
}

/// Arguments of `iaclint explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// The rule's id.
    #[arg(value_name = "RULE", required_unless_present = "error")]
    pub rule: Option<String>,
    /// An error text or a line of a log: shows the rules that explain it, and what they find here.
    #[arg(long, value_name = "TEXT", conflicts_with = "rule")]
    pub error: Option<String>,
    /// With --error, where to look.
    #[arg(long = "in", value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub input: Input,
}

/// When to use colours.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Color {
    /// In a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A severity on the command line.
#[derive(ValueEnum, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The deployment or the application fails.
    Error,
    /// Very likely it fails.
    Warning,
    /// Worth knowing.
    Advice,
}

impl Level {
    /// The severity that it names.
    pub fn severity(self) -> Severity {
        match self {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Advice => Severity::Advice,
        }
    }
}

/// How findings are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutputFormat {
    /// For people.
    Human,
    /// One line a finding, for editors and grep.
    Concise,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
    /// JSON, for other programs.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML, for build servers.
    Junit,
    /// Markdown, for a comment under a pull request.
    Markdown,
}

/// Where findings are written beside the terminal, or in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// The format; without one, that of the terminal, which then gets nothing.
    pub format: Option<OutputFormat>,
    /// The file.
    pub path: PathBuf,
}

/// How lists are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ListFormat {
    /// For people.
    Human,
    /// JSON.
    Json,
}

/// `FORMAT=FILE` or `FILE`. What stands before the sign is a format, unless it is the beginning of a path.
fn target(text: &str) -> Result<Target, String> {
    let (format, path) = match text.split_once('=') {
        Some((format, path)) if !format.contains(['/', '\\', '.']) => {
            let known = OutputFormat::from_str(format, false);
            (Some(known.map_err(|_| no_format(format, path, text))?), path)
        }
        _ => (None, text),
    };
    if path.is_empty() {
        return Err("no file is named".to_owned());
    }
    Ok(Target { format, path: PathBuf::from(path) })
}

/// Why what stands before the sign is no format, and what was probably meant.
fn no_format(format: &str, path: &str, text: &str) -> String {
    let formats = OutputFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = formats.map(|format| format.get_name().to_owned()).collect();
    let meant = closest(format, names.iter().map(String::as_str));
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}={path}`"),
        None => format!("is it one of {}", names.join(", ")),
    };
    format!("there is no format `{format}`: {help}, or a file of that name, `./{text}`?")
}

fn date(text: &str) -> Result<String, String> {
    if is_date(text) { Ok(text.to_owned()) } else { Err("expected a date such as 2027-03-01".to_owned()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_target_may_have_a_format() {
        let of = |text: &str| target(text).map(|t| (t.format, t.path.to_string_lossy().into_owned()));
        assert_eq!(of("sarif=a.sarif"), Ok((Some(OutputFormat::Sarif), "a.sarif".to_owned())));
        assert_eq!(of("a.json"), Ok((None, "a.json".to_owned())));
        assert_eq!(of("./a=b"), Ok((None, "./a=b".to_owned())));
        assert!(of("serif=x").is_err() && of("json=").is_err());
    }
}
