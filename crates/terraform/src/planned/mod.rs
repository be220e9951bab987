//! Plans as `terraform show -json` prints them: what a root is about to be, as Terraform itself has worked it out.

mod addresses;
mod configuration;
mod fragment;
mod links;
mod names;
mod overlay;
mod values;

use iaclint_source::{Problem, ProblemKind, Project, SourceFile, Span};
use iaclint_value::{Name, OriginArena, Value, json};
use rustc_hash::{FxHashMap, FxHashSet};

use std::path::Path;
use std::sync::Arc;

use addresses::join;
pub(crate) use fragment::alone;
pub(crate) use overlay::fill;

/// How deep modules nest in a plan that is read.
const MAX_DEEP: usize = 64;

/// Whether a JSON text is a plan, from what it holds: a state says `values` where a plan says `planned_values`.
pub fn is_plan(text: &str) -> bool {
    let has = |key: &str| text.contains(key);
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
        && has("\"format_version\"")
        && has("\"terraform_version\"")
        && (has("\"planned_values\"") || has("\"resource_changes\""))
}

/// A plan that was read.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) file: Arc<SourceFile>,
    root: Value,
    /// What will be there, in the order of the file, data sources included.
    pub(crate) resources: Vec<Planned>,
    by_address: FxHashMap<Name, usize>,
}

/// A resource instance that will be there, or a data source that was or will be read.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    /// `module.a["x"].aws_s.b[0]`.
    pub(crate) address: Name,
    /// The module instance that it stands in; empty for the root.
    pub(crate) module: Name,
    /// `aws_s.b`, `data.aws_s.b`.
    pub(crate) declared: Name,
    pub(crate) data: bool,
    pub(crate) type_name: Name,
    pub(crate) name: Name,
    /// The instance key.
    pub(crate) index: Option<Value>,
    /// Its attributes; those that are not known yet are left out.
    pub(crate) values: Value,
    /// `true` where a part is not known yet.
    pub(crate) unknown: Option<Value>,
    /// `true` where a part is sensitive.
    pub(crate) sensitive: Option<Value>,
    /// Its address as the plan writes it.
    pub(crate) header: Span,
    /// All that the plan says of its values.
    pub(crate) whole: Span,
}

impl Planned {
    /// An attribute that is known and not null.
    pub(crate) fn known(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|v| !v.is_null())
    }
}

impl Plan {
    /// Reads a plan; the origins of its values are of `arena`.
    pub(crate) fn read(project: &Project, path: &Path, arena: &mut OriginArena) -> Result<Plan, Problem> {
        let shown = project.relative(path);
        let file = project.read_text(path).map_err(|e| e.problem(&shown))?;
        let read = json::parse_file(&file, arena).map_err(|error| Problem {
            span: error.span,
            ..Problem::new(ProblemKind::Unreadable, error.message).in_file(&shown)
        })?;
        if !is_plan(&file.text) {
            let message = "this is not a plan as `terraform show -json` prints it";
            return Err(Problem::new(ProblemKind::Unreadable, message).in_file(&shown));
        }
        let root = read.value;
        let mut collected = Collected {
            file: &file,
            arena,
            unknown: unknown(&root),
            data: FxHashSet::default(),
            out: Vec::new(),
        };
        let planned = root.get("planned_values").and_then(|v| v.get("root_module"));
        let read_before =
            root.get("prior_state").and_then(|s| s.get("values")).and_then(|v| v.get("root_module"));
        for (module, only_data) in [(planned, false), (read_before, true)] {
            if let Some(module) = module {
                collected.module(module, &Name::new(), only_data, 0);
            }
        }
        let resources = collected.out;
        let by_address = resources.iter().enumerate().map(|(at, r)| (r.address.clone(), at)).collect();
        Ok(Plan { file, root, resources, by_address })
    }

    /// The resource instance at an address.
    pub(crate) fn resource(&self, address: &str) -> Option<&Planned> {
        self.resources.get(*self.by_address.get(address)?)
    }

    /// The values of the root's variables.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&Name, &Value)> {
        let variables = self.root.get("variables").and_then(Value::as_object);
        let fields = variables.into_iter().flat_map(|o| &o.fields);
        fields.filter_map(|(name, _, v)| Some((name, v.get("value")?)))
    }

    /// Whether Terraform planned everything, without `-target` and without an error.
    pub(crate) fn is_whole(&self) -> bool {
        let says = |key: &str| self.root.get(key).and_then(Value::as_bool);
        // Versions before 1.8 do not say whether a plan is complete.
        says("complete") == Some(true) && says("errored") != Some(true)
    }

    /// The planned value of an output of the root.
    fn output(&self, name: &str) -> Option<&Value> {
        self.root.get("planned_values")?.get("outputs")?.get(name)
    }

    fn configuration(&self) -> Option<&Value> {
        self.root.get("configuration")
    }

    /// What the root module declares: resources as `aws_s.b`, calls as `module.a`.
    pub(crate) fn declared(&self) -> Vec<Name> {
        let Some(root) = self.configuration().and_then(|c| c.get("root_module")) else { return Vec::new() };
        let resources = root.get("resources").and_then(Value::as_list);
        let addresses = resources.into_iter().flat_map(|l| &l.items).filter_map(|r| text(r, "address"));
        let calls = root.get("module_calls").and_then(Value::as_object);
        let calls = calls.into_iter().flat_map(|o| &o.fields).map(|(name, ..)| join("module", name));
        addresses.chain(calls).collect()
    }
}

/// The text of a field.
fn text(value: &Value, name: &str) -> Option<Name> {
    value.get(name)?.as_str().map(|t| Name::from(t.as_ref()))
}

/// Which parts of which resource are not known yet.
fn unknown(root: &Value) -> FxHashMap<Name, Value> {
    let changes = root.get("resource_changes").and_then(Value::as_list);
    let changes = changes.into_iter().flat_map(|l| &l.items);
    changes
        // A deposed object is what is left of a replaced one: it goes.
        .filter(|change| change.get("deposed").is_none())
        .filter_map(|change| {
            Some((text(change, "address")?, change.get("change")?.get("after_unknown")?.clone()))
        })
        .collect()
}

struct Collected<'a> {
    file: &'a SourceFile,
    arena: &'a OriginArena,
    unknown: FxHashMap<Name, Value>,
    /// The data sources so far.
    data: FxHashSet<Name>,
    out: Vec<Planned>,
}

impl Collected<'_> {
    fn module(&mut self, module: &Value, address: &Name, only_data: bool, depth: usize) {
        let list = |name: &str| module.get(name).and_then(Value::as_list).into_iter().flat_map(|l| &l.items);
        for resource in list("resources") {
            self.resource(resource, address, only_data);
        }
        if depth < MAX_DEEP {
            for child in list("child_modules") {
                if let Some(address) = text(child, "address") {
                    self.module(child, &address, only_data, depth + 1);
                }
            }
        }
    }

    fn resource(&mut self, resource: &Value, module: &Name, only_data: bool) {
        let (Some(address), Some(type_name), Some(name)) =
            (text(resource, "address"), text(resource, "type"), text(resource, "name"))
        else {
            return;
        };
        let data = text(resource, "mode").as_deref() == Some("data");
        if only_data && (!data || self.data.contains(&address)) {
            return;
        }
        if data {
            self.data.insert(address.clone());
        }
        let place = |value: Option<&Value>| {
            let origin = value.and_then(|v| self.arena.get(v.origin));
            origin.map_or(Span::new(self.file.id, 0..0), |o| o.span)
        };
        let declared =
            if data { ecow::eco_format!("data.{type_name}.{name}") } else { join(&type_name, &name) };
        self.out.push(Planned {
            module: module.clone(),
            declared,
            data,
            type_name,
            name,
            index: resource.get("index").filter(|i| !i.is_null()).cloned(),
            values: resource.get("values").cloned().unwrap_or_else(|| Value::object([], resource.origin)),
            unknown: self.unknown.get(&address).cloned(),
            sensitive: resource.get("sensitive_values").cloned(),
            header: place(resource.get("address")),
            whole: place(Some(resource)),
            address,
        });
    }
}
