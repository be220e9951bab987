//! For people, in a terminal.

use std::collections::BTreeSet;
use std::fmt::Write;

use iaclint_lint::{Finding, Label, Rule, Severity};
use iaclint_source::{FileId, Problem, ProblemKind, Sources, Span};

use crate::advice::{Advised, advised};
use crate::excerpt::{Mark, Room, Run, line_at, runs};
use crate::look::Look;
use crate::mask::{self, Masks};
use crate::snippet::draw;
use crate::wrap::width;
use crate::{Format, Grouped, Report, counted, environments, fails, is_in_baseline, page_of};

/// Columns of a source line in the list of places that a value went through.
const TRAIL_COLUMNS: usize = 100;
/// Instances that are named; the others are counted.
const NAMED_INSTANCES: usize = 3;

/// Columns of the frame beside a source line.
const FRAME: usize = 5;
/// The indentation of what belongs to a finding.
const HANGING: usize = 3;
/// Further places of a problem that are named; the others are counted.
const NAMED_PLACES: usize = 5;

/// Findings as people read them.
#[derive(Clone, Copy, Debug)]
pub struct Human {
    /// What the terminal can show.
    pub look: Look,
    /// Whether to list the values that could not be evaluated.
    pub show_unknown: bool,
}

impl Format for Human {
    /// What breaks, an empty line between the findings; then the advice of each stack.
    fn render(&self, report: &Report<'_>) -> String {
        let page = Page::new(self.look, report.sources, report.rules);
        let loud = report.findings.iter().filter(|f| f.severity > Severity::Advice);
        let mut parts: Vec<String> = loud.map(|f| page.finding(f)).collect();
        let stacks = advised(report.findings);
        for advised in &stacks {
            // What one stack is advised is counted by the summary already.
            if stacks.len() > 1 {
                parts.push(page.title(advised));
            }
            parts.extend(advised.rules.iter().map(|findings| page.advice(findings)));
        }
        parts.join("\n")
    }
}

impl Human {
    /// Without colours or lists: what pages and files hold.
    pub const PLAIN: Human = Human { look: Look::PLAIN, show_unknown: false };

    /// One finding.
    pub fn finding(self, finding: &Finding, sources: &Sources) -> String {
        Page::new(self.look, sources, &[]).finding(finding)
    }

    /// The problems and the summary: what stands beside the findings, whatever their format.
    pub fn remarks(self, report: &Report<'_>) -> String {
        let page = Page::new(self.look, report.sources, report.rules);
        let mut out = String::new();
        let problems = report.grouped_problems();
        for problem in problems.iter().filter(|p| self.show_unknown || fails(p.first.kind)) {
            out.push_str(&page.problem(problem));
            out.push('\n');
        }
        for remark in report.remarks {
            out.push_str(&self.look.wrapped(&mask::message(remark), 0, HANGING));
            out.push_str("\n\n");
        }
        if self.show_unknown && !report.unknowns.is_empty() {
            out.push_str("values that could not be evaluated:\n");
            let lines: BTreeSet<_> = report
                .unknowns
                .iter()
                .map(|u| {
                    let place = u.span.map(|s| page.sources.sort_key(s));
                    let at = u.span.map(|s| format!("{} ", page.place(s))).unwrap_or_default();
                    let what = format!("{} {}", mask::name(&u.address), mask::name(&u.attribute));
                    let line = format!("   {at}{what}: {}\n", mask::message(&u.why));
                    (place, self.look.wrapped(&line, 0, 2 * HANGING))
                })
                .collect();
            out.extend(lines.into_iter().map(|(_, line)| line));
            out.push('\n');
        }
        out.push_str(&self.summary(report, &problems));
        out.push('\n');
        out
    }

    fn summary(self, report: &Report<'_>, problems: &[Grouped<'_>]) -> String {
        let summary = report.summary;
        let counts: Vec<String> = [
            (Severity::Error, "error", "errors"),
            (Severity::Warning, "warning", "warnings"),
            (Severity::Advice, "piece of advice", "pieces of advice"),
        ]
        .into_iter()
        .filter_map(|(severity, one, many)| {
            let count = report.count(severity);
            (count > 0).then(|| self.look.severity(severity, &counted(count, one, many)))
        })
        .collect();
        let found = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
        let mut parts = vec![format!(
            "{found} in {} of {}",
            counted(summary.resources, "resource", "resources"),
            counted(summary.roots, "root", "roots")
        )];
        let count = |failing: bool| -> usize {
            problems.iter().filter(|p| fails(p.first.kind) == failing).map(|p| 1 + p.more.len()).sum()
        };
        let failing = count(true);
        if failing > 0 {
            parts.push(counted(
                failing,
                "problem kept a part from being checked",
                "problems kept parts from being checked",
            ));
        }
        let unknown = report.unknowns.len() + count(false);
        if unknown > 0 {
            let hint = if self.show_unknown { "" } else { " (--show-unknown)" };
            parts.push(format!("{} could not be evaluated{hint}", counted(unknown, "value", "values")));
        }
        if summary.hidden_warnings > 0 {
            let warnings = counted(summary.hidden_warnings, "warning", "warnings");
            parts.push(format!("{warnings} hidden (--level warning)"));
        }
        if summary.hidden_advice > 0 {
            parts.push(format!("{} advice hidden (--level advice)", summary.hidden_advice));
        }
        let in_baseline = report.suppressed.iter().filter(|f| is_in_baseline(f)).count();
        let in_source = report.suppressed.len() - in_baseline;
        if in_source > 0 {
            parts.push(format!("{} suppressed (--no-suppress)", counted(in_source, "finding", "findings")));
        }
        if in_baseline > 0 {
            parts.push(format!("{} in the baseline", counted(in_baseline, "finding", "findings")));
        }
        parts.extend(summary.elapsed.map(|elapsed| format!("{:.1} s", elapsed.as_secs_f64())));
        self.look.wrapped(&parts.join(self.look.dot()), 0, HANGING)
    }
}

/// Where findings are written.
struct Page<'a> {
    look: Look,
    sources: &'a Sources,
    rules: &'a [Rule],
    masks: Masks,
}

impl<'a> Page<'a> {
    fn new(look: Look, sources: &'a Sources, rules: &'a [Rule]) -> Self {
        Self { look, sources, rules, masks: Masks::default() }
    }

    /// How bad something is, and what it is: `error[rule]: headline`.
    fn headed(&self, head: &str, headline: &str) -> String {
        let begin = format!("{head}: ");
        format!("{begin}{}\n", self.look.strong(&self.look.wrapped(headline, width(&begin), HANGING)))
    }

    /// What a finding starts with: how bad it is, and its rule.
    fn head(&self, finding: &Finding) -> String {
        let page = self.rules.iter().find(|rule| rule.id == finding.rule).map(page_of);
        let rule = self.look.link(page.as_deref(), finding.rule);
        self.look.severity(finding.severity, &format!("{}[{rule}]", finding.severity.name()))
    }

    fn finding(&self, finding: &Finding) -> String {
        let severity = finding.severity;
        let mut out = self.headed(&self.head(finding), &mask::message(&finding.headline));
        // A comment is about no resource.
        if !finding.subject.address.is_empty() {
            let mut subject = format!("   {}", mask::name(&finding.subject.address));
            if let Some(part) = &finding.part {
                let _ = write!(subject, ", {}", mask::name(part));
            }
            if let Some(environments) = environments(finding) {
                let _ = write!(subject, " ({environments})");
            }
            out.push_str(&self.look.wrapped(&subject, 0, 2 * HANGING));
            out.push('\n');
        }
        out.push_str(&self.look.wrapped(&instances(&finding.instances), 0, 2 * HANGING));
        if let Some(source) = finding.subject.source {
            self.synthesized(finding, source, &mut out);
        } else {
            let marks = std::iter::once((&finding.primary, true))
                .chain(finding.labels.iter().map(|l| (l, false)))
                .map(|(label, primary)| mark(label, primary))
                .collect();
            self.snippets(marks, severity, &mut out);
        }
        let mut related: Vec<(String, Vec<String>)> = Vec::new();
        for place in &finding.related {
            let at = format!("{} {}", self.place(place.span), mask::name(&place.address));
            let text = mask::message(&place.text);
            match related.iter_mut().find(|(known, _)| *known == at) {
                Some((_, texts)) => texts.push(text),
                None => related.push((at, vec![text])),
            }
        }
        let related = related.into_iter().map(|(at, mut texts)| {
            texts.retain(|t| !t.is_empty());
            if texts.is_empty() { at } else { format!("{at}: {}", texts.join("; ")) }
        });
        self.list("see also", related.collect(), &mut out);
        let trail = finding.trail.iter().map(|step| {
            let line = self.line_of(step.span);
            // A line that only opens something says less than the step.
            let words = line.chars().filter(|c| c.is_alphanumeric()).count();
            let opens = line.ends_with(['{', '[', '(']) && !step.text.is_empty();
            let text = if opens || words < 3 { mask::message(&step.text) } else { line };
            format!("{} {text}", self.place(step.span))
        });
        self.list("how it got here", trail.collect(), &mut out);
        for note in &finding.notes {
            self.list("note", vec![mask::message(note)], &mut out);
        }
        if !finding.help.is_empty() {
            self.list("help", vec![mask::message(&finding.help)], &mut out);
        }
        out
    }

    /// What stands above the advice for a stack.
    fn title(&self, advised: &Advised<'_>) -> String {
        let count = counted(advised.count(), "piece of advice", "pieces of advice");
        let title = match advised.stack {
            "" => format!("{count} about comments"),
            stack => format!("{count} for {}", mask::name(stack)),
        };
        format!("{}\n", self.look.severity(Severity::Advice, &title))
    }

    /// What one rule advises in one stack: the first finding whole, the others by their places.
    fn advice(&self, findings: &[&Finding]) -> String {
        let Some((first, others)) = findings.split_first() else { return String::new() };
        let mut out = self.finding(first);
        let others = others.iter().map(|finding| {
            let place = self.place(finding.subject.source.unwrap_or(finding.primary.span));
            format!("{place} {}", mask::message(&finding.headline))
        });
        self.list("the same", others.collect(), &mut out);
        out
    }

    /// A finding in a template that a program made: the line of the program first, then where it stands in the template.
    fn synthesized(&self, finding: &Finding, source: Span, out: &mut String) {
        let at = Mark { span: source, text: finding.primary.text.clone(), primary: true };
        self.snippets(vec![at], finding.severity, out);
        let construct = finding.subject.construct.as_deref().unwrap_or(&finding.subject.address);
        let mut lines = vec![format!("{} {}", self.place(finding.primary.span), mask::name(construct))];
        for label in &finding.labels {
            lines.push(format!("{} {}", self.place(label.span), mask::message(&label.text)));
        }
        self.indented("in", lines, out);
    }

    /// A snippet for each file, that of the primary label first.
    fn snippets(&self, marks: Vec<Mark>, severity: Severity, out: &mut String) {
        let mut files: Vec<(FileId, Vec<Mark>)> = Vec::new();
        for mark in marks {
            match files.iter_mut().find(|(file, _)| *file == mark.span.file) {
                Some((_, marks)) => marks.push(mark),
                None => files.push((mark.span.file, vec![mark])),
            }
        }
        // Before a source line stand the frame and the line's number.
        let lines =
            files.iter().flat_map(|(file, marks)| marks.iter().map(move |mark| (*file, mark.span.start)));
        let last = lines.map(|(file, at)| self.sources.file(file).lines().line(at)).max().unwrap_or_default();
        let gutter = 2 + last.to_string().len() + FRAME;
        let room = Room::of(self.look.columns.map(|columns| columns.saturating_sub(gutter)));
        let runs: Vec<Run> = files
            .into_iter()
            .flat_map(|(file, marks)| {
                let file = self.sources.file(file);
                let mut runs = runs(&file, &marks, &self.masks, room);
                for run in &mut runs {
                    run.path = self.path(&file.path);
                }
                runs
            })
            .collect();
        // The frames of one finding stand under each other, whatever the width of their line numbers.
        let digits = |run: &Run| run.last_line().to_string().len();
        let widest = runs.iter().map(digits).max().unwrap_or_default();
        for run in &runs {
            let indent = 2 + widest - digits(run);
            for line in draw(run, severity, self.look).lines() {
                let _ = writeln!(out, "{:indent$}{}", "", line.trim_end());
            }
        }
    }

    fn problem(&self, group: &Grouped<'_>) -> String {
        let problem = group.first;
        let severity = if fails(problem.kind) { Severity::Error } else { Severity::Advice };
        let head = match problem.kind {
            ProblemKind::Unreadable | ProblemKind::Invalid | ProblemKind::Limit => "error",
            ProblemKind::NotEvaluated => "not evaluated",
        };
        let mut out = self.headed(&self.look.severity(severity, head), &mask::message(&problem.message));
        match (problem.span, &problem.path) {
            (Some(span), _) if fails(problem.kind) && !self.line_of(span).is_empty() => {
                let at = Mark { span, text: String::new(), primary: true };
                self.snippets(vec![at], severity, &mut out);
            }
            (Some(span), _) => self.indented("in", vec![self.place(span)], &mut out),
            (None, Some(path)) if !problem.message.contains(path.as_str()) => {
                self.indented("in", vec![self.path(path)], &mut out);
            }
            _ => {}
        }
        if !group.more.is_empty() {
            let named: Vec<String> =
                group.more.iter().take(NAMED_PLACES).filter_map(|p| self.place_of(p)).collect();
            let more = if group.more.len() > NAMED_PLACES { ", …" } else { "" };
            let count = counted(group.more.len(), "more place", "more places");
            let text = format!("   and {count}: {}{more}", named.join(", "));
            let _ = writeln!(out, "{}", self.look.wrapped(&text, 0, 2 * HANGING));
        }
        if let Some(help) = &problem.help {
            self.list("help", vec![mask::message(help)], &mut out);
        }
        out
    }

    fn place_of(&self, problem: &Problem) -> Option<String> {
        problem.span.map(|s| self.place(s)).or_else(|| problem.path.as_deref().map(|path| self.path(path)))
    }

    fn path(&self, path: &str) -> String {
        mask::name(&self.sources.shown(path))
    }

    /// `path:line`.
    fn place(&self, span: Span) -> String {
        mask::name(&self.sources.line(span))
    }

    fn line_of(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        line_at(&file, span, &self.masks, TRAIL_COLUMNS)
    }

    fn list(&self, key: &str, lines: Vec<String>, out: &mut String) {
        self.indented(&format!("{key}:"), lines, out);
    }

    /// Lines behind a key word, under each other.
    fn indented(&self, key: &str, lines: Vec<String>, out: &mut String) {
        let at = HANGING + key.len() + 1;
        // Where there are several, the rest of one stands behind the beginning of the next.
        let hanging = if lines.len() > 1 { at + 2 } else { at };
        for (index, line) in lines.into_iter().enumerate() {
            let line = self.look.wrapped(&line, at, hanging);
            if index == 0 {
                let _ = writeln!(out, "   {} {line}", self.look.key(key));
            } else {
                let _ = writeln!(out, "   {:width$} {line}", "", width = key.len());
            }
        }
    }
}

fn mark(label: &Label, primary: bool) -> Mark {
    Mark { span: label.span, text: label.text.clone(), primary }
}

fn instances(instances: &[String]) -> String {
    if instances.is_empty() {
        return String::new();
    }
    let named: Vec<_> = instances.iter().take(NAMED_INSTANCES).map(|i| mask::name(i)).collect();
    let more = if instances.len() > NAMED_INSTANCES { ", …" } else { "" };
    let count = counted(instances.len(), "more instance", "more instances");
    format!("   and {count}: {}{more}\n", named.join(", "))
}
