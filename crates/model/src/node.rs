//! A resource or a part of one, with the way to read its properties in either language.

use iaclint_graph::{Language, Resource, ResourceId};
use iaclint_value::{Data, Encoding, List, OriginId, Text, Value};

use crate::{Found, Link, Many, Model, Prop, look_up};

/// A value within a resource: what entities are views of.
#[derive(Clone, Copy, Debug)]
pub struct Node<'m> {
    /// The model.
    pub model: &'m Model<'m>,
    /// The resource that it belongs to.
    pub id: ResourceId,
    /// The object: the resource's body, or a block or an element in it.
    pub value: &'m Value,
    /// The spelling that its properties have.
    pub language: Language,
}

impl<'m> Node<'m> {
    /// The resource.
    pub fn resource(&self) -> &'m Resource {
        self.model.resource(self.id)
    }

    /// The origin of the value itself.
    pub fn origin(&self) -> OriginId {
        self.value.origin
    }

    /// The spelling of this language.
    pub fn spelling(&self, terraform: &'static str, cloudformation: &'static str) -> &'static str {
        match self.language {
            Language::Terraform => terraform,
            Language::CloudFormation | Language::Cdk => cloudformation,
        }
    }

    /// What stands at a path. An empty path means that this language cannot say it.
    pub fn find(&self, terraform: &'static str, cloudformation: &'static str) -> Found<'m> {
        match self.spelling(terraform, cloudformation) {
            "" => Found::Absent(self.value.origin),
            path => look_up(self.value, path),
        }
    }

    fn prop<T>(
        &self,
        terraform: &'static str,
        cloudformation: &'static str,
        read: impl Fn(&'m Value) -> Option<T>,
    ) -> Prop<T> {
        match self.find(terraform, cloudformation) {
            Found::Value(value) => match read(value) {
                Some(known) => Prop::written(known, value.origin),
                None => Prop::Unknown { origin: value.origin },
            },
            Found::OneOf(values, origin) => match values.into_iter().map(&read).collect::<Option<Vec<T>>>() {
                Some(values) => Prop::OneOf { values, origin },
                None => Prop::Unknown { origin },
            },
            Found::Absent(origin) => Prop::Absent { origin },
            Found::Unknown(origin) => Prop::Unknown { origin },
        }
    }

    /// A whole number.
    pub fn int(&self, terraform: &'static str, cloudformation: &'static str) -> Prop<i64> {
        self.prop(terraform, cloudformation, Value::as_i64)
    }

    /// A truth value.
    pub fn bool(&self, terraform: &'static str, cloudformation: &'static str) -> Prop<bool> {
        self.prop(terraform, cloudformation, Value::as_bool)
    }

    /// A text without holes.
    pub fn str(&self, terraform: &'static str, cloudformation: &'static str) -> Prop<String> {
        self.prop(terraform, cloudformation, |v| v.as_str().map(std::borrow::Cow::into_owned))
    }

    /// A text, perhaps with holes.
    pub fn text(&self, terraform: &'static str, cloudformation: &'static str) -> Prop<Text> {
        self.prop(terraform, cloudformation, Value::to_text)
    }

    /// The value as it stands.
    pub fn raw(&self, terraform: &'static str, cloudformation: &'static str) -> Prop<&'m Value> {
        self.prop(terraform, cloudformation, Some)
    }

    /// A property of the object itself as it is written, known or not; `None` where nothing is, or null.
    pub fn written(&self, terraform: &'static str, cloudformation: &'static str) -> Option<&'m Value> {
        let name = self.spelling(terraform, cloudformation);
        self.value.as_object()?.get(name).filter(|value| !value.is_null())
    }

    /// The elements of a list of blocks or objects.
    pub fn nodes(&self, terraform: &'static str, cloudformation: &'static str) -> Many<Node<'m>> {
        match self.find(terraform, cloudformation) {
            Found::Value(value) => self.elements_of(value),
            Found::Absent(_) => Many { items: Vec::new(), complete: true },
            Found::Unknown(_) => Many { items: Vec::new(), complete: false },
            Found::OneOf(values, _) => {
                let items = values.into_iter().flat_map(|v| self.elements_of(v).items).collect();
                Many { items, complete: false }
            }
        }
    }

    /// A part of this node.
    #[must_use]
    pub fn within(&self, value: &'m Value) -> Node<'m> {
        Node { value, ..*self }
    }

    /// The objects in a list value; a single object counts as a list of one, an encoded JSON text as what it encodes.
    pub fn elements_of(&self, value: &'m Value) -> Many<Node<'m>> {
        match &value.data {
            Data::List(list) => self.elements(list),
            Data::Object(_) => Many { items: vec![self.within(value)], complete: true },
            Data::Encoded(inner) if inner.0 == Encoding::Json => self.elements_of(&inner.1),
            _ => Many { items: Vec::new(), complete: false },
        }
    }

    fn elements(&self, list: &'m List) -> Many<Node<'m>> {
        let mut many = Many { items: Vec::new(), complete: list.complete };
        for item in &list.items {
            match &item.data {
                Data::Object(_) => many.items.push(self.within(item)),
                Data::Null => {}
                Data::Unknown(unknown) if !unknown.candidates.is_empty() => {
                    many.complete = false;
                    let objects = unknown.candidates.iter().filter(|c| c.as_object().is_some());
                    many.items.extend(objects.map(|c| self.within(c)));
                }
                _ => many.complete = false,
            }
        }
        many
    }

    /// The resources that a property names, one or a list.
    pub fn links(&self, terraform: &'static str, cloudformation: &'static str) -> Many<Link> {
        match self.find(terraform, cloudformation) {
            Found::Value(value) => self.model.links_in(value),
            Found::Absent(_) => Many { items: Vec::new(), complete: true },
            Found::Unknown(_) => Many { items: Vec::new(), complete: false },
            Found::OneOf(values, _) => {
                let items = values.into_iter().flat_map(|v| self.model.links_in(v).items).collect();
                Many { items, complete: false }
            }
        }
    }

    /// The one resource that a property names; `None` when it is absent, several, or not of the graph.
    pub fn link(&self, terraform: &'static str, cloudformation: &'static str) -> Option<ResourceId> {
        match &*self.links(terraform, cloudformation).items {
            [Link::Resource { id, .. }] => Some(*id),
            _ => None,
        }
    }
}
