//! Which lines of a file are shown for a set of labels: masked, cut where they are too long, in runs that stand together.

use std::collections::BTreeMap;
use std::ops::Range;

use iaclint_source::{SourceFile, Span};

use crate::mask::{self, Masks, boundary};
use crate::wrap::wrapped;

/// What a label says has at least this much room, in columns, or the line before it is cut.
const LABEL: usize = 32;
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

/// How much of a line is shown, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// Lines up to this length are shown whole.
    whole: usize,
    /// Labels of a long line that lie within this length are shown in one piece.
    one_piece: usize,
    /// What is shown of a long line before and behind its labels, at least.
    around: usize,
    /// The columns of a line with what its labels say.
    columns: Option<usize>,
}

impl Room {
    /// Where lines have no end.
    pub const WIDE: Room = Room { whole: 160, one_piece: 110, around: 24, columns: None };

    /// Lines of this many columns, if there is an end to them.
    pub fn of(columns: Option<usize>) -> Self {
        let Some(columns) = columns else { return Self::WIDE };
        let columns = columns.max(LABEL + LABEL / 2);
        let whole = columns.min(Self::WIDE.whole);
        let one_piece = Self::WIDE.one_piece.min(whole / 2);
        Room { whole, one_piece, around: Self::WIDE.around.min(whole / 7), columns: Some(columns) }
    }

    /// Whether a line is shown whole: it is short, and what is said about its places fits behind it.
    fn holds(self, text: &str, marks: &[InLine<'_>]) -> bool {
        let fits = |mark: &InLine<'_>| {
            let said = self.needed(mark);
            self.columns.is_none_or(|columns| said == 0 || middle(&mark.range) + BEHIND + said <= columns)
        };
        text.len() <= self.whole && marks.iter().all(fits)
    }

    /// The columns that a label is given: of a line of words a part is enough, and a long word is not to be broken.
    fn needed(self, mark: &InLine<'_>) -> usize {
        let text = &mark.mark.text;
        let longest = text.split(' ').map(str::len).max().unwrap_or_default();
        text.len().min(longest.clamp(LABEL, self.one_piece.max(LABEL)))
    }

    /// What is shown before the labels of a long line: on a terminal as much as leaves room for what is said.
    fn before(self, start: usize, labels: &[InLine<'_>]) -> usize {
        let ends = labels.iter().map(|m| middle(&m.range).saturating_sub(start) + BEHIND + self.needed(m));
        let end = ends.max().unwrap_or_default();
        let spare = self.columns.map(|columns| columns.saturating_sub(end)).unwrap_or_default();
        spare.max(self.around)
    }

    /// What a label says, in lines that fit behind its place.
    fn said(self, text: &str, place: &Range<usize>) -> String {
        let at = middle(place) + BEHIND;
        let columns = self.columns.map(|columns| columns.saturating_sub(at).max(LABEL / 2));
        wrapped(text, columns, 0, 0)
    }
}

/// Columns of the signs that a line goes on to the left and to the right.
const CUTS: usize = 2;

/// Columns between the middle of a place and what is said about it, with those of the signs that the line is cut.
const BEHIND: usize = 4 + CUTS;

fn middle(place: &Range<usize>) -> usize {
    place.start + (place.end - place.start) / 2
}

/// The runs of one file, in order of lines.
pub fn runs(file: &SourceFile, marks: &[Mark], hidden: &Masks, room: Room) -> Vec<Run> {
    let mut by_line: BTreeMap<u32, Vec<InLine<'_>>> = BTreeMap::new();
    for mark in marks {
        let at = file.line_col(mark.span.start);
        let Some(line) = file.lines().line_range(&file.text, at.line) else { continue };
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
        if !room.holds(text, &marks) {
            for (window, marks) in pieces(text, marks, room) {
                let mut run = Run::new(file, number);
                run.line(file, number, window, &marks, (hidden, room));
                out.push(run);
            }
            last = None;
            continue;
        }
        let near = last.is_some_and(|l| {
            number - l <= BETWEEN + 1 && (l + 1..number).all(|n| file.line_text(n).len() <= room.whole)
        });
        if let (true, Some(last), Some(run)) = (near, last, out.last_mut()) {
            for between in last + 1..number {
                run.line(file, between, 0..file.line_text(between).len(), &[], (hidden, room));
            }
            run.line(file, number, 0..text.len(), &marks, (hidden, room));
        } else {
            let mut run = Run::new(file, number);
            run.line(file, number, 0..text.len(), &marks, (hidden, room));
            out.push(run);
        }
        last = Some(number);
    }
    out
}

/// The line at the start of a span on one line of its own: cut after `columns`, or around the span where it is too long.
pub fn line_at(file: &SourceFile, span: Span, hidden: &Masks, columns: usize) -> String {
    let number = file.lines().line(span.start);
    if file.line_text(number).len() <= Room::WIDE.whole {
        return hidden.trimmed_line(file, number, columns);
    }
    let mark = Mark { span, text: String::new(), primary: true };
    runs(file, &[mark], hidden, Room::WIDE).first().map(|run| run.text.trim().to_owned()).unwrap_or_default()
}

/// The pieces of a long line: labels that stand near each other share one. A label longer than a piece is cut.
fn pieces<'m>(text: &str, mut marks: Vec<InLine<'m>>, room: Room) -> Vec<(Range<usize>, Vec<InLine<'m>>)> {
    marks.sort_by_key(|m| (m.range.start, m.range.end));
    let mut out: Vec<(Range<usize>, Vec<InLine<'m>>)> = Vec::new();
    for mut mark in marks {
        let longest = boundary(text, mark.range.start + room.one_piece);
        mark.range.end = mark.range.end.min(longest);
        match out.last_mut() {
            Some((window, inside)) if mark.range.end - window.start <= room.one_piece => {
                window.end = window.end.max(mark.range.end);
                inside.push(mark);
            }
            _ => out.push((mark.range.clone(), vec![mark])),
        }
    }
    for (window, inside) in &mut out {
        window.start = boundary(text, window.start.saturating_sub(room.before(window.start, inside)));
        window.end =
            boundary(text, (window.end + room.around).min(window.start + room.whole - CUTS).max(window.end));
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
        (hidden, room): (&Masks, Room),
    ) {
        let Some(line) = file.lines().line_range(&file.text, number) else { return };
        let whole = file.line_text(number).len();
        let shown = hidden.part(file, line.start + window.start..line.start + window.end);
        if number > self.first_line {
            self.text.push('\n');
        }
        let from = self.text.len();
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
            let range = start..end.max(start);
            // Counted from the beginning of the line, which may not be the first of the run.
            let place = range.start - from..range.end - from;
            let underline = Underline {
                range,
                text: room.said(&mask::message(&mark.mark.text), &place),
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
        runs(&file, &marks, &Masks::default(), Room::WIDE)
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
    fn on_a_narrow_terminal_a_line_is_cut_so_that_what_is_said_fits() {
        let text = "    { name = \"REDIS_HOST\", value = var.the_host_of_the_cache_of_the_shop },";
        let file = Sources::new().add("a.tf", text.to_owned());
        let at = text.find("var").unwrap();
        let said = "this is the address of the cache, which asks for a password and for encryption";
        let mark = Mark { span: Span::new(file.id, at..at + 36), text: said.to_owned(), primary: true };
        let found = runs(&file, &[mark], &Masks::default(), Room::of(Some(70)));
        assert!(
            found[0].text.starts_with('…') && found[0].text.contains("HOST\", value"),
            "{}",
            found[0].text
        );
        let label = &found[0].underlines[0];
        let widest = label.text.lines().map(str::len).max().unwrap();
        assert!(widest + label.range.start < 70 && label.text.replace('\n', " ") == said, "{label:?}");
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
        let found = runs(&file, &[mark], &Masks::default(), Room::WIDE);
        assert_eq!((found[0].first_line, found[0].text.as_str()), (2, ""));
    }
}
