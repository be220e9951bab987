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
mod nested;
mod parameters;
mod program;
mod sam;
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
    fragment::of(project, assembly::load(project, directory, root), &[], root)
}

/// The templates that are deployed as a part of a template on its own: those of the stacks nested in it that are here, those within these,
/// and the modules that tools put into them. They are no roots of their own.
pub fn nested_templates(project: &Project, file: &Path) -> Vec<PathBuf> {
    const NAMES_ONE: [&str; 4] = ["TemplateURL", "AWS::Serverless::Application", "Rain::Module", "Modules"];
    match project.read_text(file) {
        Ok(source) if NAMES_ONE.iter().any(|words| source.text.contains(words)) => {
            nested::files_within(project, file)
        }
        _ => Vec::new(),
    }
}

/// Loads one template on its own as one root, with the values that these files give for its parameters.
pub fn load_template(project: &Project, file: &Path, parameters: &[PathBuf], root: RootId) -> Fragment {
    fragment::of(project, assembly::single(project, file, root), parameters, root)
}
