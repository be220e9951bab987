//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use iaclint_lint::Severity;

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
    /// List every rule.
    Rules(Rules),
    /// Print the page of a rule.
    Explain(Explain),
}

/// Arguments of `iaclint check`.
#[derive(Args, Debug)]
pub struct Check {
    /// Directories, .tf files, templates or cdk.out directories.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// The lowest severity that is shown.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Level::Warning)]
    pub level: Level,
    /// The lowest severity that makes the exit status 1, shown or not.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Level::Warning)]
    pub fail_on: Level,
    /// How findings are written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = OutputFormat::Human)]
    pub format: OutputFormat,
    /// Write the findings to this file rather than to standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// List every value that could not be evaluated, and why.
    #[arg(long)]
    pub show_unknown: bool,
    /// List what would be checked, and stop.
    #[arg(long)]
    pub list_roots: bool,
    /// The directory beyond which nothing is read [default: the nearest one above the first path that holds .git].
    #[arg(long, value_name = "DIR")]
    pub project_root: Option<PathBuf>,
    /// Run only these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Do not run these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// A file of Terraform variable values.
    #[arg(long, value_name = "FILE")]
    pub var_file: Vec<PathBuf>,
    /// The value of a Terraform variable.
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub var: Vec<(String, String)>,
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
    pub rule: String,
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
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
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
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
    /// JSON, for other programs.
    Json,
}

/// How lists are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ListFormat {
    /// For people.
    Human,
    /// JSON.
    Json,
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
