//! Ways as a person reads them: one hop by hop, or all in a table.

use std::collections::BTreeMap;
use std::fmt::Write;

use iaclint_report::Look;

use super::{Fault, Step, Way, gravity};

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
        // What is said stands behind three columns: the indentation, the hop, the verdict.
        let at = 3 + width + 2 + 11 + 2;
        let words = look.wrapped(&witness(hop), at, at);
        let _ = writeln!(out, "   {:width$}  {verdict}  {words}", hop.hop);
        for note in &hop.notes {
            let words = look.wrapped(&placed(&note.words, note.place.as_ref()), at + 2, at + 2);
            let _ = writeln!(out, "{:at$}- {words}", "");
        }
    }
    if let Some(evidence) = &way.evidence {
        line(3, &look.key("known from"), &placed(evidence, way.place.as_ref()), look, &mut out);
    }
    if let Some(authority) = &way.authority {
        let words = format!("{}: {}", authority.verdict, authority.words);
        line(3, &look.key("authority"), &words, look, &mut out);
    }
    for fault in &way.configuration {
        found(3, fault, look, &mut out);
    }
    out
}

/// A line with a key word before it.
fn line(indentation: usize, key: &str, words: &str, look: Look, out: &mut String) {
    let text = format!("{:indentation$}{key} {words}", "");
    let _ = writeln!(out, "{}", look.wrapped(&text, 0, indentation + 3));
}

fn found(indentation: usize, fault: &Fault, look: Look, out: &mut String) {
    let key = look.key(&format!("{}[{}]", fault.severity, fault.rule));
    line(indentation, &key, &format!("{} ({})", fault.headline, fault.place), look, out);
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
    let head = row("port", "server", "network", "authority", "configuration");
    let narrow = look.columns.is_some_and(|columns| head.chars().count() > columns);
    let mut last = "";
    for way in ways {
        if way.client != last {
            if !last.is_empty() {
                out.push('\n');
            }
            let _ = writeln!(out, "{}", look.strong(&way.client));
            if !narrow {
                let _ = writeln!(out, "{}", look.faint(&head));
            }
            last = &way.client;
        }
        let port = way.port.map_or("?".to_owned(), |port| port.to_string());
        let authority = way.authority.as_ref().map_or("-", |authority| authority.verdict);
        let configuration = match way.configuration.len() {
            0 => "-".to_owned(),
            1 => "1 finding".to_owned(),
            many => format!("{many} findings"),
        };
        if narrow {
            let _ = writeln!(out, "   {port:>5}  {}", way.server);
            let cells =
                [("network", way.verdict), ("authority", authority), ("configuration", &configuration)];
            let _ = writeln!(out, "{:10}{}", "", below(&cells, look));
        } else {
            let _ = writeln!(out, "{}", row(&port, &way.server, way.verdict, authority, &configuration));
        }
        // The first hop that gives the way its verdict.
        if let Some(hop) =
            way.hops.iter().find(|hop| hop.verdict == way.verdict).filter(|_| way.verdict != "open")
        {
            line(10, &look.key(way.verdict), &format!("{}: {}", hop.hop, witness(hop)), look, out);
            for note in &hop.notes {
                line(10, "-", &placed(&note.words, note.place.as_ref()), look, out);
            }
        }
        if let Some(authority) = way.authority.as_ref().filter(|authority| authority.verdict != "allowed") {
            line(10, &look.key(authority.verdict), &format!("authority: {}", authority.words), look, out);
        }
        for fault in &way.configuration {
            found(10, fault, look, out);
        }
    }
    out.push('\n');
}

/// The cells of a row that does not fit beside its name, without those that say nothing.
pub fn below(cells: &[(&str, &str)], look: Look) -> String {
    let said = cells.iter().filter(|(_, cell)| *cell != "-");
    said.map(|(name, cell)| format!("{name}: {cell}")).collect::<Vec<_>>().join(look.dot())
}
