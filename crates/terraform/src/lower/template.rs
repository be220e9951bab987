//! Templates: literals trimmed by `~` and freed of the indentation that `<<-` removes.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, Strip, Template};

use super::Lowering;
use super::literal::{Assembly, Spelling};
use crate::ir::Part;

/// Which marks end a literal, and what is removed from it.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) spelling: Spelling,
    /// `<<-`.
    pub(super) dedent: bool,
}

/// The template's literals and the marks between them, in their order in the file.
enum Token {
    /// Ranges of one literal, a range a line in a heredoc.
    Literal(Range<usize>),
    /// The end of one literal element: the next range belongs to another.
    End,
    /// `${`, `%{ .. }`: whether it trims what stands before and after it.
    Mark(bool, bool),
}

/// The ranges of each literal element that remain, in order.
pub(super) struct Literals {
    ranges: std::vec::IntoIter<Vec<Range<usize>>>,
}

impl Lowering<'_> {
    /// Lowers a whole template.
    pub(super) fn template(&mut self, template: &Template, style: Style) -> Vec<Part> {
        let mut tokens = Vec::new();
        self.tokens(template, style, &mut tokens);
        self.trim(&mut tokens, style.spelling);
        if style.dedent {
            self.dedent(&mut tokens);
        }
        let mut ranges = vec![Vec::new()];
        for token in tokens {
            match token {
                Token::Literal(range) => ranges.last_mut().expect("it starts with one").push(range),
                Token::End => ranges.push(Vec::new()),
                Token::Mark(..) => {}
            }
        }
        let mut literals = Literals { ranges: ranges.into_iter() };
        let mut parts = self.parts(template, style, &mut literals);
        // What is trimmed away beside a value still makes a text of it.
        if template.len() > 1 && matches!(parts.as_slice(), [Part::Value(_)]) {
            let at = template.span().map_or(0, |s| s.start);
            let (text, placed) = Assembly::new().finish(self.file, self.base, at);
            parts.push(Part::Literal(text, placed));
        }
        parts
    }

    fn tokens(&self, template: &Template, style: Style, out: &mut Vec<Token>) {
        for element in template {
            match element {
                Element::Literal(literal) => {
                    let range = literal.span().unwrap_or(0..0);
                    if style.spelling == Spelling::Bare {
                        let mut at = range.start;
                        for line in self.source.get(range).unwrap_or_default().split_inclusive('\n') {
                            out.push(Token::Literal(at..at + line.len()));
                            at += line.len();
                        }
                    } else {
                        out.push(Token::Literal(range));
                    }
                    out.push(Token::End);
                }
                Element::Interpolation(inner) => out.push(mark(inner.strip)),
                Element::Directive(directive) => match &**directive {
                    Directive::If(inner) => {
                        out.push(mark(inner.if_expr.strip));
                        self.tokens(&inner.if_expr.template, style, out);
                        if let Some(otherwise) = &inner.else_expr {
                            out.push(mark(otherwise.strip));
                            self.tokens(&otherwise.template, style, out);
                        }
                        out.push(mark(inner.endif_expr.strip));
                    }
                    Directive::For(inner) => {
                        out.push(mark(inner.for_expr.strip));
                        self.tokens(&inner.for_expr.template, style, out);
                        out.push(mark(inner.endfor_expr.strip));
                    }
                },
            }
        }
    }

    fn trim(&self, tokens: &mut [Token], spelling: Spelling) {
        for index in 0..tokens.len() {
            let Token::Mark(before, after) = tokens[index] else { continue };
            if before {
                let previous = tokens[..index].iter_mut().rev().find(|t| !matches!(t, Token::End));
                if let Some(Token::Literal(range)) = previous {
                    let text = self.source.get(range.clone()).unwrap_or_default();
                    range.end = range.start + trimmed(text, spelling).end;
                }
            }
            if after && let Some(Token::Literal(range)) = tokens.get_mut(index + 1) {
                let text = self.source.get(range.clone()).unwrap_or_default();
                range.start += trimmed(text, spelling).start;
            }
        }
    }

    /// Removes the least indentation of the literals that start a line.
    fn dedent(&self, tokens: &mut [Token]) {
        let mut least = usize::MAX;
        for pass in 0..2 {
            let mut line_start = true;
            for token in tokens.iter_mut() {
                match token {
                    Token::End => {}
                    Token::Mark(..) => {
                        if line_start {
                            least = 0;
                        }
                        line_start = false;
                    }
                    Token::Literal(range) => {
                        let text = self.source.get(range.clone()).unwrap_or_default();
                        if line_start && !text.is_empty() {
                            let indentation = text.len() - text.trim_start_matches([' ', '\t']).len();
                            let blank = text.trim().is_empty() && text.ends_with('\n');
                            match pass {
                                // A blank line neither counts nor changes.
                                _ if blank => {}
                                0 => least = least.min(indentation),
                                _ => range.start += indentation.min(least),
                            }
                        }
                        if !text.is_empty() {
                            line_start = text.ends_with('\n');
                        }
                    }
                }
            }
            if least == usize::MAX || least == 0 {
                return;
            }
        }
    }

    fn parts(&mut self, template: &Template, style: Style, literals: &mut Literals) -> Vec<Part> {
        let mut out = Vec::with_capacity(template.len());
        for element in template {
            match element {
                Element::Literal(literal) => {
                    let ranges = literals.ranges.next().unwrap_or_default();
                    let mut assembly = Assembly::new();
                    for range in ranges {
                        assembly.push(self.source, range, style.spelling);
                    }
                    let empty_at = literal.span().map_or(0, |s| s.start);
                    let (text, placed) = assembly.finish(self.file, self.base, empty_at);
                    if !text.is_empty() {
                        out.push(Part::Literal(text, placed));
                    }
                }
                Element::Interpolation(inner) => out.push(Part::Value(self.expr(&inner.expr))),
                Element::Directive(directive) => match &**directive {
                    Directive::If(inner) => {
                        let condition = self.expr(&inner.if_expr.cond_expr);
                        let then = self.parts(&inner.if_expr.template, style, literals).into();
                        let otherwise = match &inner.else_expr {
                            Some(otherwise) => self.parts(&otherwise.template, style, literals).into(),
                            None => Box::default(),
                        };
                        out.push(Part::If { condition, then, otherwise });
                    }
                    Directive::For(inner) => {
                        let intro = &inner.for_expr;
                        let collection = self.expr(&intro.collection_expr);
                        let body = self.parts(&intro.template, style, literals).into();
                        out.push(Part::For {
                            key_name: intro.key_var.as_ref().map(|k| k.as_str().into()),
                            value_name: intro.value_var.as_str().into(),
                            collection,
                            body,
                        });
                    }
                },
            }
        }
        out
    }
}

fn mark(strip: Strip) -> Token {
    Token::Mark(matches!(strip, Strip::Start | Strip::Both), matches!(strip, Strip::End | Strip::Both))
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
