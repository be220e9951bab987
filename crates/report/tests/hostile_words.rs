//! Whatever words a finding holds, none or hostile ones: each format is written, keeps its form and steers no terminal.

mod case;

use iaclint_lint::{Finding, Severity, Suppressed};
use iaclint_report::{
    Concise, Format, GitHub, GitLab, Human, JUnit, Json, Look, Markdown, Report, Sarif, UnknownValue, mask,
};
use iaclint_source::{Edit, Problem, ProblemKind, Sources, Span};
use proptest::prelude::*;

/// Words of all kinds: none, what has a meaning in one of the formats, and any characters.
fn words() -> impl Strategy<Value = String> {
    let hostile = [
        "",
        " ",
        "\n",
        "\r\n",
        "\t",
        "\u{1b}[31m",
        "\u{1b}]8;;x\u{1b}\\",
        "\u{9b}2J",
        "\u{202e}",
        "\u{200b}",
        "\u{7f}",
        "\0",
        "\u{ffff}",
        "é",
        "🦀",
        "\u{301}",
        "::error::",
        "%0A",
        "]]>",
        "</script>",
        "&<>\"'",
        "`",
        "|",
        "](x)",
        "@all",
        "\\",
        "a/../b",
        "words of some length ",
    ];
    let part = prop_oneof![
        4 => prop::sample::select(hostile.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

/// What every field of a finding is filled with, in turn.
#[derive(Clone, Debug)]
struct Filling {
    words: Vec<String>,
    text: String,
    path: String,
    places: Vec<(usize, usize)>,
}

fn filling() -> impl Strategy<Value = Filling> {
    let places = prop::collection::vec((0_usize..80, 0_usize..40), 6);
    (prop::collection::vec(words(), 18), words(), words(), places)
        .prop_map(|(words, text, path, places)| Filling { words, text, path, places })
}

impl Filling {
    fn word(&self, at: usize) -> String {
        self.words.get(at).cloned().unwrap_or_default()
    }

    fn span(&self, at: usize, file: iaclint_source::FileId) -> Span {
        let boundary = |at: usize| {
            (at..self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len())
        };
        let (start, length) = self.places.get(at).copied().unwrap_or_default();
        let start = boundary(start);
        Span::new(file, start..boundary(start + length).max(start))
    }

    fn fill(&self, finding: &mut Finding, file: iaclint_source::FileId) {
        finding.headline = self.word(0);
        finding.help = self.word(1);
        finding.part = Some(self.word(2));
        finding.notes = vec![self.word(3)];
        finding.instances = vec![self.word(4)];
        finding.environments = vec![self.word(5), self.word(6)];
        finding.subject.address = self.word(7);
        finding.subject.type_name = self.word(8);
        finding.subject.stack = self.word(9);
        finding.subject.construct = Some(self.word(10));
        finding.primary.text = self.word(11);
        finding.primary.span = self.span(0, file);
        for label in &mut finding.labels {
            label.text = self.word(12);
            label.span = self.span(1, file);
        }
        for place in &mut finding.related {
            (place.address, place.text, place.span) = (self.word(13), self.word(14), self.span(2, file));
        }
        for step in &mut finding.trail {
            (step.text, step.span) = (self.word(15), self.span(3, file));
        }
        if let Some(fix) = &mut finding.fix {
            fix.title = self.word(16);
            fix.edits = vec![Edit::new(self.span(4, file), self.word(17))];
        }
    }
}

/// The report that a filling gives, in every format; the first word says which.
fn written(filling: &Filling) -> Vec<(&'static str, String)> {
    let case = case::Case::new();
    let sources = Sources::new();
    // A path with nothing in it is none.
    let file = sources.add(&format!("a{}", filling.path), filling.text.clone()).id;
    let mut finding = case.findings[0].clone();
    filling.fill(&mut finding, file);
    let mut advice = finding.clone();
    advice.severity = Severity::Advice;
    let mut synthesized = finding.clone();
    synthesized.subject.source = Some(filling.span(5, file));
    let mut suppressed = finding.clone();
    suppressed.suppressed = Some(Suppressed { span: Some(filling.span(4, file)), reason: filling.word(1) });
    let problems = [
        Problem::at(ProblemKind::Invalid, filling.span(0, file), filling.word(0)).with_help(filling.word(1)),
        Problem::new(ProblemKind::Unreadable, filling.word(2)).in_file(&filling.path),
        Problem::new(ProblemKind::NotEvaluated, filling.word(3)),
    ];
    let unknowns = [UnknownValue {
        address: filling.word(4),
        attribute: filling.word(5),
        why: filling.word(6),
        span: Some(filling.span(3, file)),
    }];
    let report = Report {
        findings: &[finding, advice, synthesized],
        problems: &problems,
        sources: &sources,
        unknowns: &unknowns,
        suppressed: &[suppressed],
        remarks: &[filling.word(7)],
        ..case.report()
    };
    let human = |columns: Option<usize>| Human { look: Look { columns, ..Look::PLAIN }, show_unknown: true };
    vec![
        ("human", human(None).render(&report)),
        ("human", human(Some(40)).render(&report)),
        ("human", human(Some(80)).render(&report)),
        ("remarks", human(Some(80)).remarks(&report)),
        ("concise", Concise.render(&report)),
        ("sarif", Sarif.render(&report)),
        ("json", Json.render(&report)),
        ("github", GitHub.render(&report)),
        ("gitlab", GitLab.render(&report)),
        ("junit", JUnit.render(&report)),
        ("markdown", Markdown.render(&report)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_words_are_written_in_every_format(filling in filling()) {
        for (format, out) in written(&filling) {
            let steering = out.chars().find(|c| *c != '\n' && mask::steers(*c));
            prop_assert_eq!(steering, None, "{}:\n{}", format, out);
            match format {
                "json" | "sarif" | "gitlab" => {
                    let read = serde_json::from_str::<serde_json::Value>(&out);
                    prop_assert!(read.is_ok(), "{}: {:?}\n{}", format, read, out);
                }
                "concise" => prop_assert_eq!(out.lines().count(), 5, "{}", out),
                "github" => prop_assert!(out.lines().all(|line| line.starts_with("::")), "{}", out),
                "junit" => {
                    prop_assert_eq!(out.matches("<testcase ").count(), 5, "{}", out);
                    prop_assert_eq!(out.matches("</testcase>").count(), 5, "{}", out);
                }
                "markdown" => prop_assert_eq!(out.lines().filter(|l| l.starts_with("| ")).count(), 4, "{}", out),
                _ => {}
            }
        }
    }
}

/// Nothing is said: a finding without a single word is written all the same.
#[test]
fn a_finding_without_words_is_written_in_every_format() {
    let filling = Filling { words: Vec::new(), text: String::new(), path: String::new(), places: Vec::new() };
    for (format, out) in written(&filling) {
        assert!(!out.is_empty(), "{format} writes nothing");
    }
}
