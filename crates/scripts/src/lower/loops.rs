//! Loops, and how many rounds they take.

use std::ops::Range;

use iaclint_value::Name;
use tree_sitter::Node;

use super::{Field, Lowering, children};
use crate::ExpansionKind;
use crate::script::{LoopHead, ScopeKind};

impl Lowering<'_> {
    pub(super) fn while_loop(&mut self, node: Node<'_>) {
        let nodes = children(node);
        let head =
            if nodes.iter().any(|(_, n)| n.kind() == "until") { LoopHead::Until } else { LoopHead::While };
        self.scoped(ScopeKind::Loop(head), 0..0, node, |s| {
            let (body, condition): (Vec<_>, Vec<_>) =
                nodes.iter().copied().partition(|(_, n)| n.kind() == "do_group");
            let condition = s.scoped(ScopeKind::LoopCondition, 0..0, node, |s| s.sequence(&condition));
            s.loop_body(&body, condition);
        });
    }

    fn loop_body(&mut self, body: &[Field<'_>], condition: Range<usize>) {
        for (_, node) in body {
            self.scoped(ScopeKind::LoopBody, condition.clone(), *node, |s| {
                s.contained(*node, |s| s.sequence(&children(*node)));
            });
        }
    }

    pub(super) fn for_loop(&mut self, node: Node<'_>) {
        let nodes = children(node);
        let variable: Name = nodes
            .iter()
            .find(|(field, _)| *field == Some("variable"))
            .map(|(_, n)| self.written(n.byte_range()).into())
            .unwrap_or_default();
        let index = self.script.scopes.len();
        let head = LoopHead::For { variable: variable.clone(), times: None };
        self.scoped(ScopeKind::Loop(head), 0..0, node, |s| {
            let mut times = Some(0_u64);
            let mut any = false;
            for (field, value) in &nodes {
                if *field == Some("value") {
                    any = true;
                    let more = s.count_of(*value);
                    times = times.zip(more).and_then(|(a, b)| a.checked_add(b));
                }
            }
            if let Some(scope) = s.script.scopes.get_mut(index) {
                scope.kind = ScopeKind::Loop(LoopHead::For { variable, times: times.filter(|_| any) });
            }
            let body: Vec<_> = nodes
                .iter()
                .copied()
                .filter(|(_, n)| matches!(n.kind(), "do_group" | "compound_statement"))
                .collect();
            let here = s.script.commands.len();
            s.loop_body(&body, here..here);
        });
    }

    /// How many words a word of a `for` becomes.
    fn count_of(&mut self, node: Node<'_>) -> Option<u64> {
        let start = self.script.commands.len();
        let word = self.word(node);
        if let [expansion] = &*word.expansions
            && matches!(expansion.kind, ExpansionKind::Commands(_))
            && let [command] = self.script.commands.get(start..)?
            && command.name().as_deref() == Some("seq")
        {
            let numbers: Option<Vec<i64>> =
                command.words.iter().skip(1).map(|w| w.known()?.parse().ok()).collect();
            return match *numbers?.as_slice() {
                [last] => steps(1, last, 1),
                [first, last] => steps(first, last, 1),
                [first, step, last] => steps(first, last, step),
                _ => None,
            };
        }
        let known = word.known()?;
        if word.quoted {
            return Some(1);
        }
        if let Some(inner) = known.strip_prefix('{').and_then(|k| k.strip_suffix('}')) {
            if !inner.contains("..") {
                return Some(inner.split(',').count() as u64);
            }
            let numbers: Option<Vec<i64>> = inner.split("..").map(|n| n.parse().ok()).collect();
            return match *numbers?.as_slice() {
                [first, last] => steps(first, last, if first <= last { 1 } else { -1 }),
                [first, last, step] => steps(first, last, step),
                _ => None,
            };
        }
        if known.contains(['*', '?', '[', '{']) { None } else { Some(1) }
    }

    pub(super) fn arithmetic_loop(&mut self, node: Node<'_>) {
        let nodes = children(node);
        let mut text = |name: &str| {
            let found = nodes.iter().find(|(field, n)| *field == Some(name) && n.is_named());
            found.map(|(_, n)| {
                let word = self.arithmetic(*n, n.byte_range());
                word.text.flatten().text
            })
        };
        let (first, check, step) = (text("initializer"), text("condition"), text("update"));
        let times = crate::counter::rounds(first.as_deref(), check.as_deref(), step.as_deref());
        let head = LoopHead::Arithmetic { times, endless: check.is_none() && !node.has_error() };
        self.scoped(ScopeKind::Loop(head), 0..0, node, |s| {
            let body: Vec<_> = nodes
                .iter()
                .copied()
                .filter(|(_, n)| matches!(n.kind(), "do_group" | "compound_statement"))
                .collect();
            let here = s.script.commands.len();
            s.loop_body(&body, here..here);
        });
    }
}

/// How many numbers `seq first step last` prints.
fn steps(first: i64, last: i64, step: i64) -> Option<u64> {
    if step == 0 {
        return None;
    }
    let distance = if step > 0 { last.checked_sub(first)? } else { first.checked_sub(last)? };
    if distance < 0 {
        return Some(0);
    }
    (distance.unsigned_abs() / step.unsigned_abs()).checked_add(1)
}
