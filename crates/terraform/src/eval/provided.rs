//! What a plan says of a resource whose provider's schema is given.

use std::sync::Arc;

use iaclint_source::Span;
use iaclint_value::{Name, Reference, Step as Way, Via};

use super::{Evaluator, Fault};
use crate::provider::Provider;
use crate::val::{Fields, K, Val};

impl Evaluator<'_, '_> {
    /// An attribute or the blocks of a kind as the provider plans them; `None` where its schema is not given.
    pub(super) fn provided(&mut self, instance: usize, name: &str, span: Span) -> Option<Val> {
        let provider = self.provider.clone()?;
        let (data, kind) = self.type_of(instance);
        let schema = provider.schema(data, &kind)?;
        let key = self.instances[instance].key.clone();
        let Some(member) = schema.member(name) else {
            return Some(self.invalid(Fault::new(span, format!("{kind} has no attribute {name:?}"))));
        };
        let read = data && self.is_read(instance, &provider);
        let given = match provider.answer(&kind, name) {
            Some(answer) if read => Some(answer.clone()),
            _ => self.configured(instance, name, span),
        };
        let origin = self.origins.add(span, Via::Attribute(key.clone()), []);
        let mut value = match member.value(name, given.as_ref(), origin, !read) {
            Ok(value) => value,
            Err(error) => self.invalid(Fault::new(span, error)),
        };
        if let K::Unknown(unk) = &mut value.k
            && unk.depends_on.is_empty()
        {
            let reference = Reference::to(iaclint_value::Target::Resource(key));
            let reference = reference.then(Way::Attr(name.into()));
            let unk = Arc::make_mut(unk);
            unk.refer(Arc::new(reference));
        }
        Some(value)
    }

    /// A whole resource as its provider plans it.
    pub(super) fn provided_object(&mut self, instance: usize, span: Span) -> Option<Val> {
        let provider = self.provider.clone()?;
        let (data, kind) = self.type_of(instance);
        let names: Vec<Name> = provider.schema(data, &kind)?.names().cloned().collect();
        let origin = self.written(span);
        let fields: Fields = names
            .into_iter()
            .filter_map(|name| Some((name.clone(), origin, self.provided(instance, &name, span)?)))
            .collect();
        Some(Val::object(fields, origin))
    }

    /// Whether a data source is read while planning: nothing in it waits for the deployment.
    fn is_read(&mut self, instance: usize, provider: &Provider) -> bool {
        let (data, kind) = self.type_of(instance);
        let at = &self.instances[instance];
        let module = self.scopes[at.scope].module.clone();
        let body = &module.resources[at.declaration].block.body;
        if body.attribute("depends_on").is_some() {
            return false;
        }
        let Some(schema) = provider.schema(data, &kind) else { return false };
        schema.names().all(|name| {
            let span = module.resources[self.instances[instance].declaration].block.header;
            self.configured(instance, name, span).is_none_or(|value| !value.has_unknown())
        })
    }

    fn type_of(&self, instance: usize) -> (bool, Name) {
        let at = &self.instances[instance];
        let declaration = &self.scopes[at.scope].module.resources[at.declaration];
        (declaration.data, declaration.type_name.clone())
    }
}
