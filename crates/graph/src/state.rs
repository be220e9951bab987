//! How a root reads what another one has made: from its state, or by the name of a thing.

use iaclint_value::{Name, Step, Value};

use crate::{Mode, Resource};

/// The meta-argument of a `terraform_remote_state` that holds the name of the state it reads.
pub const STATE: &str = "state";

/// The meta-argument of a data source that finds a single thing by its name: `type` is the managed type that makes such things, `by` the
/// path in its body where the name stands, `name` the name, and `renamed` an object of attributes that the managed type calls otherwise.
pub const SOURCE: &str = "source";

/// The name under which a root exports an output of its state.
pub fn state_output(state: &str, output: &str) -> Name {
    format!("{state}#{output}").into()
}

/// The state that a resource reads.
pub(crate) fn state_read(resource: &Resource) -> Option<Name> {
    let reads = matches!(resource.type_name.as_str(), "terraform_remote_state" | "tfe_outputs");
    if resource.mode != Mode::Data || !reads {
        return None;
    }
    resource.meta.get(STATE).and_then(Value::as_str).map(|s| Name::from(s.as_ref()))
}

/// The output that a path into a state names, and the steps into that.
pub(crate) fn output_read(path: &[Step]) -> Option<(&Name, &[Step])> {
    let [Step::Attr(outputs), Step::Attr(name), rest @ ..] = path else { return None };
    matches!(outputs.as_str(), "outputs" | "values" | "nonsensitive_values").then_some((name, rest))
}
