//! CloudFormation templates and CDK cloud assemblies: files in, a fragment of the resource graph out.
//!
//! It knows the CDK only through its cloud assembly. Whatever is wrong with the input becomes a problem with a place; what can still be
//! read is read.

mod assembly;
mod assets;
mod detect;
mod directives;
pub mod edit;
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

use std::path::{Path, PathBuf};

use iaclint_graph::Fragment;
use iaclint_source::Project;
use iaclint_value::RootId;

pub use detect::{is_assembly, is_template};

/// Loads one assembly (with nested assemblies and nested stacks) as one root.
pub fn load_assembly(project: &Project, directory: &Path, root: RootId) -> Fragment {
    fragment::of(project, assembly::load(project, directory, root), root)
}

/// The templates that are deployed as a part of a template on its own: those of the stacks nested in it that are named by a path, and
/// those within these. They are no roots of their own.
pub fn nested_templates(project: &Project, file: &Path) -> Vec<PathBuf> {
    let names_one =
        |text: &str| text.contains("TemplateURL") || text.contains("AWS::Serverless::Application");
    match project.read_text(file) {
        Ok(source) if names_one(&source.text) => assembly::nested_files(project, file),
        _ => Vec::new(),
    }
}

/// Loads one template on its own as one root.
pub fn load_template(project: &Project, file: &Path, root: RootId) -> Fragment {
    fragment::of(project, assembly::single(project, file, root), root)
}
