//! Every rule's page is its test: each bad case gives exactly one finding, rendered as the page shows; each good case gives none.
//!
//! `IACLINT_BLESS=1 cargo test -p iaclint --test pages` rewrites what the pages show.

#[path = "support/page.rs"]
mod page;
#[path = "support/run.rs"]
mod run;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_lint::{Check, Confidence, Rule, RuleInfo, Severity};
use iaclint_report::Human;
use iaclint_source::{Edit, Memory};

use page::{Case, Page};
use run::{Outcome, run};

fn rules_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

/// Runs one rule over a case.
fn outcome(case: &Case, rule: &Rule) -> Result<Outcome, String> {
    let files = case.files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    // What a suppression covers is known once all rules have run.
    let alone = std::slice::from_ref(rule);
    let rules = if rule.group == "suppression" { iaclint_rules::RULES } else { alone };
    let mut outcome = run(Arc::new(Memory::of(files)), &run::project("/"), rules)?;
    outcome.findings.retain(|finding| finding.rule == rule.id);
    if !outcome.faults_of_input.is_empty() {
        return Err(format!("is not valid: {}", outcome.faults_of_input.join("; ")));
    }
    // A case that nothing is read from is silent whatever the rule does.
    if outcome.resources == 0 {
        return Err("has no resources".to_owned());
    }
    Ok(outcome)
}

/// What is wrong with the cases of a page: its bad ones, or its good ones.
fn faults_of_cases(page: &Page, rule: &Rule, bad: bool) -> Vec<String> {
    let mut faults = Vec::new();
    for case in page.cases.iter().filter(|c| c.bad == bad) {
        let mut fault = |words: String| {
            faults.push(format!("{} case {} (line {}): {words}", page.id, case.number, case.line));
        };
        match outcome(case, rule) {
            Err(words) => fault(words),
            Ok(outcome) => {
                let places: Vec<String> = outcome
                    .findings
                    .iter()
                    .map(|f| format!("\n    {}: {}", outcome.sources.display(f.primary.span), f.headline))
                    .collect();
                let wanted = usize::from(bad);
                if places.len() != wanted {
                    fault(format!("gives {} findings, not {wanted}{}", places.len(), places.concat()));
                }
            }
        }
    }
    faults
}

/// The cases whose finding is not rendered as the page shows: the bytes of the page, and what they are to be.
fn stale(page: &Page, rule: &Rule) -> Vec<(u32, std::ops::Range<usize>, String)> {
    let mut out = Vec::new();
    for case in &page.cases {
        let Some(range) = &case.shown else { continue };
        let Ok(outcome) = outcome(case, rule) else { continue };
        let [finding] = &outcome.findings[..] else { continue };
        let rendered = format!("{}\n", Human::PLAIN.finding(finding, &outcome.sources).trim_end());
        if page.text[range.clone()] != rendered {
            out.push((case.number, range.clone(), rendered));
        }
    }
    out
}

/// What is wrong with the fix of a bad case's finding: it must mend that finding, and leave nothing to fix.
fn faults_of_fix(case: &Case, rule: &Rule) -> Vec<String> {
    let Ok(before) = outcome(case, rule) else { return Vec::new() };
    let edits: Vec<_> =
        before.findings.iter().filter_map(|f| f.fix.as_ref()).flat_map(|f| &f.edits).collect();
    if edits.is_empty() {
        return Vec::new();
    }
    let mut mended = case.clone();
    for (name, text) in &mut mended.files {
        let Some(file) = before.sources.by_path(name) else { continue };
        *text = Edit::apply(&file.text, edits.iter().copied().filter(|e| e.span.file == file.id));
    }
    match outcome(&mended, rule) {
        Err(words) => vec![format!("after its fix it {words}")],
        Ok(after) => {
            after.findings.iter().map(|f| format!("its fix does not mend it: {}", f.headline)).collect()
        }
    }
}

/// Each page with its rule.
fn pages_and_rules() -> Vec<(Page, &'static Rule)> {
    let rule_of = |page: &Page| iaclint_rules::RULES.iter().find(|rule| rule.id == page.id);
    Page::all(&rules_directory())
        .into_iter()
        .filter_map(|page| rule_of(&page).map(|rule| (page, rule)))
        .collect()
}

fn expect_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_rule_has_a_page_and_every_page_a_rule() {
    let pages = Page::all(&rules_directory());
    let mut faults = Vec::new();
    for page in &pages {
        if !iaclint_rules::RULES.iter().any(|rule| rule.id == page.id) {
            faults.push(format!(
                "{}: no rule of this id is in the table; run `cargo xtask sync`",
                page.path.display()
            ));
        }
    }
    for rule in iaclint_rules::RULES {
        if !pages.iter().any(|page| page.id == rule.id && page.text == rule.page) {
            faults.push(format!("the rule {} has no page, or another one than it carries", rule.id));
        }
    }
    expect_none(&faults);
}

#[test]
fn pages_say_what_their_blocks_are() {
    let of = |page: Page| page.faults.iter().map(|f| format!("{}: {f}", page.id)).collect::<Vec<_>>();
    expect_none(&Page::all(&rules_directory()).into_iter().flat_map(of).collect::<Vec<_>>());
}

#[test]
fn bad_cases_give_exactly_one_finding() {
    expect_none(
        &pages_and_rules()
            .iter()
            .flat_map(|(page, rule)| faults_of_cases(page, rule, true))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn good_cases_give_none() {
    expect_none(
        &pages_and_rules()
            .iter()
            .flat_map(|(page, rule)| faults_of_cases(page, rule, false))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn findings_are_rendered_as_the_pages_show() {
    let bless = std::env::var_os("IACLINT_BLESS").is_some();
    let mut faults = Vec::new();
    for (page, rule) in pages_and_rules() {
        let stale = stale(&page, rule);
        if bless && !stale.is_empty() {
            std::fs::write(&page.path, blessed(&page.text, &stale)).unwrap();
            continue;
        }
        for (number, range, rendered) in stale {
            let shown = &page.text[range];
            faults.push(format!("{} case {number}: the page shows\n{shown}but it is\n{rendered}", page.id));
        }
    }
    if !faults.is_empty() {
        faults.push("IACLINT_BLESS=1 rewrites the pages".to_owned());
    }
    expect_none(&faults);
}

/// The page with what it shows replaced.
fn blessed(text: &str, stale: &[(u32, std::ops::Range<usize>, String)]) -> String {
    let mut out = text.to_owned();
    for (_, range, rendered) in stale.iter().rev() {
        out.replace_range(range.clone(), rendered);
    }
    out
}

#[test]
fn fixes_mend_the_findings_of_the_bad_cases() {
    let mut faults = Vec::new();
    for (page, rule) in pages_and_rules() {
        for case in page.cases.iter().filter(|c| c.bad) {
            let of_case = faults_of_fix(case, rule);
            faults.extend(of_case.into_iter().map(|f| format!("{} case {}: {f}", page.id, case.number)));
        }
    }
    expect_none(&faults);
}

// The runner itself, on a rule that flags every resource named `Faulty` or `faulty`.

const FAKE: Rule = Rule {
    id: "fake",
    group: "test",
    info: RuleInfo {
        severity: Severity::Error,
        confidence: Confidence::High,
        summary: "a resource named faulty",
    },
    page: "",
    check: flag_faulty,
};

fn flag_faulty(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for id in model.ids().filter(|id| model.resource(*id).name.eq_ignore_ascii_case("faulty")) {
        cx.finding(id, "it is faulty").help("call it something else").report(cx);
    }
}

const FAKE_PAGE: &str = r#"# fake

## Bad

```hcl bad case=1
resource "aws_sqs_queue" "faulty" {
  name = "jobs"
}
```

```text case=1
as it was before
```

```json bad case=2
{ "Resources": { "Faulty": { "Type": "AWS::SQS::Queue" } } }
```

## Good

```hcl good case=3
module "queue" {
  source = "./queue"
}
```

```hcl good case=3 file=queue/main.tf
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}
```

```yaml good case=4
Resources:
  Jobs:
    Type: AWS::SQS::Queue
```
"#;

fn fake_page(text: &str) -> Page {
    Page::parse("fake", PathBuf::from("fake"), text.to_owned())
}

#[test]
fn a_page_in_order_has_no_faults() {
    let page = fake_page(FAKE_PAGE);
    expect_none(&page.faults);
    expect_none(&faults_of_cases(&page, &FAKE, true));
    expect_none(&faults_of_cases(&page, &FAKE, false));
}

#[test]
fn a_bad_case_without_the_fault_fails() {
    let page = fake_page(&FAKE_PAGE.replace("\"faulty\"", "\"fine\""));
    let faults = faults_of_cases(&page, &FAKE, true);
    assert_eq!(faults, ["fake case 1 (line 5): gives 0 findings, not 1"]);
}

#[test]
fn a_bad_case_with_the_fault_twice_fails() {
    let twice = "\"Faulty\": { \"Type\": \"AWS::SQS::Queue\" }, \"FAULTY\": {";
    let page = fake_page(&FAKE_PAGE.replace("\"Faulty\": {", twice));
    assert_eq!(faults_of_cases(&page, &FAKE, true).len(), 1);
}

#[test]
fn a_good_case_with_the_fault_fails() {
    let page = fake_page(&FAKE_PAGE.replace("  Jobs:", "  Faulty:"));
    let faults = faults_of_cases(&page, &FAKE, false);
    assert!(faults.len() == 1 && faults[0].starts_with("fake case 4"), "{faults:?}");
}

#[test]
fn a_case_that_cannot_be_read_fails() {
    let page = fake_page(&FAKE_PAGE.replace("source = \"./queue\"", "source = "));
    assert_eq!(faults_of_cases(&page, &FAKE, false).len(), 1);
    let page = fake_page(&FAKE_PAGE.replace("resource \"aws_sqs_queue\" \"jobs\" {", "locals {"));
    assert_eq!(faults_of_cases(&page, &FAKE, false), ["fake case 3 (line 21): has no resources"]);
}

#[test]
fn what_the_page_shows_is_compared_and_rewritten() {
    let page = fake_page(FAKE_PAGE);
    let stale_cases = stale(&page, &FAKE);
    assert_eq!(stale_cases.len(), 1);
    let text = blessed(&page.text, &stale_cases);
    assert!(text.contains("it is faulty") && !text.contains("as it was before"), "{text}");
    assert!(stale(&fake_page(&text), &FAKE).is_empty());
}

#[test]
fn a_page_that_hides_a_block_from_the_runner_fails() {
    for (from, to, fault) in [
        ("```hcl bad case=1", "```hcl", "is never run"),
        ("```hcl bad case=1", "```hcl bad", "is not `case=N`"),
        ("```hcl bad case=1", "```hcl wrong case=1", "neither"),
        ("```text case=1", "```text case=2", "does not follow"),
        ("```yaml good case=4", "```yaml good case=2", "do not stand together"),
        ("```hcl good case=3\n", "```hcl good case=2\n", "both bad and good"),
        ("## Good", "## Better", "stands under"),
        ("case=3 file=queue/main.tf", "case=3", "two files named main.tf"),
        ("```yaml good case=4", "```toml good case=4", "needs `file=NAME`"),
        ("```json bad case=2", "```json", "no bad case in CloudFormation"),
    ] {
        let faults = fake_page(&FAKE_PAGE.replacen(from, to, 1)).faults;
        assert!(faults.iter().any(|f| f.contains(fault)), "{to}: {faults:?}");
    }
}

#[test]
fn a_page_may_be_of_one_language_with_a_reason() {
    let (front, _) = FAKE_PAGE.split_once("```json bad").unwrap();
    let (_, back) = FAKE_PAGE.split_once("## Good").unwrap();
    let (back, _) = back.split_once("```yaml").unwrap();
    let page = format!("<!-- terraform only: CloudFormation refuses it -->\n{front}## Good{back}");
    expect_none(&fake_page(&page).faults);
    assert_eq!(fake_page(&page.replace("CloudFormation refuses it", "")).faults.len(), 3);
}

/// The table of `docs/fixing.md` names the rules whose findings carry an edit, and how safe it is.
#[test]
fn the_page_on_fixing_lists_the_rules_that_have_a_fix() {
    let text = std::fs::read_to_string(rules_directory().join("../docs/fixing.md")).unwrap();
    let mut listed: BTreeSet<(String, String)> = BTreeSet::new();
    let mut rule = String::new();
    for row in text.lines().filter_map(|line| line.strip_prefix("| ")) {
        let cells: Vec<&str> = row.trim_end_matches(" |").split(" | ").collect();
        let (first, safety) = (cells.first().unwrap_or(&""), cells.last().unwrap_or(&""));
        if first.starts_with('`') {
            rule = first.trim_matches('`').to_owned();
        }
        if matches!(*safety, "safe" | "unsafe") {
            listed.insert((rule.clone(), (*safety).to_owned()));
        }
    }
    let mut carried = BTreeSet::new();
    for (page, rule) in pages_and_rules() {
        for case in page.cases.iter().filter(|case| case.bad) {
            let Ok(outcome) = outcome(case, rule) else { continue };
            let fixes = outcome.findings.iter().filter_map(|finding| finding.fix.as_ref());
            carried.extend(fixes.map(|fix| (rule.id.to_owned(), fix.safety.name().to_owned())));
        }
    }
    assert_eq!(listed, carried);
}
