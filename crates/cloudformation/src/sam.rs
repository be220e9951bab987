//! The serverless transform: its resources as the resources that it makes of them, as far as their shape says.
//!
//! What stands for is written as a template would write it, functions and all, and evaluated like the rest. Names and meanings are those of
//! AWS's list of generated resources (`docs/internals/generated_resources.rst` of the transform). What is not plain is left alone.

mod api;
mod connector;
mod events;
mod function;
mod globals;
mod role;
mod table;

use iaclint_value::{Data, List, Name, Object, OriginId, Text, Value};
use rustc_hash::FxHashSet;

use crate::template::{Entry, Section, Template};

/// The name of the transform.
pub(crate) const TRANSFORM: &str = "AWS::Serverless-2016-10-31";

/// Puts the resources that the transform makes into a template, if the template asks for it.
pub(crate) fn lower(template: &mut Template) {
    if !template.transforms.iter().any(|name| name == TRANSFORM) {
        return;
    }
    let mut lowering = Lowering {
        resources: &template.resources,
        globals: template.globals.as_ref(),
        out: Vec::new(),
        made: Vec::new(),
    };
    for entry in template.resources.entries() {
        lowering.resource(entry);
    }
    lowering.implicit_apis();
    let Lowering { mut out, made, .. } = lowering;
    let mut taken: FxHashSet<Name> = out.iter().map(|(name, _, _)| name.clone()).collect();
    // What the template writes itself goes before what is made.
    out.extend(made.into_iter().filter(|(name, _, _)| taken.insert(name.clone())));
    template.resources = Section::new(out);
}

struct Lowering<'t> {
    resources: &'t Section,
    globals: Option<&'t Value>,
    /// The template's own resources, each under its own name.
    out: Vec<Entry>,
    /// What is made beside them.
    made: Vec<Entry>,
}

/// A resource of the transform while it is lowered.
struct Serverless<'t> {
    id: &'t Name,
    /// The place of its name: what is made of it stands there.
    origin: OriginId,
    resource: &'t Value,
    /// Its properties with the global ones.
    properties: Value,
}

impl Serverless<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.properties.get(name)
    }

    /// A list of the properties that keep their names, with those that have new ones behind them.
    fn properties(&self, same: &[&str], more: Vec<(&str, Value)>) -> Value {
        let Some(object) = self.properties.as_object() else { return object(more, self.origin) };
        let kept = object.fields.iter().filter(|(name, _, _)| same.contains(&name.as_str())).cloned();
        let more = more.into_iter().map(|(name, value)| (Name::from(name), value.origin, value));
        let fields = kept.chain(more).collect();
        Value::new(Data::Object(Object { fields, complete: object.complete }.into()), self.properties.origin)
    }

    fn name(&self, end: &str) -> Name {
        Name::from(format!("{}{end}", self.id))
    }
}

impl<'t> Lowering<'t> {
    fn resource(&mut self, entry: &'t Entry) {
        let (id, origin, resource) = entry;
        let kind = resource.get("Type").and_then(Value::as_str);
        let kind = kind.as_deref().and_then(|t| t.strip_prefix("AWS::Serverless::")).unwrap_or_default();
        let own = resource.get("Properties").cloned().unwrap_or_else(|| Value::object([], resource.origin));
        let properties = match self.globals.and_then(|g| g.get(kind)) {
            Some(global) => globals::merged(global, &own, 0),
            None => own,
        };
        let this = Serverless { id, origin: *origin, resource, properties };
        match kind {
            "Function" => self.function(&this),
            "StateMachine" => self.state_machine(&this),
            "Api" => self.api(&this),
            "HttpApi" => self.http_api(&this),
            "SimpleTable" => self.table(&this),
            "LayerVersion" => self.layer(&this),
            "Connector" => self.connector(&this),
            _ => self.out.push(entry.clone()),
        }
        if let Some(connectors) = resource.get("Connectors") {
            self.embedded_connectors(&this, connectors);
        }
    }

    /// Puts the resource itself in the place of the transform's.
    fn becomes(&mut self, this: &Serverless<'_>, type_name: &str, properties: Value) {
        let made = made(type_name, properties, this.origin);
        let mut fields = made.as_object().map_or_else(Vec::new, |o| o.fields.clone());
        // What holds for any resource holds for it.
        let others = this.resource.as_object().map_or(&[][..], |o| &o.fields);
        fields.extend(others.iter().filter(|(name, _, _)| name != "Type" && name != "Properties").cloned());
        let value = Value::new(Data::Object(Object { fields, complete: true }.into()), this.resource.origin);
        self.out.push((this.id.clone(), this.origin, value));
    }

    /// Adds a resource that is made beside one of the transform's, under the same condition.
    fn add(&mut self, this: &Serverless<'_>, name: Name, type_name: &str, properties: Value) {
        let mut value = made(type_name, properties, this.origin);
        if let (Some(condition), Data::Object(object)) = (this.resource.get("Condition"), &mut value.data) {
            let field = ("Condition".into(), this.origin, condition.clone());
            std::sync::Arc::make_mut(object).fields.push(field);
        }
        self.made.push((name, this.origin, value));
    }

    /// The properties of another resource of the template.
    fn sibling(&self, id: &str) -> Option<(&'t str, &'t Value)> {
        let resource = self.resources.get(id)?;
        let Data::Text(text) = &resource.get("Type")?.data else { return None };
        let [iaclint_value::Piece::Literal(literal)] = text.pieces() else { return None };
        Some((&literal.text, resource))
    }
}

/// A resource as a template writes it.
fn made(type_name: &str, properties: Value, origin: OriginId) -> Value {
    object(vec![("Type", text(type_name, origin)), ("Properties", properties)], origin)
}

fn object(fields: Vec<(&str, Value)>, origin: OriginId) -> Value {
    let fields = fields.into_iter().map(|(name, value)| (Name::from(name), value.origin, value)).collect();
    Value::new(Data::Object(Object { fields, complete: true }.into()), origin)
}

/// An object of which nothing is known.
fn unknown_object(origin: OriginId) -> Value {
    Value::new(Data::Object(Object { fields: Vec::new(), complete: false }.into()), origin)
}

fn list(items: Vec<Value>, complete: bool, origin: OriginId) -> Value {
    Value::new(Data::List(List { items, complete }.into()), origin)
}

fn text(text: &str, origin: OriginId) -> Value {
    Value::new(Data::Text(Text::plain(text, origin)), origin)
}

/// `{"Ref": id}`.
fn reference(id: &str, origin: OriginId) -> Value {
    object(vec![("Ref", text(id, origin))], origin)
}

/// `{"Fn::GetAtt": [id, attribute]}`.
fn attribute(id: &str, attribute: &str, origin: OriginId) -> Value {
    let items = vec![text(id, origin), text(attribute, origin)];
    object(vec![("Fn::GetAtt", list(items, true, origin))], origin)
}

/// The resource of this template that `Ref` or the like names.
fn named(value: &Value) -> Option<Name> {
    if let Some(id) = value.as_str() {
        return Some(Name::from(&*id));
    }
    let [(function, _, argument)] = value.as_object()?.fields.as_slice() else { return None };
    let id = match function.as_str() {
        "Ref" => argument.as_str()?.into_owned(),
        "Fn::GetAtt" => match argument.as_list() {
            Some(items) => items.items.first()?.as_str()?.into_owned(),
            None => argument.as_str()?.split('.').next().unwrap_or_default().to_owned(),
        },
        _ => return None,
    };
    Some(Name::from(id))
}

/// A name as a part of a logical id.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The value of a property whose name changes.
fn renamed<'n>(value: Option<&Value>, name: &'n str) -> Option<(&'n str, Value)> {
    value.map(|value| (name, value.clone()))
}
