//! A rule as a reporting descriptor, with its page.

use iaclint_lint::{Rule, Severity};

use super::level;
use super::limits::DESCRIPTION;
use super::log::{Configuration, Descriptor, Message, Properties};
use crate::mask::shorten;
use crate::page_of;

/// What a viewer shows of a rule.
pub fn descriptor(rule: &Rule) -> Descriptor {
    let page = rule.page.trim();
    let description = opening(page, "What it flags").unwrap_or_else(|| rule.info.summary.to_owned());
    Descriptor {
        id: rule.id,
        name: spoken(rule.id),
        short_description: Message::plain(rule.info.summary),
        full_description: Message { text: plain(&description), markdown: Some(description) },
        help_uri: page_of(rule),
        help: Message { text: page.to_owned(), markdown: Some(page.to_owned()) },
        default_configuration: Configuration { level: level(rule.info.severity) },
        properties: Properties {
            tags: vec![rule.group],
            precision: rule.info.confidence.name(),
            severity: match rule.info.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "recommendation",
            },
        },
    }
}

/// `a-rule` as `ARule`, which is how the standard wants names.
fn spoken(id: &str) -> String {
    let mut out = String::new();
    for word in id.split('-') {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

/// The first paragraphs under a heading of a page that together are short enough for a description.
fn opening(page: &str, heading: &str) -> Option<String> {
    let mut lines = page.lines().skip_while(|l| l.strip_prefix("## ").map(str::trim) != Some(heading));
    lines.next()?;
    let section: Vec<&str> = lines.take_while(|l| !l.starts_with("## ")).collect();
    let paragraphs = section.split(|l| l.trim().is_empty()).filter(|lines| !lines.is_empty());
    let mut out = String::new();
    for paragraph in paragraphs {
        let words: Vec<&str> = paragraph.iter().flat_map(|l| l.split_whitespace()).collect();
        let words = words.join(" ");
        if !out.is_empty() && out.chars().count() + words.chars().count() + 2 > DESCRIPTION {
            break;
        }
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        out.push_str(&words);
    }
    (!out.is_empty()).then(|| shorten(&out, DESCRIPTION))
}

/// The same without what only Markdown shows.
fn plain(text: &str) -> String {
    text.replace(['`', '*'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_the_paragraphs_that_fit() {
        let page = "# x\n\n## What it flags\n\nA `port`\nthat  stands twice.\n\nAnd more.\n\n## What breaks\n\nAll.\n";
        assert_eq!(opening(page, "What it flags").unwrap(), "A `port` that stands twice.\n\nAnd more.");
        assert_eq!(opening(page, "Bad"), None);
        let long = format!("## A\n\nfirst\n\n{}\n", "word ".repeat(300));
        assert_eq!(opening(&long, "A").unwrap(), "first");
    }

    #[test]
    fn names_are_in_the_case_of_the_standard() {
        assert_eq!(spoken("sg-ingress-missing"), "SgIngressMissing");
    }
}
