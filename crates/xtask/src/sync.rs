//! Writes what follows from the rules' folders: the table `rules/lib.rs`, the index `docs/rules.md`, the configuration's schema.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::catalogue::{Info, RuleFolder, folders, info};
use crate::schema::schema;

/// Writes both files where they differ.
pub(crate) fn write(root: &Path) -> Vec<String> {
    let generated = match generated(root) {
        Ok(generated) => generated,
        Err(faults) => return faults,
    };
    let mut faults = Vec::new();
    for (path, text) in generated {
        if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            continue;
        }
        let made =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text));
        if let Err(error) = made {
            faults.push(format!("cannot write {}: {error}", path.display()));
        }
    }
    faults
}

/// Says which of them are stale.
pub(crate) fn check(root: &Path) -> Vec<String> {
    let generated = match generated(root) {
        Ok(generated) => generated,
        Err(faults) => return faults,
    };
    let stale = |(path, text): &(PathBuf, String)| std::fs::read_to_string(path).ok().as_ref() != Some(text);
    let words = |(path, _): (PathBuf, String)| format!("{} is stale; run `cargo xtask sync`", path.display());
    generated.into_iter().filter(stale).map(words).collect()
}

fn generated(root: &Path) -> Result<Vec<(PathBuf, String)>, Vec<String>> {
    let mut rules = Vec::new();
    let mut faults = Vec::new();
    for folder in folders(root) {
        let source = folder.path.join("mod.rs");
        let read = std::fs::read_to_string(&source).map_err(|e| e.to_string()).and_then(|text| info(&text));
        if !folder.path.join("README.md").is_file() {
            faults
                .push(format!("{} has no README.md: the page is a part of the rule", folder.path.display()));
        }
        match read {
            Ok(info) => rules.push((folder, info)),
            Err(words) => faults.push(format!("{}: {words}", source.display())),
        }
    }
    for pair in rules.windows(2) {
        if let [(a, _), (b, _)] = pair
            && a.name == b.name
        {
            faults.push(format!("the rule {} stands in two groups: {} and {}", a.id(), a.group, b.group));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let ids: Vec<String> = rules.iter().map(|(folder, _)| folder.id()).collect();
    Ok(vec![
        (root.join("rules/lib.rs"), table(&rules)),
        (root.join("docs/rules.md"), index(&rules)),
        (root.join("docs/iaclint.schema.json"), schema(&ids)),
    ])
}

/// `rules/lib.rs`. A blank line between the modules keeps rustfmt from having an opinion about their order.
fn table(rules: &[(RuleFolder, Info)]) -> String {
    let mut out = String::from(
        "//! The rules of iaclint, a folder each.\n// This file is written by `cargo xtask sync`; do not edit it.\n\nuse iaclint_lint::Rule;\n\n",
    );
    for (RuleFolder { group, name, .. }, _) in rules {
        let _ = writeln!(out, "#[path = \"{group}/{name}/mod.rs\"]\nmod {name};\n");
    }
    if rules.is_empty() {
        out.push_str("/// Every rule, by id.\npub static RULES: &[Rule] = &[];\n");
        return out;
    }
    out.push_str("/// Every rule, by id.\n#[rustfmt::skip]\npub static RULES: &[Rule] = &[\n");
    for (folder, _) in rules {
        let RuleFolder { group, name, .. } = folder;
        let _ = writeln!(
            out,
            "    Rule {{ id: \"{}\", group: \"{group}\", info: {name}::INFO, page: include_str!(\"{group}/{name}/README.md\"), check: {name}::check }},",
            folder.id()
        );
    }
    out.push_str("];\n");
    out
}

/// `docs/rules.md`.
fn index(rules: &[(RuleFolder, Info)]) -> String {
    let mut out = String::from(
        "# Rules\n\n<!-- This file is written by `cargo xtask sync`; do not edit it. -->\n\n| rule | severity | what it flags |\n|---|---|---|\n",
    );
    for (folder, info) in rules {
        let RuleFolder { group, name, .. } = folder;
        let summary = info.summary.replace('|', "\\|");
        let _ = writeln!(
            out,
            "| [{}](../rules/{group}/{name}/README.md) | {} | {summary} |",
            folder.id(),
            info.severity
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Vec<(RuleFolder, Info)> {
        let rule = |group: &str, name: &str| {
            let folder = RuleFolder { group: group.into(), name: name.into(), path: PathBuf::new() };
            (folder, Info { severity: "error".into(), summary: "this | that".into() })
        };
        vec![rule("ecs", "host_port"), rule("network", "no_route")]
    }

    #[test]
    fn the_table_has_a_module_and_an_entry_for_each_rule() {
        let text = table(&rules());
        assert!(text.contains("#[path = \"ecs/host_port/mod.rs\"]\nmod host_port;\n"), "{text}");
        let entry = "Rule { id: \"host-port\", group: \"ecs\", info: host_port::INFO, page: include_str!(\"ecs/host_port/README.md\"), check: host_port::check },";
        assert!(text.contains(entry), "{text}");
    }

    #[test]
    fn the_index_links_to_the_pages() {
        let line = "| [no-route](../rules/network/no_route/README.md) | error | this \\| that |";
        assert!(index(&rules()).contains(line));
    }

    #[test]
    fn a_stale_table_is_reported() {
        let root = std::env::temp_dir().join(format!("iaclint-sync-{}", std::process::id()));
        std::fs::create_dir_all(root.join("rules")).unwrap();
        assert_eq!(write(&root), Vec::<String>::new());
        assert_eq!(check(&root), Vec::<String>::new());
        std::fs::write(root.join("rules/lib.rs"), "old").unwrap();
        assert_eq!(check(&root).len(), 1);
        std::fs::remove_dir_all(&root).unwrap();
    }
}
