//! What is asked of AWS, as the second table of `iaclint path`.

use std::collections::BTreeMap;
use std::fmt::Write;

use iaclint_analysis::Analysis;
use iaclint_analysis::demands::{Demand, Object};
use iaclint_analysis::needs::Confidence;
use iaclint_model::Answer;
use iaclint_report::{Look, mask};
use serde::Serialize;

use crate::path::{below, gravity, place, verdict};

/// Something that is asked of AWS.
#[derive(Serialize)]
pub struct Asked {
    /// Where it is asked.
    pub root: String,
    /// Who asks.
    pub client: String,
    /// For what.
    pub server: String,
    /// What is done with it.
    pub action: &'static str,
    /// The verdict of all judges together.
    pub verdict: &'static str,
    /// Whether the network lets the request out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<&'static str>,
    /// Whether policies allow it.
    pub authority: &'static str,
    /// Whether it is made here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<&'static str>,
    /// How sure we are that it is asked.
    pub confidence: &'static str,
    /// How we know.
    pub evidence: String,
    /// What decides.
    pub words: String,
    /// Its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// Everything that is asked of AWS.
pub fn asked(analysis: &Analysis<'_>) -> Vec<Asked> {
    analysis.demands().iter().map(|demand| of(analysis, demand)).collect()
}

fn of(analysis: &Analysis<'_>, demand: &Demand) -> Asked {
    let model = analysis.model;
    let authority = demand.authority.answer();
    let answers = [demand.network, Some(authority), demand.configuration];
    let all = if answers.contains(&Some(Answer::No)) {
        Answer::No
    } else if answers.contains(&Some(Answer::Maybe)) {
        Answer::Maybe
    } else {
        Answer::Yes
    };
    let (words, place) = if demand.network == Some(Answer::No) {
        let words = "the network has neither a way out nor an endpoint for it".to_owned();
        (words, place(model, Some(demand.client), demand.origin))
    } else {
        let (words, witness) = demand.authority.words(model);
        (words, witness.and_then(|by| place(model, Some(by.id), by.origin)))
    };
    let root = model.graph().root(model.resource(demand.client).key.root);
    Asked {
        root: mask::name(&root.path),
        client: mask::name(model.address(demand.client)),
        server: match &demand.object {
            Object::Resource(id) => mask::name(model.address(*id)),
            Object::Named(name) => mask::message(name),
        },
        action: demand.action,
        verdict: verdict(all),
        network: demand.network.map(verdict),
        authority: permission(authority),
        configuration: demand
            .configuration
            .map(|made| agreement((made != Answer::Maybe).then_some(made == Answer::Yes))),
        confidence: confidence(demand.confidence),
        evidence: mask::message(&demand.evidence),
        words: mask::message(&words),
        place,
    }
}

/// How sure we are that something is needed, in a word.
pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely",
        Confidence::Possible => "possible",
    }
}

fn permission(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "allowed",
        Answer::No => "denied",
        Answer::Maybe => "cannot tell",
    }
}

/// Whether two places of the configuration agree, in words.
pub fn agreement(agrees: Option<bool>) -> &'static str {
    match agrees {
        Some(true) => "agrees",
        Some(false) => "differs",
        None => "cannot tell",
    }
}

/// What is asked of AWS, below who asks: what is refused first, and why below it.
pub fn table(asked: &[Asked], look: Look) -> String {
    if asked.is_empty() {
        return String::new();
    }
    let head = ["asked of AWS", "network", "authority", "configuration"].map(str::to_owned);
    let lines = lines(asked);
    let width = |column: usize| {
        let all = std::iter::once(&head).chain(lines.iter().map(|line| &line.cells));
        all.map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: [usize; 4] = std::array::from_fn(width);
    let row = |row: &[String; 4]| {
        let cell = |(text, width): (&String, usize)| format!("{text:width$}");
        row.iter().zip(widths).map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let narrow = look.columns.is_some_and(|columns| 3 + row(&head).chars().count() > columns);
    let mut out = String::new();
    let mut client = None;
    for line in &lines {
        let Asked { root, client: who, verdict, words, place, .. } = line.asked;
        if client.is_some_and(|known| known != (root, who)) {
            out.push('\n');
        }
        if client.replace((root, who)) != Some((root, who)) {
            let _ = writeln!(out, "{}", look.strong(who));
            if !narrow {
                let _ = writeln!(out, "   {}", look.faint(&row(&head)));
            }
        }
        if narrow {
            let [what, cells @ ..] = &line.cells;
            let named: Vec<(&str, &str)> =
                head.iter().skip(1).map(String::as_str).zip(cells.iter().map(String::as_str)).collect();
            let _ = writeln!(out, "   {}\n{:10}{}", look.wrapped(what, 3, 6), "", below(&named, look));
        } else {
            let _ = writeln!(out, "   {}", row(&line.cells));
        }
        if *verdict != "open" {
            let at = place.as_deref().map(|place| format!(" ({place})")).unwrap_or_default();
            let text = format!("{:10}{}: {words}{at}", "", line.evidence.join(", "));
            let _ = writeln!(out, "{}", look.wrapped(&text, 0, 13));
        }
    }
    let count = |verdict: &str| lines.iter().filter(|line| line.asked.verdict == verdict).count();
    let verb = if lines.len() == 1 { "thing is" } else { "things are" };
    let (open, closed, unknown) = (count("open"), count("closed"), count("cannot tell"));
    let _ = writeln!(
        out,
        "\n{} {verb} asked of AWS: {open} granted, {closed} refused, {unknown} cannot be told",
        lines.len()
    );
    out
}

/// A line of the table: the same may be asked for by several settings.
struct Line<'a> {
    asked: &'a Asked,
    evidence: Vec<&'a str>,
    cells: [String; 4],
}

/// The lines by root, those who are refused something first, and of each what is refused.
fn lines(asked: &[Asked]) -> Vec<Line<'_>> {
    let mut out: Vec<Line<'_>> = Vec::new();
    for asked in asked {
        let same = |line: &&mut Line<'_>| {
            let known = line.asked;
            let key = |a: &Asked| (a.verdict, a.network, a.authority, a.configuration, a.action);
            key(known) == key(asked)
                && (&known.root, &known.client, &known.server) == (&asked.root, &asked.client, &asked.server)
                && known.words == asked.words
        };
        if let Some(line) = out.iter_mut().find(same) {
            line.evidence.push(&asked.evidence);
            continue;
        }
        let [network, configuration] =
            [asked.network, asked.configuration].map(|verdict| verdict.unwrap_or("-").to_owned());
        let what = format!("{} on {}", asked.action, asked.server);
        let cells = [what, network, asked.authority.to_owned(), configuration];
        out.push(Line { asked, evidence: vec![&asked.evidence], cells });
    }
    let mut worst: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in &out {
        let rank = gravity(line.asked.verdict);
        let known = worst.entry((&line.asked.root, &line.asked.client)).or_insert(rank);
        *known = rank.min(*known);
    }
    out.sort_by_key(|line| {
        let Asked { root, client, verdict, .. } = line.asked;
        (root, worst.get(&(root.as_str(), client.as_str())).copied(), client, gravity(verdict))
    });
    out
}
