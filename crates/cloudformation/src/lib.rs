//! CloudFormation templates and CDK cloud assemblies: files in, a fragment of the resource graph out.
//!
//! It knows the CDK only through its cloud assembly. Whatever is wrong with the input becomes a problem with a place; what can still be
//! read is read.

mod assembly;
mod assets;
mod detect;
mod directives;
mod eval;
mod expand;
mod fragment;
mod metadata;
mod program;
mod source_map;
mod stack;
mod template;
mod yaml;
mod yaml_text;

use std::path::Path;

use iaclint_graph::Fragment;
use iaclint_source::Project;
use iaclint_value::RootId;

pub use detect::{is_assembly, is_template};

/// Loads one assembly (with nested assemblies and nested stacks) as one root.
pub fn load_assembly(project: &Project, directory: &Path, root: RootId) -> Fragment {
    fragment::of(project, assembly::load(project, directory, root), root)
}

/// Loads one template on its own as one root.
pub fn load_template(project: &Project, file: &Path, root: RootId) -> Fragment {
    fragment::of(project, assembly::single(project, file, root), root)
}
