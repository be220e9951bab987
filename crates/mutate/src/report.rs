//! What was found and what was not, as the tables of `docs/recall.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Deserialize;

use crate::injector::Injector;
use crate::trial::{Outcome, Trial, Trials};

/// Why mutants are not found, as somebody wrote down who looked at them.
#[derive(Deserialize, Default, Debug)]
pub struct Causes {
    #[serde(default, rename = "cause")]
    causes: Vec<Cause>,
}

#[derive(Deserialize, Debug)]
struct Cause {
    injector: String,
    /// The project, when the cause is only of one.
    project: Option<String>,
    /// What the place or subject holds, when the cause is only of some.
    at: Option<String>,
    why: String,
}

impl Causes {
    /// Reads them.
    pub fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    fn of(&self, trial: &Trial) -> Option<&str> {
        let fits = |cause: &&Cause| {
            cause.injector == trial.injector
                && cause.project.as_ref().is_none_or(|p| trial.project.starts_with(p.as_str()))
                && cause
                    .at
                    .as_ref()
                    .is_none_or(|at| trial.at.contains(at.as_str()) || trial.subject.contains(at.as_str()))
        };
        self.causes.iter().find(fits).map(|cause| cause.why.as_str())
    }
}

/// The outcome of a run over several projects.
#[derive(Default)]
pub struct Report {
    injectors: Vec<&'static Injector>,
    trials: Trials,
}

/// Found and tried.
#[derive(Clone, Copy, Default)]
struct Share {
    found: usize,
    all: usize,
}

impl Share {
    fn shown(self) -> String {
        if self.all == 0 { "–".to_owned() } else { format!("{}/{}", self.found, self.all) }
    }
}

impl Report {
    /// A report of these injectors, with nothing tried yet.
    pub fn of(injectors: Vec<&'static Injector>) -> Self {
        Self { injectors, trials: Trials::default() }
    }

    /// Adds what a project gave.
    pub fn add(&mut self, trials: Trials) {
        self.trials.done.extend(trials.done);
        self.trials.cut.extend(trials.cut);
        self.trials.unhealthy += trials.unhealthy;
    }

    /// The table, and what it leaves to say: cut places, misses with their causes.
    pub fn shown(&self, causes: &Causes) -> String {
        let mut shares: BTreeMap<(&str, bool), Share> = BTreeMap::new();
        for trial in &self.trials.done {
            if matches!(trial.outcome, Outcome::Invalid(_) | Outcome::Refused) {
                continue;
            }
            let share = shares.entry((trial.injector, trial.is_terraform)).or_default();
            share.all += 1;
            share.found += usize::from(trial.outcome == Outcome::Found);
        }
        let share =
            |id: &'static str, terraform: bool| shares.get(&(id, terraform)).copied().unwrap_or_default();
        let mut out =
            "| rule | mistake | Terraform | templates | recall |\n|---|---|---|---|---|\n".to_owned();
        let mut sorted = self.injectors.clone();
        sorted.sort_by_key(|i| (i.rules, i.id));
        for injector in sorted {
            let (terraform, templates) = (share(injector.id, true), share(injector.id, false));
            let all = terraform.all + templates.all;
            let percent = (100 * (terraform.found + templates.found)).checked_div(all);
            let recall = percent.map_or_else(|| "no place".to_owned(), |percent| format!("{percent} %"));
            let rule = injector.rules.first().copied().unwrap_or_default();
            let _ = writeln!(
                out,
                "| {rule} | {} | {} | {} | {recall} |",
                injector.mistake,
                terraform.shown(),
                templates.shown()
            );
        }
        let total = shares
            .values()
            .fold(Share::default(), |a, b| Share { found: a.found + b.found, all: a.all + b.all });
        let _ = writeln!(out, "\nIn all: {} of {} faults are found.", total.found, total.all);
        let refused = self.trials.done.iter().filter(|t| t.outcome == Outcome::Refused).count();
        if refused > 0 {
            let _ = writeln!(
                out,
                "{refused} more mutants are refused by the configuration itself, such as by the validation of a variable."
            );
        }
        for (id, project, tried, all) in &self.trials.cut {
            let _ =
                writeln!(out, "- `{id}` in {project}: {tried} of {all} places were tried, evenly chosen.");
        }
        out.push_str(&self.misses(causes));
        out
    }

    fn misses(&self, causes: &Causes) -> String {
        let missed: Vec<&Trial> = self.trials.done.iter().filter(|t| t.outcome == Outcome::Missed).collect();
        if missed.is_empty() {
            return "\nNothing is missed.\n".to_owned();
        }
        let mut out = "\n| missed | project | place | cause |\n|---|---|---|---|\n".to_owned();
        for trial in missed {
            let cause = causes.of(trial).unwrap_or("not looked at yet");
            let _ = writeln!(
                out,
                "| {} | {} | {} `{}` | {cause} |",
                trial.injector, trial.project, trial.at, trial.subject
            );
        }
        out
    }

    /// What is wrong with the run itself: mutants that cannot be read, misses without a cause.
    pub fn faults(&self, causes: &Causes) -> Vec<String> {
        let mut out = BTreeSet::new();
        for trial in &self.trials.done {
            let place =
                format!("{} in {} at {} ({})", trial.injector, trial.project, trial.at, trial.subject);
            match &trial.outcome {
                Outcome::Invalid(why) => out.insert(format!("{place}: the mutant cannot be read: {why}")),
                Outcome::Missed if causes.of(trial).is_none() => {
                    out.insert(format!("{place}: missed, and no cause is written down"))
                }
                _ => false,
            };
        }
        out.into_iter().collect()
    }
}
