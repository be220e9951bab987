//! Which lines of a file are shown for a set of labels: masked, cut where they are too long, in runs that stand together.

use std::collections::BTreeMap;
use std::ops::Range;

use iaclint_source::{SourceFile, Span};

use crate::mask::{self, Masks, boundary};

/// Lines up to this many bytes are shown whole.
const WHOLE_LINE: usize = 160;
/// Labels of a long line that lie within this many bytes are shown in one piece.
const ONE_PIECE: usize = 110;
/// What is shown of a long line before and behind its labels, in bytes.
const AROUND: usize = 24;
/// Lines between two labelled lines that are shown so as not to start a new run.
const BETWEEN: u32 = 1;

/// A span of a file with what is said about it.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The place; only its first line is underlined.
    pub span: Span,
    /// What is said; may be empty.
    pub text: String,
    /// Whether it is the place that is wrong.
    pub primary: bool,
}

/// A label of a run: its place in the run's text, and the column that a person counts in the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Underline {
    /// Bytes of [`Run::text`]; within one line.
    pub range: Range<usize>,
    /// What is said.
    pub text: String,
    /// Whether it is the place that is wrong.
    pub primary: bool,
    /// Column in the file, from 1.
    pub column: u32,
}

/// Lines that follow each other, or one piece of a long line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// The file.
    pub path: String,
    /// The number of the first line, from 1.
    pub first_line: u32,
    /// The lines as shown, joined by newlines.
    pub text: String,
    /// The labels in order of their places; they do not overlap.
    pub underlines: Vec<Underline>,
}

/// A mark as bytes of its line.
#[derive(Clone)]
struct InLine<'m> {
    mark: &'m Mark,
    range: Range<usize>,
    column: u32,
}

/// The runs of one file, in order of lines.
pub fn runs(file: &SourceFile, marks: &[Mark], hidden: &Masks) -> Vec<Run> {
    let mut by_line: BTreeMap<u32, Vec<InLine<'_>>> = BTreeMap::new();
    for mark in marks {
        let at = file.line_col(mark.span.start);
        let Some(line) = file.lines.line_range(&file.text, at.line) else { continue };
        let text = file.line_text(at.line);
        let start = boundary(text, (mark.span.start as usize).saturating_sub(line.start));
        let end = boundary(text, (mark.span.end as usize).saturating_sub(line.start).max(start));
        let end = if mark.span.end as usize > line.start + text.len() {
            text[..end].trim_end().len().max(start)
        } else {
            end
        };
        by_line.entry(at.line).or_default().push(InLine { mark, range: start..end, column: at.column });
    }
    let mut out: Vec<Run> = Vec::new();
    let mut last: Option<u32> = None;
    for (number, marks) in by_line {
        let text = file.line_text(number);
        if text.len() > WHOLE_LINE {
            for (window, marks) in pieces(text, marks) {
                let mut run = Run::new(file, number);
                run.line(file, number, window, &marks, hidden);
                out.push(run);
            }
            last = None;
            continue;
        }
        let near = last.is_some_and(|l| {
            number - l <= BETWEEN + 1 && (l + 1..number).all(|n| file.line_text(n).len() <= WHOLE_LINE)
        });
        if let (true, Some(last), Some(run)) = (near, last, out.last_mut()) {
            for between in last + 1..number {
                run.line(file, between, 0..file.line_text(between).len(), &[], hidden);
            }
            run.line(file, number, 0..text.len(), &marks, hidden);
        } else {
            let mut run = Run::new(file, number);
            run.line(file, number, 0..text.len(), &marks, hidden);
            out.push(run);
        }
        last = Some(number);
    }
    out
}

/// The line at the start of a span on one line of its own: cut after `columns`, or around the span where it is too long.
pub fn line_at(file: &SourceFile, span: Span, hidden: &Masks, columns: usize) -> String {
    let number = file.lines.line(span.start);
    if file.line_text(number).len() <= WHOLE_LINE {
        return hidden.trimmed_line(file, number, columns);
    }
    let mark = Mark { span, text: String::new(), primary: true };
    runs(file, &[mark], hidden).first().map(|run| run.text.trim().to_owned()).unwrap_or_default()
}

/// The pieces of a long line: labels that stand near each other share one. A label longer than a piece is cut.
fn pieces<'m>(text: &str, mut marks: Vec<InLine<'m>>) -> Vec<(Range<usize>, Vec<InLine<'m>>)> {
    marks.sort_by_key(|m| (m.range.start, m.range.end));
    let mut out: Vec<(Range<usize>, Vec<InLine<'m>>)> = Vec::new();
    for mut mark in marks {
        let longest = boundary(text, mark.range.start + ONE_PIECE);
        mark.range.end = mark.range.end.min(longest);
        match out.last_mut() {
            Some((window, inside)) if mark.range.end - window.start <= ONE_PIECE => {
                window.end = window.end.max(mark.range.end);
                inside.push(mark);
            }
            _ => out.push((mark.range.clone(), vec![mark])),
        }
    }
    for (window, _) in &mut out {
        window.start = boundary(text, window.start.saturating_sub(AROUND));
        window.end = boundary(text, window.end + AROUND);
    }
    out
}

impl Run {
    fn new(file: &SourceFile, first_line: u32) -> Self {
        Run { path: mask::name(&file.path), first_line, text: String::new(), underlines: Vec::new() }
    }

    /// The number of the last line.
    pub fn last_line(&self) -> u32 {
        self.first_line + self.text.bytes().filter(|b| *b == b'\n').count() as u32
    }

    fn line(
        &mut self,
        file: &SourceFile,
        number: u32,
        window: Range<usize>,
        marks: &[InLine<'_>],
        hidden: &Masks,
    ) {
        let Some(line) = file.lines.line_range(&file.text, number) else { return };
        let whole = file.line_text(number).len();
        let shown = hidden.part(file, line.start + window.start..line.start + window.end);
        if number > self.first_line {
            self.text.push('\n');
        }
        if window.start > 0 {
            self.text.push('…');
        }
        let base = self.text.len();
        self.text.push_str(&shown.text);
        if window.end < whole {
            self.text.push('…');
        }
        let mut underlines: Vec<Underline> = Vec::with_capacity(marks.len());
        for mark in marks {
            let start = base + shown.start(mark.range.start.saturating_sub(window.start));
            let end = base + shown.end(mark.range.end.saturating_sub(window.start));
            let underline = Underline {
                range: start..end.max(start),
                text: mask::message(&mark.mark.text),
                primary: mark.mark.primary,
                column: mark.column,
            };
            match underlines.iter_mut().find(|u| u.range == underline.range) {
                Some(same) => same.join(underline),
                None => underlines.push(underline),
            }
        }
        underlines.sort_by_key(|u| (u.range.start, u.range.end));
        let mut underlines = apart(underlines);
        gaps(&mut underlines, &self.text);
        self.underlines.extend(underlines);
    }
}

impl Underline {
    fn join(&mut self, other: Underline) {
        self.primary |= other.primary;
        if self.text.is_empty() {
            self.text = other.text;
        } else if !other.text.is_empty() && other.text != self.text {
            self.text = format!("{}\n{}", self.text, other.text);
        }
    }
}

/// Keeps of each label what no label behind it covers, so that every underline stands under its own text.
fn apart(underlines: Vec<Underline>) -> Vec<Underline> {
    let mut out: Vec<Underline> = Vec::with_capacity(underlines.len());
    for mut next in underlines {
        if let Some(last) = out.last_mut()
            && next.range.start < last.range.end
        {
            if next.range.start > last.range.start {
                last.range.end = next.range.start;
            } else if next.range.end > last.range.end {
                next.range.start = last.range.end;
            } else {
                last.join(next);
                continue;
            }
        }
        out.push(next);
    }
    out
}

/// Leaves a gap between two underlines that touch, where the first has a character to spare.
fn gaps(underlines: &mut [Underline], text: &str) {
    for at in 1..underlines.len() {
        let next = underlines[at].range.start;
        let range = &mut underlines[at - 1].range;
        let spare = boundary(text, range.end.saturating_sub(1));
        if range.end == next && spare > range.start + 2 {
            range.end = spare;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iaclint_source::Sources;

    fn run(text: &str, marks: &[&str]) -> Vec<Run> {
        let file = Sources::new().add("a.tf", text.to_owned());
        let marks: Vec<_> = marks
            .iter()
            .map(|m| {
                let at = text.find(m).unwrap();
                Mark { span: Span::new(file.id, at..at + m.len()), text: (*m).to_owned(), primary: false }
            })
            .collect();
        runs(&file, &marks, &Masks::default())
    }

    fn underlined(run: &Run) -> Vec<&str> {
        run.underlines.iter().map(|u| &run.text[u.range.clone()]).collect()
    }

    #[test]
    fn lines_near_each_other_are_one_run() {
        let found = run("a\nb\nc\nd\ne\nf\n", &["a", "c", "f"]);
        assert_eq!(
            found.iter().map(|r| (r.first_line, r.text.as_str())).collect::<Vec<_>>(),
            [(1, "a\nb\nc"), (6, "f")]
        );
        assert_eq!(underlined(&found[0]), ["a", "c"]);
    }

    #[test]
    fn a_label_of_several_lines_underlines_its_first() {
        let found = run("  x {  \r\n  y\r\n}\r\n", &["x {  \r\n  y"]);
        assert_eq!(underlined(&found[0]), ["x {"]);
        assert_eq!(found[0].underlines[0].column, 3);
    }

    #[test]
    fn a_long_line_is_cut_around_its_labels() {
        let text = format!("{}\"a\":1,{}\"b\":2{}", "é".repeat(300), "y".repeat(400), "z".repeat(900));
        let found = run(&text, &["\"a\"", "\"b\""]);
        assert_eq!(found.len(), 2);
        assert_eq!((underlined(&found[0]), underlined(&found[1])), (vec!["\"a\""], vec!["\"b\""]));
        assert!(found.iter().all(|r| r.text.starts_with('…') && r.text.ends_with('…') && r.text.len() < 120));
        assert_eq!((found[0].underlines[0].column, found[1].underlines[0].column), (301, 707));
    }

    #[test]
    fn a_label_around_another_underlines_what_stands_before_it() {
        let found = run("x = \"host:5432:5432\"", &["host:5432:5432", ":5432:5432"]);
        assert_eq!(underlined(&found[0]), ["hos", ":5432:5432"]);
    }

    #[test]
    fn labels_stand_under_what_is_left_of_a_masked_line() {
        let found = run("password = \"hunter2\" # here", &["\"hunter2\"", "here"]);
        assert_eq!(underlined(&found[0]), ["\"(masked)\"", "here"]);
    }

    #[test]
    fn a_place_past_the_end_is_the_end() {
        let file = Sources::new().add("a.tf", "ab\n".to_owned());
        let mark = Mark { span: Span::new(file.id, 50..60), text: String::new(), primary: true };
        let found = runs(&file, &[mark], &Masks::default());
        assert_eq!((found[0].first_line, found[0].text.as_str()), (2, ""));
    }
}
