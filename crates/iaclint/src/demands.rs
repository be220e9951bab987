//! What is asked of AWS, as the second table of `iaclint path`.

use std::fmt::Write;

use iaclint_analysis::Analysis;
use iaclint_analysis::demands::{Confidence, Demand, Object};
use iaclint_analysis::reach::Answer;
use iaclint_report::{Look, mask};
use serde::Serialize;

use crate::path::{place, verdict};

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
        confidence: match demand.confidence {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
        },
        evidence: mask::message(&demand.evidence),
        words: mask::message(&words),
        place,
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

/// What is asked, one a line below its client.
pub fn table(asked: &[Asked], look: Look) -> String {
    if asked.is_empty() {
        return String::new();
    }
    let head = ["asked of AWS", "network", "authority", "configuration"].map(str::to_owned);
    let cells = |asked: &Asked| {
        let [network, configuration] =
            [asked.network, asked.configuration].map(|verdict| verdict.unwrap_or("-").to_owned());
        [format!("{} on {}", asked.action, asked.server), network, asked.authority.to_owned(), configuration]
    };
    let rows: Vec<[String; 4]> = asked.iter().map(cells).collect();
    let width = |column: usize| {
        let all = std::iter::once(&head).chain(&rows);
        all.map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: [usize; 4] = std::array::from_fn(width);
    let line = |row: &[String; 4]| {
        let cell = |(text, width): (&String, usize)| format!("{text:width$}");
        row.iter().zip(widths).map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut out = String::from("\n");
    let mut client = None;
    for (asked, row) in asked.iter().zip(&rows) {
        if client != Some((&asked.root, &asked.client)) {
            client = Some((&asked.root, &asked.client));
            let _ = writeln!(out, "{}\n    {}", look.strong(&asked.client), line(&head));
        }
        let at = asked.place.as_deref().map(|place| format!(" ({place})")).unwrap_or_default();
        let _ = writeln!(out, "    {}\n          {}: {}{at}", line(row), asked.evidence, asked.words);
    }
    out
}
