//! Who names whom in a module, and resources that need each other: an order in which they could be made does not exist.

use iaclint_source::{Problem, ProblemKind};
use iaclint_value::Name;
use smallvec::{SmallVec, smallvec};

use crate::ir::{Body, E, Expr, ForPart, IfPart, Key, Part, StepKind};
use crate::module::{Kind, Module};

/// Expressions that nest deeper than this are not looked into.
const MAX_DEPTH: usize = 256;

/// What is known of a module's resources from its text.
pub(crate) struct Uses {
    /// What of them is named anywhere in the module, by number.
    pub(crate) named: Vec<Named>,
    /// A problem for each circle of them, through local values or directly.
    pub(crate) problems: Vec<Problem>,
    /// The circles of local values alone. They are told when they are evaluated, from where they are entered.
    pub(crate) circles: Vec<Circle>,
}

/// Local values that need each other.
#[derive(Debug)]
pub(crate) struct Circle {
    /// Their numbers.
    pub(crate) locals: Vec<usize>,
    /// What is told of them when nobody asks for any.
    pub(crate) problem: Problem,
}

/// What of a resource is named in its module. For the rest nobody asks but the resource itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Named {
    #[default]
    Nowhere,
    /// Attributes and blocks.
    Parts(Vec<Name>),
    Whole,
}

impl Named {
    /// Whether an attribute or the blocks of a kind are named.
    pub(crate) fn has(&self, part: &str) -> bool {
        match self {
            Named::Nowhere => false,
            Named::Parts(parts) => parts.iter().any(|p| p == part),
            Named::Whole => true,
        }
    }

    fn add(&mut self, part: Option<&Name>) {
        match (&mut *self, part) {
            (Named::Whole, _) => {}
            (_, None) => *self = Named::Whole,
            (Named::Nowhere, Some(part)) => *self = Named::Parts(vec![part.clone()]),
            (Named::Parts(parts), Some(part)) => {
                if !parts.contains(part) {
                    parts.push(part.clone());
                }
            }
        }
    }
}

impl Uses {
    pub(crate) fn of(module: &Module) -> Self {
        let mut named = vec![Named::default(); module.resources.len()];
        let graph = Graph::of(module, &mut named);
        // What stands in no node of the graph names resources, too.
        let calls = module.calls.iter().map(|call| &call.block);
        let others = module.outputs.iter().chain(calls).chain(&module.providers).chain(&module.checks);
        for block in others {
            in_body(&block.body, &mut |names| _ = node(module, names, &mut named), 0);
        }
        let (mut problems, mut circles) = (Vec::new(), Vec::new());
        for circle in graph.circles() {
            let Some(first) = circle.iter().min().copied() else { continue };
            let path = graph.way_around(first, &circle);
            let way: Vec<String> =
                path.iter().chain(path.first()).map(|node| graph.name(module, *node)).collect();
            let Some(message) = message(&way) else { continue };
            match first.checked_sub(graph.resources) {
                None => {
                    let header = module.resources[first].block.header;
                    problems.push(Problem::at(ProblemKind::Invalid, header, message));
                }
                Some(local) => {
                    let problem = Problem::at(ProblemKind::Invalid, module.locals[local].name_span, message);
                    let locals = circle.iter().map(|node| node - graph.resources).collect();
                    circles.push(Circle { locals, problem });
                }
            }
        }
        Self { named, problems, circles }
    }
}

/// What is told of a circle; `names` begin and end with the same.
pub(crate) fn message(names: &[String]) -> Option<String> {
    /// The most names that are read.
    const MAX_NAMES: usize = 12;
    let head = names.first()?;
    if names.len() <= MAX_NAMES {
        return Some(format!("{head} depends on itself: {}", names.join(" → ")));
    }
    let (start, end) = (&names[..MAX_NAMES / 2], &names[names.len() - MAX_NAMES / 2..]);
    let left_out = names.len() - start.len() - end.len();
    let (start, end) = (start.join(" → "), end.join(" → "));
    Some(format!("{head} depends on itself: {start} → ({left_out} more) → {end}"))
}

/// The resources of a module, then its local values, and what each names.
struct Graph {
    resources: usize,
    edges: Vec<Vec<usize>>,
}

impl Graph {
    fn of(module: &Module, named: &mut [Named]) -> Graph {
        let resources = module.resources.len();
        let mut edges: Vec<Vec<usize>> = Vec::with_capacity(resources + module.locals.len());
        for resource in &module.resources {
            let mut to = Vec::new();
            in_body(&resource.block.body, &mut |names| to.extend(node(module, names, named)), 0);
            edges.push(to);
        }
        for local in &module.locals {
            let mut to = Vec::new();
            in_expr(&local.value, &mut |names| to.extend(node(module, names, named)), 0);
            edges.push(to);
        }
        for to in &mut edges {
            to.sort_unstable();
            to.dedup();
        }
        Graph { resources, edges }
    }

    fn name(&self, module: &Module, node: usize) -> String {
        match module.resources.get(node) {
            Some(resource) => resource.address.to_string(),
            None => format!("local.{}", module.locals[node - self.resources].name),
        }
    }

    /// Sets of two or more nodes each of which leads to all others, and local values that lead to themselves.
    fn circles(&self) -> Vec<Vec<usize>> {
        let count = self.edges.len();
        let (mut order, mut low) = (vec![usize::MAX; count], vec![usize::MAX; count]);
        let (mut open, mut is_open) = (Vec::new(), vec![false; count]);
        let mut next = 0;
        let mut out = Vec::new();
        for start in 0..count {
            if order[start] != usize::MAX {
                continue;
            }
            // The node and the edge to follow next.
            let mut way = vec![(start, 0)];
            while let Some((node, edge)) = way.last_mut() {
                let node = *node;
                if *edge == 0 && order[node] == usize::MAX {
                    (order[node], low[node]) = (next, next);
                    next += 1;
                    open.push(node);
                    is_open[node] = true;
                }
                if let Some(to) = self.edges[node].get(*edge).copied() {
                    *edge += 1;
                    if order[to] == usize::MAX {
                        way.push((to, 0));
                    } else if is_open[to] {
                        low[node] = low[node].min(order[to]);
                    }
                    continue;
                }
                way.pop();
                if let Some((above, _)) = way.last() {
                    low[*above] = low[*above].min(low[node]);
                }
                if low[node] == order[node] {
                    let from = open.iter().rposition(|n| *n == node).unwrap_or(0);
                    let circle = open.split_off(from);
                    for closed in &circle {
                        is_open[*closed] = false;
                    }
                    let leads_to_itself = node >= self.resources && self.edges[node].contains(&node);
                    if circle.len() > 1 || leads_to_itself {
                        out.push(circle);
                    }
                }
            }
        }
        out
    }

    /// The shortest way from a node back to it.
    fn way_around(&self, start: usize, circle: &[usize]) -> Vec<usize> {
        let mut from = vec![usize::MAX; self.edges.len()];
        let mut inside = vec![false; self.edges.len()];
        for node in circle {
            inside[*node] = true;
        }
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for to in &self.edges[node] {
                if *to == start {
                    let mut path = vec![node];
                    while let Some(last) = path.last().copied().filter(|last| *last != start) {
                        path.push(from[last]);
                    }
                    path.reverse();
                    return path;
                }
                if inside[*to] && from[*to] == usize::MAX {
                    from[*to] = node;
                    queue.push_back(*to);
                }
            }
        }
        vec![start]
    }
}

/// The number of the resource or local value that a traversal names; what it names of the resource is noted.
fn node(module: &Module, names: &[&Name], parts: &mut [Named]) -> Option<usize> {
    let (found, rest) = match names {
        [root, name, ..] if *root == "local" => {
            return Some(module.resources.len() + module.find(Kind::Local, name)?);
        }
        // Most names are these, and no types.
        [root, ..] if matches!(root.as_str(), "var" | "each" | "module" | "count" | "path" | "self") => {
            return None;
        }
        [mode, ty, name, rest @ ..] if *mode == "data" || *mode == "ephemeral" => {
            (module.resource(mode, ty, name)?, rest)
        }
        [root, ty, name, rest @ ..] if *root == "resource" => (module.resource("", ty, name)?, rest),
        [ty, name, rest @ ..] => (module.resource("", ty, name)?, rest),
        _ => return None,
    };
    // The key of an instance may be written as if it were a step.
    let repeated = module.resources[found].block.body.is_repeated();
    parts[found].add(rest.first().copied());
    if repeated && let Some(second) = rest.get(1) {
        parts[found].add(Some(second));
    }
    Some(found)
}

fn in_body(body: &Body, found: &mut dyn FnMut(&[&Name]), depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    for attribute in &body.attributes {
        in_expr(&attribute.value, found, depth + 1);
    }
    for block in &body.blocks {
        // What is not to be compared is named there, not used.
        if block.kind == "lifecycle" {
            for attribute in block.body.attributes.iter().filter(|a| a.name == "replace_triggered_by") {
                in_expr(&attribute.value, found, depth + 1);
            }
        } else if block.kind != "provisioner" && block.kind != "connection" {
            in_body(&block.body, found, depth + 1);
        }
    }
}

fn in_expr(expr: &Expr, found: &mut dyn FnMut(&[&Name]), depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    let depth = depth + 1;
    match &expr.kind {
        E::Null | E::Bool(_) | E::Num(_) | E::Text(..) | E::Root(_) => {}
        E::Template(parts) => in_parts(parts, found, depth),
        E::Wrap(inner) | E::Paren(inner) | E::Unary(_, inner) => in_expr(inner, found, depth),
        E::Tuple(items) => items.iter().for_each(|item| in_expr(item, found, depth)),
        E::Object(items) => {
            for item in items {
                if let Key::Expr(key) = &item.key {
                    in_expr(key, found, depth);
                }
                in_expr(&item.value, found, depth);
            }
        }
        E::Access(base, steps) => {
            if let E::Root(root) = &base.kind {
                // What stands in brackets is the key of an instance.
                let mut names: SmallVec<[&Name; 6]> = smallvec![root];
                names.extend(steps.iter().filter_map(|step| match &step.kind {
                    StepKind::Attr(name) => Some(name),
                    _ => None,
                }));
                found(&names);
            } else {
                in_expr(base, found, depth);
            }
            for step in steps {
                if let StepKind::Index(key) = &step.kind {
                    in_expr(key, found, depth);
                }
            }
        }
        E::Call(call) => call.arguments.iter().for_each(|a| in_expr(a, found, depth)),
        E::Binary(_, sides) => sides.iter().for_each(|side| in_expr(side, found, depth)),
        E::Conditional(parts) => parts.iter().for_each(|part| in_expr(part, found, depth)),
        E::For(each) => {
            in_expr(&each.collection, found, depth);
            // Its own names are nothing of the module's.
            let own = |name: &Name| Some(name) == each.key_name.as_ref() || *name == each.value_name;
            let mut found = |names: &[&Name]| {
                if !names.first().is_some_and(|root| own(root)) {
                    found(names);
                }
            };
            let parts = [each.key.as_ref(), Some(&each.value), each.condition.as_ref()];
            parts.into_iter().flatten().for_each(|part| in_expr(part, &mut found, depth));
        }
    }
}

fn in_parts(parts: &[Part], found: &mut dyn FnMut(&[&Name]), depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    for part in parts {
        match part {
            Part::Literal(..) => {}
            Part::Value(expr) => in_expr(expr, found, depth),
            Part::If(branches) => {
                let IfPart { condition, then, otherwise } = &**branches;
                in_expr(condition, found, depth);
                in_parts(then, found, depth + 1);
                in_parts(otherwise, found, depth + 1);
            }
            Part::For(each) => {
                let ForPart { collection, body, .. } = &**each;
                in_expr(collection, found, depth);
                in_parts(body, found, depth + 1);
            }
        }
    }
}
