//! `iaclint path`: who talks to whom, and whether the network lets them, hop by hop.

use std::fmt::Write;

use iaclint_analysis::Analysis;
use iaclint_analysis::needs::{Evidence, Need};
use iaclint_analysis::path::HopKind;
use iaclint_analysis::reach::Answer;
use iaclint_model::server::server;
use iaclint_model::{Model, Prop, ResourceId};
use iaclint_report::{Look, mask};
use iaclint_value::OriginId;
use serde::Serialize;

use crate::Status;
use crate::arguments::{self, Color, ListFormat};
use crate::check::read;
use crate::config::Config;
use crate::demands::{Asked, agreement, asked};
use crate::output::{self, Failure};

/// The way from a client to a server.
#[derive(Serialize)]
struct Way {
    root: String,
    client: String,
    server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<i64>,
    verdict: &'static str,
    /// Whether the settings agree with the server.
    configuration: &'static str,
    settings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
    hops: Vec<Step>,
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
}

/// Shows one way, or all of them.
pub fn path(arguments: &arguments::Path, color: Color) -> Result<Status, Failure> {
    let config = Config::load(&arguments.input, &arguments.paths)?;
    let parsed = read(&arguments.paths, &arguments.input, &config)?;
    let model = Model::new(&parsed.graph, parsed.project.sources());
    let analysis = Analysis::new(&model);
    let needs = match (&arguments.from, &arguments.to) {
        (Some(from), Some(to)) => between(&analysis, from, to, arguments.port)?,
        _ => analysis.needs().to_vec(),
    };
    let ways: Vec<Way> = needs.iter().map(|need| way(&analysis, need)).collect();
    let asked = if arguments.from.is_some() { Vec::new() } else { asked(&analysis) };
    let look = output::look_of_stdout(color);
    let text = match arguments.format {
        ListFormat::Json => in_json(&ways, &asked),
        ListFormat::Human if arguments.from.is_some() => {
            ways.iter().map(|way| hops(way, look)).collect::<Vec<_>>().join("\n")
        }
        ListFormat::Human => tables(&ways, &asked),
    };
    output::print(&text)?;
    if ways.is_empty() && asked.is_empty() && arguments.format == ListFormat::Human {
        output::remark("nothing here talks to a server of this configuration, as far as it can be seen\n");
    }
    let closed = arguments.from.is_some() && ways.iter().any(|way| way.verdict == verdict(Answer::No));
    Ok(if closed { Status::Found } else { Status::Clean })
}

/// The needs of one client for one server; one made for the question where the configuration shows none.
fn between<'m>(
    analysis: &Analysis<'m>,
    from: &str,
    to: &str,
    port: Option<u16>,
) -> Result<Vec<Need<'m>>, Failure> {
    let model = analysis.model;
    let clients = analysis.workloads().iter().map(|w| model.address(w.id));
    let client = named(from, clients, "is no client: no service, function or instance has this address")?;
    let servers: Vec<ResourceId> = model.ids().filter(|id| server(model, *id).is_some()).collect();
    let at =
        named(to, servers.iter().map(|id| model.address(*id)), "is no server that listens in the network")?;
    let Some(server) = servers.get(at).and_then(|id| server(model, *id)) else {
        return Err(Failure::new(format!("{to} is no server")));
    };
    let mut needs: Vec<Need<'m>> =
        analysis.needs().iter().filter(|n| n.client == client && n.server.id == server.id).cloned().collect();
    let value = &model.resource(server.id).body;
    if needs.is_empty() {
        needs.push(Need {
            client,
            port: server.port.clone(),
            server,
            evidence: Evidence::Address,
            setting: None,
            origin: OriginId::NONE,
            value,
            settings: Vec::new(),
        });
    }
    if let Some(port) = port {
        needs.truncate(1);
        for need in &mut needs {
            need.port = Prop::written(i64::from(port), OriginId::NONE);
        }
    }
    Ok(needs)
}

/// The place of the address that is written, or of the only one that ends in it.
fn named<'a>(written: &str, addresses: impl Iterator<Item = &'a str>, none: &str) -> Result<usize, Failure> {
    let addresses: Vec<&str> = addresses.collect();
    if let Some(at) = addresses.iter().position(|a| *a == written) {
        return Ok(at);
    }
    let ends = |address: &str| {
        let Some(before) = address.strip_suffix(written) else { return false };
        before.ends_with(['.', '/'])
    };
    let found: Vec<usize> = (0..addresses.len()).filter(|at| ends(addresses[*at])).collect();
    let list = |of: Vec<&str>| {
        let more = if of.len() > 8 { ", ..." } else { "" };
        format!("{}{more}", of.into_iter().take(8).collect::<Vec<_>>().join(", "))
    };
    match found[..] {
        [at] => Ok(at),
        [] => {
            let failure = Failure::new(format!("{written} {none}"));
            Err(match iaclint_lint::closest(written, addresses.iter().copied()) {
                Some(other) => failure.with_help(format!("did you mean {other}?")),
                None if addresses.is_empty() => failure,
                None => failure.with_help(format!("there are {}", list(addresses))),
            })
        }
        _ => {
            let which = found.iter().filter_map(|at| addresses.get(*at).copied()).collect();
            Err(Failure::new(format!("{written} may be one of {}", list(which))))
        }
    }
}

fn way(analysis: &Analysis<'_>, need: &Need<'_>) -> Way {
    let model = analysis.model;
    let path = analysis.path(need);
    let hops = path
        .hops
        .iter()
        .map(|hop| Step {
            hop: match hop.kind {
                HopKind::ClientGroups => "out of the client's security groups",
                HopKind::Acls => "through the network ACLs",
                HopKind::Route => "along the routes",
                HopKind::ServerGroups => "into the server's security groups",
            },
            verdict: verdict(hop.open),
            words: mask::message(&hop.words),
            resource: hop.resource.map(|id| mask::name(model.address(id))),
            place: place(model, hop.resource, hop.origin),
        })
        .collect();
    let evidence = match need.evidence {
        Evidence::Address if need.settings.is_empty() => None,
        Evidence::Address => Some("the setting holds the server's address".to_owned()),
        Evidence::Secret(id) => Some(format!("{} holds the server's address", mask::name(model.address(id)))),
        Evidence::Password(id) => {
            Some(format!("{} holds the server's password", mask::name(model.address(id))))
        }
    };
    let client = analysis.workloads().get(need.client).map_or("", |w| model.address(w.id));
    let root = model.graph().root(model.resource(need.server.id).key.root);
    Way {
        root: mask::name(&root.path),
        client: mask::name(client),
        server: mask::name(model.address(need.server.id)),
        port: need.port.known().copied(),
        verdict: verdict(path.open),
        configuration: agreement(need.port.known().zip(need.server.port.known()).map(|(a, b)| a == b)),
        settings: need.settings.iter().map(|s| mask::name(s)).collect(),
        evidence,
        hops,
    }
}

/// The place of an origin, or of the resource: file and line.
pub fn place(model: &Model<'_>, resource: Option<ResourceId>, origin: OriginId) -> Option<String> {
    let span = model.origins().span(origin).or_else(|| resource.map(|id| model.resource(id).span))?;
    let file = model.sources().file(span.file);
    Some(format!("{}:{}", mask::name(&file.path), file.lines.line(span.start)))
}

/// An answer in words.
pub fn verdict(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "open",
        Answer::No => "closed",
        Answer::Maybe => "cannot tell",
    }
}

/// One way, a hop a line.
fn hops(way: &Way, look: Look) -> String {
    let port = way.port.map_or("a port that is not known".to_owned(), |port| format!("port {port}"));
    let head = format!("{} to {} on {port}: {}", way.client, way.server, way.verdict);
    let mut out = format!("{}\n", look.strong(&head));
    if !way.settings.is_empty() {
        let _ = writeln!(out, "   {} {}", look.key("settings:"), way.settings.join(", "));
    }
    if let Some(evidence) = &way.evidence {
        let _ = writeln!(out, "   {} {evidence}", look.key("because:"));
    }
    let width = way.hops.iter().map(|hop| hop.hop.len()).max().unwrap_or_default();
    for hop in &way.hops {
        let _ = writeln!(out, "   {:width$}  {:11}  {}", hop.hop, hop.verdict, witness(hop));
    }
    out
}

fn witness(hop: &Step) -> String {
    let by = hop.resource.as_deref().map(|r| format!(": {r}")).unwrap_or_default();
    let at = hop.place.as_deref().map(|p| format!(" ({p})")).unwrap_or_default();
    format!("{}{by}{at}", hop.words)
}

/// Ways and what is asked of AWS, as one list for other programs.
fn in_json(ways: &[Way], asked: &[Asked]) -> String {
    let all: Result<Vec<_>, _> =
        ways.iter().map(serde_json::to_value).chain(asked.iter().map(serde_json::to_value)).collect();
    all.and_then(|all| serde_json::to_string_pretty(&all)).map(|text| text + "\n").unwrap_or_default()
}

/// A line of the table.
struct Row<'w> {
    root: &'w str,
    cells: [String; 7],
}

const HEAD: [&str; 7] = ["client", "server", "port", "network", "authority", "configuration", "witness"];

impl<'w> Row<'w> {
    /// A way, with the hop that decides.
    fn of_way(way: &'w Way) -> Self {
        // The hop that gives the way its verdict; of an open way, the last.
        let decides = way.hops.iter().rev().find(|hop| hop.verdict == way.verdict);
        let port = way.port.map_or("?".to_owned(), |port| port.to_string());
        let witness = decides.map(|hop| format!("{}: {}", hop.hop, witness(hop))).unwrap_or_default();
        let verdicts = [way.verdict, "-", way.configuration].map(str::to_owned);
        let [network, authority, configuration] = verdicts;
        let ends = [way.client.clone(), way.server.clone()];
        let [client, server] = ends;
        Self { root: &way.root, cells: [client, server, port, network, authority, configuration, witness] }
    }

    /// What is asked of AWS: the action stands where a way has its port.
    fn of_asked(asked: &'w Asked) -> Self {
        let at = asked.place.as_deref().map(|place| format!(" ({place})")).unwrap_or_default();
        let cell = |verdict: Option<&str>| verdict.unwrap_or("-").to_owned();
        Self {
            root: &asked.root,
            cells: [
                asked.client.clone(),
                asked.server.clone(),
                asked.action.to_owned(),
                cell(asked.network),
                asked.authority.to_owned(),
                cell(asked.configuration),
                format!("{}: {}{at}", asked.evidence, asked.words),
            ],
        }
    }
}

/// Everything that is needed; by root, where there are several.
fn tables(ways: &[Way], asked: &[Asked]) -> String {
    let rows: Vec<Row<'_>> = ways.iter().map(Row::of_way).chain(asked.iter().map(Row::of_asked)).collect();
    let mut roots: Vec<&str> = Vec::new();
    for row in &rows {
        if !roots.contains(&row.root) {
            roots.push(row.root);
        }
    }
    roots.sort_unstable();
    if roots.len() < 2 {
        return table(&rows.iter().collect::<Vec<_>>());
    }
    let of = |root: &&str| {
        let rows: Vec<&Row<'_>> = rows.iter().filter(|row| row.root == *root).collect();
        format!("{root}:\n{}", table(&rows))
    };
    roots.iter().map(of).collect::<Vec<_>>().join("\n")
}

fn table(rows: &[&Row<'_>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let head = HEAD.map(str::to_owned);
    let all: Vec<&[String; 7]> = std::iter::once(&head).chain(rows.iter().map(|row| &row.cells)).collect();
    let width = |column: usize| all.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 7] = std::array::from_fn(width);
    let mut out = String::new();
    for row in all {
        let cell = |(text, width): (&String, usize)| format!("{text:width$}");
        let line = row.iter().zip(widths).map(cell).collect::<Vec<_>>().join("  ");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn an_address_may_be_named_by_its_end() {
        let all = ["module.a.aws_ecs_service.api", "module.b.aws_ecs_service.api", "Stack/Worker"];
        let of = |written: &str| named(written, all.into_iter(), "is none").ok();
        assert_eq!(of("module.a.aws_ecs_service.api"), Some(0));
        assert_eq!((of("Worker"), of("b.aws_ecs_service.api")), (Some(2), Some(1)));
        assert_eq!((of("aws_ecs_service.api"), of("pi"), of("nothing")), (None, None, None));
    }
}
