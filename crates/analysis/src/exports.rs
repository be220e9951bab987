//! Exports: what stacks take from each other under a name.

use iaclint_model::{Language, Model, ResourceId, User};
use iaclint_value::{Data, Name, OriginId, ResourceKey, Target, Value, Via};

/// A name under which a resource takes a value that no stack of the run exports.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// Who takes it.
    pub id: ResourceId,
    /// The name.
    pub name: Name,
    /// Where it is taken.
    pub origin: OriginId,
}

/// An attribute of a resource that another stack takes by an export.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The resource.
    pub of: ResourceId,
    /// The attribute.
    pub attribute: String,
    /// The name of the export.
    pub name: Name,
    /// The place of the exported value.
    pub origin: OriginId,
    /// Who takes it.
    pub by: ResourceId,
}

/// The names of every export of the run that are known.
pub fn names<'m>(model: &'m Model<'m>) -> Vec<&'m Name> {
    let roots = model.graph().roots().iter().filter(|r| r.language != Language::Terraform);
    roots.flat_map(|r| &r.exports).map(|(name, _)| name).filter(|name| is_known(name)).collect()
}

/// Whether a name has no part that is filled in at the deployment.
fn is_known(name: &str) -> bool {
    !name.contains("${")
}

/// Every import of a known name that no stack of the run exports; each name once a resource.
pub fn unresolved<'m>(model: &'m Model<'m>) -> Vec<Unresolved> {
    let mut out: Vec<Unresolved> = Vec::new();
    for id in model.ids().filter(|id| model.language(*id) != Language::Terraform) {
        model.resource(id).body.walk(&mut |value| {
            let Data::Reference(reference) = &value.data else { return };
            let Target::Import(name) = &reference.target else { return };
            let known = out.iter().any(|u| u.id == id && u.name == *name);
            if is_known(name) && !known && model.graph().export(name).is_none() {
                out.push(Unresolved { id, name: name.clone(), origin: value.origin });
            }
        });
    }
    out
}

/// Whether a stack called so stands once in the root of a resource, and has no such output.
pub fn lacks_output<'m>(model: &'m Model<'m>, by: ResourceId, stack: &str, output: &str) -> bool {
    let root = model.resource(by).key.root;
    let scopes = model.graph().roots().iter().filter(|r| r.id == root).flat_map(|r| &r.scopes);
    let mut stacks = scopes.filter(|s| &*s.address == stack);
    match (stacks.next(), stacks.next()) {
        (Some(only), None) => only.outputs.iter().all(|o| &*o.name != output),
        _ => false,
    }
}

/// Every attribute of a resource that is exported and that a resource of another stack takes by that export.
pub fn taken<'m>(model: &'m Model<'m>) -> Vec<Taken> {
    let mut out: Vec<Taken> = Vec::new();
    for root in model.graph().roots().iter().filter(|r| r.language != Language::Terraform) {
        // What the CDK exports for a stack of the same app is an output and no export of the root.
        let outputs = root.scopes.iter().flat_map(|s| &s.outputs).map(|o| (None, &o.value));
        let exports = root.exports.iter().map(|(name, value)| (Some(name), value));
        for (name, value) in exports.chain(outputs) {
            let Some((of, attribute)) = exported(model, value) else { continue };
            if out.iter().any(|t| t.of == of && t.attribute == attribute) {
                continue;
            }
            let importer = model.uses(of).iter().find_map(|used| match used.by {
                User::Resource(by) => Some((by, import_of(model, of, by, used.origin, name)?)),
                _ => None,
            });
            if let Some((by, name)) = importer {
                out.push(Taken { of, attribute, name, origin: value.origin, by });
            }
        }
    }
    out
}

/// The name under which `by` takes a value of `of` from its stack, if it does; of the export `name`, if one is given.
fn import_of<'m>(
    model: &'m Model<'m>,
    of: ResourceId,
    by: ResourceId,
    origin: OriginId,
    name: Option<&Name>,
) -> Option<Name> {
    let (there, here) = (model.resource(of), model.resource(by));
    if there.scope == here.scope && there.key.root == here.key.root {
        return None;
    }
    let followed = model.origins().trail(origin).into_iter().find_map(|step| match &step.via {
        Via::Import(found) if name.is_none_or(|name| name == found) => Some(found.clone()),
        _ => None,
    });
    followed.or_else(|| name.filter(|name| imports(&here.body, name)).cloned())
}

/// Whether a value holds an import of this name.
fn imports(value: &Value, name: &Name) -> bool {
    value.references().iter().any(|r| matches!(&r.target, Target::Import(n) if n == name))
}

fn exported<'m>(model: &'m Model<'m>, value: &'m Value) -> Option<(ResourceId, String)> {
    let reference = value.as_reference()?;
    let key: &ResourceKey = reference.key()?;
    let [id] = model.graph().resolve(key) else { return None };
    Some((*id, reference.attribute()))
}
