//! Bodies: the arguments and blocks of a file or between the braces of a block.

use iaclint_value::Name;
use rustc_hash::FxHashSet;

use super::cursor::{Parsed, Parser, Syntax};
use crate::ir::{Attribute, Block, Body};

/// From this many arguments on, those that stand twice are found by hashing.
const MANY: usize = 16;

impl Parser<'_> {
    /// The whole source as a body.
    pub(super) fn whole_body(&mut self) -> Parsed<Body> {
        let body = self.body()?;
        if self.is_at_end() { Ok(body) } else { self.fail("this brace closes nothing") }
    }

    /// What stands up to a closing brace or the end.
    fn body(&mut self) -> Parsed<Body> {
        let mut open = Open::of(self);
        loop {
            self.lines();
            if self.is_at_end() || self.peek() == b'}' {
                return Ok(open.body(self));
            }
            self.item(&mut open)?;
            self.space();
            if !self.is_at_end() && self.peek() != b'\n' {
                return self.fail("the end of the line belongs here");
            }
        }
    }

    /// An argument or a block.
    fn item(&mut self, open: &mut Open) -> Parsed<()> {
        let start = self.at;
        if !self.at_name() {
            return self.fail("an argument or a block belongs here");
        }
        let (name, name_span) = self.name()?;
        self.space();
        match self.peek() {
            b'=' if self.ahead(1) != b'=' => {
                if open.holds(&name, &self.attributes) {
                    self.faults.push(Syntax::new(start, format!("the argument {name:?} is set twice")));
                }
                self.at += 1;
                let value = self.expr()?;
                self.attributes.push(Attribute { name, name_span, value });
            }
            _ => {
                let block = self.nested(|me| me.block(start, name))?;
                self.blocks.push(block);
            }
        }
        Ok(())
    }

    /// A block behind its kind.
    fn block(&mut self, start: usize, kind: Name) -> Parsed<Block> {
        let mut header = self.span(start..start + kind.len());
        let mut labels = Vec::new();
        loop {
            self.space();
            let label_start = self.at;
            let label = match self.peek() {
                b'{' => break,
                b'"' => self.label()?,
                _ if self.at_name() => self.name()?.0,
                _ => return self.fail("an equals sign, a label or an opening brace belongs here"),
            };
            labels.push(label);
            header = header.to(self.since(label_start));
        }
        let opening = self.at;
        self.at += 1;
        self.space();
        let body = match self.peek() {
            b'\n' => self.body()?,
            b'}' => Body::default(),
            _ => self.one_line()?,
        };
        if self.peek() != b'}' {
            return Err(Syntax::new(opening, "this brace is not closed"));
        }
        self.at += 1;
        labels.shrink_to_fit();
        Ok(Block { kind, labels, header, whole: self.since(start), body })
    }

    /// The one argument of a block that is written in one line.
    fn one_line(&mut self) -> Parsed<Body> {
        let mut open = Open::of(self);
        self.item(&mut open)?;
        self.space();
        if self.peek() == b'}' {
            Ok(open.body(self))
        } else {
            self.fail("a closing brace belongs here: a block in one line has one argument")
        }
    }

    /// A label in quotes.
    fn label(&mut self) -> Parsed<Name> {
        let start = self.at;
        match self.quoted()? {
            crate::ir::E::Text(text, _) => Ok(text),
            _ => Err(Syntax::new(start, "a label is a text without interpolations")),
        }
    }
}

/// The body that is being read.
struct Open {
    /// Where its arguments and blocks begin among those of all open bodies.
    attributes: usize,
    blocks: usize,
    /// The names of its arguments, once they are many.
    seen: FxHashSet<Name>,
}

impl Open {
    fn of(parser: &Parser<'_>) -> Self {
        Self { attributes: parser.attributes.len(), blocks: parser.blocks.len(), seen: FxHashSet::default() }
    }

    fn body(self, parser: &mut Parser<'_>) -> Body {
        Body {
            attributes: parser.attributes.split_off(self.attributes),
            blocks: parser.blocks.split_off(self.blocks),
        }
    }

    /// Whether an argument stands there already; from now on it does.
    fn holds(&mut self, name: &Name, all: &[Attribute]) -> bool {
        let before = &all[self.attributes..];
        if before.len() < MANY {
            return before.iter().any(|a| a.name == *name);
        }
        if self.seen.is_empty() {
            self.seen.extend(before.iter().map(|a| a.name.clone()));
        }
        !self.seen.insert(name.clone())
    }
}
