//! Evaluation of the intrinsic functions, on demand and remembered, over all stacks of a root.

mod condition;
mod dynamic;
mod lists;
mod lookup;
mod placeholder;
mod texts;

use iaclint_source::{Problem, ProblemKind, Span};
use iaclint_value::{
    Data, Kind, List, Name, Object, OriginArena, OriginId, Reference, References, RootId, Target, Unknown,
    Value, Via, Why,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::parameters::Given;
use crate::stack::{Stack, StackId};
use crate::template::Entry;

/// The deepest that values are followed and nested.
const MAX_DEPTH: u32 = 320;
/// The most values inside a parameter, output or export that is put into another place.
const MAX_FOLLOWED: usize = 20_000;
/// The most values that are put into other places in all.
const MAX_FOLLOWED_IN_ALL: usize = 2_000_000;

/// The most values in the entries that all `Fn::ForEach` of one root make.
const MAX_LOOPED: usize = 500_000;

/// Something that is evaluated once.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Node {
    /// A parameter; with its default taken as open when it is one of several allowed values.
    Parameter(StackId, Name, bool),
    /// An output's value, or what is handed to another region under this path.
    Output(StackId, Name),
}

#[derive(Debug)]
enum State {
    InProgress,
    Done(Option<Value>),
}

/// Evaluates what the templates of one root say.
pub(crate) struct Evaluator<'a> {
    root: RootId,
    stacks: &'a [Stack],
    /// The values that are given for the parameters of stacks that no other stack is around.
    given: &'a Given,
    /// The origins of the templates and of everything made here.
    pub arena: OriginArena,
    /// What went wrong.
    pub problems: Vec<Problem>,
    told: FxHashSet<(Option<Span>, String)>,
    memo: FxHashMap<Node, State>,
    conditions: FxHashMap<(StackId, Name), condition::Outcome>,
    exports: Option<FxHashMap<Name, Vec<(StackId, Name)>>>,
    /// What stacks hand to stacks of other regions, by the path of the SSM parameter.
    crossings: Option<FxHashMap<Name, (StackId, &'a Value)>>,
    depth: u32,
    /// Whether a parameter's default is only one of its allowed values: while a condition is decided.
    open_parameters: bool,
    followed: usize,
    /// How many more values loops may make.
    pub loops_left: usize,
    /// The look-ups that the assembly says are missing; `None` when the templates are not the CDK's.
    missing: Option<&'a [Name]>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator over these stacks; `arena` holds the origins of their templates.
    pub fn new(
        root: RootId,
        stacks: &'a [Stack],
        arena: OriginArena,
        given: &'a Given,
        missing: Option<&'a [Name]>,
    ) -> Self {
        Self {
            root,
            stacks,
            given,
            arena,
            problems: Vec::new(),
            told: FxHashSet::default(),
            memo: FxHashMap::default(),
            conditions: FxHashMap::default(),
            exports: None,
            crossings: None,
            depth: 0,
            open_parameters: false,
            followed: 0,
            loops_left: MAX_LOOPED,
            missing,
        }
    }

    /// The value that `raw` stands for in a stack; `None` when it is to be left out (`AWS::NoValue`).
    pub fn value(&mut self, at: StackId, raw: &Value) -> Option<Value> {
        if self.depth >= MAX_DEPTH {
            let message = format!("values are nested or followed deeper than {MAX_DEPTH} levels");
            self.tell(at, ProblemKind::Limit, raw.origin, message);
            return Some(Value::unknown(Why::Limit, raw.origin));
        }
        self.depth += 1;
        let value = match &raw.data {
            Data::Object(object) => match intrinsic(object) {
                Some((name, argument)) => self.intrinsic(at, raw, name, argument),
                None => Some(self.object(at, raw, object)),
            },
            Data::List(list) => Some(self.list(at, raw, list)),
            Data::Text(text) => Some(self.written_text(raw, text)),
            _ => Some(raw.clone()),
        };
        self.depth -= 1;
        value
    }

    /// The same, with null for what is to be left out.
    fn value_or_null(&mut self, at: StackId, raw: &Value) -> Value {
        self.value(at, raw).unwrap_or_else(|| Value::null(raw.origin))
    }

    fn object(&mut self, at: StackId, raw: &Value, object: &Object) -> Value {
        let mut out = Object { fields: Vec::with_capacity(object.fields.len()), complete: object.complete };
        for (name, origin, field) in &object.fields {
            if name.starts_with("Fn::ForEach::") {
                match crate::expand::for_each(self, at, name, field) {
                    Some(entries) => {
                        for (name, origin, entry) in entries {
                            if let Some(value) = self.value(at, &entry) {
                                out.fields.push((name, origin, value));
                            }
                        }
                    }
                    None => out.complete = false,
                }
            } else if name == "Fn::Transform" {
                out.complete = false;
            } else if let Some(value) = self.value(at, field) {
                out.fields.push((name.clone(), *origin, value));
            }
        }
        Value::new(Data::Object(out.into()), raw.origin)
    }

    fn list(&mut self, at: StackId, raw: &Value, list: &List) -> Value {
        let items = list.items.iter().filter_map(|item| self.value(at, item)).collect();
        Value::new(Data::List(List { items, complete: list.complete }.into()), raw.origin)
    }

    fn intrinsic(&mut self, at: StackId, raw: &Value, name: &str, argument: &Value) -> Option<Value> {
        Some(match name {
            "Ref" => return self.ref_of(at, raw, argument),
            "Fn::GetAtt" => self.get_att(at, raw, argument),
            "Fn::Join" => self.join(at, raw, argument),
            "Fn::Sub" => self.sub(at, raw, argument),
            "Fn::Select" => return self.select(at, raw, argument),
            "Fn::Split" => self.split(at, raw, argument),
            "Fn::If" => return self.if_(at, raw, argument),
            "Fn::FindInMap" => return self.find_in_map(at, raw, argument),
            "Fn::Cidr" => self.cidr(at, raw, argument),
            "Fn::GetAZs" => self.zones(at, raw, argument),
            "Fn::Base64" => self.base64(at, raw, argument),
            "Fn::ToJsonString" => self.json_string(at, raw, argument),
            "Fn::Length" => self.length(at, raw, argument),
            "Fn::ImportValue" => self.import(at, raw, argument),
            "Fn::GetStackOutput" => self.stack_output(at, raw, argument),
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => {
                let data = self.decide(at, raw);
                data.map_or(Value::unknown(Why::Condition, raw.origin), |b| {
                    Value::new(Data::Bool(b), raw.origin)
                })
            }
            other => {
                let inner = self.value_or_null(at, argument);
                let mut unknown = self.unknown_of(&[&inner], raw.origin, None);
                if let Data::Unknown(u) = &mut unknown.data {
                    std::sync::Arc::make_mut(u).why = Why::Unsupported(other.into());
                }
                unknown
            }
        })
    }

    /// The value of a parameter, output or export evaluated once. A cycle gives an unknown.
    fn once(
        &mut self,
        at: StackId,
        node: Node,
        origin: OriginId,
        evaluate: impl FnOnce(&mut Self) -> Option<Value>,
    ) -> Option<Value> {
        match self.memo.get(&node) {
            Some(State::Done(value)) => value.clone(),
            Some(State::InProgress) => {
                let (Node::Parameter(_, name, _) | Node::Output(_, name)) = &node;
                let message = format!("{name} depends on itself");
                self.tell(at, ProblemKind::Invalid, origin, message);
                Some(Value::unknown(Why::Cycle, origin))
            }
            None => {
                self.memo.insert(node.clone(), State::InProgress);
                let value = evaluate(self);
                let value = value.map(|v| self.bounded(at, v));
                self.memo.insert(node, State::Done(value.clone()));
                value
            }
        }
    }

    /// The value, if it is small enough to be put into other places.
    fn bounded(&mut self, at: StackId, value: Value) -> Value {
        let mut left = MAX_FOLLOWED;
        if fits(&value, 64, &mut left) {
            return value;
        }
        self.tell(
            at,
            ProblemKind::Limit,
            value.origin,
            format!("a value has more than {MAX_FOLLOWED} parts"),
        );
        Value::unknown(Why::Limit, value.origin)
    }

    /// A value evaluated elsewhere, as it is used at `origin`.
    fn used(&mut self, at: StackId, value: &Value, origin: OriginId) -> Value {
        let mut left = MAX_FOLLOWED;
        fits(value, 64, &mut left);
        self.followed += MAX_FOLLOWED - left;
        if self.followed > MAX_FOLLOWED_IN_ALL {
            self.tell(at, ProblemKind::Limit, origin, "the templates expand to too many values");
            return Value::unknown(Why::Limit, origin);
        }
        let mut value = value.clone();
        value.origin = match self.span(origin) {
            Some(span) => self.arena.add(span, Via::Written, [value.origin]),
            None => value.origin,
        };
        value
    }

    fn span(&self, origin: OriginId) -> Option<Span> {
        self.arena.get(origin).map(|o| o.span)
    }

    /// The origin of what a function made at `origin`.
    fn made(&mut self, origin: OriginId, via: Via, from: impl IntoIterator<Item = OriginId>) -> OriginId {
        match self.span(origin) {
            Some(span) => self.arena.add(span, via, from),
            None => from.into_iter().find(|o| o.is_some()).unwrap_or(OriginId::NONE),
        }
    }

    /// The same place with another step in the stead of "written".
    fn step(&mut self, origin: OriginId, via: Via) -> OriginId {
        let Some(step) = self.arena.get(origin) else { return origin };
        let span = step.span;
        if *step.via == Via::Written {
            let from = step.from.to_vec();
            self.arena.add(span, via, from)
        } else {
            self.arena.add(span, via, [origin])
        }
    }

    /// An unknown made of other values: its reason is the first of theirs, and it depends on all that they speak of.
    fn unknown_of(&mut self, parts: &[&Value], origin: OriginId, kind: Option<Kind>) -> Value {
        let mut why = None;
        let mut depends_on = References::none();
        let mut marks = iaclint_value::Marks::NONE;
        for part in parts {
            marks = marks.and(part.marks);
            part.walk(&mut |value| match &value.data {
                Data::Unknown(unknown) => {
                    why.get_or_insert_with(|| unknown.why.clone());
                }
                Data::Reference(reference) => {
                    why.get_or_insert_with(|| why_of(reference));
                }
                _ => {}
            });
            for reference in part.references() {
                depends_on.add(reference, 64);
            }
        }
        let unknown = Unknown { why: why.unwrap_or(Why::Invalid), kind, depends_on, candidates: Vec::new() };
        let from: Vec<OriginId> = parts.iter().map(|p| p.origin).collect();
        let origin = self.made(origin, Via::Written, from);
        Value::new(Data::Unknown(unknown.into()), origin).marked(marks)
    }

    /// A problem in a stack's template, told once.
    pub fn tell(&mut self, at: StackId, kind: ProblemKind, origin: OriginId, message: impl Into<String>) {
        let message = message.into();
        let span = self.span(origin);
        if !self.told.insert((span, message.clone())) {
            return;
        }
        let problem = Problem { span, ..Problem::new(kind, message) };
        let path = self.stacks.get(at).map(|s| s.template.file.path.as_str()).unwrap_or_default();
        self.problems.push(problem.in_file(path));
    }

    /// What a wrong expression gives.
    fn invalid(&mut self, at: StackId, origin: OriginId, message: impl Into<String>) -> Value {
        self.tell(at, ProblemKind::Invalid, origin, message);
        Value::unknown(Why::Invalid, origin)
    }

    /// The items of a list written in place, as the arguments of a function.
    fn arguments<'v>(
        &mut self,
        at: StackId,
        raw: &Value,
        argument: &'v Value,
        name: &str,
    ) -> Option<&'v [Value]> {
        if let Some(list) = argument.as_list() {
            return Some(&list.items);
        }
        self.tell(at, ProblemKind::Invalid, raw.origin, format!("{name} takes a list"));
        None
    }
}

/// The number of values in a value, no further than `most`.
pub(crate) fn size(value: &Value, most: usize) -> usize {
    let mut left = most;
    fits(value, MAX_DEPTH, &mut left);
    most - left
}

/// Whether a value has at most this depth and no more than `left` parts, which are counted down.
fn fits(value: &Value, depth: u32, left: &mut usize) -> bool {
    if depth == 0 || *left == 0 {
        *left = 0;
        return false;
    }
    *left -= 1;
    match &value.data {
        Data::List(list) => list.items.iter().all(|v| fits(v, depth - 1, left)),
        Data::Object(object) => object.fields.iter().all(|(_, _, v)| fits(v, depth - 1, left)),
        Data::Text(text) => text.pieces().iter().all(|piece| match piece {
            iaclint_value::Piece::Hole(v) => fits(v, depth - 1, left),
            iaclint_value::Piece::Literal(literal) => {
                *left = left.saturating_sub(1 + literal.text.len() / 256);
                *left > 0
            }
        }),
        Data::Encoded(inner) => fits(&inner.1, depth - 1, left),
        Data::Unknown(unknown) => unknown.candidates.iter().all(|v| fits(v, depth - 1, left)),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Reference(_) => true,
    }
}

/// Why what is made of a reference is not known.
fn why_of(reference: &Reference) -> Why {
    match &reference.target {
        Target::Resource(key) | Target::Module { call: key, .. } => Why::Computed(key.address.clone()),
        Target::Input { name, .. } | Target::Pseudo(name) => Why::Input(name.clone()),
        Target::Import(name) => Why::LookUp(name.clone()),
        Target::Dynamic { .. } => Why::LookUp(reference.target.to_string().into()),
    }
}

/// The function that an object calls, with its argument.
pub(crate) fn intrinsic(object: &Object) -> Option<(&str, &Value)> {
    let [(name, _, argument)] = object.fields.as_slice() else { return None };
    let call = name.starts_with("Fn::") && !name.starts_with("Fn::ForEach")
        || (name == "Ref"
            && (argument.as_str().is_some() || argument.as_object().is_some_and(|o| intrinsic(o).is_some())));
    call.then_some((name.as_str(), argument))
}

/// The entries of an expanded section.
pub(crate) type Entries = Vec<Entry>;
