//! States: what a root leaves for others to read, under the name that its backend gives it, and how others name it.

use std::sync::Arc;

use iaclint_graph::Output;
use iaclint_source::Span;
use iaclint_value::{Data, Name, OriginId, Text, Value};

use super::Evaluator;
use crate::functions;
use crate::ir::Block;
use crate::val::{Fields, Val};

impl Evaluator<'_, '_> {
    /// The outputs of the root under names that other roots can read them by.
    pub(super) fn exports(&mut self, outputs: &[Output]) -> Vec<(Name, Value)> {
        let Some(state) = self.own_state() else { return Vec::new() };
        outputs.iter().map(|o| (iaclint_graph::state_output(&state, &o.name), o.value.clone())).collect()
    }

    /// The name of the root's own state; `None` when a part of it is given only when the tool runs.
    fn own_state(&mut self) -> Option<Name> {
        let module = self.scopes[0].module.clone();
        let Some(block) = &module.backend else { return self.state("local", &|_, _| None) };
        let kind = if block.kind == "cloud" { "remote".into() } else { block.labels.first()?.clone() };
        let settings = Self::settings(block);
        self.state(&kind, &|outer, name| {
            let found = settings.iter().find(|(o, n, _)| o == outer && n == name);
            found.map(|(_, _, text)| text.clone())
        })
    }

    /// The texts in a backend's block and in the blocks in it.
    fn settings(block: &Block) -> Vec<(Name, Name, Name)> {
        let mut out = Vec::new();
        let inner = block.body.blocks.iter().map(|b| (b.kind.clone(), &b.body));
        for (outer, body) in std::iter::once((Name::new(), &block.body)).chain(inner) {
            for attribute in &body.attributes {
                if let Some(text) = attribute.value.literal() {
                    out.push((outer.clone(), attribute.name.clone(), text.clone()));
                }
            }
        }
        out
    }

    /// The meta-arguments of a `terraform_remote_state` with the name of the state that it reads.
    pub(super) fn with_state(&mut self, instance: usize, meta: Value) -> Value {
        let Some(state) = self.state_read(instance) else { return meta };
        let Data::Object(object) = &meta.data else { return meta };
        let mut object = (**object).clone();
        let text = Value::new(Data::Text(Text::plain(&state, OriginId::NONE)), OriginId::NONE);
        object.fields.push((iaclint_graph::STATE.into(), OriginId::NONE, text));
        Value { data: Data::Object(Arc::new(object)), ..meta }
    }

    fn state_read(&mut self, instance: usize) -> Option<Name> {
        let span = self.place_of(instance);
        if let Some(organization) = self.configured(instance, "organization", span) {
            // `tfe_outputs` reads what the `remote` backend and HCP Terraform keep.
            let workspace = self.configured(instance, "workspace", span)?;
            let of = |outer: &str| if outer.is_empty() { &organization } else { &workspace };
            return self.state("remote", &|outer, _| of(outer).as_str().map(Name::from));
        }
        let kind = self.configured(instance, "backend", span)?;
        let config = self.configured(instance, "config", span)?;
        let kind = kind.as_str()?.to_owned();
        let text = |object: &Val, name: &str| {
            let (_, _, value) = object.fields()?.iter().find(|(n, _, _)| n == name)?;
            value.as_str().map(Name::from)
        };
        self.state(&kind, &|outer, name| {
            if outer.is_empty() {
                return text(&config, name);
            }
            let (_, _, inner) = config.fields()?.iter().find(|(n, _, _)| n == outer)?;
            // Old configurations write the inner settings as a block.
            text(inner.elements().and_then(<[Val]>::first).unwrap_or(inner), name)
        })
    }

    /// The name of a state by the settings that tell one from another.
    fn state(&self, kind: &str, get: &dyn Fn(&str, &str) -> Option<Name>) -> Option<Name> {
        let joined = |names: &[&str]| -> Option<String> {
            let parts: Option<Vec<Name>> = names.iter().map(|n| get("", n)).collect();
            Some(parts?.join("/"))
        };
        let place = match kind {
            "s3" => joined(&["bucket", "key"])?,
            "gcs" => joined(&["bucket", "prefix"])?,
            "azurerm" => joined(&["storage_account_name", "container_name", "key"])?,
            "remote" => format!("{}/{}", get("", "organization")?, get("workspaces", "name")?),
            "http" => joined(&["address"])?,
            "pg" => joined(&["conn_str", "schema_name"])?,
            "consul" => joined(&["path"])?,
            "local" => {
                let path = get("", "path").unwrap_or_else(|| "terraform.tfstate".into());
                self.loader.project().relative(&self.path_of(&path))
            }
            _ => return None,
        };
        Some(ecow::eco_format!("{kind}:{place}"))
    }

    fn place_of(&self, instance: usize) -> Span {
        let instance = &self.instances[instance];
        self.scopes[instance.scope].module.resources[instance.declaration].block.header
    }

    /// The outputs in a state file that is here.
    pub(super) fn local_state(&mut self, instance: usize, span: Span) -> Option<Val> {
        let node = super::Node::Argument(instance, super::Member::Made("outputs"));
        let backend = self.configured(instance, "backend", span)?;
        let config = self.configured(instance, "config", span)?;
        let path = config.fields()?.iter().find(|(n, _, _)| n == "path").map(|(_, _, v)| v.clone());
        let path = path.filter(|_| backend.as_str() == Some("local"))?;
        let file = self.loader.project().read_text(&self.path_of(path.as_str()?)).ok()?;
        let defaults = self.configured(instance, "defaults", span);
        Some(self.node(&node, span, |me| {
            let origin = me.written(span);
            let text = Val::str(file.text.as_str(), origin);
            let state = functions::call(me, "jsondecode", &[text], span).ok();
            let mut fields: Fields = defaults.as_ref().and_then(Val::fields).cloned().unwrap_or_default();
            let field = |value: &Val, name: &str| {
                let (_, _, value) = value.fields()?.iter().find(|(n, _, _)| n == name)?;
                Some(value.clone())
            };
            let outputs = state.and_then(|s| field(&s, "outputs"));
            for (name, at, output) in outputs.as_ref().and_then(Val::fields).into_iter().flatten() {
                if let Some(value) = field(output, "value") {
                    fields.push((name.clone(), *at, value));
                }
            }
            Val::object(fields, origin)
        }))
    }
}
