//! The JSON schema of `iaclint.toml`, with the ids of the rules, for editors.

use serde_json::{Map, Value, json};

/// `docs/iaclint.schema.json` for these rules.
pub(crate) fn schema(rules: &[String]) -> String {
    let level = json!({ "enum": ["error", "warning", "advice"] });
    let rule_list = |what: &str| json!({ "description": what, "type": "array", "items": { "enum": rules }, "uniqueItems": true });
    let severity = |what: &str| {
        let each: Map<String, Value> = rules.iter().map(|rule| (rule.clone(), level.clone())).collect();
        json!({ "description": what, "type": "object", "properties": each, "additionalProperties": false })
    };
    let texts = |what: &str| json!({ "description": what, "type": "array", "items": { "type": "string" } });
    let with = |value: &Value, what: &str| {
        let mut value = value.clone();
        if let Some(object) = value.as_object_mut() {
            object.insert("description".to_owned(), what.into());
        }
        value
    };
    let roots = json!({
        "path": { "description": "The directory of the root, or the template, from this file.", "type": "string" },
        "environment": {
            "description": "The environment in which the files hold. Every environment is checked; `--environment` limits a run to one.",
            "type": "string"
        },
        "environments": texts("Globs, from this file: variable files of one environment each, which is named after the file."),
        "var-files": texts("Variable files of a Terraform root, in order, from this file."),
        "parameters": texts("Files of parameter values of a template, in order, from this file."),
    });
    let overrides = json!({
        "paths": texts("Globs, from this file."),
        "ignore": rule_list("Rules that are not shown there."),
        "severity": severity("Severities by rule, there."),
    });
    let list_of = |what: &str, properties: Value, required: Value| {
        json!({
            "description": what,
            "type": "array",
            "items": {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false
            }
        })
    };
    let document = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "iaclint.toml",
        "description": "What a project says once for all runs of iaclint.",
        "type": "object",
        "properties": {
            "level": with(&level, "The lowest severity that is shown."),
            "fail-on": with(&level, "The lowest severity that makes the exit status 1."),
            "select": rule_list("The only rules that run."),
            "ignore": rule_list("Rules that do not run."),
            "severity": severity("Severities by rule, in the place of their own."),
            "exclude": texts("Globs, from this file: what is not looked for."),
            "baseline": { "description": "The baseline, from this file.", "type": "string" },
            "roots": list_of("Files of values for single Terraform roots and templates.", roots, json!(["path"])),
            "overrides": list_of("What holds for some paths only.", overrides, json!(["paths"])),
        },
        "additionalProperties": false
    });
    // Texts and lists always serialize.
    serde_json::to_string_pretty(&document).map(|text| text + "\n").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::schema;

    #[test]
    fn the_rules_stand_in_the_schema() {
        let text = schema(&["a-rule".to_owned()]);
        assert_eq!(text.matches("\"a-rule\"").count(), 5, "{text}");
    }
}
