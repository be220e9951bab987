//! Quoted texts, heredocs and template files: literals, what stands between them, and the blanks that are trimmed.

use std::ops::Range;

use iaclint_value::{Name, Placed};

use super::cursor::{Parsed, Parser, Syntax};
use super::literal::{Assembly, Spelling};
use crate::ir::{E, Expr, ForPart, IfPart, Part};

/// What a template is made of, in its order in the source.
enum Element {
    /// Characters as they are written; in a heredoc or a file those of one line.
    Literal(Range<usize>),
    /// What stands in braces, and whether it trims what is before and after it. Most elements are lines, which need no room for it.
    Mark(Box<Mark>, Trim),
}

/// What stands in braces.
enum Mark {
    Value(Expr),
    If(Expr),
    Else,
    EndIf,
    For(Option<Name>, Name, Expr),
    EndFor,
}

#[derive(Clone, Copy)]
struct Trim {
    before: bool,
    after: bool,
}

/// Where a template ends.
#[derive(Clone, Copy)]
enum End<'a> {
    Quote,
    /// The line of nothing but this word.
    Line(&'a str),
    Source,
}

impl End<'_> {
    fn spelling(self) -> Spelling {
        match self {
            End::Quote => Spelling::Quoted,
            End::Line(_) | End::Source => Spelling::Bare,
        }
    }
}

fn text_at(text: Name, placed: Placed) -> E {
    E::Text(text, Some(Box::new(placed)))
}

impl Parser<'_> {
    /// A template that is the whole source.
    pub(super) fn whole_template(&mut self) -> Parsed<Vec<Part>> {
        let elements = self.elements(End::Source)?;
        self.parts(elements, Spelling::Bare)
    }

    /// A text in quotes.
    pub(super) fn quoted(&mut self) -> Parsed<E> {
        let opening = self.at;
        self.at += 1;
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let plain = |byte: &u8| matches!(byte, b'"' | b'\\' | b'$' | b'%' | b'\n');
        let length = rest.iter().position(plain).unwrap_or(rest.len());
        if rest.get(length) == Some(&b'"') {
            self.at = start + length + 1;
            return Ok(E::Text(self.text(start..start + length).into(), None));
        }
        let elements = self.nested(|me| me.elements(End::Quote))?;
        if self.peek() != b'"' {
            return Err(Syntax::new(opening, "this text has no end in its line"));
        }
        let inner = start..self.at;
        self.at += 1;
        if elements.iter().all(|e| matches!(e, Element::Literal(_))) {
            let (text, placed) = self.literal(&[inner], Spelling::Quoted, start);
            return Ok(text_at(text, placed));
        }
        let mut parts = self.parts(elements, Spelling::Quoted)?;
        Ok(match parts.len() {
            0 => text_at(Name::new(), Placed::verbatim(self.span(start..start))),
            1 => match parts.remove(0) {
                Part::Literal(text, placed) => text_at(text, placed),
                Part::Value(expr) => E::Wrap(Box::new(expr)),
                part => E::Template([part].into()),
            },
            _ => E::Template(parts.into()),
        })
    }

    /// `<<WORD`, the lines, and the line of the same word.
    #[inline(never)]
    pub(super) fn heredoc(&mut self) -> Parsed<E> {
        let opening = self.at;
        self.at += 2;
        let dedent = self.peek() == b'-';
        self.at += usize::from(dedent);
        let word = self.name_range();
        let word = self.text(word);
        if word.is_empty() {
            return self.fail("the word that ends the heredoc belongs here");
        }
        self.at += usize::from(self.peek() == b'\r');
        if self.peek() != b'\n' {
            return self.fail("a heredoc starts in the next line");
        }
        self.at += 1;
        let start = self.at;
        let mut elements = self.nested(|me| me.elements(End::Line(word)))?;
        if self.is_at_end() {
            return Err(Syntax::new(opening, format!("this heredoc has no line with {word} alone")));
        }
        // The word stands behind the blanks of its line.
        self.at += self.text(self.at..self.bytes.len()).find(word).unwrap_or(0) + word.len();
        if dedent {
            self.dedent(&mut elements);
        }
        let mut parts = self.parts(elements, Spelling::Bare)?;
        Ok(match parts.as_slice() {
            [] => text_at(Name::new(), Placed::verbatim(self.span(start..start))),
            [Part::Literal(..)] => match parts.remove(0) {
                Part::Literal(text, placed) => text_at(text, placed),
                part => E::Template([part].into()),
            },
            _ => E::Template(parts.into()),
        })
    }

    /// What stands up to the end of the template, blanks trimmed; the end itself is not read.
    #[inline(never)]
    fn elements(&mut self, end: End<'_>) -> Parsed<Vec<Element>> {
        let mut elements = Vec::new();
        let mut start = self.at;
        let mut line_start = true;
        loop {
            if line_start
                && let End::Line(word) = end
                && self.line().trim() == word
            {
                break;
            }
            line_start = false;
            if self.is_at_end() {
                break;
            }
            let byte = self.peek();
            match byte {
                b'"' if matches!(end, End::Quote) => break,
                b'\n' if matches!(end, End::Quote) => break,
                b'\\' if matches!(end, End::Quote) => self.escape(),
                b'\n' => {
                    self.at += 1;
                    elements.push(Element::Literal(start..self.at));
                    start = self.at;
                    line_start = true;
                }
                b'$' | b'%' if self.ahead(1) == byte && self.ahead(2) == b'{' => self.at += 3,
                b'$' | b'%' if self.ahead(1) == b'{' => {
                    if self.at > start {
                        elements.push(Element::Literal(start..self.at));
                    }
                    elements.push(self.mark(byte == b'$')?);
                    start = self.at;
                }
                _ => self.at += 1,
            }
        }
        if self.at > start {
            elements.push(Element::Literal(start..self.at));
        }
        self.trim(&mut elements, end.spelling());
        Ok(elements)
    }

    /// The rest of the line.
    fn line(&self) -> &str {
        let rest = self.text(self.at..self.bytes.len());
        rest.find('\n').and_then(|end| rest.get(..end)).unwrap_or(rest)
    }

    /// Goes past an escape; one that does not exist is said.
    fn escape(&mut self) {
        let digits = match self.ahead(1) {
            b'n' | b'r' | b't' | b'"' | b'\\' => 0,
            b'u' => 4,
            b'U' => 8,
            _ => {
                self.faults
                    .push(Syntax::new(self.at, "there is no such escape: a backslash is written \\\\"));
                self.at += 1;
                return;
            }
        };
        let code = self.source.get(self.at + 2..self.at + 2 + digits);
        let is_char = |code: &str| u32::from_str_radix(code, 16).ok().and_then(char::from_u32).is_some();
        if digits > 0 && !code.is_some_and(is_char) {
            let message = format!("{digits} hexadecimal digits of a character belong here");
            self.faults.push(Syntax::new(self.at, message));
            self.at += 1;
            return;
        }
        self.at += 2 + digits;
    }

    /// `${ .. }` or `%{ .. }`.
    fn mark(&mut self, is_value: bool) -> Parsed<Element> {
        self.at += 2;
        let before = self.peek() == b'~';
        self.at += usize::from(before);
        self.with_lines(true, |me| {
            let mark = if is_value { Mark::Value(me.expr()?) } else { me.directive()? };
            me.space();
            let after = me.peek() == b'~';
            me.at += usize::from(after);
            if me.peek() != b'}' {
                return me.fail("a closing brace belongs here");
            }
            me.at += 1;
            Ok(Element::Mark(Box::new(mark), Trim { before, after }))
        })
    }

    fn directive(&mut self) -> Parsed<Mark> {
        self.space();
        if self.word("if") {
            return Ok(Mark::If(self.expr()?));
        }
        if self.word("for") {
            let (key, value) = self.loop_names()?;
            return Ok(Mark::For(key, value, self.expr()?));
        }
        for (word, mark) in [("else", Mark::Else), ("endif", Mark::EndIf), ("endfor", Mark::EndFor)] {
            if self.word(word) {
                return Ok(mark);
            }
        }
        self.fail("if, else, endif, for or endfor belongs here")
    }

    /// Takes away the blanks beside marks that trim.
    fn trim(&self, elements: &mut [Element], spelling: Spelling) {
        for index in 0..elements.len() {
            let Some(Element::Mark(_, trim)) = elements.get(index) else { continue };
            let trim = *trim;
            if trim.before
                && let Some(Element::Literal(range)) = elements.get_mut(index.wrapping_sub(1))
            {
                range.end = range.start + trimmed(self.text(range.clone()), spelling).end;
            }
            if trim.after
                && let Some(Element::Literal(range)) = elements.get_mut(index + 1)
            {
                range.start += trimmed(self.text(range.clone()), spelling).start;
            }
        }
    }

    /// Removes the least indentation of the literals that start a line.
    fn dedent(&self, elements: &mut [Element]) {
        let mut least = usize::MAX;
        for pass in 0..2 {
            let mut line_start = true;
            for element in elements.iter_mut() {
                let Element::Literal(range) = element else {
                    if line_start {
                        least = 0;
                    }
                    line_start = false;
                    continue;
                };
                let text = self.text(range.clone());
                if text.is_empty() {
                    continue;
                }
                if line_start {
                    let space = |c: &char| c.is_whitespace() && *c != '\n';
                    let indentation = text.chars().take_while(space).count();
                    let blank = text.trim().is_empty() && text.ends_with('\n');
                    match pass {
                        // A blank line neither counts nor changes.
                        _ if blank => {}
                        0 => least = least.min(indentation),
                        _ => {
                            let less = text.chars().take(indentation.min(least));
                            range.start += less.map(char::len_utf8).sum::<usize>();
                        }
                    }
                }
                line_start = text.ends_with('\n');
            }
            if least == usize::MAX || least == 0 {
                return;
            }
        }
    }

    fn literal(&self, ranges: &[Range<usize>], spelling: Spelling, empty_at: usize) -> (Name, Placed) {
        let mut assembly = Assembly::new();
        for range in ranges {
            assembly.push(self.source, range.clone(), spelling);
        }
        assembly.finish(self.file, self.base, empty_at)
    }

    /// The elements as a tree.
    fn parts(&self, elements: Vec<Element>, spelling: Spelling) -> Parsed<Vec<Part>> {
        let is_one_value = matches!(elements.as_slice(), [_]);
        let mut open: Vec<Open> = Vec::new();
        let mut parts: Vec<Part> = Vec::new();
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for element in elements {
            let (mark, _) = match element {
                Element::Literal(range) => {
                    ranges.push(range);
                    continue;
                }
                Element::Mark(mark, trim) => (mark, trim),
            };
            self.flush(&mut ranges, spelling, &mut parts);
            match *mark {
                Mark::Value(expr) => parts.push(Part::Value(expr)),
                Mark::If(condition) => {
                    open.push(Open::If(condition, None, std::mem::take(&mut parts)));
                }
                Mark::For(key, value, collection) => {
                    open.push(Open::For(key, value, collection, std::mem::take(&mut parts)));
                }
                Mark::Else => match open.last_mut() {
                    Some(Open::If(_, then @ None, _)) => *then = Some(std::mem::take(&mut parts)),
                    _ => return self.fail("an else belongs to an if, once"),
                },
                Mark::EndIf => {
                    let Some(Open::If(condition, then, outer)) = open.pop() else {
                        return self.fail("this endif belongs to no if");
                    };
                    let inner = std::mem::replace(&mut parts, outer).into_boxed_slice();
                    let (then, otherwise) = match then {
                        Some(then) => (then.into(), inner),
                        None => (inner, Box::default()),
                    };
                    parts.push(Part::If(Box::new(IfPart { condition, then, otherwise })));
                }
                Mark::EndFor => {
                    let Some(Open::For(key_name, value_name, collection, outer)) = open.pop() else {
                        return self.fail("this endfor belongs to no for");
                    };
                    let body = std::mem::replace(&mut parts, outer).into();
                    let each = ForPart { key_name, value_name, collection, body };
                    parts.push(Part::For(Box::new(each)));
                }
            }
            if open.len() > MAX_OPEN {
                let message =
                    format!("more than {MAX_OPEN} directives stand in each other, which is not read");
                return Err(Syntax::limit(self.at, message));
            }
        }
        self.flush(&mut ranges, spelling, &mut parts);
        match open.last() {
            Some(Open::If(condition, ..)) => return self.open_at(condition, "this if has no endif"),
            Some(Open::For(_, _, collection, _)) => {
                return self.open_at(collection, "this for has no endfor");
            }
            None => {}
        }
        // What is trimmed away beside a value still makes a text of it.
        if !is_one_value && let [Part::Value(expr)] = parts.as_slice() {
            let at = expr.span.start as usize - self.base;
            let (text, placed) = self.literal(&[], spelling, at);
            parts.push(Part::Literal(text, placed));
        }
        Ok(parts)
    }

    fn open_at<T>(&self, expr: &Expr, message: &'static str) -> Parsed<T> {
        Err(Syntax::new(expr.span.start as usize - self.base, message))
    }

    /// One literal of what was gathered.
    fn flush(&self, ranges: &mut Vec<Range<usize>>, spelling: Spelling, parts: &mut Vec<Part>) {
        let Some(first) = ranges.first() else { return };
        let (text, placed) = self.literal(ranges, spelling, first.start);
        if !text.is_empty() {
            parts.push(Part::Literal(text, placed));
        }
        ranges.clear();
    }
}

/// How many directives may stand in each other.
const MAX_OPEN: usize = 64;

/// A directive without its end: its head, the branch that is done, and what stood before it.
enum Open {
    If(Expr, Option<Vec<Part>>, Vec<Part>),
    For(Option<Name>, Name, Expr, Vec<Part>),
}

/// Where a literal's characters lie between the white space at its ends, which between quotes may be written as escapes.
fn trimmed(text: &str, spelling: Spelling) -> Range<usize> {
    let mut kept: Option<Range<usize>> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let mut space = char.is_whitespace();
        let mut end = at + char.len_utf8();
        if char == '\\'
            && spelling == Spelling::Quoted
            && let Some((next, escaped)) = chars.next()
        {
            space = matches!(escaped, 'n' | 'r' | 't');
            end = next + escaped.len_utf8();
        }
        if !space {
            kept = Some(kept.map_or(at, |k| k.start)..end);
        }
    }
    // Of nothing but white space nothing stays, from whichever end it is trimmed.
    kept.unwrap_or(text.len()..0)
}
