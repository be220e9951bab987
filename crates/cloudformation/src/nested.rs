//! Templates within templates: those of nested stacks, and the modules that tools put in before the deployment.

use std::path::{Path, PathBuf};

use iaclint_source::Project;
use iaclint_value::{Data, Name, Value};

use crate::assembly::{each_once, text};
use crate::assets::Files;

/// How files of templates end.
const ENDINGS: [&str; 4] = [".json", ".yaml", ".yml", ".template"];

/// What a nested stack names its template by.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// A file, relative to the assembly or to the template that names it.
    File(Name),
    /// The end of a URL, as far as it is written.
    Url(Name),
}

/// Whether a resource of this type is a stack of its own.
pub(crate) fn is_nested(type_name: &str) -> bool {
    matches!(type_name, "AWS::CloudFormation::Stack" | "AWS::Serverless::Application")
}

/// What a nested stack names its template by; `files` are those of the assembly's asset manifests.
pub(crate) fn named(resource: &Value, files: &Files) -> Option<Named> {
    if let Some(path) = resource.get("Metadata").and_then(|m| text(m, "aws:asset:path")) {
        return Some(Named::File(path));
    }
    let properties = resource.get("Properties")?;
    let location = properties.get("TemplateURL").or_else(|| properties.get("Location"))?;
    let mut found = None;
    location.walk(&mut |value| {
        let Data::Text(text) = &value.data else { return };
        let Some(text) = text.as_str() else { return };
        for part in text.split(|c: char| !c.is_ascii_hexdigit()) {
            if let Some(file) = files.get(part) {
                found = Some(Named::File(file.clone()));
            }
        }
    });
    if found.is_some() {
        return found;
    }
    let end = written_end(location)?;
    if !ENDINGS.iter().any(|ending| end.ends_with(ending)) {
        return None;
    }
    let is_path = location.as_str().is_some() && !end.contains("://");
    Some(if is_path { Named::File(end) } else { Named::Url(end) })
}

/// The end of a URL behind the last part that is put in at the deployment.
fn written_end(url: &Value) -> Option<Name> {
    if let Some(text) = url.as_str() {
        return Some(Name::from(&*text));
    }
    let [(function, _, argument)] = url.as_object()?.fields.as_slice() else { return None };
    let items = argument.as_list().map(|list| list.items.as_slice());
    match (function.as_str(), items) {
        ("Fn::Sub", None) => after_holes(argument),
        ("Fn::Sub", Some([template, ..])) => after_holes(template),
        ("Fn::Join", Some([_, parts])) => written_end(parts.as_list()?.items.last()?),
        _ => None,
    }
}

fn after_holes(template: &Value) -> Option<Name> {
    let text = template.as_str()?;
    Some(text.rsplit('}').next().unwrap_or_default().into())
}

/// The template of this project that a URL's end names: what is uploaded keeps its path. Relative to `directory`, where the template that
/// names it stands; a bare file name is only looked for there.
pub(crate) fn beside(project: &Project, directory: &Path, end: &str) -> Option<Name> {
    let end = end.split_once("://").map_or(end, |(_, rest)| rest);
    let mut rest = end.trim_start_matches('/');
    if rest.split('/').any(|part| part == "..") {
        return None;
    }
    let directory = project.absolute(directory);
    let above = || directory.ancestors().take_while(|d| d.starts_with(project.root()));
    loop {
        let depth = if rest.contains('/') { usize::MAX } else { 1 };
        let found = above().take(depth).position(|base| project.is_file(&base.join(rest)));
        if let (Some(up), false) = (found, rest.is_empty()) {
            return Some(format!("{}{rest}", "../".repeat(up)).into());
        }
        rest = rest.split_once('/')?.1;
    }
}

/// The files that a template on its own is deployed with, which are no roots then: the templates of the stacks nested in it, and the modules
/// that it names.
pub(crate) fn files_within(project: &Project, file: &Path) -> Vec<PathBuf> {
    let loaded = each_once(project, file);
    let mut out = Vec::new();
    for (at, stack) in loaded.stacks.iter().enumerate() {
        let path = project.absolute(Path::new(&stack.template.file.path));
        let directory = path.parent().unwrap_or(Path::new("")).to_path_buf();
        out.extend(stack.template.modules.iter().map(|module| project.absolute(&directory.join(&**module))));
        if at > 0 {
            out.push(path);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_is_uploaded_is_found_by_the_end_of_its_url() {
        let project = Project::in_memory([
            ("/app/master.yaml", ""),
            ("/app/infra/vpc.yaml", ""),
            ("/app/db.yaml", ""),
            ("/other.yaml", ""),
        ]);
        let found = |directory: &str, end: &str| beside(&project, Path::new(directory), end);
        assert_eq!(
            found("/app", "https://s3.amazonaws.com/b/infra/vpc.yaml").as_deref(),
            Some("infra/vpc.yaml")
        );
        assert_eq!(found("/app", "/db.yaml").as_deref(), Some("db.yaml"));
        assert_eq!(found("/app/infra", "/infra/vpc.yaml").as_deref(), Some("../infra/vpc.yaml"));
        // A bare name is too little to look for it elsewhere.
        assert_eq!(found("/app", "https://example.com/other.yaml"), None);
        assert_eq!(found("/app", "https://example.com/../other.yaml"), None);
    }
}
