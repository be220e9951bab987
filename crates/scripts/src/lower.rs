//! From the syntax tree to a [`Script`].

mod chain;
mod loops;
mod variables;
mod words;

use std::ops::{ControlFlow, Range};

use iaclint_value::{Flat, Name, Text};
use tree_sitter::{Node, ParseOptions, Parser, Tree};

use crate::Word;
use crate::invocation::Invocation;
use crate::script::{
    Assignment, Command, MAX_DEPTH, MAX_SCRIPT_BYTES, Redirect, RedirectKind, Refusal, Scope, ScopeKind,
    Script,
};
use chain::{Operator, Part, flatten};
use variables::Variables;

/// How many scripts within scripts are read.
const MAX_NESTED: usize = 8;

/// How often the parser may report progress, per byte and at least: error recovery on hostile input is not linear.
const STEPS_PER_BYTE: usize = 4;
const MIN_STEPS: usize = 20_000;

/// Reads `text` as shell and adds what it says to `script`.
pub(crate) fn lower(text: &Text, script: &mut Script) {
    Lowering::run(text, script, None, 0, 0);
}

struct Lowering<'a> {
    text: &'a Text,
    flat: Flat,
    script: &'a mut Script,
    scope: Option<usize>,
    depth: usize,
    nested: usize,
    variables: Variables,
    /// The bytes in which an assignment made here holds.
    container: Range<usize>,
}

type Field<'t> = (Option<&'t str>, Node<'t>);

fn children(node: Node<'_>) -> Vec<Field<'_>> {
    let mut cursor = node.walk();
    let mut out = Vec::new();
    if cursor.goto_first_child() {
        loop {
            out.push((cursor.field_name(), cursor.node()));
            if !cursor.goto_next_sibling() {
                break;
            }
        }
    }
    out
}

/// The text with a word of the same length in the place of each hole, so that offsets stay.
pub(crate) fn parsed_text(flat: &Flat) -> String {
    let mut out = String::with_capacity(flat.text.len());
    let mut chars = flat.text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            Flat::HOLE if flat.hole_at(at).is_some() => out.push_str("HHH"),
            '\r' if chars.peek().is_some_and(|(_, next)| *next == '\n') => out.push(' '),
            _ => out.push(char),
        }
    }
    out
}

fn parse(source: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    let mut steps = (source.len() * STEPS_PER_BYTE).max(MIN_STEPS);
    let mut progress = |_: &tree_sitter::ParseState| {
        steps = steps.saturating_sub(1);
        if steps == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let bytes = source.as_bytes();
    let mut read = |at: usize, _: tree_sitter::Point| bytes.get(at..).unwrap_or_default();
    parser.parse_with_options(&mut read, None, Some(ParseOptions::new().progress_callback(&mut progress)))
}

impl<'a> Lowering<'a> {
    fn run(text: &'a Text, script: &'a mut Script, scope: Option<usize>, depth: usize, nested: usize) {
        let flat = text.flatten();
        if flat.text.len() > MAX_SCRIPT_BYTES {
            script.refused = Some(Refusal::TooLarge);
            return;
        }
        let source = parsed_text(&flat);
        let Some(tree) = parse(&source) else {
            script.refused = Some(Refusal::TooLarge);
            return;
        };
        let variables = Variables::scan(tree.root_node(), &source);
        let container = 0..source.len();
        let mut lowering = Lowering { text, flat, script, scope, depth, nested, variables, container };
        let root = tree.root_node();
        if root.has_error() {
            lowering.note_errors(root);
        }
        lowering.sequence(&children(root));
    }

    fn span(&self, range: Range<usize>) -> Option<iaclint_source::Span> {
        self.text.span(&self.flat, range)
    }

    fn written(&self, range: Range<usize>) -> &str {
        self.flat.text.get(range).unwrap_or_default()
    }

    /// The places of the errors, the innermost of those that contain one another; at most a few.
    fn note_errors(&mut self, root: Node<'_>) {
        let mut cursor = root.walk();
        let mut seen = 0;
        loop {
            let node = cursor.node();
            let fault = node.is_error() || node.is_missing();
            if fault && seen < 16 && (node.is_missing() || node.byte_range().len() < 400) {
                seen += 1;
                let span = self.span(node.byte_range());
                self.script.errors.push(span);
            }
            if (node.has_error() && cursor.goto_first_child()) || cursor.goto_next_sibling() {
                continue;
            }
            loop {
                if !cursor.goto_parent() {
                    if self.script.errors.is_empty() {
                        self.script.errors.push(None);
                    }
                    return;
                }
                if cursor.goto_next_sibling() {
                    break;
                }
            }
        }
    }

    /// Runs `inside` with a new scope around what it adds.
    fn scoped(
        &mut self,
        kind: ScopeKind,
        condition: Range<usize>,
        node: Node<'_>,
        inside: impl FnOnce(&mut Self),
    ) -> Range<usize> {
        let index = self.script.scopes.len();
        let start = self.script.commands.len();
        let span = self.span(node.byte_range());
        self.script.scopes.push(Scope {
            kind,
            parent: self.scope,
            commands: start..start,
            condition,
            span,
            broken: node.has_error(),
        });
        let before = self.scope.replace(index);
        inside(self);
        self.scope = before;
        let range = start..self.script.commands.len();
        if let Some(scope) = self.script.scopes.get_mut(index) {
            scope.commands = range.clone();
        }
        range
    }

    fn deeper(&mut self, inside: impl FnOnce(&mut Self)) {
        if self.depth >= MAX_DEPTH {
            self.script.refused = Some(Refusal::TooDeep);
            return;
        }
        self.depth += 1;
        inside(self);
        self.depth -= 1;
    }

    /// Assignments made `inside` hold within `node` only.
    fn contained(&mut self, node: Node<'_>, inside: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.container, node.byte_range());
        inside(self);
        self.container = before;
    }

    fn sequence(&mut self, nodes: &[Field<'_>]) {
        for (index, (_, node)) in nodes.iter().enumerate() {
            if !node.is_named() || node.kind() == "comment" {
                continue;
            }
            let background = nodes.get(index + 1).is_some_and(|(_, next)| next.kind() == "&");
            if background {
                self.scoped(ScopeKind::Background, 0..0, *node, |s| s.statement(*node));
            } else {
                self.statement(*node);
            }
        }
    }

    fn statement(&mut self, node: Node<'_>) {
        self.deeper(|s| {
            let mut items = Vec::new();
            flatten(node, &mut items);
            let start = s.script.commands.len();
            let last = items.len().saturating_sub(1);
            for (index, item) in items.into_iter().enumerate() {
                let condition = start..s.script.commands.len();
                let kind = item
                    .operator
                    .map(|o| if o == Operator::And { ScopeKind::AndThen } else { ScopeKind::OrElse });
                s.optionally(kind, condition, node, |s| {
                    let tested = (index < last).then_some(ScopeKind::Tested);
                    s.optionally(tested, 0..0, node, |s| {
                        let ends = item.parts.len().saturating_sub(1);
                        for (at, part) in item.parts.iter().enumerate() {
                            let piped = (at < ends).then_some(ScopeKind::Piped);
                            s.optionally(piped, 0..0, part.node, |s| s.part(part));
                        }
                    });
                });
            }
        });
    }

    fn optionally(
        &mut self,
        kind: Option<ScopeKind>,
        condition: Range<usize>,
        node: Node<'_>,
        inside: impl FnOnce(&mut Self),
    ) {
        match kind {
            Some(kind) => drop(self.scoped(kind, condition, node, inside)),
            None => inside(self),
        }
    }

    fn part(&mut self, part: &Part<'_>) {
        let node = part.node;
        match node.kind() {
            "command"
            | "declaration_command"
            | "unset_command"
            | "variable_assignment"
            | "variable_assignments"
            | "test_command" => return self.command(node, &part.redirects),
            "compound_statement" if is_arithmetic(node) => return self.command(node, &part.redirects),
            "compound_statement" => {
                self.scoped(ScopeKind::Group, 0..0, node, |s| s.sequence(&children(node)));
            }
            "subshell" => {
                self.scoped(ScopeKind::Subshell, 0..0, node, |s| {
                    s.contained(node, |s| s.sequence(&children(node)));
                });
            }
            "negated_command" => {
                self.scoped(ScopeKind::Not, 0..0, node, |s| s.sequence(&children(node)));
            }
            "if_statement" => self.conditional(node),
            "while_statement" => self.while_loop(node),
            "for_statement" => self.for_loop(node),
            "c_style_for_statement" => self.arithmetic_loop(node),
            "case_statement" => self.case(node),
            "function_definition" => self.function(node),
            "file_redirect" | "heredoc_redirect" | "herestring_redirect" => {
                return self.command(node, &[node]);
            }
            "ERROR" | "do_group" | "program" => self.sequence(&children(node)),
            // Pieces of a broken construct: words that belong to nothing.
            _ => {}
        }
        if !part.redirects.is_empty() {
            self.command(node, &part.redirects);
        }
    }

    fn conditional(&mut self, node: Node<'_>) {
        let nodes = children(node);
        let then = nodes.iter().position(|(_, n)| n.kind() == "then").unwrap_or(nodes.len());
        let (before, after) = nodes.split_at(then);
        let condition = self.scoped(ScopeKind::Condition, 0..0, node, |s| s.sequence(before));
        let ends = |n: &Field<'_>| matches!(n.1.kind(), "elif_clause" | "else_clause");
        let otherwise = after.iter().position(ends).unwrap_or(after.len());
        let (body, otherwise) = after.split_at(otherwise);
        self.contained(node, |s| {
            s.scoped(ScopeKind::Then, condition.clone(), node, |s| s.sequence(body));
            for (_, branch) in otherwise {
                match branch.kind() {
                    "elif_clause" => {
                        s.scoped(ScopeKind::Else, condition.clone(), *branch, |s| {
                            s.deeper(|s| s.conditional(*branch));
                        });
                    }
                    "else_clause" => {
                        s.scoped(ScopeKind::Else, condition.clone(), *branch, |s| {
                            s.sequence(&children(*branch));
                        });
                    }
                    _ => {}
                }
            }
        });
    }

    fn case(&mut self, node: Node<'_>) {
        self.contained(node, |s| {
            for (_, item) in children(node) {
                if item.kind() != "case_item" {
                    if item.is_named() {
                        s.word(item);
                    }
                    continue;
                }
                let nodes = children(item);
                let body = nodes.iter().position(|(_, n)| n.kind() == ")").unwrap_or(0);
                s.scoped(ScopeKind::Case, 0..0, item, |s| s.sequence(nodes.get(body..).unwrap_or_default()));
            }
        });
    }

    fn function(&mut self, node: Node<'_>) {
        let nodes = children(node);
        let name = nodes.iter().find(|(field, _)| *field == Some("name"));
        let name: Name = name.map(|(_, n)| self.written(n.byte_range()).into()).unwrap_or_default();
        let body: Vec<_> = nodes.iter().copied().filter(|(field, _)| *field == Some("body")).collect();
        let range = self.scoped(ScopeKind::Function(name.clone()), 0..0, node, |s| {
            s.contained(node, |s| s.sequence(&body));
        });
        self.script.functions.push((name, range));
    }

    fn command(&mut self, node: Node<'_>, redirects: &[Node<'_>]) {
        let index = self.script.commands.len();
        let mut range = node.byte_range();
        let bare = redirects.first().is_some_and(|r| r.id() == node.id());
        for redirect in redirects {
            range = range.start.min(redirect.start_byte())..range.end.max(redirect.end_byte());
        }
        let simple = matches!(
            node.kind(),
            "command"
                | "declaration_command"
                | "unset_command"
                | "variable_assignment"
                | "variable_assignments"
                | "test_command"
                | "compound_statement"
        ) && (node.kind() != "compound_statement" || is_arithmetic(node));
        let span = self.span(if simple { range } else { redirects.first().map_or(range, Node::byte_range) });
        let (assignments, words) = (Vec::new(), Vec::new());
        self.script.commands.push(Command {
            assignments,
            words,
            redirects: Vec::new(),
            scope: self.scope,
            span,
        });
        let mut made = Parts::default();
        if simple && !bare {
            match node.kind() {
                "variable_assignment" => self.assignment(node, true, &mut made),
                "test_command" | "compound_statement" => self.test(node, &mut made),
                kind => self.simple(node, kind != "command", &mut made),
            }
        }
        for redirect in redirects {
            self.redirect(*redirect, &mut made.redirects);
        }
        let inner = self.inner_script(&made);
        if let Some(command) = self.script.commands.get_mut(index) {
            command.assignments = made.assignments;
            command.words = made.words;
            command.redirects = made.redirects;
        }
        if let Some((text, kind)) = inner {
            self.nested(&text, kind, node);
        }
    }

    /// The words of a simple command or a declaration. `lasting`: its assignments outlive it.
    fn simple(&mut self, node: Node<'_>, lasting: bool, made: &mut Parts) {
        let nodes = children(node);
        let has_name = nodes.iter().any(|(_, n)| n.kind() == "command_name");
        for (_, child) in nodes {
            match child.kind() {
                "variable_assignment" => self.assignment(child, lasting || !has_name, made),
                "file_redirect" | "heredoc_redirect" | "herestring_redirect" => {
                    self.redirect(child, &mut made.redirects);
                }
                "comment" => {}
                "command_name" => {
                    for (_, inner) in children(child) {
                        let word = self.word(inner);
                        made.words.push(word);
                    }
                }
                _ if child.is_named() || (lasting && made.words.is_empty()) => {
                    let word = self.word(child);
                    made.words.push(word);
                }
                _ => {}
            }
        }
    }

    fn assignment(&mut self, node: Node<'_>, lasting: bool, made: &mut Parts) {
        let (mut name, mut value, mut append) = (Name::new(), None, false);
        for (field, child) in children(node) {
            match field {
                Some("name") => name = self.written(child.byte_range()).into(),
                Some("value") => value = Some(self.word(child)),
                _ if child.kind() == "+=" => append = true,
                _ => {}
            }
        }
        let end = node.end_byte();
        let value = value.unwrap_or_else(|| Word {
            text: Text::of([]),
            written: Name::new(),
            expansions: Vec::new(),
            quoted: false,
            span: self.span(end..end),
        });
        if lasting && !append && value.expansions.is_empty() && self.depth > 0 {
            self.variables.assign(&name, self.container.start.max(end)..self.container.end, &value.text);
        }
        let span = self.span(node.byte_range());
        made.assignments.push(Assignment { name, value, append, span });
    }

    /// The leaves of a test as words.
    fn test(&mut self, node: Node<'_>, made: &mut Parts) {
        if is_arithmetic(node) {
            let range = node.byte_range();
            let inner = range.start + 2..range.end.saturating_sub(2).max(range.start + 2);
            let open = self.plain_word(range.start..range.start + 2);
            made.words.push(open);
            let expression = self.arithmetic(node, inner);
            made.words.push(expression);
            return;
        }
        let mut stack: Vec<Node<'_>> = children(node).into_iter().rev().map(|(_, n)| n).collect();
        while let Some(node) = stack.pop() {
            match node.kind() {
                "binary_expression" | "unary_expression" | "parenthesized_expression" | "negated_command" => {
                    stack.extend(children(node).into_iter().rev().map(|(_, n)| n));
                }
                "comment" => {}
                _ => {
                    let word = self.word(node);
                    made.words.push(word);
                }
            }
        }
    }

    fn redirect(&mut self, node: Node<'_>, out: &mut Vec<Redirect>) {
        let span = self.span(node.byte_range());
        let nodes = children(node);
        match node.kind() {
            "file_redirect" => {
                let operator = nodes.iter().find(|(_, n)| !n.is_named()).map_or("", |(_, n)| n.kind());
                let kind = match operator {
                    ">>" | "&>>" => RedirectKind::Append,
                    "<" => RedirectKind::Read,
                    ">&" | "<&" | ">&-" | "<&-" => RedirectKind::Duplicate,
                    _ => RedirectKind::Write,
                };
                for (field, child) in &nodes {
                    if *field == Some("destination") {
                        let target = self.word(*child);
                        out.push(Redirect { kind, target, span });
                        break;
                    }
                }
            }
            "herestring_redirect" => {
                if let Some((_, child)) = nodes.iter().find(|(_, n)| n.is_named()) {
                    let target = self.word(*child);
                    out.push(Redirect { kind: RedirectKind::HereString, target, span });
                }
            }
            "heredoc_redirect" => {
                let quoted = nodes
                    .iter()
                    .find(|(_, n)| n.kind() == "heredoc_start")
                    .is_some_and(|(_, n)| self.written(n.byte_range()).contains(['\'', '"', '\\']));
                let stripped = nodes.iter().any(|(_, n)| n.kind() == "<<-");
                for (_, child) in &nodes {
                    match child.kind() {
                        "heredoc_body" => {
                            let target = self.heredoc(*child, quoted, stripped);
                            out.push(Redirect { kind: RedirectKind::Heredoc, target, span });
                        }
                        "file_redirect" | "herestring_redirect" => self.deeper(|s| s.redirect(*child, out)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// The script that a command runs from its own words.
    fn inner_script(&self, made: &Parts) -> Option<(Text, ScopeKind)> {
        if self.nested >= MAX_NESTED {
            return None;
        }
        let invocation = Invocation::of(&made.words);
        let name = invocation.name()?;
        if name == "trap" {
            let word = invocation.arguments().iter().find(|w| !w.is("--"))?;
            return (!word.is("-") && word.quoted).then(|| (word.text.clone(), ScopeKind::Trap));
        }
        let timeout = invocation.timeout;
        let nested = |text: &Text| Some((text.clone(), ScopeKind::Nested { timeout }));
        if let Some(word) = invocation.inline_script() {
            return nested(&word.text);
        }
        if invocation.reads_script_from_input() {
            let heredoc = made
                .redirects
                .iter()
                .find(|r| matches!(r.kind, RedirectKind::Heredoc | RedirectKind::HereString))?;
            return nested(&heredoc.target.text);
        }
        None
    }

    fn nested(&mut self, text: &Text, kind: ScopeKind, node: Node<'_>) {
        let (depth, nested) = (self.depth + 1, self.nested + 1);
        self.scoped(kind, 0..0, node, |s| {
            let scope = s.scope;
            Lowering::run(text, s.script, scope, depth, nested);
        });
    }
}

/// What a command is put together from.
#[derive(Default)]
struct Parts {
    assignments: Vec<Assignment>,
    words: Vec<Word>,
    redirects: Vec<Redirect>,
}

fn is_arithmetic(node: Node<'_>) -> bool {
    node.child(0).is_some_and(|n| n.kind() == "((")
}
