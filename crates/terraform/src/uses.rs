//! Who names whom in a module, and resources that need each other: an order in which they could be made does not exist.

use iaclint_source::{Problem, ProblemKind};
use iaclint_value::Name;

use crate::ir::{Body, E, Expr, Key, Part, StepKind};
use crate::module::{Kind, Module};

/// Expressions that nest deeper than this are not looked into.
const MAX_DEPTH: usize = 256;

/// What is known of a module's resources from its text.
pub(crate) struct Uses {
    /// Which of them are named anywhere in the module, by number. What the others hold is asked for by nothing but themselves.
    pub(crate) named: Vec<bool>,
    /// A problem for each circle of them, through local values or directly. A local value in a circle of its own is told when it is
    /// evaluated.
    pub(crate) problems: Vec<Problem>,
}

impl Uses {
    pub(crate) fn of(module: &Module) -> Self {
        let graph = Graph::of(module);
        Self { named: graph.named(module), problems: problems(module, &graph) }
    }
}

fn problems(module: &Module, graph: &Graph) -> Vec<Problem> {
    let mut out = Vec::new();
    for circle in graph.circles() {
        let resources = circle.iter().filter(|node| **node < graph.resources);
        let Some(first) = resources.min().copied() else { continue };
        let path = graph.way_around(first, &circle);
        let names: Vec<String> = path.iter().map(|node| graph.name(module, *node)).collect();
        let Some(head) = names.first() else { continue };
        let message = format!("{head} depends on itself: {} → {head}", names.join(" → "));
        out.push(Problem::at(ProblemKind::Invalid, module.resources[first].block.header, message));
    }
    out
}

/// The resources of a module, then its local values, and what each names.
struct Graph {
    resources: usize,
    edges: Vec<Vec<usize>>,
}

impl Graph {
    fn of(module: &Module) -> Graph {
        let resources = module.resources.len();
        let find = |names: &[&Name]| node(module, names);
        let mut edges: Vec<Vec<usize>> = Vec::with_capacity(resources + module.locals.len());
        for resource in &module.resources {
            let mut named = Vec::new();
            in_body(&resource.block.body, &mut |names| named.extend(find(names)), 0);
            edges.push(named);
        }
        for local in &module.locals {
            let mut named = Vec::new();
            in_expr(&local.value, &mut |names| named.extend(find(names)), 0);
            edges.push(named);
        }
        for named in &mut edges {
            named.sort_unstable();
            named.dedup();
        }
        Graph { resources, edges }
    }

    /// The resources that other nodes name, or what stands in no node: outputs, calls, providers and checks.
    fn named(&self, module: &Module) -> Vec<bool> {
        let mut named = vec![false; self.resources];
        let mut name = |node: usize| {
            if let Some(known) = named.get_mut(node) {
                *known = true;
            }
        };
        self.edges.iter().flatten().for_each(|node| name(*node));
        let calls = module.calls.iter().map(|call| &call.block);
        let others = module.outputs.iter().chain(calls).chain(&module.providers).chain(&module.checks);
        for block in others {
            in_body(&block.body, &mut |names| node(module, names).into_iter().for_each(&mut name), 0);
        }
        named
    }

    fn name(&self, module: &Module, node: usize) -> String {
        match module.resources.get(node) {
            Some(resource) => resource.address.to_string(),
            None => format!("local.{}", module.locals[node - self.resources].name),
        }
    }

    /// Sets of two or more nodes each of which leads to all others.
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
                    if circle.len() > 1 {
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
                if circle.contains(to) && from[*to] == usize::MAX {
                    from[*to] = node;
                    queue.push_back(*to);
                }
            }
        }
        vec![start]
    }
}

/// The number of the resource or local value that a traversal names.
fn node(module: &Module, names: &[&Name]) -> Option<usize> {
    match names {
        [root, name, ..] if *root == "local" => {
            Some(module.resources.len() + module.find(Kind::Local, name)?)
        }
        [mode, ty, name, ..] if *mode == "data" || *mode == "ephemeral" => module.resource(mode, ty, name),
        [root, ty, name, ..] if *root == "resource" => module.resource("", ty, name),
        [ty, name, ..] => module.resource("", ty, name),
        _ => None,
    }
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
                let mut names = vec![root];
                names.extend(steps.iter().map_while(|step| match &step.kind {
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
            let parts =
                [Some(&each.collection), each.key.as_ref(), Some(&each.value), each.condition.as_ref()];
            parts.into_iter().flatten().for_each(|part| in_expr(part, found, depth));
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
            Part::If { condition, then, otherwise } => {
                in_expr(condition, found, depth);
                in_parts(then, found, depth + 1);
                in_parts(otherwise, found, depth + 1);
            }
            Part::For { collection, body, .. } => {
                in_expr(collection, found, depth);
                in_parts(body, found, depth + 1);
            }
        }
    }
}
