//! `--var` and `--var-file`: values of Terraform variables in the order of the command line, where what comes later counts.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, Error, FromArgMatches};
use iaclint_parser::Assigned;

/// What is assigned, in order.
#[derive(Clone, Default, Debug)]
pub struct Values {
    /// Files and single values.
    pub assigned: Vec<Assigned>,
}

/// The arguments, each kind on its own.
#[derive(Args, Debug)]
struct Written {
    /// A file of Terraform variable values. As in Terraform, of several --var-file and --var the later one counts.
    #[arg(long, value_name = "FILE")]
    var_file: Vec<PathBuf>,
    /// The value of a Terraform variable.
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    var: Vec<(String, String)>,
}

impl Args for Values {
    fn augment_args(command: Command) -> Command {
        Written::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Written::augment_args_for_update(command)
    }
}

impl FromArgMatches for Values {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let written = Written::from_arg_matches(matches)?;
        let places = |name: &str| matches.indices_of(name).into_iter().flatten();
        let files = places("var_file").zip(written.var_file.into_iter().map(Assigned::File));
        let values = written.var.into_iter().map(|(name, value)| Assigned::Value(name, value));
        let mut all: Vec<(usize, Assigned)> = files.chain(places("var").zip(values)).collect();
        all.sort_by_key(|(place, _)| *place);
        Ok(Self { assigned: all.into_iter().map(|(_, assigned)| assigned).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_values_keep_their_order() {
        let line = ["x", "--var", "a=1", "--var-file", "f", "--var=b=2", "--var-file=g", "--var", "a=3"];
        let matches = Values::augment_args(Command::new("x")).get_matches_from(line);
        let value = |name: &str, text: &str| Assigned::Value(name.to_owned(), text.to_owned());
        let file = |path: &str| Assigned::File(path.into());
        assert_eq!(
            Values::from_arg_matches(&matches).unwrap().assigned,
            [value("a", "1"), file("f"), value("b", "2"), file("g"), value("a", "3")]
        );
    }
}
