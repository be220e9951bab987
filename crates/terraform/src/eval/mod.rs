//! The evaluator: on demand, each thing once, with a stack that tells cycles.

mod access;
mod assumption;
mod attempt;
mod blocks;
mod call;
mod checks;
mod constraint;
mod data;
mod dormant;
mod expand;
mod expr;
mod fragment;
mod inputs;
mod iterate;
mod modules;
mod names;
mod oracle;
mod plan;
mod provided;
mod provider_functions;
mod reference;
mod rendered;
mod resource;
mod sources;
mod state;
mod template;
mod wellformed;

use std::path::PathBuf;
use std::sync::Arc;

use iaclint_graph::{Call, Existence};
use iaclint_source::{Problem, ProblemKind, Span};
use iaclint_value::{Name, OriginArena, OriginId, ResourceKey, RootId, Value, Via, Why};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::export::Shared;
use crate::loader::{Inputs, Loader};
use crate::module::Module;
use crate::ty::Ty;
use crate::val::Val;
use crate::weight::Weights;
use expand::Expansion;

/// How deep expressions and the things they refer to may nest.
const MAX_DEPTH: usize = 6_000;

/// A value with more parts than this is not kept: those that refer to it would double it again and again.
const MAX_WEIGHT: usize = 200_000;
/// How many elements all `for` expressions of a root may make.
const MAX_ROUNDS: usize = 250_000;
/// How much all function calls of a root may take and give: elements, and dozens of characters.
const MAX_HANDLED: usize = 10_000_000;

/// The evaluation of one root.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a mode of its own, and any of them may hold at once"
)]
pub(crate) struct Evaluator<'a, 'p> {
    loader: &'a Loader<'p>,
    root: RootId,
    inputs: &'a Inputs,
    given: FxHashMap<Name, inputs::Given>,
    /// The plan of the root, if one is given.
    plan: Option<Arc<crate::planned::Plan>>,
    origins: OriginArena,
    /// Of the values that have left.
    shared: Shared,
    problems: Vec<Problem>,
    reported: FxHashSet<(Option<Span>, String)>,
    scopes: Vec<Scope>,
    instances: Vec<Instance>,
    /// Resources and modules by address, with and without instance keys.
    places: FxHashMap<Name, Place>,
    /// Of the values of nodes, which are kept.
    weights: Weights,
    expansions: FxHashMap<Node, Option<Arc<Expansion>>>,
    /// Of what is not repeated.
    single: Arc<Expansion>,
    /// An object without attributes, of no place.
    nothing: Value,
    /// All instances of what is repeated, by the number of the first and the place where they are named.
    repeated: FxHashMap<(usize, Span), Val>,
    /// The addresses of the instances of a call, by scope and number.
    call_keys: FxHashMap<(usize, usize), Arc<[ResourceKey]>>,
    /// The types of variables, by the place of their module in memory and by number.
    constraints: FxHashMap<(usize, usize), Ty>,
    /// What is being evaluated, outermost first.
    stack: Vec<(Node, Span)>,
    depth: usize,
    /// Elements that `for` expressions may still make.
    rounds: usize,
    /// What functions may still take and give.
    handled: usize,
    /// Inside `try` or `can`, where errors are values.
    catching: bool,
    /// Inside something that may not exist: an error there is none unless it does.
    doubtful: bool,
    /// Inside a `dynamic` block of which it is not known whether it is made at all: Terraform looks up the names in it when it is.
    unmade: bool,
    assumptions: assumption::Assumptions,
    /// The path that a function could not read, since the last call.
    unread: Option<Name>,
    /// The directories of installed modules by their keys, once they were asked for.
    installed: Option<FxHashMap<String, PathBuf>>,
    /// Calls of modules that are not here: scope and number.
    not_here: Vec<(usize, usize)>,
    /// Everything is as it is in a first deployment of the default workspace, from the values that are given.
    planning: bool,
    /// What is known of providers, where a plan is made with it.
    provider: Option<Arc<crate::provider::Provider>>,
}

/// What an evaluation fills. The next one finds it empty, but as large as it has become.
#[derive(Debug, Default)]
pub(crate) struct Room {
    origins: OriginArena,
    shared: Shared,
    weights: Weights,
    places: FxHashMap<Name, Place>,
    instances: Vec<Instance>,
}

/// `each` and `count` of an instance.
type Bindings = Arc<[(Name, Val)]>;

/// A module instance.
struct Scope {
    module: Arc<Module>,
    /// `module.a["x"]`; empty for the root.
    address: Name,
    calls: Vec<Call>,
    /// The scope and the number of the call in it.
    parent: Option<(usize, usize)>,
    /// `each` and `count` of the call that made it.
    bindings: Bindings,
    existence: Existence,
    depends_on: Vec<ResourceKey>,
    /// The values of its variables, locals and outputs, by number.
    variables: Vec<Kept>,
    locals: Vec<Kept>,
    outputs: Vec<Kept>,
    /// The instances of its resources, by number.
    made: Vec<Option<Arc<resource::Made>>>,
}

impl Scope {
    /// A scope of which nothing is evaluated.
    fn new(module: Arc<Module>, address: Name) -> Self {
        Self {
            address,
            calls: Vec::new(),
            parent: None,
            bindings: Bindings::default(),
            existence: Existence::default(),
            depends_on: Vec::new(),
            variables: vec![Kept::default(); module.variables.len()],
            locals: vec![Kept::default(); module.locals.len()],
            outputs: vec![Kept::default(); module.outputs.len()],
            made: vec![None; module.resources.len()],
            module,
        }
    }
}

/// What is kept of a node.
#[derive(Clone, Debug, Default)]
struct Kept {
    state: State,
    /// It rests on a default of the root.
    assumed: bool,
}

#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    New,
    /// It is being evaluated.
    Underway,
    Done(Val),
}

/// A resource instance.
#[derive(Debug)]
struct Instance {
    scope: usize,
    declaration: usize,
    key: ResourceKey,
    slot: expand::Slot,
    /// What others have asked for, or may.
    parts: Vec<(Member, Kept)>,
}

/// What an address names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Instance(usize),
    /// All instances of a declaration (scope, number).
    Declaration(usize, usize),
    Scope(usize),
}

/// What is evaluated once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Node {
    Variable(usize, usize),
    Local(usize, usize),
    Output(usize, usize),
    /// An argument or the blocks of a kind of a resource instance.
    Argument(usize, Member),
    Call(usize, usize),
    Resource(usize, usize),
}

/// A part of a resource instance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Member {
    /// An argument, by number.
    Attribute(usize),
    /// The blocks of a kind, by the number of the first.
    Blocks(usize),
    /// What is made of the arguments.
    Made(&'static str),
}

/// An error in an expression.
#[derive(Debug, Clone)]
pub(crate) struct Fault(Box<FaultParts>);

#[derive(Debug, Clone)]
struct FaultParts {
    span: Span,
    message: String,
    help: Option<String>,
    /// Whether the expression that failed rests on a default of the root; none where no expression did.
    assumed: Option<bool>,
}

impl Fault {
    fn new(span: Span, message: impl Into<String>) -> Self {
        Self(Box::new(FaultParts { span, message: message.into(), help: None, assumed: None }))
    }

    fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }
}

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Env<'e> {
    scope: usize,
    bound: Option<&'e Bound<'e>>,
    /// A template file: only what it was given is to be seen.
    isolated: bool,
}

/// A name that stands for a value: `each`, `count`, a `for` variable.
pub(crate) struct Bound<'e> {
    name: &'e Name,
    value: &'e Val,
    next: Option<&'e Bound<'e>>,
}

impl Env<'_> {
    fn of_scope(scope: usize) -> Self {
        Self { scope, bound: None, isolated: false }
    }

    fn find(&self, name: &str) -> Option<&Val> {
        let mut at = self.bound;
        while let Some(bound) = at {
            if bound.name == name {
                return Some(bound.value);
            }
            at = bound.next;
        }
        None
    }
}

impl<'a, 'p> Evaluator<'a, 'p> {
    pub(crate) fn new(loader: &'a Loader<'p>, root: RootId, inputs: &'a Inputs) -> Self {
        let Room { origins, shared, weights, places, instances } = loader.room();
        Self {
            loader,
            root,
            inputs,
            given: FxHashMap::default(),
            plan: None,
            origins: OriginArena::in_room_of(root.0, origins),
            shared,
            problems: Vec::new(),
            reported: FxHashSet::default(),
            scopes: Vec::new(),
            instances,
            places,
            weights,
            expansions: FxHashMap::default(),
            single: Arc::new(Expansion::single()),
            nothing: fragment::object(Vec::new(), OriginId::NONE),
            repeated: FxHashMap::default(),
            call_keys: FxHashMap::default(),
            constraints: FxHashMap::default(),
            stack: Vec::new(),
            depth: 0,
            rounds: MAX_ROUNDS,
            handled: MAX_HANDLED,
            catching: false,
            doubtful: false,
            unmade: false,
            assumptions: assumption::Assumptions::default(),
            unread: None,
            installed: None,
            not_here: Vec::new(),
            planning: false,
            provider: None,
        }
    }

    /// Empties what it has filled, for the next one.
    fn leave(self) {
        let Self { loader, origins, mut shared, mut weights, mut places, mut instances, .. } = self;
        instances.clear();
        places.clear();
        weights.clear();
        shared.clear();
        loader.give_back(Room { origins, shared, weights, places, instances });
    }

    /// Evaluates with names bound.
    fn bound<R>(
        &mut self,
        env: Env<'_>,
        names: &[(Name, Val)],
        f: impl FnOnce(&mut Self, Env<'_>) -> R,
    ) -> R {
        let Some(((name, value), rest)) = names.split_first() else { return f(self, env) };
        let bound = Bound { name, value, next: env.bound };
        // The same is evaluated with another value.
        let new = self.origins.expect_new(false);
        let result = self.bound(Env { bound: Some(&bound), ..env }, rest, f);
        self.origins.expect_new(new);
        result
    }

    /// Reports a problem once.
    fn problem(&mut self, problem: Problem) {
        if self.reported.insert((problem.span, problem.message.clone())) {
            let problem = match problem.span {
                Some(span) if problem.path.is_none() => {
                    let path = self.loader.project().sources().file(span.file).path.clone();
                    problem.in_file(path)
                }
                _ => problem,
            };
            self.problems.push(problem);
        }
    }

    /// Whether a problem with this message was reported at this place.
    fn was_reported(&self, span: Span, message: &str) -> bool {
        self.reported.contains(&(Some(span), message.to_owned()))
    }

    /// Whether an error is not going to be read.
    fn is_silent(&self) -> bool {
        self.catching || self.doubtful
    }

    /// Reports an error and gives the value that stands for it.
    #[cold]
    fn invalid(&mut self, fault: Fault) -> Val {
        let FaultParts { span, message, help, assumed } = *fault.0;
        if self.doubtful {
            let origin = self.origins.written(span);
            return Val::unknown(Why::Invalid, origin);
        }
        // With another value it may be none.
        let kind = if assumed.unwrap_or(self.assumptions.now) {
            ProblemKind::NotEvaluated
        } else {
            ProblemKind::Invalid
        };
        let mut problem = Problem::at(kind, span, message);
        problem.help = help;
        self.problem(problem);
        let origin = self.origins.written(span);
        Val::unknown(Why::Invalid, origin)
    }

    /// Evaluates what may never come to be: an error in it is none.
    fn unsure<R>(&mut self, f: impl FnOnce(&mut Self) -> Result<R, Fault>) -> Option<R> {
        let doubtful = std::mem::replace(&mut self.doubtful, true);
        let catching = std::mem::take(&mut self.catching);
        let result = f(self);
        self.doubtful = doubtful;
        self.catching = catching;
        result.ok()
    }

    /// The value of a part of a larger value: an error in it leaves the rest standing, but inside `try`.
    fn part(&mut self, value: Result<Val, Fault>) -> Result<Val, Fault> {
        match value {
            Err(fault) if !self.catching => Ok(self.invalid(fault)),
            other => other,
        }
    }

    /// The value of a node, evaluated when it is first asked for.
    fn node(&mut self, node: &Node, span: Span, evaluate: impl FnOnce(&mut Self) -> Val) -> Val {
        match self.kept(node) {
            Some(Kept { state: State::Done(value), assumed }) => {
                let (value, assumed) = (value.clone(), *assumed);
                self.assumptions.now |= assumed;
                return value;
            }
            Some(Kept { state: State::Underway, .. }) => return self.cycle(node, span),
            _ => {}
        }
        if self.depth > MAX_DEPTH {
            return self.too_deep(span);
        }
        self.keep(node, State::Underway);
        let value = self.fresh(node, span, evaluate);
        if self.weights.outweighs(&value, MAX_WEIGHT) {
            let value = self.outweighed(node, span, &value);
            self.keep(node, State::Done(value.clone()));
            return value;
        }
        self.keep(node, State::Done(value.clone()));
        value
    }

    /// The value of a node, which is not kept: nobody else is expected to ask for it.
    fn passing(&mut self, node: &Node, span: Span, evaluate: impl FnOnce(&mut Self) -> Val) -> Val {
        if self.kept(node).is_some() {
            return self.node(node, span, evaluate);
        }
        let value = self.fresh(node, span, evaluate);
        if self.weights.outweighs_once(&value, MAX_WEIGHT) {
            return self.outweighed(node, span, &value);
        }
        value
    }

    /// What stands for a value that is too large.
    #[cold]
    fn outweighed(&mut self, node: &Node, span: Span, value: &Val) -> Val {
        // What is made of something too large was told with that.
        if !crate::weight::holds_limited(value) {
            let place = self.origins.get(value.origin).map_or(span, |o| o.span);
            let message = format!("{} is too large to be evaluated", self.name_of(node));
            self.problem(Problem::at(ProblemKind::Limit, place, message));
        }
        Val::unknown(Why::Limit, value.origin).marked(value.marks)
    }

    /// Evaluates a node.
    fn fresh(&mut self, node: &Node, span: Span, evaluate: impl FnOnce(&mut Self) -> Val) -> Val {
        self.stack.push((*node, span));
        let catching = std::mem::take(&mut self.catching);
        let unmade = std::mem::take(&mut self.unmade);
        let doubt = self.is_doubtful(node);
        let doubtful = std::mem::replace(&mut self.doubtful, doubt);
        let new = self.origins.expect_new(self.is_evaluated_once(node));
        let value = self.assuming(node, evaluate);
        self.origins.expect_new(new);
        self.catching = catching;
        self.unmade = unmade;
        self.doubtful = doubtful;
        self.stack.pop();
        value
    }

    /// What is kept of a node, if anything was.
    fn kept(&mut self, node: &Node) -> Option<&mut Kept> {
        match node {
            Node::Variable(scope, at) => self.scopes[*scope].variables.get_mut(*at),
            Node::Local(scope, at) => self.scopes[*scope].locals.get_mut(*at),
            Node::Output(scope, at) => self.scopes[*scope].outputs.get_mut(*at),
            Node::Argument(instance, member) => {
                let parts = &mut self.instances[*instance].parts;
                parts.iter_mut().find(|(known, _)| known == member).map(|(_, kept)| kept)
            }
            Node::Call(..) | Node::Resource(..) => None,
        }
    }

    fn keep(&mut self, node: &Node, state: State) {
        if let Some(kept) = self.kept(node) {
            kept.state = state;
        } else if let Node::Argument(instance, member) = node {
            self.instances[*instance].parts.push((*member, Kept { state, assumed: false }));
        }
    }

    /// Whether the expression of a node is evaluated for it alone: it stands in the root, in nothing that is repeated.
    fn is_evaluated_once(&self, node: &Node) -> bool {
        match node {
            Node::Argument(instance, _) => self.is_alone(*instance),
            Node::Variable(scope, _)
            | Node::Local(scope, _)
            | Node::Output(scope, _)
            | Node::Call(scope, _)
            | Node::Resource(scope, _) => *scope == 0,
        }
    }

    /// Whether an instance is the only one of its block.
    fn is_alone(&self, instance: usize) -> bool {
        let instance = &self.instances[instance];
        instance.scope == 0 && instance.slot.key.is_none()
    }

    /// Whether a node belongs to an instance that may not exist.
    fn is_doubtful(&self, node: &Node) -> bool {
        let scope = match node {
            Node::Argument(instance, _) => {
                let instance = &self.instances[*instance];
                if !instance.slot.existence.is_certain() {
                    return true;
                }
                instance.scope
            }
            Node::Variable(scope, _)
            | Node::Local(scope, _)
            | Node::Output(scope, _)
            | Node::Call(scope, _)
            | Node::Resource(scope, _) => *scope,
        };
        !self.scopes[scope].existence.is_certain()
    }

    /// Reports a limit of the root; once, since all that comes behind it meets it, too.
    #[cold]
    fn root_limit(&mut self, span: Span, message: &str) {
        if !self.problems.iter().any(|problem| problem.message == message) {
            self.problem(Problem::at(ProblemKind::Limit, span, message));
        }
    }

    #[cold]
    fn too_deep(&mut self, span: Span) -> Val {
        self.problem(Problem::at(ProblemKind::Limit, span, "this nests too deep to be evaluated"));
        let origin = self.origins.written(span);
        Val::unknown(Why::Limit, origin)
    }

    /// Reports the cycle that leads back to `node`.
    #[cold]
    fn cycle(&mut self, node: &Node, span: Span) -> Val {
        let from = self.stack.iter().position(|(n, _)| n == node).unwrap_or(0);
        let mut names: Vec<String> = Vec::new();
        let mut first = span;
        let mut least: Option<(String, u32, u32)> = None;
        let mut start = 0;
        for (n, at) in &self.stack[from..] {
            // The cycle is told from its first place in the files, wherever it was entered.
            let key = self.loader.project().sources().sort_key(*at);
            if least.as_ref().is_none_or(|l| key < *l) {
                least = Some(key);
                first = *at;
                start = names.len();
            }
            names.push(self.name_of(n));
        }
        names.rotate_left(start);
        names.dedup();
        names.extend(names.first().cloned());
        if let Some(message) = crate::uses::message(&names) {
            self.problem(Problem::at(ProblemKind::Invalid, first, message));
        }
        let origin = self.origins.written(span);
        Val::unknown(Why::Cycle, origin)
    }

    fn name_of(&self, node: &Node) -> String {
        let (scope, rest) = match node {
            Node::Variable(scope, i) => {
                (*scope, format!("var.{}", self.scopes[*scope].module.variables[*i].name))
            }
            Node::Local(scope, i) => {
                (*scope, format!("local.{}", self.scopes[*scope].module.locals[*i].name))
            }
            Node::Output(scope, i) => {
                let name = self.scopes[*scope].module.outputs[*i].labels.first().cloned().unwrap_or_default();
                (*scope, format!("output.{name}"))
            }
            Node::Argument(instance, member) => {
                let instance = &self.instances[*instance];
                let declaration = &self.scopes[instance.scope].module.resources[instance.declaration];
                let body = &declaration.block.body;
                let name = match member {
                    Member::Attribute(at) => &body.attributes[*at].name,
                    Member::Blocks(at) => crate::module::block_type(&body.blocks[*at]),
                    Member::Made(name) => *name,
                };
                (instance.scope, format!("{}.{name}", declaration.address))
            }
            Node::Call(scope, i) => (*scope, format!("module.{}", self.scopes[*scope].module.calls[*i].name)),
            Node::Resource(scope, i) => {
                (*scope, self.scopes[*scope].module.resources[*i].address.to_string())
            }
        };
        let address = &self.scopes[scope].address;
        if address.is_empty() { rest } else { format!("{address}.{rest}") }
    }

    /// Adds a step to a value's way.
    fn step(&mut self, value: Val, span: Span, via: Via) -> Val {
        let origin = self.origins.add(span, via, [value.origin]);
        value.with_origin(origin)
    }

    fn written(&mut self, span: Span) -> OriginId {
        self.origins.written(span)
    }
}

/// The nearest of `names` to a misspelt `name`, for "did you mean".
fn nearest<'n>(name: &str, names: &[&'n str]) -> Option<&'n str> {
    names
        .iter()
        .map(|n| (strsim::osa_distance(name, n), *n))
        .filter(|(distance, n)| *distance <= 1 + n.len().min(name.len()) / 4)
        .min()
        .map(|(_, n)| n)
}
