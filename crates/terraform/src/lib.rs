//! Terraform and OpenTofu: a directory of `.tf` files to resources.

mod convert;
mod eval;
mod export;
mod functions;
mod ir;
mod loader;
mod lower;
mod module;
mod num;
mod ops;
mod ty;
mod val;

pub use loader::{Inputs, Loader, ModuleSummary};
