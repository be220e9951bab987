//! The JSON syntax: `.tf.json` and `.tfvars.json`.

use iaclint_source::{Problem, ProblemKind, SourceFile, Span};
use iaclint_value::{Data, Name, OriginArena, OriginId, Piece, Placed, Value};

use crate::ir::{Attribute, Block, Body, E, Expr, File, Item, Key, Part};
use crate::num::Num;

use super::directives;

/// The blocks of the language in the body of another: the rest are arguments, since without a schema both are the same.
fn blocks_in(kind: &str) -> &'static [&'static str] {
    match kind {
        "resource" | "data" | "ephemeral" => {
            &["lifecycle", "provisioner", "connection", "timeouts", "dynamic"]
        }
        "lifecycle" => &["precondition", "postcondition", "action_trigger"],
        "provisioner" => &["connection"],
        "variable" => &["validation"],
        "output" => &["precondition"],
        "check" => &["assert", "data"],
        "dynamic" => &["content"],
        "terraform" => &["backend", "cloud", "required_providers"],
        _ => &[],
    }
}

/// Lowers a configuration file.
pub(super) fn configuration(file: &SourceFile) -> File {
    read(file, |reader, top| {
        for (kind, kind_span, value) in reader.fields(top) {
            reader.top_level(&kind, kind_span, &value);
        }
    })
}

/// Lowers a variable file: its texts are no templates.
pub(super) fn variables(file: &SourceFile) -> File {
    read(file, |reader, top| {
        reader.literal = true;
        reader.body.attributes = reader.attributes(top);
    })
}

fn read(file: &SourceFile, lower: impl FnOnce(&mut Reader<'_>, &Value)) -> File {
    let mut arena = OriginArena::new(0);
    let parsed = iaclint_value::json::parse_file(file, &mut arena);
    let json = match parsed {
        Ok(json) => json,
        Err(error) => {
            let mut problem =
                Problem::new(ProblemKind::Unreadable, format!("this is not valid JSON: {}", error.message));
            problem.span = error.span;
            return File { problems: vec![problem.in_file(&file.path)], ..File::default() };
        }
    };
    let mut reader = Reader { file, arena, literal: false, body: Body::default(), problems: Vec::new() };
    let objects = |list: &[Value]| list.iter().all(|item| item.as_object().is_some());
    if json.value.as_object().is_some()
        || matches!(&json.value.data, Data::List(list) if objects(&list.items))
    {
        lower(&mut reader, &json.value);
    } else {
        let span = reader.span(json.value.origin);
        reader
            .problems
            .push(Problem::at(ProblemKind::Invalid, span, "an object belongs here").in_file(&file.path));
    }
    let directives = directives::of_json(file, &json.value, &reader.arena);
    File { body: reader.body, problems: reader.problems, directives }
}

struct Reader<'f> {
    file: &'f SourceFile,
    arena: OriginArena,
    /// Texts are no templates.
    literal: bool,
    body: Body,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn span(&self, origin: OriginId) -> Span {
        self.arena.get(origin).map_or(Span::new(self.file.id, 0..0), |o| o.span)
    }

    /// The fields of an object, or of all objects in a list; comments left out.
    fn fields(&self, value: &Value) -> Vec<(Name, Span, Value)> {
        match &value.data {
            Data::Object(object) => object
                .fields
                .iter()
                .filter(|(name, _, _)| name != directives::COMMENT)
                .map(|(name, origin, value)| (name.clone(), self.span(*origin), value.clone()))
                .collect(),
            Data::List(list) => list.items.iter().flat_map(|item| self.fields(item)).collect(),
            _ => Vec::new(),
        }
    }

    fn top_level(&mut self, kind: &Name, kind_span: Span, value: &Value) {
        let labels = match kind.as_str() {
            "resource" | "data" | "ephemeral" => 2,
            "variable" | "output" | "module" | "provider" | "check" => 1,
            _ => 0,
        };
        self.labelled(kind, &mut Vec::new(), kind_span, labels, value);
    }

    fn labelled(&mut self, kind: &Name, labels: &mut Vec<Name>, header: Span, missing: usize, value: &Value) {
        if missing > 0 {
            for (label, span, inner) in self.fields(value) {
                labels.push(label);
                self.labelled(kind, labels, span, missing - 1, &inner);
                labels.pop();
            }
            return;
        }
        let bodies: Vec<&Value> = match &value.data {
            Data::List(list) => list.items.iter().collect(),
            _ => vec![value],
        };
        for body in bodies {
            let whole = self.span(body.origin);
            let literal = std::mem::replace(&mut self.literal, kind == "variable");
            let body = self.block_body(kind, body);
            self.literal = literal;
            self.body.blocks.push(Block { kind: kind.clone(), labels: labels.clone(), header, whole, body });
        }
    }

    fn block_body(&mut self, kind: &str, value: &Value) -> Body {
        let mut body = Body::default();
        for (name, span, inner) in self.fields(value) {
            if blocks_in(kind).contains(&name.as_str()) {
                let literal = self.literal;
                self.literal &= name != "validation";
                body.blocks.extend(self.inner_blocks(&name, span, &inner));
                self.literal = literal;
                continue;
            }
            let value =
                if kind == "variable" && name == "type" { self.type_expr(&inner) } else { self.expr(&inner) };
            body.attributes.push(Attribute { name, name_span: span, value });
        }
        body
    }

    fn inner_blocks(&mut self, kind: &Name, header: Span, value: &Value) -> Vec<Block> {
        let labels = match kind.as_str() {
            "data" => 2,
            "dynamic" | "provisioner" | "backend" => 1,
            _ => 0,
        };
        let mut items: Vec<(Vec<Name>, Span, Value)> = vec![(Vec::new(), header, value.clone())];
        for _ in 0..labels {
            let mut deeper = Vec::new();
            for (labels, _, value) in items {
                for (label, span, inner) in self.fields(&value) {
                    let labels = labels.iter().cloned().chain([label]).collect();
                    deeper.push((labels, span, inner));
                }
            }
            items = deeper;
        }
        let mut out = Vec::with_capacity(items.len());
        for (labels, header, value) in items {
            for value in split(&value) {
                let whole = self.span(value.origin);
                let body = self.block_body(kind, &value);
                out.push(Block { kind: kind.clone(), labels: labels.clone(), header, whole, body });
            }
        }
        out
    }

    fn attributes(&mut self, value: &Value) -> Vec<Attribute> {
        let mut out = Vec::new();
        for (name, name_span, inner) in self.fields(value) {
            let value = self.expr(&inner);
            out.push(Attribute { name, name_span, value });
        }
        out
    }

    fn type_expr(&mut self, value: &Value) -> Expr {
        let Some(text) = value.as_str() else { return self.expr(value) };
        let span = self.span(value.origin);
        match super::expression(self.file.id, &self.file.path, &text, span.start as usize + 1) {
            Ok(expr) => expr,
            Err(problem) => {
                self.problems.push(problem);
                Expr { kind: E::Root("any".into()), span }
            }
        }
    }

    fn expr(&mut self, value: &Value) -> Expr {
        let span = self.span(value.origin);
        let kind = match &value.data {
            Data::Bool(bool) => E::Bool(*bool),
            Data::Number(number) => Num::parse(&number.to_string()).map_or(E::Null, E::Num),
            Data::Text(text) => {
                let flat = text.flatten();
                let placed = match text.pieces() {
                    [Piece::Literal(literal)] => literal.placed.clone(),
                    _ => None,
                };
                let placed = placed.unwrap_or_else(|| Placed::verbatim(span));
                return self.text(&flat.text, placed, span);
            }
            Data::List(list) => E::Tuple(list.items.iter().map(|i| self.expr(i)).collect()),
            Data::Object(_) => {
                let fields = self.fields(value);
                let mut items = Vec::with_capacity(fields.len());
                for (name, name_span, inner) in fields {
                    let key = if !self.literal && (name.contains("${") || name.contains("%{")) {
                        let placed = Placed::verbatim(name_span.slice(1..name_span.len().max(1)));
                        Key::Expr(Box::new(self.text(&name, placed, name_span)))
                    } else {
                        Key::Word(name, name_span)
                    };
                    items.push(Item { key, value: self.expr(&inner) });
                }
                E::Object(items.into())
            }
            _ => E::Null,
        };
        Expr { kind, span }
    }

    fn text(&mut self, text: &str, placed: Placed, span: Span) -> Expr {
        if self.literal || !(text.contains("${") || text.contains("%{")) {
            return Expr { kind: E::Text(text.into(), Some(Box::new(placed))), span };
        }
        let base = placed.span.start as usize;
        let mut parts = match super::template(self.file.id, &self.file.path, text, base) {
            Ok(parts) => parts,
            Err(problem) => {
                self.problems.push(Problem { span: Some(span), ..problem });
                return Expr { kind: E::Null, span };
            }
        };
        let kind = if parts.len() == 1 {
            match parts.remove(0) {
                Part::Value(expr) => E::Wrap(Box::new(expr)),
                Part::Literal(text, placed) => E::Text(text, Some(Box::new(placed))),
                other => E::Template([other].into()),
            }
        } else {
            E::Template(parts.into())
        };
        Expr { kind, span }
    }
}

/// One block, or the blocks of a list.
fn split(value: &Value) -> Vec<Value> {
    match &value.data {
        Data::List(list) => list.items.clone(),
        _ => vec![value.clone()],
    }
}
