//! Chains of `&&`, `||` and `|`, which the grammar nests in its own ways.

use tree_sitter::Node;

use super::children;

/// One command of a chain, with the redirections that were written behind the chain.
pub(super) struct Part<'t> {
    pub(super) node: Node<'t>,
    pub(super) redirects: Vec<Node<'t>>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Operator {
    And,
    Or,
}

pub(super) struct Item<'t> {
    pub(super) operator: Option<Operator>,
    pub(super) parts: Vec<Part<'t>>,
}

/// The commands of a chain of `&&`, `||` and `|` in order. The grammar nests it to the left, puts a list inside a pipeline, and hangs what
/// follows a heredoc's opening on the heredoc.
pub(super) fn flatten<'t>(node: Node<'t>, out: &mut Vec<Item<'t>>) {
    // Each entry: a node still to be flattened, how it is joined to what came before, redirections behind it.
    let mut todo = vec![(node, Join::Start, Vec::new())];
    while let Some((node, join, mut redirects)) = todo.pop() {
        match node.kind() {
            "list" | "pipeline" => {
                let mut next = join;
                let mut parts = Vec::new();
                for (_, child) in children(node) {
                    match child.kind() {
                        "&&" => next = Join::Operator(Operator::And),
                        "||" => next = Join::Operator(Operator::Or),
                        "|" | "|&" => next = Join::Pipe,
                        _ if child.is_named() && child.kind() != "comment" => {
                            parts.push((child, next, Vec::new()));
                        }
                        _ => {}
                    }
                }
                if let Some(last) = parts.last_mut() {
                    last.2 = redirects;
                }
                todo.extend(parts.into_iter().rev());
            }
            "redirected_statement" => {
                let mut body = None;
                let mut own = Vec::new();
                let mut behind = Vec::new();
                for (field, child) in children(node) {
                    if field == Some("body") {
                        body = Some(child);
                    } else if child.kind().ends_with("_redirect") {
                        own.push(child);
                        following(child, &mut behind);
                    }
                }
                own.append(&mut redirects);
                todo.extend(behind.into_iter().rev());
                match body {
                    Some(body) => todo.push((body, join, own)),
                    None => {
                        if let Some(first) = own.first().copied() {
                            push(out, first, join, own);
                        }
                    }
                }
            }
            _ => push(out, node, join, redirects),
        }
    }
}

#[derive(Clone, Copy)]
enum Join {
    Start,
    Pipe,
    Operator(Operator),
}

fn push<'t>(out: &mut Vec<Item<'t>>, node: Node<'t>, join: Join, redirects: Vec<Node<'t>>) {
    let part = Part { node, redirects };
    match (join, out.last_mut()) {
        (Join::Pipe, Some(item)) => item.parts.push(part),
        (Join::Operator(operator), _) => out.push(Item { operator: Some(operator), parts: vec![part] }),
        _ => out.push(Item { operator: None, parts: vec![part] }),
    }
}

/// What stands behind `<<EOF` on its line: `| tee x`, `|| exit 1`.
fn following<'t>(heredoc: Node<'t>, out: &mut Vec<(Node<'t>, Join, Vec<Node<'t>>)>) {
    if heredoc.kind() != "heredoc_redirect" {
        return;
    }
    let mut operator = None;
    for (field, child) in children(heredoc) {
        match (field, child.kind()) {
            (_, "&&") => operator = Some(Operator::And),
            (_, "||") => operator = Some(Operator::Or),
            (Some("right"), _) => {
                if let Some(operator) = operator {
                    out.push((child, Join::Operator(operator), Vec::new()));
                }
            }
            (_, "pipeline") => out.push((child, Join::Pipe, Vec::new())),
            _ => {}
        }
    }
}
