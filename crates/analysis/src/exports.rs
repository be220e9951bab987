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

/// Every attribute of a resource that is exported and that a resource of another stack takes by that export.
pub fn taken<'m>(model: &'m Model<'m>) -> Vec<Taken> {
    let mut out = Vec::new();
    for root in model.graph().roots().iter().filter(|r| r.language != Language::Terraform) {
        for (name, value) in &root.exports {
            let Some((of, attribute)) = exported(model, value) else { continue };
            let scope = model.resource(of).scope;
            let takes = |by: ResourceId, origin: OriginId| {
                let at = model.resource(by);
                let apart = at.scope != scope || at.key.root != root.id;
                let trail = model.origins().trail(origin);
                let followed = || trail.iter().any(|o| matches!(&o.via, Via::Import(n) if n == name));
                apart && (followed() || imports(&at.body, name))
            };
            let importer = model.uses(of).iter().find_map(|used| match used.by {
                User::Resource(by) if takes(by, used.origin) => Some(by),
                _ => None,
            });
            if let Some(by) = importer {
                out.push(Taken { of, attribute, name: name.clone(), origin: value.origin, by });
            }
        }
    }
    out
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
