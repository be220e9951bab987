//! A file in compact form: what remains once the parser's tree is dropped.

use iaclint_graph::Directive;
use iaclint_source::{Problem, Span};
use iaclint_value::{Name, Placed};

use crate::num::Num;
use crate::ops::{BinaryOp, UnaryOp};

/// A file.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) body: Body,
    pub(crate) problems: Vec<Problem>,
    pub(crate) directives: Vec<Directive>,
}

/// What stands in a file or between the braces of a block.
#[derive(Debug, Default, Clone)]
pub(crate) struct Body {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) blocks: Vec<Block>,
}

/// `name = value`.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub(crate) name: Name,
    pub(crate) name_span: Span,
    pub(crate) value: Expr,
}

/// `kind "label" { .. }`.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) kind: Name,
    pub(crate) labels: Vec<Name>,
    /// From the kind to the last label.
    pub(crate) header: Span,
    pub(crate) whole: Span,
    pub(crate) body: Body,
}

impl Body {
    /// The attribute of this name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// Whether the block says how often it is made.
    pub(crate) fn is_repeated(&self) -> bool {
        self.attributes.iter().any(|a| a.name == "count" || a.name == "for_each")
    }

    /// The blocks of this kind.
    pub(crate) fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |b| b.kind == kind)
    }
}

/// An expression.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) kind: E,
    pub(crate) span: Span,
}

/// The shapes of an expression.
#[derive(Debug, Clone)]
pub(crate) enum E {
    Null,
    Bool(bool),
    Num(Num),
    /// A text without interpolations. Where its characters stand: nothing when they stand between the quotes as they are.
    Text(Name, Option<Box<Placed>>),
    Template(Box<[Part]>),
    /// `"${x}"`: x, with its type.
    Wrap(Box<Expr>),
    Tuple(Box<[Expr]>),
    Object(Box<[Item]>),
    Paren(Box<Expr>),
    /// A name on its own or at the start of a traversal.
    Root(Name),
    Access(Box<Expr>, Box<[Step]>),
    Call(Box<Call>),
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<[Expr; 2]>),
    Conditional(Box<[Expr; 3]>),
    For(Box<For>),
}

/// `key = value` in an object.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) key: Key,
    pub(crate) value: Expr,
}

/// The key of an object's item.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    /// A bare word.
    Word(Name, Span),
    Expr(Box<Expr>),
}

/// One step of a traversal.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) kind: StepKind,
    pub(crate) span: Span,
}

/// The shapes of a step.
#[derive(Debug, Clone)]
pub(crate) enum StepKind {
    Attr(Name),
    Index(Box<Expr>),
    /// `.0`.
    Legacy(u64),
    /// `.*`.
    AttrSplat,
    /// `[*]`.
    FullSplat,
}

/// A function call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// With its namespace: `provider::aws::arn_parse`.
    pub(crate) name: Name,
    pub(crate) name_span: Span,
    pub(crate) arguments: Vec<Expr>,
    /// The last argument is followed by `...`.
    pub(crate) expand: bool,
}

/// `[for k, v in c : x if y]`, `{for k, v in c : a => b... if y}`.
#[derive(Debug, Clone)]
pub(crate) struct For {
    pub(crate) key_name: Option<Name>,
    pub(crate) value_name: Name,
    pub(crate) collection: Expr,
    /// Of an object.
    pub(crate) key: Option<Expr>,
    pub(crate) value: Expr,
    pub(crate) grouping: bool,
    pub(crate) condition: Option<Expr>,
}

/// A part of a template.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Literal(Name, Placed),
    Value(Expr),
    If(Box<IfPart>),
    For(Box<ForPart>),
}

/// `%{ if condition }`, up to its `%{ endif }`.
#[derive(Debug, Clone)]
pub(crate) struct IfPart {
    pub(crate) condition: Expr,
    pub(crate) then: Box<[Part]>,
    pub(crate) otherwise: Box<[Part]>,
}

/// `%{ for k, v in collection }`, up to its `%{ endfor }`.
#[derive(Debug, Clone)]
pub(crate) struct ForPart {
    pub(crate) key_name: Option<Name>,
    pub(crate) value_name: Name,
    pub(crate) collection: Expr,
    pub(crate) body: Box<[Part]>,
}

impl Step {
    /// Whether it is written out: a name, or an index that is a literal.
    pub(crate) fn is_plain(&self) -> bool {
        match &self.kind {
            StepKind::Attr(_) | StepKind::Legacy(_) => true,
            StepKind::Index(key) => matches!(key.kind, E::Num(_) | E::Text(..) | E::Bool(_)),
            StepKind::AttrSplat | StepKind::FullSplat => false,
        }
    }
}

impl Expr {
    /// This expression without the parentheses and lone interpolations around it.
    pub(crate) fn bare(&self) -> &Expr {
        match &self.kind {
            E::Paren(inner) | E::Wrap(inner) => inner.bare(),
            _ => self,
        }
    }

    /// Where the characters of a literal stand.
    pub(crate) fn placed(&self) -> Placed {
        match &self.kind {
            E::Text(_, Some(placed)) => (**placed).clone(),
            _ => Placed::verbatim(self.span.slice(1..self.span.len().saturating_sub(1).max(1))),
        }
    }

    /// The text of a literal.
    pub(crate) fn literal(&self) -> Option<&Name> {
        match &self.bare().kind {
            E::Text(text, _) => Some(text),
            _ => None,
        }
    }

    /// A literal truth value.
    pub(crate) fn literal_bool(&self) -> Option<bool> {
        match &self.bare().kind {
            E::Bool(bool) => Some(*bool),
            E::Text(text, _) => text.parse().ok(),
            _ => None,
        }
    }

    /// The names of a traversal made of names alone: `aws_vpc.main.id`; also when they stand in a text, as old configurations write.
    pub(crate) fn names(&self) -> Option<Vec<Name>> {
        match &self.bare().kind {
            E::Root(name) => Some(vec![name.clone()]),
            E::Access(base, steps) => {
                let mut names = base.names()?;
                for step in steps {
                    let StepKind::Attr(name) = &step.kind else { return None };
                    names.push(name.clone());
                }
                Some(names)
            }
            E::Text(text, _) => Some(text.split('.').map(Name::from).collect()),
            _ => None,
        }
    }
}

/// Whether a text may be a name: of an argument, of what a block declares, of a key without quotes.
pub(crate) fn is_identifier(text: &str) -> bool {
    if let [first, rest @ ..] = text.as_bytes()
        && text.is_ascii()
    {
        let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        return (first.is_ascii_alphabetic() || *first == b'_') && rest.iter().all(is_inside);
    }
    let mut chars = text.chars();
    let start = |c: char| c.is_alphabetic() || c == '_';
    chars.next().is_some_and(start) && chars.all(|c| start(c) || c.is_alphanumeric() || c == '-')
}
