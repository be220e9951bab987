//! Counting: comparisons of a counter or the clock with a limit, and the steps that a counter takes.

use iaclint_value::{Flat, Name, Piece};

use crate::script::{Command, Limit};
use crate::word::expansion_in;
use crate::{ExpansionKind, Word};

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    /// A number.
    Number(i64),
    /// A variable.
    Variable(Name),
    /// The time: `$(date +%s)`, `EPOCHSECONDS`.
    Clock,
    /// The time since a moment: `$SECONDS`, `$(date +%s) - START`.
    Elapsed,
    /// This variable less something.
    Less(Name),
    /// Something that the template puts in.
    Template,
    /// Anything else.
    Other,
}

/// How two sides are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

impl Order {
    fn swapped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Greater => Self::Less,
            same => same,
        }
    }

    /// The comparison that holds when this one does not.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::GreaterOrEqual => Self::Less,
            Self::Greater => Self::LessOrEqual,
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
        }
    }
}

/// A comparison; a number, if there is one, stands on the right.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) left: Operand,
    pub(crate) order: Order,
    pub(crate) right: Operand,
}

/// The comparisons of numbers that a test command makes, however they are joined.
pub(crate) fn comparisons(command: &Command) -> Vec<Comparison> {
    let mut words = &*command.words;
    let Some(name) = command.name() else { return Vec::new() };
    match name.as_str() {
        "((" => {
            let Some(expression) = words.get(1) else { return Vec::new() };
            return spelled(expression)
                .split("&&")
                .flat_map(|p| p.split("||"))
                .filter_map(comparison_in)
                .collect();
        }
        "[" | "[[" | "test" => words = words.get(1..).unwrap_or_default(),
        _ => return Vec::new(),
    }
    let mut out = Vec::new();
    for window in words.windows(3) {
        let [left, operator, right] = window else { continue };
        let Some(operator) = operator.known() else { continue };
        let order = match &*operator {
            "-lt" => Order::Less,
            "-le" => Order::LessOrEqual,
            "-eq" => Order::Equal,
            "-ne" => Order::NotEqual,
            "-ge" => Order::GreaterOrEqual,
            "-gt" => Order::Greater,
            "=" | "==" => Order::Equal,
            "!=" => Order::NotEqual,
            _ => continue,
        };
        out.extend(ordered(operand(&spelled(left)), order, operand(&spelled(right))));
    }
    out
}

fn ordered(left: Operand, order: Order, right: Operand) -> Option<Comparison> {
    match (&left, &right) {
        (Operand::Other, _) | (_, Operand::Other) => None,
        (
            Operand::Number(_) | Operand::Template,
            Operand::Variable(_) | Operand::Clock | Operand::Elapsed,
        )
        | (Operand::Variable(_), Operand::Clock | Operand::Elapsed) => {
            Some(Comparison { left: right, order: order.swapped(), right: left })
        }
        _ => Some(Comparison { left, order, right }),
    }
}

fn comparison_in(expression: &str) -> Option<Comparison> {
    const OPERATORS: [(&str, Order); 6] = [
        ("<=", Order::LessOrEqual),
        (">=", Order::GreaterOrEqual),
        ("==", Order::Equal),
        ("!=", Order::NotEqual),
        ("<", Order::Less),
        (">", Order::Greater),
    ];
    let (at, operator, order) = OPERATORS
        .iter()
        .filter_map(|(text, order)| expression.find(text).map(|at| (at, *text, *order)))
        .min_by_key(|(at, text, _)| (*at, std::cmp::Reverse(text.len())))?;
    ordered(operand(&expression[..at]), order, operand(&expression[at + operator.len()..]))
}

/// A word with its expansions written out and its known variables replaced.
pub(crate) fn spelled(word: &Word) -> String {
    spelled_pieces(word.text.pieces())
}

pub(crate) fn spelled_pieces(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => out.push_str(&literal.text),
            Piece::Hole(value) => match expansion_in(value) {
                Some(written) => out.push_str(written),
                None => out.push(Flat::HOLE),
            },
        }
    }
    out
}

fn unwrapped(text: &str) -> &str {
    let mut text = text.trim().trim_matches('"').trim();
    while let Some(inner) = text.strip_prefix("$((").and_then(|t| t.strip_suffix("))")) {
        text = inner.trim();
    }
    while let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        if inner.contains(['(', ')']) {
            break;
        }
        text = inner.trim();
    }
    text
}

pub(crate) fn operand(text: &str) -> Operand {
    let text = unwrapped(text);
    if let Ok(number) = text.parse() {
        return Operand::Number(number);
    }
    if let Some((left, _)) = difference(text) {
        return match operand(left) {
            Operand::Clock | Operand::Elapsed => Operand::Elapsed,
            Operand::Variable(name) => Operand::Less(name),
            _ => Operand::Other,
        };
    }
    if is_clock(text) {
        return Operand::Clock;
    }
    let name = variable(text.trim_matches(['+', '-']));
    match name {
        "SECONDS" => Operand::Elapsed,
        "EPOCHSECONDS" => Operand::Clock,
        name if crate::invocation::is_name(name) => Operand::Variable(name.into()),
        _ if text.contains(Flat::HOLE) => Operand::Template,
        _ => Operand::Other,
    }
}

fn is_clock(text: &str) -> bool {
    let inner = text.strip_prefix("$(").and_then(|t| t.strip_suffix(')'));
    let inner = inner.or_else(|| text.strip_prefix('`').and_then(|t| t.strip_suffix('`')));
    inner.is_some_and(|i| i.split_whitespace().collect::<Vec<_>>() == ["date", "+%s"])
}

fn variable(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix('$').unwrap_or(text);
    text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text)
}

/// `a - b` outside parentheses.
fn difference(text: &str) -> Option<(&str, &str)> {
    split_outside(text, '-')
}

/// `a + b` outside parentheses.
fn sum(text: &str) -> Option<(&str, &str)> {
    split_outside(text, '+')
}

fn split_outside(text: &str, operator: char) -> Option<(&str, &str)> {
    let mut depth = 0_i32;
    let bytes = text.as_bytes();
    for (at, char) in text.char_indices() {
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if char == operator && depth == 0 && at > 0 => {
                let double = bytes.get(at + 1) == Some(&(operator as u8)) || bytes[at - 1] == operator as u8;
                let (left, right) = (text[..at].trim(), text[at + 1..].trim());
                if !double && !left.is_empty() && !right.is_empty() && !right.starts_with('=') {
                    return Some((left, right));
                }
            }
            _ => {}
        }
    }
    None
}

/// How a variable changes in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// By a number.
    By(i64),
    /// By something that is not known.
    Unknown,
    /// It is the time since a moment.
    Elapsed,
    /// It is the time.
    Clock,
}

/// The variable that the command sets `name` to the difference from: `elapsed=$((now - start))`.
pub(crate) fn difference_from(command: &Command, name: &str) -> Option<Name> {
    let assignment = command.assignments.iter().find(|a| a.name == name)?;
    match operand(&spelled(&assignment.value)) {
        Operand::Less(other) if other != name => Some(other),
        _ => None,
    }
}

/// How `command` changes the variable, if it does.
pub(crate) fn change(command: &Command, name: &str) -> Option<Change> {
    if let Some(assignment) = command.assignments.iter().find(|a| a.name == name) {
        if assignment.append {
            return Some(
                assignment
                    .value
                    .number()
                    .and_then(|n| i64::try_from(n).ok())
                    .map_or(Change::Unknown, Change::By),
            );
        }
        let text = spelled(&assignment.value);
        if let Some(expr) = text.strip_prefix("$(expr ").or_else(|| text.strip_prefix("`expr ")) {
            return change_in(&format!("{name}={}", expr.trim_end_matches([')', '`'])), name);
        }
        return match operand(&text) {
            Operand::Elapsed => Some(Change::Elapsed),
            Operand::Clock => Some(Change::Clock),
            _ => change_in(&format!("{name}={}", unwrapped(&text)), name),
        };
    }
    let first = command.words.first()?;
    if first.is("((") || first.is("let") {
        return command.words.iter().skip(1).find_map(|w| change_in(&spelled(w), name));
    }
    let mut expressions = command.words.iter().flat_map(|w| &w.expansions);
    expressions.find_map(|e| match &e.kind {
        ExpansionKind::Arithmetic(text) => change_in(text, name),
        _ => None,
    })
}

/// `i++`, `i += 2`, `i = i + 1`, `i++ > 60`.
fn change_in(expression: &str, name: &str) -> Option<Change> {
    let compact: String =
        expression.chars().filter(|c| !c.is_whitespace() && !matches!(c, '$' | '{' | '}' | '"')).collect();
    let at = compact.match_indices(name).find(|(at, _)| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        !compact[..*at].ends_with(word) && !compact[at + name.len()..].starts_with(word)
    });
    let (at, _) = at?;
    let (before, after) = (&compact[..at], &compact[at + name.len()..]);
    if after.starts_with("++") || before.ends_with("++") {
        return Some(Change::By(1));
    }
    if after.starts_with("--") || before.ends_with("--") {
        return Some(Change::By(-1));
    }
    let number = |text: &str| text.trim_end_matches([')', ',', ';']).parse::<i64>().ok();
    if let Some(step) = after.strip_prefix("+=") {
        return Some(number(step).map_or(Change::Unknown, Change::By));
    }
    if let Some(step) = after.strip_prefix("-=") {
        return Some(number(step).map_or(Change::Unknown, |n| Change::By(-n)));
    }
    let value = after
        .strip_prefix('=')
        .filter(|v| !v.starts_with('='))
        .filter(|_| before.trim_matches('(').is_empty())?;
    let value = unwrapped(value);
    if let Some((left, right)) = sum(value) {
        let step = if variable(left) == name {
            right
        } else if variable(right) == name {
            left
        } else {
            return None;
        };
        return Some(number(step).map_or(Change::Unknown, Change::By));
    }
    if let Some((left, right)) = difference(value)
        && variable(left) == name
    {
        return Some(number(right).map_or(Change::Unknown, |n| Change::By(-n)));
    }
    None
}

/// For a deadline, `$(($(date +%s) + 60))`, the time until it. `None`: it is not a deadline.
pub(crate) fn time_ahead(value: &Word) -> Option<Limit> {
    let text = spelled(value);
    let (left, right) = sum(unwrapped(&text))?;
    let clock = |t: &str| matches!(operand(t), Operand::Clock | Operand::Elapsed);
    let ahead = if clock(left) {
        right
    } else if clock(right) {
        left
    } else {
        return None;
    };
    Some(ahead.trim().parse().map_or(Limit::Unknown, Limit::Seconds))
}

/// How many rounds a counter takes until `order` and `limit` hold of it.
pub(crate) fn rounds_until(start: i64, step: i64, order: Order, limit: i64) -> Option<u64> {
    let distance = if step > 0 { limit.checked_sub(start)? } else { start.checked_sub(limit)? };
    let past = match (order, step > 0) {
        (Order::Equal, _) | (Order::GreaterOrEqual, true) | (Order::LessOrEqual, false) => 0,
        (Order::Greater, true) | (Order::Less, false) => 1,
        _ => return None,
    };
    let size = step.unsigned_abs();
    if size == 0 || distance < 0 {
        return None;
    }
    Some(distance.unsigned_abs().checked_add(past)?.div_ceil(size))
}

/// How many rounds `for ((first; test; step))` takes.
pub(crate) fn rounds(first: Option<&str>, test: Option<&str>, step: Option<&str>) -> Option<u64> {
    let (name, start) = first?.split_once('=')?;
    let name = name.trim();
    let start = start.trim().parse().ok()?;
    let comparison = comparison_in(test?)?;
    let (Operand::Variable(left), Operand::Number(limit)) = (comparison.left, comparison.right) else {
        return None;
    };
    let Change::By(by) = change_in(step?, name)? else { return None };
    if left != name {
        return None;
    }
    rounds_until(start, by, comparison.order.negated(), limit)
}
