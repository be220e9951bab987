//! The rules as folders: `rules/<group>/<rule_name>/{mod.rs,README.md}`.

use std::path::{Path, PathBuf};

/// A rule's folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RuleFolder {
    /// The group that it stands in.
    pub(crate) group: String,
    /// Its name: the id in snake case.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
}

impl RuleFolder {
    /// The rule's id: the name in kebab case.
    pub(crate) fn id(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// What the source of a rule says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Info {
    /// `error`, `warning`, `advice`.
    pub(crate) severity: String,
    /// What it flags, in one line.
    pub(crate) summary: String,
}

/// Every rule's folder, by id.
pub(crate) fn folders(root: &Path) -> Vec<RuleFolder> {
    let mut out = Vec::new();
    for group in directories(&root.join("rules")) {
        for path in directories(&group) {
            if path.join("mod.rs").is_file() || path.join("README.md").is_file() {
                out.push(RuleFolder { group: name_of(&group), name: name_of(&path), path });
            }
        }
    }
    out.sort_by_key(|folder| (folder.id(), folder.group.clone()));
    out
}

/// Reads `INFO` of a rule's source, as text: the rules may not compile when this is asked for.
pub(crate) fn info(source: &str) -> Result<Info, String> {
    let body = source.split_once("const INFO: RuleInfo").ok_or("has no `pub(crate) const INFO: RuleInfo`")?.1;
    let severity = body.split_once("severity: Severity::").ok_or("INFO has no `severity: Severity::…`")?.1;
    let severity: String = severity.chars().take_while(|c| c.is_alphanumeric()).collect();
    let summary = body.split_once("summary:").ok_or("INFO has no `summary: \"…\"`")?.1.trim_start();
    let summary = summary.strip_prefix('"').ok_or("INFO.summary is not a plain string")?;
    Ok(Info { severity: severity.to_lowercase(), summary: string(summary) })
}

/// The content of a string literal, from behind its opening quote.
fn string(rest: &str) -> String {
    let mut out = String::new();
    let mut chars = rest.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' => break,
            '\\' => match chars.next() {
                Some('\n') => while chars.next_if(|c| c.is_whitespace()).is_some() {},
                Some(escaped) => out.push(escaped),
                None => break,
            },
            other => out.push(other),
        }
    }
    out
}

fn directories(of: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(of) else { return Vec::new() };
    let mut out: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    out.sort();
    out
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_is_read_from_the_source() {
        let source = r#"
pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::High,
    summary: "an \"address\" \
              carries its port twice",
};"#;
        let summary = "an \"address\" carries its port twice".to_owned();
        assert_eq!(info(source), Ok(Info { severity: "warning".into(), summary }));
        assert!(info("fn check() {}").is_err());
    }
}
