//! Services of a compose file that a script writes.

use iaclint_value::{Name, Text};

use crate::Word;
use crate::container_run::{ContainerRun, ContainerVariable, RestartPolicy, port_of};
use crate::script::text_span;
use crate::yaml::{self, Yaml};

/// Whether a path is that of a compose file.
pub(crate) fn is_compose_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let Some((stem, kind)) = name.rsplit_once('.') else { return false };
    matches!(kind, "yml" | "yaml") && (stem.starts_with("docker-compose") || stem.starts_with("compose"))
}

/// The services of a compose file, as containers that run detached.
pub(crate) fn services_of(content: &Text) -> Vec<ContainerRun> {
    let Some(file) = yaml::read(content) else { return Vec::new() };
    let Some(Yaml::Map(services)) = file.get("services") else { return Vec::new() };
    services.iter().map(|(name, service)| container(name, service)).collect()
}

fn container(name: &str, service: &Yaml) -> ContainerRun {
    let word = |key: &str| service.get(key).and_then(Yaml::text).map(word_of);
    let list = |key: &str| {
        service.get(key).map(Yaml::items).unwrap_or_default().iter().filter_map(Yaml::text).map(word_of)
    };
    let environment = match service.get("environment") {
        Some(Yaml::Map(fields)) => fields
            .iter()
            .map(|(name, value)| {
                let value = value.text().map(word_of);
                ContainerVariable {
                    name: name.as_str().into(),
                    span: value.as_ref().and_then(|v| v.span),
                    value,
                }
            })
            .collect(),
        _ => list("environment").map(|w| ContainerVariable::of(&w, None)).collect(),
    };
    let image = word("image");
    ContainerRun {
        span: image.as_ref().and_then(|i| i.span),
        image,
        name: word("container_name"),
        ports: list("ports").filter_map(|w| port_of(&w)).collect(),
        restart: word("restart").map(|policy| RestartPolicy { span: policy.span, policy }),
        memory: word("mem_limit"),
        environment,
        environment_files: list("env_file").chain(word("env_file")).collect(),
        volumes: list("volumes").collect(),
        network: word("network_mode"),
        detached: true,
        service: Some(Name::from(name)),
        // A policy may also stand under `deploy`, and all of it in another file.
        opaque: service.get("deploy").is_some()
            || service.get("extends").is_some()
            || service.get("<<").is_some(),
        ..ContainerRun::default()
    }
}

fn word_of(text: &Text) -> Word {
    Word::of_text(text.clone(), text_span(text))
}
