//! What Terraform refuses in a configuration before it evaluates anything: names that mean nothing, arguments of the language that there
//! are not, references that are none. A plan tells it; what is merely checked does not, lest a newer version's additions be taken for
//! faults.

use std::path::Path;

use iaclint_source::{Problem, ProblemKind, Span};
use iaclint_value::{Marks, Name};

use super::names::Look;
use super::resource::META_BLOCKS;
use super::{Evaluator, Fault};
use crate::ir::{Attribute, Block, Body, E, Expr, StepKind};
use crate::module::{Module, Variable, block_type};
use crate::val::Val;

/// The arguments of an output, of newer versions and of OpenTofu too.
const OUTPUT: [&str; 6] = ["value", "description", "sensitive", "ephemeral", "depends_on", "deprecated"];
/// What a variable cannot be called.
const RESERVED: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];
const LIFECYCLE: [&str; 6] = [
    "create_before_destroy",
    "prevent_destroy",
    "ignore_changes",
    "replace_triggered_by",
    "enabled",
    "destroy",
];
/// The arguments of the resource that is built in.
const BUILT_IN: [&str; 6] = ["input", "triggers_replace", "count", "for_each", "provider", "depends_on"];
/// Arguments of resources and modules that are no expressions, or are looked at on their own.
const NO_EXPRESSIONS: [&str; 6] =
    ["depends_on", "provider", "providers", "ignore_changes", "replace_triggered_by", "source"];

impl Evaluator<'_, '_> {
    /// Reports what is refused in a module, in place of what evaluating the same blocks has told.
    pub(super) fn refuse(&mut self, scope: usize) {
        let module = self.scopes[scope].module.clone();
        let mut found: Vec<(Span, Fault)> = Vec::new();
        for resource in &module.resources {
            let mut faults = Vec::new();
            self.resource_faults(&module, &resource.block, &mut faults);
            found.extend(faults.into_iter().map(|fault| (resource.block.whole, fault)));
        }
        for call in &module.calls {
            let mut faults = Vec::new();
            let given = repeated(&call.block.body);
            self.body_faults(&module, &call.block.body, &given, &mut Vec::new(), &mut faults);
            self.dependency_faults(&module, &call.block.body, &mut faults);
            found.extend(faults.into_iter().map(|fault| (call.block.whole, fault)));
        }
        for output in &module.outputs {
            let mut faults = Vec::new();
            unexpected(&output.body, &OUTPUT, &mut faults);
            for attribute in output.body.attributes.iter().filter(|a| a.name == "value") {
                faults.extend(self.look(&module, &[], Vec::new()).expr(&attribute.value).err());
            }
            self.dependency_faults(&module, &output.body, &mut faults);
            self.idle_conditions(&module, output.body.blocks("precondition"), &mut faults);
            found.extend(faults.into_iter().map(|fault| (output.whole, fault)));
        }
        for variable in &module.variables {
            if let Some(ty) =
                variable.ty.as_ref().filter(|ty| matches!(ty.kind, E::Text(..)) && !self.is_json(ty.span))
            {
                found.push((ty.span, Fault::new(ty.span, "a type is written without quotes")));
            }
            if let Some(default) =
                variable.default.as_ref().filter(|d| !variable.nullable && matches!(d.kind, E::Null))
            {
                found.push((
                    default.span,
                    Fault::new(default.span, "the default is null, which the variable must not be"),
                ));
            }
            if RESERVED.contains(&variable.name.as_str()) {
                let at = self.label(variable.header, &variable.name);
                found.push((
                    at,
                    Fault::new(
                        at,
                        "a variable cannot be called so: module blocks have an argument of this name",
                    ),
                ));
            }
            let blocks = variable.validations.iter();
            let faults =
                blocks.filter_map(|block| Some((block, self.self_reference(&module, variable, block)?)));
            found.extend(faults.map(|(block, fault)| (block.whole, fault)));
        }
        for check in &module.checks {
            let mut faults = Vec::new();
            self.idle_conditions(&module, check.body.blocks("assert"), &mut faults);
            if !faults.is_empty() && faults.len() == check.body.blocks("assert").count() {
                faults.push(Fault::new(check.header, "no assertion of this check can be used"));
            }
            found.extend(faults.into_iter().map(|fault| (check.whole, fault)));
        }
        if found.is_empty() {
            return;
        }
        let inside = |span: Span| {
            found.iter().any(|(block, _)| {
                block.file == span.file && block.start <= span.start && span.end <= block.end
            })
        };
        self.problems.retain(|problem| problem.span.is_none_or(|span| !inside(span)));
        self.reported.clear();
        for (_, fault) in found {
            self.problem(Problem::at(ProblemKind::Invalid, fault.0.span, fault.0.message.clone()));
        }
    }

    /// Where a block opens, behind its header.
    pub(super) fn opening(&self, header: Span) -> Span {
        let file = self.loader.project().sources().file(header.file);
        let behind = file.text.get(header.end as usize..).unwrap_or_default();
        match behind.find('{') {
            Some(at) if behind[..at].trim().is_empty() => {
                let at = header.end as usize + at;
                Span::new(header.file, at..at + 1)
            }
            _ => header,
        }
    }

    /// The last label of a header, with its quotes.
    fn label(&self, header: Span, name: &str) -> Span {
        let text = self.loader.project().sources().file(header.file);
        let quotes = usize::from(text.slice(header).ends_with('"'));
        let start = (header.end as usize).saturating_sub(name.len() + 2 * quotes).max(header.start as usize);
        Span::new(header.file, start..header.end as usize)
    }

    fn is_json(&self, span: Span) -> bool {
        let file = self.loader.project().sources().file(span.file);
        Path::new(&file.path).extension().is_some_and(|extension| extension == "json")
    }

    /// Whether an ephemeral value goes where none may, or none where one must.
    pub(super) fn judge_ephemeral(&mut self, block: &Block, expr: &Expr, value: &Val, scope: usize) {
        let declared = block.body.attribute("ephemeral").and_then(|a| a.value.literal_bool()) == Some(true);
        let is = value.deep_marks().has(Marks::EPHEMERAL);
        let (at, message) = match (declared, is, scope) {
            (true, _, 0) => (block.header, "an output of the root is kept, so it cannot be ephemeral"),
            (false, true, _) => (expr.span, "the value is ephemeral, and the output does not say so"),
            (true, false, _) if !value.is_unknown() => {
                (expr.span, "the output is to be ephemeral, and the value is not")
            }
            _ => return,
        };
        self.problem(Problem::at(ProblemKind::Invalid, at, message));
    }

    fn look<'x>(&'x self, module: &'x Module, given: &'x [&'x str], bound: Vec<Name>) -> Look<'x, 'x, 'x> {
        Look { module, bound, given, seen: Vec::new(), attributes: false, source: self }
    }

    fn resource_faults(&self, module: &Module, block: &Block, out: &mut Vec<Fault>) {
        let given = repeated(&block.body);
        self.body_faults(module, &block.body, &given, &mut Vec::new(), out);
        self.dependency_faults(module, &block.body, out);
        if block.kind == "resource" && block.labels.first().is_some_and(|kind| kind == "terraform_data") {
            unexpected(&block.body, &BUILT_IN, out);
            for inner in block.body.blocks.iter().filter(|b| !META_BLOCKS.contains(&block_type(b).as_str())) {
                let name = block_type(inner);
                let at = if inner.kind == "dynamic" { self.label(inner.header, name) } else { inner.header };
                out.push(Fault::new(at, format!("there is no block type {name:?} here")));
            }
        }
        for lifecycle in block.body.blocks("lifecycle") {
            unexpected(&lifecycle.body, &LIFECYCLE, out);
            self.idle_conditions(module, lifecycle.body.blocks("precondition"), out);
            self.idle_conditions(module, lifecycle.body.blocks("postcondition"), out);
        }
    }

    /// The names in all arguments of a body and of the blocks in it.
    fn body_faults(
        &self,
        module: &Module,
        body: &Body,
        given: &[&str],
        bound: &mut Vec<Name>,
        out: &mut Vec<Fault>,
    ) {
        let expression = |a: &&Attribute| !NO_EXPRESSIONS.contains(&a.name.as_str());
        for attribute in body.attributes.iter().filter(expression) {
            out.extend(self.look(module, given, bound.clone()).expr(&attribute.value).err());
        }
        for block in &body.blocks {
            let own = matches!(block.kind.as_str(), "provisioner" | "connection" | "postcondition");
            let mut given = given.to_vec();
            given.extend(own.then_some("self"));
            let outer = bound.len();
            if block.kind == "dynamic" {
                let named = block.body.attribute("iterator").and_then(|a| a.value.names()?.first().cloned());
                bound.extend(named.or_else(|| block.labels.first().cloned()));
                let arguments = block.body.attributes.iter().filter(|a| a.name != "iterator");
                let arguments = arguments.map(|a| &a.value);
                out.extend(self.look(module, &given, bound.clone()).all(arguments).err());
                for content in &block.body.blocks {
                    self.body_faults(module, &content.body, &given, bound, out);
                }
            } else {
                self.body_faults(module, &block.body, &given, bound, out);
            }
            bound.truncate(outer);
        }
    }

    /// Conditions that depend on nothing.
    fn idle_conditions<'b>(
        &self,
        module: &Module,
        blocks: impl Iterator<Item = &'b Block>,
        out: &mut Vec<Fault>,
    ) {
        for block in blocks {
            let Some(condition) = block.body.attribute("condition") else { continue };
            let mut look = self.look(module, &["each", "count", "self"], Vec::new());
            if look.expr(&condition.value).is_ok() && look.seen.is_empty() {
                let message = "the condition refers to nothing, so it is always met or never";
                out.push(Fault::new(condition.value.span, message));
            }
        }
    }

    /// A validation that does not look at its variable.
    fn self_reference(&self, module: &Module, variable: &Variable, block: &Block) -> Option<Fault> {
        let condition = block.body.attribute("condition")?;
        let mut look = self.look(module, &[], Vec::new());
        look.expr(&condition.value).ok()?;
        let own =
            |(root, name): &(Name, Option<Name>)| root == "var" && name.as_ref() == Some(&variable.name);
        let message = format!("the condition does not look at var.{}", variable.name);
        (!look.seen.iter().any(own)).then(|| Fault::new(condition.value.span, message))
    }

    /// What is wrong with `depends_on`.
    fn dependency_faults(&self, module: &Module, body: &Body, out: &mut Vec<Fault>) {
        let Some(attribute) = body.attribute("depends_on") else { return };
        let E::Tuple(items) = &attribute.value.bare().kind else {
            out.push(Fault::new(attribute.value.span, "depends_on takes a list"));
            return;
        };
        for item in items {
            let (root, steps) = match &item.kind {
                // Texts are read as in old times.
                E::Text(..) => continue,
                E::Root(_) => (item, &[][..]),
                E::Access(base, steps) if matches!(base.kind, E::Root(_)) => (&**base, &**steps),
                _ => {
                    out.push(Fault::new(
                        item.span,
                        "depends_on names what is depended on, and computes nothing",
                    ));
                    continue;
                }
            };
            if let Err(fault) = self.look(module, &["each", "count"], Vec::new()).expr(item) {
                out.push(fault);
                continue;
            }
            let E::Root(kind) = &root.kind else { continue };
            let name = if kind == "data" { 2 } else { 1 };
            let beyond = steps
                .iter()
                .skip(name)
                .find(|s| matches!(s.kind, StepKind::Attr(_)) && !self.is_in_brackets(s.span));
            if let (Some(step), false) = (beyond, matches!(kind.as_str(), "module" | "var" | "local")) {
                out.push(Fault::new(step.span, "depends_on names whole resources, not their attributes"));
            }
        }
    }
}

/// What `each` and `count` are there in a block.
fn repeated(body: &Body) -> Vec<&'static str> {
    let has = |name: &str| body.attribute(name).is_some();
    let each = has("for_each").then_some("each");
    each.into_iter().chain(has("count").then_some("count")).collect()
}

fn unexpected(body: &Body, known: &[&str], out: &mut Vec<Fault>) {
    let unknown = body.attributes.iter().filter(|a| !known.contains(&a.name.as_str()));
    out.extend(
        unknown.map(|a| Fault::new(a.name_span, format!("there is no argument {:?} here", a.name.as_str()))),
    );
}
