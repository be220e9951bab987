//! All mutants of a project, each tried once.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::edit::apply;
use crate::injector::{Injector, Place, Sight, names_word};
use crate::project::Project;
use crate::scratch::{Said, Scratch};
use crate::subjects::Subject;

/// How a mutant ended.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// A rule named it.
    Found,
    /// No rule named it.
    Missed,
    /// The configuration refuses it by itself: a validation of a variable, an index into an empty list.
    Refused,
    /// It is no configuration any more, which is the injector's fault.
    Invalid(String),
}

/// A mutant and how it ended.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The injector's id.
    pub injector: &'static str,
    /// The project.
    pub project: String,
    /// Whether the file is Terraform.
    pub is_terraform: bool,
    /// Whether the project is one of ours.
    pub is_fixture: bool,
    /// The file and line of the edit.
    pub at: String,
    /// What was made wrong.
    pub subject: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// What a project gave.
#[derive(Debug, Default)]
pub struct Trials {
    /// The mutants.
    pub done: Vec<Trial>,
    /// Injectors of which only some places were tried: id, project, tried, all.
    pub cut: Vec<(&'static str, String, usize, usize)>,
    /// How many places were no denominator, since the rule has something to say there already.
    pub unhealthy: usize,
}

/// How a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'s> {
    /// The built program.
    pub binary: &'s Path,
    /// Where copies of projects may lie.
    pub scratch: &'s Path,
    /// How many places of one injector are tried in one project.
    pub limit: usize,
    /// How many mutants are tried at once.
    pub threads: usize,
    /// Where mutants that nobody found are kept, if at all.
    pub keep: Option<&'s Path>,
}

/// Tries all places of some injectors in a project.
pub fn run(
    subject: &Subject,
    injectors: &[&'static Injector],
    settings: Settings<'_>,
) -> Result<Trials, String> {
    let copies: Vec<Scratch<'_>> = (0..settings.threads.max(1))
        .map(|n| Scratch::copy(subject, settings.binary, settings.scratch.join(n.to_string())))
        .collect::<Result<_, _>>()?;
    let Some(first) = copies.first() else { return Ok(Trials::default()) };
    let healthy = first.check(&[])?;
    if subject.is_fixture
        && let Some(finding) = healthy.findings.first()
    {
        return Err(format!("is not healthy: {}", finding.text));
    }
    let mut project = Project::read(&subject.root);
    project.keep_reachable(&subject.checked, subject.told);
    let sight = Sight::of(&project);
    let mut trials = Trials::default();
    let mut wanted: Vec<(&'static Injector, Place)> = Vec::new();
    for injector in injectors {
        let mut places = (injector.places)(&sight);
        places.sort_by(|a, b| (&a.path, a.line, &a.subject).cmp(&(&b.path, b.line, &b.subject)));
        let mut seen = BTreeSet::new();
        places.retain(|p| seen.insert((p.path.clone(), format!("{:?}", p.edits))));
        let all = places.len();
        places.retain(|p| is_healthy(injector, p, &healthy));
        trials.unhealthy += all - places.len();
        let healthy = places.len();
        if healthy > settings.limit {
            trials.cut.push((injector.id, subject.name.clone(), settings.limit, healthy));
            let picked: BTreeSet<usize> = (0..settings.limit).map(|n| n * healthy / settings.limit).collect();
            let mut at = 0;
            places.retain(|_| {
                at += 1;
                picked.contains(&(at - 1))
            });
        }
        wanted.extend(places.into_iter().map(|place| (*injector, place)));
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Trial)>> = Mutex::default();
    let faults: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for copy in &copies {
            scope.spawn(|| {
                while let Some((index, (injector, place))) = take(&next, &wanted) {
                    match tried(&project, copy, injector, place, &healthy, settings.keep, subject) {
                        Ok(trial) => done.lock().map(|mut d| d.push((index, trial))).unwrap_or_default(),
                        Err(fault) => faults.lock().map(|mut f| f.push(fault)).unwrap_or_default(),
                    }
                }
            });
        }
    });
    if let Some(fault) = faults.into_inner().unwrap_or_default().into_iter().next() {
        return Err(fault);
    }
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    trials.done = done.into_iter().map(|(_, trial)| trial).collect();
    Ok(trials)
}

fn take<'w, T>(next: &AtomicUsize, wanted: &'w [T]) -> Option<(usize, &'w T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    wanted.get(index).map(|item| (index, item))
}

/// Whether the rules of the injector say nothing about the subject yet.
fn is_healthy(injector: &Injector, place: &Place, healthy: &Said) -> bool {
    !healthy
        .findings
        .iter()
        .any(|f| injector.rules.contains(&f.rule.as_str()) && names_word(&f.text, &place.subject))
}

fn tried(
    project: &Project,
    copy: &Scratch<'_>,
    injector: &'static Injector,
    place: &Place,
    healthy: &Said,
    keep: Option<&Path>,
    subject: &Subject,
) -> Result<Trial, String> {
    let document = project.documents.iter().find(|d| d.path == place.path);
    let document = document.ok_or_else(|| format!("{}: no file {}", injector.id, place.path))?;
    let text = apply(&document.text, &place.edits);
    let said = copy.with(&place.path, &text, injector.rules)?;
    let at = format!("{}:{}", place.path, place.line);
    let new = said.findings.iter().any(|f| {
        let known = |h: &crate::scratch::Finding| h.rule == f.rule && h.fingerprint == f.fingerprint;
        injector.rules.contains(&f.rule.as_str())
            && !healthy.findings.iter().any(known)
            && place.names.iter().any(|name| names_word(&f.text, name))
    });
    let outcome = match said.problems.iter().find(|p| !healthy.problems.contains(p)) {
        _ if new => Outcome::Found,
        Some(problem) if problem.is_unreadable => Outcome::Invalid(problem.message.clone()),
        Some(_) => Outcome::Refused,
        None => Outcome::Missed,
    };
    if outcome != Outcome::Found
        && let Some(keep) = keep
    {
        let name =
            format!("{} {} {} {}", injector.id, subject.name, at, place.subject).replace(['/', ':'], "-");
        let kept = keep.join(name);
        let _ = std::fs::create_dir_all(keep).and_then(|()| std::fs::write(kept, &text));
    }
    Ok(Trial {
        injector: injector.id,
        project: subject.name.clone(),
        is_terraform: document.is_terraform(),
        is_fixture: subject.is_fixture,
        at,
        subject: place.subject.clone(),
        outcome,
    })
}
