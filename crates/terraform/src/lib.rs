//! Terraform and OpenTofu: a directory of `.tf` files to resources.

mod convert;
pub mod edit;
mod equality;
mod eval;
mod export;
mod functions;
mod ir;
mod json_out;
mod loader;
mod lower;
mod module;
mod num;
mod ops;
pub mod oracle;
mod planned;
mod provider;
mod sets;
mod template;
mod ty;
mod unify;
mod uses;
mod val;
mod version;
mod weight;

pub use loader::{Assigned, Inputs, Loader, ModuleSummary, STACK_BYTES};
pub use planned::is_plan;
pub use provider::Provider;
