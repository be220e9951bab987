//! For Graphviz.

use std::fmt::Write;

use super::{Drawing, NodeKind, Outcome};

/// The drawing in the DOT language.
#[derive(Clone, Copy, Debug)]
pub struct Dot;

impl Dot {
    /// The text.
    pub fn render(drawing: &Drawing) -> String {
        let mut out = String::from(
            "digraph infrastructure {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
        );
        for (index, (root, nodes)) in drawing.roots().into_iter().enumerate() {
            let _ = writeln!(out, "  subgraph cluster_{index} {{\n    label={};", quoted(root));
            for at in nodes {
                let node = &drawing.nodes[at];
                let label = format!("{}\n{}", node.label, node.type_name);
                let color = match drawing.worst(&node.findings) {
                    Some("error") => ", color=red",
                    Some("warning") => ", color=orange",
                    _ => "",
                };
                let _ = writeln!(
                    out,
                    "    n{at} [label={}, shape={}{color}, tooltip={}];",
                    quoted(&label),
                    shape(node.kind),
                    quoted(&node.address)
                );
            }
            out.push_str("  }\n");
        }
        for edge in &drawing.edges {
            let port = edge.port.map(|port| port.to_string()).unwrap_or_default();
            let look = match edge.verdict {
                Outcome::Open => "color=green",
                Outcome::Closed => "color=red, penwidth=2",
                Outcome::CannotTell => "color=gray, style=dashed",
            };
            let _ = writeln!(out, "  n{} -> n{} [label={}, {look}];", edge.from, edge.to, quoted(&port));
        }
        out.push_str("}\n");
        out
    }
}

fn shape(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Database | NodeKind::Cache | NodeKind::Search | NodeKind::Storage => "cylinder",
        NodeKind::Balancer => "hexagon",
        NodeKind::Queue => "cds",
        NodeKind::Secret => "note",
        NodeKind::Workload | NodeKind::Machine | NodeKind::Other => "box",
    }
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
