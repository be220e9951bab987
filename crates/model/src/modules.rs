//! What the outputs of the most used public modules are, where the module itself is not here: `data/modules.json`.

use std::collections::HashMap;
use std::sync::OnceLock;

use iaclint_value::{Reference, Step, Target};

type Outputs = HashMap<String, (String, String)>;

fn table() -> &'static HashMap<String, Outputs> {
    static TABLE: OnceLock<HashMap<String, Outputs>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let json: serde_json::Value = serde_json::from_str(include_str!("../data/modules.json"))
            .expect("a test reads the file with the same parser");
        let modules = json.get("modules").and_then(serde_json::Value::as_object).into_iter().flatten();
        let outputs = |outputs: &serde_json::Value| -> Outputs {
            let outputs = outputs.as_object().into_iter().flatten();
            let attribute = |text: &str| text.split_once('.').map(|(t, a)| (t.to_owned(), a.to_owned()));
            outputs.filter_map(|(name, text)| Some((name.clone(), attribute(text.as_str()?)?))).collect()
        };
        modules.map(|(name, o)| (name.clone(), outputs(o))).collect()
    })
}

/// The resource type and its attribute that an output of a module is.
pub fn output(source: &str, name: &str) -> Option<(&'static str, &'static str)> {
    let outputs = table().get(&module_name(source)?)?;
    let (type_name, attribute) =
        outputs.get(name).or_else(|| outputs.get(name.strip_prefix("this_").unwrap_or(name)))?;
    Some((type_name, attribute))
}

/// The resource type and its attribute that a reference to an output of a module is.
pub fn referred(reference: &Reference) -> Option<(&'static str, &'static str)> {
    let Target::Module { source, .. } = &reference.target else { return None };
    let (name, rest) = named_output(reference)?;
    rest.iter().all(|s| !matches!(s, Step::Attr(_))).then(|| output(source, name)).flatten()
}

/// The output of the same module that is this attribute of the same type: its name.
pub(crate) fn beside(source: &str, type_name: &str, attribute: &str) -> Option<&'static str> {
    let outputs = table().get(&module_name(source)?)?;
    let mut found: Vec<&str> = outputs
        .iter()
        .filter(|(_, (t, a))| t == type_name && a == attribute)
        .map(|(n, _)| n.as_str())
        .collect();
    found.sort_unstable();
    found.first().copied()
}

/// The output that a reference names, past the key of the instance, and the steps into it.
pub(crate) fn named_output(reference: &Reference) -> Option<(&str, &[Step])> {
    match reference.path.as_slice() {
        [Step::Attr(name), rest @ ..] | [Step::Any | Step::Index(_), Step::Attr(name), rest @ ..] => {
            Some((name, rest))
        }
        _ => None,
    }
}

/// `owner/name` of a module of AWS from the registry or from its repository, with `//modules/x` for one inside another.
fn module_name(source: &str) -> Option<String> {
    let source = source.split('?').next().unwrap_or_default();
    let path = source.strip_prefix("git::").unwrap_or(source);
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let (path, inner) = path.split_once("//").map_or((path, None), |(path, inner)| (path, Some(inner)));
    let path = path.rsplit_once('@').map_or(path, |(_, rest)| rest);
    let path = path.trim_end_matches(".git").replace("github.com:", "github.com/");
    let mut parts: Vec<&str> = path.split('/').collect();
    if parts.first().is_some_and(|host| host.contains('.')) {
        parts.remove(0);
    }
    let name = match parts[..] {
        [owner, name, "aws"] => format!("{owner}/{name}"),
        [owner, repository] => format!("{owner}/{}", repository.strip_prefix("terraform-aws-")?),
        _ => return None,
    };
    Some(match inner {
        Some(inner) => format!("{name}//{}", inner.trim_matches('/')),
        None => name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_known_by_its_registry_name_and_by_its_repository() {
        for source in [
            "terraform-aws-modules/rds/aws",
            "registry.terraform.io/terraform-aws-modules/rds/aws",
            "github.com/terraform-aws-modules/terraform-aws-rds",
            "git::https://github.com/terraform-aws-modules/terraform-aws-rds.git?ref=v6.0.0",
            "git@github.com:terraform-aws-modules/terraform-aws-rds.git",
        ] {
            for name in ["db_instance_endpoint", "this_db_instance_endpoint"] {
                assert_eq!(output(source, name), Some(("aws_db_instance", "endpoint")), "{source}");
            }
        }
        assert_eq!(
            output("terraform-aws-modules/rds/aws//modules/db_option_group", "db_instance_endpoint"),
            None
        );
        let role = output("terraform-aws-modules/ecs/aws//modules/service", "tasks_iam_role_arn");
        assert_eq!(role, Some(("aws_iam_role", "arn")));
        assert_eq!(output("acme/rds/aws", "db_instance_endpoint"), None);
    }

    #[test]
    fn the_host_beside_an_endpoint_is_named() {
        let source = "terraform-aws-modules/rds/aws";
        assert_eq!(beside(source, "aws_db_instance", "address"), Some("db_instance_address"));
    }
}
