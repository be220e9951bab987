//! `iaclint path`: who talks to whom, and whether the network, the permissions and the settings let them.

mod account;
mod names;

use std::path::PathBuf;

use iaclint_analysis::Analysis;
use iaclint_analysis::authority::Verdict;
use iaclint_analysis::needs::{Evidence, Need, family};
use iaclint_analysis::path::{HopKind, Path};
use iaclint_analysis::secret_reads::{SecretRead, secret_reads};
use iaclint_lint::{Finding, Selection, Severity};
use iaclint_model::{Answer, Model, ResourceId};
use iaclint_report::{Look, mask};
use iaclint_rules::RULES;
use iaclint_value::OriginId;
use serde::Serialize;

use crate::Status;
use crate::arguments::{self, Color, ListFormat};
use crate::check::{read, show_from_here};
use crate::config::Config;
use crate::demands::{self, Asked};
use crate::output::{self, Failure};

pub use account::below;

/// The way from a client to a server.
#[derive(Serialize)]
struct Way {
    root: String,
    client: String,
    server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<i64>,
    /// Of the network: `open`, `closed` or `cannot tell`.
    verdict: &'static str,
    settings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
    /// How sure we are that the client calls the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    hops: Vec<Step>,
    /// Whether the secrets that lead to the server may be read; nothing when none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<Authority>,
    /// What is found in the settings of this client for this server.
    configuration: Vec<Fault>,
}

/// A place on the way that a packet passes.
#[derive(Serialize)]
struct Step {
    hop: &'static str,
    verdict: &'static str,
    words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Beside>,
}

/// A rule that does not help, or what else there is to know of a step.
#[derive(Serialize)]
struct Beside {
    words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

/// Whether the secrets of a need may be read.
#[derive(Serialize)]
struct Authority {
    verdict: &'static str,
    words: String,
}

/// A finding about the settings.
#[derive(Serialize)]
struct Fault {
    rule: &'static str,
    severity: &'static str,
    headline: String,
    place: String,
}

/// Shows one way, or all of them.
pub fn path(arguments: &arguments::Path, color: Color) -> Result<Status, Failure> {
    let (ends, paths) = asked_for(arguments)?;
    let config = Config::load(&arguments.input, &paths)?;
    let parsed = read(&paths, &arguments.input, &config)?;
    if arguments.format == ListFormat::Human {
        show_from_here(&parsed);
    }
    let model = Model::new(&parsed.graph, parsed.project.sources());
    let analysis = Analysis::new(&model);
    let ways = match ends {
        Some((from, to)) => between(&analysis, from, to, arguments.port)?,
        None => all(&analysis),
    };
    let asked = if ends.is_some() { Vec::new() } else { demands::asked(&analysis) };
    let look = output::look_of_stdout(color);
    let text = match arguments.format {
        ListFormat::Json => in_json(&ways, &asked),
        ListFormat::Human if ends.is_some() => account::ways(&ways, look),
        ListFormat::Human => tables(&ways, &asked, look),
    };
    output::print(&text)?;
    if ways.is_empty() && asked.is_empty() && arguments.format == ListFormat::Human {
        output::remark("nothing here talks to a server of this configuration, as far as it can be seen\n");
    }
    let closed = ends.is_some() && ways.iter().any(|way| way.verdict == verdict(Answer::No));
    Ok(if closed { Status::Found } else { Status::Clean })
}

/// A client and a server by their names.
type Ends<'a> = (&'a str, &'a str);

/// The ends that are asked about, and where to read. A path where a client would stand is where to read.
fn asked_for(arguments: &arguments::Path) -> Result<(Option<Ends<'_>>, Vec<PathBuf>), Failure> {
    match (&arguments.from, &arguments.to) {
        (Some(from), Some(to)) => Ok((Some((from, to)), arguments.paths.clone())),
        (Some(alone), None) if std::path::Path::new(alone).exists() => Ok((None, vec![alone.into()])),
        (Some(from), None) => Err(Failure::new(format!("the server to which {from} connects is not named"))
            .with_help(format!("name it: iaclint path {from} TO; without both, all connections are shown"))),
        (None, _) => Ok((None, arguments.paths.clone())),
    }
}

/// Both tables, as far as there is something in them.
fn tables(ways: &[Way], asked: &[Asked], look: Look) -> String {
    let tables = [account::table(ways, look), demands::table(asked, look)];
    tables.into_iter().filter(|table| !table.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Ways and what is asked of AWS, as one list for other programs.
fn in_json(ways: &[Way], asked: &[Asked]) -> String {
    let ways = ways.iter().map(serde_json::to_value);
    let all: Result<Vec<_>, _> = ways.chain(asked.iter().map(serde_json::to_value)).collect();
    all.and_then(|all| serde_json::to_string_pretty(&all)).map(|text| text + "\n").unwrap_or_default()
}

/// The ways of all needs.
fn all(analysis: &Analysis<'_>) -> Vec<Way> {
    let findings = findings(analysis);
    analysis.needs().iter().map(|need| of_need(analysis, need, &analysis.path(need), &findings)).collect()
}

/// The ways between two resources: those of the needs, or the one that is asked for.
fn between(analysis: &Analysis<'_>, from: &str, to: &str, port: Option<u16>) -> Result<Vec<Way>, Failure> {
    let model = analysis.model;
    let client = names::client(analysis, from)?;
    let server = names::server(analysis, to)?;
    let needs =
        analysis.needs().iter().filter(|need| need.server.id == server.id && need.client.id == client.id);
    let asked = port.map(i64::from);
    let needs: Vec<&Need> =
        needs.filter(|need| asked.is_none() || need.port.known() == asked.as_ref()).collect();
    if needs.is_empty() {
        let port = asked.or(server.port.known().copied());
        let path = analysis.way(&client, &server, port);
        return Ok(vec![way(model, (client.id, server.id), port, &path)]);
    }
    let findings = findings(analysis);
    Ok(needs.into_iter().map(|need| of_need(analysis, need, &analysis.path(need), &findings)).collect())
}

/// What the rules say of the settings: everything but what the other columns show.
fn findings(analysis: &Analysis<'_>) -> Vec<Finding> {
    let rules: Vec<_> =
        RULES.iter().filter(|r| !matches!(r.group, "network" | "iam" | "suppression")).copied().collect();
    iaclint_lint::run(analysis, &rules, &Selection::default())
}

fn of_need(analysis: &Analysis<'_>, need: &Need, path: &Path, findings: &[Finding]) -> Way {
    let model = analysis.model;
    let definition = analysis.workload_of(need).map_or(need.client.id, |client| client.definition);
    let ends = [need.client.id, definition, need.server.id];
    let faults =
        findings.iter().filter(|f| f.severity >= Severity::Warning && concerns(model, f, need, ends));
    Way {
        settings: need.settings.iter().map(|s| mask::name(s)).collect(),
        evidence: Some(known_from(model, need)),
        confidence: Some(demands::confidence(need.evidence.confidence())),
        place: place(model, Some(definition), need.origin),
        authority: authority(analysis, need),
        configuration: faults.map(|f| fault(model, f)).collect(),
        ..way(model, (need.client.id, need.server.id), need.port.known().copied(), path)
    }
}

/// How we know of a need, in words.
fn known_from(model: &Model<'_>, need: &Need) -> String {
    let name = |id: ResourceId| mask::name(model.address(id));
    let settings = need.settings.iter().map(|s| mask::name(s)).collect::<Vec<_>>().join(", ");
    let told = |what: &str| match settings.as_str() {
        "" => format!("its command: {what}"),
        settings => format!("{settings}: {what}"),
    };
    match need.evidence {
        Evidence::Target(group) => format!("{}: the server is its target", name(group)),
        Evidence::Address => told("the address of the server"),
        Evidence::Name(id) => told(&format!("a name of the server, which {} gives", name(id))),
        Evidence::Secret(id) => told(&format!("{}, which holds the address of the server", name(id))),
        Evidence::Password(id) => told(&format!("{}, which holds the password of the server", name(id))),
        Evidence::Script => "its user data: the address of the server".to_owned(),
    }
}

/// Whether a finding is about the settings of a need: it is one of its client or server, and speaks of the setting or of the other end.
fn concerns(model: &Model<'_>, finding: &Finding, need: &Need, ends: [ResourceId; 3]) -> bool {
    let of = |id: &ResourceId| {
        let address = model.address(*id);
        finding.subject.address == address || finding.instances.iter().any(|i| i == address)
    };
    let Some(own) = ends.iter().find(|id| of(id)) else { return false };
    let words = || std::iter::once(&finding.headline).chain(finding.labels.iter().map(|l| &l.text));
    let named = need.settings.iter().any(|name| words().any(|text| text.contains(name.as_str())));
    let others = ends.iter().filter(|id| *id != own && (**id == need.server.id) != (*own == need.server.id));
    let mut others = others.map(|id| model.short(*id));
    named || others.any(|name| words().any(|text| text.contains(&name)))
}

fn fault(model: &Model<'_>, finding: &Finding) -> Fault {
    Fault {
        rule: finding.rule,
        severity: finding.severity.name(),
        headline: mask::message(&finding.headline),
        place: mask::name(&model.sources().line(finding.primary.span)),
    }
}

/// Whether the secrets that lead to the server may be read before the application starts.
fn authority(analysis: &Analysis<'_>, need: &Need) -> Option<Authority> {
    let model = analysis.model;
    // Whoever is found by a name is called without a secret, as far as the configuration says.
    if matches!(need.evidence, Evidence::Name(_)) {
        return None;
    }
    let client = analysis.workload_of(need)?;
    let reads = client.task.as_ref().map(secret_reads).unwrap_or_default();
    let mut worst: Option<Authority> = None;
    let families: Vec<String> = need.settings.iter().filter_map(|name| family(name)).collect();
    // `DB_PASSWORD` stands beside `DB_HOST`.
    let of_need = |read: &&SecretRead<'_>| {
        need.settings.contains(&read.purpose) || family(&read.purpose).is_some_and(|f| families.contains(&f))
    };
    for read in reads.iter().filter(of_need) {
        let Some(role) = client.execution_role else {
            return Some(Authority {
                verdict: "cannot tell",
                words: "the execution role is not here".to_owned(),
            });
        };
        let (verdict, words) = match analysis.may(role, read.store.action(), &read.arn) {
            Verdict::Allowed(by) => (
                "allowed",
                format!("{} lets {} read the {}", model.short(by.id), model.short(role), read.store.noun()),
            ),
            Verdict::Denied(_) => (
                "denied",
                format!("{} may not {} for {}", model.short(role), read.store.action(), read.purpose),
            ),
            Verdict::CannotTell(why) => ("cannot tell", why),
        };
        let rank = |verdict: &str| ["allowed", "cannot tell", "denied"].iter().position(|v| *v == verdict);
        if worst.as_ref().is_none_or(|known| rank(known.verdict) < rank(verdict)) {
            worst = Some(Authority { verdict, words: mask::message(&words) });
        }
    }
    worst
}

fn way(model: &Model<'_>, (client, server): (ResourceId, ResourceId), port: Option<i64>, path: &Path) -> Way {
    let hops = path
        .hops
        .iter()
        .map(|hop| Step {
            hop: match hop.kind {
                HopKind::Name => "name",
                HopKind::ClientGroups => "leaves the client",
                HopKind::Acls => "network ACLs",
                HopKind::Route => "route",
                HopKind::ServerGroups => "enters the server",
            },
            verdict: verdict(hop.open),
            words: mask::message(&hop.words),
            resource: hop.resource.map(|id| mask::name(model.address(id))),
            place: place(model, hop.resource, hop.origin),
            notes: hop
                .notes
                .iter()
                .map(|note| Beside {
                    words: mask::message(&note.words),
                    place: place(model, Some(note.resource), note.origin),
                })
                .collect(),
        })
        .collect();
    let root = model.graph().root(model.resource(server).key.root);
    Way {
        root: mask::name(&root.path),
        client: mask::name(model.address(client)),
        server: mask::name(model.address(server)),
        port,
        verdict: verdict(path.open),
        settings: Vec::new(),
        evidence: None,
        confidence: None,
        place: None,
        hops,
        authority: None,
        configuration: Vec::new(),
    }
}

/// The line of the user's own program where there is one, else of the configuration.
pub fn place(model: &Model<'_>, resource: Option<ResourceId>, origin: OriginId) -> Option<String> {
    let source = resource.and_then(|id| model.resource(id).source);
    let written = || model.origins().span(origin).or_else(|| resource.map(|id| model.resource(id).span));
    let span = source.or_else(written)?;
    Some(mask::name(&model.sources().line(span)))
}

/// What is to be read first: what is closed, then what cannot be told.
pub fn gravity(verdict: &str) -> usize {
    ["closed", "cannot tell", "open"].iter().position(|known| *known == verdict).unwrap_or_default()
}

/// An answer as the word for a connection.
pub fn verdict(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "open",
        Answer::No => "closed",
        Answer::Maybe => "cannot tell",
    }
}
