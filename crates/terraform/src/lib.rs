//! Terraform and OpenTofu: a directory of `.tf` files to resources.

mod convert;
mod equality;
mod export;
mod functions;
mod json_out;
mod num;
mod ops;
mod sets;
mod template;
mod ty;
mod unify;
mod val;
