//! Whatever a finding holds, each format prints it in its own grammar.

mod case;

use iaclint_lint::{Finding, Severity};
use iaclint_report::{Concise, Format, GitHub, GitLab, Human, JUnit, Json, Markdown, Report, Sarif};
use iaclint_source::{Problem, ProblemKind, Sources, Span};
use proptest::prelude::*;

/// Texts full of what has a meaning in some format or for a terminal.
fn texts() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "a",
        " ",
        "\n",
        "\r",
        "\t",
        "é",
        "🦀",
        "\u{1b}[2J",
        "\u{9b}31m",
        "\u{7}",
        "\u{202e}",
        "\u{2028}",
        "\u{feff}",
        "\u{fffe}",
        "\0",
        "\"",
        "'",
        "\\",
        "|",
        "\\|",
        "`",
        "</script>",
        "<![CDATA[",
        "]]>",
        "<b>",
        "&amp;",
        "&",
        "%0A",
        "%",
        "::error::",
        "::",
        ",",
        ":",
        "#",
        "*",
        "_",
        "[x](y)",
        "@me",
        "https://u:hunter2@h/",
        "${x}",
        "{{",
        "--",
    ]);
    prop::collection::vec(parts, 0..12).prop_map(|parts| parts.concat())
}

/// A finding and a problem with these words, in a file that holds them and is named after them.
fn printed(words: &[String; 6], severity: Severity) -> Vec<(&'static str, String)> {
    let [source, path, headline, address, help, label] = words;
    let sources = Sources::new();
    let path = format!("{path}.tf");
    let file = sources.add(&path, format!("x{source}")).id;
    let place = Span::new(file, 0..1);
    let case = case::Case::new();
    let mut finding: Finding = case.findings[0].clone();
    finding.severity = severity;
    finding.subject.source = None;
    finding.subject.span = place;
    finding.primary.span = place;
    finding.labels.iter_mut().for_each(|label| label.span = place);
    finding.trail.iter_mut().for_each(|step| step.span = place);
    finding.related.iter_mut().for_each(|other| other.span = place);
    finding.fix = None;
    finding.headline.clone_from(headline);
    finding.subject.address.clone_from(address);
    finding.help.clone_from(help);
    finding.primary.text.clone_from(label);
    finding.instances = vec![address.clone()];
    finding.notes = vec![label.clone()];
    let problems = [
        Problem::at(ProblemKind::Invalid, place, headline.clone()).with_help(help.clone()),
        Problem::new(ProblemKind::Unreadable, label.clone()).in_file(path),
    ];
    let report = Report {
        findings: &[finding],
        problems: &problems,
        sources: &sources,
        unknowns: &[],
        suppressed: &[],
        ..case.report()
    };
    vec![
        ("human", Human::PLAIN.render(&report) + &Human::PLAIN.remarks(&report)),
        ("concise", Concise.render(&report)),
        ("json", Json.render(&report)),
        ("sarif", Sarif.render(&report)),
        ("gitlab", GitLab.render(&report)),
        ("github", GitHub.render(&report)),
        ("junit", JUnit.render(&report)),
        ("markdown", Markdown.render(&report)),
    ]
}

/// What is wrong with an output as a text of its format.
fn fault(format: &str, out: &str) -> Option<String> {
    if let Some(sign) = out.chars().find(|c| c.is_control() && *c != '\n') {
        return Some(format!("holds {}", sign.escape_unicode()));
    }
    if out.contains("hunter2") {
        return Some("shows a secret".to_owned());
    }
    match format {
        "json" | "sarif" | "gitlab" => {
            let decoded: Result<serde_json::Value, _> = serde_json::from_str(out);
            match decoded {
                Err(error) => Some(error.to_string()),
                Ok(value) => steering(&value),
            }
        }
        "github" => {
            let command =
                |line: &str| ["::error ", "::warning ", "::notice "].iter().any(|c| line.starts_with(c));
            let lines: Vec<&str> = out.lines().collect();
            (lines.len() != 3 || !lines.iter().all(|line| command(line)))
                .then(|| "is not three commands".to_owned())
        }
        "concise" => (out.lines().count() != 3).then(|| "is not three lines".to_owned()),
        "junit" => xml(out).err(),
        "markdown" => {
            let rows = out.lines().filter(|line| line.starts_with('|'));
            rows.map(cells).find(|count| *count != 4).map(|count| format!("has a row of {count} cells"))
        }
        _ => None,
    }
}

/// A text in a value that a program would print as a sequence for the terminal.
fn steering(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => {
            let sign = text.chars().find(|c| matches!(c, '\u{1b}' | '\u{9b}' | '\u{7}' | '\u{202e}' | '\0'));
            sign.map(|sign| format!("stands for {}", sign.escape_unicode()))
        }
        serde_json::Value::Array(items) => items.iter().find_map(steering),
        serde_json::Value::Object(fields) => fields.values().find_map(steering),
        _ => None,
    }
}

/// The cells of a row as GitHub cuts it: at each bar that no backslash escapes.
fn cells(row: &str) -> usize {
    let (mut bars, mut chars) = (0, row.chars());
    while let Some(char) = chars.next() {
        match char {
            '\\' => drop(chars.next()),
            '|' => bars += 1,
            _ => {}
        }
    }
    bars - 1
}

/// Whether tags are closed in order, and nothing but tags and entities starts as they do.
fn xml(text: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest =
        text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").ok_or("has no declaration")?;
    while let Some(at) = rest.find(['<', '&']) {
        rest = &rest[at..];
        if rest.starts_with('&') {
            let known = ["&amp;", "&lt;", "&gt;", "&quot;"].iter().find(|entity| rest.starts_with(**entity));
            rest = &rest[known.ok_or_else(|| format!("holds a bare `&`: {rest:.20}"))?.len()..];
            continue;
        }
        let end = rest.find('>').ok_or("a tag has no end")?;
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let name = tag.trim_matches('/').split(' ').next().unwrap_or_default();
        match (tag.strip_prefix('/'), tag.ends_with('/')) {
            (Some(name), _) if open.pop() != Some(name) => {
                return Err(format!("closes {name}, which is not open"));
            }
            (None, false) => open.push(name),
            _ => {}
        }
        let quotes = tag.matches('"').count();
        if tag.contains('<') || quotes % 2 == 1 || quotes != tag.matches("=\"").count() * 2 {
            return Err(format!("has the tag <{tag}>"));
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("leaves {open:?} open")) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_format_keeps_to_its_grammar(
        words in prop::array::uniform6(texts()),
        severity in prop::sample::select(vec![Severity::Error, Severity::Warning, Severity::Advice]),
    ) {
        for (format, out) in printed(&words, severity) {
            prop_assert_eq!(fault(format, &out), None, "{}: {}", format, out);
        }
    }
}
