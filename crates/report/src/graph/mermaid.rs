//! For Markdown: code hosts draw Mermaid.

use std::fmt::Write;

use super::{Drawing, NodeKind, Outcome};

/// The drawing as a Mermaid flowchart.
#[derive(Clone, Copy, Debug)]
pub struct Mermaid;

impl Mermaid {
    /// The text.
    pub fn render(drawing: &Drawing) -> String {
        let mut out = String::from("flowchart LR\n");
        let roots = drawing.roots();
        let several = roots.len() > 1;
        for (index, (root, nodes)) in roots.into_iter().enumerate() {
            if several {
                let _ = writeln!(out, "  subgraph r{index} [{}]", quoted(root));
            }
            for at in nodes {
                let node = &drawing.nodes[at];
                let (open, close) = brackets(node.kind);
                let _ = writeln!(out, "    n{at}{open}{}{close}", quoted(&node.label));
            }
            if several {
                out.push_str("  end\n");
            }
        }
        let mut styles = String::new();
        for (index, edge) in drawing.edges.iter().enumerate() {
            let arrow = if edge.verdict == Outcome::CannotTell { "-.->" } else { "-->" };
            let mark = if edge.verdict == Outcome::Closed { "✕ " } else { "" };
            let label = match edge.port {
                Some(port) => format!("|{}|", quoted(&format!("{mark}{port}"))),
                None if mark.is_empty() => String::new(),
                None => format!("|{}|", quoted(mark.trim())),
            };
            let _ = writeln!(out, "  n{} {arrow}{label} n{}", edge.from, edge.to);
            match edge.verdict {
                Outcome::Open => {
                    let _ = writeln!(styles, "  linkStyle {index} stroke:#2a9d4a");
                }
                Outcome::Closed => {
                    let _ = writeln!(styles, "  linkStyle {index} stroke:#d1242f,stroke-width:3px");
                }
                Outcome::CannotTell => {}
            }
        }
        out + &styles
    }
}

fn brackets(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Database | NodeKind::Cache | NodeKind::Search | NodeKind::Storage => ("[(", ")]"),
        NodeKind::Balancer => ("{{", "}}"),
        NodeKind::Queue => (">", "]"),
        NodeKind::Workload | NodeKind::Machine | NodeKind::Secret | NodeKind::Other => ("[", "]"),
    }
}

/// Mermaid has entities where others have escapes.
fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('\n', " ")
    )
}
