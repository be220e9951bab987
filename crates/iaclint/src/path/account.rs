//! Ways as a person reads them: one hop by hop, or all in a table.

use std::collections::BTreeMap;
use std::fmt::Write;

use iaclint_report::Look;

use super::{Step, Way, gravity};

/// Ways hop by hop.
pub(super) fn ways(ways: &[Way], look: Look) -> String {
    ways.iter().map(|way| hops(way, look)).collect::<Vec<_>>().join("\n")
}

fn hops(way: &Way, look: Look) -> String {
    let port = way.port.map_or("a port that is not known".to_owned(), |port| format!("port {port}"));
    let mut out =
        format!("{}\n", look.strong(&format!("{} to {} on {port}: {}", way.client, way.server, way.verdict)));
    let width = way.hops.iter().map(|hop| hop.hop.len()).max().unwrap_or_default();
    for hop in &way.hops {
        let verdict = format!("{:11}", hop.verdict);
        let verdict = if hop.verdict == "open" { verdict } else { look.strong(&verdict) };
        let _ = writeln!(out, "   {:width$}  {verdict}  {}", hop.hop, witness(hop));
        for note in &hop.notes {
            let _ =
                writeln!(out, "   {:width$}  {:11}  - {}", "", "", placed(&note.words, note.place.as_ref()));
        }
    }
    if let Some(evidence) = &way.evidence {
        let words = placed(evidence, way.place.as_ref());
        let _ = writeln!(out, "   {} {words}", look.key("known from"));
    }
    if let Some(authority) = &way.authority {
        let _ = writeln!(out, "   {} {}: {}", look.key("authority"), authority.verdict, authority.words);
    }
    for fault in &way.configuration {
        let _ = writeln!(
            out,
            "   {} {} ({})",
            look.key(&format!("{}[{}]", fault.severity, fault.rule)),
            fault.headline,
            fault.place
        );
    }
    out
}

fn witness(hop: &Step) -> String {
    placed(&hop.words, hop.place.as_ref())
}

fn placed(words: &str, place: Option<&String>) -> String {
    place.map_or_else(|| words.to_owned(), |place| format!("{words} ({place})"))
}

/// All ways, by root and client, those that are closed first, with what is wrong or not known below each.
pub(super) fn table(ways: &[Way], look: Look) -> String {
    if ways.is_empty() {
        return String::new();
    }
    let mut roots: BTreeMap<&str, Vec<&Way>> = BTreeMap::new();
    for way in ways {
        roots.entry(&way.root).or_default().push(way);
    }
    let mut out = String::new();
    let several = roots.len() > 1;
    for (root, here) in roots {
        if several {
            let _ = writeln!(out, "{}", look.key(&format!("{root}:")));
        }
        clients(&by_gravity(here), look, &mut out);
    }
    let count = |verdict: &str| ways.iter().filter(|way| way.verdict == verdict).count();
    let verb = if ways.len() == 1 { "connection is" } else { "connections are" };
    let _ = writeln!(
        out,
        "{} {verb} needed: {} open, {} closed, {} cannot be told",
        ways.len(),
        count("open"),
        count("closed"),
        count("cannot tell")
    );
    out
}

/// Clients with the worst way first, and the ways of each in the same order.
fn by_gravity(mut ways: Vec<&Way>) -> Vec<&Way> {
    let own = |way: &Way| (gravity(way.verdict), way.configuration.is_empty());
    let mut worst: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
    for way in &ways {
        let known = worst.entry(&way.client).or_insert_with(|| own(way));
        *known = own(way).min(*known);
    }
    ways.sort_by_key(|way| (worst.get(way.client.as_str()).copied(), &way.client, own(way)));
    ways
}

fn clients(ways: &[&Way], look: Look, out: &mut String) {
    let servers =
        ways.iter().map(|way| way.server.chars().count()).max().unwrap_or_default().max("server".len());
    let row = |port: &str, server: &str, network: &str, authority: &str, configuration: &str| {
        format!("   {port:>5}  {server:servers$}  {network:11}  {authority:11}  {configuration}")
            .trim_end()
            .to_owned()
    };
    let mut last = "";
    for way in ways {
        if way.client != last {
            if !last.is_empty() {
                out.push('\n');
            }
            let _ = writeln!(out, "{}", look.strong(&way.client));
            let head = row("port", "server", "network", "authority", "configuration");
            let _ = writeln!(out, "{}", look.faint(&head));
            last = &way.client;
        }
        let port = way.port.map_or("?".to_owned(), |port| port.to_string());
        let authority = way.authority.as_ref().map_or("-", |authority| authority.verdict);
        let configuration = match way.configuration.len() {
            0 => "-".to_owned(),
            1 => "1 finding".to_owned(),
            many => format!("{many} findings"),
        };
        let _ = writeln!(out, "{}", row(&port, &way.server, way.verdict, authority, &configuration));
        // The first hop that gives the way its verdict.
        if let Some(hop) =
            way.hops.iter().find(|hop| hop.verdict == way.verdict).filter(|_| way.verdict != "open")
        {
            let _ = writeln!(out, "{:10}{} {}: {}", "", look.key(way.verdict), hop.hop, witness(hop));
            for note in &hop.notes {
                let _ = writeln!(out, "{:10}- {}", "", placed(&note.words, note.place.as_ref()));
            }
        }
        if let Some(authority) = way.authority.as_ref().filter(|authority| authority.verdict != "allowed") {
            let _ = writeln!(out, "{:10}{} authority: {}", "", look.key(authority.verdict), authority.words);
        }
        for fault in &way.configuration {
            let key = look.key(&format!("{}[{}]", fault.severity, fault.rule));
            let _ = writeln!(out, "{:10}{key} {} ({})", "", fault.headline, fault.place);
        }
    }
    out.push('\n');
}
