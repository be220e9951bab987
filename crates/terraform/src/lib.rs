//! Terraform and OpenTofu: a directory of `.tf` files to resources.

mod convert;
mod eval;
mod export;
mod functions;
mod ir;
mod loader;
mod lower;
mod module;
mod equality;
mod json_out;
mod num;
mod ops;
mod sets;
mod template;
mod ty;
mod unify;
mod val;

pub use loader::{Inputs, Loader, ModuleSummary};
