//! `cargo xtask seeds`: what fuzzing starts from, collected from the fixtures, the rules' pages and the seeds that are written for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::catalogue::folders;

/// A larger seed costs more than it tells.
const MAX_BYTES: usize = 12_000;

/// Inputs by the name of their target.
type Seeds = BTreeMap<String, Vec<String>>;

/// Writes the seeds to `fuzz/corpus`, beside what fuzzing has found.
pub(crate) fn write(root: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    for (target, inputs) in collect(root) {
        let directory = root.join("fuzz/corpus").join(&target);
        if let Err(error) = std::fs::create_dir_all(&directory) {
            faults.push(format!("{}: {error}", directory.display()));
        }
        for (number, input) in inputs.iter().enumerate() {
            let file = directory.join(format!("seed-{number}"));
            if let Err(error) = std::fs::write(&file, input) {
                faults.push(format!("{}: {error}", file.display()));
            }
        }
    }
    faults
}

fn collect(root: &Path) -> Seeds {
    let mut seeds = Seeds::new();
    let written = root.join("fuzz/seeds");
    for file in files(&written) {
        let target = file.strip_prefix(&written).ok().and_then(|f| f.iter().next()).unwrap_or_default();
        add(&mut seeds, &target.to_string_lossy(), text(&file));
    }
    for file in files(&root.join("fixtures")) {
        fixture(&mut seeds, &file);
    }
    for folder in folders(root) {
        page(&mut seeds, &text(&folder.path.join("README.md")));
    }
    for inputs in seeds.values_mut() {
        inputs.sort();
        inputs.dedup();
    }
    seeds
}

fn add(seeds: &mut Seeds, target: &str, input: String) {
    if !input.is_empty() && input.len() <= MAX_BYTES {
        seeds.entry(target.to_owned()).or_default().push(input);
    }
}

fn fixture(seeds: &mut Seeds, file: &Path) {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let content = text(file);
    match name.rsplit_once('.') {
        Some((_, "tf")) => terraform(seeds, content),
        Some((stem, "json")) if stem.ends_with(".template") => {
            if let Ok(template) = serde_json::from_str(&content) {
                policies(seeds, &template);
            }
            let manifest = "{\"artifacts\": {\"A\": {\"type\": \"aws:cloudformation:stack\", \"properties\": {\"templateFile\": \"A.json\"}}}}";
            add(seeds, "assembly", format!("{manifest}\n--- /cdk.out/A.json\n{content}"));
            add(seeds, "template", content);
        }
        Some((_, "sh")) => add(seeds, "script", content),
        _ if name.starts_with("Dockerfile") => add(seeds, "script", content),
        _ => {}
    }
}

fn terraform(seeds: &mut Seeds, content: String) {
    for line in content.lines() {
        if let Some((_, value)) = line.split_once(" = ").filter(|(_, value)| value.contains(['(', '$', '?']))
        {
            add(seeds, "expression", format!("= {value}"));
        }
    }
    add(seeds, "terraform", content);
}

/// The documents of policies in a template.
fn policies(seeds: &mut Seeds, value: &Value) {
    let inner: Vec<&Value> = match value {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => return,
    };
    if value.get("Statement").is_some() {
        add(seeds, "policy", value.to_string());
    }
    for value in inner {
        policies(seeds, value);
    }
}

/// The cases of a page: each a project.
fn page(seeds: &mut Seeds, page: &str) {
    let mut project: BTreeMap<&str, String> = BTreeMap::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("\n```") {
        let Some((info, body)) = after.split_once('\n') else { break };
        let Some((body, behind)) = body.split_once("\n```") else { break };
        rest = behind;
        let words: Vec<&str> = info.split_whitespace().collect();
        let [language, _, case, file @ ..] = &words[..] else { continue };
        let named = file.first().and_then(|f| f.strip_prefix("file="));
        let name = match (*language, named) {
            (_, Some(name)) => name,
            ("hcl", None) => "main.tf",
            ("json", None) => "template.json",
            ("yaml", None) => "template.yaml",
            _ => continue,
        };
        match *language {
            "hcl" => terraform(seeds, format!("{body}\n")),
            "json" | "yaml" => add(seeds, "template", format!("{body}\n")),
            "sh" | "bash" | "dockerfile" => add(seeds, "script", format!("{body}\n")),
            _ => {}
        }
        project.entry(case).or_default().extend(["--- ", name, "\n", body, "\n"]);
    }
    for project in project.into_values() {
        add(seeds, "check", project);
    }
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

/// All files below a directory, in order.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(directory).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    entries.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_seeds() {
        let seeds = collect(&crate::root());
        let targets = files(&crate::root().join("fuzz/fuzz_targets"));
        assert!(targets.len() >= 8, "{targets:?}");
        for target in targets {
            let name = target.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            assert!(seeds.get(&name).is_some_and(|inputs| !inputs.is_empty()), "{name}");
        }
    }

    #[test]
    fn a_page_gives_its_cases_as_projects() {
        let mut seeds = Seeds::new();
        page(&mut seeds, "# r\n\n```hcl bad case=1\na\n```\n\n```sh bad case=1 file=b.sh\nb\n```\n");
        assert_eq!(seeds["check"], ["--- main.tf\na\n--- b.sh\nb\n"]);
        assert_eq!(seeds["script"], ["b\n"]);
    }
}
