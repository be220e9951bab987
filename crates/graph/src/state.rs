//! How a root reads what another one has left in its state.

use iaclint_value::{Name, Value};

use crate::{Mode, Resource};

/// The meta-argument of a `terraform_remote_state` that holds the name of the state it reads.
pub const STATE: &str = "state";

/// The name under which a root exports an output of its state.
pub fn state_output(state: &str, output: &str) -> Name {
    format!("{state}#{output}").into()
}

/// The state that a resource reads.
pub(crate) fn state_read(resource: &Resource) -> Option<Name> {
    if resource.mode != Mode::Data || resource.type_name != "terraform_remote_state" {
        return None;
    }
    resource.meta.get(STATE).and_then(Value::as_str).map(|s| Name::from(s.as_ref()))
}
