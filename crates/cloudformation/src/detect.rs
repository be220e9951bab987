//! What a file or directory is, told from its content, cheaply.

use std::path::Path;

use iaclint_source::Project;

/// Whether a directory holds a cloud assembly: a `manifest.json` with artifacts of the CDK.
pub fn is_assembly(project: &Project, directory: &Path) -> bool {
    const KINDS: [&str; 4] =
        ["\"aws:cloudformation:stack\"", "\"cdk:cloud-assembly\"", "\"cdk:tree\"", "\"cdk:asset-manifest\""];
    let manifest = directory.join("manifest.json");
    project.is_file(&manifest)
        && project.read_text(&manifest).is_ok_and(|file| {
            file.text.contains("\"artifacts\"") && KINDS.iter().any(|kind| file.text.contains(kind))
        })
}

/// Whether a text is a CloudFormation template in JSON or YAML, by its content: at the top `Resources` whose entries have a `Type`, or
/// `AWSTemplateFormatVersion`, or a `Transform` of AWS.
pub fn is_template(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        Some('{') => is_json_template(text),
        Some(_) => is_yaml_template(text),
        None => false,
    }
}

/// Walks over the JSON without building anything, remembering the keys on the way to each string.
fn is_json_template(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, 0usize);
    // The keys at depth 1 to 3, as byte ranges.
    let mut keys: [&str; 4] = [""; 4];
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' => depth += 1,
            b'[' => {
                depth += 1;
                // What stands in a list has no key.
                if let Some(key) = keys.get_mut(depth) {
                    *key = "";
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at + 1;
                at = start;
                while let Some(&b) = bytes.get(at) {
                    match b {
                        b'"' => break,
                        b'\\' => at += 1,
                        _ => {}
                    }
                    at += 1;
                }
                let string = text.get(start..at.min(text.len())).unwrap_or_default();
                let rest = text.get(at + 1..).unwrap_or_default().trim_start();
                if rest.starts_with(':') {
                    if depth == 1 && string == "AWSTemplateFormatVersion" {
                        return true;
                    }
                    if depth == 2 && keys[1] == "Resources" && string.starts_with("Fn::ForEach::") {
                        return true;
                    }
                    if let Some(key) = keys.get_mut(depth) {
                        *key = string;
                    }
                } else if (depth == 3
                    && keys[1] == "Resources"
                    && !keys[2].is_empty()
                    && keys[3] == "Type"
                    && string.contains("::"))
                    || (keys[1] == "Transform" && depth <= 3 && string.starts_with("AWS::"))
                {
                    return true;
                }
            }
            _ => {}
        }
        at += 1;
    }
    false
}

fn is_yaml_template(text: &str) -> bool {
    let mut top = "";
    for line in text.lines() {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        // What a generator makes a template of is none yet.
        if content.starts_with("{%") {
            return false;
        }
        let indented = content.len() < line.len() || content.starts_with('-');
        if !indented {
            top = content.split(':').next().unwrap_or_default().trim_matches(['"', '\'', ' ']);
            if top == "AWSTemplateFormatVersion" && content.contains(':') {
                return true;
            }
        }
        if top == "Resources" && indented && content.starts_with('-') {
            // A list of resources is another tool's.
            top = "";
        }
        let value = |key: &str| -> Option<&str> {
            let rest = content.trim_start_matches(['"', '\'']).strip_prefix(key)?;
            Some(rest.trim_start_matches(['"', '\'']).strip_prefix(':')?.trim().trim_matches(['"', '\'']))
        };
        if top == "Resources" && indented && value("Type").is_some_and(|v| v.contains("::")) {
            return true;
        }
        if top == "Transform" && content.contains("AWS::") {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_told_by_content() {
        for yes in [
            r#"{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}"#,
            r#"{"Description": "\"x", "AWSTemplateFormatVersion": "2010-09-09""#,
            r#"{"Transform": ["AWS::Serverless-2016-10-31"], "Resources": {}}"#,
            r#"{"Resources": {"Fn::ForEach::A": ["B", ["c"], {"D${B}": {"Type": "AWS::S3::Bucket"}}]}}"#,
            "AWSTemplateFormatVersion: 2010-09-09\n",
            "# hello\n---\nResources:\n  A:\n    Type: 'AWS::S3::Bucket'\n",
            "'Resources':\n  A:\n    Type: Custom::X\n",
            "Transform: AWS::Serverless-2016-10-31\n",
        ] {
            assert!(is_template(yes), "{yes}");
        }
        for no in [
            "",
            "[]",
            r#"{"name": "x", "Resources": ["a"]}"#,
            r#"{"Resources": {"A": {"Type": "object"}}}"#,
            r#"{"definitions": {"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}}"#,
            "Resources:\n  cpu: 1\n",
            "Resources:\n  - Target:\n      Type: AWS::ECS::Service\n",
            r#"{"Resources": [{"Type": "AWS::ECS::Service"}]}"#,
            "{% if x %}\nResources:\n  A:\n    Type: AWS::S3::Bucket\n",
            "kind: Deployment\nspec:\n  Type: AWS::S3::Bucket\n",
            "{\"",
            "{\"a\\",
        ] {
            assert!(!is_template(no), "{no}");
        }
    }

    #[test]
    fn an_assembly_has_a_manifest_of_the_cdk() {
        let project = Project::in_memory([
            ("/out/manifest.json", r#"{"version": "55.0.0", "artifacts": {"A": {"type": "cdk:tree"}}}"#),
            ("/web/manifest.json", r#"{"name": "app", "artifacts": 1}"#),
        ]);
        assert!(is_assembly(&project, Path::new("out")));
        assert!(!is_assembly(&project, Path::new("web")));
        assert!(!is_assembly(&project, Path::new("none")));
    }
}
