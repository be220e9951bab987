//! Data sources whose answer the configuration itself tells: policy documents, texts, region, account, partition; and the providers'
//! regions.

use iaclint_source::Span;
use iaclint_value::{Name, Reference, References, Target, Via, Why};

use super::{Env, Evaluator};
use crate::functions;
use crate::ir::Body;
use crate::val::{Fields, K, Unk, Val};

impl Evaluator<'_, '_> {
    /// The value of an attribute that we work out ourselves.
    pub(super) fn special_attribute(&mut self, instance: usize, name: &str, span: Span) -> Option<Val> {
        let at = &self.instances[instance];
        let module = self.scopes[at.scope].module.clone();
        let declaration = &module.resources[at.declaration];
        if !declaration.data {
            return None;
        }
        let key = at.key.clone();
        let value = match (declaration.type_name.as_str(), name) {
            ("aws_iam_policy_document", "json" | "minified_json") => {
                let node = super::Node::Argument(instance, super::Member::Made("json"));
                self.node(&node, span, |me| me.policy_document(instance, declaration.block.header))
            }
            ("aws_region", "name" | "id" | "region") => {
                if let Some(value) = self.configured(instance, "name", span).filter(|v| !v.is_null()) {
                    value
                } else {
                    match self.region_of(at_scope(self, instance), &declaration.block.body, "aws") {
                        Some(region) => {
                            let origin = self.written(declaration.block.header);
                            Val::str(region, origin)
                        }
                        None => self.pseudo("AWS::Region", span),
                    }
                }
            }
            ("template_file", "rendered") => self.rendered_template(instance, declaration.block.header),
            ("cloudinit_config" | "template_cloudinit_config", "rendered") => {
                self.rendered_message(instance, &declaration.block.body, declaration.block.header)
            }
            ("terraform_remote_state", "outputs") => self.local_state(instance, span)?,
            ("aws_caller_identity", "account_id" | "id") => self.pseudo("AWS::AccountId", span),
            ("aws_partition", "partition" | "id") => self.pseudo("AWS::Partition", span),
            ("aws_partition", "dns_suffix") => self.pseudo("AWS::URLSuffix", span),
            _ => return None,
        };
        Some(self.step(value, span, Via::Attribute(key)))
    }

    fn pseudo(&mut self, name: &str, span: Span) -> Val {
        let origin = self.written(span);
        let reference = Reference::to(Target::Pseudo(name.into()));
        let mut value = Val::reference(reference, origin);
        if let K::Unknown(unk) = &mut value.k {
            let unk = std::sync::Arc::make_mut(unk);
            unk.not_null = true;
            unk.ty = crate::ty::Ty::String;
        }
        value
    }

    /// The document that a policy's statements make.
    fn policy_document(&mut self, instance: usize, header: Span) -> Val {
        let statements = self.configured(instance, "statement", header);
        let statements = statements.unwrap_or_else(|| Val::tuple(Vec::new(), iaclint_value::OriginId::NONE));
        let mut get = |name: &str| self.configured(instance, name, header);
        let (version, policy_id) = (get("version"), get("policy_id"));
        let (sources, source) = (get("source_policy_documents"), get("source_json"));
        let (overrides, override_json) = (get("override_policy_documents"), get("override_json"));
        let origin = self.written(header);
        let mut all = Statements::default();
        for documents in [sources, source] {
            self.source_documents(documents, header, &mut all);
        }
        match &statements.k {
            K::Unknown(unk) => {
                all.open = true;
                super::access::add_references(&mut all.depends_on, &unk.depends_on);
                let known = unk.partial.as_deref().and_then(Val::elements).into_iter().flatten();
                all.items.extend(known.map(|s| statement(s, origin)));
            }
            _ => all
                .items
                .extend(statements.elements().unwrap_or_default().iter().map(|s| statement(s, origin))),
        }
        let mut over = Statements::default();
        for documents in [overrides, override_json] {
            self.source_documents(documents, header, &mut over);
        }
        all.put(over);
        let list = Val::tuple(all.items, statements.origin);
        let list = if all.open {
            let mut unk = Unk::new(Why::Computed("source_policy_documents".into()));
            unk.not_null = true;
            unk.depends_on = all.depends_on;
            unk.partial = Some(Box::new(list));
            Val::new(K::Unknown(unk.into()), origin)
        } else {
            list
        };
        let version = version.filter(|v| !v.is_null()).unwrap_or_else(|| Val::str("2012-10-17", origin));
        let mut fields: Fields =
            vec![("Statement".into(), origin, list), ("Version".into(), version.origin, version)];
        if let Some(id) = policy_id.filter(|v| !v.is_null()) {
            fields.push(("Id".into(), id.origin, id));
        }
        let document = Val::object(fields, origin);
        match functions::call(self, "jsonencode", &[document], header) {
            Ok(value) => value.with_origin(origin),
            Err(error) => self.invalid(super::Fault::new(header, error.message)),
        }
    }

    /// The statements of documents given as JSON texts.
    fn source_documents(&mut self, documents: Option<Val>, header: Span, into: &mut Statements) {
        let Some(documents) = documents.filter(|d| !d.is_null()) else { return };
        let texts: Vec<Val> = match (&documents.k, documents.elements()) {
            (_, Some(items)) => items.to_vec(),
            (K::Str(_), _) => vec![documents.clone()],
            (K::Unknown(unk), _) => {
                into.open |= unk.encoded.is_none();
                super::access::add_references(&mut into.depends_on, &unk.depends_on);
                match (&unk.encoded, &unk.partial) {
                    (Some(_), _) => vec![documents.clone()],
                    (None, Some(partial)) => partial.elements().unwrap_or_default().to_vec(),
                    (None, None) => Vec::new(),
                }
            }
            _ => Vec::new(),
        };
        for text in texts {
            if text.is_null() || text.as_str() == Some("") {
                continue;
            }
            let decoded = functions::call(self, "jsondecode", std::slice::from_ref(&text), header).ok();
            let statements = decoded.as_ref().and_then(|d| {
                let fields = d.fields()?;
                fields.iter().find(|(n, _, _)| n == "Statement").map(|(_, _, v)| v)
            });
            if let Some(value) = statements {
                match (&value.k, value.elements()) {
                    (_, Some(items)) => into.items.extend(items.iter().cloned()),
                    (K::Object(_) | K::Map(..), _) => into.items.push(value.clone()),
                    (K::Unknown(unk), _) => {
                        into.open = true;
                        super::access::add_references(&mut into.depends_on, &unk.depends_on);
                        into.items.extend(
                            unk.partial.as_deref().and_then(Val::elements).into_iter().flatten().cloned(),
                        );
                    }
                    _ => into.open = true,
                }
            } else {
                into.open = true;
                super::access::references_in(&text, &mut into.depends_on);
            }
        }
    }

    /// The region of a provider that a block uses, if the configuration states it.
    pub(super) fn region_of(&mut self, scope: usize, body: &Body, prefix: &str) -> Option<Name> {
        if prefix != "aws" {
            return None;
        }
        if let Some(region) = body.attribute("region").and_then(|a| a.value.literal()) {
            return Some(region.clone());
        }
        let provider = body.attribute("provider").and_then(|a| a.value.names());
        let provider: Vec<Name> = provider.unwrap_or_else(|| vec![prefix.into()]);
        self.provider_region(scope, &provider, 0)
    }

    fn provider_region(&mut self, scope: usize, provider: &[Name], depth: usize) -> Option<Name> {
        let [name, alias @ ..] = provider else { return None };
        let alias = alias.first();
        let module = self.scopes[scope].module.clone();
        let found = module.providers.iter().find(|p| {
            p.labels.first() == Some(name)
                && p.body.attribute("alias").and_then(|a| a.value.literal()) == alias
        });
        if let Some(block) = found {
            let region = block.body.attribute("region")?;
            let value = self.eval(&region.value, Env::of_scope(scope)).ok()?;
            return value.as_str().map(Name::from);
        }
        let (parent, call) = self.scopes[scope].parent?;
        if depth > 64 {
            return None;
        }
        let caller = self.scopes[parent].module.clone();
        let wanted = match alias {
            Some(alias) => format!("{name}.{alias}"),
            None => name.to_string(),
        };
        if let Some(map) = caller.calls[call].block.body.attribute("providers")
            && let crate::ir::E::Object(items) = &map.value.bare().kind
        {
            for item in items {
                let key = match &item.key {
                    crate::ir::Key::Word(name, _) => name.to_string(),
                    crate::ir::Key::Expr(expr) => expr.names().unwrap_or_default().join("."),
                };
                if key == wanted {
                    let given = item.value.names()?;
                    return self.provider_region(parent, &given, depth + 1);
                }
            }
        }
        if alias.is_some() { None } else { self.provider_region(parent, provider, depth + 1) }
    }
}

fn at_scope(evaluator: &Evaluator<'_, '_>, instance: usize) -> usize {
    evaluator.instances[instance].scope
}

#[derive(Default)]
struct Statements {
    items: Vec<Val>,
    open: bool,
    depends_on: References,
}

impl Statements {
    /// Adds statements, each in the place of an earlier one of the same name.
    fn put(&mut self, others: Statements) {
        fn sid(statement: &Val) -> Option<&str> {
            let (_, _, value) = statement.fields()?.iter().find(|(name, _, _)| name == "Sid")?;
            value.as_str().filter(|sid| !sid.is_empty())
        }
        for statement in others.items {
            let named = sid(&statement).and_then(|name| self.items.iter().position(|s| sid(s) == Some(name)));
            match named.and_then(|at| self.items.get_mut(at)) {
                Some(earlier) => *earlier = statement,
                None => self.items.push(statement),
            }
        }
        self.open |= others.open;
        super::access::add_references(&mut self.depends_on, &others.depends_on);
    }
}

/// A statement block as it stands in the document.
fn statement(block: &Val, origin: iaclint_value::OriginId) -> Val {
    let Some(fields) = block.fields() else { return block.clone() };
    let mut out: Fields = Vec::with_capacity(fields.len());
    let mut has_effect = false;
    for (name, name_origin, value) in fields {
        if value.is_null() {
            continue;
        }
        let name = match name.as_str() {
            "sid" => "Sid",
            "effect" => {
                has_effect = true;
                "Effect"
            }
            "actions" => "Action",
            "not_actions" => "NotAction",
            "resources" => "Resource",
            "not_resources" => "NotResource",
            "principals" | "not_principals" => {
                let key = if name == "principals" { "Principal" } else { "NotPrincipal" };
                out.push((key.into(), *name_origin, principals(value)));
                continue;
            }
            "condition" => {
                out.push(("Condition".into(), *name_origin, conditions(value)));
                continue;
            }
            _ => continue,
        };
        out.push((name.into(), *name_origin, value.clone()));
    }
    if !has_effect {
        out.push(("Effect".into(), origin, Val::str("Allow", origin)));
    }
    Val::object(out, block.origin)
}

fn field<'v>(block: &'v Val, name: &str) -> Option<&'v Val> {
    block.fields()?.iter().find(|(n, _, _)| n == name).map(|(_, _, v)| v).filter(|v| !v.is_null())
}

/// Blocks, and whether there may be more.
fn known_blocks(blocks: &Val) -> (Vec<Val>, Option<Unk>) {
    match &blocks.k {
        K::Unknown(unk) => {
            let items =
                unk.partial.as_deref().and_then(Val::elements).into_iter().flatten().cloned().collect();
            (items, Some((**unk).clone()))
        }
        _ => (blocks.elements().unwrap_or_default().to_vec(), None),
    }
}

fn reopened(value: Val, open: Option<Unk>) -> Val {
    match open {
        None => value,
        Some(mut unk) => {
            let origin = value.origin;
            unk.partial = Some(Box::new(value));
            Val::new(K::Unknown(unk.into()), origin)
        }
    }
}

/// `principals` blocks as `{"AWS": [..]}`, or `"*"`.
fn principals(blocks: &Val) -> Val {
    let (items, open) = known_blocks(blocks);
    let mut fields: Fields = Vec::new();
    for block in &items {
        let (Some(kind), Some(identifiers)) = (field(block, "type"), field(block, "identifiers")) else {
            continue;
        };
        let Some(kind_text) = kind.as_str() else {
            return super::iterate::unknown_from(kind, crate::ty::Ty::Dynamic);
        };
        if kind_text == "*" {
            return Val::str("*", kind.origin);
        }
        match fields.iter_mut().find(|(n, _, _)| n == kind_text) {
            Some((_, _, value)) => *value = joined(value, identifiers),
            None => fields.push((kind_text.into(), kind.origin, identifiers.clone())),
        }
    }
    reopened(Val::object(fields, blocks.origin), open)
}

/// `condition` blocks as `{"StringEquals": {"aws:x": [..]}}`.
fn conditions(blocks: &Val) -> Val {
    let (items, mut open) = known_blocks(blocks);
    let mut tests: Vec<(Name, iaclint_value::OriginId, Fields)> = Vec::new();
    for block in &items {
        let (Some(test), Some(variable), Some(values)) =
            (field(block, "test"), field(block, "variable"), field(block, "values"))
        else {
            continue;
        };
        let (Some(test_text), Some(variable_text)) = (test.as_str(), variable.as_str()) else {
            open.get_or_insert_with(|| Unk::new(Why::Computed("condition".into())));
            continue;
        };
        let at = if let Some(at) = tests.iter().position(|(n, _, _)| n == test_text) {
            at
        } else {
            tests.push((test_text.into(), test.origin, Vec::new()));
            tests.len() - 1
        };
        let fields = &mut tests[at].2;
        match fields.iter_mut().find(|(n, _, _)| n == variable_text) {
            Some((_, _, value)) => *value = joined(value, values),
            None => fields.push((variable_text.into(), variable.origin, values.clone())),
        }
    }
    let fields =
        tests.into_iter().map(|(name, origin, fields)| (name, origin, Val::object(fields, origin))).collect();
    reopened(Val::object(fields, blocks.origin), open)
}

/// Two lists as one.
fn joined(first: &Val, second: &Val) -> Val {
    match (first.elements(), second.elements()) {
        (Some(a), Some(b)) => Val::tuple(a.iter().chain(b).cloned().collect(), first.origin),
        _ => super::iterate::unknown_from(
            if first.as_unknown().is_some() { first } else { second },
            crate::ty::Ty::Dynamic,
        ),
    }
}
