//! The one direction: which crate may depend on which, compared with what `cargo metadata` says.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The crates, lowest first, with what each may depend on. A new edge is a new word here, to be reviewed.
const ALLOWED: &[(&str, &[&str])] = &[
    ("iaclint-source", &[]),
    ("iaclint-value", &["iaclint-source"]),
    ("iaclint-graph", &["iaclint-source", "iaclint-value"]),
    ("iaclint-scripts", &["iaclint-source", "iaclint-value"]),
    ("iaclint-terraform", &["iaclint-source", "iaclint-value", "iaclint-graph"]),
    ("iaclint-cloudformation", &["iaclint-source", "iaclint-value", "iaclint-graph"]),
    (
        "iaclint-parser",
        &["iaclint-source", "iaclint-value", "iaclint-graph", "iaclint-terraform", "iaclint-cloudformation"],
    ),
    ("iaclint-model", &["iaclint-source", "iaclint-value", "iaclint-graph"]),
    ("iaclint-analysis", &["iaclint-source", "iaclint-value", "iaclint-scripts", "iaclint-model"]),
    ("iaclint-lint", &["iaclint-source", "iaclint-value", "iaclint-model", "iaclint-analysis"]),
    (
        "iaclint-rules",
        &["iaclint-value", "iaclint-scripts", "iaclint-model", "iaclint-analysis", "iaclint-lint"],
    ),
    ("iaclint-report", &["iaclint-source", "iaclint-value", "iaclint-analysis", "iaclint-lint"]),
    (
        "iaclint",
        &[
            "iaclint-source",
            "iaclint-value",
            "iaclint-graph",
            "iaclint-scripts",
            "iaclint-terraform",
            "iaclint-cloudformation",
            "iaclint-parser",
            "iaclint-model",
            "iaclint-analysis",
            "iaclint-lint",
            "iaclint-rules",
            "iaclint-report",
        ],
    ),
    (
        MEASURE,
        &[
            "iaclint-source",
            "iaclint-value",
            "iaclint-graph",
            "iaclint-terraform",
            "iaclint-cloudformation",
            "iaclint-parser",
            "iaclint-model",
            "iaclint-analysis",
            "iaclint-lint",
            "iaclint-rules",
            "iaclint-report",
        ],
    ),
    (MUTATE, &[]),
    (
        "xtask",
        &[
            "iaclint-bench",
            "iaclint-mutate",
            "iaclint-parser",
            "iaclint-source",
            "iaclint-terraform",
            "iaclint-value",
        ],
    ),
];

/// The benchmarks: they look at every stage, and at the libraries below them for comparison. Nothing of the product depends on them.
const MEASURE: &str = "iaclint-bench";

/// The measure of recall: it reads files by itself, so that it shares no mistake with the product.
const MUTATE: &str = "iaclint-mutate";

/// Libraries that only one crate may use, so that what they bring stays in one room.
const OWNED: &[(&str, &str)] = &[
    ("hcl-edit", "iaclint-terraform"),
    ("hcl-rs", "iaclint-terraform"),
    ("clap", "iaclint"),
    ("miette", "iaclint-report"),
    ("petgraph", "iaclint-analysis"),
    ("tree-sitter", "iaclint-scripts"),
    ("ignore", "iaclint-parser"),
    ("walkdir", "iaclint-parser"),
];

/// A dependency of one package on another.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Edge {
    from: String,
    to: String,
}

/// Compares the workspace's dependencies, those of tests included, with the tables.
pub(crate) fn check(root: &Path) -> Vec<String> {
    match metadata(root) {
        Ok(metadata) => faults(&edges(&metadata)),
        Err(words) => vec![format!("cannot read the workspace's dependencies: {words}")],
    }
}

fn metadata(root: &Path) -> Result<Value, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())
}

fn edges(metadata: &Value) -> Vec<Edge> {
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let mut out = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            out.push(Edge { from: name(package), to: name(dependency) });
        }
        // A crate without a dependency of ours is in the table all the same.
        out.push(Edge { from: name(package), to: String::new() });
    }
    out
}

fn faults(edges: &[Edge]) -> Vec<String> {
    let ours = |name: &str| name.starts_with("iaclint") || name == "xtask";
    let mut out = Vec::new();
    for Edge { from, to } in edges {
        match ALLOWED.iter().find(|(name, _)| name == from) {
            None => out.push(format!("the crate {from} is not in the table of crates/xtask/src/layers.rs")),
            Some((_, allowed)) if ours(to) && !allowed.contains(&to.as_str()) => {
                out.push(format!(
                    "{from} depends on {to}, which the table of crates/xtask/src/layers.rs does not allow"
                ));
            }
            Some(_) => {}
        }
        if let Some((_, owner)) = OWNED
            .iter()
            .find(|(library, owner)| library == to && owner != from && from != MEASURE && from != MUTATE)
        {
            out.push(format!("{from} uses {to}, which only {owner} may use"));
        }
    }
    out.sort();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, to: &str) -> Edge {
        Edge { from: from.into(), to: to.into() }
    }

    #[test]
    fn a_forbidden_edge_is_reported() {
        let found = faults(&[edge("iaclint-rules", "iaclint-graph"), edge("iaclint-rules", "iaclint-lint")]);
        assert_eq!(
            found,
            [
                "iaclint-rules depends on iaclint-graph, which the table of crates/xtask/src/layers.rs does not allow"
            ]
        );
    }

    #[test]
    fn a_crate_that_nobody_entered_is_reported() {
        assert_eq!(faults(&[edge("iaclint-extra", "")]).len(), 1);
    }

    #[test]
    fn a_library_stays_with_its_owner() {
        let found = faults(&[edge("iaclint-model", "hcl-edit"), edge("iaclint-terraform", "hcl-edit")]);
        assert_eq!(found, ["iaclint-model uses hcl-edit, which only iaclint-terraform may use"]);
    }

    #[test]
    fn the_table_itself_points_down() {
        for (at, (name, allowed)) in ALLOWED.iter().enumerate() {
            for lower in *allowed {
                let place = ALLOWED.iter().position(|(n, _)| n == lower);
                assert!(place.is_some_and(|p| p < at), "{name} -> {lower}");
            }
        }
    }

    #[test]
    fn the_workspace_keeps_to_the_table() {
        assert_eq!(check(&crate::root()), Vec::<String>::new());
    }
}
