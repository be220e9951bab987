//! Which variables of a script have one value that is known.

use std::collections::BTreeMap;
use std::ops::Range;

use iaclint_value::{Name, Text};
use tree_sitter::Node;

/// The variables of a script.
#[derive(Default)]
pub(super) struct Variables {
    /// How often each is set, counted or read.
    changes: BTreeMap<Name, usize>,
    values: BTreeMap<Name, (Range<usize>, Text)>,
}

impl Variables {
    /// Counts what sets each variable.
    pub(super) fn scan(root: Node<'_>, source: &str) -> Self {
        let mut out = Self::default();
        let mut cursor = root.walk();
        loop {
            let node = cursor.node();
            match node.kind() {
                "variable_assignment" => out.changed(node.child_by_field_name("name"), source),
                "for_statement" => out.changed(node.child_by_field_name("variable"), source),
                "postfix_expression" => out.changed(node.child(0), source),
                "unary_expression" if node.child(0).is_some_and(|n| matches!(n.kind(), "++" | "--")) => {
                    out.changed(node.child(1), source);
                }
                "binary_expression"
                    if node.child(1).is_some_and(|n| {
                        n.kind().ends_with('=') && !matches!(n.kind(), "==" | "!=" | "<=" | ">=")
                    }) =>
                {
                    out.changed(node.child(0), source);
                }
                "command" => out.changed_by_command(source.get(node.byte_range()).unwrap_or_default()),
                _ => {}
            }
            if cursor.goto_first_child() || cursor.goto_next_sibling() {
                continue;
            }
            loop {
                if !cursor.goto_parent() {
                    return out;
                }
                if cursor.goto_next_sibling() {
                    break;
                }
            }
        }
    }

    fn changed(&mut self, node: Option<Node<'_>>, source: &str) {
        if let Some(name) = node.and_then(|n| source.get(n.byte_range())) {
            *self.changes.entry(name.trim_start_matches('$').into()).or_default() += 1;
        }
    }

    /// `let`, `read` and their like change what they name.
    fn changed_by_command(&mut self, command: &str) {
        let mut words = command.split_whitespace();
        if matches!(words.next(), Some("let" | "read" | "mapfile" | "readarray" | "getopts" | "printf")) {
            let names = words.flat_map(|w| w.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
            for name in names.filter(|n| !n.is_empty()).take(32) {
                *self.changes.entry(name.into()).or_default() += 2;
            }
        }
    }

    /// Notes a value that holds in the bytes `range`, if nothing else changes the variable.
    pub(super) fn assign(&mut self, name: &Name, range: Range<usize>, value: &Text) {
        // The shell itself counts these.
        let counted = matches!(name.as_str(), "SECONDS" | "RANDOM" | "LINENO" | "EPOCHSECONDS" | "OPTIND");
        if self.changes.get(name) == Some(&1) && !counted {
            self.values.insert(name.clone(), (range, value.clone()));
        }
    }

    /// The value at this byte.
    pub(super) fn get(&self, name: &str, at: usize) -> Option<&Text> {
        self.values.get(name).filter(|(range, _)| range.contains(&at)).map(|(_, text)| text)
    }
}
