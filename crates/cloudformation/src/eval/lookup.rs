//! What names stand for: `Ref`, `Fn::GetAtt`, parameters, outputs, exports, mappings.

use iaclint_source::ProblemKind;
use iaclint_value::{
    Data, Kind, List, Marks, Name, OriginId, Reference, ResourceKey, Step, Target, Unknown, Value, Via, Why,
};
use rustc_hash::FxHashMap;

use super::lists::split_text;
use super::{Evaluator, Node};
use crate::stack::StackId;

/// The most values that an open parameter or an undecided look-up lists.
const MAX_CANDIDATES: usize = 32;

impl Evaluator<'_> {
    pub(super) fn ref_of(&mut self, at: StackId, raw: &Value, argument: &Value) -> Option<Value> {
        let name = self.value_or_null(at, argument);
        match name.as_str() {
            Some(known) => self.thing(at, &known, raw.origin),
            None => Some(self.unknown_of(&[&name], raw.origin, None)),
        }
    }

    /// What `Ref` of a name gives; `None` for `AWS::NoValue`.
    pub(super) fn thing(&mut self, at: StackId, name: &str, origin: OriginId) -> Option<Value> {
        if name == "AWS::NoValue" {
            return None;
        }
        let stacks = self.stacks;
        let stack = stacks.get(at)?;
        if name.starts_with("AWS::") {
            return Some(self.pseudo(at, name, origin));
        }
        if stack.template.parameters.get(name).is_some() {
            let value = self.parameter(at, name)?;
            return Some(self.used(at, &value, origin));
        }
        if stack.template.resources.get(name).is_some() {
            let reference = Reference {
                target: Target::Resource(self.key(at, name)),
                path: [Step::Attr("Ref".into())].into(),
            };
            return Some(Value::reference(reference, origin));
        }
        Some(self.undeclared(at, name, origin))
    }

    fn undeclared(&mut self, at: StackId, name: &str, origin: OriginId) -> Value {
        let transform = self.stacks.get(at).and_then(|s| s.template.transforms.first());
        if let Some(transform) = transform {
            // A macro adds resources of its own.
            return Value::unknown(Why::Unsupported(transform.clone()), origin);
        }
        self.invalid(at, origin, format!("{name} is not declared in this template"))
    }

    /// The key of a resource of a stack.
    pub fn key(&self, at: StackId, id: &str) -> ResourceKey {
        let stack = self.stacks.get(at).map(|s| s.address.as_str()).unwrap_or_default();
        ResourceKey::new(self.root, format!("{stack}/{id}"))
    }

    /// The stack and logical id behind an address.
    pub(super) fn place_of(&self, address: &str) -> Option<(StackId, Name)> {
        let (stack, id) = address.rsplit_once('/')?;
        Some((self.stacks.iter().position(|s| s.address == stack)?, id.into()))
    }

    fn pseudo(&mut self, at: StackId, name: &str, origin: OriginId) -> Value {
        let stacks = self.stacks;
        let stack = stacks.get(at);
        let environment = stack.map(|s| &s.environment);
        let region = environment.and_then(|e| e.region.clone());
        let part = |aws: &'static str, china: &'static str| {
            let region = region.as_deref()?;
            match region.split('-').next()? {
                "cn" => Some(Name::from(china)),
                // Isolated regions have partitions of their own.
                _ if region.contains("iso") => None,
                _ => Some(Name::from(aws)),
            }
        };
        let known = match name {
            "AWS::Region" => region.clone(),
            "AWS::AccountId" => environment.and_then(|e| e.account.clone()),
            "AWS::Partition" if region.as_deref().is_some_and(|r| r.starts_with("us-gov-")) => {
                Some("aws-us-gov".into())
            }
            "AWS::Partition" => part("aws", "aws-cn"),
            "AWS::URLSuffix" => part("amazonaws.com", "amazonaws.com.cn"),
            "AWS::StackName" => stack.and_then(|s| s.name.clone()),
            _ => None,
        };
        if let Some(known) = known {
            return Value::new(Data::Text(iaclint_value::Text::plain(&known, origin)), origin);
        }
        if name == "AWS::StackId"
            && let Some((outer, id)) = stack.and_then(|s| s.parent.clone())
        {
            let target = Target::Resource(self.key(outer, &id));
            return Value::reference(Reference { target, path: [Step::Attr("Ref".into())].into() }, origin);
        }
        Value::reference(Reference::to(Target::Pseudo(name.into())), origin)
    }

    /// The value of a parameter; `None` when it is given as `AWS::NoValue`.
    fn parameter(&mut self, at: StackId, name: &str) -> Option<Value> {
        let stacks = self.stacks;
        let raw = stacks.get(at)?.template.parameters.get(name)?;
        let node = Node::Parameter(at, name.into(), self.open_parameters);
        self.once(at, node, raw.origin, |cx| Some(cx.parameter_once(at, name, raw)))
    }

    fn parameter_once(&mut self, at: StackId, name: &str, raw: &Value) -> Value {
        let of_type = raw.get("Type").and_then(Value::as_str).map_or(Name::new(), |t| Name::from(&*t));
        let is_list =
            of_type.starts_with("List<") || of_type == "CommaDelimitedList" || of_type.contains("<List<");
        let marks = match raw.get("NoEcho").and_then(Value::as_bool) {
            Some(true) => Marks::SENSITIVE,
            _ => Marks::NONE,
        };
        let given = self.given(at, name);
        let (value, is_given) = match given {
            Some(value) => {
                let origin = self.step(value.origin, Via::Variable(name.into()));
                (Value { origin, ..value }, true)
            }
            None => match raw.get("Default") {
                Some(default) if !default.is_null() => {
                    let origin = self.step(default.origin, Via::Default(name.into()));
                    (Value { origin, ..default.clone() }, false)
                }
                _ => return self.open_parameter(at, name, raw, is_list, marks),
            },
        };
        if of_type.starts_with("AWS::SSM::Parameter::Value") {
            // The parameter names an SSM parameter; its value is read from there at the deployment.
            if of_type.ends_with("<AWS::EC2::Image::Id>")
                && let Some(key) = value.as_str()
            {
                // The same as `{{resolve:ssm:…}}`: which image it is, is told by the name.
                let target = Target::Dynamic { service: "ssm".into(), key: (&*key).into() };
                let reference = Reference::to(target);
                return Value { data: Data::Reference(reference.into()), ..value.clone() }.marked(marks);
            }
            let what = value.as_str().map_or_else(|| name.to_owned(), |n| format!("the SSM parameter {n}"));
            let mut unknown =
                self.unknown_of(&[&value], value.origin, Some(if is_list { Kind::List } else { Kind::Text }));
            if let Data::Unknown(u) = &mut unknown.data {
                std::sync::Arc::make_mut(u).why = Why::LookUp(what.into());
            }
            return unknown.marked(marks);
        }
        if !is_given && let Some(allowed) = allowed(raw) {
            let listed = allowed.iter().any(|v| v.as_str() == value.as_str());
            if !listed || (self.open_parameters && allowed.len() > 1) {
                return self.open_parameter(at, name, raw, is_list, marks);
            }
        }
        if is_list && let Data::Text(text) = &value.data {
            return self.comma_list(text, &value).marked(marks);
        }
        value.marked(marks)
    }

    /// The items of a comma-delimited list, without the spaces around them. Nothing in a hole is taken apart.
    /// An empty text is a list of one empty text: `Fn::Length` counts it and `Fn::Select` finds it (cfn-language-discussion #102).
    fn comma_list(&mut self, text: &iaclint_value::Text, whole: &Value) -> Value {
        let (parts, complete) = split_text(text, ",", |_| true);
        let mut items = Vec::new();
        for part in parts {
            let flat = part.flatten();
            let trimmed = flat.text.trim();
            let start = flat.text.len() - flat.text.trim_start().len();
            let part = part.slice(&flat, start..start + trimmed.len());
            items.push(self.part(part, whole.origin, whole.marks));
        }
        Value::new(Data::List(List { items, complete }.into()), whole.origin).marked(whole.marks)
    }

    /// A parameter that has no value yet: a reference to it, or one of its allowed values.
    fn open_parameter(&mut self, at: StackId, name: &str, raw: &Value, is_list: bool, marks: Marks) -> Value {
        let stack = self.stacks.get(at).map(|s| s.address.as_str()).unwrap_or_default();
        let target = Target::Input { root: self.root, name: Name::from(format!("{stack}/{name}")) };
        let reference = Reference::to(target);
        let candidates = allowed(raw).filter(|a| a.len() <= MAX_CANDIDATES && !is_list);
        match candidates {
            Some([only]) => only.clone().marked(marks),
            Some(candidates) => {
                let unknown = Unknown {
                    why: Why::Input(name.into()),
                    kind: None,
                    depends_on: reference.into(),
                    candidates: candidates.to_vec(),
                };
                Value::new(Data::Unknown(unknown.into()), raw.origin).marked(marks)
            }
            None => Value::reference(reference, raw.origin).marked(marks),
        }
    }

    /// The value that is given for a parameter: by the stack around a nested stack, or by whoever deploys it.
    fn given(&mut self, at: StackId, name: &str) -> Option<Value> {
        let stacks = self.stacks;
        let Some((outer, id)) = &stacks.get(at)?.parent else { return self.given.get(name).cloned() };
        let resource = stacks.get(*outer)?.template.resources.get(id)?;
        let parameters = resource.get("Properties")?.get("Parameters")?;
        match parameters.get(name) {
            Some(raw) => self.value(*outer, raw),
            None if super::intrinsic(parameters.as_object()?).is_some() => {
                let all = self.value(*outer, parameters)?;
                all.get(name).cloned()
            }
            None => None,
        }
    }

    pub(super) fn get_att(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let known = |value: &Value| value.as_str().map(std::borrow::Cow::into_owned);
        let (id, attribute) = match &argument.data {
            Data::List(list) => match list.items.as_slice() {
                [id, attribute] => {
                    let (id, attribute) = (self.value_or_null(at, id), self.value_or_null(at, attribute));
                    if id.as_str().is_none() && !id.is_known() {
                        return self.unknown_of(&[&id, &attribute], raw.origin, None);
                    }
                    (known(&id), known(&attribute).or(Some("*".to_owned())))
                }
                // `[Nested, Outputs, X]` is accepted too.
                [id, rest @ ..] if !rest.is_empty() => {
                    let rest: Vec<_> = rest.iter().filter_map(Value::as_str).collect();
                    (known(id), Some(rest.join(".")))
                }
                _ => (None, None),
            },
            _ => match argument.as_str().as_deref().and_then(|t| t.split_once('.')) {
                Some((id, attribute)) => (Some(id.to_owned()), Some(attribute.to_owned())),
                None => (None, None),
            },
        };
        match (id, attribute) {
            (Some(id), Some(attribute)) => self.attribute_of(at, &id, &attribute, raw.origin),
            _ => self.invalid(at, raw.origin, "Fn::GetAtt takes a logical id and an attribute"),
        }
    }

    /// An attribute of a resource; an output of a nested stack that is here is followed.
    pub(super) fn attribute_of(&mut self, at: StackId, id: &str, attribute: &str, origin: OriginId) -> Value {
        let stacks = self.stacks;
        let Some(stack) = stacks.get(at) else { return Value::unknown(Why::Invalid, origin) };
        if stack.template.resources.get(id).is_none() {
            return self.undeclared(at, id, origin);
        }
        if let (Some(&inner), Some(output)) = (stack.nested.get(id), attribute.strip_prefix("Outputs.")) {
            if let Some(value) = self.output(inner, output) {
                let step = self.step(value.origin, Via::Output(output.into()));
                return self.used(at, &Value { origin: step, ..value }, origin);
            }
            if stacks.get(inner).is_some_and(|s| s.template.outputs.get(output).is_none()) {
                return self.invalid(at, origin, format!("the nested stack {id} has no output {output}"));
            }
        }
        if attribute.starts_with("/cdk/exports/")
            && let Some(value) = self.handed_over(attribute)
        {
            let step = self.step(value.origin, Via::Import(attribute.into()));
            return self.used(at, &Value { origin: step, ..value }, origin);
        }
        Value::reference(Reference::resource(self.key(at, id), attribute), origin)
    }

    /// What the stack of another region writes to this SSM parameter for the CDK's own reader.
    fn handed_over(&mut self, path: &str) -> Option<Value> {
        let stacks = self.stacks;
        let crossings = self.crossings.get_or_insert_with(|| {
            let mut crossings = FxHashMap::default();
            for (at, stack) in stacks.iter().enumerate() {
                for (_, _, resource) in stack.template.resources.entries() {
                    if resource.get("Type").and_then(Value::as_str).as_deref()
                        != Some("Custom::CrossRegionExportWriter")
                    {
                        continue;
                    }
                    let properties = resource.get("Properties").and_then(|p| p.get("WriterProps"));
                    let exports = properties.and_then(|p| p.get("exports")).and_then(Value::as_object);
                    for (name, _, value) in exports.map_or(&[][..], |e| &e.fields) {
                        crossings.entry(name.clone()).or_insert((at, value));
                    }
                }
            }
            crossings
        });
        let (at, raw) = *crossings.get(path)?;
        self.once(at, Node::Output(at, path.into()), raw.origin, |cx| cx.value(at, raw))
    }

    /// The value of an output.
    pub fn output(&mut self, at: StackId, name: &str) -> Option<Value> {
        let stacks = self.stacks;
        let raw = stacks.get(at)?.template.outputs.get(name)?.get("Value")?;
        let before = std::mem::replace(&mut self.open_parameters, false);
        let value = self.once(at, Node::Output(at, name.into()), raw.origin, |cx| cx.value(at, raw));
        self.open_parameters = before;
        value
    }

    /// The name that an output is exported under.
    pub fn export_name(&mut self, at: StackId, output: &str) -> Option<Value> {
        let stacks = self.stacks;
        let raw = stacks.get(at)?.template.outputs.get(output)?.get("Export")?.get("Name")?;
        self.value(at, raw)
    }

    fn exported(&mut self, at: StackId, name: &str) -> Option<(StackId, Name)> {
        if self.exports.is_none() {
            // While the names themselves are evaluated nothing is exported.
            self.exports = Some(FxHashMap::default());
            let stacks = self.stacks;
            let mut exports: FxHashMap<Name, Vec<(StackId, Name)>> = FxHashMap::default();
            for (stack, outputs) in stacks.iter().enumerate() {
                for (output, _, _) in outputs.template.outputs.entries() {
                    let export = self.export_name(stack, output);
                    if let Some(export) = export.as_ref().and_then(Value::as_str) {
                        exports.entry(Name::from(&*export)).or_default().push((stack, output.clone()));
                    }
                }
            }
            self.exports = Some(exports);
        }
        let found = self.exports.as_ref()?.get(name)?;
        if let [only] = &**found {
            return Some(only.clone());
        }
        // The same name may be exported in several accounts and regions.
        let own = &self.stacks.get(at)?.environment;
        let mut same =
            found.iter().filter(|(s, _)| self.stacks.get(*s).is_some_and(|s| s.environment == *own));
        match (same.next(), same.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => None,
        }
    }

    pub(super) fn import(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let name = self.value_or_null(at, argument);
        if let Some(known) = name.as_str()
            && let Some((stack, output)) = self.exported(at, &known)
            && let Some(value) = self.output(stack, &output)
        {
            let step = self.step(value.origin, Via::Import(Name::from(&*known)));
            return self.used(at, &Value { origin: step, ..value }, raw.origin);
        }
        let shown = match name.as_str() {
            Some(known) => Name::from(&*known),
            None => Name::from(name.display()),
        };
        let origin = self.made(raw.origin, Via::Written, [name.origin]);
        Value::reference(Reference::to(Target::Import(shown)), origin)
    }

    pub(super) fn stack_output(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let mut field = |name: &str| argument.get(name).map(|raw| self.value_or_null(at, raw));
        let (stack, output, region) = (field("StackName"), field("OutputName"), field("Region"));
        let known =
            |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(std::borrow::Cow::into_owned);
        let (Some(stack), Some(output)) = (known(&stack), known(&output)) else {
            let parts: Vec<&Value> = [&stack, &output].into_iter().flatten().collect();
            return self.unknown_of(&parts, raw.origin, None);
        };
        let own = self.stacks.get(at).and_then(|s| s.environment.region.clone());
        let region = known(&region).map(Name::from).or(own);
        let named = || self.stacks.iter().enumerate().filter(|(_, s)| s.name.as_deref() == Some(&*stack));
        let in_region = named().find(|(_, s)| region.is_none() || s.environment.region == region);
        let found = in_region.or_else(|| named().next().filter(|_| named().count() == 1)).map(|(id, _)| id);
        let name = Name::from(format!("{stack}.{output}"));
        if let Some(found) = found {
            if let Some(value) = self.output(found, &output) {
                let step = self.step(value.origin, Via::Import(name));
                return self.used(at, &Value { origin: step, ..value }, raw.origin);
            }
            self.tell(
                at,
                ProblemKind::Invalid,
                raw.origin,
                format!("the stack {stack} has no output {output}"),
            );
        }
        Value::reference(Reference::to(Target::Import(name)), raw.origin)
    }

    pub(super) fn find_in_map(&mut self, at: StackId, raw: &Value, argument: &Value) -> Option<Value> {
        let items = self.arguments(at, raw, argument, "Fn::FindInMap");
        let Some([map, first, second, options @ ..]) = items else {
            return Some(self.invalid(at, raw.origin, "Fn::FindInMap takes a map and two keys"));
        };
        let (map, first, second) =
            (self.value_or_null(at, map), self.value_or_null(at, first), self.value_or_null(at, second));
        let default = options.iter().find_map(|o| o.get("DefaultValue")).cloned();
        let stacks = self.stacks;
        let mappings = &stacks.get(at)?.template.mappings;
        let mut unknown = self.unknown_of(&[&map, &first, &second], raw.origin, None);
        let Some(map_name) = map.as_str() else { return Some(unknown) };
        let Some(entries) = mappings.get(&map_name).and_then(Value::as_object) else {
            return match (default, stacks.get(at).is_some_and(|s| s.template.transforms.is_empty())) {
                (Some(default), _) => self.value(at, &default),
                (None, true) => {
                    Some(self.invalid(at, raw.origin, format!("the mapping {map_name} is not declared")))
                }
                (None, false) => Some(unknown),
            };
        };
        // Every value that the keys may lead to; one when both are known.
        let mut found: Vec<Value> = Vec::new();
        let mut all = true;
        for (_, _, inner) in
            entries.fields.iter().filter(|(name, _, _)| first.as_str().is_none_or(|f| f == name.as_str()))
        {
            let Some(inner) = inner.as_object() else { continue };
            for (name, _, value) in &inner.fields {
                if second.as_str().is_none_or(|s| s == name.as_str()) {
                    if found.len() >= MAX_CANDIDATES {
                        all = false;
                    } else if !found.contains(value) {
                        found.push(value.clone());
                    }
                }
            }
        }
        let keys_known = first.as_str().is_some() && second.as_str().is_some();
        match (keys_known, found.first()) {
            (true, Some(value)) => {
                let value = value.clone();
                let mut value = self.value(at, &value)?;
                value.origin = self.made(raw.origin, Via::Function("Fn::FindInMap"), [value.origin]);
                Some(value.marked(first.marks.and(second.marks)))
            }
            (true, None) => {
                if let Some(default) = default {
                    return self.value(at, &default);
                }
                let (first, second) = (first.display(), second.display());
                Some(self.invalid(at, raw.origin, format!("the mapping {map_name} has no {first}.{second}")))
            }
            (false, _) => {
                if let Some(default) = &default {
                    found.extend(self.value(at, default).filter(|_| found.len() < MAX_CANDIDATES));
                }
                if let (true, Data::Unknown(u)) = (all && !found.is_empty(), &mut unknown.data) {
                    std::sync::Arc::make_mut(u).candidates = found;
                }
                Some(unknown)
            }
        }
    }
}

/// A parameter's allowed values.
fn allowed(raw: &Value) -> Option<&[Value]> {
    raw.get("AllowedValues").and_then(Value::as_list).map(|l| l.items.as_slice()).filter(|l| !l.is_empty())
}
