//! What rests on the defaults of the root: whoever deploys it may give other values, so an error that follows from them is not certain.

use rustc_hash::FxHashSet;

use super::{Evaluator, Node};

/// What rests on a default of a variable of the root.
#[derive(Debug, Default)]
pub(super) struct Assumptions {
    /// What is being evaluated does.
    pub(super) now: bool,
    /// That it is evaluated at all, or so often, does.
    led: bool,
    /// The numbers of instances that do.
    repeated: FxHashSet<Node>,
}

impl Assumptions {
    /// Notes that a number of instances that was evaluated before is asked for.
    pub(super) fn recall(&mut self, node: &Node) {
        self.now |= self.rests(node);
    }

    /// Whether a number of instances rests on a default.
    pub(super) fn rests(&self, node: &Node) -> bool {
        !self.repeated.is_empty() && self.repeated.contains(node)
    }
}

impl Evaluator<'_, '_> {
    /// Evaluates a node and remembers whether it rests on a default; so does then what asked for it.
    pub(super) fn assuming<R>(&mut self, node: &Node, evaluate: impl FnOnce(&mut Self) -> R) -> R {
        let inherited = self.is_repeated_by_assumption(node);
        let outer = std::mem::replace(&mut self.assumptions.now, inherited);
        let led = std::mem::replace(&mut self.assumptions.led, inherited);
        let value = evaluate(self);
        self.assumptions.led = led;
        if self.assumptions.now {
            match (self.kept(node), node) {
                (Some(kept), _) => kept.assumed = true,
                (None, Node::Call(..) | Node::Resource(..)) => {
                    self.assumptions.repeated.insert(*node);
                }
                // It is kept nowhere.
                (None, _) => {}
            }
        }
        self.assumptions.now |= outer;
        value
    }

    /// Whether what is made once in every instance of a module is made as often as a default of the root says; so does then what asked
    /// for it.
    pub(super) fn assume_call(&mut self, scope: usize, node: Node) -> bool {
        let assumed = self.is_called_by_assumption(scope);
        if assumed {
            self.assumptions.repeated.insert(node);
            self.assumptions.now = true;
        }
        assumed
    }

    /// Evaluates what is kept nowhere: what it rests on is of no matter to what comes after it.
    pub(super) fn assuming_within<R>(&mut self, scope: usize, evaluate: impl FnOnce(&mut Self) -> R) -> R {
        let inherited = self.is_called_by_assumption(scope);
        let outer = std::mem::replace(&mut self.assumptions.now, inherited);
        let led = std::mem::replace(&mut self.assumptions.led, inherited);
        let value = evaluate(self);
        self.assumptions.led = led;
        self.assumptions.now = outer;
        value
    }

    /// Evaluates a part of an expression, and tells whether that part rests on a default; so does then the whole.
    pub(super) fn resting<R>(&mut self, evaluate: impl FnOnce(&mut Self) -> R) -> (R, bool) {
        let led = self.assumptions.led;
        let outer = std::mem::replace(&mut self.assumptions.now, led);
        let value = evaluate(self);
        let rests = self.assumptions.now;
        self.assumptions.now |= outer;
        (value, rests)
    }

    /// Evaluates what a condition or a number of elements has led to: what is wrong in it rests on what that rests on.
    pub(super) fn led_by<R>(&mut self, rests: bool, evaluate: impl FnOnce(&mut Self) -> R) -> R {
        let led = self.assumptions.led;
        self.assumptions.led |= rests;
        let value = evaluate(self);
        self.assumptions.led = led;
        value
    }

    /// Whether a node belongs to instances whose number rests on a default.
    fn is_repeated_by_assumption(&self, node: &Node) -> bool {
        let scope = match node {
            Node::Argument(instance, _) => {
                let instance = &self.instances[*instance];
                if self.assumptions.rests(&Node::Resource(instance.scope, instance.declaration)) {
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
        self.is_called_by_assumption(scope)
    }

    fn is_called_by_assumption(&self, scope: usize) -> bool {
        if self.assumptions.repeated.is_empty() {
            return false;
        }
        let mut at = self.scopes.get(scope).and_then(|s| s.parent);
        while let Some((parent, call)) = at {
            if self.assumptions.rests(&Node::Call(parent, call)) {
                return true;
            }
            at = self.scopes[parent].parent;
        }
        false
    }
}
