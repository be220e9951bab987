//! The command line: arguments, exit status, wiring.

mod arguments;
mod baseline;
mod catalogue;
mod changed;
mod check;
mod config;
mod demands;
mod diagnosis;
mod environments;
mod extras;
mod fix;
mod graph;
mod hints;
mod input;
mod knowledge;
mod output;
mod page;
mod patch;
mod path;
mod progress;
mod stdin;
mod symptoms;
mod today;
mod values;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use iaclint_report::Look;
use iaclint_source::FileSystem;

use arguments::{Arguments, Command};
use config::Config;
use output::Failure;

/// How a run ended, as the shell sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Status {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings at or above it, or an input that could not be read.
    Found = 1,
    /// Wrong use, or nothing to check.
    Misused = 2,
}

/// The stack of the thread that does the work, in bytes: deep but legal nesting must fit on every system.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Does what the arguments of this process say.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too; a reader that has gone away is no concern of theirs.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Status::Misused as u8));
        }
    };
    let color = arguments.color;
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || run(&arguments));
    let result = match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(result)) => result,
        // The panic has said what it had to say.
        Ok(Err(_)) => {
            Err(Failure::new("this is a fault in iaclint; please report it with what stands above"))
        }
        Err(error) => Err(Failure::new(format!("cannot start a thread: {error}"))),
    };
    let status = match result {
        Ok(status) => status,
        Err(failure) => {
            output::remark(&failure.words(output::look_of_stderr(color)));
            Status::Misused
        }
    };
    ExitCode::from(status as u8)
}

/// What is wrong with a configuration file, in the words that a run would end with.
pub fn configuration_fault(files: &dyn FileSystem, file: &Path) -> Option<String> {
    Config::read(files, file, None).err().map(|failure| failure.words(Look::PLAIN))
}

fn run(arguments: &Arguments) -> Result<Status, Failure> {
    match &arguments.command {
        Command::Check(check) => check::check(check, arguments.color),
        Command::Path(path) => path::path(path, arguments.color),
        Command::Graph(graph) => graph::graph(graph),
        Command::Baseline(baseline) => check::baseline(baseline),
        Command::Rules(rules) => catalogue::rules(rules, arguments.color),
        Command::Explain(explain) => match (&explain.rule, &explain.error) {
            (_, Some(error)) => diagnosis::diagnose(error, explain, arguments.color),
            (Some(rule), None) => catalogue::explain(rule, arguments.color),
            (None, None) => Err(Failure::new("a rule or an error text is needed")),
        },
        Command::Init(init) => extras::init(init),
        Command::Completions(completions) => extras::completions(completions),
        Command::Man => extras::man(),
    }
}
