//! Operands: literals, names, calls, parentheses, and what stands in brackets and braces.

use super::cursor::{Parsed, Parser, Syntax};
use crate::ir::{Call, E, Expr, For, Item, Key};
use crate::num::Num;
use crate::val::normalized;

impl Parser<'_> {
    /// What stands between operators, without the steps behind it.
    pub(super) fn operand(&mut self) -> Parsed<Expr> {
        let start = self.at;
        let kind = match self.peek() {
            b'"' => self.quoted()?,
            b'(' => self.parentheses()?,
            b'[' => self.brackets()?,
            b'{' => self.braces()?,
            b'0'..=b'9' => self.number()?,
            b'<' if self.ahead(1) == b'<' => self.heredoc()?,
            _ if self.at_name() => self.named()?,
            _ => return self.fail("an expression belongs here"),
        };
        Ok(Expr { kind, span: self.since(start) })
    }

    #[inline(never)]
    fn number(&mut self) -> Parsed<E> {
        let start = self.at;
        self.digits();
        let sign = usize::from(matches!(self.ahead(2), b'+' | b'-'));
        let exponent = matches!(self.ahead(1), b'e' | b'E') && self.ahead(2 + sign).is_ascii_digit();
        if self.peek() == b'.' && (self.ahead(1).is_ascii_digit() || exponent) {
            self.at += 1;
            self.digits();
        }
        if matches!(self.peek(), b'e' | b'E') {
            let sign = usize::from(matches!(self.ahead(1), b'+' | b'-'));
            if !self.ahead(1 + sign).is_ascii_digit() {
                return Err(Syntax::new(start, "this is not a number"));
            }
            self.at += 1 + sign;
            self.digits();
        }
        match Num::parse(self.text(start..self.at)) {
            Some(number) => Ok(E::Num(number)),
            None => Err(Syntax::limit(start, "this number is too large")),
        }
    }

    fn digits(&mut self) {
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
    }

    /// A word, a name or a call.
    #[inline(never)]
    fn named(&mut self) -> Parsed<E> {
        let start = self.at;
        let mut last = self.name_range();
        let name_end = self.at;
        self.space();
        while self.starts_with("::") {
            self.at += 2;
            self.space();
            if !self.at_name() {
                return self.fail("the name of a function belongs here");
            }
            last = self.name_range();
            self.space();
        }
        if self.peek() != b'(' {
            if last.start != start {
                return self.fail("the arguments of the function belong here, in parentheses");
            }
            self.at = name_end;
            return Ok(match self.text(last) {
                "true" => E::Bool(true),
                "false" => E::Bool(false),
                "null" => E::Null,
                name => E::Root(name.into()),
            });
        }
        let written = self.text(start..last.end);
        let name = if last.start == start {
            written.into()
        } else {
            written.chars().filter(|c| !c.is_whitespace()).collect()
        };
        let name_span = self.span(last);
        let (arguments, expand) = self.arguments()?;
        Ok(E::Call(Box::new(Call { name, name_span, arguments, expand })))
    }

    #[inline(never)]
    fn arguments(&mut self) -> Parsed<(Vec<Expr>, bool)> {
        self.at += 1;
        self.with_lines(true, |me| {
            let first = me.exprs.len();
            let mut expand = false;
            loop {
                me.space();
                if me.peek() == b')' {
                    break;
                }
                if expand {
                    return me.fail("a closing parenthesis belongs behind the dots");
                }
                let argument = me.expr()?;
                me.exprs.push(argument);
                me.space();
                if me.starts_with("...") {
                    me.at += 3;
                    expand = true;
                    me.space();
                }
                match me.peek() {
                    b',' => me.at += 1,
                    b')' => {}
                    _ => return me.fail("a comma or a closing parenthesis belongs here"),
                }
            }
            me.at += 1;
            Ok((me.exprs.split_off(first), expand))
        })
    }

    #[inline(never)]
    fn parentheses(&mut self) -> Parsed<E> {
        self.at += 1;
        self.with_lines(true, |me| {
            let inner = me.expr()?;
            me.expect(b')', "a closing parenthesis belongs here")?;
            Ok(E::Paren(Box::new(inner)))
        })
    }

    #[inline(never)]
    fn brackets(&mut self) -> Parsed<E> {
        self.at += 1;
        self.with_lines(true, |me| {
            me.space();
            if me.at_for() {
                return me.for_in(b']');
            }
            let first = me.exprs.len();
            loop {
                me.space();
                if me.peek() == b']' {
                    break;
                }
                let item = me.expr()?;
                me.exprs.push(item);
                me.space();
                match me.peek() {
                    b',' => me.at += 1,
                    b']' => {}
                    _ => return me.fail("a comma or a closing bracket belongs here"),
                }
            }
            me.at += 1;
            Ok(E::Tuple(me.exprs.drain(first..).collect()))
        })
    }

    #[inline(never)]
    fn braces(&mut self) -> Parsed<E> {
        self.at += 1;
        self.lines();
        if self.at_for() {
            return self.with_lines(true, |me| me.for_in(b'}'));
        }
        self.with_lines(false, |me| {
            let first = me.items.len();
            loop {
                me.lines();
                if me.peek() == b'}' {
                    break;
                }
                let entry = me.entry()?;
                me.items.push(entry);
                me.space();
                match me.peek() {
                    b',' | b'\n' => me.at += 1,
                    b'}' => {}
                    _ => return me.fail("a comma, the end of the line or a closing brace belongs here"),
                }
            }
            me.at += 1;
            Ok(E::Object(me.items.drain(first..).collect()))
        })
    }

    /// `key = value` or `key : value`.
    fn entry(&mut self) -> Parsed<Item> {
        let key = self.key()?;
        self.space();
        match self.peek() {
            b':' => {}
            b'=' if self.ahead(1) != b'=' => {}
            _ => return self.fail("an equals sign or a colon belongs behind the key"),
        }
        self.at += 1;
        Ok(Item { key, value: self.expr()? })
    }

    #[inline(never)]
    fn key(&mut self) -> Parsed<Key> {
        let start = self.at;
        if self.at_name() {
            let word = self.name_range();
            self.space();
            // Words that mean something elsewhere are words here.
            if self.peek() == b':' && self.ahead(1) != b':' || self.peek() == b'=' && self.ahead(1) != b'=' {
                return Ok(Key::Word(self.text(word.clone()).into(), self.span(word)));
            }
            self.at = start;
        }
        let key = self.expr()?;
        let at = || key.placed().span;
        Ok(match &key.kind {
            E::Text(text, _) => Key::Word(normalized(text.clone()), at()),
            _ => Key::Expr(Box::new(key)),
        })
    }

    /// Whether a `for` starts here; the word cannot be a key.
    fn at_for(&self) -> bool {
        self.at_word("for")
    }

    /// From the word `for` up to the bracket that closes it.
    #[inline(never)]
    fn for_in(&mut self, closing: u8) -> Parsed<E> {
        self.at += 3;
        let (key_name, value_name) = self.loop_names()?;
        let collection = self.expr()?;
        self.expect(b':', "a colon belongs behind what is gone through")?;
        let mut key = None;
        let mut value = self.expr()?;
        let mut grouping = false;
        if closing == b'}' {
            self.space();
            if !self.starts_with("=>") {
                return self.fail("an arrow belongs between the key and the value: key => value");
            }
            self.at += 2;
            key = Some(std::mem::replace(&mut value, self.expr()?));
            self.space();
            grouping = self.starts_with("...");
            self.at += if grouping { 3 } else { 0 };
        }
        self.space();
        let condition = if self.word("if") { Some(self.expr()?) } else { None };
        self.expect(closing, "the bracket of this for belongs here")?;
        Ok(E::For(Box::new(For { key_name, value_name, collection, key, value, grouping, condition })))
    }

    /// `k, v in`.
    pub(super) fn loop_names(&mut self) -> Parsed<(Option<iaclint_value::Name>, iaclint_value::Name)> {
        self.space();
        let (first, _) = self.name()?;
        self.space();
        let names = if self.peek() == b',' {
            self.at += 1;
            self.space();
            (Some(first), self.name()?.0)
        } else {
            (None, first)
        };
        self.space();
        if self.word("in") { Ok(names) } else { self.fail("the word in belongs here") }
    }
}
