//! ARNs before the deployment: what is known of them, and whether a pattern of a policy covers one.
//!
//! An ARN is a row of tokens: characters, wildcards, and symbols for what the deployment fills in. The same symbol is the same text; the
//! names of two resources of one kind are two different texts. So `${aws_s3_bucket.a.arn}/*` covers an object of `a` for certain, an
//! object of `b` certainly not, and what lies behind an unknown variable perhaps.

use std::collections::HashMap;

use iaclint_graph::{Language, Mode};
use iaclint_value::{Data, Piece, Reference, Target, Text, Value};

use crate::arn_forms::{ArnForm, form};
use crate::{Answer, Found, Model, ResourceId, look_up};

/// A part of an ARN or of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Token {
    /// A known character.
    Char(char),
    /// `*`.
    Star,
    /// `?`.
    Question,
    /// A text that is not known but is the same wherever the symbol stands.
    Symbol(Symbol),
    /// A text of which nothing is known.
    Hole,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Symbol {
    key: String,
    /// Two different symbols of one class are two different texts.
    class: Option<&'static str>,
    /// It is exactly one character.
    single: bool,
    /// It may hold a colon: it may be a whole ARN.
    wide: bool,
}

/// An ARN, or a pattern of ARNs, as far as it is known.
#[derive(Clone, Debug)]
pub struct Arn {
    tokens: Vec<Token>,
    /// The managed resource whose ARN it begins with, and how many tokens that is.
    head: Option<(ResourceId, usize)>,
}

/// What CloudFormation calls the account; the data source of Terraform becomes the same.
const ACCOUNT: &str = "AWS::AccountId";
/// How deep names may be made of other names.
const MAX_DEPTH: usize = 6;
/// More tokens than any ARN has.
const MAX_TOKENS: usize = 2048;

impl Arn {
    /// The ARN or pattern that a value is.
    pub fn of_value<'m>(model: &'m Model<'m>, value: &'m Value) -> Arn {
        let mut arn = Arn { tokens: Vec::new(), head: None };
        push_value(model, value, &mut arn, 0);
        arn.finished()
    }

    /// A known text as a pattern.
    pub fn of_text(text: &str) -> Arn {
        let mut arn = Arn { tokens: Vec::new(), head: None };
        push_text(text, &mut arn.tokens);
        arn.finished()
    }

    /// The ARN of a resource; `None` for types whose ARNs are not known to have a form.
    pub fn of_resource<'m>(model: &'m Model<'m>, id: ResourceId) -> Option<Arn> {
        let form = form(&model.resource(id).type_name)?;
        let mut arn = Arn { tokens: Vec::new(), head: None };
        push_arn(model, id, form, &mut arn, 0);
        Some(arn.finished())
    }

    /// A text of which nothing is known.
    pub fn unknown() -> Arn {
        Arn { tokens: vec![Token::Hole], head: None }
    }

    /// What a request names whose action is on no resource: only the pattern `*` covers it.
    pub fn no_resource() -> Arn {
        Arn { tokens: vec![Token::Char('*')], head: None }
    }

    /// The account that everything is deployed to.
    pub fn account() -> Arn {
        Arn { tokens: vec![symbol(ACCOUNT, false)], head: None }
    }

    /// Whether it is the account that everything is deployed to.
    pub fn is_account(&self) -> bool {
        self.tokens == Arn::account().tokens
    }

    /// The same with a text behind it of which nothing is known.
    #[must_use]
    pub fn then_anything(mut self) -> Arn {
        self.tokens.push(Token::Hole);
        self
    }

    /// The same with another one behind it.
    #[must_use]
    pub fn followed_by(mut self, other: &Arn) -> Arn {
        self.tokens.extend_from_slice(&other.tokens);
        self
    }

    /// Whether a wildcard stands in it.
    pub fn has_wildcard(&self) -> bool {
        self.tokens.iter().any(|t| matches!(t, Token::Star | Token::Question))
    }

    /// The same with more text behind it: `/*`.
    #[must_use]
    pub fn then(mut self, text: &str) -> Arn {
        push_text(text, &mut self.tokens);
        self
    }

    /// The same behind a text that stands before it: a parameter's name becomes its ARN.
    #[must_use]
    pub fn behind(self, form: &str) -> Arn {
        let mut tokens = Vec::new();
        push_form(form, &mut tokens);
        tokens.extend(self.tokens);
        Arn { tokens, head: None }.finished()
    }

    fn finished(mut self) -> Arn {
        // What is known of ARNs in China and GovCloud differs in the partition alone.
        let text: String =
            self.tokens.iter().take(16).map(|t| if let Token::Char(c) = t { *c } else { ' ' }).collect();
        for partition in ["aws-cn:", "aws-us-gov:"] {
            if text.strip_prefix("arn:").is_some_and(|rest| rest.starts_with(partition)) {
                self.tokens.drain(7..4 + partition.len() - 1);
                self.head = None;
            }
        }
        if self.tokens.len() > MAX_TOKENS {
            self.tokens = vec![Token::Hole];
            self.head = None;
        }
        self
    }

    /// The resource of the graph whose ARN this begins with.
    pub fn resource(&self) -> Option<ResourceId> {
        self.head.map(|(id, _)| id)
    }

    /// Whether the known characters at its start are these.
    pub fn starts_with(&self, prefix: &str) -> bool {
        let mut tokens = self.tokens.iter();
        prefix.chars().all(|c| tokens.next() == Some(&Token::Char(c)))
    }

    /// What it begins with, when that is a whole ARN of which nothing is known but which value it is: a variable, an attribute of what
    /// is only looked up. Two of these names may still be one ARN.
    pub fn symbol(&self) -> Option<&str> {
        match self.tokens.first() {
            Some(Token::Symbol(symbol)) if symbol.wide => Some(&symbol.key),
            _ => None,
        }
    }

    /// Whether it is `*`.
    pub fn is_everything(&self) -> bool {
        self.tokens == [Token::Star]
    }

    /// Whether nothing at all is known of it.
    pub fn is_unknown(&self) -> bool {
        !self.tokens.iter().any(|t| !matches!(t, Token::Hole))
    }

    /// Whether it names things below what it begins with: a `/` behind the bucket's name, or a wildcard that may stand for one.
    pub fn reaches_below(&self, levels_of_colons: usize) -> Answer {
        // Whatever a resource is called, its own ARN reaches nothing below it.
        let (mut colons, known) = self.head.map_or((0, 0), |(_, len)| (levels_of_colons, len));
        for token in self.tokens.iter().skip(known) {
            match token {
                Token::Char(':') => colons += 1,
                Token::Char('/') if colons >= levels_of_colons => return Answer::Yes,
                Token::Star => return Answer::Yes,
                Token::Hole => return Answer::Maybe,
                Token::Symbol(symbol) if symbol.wide => return Answer::Maybe,
                _ => {}
            }
        }
        Answer::No
    }

    /// Whether a slash stands in it for certain.
    pub fn has_slash(&self) -> bool {
        self.tokens.contains(&Token::Char('/'))
    }

    /// What stands before the first slash.
    #[must_use]
    pub fn before_slash(&self) -> Arn {
        let end = self.tokens.iter().position(|t| *t == Token::Char('/')).unwrap_or(self.tokens.len());
        Arn { tokens: self.tokens[..end].to_vec(), head: self.head.filter(|(_, len)| *len <= end) }
    }

    /// The ARN without what stands behind the `count`-th colon; behind the first one if it begins with a symbol for a whole ARN.
    #[must_use]
    pub fn cut(&self, count: usize) -> Arn {
        let whole = matches!(self.tokens.first(), Some(Token::Symbol(_) | Token::Hole));
        let limit = if whole { 1 } else { count };
        let mut colons = 0;
        let end = self.tokens.iter().position(|t| {
            colons += usize::from(*t == Token::Char(':'));
            colons == limit
        });
        let tokens = self.tokens[..end.unwrap_or(self.tokens.len())].to_vec();
        let head = self.head.filter(|(_, len)| *len <= tokens.len());
        Arn { tokens, head }
    }

    /// Whether this pattern covers an ARN.
    pub fn covers(&self, arn: &Arn) -> Answer {
        if let (Some((mine, at)), Some((theirs, _))) = (self.head, arn.head)
            && mine != theirs
            && matches!(self.tokens.get(at), None | Some(Token::Char('/' | ':')))
        {
            return Answer::No;
        }
        // Most are told apart by their first letters.
        let same = |(mine, theirs): &(&Token, &Token)| {
            mine == theirs && matches!(mine, Token::Char(_) | Token::Symbol(_))
        };
        let alike = self.tokens.iter().zip(&arn.tokens).take_while(same).count();
        let (pattern, arn) = (&self.tokens[alike..], &arn.tokens[alike..]);
        if let (Some(Token::Char(_)), Some(Token::Char(_))) = (pattern.first(), arn.first()) {
            return Answer::No;
        }
        if surely(pattern, arn) {
            Answer::Yes
        } else if perhaps(pattern, arn) {
            Answer::Maybe
        } else {
            Answer::No
        }
    }
}

/// Whether the pattern covers every text that `arn` can be.
fn surely(pattern: &[Token], arn: &[Token]) -> bool {
    table(pattern, arn, |p, a, next| match (p, a) {
        (None, None) => true,
        (Some(Token::Star), None) => next(1, 0),
        (Some(Token::Star), Some(_)) => next(1, 0) || next(0, 1),
        (Some(Token::Question), Some(Token::Char(_) | Token::Symbol(Symbol { single: true, .. }))) => {
            next(1, 1)
        }
        (Some(Token::Char(x)), Some(Token::Char(y))) if x == y => next(1, 1),
        (Some(Token::Symbol(x)), Some(Token::Symbol(y))) if x == y => next(1, 1),
        _ => false,
    })
}

/// Whether some text that `arn` can be is covered by something that the pattern can be.
fn perhaps(pattern: &[Token], arn: &[Token]) -> bool {
    table(pattern, arn, |p, a, next| {
        let single = |t: Option<&Token>| matches!(t, Some(Token::Symbol(Symbol { single: true, .. })));
        let open = |t: Option<&Token>| {
            matches!(t, Some(Token::Star | Token::Hole | Token::Symbol(Symbol { single: false, .. })))
        };
        match (p, a) {
            (None, None) => return true,
            (Some(Token::Char(x)), Some(Token::Char(y))) => return x == y && next(1, 1),
            (Some(Token::Symbol(x)), Some(Token::Symbol(y))) if x == y => return next(1, 1),
            (Some(Token::Symbol(x)), Some(Token::Symbol(y))) if x.class.is_some() && x.class == y.class => {
                return false;
            }
            (Some(_), Some(_)) if (single(p) && !open(a)) || (single(a) && !open(p)) => return next(1, 1),
            (Some(Token::Question), Some(_)) if next(1, 1) => return true,
            (Some(_), Some(Token::Question)) if next(1, 1) => return true,
            _ => {}
        }
        (open(p) && (next(1, 0) || a.is_some_and(|a| takes(p, a) && next(0, 1))))
            || (open(a) && (next(0, 1) || p.is_some_and(|p| takes(a, p) && next(1, 0))))
    })
}

/// Whether an open token may stand for text that holds `other`.
fn takes(open: Option<&Token>, other: &Token) -> bool {
    !matches!((open, other), (Some(Token::Symbol(Symbol { wide: false, .. })), Token::Char(':')))
}

/// Answers `step` for the beginnings of both rows, each pair of places worked out once, from the ends.
fn table(
    pattern: &[Token],
    arn: &[Token],
    step: impl Fn(Option<&Token>, Option<&Token>, &dyn Fn(usize, usize) -> bool) -> bool,
) -> bool {
    let width = arn.len() + 2;
    let mut known = vec![false; (pattern.len() + 2) * width];
    for i in (0..=pattern.len()).rev() {
        for j in (0..=arn.len()).rev() {
            let answer = step(pattern.get(i), arn.get(j), &|di, dj| {
                i + di <= pattern.len() && j + dj <= arn.len() && known[(i + di) * width + j + dj]
            });
            known[i * width + j] = answer;
        }
    }
    known[0]
}

fn push_text(text: &str, tokens: &mut Vec<Token>) {
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        tokens.extend(rest[..at].chars().map(token));
        // A policy variable: filled in for each request.
        tokens.push(Token::Hole);
        rest = rest[at..].find('}').map_or("", |end| &rest[at + end + 1..]);
    }
    tokens.extend(rest.chars().map(token));
}

fn token(character: char) -> Token {
    match character {
        '*' => Token::Star,
        '?' => Token::Question,
        other => Token::Char(other),
    }
}

fn symbol(key: impl Into<String>, wide: bool) -> Token {
    Token::Symbol(Symbol { key: key.into(), class: None, single: false, wide })
}

fn push_value<'m>(model: &'m Model<'m>, value: &'m Value, arn: &mut Arn, depth: usize) {
    if depth > MAX_DEPTH || arn.tokens.len() > MAX_TOKENS {
        arn.tokens.push(Token::Hole);
        return;
    }
    match &value.data {
        Data::Text(text) => push_pieces(model, text, arn, depth),
        Data::Reference(reference) => push_reference(model, reference, arn, depth),
        Data::Number(_) | Data::Bool(_) => push_text(&value.as_str().unwrap_or_default(), &mut arn.tokens),
        _ => arn.tokens.push(Token::Hole),
    }
}

fn push_pieces<'m>(model: &'m Model<'m>, text: &'m Text, arn: &mut Arn, depth: usize) {
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => push_text(&literal.text, &mut arn.tokens),
            Piece::Hole(hole) => push_value(model, hole, arn, depth + 1),
        }
    }
}

fn push_reference<'m>(model: &'m Model<'m>, reference: &'m Reference, arn: &mut Arn, depth: usize) {
    let reference = model.follow(reference);
    match &reference.target {
        Target::Pseudo(name) if name == "AWS::Partition" => push_text("aws", &mut arn.tokens),
        Target::Pseudo(name) => arn.tokens.push(symbol(name.as_str(), false)),
        Target::Resource(key) => {
            let [id] = model.resolve(reference) else {
                arn.tokens.push(symbol(format!("{}:{reference}", key.root.0), true));
                return;
            };
            let resource = model.resource(*id);
            let attribute = reference.attribute();
            if let Some(path) = carried(&resource.type_name, &attribute)
                && let Found::Value(value) = look_up(&resource.body, path)
            {
                push_value(model, value, arn, depth + 1);
                return;
            }
            let language = model.language(*id);
            if let Some(form) = form(&resource.type_name) {
                if form.is_arn(language, &attribute) {
                    push_arn(model, *id, form, arn, depth);
                    if language != Language::Terraform && resource.type_name == "AWS::Logs::LogGroup" {
                        push_text(":*", &mut arn.tokens);
                    }
                    return;
                }
                if form.is_name(language, &attribute) {
                    push_name(model, *id, form, &mut arn.tokens, depth);
                    return;
                }
            }
            arn.tokens.push(symbol(format!("{}:{reference}", key.root.0), true));
        }
        Target::Input { root, name } => arn.tokens.push(symbol(format!("{}:{name}", root.0), true)),
        _ => arn.tokens.push(symbol(reference.to_string(), true)),
    }
}

/// The property whose value an attribute repeats: a version of a secret has the secret's ARN.
fn carried(type_name: &str, attribute: &str) -> Option<&'static str> {
    match (type_name, attribute) {
        ("aws_secretsmanager_secret_version", "arn" | "secret_id") => Some("secret_id"),
        ("AWS::SecretsManager::SecretTargetAttachment", "Ref" | "Id") => Some("SecretId"),
        ("aws_s3_bucket_policy" | "aws_s3_bucket_notification", "bucket" | "id") => Some("bucket"),
        ("aws_sqs_queue_policy", "queue_url" | "id") => Some("queue_url"),
        ("aws_iam_role_policy_attachment" | "aws_iam_role_policy", "role") => Some("role"),
        _ => None,
    }
}

fn push_arn<'m>(model: &'m Model<'m>, id: ResourceId, form: &'static ArnForm, arn: &mut Arn, depth: usize) {
    let starts = arn.tokens.is_empty();
    let resource = model.resource(id);
    let mut rest = form.arn;
    while let Some(open) = rest.find('{') {
        push_text(&rest[..open], &mut arn.tokens);
        let Some(close) = rest.find('}') else { break };
        match &rest[open + 1..close] {
            "region" => match &resource.region {
                Some(region) => push_text(region, &mut arn.tokens),
                None => arn.tokens.push(symbol("AWS::Region", false)),
            },
            "account" => arn.tokens.push(symbol(ACCOUNT, false)),
            "random" => arn.tokens.extend((0..6).map(|n| {
                let class = (resource.mode == Mode::Managed).then_some("random");
                Token::Symbol(Symbol { key: format!("{}#{n}", id.0), class, single: true, wide: false })
            })),
            // Rules of the default bus are called by their names alone.
            "bus/" => {
                let path =
                    if model.language(id) == Language::Terraform { "event_bus_name" } else { "EventBusName" };
                match look_up(&resource.body, path) {
                    Found::Absent(_) => {}
                    Found::Value(value) if value.as_str().as_deref() == Some("default") => {}
                    _ => arn.tokens.push(symbol(format!("{}#bus", id.0), false)),
                }
            }
            "revision" => arn.tokens.push(symbol(format!("{}#revision", id.0), false)),
            "path" => match look_up(
                &resource.body,
                if model.language(id) == Language::Terraform { "path" } else { "Path" },
            ) {
                Found::Value(value) => push_value(model, value, arn, depth + 1),
                Found::Absent(_) => arn.tokens.push(Token::Char('/')),
                _ => arn.tokens.push(Token::Hole),
            },
            "/name" => {
                let at = arn.tokens.len();
                push_name(model, id, form, &mut arn.tokens, depth);
                match arn.tokens.get(at) {
                    Some(Token::Char('/')) => {}
                    Some(Token::Char(_)) => arn.tokens.insert(at, Token::Char('/')),
                    _ => arn.tokens.insert(at, Token::Hole),
                }
            }
            _ => push_name(model, id, form, &mut arn.tokens, depth),
        }
        rest = &rest[close + 1..];
    }
    push_text(rest, &mut arn.tokens);
    if starts && resource.mode == Mode::Managed && resource.existence.is_certain() {
        arn.head = Some((id, arn.tokens.len()));
    }
}

fn push_name<'m>(
    model: &'m Model<'m>,
    id: ResourceId,
    form: &'static ArnForm,
    tokens: &mut Vec<Token>,
    depth: usize,
) {
    let resource = model.resource(id);
    let class = (resource.mode == Mode::Managed).then_some(form.arn);
    let own = || Token::Symbol(Symbol { key: format!("{}#name", id.0), class, single: false, wide: false });
    let terraform = model.language(id) == Language::Terraform;
    let path = if terraform { form.terraform_name } else { form.cloudformation_name };
    let found =
        if path.is_empty() { Found::Absent(resource.body.origin) } else { look_up(&resource.body, path) };
    match found {
        Found::Value(value) => {
            let mut name = Arn { tokens: Vec::new(), head: None };
            push_value(model, value, &mut name, depth + 1);
            tokens.extend(name.tokens);
        }
        Found::Absent(_) => {
            if terraform && let Found::Value(value) = look_up(&resource.body, form.prefix()) {
                let mut name = Arn { tokens: Vec::new(), head: None };
                push_value(model, value, &mut name, depth + 1);
                tokens.extend(name.tokens);
            }
            tokens.push(own());
        }
        _ => tokens.push(own()),
    }
}

fn push_form(form: &str, tokens: &mut Vec<Token>) {
    let names: HashMap<&str, &str> = HashMap::from([("region", "AWS::Region"), ("account", ACCOUNT)]);
    let mut rest = form;
    while let Some(open) = rest.find('{') {
        push_text(&rest[..open], tokens);
        let Some(close) = rest.find('}') else { break };
        if let Some(name) = names.get(&rest[open + 1..close]) {
            tokens.push(symbol(*name, false));
        }
        rest = &rest[close + 1..];
    }
    push_text(rest, tokens);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_cover_what_they_can_spell() {
        let covers = |pattern: &str, arn: &str| Arn::of_text(pattern).covers(&Arn::of_text(arn));
        assert_eq!(covers("*", "arn:aws:s3:::a"), Answer::Yes);
        assert_eq!(covers("arn:aws:s3:::a/*", "arn:aws:s3:::a"), Answer::No);
        assert_eq!(covers("arn:aws:s3:::a*", "arn:aws:s3:::a/b"), Answer::Yes);
        assert_eq!(covers("arn:aws:s3:::?", "arn:aws:s3:::ab"), Answer::No);
        assert_eq!(covers("arn:aws-cn:s3:::a", "arn:aws:s3:::a"), Answer::Yes);
    }

    #[test]
    fn a_symbol_is_covered_by_itself_and_by_wildcards_alone() {
        let one = |class| Arn {
            tokens: vec![Token::Symbol(Symbol { key: "1".into(), class, single: false, wide: false })],
            head: None,
        };
        let other = Arn {
            tokens: vec![Token::Symbol(Symbol {
                key: "2".into(),
                class: Some("x"),
                single: false,
                wide: false,
            })],
            head: None,
        };
        assert_eq!(one(Some("x")).covers(&one(Some("x"))), Answer::Yes);
        assert_eq!(one(Some("x")).covers(&other), Answer::No);
        assert_eq!(one(None).covers(&other), Answer::Maybe);
        assert_eq!(Arn::of_text("abc").covers(&other), Answer::Maybe);
        assert_eq!(Arn::of_text("a:c").covers(&other), Answer::No);
        assert_eq!(Arn::of_text("*").covers(&other), Answer::Yes);
    }

    #[test]
    fn six_question_marks_cover_the_random_suffix_of_a_secret() {
        let single = |n| {
            Token::Symbol(Symbol { key: format!("1#{n}"), class: Some("random"), single: true, wide: false })
        };
        let mut tokens: Vec<Token> = "secret:app-".chars().map(Token::Char).collect();
        tokens.extend((0..6).map(single));
        let secret = Arn { tokens, head: None };
        assert_eq!(Arn::of_text("secret:app-??????").covers(&secret), Answer::Yes);
        assert_eq!(Arn::of_text("secret:app-?????").covers(&secret), Answer::No);
        assert_eq!(Arn::of_text("secret:app").covers(&secret), Answer::No);
        assert_eq!(Arn::of_text("secret:app-AbCdEf").covers(&secret), Answer::Maybe);
    }

    #[test]
    fn the_json_key_behind_a_secret_is_no_part_of_its_arn() {
        let arn = Arn::of_text("arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf:key::").cut(7);
        assert_eq!(Arn::of_text("arn:aws:secretsmanager:*:*:secret:a-AbCdEf").covers(&arn), Answer::Yes);
    }

    #[test]
    fn a_policy_variable_may_be_anything() {
        let home = Arn::of_text("arn:aws:s3:::home/${aws:username}/*");
        assert_eq!(home.covers(&Arn::of_text("arn:aws:s3:::home/ann/x")), Answer::Maybe);
        assert_eq!(home.covers(&Arn::of_text("arn:aws:s3:::away/ann/x")), Answer::No);
    }
}
