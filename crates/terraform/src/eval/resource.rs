//! Resources: their instances, and what their attributes are before the deployment.

use std::ops::Range;
use std::sync::Arc;

use iaclint_source::Span;
use iaclint_value::{Name, Reference, ResourceKey, Step as Way, Target, Via};

use super::access::has_substance;
use super::expand::{Expansion, Shape};
use super::{Env, Evaluator, Fault, Instance, Member, Node, Place};
use crate::ir::{Step, StepKind};
use crate::module::block_type;
use crate::ty::Ty;
use crate::uses::Named;
use crate::val::{Fields, K, Unk, Val};

/// Arguments that are of the language, not of the resource.
pub(super) const META_ARGUMENTS: [&str; 4] = ["count", "for_each", "provider", "depends_on"];
/// Blocks that are of the language, not of the resource.
pub(super) const META_BLOCKS: [&str; 4] = ["lifecycle", "provisioner", "connection", "timeouts"];

/// Types whose blocks are lists, or sets, to those who read them. With other providers one block may be an object as well.
const AWS_PREFIX: &str = "aws_";

/// Blocks that are a set to those who read them, of the types whose blocks are read in practice.
const SET_BLOCKS: [(&str, &[&str]); 4] = [
    ("aws_security_group", &["ingress", "egress"]),
    ("aws_default_security_group", &["ingress", "egress"]),
    ("aws_network_acl", &["ingress", "egress"]),
    ("aws_default_network_acl", &["ingress", "egress"]),
];

/// What a declaration makes.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) expansion: Arc<Expansion>,
    /// By number.
    pub(super) instances: Range<usize>,
    /// The address of the declaration.
    key: ResourceKey,
    /// The reference to the instance, if there is one alone and it is named.
    whole: Option<Arc<Reference>>,
    /// Their number rests on a default of the root.
    assumed: bool,
}

impl Evaluator<'_, '_> {
    /// The instances of a declaration.
    pub(super) fn instances_of(&mut self, scope: usize, at: usize) -> Arc<Made> {
        if let Some(made) = self.scopes[scope].made.get(at).and_then(Option::clone) {
            self.assumptions.now |= made.assumed;
            return made;
        }
        let module = self.scopes[scope].module.clone();
        let declaration = &module.resources[at];
        let node = Node::Resource(scope, at);
        let body = &declaration.block.body;
        let (expansion, assumed) = if body.is_repeated() {
            let expansion = self.expand(&node, body, scope, declaration.block.header);
            (expansion, self.assumptions.rests(&node))
        } else {
            (self.single.clone(), self.assume_call(scope, node))
        };
        let (key, instances) = if let Some(made) = &self.scopes[scope].made[at] {
            // They were asked for by what their number depends on.
            (made.key.clone(), made.instances.clone())
        } else {
            let key = self.key_of(scope, &declaration.address);
            let instances = self.make(scope, at, &expansion, &key);
            (key, instances)
        };
        let is_named = module.named.get(at).is_none_or(|named| *named != Named::Nowhere);
        let whole = (is_named && instances.len() == 1).then(|| {
            let key = self.instances[instances.start].key.clone();
            Arc::new(Reference::to(Target::Resource(key)))
        });
        let made = Arc::new(Made { expansion, instances, key, whole, assumed });
        self.scopes[scope].made[at] = Some(made.clone());
        made
    }

    fn make(&mut self, scope: usize, at: usize, expansion: &Expansion, base: &ResourceKey) -> Range<usize> {
        let first = self.instances.len();
        if expansion.shape != Shape::Single || expansion.slots.is_empty() {
            self.places.insert(base.address.clone(), Place::Declaration(scope, at));
        }
        for slot in &expansion.slots {
            let number = self.instances.len();
            let key = instance_key(base, slot.key.as_ref());
            // One that stands for any number has the address of the declaration, which stays that of all of them.
            let place = if slot.key.is_none() && expansion.shape != Shape::Single {
                ecow::eco_format!("{}[*]", base.address)
            } else {
                key.address.clone()
            };
            self.places.insert(place, Place::Instance(number));
            self.instances.push(Instance {
                scope,
                declaration: at,
                key,
                slot: slot.clone(),
                parts: Vec::new(),
            });
        }
        first..self.instances.len()
    }

    /// `type.name[key]` where the key names one of the known instances, with what is left of the steps. The others need not be made.
    pub(super) fn one_instance<'s>(
        &mut self,
        scope: usize,
        at: usize,
        steps: &'s [Step],
        span: Span,
        env: Env<'_>,
    ) -> Result<Option<(Val, &'s [Step])>, Fault> {
        let [Step { kind: StepKind::Index(key), .. }, rest @ ..] = steps else { return Ok(None) };
        let made = self.instances_of(scope, at);
        if made.expansion.shape == Shape::Single {
            return Ok(None);
        }
        let key = self.eval(key, env)?;
        let Some(slot) = made.expansion.find(&key) else { return Ok(None) };
        let instance = self.instances[made.instances.start + slot].key.clone();
        Ok(Some((self.reference_to(instance, span).marked(key.marks), rest)))
    }

    /// The reference to the instance of a declaration that is not repeated.
    pub(super) fn only_instance(&mut self, scope: usize, at: usize) -> Option<Arc<Reference>> {
        let made = self.instances_of(scope, at);
        match (&made.whole, made.expansion.shape) {
            (Some(whole), Shape::Single) => Some(whole.clone()),
            _ => None,
        }
    }

    /// `type.name`: a reference to the instance, or a list or map of references.
    pub(super) fn resource_value(&mut self, scope: usize, at: usize, span: Span) -> Val {
        let made = self.instances_of(scope, at);
        // What names several may be made many times itself.
        let several = (made.instances.len() > 1).then_some((made.instances.start, span));
        if let Some(known) = several.and_then(|place| self.repeated.get(&place)) {
            return known.clone();
        }
        let mut references = made.instances.clone().map(|i| {
            let key = self.instances[i].key.clone();
            self.reference_to(key, span)
        });
        if made.expansion.shape == Shape::Single
            && let Some(only) = references.next()
        {
            return only;
        }
        let references: Vec<Val> = references.collect();
        let base = made.key.clone();
        let origin = self.origins.add(span, Via::Attribute(base.clone()), []);
        let value = repeated(&made.expansion, references, Target::Resource(base), origin);
        several.inspect(|place| drop(self.repeated.insert(*place, value.clone())));
        value
    }

    fn reference_to(&mut self, key: ResourceKey, span: Span) -> Val {
        let origin = self.origins.add(span, Via::Attribute(key.clone()), []);
        let mut value = Val::reference(Reference::to(Target::Resource(key)), origin);
        if let K::Unknown(unk) = &mut value.k {
            Arc::make_mut(unk).not_null = true;
        }
        value
    }

    /// `reference.name`, where the reference is to a whole resource.
    pub(super) fn resource_attribute(
        &mut self,
        key: &ResourceKey,
        reference: &Reference,
        name: &str,
        span: Span,
    ) -> Val {
        let place = match self.places.get(&key.address) {
            Some(Place::Declaration(..)) => {
                let any: Name = ecow::eco_format!("{}[*]", key.address);
                self.places.get(&any).copied()
            }
            other => other.copied(),
        };
        if let Some(Place::Instance(instance)) = place {
            if let Some(value) = self.provided(instance, name, span) {
                return self.step(value, span, Via::Attribute(key.clone()));
            }
            if let Some(value) = self.special_attribute(instance, name, span) {
                return value;
            }
            let symbolic = self.instances[instance].slot.existence.any_number
                && self.instances[instance].slot.key.is_none();
            if let Some(value) = self.configured(instance, name, span)
                && !value.is_null()
                && (if symbolic { super::call::is_whole(&value) } else { has_substance(&value) })
            {
                let value = self.as_seen(value, reference, name);
                return self.step(value, span, Via::Attribute(key.clone()));
            }
            if let Some(value) = self.read_before(instance, name, span) {
                return value;
            }
        }
        if let Some(Place::Instance(instance)) = place
            && self.is_terraform_data(instance)
            && !super::reference::TERRAFORM_DATA.contains(&name)
            && !self.has_fault(instance, span)
        {
            return self.invalid(Fault::new(span, format!("terraform_data has no attribute {name:?}")));
        }
        let origin = self.origins.add(span, Via::Attribute(key.clone()), []);
        let mut value = Val::reference(reference.then(Way::Attr(name.into())), origin);
        if let K::Unknown(unk) = &mut value.k {
            let unk = Arc::make_mut(unk);
            if matches!(name, "id" | "arn") {
                unk.not_null = true;
                unk.ty = Ty::String;
            } else if let (Some(Place::Instance(instance)), "output") = (place, name)
                && self.is_terraform_data(instance)
                && let Some(input) = self.configured(instance, "input", span)
            {
                unk.ty = Ty::of(&input);
            }
        }
        if let Some(Place::Instance(instance)) = place
            && self.is_terraform_data(instance)
            && self.unset(instance, name)
        {
            return Val::null(value.origin);
        }
        value
    }

    /// Whether an attribute of `terraform_data` is null, since the argument that it follows is not written.
    fn unset(&self, instance: usize, name: &str) -> bool {
        let at = &self.instances[instance];
        let body = &self.scopes[at.scope].module.resources[at.declaration].block.body;
        let argument = if name == "output" { "input" } else { name };
        matches!(argument, "input" | "triggers_replace") && body.attribute(argument).is_none()
    }

    /// Whether an argument of it is in error, so that nothing is looked for in it.
    fn has_fault(&mut self, instance: usize, span: Span) -> bool {
        super::reference::TERRAFORM_DATA.iter().any(|name| {
            let value = self.configured(instance, name, span);
            value.is_some_and(|v| v.as_unknown().is_some_and(|u| u.why == iaclint_value::Why::Invalid))
        })
    }

    /// The one resource type that is part of the language: its output has the type of its input.
    fn is_terraform_data(&self, instance: usize) -> bool {
        let instance = &self.instances[instance];
        self.scopes[instance.scope].module.resources[instance.declaration]
            .address
            .starts_with("terraform_data.")
    }

    /// The value that the configuration gives to an argument, or its blocks of this kind.
    pub(super) fn configured(&mut self, instance: usize, name: &str, span: Span) -> Option<Val> {
        let scope = self.instances[instance].scope;
        let module = self.scopes[scope].module.clone();
        let body = &module.resources[self.instances[instance].declaration].block.body;
        if META_ARGUMENTS.contains(&name) || META_BLOCKS.contains(&name) {
            return None;
        }
        if let Some(at) = body.attributes.iter().position(|a| a.name == name) {
            return Some(self.argument_of(instance, at, span, true));
        }
        let first = body.blocks.iter().position(|b| block_type(b) == name)?;
        Some(self.blocks_of(instance, first, span, true))
    }

    /// Whether others than the resource itself may ask for a part of it.
    pub(super) fn is_asked_for(&self, instance: usize, part: &str) -> bool {
        let of = &self.instances[instance];
        let module = &self.scopes[of.scope].module;
        // What is made of a data source is made of its arguments.
        module.resources[of.declaration].data
            || module.named.get(of.declaration).is_none_or(|named| named.has(part))
    }

    /// The value of an argument, by number.
    pub(super) fn argument_of(&mut self, instance: usize, at: usize, span: Span, keep: bool) -> Val {
        let of = &self.instances[instance];
        let module = self.scopes[of.scope].module.clone();
        let attribute = &module.resources[of.declaration].block.body.attributes[at];
        let node = Node::Argument(instance, Member::Attribute(at));
        let evaluate = |me: &mut Self| {
            me.in_instance(instance, |me, env| {
                let value = me.eval(&attribute.value, env);
                let value = value.unwrap_or_else(|fault| me.invalid(fault));
                me.whole(value)
            })
        };
        if keep { self.node(&node, span, evaluate) } else { self.passing(&node, span, evaluate) }
    }

    /// The blocks of a kind, by the number of the first.
    pub(super) fn blocks_of(&mut self, instance: usize, first: usize, span: Span, keep: bool) -> Val {
        let of = &self.instances[instance];
        let module = self.scopes[of.scope].module.clone();
        let body = &module.resources[of.declaration].block.body;
        let node = Node::Argument(instance, Member::Blocks(first));
        let evaluate = |me: &mut Self| {
            me.in_instance(instance, |me, env| me.blocks(body, block_type(&body.blocks[first]), env))
        };
        if keep { self.node(&node, span, evaluate) } else { self.passing(&node, span, evaluate) }
    }

    /// Evaluates where `each`, `count` and `self` are an instance's.
    pub(super) fn in_instance<R>(&mut self, instance: usize, f: impl FnOnce(&mut Self, Env<'_>) -> R) -> R {
        let scope = self.instances[instance].scope;
        let bindings = self.instances[instance].slot.bindings.clone();
        self.bound(Env::of_scope(scope), &bindings, f)
    }

    /// Blocks as another resource sees them: what is not written in one may be filled in by the provider.
    fn as_seen(&mut self, value: Val, reference: &Reference, name: &str) -> Val {
        let K::Tuple(items) = &value.k else { return value };
        let is_blocks = items.iter().all(|i| matches!(i.k, K::Object(_)));
        let Some(key) = reference.key() else { return value };
        let Some(Place::Instance(instance)) = self.places.get(&key.address).copied() else { return value };
        let scope = self.instances[instance].scope;
        let module = self.scopes[scope].module.clone();
        let body = &module.resources[self.instances[instance].declaration].block.body;
        if !is_blocks || body.attribute(name).is_some() {
            return value;
        }
        let path = reference.then(Way::Attr(name.into()));
        let type_name = &module.resources[self.instances[instance].declaration].type_name;
        if !type_name.starts_with(AWS_PREFIX) {
            return Val::reference(path, value.origin).marked(value.marks);
        }
        let items: Vec<Val> = items
            .iter()
            .zip(0_u32..)
            .map(|(item, index)| seen_block(item, &path.then(Way::Index(index))))
            .collect();
        let is_set = SET_BLOCKS.iter().any(|(ty, kinds)| ty == type_name && kinds.contains(&name));
        if is_set && value.has_unknown() {
            // Two blocks that are not known may turn out to be one, and they have no order.
            let path = Arc::new(path);
            let mut unk = Unk::new(iaclint_value::Why::Attribute(path.clone()));
            unk.not_null = true;
            unk.ty = Ty::set(Ty::Dynamic);
            unk.depends_on = path.into();
            unk.partial = Some(Box::new(Val::tuple(items, value.origin)));
            return Val::unk(unk, value.origin).marked(value.marks);
        }
        Val::tuple(items, value.origin).marked(value.marks)
    }
}

/// What a repeated block is as a value: one, a list, a map, or what is known of them.
pub(super) fn repeated(
    expansion: &Expansion,
    values: Vec<Val>,
    target: Target,
    origin: iaclint_value::OriginId,
) -> Val {
    let mut fields: Fields = Vec::new();
    let mut items: Vec<Val> = Vec::new();
    let mut certain = true;
    for (slot, value) in expansion.slots.iter().zip(values) {
        certain &= slot.existence.is_certain();
        match &slot.key {
            Some(super::expand::InstanceKey::Text(name, key_origin)) => {
                fields.push((name.clone(), *key_origin, value));
            }
            Some(super::expand::InstanceKey::Number(_)) => items.push(value),
            None if expansion.shape == Shape::Single => return value,
            None => certain = false,
        }
    }
    if expansion.complete && certain {
        return if expansion.shape == Shape::Each {
            Val::object(fields, origin)
        } else {
            Val::tuple(items, origin)
        };
    }
    let known = if expansion.shape == Shape::Each {
        Val::object(fields.clone(), origin)
    } else {
        Val::tuple(items.clone(), origin)
    };
    let reference = Arc::new(Reference::to(target));
    let mut unk = Unk::new(iaclint_value::Why::Count);
    unk.not_null = true;
    unk.depends_on = reference.clone().into();
    super::access::add_references(&mut unk.depends_on, &expansion.depends_on);
    if certain
        || (fields.is_empty() && items.is_empty())
        || expansion.slots.iter().any(|s| s.existence.any_number)
    {
        // Its steps are the keys of the instances.
        unk.ty = match expansion.shape {
            Shape::Each => Ty::Map(Arc::new(Ty::Dynamic)),
            _ => Ty::List(Arc::new(Ty::Dynamic)),
        };
    }
    if fields.is_empty() && items.is_empty() {
        unk.reference = Some(reference);
    } else if expansion.slots.iter().any(|s| s.existence.any_number) {
        unk.partial = Some(Box::new(known));
        unk.reference = Some(reference);
    } else {
        // With all conditions met, and with those instances that exist in any case.
        let keep: Vec<bool> = expansion.slots.iter().map(|s| s.existence.is_certain()).collect();
        let mut at = 0;
        let mut certain_one = |_: &Val| {
            at += 1;
            keep.get(at - 1).copied().unwrap_or(false)
        };
        let least = if expansion.shape == Shape::Each {
            let fields = fields.into_iter().filter(|(_, _, v)| certain_one(v)).collect();
            Val::object(fields, origin)
        } else {
            let items = items.into_iter().filter(|v| certain_one(v)).collect();
            Val::tuple(items, origin)
        };
        unk.candidates = vec![known, least];
    }
    Val::new(K::Unknown(Arc::new(unk)), origin)
}

fn seen_block(block: &Val, path: &Reference) -> Val {
    let K::Object(fields) = &block.k else { return block.clone() };
    let fields = fields
        .iter()
        .filter(|(_, _, v)| !v.is_null())
        .map(|(name, origin, value)| {
            let inner = path.then(Way::Attr(name.clone()));
            let value = match &value.k {
                K::Tuple(items) if items.iter().all(|i| matches!(i.k, K::Object(_))) && !items.is_empty() => {
                    let items = items
                        .iter()
                        .zip(0_u32..)
                        .map(|(i, n)| seen_block(i, &inner.then(Way::Index(n))))
                        .collect();
                    Val::tuple(items, value.origin)
                }
                _ => value.clone(),
            };
            (name.clone(), *origin, value)
        })
        .collect();
    let reference = Arc::new(path.clone());
    let mut unk = Unk::new(iaclint_value::Why::Attribute(reference.clone()));
    unk.not_null = true;
    unk.refer(reference);
    unk.partial = Some(Box::new(Val::object(fields, block.origin)));
    Val::new(K::Unknown(Arc::new(unk)), block.origin).marked(block.marks)
}

fn instance_key(base: &ResourceKey, key: Option<&super::expand::InstanceKey>) -> ResourceKey {
    match key {
        None => base.clone(),
        Some(key) => ResourceKey::new(base.root, ecow::eco_format!("{}{}", base.address, key.suffix())),
    }
}
