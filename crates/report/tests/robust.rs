//! Any text with any labels is drawn: no panic, no secret, lines and labels in their order.

mod case;

use iaclint_lint::Severity;
use iaclint_report::{Format, Human, Json, Report, Sarif, Summary};
use iaclint_source::{Problem, ProblemKind, Sources, Span};

/// A small generator, the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

const PARTS: [&str; 28] = [
    "a",
    " ",
    "\n",
    "\r\n",
    "\t",
    "é",
    "🦀",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{301}",
    "\"",
    "'",
    "\\",
    "{",
    "}",
    "=",
    ": ",
    "password",
    "\"DB_PASSWORD\"",
    "name",
    "value",
    "://",
    "@",
    "-----BEGIN PRIVATE KEY-----",
    "--token",
    "AKIAABCDEFGHIJKLMNOP",
    "postgres://u:hunter2@h",
    "\0",
];

fn text(dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..dice.roll(60) {
        text.push_str(PARTS[dice.roll(PARTS.len())]);
    }
    if dice.roll(4) == 0 {
        text.push_str(&"x{\"é\":1},".repeat(60));
    }
    text
}

fn span(dice: &mut Dice, sources: &Sources, text: &str, file: iaclint_source::FileId) -> Span {
    let boundary = |at: usize| (at..=text.len()).find(|a| text.is_char_boundary(*a)).unwrap_or(text.len());
    let start = boundary(dice.roll(text.len() + 2));
    let length = if dice.roll(3) == 0 { text.len() } else { dice.roll(12) };
    let end = boundary((start + length).min(sources.file(file).text.len()));
    Span::new(file, start..end.max(start))
}

#[test]
fn any_text_with_any_labels_is_drawn() {
    let case = case::Case::new();
    let mut dice = Dice(7);
    for round in 0..1000 {
        let sources = Sources::new();
        let text = text(&mut dice);
        let file = sources.add("a.tf", text.clone()).id;
        let mut finding = case.findings[0].clone();
        finding.subject.source = (round % 5 == 0).then(|| span(&mut dice, &sources, &text, file));
        finding.primary.span = span(&mut dice, &sources, &text, file);
        finding.primary.text.clone_from(&text);
        for label in &mut finding.labels {
            label.span = span(&mut dice, &sources, &text, file);
        }
        for step in &mut finding.trail {
            step.span = span(&mut dice, &sources, &text, file);
        }
        finding.related[0].span = span(&mut dice, &sources, &text, file);
        let problem = Problem::at(ProblemKind::Invalid, span(&mut dice, &sources, &text, file), text.clone());
        let report = Report {
            findings: &[finding],
            problems: &[problem],
            rules: &[],
            sources: &sources,
            root: None,
            unknowns: &[],
            suppressed: &[],
            remarks: &[],
            summary: Summary::default(),
        };
        let human = Human::PLAIN;
        for out in
            [human.render(&report), human.remarks(&report), Json.render(&report), Sarif.render(&report)]
        {
            assert!(!out.contains("hunter2"), "round {round}: {text:?} gives\n{out}");
            assert!(!out.contains("AKIAABCDEFGHIJKLMNOP"), "round {round}: {text:?} gives\n{out}");
            assert!(!out.contains('\u{1b}') && !out.contains('\0'), "round {round}: {text:?} gives\n{out}");
        }
    }
}

#[test]
fn a_minified_template_of_megabytes_is_drawn_at_once() {
    let case = case::Case::new();
    let sources = Sources::new();
    let text =
        format!("{{{}\"End\":1}}", "\"Name\":{\"Type\":\"AWS::SNS::Topic\",\"Value\":\"ü\"},".repeat(60_000));
    let file = sources.add("t.json", text.clone()).id;
    let mut finding = case.findings[3].clone();
    finding.severity = Severity::Error;
    let findings: Vec<_> = (0..50)
        .map(|i| {
            finding.primary.span = Span::new(file, i * 48..i * 48 + 6);
            finding.clone()
        })
        .collect();
    let report = Report { findings: &findings, sources: &sources, ..case.report() };
    let out = Human::PLAIN.render(&Report { problems: &[], ..report });
    assert!(out.len() < 50_000);
}
