//! Single expressions and whole roots, answered in the form in which Terraform's own answers are recorded.

use std::path::Path;
use std::sync::Arc;

use iaclint_value::RootId;

use crate::eval::Evaluator;
use crate::loader::{Inputs, Loader};
use crate::provider::Provider;

/// What an expression yields as if it stood in a `locals` block of the module in `directory`, as one JSON object: `json` (the text
/// of `jsonencode`) and `type`; `unknown`; `after` with `after_unknown` where parts are unknown; or `error` with its `message`.
pub fn answer(loader: &Loader<'_>, directory: &Path, expression: &str) -> String {
    let inputs = Inputs::default();
    Loader::on_its_own_stack(|| Evaluator::new(loader, RootId(0), &inputs).answer(directory, expression))
}

/// What a first deployment of the root module in `directory` would make, as one JSON object in the words of `terraform show -json`:
/// `output_changes` with `after` and `after_unknown`, `planned_values`, `resource_changes`, `checks`; or `error` with `diagnostics`.
/// Without the provider's schema, what a resource does not say stays open.
pub fn plan(
    loader: &Loader<'_>,
    directory: &Path,
    inputs: &Inputs,
    provider: Option<&Arc<Provider>>,
) -> String {
    Loader::on_its_own_stack(|| Evaluator::new(loader, RootId(0), inputs).plan(directory, provider.cloned()))
}
