//! Makes the folder of a new rule.

use std::path::Path;

use crate::{catalogue, sync};

const SOURCE: &str = r#"//! FIXME: what is looked at, and when that is a fault, in one sentence.

use iaclint_lint::{Check, Confidence, RuleInfo, Severity};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "FIXME: what it flags, in one line",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let faulty: Vec<_> = cx.model().ids().filter(|_| false).collect();
    for subject in faulty {
        cx.finding(subject, "FIXME: what is wrong").help("FIXME: what to type").report(cx);
    }
}
"#;

const PAGE: &str = r"# RULE-ID

## What it flags

FIXME: the configuration that is wrong, in a few sentences.

## What breaks

FIXME: what happens, told as it happens, with AWS's own error text.

## Bad

```hcl bad case=1
FIXME
```

```json bad case=2
FIXME
```

## Good

```hcl good case=3
FIXME
```

```json good case=4
FIXME
```

## When to ignore it

FIXME: who may do this on purpose.

## References

- FIXME: the page of AWS's documentation
";

/// Makes `rules/<group>/<name>/{mod.rs,README.md}` and enters the rule into the table.
pub(crate) fn make(root: &Path, group: &str, id: &str) -> Vec<String> {
    if !is_name(group, '_') {
        return vec![format!("`{group}` is not a group: lower-case letters and digits, joined by `_`")];
    }
    if !is_name(id, '-') {
        return vec![format!("`{id}` is not an id: lower-case letters and digits, joined by `-`")];
    }
    if let Some(there) = catalogue::folders(root).into_iter().find(|folder| folder.id() == id) {
        return vec![format!("the rule {id} is there already: {}", there.path.display())];
    }
    let folder = root.join("rules").join(group).join(id.replace('-', "_"));
    let made = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("mod.rs"), SOURCE))
        .and_then(|()| std::fs::write(folder.join("README.md"), PAGE.replace("RULE-ID", id)));
    match made {
        Ok(()) => sync::write(root),
        Err(error) => vec![format!("cannot make {}: {error}", folder.display())],
    }
}

/// Words of lower-case letters and digits joined by one character, a letter first.
fn is_name(text: &str, joint: char) -> bool {
    let is_word = |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split(joint).all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_rule_is_made_once_and_stands_in_the_table() {
        let root = std::env::temp_dir().join(format!("iaclint-new-rule-{}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        assert_eq!(make(&root, "ecs", "host-port"), Vec::<String>::new());
        let table = std::fs::read_to_string(root.join("rules/lib.rs")).unwrap();
        assert!(table.contains("mod host_port;"), "{table}");
        assert_eq!(make(&root, "network", "host-port").len(), 1);
        std::fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn names_are_checked() {
        assert!(is_name("ecs", '_') && is_name("a-b2", '-'));
        assert!(!is_name("A", '-') && !is_name("a--b", '-') && !is_name("", '-') && !is_name("a_b", '-'));
    }
}
