//! Loops that wait for something, and whether they ever give up.

use std::ops::Range;

use iaclint_source::Span;
use iaclint_value::Name;

use crate::counter::{
    Change, Comparison, Operand, Order, change, comparisons, difference_from, rounds_until, time_ahead,
};
use crate::invocation::{Invocation, limit_of};
use crate::script::{Command, Limit, LoopHead, ScopeKind, Script};

/// A place where a script waits until something holds.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitLoop {
    /// How it is written.
    pub kind: WaitKind,
    /// The commands that tell whether the wait is over, as indices into [`Script::commands`].
    pub condition: Vec<usize>,
    /// Those commands for a message.
    pub waits_for: String,
    /// The seconds between two tries, if known.
    pub sleep: Option<u64>,
    /// When it gives up.
    pub bound: Bound,
    /// The whole loop or command.
    pub span: Option<Span>,
    /// What is waited for.
    pub condition_span: Option<Span>,
    /// Whether it waits beside the script, which goes on: before `&`.
    pub background: bool,
    /// The command that it begins with, an index into [`Script::commands`].
    pub at: usize,
}

/// How a wait is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitKind {
    /// `until`.
    Until,
    /// `while`.
    While,
    /// `for`.
    For,
    /// A program that waits: `wait-for-it`, `dockerize -wait`, `aws rds wait`.
    Program,
}

/// When a wait gives up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// Never.
    None,
    /// After this many seconds.
    Seconds(u64),
    /// After this many tries.
    Tries(u64),
    /// It gives up, but after how long is not known.
    Limited,
    /// It cannot be told.
    Unknown,
}

impl WaitLoop {
    /// The longest that it waits, in seconds, not counting the time that the tries themselves take.
    pub fn longest(&self) -> Option<u64> {
        match self.bound {
            Bound::Seconds(seconds) => Some(seconds),
            Bound::Tries(tries) => tries.checked_mul(self.sleep?),
            _ => None,
        }
    }
}

/// The waits of a script in their order.
pub fn wait_loops(script: &Script) -> Vec<WaitLoop> {
    let mut out: Vec<WaitLoop> = Vec::new();
    for (index, scope) in script.scopes.iter().enumerate() {
        if let ScopeKind::Loop(head) = &scope.kind
            && let Some(found) = Loop::new(script, index, head).and_then(|l| l.wait())
        {
            out.push(found);
        }
    }
    for (index, command) in script.commands.iter().enumerate() {
        if let Some((bound, sleep)) = waiting_program(&Invocation::of(&command.words)) {
            out.push(WaitLoop {
                kind: WaitKind::Program,
                condition: vec![index],
                waits_for: command.display(),
                sleep,
                bound,
                span: command.span,
                condition_span: command.span,
                background: script.is_background(command),
                at: index,
            });
        }
    }
    out.sort_by_key(|w| w.at);
    out
}

struct Loop<'a> {
    script: &'a Script,
    index: usize,
    head: &'a LoopHead,
    all: Range<usize>,
    condition: Range<usize>,
    body: Range<usize>,
}

/// A command that leaves the loop, and the conditions that it stands under inside the loop.
struct Exit {
    conditions: Vec<(Range<usize>, bool)>,
    fails: bool,
    in_case: bool,
}

impl<'a> Loop<'a> {
    fn new(script: &'a Script, index: usize, head: &'a LoopHead) -> Option<Self> {
        let all = script.scopes.get(index)?.commands.clone();
        let part = |kind: &ScopeKind| {
            let found = script.scopes.iter().skip(index).find(|s| s.parent == Some(index) && s.kind == *kind);
            found.map(|s| s.commands.clone())
        };
        let condition = part(&ScopeKind::LoopCondition).unwrap_or(all.start..all.start);
        let body = part(&ScopeKind::LoopBody)?;
        Some(Self { script, index, head, all, condition, body })
    }

    fn commands(&self, range: &Range<usize>) -> &'a [Command] {
        self.script.commands.get(range.clone()).unwrap_or_default()
    }

    /// How long the loop sleeps in each round.
    fn sleep(&self) -> Option<Limit> {
        self.commands(&self.all).iter().find_map(|c| {
            let invocation = Invocation::of(&c.words);
            (invocation.name()? == "sleep").then(|| match invocation.arguments() {
                [word] => limit_of(word),
                _ => Limit::Unknown,
            })
        })
    }

    fn wait(&self) -> Option<WaitLoop> {
        let sleep = self.sleep();
        let seconds = match sleep {
            Some(Limit::Seconds(seconds)) => Some(seconds),
            _ => None,
        };
        let exits = self.exits();
        let says_nothing = |c: &Command| is_constant(c) || self.bound_by(c).is_some();
        let own: Vec<usize> = match self.head {
            LoopHead::While | LoopHead::Until => {
                let top = |i: &usize| {
                    self.script.commands.get(*i).is_some_and(|c| !in_substitution(self.script, c, self.index))
                };
                self.condition
                    .clone()
                    .filter(top)
                    .filter(|i| self.script.commands.get(*i).is_some_and(|c| !says_nothing(c)))
                    .collect()
            }
            _ => Vec::new(),
        };
        let mut condition = own.clone();
        if own.is_empty() {
            // The condition says nothing, so what leaves the loop tells what it waits for.
            sleep?;
            for exit in exits.iter().filter(|e| !e.fails) {
                let guards = exit.conditions.iter().flat_map(|(range, _)| range.clone());
                condition.extend(guards.filter(|i| {
                    self.script.commands.get(*i).is_some_and(|c| !says_nothing(c) && !is_sleep(c))
                }));
            }
            condition.sort_unstable();
            condition.dedup();
            if condition.is_empty() && !exits.iter().any(|e| e.in_case && !e.fails) {
                return None;
            }
        } else {
            let names: Vec<String> = own
                .iter()
                .filter_map(|i| Invocation::of(&self.script.commands.get(*i)?.words).name())
                .collect();
            // `while sleep 60` and `while kill -0 $pid` stay with something that runs.
            let stays =
                |n: &String| matches!(n.as_str(), "read" | "getopts" | "shift" | "sleep" | "inotifywait");
            let watches = |n: &String| matches!(n.as_str(), "kill" | "pgrep" | "pidof" | "ps");
            if names.iter().any(stays)
                || *self.head == LoopHead::While && names.iter().any(watches) && !self.is_negated(&own)
                || self.counts_arguments(&own)
            {
                return None;
            }
            let idle = self
                .commands(&self.body)
                .iter()
                .all(|c| c.words.is_empty() && c.assignments.is_empty() || is_constant(c) || is_message(c));
            if sleep.is_none() && !idle && !names.iter().any(|n| is_probe(n)) {
                return None;
            }
        }
        let spans = condition.iter().filter_map(|i| self.script.commands.get(*i)?.span);
        let condition_span = spans.reduce(Span::to);
        let words: Vec<String> =
            condition.iter().filter_map(|i| self.script.commands.get(*i)).map(Command::display).collect();
        Some(WaitLoop {
            kind: match self.head {
                LoopHead::Until => WaitKind::Until,
                LoopHead::While => WaitKind::While,
                _ => WaitKind::For,
            },
            waits_for: words.join("; "),
            condition,
            sleep: seconds,
            bound: self.bound(&exits, !own.is_empty(), seconds),
            span: self.script.scopes.get(self.index).and_then(|s| s.span),
            condition_span,
            background: self
                .script
                .scopes_from(Some(self.index))
                .any(|(_, s)| s.kind == ScopeKind::Background),
            at: self.all.start,
        })
    }

    /// Whether one of the commands stands behind `!` inside the loop.
    fn is_negated(&self, own: &[usize]) -> bool {
        own.iter().filter_map(|i| self.script.commands.get(*i)).any(|c| {
            let inside = self.script.scopes_of(c).take_while(|(i, _)| *i != self.index);
            inside.into_iter().any(|(_, s)| s.kind == ScopeKind::Not)
        })
    }

    /// `while [ $# -gt 0 ]` reads arguments.
    fn counts_arguments(&self, own: &[usize]) -> bool {
        own.iter().filter_map(|i| self.script.commands.get(*i)).any(|c| {
            c.words.iter().any(|w| matches!(&*w.written, "$#" | "\"$#\"" | "$1" | "\"$1\"" | "${1:-}"))
        })
    }

    fn exits(&self) -> Vec<Exit> {
        let mut out = Vec::new();
        for command in self.commands(&self.all) {
            let Some(name) = command.name() else { continue };
            if !matches!(name.as_str(), "break" | "exit" | "return")
                || in_substitution(self.script, command, self.index)
            {
                continue;
            }
            let fails = name != "break" && command.words.get(1).is_some_and(|w| !w.is("0"));
            let mut exit = Exit { conditions: Vec::new(), fails, in_case: false };
            let mut inner_loop = false;
            for (index, scope) in self.script.scopes_of(command) {
                if index == self.index {
                    break;
                }
                match scope.kind {
                    ScopeKind::Then | ScopeKind::AndThen => {
                        exit.conditions.push((scope.condition.clone(), true));
                    }
                    ScopeKind::Else | ScopeKind::OrElse => {
                        exit.conditions.push((scope.condition.clone(), false));
                    }
                    ScopeKind::Case => exit.in_case = true,
                    ScopeKind::Loop(_) => inner_loop = true,
                    _ => {}
                }
            }
            if !(inner_loop && name == "break") {
                out.push(exit);
            }
        }
        out
    }

    fn bound(&self, exits: &[Exit], own_condition: bool, sleep: Option<u64>) -> Bound {
        for (_, scope) in self.script.scopes_from(Some(self.index)) {
            match scope.kind {
                ScopeKind::Nested { timeout: Some(Limit::Seconds(seconds)) } => {
                    return Bound::Seconds(seconds);
                }
                ScopeKind::Nested { timeout: Some(Limit::Unknown) } => return Bound::Limited,
                _ => {}
            }
        }
        match self.head {
            LoopHead::For { times, .. } | LoopHead::Arithmetic { times, endless: false } => {
                return times.map_or(Bound::Limited, Bound::Tries);
            }
            _ => {}
        }
        let mut best: Option<Bound> = None;
        let mut unclear = false;
        for command in self.commands(&self.condition) {
            if let Some(found) = self.bound_by(command) {
                let until = matches!(self.head, LoopHead::Until);
                let negated = self
                    .script
                    .scopes_of(command)
                    .take_while(|(i, _)| *i != self.index)
                    .any(|(_, s)| s.kind == ScopeKind::Not);
                best = better(best, self.limit(&found, until != negated, sleep));
            }
        }
        for exit in exits {
            let mut understood = false;
            for (range, holds) in &exit.conditions {
                for command in self.commands(range) {
                    if let Some(found) = self.bound_by(command) {
                        best = better(best, self.limit(&found, *holds, sleep));
                        understood = true;
                    }
                }
            }
            let success = !own_condition && !exit.fails && (!exit.conditions.is_empty() || exit.in_case);
            unclear |= !understood && !success;
        }
        if let Some(best) = best {
            return best;
        }
        if unclear || self.may_leave_otherwise() || self.may_watch() { Bound::Unknown } else { Bound::None }
    }

    /// Whether it is a `while` over a command that succeeds as long as something runs: it may stay with a server instead of waiting.
    fn may_watch(&self) -> bool {
        let own: Vec<usize> = self.condition.clone().collect();
        let is_test =
            |c: &Command| c.name().is_some_and(|n| matches!(n.as_str(), "[" | "[[" | "test" | "(("));
        *self.head == LoopHead::While
            && !self.is_negated(&own)
            && self.commands(&self.condition).iter().any(|c| !is_test(c) && !is_constant(c))
            && !self.commands(&self.condition).iter().any(is_test)
    }

    /// Whether something in the loop could end it that is not understood.
    fn may_leave_otherwise(&self) -> bool {
        let broken = self.script.scopes_from(Some(self.index)).any(|(_, s)| s.broken);
        let errexit = crate::settings::stops_on_error(self.script);
        broken
            || self.commands(&self.all).iter().any(|c| {
                let Some(name) = c.name() else { return c.is_opaque() };
                let defined = self.script.functions.iter().find(|(n, _)| *n == name);
                let leaves = |range: &Range<usize>| {
                    self.commands(range)
                        .iter()
                        .any(|c| c.is_opaque() || c.name().is_some_and(|n| n == "exit" || n == "return"))
                };
                let stops = errexit
                    && !comparisons(c).is_empty()
                    && !self.script.is_tested(c)
                    && !self.condition_has(c);
                defined.is_some_and(|(_, range)| leaves(range))
                    || matches!(name.as_str(), "kill" | "eval" | "source" | ".") && !is_alive_check(c)
                    || stops
            })
    }

    fn condition_has(&self, command: &Command) -> bool {
        self.commands(&self.condition).iter().any(|c| std::ptr::eq(c, command))
    }

    /// The comparison with a limit that the command makes, of the clock or of a variable that the loop counts.
    fn bound_by(&self, command: &Command) -> Option<Comparison> {
        comparisons(command).into_iter().find(|c| match &c.left {
            Operand::Clock | Operand::Elapsed => true,
            Operand::Less(name) => self.change(name) == Some(Change::Clock),
            Operand::Variable(name) => self.change(name).is_some(),
            _ => false,
        })
    }

    fn change(&self, name: &Name) -> Option<Change> {
        let commands = self.commands(&self.all);
        let direct = |name: &Name| commands.iter().find_map(|c| change(c, name));
        direct(name).or_else(|| {
            let from = commands.iter().find_map(|c| difference_from(c, name))?;
            (direct(&from) == Some(Change::Clock)).then_some(Change::Elapsed)
        })
    }

    /// The value of a variable before the loop.
    fn before(&self, name: &Name) -> Option<&'a crate::Word> {
        let commands = self.script.commands.get(..self.all.start)?;
        commands
            .iter()
            .rev()
            .flat_map(|c| &c.assignments)
            .find(|a| a.name == *name && !a.append)
            .map(|a| &a.value)
    }

    /// The bound that follows from leaving when the comparison holds, or when it does not.
    fn limit(&self, comparison: &Comparison, leaves_when_it_holds: bool, sleep: Option<u64>) -> Bound {
        let order = if leaves_when_it_holds { comparison.order } else { comparison.order.negated() };
        let counted = match &comparison.left {
            Operand::Variable(name) => self.change(name).map(|c| (name, c)),
            _ => None,
        };
        let clock = comparison.left == Operand::Clock || matches!(counted, Some((_, Change::Clock)));
        if clock {
            let Operand::Variable(deadline) = &comparison.right else { return Bound::Limited };
            let ahead = self.before(deadline).and_then(time_ahead);
            return match ahead {
                Some(Limit::Seconds(seconds)) => Bound::Seconds(seconds),
                _ => Bound::Limited,
            };
        }
        let Operand::Number(limit) = comparison.right else { return Bound::Limited };
        let Some((name, step)) = counted else {
            return u64::try_from(limit).map_or(Bound::Limited, Bound::Seconds);
        };
        let step = match step {
            Change::By(step) => step,
            Change::Elapsed => return u64::try_from(limit).map_or(Bound::Limited, Bound::Seconds),
            Change::Unknown | Change::Clock => return Bound::Limited,
        };
        let start = match self.before(name) {
            Some(word) => word.known().and_then(|k| k.trim().parse().ok()),
            None => Some(0),
        };
        let rounds = start.and_then(|start| rounds_until(start, step, order, limit));
        let Some(rounds) = rounds else {
            return if order == Order::NotEqual { Bound::Unknown } else { Bound::Limited };
        };
        let size = step.unsigned_abs();
        let lower = name.to_ascii_lowercase();
        let named =
            ["elapsed", "waited", "timeout", "seconds", "secs", "time"].iter().any(|w| lower.contains(w));
        if sleep == Some(size) && (size > 1 || named) {
            return rounds.checked_mul(size).map_or(Bound::Limited, Bound::Seconds);
        }
        Bound::Tries(rounds)
    }
}

fn better(before: Option<Bound>, found: Bound) -> Option<Bound> {
    match (before, found) {
        (None | Some(Bound::Unknown | Bound::Limited), found) => Some(found),
        (before, _) => before,
    }
}

/// Whether the command stands in a substitution inside the scope.
fn in_substitution(script: &Script, command: &Command, inside: usize) -> bool {
    script
        .scopes_of(command)
        .take_while(|(i, _)| *i != inside)
        .any(|(_, s)| s.kind == ScopeKind::Substitution)
}

/// `true`, `:`, `[ 1 ]`, `((1))`.
fn is_constant(command: &Command) -> bool {
    match command.words.first().and_then(super::word::Word::known).as_deref() {
        Some("true" | ":") => true,
        Some("[" | "[[" | "((" | "test") => {
            command.words.iter().skip(1).all(|w| w.is("]") || w.is("]]") || w.is("1") || w.is("true"))
        }
        _ => false,
    }
}

fn is_message(command: &Command) -> bool {
    command.name().is_some_and(|n| matches!(n.as_str(), "echo" | "printf" | ">&2" | "date"))
}

fn is_sleep(command: &Command) -> bool {
    command.name().is_some_and(|n| n == "sleep")
}

/// `kill -0` only asks.
fn is_alive_check(command: &Command) -> bool {
    command.words.get(1).is_some_and(|w| w.is("-0"))
}

fn is_probe(name: &str) -> bool {
    matches!(
        name,
        "pg_isready"
            | "nc"
            | "ncat"
            | "netcat"
            | "curl"
            | "wget"
            | "mysqladmin"
            | "redis-cli"
            | "mongo"
            | "mongosh"
            | "psql"
            | "mysql"
            | "ping"
            | "dig"
            | "nslookup"
            | "getent"
            | "telnet"
            | "cqlsh"
    )
}

/// Programs that wait by themselves, with their default limits: wait-for-it and wait-for 15 s (`TIMEOUT=15` in vishnubob/wait-for-it,
/// wait-for-it.sh, and eficode/wait-for), dockerize 10 s ("Host wait timeout (default 10s)", its usage), wait4x 10 s (`--timeout`,
/// cmd/root.go), dbmate 60 s (`WaitTimeout`, pkg/dbmate/db.go), kubectl wait 30 s (`--timeout=30s` in its reference).
fn waiting_program(invocation: &Invocation<'_>) -> Option<(Bound, Option<u64>)> {
    let words = invocation.plain();
    let name = words.first()?.as_str();
    let option = |names: &[&str]| -> Option<Limit> {
        for (index, word) in words.iter().enumerate() {
            for option in names {
                if word == option {
                    return Some(invocation.words.get(index + 1).map_or(Limit::Unknown, limit_of));
                }
                if let Some(value) = word.strip_prefix(&format!("{option}=")) {
                    return Some(value.trim_end_matches('s').parse().map_or(Limit::Unknown, Limit::Seconds));
                }
            }
        }
        None
    };
    let bound = |limit: Option<Limit>, default: Bound| match (invocation.timeout, limit) {
        (Some(Limit::Seconds(seconds)), _) => Bound::Seconds(seconds),
        // Zero switches the limit off ("zero for no timeout"); kubectl then looks once.
        (_, Some(Limit::Seconds(0))) if name == "kubectl" => Bound::Seconds(0),
        (_, Some(Limit::Seconds(0))) => Bound::None,
        (_, Some(Limit::Seconds(seconds))) => Bound::Seconds(seconds),
        (Some(Limit::Unknown), _) | (_, Some(Limit::Unknown)) => Bound::Limited,
        (None, None) => default,
    };
    let stem = name.trim_end_matches(".sh").trim_end_matches(".py");
    Some(match stem {
        "wait-for-it" | "wait-for" | "wait_for_it" => {
            (bound(option(&["-t", "--timeout"]), Bound::Seconds(15)), Some(1))
        }
        "dockerize" if words.iter().any(|w| w.starts_with("-wait")) => {
            (bound(option(&["-timeout", "--timeout"]), Bound::Seconds(10)), None)
        }
        "wait4x" => (bound(option(&["-t", "--timeout"]), Bound::Seconds(10)), None),
        "dbmate" if words.iter().any(|w| w == "wait") => {
            (bound(option(&["--wait-timeout"]), Bound::Seconds(60)), None)
        }
        "kubectl" if words.get(1).is_some_and(|w| w == "wait") => {
            (bound(option(&["--timeout"]), Bound::Seconds(30)), None)
        }
        "aws" if words.iter().any(|w| w == "wait") => (bound(None, Bound::Limited), None),
        "cloud-init" if words.iter().any(|w| w == "--wait") => (bound(None, Bound::Unknown), None),
        _ if words.iter().any(|w| matches!(w.as_str(), "wait_for_db" | "wait_for_database")) => {
            (bound(None, Bound::Unknown), None)
        }
        _ => return None,
    })
}
