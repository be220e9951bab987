//! Resources that applications are told of, and use under their own role.

use iaclint_model::called::{ConfiguredKind, configured_kind};
use iaclint_model::workload::{Setting, SettingKind};
use iaclint_model::{Model, ResourceId};
use iaclint_value::Value;

/// The resource that an environment variable names, if it is its name, ARN or URL and nothing else.
pub fn configured<'m>(
    model: &'m Model<'m>,
    setting: &Setting<'m>,
) -> Option<(ResourceId, &'static ConfiguredKind)> {
    let value = Some(setting.value).filter(|_| setting.kind == SettingKind::Environment)?;
    let kind = |id: &ResourceId| configured_kind(&model.resource(*id).type_name);
    if let Some(reference) = value.as_reference()
        && let [id] = model.resolve(reference)
    {
        let kind = kind(id)?;
        let managed = model.resource(*id).mode == iaclint_model::Mode::Managed;
        return (managed && kind.handles.contains(&model.follow(reference).attribute().as_str()))
            .then_some((*id, kind));
    }
    // A known name that was read from the resource.
    let text = value.as_str()?;
    let named = model.behind(value.origin).into_iter().find(|id| {
        let body = &model.resource(*id).body;
        let name = kind(id).and_then(|k| k.names.iter().find_map(|field| body.get(field)));
        name.and_then(Value::as_str).is_some_and(|n| n == text)
    })?;
    Some((named, kind(&named)?))
}
