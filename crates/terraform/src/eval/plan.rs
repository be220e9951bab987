//! A root as Terraform plans its first deployment, in the words of `terraform show -json`.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use iaclint_source::{Problem, ProblemKind, Span};
use iaclint_value::Marks;

use super::checks::{CheckResult, Outcome};
use super::expand::InstanceKey;
use super::resource::{META_ARGUMENTS, META_BLOCKS};
use super::{Evaluator, Place};
use crate::json_out::{self, quoted};
use crate::module::block_type;
use crate::provider::Provider;
use crate::ty::Ty;
use crate::val::{K, Unk, Val};

/// A planned resource: its place among the others, and its two forms.
struct Planned {
    scope: usize,
    address: String,
    values: String,
    change: String,
}

impl Evaluator<'_, '_> {
    /// Outputs and planned resources, or diagnostics with their ranges, as one JSON object.
    pub(crate) fn plan(mut self, directory: &Path, provider: Option<Arc<Provider>>) -> String {
        self.planning = true;
        self.provider = provider;
        self.enter(directory);
        let mut order = Vec::new();
        self.visit(0, &mut order);
        let mut planned = Vec::new();
        for scope in &order {
            self.planned_resources(*scope, &mut planned);
        }
        let root = self.scopes[0].module.clone();
        let mut outputs: Vec<(String, Val)> = Vec::new();
        for scope in &order {
            let module = self.scopes[*scope].module.clone();
            for (at, block) in module.outputs.iter().enumerate() {
                let value = self.output(*scope, &module, at, block.header);
                let value = self.deep_whole(value, 0);
                if *scope == 0 && value.has_infinite() {
                    let message = "a number divided by zero cannot be written";
                    self.problem(Problem::at(ProblemKind::Invalid, block.header, message));
                }
                if let (0, Some(name)) = (*scope, block.labels.first()) {
                    outputs.push((name.to_string(), value));
                }
            }
            for variable in &module.variables {
                self.variable(*scope, &variable.name, variable.header);
            }
            for local in &module.locals {
                let name = local.name.clone();
                let value = self.local(*scope, &name, local.name_span);
                drop(value);
            }
        }
        outputs.sort_by(|a, b| a.0.cmp(&b.0));
        let checks = self.checks(&order);
        for scope in &order {
            self.refuse(*scope);
        }
        let faults = |kind: &ProblemKind| !matches!(kind, ProblemKind::NotEvaluated);
        let diagnostics: Vec<String> =
            self.problems.iter().filter(|p| faults(&p.kind)).map(|p| self.diagnostic(p)).collect();
        if !diagnostics.is_empty() {
            return format!("{{\"diagnostics\":[{}],\"error\":true}}", diagnostics.join(","));
        }
        let notes: Vec<String> = self.problems.iter().map(|p| self.diagnostic(p)).collect();
        let variables: Vec<String> = root
            .variables
            .iter()
            .map(|v| {
                let value = self.variable(0, &v.name, v.header);
                let (after, _) = json_out::halves(&value);
                format!("{}:{{\"value\":{after}}}", quoted(&v.name))
            })
            .collect();
        let mut shown = Vec::new();
        let mut changes = Vec::new();
        for (name, value) in &outputs {
            let (after, unknown) = json_out::halves(value);
            let sensitive = sensitivity(value, 0);
            let flag = value.marks.has(Marks::SENSITIVE);
            changes.push(format!(
                "{}:{{\"after\":{after},\"after_sensitive\":{sensitive},\"after_unknown\":{unknown}}}",
                quoted(name)
            ));
            shown.push(if unknown == "false" {
                let ty = Ty::of(value).json();
                format!("{}:{{\"sensitive\":{flag},\"type\":{ty},\"value\":{after}}}", quoted(name))
            } else {
                format!("{}:{{\"sensitive\":{flag}}}", quoted(name))
            });
        }
        let module = self.planned_module(0, &planned);
        planned.sort_by(|a, b| a.address.cmp(&b.address));
        let resource_changes: Vec<&str> = planned.iter().map(|p| p.change.as_str()).collect();
        let mut checks: Vec<String> = checks.iter().map(check).collect();
        checks.sort();
        format!(
            "{{\"checks\":[{}],\"notes\":[{}],\"output_changes\":{{{}}},\"planned_values\":{{\"outputs\":{{{}}},\"root_module\":{module}}},\"resource_changes\":[{}],\"variables\":{{{}}}}}",
            checks.join(","),
            notes.join(","),
            changes.join(","),
            shown.join(","),
            resource_changes.join(","),
            variables.join(",")
        )
    }

    fn diagnostic(&self, problem: &Problem) -> String {
        let mut out = format!("{{\"address\":null,\"summary\":{}", quoted(&problem.message));
        if let Some(span) = problem.span {
            let file = self.loader.project().sources().file(span.file);
            let place = |offset: u32| {
                let at = file.line_col(offset);
                format!("{{\"byte\":{offset},\"column\":{},\"line\":{}}}", at.column, at.line)
            };
            let span = with_marks(&file.text, span);
            let name = super::reference::relative(
                &self.scopes[0].module.directory,
                &self.loader.project().absolute(Path::new(&file.path)),
            );
            let _ = write!(
                out,
                ",\"range\":{{\"end\":{},\"filename\":{},\"start\":{}}}",
                place(span.end),
                quoted(&name),
                place(span.start)
            );
        }
        out.push('}');
        out
    }

    fn planned_resources(&mut self, scope: usize, out: &mut Vec<Planned>) {
        let module = self.scopes[scope].module.clone();
        for (at, declaration) in module.resources.iter().enumerate() {
            let instances = self.instances_of(scope, at).instances.clone();
            for instance in instances {
                let object = self.planned_object(instance, declaration);
                if declaration.data {
                    continue;
                }
                let (values, unknown) = json_out::halves(&object);
                let at = &self.instances[instance];
                let mut head = format!("\"address\":{}", quoted(&at.key.address));
                match &at.slot.key {
                    Some(InstanceKey::Number(number)) => drop(write!(head, ",\"index\":{number}")),
                    Some(InstanceKey::Text(text, _)) => drop(write!(head, ",\"index\":{}", quoted(text))),
                    None => {}
                }
                let address = at.key.address.to_string();
                let _ = write!(
                    head,
                    ",\"mode\":\"managed\",\"name\":{},\"type\":{}",
                    quoted(&declaration.name),
                    quoted(&declaration.type_name)
                );
                let sensitive = sensitivity(&object, 0);
                out.push(Planned {
                    scope,
                    values: format!("{{{head},\"values\":{values}}}"),
                    change: format!(
                        "{{\"address\":{},\"after_sensitive\":{sensitive},\"after_unknown\":{unknown}}}",
                        quoted(&address)
                    ),
                    address,
                });
            }
        }
    }

    fn planned_object(&mut self, instance: usize, declaration: &crate::module::Declaration) -> Val {
        if let Some(whole) = self.provided_object(instance, declaration.block.header) {
            return whole;
        }
        let body = &declaration.block.body;
        let mut fields: crate::val::Fields = Vec::new();
        for attribute in &body.attributes {
            if META_ARGUMENTS.contains(&attribute.name.as_str()) {
                continue;
            }
            if let Some(value) = self.configured(instance, &attribute.name, attribute.name_span) {
                if value.deep_marks().has(Marks::EPHEMERAL) && declaration.type_name == "terraform_data" {
                    let message = "an ephemeral value is not kept, so it cannot be an argument here";
                    self.problem(Problem::at(ProblemKind::Invalid, attribute.value.span, message));
                }
                fields.push((attribute.name.clone(), value.origin, self.deep_whole(value, 0)));
            }
        }
        for (_, block) in super::blocks::firsts(body) {
            let kind = block_type(block);
            if META_BLOCKS.contains(&kind.as_str()) || body.attribute(kind).is_some() {
                continue;
            }
            if let Some(value) = self.configured(instance, kind, block.header) {
                fields.push((kind.clone(), value.origin, value));
            }
        }
        let origin = self.written(declaration.block.header);
        if declaration.type_name == "terraform_data" {
            let none = |name: &str| (name.into(), origin, Val::null(origin));
            let unknown = |name: &str| {
                let why = iaclint_value::Why::Computed(name.into());
                (name.into(), origin, Val::unk(Unk::new(why), origin))
            };
            let given = |name: &str| fields.iter().any(|(n, _, v)| n == name && !v.is_null());
            let (input, triggers) = (given("input"), given("triggers_replace"));
            fields.push(unknown("id"));
            fields.push(if input { unknown("output") } else { none("output") });
            if !input {
                fields.push(none("input"));
            }
            if !triggers {
                fields.push(none("triggers_replace"));
            }
        }
        Val::object(fields, origin)
    }

    /// A module with what is planned in it and in the modules that it calls.
    fn planned_module(&mut self, scope: usize, planned: &[Planned]) -> String {
        let mut own: Vec<&Planned> = planned.iter().filter(|p| p.scope == scope).collect();
        own.sort_by(|a, b| a.address.cmp(&b.address));
        let mut children: Vec<(String, String)> = Vec::new();
        for call in 0..self.scopes[scope].module.calls.len() {
            let (_, keys) = self.calls_of(scope, call);
            for key in keys.iter() {
                if let Some(Place::Scope(inner)) = self.places.get(&key.address).copied() {
                    let inner = self.planned_module(inner, planned);
                    // Terraform leaves out a module in which nothing is planned.
                    if inner != "{}" {
                        children.push((key.address.to_string(), inner));
                    }
                }
            }
        }
        children.sort();
        let mut parts = Vec::new();
        if !children.is_empty() {
            let children: Vec<String> = children
                .iter()
                .map(|(address, inner)| {
                    format!("{{\"address\":{},{}", quoted(address), inner.trim_start_matches('{'))
                })
                .collect();
            parts.push(format!("\"child_modules\":[{}]", children.join(",")));
        }
        if !own.is_empty() {
            let own: Vec<&str> = own.iter().map(|p| p.values.as_str()).collect();
            parts.push(format!("\"resources\":[{}]", own.join(",")));
        }
        format!("{{{}}}", parts.join(","))
    }
}

/// A step with the dot before it or the brackets around it, as Terraform tells its place.
fn with_marks(text: &str, span: Span) -> Span {
    let bytes = text.as_bytes();
    let at = |offset: u32| bytes.get(offset as usize).copied();
    let (start, end) = (span.start, span.end);
    let before = start.checked_sub(1).and_then(at);
    let ahead = start.checked_sub(2).and_then(at);
    let follows =
        ahead.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b']' | b')' | b'}' | b'"'));
    match before {
        Some(b'.') if follows => Span { start: start - 1, ..span },
        Some(b'[') if follows && at(end) == Some(b']') => Span { start: start - 1, end: end + 1, ..span },
        _ => span,
    }
}

fn check(result: &CheckResult) -> String {
    let status = match result.outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Unknown => "unknown",
    };
    format!("{{\"address\":{},\"status\":\"{status}\"}}", quoted(&result.address))
}

/// `true` where a value is sensitive, with the shape of what is around it; `false` where nothing in it is.
fn sensitivity(value: &Val, depth: usize) -> String {
    if value.marks.has(Marks::SENSITIVE) {
        return "true".to_owned();
    }
    if depth > crate::val::MAX_DEPTH || !value.deep_marks().has(Marks::SENSITIVE) {
        return "false".to_owned();
    }
    match &value.k {
        K::List(_, items) | K::Set(_, items) | K::Tuple(items) => {
            let items: Vec<String> = items.iter().map(|i| sensitivity(i, depth + 1)).collect();
            format!("[{}]", items.join(","))
        }
        K::Map(_, fields) | K::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, _, v)| (name, sensitivity(v, depth + 1)))
                .filter(|(_, s)| s != "false")
                .map(|(name, s)| format!("{}:{s}", quoted(name)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        _ => "false".to_owned(),
    }
}
