//! A rule's page as cases: what its fences say.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// A language that a case is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// Terraform.
    Terraform,
    /// CloudFormation.
    CloudFormation,
}

/// A page.
#[derive(Debug)]
pub struct Page {
    /// The rule's id, after its folder.
    pub id: String,
    /// Where it is.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
    /// The only language that can express the fault, if the page says so.
    pub only: Option<Language>,
    /// Its cases, in order.
    pub cases: Vec<Case>,
    /// What is wrong with the page itself, with line numbers.
    pub faults: Vec<String>,
}

/// A project on a page that has the fault, or not.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number.
    pub number: u32,
    /// It has the fault.
    pub bad: bool,
    /// The line of its first fence, from 1.
    pub line: usize,
    /// Its files: name and text.
    pub files: Vec<(String, String)>,
    /// The finding as the page shows it: the bytes between its fences.
    pub shown: Option<Range<usize>>,
}

impl Case {
    /// The language.
    pub fn language(&self) -> Language {
        let is_terraform =
            |(name, _): &(String, String)| [".tf", ".tf.json"].iter().any(|end| name.ends_with(end));
        if self.files.iter().any(is_terraform) { Language::Terraform } else { Language::CloudFormation }
    }
}

/// A fence: the line of its opening from 1, what follows the backticks, the bytes inside, the heading above.
struct Fence<'t> {
    line: usize,
    info: &'t str,
    inside: Range<usize>,
    section: &'t str,
}

impl Page {
    /// Every page below `rules/`, by path.
    pub fn all(rules: &Path) -> Vec<Page> {
        let mut out = Vec::new();
        for group in entries(rules) {
            for folder in entries(&group) {
                let path = folder.join("README.md");
                if let Ok(text) = std::fs::read_to_string(&path) {
                    let name =
                        folder.file_name().map(|n| n.to_string_lossy().replace('_', "-")).unwrap_or_default();
                    out.push(Page::parse(&name, path, text));
                }
            }
        }
        out
    }

    /// A page from its text.
    pub fn parse(id: &str, path: PathBuf, text: String) -> Page {
        let mut page = Page {
            id: id.to_owned(),
            path,
            text: String::new(),
            only: None,
            cases: Vec::new(),
            faults: Vec::new(),
        };
        for line in text.lines().take_while(|line| !line.starts_with("## ")) {
            if let Some(words) = line.strip_prefix("<!-- ").and_then(|l| l.strip_suffix(" -->")) {
                match words.split_once(" only: ") {
                    Some(("terraform", why)) if !why.trim().is_empty() => {
                        page.only = Some(Language::Terraform);
                    }
                    Some(("cloudformation", why)) if !why.trim().is_empty() => {
                        page.only = Some(Language::CloudFormation);
                    }
                    _ => page.faults.push(format!("`{line}` is not `<!-- terraform only: reason -->`")),
                }
            }
        }
        for fence in fences(&text, &mut page.faults) {
            if let Err(words) = page.take(&fence, &text) {
                page.faults.push(format!("line {}: {words}", fence.line));
            }
        }
        page.demand_both_languages();
        page.text = text;
        page
    }

    /// Enters what a fence says.
    fn take(&mut self, fence: &Fence<'_>, text: &str) -> Result<(), String> {
        let words: Vec<&str> = fence.info.split_whitespace().collect();
        let [language, rest @ ..] = &words[..] else { return Ok(()) };
        let in_cases = matches!(fence.section, "Bad" | "Good");
        let bad = match rest {
            [] if in_cases && default_name(language).is_some() => {
                return Err("a block without `bad case=N` or `good case=N` is never run".to_owned());
            }
            [] => return Ok(()),
            [case] if *language == "text" => return self.show(number(case)?, fence),
            ["bad", ..] => true,
            ["good", ..] => false,
            _ => return Err(format!("`{}` is neither `bad case=N` nor `good case=N`", fence.info)),
        };
        if fence.section != if bad { "Bad" } else { "Good" } {
            return Err(format!("`{}` stands under `## {}`", fence.info, fence.section));
        }
        let number = number(rest.get(1).copied().unwrap_or_default())?;
        let name = match rest.get(2..).unwrap_or_default() {
            [] => default_name(language).ok_or_else(|| format!("a block of {language} needs `file=NAME`"))?,
            [file] => file.strip_prefix("file=").ok_or_else(|| format!("`{file}` is not `file=NAME`"))?,
            _ => return Err(format!("`{}` says too much", fence.info)),
        };
        let file = (name.to_owned(), text[fence.inside.clone()].to_owned());
        match self.cases.iter_mut().rposition(|case| case.number == number) {
            None => {
                let case = Case { number, bad, line: fence.line, files: vec![file], shown: None };
                self.cases.push(case);
                Ok(())
            }
            Some(at) if at + 1 < self.cases.len() => {
                Err(format!("the blocks of case {number} do not stand together"))
            }
            Some(at) if self.cases[at].bad != bad => Err(format!("case {number} is both bad and good")),
            Some(at) if self.cases[at].files.iter().any(|(n, _)| n == name) => {
                Err(format!("case {number} has two files named {name}"))
            }
            Some(at) => {
                self.cases[at].files.push(file);
                Ok(())
            }
        }
    }

    fn show(&mut self, number: u32, fence: &Fence<'_>) -> Result<(), String> {
        match self.cases.last_mut() {
            Some(case) if case.number == number && case.bad && case.shown.is_none() => {
                case.shown = Some(fence.inside.clone());
                Ok(())
            }
            _ => Err(format!("`text case={number}` does not follow the bad case {number}")),
        }
    }

    fn demand_both_languages(&mut self) {
        for language in [Language::Terraform, Language::CloudFormation] {
            let excused = self.only.is_some_and(|only| only != language);
            for bad in [true, false] {
                let there = self.cases.iter().any(|c| c.bad == bad && c.language() == language);
                let kind = if bad { "bad" } else { "good" };
                if !there && !excused {
                    self.faults.push(format!("has no {kind} case in {language:?}"));
                } else if there && excused {
                    self.faults
                        .push(format!("has a {kind} case in {language:?}, which its front line excludes"));
                }
            }
        }
    }
}

/// The fences of a text with the heading above each.
fn fences<'t>(text: &'t str, faults: &mut Vec<String>) -> Vec<Fence<'t>> {
    let mut out = Vec::new();
    let mut section = "";
    let mut open: Option<(usize, usize, &str, usize)> = None;
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let content = line.trim_end();
        let ticks = content.len() - content.trim_start_matches('`').len();
        match open {
            None if ticks >= 3 => open = Some((ticks, index + 1, content[ticks..].trim(), at + line.len())),
            None => section = content.strip_prefix("## ").unwrap_or(section),
            Some((width, line, info, start)) if ticks >= width && ticks == content.len() => {
                out.push(Fence { line, info, inside: start..at, section });
                open = None;
            }
            Some(_) => {}
        }
        at += line.len();
    }
    if let Some((_, line, ..)) = open {
        faults.push(format!("line {line}: this block is never closed"));
    }
    out
}

fn number(word: &str) -> Result<u32, String> {
    let number = word.strip_prefix("case=").and_then(|n| n.parse().ok());
    number.ok_or_else(|| format!("`{word}` is not `case=N`"))
}

fn default_name(language: &str) -> Option<&'static str> {
    match language {
        "hcl" => Some("main.tf"),
        "json" => Some("template.json"),
        "yaml" => Some("template.yaml"),
        _ => None,
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.is_dir())
        .collect();
    out.sort();
    out
}
