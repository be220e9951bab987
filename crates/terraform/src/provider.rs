//! What a provider tells of its resources: the attributes and blocks of each type, and what its data sources answer.

use iaclint_source::Sources;
use iaclint_value::{Name, OriginArena, OriginId, Value, json};
use rustc_hash::FxHashMap;

use crate::export::import;
use crate::ty::{Field, Ty};
use crate::val::{Fields, K, Unk, Val};

/// The schema of a provider. A plan is a function of the configuration and of this: what a block leaves out is null or known after the
/// deployment, as the schema says.
#[derive(Debug, Default)]
pub struct Provider {
    resources: FxHashMap<Name, Schema>,
    data: FxHashMap<Name, Schema>,
    /// What data sources answer, by type and attribute.
    answers: FxHashMap<Name, Vec<(Name, Val)>>,
}

/// What a block may hold.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    attributes: Vec<(Name, Attribute)>,
    blocks: Vec<(Name, Nesting, Schema)>,
}

/// An attribute of a block.
#[derive(Debug)]
pub(crate) struct Attribute {
    ty: Ty,
    /// The provider sets it where the configuration does not.
    computed: bool,
}

/// How blocks of a kind are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Nesting {
    Single,
    List,
    Set,
    Map,
}

/// A part of a schema by its name.
pub(crate) enum Member<'s> {
    Attribute(&'s Attribute),
    Blocks(&'s Blocks),
}

/// Blocks of a kind, and what each may hold.
pub(crate) type Blocks = (Name, Nesting, Schema);

impl Provider {
    /// Reads `{"resources": {TYPE: BLOCK}, "data": {TYPE: BLOCK}, "values": {TYPE: {ATTRIBUTE: VALUE}}}`, where a block is
    /// `{"attrs": {NAME: [TYPE, "r" | "o" | "c" | "oc"]}, "blocks": {NAME: ["list" | "set" | "single" | "map", BLOCK]}}` and a type is
    /// written as Terraform writes it in JSON.
    pub fn read(text: &str) -> Result<Provider, String> {
        let sources = Sources::default();
        let file = sources.add("provider.json", text.to_owned());
        let mut arena = OriginArena::default();
        let root = json::parse_file(&file, &mut arena).map_err(|error| error.message)?.value;
        let schemas = |section: &str| -> Result<FxHashMap<Name, Schema>, String> {
            members(root.get(section))
                .map(|(name, block)| {
                    Ok((
                        name.clone(),
                        schema(block, 0).ok_or_else(|| format!("{section}.{name} is no block"))?,
                    ))
                })
                .collect()
        };
        let answers = members(root.get("values"))
            .map(|(kind, values)| {
                (kind.clone(), members(Some(values)).map(|(n, v)| (n.clone(), import(v))).collect())
            })
            .collect();
        Ok(Provider { resources: schemas("resources")?, data: schemas("data")?, answers })
    }

    /// The schema of a managed resource or data source.
    pub(crate) fn schema(&self, data: bool, kind: &str) -> Option<&Schema> {
        if data { self.data.get(kind) } else { self.resources.get(kind) }
    }

    /// What a data source answers for an attribute.
    pub(crate) fn answer(&self, kind: &str, name: &str) -> Option<&Val> {
        self.answers.get(kind)?.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }
}

impl Schema {
    /// The names of all attributes and blocks.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Name> {
        let blocks = self.blocks.iter().map(|(name, _, _)| name);
        self.attributes.iter().map(|(name, _)| name).chain(blocks)
    }

    pub(crate) fn member(&self, name: &str) -> Option<Member<'_>> {
        let attribute = self.attributes.iter().find(|(n, _)| n == name).map(|(_, a)| Member::Attribute(a));
        attribute.or_else(|| self.blocks.iter().find(|(n, _, _)| n == name).map(Member::Blocks))
    }

    /// The type of a value of it.
    fn ty(&self) -> Ty {
        let attributes = self.attributes.iter().map(|(name, a)| Field::new(name.clone(), a.ty.clone()));
        let blocks =
            self.blocks.iter().map(|(name, nesting, inner)| Field::new(name.clone(), nesting.of(inner.ty())));
        let mut fields: Vec<Field> = attributes.chain(blocks).collect();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        Ty::object(fields)
    }

    /// A block with all that it does not say: null, or unknown where the provider sets it (in a data source that was read: null).
    fn complete(&self, block: &Val, plan: bool) -> Result<Val, String> {
        let Some(given) = block.fields() else { return Err("a block is no object".into()) };
        let find = |name: &str| given.iter().find(|(n, _, _)| n == name).map(|(_, _, v)| v);
        let mut fields: Fields = Vec::new();
        for (name, attribute) in &self.attributes {
            fields.push((name.clone(), block.origin, attribute.value(name, find(name), block.origin, plan)?));
        }
        for blocks in &self.blocks {
            fields.push((
                blocks.0.clone(),
                block.origin,
                of_blocks(blocks, find(&blocks.0), block.origin, plan)?,
            ));
        }
        Ok(Val::object(fields, block.origin).marked(block.marks))
    }
}

impl Member<'_> {
    /// What an attribute or the blocks of a kind are in a plan.
    pub(crate) fn value(
        &self,
        name: &str,
        given: Option<&Val>,
        origin: OriginId,
        plan: bool,
    ) -> Result<Val, String> {
        match self {
            Member::Attribute(attribute) => attribute.value(name, given, origin, plan),
            Member::Blocks(blocks) => of_blocks(blocks, given, origin, plan),
        }
    }
}

impl Attribute {
    fn value(&self, name: &str, given: Option<&Val>, origin: OriginId, plan: bool) -> Result<Val, String> {
        match given.filter(|v| !v.is_null()) {
            Some(value) => {
                crate::convert::convert(value, &self.ty).map_err(|error| format!("{name}: {error}"))
            }
            None if self.computed && plan => {
                let mut unk = Unk::new(iaclint_value::Why::Computed(name.into()));
                unk.ty = self.ty.clone();
                Ok(Val::unk(unk, origin))
            }
            None => Ok(Val::new(K::Null(self.ty.clone()), origin)),
        }
    }
}

impl Nesting {
    fn of(self, element: Ty) -> Ty {
        match self {
            Nesting::Single => element,
            Nesting::List => Ty::list(element),
            Nesting::Set => Ty::set(element),
            Nesting::Map => Ty::map(element),
        }
    }
}

fn of_blocks(
    (_, nesting, schema): &Blocks,
    given: Option<&Val>,
    origin: OriginId,
    plan: bool,
) -> Result<Val, String> {
    if let Some(unk) = given.and_then(Val::as_unknown) {
        let mut unk = unk.clone();
        unk.ty = nesting.of(schema.ty());
        unk.partial = None;
        return Ok(Val::unk(unk, origin));
    }
    let items: Vec<Val> = given
        .and_then(Val::elements)
        .unwrap_or_default()
        .iter()
        .map(|block| schema.complete(block, plan))
        .collect::<Result<_, _>>()?;
    let ty = schema.ty();
    Ok(match nesting {
        Nesting::Single => items.into_iter().next().unwrap_or_else(|| Val::new(K::Null(ty), origin)),
        Nesting::Set => Val::set(ty, items, origin),
        Nesting::List | Nesting::Map if ty.has_dynamic() => Val::tuple(items, origin),
        Nesting::List | Nesting::Map => Val::list(ty, items, origin),
    })
}

fn members(object: Option<&Value>) -> impl Iterator<Item = (&Name, &Value)> {
    object
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|o| &o.fields)
        .map(|(name, _, value)| (name, value))
}

fn items(value: &Value) -> Option<&[Value]> {
    value.as_list().map(|list| list.items.as_slice())
}

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 32;

fn schema(block: &Value, depth: usize) -> Option<Schema> {
    if depth > MAX_DEPTH {
        return None;
    }
    let attributes = members(block.get("attrs")).map(|(name, attribute)| {
        let [kind, mode] = items(attribute)? else { return None };
        let mode = mode.as_str()?.into_owned();
        Some((name.clone(), Attribute { ty: ty(kind, 0)?, computed: mode.contains('c') }))
    });
    let blocks = members(block.get("blocks")).map(|(name, inner)| {
        let [nesting, inner] = items(inner)? else { return None };
        let nesting = match nesting.as_str()?.as_ref() {
            "single" => Nesting::Single,
            "list" => Nesting::List,
            "set" => Nesting::Set,
            "map" => Nesting::Map,
            _ => return None,
        };
        Some((name.clone(), nesting, schema(inner, depth + 1)?))
    });
    Some(Schema { attributes: attributes.collect::<Option<_>>()?, blocks: blocks.collect::<Option<_>>()? })
}

/// A type as Terraform writes it in JSON.
fn ty(value: &Value, depth: usize) -> Option<Ty> {
    if depth > MAX_DEPTH {
        return None;
    }
    if let Some(text) = value.as_str() {
        return Some(match text.as_ref() {
            "string" => Ty::String,
            "number" => Ty::Number,
            "bool" => Ty::Bool,
            "dynamic" => Ty::Dynamic,
            _ => return None,
        });
    }
    let [kind, inner] = items(value)? else { return None };
    Some(match kind.as_str()?.as_ref() {
        "list" => Ty::list(ty(inner, depth + 1)?),
        "set" => Ty::set(ty(inner, depth + 1)?),
        "map" => Ty::map(ty(inner, depth + 1)?),
        "tuple" => Ty::Tuple(items(inner)?.iter().map(|i| ty(i, depth + 1)).collect::<Option<_>>()?),
        "object" => Ty::object(
            members(Some(inner))
                .map(|(name, inner)| Some(Field::new(name.clone(), ty(inner, depth + 1)?)))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}
