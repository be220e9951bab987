//! A service that is given something under fewer names, or under another one, than a sibling that is given the same.

use std::collections::{BTreeMap, BTreeSet};

use iaclint_analysis::siblings::{are_siblings, essence, shared_image};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::workload::{Setting, Workload};
use iaclint_model::{Model, ResourceId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Low,
    summary: "siblings are given the same thing under different names",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    let workloads = cx.analysis.workloads();
    let things: Vec<Vec<Thing<'_, '_>>> = workloads.iter().map(|w| shared_things(model, w)).collect();
    let mut knowing = Knowing::new();
    for (at, things) in things.iter().enumerate() {
        for (thing, setting, _) in things {
            let Some(name) = setting.name.as_deref() else { continue };
            let here = knowing.entry(thing).or_default().entry(name).or_default();
            if here.last() != Some(&at) {
                here.push(at);
            }
        }
    }
    for (workload, own) in workloads.iter().zip(&things) {
        // What may still be configured by settings that we do not see is not missing.
        if workload.service.is_none() || !workload.settings.complete {
            continue;
        }
        let others = by_other_names(workload, own, &knowing).into_iter();
        let other = others.filter(|at| are_siblings(model, workload, &workloads[*at]));
        let Some((sibling, lacks)) = other
            .map(|at| (&workloads[at], lacks(workload, own, &workloads[at], &things[at])))
            .find(|(_, lacks)| !lacks.is_empty())
        else {
            continue;
        };
        report(cx, workload, sibling, &lacks);
    }
}

/// A setting that leads to a resource: what it amounts to, and the resource.
type Thing<'a, 'm> = (String, &'a Setting<'m>, ResourceId);
/// Which workloads know a thing by which name.
type Knowing<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<usize>>>;

/// The workloads that know something that this one is given by a name that this one does not have.
fn by_other_names(workload: &Workload<'_>, own: &[Thing<'_, '_>], knowing: &Knowing<'_>) -> BTreeSet<usize> {
    let names = own.iter().filter_map(|(thing, ..)| knowing.get(thing.as_str())).flatten();
    names.filter(|(name, _)| !workload.has(name)).flat_map(|(_, at)| at.iter().copied()).collect()
}

/// Something that both are given, and a name that only the sibling knows it by.
struct Lack<'a, 'm> {
    own: &'a Setting<'m>,
    theirs: &'a Setting<'m>,
    /// What it is that both are given.
    about: ResourceId,
}

/// The names by which a sibling knows what the workload knows by another name. That code asks for them is shown by a container that is
/// given one thing under two names, one of which the workload has; or by an image that both run.
fn lacks<'a, 'm>(
    workload: &Workload<'m>,
    own: &[Thing<'a, 'm>],
    sibling: &Workload<'m>,
    theirs: &[Thing<'a, 'm>],
) -> Vec<Lack<'a, 'm>> {
    let same_code = shared_image(workload, sibling).is_some();
    let mut out: Vec<Lack<'_, '_>> = Vec::new();
    for (thing, setting, _) in theirs {
        let Some(name) = setting.name.as_deref() else { continue };
        let known: Vec<&(String, &Setting<'_>, ResourceId)> =
            own.iter().filter(|(t, ..)| t == thing).collect();
        let Some((_, same, about)) = known.first().copied() else { continue };
        let both_know = |other: &Setting<'_>| {
            let one_container = container(other) == container(setting);
            one_container && known.iter().any(|(_, s, _)| s.name == other.name)
        };
        let alias = theirs.iter().any(|(t, other, _)| t == thing && both_know(other));
        let another_name = same_code
            && !known.iter().any(|(_, s, _)| theirs.iter().any(|(t, o, _)| t == thing && o.name == s.name));
        if !workload.has(name)
            && (alias || another_name)
            && !out.iter().any(|l| l.theirs.name == setting.name)
        {
            out.push(Lack { own: same, theirs: setting, about: *about });
        }
    }
    out
}

/// The settings that lead to a resource, with what they amount to.
fn shared_things<'a, 'm>(model: &Model<'m>, workload: &'a Workload<'m>) -> Vec<Thing<'a, 'm>> {
    let things = workload.settings.items.iter().filter_map(|setting| {
        let about = model.mentions(setting.value).into_iter().next()?;
        Some((essence(model, setting.value)?, setting, about))
    });
    things.collect()
}

fn container(setting: &Setting<'_>) -> Option<String> {
    setting.container.map(|c| c.label())
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    workload: &Workload<'m>,
    sibling: &Workload<'m>,
    lacks: &[Lack<'_, 'm>],
) {
    let model = cx.model();
    let Some(first) = lacks.first() else { return };
    let (own, other) = (model.short(workload.id), model.short(sibling.id));
    let names: Vec<&str> = lacks.iter().filter_map(|l| l.theirs.name.as_deref()).collect();
    let own_name = first.own.name.clone().unwrap_or_default();
    let names = names.join(", ");
    let mut draft = cx
        .finding(
            workload.definition,
            format!("{own} has no {names}, by which {other} knows what both are given"),
        )
        .identity("names")
        .at(cx, first.own.origin, format!("{} is given here as {own_name}", model.short(first.about)));
    if let Some(part) = container(first.own) {
        draft = draft.part(part);
    }
    for lack in lacks {
        let name = lack.theirs.name.as_deref().unwrap_or_default();
        draft = draft.label(cx, lack.theirs.origin, format!("{other} has the same as {name}"));
    }
    draft
        .related(cx, sibling.definition, format!("has {names}"))
        .note("code that both share and that reads the missing name finds nothing, and takes its default")
        .help(format!("give {own} {names} as well, or use one name in both"))
        .report(cx);
}
