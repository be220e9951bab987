//! Terraform and OpenTofu: a directory of `.tf` files to resources.

mod convert;
mod export;
mod functions;
mod num;
mod ops;
mod ty;
mod val;
